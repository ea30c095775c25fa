"""What a parking simulation writes down, and the conservation that it must keep."""

from typing import Any

import numpy as np

from citymove.facts.tariffs import Tariff
from citymove.foundation.walking import Walking
from citymove.parking.outcome import Drivers, ParkingOutcome, Visits
from citymove.parking.pricing import prices
from citymove.prepare.prepared import ParkingSupply

Array = np.ndarray[Any, Any]

TICK_S = 900
NEVER = -1


def _counts(rows: int, columns: int) -> list[list[int]]:
    return [[0] * columns for _ in range(rows)]


class Ledger:
    """Counts of one run, kept as plain integers; written by the simulation alone.

    Each movement of a driver is one entry. Counts of drivers and counts of cars by facility are
    kept apart, so that `tick` can hold one against the other.

    Parameters
    ----------
    drivers, spaces, slice_count, link_length_m
        Rows, capacity of each facility, number of slices, m of each link.
    """

    def __init__(
        self, drivers: int, spaces: list[int], slice_count: int, link_length_m: list[float]
    ) -> None:
        self.spaces = spaces
        self.occupied = [0] * len(spaces)
        self.attempts, self.refused = (_counts(slice_count, len(spaces)) for _ in range(2))
        self.access_veh, self.cruising_veh = (
            _counts(slice_count, len(link_length_m)) for _ in range(2)
        )
        self.facility = [NEVER] * drivers
        self.parked_s = [NEVER] * drivers
        self.left_s = [NEVER] * drivers
        self.gave_up_s = [NEVER] * drivers
        self.access_m = [0.0] * drivers
        self.cruised_m = [0.0] * drivers
        self.refusals = [0] * drivers
        self._length_m = link_length_m
        self._entered = self._searching = self._parked = self._left = self._gave_up = 0
        self._ticks: list[tuple[int, int, int, int, int, int]] = []
        self._occupancy: list[list[int]] = []

    def enter(self) -> None:
        """Note a driver who begins to need a space."""
        self._entered += 1
        self._searching += 1

    def drive(self, driver: int, slice_row: int, link: int) -> None:
        """Note that the driver's car enters a link: on its way, or cruising once refused."""
        if self.refusals[driver]:
            self.cruising_veh[slice_row][link] += 1
            self.cruised_m[driver] += self._length_m[link]
        else:
            self.access_veh[slice_row][link] += 1
            self.access_m[driver] += self._length_m[link]

    def look(self, slice_row: int, facility: int) -> bool:
        """Note that somebody wants a space here; return whether one is free."""
        self.attempts[slice_row][facility] += 1
        if self.occupied[facility] < self.spaces[facility]:
            return True
        self.refused[slice_row][facility] += 1
        return False

    def refuse(self, driver: int) -> None:
        """Note that the driver found full what he headed for; from now on he cruises."""
        self.refusals[driver] += 1

    def park(self, driver: int, facility: int, time_s: int) -> None:
        """Note that the driver takes a space."""
        self._searching -= 1
        self._parked += 1
        self.occupied[facility] += 1
        self.facility[driver] = facility
        self.parked_s[driver] = time_s

    def leave(self, driver: int, time_s: int) -> None:
        """Note that the driver's stay ends and the space is free."""
        self._parked -= 1
        self._left += 1
        self.occupied[self.facility[driver]] -= 1
        self.left_s[driver] = time_s

    def give_up(self, driver: int, time_s: int) -> None:
        """Note that the driver leaves without a space."""
        self._searching -= 1
        self._gave_up += 1
        self.gave_up_s[driver] = time_s

    def tick(self, time_s: int) -> None:
        """Write the counts down, and check that nobody is lost and no space taken twice.

        Raises
        ------
        RuntimeError
            Where the counts do not agree: an error of the simulation, never of its input.
        """
        standing = sum(self.occupied)
        whole = self._searching + self._parked + self._left + self._gave_up
        counts = (self._searching, self._parked, self._left, self._gave_up)
        if self._entered != whole or self._parked != standing or min(counts) < 0:
            raise RuntimeError(
                f"conservation is broken at {time_s} s: entered {self._entered}; searching, "
                f"parked, left, gave up {counts}; cars in facilities {standing}"
            )
        for facility, cars in enumerate(self.occupied):
            if not 0 <= cars <= self.spaces[facility]:
                raise RuntimeError(
                    f"conservation is broken at {time_s} s: {cars} cars in facility {facility} "
                    f"of {self.spaces[facility]} spaces"
                )
        self._ticks.append((time_s, self._entered, *counts))
        self._occupancy.append(self.occupied.copy())

    def outcome(
        self,
        drivers: Drivers,
        supply: ParkingSupply,
        tariffs: tuple[Tariff, ...],
        walking: Walking,
        end_s: int,
    ) -> ParkingOutcome:
        """Return the frozen result of a run that ended at `end_s`."""
        visits = self._visits(drivers, supply, tariffs, walking, end_s)
        ticks = np.array(self._ticks, np.int64).T
        return ParkingOutcome(
            visits=visits,
            tick_s=ticks[0],
            occupancy=np.array(self._occupancy, np.int64),
            entered=ticks[1],
            searching=ticks[2],
            parked=ticks[3],
            left=ticks[4],
            gave_up=ticks[5],
            access_veh=np.array(self.access_veh, np.int64),
            cruising_veh=np.array(self.cruising_veh, np.int64),
            attempts=np.array(self.attempts, np.int64),
            refused=np.array(self.refused, np.int64),
        )

    def _visits(
        self,
        drivers: Drivers,
        supply: ParkingSupply,
        tariffs: tuple[Tariff, ...],
        walking: Walking,
        end_s: int,
    ) -> Visits:
        facility, parked_s, gave_up_s = (
            np.array(values, np.int64) for values in (self.facility, self.parked_s, self.gave_up_s)
        )
        stands_from_start = drivers.start_node < 0
        stood = np.flatnonzero(facility >= 0)
        where = facility[stood]
        walked_m, paid = np.zeros(facility.size), np.zeros(facility.size)
        walked_m[stood] = walking.distance_m(
            supply.x_m[where] - drivers.x_m[stood], supply.y_m[where] - drivers.y_m[stood]
        )
        arrival_s = np.where(stands_from_start, drivers.leave_s - drivers.dwell_s, parked_s)
        paid[stood] = prices(
            tariffs, supply.tariff[where], arrival_s[stood], drivers.dwell_s[stood]
        )
        found_s = np.where(gave_up_s >= 0, gave_up_s, end_s)
        ended_s = np.where(facility >= 0, parked_s, found_s)
        return Visits(
            id=drivers.id,
            facility=facility,
            parked_s=parked_s,
            left_s=np.array(self.left_s),
            searched_s=np.where(stands_from_start, 0, ended_s - drivers.start_s),
            access_m=np.array(self.access_m),
            cruised_m=np.array(self.cruised_m),
            walked_m=walked_m,
            paid=paid,
            refusals=np.array(self.refusals),
            gave_up=gave_up_s >= 0,
        )
