"""The part of the network from which every link can be reached from every other, turn by turn."""

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def permitted_turns(tail: Array, head: Array, piece: Array, bans: Array) -> tuple[Array, Array]:
    """Return the permitted turns as rows of links (from, to).

    Parameters
    ----------
    tail, head
        int64 [links], nodes.
    piece
        int64 [links], equal for the two directions of one piece of road.
    bans
        int64 [bans, 2], links (from, to).

    Returns
    -------
    tuple of numpy.ndarray
        from, to: int64 [turns]. A U-turn is among them only where no other turn leads on.
    """
    links = tail.size
    order = np.argsort(tail, kind="stable")
    low, high = (np.searchsorted(tail[order], head, side=side) for side in ("left", "right"))
    count = high - low
    start = np.repeat(low - np.concatenate([[0], np.cumsum(count)[:-1]]), count)
    turn_from = np.repeat(np.arange(links), count)
    turn_to = order[start + np.arange(turn_from.size)]
    free = ~np.isin(turn_from * links + turn_to, bans[:, 0] * links + bans[:, 1])
    turn_from, turn_to = turn_from[free], turn_to[free]
    back = piece[turn_from] == piece[turn_to]
    leads_on = np.bincount(turn_from[~back], minlength=links) > 0
    made = ~back | ~leads_on[turn_from]
    return turn_from[made], turn_to[made]


def strongest_part(tail: Array, head: Array, piece: Array, length_m: Array, bans: Array) -> Array:
    """Return which links belong to the largest strongly connected part, bool [links].

    First the part in which every node reaches every other; then, within it, the part in which
    every link reaches every other by permitted turns, so that a path that breaks no ban joins
    any two of its links. The order matters: where only a one-way street leads on and never
    back, cars turn round once it is left out. The largest part is the one with most metres.

    Parameters
    ----------
    tail, head, piece, bans
        See `permitted_turns`.
    length_m
        float64 [links].
    """
    if tail.size == 0:
        return np.zeros(0, bool)
    ends, node = np.unique(np.concatenate([tail, head]), return_inverse=True)
    part = _strong_parts(node[: tail.size], node[tail.size :], ends.size)
    inner = part[node[: tail.size]] == part[node[tail.size :]]
    rows = np.flatnonzero(inner)
    if rows.size == 0:
        return np.zeros(tail.size, bool)
    rows = rows[_longest(part[node[rows]], length_m[rows])]
    row_of = np.full(tail.size, -1, np.int64)
    row_of[rows] = np.arange(rows.size)
    within = row_of[bans][np.all(row_of[bans] >= 0, axis=1)]
    turn_from, turn_to = permitted_turns(tail[rows], head[rows], piece[rows], within)
    kept = rows[_longest(_strong_parts(turn_from, turn_to, rows.size), length_m[rows])]
    keep = np.zeros(tail.size, bool)
    keep[kept] = True
    return keep


def part_open_to_the_world(
    tail: Array, head: Array, piece: Array, length_m: Array, bans: Array, beyond: Array
) -> Array:
    """Return `strongest_part` of the network joined to the world beyond the study area.

    A one-way road that leaves the extract, or enters it, belongs to no strongly connected part
    of the extract alone: the way back lies beyond. So ends without a way on (or a way in) that
    lie `beyond` are joined to one node that stands for the world.

    Parameters
    ----------
    tail, head, piece, length_m, bans
        See `strongest_part`.
    beyond
        bool [nodes], whether a node lies outside the study area; `tail` and `head` are its rows.
    """
    leaves = np.bincount(tail, minlength=beyond.size) > 0
    arrives = np.bincount(head, minlength=beyond.size) > 0
    exits = np.flatnonzero(beyond & arrives & ~leaves)
    entries = np.flatnonzero(beyond & leaves & ~arrives)
    world, joined = beyond.size, exits.size + entries.size
    first = piece.max(initial=-1) + 1
    keep = strongest_part(
        np.concatenate([tail, exits, np.full(entries.size, world)]),
        np.concatenate([head, np.full(exits.size, world), entries]),
        np.concatenate([piece, np.arange(first, first + joined)]),
        np.concatenate([length_m, np.zeros(joined)]),
        bans,
    )
    return keep[: tail.size]


def _strong_parts(start: Array, end: Array, count: int) -> Array:
    """Return the strongly connected part of each vertex, int [count]."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    graph = csr_array((np.ones(start.size, np.int8), (start, end)), (count, count))
    _, part = connected_components(graph, directed=True, connection="strong")
    return np.asarray(part)


def _longest(part: Array, length_m: Array) -> Array:
    """Return which rows belong to the part with most metres; of equals, the one met first."""
    metres = np.bincount(part, weights=length_m)
    best = part[np.argmax(metres[part] >= metres.max())]
    return np.asarray(part == best)
