"""Shortest path trees: from a node over nodes, from a node over turns, and to a link.

Three searches, all Dijkstra's (1959) on a 4-ary heap:

- over nodes, where every turn is permitted;
- over states (turn-expanded: a state is a link and how far into a ban over several links the
  driver is, see `paths.graph`), where turns are banned. A turn costs nothing and a link costs
  the same whatever turn leads to it, so the first settled state from which the turn is
  permitted gives a state its final cost: each state enters the heap once at most, and not at
  all where every state beyond its link's head has its cost already;
- backwards from a link, over turns.

Costs may be 0 (labels improve only by strict ``<``) and infinite (a closed link, never used).
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from citymove.foundation.errors import InputError
from citymove.foundation.jit import kernel
from citymove.foundation.table import frozen_array
from citymove.paths.graph import SearchGraph, Turns, check_turn_rows
from citymove.paths.heap import heap_drop_first, heap_push

Array = np.ndarray[Any, Any]

UNREACHED = -2  # `before` of a state on no path
NO_LINK = -1


class Search(NamedTuple):
    """Buffers and answer of one search; one per worker, used again for every origin.

    Parameters
    ----------
    heap_key, heap_item, open_out
        Buffers.
    node_cost
        float64 [nodes], cost of the cheapest path from the origin, inf where there is none.
    arrive_by
        int32 [nodes], the last state of that path; -1 at the origin and where there is none.
    before
        int32 [states], the state before this one on the tree; -1 for the first of a path.
        Valid for the states in `order`.
    order
        int32 [states], states of the tree, each after the state before it.
    """

    heap_key: Array
    heap_item: Array
    open_out: Array
    node_cost: Array
    arrive_by: Array
    before: Array
    order: Array


def new_search(graph: SearchGraph) -> Search:
    """Return buffers for searches on `graph`."""
    nodes, states = graph.node_count, graph.state_count
    return Search(
        heap_key=np.empty(states + 1, np.float64),
        heap_item=np.empty(states + 1, np.int32),
        open_out=np.empty(nodes, np.int64),
        node_cost=np.empty(nodes, np.float64),
        arrive_by=np.empty(nodes, np.int32),
        before=np.empty(states, np.int32),
        order=np.empty(states, np.int32),
    )


@kernel
def node_tree(graph: Any, link_cost: Any, origin: int, search: Any) -> int:
    """Search from `origin` over nodes; return the number of links in ``search.order``."""
    node_cost, arrive_by = search.node_cost, search.arrive_by
    for node in range(node_cost.size):
        node_cost[node] = np.inf
        arrive_by[node] = NO_LINK
    node_cost[origin] = 0.0
    size = heap_push(0.0, origin, search.heap_key, search.heap_item, 0)
    count = 0
    while size > 0:
        cost, node = search.heap_key[0], search.heap_item[0]
        size = heap_drop_first(search.heap_key, search.heap_item, size)
        if cost > node_cost[node]:
            continue  # a cheaper path was found after this entry was made
        if node != origin:
            link = arrive_by[node]
            search.before[link] = arrive_by[graph.tail[link]]
            search.order[count] = link
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
                size = heap_push(further, beyond, search.heap_key, search.heap_item, size)
    return count


@kernel
def state_tree(graph: Any, state_cost: Any, origin: int, search: Any) -> int:
    """Search from `origin` over permitted turns; return the number of states in the order."""
    for node in range(search.node_cost.size):
        search.node_cost[node] = np.inf
        search.arrive_by[node] = NO_LINK
        search.open_out[node] = graph.leaving[node]
    for state in range(search.before.size):
        search.before[state] = UNREACHED
    search.node_cost[origin] = 0.0
    size = 0
    count = 0
    former, cost = NO_LINK, 0.0
    onward, low, high = graph.out_link, graph.out_start[origin], graph.out_start[origin + 1]
    while True:
        for k in range(low, high):
            state = onward[k]
            if search.before[state] != UNREACHED or state_cost[state] == np.inf:
                continue
            # Its final cost, see the module's docstring.
            further = cost + state_cost[state]
            node = graph.head[state]
            search.before[state] = former
            search.order[count] = state
            count += 1
            search.open_out[graph.tail[state]] -= 1
            if further < search.node_cost[node]:
                search.node_cost[node] = further
                search.arrive_by[node] = state
            if node >= graph.first_through_node and search.open_out[node] > 0:
                size = heap_push(further, state, search.heap_key, search.heap_item, size)
        while size > 0:
            cost, former = search.heap_key[0], search.heap_item[0]
            size = heap_drop_first(search.heap_key, search.heap_item, size)
            if search.open_out[graph.head[former]] > 0:
                break
        else:
            return count
        onward, low, high = graph.turn_to, graph.turn_start[former], graph.turn_start[former + 1]


@kernel
def tree(graph: Any, state_cost: Any, origin: int, search: Any) -> int:
    """Search from `origin` in the way that the graph asks for; return the length of the order.

    `state_cost` is `SearchGraph.by_state` of the links' costs.
    """
    if graph.has_turns:
        return state_tree(graph, state_cost, origin, search)
    return node_tree(graph, state_cost, origin, search)


@kernel
def _trees(graph: Any, state_cost: Any, origins: Any, search: Any, out: Any) -> None:
    cost, arrive_by, before = out
    for row in range(origins.size):
        count = tree(graph, state_cost, origins[row], search)
        for node in range(cost.shape[1]):
            cost[row, node] = search.node_cost[node]
            arrive_by[row, node] = search.arrive_by[node]
        for k in range(count):
            before[row, search.order[k]] = search.before[search.order[k]]


@kernel
def _incoming_turns(turn_start: Any, turn_to: Any, in_start: Any, in_from: Any) -> None:
    states = turn_start.size - 1
    for k in range(turn_to.size):
        in_start[turn_to[k]] += 1
    for i in range(1, states + 1):
        in_start[i] += in_start[i - 1]
    for i in range(states - 1, -1, -1):  # filled from the back: ends of rows become starts
        for k in range(turn_start[i], turn_start[i + 1]):
            in_start[turn_to[k]] -= 1
            in_from[in_start[turn_to[k]]] = i


@kernel
def _trees_to_links(
    in_start: Any,
    in_from: Any,
    state_link: Any,
    state_time: Any,
    targets: Any,
    heap_key: Any,
    heap_item: Any,
    next_state: Any,
    cost: Any,
) -> None:
    # The heap holds states by the cost from the *start* of their links; a state takes its cost
    # from the first state that comes out and may follow it, which is the final one.
    for row in range(targets.size):
        size = 0
        for state in range(state_link.size):
            next_state[row, state] = NO_LINK
            cost[row, state] = np.inf
            if state_link[state] == targets[row]:  # its end is reached in any state
                cost[row, state] = 0.0
                if state_time[state] < np.inf:
                    size = heap_push(state_time[state], state, heap_key, heap_item, size)
        while size > 0:
            key, state = heap_key[0], heap_item[0]
            size = heap_drop_first(heap_key, heap_item, size)
            for k in range(in_start[state], in_start[state + 1]):
                former = in_from[k]
                if cost[row, former] < np.inf:
                    continue
                cost[row, former] = key
                next_state[row, former] = state
                if state_time[former] < np.inf:
                    size = heap_push(key + state_time[former], former, heap_key, heap_item, size)


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
        int32 [origins, nodes], last state of the path; -1 at the origin and where none leads.
    before
        int32 [origins, states], the state before this one, -1 for the first; -2 off the tree.
    state_link
        int32 [states], the link of each state.
    """

    origins: Array
    node_cost: Array
    arrive_by: Array
    before: Array
    state_link: Array

    def path(self, row: int, node: int) -> list[int]:
        """Return the links from origin number `row` to `node`, first to last."""
        links = []
        state = int(self.arrive_by[row, node])
        while state >= 0:
            links.append(int(self.state_link[state]))
            state = int(self.before[row, state])
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
    before = np.full((rows.size, graph.state_count), UNREACHED, np.int32)
    _trees(graph, graph.by_state(costs), rows, new_search(graph), (node_cost, arrive_by, before))
    return Trees(
        origins=frozen_array(rows),
        node_cost=frozen_array(node_cost),
        arrive_by=frozen_array(arrive_by),
        before=frozen_array(before),
        state_link=graph.state_link,
    )


