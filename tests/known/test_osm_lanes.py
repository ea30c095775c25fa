"""Lanes, arrows, limits and their sources on links: small files by hand, extracts by pyosmium."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import osmium
import pytest

from citymove.facts.defaults import defaults_for
from citymove.facts.roads import (
    EVERY_VEHICLE,
    LaneTurn,
    LaneTurns,
    Links,
    Roads,
    Vehicle,
    attribute_sources,
)
from citymove.formats.osm import OsmFacts, read_osm
from citymove.formats.osm.lane_lists import read_turns
from citymove.foundation.provenance import Source
from citymove.prepare.capacities import capacities
from made_up import grid_city
from osm_files import node, road, write

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "data" / "osm"
EXTRACTS = {
    "monaco": (ROOT / "seeds" / "monaco" / "roads.osm.pbf", "MC"),
    "helsinki": (ROOT / "seeds" / "helsinki" / "roads.osm.pbf", "FI"),
    "bad_hersfeld": (SHARED / "bad_hersfeld" / "bad_hersfeld.osm.gz", "DE"),
    "columbus": (SHARED / "columbus" / "columbus.osm.pbf", "US"),
    "krems": (SHARED / "krems" / "krems.osm.gz", "AT"),
    "limerick": (SHARED / "limerick" / "limerick.osm.gz", "IE"),
    "nanjing": (SHARED / "nanjing_xinjiekou" / "osm_bbox.osm.pbf", "CN"),
    "neukolln": (SHARED / "neukolln" / "input.osm", "DE"),
}
L, T, R = (int(turn) for turn in (LaneTurn.LEFT, LaneTurn.THROUGH, LaneTurn.RIGHT))


def read(tmp_path: Path, *items: str, country: str = "") -> OsmFacts:
    return read_osm(write(tmp_path / "small.osm", *items), country=country)


def arrows(roads: Roads) -> dict[tuple[int, int, int], list[int]]:
    """Arrows of each link that has them, by way and the OSM ids of its ends."""
    found: dict[tuple[int, int, int], list[int]] = {}
    links, ids, table = roads.links, roads.nodes.osm_id, roads.lane_turns
    assert np.all(np.diff(table.link) >= 0)
    for link, lane, turns in zip(table.link, table.lane, table.turns, strict=True):
        key = (int(links.way_id[link]), int(ids[links.tail[link]]), int(ids[links.head[link]]))
        lanes = found.setdefault(key, [])
        assert lane == len(lanes)
        lanes.append(int(turns))
    for link in np.unique(table.link):
        assert np.count_nonzero(table.link == link) == links.lanes[link]
    return found


def street(**tags: str) -> list[str]:
    """Way 1 from node 1 east to node 5, with a street to the north at 2, to the south at 3, and
    both at 4; node 5 leads on to way 9. Each street off ends in a dead end.
    """
    east = [node(i, i, 0) for i in range(1, 7)]
    north = [node(12, 2, 1), node(14, 4, 1)]
    south = [node(23, 3, -1), node(24, 4, -1)]
    off = [road(10 * i, [i % 10, i]) for i in (12, 14, 23, 24)]
    return [*east, *north, *south, *off, road(1, [1, 2, 3, 4, 5], **tags), road(9, [5, 6])]


# --- which link gets the arrows ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("turns", "heads"),
    [
        ("left|through", {2, 4, 5}),
        ("through|right", {3, 4, 5}),
        ("left|through|right", {4, 5}),
        ("left|through;right", {4, 5}),
        ("through|through", {2, 3, 4, 5}),
        ("slight_left|through", {2, 4, 5}),
        ("none|right", {3, 4, 5}),
    ],
)
def test_arrows_stand_before_streets_to_their_sides(
    tmp_path: Path, turns: str, heads: set[int]
) -> None:
    """At node 5, the way's end, they stand in any case: nothing but the way itself leads there."""
    roads = read(tmp_path, *street(**{"turn:lanes:forward": turns})).roads
    found = arrows(roads)
    assert {head for way, tail, head in found if way == 1 and tail < head} == heads
    assert all(tail < head for _, tail, head in found)
    assert len({tuple(lanes) for lanes in found.values()}) == 1


