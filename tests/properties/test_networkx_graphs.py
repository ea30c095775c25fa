"""Graphs of osmnx in and out: nothing changes on the way, and osmnx can use what goes out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import osmnx as ox
import pytest

from citymove.facts.edit import twins
from citymove.facts.roads import Links, Nodes, RoadClass, Roads, Structure
from citymove.formats.networkx import from_networkx, to_networkx
from citymove.formats.networkx.edges import values_of
from citymove.formats.osm import read_osm
from citymove.foundation.crs import LocalPlane
from citymove.foundation.provenance import Source
from citymove.foundation.table import Table
from osm_files import ban, cross, node, relation, road, write

SEEDS = Path(__file__).resolve().parents[2] / "seeds"
SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "osm"
PLANE = LocalPlane(lon0=10.0, lat0=50.0)


def saved_and_loaded(graph: nx.MultiDiGraph, folder: Path) -> nx.MultiDiGraph:
    path = folder / "graph.graphml"
    ox.save_graphml(graph, path)
    return ox.load_graphml(path)


def assert_same_table(found: Table, wanted: Table, *, but: tuple[str, ...] = ()) -> None:
    for name in type(wanted).column_names():
        if name not in but:
            np.testing.assert_array_equal(getattr(found, name), getattr(wanted, name), name)


def assert_same_roads(found: Roads, wanted: Roads) -> None:
    assert found.link_ids().tolist() == wanted.link_ids().tolist()
    assert_same_table(found.links, wanted.links, but=("name",))
    assert_same_table(found.nodes, wanted.nodes)
    for row in range(len(wanted.links)):
        assert found.name_of(row) == wanted.name_of(row)
    for name in ("turn_bans", "lane_turns", "timed_speeds", "signal_nodes", "path_bans"):
        assert_same_table(getattr(found, name), getattr(wanted, name))
    assert found.path_bans.link.tolist() == wanted.path_bans.link.tolist()
    np.testing.assert_array_equal(found.shape_start, wanted.shape_start)
    np.testing.assert_allclose(found.shape_x_m, wanted.shape_x_m, atol=1e-6)
    np.testing.assert_allclose(found.shape_y_m, wanted.shape_y_m, atol=1e-6)


EXTRACTS = [
    pytest.param(SEEDS / "monaco" / "roads.osm.pbf", id="monaco"),
    *(
        pytest.param(
            SHARED / name,
            id=name.split("/")[0],
            marks=pytest.mark.skipif(
                not (SHARED / name).exists(), reason="the shared extract is not here"
            ),
        )
        for name in ("bad_hersfeld/bad_hersfeld.osm.gz", "limerick/limerick.osm.gz")
    ),
]


@pytest.mark.parametrize("extract", EXTRACTS)
def test_an_extract_comes_back_exactly_through_graphml(extract: Path, tmp_path: Path) -> None:
    facts = read_osm(extract)
    graph = to_networkx(facts.roads, facts.plane)
    for one in (graph, saved_and_loaded(graph, tmp_path)):
        back = from_networkx(one)
        assert back.plane == facts.plane
        assert_same_roads(back.roads, facts.roads)
        assert back.reading.counts["edges_kept_exactly"] == len(facts.roads.links)
        assert back.reading.counts["links_lost_to_connectivity"] == 0


def town(tmp_path: Path, *more: str) -> Roads:
    """Two crossings joined by a street, with bans at one node, through a way and by hour."""
    items = [
        *cross(),
        node(9, 3, 1, highway="traffic_signals"),
        node(10, 3, 0),
        node(11, 3, 2),
        road(201, [6, 9], "primary", lanes="4", maxspeed="50", bridge="yes", layer="1"),
        road(202, [9, 10], **{"maxspeed:conditional": "30 @ (22:00-06:00)"}),
        road(203, [9, 11], oneway="yes", lanes="2", **{"turn:lanes": "left|right"}),
        road(204, [11, 8], name="Nordstraße"),
        road(205, [10, 2]),
        road(206, [4, 8], "tertiary"),
        road(207, [4, 2]),
        ban(301, "no_left_turn", 102, 5, 104),
        ban(302, "no_right_turn", 108, 5, 104, opening_hours="Mo-Fr 07:00-09:00"),
        relation(
            303,
            [("way", 102, "from"), ("way", 106, "via"), ("way", 201, "to")],
            {"type": "restriction", "restriction": "no_straight_on"},
        ),
        *more,
    ]
    return read_osm(write(tmp_path / "town.osm", *items), plane=PLANE).roads


def test_bans_arrows_hours_and_lights_come_back(tmp_path: Path) -> None:
    roads = town(tmp_path)
    assert len(roads.turn_bans)
    assert len(roads.path_bans)
    assert len(roads.lane_turns)
    assert len(roads.timed_speeds)
    graph = to_networkx(roads, PLANE)
    assert graph.nodes[9]["highway"] == "traffic_signals"
    assert_same_roads(from_networkx(saved_and_loaded(graph, tmp_path)).roads, roads)


def test_the_attributes_are_those_of_osmnx(tmp_path: Path) -> None:
    graph = to_networkx(town(tmp_path), PLANE)
    edge = graph.edges[6, 9, 0]
    assert {key: edge[key] for key in ("osmid", "highway", "oneway", "reversed")} == {
        "osmid": 201, "highway": "primary", "oneway": False, "reversed": False,
    }  # fmt: skip
    assert (edge["lanes"], edge["maxspeed"], edge["bridge"], edge["layer"]) == (
        "4", "50", "yes", "1",
    )  # fmt: skip
    assert edge["travel_time"] == pytest.approx(edge["length"] / (50 / 3.6))
    assert "geometry" not in edge  # straight
    assert graph.edges[9, 11, 0]["oneway"] is True
    assert "lanes" not in graph.edges[4, 8, 0]  # no tag says so: a default is none
    assert graph.edges[9, 6, 0]["reversed"] is True
    assert graph.nodes[5]["street_count"] == 4


def test_osmnx_can_use_the_graph(tmp_path: Path) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    facts = read_osm(SEEDS / "monaco" / "roads.osm.pbf")
    graph = saved_and_loaded(to_networkx(facts.roads, facts.plane), tmp_path)
    assert nx.is_strongly_connected(graph)
    ends = sorted(graph)[0], sorted(graph)[-1]
    route = ox.shortest_path(graph, *ends, weight="travel_time")
    assert (route[0], route[-1]) == ends
    stats = ox.basic_stats(graph)
    assert stats["edge_length_total"] == pytest.approx(facts.roads.links.length_m.sum())
    assert stats["n"] == len(facts.roads.nodes)
    nodes, edges = ox.graph_to_gdfs(graph)
    assert (len(nodes), len(edges)) == (len(facts.roads.nodes), len(facts.roads.links))
    ox.distance.nearest_nodes(ox.project_graph(graph), [373_000.0], [4_843_000.0])
    figure, _ = ox.plot_graph_route(graph, route, show=False, close=True)
    assert figure is not None


def test_closed_links_are_no_edges(tmp_path: Path) -> None:
    roads = town(tmp_path)
    closed = np.flatnonzero(roads.links.way_id == 206)
    shut = roads.with_links(open=~np.isin(np.arange(len(roads.links)), closed))
    graph = to_networkx(shut, PLANE)
    assert graph.number_of_edges() == len(roads.links) - closed.size == len(roads.links) - 2
    back = from_networkx(graph).roads
    assert 206 not in back.links.way_id
    assert len(back.turn_bans) == len(roads.turn_bans)


def test_an_edge_taken_out_takes_its_bans_with_it(tmp_path: Path) -> None:
    roads = town(tmp_path)
    graph = to_networkx(roads, PLANE)
    graph.remove_edge(2, 5)
    graph.remove_edge(5, 2)
    found = from_networkx(graph)
    assert 102 not in found.roads.links.way_id
    assert found.reading.counts["rows_of_edges_that_are_gone"] == 2  # a turn and a path
    assert len(found.roads.turn_bans) == len(roads.turn_bans) - 1
    assert len(found.roads.path_bans) == 0


def test_a_projected_graph_lies_where_it_lay() -> None:
    facts = read_osm(SEEDS / "monaco" / "roads.osm.pbf")
    graph = ox.project_graph(to_networkx(facts.roads, facts.plane))
    back = from_networkx(graph).roads
    assert back.link_ids().tolist() == facts.roads.link_ids().tolist()
    np.testing.assert_allclose(back.nodes.lon, facts.roads.nodes.lon, atol=1e-8)
    np.testing.assert_allclose(back.shape_x_m, facts.roads.shape_x_m, atol=1e-3)


# --- graphs that osmnx made ---------------------------------------------------------------------


def osmnx_graph(path: Path, *, simplify: bool) -> nx.MultiDiGraph:
    return ox.graph_from_xml(path, simplify=simplify, retain_all=True)


def test_a_graph_that_is_not_simplified_gives_the_links_of_the_extract(tmp_path: Path) -> None:
    path = tmp_path / "town.osm"
    town(tmp_path, node(20, 1.5, 1.2), node(21, 1.7, 1.2), road(208, [5, 20, 21, 6], lanes="2"))
    wanted = read_osm(path, plane=PLANE).roads
    found = from_networkx(osmnx_graph(path, simplify=False), plane=PLANE).roads
    assert found.link_ids().tolist() == wanted.link_ids().tolist()
    for name in ("lanes", "lanes_source", "speed_mps", "speed_source", "road_class", "structure"):
        np.testing.assert_array_equal(getattr(found.links, name), getattr(wanted.links, name))
    np.testing.assert_allclose(found.links.length_m, wanted.links.length_m, rtol=5e-3)
    assert found.signal_nodes.osm_id.tolist() == [9]


def as_xml(folder: Path) -> Path:
    """Return the bundled Monaco as XML, which osmnx reads; roads and their nodes."""
    import osmium

    source, path = SEEDS / "monaco" / "roads.osm.pbf", folder / "monaco.osm"
    with osmium.BackReferenceWriter(path, ref_src=source, overwrite=True) as writer:
        for way in osmium.FileProcessor(source, osmium.osm.WAY):
            kind = way.tags.get("highway", "")
            if kind in ("primary", "secondary", "tertiary", "residential", "unclassified"):
                writer.add(way)
    return path


@pytest.mark.parametrize("simplify", [False, True])
def test_stretches_of_one_way_never_overlap(simplify: bool, tmp_path: Path) -> None:
    roads = from_networkx(osmnx_graph(as_xml(tmp_path), simplify=simplify)).roads
    links = roads.links
    stretch = np.unique(np.column_stack([links.way_id, links.way_from_m, links.way_to_m]), axis=0)
    same = stretch[1:, 0] == stretch[:-1, 0]
    assert np.all(stretch[1:, 1][same] >= stretch[:-1, 2][same] - 1e-6)
    # two links share a stretch only as the two directions of one street
    twin = twins(roads, np.arange(len(links)))
    assert stretch.shape[0] == len(links) - np.count_nonzero(twin >= 0) // 2
    assert links.length_m.sum() == pytest.approx((links.way_to_m - links.way_from_m).sum())


def ring(**edges: dict[str, Any]) -> nx.MultiDiGraph:
    """Return four nodes around a block, both ways, and a cul-de-sac to turn round in.

    `edges` change the edges named "u_v".
    """
    graph = nx.MultiDiGraph(crs="epsg:4326", simplified=True)
    places = {
        1: (10.0, 50.0),
        2: (10.002, 50.0),
        3: (10.002, 50.002),
        4: (10.0, 50.002),
        5: (9.998, 50.0),
    }
    for name, (x, y) in places.items():
        graph.add_node(name, x=x, y=y)
    for row, (u, v) in enumerate([(1, 2), (2, 3), (3, 4), (4, 1), (1, 5)]):
        for tail, head in ((u, v), (v, u)):
            data: dict[str, Any] = {
                "osmid": 100 + row,
                "highway": "residential",
                "oneway": False,
                "reversed": tail != u,
                "length": 140.0 if row % 2 == 0 else 222.0,
                **edges.get(f"{tail}_{head}", {}),
            }
            graph.add_edge(tail, head, **{k: v for k, v in data.items() if v is not None})
    return graph


def link(roads: Roads, tail: int, head: int) -> int:
    ids = roads.nodes.osm_id
    (row,) = np.flatnonzero((ids[roads.links.tail] == tail) & (ids[roads.links.head] == head))
    return int(row)


@pytest.mark.parametrize("as_text", [False, True])
def test_of_a_list_the_worst_stands_and_is_inferred(as_text: bool) -> None:
    listed: dict[str, Any] = {
        "osmid": [7, 5],
        "highway": ["secondary", "tertiary"],
        "lanes": ["4", "2"],
        "maxspeed": ["50", "30"],
        "name": ["Ost", "West"],
    }
    if as_text:
        listed = {key: str(value) for key, value in listed.items()}
    facts = from_networkx(ring(**{"1_2": listed, "2_1": listed}))
    roads, row = facts.roads, link(facts.roads, 1, 2)
    links = roads.links
    assert links.way_id[row] == 5
    assert links.road_class[row] == RoadClass.TERTIARY
    assert (links.lanes[row], links.lanes_source[row]) == (1.0, Source.INFERRED)
    assert (links.speed_mps[row], links.speed_source[row]) == (30 / 3.6, Source.INFERRED)
    assert roads.name_of(row) == "Ost / West"
    counts = facts.reading.counts
    assert [counts[f"edges_with_several_{k}"] for k in ("lanes", "classes", "speeds")] == [2, 2, 2]
    assert counts["edges_of_several_ways"] == 2
    assert {note.key for note in facts.reading.notes} >= {
        "edges_of_several_ways",
        "graph_without_turn_bans",
    }


def test_an_edge_that_is_a_footway_in_part_is_no_road() -> None:
    mixed = {"highway": ["residential", "footway"]}
    facts = from_networkx(ring(**{"1_2": mixed, "2_1": mixed}))
    assert len(facts.roads.links) == 8


def test_speed_that_osmnx_computed_is_inferred_and_a_tag_is_tagged() -> None:
    facts = from_networkx(
        ring(**{"1_2": {"speed_kph": 41.0}, "2_3": {"speed_kph": 41.0, "maxspeed": "30 mph"}})
    )
    links = facts.roads.links
    computed, tagged = link(facts.roads, 1, 2), link(facts.roads, 2, 3)
    assert links.speed_mps[computed] == pytest.approx(41 / 3.6)
    assert links.speed_source[computed] == Source.INFERRED
    assert links.speed_mps[tagged] == pytest.approx(30 * 1.609344 / 3.6)
    assert links.speed_source[tagged] == Source.TAGGED
    assert links.speed_source[link(facts.roads, 3, 4)] == Source.DEFAULT
    assert facts.reading.counts["links_with_speed_computed"] == 1


def test_directions_of_one_street_keep_their_own_values() -> None:
    facts = from_networkx(ring(**{"1_2": {"lanes": "3"}, "2_1": {"lanes": "1"}}))
    lanes = facts.roads.links.lanes
    assert lanes[link(facts.roads, 1, 2)] == 3
    assert lanes[link(facts.roads, 2, 1)] == 1


def test_a_length_without_a_shape_stands_as_stated() -> None:
    facts = from_networkx(ring(**{"1_2": {"length": 999.5}, "2_1": {"length": 999.5}}))
    row = link(facts.roads, 1, 2)
    assert facts.roads.links.length_m[row] == pytest.approx(999.5)
    assert facts.roads.links.way_to_m[row] == pytest.approx(999.5)
    assert facts.roads.links.length_m[link(facts.roads, 2, 3)] == 222.0


def test_a_loop_is_halved_at_its_middle() -> None:
    import shapely

    graph = ring()
    loop = shapely.LineString([(10, 50), (10.001, 49.999), (9.999, 49.999), (10, 50)])
    graph.add_edge(1, 1, osmid=200, highway="service", oneway=False, reversed=False,
                   length=400.0, geometry=loop)  # fmt: skip
    graph.add_edge(1, 1, osmid=200, highway="service", oneway=False, reversed=True,
                   length=400.0, geometry=loop.reverse())  # fmt: skip
    facts = from_networkx(graph)
    of_loop = facts.roads.links.way_id == 200
    assert np.count_nonzero(of_loop) == 4
    assert facts.roads.links.length_m[of_loop].sum() == pytest.approx(800.0)
    assert facts.reading.counts["loops_halved"] == 1
    assert not np.any(facts.roads.links.tail == facts.roads.links.head)


def test_two_one_way_streets_between_two_nodes_are_not_one_street() -> None:
    graph = ring()
    for _ in range(2):
        graph.add_edge(1, 3, osmid=300, highway="primary", oneway=True, reversed=False,
                       length=300.0, lanes="2")  # fmt: skip
    graph.add_edge(3, 1, osmid=300, highway="primary", oneway=True, reversed=False, length=300.0)
    roads = from_networkx(graph).roads
    own = roads.links.way_id == 300
    assert np.count_nonzero(own) == 3
    assert np.all(roads.links.forward[own])
    assert np.unique(roads.links.way_from_m[own]).size == 3
    assert np.all(twins(roads, np.flatnonzero(own)) == -1)


def test_what_is_missing_is_missing() -> None:
    graph = ring(**{"1_2": {"lanes": float("nan"), "tunnel": None, "name": "None", "bridge": "no"}})
    roads = from_networkx(graph).roads
    row = link(roads, 1, 2)
    assert roads.links.lanes_source[row] == Source.DEFAULT
    assert roads.links.structure[row] == Structure.SURFACE
    assert roads.name_of(row) == ""
    assert values_of("[not a list") == ["[not a list"]


def test_an_open_end_is_kept_and_a_dead_end_is_not() -> None:
    graph = ring()
    graph.add_node(9, x=10.004, y=50.0)
    graph.add_edge(2, 9, osmid=400, highway="primary", oneway=True, reversed=False, length=140.0)
    lost = from_networkx(graph)
    assert 400 not in lost.roads.links.way_id
    assert lost.reading.counts["links_lost_to_connectivity"] == 1
    assert lost.reading.lost_links.way_id.tolist() == [400]
    graph.add_node(8, x=10.004, y=50.002)
    graph.add_edge(8, 3, osmid=401, highway="primary", oneway=True, reversed=False, length=140.0)
    for end in (8, 9):
        graph.nodes[end]["citymove_open_end"] = 1
    assert {400, 401} <= set(from_networkx(graph).roads.links.way_id.tolist())


def test_tables_have_the_columns_that_are_written() -> None:
    from citymove.formats.networkx import extras

    kept = {*extras.LINK_COLUMNS, "tail", "head", "name", "open"}
    assert kept == set(Links.column_names())
    from_graph = {"osm_id", "lon", "lat", "x_m", "y_m"}
    assert {*extras.NODE_COLUMNS, *from_graph} == set(Nodes.column_names())
