"""Roads as a graph of NetworkX in the conventions of osmnx 2.

What a tag would state stands in osmnx's attributes only where it is tagged, measured or reported;
``speed_kph`` and ``travel_time`` always stand, as after `osmnx.add_edge_speeds`. The exact facts of
each link, with their sources, stand beside them (see `extras`).
"""

from typing import Any, Final

import networkx as nx
import numpy as np

from citymove.facts.edit import twins
from citymove.facts.roads import Links, RoadClass, Roads, SignalKind, Structure
from citymove.formats.networkx import extras
from citymove.foundation.crs import LocalPlane
from citymove.foundation.errors import InputError
from citymove.foundation.provenance import Source

Array = np.ndarray[Any, Any]

_SIGNAL_TAGS: Final = {
    SignalKind.JUNCTION: {"highway": "traffic_signals"},
    SignalKind.CROSSING: {"highway": "crossing", "crossing": "traffic_signals"},
    SignalKind.EITHER: {"highway": "traffic_signals", "crossing": "traffic_signals"},
}
_KMH_OF_MPS: Final = 3.6


def to_networkx(roads: Roads, plane: LocalPlane) -> "nx.MultiDiGraph[int]":
    """Return the open links of a road network as a graph that osmnx's functions take.

    Parameters
    ----------
    roads
        The network. Closed links are left out, since no path of a graph avoids them.
    plane
        What its metres refer to.

    Returns
    -------
    networkx.MultiDiGraph
        Nodes by OSM id with ``x``, ``y`` (WGS84 degrees), ``street_count`` and, where lights
        stand, ``highway``; edges with ``osmid``, ``length`` (m), ``highway``, ``oneway``,
        ``reversed``, ``speed_kph``, ``travel_time`` (s) and, where they are known, ``name``,
        ``lanes`` (of the whole road), ``maxspeed`` (km/h), ``junction``, ``bridge``, ``tunnel``,
        ``layer``; ``geometry`` where an edge bends.

    Raises
    ------
    InputError
        Where two nodes have one OSM id.
    """
    nodes, links = roads.nodes, roads.links
    ids, count = np.unique(nodes.osm_id, return_counts=True)
    if np.any(count > 1):
        raise InputError(
            "must have ids that differ", value=f"node {ids[count > 1][0]}", remedy="renumber them"
        )
    link_ids, kept = roads.link_ids(), np.asarray(links.open)
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(
        crs="epsg:4326", simplified=True, created_with="citymove"
    )
    graph.graph[extras.GRAPH] = extras.graph_extras(roads, plane, link_ids, kept)
    _add_nodes(graph, roads, np.flatnonzero(kept))
    lon, lat = plane.to_degrees(roads.shape_x_m, roads.shape_y_m)
    twin = twins(roads, np.arange(len(links)))
    twin = np.where((twin >= 0) & kept[twin], twin, -1)
    for link in np.flatnonzero(kept).tolist():
        graph.add_edge(
            int(nodes.osm_id[links.tail[link]]),
            int(nodes.osm_id[links.head[link]]),
            **_tags(roads, link, int(twin[link])),
            **_geometry(roads, link, lon, lat),
            **extras.edge_extras(roads, link, str(link_ids[link])),
        )
    return graph


def _add_nodes(graph: "nx.MultiDiGraph[int]", roads: Roads, kept: Array) -> None:
    nodes, links = roads.nodes, roads.links
    streets = _street_counts(roads, kept)
    leaves = np.bincount(links.tail[kept], minlength=len(nodes)) > 0
    arrives = np.bincount(links.head[kept], minlength=len(nodes)) > 0
    lights: dict[int, dict[str, str]] = {}
    signals = roads.signal_nodes
    for row in np.flatnonzero(signals.node >= 0).tolist():
        tags = dict(_SIGNAL_TAGS[SignalKind(int(signals.kind[row]))])
        if signals.direction[row]:
            side = "forward" if signals.direction[row] > 0 else "backward"
            tags["traffic_signals:direction"] = side
        lights[int(signals.node[row])] = tags
    for row in np.flatnonzero(leaves | arrives).tolist():
        graph.add_node(
            int(nodes.osm_id[row]),
            x=float(nodes.lon[row]),
            y=float(nodes.lat[row]),
            street_count=int(streets[row]),
            **lights.get(row, {}),
            **{
                extras.PREFIX + name: int(getattr(nodes, name)[row]) for name in extras.NODE_COLUMNS
            },
            **({} if leaves[row] and arrives[row] else {extras.OPEN_END: 1}),
        )


def _street_counts(roads: Roads, kept: Array) -> Array:
    """Return how many streets meet at each node, those that are no links too."""
    links = roads.links
    low, high = (f(links.tail[kept], links.head[kept]) for f in (np.minimum, np.maximum))
    street = np.column_stack([links.way_id[kept], links.way_from_m[kept], low, high])
    _, one = np.unique(street, axis=0, return_index=True)
    met = np.bincount(np.concatenate([low[one], high[one]]), minlength=len(roads.nodes))
    return np.asarray(met + roads.nodes.lost_streets + roads.nodes.lost_service_roads)


def _known(source: Any) -> bool:
    return int(source) <= Source.TAGGED


def _tags(roads: Roads, link: int, twin: int) -> dict[str, Any]:
    """Return the attributes that osmnx has words for."""
    links = roads.links
    length_m, speed_mps = float(links.length_m[link]), float(links.speed_mps[link])
    ramp = "_link" if links.ramp[link] else ""
    found: dict[str, Any] = {
        "osmid": int(links.way_id[link]),
        "highway": RoadClass(int(links.road_class[link])).name.lower() + ramp,
        "oneway": twin < 0,
        "reversed": not bool(links.forward[link]),
        "length": length_m,
        "speed_kph": speed_mps * _KMH_OF_MPS,
        "travel_time": length_m / speed_mps,
    }
    if roads.name_of(link):
        found["name"] = roads.name_of(link)
    if _known(links.lanes_source[link]) and (twin < 0 or _known(links.lanes_source[twin])):
        found["lanes"] = f"{_all_lanes(links, link, twin):g}"
    if _known(links.speed_source[link]):
        found["maxspeed"] = f"{speed_mps * _KMH_OF_MPS:.6g}"
    if links.roundabout[link] and _known(links.roundabout_source[link]):
        found["junction"] = "roundabout"
    if _known(links.structure_source[link]) and links.structure[link] != Structure.SURFACE:
        found[Structure(int(links.structure[link])).name.lower()] = "yes"
    if _known(links.layer_source[link]):
        found["layer"] = str(int(links.layer[link]))
    return found


def _all_lanes(links: Links, link: int, twin: int) -> float:
    """Return the lanes of the whole road, as the tag ``lanes`` counts them: buses' too."""
    rows = [link] if twin < 0 else [link, twin]
    return float(np.sum(links.lanes[rows] + links.bus_lanes[rows]))


def _geometry(roads: Roads, link: int, lon: Array, lat: Array) -> dict[str, Any]:
    from shapely import LineString

    first, last = (int(at) for at in roads.shape_start[link : link + 2])
    if last - first <= 2:
        return {}
    return {"geometry": LineString(np.column_stack([lon[first:last], lat[first:last]]))}
