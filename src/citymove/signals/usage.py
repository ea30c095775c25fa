"""Where signals are usual: what the classes of the roads that meet at a junction suggest.

Standards set up signals by volumes, pedestrians, sight and accidents (so MUTCD 2009, chapter 4C),
which no map knows. The classes of the roads stand in
for volumes here, so every such junction is inferred, and a planner should confirm or refuse it.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from citymove.facts.defaults import defaults_for
from citymove.facts.roads import RoadClass, Roads
from citymove.signals.grouping import connected_parts, near_pairs
from citymove.signals.tied_lights import Streets

Array = np.ndarray[Any, Any]

USUAL_RADIUS_M = 30.0  # nodes of one junction, as for mapped lights
SAME_ARM_DEG = 30.0  # streets whose bearings differ by less are one arm, as two carriageways are
BEARING_M = 25.0  # the bearing of an arm is that of its first metres
ARMS = 3  # roads of fewer arms do not cross


@dataclass(frozen=True, slots=True)
class Usage:
    """The lowest class of the lesser road with which signals are usual; None: with none.

    Parameters
    ----------
    crossing
        Where four or more arms meet, or the greater road is divided.
    tee
        Where three arms meet.
    """

    crossing: RoadClass
    tee: RoadClass | None


# assumed: the greater road is a secondary one or higher. Shares with mapped lights: Columbus 42 to
# 61 % where it crosses its like, 35 to 51 % where it crosses a tertiary road, 3 to 27 % with
# lower streets, and its map is far from whole; central Helsinki nearly all. Where roundabouts
# and priority junctions are common (United Kingdom, Ireland) and elsewhere, the narrower rule.
USAGE: Final = {
    "CN": Usage(RoadClass.TERTIARY, RoadClass.SECONDARY),
    "US": Usage(RoadClass.TERTIARY, RoadClass.SECONDARY),
    "DE": Usage(RoadClass.TERTIARY, RoadClass.SECONDARY),
    "EU": Usage(RoadClass.TERTIARY, RoadClass.SECONDARY),
    "GB": Usage(RoadClass.SECONDARY, None),
    "IE": Usage(RoadClass.SECONDARY, None),
    "generic": Usage(RoadClass.SECONDARY, None),
}
GREATER_ROAD = RoadClass.SECONDARY


@dataclass(frozen=True, slots=True)
class Arms:
    """What meets at a junction.

    Parameters
    ----------
    greater, lesser
        `RoadClass` of the two roads that cross, of the lowest where fewer arms meet than `ARMS`.
    count
        Number of arms.
    divided
        Whether the greater road has two carriageways.
    """

    greater: int
    lesser: int
    count: int
    divided: bool


def usual_groups(streets: Streets, country: str, *, taken: Array, refused: Array) -> Array:
    """Return the junction of each node, int64 [nodes], from 0, -1: none that usually has signals.

    Usual are signals at grade where the greater road is a secondary one or higher and the lesser
    one of the class that `USAGE` names; neither at roundabouts and motorways nor for ramps.

    Parameters
    ----------
    streets
        The network.
    country
        ISO 3166-1 alpha-2 code; "": the generic rule.
    taken
        bool [nodes], nodes of signalised junctions; what lies with one of them is none.
    refused
        int64, nodes of which the planner speaks, likewise.
    """
    roads, links = streets.roads, streets.roads.links
    taken = taken.copy()
    taken[refused] = True
    on_road, never = np.zeros(len(roads.nodes), bool), np.zeros(len(roads.nodes), bool)
    road = (links.road_class <= RoadClass.TERTIARY) & ~links.ramp
    excluded = links.roundabout | (links.road_class == RoadClass.MOTORWAY)
    for end in (links.tail, links.head):
        on_road[end[road]] = True
        never[end[excluded]] = True
    nodes = np.flatnonzero(streets.main & on_road)
    row = np.full(len(roads.nodes), -1, np.int64)
    row[nodes] = np.arange(nodes.size)
    part = connected_parts(row[near_pairs(streets, nodes, USUAL_RADIUS_M)], nodes.size)
    out = np.unique(part[(taken | never)[nodes]])
    usage = USAGE[defaults_for(country).table]
    owner, count = np.full(len(roads.nodes), -1, np.int64), 0
    for number in np.setdiff1d(part, out):
        members = nodes[part == number]
        if _is_usual(arms_at(streets, members), usage):
            owner[members] = count
            count += 1
    return owner


def _is_usual(arms: Arms, usage: Usage) -> bool:
    if arms.count < ARMS or arms.greater > GREATER_ROAD:
        return False
    lowest = usage.crossing if arms.count > ARMS or arms.divided else usage.tee
    return lowest is not None and arms.lesser <= lowest


def arms_at(streets: Streets, nodes: Array) -> Arms:
    """Return what meets at these nodes of one junction.

    Of the arms by class, the first two are the greater road's, and the third the lesser's.
    """
    links = streets.roads.links
    inside = set(nodes.tolist())
    arms: list[list[float]] = []  # bearing, class, links out, links in
    for bearing, link, leaves in sorted(_ends(streets, inside)):
        known = next((a for a in arms if _apart_deg(a[0], bearing) < SAME_ARM_DEG), None)
        if known is None:
            known = [bearing, float(links.road_class[link]), 0, 0]
            arms.append(known)
        known[1] = min(known[1], float(links.road_class[link]))
        known[2 if leaves else 3] += 0 if _has_twin(streets, link) else 1
    arms.sort(key=lambda arm: arm[1])
    classes = [int(arm[1]) for arm in arms]
    if len(classes) < ARMS:
        return Arms(RoadClass.SERVICE, RoadClass.SERVICE, len(classes), divided=False)
    divided = all(arm[2] > 0 and arm[3] > 0 for arm in arms[:2])
    return Arms(classes[1], classes[2], len(classes), divided)


def _ends(streets: Streets, inside: set[int]) -> list[tuple[float, int, bool]]:
    """Return bearing, link and whether it leaves, of a junction's outer links but ramps."""
    links = streets.roads.links
    found: list[tuple[float, int, bool]] = []
    for node in sorted(inside):
        for leaves, rows, far in (
            (True, streets.links.leaving(node), links.head),
            (False, streets.links.reaching(node), links.tail),
        ):
            found += [
                (_bearing_deg(streets.roads, link, leaves), link, leaves)
                for link in rows.tolist()
                if int(far[link]) not in inside and not links.ramp[link]
            ]
    return found


def _bearing_deg(roads: Roads, link: int, leaves: bool) -> float:
    """Return where a link leads from a junction, degrees from east, by its first metres."""
    rows = slice(roads.shape_start[link], roads.shape_start[link + 1])
    x_m, y_m = roads.shape_x_m[rows], roads.shape_y_m[rows]
    if not leaves:
        x_m, y_m = x_m[::-1], y_m[::-1]
    along_m = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x_m), np.diff(y_m)))])
    reach_m = min(float(along_m[-1]), BEARING_M)
    x, y = np.interp(reach_m, along_m, x_m), np.interp(reach_m, along_m, y_m)
    return float(np.degrees(np.arctan2(y - y_m[0], x - x_m[0])))


def _apart_deg(a: float, b: float) -> float:
    return abs((a - b + 180.0) % 360.0 - 180.0)


def _has_twin(streets: Streets, link: int) -> bool:
    """Whether the street of a link may be driven the other way too."""
    street, net = streets.links.street, streets.links
    back = net.leaving(int(streets.roads.links.head[link]))
    return bool(np.any(street[back] == street[link]))
