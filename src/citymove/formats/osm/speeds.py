"""Speed limits for cars: the forms of ``maxspeed``, by direction, lane and hour.

A limit for cars comes before the general one, one for a direction before one for both
(https://wiki.openstreetmap.org/wiki/Key:maxspeed). Where no tag states a number, the type of the
limit may name a zone (``maxspeed:type``, ``source:maxspeed``, ``zone:maxspeed``,
``zone:traffic``). ``maxspeed:advisory`` is no limit.

Examples
--------
>>> parse_speed_kmh("30 mph"), parse_speed_kmh("FR:urban"), parse_speed_kmh("fast")
(48.28032, 50.0, None)
>>> limits({"maxspeed": "50", "maxspeed:backward": "30"})[0].kmh
50.0
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from citymove.formats.osm.access import SIDES
from citymove.formats.osm.hours import Window, common, complement, conditions, working_day_windows
from citymove.formats.osm.lane_lists import LaneUse, read_lists
from citymove.formats.osm.tags import Tags
from citymove.formats.osm.zone_limits import (
    MPH_KMH,
    NO_LIMIT_KMH,
    WALK_KMH,
    is_zone,
    zone_limit_kmh,
)

LEAST_KMH: Final = 3.0
MOST_KMH: Final = 160.0
_KNOT_KMH: Final = 1.852
_NUMBER: Final = re.compile(r"(\d+(?:[.,]\d+)?)\s*(km/h|kmh|kph|kmph|mph|knots?)?")
_UNIT_KMH: Final = {"mph": MPH_KMH, "knots": _KNOT_KMH, "knot": _KNOT_KMH}
_VARIABLE: Final = frozenset(("signals", "variable", "signs"))
_TYPES: Final = ("maxspeed:type", "source:maxspeed", "zone:maxspeed", "zone:traffic")
_KINDS_UNREAD: Final = ("out_of_range", "unknown_zone", "unreadable", "variable")
_FORMS: Final = ("maxspeed:motorcar", "maxspeed:motor_vehicle", "maxspeed")
TAGGED_KEYS: Final = frozenset(
    f"{form}{suffix}"
    for form in (*_FORMS, "maxspeed:lanes")
    for suffix in ("", ":forward", ":backward")
)

REMARKS: Final = (
    "ways_with_maxspeed_condition_not_time",
    "ways_with_maxspeed_list",
    "ways_with_maxspeed_none",
    "ways_with_maxspeed_not_on_working_days",
    "ways_with_maxspeed_out_of_range",
    "ways_with_maxspeed_tagged",
    "ways_with_maxspeed_timed",
    "ways_with_maxspeed_unknown_zone",
    "ways_with_maxspeed_variable",
    "ways_with_maxspeed_zone",
    "ways_with_unreadable_maxspeed",
)


class Limit(NamedTuple):
    """A speed limit.

    Parameters
    ----------
    kmh
        None where there is no number, or none that is sane.
    kind
        "number", "zone", "none", "walk" or "list" with a number; "variable", "unknown_zone",
        "out_of_range" or "unreadable" without; "" where no tag speaks.
    """

    kmh: float | None
    kind: str


class TimedLimit(NamedTuple):
    """A limit that holds at some hours of a working day: start and end, s; km/h."""

    start_s: int
    end_s: int
    kmh: float


_UNSTATED: Final = Limit(None, "")


def parse_speed_kmh(text: str) -> float | None:
    """Return a speed limit, km/h; None where the text states none that is sane."""
    return read_limit(text).kmh


@lru_cache(maxsize=1024)
def read_limit(text: str, country: str = "") -> Limit:
    """Return the limit that a value states; of a list the lowest.

    Parameters
    ----------
    text
        "50", "30 mph", "10 knots", "none", "walk", "signals", "FR:urban", "DE:zone30", "50;30".
    country
        As in `zone_limits.zone_limit_kmh`.
    """
    parts = text.split(";")
    found = [_single(part.strip(), country) for part in parts]
    if len(found) == 1:
        return found[0]
    numbers = [limit.kmh for limit in found if limit.kmh is not None]
    return Limit(min(numbers), "list") if numbers else found[0]


def _single(value: str, country: str) -> Limit:
    word = value.lower()
    if word == "none":
        return Limit(NO_LIMIT_KMH, "none")
    if word == "walk":
        return Limit(WALK_KMH, "walk")
    if word in _VARIABLE:
        return Limit(None, "variable")
    match = _NUMBER.fullmatch(word)
    if match is not None:
        return _sane(float(match[1].replace(",", ".")) * _UNIT_KMH.get(match[2], 1.0), "number")
    kmh = zone_limit_kmh(value, country)
    if kmh is not None:
        return _sane(kmh, "zone")
    return Limit(None, "unknown_zone" if is_zone(value) else "unreadable")


def _sane(kmh: float, kind: str) -> Limit:
    return Limit(kmh, kind) if LEAST_KMH <= kmh <= MOST_KMH else Limit(None, "out_of_range")


def limits(tags: Tags, country: str = "") -> tuple[Limit, Limit]:
    """Return the limits with and against the way; of the lanes of a direction the highest."""
    ahead, back = (_limit_of(tags, side, country) for side in SIDES)
    return ahead, back


def _limit_of(tags: Tags, side: str, country: str) -> Limit:
    first = _UNSTATED
    for limit in _stated(tags, side, country):
        if limit.kmh is not None:
            return limit
        first = first if first.kind else limit
    return first


def _stated(tags: Tags, side: str, country: str) -> Iterator[Limit]:
    """Yield the limits that tags state for one direction, the most particular first."""
    for form in _FORMS:
        if f"{form}:{side}" in tags:
            yield read_limit(tags[f"{form}:{side}"], country)
        if form == "maxspeed":
            yield from _of_lanes(tags, side, country)
        if form in tags:
            yield read_limit(tags[form], country)
    for key in _TYPES:  # most of these words say who put up the limit, not which it is
        if key in tags and (kmh := zone_limit_kmh(tags[key], country)) is not None:
            yield _sane(kmh, "zone")


def _of_lanes(tags: Tags, side: str, country: str) -> Iterator[Limit]:
    """Yield the highest limit of the lanes for all traffic; a lane left blank has the way's."""
    for key in (f"maxspeed:lanes:{side}", "maxspeed:lanes"):
        if key in tags:
            texts = [lane.strip() or tags.get("maxspeed", "") for lane in tags[key].split("|")]
            uses = read_lists(tags, side, one_way=key == "maxspeed:lanes").uses
            if len(uses) == len(texts) and LaneUse.GENERAL in uses:
                pairs = zip(texts, uses, strict=True)
                texts = [text for text, use in pairs if use == LaneUse.GENERAL]
            read = [read_limit(text, country) for text in texts if text]
            yield max(read, key=lambda limit: limit.kmh or 0.0, default=Limit(None, "unreadable"))
            return


