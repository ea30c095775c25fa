"""Certificate of an equilibrium, computed outside the solver from the volumes alone.

Costs come from the volumes, trees from scratch at these costs:

- relative gap = (TSTT - SPTT) / TSTT on generalised cost;
- average excess cost = (TSTT - SPTT) / demand;
- the objective is convex, so ``Z - (TSTT - SPTT) <= Z*``: how far it can be from the optimum.

Trips that stay in their zone and trips without a path are left out of all.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.paths.graph import SearchGraph
from citymove.paths.skims import skim
from citymove.traffic.slice_costs import SliceCosts

Array = np.ndarray[Any, Any]


def relative_gap(tstt: float, sptt: float) -> float:
    """Return ``(tstt - sptt) / tstt``; 0 where nothing travels.

    Examples
    --------
    >>> relative_gap(200.0, 199.0)
    0.005
    """
    return (tstt - sptt) / tstt if tstt > 0.0 else 0.0


@dataclass(frozen=True, slots=True)
class Certificate:
    """How near the volumes of one slice are to equilibrium.

    Parameters
    ----------
    relative_gap, average_excess_cost, objective, tstt, sptt, unreachable
        See `Equilibrium`.
    link_time
        float64 [links].
    trip_cost
        float64 [zones, zones].
    """

    relative_gap: float
    average_excess_cost: float
    objective: float
    tstt: float
    sptt: float
    unreachable: float
    link_time: Array
    trip_cost: Array

    @property
    def objective_bound(self) -> float:
        """No volumes have a smaller objective than this."""
        return self.objective - (self.tstt - self.sptt)


def certify(graph: SearchGraph, costs: SliceCosts, demand: Array, volume: Array) -> Certificate:
    """Return the certificate of one slice.

    Parameters
    ----------
    graph, costs
        Of the network and the slice.
    demand
        float64 [segments, zones, zones], diagonal 0.
    volume
        float64 [segments, links], what was assigned.
    """
    total = volume.sum(axis=0)
    link_time = costs.times(total)
    link_cost = link_time + costs.terms.fixed_cost
    trip_cost, _ = skim(graph, link_cost, demand.shape[1])
    trips = demand.sum(axis=0)
    reachable = np.isfinite(trip_cost)
    assigned = float(trips[reachable].sum())
    tstt = float(np.sum(total * link_cost))
    sptt = float(np.sum(trips[reachable] * trip_cost[reachable]))
    return Certificate(
        relative_gap=relative_gap(tstt, sptt),
        average_excess_cost=(tstt - sptt) / assigned if assigned > 0.0 else 0.0,
        objective=costs.objective(total),
        tstt=tstt,
        sptt=sptt,
        unreachable=float(trips[~reachable].sum()),
        link_time=link_time,
        trip_cost=trip_cost,
    )
