"""Where signals stand: signal nodes gathered to the junctions that they control."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.facts.roads import RoadClass, Roads, SignalKind
from citymove.foundation.errors import InputError
from citymove.foundation.table import Table, column, frozen_array

Array = np.ndarray[Any, Any]

STOP_LINE_M = 40.0  # a light farther than this from any junction is a mid-block light
JUNCTION_STREETS = 3  # where fewer streets meet there is no junction


@dataclass(frozen=True, eq=False, kw_only=True)
class SignalJunctions(Table):
    """Signalised junctions.

    Parameters
    ----------
    id
        text, stable: ``j<smallest OSM id of its signal nodes>``.
    name
        text, the names of the crossing roads joined by " / ", "" where none has a name.
    x_m, y_m
        float64, mean of its signal nodes.
    approach_start
        int64, first row of the junction's approaches in `approach_link`; the next junction's
        first row ends them (the last ends at the array's end).
    node_start
        int64, first row of the junction's member nodes in `node`, in the same way.
    approach_link
        int32 [approaches], links (open or closed) that lead into a junction from outside it,
        by junction, then by row.
    node
        int32 [members], nodes that belong to a junction, by junction, then by row.
    crossing_lights
        Signal nodes that serve a pedestrian crossing alone.
    midblock_lights
        Signal nodes tagged as a junction's, farther than `STOP_LINE_M` from any junction.
    """

    id: Array = column(np.str_)
    name: Array = column(np.str_)
    x_m: Array = column(np.float64)
    y_m: Array = column(np.float64)
    approach_start: Array = column(np.int64)
    node_start: Array = column(np.int64)
    approach_link: Array
    node: Array
    crossing_lights: int = 0
    midblock_lights: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "approach_link", frozen_array(self.approach_link, np.int32))
        object.__setattr__(self, "node", frozen_array(self.node, np.int32))


def approaches_of(junctions: SignalJunctions, row: int) -> Array:
    """Return the links, int32, that lead into the junction of this row."""
    return _part(junctions.approach_link, junctions.approach_start, row)


def nodes_of(junctions: SignalJunctions, row: int) -> Array:
    """Return the nodes, int32, that belong to the junction of this row."""
    return _part(junctions.node, junctions.node_start, row)


def _part(values: Array, start: Array, row: int) -> Array:
    end = start[row + 1] if row + 1 < start.size else values.size
    return np.asarray(values[start[row] : end])


def signal_junctions(roads: Roads, *, radius_m: float = 30.0) -> SignalJunctions:
    """Gather the signal nodes of a network to junctions.

    Each signal node is tied to the junction node that it controls: its own node where three or
    more streets meet there, else the nearest one ahead along its way, else the nearest one of
    all, within `STOP_LINE_M`. Junction nodes closer than `radius_m` are one junction (single
    linkage), so the carriageways of a divided road end in one. Nodes where three or more
    streets other than service roads meet, within `radius_m` of a junction's lights, belong to it
    too, and so do nodes that short links tie to two of its nodes. Closed links count like open
    ones: closing a street moves no junction.

    Parameters
    ----------
    roads
        The network.
    radius_m
        See above, m, > 0.
    """
    if not radius_m > 0:
        raise InputError("must be > 0", value=f"radius_m = {radius_m}")
    signals = roads.signal_nodes
    lights = np.flatnonzero(signals.kind == SignalKind.JUNCTION)
    anchor = _anchors(roads, lights)
    tied = anchor >= 0
    midblock = int(np.sum(~tied))
    lights, anchor = lights[tied], anchor[tied]
    cluster = _clusters(roads, lights, anchor, radius_m)
    owner = _owners(roads, lights, anchor, cluster, radius_m)
    return _package(
        roads, lights, cluster, owner,
        crossing_lights=int(np.sum(signals.kind == SignalKind.CROSSING)), midblock_lights=midblock,
    )  # fmt: skip


def streets_meeting(roads: Roads, *, service: bool = True) -> Array:
    """Return how many streets meet at each node, int64 [nodes]; both directions are one.

    Closed links count like open ones. Without `service` roads these do not count.
    """
    links = roads.links
    used = np.ones(len(links), bool) if service else links.road_class != RoadClass.SERVICE
    low = np.minimum(links.tail, links.head)[used]
    high = np.maximum(links.tail, links.head)[used]
    # two ways may join the same nodes, so the way and its stretch tell streets apart
    at_mm = np.round(links.way_from_m[used] * 1000).astype(np.int64)
    streets = np.unique(np.stack([low, high, links.way_id[used], at_mm], axis=1), axis=0)
    return np.bincount(streets[:, :2].ravel(), minlength=len(roads.nodes))


def _anchors(roads: Roads, lights: Array) -> Array:
    """Return the junction node that each light controls, int64, -1 where none is near."""
    main = streets_meeting(roads, service=False) >= JUNCTION_STREETS
    any_road = streets_meeting(roads) >= JUNCTION_STREETS
    node = roads.signal_nodes.node[lights]
    anchor = np.full(lights.size, -1, np.int64)
    for i, light in enumerate(lights):
        if node[i] >= 0 and any_road[node[i]]:
            anchor[i] = node[i]
            continue
        ahead = _node_ahead(roads, int(light), any_road)
        for candidates in (main, any_road):
            if ahead >= 0:
                break
            ahead = _nearest_node(roads, int(light), candidates)
        anchor[i] = ahead
    return anchor


def _node_ahead(roads: Roads, light: int, junction: Array) -> int:
    """Return the nearest junction node along the light's way, within `STOP_LINE_M`, or -1.

    On a one-way street that is the node ahead; on a two-way street the nearer end.
    """
    links, signals = roads.links, roads.signal_nodes
    at_m = signals.way_at_m[light]
    along = np.where(links.forward, links.way_to_m - at_m, at_m - links.way_from_m)
    fits = np.flatnonzero(
        (links.way_id == signals.way_id[light])
        & (along >= 0)
        & (along <= STOP_LINE_M)
        & junction[links.head]
    )
    if fits.size == 0:
        return -1
    return int(links.head[fits[np.argmin(along[fits])]])


def _nearest_node(roads: Roads, light: int, junction: Array) -> int:
    nodes, signals = roads.nodes, roads.signal_nodes
    rows = np.flatnonzero(junction)
    if rows.size == 0:
        return -1
    distance = np.hypot(nodes.x_m[rows] - signals.x_m[light], nodes.y_m[rows] - signals.y_m[light])
    best = int(np.argmin(distance))
    return int(rows[best]) if distance[best] <= STOP_LINE_M else -1


def _clusters(roads: Roads, lights: Array, anchor: Array, radius_m: float) -> Array:
    """Return the junction of each light, int64, numbered by smallest OSM id."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    if lights.size == 0:
        return np.empty(0, np.int64)
    position = np.stack([roads.nodes.x_m[anchor], roads.nodes.y_m[anchor]], axis=1)
    pairs = cKDTree(position).query_pairs(radius_m, output_type="ndarray")
    near = coo_array(
        (np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(lights.size, lights.size)
    )
    count, label = connected_components(near, directed=False)
    smallest = np.full(count, np.iinfo(np.int64).max)
    np.minimum.at(smallest, label, roads.signal_nodes.osm_id[lights])
    rank = np.empty(count, np.int64)
    rank[np.argsort(smallest, kind="stable")] = np.arange(count)
    return np.asarray(rank[label])


def _owners(roads: Roads, lights: Array, anchor: Array, cluster: Array, radius_m: float) -> Array:
    """Return the junction of each node, int64 [nodes], -1: none; the nearer of two wins."""
    nodes, signals = roads.nodes, roads.signal_nodes
    owner = np.full(len(nodes), -1, np.int64)
    nearest = np.full(len(nodes), np.inf)
    main = streets_meeting(roads, service=False) >= JUNCTION_STREETS
    for light, junction in zip(lights, cluster, strict=True):
        distance = np.hypot(nodes.x_m - signals.x_m[light], nodes.y_m - signals.y_m[light])
        closer = main & (distance <= radius_m) & (distance < nearest)
        owner[closer] = junction
        nearest[closer] = distance[closer]
    owner[anchor] = cluster
    _fill_holes(roads, owner, radius_m)
    return owner


def _fill_holes(roads: Roads, owner: Array, radius_m: float) -> None:
    """Give nodes that lie between two nodes of one junction to it, in place.

    Else traffic that crosses the junction would leave it inside and meet its lights twice.
    """
    links = roads.links
    short = links.length_m <= radius_m
    near = np.concatenate([links.tail[short], links.head[short]])
    node = np.concatenate([links.head[short], links.tail[short]])
    while True:
        joins = (owner[near] >= 0) & (owner[node] < 0)
        found = np.unique(np.stack([node[joins], owner[near[joins]], near[joins]], axis=1), axis=0)
        between, count = np.unique(found[:, :2], axis=0, return_counts=True)
        between = between[count >= 2]
        if between.size == 0:
            return
        owner[between[::-1, 0]] = between[::-1, 1]  # between two junctions the first takes it


def _package(
    roads: Roads,
    lights: Array,
    cluster: Array,
    owner: Array,
    *,
    crossing_lights: int,
    midblock_lights: int,
) -> SignalJunctions:
    links, signals = roads.links, roads.signal_nodes
    count = int(cluster.max()) + 1 if cluster.size else 0
    at_head, at_tail = owner[links.head], owner[links.tail]
    # sorted by junction, and by row inside each
    approaches = np.flatnonzero((at_head >= 0) & (at_head != at_tail))
    approaches = approaches[np.argsort(at_head[approaches], kind="stable")]
    node = np.flatnonzero(owner >= 0)
    node = node[np.argsort(owner[node], kind="stable")]
    junctions = np.arange(count)
    lamps = np.bincount(cluster, minlength=count)
    smallest = np.full(count, np.iinfo(np.int64).max)
    np.minimum.at(smallest, cluster, signals.osm_id[lights])
    touching = [np.flatnonzero((at_head == j) | (at_tail == j)) for j in junctions]
    return SignalJunctions(
        id=np.array([f"j{osm_id}" for osm_id in smallest], np.str_),
        name=np.array([_name(roads, rows) for rows in touching], np.str_),
        x_m=np.bincount(cluster, signals.x_m[lights], count) / lamps,
        y_m=np.bincount(cluster, signals.y_m[lights], count) / lamps,
        approach_start=np.searchsorted(at_head[approaches], junctions),
        node_start=np.searchsorted(owner[node], junctions),
        approach_link=approaches,
        node=node,
        crossing_lights=crossing_lights,
        midblock_lights=midblock_lights,
    )


def _name(roads: Roads, touching: Array) -> str:
    """Join the names of these links, the highest class first."""
    best: dict[str, int] = {}
    for link in touching:
        name = roads.name_of(int(link))
        if name:
            best[name] = min(best.get(name, 99), int(roads.links.road_class[link]))
    return " / ".join(sorted(best, key=lambda name: (best[name], name)))
