"""Areas of an extract: closed ways and multipolygons, with their ground area and centre."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.formats.osm.extract import Extract, Relation, is_area
from citymove.formats.osm.tags import Tags
from citymove.formats.osm.tally import Tally

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Areas:
    """Areas: ways by id first, then relations by id.

    Parameters
    ----------
    id
        ``w<way>`` or ``r<relation>``.
    tags
        Tags of each.
    area_m2, x_m, y_m
        float64, ground area without its holes; its centroid.
    ring_start
        int64 [areas + 1]: the rings of area ``i`` are ``rings[ring_start[i]:...]``.
    rings
        (rows of the extract's nodes, whether it is an outer ring); first node not repeated.
    """

    id: list[str]
    tags: list[Tags]
    area_m2: Array
    x_m: Array
    y_m: Array
    ring_start: Array
    rings: list[tuple[Array, bool]]

    def __len__(self) -> int:
        return len(self.id)

    def rings_of(self, row: int) -> list[tuple[Array, bool]]:
        """Return the rings of one area."""
        return self.rings[self.ring_start[row] : self.ring_start[row + 1]]


def areas_of(
    extract: Extract,
    x_m: Array,
    y_m: Array,
    wanted: Callable[[Tags], bool],
    tally: Tally,
    *,
    lost: str = "areas_without_whole_outline",
    mend: bool = False,
) -> Areas:
    """Return the areas whose tags are wanted; count as `lost` those whose outline is not whole.

    With `mend`, a way that the edge of the extract cuts is closed along its present nodes:
    good enough for a place, not for a size.
    """
    ids: list[str] = []
    tags: list[Tags] = []
    start = [0]
    rings: list[tuple[Array, bool]] = []

    def take(name: str, own: Tags, outline: list[tuple[Array, bool]] | None) -> None:
        if outline is None:
            tally.add(lost)
            return
        ids.append(name)
        tags.append(own)
        rings.extend(outline)
        start.append(len(rings))

    for row, own in enumerate(extract.ways.tags):
        if wanted(own):
            nodes = extract.nodes.rows_of(extract.ways.refs_of(row))
            ring = _closed(nodes)
            if ring is None and mend and np.unique(nodes[nodes >= 0]).size >= 3:
                tally.add("areas_mended")
                ring = nodes[nodes >= 0]
            take(f"w{extract.ways.id[row]}", own, None if ring is None else [(ring, True)])
    for relation in extract.relations:
        if is_area(relation) and wanted(relation.tags):
            take(f"r{relation.id}", relation.tags, _relation_rings(relation, extract))
    area_m2, cx_m, cy_m = _moments(np.array(start), rings, x_m, y_m)
    flat = np.flatnonzero(area_m2 <= 0)
    tally.add("areas_of_no_size", flat.size)
    return Areas(ids, tags, area_m2, cx_m, cy_m, np.array(start), rings)


def _closed(rows: Array) -> Array | None:
    """Return a ring without its repeated first node; None where it is open or lacks nodes."""
    if rows.size < 4 or rows[0] != rows[-1] or np.any(rows < 0):
        return None
    return rows[:-1]


def _relation_rings(relation: Relation, extract: Extract) -> list[tuple[Array, bool]] | None:
    """Return the rings of a multipolygon; None where a member lacks or a ring stays open."""
    ways = extract.ways
    rings: list[tuple[Array, bool]] = []
    for outer in (True, False):
        lines = []
        for kind, ref, role in relation.members:
            if kind != "w" or (role == "inner") == outer:
                continue
            at = int(np.searchsorted(ways.id, ref))
            if at >= len(ways) or ways.id[at] != ref:
                return None
            lines.append(extract.nodes.rows_of(ways.refs_of(at)).tolist())
        joined = _joined(lines)
        if joined is None or (outer and not joined):
            return None
        rings += [(ring, outer) for ring in joined]
    return rings


def _joined(lines: list[list[int]]) -> list[Array] | None:
    """Return the rings that lines make, end to end; None where one stays open or lacks nodes."""
    waiting = [line for line in lines if len(line) > 1]
    rings = []
    while waiting:
        line = waiting.pop(0)
        while line[0] != line[-1]:
            at = next(
                (i for i, other in enumerate(waiting) if line[-1] in (other[0], other[-1])), -1
            )
            if at < 0:
                return None
            other = waiting.pop(at)
            line = line + (other[1:] if other[0] == line[-1] else other[-2::-1])
        ring = _closed(np.array(line, np.int64))
        if ring is None:
            return None
        rings.append(ring)
    return rings


def polygons_of(areas: Areas, x_m: Array, y_m: Array) -> Array:
    """Return the areas as shapely multipolygons, object [areas], holes taken off."""
    import shapely

    made = np.empty(len(areas), object)
    for row in range(len(areas)):
        by_role = [
            [
                shapely.Polygon(np.column_stack([x_m[ring], y_m[ring]]))
                for ring, outer in areas.rings_of(row)
                if outer == wanted
            ]
            for wanted in (True, False)
        ]
        solid, holes = (shapely.union_all(shapely.make_valid(parts)) for parts in by_role)
        made[row] = shapely.difference(solid, holes)
    return made


def _moments(
    start: Array, rings: list[tuple[Array, bool]], x_m: Array, y_m: Array
) -> tuple[Array, Array, Array]:
    """Return area and centroid of each group of rings (shoelace formula), holes taken off."""
    groups = start.size - 1
    if groups == 0:
        return np.zeros(0), np.zeros(0), np.zeros(0)
    size = np.array([ring.size for ring, _ in rings])
    first = np.concatenate([[0], np.cumsum(size)[:-1]])
    rows = np.concatenate([ring for ring, _ in rings])
    # about each ring's first node, so that no digits are lost far from the origin
    base_x, base_y = x_m[rows[first]], y_m[rows[first]]
    x, y = x_m[rows] - np.repeat(base_x, size), y_m[rows] - np.repeat(base_y, size)
    following = np.arange(1, rows.size + 1)
    following[first + size - 1] = first
    cross = x * y[following] - x[following] * y
    twice = np.add.reduceat(cross, first)
    moment_x = np.add.reduceat((x + x[following]) * cross, first) / 6
    moment_y = np.add.reduceat((y + y[following]) * cross, first) / 6
    turn = np.sign(twice) * np.where([outer for _, outer in rings], 1.0, -1.0)
    area, moment_x, moment_y = turn * twice / 2, turn * moment_x, turn * moment_y
    group = np.repeat(np.arange(groups), np.diff(start))
    total = np.bincount(group, area, groups)
    sum_x = np.bincount(group, moment_x + area * base_x, groups)
    sum_y = np.bincount(group, moment_y + area * base_y, groups)
    solid = total > 0
    safe = np.where(solid, total, 1.0)
    origin = first[start[:-1]]
    return (
        np.where(solid, total, 0.0),
        np.where(solid, sum_x / safe, x_m[rows[origin]]),
        np.where(solid, sum_y / safe, y_m[rows[origin]]),
    )
