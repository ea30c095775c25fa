"""Drawn lines joined to a network: which vertices are one node.

Lines meet where they end at one place, where one ends on another, and where they share a vertex.
Places count as one within a tolerance, since layers are drawn by hand: ends are moved onto each
other, and onto the vertex or the point of the line that they nearly touch. Within a line nothing is
moved: vertices that no end touches stay where they are and join only where they coincide.

Where a column gives levels, an inner vertex joins only lines of its own level; ends always join,
since a ramp leads from one level to another.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from citymove.foundation.errors import InputError

Array = np.ndarray[Any, Any]

_CELL_M: Final = 0.01  # vertices within it coincide: the resolution of coordinates as exported
_MOST_NEIGHBOURS: Final = 50  # more vertices on average within the tolerance are no streets


@dataclass(frozen=True, eq=False)
class Joined:
    """Vertices of lines, in order, with those inserted where a line ends on another.

    Parameters
    ----------
    line
        int64 [vertices], ascending. Lines that shrink to a point have none.
    node
        int64 [vertices]: equal where lines meet, else a number of its own; 0 .. .
    x_m, y_m
        float64 [nodes], where each node lies.
    ends_moved
        Ends that were moved by more than a centimetre, onto a vertex or another end.
    ends_on_lines
        Ends for which a vertex was inserted in another line.
    lines_shrunk
        Lines shorter than the tolerance.
    """

    line: Array
    node: Array
    x_m: Array
    y_m: Array
    ends_moved: int
    ends_on_lines: int
    lines_shrunk: int


def joined(line: Array, x_m: Array, y_m: Array, level: Array, snap_m: float) -> Joined:
    """Return the vertices of lines with the nodes that join them.

    Parameters
    ----------
    line
        int64 [vertices], row of each vertex's line, ascending from 0; two or more of each.
    x_m, y_m
        float64 [vertices].
    level
        int64 [lines].
    snap_m
        Tolerance, > 0.

    Raises
    ------
    InputError
        Where the tolerance is wider than the lines are apart.

    Examples
    --------
    >>> tee = joined(np.array([0, 0, 1, 1]), np.array([0., 100, 50, 50]),
    ...     np.array([0., 0, 0.3, 80]), np.array([0, 0]), 0.5)
    >>> tee.line.tolist(), tee.node.tolist(), tee.ends_on_lines
    ([0, 0, 0, 1, 1], [0, 1, 2, 1, 3], 1)
    """
    line, x_m, y_m, inserted = _with_touching_ends(line, x_m, y_m, level, snap_m)
    place, first = _places(x_m, y_m)
    is_end = _ends(line)
    cluster = _clusters(place, x_m[first], y_m[first], is_end, level[line], snap_m)
    of = cluster[place]
    again = np.zeros(line.size, bool)
    again[1:] = (line[1:] == line[:-1]) & (of[1:] == of[:-1])
    count = np.bincount(line[~again], minlength=level.size)
    length_m = np.zeros(level.size)
    np.maximum.at(length_m, line, _along(line, x_m, y_m))
    shrunk = (count == 1) | (length_m <= snap_m)  # its ends are one node
    kept = ~again & ~shrunk[line]
    moved = _moved(x_m, y_m, of, is_end)
    line, of, x_m, y_m = line[kept], of[kept], x_m[kept], y_m[kept]
    node = _nodes(line, of, level)
    number, at, node = np.unique(node, return_index=True, return_inverse=True)
    order = np.argsort(at)  # numbered in the order of the lines
    rank = np.empty(number.size, np.int64)
    rank[order] = np.arange(number.size)
    places_x, places_y = _node_places(rank[node], _ends(line), x_m, y_m, number.size)
    return Joined(
        line=line,
        node=rank[node],
        x_m=places_x,
        y_m=places_y,
        ends_moved=moved,
        ends_on_lines=inserted,
        lines_shrunk=int(np.count_nonzero(shrunk)),
    )


def _ends(line: Array) -> Array:
    """Return which vertices are the first or the last of their line, bool."""
    if line.size == 0:
        return np.zeros(0, bool)
    change = line[1:] != line[:-1]
    return np.asarray(np.append(True, change) | np.append(change, True))


def _with_touching_ends(
    line: Array, x_m: Array, y_m: Array, level: Array, snap_m: float
) -> tuple[Array, Array, Array, int]:
    """Return the vertices with one more wherever an end lies on another line between vertices."""
    import shapely

    drawn = np.asarray(shapely.linestrings(x_m, y_m, indices=line))
    ends = np.flatnonzero(_ends(line))
    points = shapely.points(x_m[ends], y_m[ends])
    tree = shapely.STRtree(drawn)
    end, other = tree.query(points, predicate="dwithin", distance=snap_m)
    foreign = (line[ends[end]] != other) & (level[line[ends[end]]] == level[other])
    end, other = ends[end[foreign]], other[foreign]
    start = np.searchsorted(line, np.arange(level.size))
    along_m = _along(line, x_m, y_m)
    feet = shapely.points(x_m[end], y_m[end])
    at_m = np.asarray(shapely.line_locate_point(drawn[other], feet))
    last = np.append(start[1:], line.size)[other] - 1
    # the vertex before the foot: distances along rise within a line, lines stand one after another
    offset = along_m.max(initial=0.0) + 1.0
    key = along_m + line * offset
    before = np.searchsorted(key, at_m + other * offset, side="right") - 1
    before = np.clip(before, start[other], last - 1)
    free = np.ones(end.size, bool)
    for vertex in (before, before + 1):
        free &= np.hypot(x_m[vertex] - x_m[end], y_m[vertex] - y_m[end]) > snap_m
    end, other, at_m = end[free], other[free], at_m[free]
    rows = np.lexsort((np.append(along_m, at_m), np.append(line, other)))
    return (
        np.append(line, other)[rows],
        np.append(x_m, x_m[end])[rows],
        np.append(y_m, y_m[end])[rows],
        int(end.size),
    )


def _along(line: Array, x_m: Array, y_m: Array) -> Array:
    step = np.append(0.0, np.hypot(np.diff(x_m), np.diff(y_m)))
    step[np.append(False, line[1:] != line[:-1])] = 0.0
    total = np.cumsum(step)
    return np.asarray(total - total[np.searchsorted(line, line)])


def _places(x_m: Array, y_m: Array) -> tuple[Array, Array]:
    """Return the place of each vertex, equal where vertices coincide, and a vertex of each."""
    cell = np.column_stack([np.round(x_m / _CELL_M), np.round(y_m / _CELL_M)]).astype(np.int64)
    _, first, place = np.unique(cell, axis=0, return_index=True, return_inverse=True)
    return place.reshape(-1), first


def _clusters(
    place: Array, x_m: Array, y_m: Array, is_end: Array, level: Array, snap_m: float
) -> Array:
    """Return the cluster of each place: ends within the tolerance, and vertices that ends touch."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import KDTree

    ends = np.unique(place[is_end])
    tree, points = KDTree(np.column_stack([x_m, y_m])), np.column_stack([x_m[ends], y_m[ends]])
    near = tree.query_ball_point(points, snap_m, return_length=True)
    if near.sum() > _MOST_NEIGHBOURS * max(x_m.size, 1):
        raise InputError(
            "is wider than the lines are apart",
            value=f"snap_m = {snap_m:g}, with {near.max()} vertices around one end",
            remedy="lower snap_m, or check the unit of the coordinates",
        )
    found = tree.query_ball_point(points, snap_m, return_sorted=True)
    at_end = np.zeros(x_m.size, bool)
    at_end[ends] = True
    levels = _levels(place, level)
    pairs: list[tuple[int, int]] = []
    for end, others in zip(ends.tolist(), found, strict=True):
        pairs += [(end, other) for other in others if at_end[other] and other != end]
        inner = [o for o in others if not at_end[o] and levels[o] & levels[end]]
        if inner:  # the nearest only: two neighbours on one line must not become one
            far_m = np.hypot(x_m[inner] - x_m[end], y_m[inner] - y_m[end])
            pairs.append((end, inner[int(np.argmin(far_m))]))
    joins = np.array(pairs, np.int64).reshape(-1, 2)
    graph = csr_array(
        (np.ones(len(joins), np.int8), (joins[:, 0], joins[:, 1])), (x_m.size, x_m.size)
    )
    return np.asarray(connected_components(graph, directed=False)[1], np.int64)


