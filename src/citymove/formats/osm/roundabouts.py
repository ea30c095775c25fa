"""Roundabouts: those tagged as such, and closed one-way rings that no tag names."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.facts.roads import RoadClass, Roads
from citymove.formats.osm.tags import Tags
from citymove.formats.osm.tally import Tally
from citymove.foundation.provenance import Source

Array = np.ndarray[Any, Any]

# assumed: a ring that a driver would call a roundabout
RADIUS_M = (4.0, 45.0)  # by the ring's length
ROUNDNESS = 0.82  # 4 pi area / length^2: a circle has 1, a square 0.79
BEND_DEG = 60.0  # sharper turns at nodes are those of crossing carriageways
ARMS = 3  # with fewer it is a turning loop
ARM_DEG = 30.0  # seen from the middle, streets nearer to each other are one arm


@dataclass(frozen=True, eq=False)
class _Rings:
    """What the search needs: candidate links, their successors, all ends, how they run."""

    roads: Roads
    candidate: Array
    out_start: Array
    out_link: Array
    ends: Array
    leave_rad: Array
    reach_rad: Array


def count_mini_roundabouts(tagged: tuple[tuple[int, Tags], ...], tally: Tally) -> None:
    """Count nodes tagged as mini roundabouts; they stay plain junctions."""
    found = sum(tags.get("highway") == "mini_roundabout" for _, tags in tagged)
    tally.add("mini_roundabouts", found)


def with_roundabouts_by_shape(roads: Roads, *, drives_on: str, tally: Tally) -> Roads:
    """Return the roads with rings that are roundabouts by their shape marked as such.

    A ring is a closed chain of one-way links, neither motorway nor ramp, that turns as traffic
    does around an island (against the clock where one drives on the right), is round, of a
    radius within `RADIUS_M`, and that three or more arms reach. Its links become roundabout with
    the source inferred.

    Parameters
    ----------
    roads
        The network.
    drives_on
        "right" or "left".
    tally
        Takes the counts.
    """
    links = roads.links
    rings = _prepared(roads)
    turn = 1.0 if drives_on == "right" else -1.0
    marked = np.zeros(len(links), bool)
    count = 0
    for link in np.flatnonzero(rings.candidate).tolist():
        if marked[link]:
            continue
        ring = _ring_from(rings, link, turn)
        if ring and _is_roundabout(rings, ring, turn):
            marked[ring] = True
            count += 1
    tally.add("links_of_roundabouts_tagged", int(np.sum(links.roundabout)))
    tally.add("roundabouts_by_shape", count)
    tally.add("links_of_roundabouts_by_shape", int(np.sum(marked)))
    if count == 0:
        return roads
    return roads.with_links(
        roundabout=links.roundabout | marked,
        roundabout_source=np.where(marked, Source.INFERRED, links.roundabout_source),
    )


def _prepared(roads: Roads) -> _Rings:
    links = roads.links
    candidate = (
        _one_way(roads)
        & ~links.roundabout
        & ~links.ramp
        & (links.road_class != RoadClass.MOTORWAY)
        & (links.length_m <= 2 * np.pi * RADIUS_M[1])
    )
    rows = np.flatnonzero(candidate)
    out_link = rows[np.argsort(links.tail[rows], kind="stable")]
    first, last = roads.shape_start[:-1], roads.shape_start[1:] - 1
    x, y = roads.shape_x_m, roads.shape_y_m
    return _Rings(
        roads=roads,
        candidate=candidate,
        out_start=np.searchsorted(links.tail[out_link], np.arange(len(roads.nodes) + 1)),
        out_link=out_link,
        ends=np.bincount(links.tail, minlength=len(roads.nodes))
        + np.bincount(links.head, minlength=len(roads.nodes)),
        leave_rad=np.arctan2(y[first + 1] - y[first], x[first + 1] - x[first]),
        reach_rad=np.arctan2(y[last] - y[last - 1], x[last] - x[last - 1]),
    )


def _one_way(roads: Roads) -> Array:
    """Return the links whose stretch of the way has no other direction, bool."""
    links = roads.links
    order = np.lexsort((links.way_from_m, links.way_id))
    way, from_m = links.way_id[order], links.way_from_m[order]
    same = (way[1:] == way[:-1]) & (from_m[1:] == from_m[:-1])
    alone = np.empty(len(links), np.bool_)
    alone[order] = ~(np.append(same, False) | np.append(False, same))
    return alone


def _ring_from(rings: _Rings, start: int, turn: float) -> list[int]:
    """Follow one-way links, always the one that turns most about the island, until they close."""
    links = rings.roads.links
    ring, length_m = [start], float(links.length_m[start])
    while links.head[ring[-1]] != links.tail[start]:
        node = int(links.head[ring[-1]])
        onward = rings.out_link[rings.out_start[node] : rings.out_start[node + 1]]
        if onward.size == 0:
            return []
        bend = turn * _turned(rings.reach_rad[ring[-1]], rings.leave_rad[onward])
        best = int(np.argmax(np.where(bend < np.pi - 0.1, bend, -np.inf)))
        length_m += float(links.length_m[onward[best]])
        if length_m > 2 * np.pi * RADIUS_M[1] or int(onward[best]) in ring:
            return []
        ring.append(int(onward[best]))
    return ring


def _turned(reach_rad: Any, leave_rad: Any) -> Array:
    """Return how far one turns to the left, rad, -pi .. pi."""
    return np.asarray((leave_rad - reach_rad + np.pi) % (2 * np.pi) - np.pi)


def _is_roundabout(rings: _Rings, ring: list[int], turn: float) -> bool:
    links = rings.roads.links
    bends = _turned(rings.reach_rad[ring], rings.leave_rad[np.roll(ring, -1)])
    if np.any(np.abs(bends) > np.radians(BEND_DEG)):
        return False
    x, y = _outline(rings.roads, ring)
    length_m = float(np.sum(np.hypot(np.diff(x), np.diff(y))))
    area_m2 = turn * 0.5 * float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]))
    radius_m = length_m / (2 * np.pi)
    if not RADIUS_M[0] <= radius_m <= RADIUS_M[1]:
        return False
    if 4 * np.pi * area_m2 / length_m**2 < ROUNDNESS:
        return False
    on_ring, own = np.unique(
        np.concatenate([links.tail[ring], links.head[ring]]), return_counts=True
    )
    reached = on_ring[rings.ends[on_ring] > own]  # other links end there too
    return _arm_count(rings.roads, reached, x, y) >= ARMS


def _outline(roads: Roads, ring: list[int]) -> tuple[Array, Array]:
    """Return the closed line of a ring, m; its first point stands at the end again."""
    parts = [slice(roads.shape_start[link], roads.shape_start[link + 1] - 1) for link in ring]
    x = np.concatenate([roads.shape_x_m[part] for part in parts])
    y = np.concatenate([roads.shape_y_m[part] for part in parts])
    return np.append(x, x[0]), np.append(y, y[0])


def _arm_count(roads: Roads, nodes: Array, x: Array, y: Array) -> int:
    """Return how many arms reach a ring: nodes seen from its middle, near ones as one."""
    if nodes.size == 0:
        return 0
    middle = x[:-1].mean(), y[:-1].mean()
    bearing = np.arctan2(roads.nodes.y_m[nodes] - middle[1], roads.nodes.x_m[nodes] - middle[0])
    around = np.sort(np.degrees(bearing))
    gaps = np.diff(np.append(around, around[0] + 360.0))
    return max(int(np.sum(gaps >= ARM_DEG)), 1)
