"""What the tags of a road say of parking on one of its sides, in both schemes of OpenStreetMap.

The newer scheme (``parking:left|right|both`` with ``:orientation``, ``:restriction``, ``:access``
and their ``:conditional``) is read before the older (``parking:lane:*`` with
``parking:condition:*``, its ``:time_interval`` and ``:default``). Both end in one picture of a
working day: who may stand there, hour by hour.

Examples
--------
>>> side = side_parking({"parking:both": "lane", "parking:right:access": "residents"}, "right")
>>> side.status.name, side.users.name
('STATED', 'PERMIT')
>>> side_parking({"parking:lane:both": "no_stopping"}, "left").status.name
'NONE'
>>> parse_duration_s("2 h"), parse_duration_s("90 minutes"), parse_duration_s("unlimited")
(7200, 5400, 0)
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from citymove.facts.kerb import Fee, KerbUsers, Orientation, SideStatus
from citymove.formats.osm.hours import conditions, working_day_windows
from citymove.formats.osm.tags import clean_name, parse_count
from citymove.foundation.daytime import DAY_S, HOUR_S

Tags = dict[str, str]
Value = Callable[[str], str]
Windows = tuple[tuple[int, int], ...]

MOST_SPACES = 5_000
BUSY_S = (7 * HOUR_S, 19 * HOUR_S)  # the hours that decide whose kerb it is

_ORIENTATION = {
    "parallel": Orientation.PARALLEL,
    "inline": Orientation.PARALLEL,
    "diagonal": Orientation.DIAGONAL,
    "perpendicular": Orientation.PERPENDICULAR,
    "orthogonal": Orientation.PERPENDICULAR,
}
_ON = frozenset((
    *_ORIENTATION, "lane", "street_side", "on_street", "on_kerb", "half_on_kerb", "shoulder",
    "marked", "painted_area", "painted_area_only", "lay_by", "yes",
))  # fmt: skip
_APART = frozenset(("separate", "drawn_separately"))
_FORBIDDEN = frozenset(
    ("no", "no_parking", "no_stopping", "no_standing", "fire_lane", "not_allowed")
)
_WHO = {
    **dict.fromkeys(("yes", "permissive", "public", "designated", "destination", "none", "free",
                     "ticket", "disc", "unknown"), KerbUsers.PUBLIC),
    **dict.fromkeys(("customers", "shopping"), KerbUsers.CUSTOMERS),
    **dict.fromkeys(("residents", "permit", "permit_holders", "employees", "members"),
                    KerbUsers.PERMIT),
    **dict.fromkeys(("disabled", "wheelchair"), KerbUsers.DISABLED),
    **dict.fromkeys(("loading", "loading_only", "unloading", "delivery"), KerbUsers.LOADING),
    **dict.fromkeys(("taxi", "bus", "psv", "tourist_bus", "diplomat", "charging", "charging_only",
                     "car_sharing", "carsharing", "motorcycle", "bicycle", "hgv", "electric",
                     "emergency", "police"), KerbUsers.OTHER),
    **dict.fromkeys(("private", "military"), KerbUsers.PRIVATE),
    **dict.fromkeys(_FORBIDDEN, KerbUsers.NOBODY),
}  # fmt: skip
# Keys by which the newer scheme reserves a kerb for one kind of user.
_RESERVED = {
    "disabled": KerbUsers.DISABLED,
    "residents": KerbUsers.PERMIT,
    "taxi": KerbUsers.OTHER,
    "bus": KerbUsers.OTHER,
    "car_sharing": KerbUsers.OTHER,
    "motorcycle": KerbUsers.OTHER,
    "hgv": KerbUsers.OTHER,
}
_CARS = frozenset(("car", "motorcar", "motor_vehicle", "vehicle", "all"))
_DURATION = re.compile(r"(\d+(?:[.,]\d+)?)\s*(h|hr|hrs|hours?|m|min|mins|minutes?|d|days?)\b")
_UNIT_S = {"h": HOUR_S, "m": 60, "d": DAY_S}


@dataclass(frozen=True)
class SideParking:
    """What the tags of a way say of one side.

    Parameters
    ----------
    status
        None where no tag speaks of it.
    orientation, fee
        As in `facts.kerb.Kerb`.
    capacity
        Spaces as tagged, None where no tag says.
    users
        Who may stand for the greater part of `BUSY_S` on a working day.
    hours
        (start, end, users) of the other hours, s, in order of time.
    max_stay_s
        Longest stay, 0: none stated.
    permit_zone
        Name of the zone of permits, "" for none.
    unread
        Whether a word of who may stand, or its hours, are not known here; such a word is taken
        for everyone, such hours for none.
    """

    status: SideStatus | None
    orientation: Orientation = Orientation.PARALLEL
    capacity: int | None = None
    users: KerbUsers = KerbUsers.PUBLIC
    hours: tuple[tuple[int, int, KerbUsers], ...] = ()
    fee: Fee = Fee.UNKNOWN
    max_stay_s: int = 0
    permit_zone: str = ""
    unread: bool = False


@dataclass
class _Day:
    """Who may stand hour by hour: later rules go before earlier ones."""

    base: KerbUsers
    rules: list[tuple[int, int, KerbUsers]]

    def add(self, windows: Windows, users: KerbUsers) -> None:
        self.rules += [(start, end, users) for start, end in windows]

    def pieces(self) -> list[tuple[int, int, KerbUsers]]:
        """Return the day from midnight to midnight, neighbours of one kind joined."""
        marks = sorted({0, DAY_S, *(t for rule in self.rules for t in rule[:2])})
        joined: list[tuple[int, int, KerbUsers]] = []
        for start, end in pairwise(marks):
            covering = [who for low, high, who in self.rules if low <= start and end <= high]
            users = covering[-1] if covering else self.base
            since = joined.pop()[0] if joined and joined[-1][2] == users else start
            joined.append((since, end, users))
        return joined


def side_parking(tags: Tags, side: str) -> SideParking:
    """Return what the tags say of "left" or "right"; a tag of the side precedes one of both."""

    def value(pattern: str) -> str:
        return next((v for s in (side, "both") if (v := tags.get(pattern.format(s)))), "")

    new, old, condition = (value(f"parking:{key}") for key in ("{}", "lane:{}", "condition:{}"))
    stated = new or old
    if not stated and not condition:
        return SideParking(None)
    if stated in _APART:
        return SideParking(SideStatus.APART)
    if stated in _FORBIDDEN:
        return SideParking(SideStatus.NONE)
    if stated and stated not in _ON:
        return SideParking(SideStatus.UNREAD)
    newer = bool(new) and not (old or condition)
    day, unread = _newer_day(value) if newer else _older_day(value)
    pieces = day.pieces()
    if {who for _, _, who in pieces} == {KerbUsers.NOBODY}:
        return SideParking(SideStatus.NONE)
    users = _busiest(pieces)
    count = value("parking:{}:capacity" if newer else "parking:lane:{}:capacity")
    return SideParking(
        SideStatus.STATED,
        _orientation(stated, value),
        parse_count(count or value("parking:capacity:{}"), MOST_SPACES),
        users,
        tuple(piece for piece in pieces if piece[2] != users),
        _fee(value),
        _max_stay_s(value),
        clean_name(value("parking:{}:zone") or value("parking:condition:{}:residents")),
        unread,
    )


def _newer_day(value: Value) -> tuple[_Day, bool]:
    """Return the day as ``:access``, ``:restriction`` and their conditions state it."""
    access, restriction = value("parking:{}:access"), value("parking:{}:restriction")
    base, unread = _who(access)
    for key, users in _RESERVED.items():
        if value(f"parking:{{}}:{key}") == "designated":
            base = users
    day = _Day(base, [])
    if restriction:
        users, odd = _who(restriction)
        unread |= odd
        day.base = base if users is KerbUsers.PUBLIC else users
    for key in ("access", "restriction"):
        for word, windows in _timed(value(f"parking:{{}}:{key}:conditional")):
            users, odd = _who(word)
            unread |= odd or windows is None
            lifted = key == "restriction" and users is KerbUsers.PUBLIC
            day.add(windows or (), base if lifted else users)
    return day, unread


def _older_day(value: Value) -> tuple[_Day, bool]:
    """Return the day as ``parking:condition:*`` and its numbered further conditions state it.

    A condition with hours leaves the others to ``:default``, or to everyone where there is none.
    """
    base, unread = _who(value("parking:condition:{}:default"))
    day = _Day(base, [])
    for number in ("", ":2", ":3", ":4"):
        at = f"parking:condition:{{}}{number}"
        word, vehicles = value(at), value(f"{at}:vehicles")
        users, odd = _who(word)
        unread |= odd
        if vehicles and not _CARS & {part.strip() for part in vehicles.split(";")}:
            if users is KerbUsers.NOBODY:
                continue  # forbids others than cars
            users = KerbUsers.OTHER
        elif not word:
            continue
        interval = value(f"{at}:time_interval")
        if interval:
            windows = working_day_windows(interval)
            unread |= windows is None
            day.add(windows or (), users)
        elif not number:
            day.base = users
    return day, unread


def _who(word: str) -> tuple[KerbUsers, bool]:
    """Return who a word speaks of, the widest of several, and whether it is not known here."""
    parts = [part.strip() for part in word.split(";") if part.strip()]
    known = [_WHO[part] for part in parts if part in _WHO]
    return min(known, default=KerbUsers.PUBLIC), len(known) < len(parts)


def _timed(text: str) -> list[tuple[str, Windows | None]]:
    """Return the words of a conditional tag with their hours, None where those are no hours."""
    return [(word, working_day_windows(when)) for word, when in conditions(text)]


def _busiest(pieces: list[tuple[int, int, KerbUsers]]) -> KerbUsers:
    """Return the users of the greater part of `BUSY_S`, the wider of equals."""
    share = dict.fromkeys(KerbUsers, 0)
    for start, end, users in pieces:
        share[users] += max(0, min(end, BUSY_S[1]) - max(start, BUSY_S[0]))
    return max(KerbUsers, key=lambda users: (share[users], -users))


def _orientation(stated: str, value: Value) -> Orientation:
    word = value("parking:{}:orientation")
    return _ORIENTATION.get(word, _ORIENTATION.get(stated, Orientation.PARALLEL))


def _fee(value: Value) -> Fee:
    """Return whether anyone pays at any hour; a disc is free."""
    priced = {value("parking:condition:{}"), value("parking:condition:{}:2")}
    timed = {word for word, _ in _timed(value("parking:{}:fee:conditional"))}
    if "ticket" in priced or value("parking:{}:authentication:ticket") == "yes":
        return Fee.YES
    stated = value("parking:{}:fee")
    if "yes" in timed or (stated and stated not in ("no", "unknown")):
        return Fee.YES
    if stated == "no" or priced & {"free", "disc"}:
        return Fee.NO
    return Fee.NO if value("parking:{}:authentication:disc") == "yes" else Fee.UNKNOWN


def _max_stay_s(value: Value) -> int:
    """Return the shortest of the stated longest stays; 0 where there is none."""
    words = [
        value("parking:{}:maxstay"),
        value("parking:condition:{}:maxstay"),
        *(word for word, _ in _timed(value("parking:{}:maxstay:conditional"))),
    ]
    return min((stay for word in words if (stay := parse_duration_s(word))), default=0)


def parse_duration_s(text: str) -> int:
    """Return the seconds of a duration ("2 h", "30 minutes"); 0 where there is none to read."""
    match = _DURATION.match(text.strip().lower())
    if match is None:
        return 0
    return round(float(match[1].replace(",", ".")) * _UNIT_S[match[2][0]])
