"""Car parks out of small files: spaces by how they are known, and where cars enter."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from citymove.facts.car_parks import UNSTATED, Access, AccessPoint, CarParkKind
from citymove.formats.osm import OsmFacts, read_osm
from citymove.formats.osm.parking_size import BAY_M2, SURFACE_M2, inferred_size
from citymove.foundation.provenance import Source
from osm_files import node, relation, road, way, write

PARK = {"amenity": "parking"}
# One step is 71.7 m to the east and 111.2 m to the north: a lot of 0.4 by 0.25 steps has 797 m2.
LOT_M2 = 0.4 * 71.7 * 0.25 * 111.2


def read(path: Path, *items: str) -> OsmFacts:
    """Read a street to the east along y = 0, and what else is given."""
    street = [node(1, 0, 0), node(2, 1, 0), node(3, 3, 0), road(1, [1, 2, 3])]
    return read_osm(write(path / "made_up.osm", *street, *items), country="DE")


def lot(first: int, east: float, north: float) -> list[str]:
    """Return four nodes of a lot, counted from `first`."""
    corners = ((0, 0), (0.4, 0), (0.4, 0.25), (0, 0.25))
    return [node(first + i, east + dx, north + dy) for i, (dx, dy) in enumerate(corners)]


def outline(way_id: int, first: int, **tags: str) -> str:
    return way(way_id, [first, first + 1, first + 2, first + 3, first], {**PARK, **tags})


def row_of(facts: OsmFacts, park: str) -> dict[str, float]:
    table = facts.car_parks
    at = table.id.tolist().index(park)
    return {name: getattr(table, name)[at].item() for name in table.column_names()}


def test_spaces_follow_from_the_ground_where_nobody_counted(tmp_path: Path) -> None:
    facts = read(
        tmp_path,
        *lot(10, 0, 1), outline(100, 10, parking="surface"),
        *lot(20, 1, 1), outline(101, 20, parking="surface", capacity="31"),
        *lot(30, 2, 1),
        outline(102, 30, parking="multi-storey", **{"building:levels": "5"}),
        *lot(40, 3, 1), outline(103, 40, parking="underground", access="private"),
    )  # fmt: skip
    surface, counted = row_of(facts, "w100"), row_of(facts, "w101")
    assert surface["area_m2"] == pytest.approx(LOT_M2, rel=0.01)
    assert surface["spaces"] == round(surface["area_m2"] / SURFACE_M2)
    assert (surface["spaces_source"], surface["spaces_spread"]) == (Source.INFERRED, 0.35)
    assert (counted["spaces"], counted["spaces_source"]) == (31, Source.TAGGED)
    storeys, cellar = row_of(facts, "w102"), row_of(facts, "w103")
    assert storeys["levels"] == 5
    assert storeys["spaces"] == round(storeys["area_m2"] * 5 / 32.5)
    assert (cellar["levels"], cellar["spaces_spread"]) == (2, 0.6)
    counts = facts.reading.counts
    assert (counts["car_parks_with_capacity"], counts["car_parks_sized_by_outline"]) == (1, 3)
    assert counts["car_park_spaces_by_outline"] == facts.car_parks.spaces.sum() - 31


def test_a_small_lot_has_no_aisle() -> None:
    surface = CarParkKind.SURFACE
    assert inferred_size(PARK, surface, 140.0).spaces == round(140 / BAY_M2)
    assert inferred_size(PARK, surface, 275.0).spaces == 10
    assert inferred_size(PARK, CarParkKind.STREET_SIDE, 275.0).spaces == round(275 / BAY_M2)
    assert inferred_size({"parking": "rooftop"}, CarParkKind.MULTI_STOREY, 275.0).spaces == 10


def test_an_outline_cut_by_the_edge_tells_no_size(tmp_path: Path) -> None:
    nodes = lot(10, 0, 1)[:3]  # the fourth lies beyond the edge
    facts = read(tmp_path, *nodes, outline(100, 10, parking="surface"))
    park = row_of(facts, "w100")
    assert (park["spaces"], park["area_m2"], park["spaces_source"]) == (-1, 0.0, Source.DEFAULT)
    assert facts.reading.counts["car_parks_of_unknown_size"] == 1


def spaces(first: int, number: int, east: float, north: float, **tags: str) -> list[str]:
    """Return single spaces as nodes in a row, 0.02 steps (1.4 m) apart."""
    own = {"amenity": "parking_space", **tags}
    return [node(first + i, east + 0.02 * i, north, **own) for i in range(number)]


def test_drawn_spaces_are_counted(tmp_path: Path) -> None:
    """797 m2 hold 29: twenty drawn spaces are the car park, four are a part of it."""
    facts = read(
        tmp_path,
        *lot(10, 0, 1), outline(100, 10, parking="surface"), *spaces(200, 20, 0.005, 1.1),
        *lot(20, 1, 1), outline(101, 20, parking="surface"), *spaces(300, 4, 1.05, 1.1),
        *lot(30, 2, 1), outline(102, 30, capacity="50"), *spaces(400, 6, 2.05, 1.1),
    )  # fmt: skip
    assert [row_of(facts, f"w{i}")["spaces"] for i in (100, 101, 102)] == [20, 29, 50]
    assert row_of(facts, "w100")["spaces_source"] == Source.TAGGED
    assert row_of(facts, "w101")["spaces_source"] == Source.INFERRED
    counts = facts.reading.counts
    assert (counts["parking_spaces_found"], counts["parking_spaces_in_car_parks"]) == (30, 30)
    assert (counts["car_parks_with_spaces_drawn"], counts["car_park_spaces_drawn"]) == (1, 20)


def test_spaces_of_no_car_park_are_grouped(tmp_path: Path) -> None:
    facts = read(
        tmp_path,
        *spaces(200, 5, 0.3, 0.05),  # 5.6 m north of the street
        *spaces(300, 3, 2.0, 0.05, access="private"),
        *spaces(400, 2, 1.0, 2.0),  # behind the houses
        *spaces(500, 2, 2.5, 0.05, parking_space="disabled"),
    )
    parks = facts.car_parks
    assert parks.id.tolist() == ["n200", "n300", "n400"]
    assert parks.spaces.tolist() == [5, 3, 2]
    assert parks.kind.tolist() == [
        CarParkKind.STREET_SIDE,
        CarParkKind.STREET_SIDE,
        CarParkKind.SURFACE,
    ]
    assert parks.access.tolist() == [Access.PUBLIC, Access.PRIVATE, Access.PUBLIC]
    assert set(parks.tariff.tolist()) == {UNSTATED}
    counts = facts.reading.counts
    assert (counts["car_parks"], counts["car_parks_of_single_spaces"]) == (0, 3)


def test_a_space_that_holds_several_cars(tmp_path: Path) -> None:
    facts = read(tmp_path, *spaces(200, 1, 0.3, 0.05, capacity="4"))
    assert facts.car_parks.spaces.tolist() == [4]


def place(facts: OsmFacts, east: float, north: float) -> tuple[float, float]:
    x_m, y_m = facts.plane.to_metres(np.array([10 + east / 1000]), np.array([50 + north / 1000]))
    return float(x_m[0]), float(y_m[0])


@pytest.mark.parametrize(
    ("items", "found"),
    [
        # inside the outline, though another stands nearer to the middle outside
        ([node(50, 0.05, 1.05, amenity="parking_entrance")], (0.05, 1.05)),
        # of the same name, round the corner
        ([node(50, 1.5, 1.0, amenity="parking_entrance", name="Hof")], (1.5, 1.0)),
        # of another name
        ([node(50, 1.5, 1.0, amenity="parking_entrance", name="Markt")], None),
        # of the same name in another part of town
        ([node(50, 8, 1.0, amenity="parking_entrance", name="Hof")], None),
        # no name: a garage takes the nearest one, 21 m off
        ([node(50, 0.7, 1.0, amenity="parking_entrance")], (0.7, 1.0)),
        # which is another kind's
        ([node(50, 0.7, 1.0, amenity="parking_entrance", parking="surface")], None),
        # named by a relation, wherever it is
        (
            [
                node(50, 2.5, 1.0, amenity="parking_entrance"),
                relation(9, [("way", 100, ""), ("node", 50, "entrance")], {"type": "site"}),
            ],
            (2.5, 1.0),
        ),
    ],
)
def test_entrances(tmp_path: Path, items: list[str], found: tuple[float, float] | None) -> None:
    garage = outline(100, 10, parking="underground", name="Hof")
    facts = read(tmp_path, *lot(10, 0, 1), garage, *items)
    park = row_of(facts, "w100")
    at = found or (0.2, 1.125)
    assert (park["x_m"], park["y_m"]) == pytest.approx(place(facts, *at), abs=0.05)
    point = AccessPoint.CENTRE if found is None else AccessPoint.ENTRANCE
    assert park["point"] == point
    unused = facts.reading.counts["parking_entrances_not_used"]
    assert unused == facts.reading.counts["parking_entrances"] - (found is not None)


def test_a_lot_is_entered_where_its_aisle_leaves_a_street(tmp_path: Path) -> None:
    """The aisle leaves the street at node 2 and runs onto the lot; another street passes nearer."""
    drive = {"highway": "service", "service": "driveway", "access": "private"}
    aisle = {"highway": "service", "service": "parking_aisle"}
    facts = read(
        tmp_path,
        *lot(10, 1, 1), outline(100, 10, parking="surface"),
        node(50, 1.1, 0.5), node(51, 1.2, 1.1),
        way(7, [2, 50], drive), way(8, [50, 51], aisle),
        node(60, 0, 1.4), node(61, 3, 1.4), road(5, [60, 61]), road(6, [1, 60]), road(9, [3, 61]),
    )  # fmt: skip
    park = row_of(facts, "w100")
    assert park["point"] == AccessPoint.AISLE
    mouth, middle = place(facts, 1, 0), place(facts, 1.2, 1.125)
    away_m = np.hypot(park["x_m"] - mouth[0], park["y_m"] - mouth[1])
    assert away_m == pytest.approx(2.0, abs=0.05)  # beside the axis, towards the lot
    assert (park["x_m"] - mouth[0]) * (middle[0] - mouth[0]) > 0
    assert park["y_m"] > mouth[1]


def test_two_lots_that_share_a_mouth_node_keep_their_own_aisles(tmp_path: Path) -> None:
    """Aisles that meet on the street alone are not one: a lot is not entered by its neighbour's."""
    aisle = {"highway": "service", "service": "parking_aisle"}
    facts = read(
        tmp_path,
        *lot(10, 0, 1), outline(100, 10, parking="surface"),
        *lot(20, 2, 1), outline(101, 20, parking="surface"),
        node(51, 0.2, 1.1), node(52, 2.2, 1.1), node(53, 2.2, 0.5),
        way(7, [2, 51], aisle), way(8, [2, 53, 52], aisle),
        way(9, [3, 53], aisle),
    )  # fmt: skip
    one, two = row_of(facts, "w100"), row_of(facts, "w101")
    first = place(facts, 1, 0)
    assert np.hypot(one["x_m"] - first[0], one["y_m"] - first[1]) == pytest.approx(2, abs=0.05)
    second = place(facts, 3, 0)  # nearer to the second lot than node 2
    assert np.hypot(two["x_m"] - second[0], two["y_m"] - second[1]) == pytest.approx(2, abs=0.05)


def test_spaces_for_disabled_people_and_charging(tmp_path: Path) -> None:
    tags = {"capacity:disabled": "3", "capacity:charging": "yes"}
    facts = read(
        tmp_path,
        node(50, 0, 1, amenity="parking", capacity="20", **tags),
        node(51, 1, 1, amenity="parking", **{"capacity:disabled": "no"}),
    )
    assert facts.car_parks.disabled_spaces.tolist() == [3, 0]
    assert facts.car_parks.charging_spaces.tolist() == [-1, -1]
