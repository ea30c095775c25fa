"""Stretches of kerb that must stay clear: corners, crossings, stops, hydrants and driveways.

Each is an interval along a way on one of its sides, by the distances of `facts.kerb_clearances`. A
stretch ends with its way: what would reach past a way's end is not carried to the next one.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.facts.kerb import LEFT, RIGHT, ClearCause, KerbClear
from citymove.facts.kerb_clearances import KerbClearances
from citymove.formats.osm.extract import Extract
from citymove.formats.osm.kerb_lines import Arms, KerbLines, meetings
from citymove.formats.osm.tags import Tags

Array = np.ndarray[Any, Any]

STOP_REACH_M = 15.0  # assumed: a stop's sign stands no farther from the road's axis
HYDRANT_REACH_M = 10.0  # assumed: a hydrant that serves a street stands beside its footway
ON_WAY_M = 0.5  # nearer than this to the axis, a point has no side of its own
_SIDES = np.array([RIGHT, LEFT])
_UNMARKED = frozenset(("unmarked", "informal", "no"))
_RAIL = ("train", "subway", "light_rail", "monorail", "ferry")


@dataclass(frozen=True)
class _Spots:
    """Features at places along lines: way row, distance along it, side (0: both)."""

    way: Array
    at_m: Array
    side: Array


def kerb_clear(
    lines: KerbLines,
    arms: Arms,
    extract: Extract,
    x_m: Array,
    y_m: Array,
    clearances: KerbClearances,
) -> KerbClear:
    """Return what is kept clear for mapped features on all lines.

    Parameters
    ----------
    lines, arms
        Drivable ways, and all ways that meet them.
    extract
        As read.
    x_m, y_m
        float64, metres of the extract's nodes.
    clearances
        Of the country.
    """
    wide = clearances.crossing_width_m.value / 2
    marked, unmarked = _crossings(lines, extract)
    half_drive = clearances.driveway_width_m.value / 2
    parts = [
        _around(
            lines, marked, ClearCause.CROSSING,
            wide + clearances.crossing_before_m.value, wide + clearances.crossing_after_m.value,
        ),
        _around(lines, unmarked, ClearCause.CROSSING, wide, wide),
        _around(
            lines, _beside(lines, _nodes(extract, is_stop), extract, x_m, y_m, STOP_REACH_M),
            ClearCause.STOP, clearances.stop_before_m.value, clearances.stop_after_m.value,
        ),
        _around(lines, _driveways(lines, arms), ClearCause.DRIVEWAY, half_drive, half_drive),
    ]  # fmt: skip
    hydrant_m = clearances.hydrant_m.value
    if hydrant_m > 0:
        ids = _nodes(extract, lambda tags: tags.get("emergency") == "fire_hydrant")
        spots = _beside(lines, ids, extract, x_m, y_m, HYDRANT_REACH_M)
        parts.append(_around(lines, spots, ClearCause.HYDRANT, hydrant_m, hydrant_m))
    return _sorted(lines, parts)


def corners(lines: KerbLines, arms: Arms, clearances: KerbClearances) -> KerbClear:
    """Return what is kept clear at junctions of three arms or more, service ways left out.

    On the side on which another road leaves; on both where the way ends at a road that it meets.
    """
    row, arm, side = meetings(lines, arms)
    roads = ~arms.service[arm]
    row, arm, side = row[roads], arm[roads], side[roads]
    rows = lines.runs.node.size
    own = 2 - (lines.starts | lines.ends)
    is_junction = (own + np.bincount(row, minlength=rows)) >= 3
    goes_on = np.bincount(row[side == 0], minlength=rows) > 0
    inner = ~(lines.starts | lines.ends)
    half = np.full((rows, 2), -1.0)
    for column, wanted in enumerate(_SIDES):
        here = (side == wanted) | (~goes_on[row] & ~inner[row])
        np.maximum.at(half[:, column], row[here], arms.half_road_m[arm[here]])
    half[~is_junction] = -1.0
    at, sides = np.nonzero(half >= 0)
    reach = half[at, sides] + clearances.junction_m.value
    way, at_m = lines.runs.way[at], lines.runs.at_m[at]
    part = (way, at_m - reach, at_m + reach, _SIDES[sides], np.full(at.size, ClearCause.JUNCTION))
    return _sorted(lines, [part])


_Part = tuple[Array, Array, Array, Array, Array]


def _sorted(lines: KerbLines, parts: list[_Part]) -> KerbClear:
    way, from_m, to_m, side, cause = (np.concatenate(column) for column in zip(*parts, strict=True))
    from_m, to_m = np.maximum(from_m, 0.0), np.minimum(to_m, lines.length_m[way])
    order = np.lexsort((cause, from_m, -side, way))
    order = order[(to_m > from_m)[order]]
    return KerbClear(
        way_id=lines.way_id[way[order]],
        from_m=from_m[order],
        to_m=to_m[order],
        side=side[order],
        cause=cause[order],
    )


def _around(
    lines: KerbLines, spots: _Spots, cause: ClearCause, before_m: float, after_m: float
) -> _Part:
    """Return the stretches about places, `before_m` on the side that the traffic comes from."""
    right, left = np.flatnonzero(spots.side != LEFT), np.flatnonzero(spots.side != RIGHT)
    spot = np.concatenate([right, left])
    side = np.repeat(_SIDES, [right.size, left.size])
    way, at_m = spots.way[spot], spots.at_m[spot]
    ahead = lines.heading[way, (side == LEFT).astype(int)] > 0
    low, high = np.where(ahead, before_m, after_m), np.where(ahead, after_m, before_m)
    return way, at_m - low, at_m + high, side, np.full(side.size, cause)


def _nodes(extract: Extract, wanted: Any) -> list[int]:
    return [osm_id for osm_id, tags in extract.tagged_nodes if wanted(tags)]


def is_stop(tags: Tags) -> bool:
    """Whether a node is where a bus or a tram stops beside the road."""
    if tags.get("highway") == "bus_stop" or tags.get("bus") == "yes" or tags.get("tram") == "yes":
        return tags.get("public_transport") != "stop_position"
    platform = tags.get("public_transport") == "platform"
    return platform and not any(tags.get(mode) == "yes" for mode in _RAIL)


def _passes(lines: KerbLines, extract: Extract, ids: list[int]) -> Array:
    """Return the rows of lines that pass these nodes."""
    nodes = extract.nodes.rows_of(np.array(ids, np.int64))
    return np.flatnonzero(np.isin(lines.runs.node, nodes[nodes >= 0]))


def _crossings(lines: KerbLines, extract: Extract) -> tuple[_Spots, _Spots]:
    """Return marked crossings, and those that are not marked, on all lines."""
    marked: list[int] = []
    unmarked: list[int] = []
    for osm_id, tags in extract.tagged_nodes:
        kind = tags.get("crossing", "")
        if tags.get("highway") == "crossing" or (kind and kind != "no"):
            (unmarked if kind in _UNMARKED else marked).append(osm_id)
    spots = []
    for ids in (marked, unmarked):
        rows = _passes(lines, extract, ids)
        spots.append(_Spots(lines.runs.way[rows], lines.runs.at_m[rows], np.zeros(rows.size)))
    return spots[0], spots[1]


def _driveways(lines: KerbLines, arms: Arms) -> _Spots:
    """Return where service ways leave, on the side on which they do."""
    row, arm, side = meetings(lines, arms)
    leaves = arms.service[arm] & (side != 0)
    # of several that leave at one place on one side, one mouth
    place = np.unique(np.stack([row[leaves], side[leaves]]), axis=1)
    return _Spots(lines.runs.way[place[0]], lines.runs.at_m[place[0]], place[1])


def _beside(
    lines: KerbLines, ids: list[int], extract: Extract, x_m: Array, y_m: Array, reach_m: float
) -> _Spots:
    """Return the places on the nearest line within reach of nodes, on the side they stand on.

    A node on the line itself stands on both of its sides.
    """
    nodes = extract.nodes.rows_of(np.array(ids, np.int64))
    nodes = nodes[nodes >= 0]
    if not nodes.size or not lines.runs.node.size:
        return _Spots(np.zeros(0, np.int64), np.zeros(0), np.zeros(0))
    import shapely

    ways = np.unique(lines.runs.way)
    line_of = np.searchsorted(ways, lines.runs.way)
    shapes: Array = np.asarray(
        shapely.linestrings(np.column_stack([lines.x_m, lines.y_m]), indices=line_of)
    )
    points: Array = np.asarray(shapely.points(x_m[nodes], y_m[nodes]))
    point, line = shapely.STRtree(shapes).query_nearest(
        points, max_distance=reach_m, all_matches=False
    )
    order = np.argsort(point, kind="stable")
    point, line = point[order], line[order]
    at_m: Array = np.asarray(shapely.line_locate_point(shapes[line], points[point]))
    away_m: Array = np.asarray(shapely.distance(shapes[line], points[point]))
    side = _sides(lines, ways[line], at_m, x_m[nodes[point]], y_m[nodes[point]])
    side[away_m < ON_WAY_M] = 0
    return _Spots(ways[line], at_m, side)


def _sides(lines: KerbLines, way: Array, at_m: Array, x_m: Array, y_m: Array) -> Array:
    """Return the side of each point, by the segment of its way that it stands beside."""
    first = np.searchsorted(lines.runs.way, way, side="left")
    end = np.searchsorted(lines.runs.way, way, side="right")
    row = np.array(
        [
            low + max(int(np.searchsorted(lines.runs.at_m[low:high], at, side="right")) - 1, 0)
            for low, high, at in zip(first, end, at_m, strict=True)
        ],
        np.int64,
    )
    row = np.minimum(row, end - 2)
    dx, dy = lines.x_m[row + 1] - lines.x_m[row], lines.y_m[row + 1] - lines.y_m[row]
    left_of = dx * (y_m - lines.y_m[row]) - dy * (x_m - lines.x_m[row])
    return np.where(left_of > 0, LEFT, RIGHT)
