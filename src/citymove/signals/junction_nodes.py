"""Where streets meet: nodes that are junctions, and how the streets lie there."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.facts.roads import RoadClass, Roads

Array = np.ndarray[Any, Any]

JUNCTION_STREETS = 3  # where fewer streets meet there is no junction


def street_keys(roads: Roads) -> Array:
    """Return the number of each link's street, int64 [links]; both directions are one street.

    Two ways may join the same nodes, so the way and its stretch tell streets apart.
    """
    links = roads.links
    at_mm = np.round(links.way_from_m * 1000).astype(np.int64)
    ends = np.sort(np.stack([links.tail, links.head]).astype(np.int64), axis=0)
    rows = np.stack([ends[0], ends[1], links.way_id, at_mm], axis=1)
    return np.unique(rows, axis=0, return_inverse=True)[1].reshape(-1)


def streets_meeting(roads: Roads, *, service: bool = True, lost: bool = False) -> Array:
    """Return how many streets meet at each node, int64 [nodes]; both directions are one.

    Closed links count like open ones. Without `service` roads these do not count; with `lost`
    ones the streets that the map has and the network has not (`Nodes.lost_streets`) do.
    """
    links = roads.links
    used = np.ones(len(links), bool) if service else links.road_class != RoadClass.SERVICE
    first = np.unique(street_keys(roads)[used], return_index=True)[1]
    ends = np.concatenate([links.tail[used][first], links.head[used][first]])
    count = np.bincount(ends, minlength=len(roads.nodes))
    if lost:
        count += roads.nodes.lost_streets
    if lost and service:
        count += roads.nodes.lost_service_roads
    return count


def levels(roads: Roads) -> tuple[Array, Array]:
    """Return the lowest and the highest level of the links at each node, int64 [nodes]."""
    links = roads.links
    low = np.full(len(roads.nodes), np.iinfo(np.int8).max, np.int64)
    high = np.full(len(roads.nodes), np.iinfo(np.int8).min, np.int64)
    for end in (links.tail, links.head):
        np.minimum.at(low, end, links.layer)
        np.maximum.at(high, end, links.layer)
    return low, high


def node_rows(roads: Roads, osm_id: Array) -> Array:
    """Return the node row of each OSM id, int64, -1 where the network has none."""
    if len(roads.nodes) == 0:
        return np.full(osm_id.shape, -1, np.int64)
    order = np.argsort(roads.nodes.osm_id, kind="stable")
    known = roads.nodes.osm_id[order]
    at = np.minimum(np.searchsorted(known, osm_id), known.size - 1)
    return np.where(known[at] == osm_id, order[at], -1)


def joined_names(roads: Roads, links: Array) -> str:
    """Join the names of these links by " / ", the highest class first."""
    best: dict[str, int] = {}
    for link in links.tolist():
        name = roads.name_of(link)
        if name:
            best[name] = min(best.get(name, 99), int(roads.links.road_class[link]))
    return " / ".join(sorted(best, key=lambda name: (best[name], name)))


@dataclass(frozen=True, eq=False, kw_only=True)
class NodeLinks:
    """Links by the node that they leave or reach.

    Parameters
    ----------
    out_start, out_link
        int64: the links that leave node ``n`` are ``out_link[out_start[n]:out_start[n + 1]]``.
    in_start, in_link
        int64, the links that reach a node, in the same way.
    street
        int64 [links], see `street_keys`.
    """

    out_start: Array
    out_link: Array
    in_start: Array
    in_link: Array
    street: Array

    @classmethod
    def of(cls, roads: Roads) -> "NodeLinks":
        """Return the links of each node."""
        links, bounds = roads.links, np.arange(len(roads.nodes) + 1)
        out_link = np.argsort(links.tail, kind="stable")
        in_link = np.argsort(links.head, kind="stable")
        return cls(
            out_start=np.searchsorted(links.tail[out_link], bounds),
            out_link=out_link,
            in_start=np.searchsorted(links.head[in_link], bounds),
            in_link=in_link,
            street=street_keys(roads),
        )

    def leaving(self, node: int) -> Array:
        """Return the links that leave a node, int64."""
        return np.asarray(self.out_link[self.out_start[node] : self.out_start[node + 1]])

    def reaching(self, node: int) -> Array:
        """Return the links that reach a node, int64."""
        return np.asarray(self.in_link[self.in_start[node] : self.in_start[node + 1]])