def timed_limits(tags: Tags, side: str, country: str = "") -> tuple[TimedLimit, ...]:
    """Return the limits of one direction that hold at some hours of a working day, apart.

    Of two conditions that hold at once the later decides, as the tag has them.
    """
    held: list[tuple[float, tuple[Window, ...]]] = []
    for limit, windows in _conditional(tags, side, country):
        if limit.kmh is not None and windows:
            rest = complement(windows)
            held = [(kmh, common(earlier, rest)) for kmh, earlier in held]
            held.append((limit.kmh, windows))
    return tuple(sorted(TimedLimit(a, b, kmh) for kmh, windows in held for a, b in windows))


def _conditional(
    tags: Tags, side: str, country: str
) -> Iterator[tuple[Limit, tuple[Window, ...] | None]]:
    """Yield the conditional limits of one direction and their hours, None where they are none."""
    for form in _FORMS:
        for key in (f"{form}:{side}:conditional", f"{form}:conditional"):
            if key in tags:
                for value, condition in conditions(tags[key]):
                    yield read_limit(value, country), _windows(condition)
                return


@lru_cache(maxsize=256)
def _windows(condition: str) -> tuple[Window, ...] | None:
    return working_day_windows(condition)


def remarks(tags: Tags, country: str = "") -> Iterator[str]:
    """Yield what is worth counting of a way's speed limits, of `REMARKS`."""
    both = limits(tags, country)
    if not TAGGED_KEYS.isdisjoint(tags):
        yield "ways_with_maxspeed_tagged"
        unread = {limit.kind for side in SIDES for limit in _stated(tags, side, country)}
        for kind in _KINDS_UNREAD:
            if kind in unread:
                yield _UNREAD_REMARK.get(kind, f"ways_with_maxspeed_{kind}")
    kinds = {limit.kind for limit in both}
    yield from (f"ways_with_maxspeed_{kind}" for kind in ("list", "none", "zone") if kind in kinds)
    conditional = [found for side in SIDES for found in _conditional(tags, side, country)]
    if any(windows is None or limit.kmh is None for limit, windows in conditional):
        yield "ways_with_maxspeed_condition_not_time"
    if any(windows == () for _, windows in conditional):
        yield "ways_with_maxspeed_not_on_working_days"
    if any(windows and limit.kmh is not None for limit, windows in conditional):
        yield "ways_with_maxspeed_timed"


_UNREAD_REMARK: Final = {"unreadable": "ways_with_unreadable_maxspeed"}
