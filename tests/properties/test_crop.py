"""A crop takes links away and changes none; a link keeps its name in another cut of the map."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import osmium
import pytest

from citymove.facts.roads import Roads
from citymove.formats.osm import read_osm
from citymove.foundation.errors import InputError

EXTRACT = Path(__file__).resolve().parents[2] / "seeds" / "monaco" / "roads.osm.pbf"
WEST, SOUTH, EAST, NORTH = 7.414, 43.728, 7.430, 43.744


def ring(by: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Return a box of Monaco's middle, made smaller by this many degrees."""
    return (
        np.array([WEST + by, EAST - by, EAST - by, WEST + by]),
        np.array([SOUTH + by, SOUTH + by, NORTH - by, NORTH - by]),
    )


def facts_by_id(roads: Roads) -> dict[str, tuple[object, ...]]:
    links = roads.links
    names = [name for name in type(links).column_names() if name not in ("tail", "head", "name")]
    columns = [np.nan_to_num(getattr(links, name), nan=-1.0).tolist() for name in names]
    return dict(zip(roads.link_ids().tolist(), zip(*columns, strict=True), strict=True))


@pytest.fixture(scope="module")
def whole() -> Roads:
    return read_osm(EXTRACT, country="MC").roads


def test_a_crop_keeps_names_references_and_facts(whole: Roads) -> None:
    facts = read_osm(EXTRACT, country="MC", crop=ring())
    part = facts.roads
    assert 200 < len(part.links) < len(whole.links)
    before = facts_by_id(whole)
    same = {name: row for name, row in facts_by_id(part).items() if name in before}
    assert same == {name: before[name] for name in same}
    # what the crop adds are streets that lead on only across its edge
    added = len(part.links) - len(same)
    assert added <= 0.02 * len(part.links)
    assert facts.reading.counts["links_outside_crop"] > 0
    assert facts.reading.counts["links"] == len(part.links)


def test_what_lies_outside_a_crop_is_left_out(whole: Roads) -> None:
    facts = read_osm(EXTRACT, country="MC", crop=ring())
    lon, lat = facts.plane.to_degrees(facts.car_parks.x_m, facts.car_parks.y_m)
    assert lon.size and lon.min() >= WEST and lon.max() <= EAST
    assert lat.min() >= SOUTH and lat.max() <= NORTH
    # each link that is kept touches the area
    start = facts.roads.shape_start
    x, y = facts.plane.to_degrees(facts.roads.shape_x_m, facts.roads.shape_y_m)
    within = (x >= WEST) & (x <= EAST) & (y >= SOUTH) & (y <= NORTH)
    assert all(within[a:b].any() for a, b in pairwise(start))


def test_no_ban_names_a_link_that_went(whole: Roads) -> None:
    part = read_osm(EXTRACT, country="MC", crop=ring()).roads
    bans = part.turn_bans
    ids, all_ids = part.link_ids(), whole.link_ids()
    known = {
        (str(all_ids[a]), str(all_ids[b]))
        for a, b in zip(whole.turn_bans.from_link, whole.turn_bans.to_link, strict=True)
    }
    pairs = {(str(ids[a]), str(ids[b])) for a, b in zip(bans.from_link, bans.to_link, strict=True)}
    here = set(all_ids.tolist())
    assert pairs and {pair for pair in pairs if here.issuperset(pair)} <= known


def test_names_are_the_same_in_another_cut_of_the_map(whole: Roads, tmp_path: Path) -> None:
    cut = tmp_path / "cut.osm.pbf"
    inside: set[int] = set()
    with osmium.BackReferenceWriter(str(cut), ref_src=str(EXTRACT), overwrite=True) as writer:
        for item in osmium.FileProcessor(str(EXTRACT)):
            if item.is_node():
                if WEST <= item.lon <= EAST and SOUTH <= item.lat <= NORTH:
                    inside.add(item.id)
                continue
            whole_ways = item.is_way() and any(node.ref in inside for node in item.nodes)
            if whole_ways or (item.is_relation() and "restriction" in item.tags):
                writer.add(item)
    again = read_osm(cut, country="MC")
    x_m, y_m = again.plane.to_metres(*ring(0.002))
    middle = _within(again.roads, x_m, y_m)
    here = {str(name) for name in again.roads.link_ids()[middle]}
    assert len(here) > 100
    assert here <= set(whole.link_ids().tolist())


def _within(roads: Roads, x_m: np.ndarray, y_m: np.ndarray) -> np.ndarray:
    tail, head = roads.links.tail, roads.links.head
    x, y = roads.nodes.x_m, roads.nodes.y_m
    node = (x > x_m.min()) & (x < x_m.max()) & (y > y_m.min()) & (y < y_m.max())
    return node[tail] & node[head]


def test_a_second_reading_names_links_alike(whole: Roads) -> None:
    np.testing.assert_array_equal(
        whole.link_ids(), read_osm(EXTRACT, country="MC").roads.link_ids()
    )


def test_a_crop_without_roads_is_refused() -> None:
    with pytest.raises(InputError, match=r"roads\.osm\.pbf: crop: touches no road"):
        read_osm(EXTRACT, country="MC", crop=(ring()[0] + 5.0, ring()[1]))


def test_a_boundary_that_lies_elsewhere_is_refused() -> None:
    with pytest.raises(InputError, match=r"roads\.osm\.pbf: boundary: touches no road"):
        read_osm(EXTRACT, country="MC", boundary=(ring()[0] + 5.0, ring()[1]))
    lon, lat = ring()  # in the wrong order
    with pytest.raises(InputError, match="longitude stands before latitude"):
        read_osm(EXTRACT, country="MC", boundary=(lat, lon))