def _levels(place: Array, level: Array) -> list[set[int]]:
    """Return the levels of the lines that have a vertex at each place."""
    found: list[set[int]] = [set() for _ in range(int(place.max(initial=-1)) + 1)]
    both = np.unique(np.column_stack([place, level]), axis=0)
    for at, one in both.tolist():
        found[at].add(one)
    return found


def _nodes(line: Array, cluster: Array, level: Array) -> Array:
    """Return the node of each vertex: shared where lines meet, else its own."""
    is_end = _ends(line)
    storey = np.unique(level, return_inverse=True)[1][line]
    deck = cluster * (storey.max(initial=0) + 1) + storey
    _, at_deck, times = np.unique(deck, return_inverse=True, return_counts=True)
    meets = is_end | (times[at_deck] > 1)
    with_end = np.zeros(int(cluster.max(initial=-1)) + 1, bool)
    with_end[cluster[is_end]] = True
    # ends of all levels meet in one node; without an end, each level has its own
    shared = np.where(with_end[cluster], cluster, cluster.max(initial=0) + 1 + deck)
    own = shared.max(initial=0) + 1 + np.arange(line.size)
    return np.asarray(np.where(meets, shared, own))


def _moved(x_m: Array, y_m: Array, cluster: Array, is_end: Array) -> int:
    """Return how many ends lie apart from the first end of their cluster."""
    rows = np.flatnonzero(is_end)
    order = rows[np.argsort(cluster[rows], kind="stable")]
    first = order[np.searchsorted(cluster[order], cluster[rows])]
    return int(np.count_nonzero(np.hypot(x_m[rows] - x_m[first], y_m[rows] - y_m[first]) > _CELL_M))


def _node_places(
    node: Array, is_end: Array, x_m: Array, y_m: Array, count: int
) -> tuple[Array, Array]:
    """Return where nodes lie: at the first end that meets there, else at the first vertex."""
    order = np.lexsort((np.arange(node.size), ~is_end, node))
    first = order[np.searchsorted(node[order], np.arange(count))]
    return x_m[first], y_m[first]
