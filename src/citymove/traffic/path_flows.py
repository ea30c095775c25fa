"""Paths and what each carries, pair by pair: what an equilibrium by paths leaves behind.

Shares of a pair's demand, not vehicles, so that they fit another demand; links by row, so that
they fit another network of the same rows once paths over closed links and banned turns are
left out. Path flows of an equilibrium are not unique (link volumes are); these are the ones that
the search came to.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.foundation.jit import kernel
from citymove.foundation.table import frozen_array
from citymove.paths.graph import SearchGraph

Array = np.ndarray[Any, Any]


_BANNED = -1


@kernel
def _state_beyond(graph: Any, state: Any, link: Any) -> Any:
    """Return the state in which one ends who goes on by `link`, `_BANNED` where he may not."""
    node = graph.head[state]
    if node != graph.tail[link] or node < graph.first_through_node:
        return _BANNED
    if not graph.has_turns:
        return link
    for k in range(graph.turn_start[state], graph.turn_start[state + 1]):
        if graph.state_link[graph.turn_to[k]] == link:
            return graph.turn_to[k]
    return _BANNED


@kernel
def _mark_permitted(
    graph: Any, origin: Any, destination: Any, start: Any, links: Any, permitted: Any
) -> None:
    for path in range(origin.size):
        first, last = start[path], start[path + 1] - 1
        good = (
            graph.tail[links[first]] == origin[path]
            and graph.head[links[last]] == destination[path]
        )
        state = links[first]
        for k in range(first, last):
            if good:
                state = _state_beyond(graph, state, links[k + 1])
                good = state != _BANNED
        permitted[path] = good


@dataclass(frozen=True, eq=False, kw_only=True)
class PathFlows:
    """Paths of one slice, sorted by group, origin and destination.

    Parameters
    ----------
    group
        int32 [paths], whose paths they are where classes differ, see `user_classes.ClassTerms`.
    origin, destination
        int32 [paths], zones.
    share
        float64 [paths], of the pair's demand; the shares of a pair sum to 1 in each group.
    start
        int64 [paths + 1]: path ``p`` is ``links[start[p]:start[p + 1]]``, first to last.
    links
        int32 [steps], link rows.
    """

    group: Array
    origin: Array
    destination: Array
    share: Array
    start: Array
    links: Array

    def __post_init__(self) -> None:
        for name, dtype in (
            ("group", np.int32),
            ("origin", np.int32),
            ("destination", np.int32),
            ("share", np.float64),
            ("start", np.int64),
            ("links", np.int32),
        ):
            object.__setattr__(self, name, frozen_array(getattr(self, name), dtype))

    def __len__(self) -> int:
        return int(self.share.size)

    def take(self, rows: Array) -> "PathFlows":
        """Return the paths of these rising rows."""
        length = np.diff(self.start)[rows]
        start = np.concatenate([[0], np.cumsum(length)])
        steps = np.repeat(self.start[:-1][rows] - start[:-1], length) + np.arange(start[-1])
        return PathFlows(
            group=self.group[rows],
            origin=self.origin[rows],
            destination=self.destination[rows],
            share=self.share[rows],
            start=start,
            links=self.links[steps],
        )

    def of_group(self, group: int) -> "PathFlows":
        """Return the paths of one group."""
        return self.take(np.flatnonzero(self.group == group))

    def volume(self, demand: Array, link_count: int) -> Array:
        """Return the link volumes, float64 [links], of one group's demand, float64 [zones, zones].

        Of several groups, take one first.
        """
        carried = self.share * demand[self.origin, self.destination]
        return np.bincount(self.links, np.repeat(carried, np.diff(self.start)), link_count)

    def permitted(self, graph: SearchGraph) -> Array:
        """Return which paths lead from their origin to their destination here, bool [paths]."""
        permitted = np.empty(len(self), np.bool_)
        _mark_permitted(graph, self.origin, self.destination, self.start, self.links, permitted)
        return permitted
