"""How many lanes a way has in each direction, for whom, and where their arrows point.

``lanes`` counts the lanes of both directions for motor vehicles, those for buses too, and those
for bicycles not (https://wiki.openstreetmap.org/wiki/Key:lanes), so bus lanes are taken off, by
the first that speaks: lists lane by lane, ``lanes:psv`` and ``lanes:bus``, ``busway`` and a
cycleway shared with buses.

``lanes:forward`` and ``lanes:backward`` come first, then the length of that direction's lists,
then what is left of ``lanes`` when the other direction is known, then half of it. Half of an odd
number above one is inferred, unless one direction has a bus lane more, which then is the odd one; a
single lane driven both ways is half a lane to each.

Lists count lanes for bicycles and closed ones as well; they agree with the number of lanes if it is
that of the lanes for cars and buses, with or without those others. Where they do not agree the
number stands and the arrows are left out, since it is not known which lane they belong to. Lanes
that are reserved at some hours only (``*:conditional``) are counted and stand as outside them.

Examples
--------
>>> said = lanes_of({"lanes": "3", "turn:lanes:forward": "left|through"}, True, True)
>>> said.ahead.lanes, said.ahead.turns, said.back.lanes
(2.0, (1, 2), 1.0)
"""

from typing import Final, NamedTuple

from citymove.formats.osm.bus_lanes import BUS_KEYS, BusLanes, bus_lanes_of
from citymove.formats.osm.lane_lists import (
    LIST_KEYS,
    NO_LISTS,
    LaneLists,
    LaneUse,
    read_lists,
    read_turns,
)
from citymove.formats.osm.tags import LEAST_LANES, Tags, parse_lanes
from citymove.foundation.provenance import Source

COUNT_KEYS: Final = ("lanes", "lanes:forward", "lanes:backward", "lanes:both_ways")
_TURN_LISTS: Final = (
    "turn:lanes",
    "turn:lanes:forward",
    "turn:lanes:backward",
    "turn:lanes:both_ways",
)
_CONDITIONAL: Final = frozenset(
    f"{key}:conditional" for key in LIST_KEYS | BUS_KEYS | set(COUNT_KEYS) if "lanes" in key
)
_SPEAKING: Final = (
    LIST_KEYS
    | BUS_KEYS
    | _CONDITIONAL
    | frozenset(COUNT_KEYS)
    | {"turn", "turn:forward", "turn:backward"}
)

REMARKS: Final = (
    "ways_with_bus_lanes",
    "ways_with_conditional_lanes",
    "ways_with_lanes_at_odds",
    "ways_with_lanes_tagged",
    "ways_with_turn_lanes",
    "ways_with_turn_lanes_not_matched",
    "ways_with_turn_lanes_unread",
    "ways_with_turn_lanes_without_direction",
    "ways_with_unreadable_lanes",
)


class DirectionLanes(NamedTuple):
    """Lanes of one direction.

    Parameters
    ----------
    lanes
        For all traffic, None where no tag says.
    source
        Of `lanes`: tagged, or inferred; default where it is None.
    bus_lanes
        For buses (and taxis) alone, not part of `lanes`.
    turns
        `LaneTurn` of each lane for all traffic, from the left as the driver sees them; empty
        where no arrow is known.
    """

    lanes: float | None
    source: Source
    bus_lanes: float
    turns: tuple[int, ...]


class WayLanes(NamedTuple):
    """Lanes with and against the way, and what is worth counting, of `REMARKS`."""

    ahead: DirectionLanes
    back: DirectionLanes
    remarks: tuple[str, ...]


_NOTHING: Final = DirectionLanes(None, Source.DEFAULT, 0.0, ())
_SILENT: Final = WayLanes(_NOTHING, _NOTHING, ())


class _Counts(NamedTuple):
    """Lanes for motor vehicles by direction, buses included; whether half of an odd number."""

    ahead: float | None
    back: float | None
    halved_odd: bool
    at_odds: bool


def lanes_of(tags: Tags, forward: bool, backward: bool, *, keeps_left: bool = False) -> WayLanes:
    """Return the lanes of a way.

    Parameters
    ----------
    tags
        Of the way.
    forward, backward
        Whether cars may drive with, against the way.
    keeps_left
        Whether one drives on the left: tells which direction runs beside the right kerb.
    """
    if _SPEAKING.isdisjoint(tags):
        return _SILENT
    one_way = forward != backward
    lists = (
        read_lists(tags, "forward", one_way) if forward else NO_LISTS,
        read_lists(tags, "backward", one_way) if backward else NO_LISTS,
    )
    buses = bus_lanes_of(tags, forward, backward, keeps_left)
    counts = _counts(tags, forward, backward, lists, buses)
    buses = _placed(buses, counts)
    source = Source.INFERRED if counts.halved_odd else Source.TAGGED
    ahead, matched = _direction(tags, "forward", counts.ahead, lists[0], buses.ahead, source)
    back, also = _direction(tags, "backward", counts.back, lists[1], buses.back, source)
    for_buses = ahead.bus_lanes + back.bus_lanes
    said = _remarks(tags, one_way, lists, counts, matched and also, for_buses)
    return WayLanes(ahead if forward else _NOTHING, back if backward else _NOTHING, said)


