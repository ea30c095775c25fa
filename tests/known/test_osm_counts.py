"""Counts of real extracts against an independent count of the raw file by pyosmium."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Container
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import osmium
import pytest
from pyproj import Geod

from citymove.facts.car_parks import CarParkKind
from citymove.facts.defaults import defaults_for
from citymove.facts.roads import RoadClass, SignalKind
from citymove.formats.osm import OsmFacts, read_osm
from citymove.foundation.provenance import Source

ROOT = Path(__file__).resolve().parents[2]
SEED = ROOT / "seeds" / "monaco"
SHARED = ROOT.parent / "shared" / "data" / "osm"
MONACO = SEED / "roads.osm.pbf"
HELSINKI = ROOT / "seeds" / "helsinki" / "roads.osm.pbf"

CLASSES = ("motorway", "trunk", "primary", "secondary", "tertiary")
ABOVE_SERVICE = {
    *CLASSES,
    *(f"{name}_link" for name in CLASSES),
    "unclassified",
    "residential",
    "living_street",
}
SHUT = {"no", "private", "permit", "residents", "agricultural", "forestry", "emergency"}
SHUT |= {"military", "bus", "psv", "official", "employees"}
ONE_PLOT = {"parking_aisle", "driveway", "drive-through", "drive_through", "emergency_access"}
ONE_PLOT |= {"slipway"}


def extract(*parts: str) -> Path:
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"{path.name} of the shared extracts is not there")
    return path


@lru_cache(maxsize=8)
def read(path: Path, country: str) -> OsmFacts:
    return read_osm(path, country=country)


def is_road(tags: osmium.osm.TagList, *, with_service: bool) -> bool:
    """Whether a way is drivable, by rules written down here once more."""
    highway = tags.get("highway")
    if highway not in ABOVE_SERVICE and not (with_service and highway == "service"):
        return False
    if tags.get("area") == "yes" or tags.get("oneway") == "reversible":
        return False
    if highway == "service" and tags.get("service") in ONE_PLOT:
        return False
    access = next(
        (tags[k] for k in ("motorcar", "motor_vehicle", "vehicle", "access") if k in tags), "yes"
    )
    return any(value.strip() not in SHUT for value in access.split(";"))


@lru_cache(maxsize=4)
def counted(path: Path) -> Counter[str]:
    """Count the raw file, object by object, with osmium's own locations."""
    count: Counter[str] = Counter()
    geod = Geod(ellps="WGS84")
    on_road: set[int] = set()
    signals: set[int] = set()
    for item in osmium.FileProcessor(str(path)).with_locations():
        tags = item.tags
        if tags.get("amenity") == "parking" and (
            not item.is_relation() or tags.get("type") == "multipolygon"
        ):
            count["car_parks"] += 1
            count["car_parks_with_capacity"] += "capacity" in tags
        if item.is_node():
            if tags.get("highway") == "traffic_signals":
                signals.add(item.id)
        elif item.is_way():
            count["buildings"] += "building" in tags
            if is_road(tags, with_service=True):
                count["drivable_ways"] += 1
                on_road.update(node.ref for node in item.nodes)
            count["clipped"] += is_road(tags, with_service=True) and any(
                not node.location.valid() for node in item.nodes
            )
            if is_road(tags, with_service=False):
                places = [n.location for n in item.nodes if n.location.valid()]
                if len(places) > 1:
                    lon, lat = [p.lon for p in places], [p.lat for p in places]
                    count["mm_above_service"] += round(1000 * geod.line_length(lon, lat))
        else:
            count["restrictions"] += tags.get("type") == "restriction"
            count["buildings"] += tags.get("type") == "multipolygon" and "building" in tags
    count["signals"] = len(signals)
    count["signals_on_road"] = len(signals & on_road)
    return count


needs_monaco = pytest.mark.skipif(not MONACO.exists(), reason="the seed's extract is not there")

