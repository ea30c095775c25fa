"""Drivers who look for a space, and what became of them."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.foundation.daytime import Slices
from citymove.foundation.table import Table, column, frozen_array
from citymove.paths.graph import Turns

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False, kw_only=True)
class SearchNetwork:
    """The roads as a driver who searches meets them.

    Parameters
    ----------
    tail, head
        int32 [links].
    length_m
        float64 [links].
    turns, turns_of_slice
        Distinct sets of permitted turns, all over the same states; int64 [slices], which one holds
        in each slice.
    slices
        Slices of the day that `turns_of_slice` and `link_time_s` speak of.
    link_time_s
        float64 [slices, links], > 0; inf on closed links. The simulation rounds times up to
        whole seconds (its clock is in integer seconds).
    """

    tail: Array
    head: Array
    length_m: Array
    turns: tuple[Turns, ...]
    turns_of_slice: Array
    slices: Slices
    link_time_s: Array

    def __post_init__(self) -> None:
        for name, dtype in (
            ("tail", np.int32),
            ("head", np.int32),
            ("length_m", np.float64),
            ("turns_of_slice", np.int64),
            ("link_time_s", np.float64),
        ):
            object.__setattr__(self, name, frozen_array(getattr(self, name), dtype))

    @property
    def state_link(self) -> Array:
        """The link of each state, int32 [states]; see `paths.graph`."""
        return self.turns[0].state_link

    def turns_in(self, row: int) -> Turns:
        """Return the turns permitted in slice `row`."""
        return self.turns[int(self.turns_of_slice[row])]


@dataclass(frozen=True, eq=False, kw_only=True)
class Drivers(Table):
    """Drivers who need a public space.

    Parameters
    ----------
    id
        int64, the traveller's id: the key of the driver's random numbers.
    purpose
        int8 `Purpose`.
    start_node
        int32, node at which the search starts; -1: parked already when the simulation starts.
    start_s
        int32, when the search starts, s since midnight.
    leave_s
        int32, when the stay ends for those parked already; otherwise unused (-1).
    dwell_s
        int32, length of the stay from the moment of parking, s, > 0.
    x_m, y_m
        float64, the place of the visit.
    zone
        int32, zone of the place of the visit.
    value_of_time_per_h
        float64, currency/h, > 0.
    patience_s
        int32, longest search, s.
    informed
        bool, whether the driver knows which spaces are free: takes the best free one at
        `start_s`, without a drive, and gives up at once where none is free.
    """

    id: Array = column(np.int64)
    purpose: Array = column(np.int8)
    start_node: Array = column(np.int32)
    start_s: Array = column(np.int32)
    leave_s: Array = column(np.int32)
    dwell_s: Array = column(np.int32)
    x_m: Array = column(np.float64)
    y_m: Array = column(np.float64)
    zone: Array = column(np.int32)
    value_of_time_per_h: Array = column(np.float64)
    patience_s: Array = column(np.int32)
    informed: Array = column(np.bool_)


@dataclass(frozen=True, eq=False, kw_only=True)
class Visits(Table):
    """The readable record of each driver, one row per row of `Drivers`.

    Parameters
    ----------
    id
        int64, traveller.
    facility
        int32, row of the supply where the car stood, -1: nowhere.
    parked_s, left_s
        int32, when it was parked and when it left; -1: never (or not before the end).
    searched_s
        int32, from the start of the search to parking or giving up; so far, if still searching
        at the end; 0 for those parked already.
    access_m, cruised_m
        float64, driven to the first facility tried, and after the first refusal.
    walked_m
        float64, from the space to the place of the visit (one way); 0 where none was found.
    paid
        float64, price of the stay, currency; the whole stay, even past the end.
    refusals
        int16, facilities found full.
    gave_up
        bool.
    """

    id: Array = column(np.int64)
    facility: Array = column(np.int32)
    parked_s: Array = column(np.int32)
    left_s: Array = column(np.int32)
    searched_s: Array = column(np.int32)
    access_m: Array = column(np.float64)
    cruised_m: Array = column(np.float64)
    walked_m: Array = column(np.float64)
    paid: Array = column(np.float64)
    refusals: Array = column(np.int16)
    gave_up: Array = column(np.bool_)


@dataclass(frozen=True, eq=False, kw_only=True)
class ParkingOutcome:
    """What a simulation of parking yields.

    Parameters
    ----------
    visits
        One record per driver.
    tick_s
        int64 [ticks], the clock of the counts below: every 900 s from the start, and the end.
    occupancy
        int64 [ticks, facilities], cars that stand in each.
    entered, searching, parked, left, gave_up
        int64 [ticks], drivers so far (those parked already at the start count as entered);
        ``entered == searching + parked + left + gave_up`` at every tick.
    access_veh, cruising_veh
        int64 [slices, links], cars that entered the link on their way to the first facility
        tried, and after the first refusal.
    attempts, refused
        int64 [slices, facilities], arrivals at a facility, and those that found it full.
    """

    visits: Visits
    tick_s: Array
    occupancy: Array
    entered: Array
    searching: Array
    parked: Array
    left: Array
    gave_up: Array
    access_veh: Array
    cruising_veh: Array
    attempts: Array
    refused: Array
