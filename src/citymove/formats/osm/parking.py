"""Car parks: ``amenity=parking`` as nodes, ways and multipolygons, and rows of single spaces.

Spaces are those tagged; else those drawn on its ground, where they are at least half of what it
would hold; else what the ground holds (`parking_size`).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.facts.car_parks import (
    FREE,
    UNSTATED,
    Access,
    AccessPoint,
    CarParkKind,
    CarParks,
)
from citymove.formats.osm.areas import Areas, polygons_of
from citymove.formats.osm.boundary import Inside
from citymove.formats.osm.extract import Extract, Ways
from citymove.formats.osm.parking_entrances import Entered, Ground, entered_at
from citymove.formats.osm.parking_size import inferred_size, tagged_levels
from citymove.formats.osm.parking_spaces import (
    Spaces,
    is_reserved,
    mapped_spaces,
    owners,
    space_groups,
)
from citymove.formats.osm.tags import Tags, clean_name, parse_count
from citymove.formats.osm.tally import Tally
from citymove.foundation.provenance import Source

Array = np.ndarray[Any, Any]

MOST_SPACES = 50_000  # above the largest car park there is; more is a slip of the pen
ENOUGH_DRAWN = 0.5  # drawn spaces below this share of what the ground holds are a part of it
STREET_SIDE_M = 15.0  # assumed: a row of spaces nearer to a street's axis is entered from it

_KINDS = {
    "multi-storey": CarParkKind.MULTI_STOREY,
    "rooftop": CarParkKind.MULTI_STOREY,
    "underground": CarParkKind.UNDERGROUND,
    "surface": CarParkKind.SURFACE,
    "carports": CarParkKind.SURFACE,
    "garage_boxes": CarParkKind.SURFACE,
    "sheds": CarParkKind.SURFACE,
    "street_side": CarParkKind.STREET_SIDE,
    "lane": CarParkKind.STREET_SIDE,
    "layby": CarParkKind.STREET_SIDE,
    "on_kerb": CarParkKind.STREET_SIDE,
    "half_on_kerb": CarParkKind.STREET_SIDE,
    "shoulder": CarParkKind.STREET_SIDE,
}
_ACCESS = {
    "customers": Access.CUSTOMERS,
    "permit": Access.PERMIT,
    "residents": Access.PERMIT,
    "employees": Access.PERMIT,
    "members": Access.PERMIT,
    "students": Access.PERMIT,
    "private": Access.PRIVATE,
    "military": Access.PRIVATE,
    "delivery": Access.PRIVATE,
}
_PUBLIC = frozenset(("yes", "permissive", "public", "designated", "destination", "unknown"))


def is_car_park(tags: Tags) -> bool:
    """Whether the object is a car park."""
    return tags.get("amenity") == "parking"


def kind_of(tags: Tags) -> CarParkKind | None:
    """Return how a car park is built, None where no tag says."""
    stated = _KINDS.get(tags.get("parking", ""))
    if stated is not None:
        return stated
    if tags.get("location") == "underground":
        return CarParkKind.UNDERGROUND
    if tags.get("building", "no") not in ("no", "roof"):
        return CarParkKind.MULTI_STOREY
    return None


def access_of(tags: Tags) -> Access | None:
    """Return who may use a car park, None where nobody may; what is not stated is public."""
    value = tags.get("access", "yes").split(";")[0].strip()
    return None if value == "no" else _ACCESS.get(value, Access.PUBLIC)


@dataclass(frozen=True)
class _Lot:
    """A car park: its ground, and its spaces by how they are known; None: they are not."""

    ground: Ground
    area_m2: float
    tagged: int | None
    drawn: int
    alone: bool = False  # a row of spaces of no mapped car park

    @property
    def access(self) -> Access | None:
        return access_of(self.ground.tags)


@dataclass(frozen=True)
class _Count:
    """The spaces of a car park."""

    spaces: int
    source: Source
    spread: float = 0.0
    levels: float = 0.0
    drawn: bool = False


def car_parks(
    extract: Extract,
    areas: Areas,
    ways: Ways,
    x_m: Array,
    y_m: Array,
    inside: Inside,
    tally: Tally,
) -> CarParks:
    """Return the car parks inside the boundary: nodes by id, then ways, relations, rows of spaces.

    Parameters
    ----------
    extract
        As read.
    areas
        Areas that are car parks.
    ways
        Drivable ways.
    x_m, y_m
        float64, metres of the extract's nodes.
    inside
        Tells what lies inside the boundary.
    tally
        Takes counts and notes.
    """
    spaces = mapped_spaces(extract, x_m, y_m, tally)
    lots = _lots(extract, areas, spaces, ways, x_m, y_m, tally)
    entered = entered_at([lot.ground for lot in lots], extract, ways, x_m, y_m, tally)
    within = inside.of([at.x_m for at in entered], [at.y_m for at in entered])
    tally.add("car_parks_found", sum(not lot.alone for lot in lots))
    tally.add("car_parks_outside_boundary", np.count_nonzero(~within))
    kept = [(lot, at) for lot, at, here in zip(lots, entered, within, strict=True) if here]
    shut = [lot for lot, _ in kept if lot.access is None]
    tally.add("car_parks_left_out_no_access", len(shut))
    kept = [(lot, at) for lot, at in kept if lot.access is not None]
    counts = [_count_of(lot) for lot, _ in kept]
    _tally([lot for lot, _ in kept], counts, [at for _, at in kept], tally)
    return _table([lot for lot, _ in kept], counts, [at for _, at in kept])


def _lots(
    extract: Extract,
    areas: Areas,
    spaces: Spaces,
    ways: Ways,
    x_m: Array,
    y_m: Array,
    tally: Tally,
) -> list[_Lot]:
    """Return car parks as drawn: nodes, areas, then rows of spaces that belong to none."""
    import shapely

    nothing = np.zeros(0, np.int64)
    lots = []
    for osm_id, tags in extract.tagged_nodes:
        row = int(extract.nodes.rows_of(np.array([osm_id]))[0]) if is_car_park(tags) else -1
        if row >= 0:
            x, y = float(x_m[row]), float(y_m[row])
            kind = kind_of(tags) or CarParkKind.SURFACE
            ground = Ground(f"n{osm_id}", tags, kind, x, y, nothing, shapely.Point(x, y))
            lots.append(_Lot(ground, 0.0, _capacity(tags), 0))
    kinds = [kind_of(tags) or CarParkKind.SURFACE for tags in areas.tags]
    owner = owners(spaces, areas, kinds, x_m, y_m)
    drawn = np.bincount(owner[owner >= 0], spaces.number[owner >= 0], len(areas))
    shapes, whole = polygons_of(areas, x_m, y_m), _whole(areas, extract)
    for row, tags in enumerate(areas.tags):
        outline = np.concatenate([ring for ring, _ in areas.rings_of(row)])
        middle = float(areas.x_m[row]), float(areas.y_m[row])
        ground = Ground(areas.id[row], tags, kinds[row], *middle, outline, shapes[row])
        area_m2 = float(areas.area_m2[row]) if whole[row] else 0.0
        lots.append(_Lot(ground, area_m2, _capacity(tags), int(drawn[row])))
    tally.add("parking_spaces_found", spaces.number.sum())
    tally.add("parking_spaces_in_car_parks", spaces.number[owner >= 0].sum())
    return lots + _rows_of_spaces(spaces, owner, extract, ways, x_m, y_m)


def _rows_of_spaces(
    spaces: Spaces, owner: Array, extract: Extract, ways: Ways, x_m: Array, y_m: Array
) -> list[_Lot]:
    """Return the spaces of no car park, by neighbours, beside a street or away from all.

    Those kept for disabled people, charging and the like are no public supply and left out.
    """
    import shapely

    reserved = np.array([is_reserved(tags) for tags in spaces.tags], bool)
    groups = space_groups(spaces, np.flatnonzero((owner < 0) & ~reserved))
    if not groups:
        return []
    streets = [shapely.LineString(np.column_stack([x_m[n], y_m[n]])) for n in _lines(extract, ways)]
    tree = shapely.STRtree(streets)
    lots = []
    for group in groups:
        middle = shapely.Point(group.x_m, group.y_m)
        beside = tree.query(middle, predicate="dwithin", distance=STREET_SIDE_M).size > 0
        kind = CarParkKind.STREET_SIDE if beside else CarParkKind.SURFACE
        tags = {key: value for key, value in group.tags.items() if key in ("access", "fee")}
        ground = Ground(group.id, tags, kind, group.x_m, group.y_m, np.zeros(0, np.int64), middle)
        lots.append(_Lot(ground, group.area_m2, None, group.spaces, alone=True))
    return lots


def _lines(extract: Extract, ways: Ways) -> list[Array]:
    """Return the present nodes of each drivable way that has two or more."""
    rows = [extract.nodes.rows_of(ways.refs_of(row)) for row in range(len(ways))]
    return [nodes[nodes >= 0] for nodes in rows if np.count_nonzero(nodes >= 0) > 1]


def _whole(areas: Areas, extract: Extract) -> list[bool]:
    """Return whether each outline is closed in the file, and not mended at its edge."""
    found = []
    for name in areas.id:
        if name[0] == "r":
            found.append(True)
            continue
        refs = extract.ways.refs_of(int(np.searchsorted(extract.ways.id, int(name[1:]))))
        found.append(bool(refs[0] == refs[-1] and np.all(extract.nodes.rows_of(refs) >= 0)))
    return found


def _capacity(tags: Tags) -> int | None:
    return parse_count(tags.get("capacity", ""), MOST_SPACES)


def _count_of(lot: _Lot) -> _Count:
    """Return the spaces of a car park: tagged, drawn, or inferred from its ground."""
    tags, kind = lot.ground.tags, lot.ground.kind
    levels = tagged_levels(tags, kind)
    if lot.tagged is not None:
        return _Count(lot.tagged, Source.TAGGED, levels=levels)
    if lot.alone:
        return _Count(lot.drawn, Source.TAGGED, levels=1.0, drawn=True)
    if lot.area_m2 <= 0:
        if lot.drawn:
            return _Count(lot.drawn, Source.TAGGED, drawn=True)
        return _Count(-1, Source.DEFAULT)
    size = inferred_size(tags, kind, lot.area_m2)
    if lot.drawn and lot.drawn >= ENOUGH_DRAWN * size.spaces:
        return _Count(lot.drawn, Source.TAGGED, levels=size.levels, drawn=True)
    return _Count(max(size.spaces, lot.drawn), Source.INFERRED, size.spread, size.levels)


def _table(lots: list[_Lot], counts: list[_Count], entered: list[Entered]) -> CarParks:
    tags = [lot.ground.tags for lot in lots]
    return CarParks(
        id=np.array([lot.ground.id for lot in lots], np.str_),
        name=np.array([clean_name(own.get("name", "")) for own in tags], np.str_),
        x_m=np.array([at.x_m for at in entered], np.float64),
        y_m=np.array([at.y_m for at in entered], np.float64),
        kind=np.array([lot.ground.kind for lot in lots], np.int8),
        access=np.array([lot.access for lot in lots], np.int8),
        spaces=np.array([count.spaces for count in counts], np.int32),
        spaces_source=np.array([count.source for count in counts], np.int8),
        spaces_spread=np.array([count.spread for count in counts], np.float64),
        tariff=np.array([FREE if own.get("fee") == "no" else UNSTATED for own in tags], np.int16),
        point=np.array([at.point for at in entered], np.int8),
        area_m2=np.array([lot.area_m2 for lot in lots], np.float64),
        levels=np.array([count.levels for count in counts], np.float64),
        disabled_spaces=np.array([_part(own, "disabled") for own in tags], np.int32),
        charging_spaces=np.array([_part(own, "charging") for own in tags], np.int32),
    )


def _part(tags: Tags, whom: str) -> int:
    """Return how many spaces are for these, -1 where no number is stated ("yes" is none)."""
    text = tags.get(f"capacity:{whom}", "")
    number = 0 if text == "no" else parse_count(text, MOST_SPACES)
    return -1 if number is None else number


def _tally(lots: list[_Lot], counts: list[_Count], entered: list[Entered], tally: Tally) -> None:
    tags = [lot.ground.tags for lot in lots]
    written = sum("capacity" in own for own in tags)
    tagged = [lot.tagged for lot in lots if lot.tagged is not None]
    drawn = [count.spaces for count in counts if count.drawn]
    inferred = [count.spaces for count in counts if count.source is Source.INFERRED]
    fees = [own.get("fee") for own in tags]
    tally.add("car_parks", sum(not lot.alone for lot in lots))
    tally.add("car_parks_of_single_spaces", sum(lot.alone for lot in lots))
    tally.add("car_parks_with_capacity", len(tagged))
    tally.add("car_park_spaces_tagged", sum(tagged))
    tally.add("car_parks_with_unreadable_capacity", written - len(tagged))
    tally.add("car_parks_with_spaces_drawn", len(drawn))
    tally.add("car_park_spaces_drawn", sum(drawn))
    tally.add("car_parks_sized_by_outline", len(inferred))
    tally.add("car_park_spaces_by_outline", sum(inferred))
    tally.add("car_parks_of_unknown_size", sum(count.spaces < 0 for count in counts))
    kinds = [kind_of(own) for own, lot in zip(tags, lots, strict=True) if not lot.alone]
    tally.add("car_parks_of_unstated_kind", sum(kind is None for kind in kinds))
    for point in (AccessPoint.ENTRANCE, AccessPoint.AISLE):
        number = sum(at.point is point for at in entered)
        tally.add(f"car_parks_entered_by_{point.name.lower()}", number)
    tally.add("car_parks_fee_no", fees.count("no"))
    tally.add("car_parks_fee_yes", sum(fee is not None and fee != "no" for fee in fees))
    access = [own.get("access") for own in tags]
    odd = [a for a in access if a and a.split(";")[0].strip() not in {*_ACCESS, *_PUBLIC}]
    tally.add("car_parks_of_unread_access", len(odd))
    _note_sizes(len(lots), counts, tally)
    if fees.count("no"):
        free = fees.count("no")
        tally.note(
            "car_parks_free",
            en=f"{free} of {len(lots)} car parks are tagged fee=no and free; the others take the "
            "city's tariff.",
            zh=f"{len(lots)} 处停车场中有 {free} 处标注为免费，其余采用全市收费标准。",
        )


def _note_sizes(number: int, counts: list[_Count], tally: Tally) -> None:
    by_outline = sum(count.source is Source.INFERRED for count in counts)
    unknown = sum(count.spaces < 0 for count in counts)
    if not by_outline + unknown:
        return
    tally.note(
        "car_parks_without_capacity",
        en=f"{by_outline + unknown} of {number} car parks state no capacity: {by_outline} take "
        f"what their outline holds, {unknown} have none; a total of the city is shared out over "
        "both, a sheet goes before it.",
        zh=f"{number} 处停车场中有 {by_outline + unknown} 处未标注泊位数：{by_outline} 处按轮廓面积"
        f"估算，{unknown} 处无轮廓；给出全市总量时按此分摊，调查表优先。",
    )