EXTRACTS: list[tuple[Callable[[], Path], str]] = [
    (lambda: MONACO if MONACO.exists() else pytest.skip("the seed is not there"), "MC"),
    (lambda: extract("bad_hersfeld", "bad_hersfeld.osm.gz"), "DE"),
    (lambda: extract("nanjing_xinjiekou", "osm_bbox.osm.pbf"), "CN"),
    (lambda: extract("limerick", "limerick.osm.gz"), "IE"),
    (lambda: extract("neukolln", "input.osm"), "DE"),
    (lambda: extract("krems", "krems.osm.gz"), "AT"),
]
WITH_BANS = [
    *EXTRACTS,
    (lambda: extract("columbus", "columbus.osm.pbf"), "US"),
    (lambda: HELSINKI if HELSINKI.exists() else pytest.skip("the seed is not there"), "FI"),
]
NAMES = ["monaco", "bad_hersfeld", "nanjing", "limerick", "neukolln", "krems"]


@pytest.mark.parametrize(("find", "country"), EXTRACTS, ids=NAMES)
def test_counts_equal_the_raw_file(find: Callable[[], Path], country: str) -> None:
    path = find()
    counts, raw = read(path, country).reading.counts, counted(path)
    assert counts["drivable_ways"] == raw["drivable_ways"]
    assert counts["turn_bans_found"] == raw["restrictions"]
    assert counts["car_parks_found"] == raw["car_parks"]
    assert counts["buildings_found"] == raw["buildings"]
    assert counts["ways_clipped"] == raw["clipped"]
    parts = ("buildings", "buildings_left_out_no_trips")
    lost = counts.get("areas_without_whole_outline", 0)
    assert 0 <= counts["buildings_found"] - sum(counts[key] for key in parts) <= lost


@pytest.mark.parametrize(("find", "country"), EXTRACTS, ids=NAMES)
def test_roads_are_sound(find: Callable[[], Path], country: str) -> None:
    roads = read(find(), country).roads
    links, nodes = roads.links, roads.nodes
    assert len(set(roads.link_ids().tolist())) == len(links)
    x, y = roads.shape_x_m, roads.shape_y_m
    first, last = roads.shape_start[:-1], roads.shape_start[1:] - 1
    assert np.array_equal(x[first], nodes.x_m[links.tail])
    assert np.array_equal(y[last], nodes.y_m[links.head])
    step_m = np.hypot(np.diff(x), np.diff(y))
    step_m[last[:-1]] = 0
    drawn_m = np.add.reduceat(np.append(step_m, 0), first)
    assert np.allclose(drawn_m, links.length_m, atol=0.05)
    assert set(links.lanes_source) <= {Source.TAGGED, Source.INFERRED, Source.DEFAULT}
    assert links.speed_mps.max() <= 160 / 3.6
    bans = roads.turn_bans
    assert np.array_equal(links.head[bans.from_link], links.tail[bans.to_link])
    signals = roads.signal_nodes
    at = signals.node >= 0
    assert np.array_equal(nodes.osm_id[signals.node[at]], signals.osm_id[at])


@needs_monaco
def test_monaco() -> None:
    facts, raw = read(MONACO, "MC"), counted(MONACO)
    counts = facts.reading.counts
    assert raw["mm_above_service"] / 1000 == pytest.approx(51_000, abs=500)
    assert (raw["signals"], raw["restrictions"]) == (18, 44)
    assert (counts["car_parks"], counts["car_parks_with_capacity"]) == (71, 6)
    assert counts["car_park_spaces_tagged"] == 247
    tagged = facts.car_parks.spaces_source == Source.TAGGED
    assert facts.car_parks.spaces[tagged].sum() == 247
    assert np.count_nonzero(facts.car_parks.kind == CarParkKind.UNDERGROUND) >= 34
    assert counts["car_parks_fee_yes"] == 26
    assert counts["turn_bans_in_force"] <= counts["turn_bans_applied"]
    assert len(facts.kerb) == 0
    signals = facts.roads.signal_nodes
    kept = np.count_nonzero(signals.kind == SignalKind.JUNCTION)
    assert 16 <= kept <= raw["signals_on_road"] <= 18


@needs_monaco
def test_monaco_lengths_agree_with_the_ellipsoid() -> None:
    """Each way's measure, on the plane, against the geodesic length of the raw way."""
    facts = read(MONACO, "MC")
    links = facts.roads.links
    geod, checked = Geod(ellps="WGS84"), 0
    longest = {}
    for way_id in np.unique(links.way_id):
        longest[int(way_id)] = links.way_to_m[links.way_id == way_id].max()
    for way in osmium.FileProcessor(str(MONACO)).with_locations():
        if way.is_way() and way.id in longest and not way.is_closed():
            length_m = geod.line_length([n.lon for n in way.nodes], [n.lat for n in way.nodes])
            assert longest[way.id] <= length_m * 1.00001 + 0.05
            checked += longest[way.id] == pytest.approx(length_m, rel=1e-5, abs=0.05)
    assert checked > 0.9 * len(longest)


