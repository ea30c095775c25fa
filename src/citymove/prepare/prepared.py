"""What `prepare` makes of a city: the arrays that the models work on."""

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

import numpy as np

from citymove.facts.city import City
from citymove.facts.signal_plans import SignalPlan
from citymove.foundation.daytime import Slices
from citymove.foundation.note import Note
from citymove.foundation.table import Table, column, frozen_array
from citymove.signals.presence import SignalJunctions

Array = np.ndarray[Any, Any]


class TurnKind(IntEnum):
    """Direction of a turn."""

    THROUGH = 0
    RIGHT = 1
    LEFT = 2
    U_TURN = 3


@dataclass(frozen=True, eq=False, kw_only=True)
class TurnGraph:
    """Permitted turns between open links, in compressed rows over states.

    A state is a link together with how far into a ban over several links its driver is
    (`prepare.ban_states`). States below the number of links are the links themselves, with
    nothing of a ban before them; without such bans there are no others.

    Parameters
    ----------
    start
        int64 [states + 1]: the turns out of state ``i`` are rows ``start[i]:start[i + 1]``.
    to_state
        int32 [turns], the state in which the turn ends.
    kind
        int8 [turns], `TurnKind`.
    state_link
        int32 [states], the link of each state.

    Notes
    -----
    A turn is missing where a ban stands, where it would make a ban over several links whole,
    where either link is closed, and where it is a U-turn though any other turn leads on from that
    state (U-turns are made at dead ends alone, and where bans leave nothing else).
    """

    start: Array
    to_state: Array
    kind: Array
    state_link: Array

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", frozen_array(self.start, np.int64))
        object.__setattr__(self, "to_state", frozen_array(self.to_state, np.int32))
        object.__setattr__(self, "kind", frozen_array(self.kind, np.int8))
        object.__setattr__(self, "state_link", frozen_array(self.state_link, np.int32))

    @property
    def to_link(self) -> Array:
        """The link turned into, int32 [turns]."""
        return np.asarray(self.state_link[self.to_state])


@dataclass(frozen=True, eq=False, kw_only=True)
class Connectors(Table):
    """Ways between a centroid and the road network.

    Parameters
    ----------
    centroid
        int32: zones first, then gateways.
    node
        int32, row of the roads' nodes.
    time_s
        float64, constant time of the connector, s, >= 0.
    leaves, arrives
        bool, whether trips may leave the centroid, arrive at it, by this connector.
    """

    centroid: Array = column(np.int32)
    node: Array = column(np.int32)
    time_s: Array = column(np.float64)
    leaves: Array = column(np.bool_)
    arrives: Array = column(np.bool_)


class FacilityKind(IntEnum):
    """What kind of supply a facility is."""

    KERB = 0
    CAR_PARK = 1


@dataclass(frozen=True, eq=False, kw_only=True)
class ParkingSupply(Table):
    """Public parking tied to links: kerb by link, then car parks.

    Parameters
    ----------
    id
        text, the kerb's or the car park's stable id.
    kind
        int8 `FacilityKind`.
    link
        int32, the open link on which a driver reaches it (at the end of which the space is
        taken); -1 where no open link leads there (then nobody can use it).
    spaces
        int32, >= 0.
    tariff
        int16, row of `City.tariffs`, -1: free.
    x_m, y_m
        float64, where the walk starts.
    """

    id: Array = column(np.str_)
    kind: Array = column(np.int8)
    link: Array = column(np.int32)
    spaces: Array = column(np.int32)
    tariff: Array = column(np.int16)
    x_m: Array = column(np.float64)
    y_m: Array = column(np.float64)


@dataclass(frozen=True, eq=False, kw_only=True)
class Prepared:
    """Derived arrays of a city.

    Parameters
    ----------
    city, slices
        What they were derived from and for.
    turns, turns_of_slice
        Permitted turns, one graph for each distinct set of bans in force, all over the same
        states; int64 [slices], which one holds in each slice. Most cities have one alone.
    running_time_s
        float64 [slices, links], time at the free speed of the slice, without control delay.
    capacity_vph, capacity_source
        float64 [links], > 0: of the link on green (for a signalised approach its saturation
        flow, for others its capacity); int8 `Source`.
    junctions
        Signalised junctions.
    junction_of_link
        int32 [links], the signalised junction at the link's head, -1 for none and for links
        between two nodes of one junction.
    plans
        The plans in force, known or inferred, sorted by junction and start.
    cycle_s, green_s
        float64 [slices, links], cycle and effective green of a signalised approach; 0 elsewhere.
    connectors
        Centroids to nodes.
    parking
        Public parking supply.
    notes
        What a planner should know of the derivation ("18 plans inferred").
    """

    city: City
    slices: Slices
    turns: tuple[TurnGraph, ...]
    turns_of_slice: Array
    running_time_s: Array
    capacity_vph: Array
    capacity_source: Array
    junctions: SignalJunctions
    junction_of_link: Array
    plans: tuple[SignalPlan, ...]
    cycle_s: Array
    green_s: Array
    connectors: Connectors
    parking: ParkingSupply
    notes: tuple[Note, ...] = ()

    def __post_init__(self) -> None:
        for name, dtype in (
            ("turns_of_slice", np.int64),
            ("running_time_s", np.float64),
            ("capacity_vph", np.float64),
            ("capacity_source", np.int8),
            ("junction_of_link", np.int32),
            ("cycle_s", np.float64),
            ("green_s", np.float64),
        ):
            object.__setattr__(self, name, frozen_array(getattr(self, name), dtype))

    @property
    def link_count(self) -> int:
        """Number of road links."""
        return len(self.city.roads.links)

    def with_greens(
        self, plans: tuple[SignalPlan, ...], cycle_s: Array, green_s: Array
    ) -> "Prepared":
        """Return the same with other plans and what follows from them."""
        return replace(self, plans=plans, cycle_s=cycle_s, green_s=green_s)
