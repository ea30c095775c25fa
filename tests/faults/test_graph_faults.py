"""Graphs that are wrong: one clear error each, and never another exception."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import networkx as nx
import pytest

from citymove.formats.networkx import from_networkx
from citymove.foundation.errors import InputError

Change = Callable[[nx.MultiDiGraph], Any]


def street() -> nx.MultiDiGraph:
    """Return a street between two nodes, both ways."""
    graph = nx.MultiDiGraph(crs="epsg:4326", simplified=True)
    graph.add_node(1, x=10.0, y=50.0)
    graph.add_node(2, x=10.01, y=50.0)
    for tail, head in ((1, 2), (2, 1)):
        graph.add_edge(tail, head, osmid=5, highway="residential", oneway=False,
                       reversed=tail == 2, length=716.0)  # fmt: skip
    return graph


def edge(**values: Any) -> Change:
    return lambda graph: graph.edges[1, 2, 0].update(values)


def at(**values: Any) -> Change:
    return lambda graph: graph.nodes[2].update(values)


BROKEN: list[tuple[str, Change, str]] = [
    ("no crs", lambda g: g.graph.pop("crs"), r'graph\["crs"\] = None: must name its coordinate'),
    ("crs is nonsense", lambda g: g.graph.update(crs="here"), "must name its coordinate system"),
    ("no node", lambda g: g.clear(), "must name its coordinate system"),
    ("no edge", lambda g: g.clear_edges(), "holds no edge"),
    ("node without a place", lambda g: g.nodes[2].pop("x"), "node 2: must be a whole number with"),
    ("node is a name", lambda g: g.add_node("a", x=1, y=1), "node 'a': must be a whole number"),
    ("place is nowhere", at(x=float("nan")), "node 2 at x nan, y 50: must lie within"),
    ("place is text", at(x="east"), "node 2: must be a whole number with x and y"),
    ("place is in metres", at(x=500_000.0), "must lie within -180 .. 180"),
    ("place is far", at(x=30.0), "must lie within 500 km"),
    ("no osmid", lambda g: g.edges[1, 2, 0].pop("osmid"), r"edge \(1, 2, 0\): osmid = None"),
    ("osmid is a name", edge(osmid="Main St"), "must be a whole number, or a list of such"),
    ("osmid is huge", edge(osmid=2**70), "must be a whole number, or a list of such"),
    ("length is negative", edge(length=-3), r"length = -3: must be a number >= 0"),
    ("length is a list", edge(length=[1.0, 2.0]), "must be a number >= 0"),
    ("length is infinite", edge(length=float("inf")), "must be a number >= 0"),
    ("speed is zero", edge(speed_kph=0.0), "speed_kph = 0.0: must be a number >= 0.001"),
    ("geometry is no line", edge(geometry="POINT (1 1)"), "must be a line of finite coordinates"),
    ("geometry is no text", edge(geometry="LINE somewhere"), "must be a line of finite"),
    ("geometry is a number", edge(geometry=7), "must be a line of finite coordinates"),
    ("geometry is nan", edge(geometry="LINESTRING (10 50, nan nan)"), "must be a line of finite"),
    ("geometry is in metres", edge(geometry="LINESTRING (10 50, 9e5 7, 10.01 50)"), "must lie"),
    ("all are footways", lambda g: nx.set_edge_attributes(g, "footway", "highway"), "no road that"),
    ("no class", lambda g: nx.set_edge_attributes(g, None, "highway"), "no road that cars may use"),
    ("private", lambda g: nx.set_edge_attributes(g, "private", "access"), "no road that cars may"),
    ("one way", lambda g: g.remove_edge(1, 2), "no road that cars may drive to its end and back"),
    ("extras are no JSON", lambda g: g.graph.update(citymove="{"), r'graph\["citymove"\]'),
    ("extras are old", lambda g: g.graph.update(citymove='{"version":0,"plane":[1,2]}'), "version"),
    ("extras lack", lambda g: g.graph.update(citymove='{"version":1,"plane":[10,50]}'), "read"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "message"), [b[1:] for b in BROKEN], ids=[b[0] for b in BROKEN])
def test_a_broken_graph_is_refused(change: Change, message: str) -> None:
    graph = street()
    change(graph)
    with pytest.raises(InputError, match=message):
        from_networkx(graph)


def test_the_graph_is_sound_before_it_is_broken() -> None:
    assert len(from_networkx(street()).roads.links) == 2


@pytest.mark.parametrize("kind", [nx.Graph, nx.DiGraph, nx.MultiGraph])
def test_other_kinds_of_graph_are_refused(kind: type) -> None:
    with pytest.raises(InputError, match=r"must be a networkx\.MultiDiGraph"):
        from_networkx(kind(street()))


def test_a_broken_exact_value_names_its_edge() -> None:
    from citymove.formats.networkx import to_networkx

    facts = from_networkx(street())
    graph = to_networkx(facts.roads, facts.plane)
    graph.edges[2, 1, 0]["citymove_lanes"] = "many"
    with pytest.raises(InputError, match=r"edge \(2, 1, 0\): citymove_lanes = 'many'"):
        from_networkx(graph)


def test_a_ban_of_links_that_do_not_meet_is_refused() -> None:
    from citymove.formats.networkx import to_networkx

    facts = from_networkx(street())
    graph = to_networkx(facts.roads, facts.plane)
    first = str(facts.roads.link_ids()[0])
    said = graph.graph["citymove"].replace(
        '"turn_bans":[]', f'"turn_bans":[["{first}","{first}",0,0,86400]]'
    )
    graph.graph["citymove"] = said
    with pytest.raises(InputError, match="must ban a turn between two links that meet"):
        from_networkx(graph)
