"""Parking along the kerb, from both tag schemes of OpenStreetMap.

The newer scheme (``parking:left|right|both`` with ``:orientation``, ``:capacity`` and
``:restriction``) is read before the older (``parking:lane:*`` with ``parking:condition:*``).
A side on which parking is stated not to be allowed is told apart from a side of which no tag
speaks: only stated spaces become rows.

Examples
--------
>>> spaces_along(15.0, "parallel"), spaces_along(15.0, "perpendicular")
(3, 6)
>>> spaces_along(4.0, "parallel")
0
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.facts.kerb import LEFT, RIGHT, Kerb
from citymove.facts.roads import Roads
from citymove.formats.osm.boundary import Inside
from citymove.formats.osm.extract import Tags, Ways
from citymove.formats.osm.tags import parse_count
from citymove.formats.osm.tally import Tally
from citymove.foundation.provenance import Source

Array = np.ndarray[Any, Any]

# Length of kerb a space, and of the first car alone, m: the figures of the parking count of
# Berlin-Neukölln (SupaplexOSM, street_parking.py, 2021); diagonal stands at 54 degrees.
CAR_LENGTH_M = 4.4
PER_SPACE_M = {"parallel": 5.2, "diagonal": 3.1, "perpendicular": 2.5}
INFERRED_SPREAD = 0.25  # assumed: crossings, driveways and bays shorten the kerb that is used
MOST_SPACES = 5_000

_SIDES = ((RIGHT, "right"), (LEFT, "left"))
_FORBIDDEN = frozenset(
    ("no", "no_parking", "no_stopping", "no_standing", "fire_lane", "loading_only", "charging_only")
)
_NEW_ON = frozenset(("lane", "street_side", "on_kerb", "half_on_kerb", "shoulder", "yes"))
_OLD_ON = frozenset(
    (*PER_SPACE_M, "marked", "on_street", "on_kerb", "half_on_kerb", "painted_area")
)


@dataclass(frozen=True)
class SideParking:
    """What the tags of a way say of one side.

    Parameters
    ----------
    state
        "stated" (cars may stand), "none" (they may not), "apart" (mapped as a car park),
        "unread" (a value this reader does not know) or "unknown" (no tag).
    orientation
        "parallel", "diagonal" or "perpendicular".
    capacity
        Spaces as tagged, None where no tag says.
    """

    state: str
    orientation: str = "parallel"
    capacity: int | None = None


def side_parking(tags: Tags, side: str) -> SideParking:
    """Return what the tags say of "left" or "right"; a tag of the side precedes one of both."""

    def value(pattern: str) -> str | None:
        return next((v for s in (side, "both") if (v := tags.get(pattern.format(s)))), None)

    new, old = value("parking:{}"), value("parking:lane:{}")
    if new is None and old is None:
        return SideParking("unknown")
    if new is not None:
        orientation = value("parking:{}:orientation")
        capacity = value("parking:{}:capacity")
        limits, known = (value("parking:{}:restriction"),), _NEW_ON
    else:
        orientation = old
        capacity = value("parking:lane:{}:capacity")
        limits, known = (value("parking:condition:{}"),), _OLD_ON
    stated = new or old or ""
    if stated == "separate":
        return SideParking("apart")
    if stated in _FORBIDDEN or any(limit in _FORBIDDEN for limit in limits):
        return SideParking("none")
    if stated not in known:
        return SideParking("unread")
    return SideParking(
        "stated",
        orientation if orientation in PER_SPACE_M else "parallel",
        parse_count(capacity or "", MOST_SPACES),
    )


def spaces_along(length_m: float, orientation: str) -> int:
    """Return how many cars stand along a kerb of this length, m.

    Parallel: the first needs its own length, each further one a space with room to
    manoeuvre; else the length over the width that a space takes of the kerb.
    """
    per_space_m = PER_SPACE_M[orientation]
    if orientation == "parallel":
        return 0 if length_m < CAR_LENGTH_M else 1 + int((length_m - CAR_LENGTH_M) / per_space_m)
    return int(length_m / per_space_m)


def kerb_of(ways: Ways, roads: Roads, inside: Inside, tally: Tally) -> Kerb:
    """Return stated kerb parking along the kept stretches of drivable ways.

    Parameters
    ----------
    ways
        Drivable ways.
    roads
        The roads made of them.
    inside
        A stretch belongs to the study area when its middle lies inside the boundary.
    tally
        Takes counts.
    """
    stretches = _stretches(roads)
    rows: list[tuple[int, float, float, int, int, bool, float, float]] = []
    for way_id, tags in zip(ways.id.tolist(), ways.tags, strict=True):
        if way_id not in stretches or not any(key.startswith("parking:") for key in tags):
            continue
        for sign, side in _SIDES:
            stated = side_parking(tags, side)
            if stated.state != "unknown":
                tally.add(f"kerb_sides_{stated.state}")
            if stated.state == "stated":
                pieces = stretches[way_id]
                for (from_m, to_m, x_m, y_m), n in zip(
                    pieces, _shared(stated, pieces), strict=True
                ):
                    tagged = stated.capacity is not None
                    rows.append((way_id, from_m, to_m, sign, n, tagged, x_m, y_m))
    here = inside.of([row[6] for row in rows], [row[7] for row in rows])
    tally.add("kerb_stretches_outside_boundary", np.count_nonzero(~here))
    tally.add("kerb_stretches_too_short", sum(row[4] == 0 for row in rows))
    return _table([row for row, kept in zip(rows, here, strict=True) if kept and row[4] > 0], tally)


def _shared(stated: SideParking, pieces: list[tuple[float, float, float, float]]) -> list[int]:
    """Return the spaces of each stretch: by its length, or its share of the tagged capacity."""
    lengths = [to_m - from_m for from_m, to_m, _, _ in pieces]
    if stated.capacity is None:
        return [spaces_along(length, stated.orientation) for length in lengths]
    ends = np.round(np.cumsum(lengths) / sum(lengths) * stated.capacity).astype(int)
    return [int(number) for number in np.diff(ends, prepend=0)]


def _stretches(roads: Roads) -> dict[int, list[tuple[float, float, float, float]]]:
    """Return the kept stretches of each way: from, to along the way, and a point midway."""
    found: dict[int, list[tuple[float, float, float, float]]] = {}
    links = roads.links
    middle = (roads.shape_start[:-1] + roads.shape_start[1:] - 1) // 2
    low_x, high_x = roads.shape_x_m[middle], roads.shape_x_m[middle + 1]
    low_y, high_y = roads.shape_y_m[middle], roads.shape_y_m[middle + 1]
    for way_id, rows in _by_way(links.way_id):
        order = rows[np.argsort(links.way_from_m[rows], kind="stable")]
        merged: list[list[int]] = []
        for row in order.tolist():
            if merged and links.way_from_m[row] <= links.way_to_m[merged[-1][-1]]:
                merged[-1].append(row)
            else:
                merged.append([row])
        found[way_id] = []
        for group in merged:
            mid = group[len(group) // 2]
            found[way_id].append(
                (
                    float(links.way_from_m[group[0]]),
                    float(links.way_to_m[group[-1]]),
                    float((low_x[mid] + high_x[mid]) / 2),
                    float((low_y[mid] + high_y[mid]) / 2),
                )
            )
    return found


def _by_way(way_id: Array) -> Iterator[tuple[int, Array]]:
    """Yield each way with the rows of its links; links are sorted by way."""
    ids, first = np.unique(way_id, return_index=True)
    yield from zip(ids.tolist(), np.split(np.arange(way_id.size), first[1:]), strict=True)


def _table(
    rows: list[tuple[int, float, float, int, int, bool, float, float]], tally: Tally
) -> Kerb:
    names = dict(_SIDES)
    tagged = np.array([row[5] for row in rows], bool)
    spaces = np.array([row[4] for row in rows], np.int64)
    tally.add("kerb_stretches", len(rows))
    tally.add("kerb_spaces_tagged", spaces[tagged].sum())
    tally.add("kerb_spaces_inferred", spaces[~tagged].sum())
    if np.any(~tagged):
        count = spaces[~tagged].sum()
        tally.note(
            "kerb_spaces_by_length",
            en=f"{count} kerb spaces follow from the length of the kerb, not from a capacity; "
            "driveways and crossings are not taken off.",
            zh=f"{count} 个路内泊位按路缘长度推算而非标注数量，未扣除车辆出入口与人行横道。",
        )
    ids = [f"k{way}/{from_m:.0f}/{names[sign]}" for way, from_m, _, sign, *_ in rows]
    return Kerb(
        id=np.array(ids, np.str_),
        way_id=np.array([row[0] for row in rows], np.int64),
        from_m=np.array([row[1] for row in rows], np.float64),
        to_m=np.array([row[2] for row in rows], np.float64),
        side=np.array([row[3] for row in rows], np.int8),
        spaces=spaces,
        spaces_source=np.where(tagged, Source.TAGGED, Source.INFERRED),
        spaces_spread=np.where(tagged, 0.0, INFERRED_SPREAD),
        tariff=np.full(len(rows), -1),
    )