def test_arrows_against_the_way_are_the_driver_s(tmp_path: Path) -> None:
    """Westward the street to the south lies on the left: at 3 and 4, and 1 is the way's end."""
    roads = read(tmp_path, *street(**{"turn:lanes:backward": "left|through"})).roads
    assert arrows(roads) == {(1, 4, 3): [L, T], (1, 5, 4): [L, T], (1, 2, 1): [L, T]}
    assert set(roads.lane_turns.source) == {Source.TAGGED}


def test_lanes_count_from_the_left_where_one_drives_on_the_left(tmp_path: Path) -> None:
    tags = {"turn:lanes:forward": "left|through|right"}
    roads = [read(tmp_path, *street(**tags), country=country).roads for country in ("DE", "IE")]
    assert arrows(roads[0]) == arrows(roads[1])
    assert arrows(roads[0])[1, 3, 4] == [L, T, R]


def test_arrows_of_a_reversed_one_way(tmp_path: Path) -> None:
    """Way 1 is drawn to the east and driven to the west."""
    items = [*street(oneway="-1", **{"turn:lanes": "left|through"}), road(8, [1, 6])]
    found = arrows(read(tmp_path, *items).roads)
    assert set(found) == {(1, 5, 4), (1, 4, 3), (1, 2, 1)}


def test_a_bus_lane_has_no_arrow(tmp_path: Path) -> None:
    tags = {"turn:lanes:forward": "left|through|", "psv:lanes:forward": "||designated"}
    roads = read(tmp_path, *street(lanes="4", **tags)).roads
    on_way = roads.links.way_id == 1
    ahead = on_way & roads.links.forward
    assert set(roads.links.lanes[ahead]) == {2.0}
    assert set(roads.links.bus_lanes[ahead]) == {1.0}
    assert set(roads.links.lanes[on_way & ~roads.links.forward]) == {1.0}
    assert set(map(tuple, arrows(roads).values())) == {(L, T)}


def test_arrows_that_do_not_fit_are_left_out_and_counted(tmp_path: Path) -> None:
    facts = read(
        tmp_path, *street(**{"lanes:forward": "2", "turn:lanes:forward": "left|left|right"})
    )
    assert len(facts.roads.lane_turns) == 0
    assert facts.reading.counts["ways_with_turn_lanes_not_matched"] == 1
    assert any(
        note.key == "turn_lanes_not_matched" and "1 of 1" in note.en for note in facts.reading.notes
    )


# --- other attributes of links ----------------------------------------------------------------


def test_timed_limits_stand_on_every_link_of_their_direction(tmp_path: Path) -> None:
    facts = read(
        tmp_path, *street(**{"maxspeed:forward:conditional": "30 @ (07:00-09:00,16:00-18:00)"})
    )
    roads, timed = facts.roads, facts.roads.timed_speeds
    ahead = np.flatnonzero((roads.links.way_id == 1) & roads.links.forward)
    assert timed.link.tolist() == np.repeat(ahead, 2).tolist()
    assert timed.start_s.tolist() == [7 * 3600, 16 * 3600] * ahead.size
    assert timed.end_s.tolist() == [9 * 3600, 18 * 3600] * ahead.size
    assert timed.speed_mps == pytest.approx(30 / 3.6)
    assert facts.reading.counts["links_with_timed_speed"] == ahead.size == 4