@needs_monaco
def test_monaco_inside_its_boundary() -> None:
    path = SEED / "boundary.geojson"
    if not path.exists():
        pytest.skip("the seed's boundary is not there")
    shape = json.loads(path.read_text(encoding="utf-8"))
    while "coordinates" not in shape:
        shape = shape["features"][0] if "features" in shape else shape["geometry"]
    ring = shape["coordinates"]
    while isinstance(ring[0][0], list):
        ring = ring[0]
    lon, lat = np.array([point[:2] for point in ring]).T
    inside = read_osm(MONACO, country="MC", boundary=(lon, lat))
    whole = read(MONACO, "MC")
    # One-way roads that leave the area or enter it belong to the network of the world beyond.
    # Where one now leads on, the end of a road is no dead end any more, and nobody turns back.
    alone, joined = set(whole.roads.link_ids()), set(inside.roads.link_ids())
    assert len(joined - alone) > 40
    assert len(alone - joined) <= 4
    assert len(inside.car_parks) == pytest.approx(68, abs=1)
    assert set(inside.car_parks.id.tolist()) < set(whole.car_parks.id.tolist())
    assert 1100 <= inside.reading.counts["buildings"] <= 1191
    counts = inside.reading.counts
    assert counts["places"] + counts["places_outside_boundary"] == len(whole.places)


@needs_monaco
def test_reading_twice_gives_the_same_bytes() -> None:
    one, two = read(MONACO, "MC"), read_osm(MONACO, country="MC")
    for name in ("kerb", "car_parks", "places"):
        for column in getattr(one, name).column_names():
            a, b = getattr(getattr(one, name), column), getattr(getattr(two, name), column)
            assert a.tobytes() == b.tobytes(), (name, column)
    assert one.roads.link_ids().tolist() == two.roads.link_ids().tolist()
    assert one.roads.shape_x_m.tobytes() == two.roads.shape_x_m.tobytes()
    assert one.reading.counts == two.reading.counts
    assert one.reading.notes == two.reading.notes


def restrictions_that_fit(path: Path, *, with_service: bool) -> int:
    """Count restrictions whose from and to ways are roads that hold the one via node."""
    nodes_of: dict[int, set[int]] = {}
    fitting = 0
    for item in osmium.FileProcessor(str(path)):  # ways stand before relations in these files
        if item.is_way() and is_road(item.tags, with_service=with_service):
            nodes_of[item.id] = {node.ref for node in item.nodes}
        elif item.is_relation() and item.tags.get("type") == "restriction":
            member = {m.role: m for m in item.members}
            if {"from", "via", "to"} <= set(member) and member["via"].type == "n":
                via = member["via"].ref
                ends = (nodes_of.get(member[role].ref, set()) for role in ("from", "to"))
                fitting += all(via in nodes for nodes in ends)
    return fitting


@dataclass(frozen=True)
class RawRestriction:
    """A turn restriction as the file holds it, each role's members in its order."""

    id: int
    value: str
    members: dict[str, list[tuple[str, int]]]

    def ids(self, role: str, member_type: str = "w") -> list[int]:
        return [ref for t, ref in self.members.get(role, []) if t == member_type]


def raw_restrictions(path: Path) -> tuple[list[RawRestriction], dict[int, list[int]]]:
    """Return the restrictions of a file, and the nodes of the ways that cars may use."""
    restrictions: list[RawRestriction] = []
    nodes_of: dict[int, list[int]] = {}
    for item in osmium.FileProcessor(str(path), osmium.osm.WAY | osmium.osm.RELATION):
        if item.is_way() and is_road(item.tags, with_service=True):
            nodes_of[item.id] = [node.ref for node in item.nodes]
        elif item.is_relation() and item.tags.get("type", "").split(":")[0] == "restriction":
            members: dict[str, list[tuple[str, int]]] = {}
            for m in item.members:
                members.setdefault(m.role, []).append((m.type, m.ref))
            value = item.tags.get("restriction", "")
            restrictions.append(RawRestriction(item.id, value, members))
    return restrictions, nodes_of


