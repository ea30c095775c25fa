"""Ways split at junctions into directed links, on arrays.

A way is cut where a node is used more than once (by another way or by itself) and at its
ends; a piece that ends where it starts is cut once more at its middle node. Nodes that the
file lacks cut a way into runs of present nodes.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.formats.osm.extract import Ways
from citymove.formats.osm.positions import NodeTable
from citymove.formats.osm.tally import Tally

Array = np.ndarray[Any, Any]

SHORTEST_M = 0.01  # two nodes of one place: OSM's coordinates resolve 1e-7 degrees, 1.1 cm


@dataclass(frozen=True)
class Runs:
    """Present nodes of ways, one row per node and pass, in order of ways.

    Parameters
    ----------
    node
        int64, row of the node table.
    way
        int64, row of the ways.
    last
        bool, whether the next row belongs to another run (of the same way or the next).
    at_m
        float64, distance from the way's first present node; a gap counts as a straight line.
    """

    node: Array
    way: Array
    last: Array
    at_m: Array


@dataclass(frozen=True)
class Pieces:
    """Undirected pieces between cuts, sorted by way and position; rows of `Runs` at both ends."""

    first: Array
    last: Array


@dataclass(frozen=True)
class DirectedPieces:
    """Links: each piece once per allowed direction, forward first.

    Parameters
    ----------
    piece
        int64, row of `Pieces`.
    forward
        bool.
    way, tail, head
        int64, row of the ways, rows of the node table.
    """

    piece: Array
    forward: Array
    way: Array
    tail: Array
    head: Array

    def __len__(self) -> int:
        return int(self.piece.size)


def runs_of(ways: Ways, nodes: NodeTable, x_m: Array, y_m: Array, tally: Tally) -> Runs:
    """Return the runs of present nodes of all ways; count what is clipped.

    Parameters
    ----------
    ways, nodes
        As read.
    x_m, y_m
        float64 [nodes], metres.
    tally
        Takes the counts.
    """
    row = nodes.rows_of(ways.refs)
    way = np.repeat(np.arange(len(ways)), np.diff(ways.start))
    absent = row < 0
    tally.add("ways_clipped", np.unique(way[absent]).size)
    tally.add("way_nodes_missing", np.count_nonzero(absent))
    gap = np.cumsum(absent)[~absent]
    row, way = row[~absent], way[~absent]
    again = _same_as_before(way) & _same_as_before(gap) & _same_as_before(row)
    row, way, gap = row[~again], way[~again], gap[~again]
    joined = _same_as_before(way) & _same_as_before(gap)
    alone = ~joined & ~np.append(joined[1:], False)
    row, way, joined = row[~alone], way[~alone], joined[~alone]
    return Runs(
        node=row,
        way=way,
        last=~np.append(joined[1:], False),
        at_m=_along(row, way, x_m, y_m, tally),
    )


def _same_as_before(values: Array) -> Array:
    same = np.zeros(values.size, bool)
    same[1:] = values[1:] == values[:-1]
    return same


def _along(row: Array, way: Array, x_m: Array, y_m: Array, tally: Tally) -> Array:
    """Return how far along its way each node lies, m."""
    if row.size == 0:
        return np.zeros(0)
    step = np.zeros(row.size)
    step[1:] = np.hypot(np.diff(x_m[row]), np.diff(y_m[row]))
    inside = _same_as_before(way)
    tally.add("segments_of_no_length", np.count_nonzero(inside & (step < SHORTEST_M)))
    step = np.where(inside, np.maximum(step, SHORTEST_M), 0.0)
    total = np.cumsum(step)
    first = np.flatnonzero(~inside)
    return total - np.repeat(total[first], np.diff(np.append(first, row.size)))


def cut(runs: Runs, node_count: int, tally: Tally) -> Pieces:
    """Return the pieces between junctions; a piece that would be a loop is halved."""
    uses = np.bincount(runs.node, minlength=node_count)
    starts = np.append(True, runs.last[:-1]) if runs.last.size else np.zeros(0, bool)
    at_cut = (uses[runs.node] >= 2) | runs.last | starts
    pieces = _between(runs, at_cut)
    loop = runs.node[pieces.first] == runs.node[pieces.last]
    tally.add("loops_halved", np.count_nonzero(loop))
    if not loop.any():
        return pieces
    at_cut[(pieces.first[loop] + pieces.last[loop]) // 2] = True
    return _between(runs, at_cut)


def _between(runs: Runs, at_cut: Array) -> Pieces:
    cuts = np.flatnonzero(at_cut)
    first, last = cuts[:-1], cuts[1:]
    same_run = ~runs.last[first]
    return Pieces(first[same_run], last[same_run])


def direct(runs: Runs, pieces: Pieces, allowed: Array) -> DirectedPieces:
    """Return one link per piece and allowed direction (bool [ways, 2]), forward first."""
    way = runs.way[pieces.first]
    piece, side = np.nonzero(allowed[way])
    forward = side == 0
    first, last = runs.node[pieces.first[piece]], runs.node[pieces.last[piece]]
    return DirectedPieces(
        piece=piece,
        forward=forward,
        way=way[piece],
        tail=np.where(forward, first, last),
        head=np.where(forward, last, first),
    )


def bearings(
    runs: Runs, pieces: Pieces, links: DirectedPieces, x_m: Array, y_m: Array
) -> tuple[Array, Array]:
    """Return the bearing at which each link leaves its tail and reaches its head, rad from east."""
    first, last = pieces.first[links.piece], pieces.last[links.piece]
    x, y = x_m[runs.node], y_m[runs.node]

    def along(start: Array, end: Array) -> Array:
        return np.asarray(np.arctan2(y[end] - y[start], x[end] - x[start]))

    ahead = along(first, first + 1), along(last - 1, last)
    back = along(last, last - 1), along(first + 1, first)
    leave = np.where(links.forward, ahead[0], back[0])
    reach = np.where(links.forward, ahead[1], back[1])
    return leave, reach


def shapes(
    runs: Runs, pieces: Pieces, links: DirectedPieces, kept: Array, x_m: Array, y_m: Array
) -> tuple[Array, Array, Array]:
    """Return start, x and y of the polylines of the kept links (rows), from tail to head."""
    first, last = pieces.first[links.piece[kept]], pieces.last[links.piece[kept]]
    count = last - first + 1
    start = np.concatenate([[0], np.cumsum(count)])
    step = np.arange(start[-1]) - np.repeat(start[:-1], count)
    forward = np.repeat(links.forward[kept], count)
    at = np.where(forward, np.repeat(first, count) + step, np.repeat(last, count) - step)
    row = runs.node[at]
    return start, x_m[row], y_m[row]