def test_vehicles_and_sources_of_links(tmp_path: Path) -> None:
    roads = read(
        tmp_path,
        *(node(i, i, 0) for i in range(1, 5)),
        road(1, [1, 2], oneway="no", hgv="no", bridge="yes"),
        road(2, [2, 3], junction="roundabout", bicycle="no"),
        road(3, [3, 2]),
        road(4, [3, 4], "motorway", oneway="no"),
    ).roads
    links = roads.links
    assert [Vehicle(v) for v in links.vehicles[links.way_id == 1]] == [
        EVERY_VEHICLE & ~Vehicle.TRUCK
    ] * 2
    assert set(links.vehicles[links.way_id == 4]) == {EVERY_VEHICLE & ~Vehicle.BICYCLE}
    rows = [np.flatnonzero(links.way_id == way)[0] for way in (1, 2, 3, 4)]
    tagged, inferred, default = Source.TAGGED, Source.INFERRED, Source.DEFAULT
    assert links.direction_source[rows].tolist() == [tagged, inferred, default, tagged]
    assert links.vehicles_source[rows].tolist() == [tagged, tagged, default, inferred]
    assert links.roundabout_source[rows].tolist() == [default, tagged, default, default]
    assert links.structure_source[rows].tolist() == [tagged, default, default, default]
    assert links.layer_source[rows].tolist() == [inferred, default, default, default]
    assert links.layer[rows].tolist() == [1, 0, 0, 0]


def test_every_column_of_links_has_a_source() -> None:
    """By name, or by the attribute that it belongs to; ids and ends are those of the map."""
    belongs = {
        "way_from_m": "length", "way_to_m": "length", "length_m": "length", "tail": "length",
        "head": "length", "speed_mps": "speed", "capacity_vph": "capacity", "forward": "direction",
    }  # fmt: skip
    names_only = {"way_id", "open"}  # the way itself, and what an option closes
    known = attribute_sources(grid_city().roads)
    for column in Links.column_names():
        attribute = belongs.get(column, column)
        assert attribute in known or column.endswith("_source") or column in names_only, column
    for attribute, source in known.items():
        assert source.dtype == np.int8, attribute


# --- capacity of approaches -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("country", "turns", "shares"),
    [
        ("DE", "left|through|through;right", ("far", 1.0, 1.0)),
        ("DE", "left|left|through|right", ("far", "far", 1.0, "near")),
        ("IE", "left|left|through|right", ("near", "near", 1.0, "far")),
        ("DE", "left;right", ("mean",)),
        ("DE", "reverse;left|none", ("far", 1.0)),
        ("GB", "left;through|right", (1.0, "far")),
    ],
)
def test_saturation_flow_by_lane(country: str, turns: str, shares: tuple[float | str, ...]) -> None:
    city = replace(grid_city(), country=country)
    sets, _ = read_turns(turns)
    links = city.roads.links
    lanes, source = np.full(len(links), 2.0), np.full(len(links), Source.DEFAULT)
    lanes[5], source[5] = len(sets), Source.TAGGED
    lanes[6] = len(sets)  # by default: arrows alone do not make it known
    table = LaneTurns(
        link=np.repeat([5, 6, 7], len(sets)),
        lane=np.tile(np.arange(len(sets)), 3),
        turns=np.tile(sets, 3),
        source=np.full(3 * len(sets), Source.TAGGED),
    )
    roads = city.roads.with_links(lanes=lanes, lanes_source=source)
    city = replace(city, roads=replace(roads, lane_turns=table))
    signalised = np.full(len(links), -1, np.int32)
    signalised[[5, 6]] = 0  # link 7 has arrows and no light
    capacity, known = capacities(city, signalised)
    defaults = defaults_for(country)
    near, far = defaults.near_turn_factor.value, defaults.far_turn_factor.value
    values = {"near": near, "far": far, "mean": (near + far) / 2}
    share = sum(values[s] if isinstance(s, str) else s for s in shares)
    base = defaults.saturation_flow_vph.value
    assert capacity[5] == pytest.approx(base * share)
    assert known[5] == Source.INFERRED
    assert capacity[6] == pytest.approx(base * len(sets))
    assert (known[6:] == Source.DEFAULT).all()
    per_lane = defaults.capacity_per_lane_vph(links.road_class, links.ramp)
    assert capacity[7] == pytest.approx(2 * per_lane[7])