def is_between_roads(restriction: RawRestriction, roads: Container[int]) -> bool:
    """Whether cars may use a from way, a to way and all via ways, and something is the via."""
    ends = all(any(way in roads for way in restriction.ids(role)) for role in ("from", "to"))
    through = all(way in roads for way in restriction.ids("via"))
    return ends and through and bool(restriction.members.get("via"))


NOT_BETWEEN_ROADS = ("incomplete", "not_in_extract", "no_road_for_cars")


@pytest.mark.parametrize(("find", "country"), WITH_BANS, ids=[*NAMES, "columbus", "helsinki"])
def test_each_restriction_is_applied_or_its_reason_counted(
    find: Callable[[], Path], country: str
) -> None:
    path = find()
    counts = read(path, country).reading.counts
    restrictions, roads = raw_restrictions(path)
    between = sum(is_between_roads(restriction, roads) for restriction in restrictions)
    dropped = {
        key.removeprefix("turn_bans_dropped_"): number
        for key, number in counts.items()
        if key.startswith("turn_bans_dropped_")
    }
    elsewhere = sum(dropped.get(reason, 0) for reason in NOT_BETWEEN_ROADS)
    assert counts["turn_bans_found"] == len(restrictions) > 0
    assert counts["turn_bans_dropped"] == sum(dropped.values())
    assert elsewhere == len(restrictions) - between
    assert counts["turn_bans_applied"] + sum(dropped.values()) - elsewhere == between


@pytest.mark.parametrize(("find", "country"), WITH_BANS, ids=[*NAMES, "columbus", "helsinki"])
def test_banned_turns_are_those_of_the_raw_file(find: Callable[[], Path], country: str) -> None:
    """Where both ways end at the via node, there is one turn that a restriction can mean."""
    path = find()
    facts = read(path, country)
    roads, node_id = facts.roads, facts.roads.nodes.osm_id
    way, tail, head = (
        values.tolist()
        for values in (
            roads.links.way_id,
            node_id[roads.links.tail],
            node_id[roads.links.head],
        )
    )
    bans = roads.turn_bans
    banned: dict[int, set[tuple[int, int]]] = {}
    for relation_id, *turn in zip(
        bans.relation_id.tolist(), bans.from_link.tolist(), bans.to_link.tolist(), strict=True
    ):
        banned.setdefault(relation_id, set()).add((turn[0], turn[1]))
    everything = set().union(*banned.values())
    restrictions, nodes_of = raw_restrictions(path)
    checked = 0
    for raw in restrictions:
        via, ends = raw.ids("via", "n"), (raw.ids("from"), raw.ids("to"))
        if len(via) != 1 or any(len(ids) != 1 or ids[0] not in nodes_of for ids in ends):
            continue
        if any(nodes_of[ids[0]][1:-1].count(via[0]) for ids in ends):
            continue
        arriving = [i for i, w in enumerate(way) if w == ends[0][0] and head[i] == via[0]]
        leaving = [i for i, w in enumerate(way) if w == ends[1][0] and tail[i] == via[0]]
        if len(arriving) != 1 or len(leaving) != 1:
            continue  # the one is lost, or runs the other way alone
        turn = (arriving[0], leaving[0])
        expected = {turn}
        if raw.value.startswith("only_"):
            expected = {(turn[0], i) for i, t in enumerate(tail) if t == via[0]} - {turn}
        assert expected <= everything, raw
        assert banned.get(raw.id, set()) <= expected, raw
        checked += 1
    assert checked >= LEAST_CHECKED[path.parent.name]


LEAST_CHECKED = {
    "monaco": 30,
    "bad_hersfeld": 60,
    "nanjing_xinjiekou": 2,
    "limerick": 1,
    "neukolln": 2,
    "krems": 5,
    "columbus": 8,
    "helsinki": 25,
}


@pytest.mark.parametrize(
    ("find", "country", "above_service", "with_service"),
    [(*EXTRACTS[0], 36, 37), (*EXTRACTS[1], 70, 71)],
    ids=NAMES[:2],
)
def test_restrictions_applied(
    find: Callable[[], Path], country: str, above_service: int, with_service: int
) -> None:
    """The published counts leave service roads out; one more restriction of each needs them."""
    path = find()
    assert restrictions_that_fit(path, with_service=False) == above_service
    assert restrictions_that_fit(path, with_service=True) == with_service
    counts = read(path, country).reading.counts
    assert counts["turn_bans_applied"] == with_service
    assert counts["turn_bans_dropped"] == counts["turn_bans_found"] - with_service


