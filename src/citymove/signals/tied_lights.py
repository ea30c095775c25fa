"""The junction that each light controls, found along the streets."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.facts.roads import RoadClass, Roads
from citymove.signals.junction_nodes import JUNCTION_STREETS, NodeLinks, streets_meeting

Array = np.ndarray[Any, Any]

# assumed, from stop lines as mapped in Helsinki, Bad Hersfeld and Krems
AHEAD_M = 50.0  # a light that faces one direction stands at most so far before its junction
EITHER_SIDE_M = 40.0  # on a two-way street, where nothing says whom it faces
EXIT_M = 20.0  # the light of the crossing where one leaves a junction, or its inner stop line
EDGE_M = 15.0  # a light so near the end of a street that was cut
SERVICE_M = 15.0  # a service road is passed over for a street at most so much farther away
INNER_LIGHT_M = 55.0  # two nodes of one junction, the second without a stop line of its own
_BEHIND = 2.0  # a metre behind weighs two ahead


@dataclass(frozen=True, eq=False)
class Streets:
    """What a walk along the streets needs.

    Parameters
    ----------
    roads, links
        The network, and its links by node.
    main, any_road
        bool [nodes], where three streets meet, service roads left out or counted.
    dead_end
        bool [nodes], where one street ends that is no service road.
    parts
        bool [nodes], where one-way streets part and nothing else comes: no streams meet there.
    by_way, way
        int64 [links], links sorted by way, and their ways.
    """

    roads: Roads
    links: NodeLinks
    main: Array
    any_road: Array
    dead_end: Array
    parts: Array
    by_way: Array
    way: Array

    @classmethod
    def of(cls, roads: Roads, stated: Array) -> "Streets":
        """Prepare the walk; the nodes `stated` (rows) to be junctions count as such."""
        main = streets_meeting(roads, service=False, lost=True)
        any_road = streets_meeting(roads, lost=True)
        by_way = np.argsort(roads.links.way_id, kind="stable")
        is_main = main >= JUNCTION_STREETS
        is_main[stated] = True
        count = len(roads.nodes)
        reaching = np.bincount(roads.links.head, minlength=count)
        leaving = np.bincount(roads.links.tail, minlength=count)
        return cls(
            roads=roads,
            links=NodeLinks.of(roads),
            main=is_main,
            any_road=is_main | (any_road >= JUNCTION_STREETS),
            dead_end=(any_road == 1) & (main == 1),
            parts=(reaching == 1) & (any_road == leaving + 1),
            by_way=by_way,
            way=roads.links.way_id[by_way],
        )

    def links_of_way(self, way: int) -> Array:
        """Return the links of a way, int64."""
        first, end = np.searchsorted(self.way, [way, way + 1])
        return np.asarray(self.by_way[first:end])


@dataclass(frozen=True, slots=True)
class _Walk:
    """A walk from a light.

    Parameters
    ----------
    link
        The link that it begins on.
    first_m
        How far the end of that link is.
    ahead
        Whether it goes with the traffic that the light faces.
    alone
        Whether that traffic has one direction only.
    """

    link: int
    first_m: float
    ahead: bool
    alone: bool

    @property
    def reach_m(self) -> float:
        """How far a junction may be."""
        if not self.ahead:
            return EXIT_M
        return AHEAD_M if self.alone else EITHER_SIDE_M

    def cost(self, at_m: float) -> float:
        """How a junction at this distance compares with others, m."""
        return at_m if self.ahead else _BEHIND * at_m


@dataclass(frozen=True, eq=False, kw_only=True)
class Tied:
    """What each light controls.

    Parameters
    ----------
    node
        int64 [lights], the junction's node, -1 where none is near.
    arm
        int64 [lights], number of the street (`street_keys`) by which the light is tied to
        the node, -1 where it stands on it or is not tied.
    two_way
        bool [lights], whether the light stands on a two-way street.
    """

    node: Array
    arm: Array
    two_way: Array

    def take(self, rows: Array) -> "Tied":
        """Return what these lights control."""
        return Tied(node=self.node[rows], arm=self.arm[rows], two_way=self.two_way[rows])


def tied(streets: Streets, lights: Array) -> Tied:
    """Return the junction node that each light (row of `SignalNodes`) controls.

    A light at a junction node controls that. Else a light that faces one direction (a one-way
    street, or a tag) controls the junction ahead, at most `AHEAD_M` away, unless one where
    streams meet is right behind it, at most `EXIT_M`: then it is the crossing's at the exit of
    that. On a two-way street it controls the nearer one within `EITHER_SIDE_M`. A junction with
    service roads alone counts as `SERVICE_M` farther. At most `EDGE_M` before the end of a
    street the junction lies beyond the edge of the map, and the end stands for it.
    """
    found = [_tied(streets, int(light)) for light in lights]
    return Tied(
        node=np.array([node for node, _, _ in found], np.int64),
        arm=np.array([arm for _, arm, _ in found], np.int64),
        two_way=np.array([two_way for _, _, two_way in found], bool),
    )


def _tied(streets: Streets, light: int) -> tuple[int, int, bool]:
    walks = list(_walks(streets, light))
    two_way = sum(walk.ahead for walk in walks) > 1 or bool(
        streets.roads.signal_nodes.direction[light]
    )
    node = int(streets.roads.signal_nodes.node[light])
    if node >= 0 and (streets.any_road[node] or streets.dead_end[node]):
        return node, -1, two_way
    best, arm, least = -1, -1, np.inf
    for stops, more_m in ((streets.main, 0.0), (streets.any_road, SERVICE_M)):
        for walk in walks:
            found, street, at_m = _end_of(streets, walk, stops)
            if found < 0 or at_m > walk.reach_m:
                continue
            if not walk.ahead and (streets.parts[found] or not streets.main[found]):
                continue
            if walk.cost(at_m) + more_m < least:
                best, arm, least = found, street, walk.cost(at_m) + more_m
    for walk in walks if best < 0 else ():
        found, street, at_m = _end_of(streets, walk, streets.dead_end)
        if found >= 0 and at_m <= EDGE_M:
            return found, street, two_way
    return best, arm, two_way


def inner_pairs(streets: Streets, lights: Array, is_lit: Array) -> Array:
    """Return pairs of lit nodes with a light right behind the first, int64 [pairs, 2].

    The way from the first to the second is at most `INNER_LIGHT_M` long, so that the second has
    no stop line of its own on it: both are of one junction.
    """
    found = []
    for light in lights:
        walks = list(_walks(streets, int(light)))
        if len(walks) != 2 or walks[0].ahead == walks[1].ahead:
            continue
        (ahead, _, ahead_m), (behind, _, behind_m) = (
            _end_of(streets, walk, is_lit) for walk in sorted(walks, key=lambda w: not w.ahead)
        )
        near = behind_m <= EXIT_M and ahead_m + behind_m <= INNER_LIGHT_M
        if near and ahead >= 0 and behind >= 0 and not streets.parts[behind]:
            found.append((behind, ahead))
    return np.array(found, np.int64).reshape(-1, 2)


def _walks(streets: Streets, light: int) -> Iterator[_Walk]:
    """Yield the walks from a light: with the traffic that it faces, and against it.

    The latter only where that traffic has one direction; on a two-way street both ends lie ahead.
    """
    links, signals = streets.roads.links, streets.roads.signal_nodes
    node, at_m = int(signals.node[light]), float(signals.way_at_m[light])
    if node >= 0:
        ahead = [(int(r), float(links.length_m[r])) for r in streets.links.leaving(node)]
        behind = [(int(r), float(links.length_m[r])) for r in streets.links.reaching(node)]
    else:
        rows = streets.links_of_way(int(signals.way_id[light]))
        holds = rows[(links.way_from_m[rows] < at_m) & (at_m < links.way_to_m[rows])]
        to_head_m = np.where(
            links.forward[holds], links.way_to_m[holds] - at_m, at_m - links.way_from_m[holds]
        )
        ahead = list(zip(holds.tolist(), to_head_m.tolist(), strict=True))
        behind = [(row, float(links.length_m[row]) - m) for row, m in ahead]
    faced = int(signals.direction[light])
    if faced:
        ahead = [(row, m) for row, m in ahead if links.forward[row] == (faced > 0)]
        behind = [(row, m) for row, m in behind if links.forward[row] == (faced > 0)]
    alone = len(ahead) == 1 and len(behind) == 1
    for row, m in ahead:
        yield _Walk(row, m, True, alone)
    for row, m in behind if alone else ():
        yield _Walk(row, m, False, alone)


def _end_of(streets: Streets, walk: _Walk, stops: Array) -> tuple[int, int, float]:
    """Return the first of the nodes `stops` on a walk, the street that leads there, the metres.

    Node and street are -1 where the street forks, ends or is too long.
    """
    links, net = streets.roads.links, streets.links
    link, at_m = walk.link, walk.first_m
    while True:
        node = int(links.head[link] if walk.ahead else links.tail[link])
        if stops[node]:
            return node, int(net.street[link]), at_m
        onward = net.leaving(node) if walk.ahead else net.reaching(node)
        onward = onward[net.street[onward] != net.street[link]]
        if onward.size > 1:  # straight on past service roads
            onward = onward[links.road_class[onward] != RoadClass.SERVICE]
        if onward.size != 1 or at_m > AHEAD_M:
            return -1, -1, at_m
        link = int(onward[0])
        at_m += float(links.length_m[link])
