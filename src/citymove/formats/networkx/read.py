"""Graphs of osmnx as roads."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import networkx as nx
import numpy as np

from citymove.facts.defaults import CountryDefaults, defaults_for
from citymove.facts.roads import Roads
from citymove.formats.drawn_roads import Lines, RoadFacts, roads_of_lines
from citymove.formats.networkx import extras
from citymove.formats.networkx.edges import Edge, read_edges, values_of
from citymove.formats.networkx.pieces import Piece, joined, pieces_of
from citymove.formats.osm.connectivity import part_open_to_the_world
from citymove.formats.osm.positions import NodeTable
from citymove.formats.osm.tags import Tags
from citymove.formats.osm.tally import Tally
from citymove.foundation.crs import LocalPlane
from citymove.foundation.daytime import DAY_S
from citymove.foundation.errors import InputError
from citymove.foundation.provenance import Source

Array = np.ndarray[Any, Any]

_NAME: Final = "graph"
_KMH_OF_MPS: Final = 3.6
_OFF_M: Final = 1.0  # a drawn end farther from its node is counted


def from_networkx(
    graph: "nx.MultiDiGraph[int]", *, country: str = "", plane: LocalPlane | None = None
) -> RoadFacts:
    """Read a road graph of osmnx, simplified or not, as made or as loaded from GraphML.

    Parameters
    ----------
    graph
        Nodes by OSM id with ``x`` and ``y``; edges with ``osmid`` and ``highway``, and whatever
        else osmnx keeps of tags. Other coordinates than WGS84 are converted by ``graph["crs"]``.
        What `to_networkx` wrote beside osmnx's attributes goes before these.
    country
        ISO 3166-1 alpha-2 code, which chooses the defaults of untagged roads; "": generic.
    plane
        What metres refer to; None: the plane that the graph was exported with, else one about the
        middle of its nodes.

    Returns
    -------
    RoadFacts
        The largest strongly connected part.

    Raises
    ------
    InputError
        No directed multigraph, no coordinate system, a node without a place, an edge without a
        way, or a number that is none.

    Notes
    -----
    Where osmnx merged segments that differ, the worst of them stands (see `edges`), inferred. A
    speed that osmnx computed (``speed_kph`` without ``maxspeed``) is inferred too. A graph of osmnx
    holds no turn restrictions. Its links' stretches of their ways are those of the edges, laid one
    after the other: true lengths, but where along the way is not known.
    """
    if not isinstance(graph, nx.MultiDiGraph):
        raise InputError(
            "must be a networkx.MultiDiGraph",
            value=type(graph).__name__,
            remedy="take the graph as osmnx returns it, before it is made undirected",
        )
    known = None
    if extras.GRAPH in graph.graph:
        known = extras.read_graph_extras(graph.graph[extras.GRAPH])
    to_degrees = _to_degrees(graph)
    nodes = _nodes(graph, to_degrees)
    found = Tally()
    found.add("graph_nodes", graph.number_of_nodes())
    found.add("graph_edges", graph.number_of_edges())
    edges = read_edges(graph, found)
    found.add("edges_kept_exactly", sum(edge.exact is not None for edge in edges))
    if plane is None:
        plane = known.plane if known is not None else _plane_about(nodes)
    source = _Source(graph, nodes, to_degrees, plane, defaults_for(country), known)
    lost = 0
    while True:  # what the turn bans cut off goes, until all that is left is connected
        tally = Tally(counts=found.counts.copy())
        roads, edge_of_link = _built(source, edges, tally)
        cut_off = _cut_off_by_bans(roads, source)
        if not cut_off.any():
            break
        lost += int(np.count_nonzero(cut_off))
        gone = {id(edge) for row in np.flatnonzero(cut_off) for edge in edge_of_link[row]}
        edges = [edge for edge in edges if id(edge) not in gone]
    tally.add("links_lost_to_turn_bans", lost)
    _note(tally, known is not None)
    return RoadFacts(plane=plane, roads=roads, reading=tally.reading(_NAME))


@dataclass(frozen=True)
class _Source:
    """A graph and what its edges are read with."""

    graph: "nx.MultiDiGraph[int]"
    nodes: NodeTable
    to_degrees: Any
    plane: LocalPlane
    defaults: CountryDefaults
    known: extras.GraphExtras | None

    @property
    def open_ends(self) -> list[int]:
        """Nodes where roads lead out of the study area."""
        return [int(n) for n, data in self.graph.nodes(data=True) if extras.OPEN_END in data]


def _built(
    source: _Source, edges: list[Edge], tally: Tally
) -> tuple[Roads, list[tuple[Edge, ...]]]:
    """Return the roads of these edges, and the edges that each link was made of."""
    pieces = pieces_of(edges, tally)
    if _ends_at_every_node(source.graph, tally):
        pieces = joined(pieces)
    roads, line = roads_of_lines(
        _lines(source, pieces, tally),
        source.plane,
        defaults=source.defaults,
        name=_NAME,
        tally=tally,
    )
    edge_of_link = [
        pieces[row].ahead if forward else pieces[row].back
        for row, forward in zip(line.tolist(), roads.links.forward.tolist(), strict=True)
    ]
    roads, exact = _with_what_edges_say(roads, edge_of_link, tally)
    roads = _with_node_extras(roads, source.graph)
    if source.known is not None:
        roads, gone = extras.with_tables(roads, source.known, exact)
        tally.add("rows_of_edges_that_are_gone", gone)
    return roads, edge_of_link


def _ends_at_every_node(graph: "nx.MultiDiGraph[int]", tally: Tally) -> bool:
    """Whether edges end at every node of their ways: osmnx marks the graphs where they do not."""
    simplified = values_of(graph.graph.get("simplified")) == ["True"]
    counts = tally.counts
    return not (simplified or counts["edges_of_several_ways"] or counts["edges_kept_exactly"])


def _to_degrees(graph: "nx.MultiDiGraph[int]") -> Any:
    """Return the transformer from the graph's coordinates to WGS84, None where they are that."""
    from pyproj import CRS, Transformer
    from pyproj.exceptions import CRSError

    stated = graph.graph.get("crs")
    try:
        crs = CRS.from_user_input("" if stated is None else stated)
    except CRSError:
        raise InputError(
            "must name its coordinate system",
            value=f'graph["crs"] = {stated!r:.60}',
            remedy='set graph.graph["crs"] = "epsg:4326" for longitude and latitude',
        ) from None
    if crs == CRS.from_epsg(4326):
        return None
    return Transformer.from_crs(crs, "EPSG:4326", always_xy=True)


