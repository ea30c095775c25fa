"""Parking of the extracts against counts of the raw files, made here with pyosmium."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from pathlib import Path

import numpy as np
import osmium
import pytest
import shapely

from citymove.facts.car_parks import CarParkKind
from citymove.facts.kerb import KerbUsers, SideStatus
from citymove.formats.osm import OsmFacts, read_osm
from citymove.formats.osm.parking_size import inferred_size
from citymove.foundation.provenance import Source

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "data" / "osm"
HELSINKI = ROOT / "seeds" / "helsinki" / "roads.osm.pbf"
FORBIDDEN = ("no", "no_parking", "no_stopping", "no_standing")


def extract(*parts: str) -> Path:
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"{path.name} of the shared extracts is not there")
    return path


@lru_cache(maxsize=6)
def read(path: Path, country: str) -> OsmFacts:
    return read_osm(path, country=country)


def sides_of(path: Path, way_ids: set[int]) -> Counter[str]:
    """Count the sides of these ways by what their tags say, by rules written down once more."""
    count: Counter[str] = Counter()
    for way in osmium.FileProcessor(str(path), osmium.osm.WAY):
        if way.id not in way_ids:
            continue
        for side in ("left", "right"):

            def tag(key: str, side: str = side, tags: osmium.osm.TagList = way.tags) -> str:
                return tags.get(key.format(side)) or tags.get(key.format("both")) or ""

            value = tag("parking:{}") or tag("parking:lane:{}")
            condition = tag("parking:condition:{}")
            limited = tag("parking:condition:{}:time_interval")
            limited = limited or tag("parking:condition:{}:2:time_interval")
            if not value and not condition:
                count["unknown"] += 1
            elif value in ("separate", "drawn_separately"):
                count["apart"] += 1
            elif (
                value in FORBIDDEN
                or (condition in FORBIDDEN and not limited)
                or (tag("parking:{}:restriction") in FORBIDDEN)
            ):
                count["none"] += 1
            else:
                count["stated"] += 1
    return count


def check_sides(path: Path, country: str) -> Counter[str]:
    facts = read(path, country)
    raw = sides_of(path, set(facts.roads.links.way_id.tolist()))
    for status in ("stated", "none", "apart", "unknown"):
        assert facts.reading.counts[f"kerb_sides_{status}"] == raw[status], status
    assert facts.reading.counts["kerb_sides_unread"] == 0
    sides = facts.kerb_sides
    for status in SideStatus:
        rows = np.unique(
            np.stack([sides.way_id, sides.side], axis=1)[sides.status == status], axis=0
        )
        assert len(rows) == raw[status.name.lower()]
    return raw


def test_sides_of_the_newer_scheme() -> None:
    raw = check_sides(extract("neukolln", "input.osm"), "DE")
    assert raw == {"stated": 23, "none": 30, "apart": 9, "unknown": 4}


def test_sides_of_the_older_scheme() -> None:
    if not HELSINKI.exists():
        pytest.skip("the bundled extract of Helsinki is not there")
    raw = check_sides(HELSINKI, "FI")
    assert raw["stated"] > 250
    assert raw["none"] > 700


def test_kerb_of_neukolln() -> None:
    """One kerb is for loading by day; length is taken off for corners, crossings, driveways."""
    facts = read(extract("neukolln", "input.osm"), "DE")
    counts, kerb = facts.reading.counts, facts.kerb
    by_users = {who: int(kerb.spaces[kerb.users == who].sum()) for who in KerbUsers}
    assert sum(by_users.values()) == kerb.spaces.sum() == counts["kerb_spaces_inferred"]
    assert by_users[KerbUsers.LOADING] == counts["kerb_spaces_for_loading"] > 0
    assert by_users[KerbUsers.PUBLIC] > 0.9 * kerb.spaces.sum()
    taken = {
        cause: counts[f"kerb_clear_m_{cause}"] for cause in ("junction", "crossing", "driveway")
    }
    assert all(metres > 0 for metres in taken.values())
    assert sum(taken.values()) == pytest.approx(kerb.clear_m.sum(), abs=3)
    length_m = (kerb.to_m - kerb.from_m).sum()
    assert kerb.clear_m.sum() < 0.25 * length_m
    # parked along the kerb a car takes 5.2 m, across it 2.5 m
    assert length_m / 5.2 * 0.75 < kerb.spaces.sum() < length_m / 2.5


def test_single_spaces_of_limerick() -> None:
    path = extract("limerick", "limerick.osm.gz")
    factory = shapely.polygons
    spaces, parks = [], []
    for way in osmium.FileProcessor(str(path)).with_locations():
        if not way.is_way() or way.tags.get("amenity") not in ("parking", "parking_space"):
            continue
        points = [(n.lon, n.lat) for n in way.nodes if n.location.valid()]
        is_space = way.tags["amenity"] == "parking_space"
        if is_space and (len(points) < len(way.nodes) or not way.is_closed()):
            continue  # cut by the edge of the extract; a car park cut there keeps what is left
        (spaces if is_space else parks).append(factory(points))
    middles = shapely.centroid(np.array(spaces))
    park, space = shapely.STRtree(middles).query(np.array(parks), predicate="intersects")
    assert len(spaces) == 1690
    assert (np.unique(space).size, np.unique(park).size) == (1403, 17)
    facts = read(path, "IE")
    counts = facts.reading.counts
    assert counts["parking_spaces_found"] == 1690
    # two more adjoin a car park drawn along the street
    assert counts["parking_spaces_in_car_parks"] == 1405
    table = facts.car_parks
    owned = table.id[: counts["car_parks"]]
    assert len(owned) == 58
    tagged = table.spaces_source == Source.TAGGED
    assert counts["car_parks_with_spaces_drawn"] == np.count_nonzero(tagged)
    alone = table.spaces[counts["car_parks"] :]
    assert alone.size == counts["car_parks_of_single_spaces"]
    # what is drawn is counted once: in a car park, on its own, or part of one sized by outline
    assert alone.sum() <= 1690 - 1405
    assert table.spaces[tagged].sum() == counts["car_park_spaces_drawn"]
    assert np.all(table.spaces >= 0)


def test_sizes_inferred_against_sizes_counted() -> None:
    """Of the lots whose spaces are tagged or drawn, most lie within the stated spread."""
    within = []
    for parts, country in (
        (("bad_hersfeld", "bad_hersfeld.osm.gz"), "DE"),
        (("krems", "krems.osm.gz"), "AT"),
        (("neukolln", "input.osm"), "DE"),
        (("limerick", "limerick.osm.gz"), "IE"),
        (("columbus", "columbus.osm.pbf"), "US"),
    ):
        facts = read(extract(*parts), country)
        parks = facts.car_parks.take(np.arange(facts.reading.counts["car_parks"]))
        known = np.flatnonzero((parks.spaces_source == Source.TAGGED) & (parks.area_m2 > 0))
        for row in known.tolist():
            kind = CarParkKind(parks.kind[row])
            size = inferred_size({}, kind, float(parks.area_m2[row]))
            off = abs(size.spaces - parks.spaces[row])
            within.append(off <= max(size.spread * size.spaces, 1.0))
    assert len(within) > 45
    assert np.mean(within) > 0.6


def test_car_parks_are_entered_from_aisles() -> None:
    facts = read(extract("bad_hersfeld", "bad_hersfeld.osm.gz"), "DE")
    counts = facts.reading.counts
    assert counts["parking_entrances"] == 1
    assert counts["car_parks_entered_by_entrance"] == 1
    assert counts["car_parks_entered_by_aisle"] > 50
    assert counts["car_parks_with_capacity"] == 13
    known = counts["car_parks_with_capacity"] + counts["car_parks_sized_by_outline"]
    assert counts["car_parks"] == known + counts["car_parks_of_unknown_size"]
