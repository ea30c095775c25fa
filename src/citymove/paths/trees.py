"""Shortest path trees: from a node over nodes, from a node over turns, and to a link.

Three searches, all Dijkstra's (1959) on a 4-ary heap:

- over nodes, where every turn is permitted;
- over links (turn-expanded), where turns are banned. A turn costs nothing and a link costs
  the same whatever turn leads to it, so the first settled link from which the turn is
  permitted gives a link its final cost: each link enters the heap once at most, and not at
  all where every link beyond it has its cost already;
- backwards from a link, over turns.

Costs may be 0 (labels improve only by strict ``<``) and infinite (a closed link, never used).
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from citymove.foundation.errors import InputError
from citymove.foundation.jit import kernel
from citymove.foundation.table import frozen_array
from citymove.paths.graph import SearchGraph, check_turn_rows
from citymove.paths.heap import heap_drop_first, heap_push

Array = np.ndarray[Any, Any]

UNREACHED = -2  # `before` of a link on no path
NO_LINK = -1


class SearchState(NamedTuple):
    """Buffers and answer of one search; one per worker, used again for every origin.

    Parameters
    ----------
    heap_key, heap_item, open_out
        Buffers.
    node_cost
        float64 [nodes], cost of the cheapest path from the origin, inf where there is none.
    arrive_by
        int32 [nodes], the last link of that path; -1 at the origin and where there is none.
    before
        int32 [links], the link before this one on the tree; -1 for the first of a path.
        Valid for the links in `order`.
    order
        int32 [links], links of the tree, each after the link before it.
    """

    heap_key: Array
    heap_item: Array
    open_out: Array
    node_cost: Array
    arrive_by: Array
    before: Array
    order: Array


def search_state(graph: SearchGraph) -> SearchState:
    """Return buffers for searches on `graph`."""
    nodes, links = graph.node_count, graph.link_count
    return SearchState(
        heap_key=np.empty(links + 1, np.float64),
        heap_item=np.empty(links + 1, np.int32),
        open_out=np.empty(nodes, np.int64),
        node_cost=np.empty(nodes, np.float64),
        arrive_by=np.empty(nodes, np.int32),
        before=np.empty(links, np.int32),
        order=np.empty(links, np.int32),
    )


@kernel
def node_tree(graph: Any, link_cost: Any, origin: int, state: Any) -> int:
    """Search from `origin` over nodes; return the number of links in ``state.order``."""
    node_cost, arrive_by = state.node_cost, state.arrive_by
    for node in range(node_cost.size):
        node_cost[node] = np.inf
        arrive_by[node] = NO_LINK
    node_cost[origin] = 0.0
    size = heap_push(0.0, origin, state.heap_key, state.heap_item, 0)
    count = 0
    while size > 0:
        cost, node = state.heap_key[0], state.heap_item[0]
        size = heap_drop_first(state.heap_key, state.heap_item, size)
        if cost > node_cost[node]:
            continue  # a cheaper path was found after this entry was made
        if node != origin:
            link = arrive_by[node]
            state.before[link] = arrive_by[graph.tail[link]]
            state.order[count] = link
            count += 1
            if node < graph.first_through_node:
                continue
        for k in range(graph.out_start[node], graph.out_start[node + 1]):
            link = graph.out_link[k]
            beyond = graph.head[link]
            further = cost + link_cost[link]
            if further < node_cost[beyond]:
                node_cost[beyond] = further
                arrive_by[beyond] = link
                size = heap_push(further, beyond, state.heap_key, state.heap_item, size)
    return count


@kernel
def link_tree(graph: Any, link_cost: Any, origin: int, state: Any) -> int:
    """Search from `origin` over permitted turns; return the number of links in the order."""
    for node in range(state.node_cost.size):
        state.node_cost[node] = np.inf
        state.arrive_by[node] = NO_LINK
        state.open_out[node] = graph.out_start[node + 1] - graph.out_start[node]
    for link in range(state.before.size):
        state.before[link] = UNREACHED
    state.node_cost[origin] = 0.0
    size = 0
    count = 0
    former, cost = NO_LINK, 0.0
    onward, low, high = graph.out_link, graph.out_start[origin], graph.out_start[origin + 1]
    while True:
        for k in range(low, high):
            link = onward[k]
            if state.before[link] != UNREACHED or link_cost[link] == np.inf:
                continue
            # Its final cost, see the module's docstring.
            further = cost + link_cost[link]
            node = graph.head[link]
            state.before[link] = former
            state.order[count] = link
            count += 1
            state.open_out[graph.tail[link]] -= 1
            if further < state.node_cost[node]:
                state.node_cost[node] = further
                state.arrive_by[node] = link
            if node >= graph.first_through_node and state.open_out[node] > 0:
                size = heap_push(further, link, state.heap_key, state.heap_item, size)
        while size > 0:
            cost, former = state.heap_key[0], state.heap_item[0]
            size = heap_drop_first(state.heap_key, state.heap_item, size)
            if state.open_out[graph.head[former]] > 0:
                break
        else:
            return count
        onward, low, high = graph.turn_to, graph.turn_start[former], graph.turn_start[former + 1]


@kernel
def tree(graph: Any, link_cost: Any, origin: int, state: Any) -> int:
    """Search from `origin` in the way that the graph asks for; return the length of the order."""
    if graph.has_turns:
        return link_tree(graph, link_cost, origin, state)
    return node_tree(graph, link_cost, origin, state)


@kernel
def _trees(graph: Any, link_cost: Any, origins: Any, state: Any, out: Any) -> None:
    cost, arrive_by, before = out
    for row in range(origins.size):
        count = tree(graph, link_cost, origins[row], state)
        for node in range(cost.shape[1]):
            cost[row, node] = state.node_cost[node]
            arrive_by[row, node] = state.arrive_by[node]
        for k in range(count):
            before[row, state.order[k]] = state.before[state.order[k]]


@kernel
def _incoming_turns(turn_start: Any, turn_to: Any, in_start: Any, in_from: Any) -> None:
    links = turn_start.size - 1
    for k in range(turn_to.size):
        in_start[turn_to[k]] += 1
    for i in range(1, links + 1):
        in_start[i] += in_start[i - 1]
    for i in range(links - 1, -1, -1):  # filled from the back: ends of rows become starts
        for k in range(turn_start[i], turn_start[i + 1]):
            in_start[turn_to[k]] -= 1
            in_from[in_start[turn_to[k]]] = i


@kernel
def _trees_to_links(
    in_start: Any,
    in_from: Any,
    link_time: Any,
    targets: Any,
    heap_key: Any,
    heap_item: Any,
    next_link: Any,
    cost: Any,
) -> None:
    # The heap holds links by the cost from their *start*; a link takes its cost from the first
    # link that comes out and may follow it, which is the final one.
    for row in range(targets.size):
        target = targets[row]
        next_link[row, :] = NO_LINK
        cost[row, :] = np.inf
        cost[row, target] = 0.0
        size = 0
        if link_time[target] < np.inf:
            size = heap_push(link_time[target], target, heap_key, heap_item, size)
        while size > 0:
            key, link = heap_key[0], heap_item[0]
            size = heap_drop_first(heap_key, heap_item, size)
            for k in range(in_start[link], in_start[link + 1]):
                former = in_from[k]
                if cost[row, former] < np.inf:
                    continue
                cost[row, former] = key
                next_link[row, former] = link
                if link_time[former] < np.inf:
                    size = heap_push(key + link_time[former], former, heap_key, heap_item, size)


def checked_costs(link_cost: Array, link_count: int) -> Array:
    """Return link costs as a fresh float64 array; refuse NaN and negative ones."""
    costs = np.array(link_cost, np.float64)
    if costs.shape != (link_count,):
        raise InputError(f"must have {link_count} entries", value=f"link cost of {costs.shape}")
    bad = np.flatnonzero(~(costs >= 0))
    if bad.size:
        raise InputError("must be >= 0", value=f"cost of link {bad[0]} = {costs[bad[0]]}")
    return costs


def _checked_rows(rows: Array, count: int, name: str) -> Array:
    index = np.array(rows, np.int64)
    if index.ndim != 1 or (index.size and (index.min() < 0 or index.max() >= count)):
        raise InputError(f"must be rows 0 .. {count - 1}", value=f"{name} {index.tolist()[:5]}")
    return index


@dataclass(frozen=True, eq=False, kw_only=True)
class Trees:
    """Cheapest paths from some origins to all nodes.

    Parameters
    ----------
    origins
        int64 [origins].
    node_cost
        float64 [origins, nodes], inf where no path leads.
    arrive_by
        int32 [origins, nodes], last link of the path; -1 at the origin and where none leads.
    before
        int32 [origins, links], the link before this one, -1 for the first; -2 off the tree.
    """

    origins: Array
    node_cost: Array
    arrive_by: Array
    before: Array

    def path(self, row: int, node: int) -> list[int]:
        """Return the links from origin number `row` to `node`, first to last."""
        links = []
        link = int(self.arrive_by[row, node])
        while link >= 0:
            links.append(link)
            link = int(self.before[row, link])
        return links[::-1]


def shortest_trees(graph: SearchGraph, link_cost: Array, origins: Array) -> Trees:
    """Return the cheapest paths from each origin.

    Parameters
    ----------
    graph
        From `search_graph`.
    link_cost
        float [links], >= 0, any one unit; inf: never used.
    origins
        int [origins], nodes.

    Raises
    ------
    InputError
        Where a cost is NaN or negative, or an origin is no node.

    Examples
    --------
    >>> from citymove.paths.graph import search_graph
    >>> graph = search_graph(np.array([0, 1, 0]), np.array([1, 2, 2]), 3)
    >>> trees = shortest_trees(graph, np.array([1.0, 1.0, 3.0]), np.array([0]))
    >>> trees.node_cost.tolist(), trees.path(0, 2)
    ([[0.0, 1.0, 2.0]], [0, 1])
    """
    costs = checked_costs(link_cost, graph.link_count)
    rows = _checked_rows(origins, graph.node_count, "origins")
    node_cost = np.empty((rows.size, graph.node_count))
    arrive_by = np.empty((rows.size, graph.node_count), np.int32)
    before = np.full((rows.size, graph.link_count), UNREACHED, np.int32)
    _trees(graph, costs, rows, search_state(graph), (node_cost, arrive_by, before))
    return Trees(
        origins=frozen_array(rows),
        node_cost=frozen_array(node_cost),
        arrive_by=frozen_array(arrive_by),
        before=frozen_array(before),
    )


def trees_to_links(
    turn_start: Array, turn_to: Array, link_time: Array, targets: Array
) -> tuple[Array, Array]:
    """Return how to go on from the end of each link so as to finish each target link soonest.

    Parameters
    ----------
    turn_start, turn_to
        int [links + 1], int [turns]: permitted turns in compressed rows.
    link_time
        float [links], >= 0; inf: never used.
    targets
        int [targets], links.

    Returns
    -------
    next_link
        int32 [targets, links]: the link to take next from the end of link ``i``; -1 where ``i``
        is the target itself (its end is reached, nothing is left to drive) and where no way leads
        to the target.
    cost
        float64 [targets, links]: the time from the end of link ``i`` to the end of the target,
        the target's own time included; 0 at the target, inf where no way leads there. It
        depends on the link one stands on, so a car at the target's start may have a way round
        to go before it may turn into it.

    Raises
    ------
    InputError
        Where a time is NaN or negative, or a turn or a target names no link.

    Examples
    --------
    >>> next_link, cost = trees_to_links(
    ...     np.array([0, 1, 2, 2]), np.array([1, 2]), np.array([5.0, 7.0, 1.0]), np.array([2])
    ... )
    >>> next_link.tolist(), cost.tolist()
    ([[1, 2, -1]], [[8.0, 1.0, 0.0]])
    """
    times = checked_costs(link_time, np.size(link_time))
    start, to = np.array(turn_start, np.int64), np.array(turn_to, np.int32)
    check_turn_rows(start, to, times.size)
    rows = _checked_rows(targets, times.size, "targets")
    in_start = np.zeros(times.size + 1, np.int64)
    in_from = np.empty(to.size, np.int32)
    _incoming_turns(start, to, in_start, in_from)
    next_link = np.empty((rows.size, times.size), np.int32)
    cost = np.empty((rows.size, times.size))
    heap_key, heap_item = np.empty(times.size + 1), np.empty(times.size + 1, np.int32)
    _trees_to_links(in_start, in_from, times, rows, heap_key, heap_item, next_link, cost)
    return frozen_array(next_link), frozen_array(cost)
