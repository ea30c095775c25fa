"""Car parks: ``amenity=parking`` as nodes, ways and multipolygons."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.facts.car_parks import FREE, UNSTATED, Access, CarParkKind, CarParks
from citymove.formats.osm.areas import Areas
from citymove.formats.osm.boundary import Inside
from citymove.formats.osm.extract import Extract, Tags
from citymove.formats.osm.tags import clean_name, parse_count
from citymove.formats.osm.tally import Tally
from citymove.foundation.provenance import Source

Array = np.ndarray[Any, Any]

MOST_SPACES = 50_000  # above the largest car park there is; more is a slip of the pen

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


@dataclass
class _Row:
    id: str
    tags: Tags
    x_m: float
    y_m: float


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


def car_parks(
    extract: Extract,
    areas: Areas,
    x_m: Array,
    y_m: Array,
    inside: Inside,
    tally: Tally,
) -> CarParks:
    """Return the car parks inside the boundary: nodes by id, then ways, then relations.

    Parameters
    ----------
    extract
        As read.
    areas
        Areas that are car parks.
    x_m, y_m
        float64, metres of the extract's nodes.
    inside
        Tells what lies inside the boundary.
    tally
        Takes counts and notes.
    """
    rows = _rows(extract, areas, x_m, y_m)
    tally.add("car_parks_found", len(rows))
    within = inside.of([row.x_m for row in rows], [row.y_m for row in rows])
    tally.add("car_parks_outside_boundary", np.count_nonzero(~within))
    rows = [row for row, here in zip(rows, within, strict=True) if here]
    shut = [row for row in rows if access_of(row.tags) is None]
    tally.add("car_parks_left_out_no_access", len(shut))
    rows = [row for row in rows if access_of(row.tags) is not None]
    spaces = [parse_count(row.tags.get("capacity", ""), MOST_SPACES) for row in rows]
    kinds = [kind_of(row.tags) for row in rows]
    _count(rows, spaces, kinds, tally)
    kind = [CarParkKind.SURFACE if kind is None else kind for kind in kinds]
    access = [access_of(row.tags) for row in rows]
    tariff = [FREE if row.tags.get("fee") == "no" else UNSTATED for row in rows]
    return CarParks(
        id=np.array([row.id for row in rows], np.str_),
        name=np.array([clean_name(row.tags.get("name", "")) for row in rows], np.str_),
        x_m=np.array([row.x_m for row in rows]),
        y_m=np.array([row.y_m for row in rows]),
        kind=np.array(kind, np.int8),
        access=np.array(access, np.int8),
        spaces=np.array([-1 if number is None else number for number in spaces], np.int32),
        spaces_source=np.where([n is None for n in spaces], Source.DEFAULT, Source.TAGGED),
        spaces_spread=np.zeros(len(rows)),
        tariff=np.array(tariff, np.int16),
    )


def _rows(extract: Extract, areas: Areas, x_m: Array, y_m: Array) -> list[_Row]:
    tagged = {i: tags for i, tags in extract.tagged_nodes if "amenity" in tags}
    rows = []
    for osm_id, tags in tagged.items():
        at = int(extract.nodes.rows_of(np.array([osm_id]))[0])
        if is_car_park(tags) and at >= 0:
            rows.append(_Row(f"n{osm_id}", tags, float(x_m[at]), float(y_m[at])))
    entrances = [i for i, tags in tagged.items() if tags["amenity"] == "parking_entrance"]
    entrance_rows = set(extract.nodes.rows_of(np.array(entrances, np.int64)).tolist()) - {-1}
    for i in range(len(areas)):
        x, y = float(areas.x_m[i]), float(areas.y_m[i])
        outline = np.concatenate([ring for ring, _ in areas.rings_of(i)]).tolist()
        door = next((row for row in outline if row in entrance_rows), -1)
        if door >= 0:
            x, y = float(x_m[door]), float(y_m[door])
        rows.append(_Row(areas.id[i], areas.tags[i], x, y))
    return rows


def _count(
    rows: list[_Row],
    spaces: list[int | None],
    kinds: list[CarParkKind | None],
    tally: Tally,
) -> None:
    known = [number for number in spaces if number is not None]
    written = sum("capacity" in row.tags for row in rows)
    fees = [row.tags.get("fee") for row in rows]
    tally.add("car_parks", len(rows))
    tally.add("car_parks_with_capacity", len(known))
    tally.add("car_park_spaces_tagged", sum(known))
    tally.add("car_parks_with_unreadable_capacity", written - len(known))
    tally.add("car_parks_of_unstated_kind", sum(kind is None for kind in kinds))
    tally.add("car_parks_fee_no", fees.count("no"))
    tally.add("car_parks_fee_yes", sum(fee is not None and fee != "no" for fee in fees))
    access = [row.tags.get("access") for row in rows]
    odd = [a for a in access if a and a.split(";")[0].strip() not in {*_ACCESS, *_PUBLIC}]
    tally.add("car_parks_of_unread_access", len(odd))
    if rows and len(known) < len(rows):
        unknown = len(rows) - len(known)
        tally.note(
            "car_parks_without_capacity",
            en=f"{unknown} of {len(rows)} car parks state no capacity; their spaces must come "
            "from a sheet or a total of the city.",
            zh=f"{len(rows)} 处停车场中有 {unknown} 处未标注泊位数，须由调查表或全市总量给出。",
        )
    if fees.count("no"):
        free = fees.count("no")
        tally.note(
            "car_parks_free",
            en=f"{free} of {len(rows)} car parks are tagged fee=no and free; the others take the "
            "city's tariff.",
            zh=f"{len(rows)} 处停车场中有 {free} 处标注为免费，其余采用全市收费标准。",
        )
