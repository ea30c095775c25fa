"""Which turns a driver may make: from each open link to the open links that follow."""

from typing import Any

import numpy as np

from citymove.facts.roads import Roads
from citymove.prepare.prepared import TurnGraph, TurnKind

Array = np.ndarray[Any, Any]

THROUGH_DEG = 45.0  # up to this change of direction a turn goes through


def turn_graph(roads: Roads) -> TurnGraph:
    """Return the permitted turns between open links.

    A turn is missing where a ban stands, where either link is closed, and where it is a U-turn
    (back over the same stretch of the same way) at a node from which another turn leads on.
    The kind of a turn follows from the last segment of the one link and the first of the other.

    Parameters
    ----------
    roads
        The network.

    Returns
    -------
    TurnGraph
        Turns out of a link stand in ascending order of the link turned into.
    """
    links, count = roads.links, len(roads.links)
    from_link, to_link, u_turn = unbanned_turns(roads)
    both_open = links.open[from_link] & links.open[to_link]
    onward = np.bincount(from_link[both_open & ~u_turn], minlength=count) > 0
    kept = both_open & ~(u_turn & onward[from_link])
    from_link, to_link, u_turn = from_link[kept], to_link[kept], u_turn[kept]
    return TurnGraph(
        start=np.searchsorted(from_link, np.arange(count + 1)),
        to_link=to_link,
        kind=np.where(u_turn, TurnKind.U_TURN, _kinds(roads, from_link, to_link)),
    )


def unbanned_turns(roads: Roads) -> tuple[Array, Array, Array]:
    """Return all turns without a ban, of closed links too, and whether each is a U-turn.

    Returns
    -------
    tuple
        int64 `from_link`, int64 `to_link`, bool `u_turn`, ascending by the first two.
    """
    links, count = roads.links, len(roads.links)
    by_tail = np.argsort(links.tail, kind="stable")
    out_start = np.searchsorted(links.tail[by_tail], np.arange(len(roads.nodes) + 1))
    first, degree = out_start[links.head], np.diff(out_start)[links.head]
    from_link = np.repeat(np.arange(count), degree)
    within = np.arange(from_link.size) - np.repeat(np.cumsum(degree) - degree, degree)
    to_link = by_tail[first[from_link] + within]
    bans = roads.turn_bans
    code = bans.from_link.astype(np.int64) * count + bans.to_link
    free = ~np.isin(from_link * count + to_link, code)
    from_link, to_link = from_link[free], to_link[free]
    u_turn = (
        (links.way_id[from_link] == links.way_id[to_link])
        & (links.forward[from_link] != links.forward[to_link])
        & (links.way_from_m[from_link] == links.way_from_m[to_link])
        & (links.way_to_m[from_link] == links.way_to_m[to_link])
    )
    return from_link, to_link, u_turn


def _kinds(roads: Roads, from_link: Array, to_link: Array) -> Array:
    leaving_deg, arriving_deg = _directions_deg(roads)
    change = (leaving_deg[to_link] - arriving_deg[from_link] + 180) % 360 - 180
    kind = np.where(change > 0, TurnKind.LEFT, TurnKind.RIGHT)
    return np.where(np.abs(change) <= THROUGH_DEG, TurnKind.THROUGH, kind)


def _directions_deg(roads: Roads) -> tuple[Array, Array]:
    """Return the directions of each link's first and last segment that has a length."""
    dx, dy = np.diff(roads.shape_x_m), np.diff(roads.shape_y_m)
    angle = np.degrees(np.arctan2(dy, dx))
    start, end = roads.shape_start[:-1], roads.shape_start[1:] - 2  # first and last segment
    index = np.arange(dx.size)
    real = (dx != 0) | (dy != 0)
    before = np.maximum.accumulate(np.where(real, index, -1))
    after = np.minimum.accumulate(np.where(real, index, dx.size)[::-1])[::-1]
    return angle[np.minimum(after[start], end)], angle[np.maximum(before[end], start)]
