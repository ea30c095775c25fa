"""Places: buildings with their floor area, and points of interest.

Floor area is ground area x levels. Levels are those tagged, else from the tagged height
(3 m a level), else the median of tagged buildings of the same kind in the extract where there
are 20 or more, else a default by kind.
"""

import math
import re
from typing import Any

import numpy as np

from citymove.facts.places import PlaceKind, Places
from citymove.formats.osm import place_kinds
from citymove.formats.osm.areas import Areas, polygons_of
from citymove.formats.osm.boundary import Inside
from citymove.formats.osm.extract import Extract
from citymove.formats.osm.tags import Tags, clean_name
from citymove.formats.osm.tally import Tally
from citymove.foundation.provenance import Source

Array = np.ndarray[Any, Any]

LEVEL_HEIGHT_M = 3.0  # assumed: floor to floor
MOST_LEVELS = 170.0  # the tallest building has 163
ENOUGH_TAGGED = 20  # buildings of one kind from which the median is taken to speak for the rest

# assumed: usual heights of buildings of each kind in towns
DEFAULT_LEVELS = {
    PlaceKind.DWELLING: 3.0,
    PlaceKind.WORKPLACE: 3.0,
    PlaceKind.MIXED: 2.0,
    PlaceKind.SHOP: 1.0,
    PlaceKind.MARKET: 1.0,
    PlaceKind.SCHOOL: 3.0,
    PlaceKind.HOSPITAL: 4.0,
    PlaceKind.LEISURE: 2.0,
    PlaceKind.OTHER: 1.0,
}
_METRES = re.compile(r"(\d{1,3}(?:[.,]\d+)?)\s*m?", re.ASCII)
_LEVELS = re.compile(r"\d{1,3}(?:[.,]\d+)?", re.ASCII)


def tagged_levels(tags: Tags) -> float | None:
    """Return the levels above ground as tagged, None where no tag says; 0 counts as none."""
    match = _LEVELS.fullmatch(tags.get("building:levels", "").split(";")[0].strip())
    value = float(match[0].replace(",", ".")) if match else 0.0
    return value if 0 < value <= MOST_LEVELS else None


def levels_of_height(tags: Tags) -> float | None:
    """Return the levels that a tagged height makes, at least one; None without a height."""
    match = _METRES.fullmatch(tags.get("height", tags.get("building:height", "")).strip())
    if match is None:
        return None
    levels = max(1.0, math.floor(float(match[1].replace(",", ".")) / LEVEL_HEIGHT_M))
    return levels if levels <= MOST_LEVELS else None


def places_of(
    extract: Extract,
    areas: Areas,
    grounds: Areas,
    x_m: Array,
    y_m: Array,
    inside: Inside,
    tally: Tally,
) -> Places:
    """Return places inside the boundary: nodes by id, then ways, then relations.

    Parameters
    ----------
    extract
        As read.
    areas
        Areas that are buildings or points of interest.
    grounds
        Areas that say what the buildings on them are for (land use, school grounds ...).
    x_m, y_m
        float64, metres of the extract's nodes.
    inside
        Tells what lies inside the boundary.
    tally
        Takes counts and notes.
    """
    points = _points(extract, x_m, y_m)
    is_building = np.array([place_kinds.is_building(tags) for tags in areas.tags], bool)
    kind = _kinds(areas, grounds, is_building, x_m, y_m)
    levels, source = _levels(areas.tags, kind, is_building)
    names = [clean_name(t.get("name", "")) for t in (*(row[1] for row in points), *areas.tags)]
    table = Places(
        id=np.array([*(row[0] for row in points), *areas.id], np.str_),
        name=np.array(names, np.str_),
        kind=np.concatenate([np.array([row[2] for row in points], np.int8), kind]),
        x_m=np.concatenate([np.array([row[3] for row in points]), areas.x_m]),
        y_m=np.concatenate([np.array([row[4] for row in points]), areas.y_m]),
        floor_area_m2=np.concatenate(
            [np.zeros(len(points)), np.where(is_building, areas.area_m2 * levels, 0.0)]
        ),
        floor_area_source=np.concatenate([np.full(len(points), Source.TAGGED, np.int8), source]),
    )
    within = inside.of(table.x_m, table.y_m)
    tally.add("places_outside_boundary", np.count_nonzero(~within))
    building = np.concatenate([np.zeros(len(points), bool), is_building])[within]
    kept = table.take(np.flatnonzero(within))
    _count(kept, building, tally)
    return kept


