"""Words of GMNS: units, uses, kinds of movement, times of day."""

import re
from collections.abc import Mapping

from citymove.facts.roads import EVERY_VEHICLE, LaneTurn, Vehicle
from citymove.foundation.daytime import DAY_S

METRES_OF_LENGTH = {
    **dict.fromkeys(("kilometer", "kilometers", "kilometre", "kilometres", "km"), 1000.0),
    **dict.fromkeys(("meter", "meters", "metre", "metres", "m"), 1.0),
    **dict.fromkeys(("mile", "miles", "mi"), 1609.344),
    **dict.fromkeys(("foot", "feet", "ft"), 0.3048),
}
MPS_OF_SPEED = {
    **dict.fromkeys(("kph", "km/h", "kmh", "kmph"), 1 / 3.6),
    **dict.fromkeys(("mph", "mi/h", "mile/h"), 0.44704),
    **dict.fromkeys(("mps", "m/s"), 1.0),
    **dict.fromkeys(("fps", "ft/s"), 0.3048),
}

KIND_OF_TYPE = {
    "left": LaneTurn.LEFT,
    "right": LaneTurn.RIGHT,
    "uturn": LaneTurn.U_TURN,
    **dict.fromkeys(("thru", "through", "merge", "diverge"), LaneTurn.THROUGH),
}
TYPE_OF_KIND = {
    LaneTurn.LEFT: "left",
    LaneTurn.THROUGH: "thru",
    LaneTurn.RIGHT: "right",
    LaneTurn.U_TURN: "uturn",
}
ARROW_WORDS = {
    LaneTurn.LEFT: "left",
    LaneTurn.THROUGH: "through",
    LaneTurn.RIGHT: "right",
    LaneTurn.U_TURN: "u_turn",
}

USE_OF_VEHICLE = {
    Vehicle.CAR: "car",
    Vehicle.TRUCK: "truck",
    Vehicle.BUS: "bus",
    Vehicle.TAXI: "taxi",
    Vehicle.MOTORCYCLE: "motorcycle",
    Vehicle.BICYCLE: "bike",
}
NO_USE = "none"  # the use that a link closed to all has
_MOTOR = Vehicle.CAR | Vehicle.TRUCK | Vehicle.BUS | Vehicle.TAXI | Vehicle.MOTORCYCLE
_NOBODY = Vehicle(0)
_USES = {
    **{word: vehicle for vehicle, word in USE_OF_VEHICLE.items()},
    **dict.fromkeys(("sov", "hov", "hov2", "hov3", "hov3+", "passenger", "cars"), Vehicle.CAR),
    **dict.fromkeys(("auto", "motor", "drive", "agent"), _MOTOR),
    **dict.fromkeys(("trucks", "freight", "hgv"), Vehicle.TRUCK),
    **dict.fromkeys(("transit", "buses"), Vehicle.BUS),
    **dict.fromkeys(("bicycle", "cycle"), Vehicle.BICYCLE),
    **dict.fromkeys(("all", "any"), EVERY_VEHICLE),
    **dict.fromkeys((NO_USE, "walk", "ped", "pedestrian", "parking", "shoulder"), _NOBODY),
}

_TIME_DAY = re.compile(r"([01]{7,})_(\d{2}):?(\d{2})_(\d{2}):?(\d{2})")
DAYS = 8  # Sunday .. Saturday, holiday


def vehicles_of(text: str, groups: Mapping[str, str], defined: frozenset[str]) -> Vehicle | None:
    """Return who may use what has these uses; None where a use is not known.

    Parameters
    ----------
    text
        Uses, separated by commas or semicolons; "": all.
    groups
        Uses of each group that the folder defines.
    defined
        Uses that the folder defines. One that is not among ours stands for none of our vehicles.

    Examples
    --------
    >>> vehicles_of("WALK, BIKE", {}, frozenset())
    <Vehicle.BICYCLE: 32>
    >>> vehicles_of("tram", {}, frozenset()) is None
    True
    """
    if not text:
        return EVERY_VEHICLE
    found = _NOBODY
    for word in re.split(r"[,;]\s*", text.lower()):
        name = word.strip()
        if not name:
            continue
        inside = groups.get(name)
        if inside is not None and name not in re.split(r"[,;]\s*", inside.lower()):
            rest = {key: uses for key, uses in groups.items() if key != name}  # no endless circle
            part = vehicles_of(inside, rest, defined)
        else:
            part = _USES.get(name, _NOBODY if name in defined else None)
        if part is None:
            return None
        found |= part
    return found


def uses_of(vehicles: int) -> str:
    """Return the uses of a set of vehicles.

    Examples
    --------
    >>> uses_of(Vehicle.BUS | Vehicle.TAXI), uses_of(0)
    ('bus,taxi', 'none')
    """
    words = [word for vehicle, word in USE_OF_VEHICLE.items() if vehicles & vehicle]
    return ",".join(words) or NO_USE


def time_day(days: str, start_s: int, end_s: int) -> str:
    """Return days and hours in one word.

    Examples
    --------
    >>> time_day("01111100", 25_200, 86_400)
    '01111100_0700_2400'
    """
    start, end = (f"{at // 3600:02d}{at % 3600 // 60:02d}" for at in (start_s, end_s))
    return f"{days}_{start}_{end}"


def parse_time_day(text: str) -> tuple[str, int, int] | None:
    """Return days (8 of 0 and 1), start and end, s, of such a word; None where it is none.

    Hours over midnight end on the next day. More than eight days are met in the wild; those past
    the eighth are left out where they are 0.

    Examples
    --------
    >>> parse_time_day("000000100_11:00_18:00")
    ('00000010', 39600, 64800)
    """
    match = _TIME_DAY.fullmatch(text)
    if match is None or "1" in match[1][DAYS:]:
        return None
    start_s, end_s = (int(match[k]) * 3600 + int(match[k + 1]) * 60 for k in (2, 4))
    if max(start_s, end_s) > DAY_S:
        return None
    end_s += DAY_S if end_s <= start_s else 0
    return match[1][:DAYS].ljust(DAYS, "0"), start_s, end_s
