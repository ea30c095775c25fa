"""Logit loading: trips spread over the efficient paths of their pair, cheaper ones more.

Dial (1971), "A probabilistic multipath traffic assignment model which obviates path
enumeration", Transportation Research 5: a path of cost ``c`` takes the share
``exp(-theta c) / sum over efficient paths of exp(-theta c)`` of its pair's trips, without any
path being listed.

A link is *efficient* for an origin when it leads away from it: when its head costs more to reach
than its tail. A path is efficient when all its links are. (Dial's definition in one pass; the one
in two passes asks in addition that every link come nearer to the destination, and costs a pass
for each pair instead of each origin.) Where both ends cost the same to reach, a link counts if it
lies on a cheapest path and leads on in the order of the search: a link of cost 0, say. So every
path of the origin's tree is efficient, and no efficient path comes back to a node.

Where turns are banned, what is said of nodes is said of states (a link and how far into a ban its
driver is): going on from one link to the next is efficient when the end of the next costs more to
reach. That is a wider definition, for a path round a ban may pass a node twice, and it would not
be found by the costs of nodes; so a network with all turns listed is loaded on more paths than
the same one without turns.

The search goes over *vertices*, joined by *steps*: nodes joined by links, or states joined by
turns; from a source for each zone, to a sink for each. With ``r`` the cost of the cheapest path
from the origin, vertices in the order of ``r``:

- forward: ``W(j)`` = sum over efficient steps (i, j) of ``W(i) exp(-theta (r(i) + c - r(j)))`` with
  ``W = 1`` at the origin; kept as a logarithm, since the number of paths has no bound. The logsum
  of a destination's paths, the cost that its trips expect, is ``r(j) - ln W(j) / theta``;
- backward: what enters ``j`` comes by its efficient steps in the shares that these terms have in
  the sum.

Costs are given, and do not respond to the volumes. Paths that overlap count as different
(independence of irrelevant alternatives): two that differ by a short detour draw more trips than
either would alone.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from citymove.foundation.errors import InputError
from citymove.foundation.jit import kernel
from citymove.foundation.table import frozen_array
from citymove.paths.graph import SearchGraph
from citymove.paths.heap import heap_drop_first, heap_push
from citymove.paths.trees import checked_costs, new_search, tree

Array = np.ndarray[Any, Any]

_NO_LINK = -1  # of the step into a sink


class _Steps(NamedTuple):
    """Steps in compressed rows by the vertex that they leave.

    Vertices: nodes or states, a source for each zone, and, after states, a sink for each zone
    (a zone's node is its own sink).
    """

    start: Array  # int64 [vertices + 1]
    to: Array  # int32 [steps]
    link: Array  # int32 [steps]
    cost: Array  # float64 [steps]
    first_source: int
    first_sink: int


class _Spread(NamedTuple):
    """Buffers of one origin."""

    label: Array  # float64 [vertices], r
    order: Array  # int32 [vertices], reached vertices by their label, each after those before it
    place: Array  # int64 [vertices], row in `order`, -1 where not reached
    largest: Array  # float64 [vertices], largest term of the sum of which ln W is taken
    total: Array  # float64 [vertices], that sum, over exp(largest)
    flow: Array  # float64 [vertices], trips that end at the vertex or pass it
    found: Array  # int32 [vertices], vertices in the order of the search


@kernel
def _reach(
    graph: Any, steps: Any, state_cost: Any, zones: int, origin: int, search: Any, spread: Any
) -> int:
    """Search from an origin and put what is reached in order; return how many vertices."""
    label, place = spread.label, spread.place
    count = tree(graph, state_cost, origin, search)
    size = 0
    for k in range(count):
        state = search.order[k]
        if graph.has_turns:
            before = search.before[state]
            vertex = state
            label[vertex] = (label[before] if before >= 0 else 0.0) + state_cost[state]
        else:
            vertex = graph.head[state]
            label[vertex] = search.node_cost[vertex]
        spread.found[k] = vertex
        # equal labels come out in the order of the search
        size = heap_push(label[vertex], k, search.heap_key, search.heap_item, size)
    for vertex in range(place.size):
        place[vertex] = -1
    source = steps.first_source + origin
    label[source] = 0.0
    place[source] = 0
    spread.order[0] = source
    reached = 1
    while size > 0:
        vertex = spread.found[search.heap_item[0]]
        size = heap_drop_first(search.heap_key, search.heap_item, size)
        place[vertex] = reached
        spread.order[reached] = vertex
        reached += 1
    if graph.has_turns:
        for zone in range(zones):
            if zone != origin and search.arrive_by[zone] >= 0:
                sink = steps.first_sink + zone
                label[sink] = search.node_cost[zone]
                place[sink] = reached
                spread.order[reached] = sink
                reached += 1
    return reached


@kernel
def _log_term(steps: Any, theta: float, spread: Any, log_weight: float, i: int, step: int) -> Any:
    """Return the term of a step out of vertex `i` in the sum of its end, -inf where inefficient."""
    j = steps.to[step]
    if spread.place[i] >= spread.place[j]:  # an end that is not reached stands at -1
        return -np.inf
    longer = spread.label[i] + steps.cost[step]
    if steps.link[step] >= 0 and spread.label[i] >= spread.label[j] and longer != spread.label[j]:
        return -np.inf
    return log_weight - theta * (longer - spread.label[j])


@kernel
def _weigh(steps: Any, theta: float, reached: int, spread: Any) -> None:
    """Set the sums of which ``ln W`` is taken, vertex by vertex away from the origin."""
    largest, total = spread.largest, spread.total
    for k in range(reached):
        largest[spread.order[k]] = -np.inf
        total[spread.order[k]] = 0.0
    largest[spread.order[0]] = 0.0
    total[spread.order[0]] = 1.0
    for k in range(reached):
        i = spread.order[k]
        log_weight = largest[i] + np.log(total[i])
        for step in range(steps.start[i], steps.start[i + 1]):
            term = _log_term(steps, theta, spread, log_weight, i, step)
            if term == -np.inf:
                continue
            j = steps.to[step]
            if term > largest[j]:
                total[j] = total[j] * np.exp(largest[j] - term) + 1.0
                largest[j] = term
            else:
                total[j] += np.exp(term - largest[j])


@kernel
def _send(steps: Any, theta: float, trips: Any, reached: int, spread: Any, volume: Any) -> float:
    """Add one origin's trips to `volume`, back from their ends; return those without a path."""
    unreachable = 0.0
    flow = spread.flow
    for k in range(reached):
        flow[spread.order[k]] = 0.0
    for zone in range(trips.size):
        if spread.place[steps.first_sink + zone] >= 0:
            flow[steps.first_sink + zone] = trips[zone]
        else:
            unreachable += trips[zone]
    for k in range(reached - 1, -1, -1):
        i = spread.order[k]
        log_weight = spread.largest[i] + np.log(spread.total[i])
        for step in range(steps.start[i], steps.start[i + 1]):
            j = steps.to[step]
            term = _log_term(steps, theta, spread, log_weight, i, step)
            if term == -np.inf or flow[j] == 0.0:
                continue
            sent = flow[j] * (np.exp(term - spread.largest[j]) / spread.total[j])
            flow[i] += sent
            if steps.link[step] >= 0:
                volume[steps.link[step]] += sent
    return unreachable


@kernel
def _load_all(
    graph: Any, steps: Any, state_cost: Any, theta: float, demand: Any, search: Any, spread: Any,
    volume: Any, expected_cost: Any,
) -> float:  # fmt: skip
    unreachable = 0.0
    zones = demand.shape[2]
    for origin in range(zones):
        reached = _reach(graph, steps, state_cost, zones, origin, search, spread)
        _weigh(steps, theta, reached, spread)
        for segment in range(demand.shape[0]):
            unreachable += _send(
                steps, theta, demand[segment, origin], reached, spread, volume[segment]
            )
        for zone in range(zones):
            sink = steps.first_sink + zone
            if zone != origin and spread.place[sink] >= 0:
                log_weight = spread.largest[sink] + np.log(spread.total[sink])
                expected_cost[origin, zone] = spread.label[sink] - log_weight / theta
    return unreachable


@dataclass(frozen=True, eq=False, kw_only=True)
class LogitLoading:
    """Volumes of one loading.

    Parameters
    ----------
    link_volume
        float64 [segments, links].
    expected_cost
        float64 [zones, zones], logsum over the efficient paths, ``-ln(sum of exp(-theta c)) /
        theta``: at most the cost of the cheapest path, and below 0 where many paths cost little;
        0 on the diagonal, inf where no path leads.
    unreachable
        Trips without a path, left out.
    """

    link_volume: Array
    expected_cost: Array
    unreachable: float


def logit_loading(
    graph: SearchGraph, link_cost: Array, demand: Array, *, theta: float
) -> LogitLoading:
    """Return the volumes when trips choose among efficient paths by a logit.

    Parameters
    ----------
    graph
        From `search_graph`; its first nodes are the zones.
    link_cost
        float [links], >= 0; inf: never used.
    demand
        float [segments, zones, zones], finite, >= 0; trips within a zone are ignored.
    theta
        Spread, > 0, per unit of cost: the log of the odds by which a path that costs one unit less
        is preferred. The larger, the nearer to an all-or-nothing loading.

    Raises
    ------
    InputError
        Where an argument breaks a rule.

    Examples
    --------
    Two routes of 10 and 11 min, theta 1 per min: the odds are e to 1.

    >>> from citymove.paths.graph import search_graph
    >>> graph = search_graph(np.array([0, 0]), np.array([1, 1]), 2)
    >>> found = logit_loading(
    ...     graph, np.array([10.0, 11.0]), np.array([[[0.0, 100.0], [0.0, 0.0]]]), theta=1.0
    ... )
    >>> found.link_volume.round(2).tolist(), round(float(found.expected_cost[0, 1]), 4)
    ([[73.11, 26.89]], 9.6867)
    """
    if not (np.isfinite(theta) and theta > 0):
        raise InputError("must be > 0 and finite", value=f"theta = {theta}")
    costs = checked_costs(link_cost, graph.link_count)
    trips = _checked_trips(graph, demand)
    volume = np.zeros((trips.shape[0], graph.link_count))
    expected_cost = np.full(trips.shape[1:], np.inf)
    np.fill_diagonal(expected_cost, 0.0)
    steps = _steps(graph, costs, trips.shape[1])
    unreachable = _load_all(
        graph, steps, graph.by_state(costs), float(theta), trips, new_search(graph),
        _new_spread(steps.start.size - 1), volume, expected_cost,
    )  # fmt: skip
    return LogitLoading(
        link_volume=frozen_array(volume),
        expected_cost=frozen_array(expected_cost),
        unreachable=float(unreachable),
    )


def _steps(graph: SearchGraph, link_cost: Array, zones: int) -> _Steps:
    """Return the steps between vertices; none passes a node that paths may not pass."""
    links = np.arange(graph.link_count)
    leaving = links[graph.tail[: links.size] < zones]
    first_source = graph.state_count if graph.has_turns else graph.node_count
    first_sink = first_source + zones if graph.has_turns else 0
    if graph.has_turns:
        state = np.repeat(np.arange(graph.state_count), np.diff(graph.turn_start))
        passed = graph.head[state] >= graph.first_through_node
        between = state[passed], graph.turn_to[passed], graph.state_link[graph.turn_to[passed]]
        out = first_source + graph.tail[leaving], leaving, leaving
        ending = np.flatnonzero(graph.head < zones)
        into = ending, first_sink + graph.head[ending], np.full(ending.size, _NO_LINK)
    else:
        passed_links = links[graph.tail >= graph.first_through_node]
        between = graph.tail[passed_links], graph.head[passed_links], passed_links
        out = first_source + graph.tail[leaving], graph.head[leaving], leaving
        into = links[:0], links[:0], links[:0]
    of, to, link = (np.concatenate(parts) for parts in zip(between, out, into, strict=True))
    order = np.argsort(of, kind="stable")
    vertices = first_source + zones + (zones if graph.has_turns else 0)
    return _Steps(
        start=np.searchsorted(of[order], np.arange(vertices + 1)),
        to=to[order].astype(np.int32),
        link=link[order].astype(np.int32),
        cost=np.where(link == _NO_LINK, 0.0, link_cost[link])[order],
        first_source=first_source,
        first_sink=first_sink,
    )


def _new_spread(vertices: int) -> _Spread:
    return _Spread(
        label=np.empty(vertices),
        order=np.empty(vertices, np.int32),
        place=np.empty(vertices, np.int64),
        largest=np.empty(vertices),
        total=np.empty(vertices),
        flow=np.empty(vertices),
        found=np.empty(vertices, np.int32),
    )


def _checked_trips(graph: SearchGraph, demand: Array) -> Array:
    """Return the demand as fresh float64 with an empty diagonal."""
    trips = np.array(demand, np.float64)
    if trips.ndim != 3 or trips.shape[1] != trips.shape[2] or trips.shape[1] > graph.node_count:
        raise InputError(
            f"must have the shape (segments, zones, zones) with at most {graph.node_count} zones",
            value=f"demand of shape {trips.shape}",
        )
    bad = np.argwhere(~(np.isfinite(trips) & (trips >= 0)))
    if bad.size:
        at = tuple(int(i) for i in bad[0])
        raise InputError("must be finite and >= 0", value=f"demand{list(at)} = {trips[at]}")
    diagonal = np.arange(trips.shape[1])
    trips[:, diagonal, diagonal] = 0.0
    return trips
