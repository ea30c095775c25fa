"""Gateways: where roads cross the boundary of the study area."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.facts.boundary import inside
from citymove.facts.defaults import CountryDefaults
from citymove.facts.roads import RoadClass, Roads
from citymove.foundation.errors import InputError
from citymove.foundation.table import Table, column

Array = np.ndarray[Any, Any]

EDGE_M = 100.0  # a road that ends this near to the edge of what was read was cut there


@dataclass(frozen=True, eq=False, kw_only=True)
class Gateways(Table):
    """Crossings of the boundary.

    Parameters
    ----------
    id
        text, stable: ``g<way>/<outer node>``.
    name
        text, the road's name.
    side
        text, the group of gateways that it belongs to, as `city.yaml` names them.
    node
        int32, row of `Nodes`: the outer end of the crossing road.
    x_m, y_m
        float64, metres on the city's plane.
    inbound_weight, outbound_weight
        float64, >= 0: lanes x capacity of the class in each direction, the share of its side's
        flow that it takes; 0 where the road does not lead that way.
    """

    id: Array = column(np.str_)
    name: Array = column(np.str_)
    side: Array = column(np.str_)
    node: Array = column(np.int32)
    x_m: Array = column(np.float64)
    y_m: Array = column(np.float64)
    inbound_weight: Array = column(np.float64)
    outbound_weight: Array = column(np.float64)


def gateways_of(
    roads: Roads,
    *,
    boundary_x_m: Array,
    boundary_y_m: Array,
    side: Array,
    anchor_x_m: Array,
    anchor_y_m: Array,
    defaults: CountryDefaults,
) -> Gateways:
    """Return where roads cross the boundary of the study area.

    A crossing is an open link above service class with one end inside the boundary and one
    outside; its outer end is the gateway, one for all links that share it. Where no boundary is
    given, the gateways are the dead ends within `EDGE_M` of the edge of what was read (the
    convex hull of all nodes): roads that the extract cuts.

    Parameters
    ----------
    roads
        The network.
    boundary_x_m, boundary_y_m
        float64, ring on the city's plane, first point repeated at the end; empty: none.
    side
        text [sides], ids.
    anchor_x_m, anchor_y_m
        float64 [sides], m: a gateway belongs to the side with the nearest anchor.
    defaults
        The country's capacity of a lane by class; a link's known capacity goes first.

    Returns
    -------
    Gateways
        Sorted by OSM id of the node. A weight is 0 where no road leads that way, or where it
        leads to no part of the network that the others reach.

    Raises
    ------
    InputError
        No road crosses the boundary, or no road is cut at the edge.
    """
    if not np.size(boundary_x_m):
        node, link, inbound = _cut_ends(roads)
        rule = "no road ends at the edge of the extract, so nobody can come from outside"
        remedy = "give the city a boundary that its roads cross"
    else:
        node, link, inbound = _crossings(roads, boundary_x_m, boundary_y_m)
        rule = "no road above service class crosses the boundary, so nobody can come from outside"
        remedy = "use an extract that reaches past the boundary, or leave the boundary out"
    if not node.size:
        raise InputError(rule, value=f"{len(roads.links)} links", remedy=remedy)
    weight = _weights(roads, link, defaults)
    leads_in, leads_out = _connected(roads)
    rows, member = np.unique(node, return_inverse=True)
    inbound_weight = np.bincount(member, weight * inbound) * leads_in[rows]
    outbound_weight = np.bincount(member, weight * ~inbound) * leads_out[rows]
    # The heaviest link names the gateway; of equals the one with the smallest way id.
    order = np.lexsort((roads.links.way_id[link], -weight, member))
    first = link[order[np.searchsorted(member[order], np.arange(rows.size))]]
    x_m, y_m, osm_id = roads.nodes.x_m[rows], roads.nodes.y_m[rows], roads.nodes.osm_id[rows]
    away = np.hypot(x_m[:, None] - anchor_x_m, y_m[:, None] - anchor_y_m)
    found = Gateways(
        id=np.array(
            [f"g{w}/{n}" for w, n in zip(roads.links.way_id[first], osm_id, strict=True)], np.str_
        ),
        name=np.array([roads.name_of(int(row)) for row in first], np.str_),
        side=np.asarray(side, np.str_)[np.argmin(away, axis=1)],
        node=rows,
        x_m=x_m,
        y_m=y_m,
        inbound_weight=inbound_weight,
        outbound_weight=outbound_weight,
    )
    used = (inbound_weight > 0) | (outbound_weight > 0)
    return found.take(np.flatnonzero(used)[np.argsort(osm_id[used], kind="stable")])


def _usable(roads: Roads) -> Array:
    return np.asarray(roads.links.open & (roads.links.road_class != RoadClass.SERVICE))


def _crossings(roads: Roads, ring_x_m: Array, ring_y_m: Array) -> tuple[Array, Array, Array]:
    """Return outer node, link, and whether it leads in, of each crossing of the boundary."""
    links = roads.links
    lies_in = inside(ring_x_m, ring_y_m, roads.nodes.x_m, roads.nodes.y_m)
    link = np.flatnonzero(_usable(roads) & (lies_in[links.tail] != lies_in[links.head]))
    inbound = lies_in[links.head[link]]
    return np.where(inbound, links.tail[link], links.head[link]), link, inbound


def _cut_ends(roads: Roads) -> tuple[Array, Array, Array]:
    """Return node, link, and whether it leads in, of each road cut at the extract's edge."""
    from shapely import MultiPoint, distance, points

    links, nodes = roads.links, roads.nodes
    usable = np.flatnonzero(_usable(roads))
    pairs = np.concatenate(
        [
            np.stack([links.tail[usable], links.head[usable]], axis=1),
            np.stack([links.head[usable], links.tail[usable]], axis=1),
        ]
    )
    neighbours = np.bincount(np.unique(pairs, axis=0)[:, 0], minlength=len(nodes))
    hull = MultiPoint(np.stack([nodes.x_m, nodes.y_m], axis=1)).convex_hull
    edge_m = distance(hull.boundary, points(nodes.x_m, nodes.y_m))
    cut = (neighbours == 1) & (edge_m <= EDGE_M)
    inbound = np.concatenate([np.ones(usable.size, np.bool_), np.zeros(usable.size, np.bool_)])
    at_cut = cut[pairs[:, 0]]
    return pairs[at_cut, 0], np.concatenate([usable, usable])[at_cut], inbound[at_cut]


def _weights(roads: Roads, link: Array, defaults: CountryDefaults) -> Array:
    links = roads.links.take(link)
    of_lane = defaults.capacity_per_lane_vph(links.road_class, links.ramp)
    return np.where(np.isnan(links.capacity_vph), links.lanes * of_lane, links.capacity_vph)


def _connected(roads: Roads) -> tuple[Array, Array]:
    """Return whether each node leads to, and is led to by, the largest strong part; bool."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order, connected_components

    links, count = roads.links, len(roads.nodes)
    tail, head = links.tail[links.open], links.head[links.open]
    graph = csr_array((np.ones(tail.size), (tail, head)), shape=(count, count))
    _, part = connected_components(graph, directed=True, connection="strong")
    start = int(np.argmax(part == np.argmax(np.bincount(part))))
    leads_in, led_to = np.zeros(count, np.bool_), np.zeros(count, np.bool_)
    led_to[breadth_first_order(graph, start, return_predecessors=False)] = True
    leads_in[breadth_first_order(graph.T.tocsr(), start, return_predecessors=False)] = True
    return leads_in, led_to