def test_arrows_give_way_to_a_changed_number_of_lanes(tmp_path: Path) -> None:
    facts = read(tmp_path, *street(**{"lanes:forward": "2", "turn:lanes:forward": "left|through"}))
    roads = facts.roads
    signalised = np.zeros(len(roads.links), np.int32)
    city = replace(grid_city(), roads=roads, country="DE")
    _, before = capacities(city, signalised)
    assert np.count_nonzero(before == Source.INFERRED) == 3
    wider = replace(city, roads=roads.with_links(lanes=roads.links.lanes + 1))
    capacity, after = capacities(wider, signalised)
    assert (after == Source.DEFAULT).all()
    assert capacity == pytest.approx(
        wider.roads.links.lanes * defaults_for("DE").saturation_flow_vph.value
    )


# --- extracts ---------------------------------------------------------------------------------

CLASSES = ("motorway", "trunk", "primary", "secondary", "tertiary")
ROADS = {*CLASSES, *(f"{name}_link" for name in CLASSES), "unclassified", "residential"}
ROADS |= {"living_street", "service"}
SHUT = {"no", "private", "permit", "residents", "agricultural", "forestry", "emergency"}
SHUT |= {"military", "bus", "psv", "official", "employees"}
ONE_PLOT = {"parking_aisle", "driveway", "drive-through", "drive_through", "emergency_access"}
ONE_PLOT |= {"slipway"}
CARS = ("motorcar", "motor_vehicle", "vehicle", "access")
SIDES = ("", ":forward", ":backward")
COUNTED = {
    "ways_with_lanes_tagged": {f"lanes{side}" for side in (*SIDES, ":both_ways")},
    "ways_with_turn_lanes": {f"turn:lanes{side}" for side in (*SIDES, ":both_ways")},
    "ways_with_maxspeed_tagged": {
        f"maxspeed{middle}{side}"
        for middle in ("", ":motorcar", ":motor_vehicle", ":lanes")
        for side in SIDES
    },
    "ways_with_conditional_access": {f"{key}{side}:conditional" for key in CARS for side in SIDES},
}
TURNS = {f"turn{side}" for side in SIDES}  # the same arrows on all lanes


def is_drivable_road(tags: osmium.osm.TagList) -> bool:
    """Whether cars may use a way, by rules written down here once more."""
    if tags.get("highway") not in ROADS or tags.get("area") == "yes":
        return False
    if tags.get("oneway") == "reversible":
        return False
    if tags.get("highway") == "service" and tags.get("service") in ONE_PLOT:
        return False
    one_way = next(
        (tags[k] for k in ("oneway:motorcar", "oneway:motor_vehicle", "oneway") if k in tags), "no"
    )
    for side in {"yes": ["forward"], "-1": ["backward"]}.get(one_way, ["forward", "backward"]):
        values = (tags.get(f"{key}:{side}", tags.get(key)) for key in CARS)
        access = next((value for value in values if value is not None), "yes")
        if any(part.strip() not in SHUT for part in access.split(";")):
            return True
    return False


@lru_cache(maxsize=len(EXTRACTS))
def facts_of(name: str) -> OsmFacts:
    path, country = EXTRACTS[name]
    if not path.exists():
        pytest.skip(f"the extract {path.name} of {name} is not there")
    return read_osm(path, country=country)


@lru_cache(maxsize=len(EXTRACTS))
def counted(name: str) -> tuple[Counter[str], dict[str, set[int]]]:
    """Count drivable ways of the raw file by tags, and return the ids of those ways."""
    count: Counter[str] = Counter()
    ids: dict[str, set[int]] = {word: set() for word in (*COUNTED, "turn")}
    for way in osmium.FileProcessor(str(EXTRACTS[name][0]), osmium.osm.WAY):
        if not is_drivable_road(way.tags):
            continue
        keys = {tag.k for tag in way.tags}
        for word, wanted in COUNTED.items():
            if keys & wanted:
                ids[word].add(way.id)
        if keys & TURNS:
            ids["turn"].add(way.id)
        said = next((way.tags[key] for key in CARS if key in keys), "")
        count["ways_for_destinations"] += said == "destination"
        bridge = way.tags.get("bridge", "no") != "no"
        tunnel = way.tags.get("tunnel", "no") not in ("no", "building_passage")
        count["ways_with_inferred_layer"] += (bridge or tunnel) and "layer" not in keys
    count.update({word: len(ids[word]) for word in COUNTED})
    return count, ids