def _remarks(
    tags: Tags,
    one_way: bool,
    lists: tuple[LaneLists, LaneLists],
    counts: _Counts,
    matched: bool,
    bus_lanes: float,
) -> tuple[str, ...]:
    tagged = any(key in tags for key in COUNT_KEYS)
    known = counts.ahead is not None or counts.back is not None
    with_arrows = any(key in tags for key in _TURN_LISTS)
    facts = {
        "ways_with_bus_lanes": bus_lanes > 0,
        "ways_with_conditional_lanes": not _CONDITIONAL.isdisjoint(tags),
        "ways_with_lanes_at_odds": counts.at_odds or any(one.at_odds for one in lists),
        "ways_with_lanes_tagged": tagged,
        "ways_with_turn_lanes": with_arrows,
        "ways_with_turn_lanes_not_matched": with_arrows and not matched,
        "ways_with_turn_lanes_unread": any(one.unread for one in lists),
        "ways_with_turn_lanes_without_direction": "turn:lanes" in tags and not one_way,
        "ways_with_unreadable_lanes": tagged and not known,
    }
    return tuple(word for word, holds in facts.items() if holds)


# --- the number of lanes ----------------------------------------------------------------------


def _counts(
    tags: Tags,
    forward: bool,
    backward: bool,
    lists: tuple[LaneLists, LaneLists],
    buses: BusLanes,
) -> _Counts:
    total, ahead, back, middle = (parse_lanes(tags.get(key, "")) for key in COUNT_KEYS)
    if total is not None:
        total = max(total - (middle or 0.0), 1.0)
    listed = [_motor_lanes(one) for one in lists]
    if forward != backward:
        own, other = (ahead, back) if forward else (back, ahead)
        if own is None and total is not None:
            own = max(total - (other or buses.against), min(total, 1.0))
        if own is None:
            own = listed[0] if forward else listed[1]
        return _Counts(own, None, False, False) if forward else _Counts(None, own, False, False)
    ahead = ahead if ahead is not None else listed[0]
    back = back if back is not None else listed[1]
    if total is None:
        return _Counts(ahead, back, False, False)
    if ahead is None and back is None:
        return _halves(total, buses.ahead - buses.back)
    if ahead is not None and back is not None:
        return _Counts(ahead, back, False, ahead + back != total)
    rest = total - (ahead or 0.0) - (back or 0.0)
    return _Counts(
        ahead if ahead is not None else _at_least(rest),
        back if back is not None else _at_least(rest),
        False,
        rest < LEAST_LANES,
    )


def _halves(total: float, more_buses: float) -> _Counts:
    """Return half of the lanes each way; an odd bus lane of one direction is its own."""
    odd = total % 2 == 1 and total > 1
    if odd and more_buses % 2 == 1:
        extra = 0.5 if more_buses > 0 else -0.5
        return _Counts(total / 2 + extra, total / 2 - extra, False, False)
    return _Counts(total / 2, total / 2, odd, False)


def _motor_lanes(one: LaneLists) -> float | None:
    number = one.number(LaneUse.GENERAL, LaneUse.BUS)
    return float(number) if number else None


def _at_least(rest: float) -> float | None:
    return rest if rest >= LEAST_LANES else None


def _placed(buses: BusLanes, counts: _Counts) -> BusLanes:
    """Return the bus lanes with those of unstated direction given to the wider one, or halved."""
    if not buses.either:
        return buses
    ahead, back = counts.ahead or 0.0, counts.back or 0.0
    more = min(buses.either, max(ahead, back) - 1.0)
    if ahead == back or more <= 0:
        return buses._replace(ahead=buses.either / 2, back=buses.either / 2)
    less = buses.either - more
    return buses._replace(ahead=more if ahead > back else less, back=less if ahead > back else more)


# --- one direction ----------------------------------------------------------------------------


def _direction(
    tags: Tags,
    side: str,
    stated: float | None,
    lists: LaneLists,
    buses: float,
    source: Source,
) -> tuple[DirectionLanes, bool]:
    """Return the lanes of one direction, and whether its lists agree with their number."""
    placed = float(lists.number(LaneUse.BUS))
    buses = placed or buses
    general = _general(stated, buses - placed, lists)
    if general is not None:
        arrows = lists.turns or (0,) * len(lists.uses)
        turns = tuple(a for a, use in zip(arrows, lists.uses, strict=True) if use in general)
        known = turns if any(turns) else ()
        return DirectionLanes(float(lists.number(*general)), source, buses, known), True
    silent = not lists.uses and not lists.at_odds
    if stated is None:
        return DirectionLanes(None, Source.DEFAULT, buses, ()), silent
    number = max(stated - buses, min(stated, 1.0))
    turns = _same_for_all(tags, side, number) if silent else ()
    return DirectionLanes(number, source, buses, turns), silent


def _general(
    stated: float | None, unplaced_buses: float, lists: LaneLists
) -> tuple[LaneUse, ...] | None:
    """Return the uses of lanes that cars may take, None where the lists do not fit the number.

    Bus lanes that no list places must lie beside the lanes of the lists.
    """
    cars, buses, bicycles, nobody = (lists.number(use) for use in LaneUse)
    if not cars:
        return None
    motor = cars + buses if stated is None else stated - unplaced_buses
    if motor in (cars + buses, cars + buses + nobody, len(lists.uses)):
        return (LaneUse.GENERAL,)
    if motor == cars + buses + bicycles:  # bicycles are welcome there, and cars are not shut out
        return (LaneUse.GENERAL, LaneUse.BICYCLE)
    return None


def _same_for_all(tags: Tags, side: str, number: float) -> tuple[int, ...]:
    """Return the arrows that ``turn`` gives to all lanes of a direction, if it does."""
    text = tags.get(f"turn:{side}", tags.get("turn"))
    if text is None or "|" in text or number != int(number):
        return ()
    turns, _ = read_turns(text)
    return turns * int(number) if turns[0] else ()