def trees_to_links(turns: Turns, link_time: Array, targets: Array) -> tuple[Array, Array]:
    """Return how to go on from each state so as to finish each target link soonest.

    Parameters
    ----------
    turns
        Permitted turns.
    link_time
        float [links], >= 0; inf: never used.
    targets
        int [targets], links.

    Returns
    -------
    next_state
        int32 [targets, states]: the state to go on to from the end of state ``i``; -1 where ``i``
        is a state of the target itself (its end is reached, nothing is left to drive) and where no
        way leads to the target.
    cost
        float64 [targets, states]: the time from the end of state ``i`` to the end of the target,
        the target's own time included; 0 at the target, inf where no way leads there. It
        depends on the link one stands on, so a car at the target's start may have a way round
        to go before it may turn into it.

    Raises
    ------
    InputError
        Where a time is NaN or negative, or a turn or a target names no link.

    Examples
    --------
    >>> turns = Turns.of_links([0, 1, 2, 2], [1, 2])
    >>> next_state, cost = trees_to_links(turns, np.array([5.0, 7.0, 1.0]), np.array([2]))
    >>> next_state.tolist(), cost.tolist()
    ([[1, 2, -1]], [[8.0, 1.0, 0.0]])
    """
    times = checked_costs(link_time, np.size(link_time))
    check_turn_rows(turns, times.size)
    rows = _checked_rows(targets, times.size, "targets")
    states = turns.state_link.size
    in_start = np.zeros(states + 1, np.int64)
    in_from = np.empty(turns.to.size, np.int32)
    _incoming_turns(turns.start, turns.to, in_start, in_from)
    next_state = np.empty((rows.size, states), np.int32)
    cost = np.empty((rows.size, states))
    heap_key, heap_item = np.empty(states + 1), np.empty(states + 1, np.int32)
    _trees_to_links(
        in_start, in_from, turns.state_link, times[turns.state_link], rows, heap_key, heap_item,
        next_state, cost,
    )  # fmt: skip
    return frozen_array(next_state), frozen_array(cost)
