"""Parking along the kerb: stated sides cut to stretches, with their spaces.

A tagged capacity stands. Else spaces follow from the length of the kerb, from which corners,
crossings, stops, hydrants and driveways are taken off.

Examples
--------
>>> spaces_along(15.0, Orientation.PARALLEL), spaces_along(15.0, Orientation.PERPENDICULAR)
(3, 6)
>>> spaces_along(4.0, Orientation.PARALLEL)
0
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from citymove.facts.defaults import CountryDefaults
from citymove.facts.kerb import (
    LEFT,
    RIGHT,
    ClearCause,
    Kerb,
    KerbClear,
    KerbHours,
    KerbSides,
    KerbUsers,
    Orientation,
    SideStatus,
    free_stretches,
)
from citymove.facts.kerb_clearances import clearances_for
from citymove.facts.roads import Roads
from citymove.formats.osm.boundary import Inside
from citymove.formats.osm.extract import Extract, Ways
from citymove.formats.osm.kerb_clear import corners, kerb_clear
from citymove.formats.osm.kerb_lines import arms_of, kerb_lines
from citymove.formats.osm.kerb_tags import SideParking, side_parking
from citymove.formats.osm.tags import Tags
from citymove.formats.osm.tally import Tally
from citymove.formats.osm.ways import WayFacts
from citymove.foundation.provenance import Source

Array = np.ndarray[Any, Any]

# Length of kerb a space, and of the first car alone, m: the figures of the parking count of
# Berlin-Neukölln (SupaplexOSM, street_parking.py, 2021); diagonal stands at 54 degrees.
CAR_LENGTH_M = 4.4
PER_SPACE_M = {
    Orientation.PARALLEL: 5.2,
    Orientation.DIAGONAL: 3.1,
    Orientation.PERPENDICULAR: 2.5,
}
INFERRED_SPREAD = 0.15  # assumed: trees, bins and gaps between cars shorten the kerb that is used

_SIDES: Final = ((RIGHT, "right"), (LEFT, "left"))
_Cuts = dict[tuple[int, int], list[tuple[float, float, int]]]


@dataclass(frozen=True, eq=False, kw_only=True)
class KerbFacts:
    """What a map says of kerbs; tables of `facts.kerb`."""

    kerb: Kerb
    hours: KerbHours
    sides: KerbSides
    clear: KerbClear


@dataclass(frozen=True)
class _Stretch:
    """A kept stretch of a way, with a point midway."""

    from_m: float
    to_m: float
    x_m: float
    y_m: float


@dataclass(frozen=True)
class _Row:
    """A stretch of a side of which tags speak, its spaces and the metres kept clear by cause."""

    way_id: int
    side: int
    stated: SideParking
    stretch: _Stretch
    spaces: int
    clear_m: tuple[float, ...]

    @property
    def id(self) -> str:
        return f"k{self.way_id}/{self.stretch.from_m:.0f}/{dict(_SIDES)[self.side]}"


def spaces_along(length_m: float, orientation: Orientation) -> int:
    """Return how many cars stand along a kerb of this length, m.

    Parallel: the first needs its own length, each further one a space with room to
    manoeuvre; else the length over the width that a space takes of the kerb.
    """
    per_space_m = PER_SPACE_M[orientation]
    if orientation is Orientation.PARALLEL:
        return 0 if length_m < CAR_LENGTH_M else 1 + int((length_m - CAR_LENGTH_M) / per_space_m)
    return int(length_m / per_space_m)


def kerb_of(
    extract: Extract,
    ways: Ways,
    facts: WayFacts,
    roads: Roads,
    x_m: Array,
    y_m: Array,
    *,
    inside: Inside,
    defaults: CountryDefaults,
    tally: Tally,
) -> KerbFacts:
    """Return what tags say of parking along the kept stretches of drivable ways.

    Parameters
    ----------
    extract
        As read.
    ways, facts
        Drivable ways, and what their tags say of driving.
    roads
        The roads made of them.
    x_m, y_m
        float64, metres of the extract's nodes.
    inside
        A stretch belongs to the study area when its middle lies inside the boundary.
    defaults
        Of the country: its driving side; what must stay clear is in `facts.kerb_clearances`.
    tally
        Takes counts.
    """
    lines = kerb_lines(ways, facts, extract, x_m, y_m, defaults.drives_on)
    arms = arms_of(lines, extract, x_m, y_m)
    rules = clearances_for(defaults.country)
    clear = kerb_clear(lines, arms, extract, x_m, y_m, rules)
    speaking = [row for row, tags in enumerate(ways.tags) if _speaks_of_parking(tags)]
    stretches = _stretches(roads, ways.id[speaking])
    sides = list(_stated_sides(ways.take(speaking), stretches, tally))
    silent = np.unique(roads.links.way_id).size - len(stretches)
    tally.add("kerb_sides_unknown", silent * len(_SIDES))
    cuts = _cuts({way_id for way_id, *_ in sides}, clear, corners(lines, arms, rules))
    rows = [row for side in sides for row in _rows(*side, stretches, cuts)]
    here = inside.of([row.stretch.x_m for row in rows], [row.stretch.y_m for row in rows])
    kept = [row for row, lies_in in zip(rows, here, strict=True) if lies_in]
    parked = [row for row in kept if row.spaces > 0]
    is_stated = np.array([row.stated.status is SideStatus.STATED for row in rows], bool)
    tally.add("kerb_stretches_outside_boundary", np.count_nonzero(is_stated & ~here))
    tally.add("kerb_stretches_too_short", np.count_nonzero(is_stated & here) - len(parked))
    _count_spaces(parked, tally)
    return KerbFacts(
        kerb=_kerb_table(parked), hours=_hours_table(parked), sides=_sides_table(kept), clear=clear
    )


def _speaks_of_parking(tags: Tags) -> bool:
    """Whether a key begins with ``parking:``; all keys at once, as every way is asked."""
    return "\nparking:" in "\n".join(("", *tags))


def _stated_sides(
    ways: Ways, stretches: dict[int, list[_Stretch]], tally: Tally
) -> Iterator[tuple[int, int, SideParking]]:
    """Yield way, side and what its tags say, for the sides of which they speak; count all."""
    for status in SideStatus:
        tally.add(f"kerb_sides_{status.name.lower()}", 0)
    silent = 0
    for way_id, tags in zip(ways.id.tolist(), ways.tags, strict=True):
        if way_id not in stretches:
            continue
        for sign, side in _SIDES:
            stated = side_parking(tags, side)
            tally.add("kerb_words_unread", stated.unread)
            if stated.status is None:
                silent += 1
                continue
            tally.add(f"kerb_sides_{stated.status.name.lower()}")
            yield way_id, sign, stated
    tally.add("kerb_sides_unknown", silent)


def _cuts(way_ids: set[int], *tables: KerbClear) -> _Cuts:
    """Return the stretches kept clear of these ways, by way and side: from, to, cause."""
    wanted = np.array(sorted(way_ids), np.int64)
    found: _Cuts = {}
    for table in tables:
        part = table.take(np.isin(table.way_id, wanted))
        for way, side, *cut in zip(
            part.way_id.tolist(), part.side.tolist(), part.from_m.tolist(), part.to_m.tolist(),
            part.cause.tolist(), strict=True,
        ):  # fmt: skip
            found.setdefault((way, side), []).append((cut[0], cut[1], cut[2]))
    return found


def _rows(
    way_id: int,
    side: int,
    stated: SideParking,
    stretches: dict[int, list[_Stretch]],
    cuts: _Cuts,
) -> Iterator[_Row]:
    """Yield the stretches of one side: spaces by length, or their share of the tagged capacity."""
    pieces = stretches[way_id]
    none = (0.0,) * len(ClearCause)
    if stated.capacity is not None:
        lengths = [piece.to_m - piece.from_m for piece in pieces]
        ends = np.round(np.cumsum(lengths) / sum(lengths) * stated.capacity).astype(int)
        for piece, spaces in zip(pieces, np.diff(ends, prepend=0).tolist(), strict=True):
            yield _Row(way_id, side, stated, piece, spaces, none)
        return
    for piece in pieces:
        if stated.status is not SideStatus.STATED:
            yield _Row(way_id, side, stated, piece, 0, none)
            continue
        free, clear_m = taken_off(piece.from_m, piece.to_m, cuts.get((way_id, side), []))
        spaces = sum(spaces_along(high - low, stated.orientation) for low, high in free)
        yield _Row(way_id, side, stated, piece, spaces, clear_m)


def taken_off(
    from_m: float, to_m: float, cuts: list[tuple[float, float, int]]
) -> tuple[list[tuple[float, float]], tuple[float, ...]]:
    """Return what is left of a stretch, and the length taken off by `ClearCause`.

    Where causes overlap, the first in the order of `ClearCause` is charged.

    Examples
    --------
    >>> taken_off(0.0, 50.0, [(0.0, 10.0, ClearCause.JUNCTION), (5.0, 20.0, ClearCause.CROSSING)])
    ([(20.0, 50.0)], (10.0, 10.0, 0.0, 0.0, 0.0))
    """
    left, free = to_m - from_m, [(from_m, to_m)]
    lengths = []
    so_far: list[tuple[float, float]] = []
    for cause in ClearCause:
        so_far += [(low, high) for low, high, why in cuts if why == cause]
        free = free_stretches(from_m, to_m, so_far)
        remains = sum(high - low for low, high in free)
        lengths.append(left - remains)
        left = remains
    return free, tuple(lengths)


def _stretches(roads: Roads, way_ids: Array) -> dict[int, list[_Stretch]]:
    """Return the kept stretches of each of these ways that has any."""
    found: dict[int, list[_Stretch]] = {}
    links = roads.links
    middle = (roads.shape_start[:-1] + roads.shape_start[1:] - 1) // 2
    mid_x = (roads.shape_x_m[middle] + roads.shape_x_m[middle + 1]) / 2
    mid_y = (roads.shape_y_m[middle] + roads.shape_y_m[middle + 1]) / 2
    low, high = (np.searchsorted(links.way_id, way_ids, side=s) for s in ("left", "right"))
    for way_id, first, end in zip(way_ids.tolist(), low.tolist(), high.tolist(), strict=True):
        if first == end:
            continue
        rows = np.arange(first, end)
        order = rows[np.argsort(links.way_from_m[rows], kind="stable")]
        merged: list[list[int]] = []
        for row in order.tolist():
            if merged and links.way_from_m[row] <= links.way_to_m[merged[-1][-1]]:
                merged[-1].append(row)
            else:
                merged.append([row])
        found[way_id] = [
            _Stretch(
                float(links.way_from_m[group[0]]),
                float(links.way_to_m[group[-1]]),
                float(mid_x[group[len(group) // 2]]),
                float(mid_y[group[len(group) // 2]]),
            )
            for group in merged
        ]
    return found


def _count_spaces(rows: list[_Row], tally: Tally) -> None:
    tagged = sum(row.spaces for row in rows if row.stated.capacity is not None)
    inferred = sum(row.spaces for row in rows if row.stated.capacity is None)
    tally.add("kerb_stretches", len(rows))
    tally.add("kerb_spaces_tagged", tagged)
    tally.add("kerb_spaces_inferred", inferred)
    for users in KerbUsers:
        spaces = sum(row.spaces for row in rows if row.stated.users is users)
        tally.add(f"kerb_spaces_for_{users.name.lower()}", spaces)
    for cause in ClearCause:
        metres = sum(row.clear_m[cause] for row in rows)
        tally.add(f"kerb_clear_m_{cause.name.lower()}", round(metres))
    if inferred:
        tally.note(
            "kerb_spaces_by_length",
            en=f"{inferred} kerb spaces follow from the length of the kerb, not from a capacity; "
            "corners, crossings, stops, hydrants and driveways are taken off.",
            zh=f"{inferred} 个路内泊位按路缘长度推算而非标注数量，已扣除路口、人行横道、"
            "公交站、消防栓与车辆出入口。",
        )


def _kerb_table(rows: list[_Row]) -> Kerb:
    tagged = np.array([row.stated.capacity is not None for row in rows], bool)
    return Kerb(
        id=np.array([row.id for row in rows], np.str_),
        way_id=np.array([row.way_id for row in rows], np.int64),
        from_m=np.array([row.stretch.from_m for row in rows], np.float64),
        to_m=np.array([row.stretch.to_m for row in rows], np.float64),
        side=np.array([row.side for row in rows], np.int8),
        spaces=np.array([row.spaces for row in rows], np.int32),
        spaces_source=np.where(tagged, Source.TAGGED, Source.INFERRED),
        spaces_spread=np.where(tagged, 0.0, INFERRED_SPREAD),
        tariff=np.full(len(rows), -1),
        orientation=np.array([row.stated.orientation for row in rows], np.int8),
        users=np.array([row.stated.users for row in rows], np.int8),
        fee=np.array([row.stated.fee for row in rows], np.int8),
        max_stay_s=np.array([row.stated.max_stay_s for row in rows], np.int32),
        clear_m=np.array([sum(row.clear_m) for row in rows], np.float64),
        permit_zone=np.array([row.stated.permit_zone for row in rows], np.str_),
    )


def _hours_table(rows: list[_Row]) -> KerbHours:
    hours = [(row.id, *piece) for row in rows for piece in row.stated.hours]
    return KerbHours(
        kerb=np.array([hour[0] for hour in hours], np.str_),
        start_s=np.array([hour[1] for hour in hours], np.int32),
        end_s=np.array([hour[2] for hour in hours], np.int32),
        users=np.array([hour[3] for hour in hours], np.int8),
    )


def _sides_table(rows: list[_Row]) -> KerbSides:
    return KerbSides(
        way_id=np.array([row.way_id for row in rows], np.int64),
        from_m=np.array([row.stretch.from_m for row in rows], np.float64),
        to_m=np.array([row.stretch.to_m for row in rows], np.float64),
        side=np.array([row.side for row in rows], np.int8),
        status=np.array([row.stated.status for row in rows], np.int8),
    )
