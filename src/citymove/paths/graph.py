"""The graph that shortest paths are searched on: links, what leaves each node, turns.

Where bans reach over several links, paths are searched over *states*: a state is a link together
with how far into a ban its driver is. States below the number of links are the links themselves,
with nothing of a ban before them, and paths begin in these. Without such bans there are no
other states, and what is said of states is said of links.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from citymove.foundation.errors import InputError
from citymove.foundation.table import frozen_array

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False)
class Turns:
    """Permitted turns in compressed rows.

    Parameters
    ----------
    start
        int64 [states + 1].
    to
        int32 [turns]: turns out of state ``i`` lead to the states ``to[start[i]:start[i + 1]]``.
    state_link
        int32 [states], the link of each state.
    """

    start: Array
    to: Array
    state_link: Array

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", frozen_array(self.start, np.int64))
        object.__setattr__(self, "to", frozen_array(self.to, np.int32))
        object.__setattr__(self, "state_link", frozen_array(self.state_link, np.int32))

    @classmethod
    def of_links(cls, start: Array, to: Array) -> "Turns":
        """Return turns between links, without bans over several links."""
        return cls(start, to, np.arange(np.size(start) - 1))


class SearchGraph(NamedTuple):
    """Topology in the form that kernels take; made by `search_graph`.

    Parameters
    ----------
    tail, head
        int32 [states].
    out_start, out_link
        int64 [nodes + 1], int32 [links]: the links that leave node ``v``, in rising order, are
        ``out_link[out_start[v]:out_start[v + 1]]``.
    leaving
        int64 [nodes], states whose link leaves each node.
    turn_start, turn_to
        int64 [states + 1], int32 [turns]; empty where every turn is permitted.
    state_link
        int32 [states].
    first_through_node
        Nodes below it are never passed through.
    has_turns
        Whether paths obey `turn_start`, `turn_to`.
    """

    tail: Array
    head: Array
    out_start: Array
    out_link: Array
    leaving: Array
    turn_start: Array
    turn_to: Array
    state_link: Array
    first_through_node: int
    has_turns: bool

    @property
    def node_count(self) -> int:
        """Number of nodes."""
        return int(self.out_start.size - 1)

    @property
    def link_count(self) -> int:
        """Number of links."""
        return int(self.out_link.size)

    @property
    def state_count(self) -> int:
        """Number of states."""
        return int(self.state_link.size)

    def by_state(self, of_links: Array) -> Array:
        """Return values of links, [..., links], as values of states, [..., states]."""
        if self.state_count == self.link_count:
            return of_links
        return np.ascontiguousarray(of_links[..., self.state_link])

    def by_link(self, of_states: Array) -> Array:
        """Return values of states, [..., states], summed to values of links, [..., links]."""
        if self.state_count == self.link_count:
            return of_states
        of_links = of_states[..., : self.link_count].copy()
        more = self.state_link[self.link_count :]
        np.add.at(of_links.T, more, of_states.T[self.link_count :])
        return of_links


def search_graph(
    tail: Array,
    head: Array,
    node_count: int,
    *,
    first_through_node: int = 0,
    turns: Turns | None = None,
) -> SearchGraph:
    """Return the graph of these links.

    Parameters
    ----------
    tail, head
        int [links], nodes ``0 .. node_count - 1``; parallel links and loops are allowed.
    node_count
        Number of nodes.
    first_through_node
        Nodes below it are where paths start or end, and never pass; 0: all may be crossed.
    turns
        Permitted turns; None: every turn is permitted, and paths are searched over nodes, else
        over states.

    Raises
    ------
    InputError
        Where a link names no node, or a turn joins links that do not meet.

    Examples
    --------
    >>> graph = search_graph(np.array([0, 1, 0]), np.array([1, 2, 2]), 3)
    >>> graph.out_link[graph.out_start[0] : graph.out_start[1]].tolist()
    [0, 2]
    """
    tail, head = frozen_array(tail, np.int32), frozen_array(head, np.int32)
    if tail.shape != head.shape or tail.ndim != 1:
        raise InputError("tail and head must have one length", value=f"{tail.shape}, {head.shape}")
    for name, ends in (("tail", tail), ("head", head)):
        bad = np.flatnonzero((ends < 0) | (ends >= node_count))
        if bad.size:
            raise InputError(
                f"must be a node 0 .. {node_count - 1}", value=f"{name}[{bad[0]}] = {ends[bad[0]]}"
            )
    out_link = np.argsort(tail, kind="stable")
    out_start = np.searchsorted(tail[out_link], np.arange(node_count + 1))
    if turns is None:
        start, to, state_link = np.zeros(1, np.int64), np.zeros(0, np.int32), np.arange(tail.size)
    else:
        check_turns(turns, tail, head)
        start, to, state_link = turns.start, turns.to, turns.state_link
        tail, head = tail[state_link], head[state_link]
    return SearchGraph(
        tail=frozen_array(tail),
        head=frozen_array(head),
        out_start=frozen_array(out_start, np.int64),
        out_link=frozen_array(out_link, np.int32),
        leaving=frozen_array(np.bincount(tail, minlength=node_count), np.int64),
        turn_start=frozen_array(start),
        turn_to=frozen_array(to),
        state_link=frozen_array(state_link, np.int32),
        first_through_node=int(first_through_node),
        has_turns=turns is not None,
    )


def check_turn_rows(turns: Turns, link_count: int) -> None:
    """Raise `InputError` unless these are compressed rows over states of `link_count` links."""
    states = turns.state_link.size
    links = turns.state_link
    if (
        states < link_count
        or np.any(links[:link_count] != np.arange(link_count))
        or np.any((links < 0) | (links >= link_count))
    ):
        raise InputError(
            "must name each link in order, then links of further states",
            value=f"state_link of {states} for {link_count} links",
        )
    if (
        turns.start.shape != (states + 1,)
        or turns.start[0] != 0
        or turns.start[-1] != turns.to.size
        or np.any(np.diff(turns.start) < 0)
    ):
        raise InputError(
            "must rise from 0 to the number of turns, one entry more than there are states",
            value=f"start of {turns.start.size} for {states} states, {turns.to.size} turns",
        )
    if turns.to.size and (turns.to.min() < 0 or turns.to.max() >= states):
        raise InputError("must name a state", value=f"to {turns.to.min()} .. {turns.to.max()}")


def check_turns(turns: Turns, tail: Array, head: Array) -> None:
    """Raise `InputError` unless every turn joins two links that meet at a node."""
    check_turn_rows(turns, tail.size)
    turn_from = np.repeat(turns.state_link, np.diff(turns.start))
    turn_to = turns.state_link[turns.to]
    bad = np.flatnonzero(head[turn_from] != tail[turn_to])
    if bad.size:
        raise InputError(
            "a turn must lead to a link that starts where the first one ends",
            value=f"turn {bad[0]} from link {turn_from[bad[0]]} to link {turn_to[bad[0]]}",
        )
