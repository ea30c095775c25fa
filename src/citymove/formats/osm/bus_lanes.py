"""Lanes for buses (and taxis) that tags tell of without a list lane by lane.

``lanes:psv`` and ``lanes:bus`` come before ``busway``, and before a cycleway shared with buses
(https://wiki.openstreetmap.org/wiki/Key:lanes:psv, Key:busway).

Examples
--------
>>> bus_lanes_of({"busway:right": "lane"}, True, True, keeps_left=False).ahead
1.0
"""

from typing import Final, NamedTuple

from citymove.formats.osm.tags import Tags, parse_lanes

BUS_KEYS: Final = frozenset(
    [f"lanes:{key}{side}" for key in ("psv", "bus") for side in ("", ":forward", ":backward")]
    + [
        f"{key}{side}"
        for key in ("busway", "cycleway")
        for side in ("", ":both", ":left", ":right")
    ]
)


class BusLanes(NamedTuple):
    """Bus lanes with and against the way, those of unstated direction, those against a one-way."""

    ahead: float
    back: float
    either: float
    against: float


_NONE: Final = BusLanes(0.0, 0.0, 0.0, 0.0)


def bus_lanes_of(tags: Tags, forward: bool, backward: bool, keeps_left: bool) -> BusLanes:
    """Return the bus lanes that tags other than lists tell of."""
    if BUS_KEYS.isdisjoint(tags):
        return _NONE
    stated = [
        next(
            (n for key in ("psv", "bus") if (n := parse_lanes(tags.get(f"lanes:{key}{side}", "")))),
            None,
        )
        for side in ("", ":forward", ":backward")
    ]
    if stated == [None, None, None]:
        return _by_kerb(tags, forward, backward, keeps_left)
    either, ahead, back = (number or 0.0 for number in stated)
    if ahead or back:
        if forward and backward:
            return BusLanes(ahead, back, 0.0, 0.0)
        return BusLanes(ahead, 0.0, 0.0, back) if forward else BusLanes(0.0, back, 0.0, ahead)
    if forward and backward:
        return BusLanes(0.0, 0.0, either, 0.0)
    return BusLanes(either, 0.0, 0.0, 0.0) if forward else BusLanes(0.0, either, 0.0, 0.0)


def _by_kerb(tags: Tags, forward: bool, backward: bool, keeps_left: bool) -> BusLanes:
    """Return the bus lanes by the side of the road that they lie on.

    On a one-way street a lane on either side runs with the traffic, unless both sides have one:
    then one runs against it (https://wiki.openstreetmap.org/wiki/Tag:busway=opposite_lane).
    """
    right, left = (_has_bus_lane(tags, side) for side in ("right", "left"))
    opposite = (
        tags.get("busway") == "opposite_lane" or tags.get("cycleway") == "opposite_share_busway"
    )
    if forward and backward:
        with_way, against_way = (left, right) if keeps_left else (right, left)
        return BusLanes(float(with_way), float(against_way), 0.0, 0.0)
    undirected = "lane" in (tags.get("busway"), tags.get("busway:both"))
    own = float(right or left)
    against = float(opposite or (right and left and not undirected))
    return BusLanes(own, 0.0, 0.0, against) if forward else BusLanes(0.0, own, 0.0, against)


def _has_bus_lane(tags: Tags, side: str) -> bool:
    busway = (tags.get(f"busway:{side}"), tags.get("busway:both"), tags.get("busway"))
    cycleway = (tags.get(f"cycleway:{side}"), tags.get("cycleway:both"), tags.get("cycleway"))
    return "lane" in busway or "share_busway" in cycleway
