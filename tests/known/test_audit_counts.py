"""The audit's counts against a count of the raw file that pyosmium makes here, object by object."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from pathlib import Path

import numpy as np
import osmium
import pytest

from citymove.facts.roads import RoadClass, attribute_sources
from citymove.formats.osm import read_osm
from citymove.foundation.provenance import Source
from citymove.prepare.audit import Audit, audit_extract
from citymove.prepare.audited_signals import JunctionState
from citymove.report.audit_page import OSM_ATTRIBUTION, render_audit

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "data" / "osm"

CLASSES = ("motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential")
CLASSES += ("living_street", "service")
RAMPS = {f"{name}_link": name for name in CLASSES[:5]}
SHUT = {"no", "private", "permit", "residents", "agricultural", "forestry", "emergency"}
SHUT |= {"military", "bus", "psv", "official", "employees"}
ONE_PLOT = {"parking_aisle", "driveway", "drive-through", "drive_through", "emergency_access"}
ONE_PLOT |= {"slipway"}
COUNTED = {
    "lanes": "lanes",
    "maxspeed": "maxspeed",
    "turn:lanes": "turn_lanes",
    "oneway": "oneway",
    "name": "name",
}
LIGHTS = {"traffic_signals", "pelican", "puffin", "toucan", "pegasus"}

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


@lru_cache(maxsize=len(EXTRACTS))
def audited(name: str) -> Audit:
    path, country = EXTRACTS[name]
    if not path.exists():
        pytest.skip(f"the extract {path.name} of {name} is not there")
    return audit_extract(read_osm(path, country=country), country=country)


def is_open(tags: osmium.osm.TagList, suffix: str = "") -> bool:
    keys = (f"{key}{suffix}" for key in ("motorcar", "motor_vehicle", "vehicle", "access"))
    access = next((tags[key] for key in keys if key in tags), "yes")
    return any(part.strip() not in SHUT for part in access.split(";"))


def class_of(tags: osmium.osm.TagList) -> str:
    """Return the class of a way that cars may use, "" for none: rules written down once more."""
    highway = tags.get("highway", "")
    known = RAMPS.get(highway, highway)
    if known not in CLASSES or tags.get("area") == "yes" or tags.get("oneway") == "reversible":
        return ""
    if highway == "service" and tags.get("service") in ONE_PLOT:
        return ""
    keys = ("oneway:motorcar", "oneway:motor_vehicle", "oneway")
    one_way = next((tags[key] for key in keys if key in tags), "no")
    sides = {"yes": (":forward",), "-1": (":backward",)}.get(one_way, (":forward", ":backward"))
    return known if is_open(tags) and any(is_open(tags, side) for side in sides) else ""


def has_outline(item: osmium.osm.OSMObject) -> bool:
    """Whether a car park is a point, or an area of which the file holds three points."""
    if not item.is_way():
        return True
    return len({node.ref for node in item.nodes if node.location.valid()}) >= 3


def is_light(tags: osmium.osm.TagList) -> bool:
    if tags.get("highway") == "traffic_signals":
        return True
    lit = tags.get("crossing") in LIGHTS or tags.get("crossing:signals") == "yes"
    return lit and tags.get("highway", "crossing") == "crossing"


@lru_cache(maxsize=len(EXTRACTS))
def counted(name: str) -> Counter[str]:
    count: Counter[str] = Counter()
    for item in osmium.FileProcessor(str(EXTRACTS[name][0])).with_locations():
        tags = item.tags
        count["signal_nodes_found"] += item.is_node() and is_light(tags)
        is_area = not item.is_relation() or tags.get("type") == "multipolygon"
        if tags.get("amenity") == "parking" and is_area and has_outline(item):
            count["car_parks_found"] += 1
            open_to_some = tags.get("access", "yes").split(";")[0].strip() != "no"
            sized = re.fullmatch(r"[0-9]{1,6}", tags.get("capacity", "").strip())
            count["car_parks_with_capacity"] += bool(sized and int(sized[0]) > 0 and open_to_some)
            count["car_park_spaces_tagged"] += int(sized[0]) if sized and open_to_some else 0
        if item.is_way() and (known := class_of(tags)):
            count["drivable_ways"] += 1
            count[f"drivable_ways_{known}"] += 1
            for key, word in COUNTED.items():
                count[f"drivable_ways_with_{word}"] += key in tags
        if item.is_relation():
            count["turn_bans_found"] += tags.get("type", "").split(":")[0] == "restriction"
    return count


@pytest.mark.parametrize("name", EXTRACTS)
def test_counts_equal_the_raw_file(name: str) -> None:
    counts = audited(name).reading.counts
    raw = counted(name)
    assert {key: counts.get(key, 0) for key in raw} == dict(raw)
    assert counts["turn_bans_applied"] + counts["turn_bans_dropped"] == counts["turn_bans_found"]


@pytest.mark.parametrize("name", EXTRACTS)
def test_tables_add_up_to_the_network(name: str) -> None:
    audit = audited(name)
    links, counts = audit.roads.links, audit.reading.counts
    assert audit.lengths.links.sum() == len(links) == counts["links"]
    assert audit.lengths.link_km.sum() == pytest.approx(links.length_m.sum() / 1000)
    table = audit.coverage
    named = [*attribute_sources(audit.roads), "lane_turns"]
    assert set(table.attribute.tolist()) == set(named)
    for attribute in named:
        part = table.take(table.attribute == attribute)
        assert part.links.sum() == len(links), attribute
        assert part.km.sum() == pytest.approx(links.length_m.sum() / 1000), attribute
    lanes = table.take((table.attribute == "lanes") & (table.source == Source.TAGGED))
    assert lanes.links.sum() == counts["links_with_lanes_tagged"]
    taken = {"lanes": 0, "speed_kmh": 0, "capacity_per_lane_vph": 0}
    for default in audit.defaults_taken:
        taken[default.attribute] += default.links
    assert taken["lanes"] == np.count_nonzero(links.lanes_source == Source.DEFAULT)
    assert taken["speed_kmh"] == np.count_nonzero(links.speed_source == Source.DEFAULT)
    gaps = audit.lane_gaps
    assert gaps.length_m.sum() == pytest.approx(
        links.length_m[links.lanes_source == Source.DEFAULT].sum()
    )


@pytest.mark.parametrize("name", EXTRACTS)
def test_what_is_lost_is_drawn(name: str) -> None:
    audit = audited(name)
    lost, counts = audit.reading.lost_links, audit.reading.counts
    assert len(lost) == counts["links_lost_to_connectivity"] == audit.lost.links.sum()
    assert lost.length_m.sum() == pytest.approx(counts["links_lost_to_connectivity_m"], abs=1)
    for known, number in zip(
        audit.lost.road_class.tolist(), audit.lost.links.tolist(), strict=True
    ):
        word = RoadClass(known).name.lower()
        assert number == counts[f"links_lost_to_connectivity_{word}"]
    start = lost.start()
    step_m = np.hypot(np.diff(lost.x_m), np.diff(lost.y_m))
    drawn = [step_m[start[row] : start[row + 1] - 1].sum() for row in range(len(lost))]
    assert np.allclose(drawn, lost.length_m, atol=0.05)
    kept = set(
        zip(
            audit.roads.links.way_id.tolist(),
            audit.roads.links.forward.tolist(),
            np.round(audit.roads.shape_x_m[audit.roads.shape_start[:-1]], 3).tolist(),
            np.round(audit.roads.shape_y_m[audit.roads.shape_start[:-1]], 3).tolist(),
            strict=True,
        )
    )
    gone = zip(
        lost.way_id.tolist(),
        lost.forward.tolist(),
        np.round(lost.x_m[lost.first], 3).tolist(),
        np.round(lost.y_m[lost.first], 3).tolist(),
        strict=True,
    )
    assert kept.isdisjoint(gone)
    cut = audit.reading.cut_ends
    assert np.unique(cut.way_id).size <= counts["ways_clipped"]
    assert (len(cut) > 0) == (counts["ways_clipped"] > 0)


@pytest.mark.parametrize("name", EXTRACTS)
def test_the_page_prints_these_counts(name: str) -> None:
    audit = audited(name)
    page = render_audit(audit, OSM_ATTRIBUTION)
    assert len(page) < 8_000_000
    found: dict[str, set[int]] = {}
    for value, key in re.findall(r'<data value="(-?\d+)" data-count="([a-z_0-9]+)">', page):
        found.setdefault(key, set()).add(int(value))
    assert {key: values for key, values in found.items() if len(values) > 1} == {}
    for key, number in audit.reading.counts.items():
        assert found[key] == {number}, key
    for item in audit.missing:
        assert found[item.key] == {item.number}
    for state in JunctionState:
        assert found[f"signal_junctions_{state.name.lower()}"] == {audit.signals.count(state)}


@pytest.mark.parametrize("name", EXTRACTS)
def test_the_most_important_comes_first(name: str) -> None:
    audit = audited(name)
    weights = [item.weight for item in audit.missing]
    assert weights == sorted(weights, reverse=True)
    assert len({item.key for item in audit.missing}) == len(audit.missing)
    for gaps in (audit.lane_gaps, audit.speed_gaps):
        minor = gaps.road_class > RoadClass.TERTIARY
        assert not np.any(minor[:-1] & ~minor[1:])
        for part in (gaps.weight[~minor], gaps.weight[minor]):
            assert np.all(np.diff(part) <= 1e-12)
