"""Drivable ways as lines with two sides, and which side another way leaves on."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.facts.kerb import LEFT, RIGHT
from citymove.facts.kerb_clearances import HALF_ROAD_M
from citymove.facts.roads import RoadClass
from citymove.formats.osm.extract import Extract, Ways
from citymove.formats.osm.splitting import Runs, runs_of
from citymove.formats.osm.tally import Tally
from citymove.formats.osm.ways import WayFacts

Array = np.ndarray[Any, Any]

AHEAD_RAD = np.pi / 4  # an arm at the end of a way, nearer to straight on, goes on with it
_TURN = 2 * np.pi


@dataclass(frozen=True)
class KerbLines:
    """Drivable ways, node by node; rows are passes of a node as in `Runs`.

    Parameters
    ----------
    way_id
        int64 [ways].
    runs
        Nodes along the ways.
    x_m, y_m
        float64 [rows].
    starts, ends
        bool [rows], whether the row begins or ends its run.
    heading
        int8 [ways, 2], +1 where the traffic beside the right (column 0) and the left kerb
        (column 1) follows the way's node order, -1 where it runs against it.
    length_m
        float64 [ways], to the way's last present node.
    half_road_m
        float64 [ways], half of its carriageway.
    service
        bool [ways].
    """

    way_id: Array
    runs: Runs
    x_m: Array
    y_m: Array
    starts: Array
    ends: Array
    heading: Array
    length_m: Array
    half_road_m: Array
    service: Array

    def bearing_out(self, rows: Array) -> Array:
        """Return the bearing at which the way goes on, rad; straight on where it ends."""
        after = np.where(self.ends[rows], rows, rows + 1)
        return self._bearing(np.where(self.ends[rows], rows - 1, rows), after)

    def bearing_in(self, rows: Array) -> Array:
        """Return the bearing at which the way comes, rad; that of its start where it starts."""
        before = np.where(self.starts[rows], rows, rows - 1)
        return self._bearing(before, np.where(self.starts[rows], rows + 1, rows))

    def _bearing(self, start: Array, end: Array) -> Array:
        return np.asarray(
            np.arctan2(self.y_m[end] - self.y_m[start], self.x_m[end] - self.x_m[start])
        )


@dataclass(frozen=True)
class Arms:
    """Ways as they leave nodes, sorted by node.

    Parameters
    ----------
    node
        int64, row of the node table.
    row
        int64, row of the lines that the arm is part of, -1 for a way that is none of them.
    bearing
        float64, rad, away from the node.
    half_road_m
        float64.
    service
        bool.
    """

    node: Array
    row: Array
    bearing: Array
    half_road_m: Array
    service: Array


def kerb_lines(
    ways: Ways, facts: WayFacts, extract: Extract, x_m: Array, y_m: Array, drives_on: str
) -> KerbLines:
    """Return the drivable ways as lines; `x_m`, `y_m` are those of the extract's nodes."""
    runs = runs_of(ways, extract.nodes, x_m, y_m, Tally())
    starts = np.append(True, runs.last[:-1])[: runs.last.size]
    alone = starts & runs.last  # a single present node is no line
    if alone.any():
        kept = ~alone
        runs = Runs(runs.node[kept], runs.way[kept], runs.last[kept], runs.at_m[kept])
        starts = starts[kept]
    length_m = np.zeros(len(ways))
    np.maximum.at(length_m, runs.way, runs.at_m)
    return KerbLines(
        way_id=ways.id,
        runs=runs,
        x_m=x_m[runs.node],
        y_m=y_m[runs.node],
        starts=starts,
        ends=runs.last,
        heading=_headings(facts.allowed, drives_on),
        length_m=length_m,
        half_road_m=np.array([HALF_ROAD_M[one] for one in RoadClass])[facts.road_class],
        service=facts.road_class == RoadClass.SERVICE,
    )


def _headings(allowed: Array, drives_on: str) -> Array:
    along_right = 1 if drives_on == "right" else -1
    forward, backward = allowed[:, 0], allowed[:, 1]
    one_way = 2 * forward.astype(np.int8) - 1
    return np.where(
        (forward == backward)[:, None], np.array([along_right, -along_right]), one_way[:, None]
    ).astype(np.int8)


def arms_of(lines: KerbLines, extract: Extract, x_m: Array, y_m: Array) -> Arms:
    """Return the arms of drivable ways and of service ways that cars of the public do not use."""
    runs = lines.runs
    towards = np.flatnonzero(~lines.ends)
    back = np.flatnonzero(~lines.starts)
    row = np.concatenate([towards, back])
    bearing = np.concatenate([lines.bearing_out(towards), lines.bearing_in(back) + np.pi])
    way = runs.way[row]
    plot_node, plot_bearing = _plot_arms(lines, extract, x_m, y_m)
    node = np.concatenate([runs.node[row], plot_node])
    order = np.argsort(node, kind="stable")
    plots = plot_node.size
    return Arms(
        node=node[order],
        row=np.concatenate([row, np.full(plots, -1)])[order],
        bearing=np.concatenate([bearing, plot_bearing])[order],
        half_road_m=np.concatenate([lines.half_road_m[way], np.zeros(plots)])[order],
        service=np.concatenate([lines.service[way], np.ones(plots, bool)])[order],
    )


def _plot_arms(lines: KerbLines, extract: Extract, x_m: Array, y_m: Array) -> tuple[Array, Array]:
    """Return node and bearing of the service ways that are none of the lines."""
    drivable = set(lines.way_id.tolist())
    rows = [
        row
        for row, (way_id, tags) in enumerate(
            zip(extract.ways.id.tolist(), extract.ways.tags, strict=True)
        )
        if tags.get("highway") == "service" and way_id not in drivable and tags.get("area") != "yes"
    ]
    if not rows:
        return np.zeros(0, np.int64), np.zeros(0)
    runs = runs_of(extract.ways.take(rows), extract.nodes, x_m, y_m, Tally())
    first = np.flatnonzero(~runs.last)  # a step leads from each of these to the next row
    x, y = x_m[runs.node], y_m[runs.node]
    bearing = np.arctan2(y[first + 1] - y[first], x[first + 1] - x[first])
    return (
        np.concatenate([runs.node[first], runs.node[first + 1]]),
        np.concatenate([bearing, bearing + np.pi]),
    )


def meetings(lines: KerbLines, arms: Arms) -> tuple[Array, Array, Array]:
    """Return pairs of a row and an arm of another row at its node, and the arm's side.

    The side is that of the line: `RIGHT` or `LEFT`; 0 where the line ends and the arm goes on
    straight ahead.
    """
    first = np.searchsorted(arms.node, lines.runs.node, side="left")
    count = np.searchsorted(arms.node, lines.runs.node, side="right") - first
    row = np.repeat(np.arange(count.size), count)
    arm = np.arange(row.size) - np.repeat(np.cumsum(count) - count, count) + first[row]
    others = arms.row[arm] != row
    row, arm = row[others], arm[others]
    out, coming = lines.bearing_out(row), lines.bearing_in(row)
    angle = (arms.bearing[arm] - out) % _TURN
    behind = (coming + np.pi - out) % _TURN
    side = np.where((angle > 0) & (angle < behind), LEFT, RIGHT)
    off_end = np.minimum(angle, _TURN - angle)
    ahead = np.where(lines.ends[row], off_end, np.abs(angle - np.pi)) < AHEAD_RAD
    side[ahead & (lines.ends[row] | lines.starts[row])] = 0
    return row, arm, side