@pytest.mark.parametrize("name", EXTRACTS)
def test_counts_equal_the_raw_file(name: str) -> None:
    counts = facts_of(name).reading.counts
    raw, _ = counted(name)
    assert {word: counts[word] for word in raw} == dict(raw)


@pytest.mark.parametrize(
    ("name", "with_arrows", "with_lanes", "with_limit"),
    [
        ("monaco", 14, 395, 286),
        ("helsinki", 48, 544, 787),
        ("bad_hersfeld", 102, 392, 885),
        ("columbus", 8, 1205, 726),
        ("krems", 0, 43, 204),
        ("limerick", 12, 181, 345),
        ("nanjing", 0, 35, 4),
        ("neukolln", 3, 18, 38),
    ],
)
def test_published_numbers_of_ways(
    name: str, with_arrows: int, with_lanes: int, with_limit: int
) -> None:
    counts = facts_of(name).reading.counts
    assert counts["ways_with_turn_lanes"] == with_arrows
    assert counts["ways_with_lanes_tagged"] == with_lanes
    assert counts["ways_with_maxspeed_tagged"] == with_limit


@pytest.mark.parametrize("name", EXTRACTS)
def test_links_take_what_their_ways_say(name: str) -> None:
    roads, (_, ids) = facts_of(name).roads, counted(name)
    counts, links = facts_of(name).reading.counts, roads.links
    said = links.lanes_source != Source.DEFAULT
    lanes_or_arrows = ids["ways_with_lanes_tagged"] | ids["ways_with_turn_lanes"]
    assert set(links.way_id[said].tolist()) <= lanes_or_arrows
    assert counts["links_with_lanes_tagged"] == np.count_nonzero(
        links.lanes_source == Source.TAGGED
    )
    with_arrows = ids["ways_with_turn_lanes"] | ids["turn"]
    assert set(links.way_id[roads.lane_turns.link].tolist()) <= with_arrows
    assert counts["links_with_lane_turns"] == np.unique(roads.lane_turns.link).size
    arrows(roads)  # as many as lanes, numbered from 0
    assert np.all(links.vehicles & Vehicle.CAR)
    assert np.all(links.bus_lanes >= 0)
    for attribute, source in attribute_sources(roads).items():
        assert source.size == len(links), attribute
        assert set(np.unique(source)) <= set(Source), attribute


def test_neukolln_s_limits_by_hour() -> None:
    """Six ways with 30 km/h from 08:00 to 17:00 on working days, where 50 holds otherwise."""
    roads = facts_of("neukolln").roads
    timed = roads.timed_speeds
    assert set(timed.start_s) == {8 * 3600}
    assert set(timed.end_s) == {17 * 3600}
    assert timed.speed_mps == pytest.approx(30 / 3.6)
    assert roads.links.speed_mps[timed.link] == pytest.approx(50 / 3.6)
    assert np.unique(roads.links.way_id[timed.link]).size == 6


def test_bad_hersfeld_s_limits_by_night() -> None:
    timed = facts_of("bad_hersfeld").roads.timed_speeds
    assert set(zip(timed.start_s.tolist(), timed.end_s.tolist(), strict=True)) == {
        (0, 6 * 3600),
        (22 * 3600, 24 * 3600),
    }


def test_monaco_s_bus_lanes() -> None:
    """Six ways of three lanes, the rightmost for buses; cars may not go against the one-way."""
    links = facts_of("monaco").roads.links
    reserved = links.bus_lanes > 0
    assert np.unique(links.way_id[reserved]).size == 6
    assert set(links.lanes[reserved]) == {2.0}
    assert facts_of("monaco").reading.counts["ways_with_contraflow_for_buses"] == 3
