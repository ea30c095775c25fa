"""Arrows and timed limits of ways, put on their links.

Tags speak of the whole way, arrows of its lanes before a junction. They are given to the last
link of the way in its direction, and to an earlier one only where streets lead off its head to
every side that an arrow points to (`LEAST_TURN_RAD` and more off straight on).
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from citymove.facts.roads import LaneTurn, LaneTurns, TimedSpeeds
from citymove.formats.osm.speeds import TimedLimit
from citymove.formats.osm.splitting import DirectedPieces
from citymove.formats.osm.ways import BACKWARD, FORWARD, WayEnd
from citymove.foundation.provenance import Source

Array = np.ndarray[Any, Any]

LEAST_TURN_RAD: Final = np.radians(20.0)
_KMH: Final = 1 / 3.6


def lane_turns(
    turns: Mapping[WayEnd, tuple[int, ...]],
    links: DirectedPieces,
    bearing_rad: tuple[Array, Array],
    kept: Array,
) -> LaneTurns:
    """Return the arrows of links.

    Parameters
    ----------
    turns
        `LaneTurn` of each lane, from the left, by way and direction.
    links
        All links, in order of their ways.
    bearing_rad
        float64 [links], float64 [links], bearings at tail and head.
    kept
        int64, ascending rows of `links` that stay; the result names their positions.

    Returns
    -------
    LaneTurns
        Sorted by link, then from the left to the right.
    """
    rows = _rows_of(turns, links, kept)
    last = _ends_way(links, kept[rows])
    order = np.argsort(links.tail, kind="stable")
    tail = links.tail[order]
    found: list[tuple[int, int, int]] = []
    for row, at_end in zip(rows.tolist(), last.tolist(), strict=True):
        link = int(kept[row])
        arrows = turns[_end_of(links, link)]
        low, high = np.searchsorted(tail, [links.head[link], links.head[link] + 1])
        if at_end or _leads_off(links, bearing_rad, link, order[low:high], arrows):
            found.extend((row, lane, arrow) for lane, arrow in enumerate(arrows))
    table = np.array(found, np.int64).reshape(-1, 3)
    return LaneTurns(
        link=table[:, 0],
        lane=table[:, 1],
        turns=table[:, 2],
        source=np.full(len(table), Source.TAGGED),
    )


def timed_speeds(
    timed: Mapping[WayEnd, tuple[TimedLimit, ...]], links: DirectedPieces, kept: Array
) -> TimedSpeeds:
    """Return the limits of links that hold at some hours; parameters as of `lane_turns`."""
    rows = _rows_of(timed, links, kept)
    found = [
        (row, limit) for row in rows.tolist() for limit in timed[_end_of(links, int(kept[row]))]
    ]
    return TimedSpeeds(
        link=np.array([row for row, _ in found], np.int32),
        start_s=np.array([limit.start_s for _, limit in found], np.int32),
        end_s=np.array([limit.end_s for _, limit in found], np.int32),
        speed_mps=np.array([limit.kmh * _KMH for _, limit in found], np.float64),
    )


def _end_of(links: DirectedPieces, link: int) -> WayEnd:
    return WayEnd(int(links.way[link]), FORWARD if links.forward[link] else BACKWARD)


def _rows_of(known: Mapping[WayEnd, Any], links: DirectedPieces, kept: Array) -> Array:
    """Return the positions in `kept` of the links whose way and direction are known."""
    wanted = np.array([2 * end.way + end.side for end in known], np.int64)
    key = 2 * links.way[kept] + np.where(links.forward[kept], FORWARD, BACKWARD)
    return np.flatnonzero(np.isin(key, wanted))


def _ends_way(links: DirectedPieces, rows: Array) -> Array:
    """Whether these links are the last of their ways in their direction."""
    way = links.way[rows]
    first = links.piece[np.searchsorted(links.way, way, side="left")]
    last = links.piece[np.searchsorted(links.way, way, side="right") - 1]
    return np.asarray(links.piece[rows] == np.where(links.forward[rows], last, first))


def _leads_off(
    links: DirectedPieces,
    bearing_rad: tuple[Array, Array],
    link: int,
    out: Array,
    arrows: tuple[int, ...],
) -> bool:
    """Whether streets lead off the link's head to every side that an arrow points to."""
    leave_rad, reach_rad = bearing_rad
    others = out[links.piece[out] != links.piece[link]]
    turn_rad = (leave_rad[others] - reach_rad[link] + np.pi) % (2 * np.pi) - np.pi
    left, right = np.any(turn_rad >= LEAST_TURN_RAD), np.any(turn_rad <= -LEAST_TURN_RAD)
    pointed = int(np.bitwise_or.reduce(np.array(arrows)))
    return bool((left or not pointed & LaneTurn.LEFT) and (right or not pointed & LaneTurn.RIGHT))