def _nodes(graph: "nx.MultiDiGraph[int]", to_degrees: Any) -> NodeTable:
    ids, x, y = [], [], []
    for node, data in graph.nodes(data=True):
        try:
            ids.append(int(node))
            x.append(float(data["x"]))
            y.append(float(data["y"]))
        except (KeyError, TypeError, ValueError, OverflowError):
            raise InputError(
                "must be a whole number with x and y",
                value=f"node {node!r:.60}",
                remedy="number the nodes, and give each its place",
            ) from None
    if not ids:
        raise InputError("holds no node", value=_NAME, remedy="check how the graph was made")
    lon, lat = np.array(x), np.array(y)
    if to_degrees is not None:
        lon, lat = (np.asarray(values) for values in to_degrees.transform(lon, lat))
    off = np.flatnonzero(~((np.abs(lon) <= 180) & (np.abs(lat) <= 90)))
    if off.size:
        raise InputError(
            "must lie within -180 .. 180 and -90 .. 90 degrees",
            value=f"node {ids[off[0]]} at x {x[off[0]]:g}, y {y[off[0]]:g}",
            remedy='check graph["crs"]',
        )
    osm_id = np.array(ids, np.int64)
    order = np.argsort(osm_id, kind="stable")
    return NodeTable(osm_id[order], lon[order], lat[order])


def _plane_about(nodes: NodeTable) -> LocalPlane:
    lon, lat = nodes.lon, nodes.lat
    return LocalPlane(
        lon0=round(float(lon.min() + lon.max()) / 2, 4),
        lat0=round(float(lat.min() + lat.max()) / 2, 4),
    )


# --- edges as lines ---------------------------------------------------------------------------


