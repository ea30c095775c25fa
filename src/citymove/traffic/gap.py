"""Certificate of an equilibrium, computed outside the solver from the volumes alone.

Costs come from the volumes, trees from scratch at these costs, for each group of classes its own:

- excess = sum of volume x cost - sum of demand x cost of the cheapest path;
- relative gap = excess / sum of volume x cost;
- average excess cost = excess / demand;
- where the objective is convex, ``Z - excess <= Z*``: how far it can be from the optimum.

The costs are those that the objective is of: generalised ones for the equilibrium of users,
marginal ones for the optimum of the system. Volumes and demand count in passenger car
equivalents. TSTT and SPTT are what drivers meet, summed over vehicles; for the equilibrium of
users whose vehicles are all of one car's room, their difference is the excess.

Trips that stay in their zone and trips without a path are left out of all.
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from citymove.paths.graph import SearchGraph
from citymove.paths.skims import skim
from citymove.traffic.slice_costs import SliceCosts
from citymove.traffic.user_classes import ClassTerms

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
    relative_gap, average_excess_cost, objective, objective_bound, tstt, sptt, unreachable
        See `Equilibrium`.
    link_time
        float64 [links].
    trip_cost
        float64 [zones, zones], without what classes add.
    group_trip_cost
        float64 [groups, zones, zones], with what the classes of each group add.
    """

    relative_gap: float
    average_excess_cost: float
    objective: float
    objective_bound: float
    tstt: float
    sptt: float
    unreachable: float
    link_time: Array
    trip_cost: Array
    group_trip_cost: Array


@dataclass(frozen=True, slots=True)
class _Account:
    """Volumes and trips at certain costs of links and trips."""

    tstt: float
    sptt: float
    assigned: float
    unreachable: float

    @classmethod
    def of(
        cls, classes: ClassTerms, link_cost: Array, trip_cost: Array, demand: Array, volume: Array
    ) -> Self:
        cheapest = trip_cost[classes.group]
        reachable = np.isfinite(cheapest)
        return cls(
            tstt=float(np.sum(volume.sum(axis=0) * link_cost)) + classes.cost_of(volume),
            sptt=float(np.sum(demand[reachable] * cheapest[reachable])),
            assigned=float(demand[reachable].sum()),
            unreachable=float(demand[~reachable].sum()),
        )


def _trip_costs(graph: SearchGraph, classes: ClassTerms, link_cost: Array, zones: int) -> Array:
    """Return the costs of the cheapest paths, float64 [groups, zones, zones]."""
    return np.stack([skim(graph, link_cost + more, zones)[0] for more in classes.search_constant])


def certify(graph: SearchGraph, costs: SliceCosts, demand: Array, volume: Array) -> Certificate:
    """Return the certificate of one slice.

    Parameters
    ----------
    graph, costs
        Of the network and the slice.
    demand
        float64 [segments, zones, zones], diagonal 0, in passenger car equivalents.
    volume
        float64 [segments, links], what was assigned, in the same.
    """
    classes, zones = costs.classes, demand.shape[1]
    total = volume.sum(axis=0)
    link_time, cost = costs.times(total), costs.costs(total)
    met = link_time + costs.terms.fixed_cost
    met_by_trips = _trip_costs(graph, classes, met, zones)
    by_trips = met_by_trips if costs.of_user else _trip_costs(graph, classes, cost, zones)
    judged = _Account.of(classes, cost, by_trips, demand, volume)
    room = classes.pce[:, None]
    vehicles = _Account.of(classes, met, met_by_trips, demand / room[:, :, None], volume / room)
    excess, objective = judged.tstt - judged.sptt, costs.objective(volume)
    return Certificate(
        relative_gap=relative_gap(judged.tstt, judged.sptt),
        average_excess_cost=excess / judged.assigned if judged.assigned > 0.0 else 0.0,
        objective=objective,
        objective_bound=objective - excess if costs.is_convex else -np.inf,
        tstt=vehicles.tstt,
        sptt=vehicles.sptt,
        unreachable=vehicles.unreachable,
        link_time=link_time,
        trip_cost=skim(graph, met, zones)[0] if classes.differ else met_by_trips[0],
        group_trip_cost=met_by_trips,
    )
