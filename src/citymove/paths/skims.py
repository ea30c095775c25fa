"""Skims: any quantity of links summed along cheapest paths, zone by zone."""

from typing import Any

import numpy as np

from citymove.foundation.errors import InputError
from citymove.foundation.jit import kernel
from citymove.foundation.table import frozen_array
from citymove.paths.graph import SearchGraph
from citymove.paths.trees import checked_costs, new_search, tree

Array = np.ndarray[Any, Any]


@kernel
def _skim(
    graph: Any, state_cost: Any, fields: Any, search: Any, along: Any, cost: Any, skims: Any
) -> None:
    zones = cost.shape[0]
    for origin in range(zones):
        count = tree(graph, state_cost, origin, search)
        for zone in range(zones):
            cost[origin, zone] = search.node_cost[zone]
        for field in range(fields.shape[0]):
            for k in range(count):
                state = search.order[k]
                before = search.before[state]
                along[state] = fields[field, state] + (along[before] if before >= 0 else 0.0)
            for zone in range(zones):
                last = search.arrive_by[zone]
                if last >= 0:
                    skims[field, origin, zone] = along[last]


def skim(
    graph: SearchGraph, link_cost: Array, zone_count: int, fields: Array | None = None
) -> tuple[Array, Array]:
    """Return the cost and other quantities of the cheapest paths between all zones.

    Parameters
    ----------
    graph
        From `search_graph`; its nodes ``0 .. zone_count - 1`` are the zones.
    link_cost
        float [links], >= 0, what paths minimise; inf: never used.
    zone_count
        Number of zones.
    fields
        float [fields, links], finite: what is summed along the paths (length, time, toll), each
        in its own unit; None: nothing.

    Returns
    -------
    cost
        float64 [zones, zones], origins in rows; 0 on the diagonal, inf where no path leads.
    skims
        float64 [fields, zones, zones]; 0 on the diagonal, inf where no path leads.

    Raises
    ------
    InputError
        Where a cost is NaN or negative, or an array has the wrong shape.

    Examples
    --------
    >>> from citymove.paths.graph import search_graph
    >>> graph = search_graph(np.array([0, 1, 0]), np.array([1, 2, 2]), 3)
    >>> cost, skims = skim(graph, np.array([1.0, 1.0, 3.0]), 3, np.array([[10.0, 20.0, 15.0]]))
    >>> cost[0].tolist(), skims[0, 0].tolist()
    ([0.0, 1.0, 2.0], [0.0, 10.0, 30.0])
    """
    costs = checked_costs(link_cost, graph.link_count)
    summed = np.array(np.empty((0, graph.link_count)) if fields is None else fields, np.float64)
    if summed.ndim != 2 or summed.shape[1] != graph.link_count or not np.isfinite(summed).all():
        raise InputError(
            f"must be finite, of shape (fields, {graph.link_count})",
            value=f"fields of shape {summed.shape}",
        )
    if not 0 <= zone_count <= graph.node_count:
        raise InputError(
            f"must lie between 0 and the {graph.node_count} nodes", value=f"zones = {zone_count}"
        )
    cost = np.empty((zone_count, zone_count))
    skims = np.full((summed.shape[0], zone_count, zone_count), np.inf)
    skims[:, np.arange(zone_count), np.arange(zone_count)] = 0.0
    of_states = graph.by_state(costs), graph.by_state(summed)
    _skim(graph, *of_states, new_search(graph), np.empty(graph.state_count), cost, skims)
    return frozen_array(cost), frozen_array(skims)