def _lines(source: _Source, pieces: list[Piece], tally: Tally) -> Lines:
    """Return the pieces as lines; bends are given ids below those of all nodes."""
    if not pieces:
        raise InputError("holds no edge", value=_NAME, remedy="check how the graph was made")
    nodes = source.nodes
    next_id = min(int(nodes.id.min()), 0) - 1
    refs: list[int] = []
    start = [0]
    bends: list[Array] = []
    tally.add("edges_drawn_off_their_nodes", 0)
    for piece in pieces:
        refs.append(piece.first)
        for edge in piece.run:
            points = _bends(edge, bool(piece.ahead), source, tally)
            refs.extend(range(next_id, next_id - len(points), -1))
            next_id -= len(points)
            bends.append(points)
            refs.append(edge.head if piece.ahead else edge.tail)
        start.append(len(refs))
    drawn = np.concatenate(bends)
    drawn_id = np.arange(next_id + len(drawn), next_id, -1)
    ids = np.concatenate([nodes.id, drawn_id])
    order = np.argsort(ids, kind="stable")
    return Lines(
        way_id=np.array([piece.way_id for piece in pieces], np.int64),
        tags=[piece.tags for piece in pieces],
        start=np.array(start, np.int64),
        refs=np.array(refs, np.int64),
        nodes=NodeTable(
            ids[order],
            np.concatenate([nodes.lon, drawn[:, 0]])[order],
            np.concatenate([nodes.lat, drawn[:, 1]])[order],
        ),
        tagged_nodes=_tagged_nodes(source.graph),
        length_m=np.array([sum(edge.length_m for edge in piece.run) for piece in pieces]),
        open_end=np.isin(ids[order], source.open_ends),
    )


def _bends(edge: Edge, ahead: bool, source: _Source, tally: Tally) -> Array:
    """Return the points between the ends of an edge, in the direction of its line, degrees."""
    if edge.shape is None:
        return np.empty((0, 2))
    lon, lat = edge.shape[:, 0], edge.shape[:, 1]
    if source.to_degrees is not None:
        lon, lat = (np.asarray(values) for values in source.to_degrees.transform(lon, lat))
    if not np.all((np.abs(lon) <= 180) & (np.abs(lat) <= 90)):
        raise InputError(
            "must lie within -180 .. 180 and -90 .. 90 degrees",
            value=f"{edge.place}: geometry",
            remedy='check graph["crs"]',
        )
    nodes = source.nodes
    at = nodes.rows_of(np.array([edge.tail, edge.head]))
    x_m, y_m = source.plane.to_metres(
        np.concatenate([lon[[0, -1]], nodes.lon[at]]), np.concatenate([lat[[0, -1]], nodes.lat[at]])
    )
    as_drawn = np.hypot(x_m[:2] - x_m[2:], y_m[:2] - y_m[2:]).max()
    turned = np.hypot(x_m[[1, 0]] - x_m[2:], y_m[[1, 0]] - y_m[2:]).max()
    if turned < as_drawn:  # undirected graphs draw one direction only
        lon, lat = lon[::-1], lat[::-1]
    tally.add("edges_drawn_off_their_nodes", min(as_drawn, turned) > _OFF_M)
    points = np.column_stack([lon, lat])[1:-1]
    return points if ahead else points[::-1]


def _tagged_nodes(graph: "nx.MultiDiGraph[int]") -> tuple[tuple[int, Tags], ...]:
    """Return nodes with the tags of lights."""
    found = []
    for node, data in graph.nodes(data=True):
        tags = {
            key: "; ".join(values)
            for key in ("highway", "crossing", "crossing:signals", "traffic_signals",
                        "traffic_signals:direction", "direction")
            if (values := values_of(data.get(key)))
        }  # fmt: skip
        if tags:
            found.append((int(node), tags))
    return tuple(sorted(found))


# --- what edges say beyond their tags ---------------------------------------------------------


