"""Ways cut to links, directions, attributes, turn bans, kerb and places on small files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citymove.facts.car_parks import Access, CarParkKind
from citymove.facts.places import PlaceKind
from citymove.facts.roads import RoadClass, Roads, SignalKind, Structure
from citymove.formats.osm import OsmFacts, read_osm
from citymove.formats.osm.connectivity import permitted_turns, strongest_part
from citymove.formats.osm.kerb_tags import side_parking
from citymove.formats.osm.tags import clean_name, parse_count
from citymove.foundation.crs import LocalPlane
from citymove.foundation.provenance import Source
from osm_files import ban, cross, node, relation, road, way, write


def read(tmp_path: Path, *items: str, **options: object) -> OsmFacts:
    return read_osm(write(tmp_path / "small.osm", *items), **options)  # type: ignore[arg-type]  # keywords of several types


def pairs(roads: Roads) -> set[tuple[int, int, int]]:
    ids, links = roads.nodes.osm_id, roads.links
    return {
        (int(way_id), int(ids[t]), int(ids[h]))
        for way_id, t, h in zip(links.way_id, links.tail, links.head, strict=True)
    }


def banned(roads: Roads) -> set[tuple[int, int, int]]:
    """Banned turns as (from node, via node, to node)."""
    ids, links, bans = roads.nodes.osm_id, roads.links, roads.turn_bans
    assert np.array_equal(links.head[bans.from_link], links.tail[bans.to_link])
    return {
        (int(ids[links.tail[a]]), int(ids[links.head[a]]), int(ids[links.head[b]]))
        for a, b in zip(bans.from_link, bans.to_link, strict=True)
    }


# --- splitting ----------------------------------------------------------------------------


def test_way_is_cut_at_the_crossing_and_keeps_its_measure(tmp_path: Path) -> None:
    facts = read(
        tmp_path,
        *(node(i, i, 0) for i in range(5)),
        node(9, 2, 1),
        road(1, [0, 1, 2, 3, 4]),
        road(2, [2, 9]),
    )
    roads = facts.roads
    assert pairs(roads) == {(1, 0, 2), (1, 2, 0), (1, 2, 4), (1, 4, 2), (2, 2, 9), (2, 9, 2)}
    east = roads.links.way_id == 1
    step_m = roads.links.way_to_m[east].max() / 4
    # 0.001 degrees of longitude at 50 degrees north on the WGS84 ellipsoid: 71.70 m
    assert step_m == pytest.approx(71.70, abs=0.02)
    assert sorted(set(np.round(roads.links.way_from_m[east] / step_m, 6))) == [0.0, 2.0]
    assert np.allclose(roads.links.length_m, roads.links.way_to_m - roads.links.way_from_m)
    assert roads.shape_start.tolist() == [0, 3, 6, 9, 12, 14, 16]
    for link in range(len(roads.links)):
        x = roads.shape_x_m[roads.shape_start[link] : roads.shape_start[link + 1]]
        assert x[0] == roads.nodes.x_m[roads.links.tail[link]]
        assert x[-1] == roads.nodes.x_m[roads.links.head[link]]


def test_closed_way_is_halved_at_its_middle_node(tmp_path: Path) -> None:
    loop = [node(i, *place) for i, place in enumerate([(0, 0), (1, 0), (2, 1), (1, 2), (0, 1)], 1)]
    facts = read(tmp_path, *loop, node(9, -1, 0), road(1, [1, 2, 3, 4, 5, 1]), road(2, [9, 1]))
    roads = facts.roads
    assert facts.reading.counts["loops_halved"] == 1
    assert np.all(roads.links.tail != roads.links.head)
    assert pairs(roads) == {(1, 1, 3), (1, 3, 1), (2, 1, 9), (2, 9, 1)}
    assert len(roads.links) == 6
    assert len(set(roads.link_ids().tolist())) == 6


def test_clipped_way_keeps_its_runs(tmp_path: Path) -> None:
    """Nodes 3 and 7 are missing: the runs 1-2 and 4-5-6 stay, both reached by other ways."""
    places = {1: (0, 0), 2: (1, 0), 4: (3, 0), 5: (4, 0), 6: (5, 0), 10: (0, 1), 11: (4, 1)}
    facts = read(
        tmp_path,
        *(node(i, *at) for i, at in places.items()),
        road(1, [1, 2, 3, 4, 5, 6, 7]),
        road(2, [2, 10]),
        road(3, [10, 11]),
        road(4, [11, 5]),
    )
    assert facts.reading.counts["ways_clipped"] == 1
    assert facts.reading.counts["way_nodes_missing"] == 2
    on_way = {p for p in pairs(facts.roads) if p[0] == 1}
    assert on_way == {(1, 1, 2), (1, 2, 1), (1, 4, 5), (1, 5, 4), (1, 5, 6), (1, 6, 5)}
    assert any("cut by the edge" in note.en for note in facts.reading.notes)


def test_repeated_nodes_and_nodes_of_one_place(tmp_path: Path) -> None:
    facts = read(
        tmp_path,
        node(1, 0, 0),
        node(2, 1, 0),
        node(3, 1, 0),
        node(4, 2, 0),
        road(1, [1, 2, 2]),
        road(2, [2, 3]),
        road(3, [3, 4]),
    )
    assert facts.reading.counts["segments_of_no_length"] == 1
    assert pairs(facts.roads) >= {(2, 2, 3), (2, 3, 2)}
    assert facts.roads.links.length_m.min() == pytest.approx(0.01)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    ways=st.lists(st.lists(st.integers(1, 12), min_size=2, max_size=7), min_size=1, max_size=6),
    missing=st.sets(st.integers(1, 12), max_size=2),
)
def test_any_ways_are_cut_into_whole_links(
    tmp_path: Path, ways: list[list[int]], missing: set[int]
) -> None:
    """Links end at junctions only, cover the way once, and reach one another by turns."""
    present = [i for i in range(1, 13) if i not in missing]
    # node 20 and its spur make sure that some road is left
    items = [node(i, i % 4, i // 4) for i in present] + [node(20, 9, 9), node(21, 9, 10)]
    items += [road(100 + k, refs) for k, refs in enumerate(ways)] + [road(900, [20, 21])]
    roads = read(tmp_path, *items).roads
    links = roads.links
    assert np.all(links.tail != links.head)
    assert np.all(links.length_m > 0)
    assert len(set(roads.link_ids().tolist())) == len(links)
    assert np.all(np.diff(links.way_id) >= 0)
    assert np.all(np.diff(roads.nodes.osm_id) > 0)
    keep = strongest_part(
        links.tail.astype(np.int64),
        links.head.astype(np.int64),
        np.unique(np.column_stack([links.way_id, links.way_from_m]), axis=0, return_inverse=True)[
            1
        ].ravel(),
        links.length_m,
        np.empty((0, 2), np.int64),
    )
    assert keep.all()  # what is kept is connected: reading it again would lose nothing
    for way_id in np.unique(links.way_id):
        ahead = np.flatnonzero((links.way_id == way_id) & links.forward)
        order = ahead[np.argsort(links.way_from_m[ahead])]
        assert np.all(links.way_from_m[order[1:]] >= links.way_to_m[order[:-1]] - 1e-9)


def test_same_file_same_arrays_in_any_order_of_objects(tmp_path: Path) -> None:
    items = [*cross(), ban(1, "no_left_turn", 102, 5, 104)]
    first = read(tmp_path, *items).roads
    second = read(tmp_path, *reversed(items)).roads
    for table in ("nodes", "links", "turn_bans"):
        one, other = getattr(first, table), getattr(second, table)
        for name in one.column_names():
            assert getattr(one, name).tobytes() == getattr(other, name).tobytes(), name
    assert first.names == second.names
    assert first.shape_x_m.tobytes() == second.shape_x_m.tobytes()


def test_objects_not_yet_uploaded_have_negative_ids(tmp_path: Path) -> None:
    facts = read(tmp_path, node(-1, 0, 0), node(-2, 1, 0), road(-7, [-1, -2]))
    assert facts.roads.link_ids().tolist() == ["-7/-2--1/b", "-7/-1--2/f"][::-1]


# --- directions and attributes ------------------------------------------------------------


def test_one_way_ring_and_its_reverse(tmp_path: Path) -> None:
    ring = [node(1, 0, 0), node(2, 1, 0), node(3, 1, 1)]
    facts = read(
        tmp_path,
        *ring,
        road(1, [1, 2], oneway="yes"),
        road(2, [3, 2], oneway="-1"),
        road(3, [3, 1], oneway="yes"),
    )
    assert pairs(facts.roads) == {(1, 1, 2), (2, 2, 3), (3, 3, 1)}
    assert facts.roads.links.forward.tolist() == [True, False, True]


def test_roundabout_is_one_way(tmp_path: Path) -> None:
    ring = [node(1, 0, 0), node(2, 1, 0), node(3, 1, 1), node(4, 0, 1)]
    facts = read(
        tmp_path,
        *ring,
        node(9, -1, 0),
        node(8, 2, 1),
        road(1, [1, 2, 3, 4, 1], junction="roundabout"),
        road(2, [9, 1]),
        road(3, [8, 3]),
    )
    assert {p for p in pairs(facts.roads) if p[0] == 1} == {(1, 1, 3), (1, 3, 1)}
    assert facts.roads.links.roundabout[facts.roads.links.way_id == 1].all()
    assert facts.roads.links.forward[facts.roads.links.way_id == 1].all()


def test_attributes_and_their_sources(tmp_path: Path) -> None:
    facts = read(
        tmp_path,
        *(node(i, i, 0) for i in range(1, 4)),
        road(1, [1, 2], "primary_link", lanes="4", maxspeed="30 mph", bridge="yes", layer="2"),
        road(2, [2, 3], "secondary", tunnel="yes", name="Under\x7f the  hill" + "x" * 300),
        country="DE",
    )
    links = facts.roads.links
    one, two = links.way_id == 1, links.way_id == 2
    assert links.road_class[one].tolist() == [RoadClass.PRIMARY] * 2
    assert links.ramp.tolist() == [True, True, False, False]
    assert links.lanes[one].tolist() == [2.0, 2.0]
    assert set(links.lanes_source[one]) == {Source.TAGGED}
    assert links.speed_mps[one] == pytest.approx(30 * 0.44704)
    assert set(links.speed_source[one]) == {Source.TAGGED}
    assert links.structure.tolist() == [Structure.BRIDGE] * 2 + [Structure.TUNNEL] * 2
    assert links.layer.tolist() == [2, 2, -1, -1]
    assert set(links.lanes_source[two]) == set(links.speed_source[two]) == {Source.DEFAULT}
    assert links.speed_mps[two] == pytest.approx(50 / 3.6)
    assert np.isnan(links.capacity_vph).all()
    name = facts.roads.name_of(2)
    assert name.startswith("Under the  hill")
    assert len(name) == 200
    assert facts.roads.name_of(0) == ""


def test_names_keep_markup_and_lose_control_characters() -> None:
    assert clean_name("<b>Rue\u202e d'Or</b>\n") == "<b>Rue d'Or</b>"


def test_ways_left_out_are_counted(tmp_path: Path) -> None:
    facts = read(
        tmp_path,
        node(1, 0, 0),
        node(2, 1, 0),
        road(1, [1, 2]),
        road(2, [1, 2], access="private"),
        road(3, [1, 2], "service", service="parking_aisle"),
        road(4, [1, 2], "service", service="alley"),
        road(5, [1, 2, 1], "service", area="yes"),
        road(6, [1, 2], oneway="reversible"),
        road(7, [1, 2], "footway"),
    )
    counts = facts.reading.counts
    assert counts["road_ways"] == 6
    assert counts["drivable_ways"] == 2
    for reason in ("access", "plot_service", "area", "reversible"):
        assert counts[f"road_ways_left_out_{reason}"] == 1


# --- turn bans ----------------------------------------------------------------------------


def test_no_left_turn_bans_one_turn(tmp_path: Path) -> None:
    facts = read(tmp_path, *cross(), ban(7, "no_left_turn", 102, 5, 104))
    assert banned(facts.roads) == {(2, 5, 4)}
    assert facts.roads.turn_bans.relation_id.tolist() == [7]


def test_only_straight_on_bans_all_others(tmp_path: Path) -> None:
    facts = read(tmp_path, *cross(), ban(7, "only_straight_on", 102, 5, 108))
    assert banned(facts.roads) == {(2, 5, 4), (2, 5, 6), (2, 5, 2)}


def test_no_u_turn_bans_the_way_back(tmp_path: Path) -> None:
    facts = read(tmp_path, *cross(), ban(7, "no_u_turn", 102, 5, 102))
    assert banned(facts.roads) == {(2, 5, 2)}


def test_ban_for_cars_goes_before_the_general_one(tmp_path: Path) -> None:
    own = {"restriction:motorcar": "no_right_turn"}
    facts = read(tmp_path, *cross(), ban(7, "no_left_turn", 102, 5, 106, **own))
    assert banned(facts.roads) == {(2, 5, 6)}
    exempt = ban(7, "no_left_turn", 102, 5, 104, **{"except": "psv;bicycle"})
    assert banned(read(tmp_path, *cross(), exempt).roads) == {(2, 5, 4)}


def test_way_through_the_node_is_matched_by_angle(tmp_path: Path) -> None:
    """Way 1 runs west to east through node 5; a left turn into the north comes from the west."""
    items = [node(5, 1, 1), node(4, 0, 1), node(6, 2, 1), node(8, 1, 2)]
    items += [road(1, [4, 5, 6]), road(2, [5, 8])]
    left = read(tmp_path, *items, ban(7, "no_left_turn", 1, 5, 2)).roads
    right = read(tmp_path, *items, ban(7, "no_right_turn", 1, 5, 2)).roads
    assert banned(left) == {(4, 5, 8)}
    assert banned(right) == {(6, 5, 8)}
    unclear = read(tmp_path, *items, ban(7, "no_straight_on", 1, 5, 2))
    assert unclear.reading.counts["turn_bans_dropped_ambiguous"] == 1


def test_every_link_reaches_every_other_without_a_banned_turn(tmp_path: Path) -> None:
    """Cars from node 2 may only go straight on: no path back to it makes the banned turns."""
    facts = read(tmp_path, *cross(), ban(7, "only_straight_on", 102, 5, 108))
    links, bans = facts.roads.links, facts.roads.turn_bans
    piece = np.unique(links.way_id, return_inverse=True)[1]
    pairs_banned = np.column_stack([bans.from_link, bans.to_link]).astype(np.int64)
    turn_from, turn_to = permitted_turns(
        links.tail.astype(np.int64), links.head.astype(np.int64), piece, pairs_banned
    )
    reached = {0}
    while True:
        more = set(turn_to[np.isin(turn_from, list(reached))].tolist()) - reached
        if not more:
            break
        reached |= more
    assert reached == set(range(len(links)))


def test_street_that_cannot_be_left_is_lost_and_counted(tmp_path: Path) -> None:
    facts = read(tmp_path, *cross(), node(9, 3, 1), road(200, [6, 9], "tertiary", oneway="yes"))
    counts = facts.reading.counts
    assert counts["links_lost_to_connectivity"] == 1
    assert counts["links_lost_to_connectivity_tertiary"] == 1
    assert counts["links_lost_to_connectivity_m"] == 72  # 71.7 m
    assert 200 not in facts.roads.links.way_id
    # street 106 stays in both directions: cars turn round at its end
    assert {p for p in pairs(facts.roads) if p[0] == 106} == {(106, 5, 6), (106, 6, 5)}


# --- signals ------------------------------------------------------------------------------


def test_signals_at_junctions_inside_links_and_off_roads(tmp_path: Path) -> None:
    facts = read(
        tmp_path,
        node(1, 0, 0),
        node(2, 1, 0, highway="traffic_signals"),
        node(3, 2, 0, highway="traffic_signals", crossing="traffic_signals"),
        node(4, 2.5, 0, highway="crossing", crossing="traffic_signals"),
        node(5, 3, 0, highway="crossing", crossing="zebra"),
        node(6, 4, 0),
        node(7, 2, 1),
        node(8, 9, 9, highway="traffic_signals"),
        road(1, [1, 2, 3, 4, 5, 6]),
        road(2, [3, 7]),
    )
    signals = facts.roads.signal_nodes
    assert signals.osm_id.tolist() == [2, 3, 4]
    assert signals.kind.tolist() == [
        SignalKind.JUNCTION,
        SignalKind.EITHER,
        SignalKind.CROSSING,
    ]
    assert signals.node[[0, 2]].tolist() == [-1, -1]
    assert facts.roads.nodes.osm_id[signals.node[1]] == 3
    assert signals.way_id.tolist() == [1, 1, 1]
    assert signals.way_at_m == pytest.approx([71.70, 143.40, 179.24], abs=0.05)
    assert facts.reading.counts["signal_nodes_off_roads"] == 1
    assert {p for p in pairs(facts.roads) if p[0] == 1} == {
        (1, 1, 3),
        (1, 3, 1),
        (1, 3, 6),
        (1, 6, 3),
    }


# --- parking ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tags", "state", "orientation", "capacity"),
    [
        ({}, "unknown", "parallel", None),
        ({"parking:lane:both": "parallel"}, "stated", "parallel", None),
        ({"parking:lane:right": "diagonal"}, "stated", "diagonal", None),
        ({"parking:lane:left": "diagonal"}, "unknown", "parallel", None),
        ({"parking:lane:both": "no_parking"}, "none", "parallel", None),
        (
            {"parking:lane:right": "parallel", "parking:condition:right": "no_stopping"},
            "none",
            "parallel",
            None,
        ),
        (
            {"parking:lane:both": "marked", "parking:lane:both:capacity": "8"},
            "stated",
            "parallel",
            8,
        ),
        ({"parking:right": "no"}, "none", "parallel", None),
        ({"parking:both": "separate"}, "apart", "parallel", None),
        (
            {"parking:both": "lane", "parking:both:orientation": "perpendicular"},
            "stated",
            "perpendicular",
            None,
        ),
        (
            {"parking:right": "street_side", "parking:right:capacity": "12"},
            "stated",
            "parallel",
            12,
        ),
        (
            {"parking:both": "lane", "parking:right:restriction": "no_parking"},
            "none",
            "parallel",
            None,
        ),
        ({"parking:right": "no", "parking:lane:right": "parallel"}, "none", "parallel", None),
        ({"parking:right": "maybe"}, "unread", "parallel", None),
    ],
)
def test_kerb_tags_of_both_schemes(
    tags: dict[str, str], state: str, orientation: str, capacity: int | None
) -> None:
    found = side_parking(tags, "right")
    status = "unknown" if found.status is None else found.status.name.lower()
    assert (status, found.orientation.name.lower(), found.capacity) == (
        state,
        orientation,
        capacity,
    )


def test_kerb_rows(tmp_path: Path) -> None:
    facts = read(
        tmp_path,
        *(node(i, i, 0) for i in range(1, 4)),
        node(9, 2, 1),
        road(
            1,
            [1, 2, 3],
            **{"parking:left": "lane", "parking:right": "lane", "parking:right:capacity": "7"},
        ),
        road(2, [2, 9], **{"parking:lane:both": "no_parking"}),
    )
    kerb = facts.kerb
    length_m = facts.roads.links.way_to_m.max()
    assert kerb.id.tolist() == ["k1/0/right", "k1/0/left"]
    assert kerb.side.tolist() == [1, -1]
    assert kerb.from_m.tolist() == [0, 0]
    assert kerb.to_m == pytest.approx([length_m, length_m])
    # 143.4 m, of which the corner of the street to the north takes 2 x (4 + 5) m on the left:
    # twice 62.7 m, each one car of 4.4 m and 11 more of 5.2 m
    assert kerb.spaces.tolist() == [7, 24]
    assert kerb.clear_m == pytest.approx([0, 18])
    assert kerb.spaces_source.tolist() == [Source.TAGGED, Source.INFERRED]
    assert kerb.spaces_spread.tolist() == [0.0, 0.15]
    assert facts.reading.counts["kerb_sides_none"] == 2
    assert facts.reading.counts["kerb_sides_stated"] == 2


def test_car_parks(tmp_path: Path) -> None:
    square = [node(10, 0, 1), node(11, 1, 1), node(12, 1, 2), node(13, 0, 2)]
    door = node(14, 0.5, 1, amenity="parking_entrance")
    park = {"amenity": "parking"}
    facts = read(
        tmp_path,
        node(1, 0, 0),
        node(2, 1, 0),
        road(1, [1, 2]),
        *square,
        door,
        way(5, [10, 11, 12, 13, 10], {**park, "capacity": "40", "parking": "surface"}),
        way(6, [10, 14, 11, 12, 13, 10], {**park, "parking": "underground", "fee": "yes"}),
        node(20, 5, 5, amenity="parking", access="private", capacity="many"),
        node(21, 6, 6, amenity="parking", access="no"),
        node(22, 7, 7, amenity="parking", access="customers", parking="multi-storey", fee="no"),
    )
    parks = facts.car_parks
    assert parks.id.tolist() == ["n20", "n22", "w5", "w6"]
    assert parks.access.tolist() == [Access.PRIVATE, Access.CUSTOMERS, Access.PUBLIC, Access.PUBLIC]
    assert parks.kind.tolist() == [
        CarParkKind.SURFACE,
        CarParkKind.MULTI_STOREY,
        CarParkKind.SURFACE,
        CarParkKind.UNDERGROUND,
    ]
    # two levels (assumed) of 7,974 m2 at 32.5 m2 a car
    assert parks.spaces.tolist() == [-1, -1, 40, 491]
    assert parks.spaces_source[2:].tolist() == [Source.TAGGED, Source.INFERRED]
    x_m, y_m = facts.plane.to_metres([10.0005, 10.0005], [50.0015, 50.001])  # centre, entrance
    assert parks.x_m[2:] == pytest.approx(x_m, abs=0.05)
    assert parks.y_m[2:] == pytest.approx(y_m, abs=0.05)
    counts = facts.reading.counts
    assert counts["car_parks_left_out_no_access"] == 1
    assert counts["car_parks_with_unreadable_capacity"] == 1
    assert counts["car_park_spaces_tagged"] == 40
    assert (counts["car_parks_fee_no"], counts["car_parks_fee_yes"]) == (1, 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("40", 40),
        (" 40 ", 40),
        ("ca. 40", None),
        ("-3", None),
        ("0", None),
        ("٤٠", None),
        ("9" * 30, None),
        ("50001", None),
    ],
)
def test_counts(text: str, expected: int | None) -> None:
    assert parse_count(text, 50_000) == expected


# --- places -------------------------------------------------------------------------------


def box(way_id: int, first: int, east: float, north: float, size: float, **tags: str) -> list[str]:
    corners = [
        (east, north),
        (east + size, north),
        (east + size, north + size),
        (east, north + size),
    ]
    ids = [first + i for i in range(4)]
    nodes = [node(i, *at) for i, at in zip(ids, corners, strict=True)]
    return [*nodes, way(way_id, [*ids, ids[0]], tags)]


def test_places_kinds_and_floor_areas(tmp_path: Path) -> None:
    facts = read(
        tmp_path,
        node(1, 0, 0),
        node(2, 1, 0),
        road(1, [1, 2]),
        *box(10, 100, 5.0, 5.0, 1.0, **{"building": "apartments", "building:levels": "4"}),
        *box(11, 110, 7.0, 5.0, 1.0, building="yes"),
        *box(12, 120, 6.5, 4.5, 2.0, landuse="retail"),
        *box(13, 130, 9.0, 9.0, 1.0, building="garage"),
        *box(14, 140, 11.0, 9.0, 1.0, building="yes", height="9.5 m"),
        *box(15, 150, 13.0, 9.0, 1.0, amenity="school"),
        *box(16, 160, 13.2, 9.2, 0.2, building="yes"),
        *box(17, 170, 15.0, 9.0, 1.0, building="yes", tourism="hotel"),
        node(30, 3, 3, shop="bakery", name="Bread"),
        node(31, 3, 4, amenity="bench"),
    )
    places = facts.places
    kinds = dict(zip(places.id.tolist(), places.kind.tolist(), strict=True))
    assert kinds == {
        "n30": PlaceKind.SHOP,
        "w10": PlaceKind.DWELLING,
        "w11": PlaceKind.SHOP,
        "w14": PlaceKind.MIXED,
        "w15": PlaceKind.SCHOOL,
        "w16": PlaceKind.SCHOOL,
        "w17": PlaceKind.LEISURE,
    }
    area = dict(zip(places.id.tolist(), places.floor_area_m2.tolist(), strict=True))
    source = dict(zip(places.id.tolist(), places.floor_area_source.tolist(), strict=True))
    ground_m2 = 71.695 * 111.227  # 0.001 x 0.001 degrees on the WGS84 ellipsoid
    assert area["w10"] == pytest.approx(4 * ground_m2, rel=1e-3)
    assert area["w14"] == pytest.approx(3 * ground_m2, rel=1e-3)
    assert area["n30"] == area["w15"] == 0
    assert (source["w10"], source["w14"]) == (Source.TAGGED, Source.INFERRED)
    assert source["w11"] == Source.DEFAULT
    assert facts.reading.counts["buildings_left_out_no_trips"] == 1


def test_multipolygon_with_a_hole_of_two_halves(tmp_path: Path) -> None:
    outer = box(10, 100, 5.0, 5.0, 4.0)
    inner = [node(i, *at) for i, at in enumerate([(6, 6), (8, 6), (8, 8), (6, 8)], 200)]
    halves = [way(20, [200, 201, 202], {}), way(21, [200, 203, 202], {})]
    members = [("way", 10, "outer"), ("way", 20, "inner"), ("way", 21, "inner")]
    house = {"type": "multipolygon", "building": "office", "building:levels": "2"}
    facts = read(
        tmp_path,
        node(1, 0, 0),
        node(2, 1, 0),
        road(1, [1, 2]),
        *outer,
        *inner,
        *halves,
        relation(9, members, house),
        relation(8, [("way", 10, "outer"), ("way", 77, "outer")], house),
    )
    assert facts.places.id.tolist() == ["r9"]
    assert facts.places.kind.tolist() == [PlaceKind.WORKPLACE]
    assert facts.places.floor_area_m2[0] == pytest.approx(2 * (16 - 4) * 71.69 * 111.22, rel=1e-3)
    assert facts.reading.counts["areas_without_whole_outline"] == 1


def test_boundary_keeps_roads_and_leaves_out_the_rest(tmp_path: Path) -> None:
    items = [
        node(1, 0, 0),
        node(2, 1, 0),
        node(3, 9, 0),
        road(1, [1, 2], **{"parking:both": "lane"}),
        road(2, [2, 3], **{"parking:both": "lane"}),
        node(30, 0.5, 0.5, shop="bakery"),
        node(31, 8, 0.5, shop="bakery"),
        node(40, 0.6, 0.5, amenity="parking"),
        node(41, 8, 0.6, amenity="parking"),
    ]
    ring = np.array([9.999, 10.002, 10.002, 9.999]), np.array([49.999, 49.999, 50.001, 50.001])
    facts = read(tmp_path, *items, boundary=ring, plane=LocalPlane(10.0, 50.0))
    assert pairs(facts.roads) == {(1, 1, 2), (1, 2, 1), (2, 2, 3), (2, 3, 2)}
    assert facts.places.id.tolist() == ["n30"]
    assert facts.car_parks.id.tolist() == ["n40"]
    assert set(facts.kerb.way_id.tolist()) == {1}
    counts = facts.reading.counts
    assert counts["places_outside_boundary"] == counts["car_parks_outside_boundary"] == 1
    assert counts["kerb_stretches_outside_boundary"] == 2
    assert facts.plane == LocalPlane(10.0, 50.0)