def test_bad_hersfeld_car_parks() -> None:
    counts = read(extract("bad_hersfeld", "bad_hersfeld.osm.gz"), "DE").reading.counts
    assert counts["turn_bans_found"] == 72
    assert (counts["car_parks_with_capacity"], counts["car_park_spaces_tagged"]) == (13, 1009)


def test_limerick_is_clipped_and_read() -> None:
    path = extract("limerick", "limerick.osm.gz")
    facts = read(path, "IE")
    assert facts.reading.counts["ways_clipped"] == pytest.approx(145, abs=5)
    assert facts.reading.counts["way_nodes_missing"] == pytest.approx(886, abs=10)
    assert facts.reading.counts["car_parks"] == 58
    assert len(facts.roads.links) > 1000


def test_nanjing_takes_the_chinese_defaults() -> None:
    facts = read(extract("nanjing_xinjiekou", "osm_bbox.osm.pbf"), "CN")
    links, table = facts.roads.links, defaults_for("CN")
    untagged = (links.speed_source == Source.DEFAULT) & ~links.ramp
    for road_class in (RoadClass.PRIMARY, RoadClass.SECONDARY, RoadClass.RESIDENTIAL):
        speeds = links.speed_mps[untagged & (links.road_class == road_class)]
        assert speeds.size
        assert np.allclose(speeds, table.of_class(road_class).speed_kmh.value / 3.6)
    assert np.mean(links.speed_source == Source.TAGGED) < 0.2
    assert facts.reading.counts["car_parks_with_capacity"] == 0


def test_neukolln_kerb_of_the_new_scheme() -> None:
    path = extract("neukolln", "input.osm")
    facts = read(path, "DE")
    stated = none = 0
    for way in osmium.FileProcessor(str(path), osmium.osm.WAY):
        if not is_road(way.tags, with_service=True):
            continue
        for side in ("left", "right"):
            value = way.tags.get(f"parking:{side}", way.tags.get("parking:both"))
            limit = way.tags.get(
                f"parking:{side}:restriction", way.tags.get("parking:both:restriction")
            )
            if value is None or value == "separate":
                continue
            shut = value == "no" or limit in ("no_parking", "no_stopping", "no_standing")
            none += shut
            stated += not shut
    counts = facts.reading.counts
    lost = 2 * (counts["drivable_ways"] - np.unique(facts.roads.links.way_id).size)
    assert stated - lost <= counts["kerb_sides_stated"] <= stated
    assert none - lost <= counts["kerb_sides_none"] <= none
    assert counts["kerb_spaces_inferred"] == facts.kerb.spaces.sum() > 200
    assert set(facts.kerb.side.tolist()) == {-1, 1}


def test_defaults_by_country() -> None:
    tables = {
        code: defaults_for(code).table for code in ("CN", "MC", "FR", "US", "GB", "IE", "BR", "")
    }
    assert tables == {
        "CN": "CN",
        "MC": "EU",
        "FR": "EU",
        "US": "US",
        "GB": "GB",
        "IE": "IE",
        "BR": "generic",
        "": "generic",
    }
    for code in (*tables, "DE", "FI", "HK", "JP"):
        table = defaults_for(code)
        assert len(table.classes) == len(RoadClass)
        values = [v for row in table.classes for v in (row.lanes, row.speed_kmh)]
        values += [row.capacity_per_lane_vph for row in table.classes]
        values += [table.saturation_flow_vph, table.ramp_lanes, table.ramp_speed_kmh]
        assert all(value.note and value.source is Source.DEFAULT for value in values)
        assert all(value.low < value.value < value.high for value in values)
        speeds = [row.speed_kmh.value for row in table.classes]
        assert speeds == sorted(speeds, reverse=True)
    left = {
        code
        for code in ("GB", "IE", "HK", "JP", "CN", "US", "DE", "MC", "")
        if defaults_for(code).drives_on == "left"
    }
    assert left == {"GB", "IE", "HK", "JP"}
    assert defaults_for("de").saturation_flow_vph.value == 2000
    assert defaults_for("US").speed_mps([RoadClass.RESIDENTIAL], [False])[0] == pytest.approx(
        25 * 0.44704
    )