def _points(extract: Extract, x_m: Array, y_m: Array) -> list[tuple[str, Tags, int, float, float]]:
    tagged = [
        (osm_id, tags, kind)
        for osm_id, tags in extract.tagged_nodes
        if (kind := place_kinds.kind_of_use(tags)) is not None
    ]
    rows = extract.nodes.rows_of(np.array([osm_id for osm_id, _, _ in tagged], np.int64))
    return [
        (f"n{osm_id}", tags, int(kind), float(x_m[row]), float(y_m[row]))
        for (osm_id, tags, kind), row in zip(tagged, rows.tolist(), strict=True)
        if row >= 0
    ]


def _kinds(areas: Areas, grounds: Areas, is_building: Array, x_m: Array, y_m: Array) -> Array:
    """Return the kind of each area; of a building that does not say, the use around it."""
    kind = np.empty(len(areas), np.int8)
    silent = []
    for row, tags in enumerate(areas.tags):
        own = place_kinds.kind_of_building(tags) if is_building[row] else None
        own = own if own is not None else place_kinds.kind_of_use(tags)
        if own is None:
            silent.append(row)
        kind[row] = PlaceKind.MIXED if own is None else own
    if silent:
        polygons = polygons_of(grounds, x_m, y_m)
        around = place_kinds.kind_around(grounds, polygons, areas.x_m[silent], areas.y_m[silent])
        kind[silent] = np.where(around >= 0, around, PlaceKind.MIXED)
    return kind


def _levels(tags: list[Tags], kind: Array, is_building: Array) -> tuple[Array, Array]:
    """Return levels and their source of each area; 0 for what is no building."""
    tagged = np.array([tagged_levels(own) or np.nan for own in tags], np.float64)
    by_height = np.array([levels_of_height(own) or np.nan for own in tags], np.float64)
    levels = np.where(is_building, tagged, 0.0)
    source = np.full(len(tags), Source.TAGGED, np.int8)
    from_height = is_building & np.isnan(levels) & ~np.isnan(by_height)
    levels[from_height], source[from_height] = by_height[from_height], Source.INFERRED
    for one in PlaceKind:
        same = is_building & (kind == one)
        open_rows = same & np.isnan(levels)
        known = tagged[same & ~np.isnan(tagged)]
        enough = known.size >= ENOUGH_TAGGED
        levels[open_rows] = np.median(known) if enough else DEFAULT_LEVELS[one]
        source[open_rows] = Source.INFERRED if enough else Source.DEFAULT
    return levels, source


def _count(places: Places, building: Array, tally: Tally) -> None:
    source = places.floor_area_source[building]
    tally.add("places", len(places))
    tally.add("buildings", np.count_nonzero(building))
    tally.add("points_of_interest", np.count_nonzero(~building))
    tally.add("buildings_with_levels", np.count_nonzero(source == Source.TAGGED))
    tally.add("buildings_with_levels_inferred", np.count_nonzero(source == Source.INFERRED))
    tally.add("buildings_with_levels_default", np.count_nonzero(source == Source.DEFAULT))
    unstated = building & (places.kind == PlaceKind.MIXED)
    tally.add("buildings_of_unstated_use", np.count_nonzero(unstated))
    if unstated.any():
        mixed, of = np.count_nonzero(unstated), np.count_nonzero(building)
        tally.note(
            "buildings_of_unstated_use",
            en=f"{mixed} of {of} buildings state no use, and no land use around them does; they "
            "are taken as mixed.",
            zh=f"{of} 栋建筑中有 {mixed} 栋未标注用途，周边也无用地信息，按混合用途处理。",
        )
