"""The network that an assignment works on, whether it comes from a city or from a file."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np

from citymove.foundation.table import frozen_array
from citymove.paths.graph import Turns
from citymove.traffic.path_flows import PathFlows
from citymove.traffic.segments.origin_flows import OriginFlows

Array = np.ndarray[Any, Any]


class LinkFunction(IntEnum):
    """How the time of a link depends on its volume; the parameters stand in columns."""

    CONSTANT = 0  # free_time
    BPR = 1  # parameters: b, power
    CONICAL = 2  # parameters: a
    AKCELIK = 3  # parameters: J, T, U: period T and the unit of demand's time U (3600 where
    # free_time is in s and demand in veh/h), both in the unit of free_time
    SIGNAL = 4  # running time + HCM control delay; parameters: cycle s, green ratio, period h


@dataclass(frozen=True, eq=False, kw_only=True)
class AssignmentNetwork:
    """Links, cost functions and permitted turns.

    Parameters
    ----------
    zone_count
        Zones are the nodes ``0 .. zone_count - 1``.
    node_count
        Number of nodes, zones included.
    first_through_node
        Nodes below it carry no through traffic: paths start or end there, and never pass. 0: all
        may be crossed.
    tail, head
        int32 [links].
    function
        int8 [links], `LinkFunction`.
    free_time
        float64 [slices, links], >= 0, in any one unit (seconds for a city).
    capacity
        float64 [slices, links], > 0, in the unit of demand (veh/h for a city); inf only on links of
        constant time.
    parameters
        float64 [slices, links, 3], see `LinkFunction`; unused columns 0.
    fixed_cost
        float64 [links], toll and distance terms in the unit of `free_time`, >= 0.
    turns, turns_of_slice
        Distinct sets of permitted turns; int64 [slices], which one holds in each slice, None: the
        first in all. No sets where every turn is permitted (then paths are searched over nodes).
    """

    zone_count: int
    node_count: int
    first_through_node: int
    tail: Array
    head: Array
    function: Array
    free_time: Array
    capacity: Array
    parameters: Array
    fixed_cost: Array
    turns: tuple[Turns, ...] = ()
    turns_of_slice: Array | None = None

    def __post_init__(self) -> None:
        for name, dtype in (
            ("tail", np.int32),
            ("head", np.int32),
            ("function", np.int8),
            ("free_time", np.float64),
            ("capacity", np.float64),
            ("parameters", np.float64),
            ("fixed_cost", np.float64),
        ):
            object.__setattr__(self, name, frozen_array(getattr(self, name), dtype))
        if self.turns_of_slice is not None:
            object.__setattr__(self, "turns_of_slice", frozen_array(self.turns_of_slice, np.int64))

    @property
    def link_count(self) -> int:
        """Number of links, connectors included."""
        return int(self.tail.size)

    @property
    def slice_count(self) -> int:
        """Number of slices."""
        return int(self.capacity.shape[0])


@dataclass(frozen=True, eq=False, kw_only=True)
class Equilibrium:
    """Volumes at which no driver gains by another path, with their certificate.

    For the optimum of the system: at which no change of path lowers the total time. What judges
    the volumes (`relative_gap`, `average_excess_cost`, `objective`, `objective_bound`) goes by the
    costs of the objective, see `traffic.slice_costs`; `tstt`, `sptt`, `link_time` and the costs of
    trips are what drivers meet.

    Parameters
    ----------
    link_volume
        float64 [segments, slices, links], vehicles in demand units; preload left out. Their sum
        in equivalents is unique where times rise strictly; how classes share it is not.
    preload
        float64 [slices, links], volumes that were given and not assigned, in equivalents.
    link_time
        float64 [slices, links], at volume + preload, fixed cost left out.
    trip_cost
        float64 [slices, zones, zones], cost of the cheapest path at these times, without what
        classes add, inf where there is none; 0 on the diagonal.
    relative_gap
        float64 [slices], excess / total cost: what all would save on their cheapest paths, at
        unchanged costs. For users (TSTT - SPTT) / TSTT on generalised cost. Intrazonal trips are
        left out.
    average_excess_cost
        float64 [slices], excess / demand.
    objective
        float64 [slices], Beckmann's for users, the total cost for the system.
    objective_bound
        float64 [slices], objective - excess: no volumes have a smaller objective. -inf, none known,
        where the optimum of the system is sought and a link ends at a signal.
    tstt, sptt
        float64 [slices], generalised time of assigned trips as driven, and by cheapest paths at
        the same times, summed over vehicles.
    iterations
        int64 [slices].
    history
        One float64 [iterations] of relative gaps per slice.
    unreachable
        float64 [slices], demand without any path, left out of all the above.
    converged
        bool [slices], whether the gap asked for was reached.
    topology_key
        Fingerprint of each slice's links and turns: on an equal topology `link_volume` is
        feasible again.
    demand_key
        Fingerprint of each slice's demand, for the same purpose.
    paths
        Paths of each slice where the algorithm keeps them, else None.
    origin_flows
        Flows of each slice by origin, in passenger car equivalents, where the algorithm keeps them,
        else None.
    sought
        "user" or "system".
    class_names
        Of the segments where classes were given, else empty.
    class_trip_cost
        float64 [segments, slices, zones, zones], cost of the cheapest path of each class, in units
        of time, where classes were given, else None.
    pce
        float64 [segments], passenger car equivalents of a vehicle; None: 1 for all.
    """

    link_volume: Array
    preload: Array
    link_time: Array
    trip_cost: Array
    relative_gap: Array
    average_excess_cost: Array
    objective: Array
    objective_bound: Array
    tstt: Array
    sptt: Array
    iterations: Array
    history: tuple[Array, ...]
    unreachable: Array
    converged: Array
    topology_key: tuple[str, ...] = ()
    demand_key: tuple[str, ...] = ()
    paths: tuple[PathFlows, ...] | None = None
    origin_flows: tuple[OriginFlows, ...] | None = None
    sought: str = "user"
    class_names: tuple[str, ...] = ()
    class_trip_cost: Array | None = None
    pce: Array | None = None

    @property
    def total_volume(self) -> Array:
        """All segments and the preload, in equivalents, float64 [slices, links]."""
        volume = self.link_volume
        if self.pce is not None:
            volume = volume * self.pce[:, None, None]
        return np.asarray(volume.sum(axis=0) + self.preload)
