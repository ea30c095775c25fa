"""The graph that shortest paths are searched on: links, what leaves each node, turns."""

from typing import Any, NamedTuple

import numpy as np

from citymove.foundation.errors import InputError
from citymove.foundation.table import frozen_array

Array = np.ndarray[Any, Any]


class SearchGraph(NamedTuple):
    """Topology in the form that kernels take; made by `search_graph`.

    Parameters
    ----------
    tail, head
        int32 [links].
    out_start, out_link
        int64 [nodes + 1], int32 [links]: the links that leave node ``v``, in rising order, are
        ``out_link[out_start[v]:out_start[v + 1]]``.
    turn_start, turn_to
        int64 [links + 1], int32 [turns]; empty where every turn is permitted.
    first_through_node
        Nodes below it are never passed through.
    has_turns
        Whether paths obey `turn_start`, `turn_to`.
    """

    tail: Array
    head: Array
    out_start: Array
    out_link: Array
    turn_start: Array
    turn_to: Array
    first_through_node: int
    has_turns: bool

    @property
    def node_count(self) -> int:
        """Number of nodes."""
        return int(self.out_start.size - 1)

    @property
    def link_count(self) -> int:
        """Number of links."""
        return int(self.tail.size)


def search_graph(
    tail: Array,
    head: Array,
    node_count: int,
    *,
    first_through_node: int = 0,
    turn_start: Array | None = None,
    turn_to: Array | None = None,
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
    turn_start, turn_to
        int [links + 1], int [turns]: permitted turns out of link ``i`` are
        ``turn_to[turn_start[i]:turn_start[i + 1]]``. Both None: every turn is permitted, and paths
        are searched over nodes; else over links.

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
    has_turns = turn_start is not None
    if has_turns != (turn_to is not None):
        raise InputError("must be given both or neither", value="turn_start, turn_to")
    start = frozen_array(np.zeros(1) if turn_start is None else turn_start, np.int64)
    to = frozen_array(np.zeros(0) if turn_to is None else turn_to, np.int32)
    if has_turns:
        check_turns(start, to, tail, head)
    return SearchGraph(
        tail=tail,
        head=head,
        out_start=frozen_array(out_start, np.int64),
        out_link=frozen_array(out_link, np.int32),
        turn_start=start,
        turn_to=to,
        first_through_node=int(first_through_node),
        has_turns=has_turns,
    )


def check_turn_rows(turn_start: Array, turn_to: Array, link_count: int) -> None:
    """Raise `InputError` unless these are compressed rows of turns between `link_count` links."""
    if (
        turn_start.shape != (link_count + 1,)
        or turn_start[0] != 0
        or turn_start[-1] != turn_to.size
        or np.any(np.diff(turn_start) < 0)
    ):
        raise InputError(
            "must rise from 0 to the number of turns, one entry more than there are links",
            value=f"turn_start of {turn_start.size} for {link_count} links, {turn_to.size} turns",
        )
    if turn_to.size and (turn_to.min() < 0 or turn_to.max() >= link_count):
        raise InputError("must name a link", value=f"turn_to {turn_to.min()} .. {turn_to.max()}")


def check_turns(turn_start: Array, turn_to: Array, tail: Array, head: Array) -> None:
    """Raise `InputError` unless every turn joins two links that meet at a node."""
    check_turn_rows(turn_start, turn_to, tail.size)
    turn_from = np.repeat(np.arange(tail.size), np.diff(turn_start))
    bad = np.flatnonzero(head[turn_from] != tail[turn_to])
    if bad.size:
        raise InputError(
            "a turn must lead to a link that starts where the first one ends",
            value=f"turn {bad[0]} from link {turn_from[bad[0]]} to link {turn_to[bad[0]]}",
        )