def _with_what_edges_say(
    roads: Roads, edge_of_link: list[tuple[Edge, ...]], tally: Tally
) -> tuple[Roads, dict[str, int]]:
    """Return the roads with computed speeds, inferred values and exact columns of their edges.

    And the links of those edges whose columns are kept exactly, by ``citymove_id``.
    """
    links = roads.links
    columns = {name: getattr(links, name).copy() for name in extras.LINK_COLUMNS}
    tally.add("links_with_speed_computed", 0)
    made = Counter(id(edge) for edges in edge_of_link for edge in edges)  # links of each edge
    exact: dict[str, int] = {}
    for link, edges in enumerate(edge_of_link):
        edge = edges[0]
        if edge.exact is not None and len(edges) == 1 and made[id(edge)] == 1:
            exact[str(edge.exact["id"])] = link
            for name, column in columns.items():
                column[link] = _exact(edge, edge.exact, name, column.dtype)
            continue
        for key, column in (
            ("lanes", columns["lanes_source"]),
            ("maxspeed", columns["speed_source"]),
        ):
            if column[link] == Source.TAGGED and any(key in one.listed for one in edges):
                column[link] = Source.INFERRED
        if columns["speed_source"][link] == Source.DEFAULT and not np.isnan(edge.speed_kmh):
            columns["speed_mps"][link] = edge.speed_kmh / _KMH_OF_MPS
            columns["speed_source"][link] = Source.INFERRED
            tally.add("links_with_speed_computed")
    return roads.with_links(**columns), exact


def _exact(edge: Edge, exact: Mapping[str, Any], name: str, dtype: np.dtype[Any]) -> Any:
    value = exact[name]
    try:
        if dtype.kind == "b":
            return {"True": True, "False": False}[str(value)]
        return float(value) if dtype.kind == "f" else dtype.type(int(value))
    except (KeyError, TypeError, ValueError, OverflowError):
        raise InputError(
            "cannot be read",
            value=f"{edge.place}: {extras.PREFIX}{name} = {value!r:.60}",
            remedy="remove the attributes that begin with citymove_ from this edge",
        ) from None


def _with_node_extras(roads: Roads, graph: "nx.MultiDiGraph[int]") -> Roads:
    """Return the roads with what the export knew of streets that are no links."""
    columns: dict[str, Array] = {}
    for name in extras.NODE_COLUMNS:
        said = {
            int(node): int(values[0])
            for node, data in graph.nodes(data=True)
            if (values := values_of(data.get(extras.PREFIX + name)))
        }
        before = getattr(roads.nodes, name).tolist()
        own = [
            said.get(node, old)
            for node, old in zip(roads.nodes.osm_id.tolist(), before, strict=True)
        ]
        columns[name] = np.array(own, np.int16)
    nodes = replace(roads.nodes, **columns)
    return replace(roads, nodes=nodes)


def _cut_off_by_bans(roads: Roads, source: _Source) -> Array:
    """Return the links that the graph's own turn bans cut off from the rest, bool."""
    bans, links = roads.turn_bans, roads.links
    always = (bans.start_s == 0) & (bans.end_s == DAY_S)
    if not always.any():
        return np.zeros(len(links), bool)
    stretch = np.column_stack([links.way_id, links.way_from_m])
    _, street = np.unique(stretch, axis=0, return_inverse=True)
    keep = part_open_to_the_world(
        links.tail.astype(np.int64),
        links.head.astype(np.int64),
        street.reshape(-1),
        links.length_m,
        np.column_stack([bans.from_link[always], bans.to_link[always]]).astype(np.int64),
        np.isin(roads.nodes.osm_id, source.open_ends),
    )
    return ~keep


def _note(tally: Tally, with_extras: bool) -> None:
    counts = tally.counts
    if not with_extras:
        tally.note(
            "graph_without_turn_bans",
            en="A graph of osmnx holds no turn restrictions: every turn is permitted.",
            zh="osmnx 路网图不含转向限制：所有转向均视为允许。",
        )
    if n := counts["edges_of_several_ways"]:
        tally.note(
            "edges_of_several_ways",
            en=f"{n} edges were merged from several roads; each takes the fewest lanes "
            f"({counts['edges_with_several_lanes']} differ), the lowest class "
            f"({counts['edges_with_several_classes']}) and the lowest speed limit "
            f"({counts['edges_with_several_speeds']}) among them.",
            zh=f"{n} 条边由多条道路合并而成；各取其中最少的车道数"
            f"（{counts['edges_with_several_lanes']} 条不一致）、最低的等级"
            f"（{counts['edges_with_several_classes']} 条）和最低的限速"
            f"（{counts['edges_with_several_speeds']} 条）。",
        )
