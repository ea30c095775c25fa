"""Points and steps: what origin flows stand on, whether turns are banned or not.

A flow that is told apart by origin must be told apart by whatever decides how it may go on.
Where every turn is permitted that is the node: *points* are the nodes and *steps* the links.
Where turns are banned it is the set of turns that are open to a driver. States (see
`citymove.paths.graph`) at one node with the same turns share a point, and a step is one
state as it is entered from one point; so a link has as many steps as there are different
ways to turn into it. On states alone the flow of each *turn* would be left open, and a shift
could take from a turn more than it carries.

Every route of the search graph is one path over steps, and the other way round. The search
over steps is the plain one over nodes, and all that follows needs no second form for bans.
"""

from typing import Any, NamedTuple

import numpy as np

from citymove.foundation.table import frozen_array
from citymove.paths.graph import SearchGraph, search_graph

Array = np.ndarray[Any, Any]


class StepGraph(NamedTuple):
    """Points, steps and what they stand for, in the form that kernels take.

    Parameters
    ----------
    search
        Graph whose nodes are the points and whose links are the steps; every turn is permitted.
        Points ``0 .. zones - 1`` are the zones.
    in_start, in_step
        int64 [points + 1], int32 [steps]: the steps to point ``v``, in rising order, are
        ``in_step[in_start[v]:in_start[v + 1]]``.
    step_link, step_state
        int32 [steps], the link and the state of the graph that steps were made from.
    """

    search: SearchGraph
    in_start: Array
    in_step: Array
    step_link: Array
    step_state: Array

    @property
    def point_count(self) -> int:
        """Number of points."""
        return self.search.node_count

    @property
    def step_count(self) -> int:
        """Number of steps."""
        return int(self.step_link.size)


def step_graph(graph: SearchGraph, zone_count: int) -> StepGraph:
    """Return the points and steps of a search graph whose first nodes are the zones.

    Parameters
    ----------
    graph
        From `citymove.paths.graph.search_graph`.
    zone_count
        Number of zones.

    Examples
    --------
    >>> graph = search_graph(np.array([0, 1, 0]), np.array([1, 2, 2]), 3)
    >>> steps = step_graph(graph, 3)
    >>> steps.step_count, steps.in_step[steps.in_start[2] : steps.in_start[3]].tolist()
    (3, [1, 2])
    """
    if not graph.has_turns:
        rows = np.arange(graph.link_count)
        return _with_incoming(graph, rows, rows)
    point, point_count = _points_of_states(graph, zone_count)
    from_point, state = _entries(graph, zone_count, point)
    to_point = point[state]
    # A trip to a zone that may be crossed ends at the zone's own point, by a step beside the one
    # that goes on.
    node = graph.head[state]
    ends = np.flatnonzero((node < zone_count) & (to_point >= zone_count))
    from_point = np.concatenate([from_point, from_point[ends]])
    to_point = np.concatenate([to_point, node[ends]])
    state = np.concatenate([state, state[ends]])
    search = search_graph(from_point, to_point, point_count, first_through_node=zone_count)
    return _with_incoming(search, graph.state_link[state], state)


def _points_of_states(graph: SearchGraph, zone_count: int) -> tuple[Array, int]:
    """Return the point that each state leads to, and the number of points."""
    point = np.empty(graph.state_count, np.int64)
    known: dict[tuple[int, bytes], int] = {}
    for state, node in enumerate(graph.head.tolist()):
        if node < min(graph.first_through_node, zone_count):
            point[state] = node
            continue
        turns = graph.turn_to[graph.turn_start[state] : graph.turn_start[state + 1]]
        onward = turns.tobytes() if node >= graph.first_through_node else b""
        point[state] = known.setdefault((node, onward), zone_count + len(known))
    return point, zone_count + len(known)


def _entries(graph: SearchGraph, zone_count: int, point: Array) -> tuple[Array, Array]:
    """Return from which point each state can be entered: points and states, one row a way."""
    leaving = graph.out_link[: graph.out_start[zone_count]]
    parts = [
        (np.repeat(np.arange(zone_count), np.diff(graph.out_start[: zone_count + 1])), leaving)
    ]
    _, shown_by = np.unique(point, return_index=True)  # states of one point have the same turns
    through = graph.head[shown_by] >= graph.first_through_node
    for state in shown_by[through & (point[shown_by] >= zone_count)].tolist():
        turns = graph.turn_to[graph.turn_start[state] : graph.turn_start[state + 1]]
        parts.append((np.full(turns.size, point[state]), turns))
    return np.concatenate([p for p, _ in parts]), np.concatenate([s for _, s in parts])


def _with_incoming(search: SearchGraph, step_link: Array, step_state: Array) -> StepGraph:
    in_step = np.argsort(search.head, kind="stable")
    in_start = np.searchsorted(search.head[in_step], np.arange(search.node_count + 1))
    return StepGraph(
        search=search,
        in_start=frozen_array(in_start, np.int64),
        in_step=frozen_array(in_step, np.int32),
        step_link=frozen_array(step_link, np.int32),
        step_state=frozen_array(step_state, np.int32),
    )


def same_steps(one: StepGraph, two: StepGraph) -> bool:
    """Say whether steps of the same number stand for the same in both graphs."""
    return one.point_count == two.point_count and all(
        np.array_equal(a, b)
        for a, b in (
            (one.search.tail, two.search.tail),
            (one.search.head, two.search.head),
            (one.step_link, two.step_link),
            (one.step_state, two.step_state),
        )
    )
