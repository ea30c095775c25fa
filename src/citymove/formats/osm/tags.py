"""What the values of tags mean: access, direction, lanes, speed, numbers, names.

Examples
--------
>>> parse_speed_kmh("30 mph"), parse_speed_kmh("FR:urban"), parse_speed_kmh("fast")
(48.28032, 50.0, None)
>>> parse_lanes("2"), parse_lanes("2;3"), parse_lanes("many")
(2.0, 2.0, None)
>>> is_drivable({"access": "no", "motor_vehicle": "yes"}), is_drivable({"access": "private"})
(True, False)
"""

import re

from citymove.facts.roads import RoadClass, Structure

Tags = dict[str, str]

ROAD_CLASS = {
    "motorway": RoadClass.MOTORWAY,
    "trunk": RoadClass.TRUNK,
    "primary": RoadClass.PRIMARY,
    "secondary": RoadClass.SECONDARY,
    "tertiary": RoadClass.TERTIARY,
    "unclassified": RoadClass.UNCLASSIFIED,
    "residential": RoadClass.RESIDENTIAL,
    "living_street": RoadClass.LIVING_STREET,
    "service": RoadClass.SERVICE,
}
RAMPS = {
    f"{name}_link": ROAD_CLASS[name]
    for name in ("motorway", "trunk", "primary", "secondary", "tertiary")
}

# Service ways that belong to one plot, and no car passes to get elsewhere.
PLOT_SERVICE = frozenset(
    ("parking_aisle", "driveway", "drive-through", "drive_through", "emergency_access", "slipway")
)

# Most particular first, as wiki.openstreetmap.org/wiki/Key:access orders them.
_ACCESS_KEYS = ("motorcar", "motor_vehicle", "vehicle", "access")
_CLOSED = frozenset((
    "no", "private", "permit", "residents", "agricultural", "forestry", "emergency",
    "military", "bus", "psv", "official", "employees",
))  # fmt: skip
_YES, _REVERSE = frozenset(("yes", "true", "1")), frozenset(("-1", "reverse"))
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_SPEED = re.compile(r"(\d+(?:\.\d+)?)\s*(km/h|kmh|kph|mph)?")
_ZONE = re.compile(r"[A-Z]{2}(?:-[A-Z]{2,3})?:(?:zone:?)?(\w+)")

NAME_LENGTH = 200
MPH_KMH = 1.609344
NO_LIMIT_KMH = 130.0  # advisory speed (Richtgeschwindigkeit) of German motorways without limit
WALK_KMH = 7.0  # upper end of walking pace as German courts read it
_LANES = (0.5, 12.0)
_SPEEDS_KMH = (3.0, 160.0)

# Limits that a zone stands for (wiki.openstreetmap.org/wiki/Key:maxspeed, implicit values).
_ZONES_KMH = {
    "urban": 50.0,
    "rural": 80.0,
    "trunk": 100.0,
    "motorway": 120.0,
    "living_street": 20.0,
    "bicycle_road": 30.0,
    "walk": WALK_KMH,
}
_ZONES_OF_COUNTRY_KMH = {
    ("FR", "trunk"): 110.0, ("FR", "motorway"): 130.0,
    ("DE", "rural"): 100.0, ("DE", "trunk"): 100.0, ("DE", "motorway"): NO_LIMIT_KMH,
    ("DE", "living_street"): WALK_KMH,
    ("AT", "rural"): 100.0, ("AT", "trunk"): 100.0, ("AT", "motorway"): 130.0,
    ("IT", "rural"): 90.0, ("IT", "trunk"): 110.0, ("IT", "motorway"): 130.0,
    ("GB", "nsl_restricted"): 30 * MPH_KMH, ("GB", "nsl_single"): 60 * MPH_KMH,
    ("GB", "nsl_dual"): 70 * MPH_KMH, ("GB", "motorway"): 70 * MPH_KMH,
    ("UK", "nsl_restricted"): 30 * MPH_KMH, ("UK", "nsl_single"): 60 * MPH_KMH,
    ("UK", "nsl_dual"): 70 * MPH_KMH, ("UK", "motorway"): 70 * MPH_KMH,
    ("US", "urban"): 25 * MPH_KMH,
}  # fmt: skip


def clean_name(text: str) -> str:
    """Return a name without control and direction characters, at most `NAME_LENGTH` long."""
    return _CONTROL.sub("", text).strip()[:NAME_LENGTH]


def is_drivable(tags: Tags, direction: str = "") -> bool:
    """Whether the public may drive here by car; `direction` "forward" or "backward" narrows it.

    The most particular access tag decides; of several values one that opens the way is enough.
    """
    for key in _ACCESS_KEYS:
        value = tags.get(f"{key}:{direction}" if direction else key)
        if value is not None:
            return any(part.strip() not in _CLOSED for part in value.split(";"))
    return True


def road_class(tags: Tags) -> tuple[RoadClass, bool] | None:
    """Return class and whether the way is a ramp; None where it is no road for cars."""
    highway = tags.get("highway", "")
    if highway in ROAD_CLASS:
        return ROAD_CLASS[highway], False
    return (RAMPS[highway], True) if highway in RAMPS else None


def is_roundabout(tags: Tags) -> bool:
    """Whether the way is part of a roundabout."""
    return tags.get("junction") in ("roundabout", "circular")


def directions(tags: Tags) -> tuple[bool, bool]:
    """Return whether cars may drive with and against the way's node order."""
    stated = next(
        (tags[key] for key in ("oneway:motorcar", "oneway:motor_vehicle", "oneway") if key in tags),
        "",
    )
    forward = backward = True
    if stated in _REVERSE:
        forward = False
    elif stated in _YES or (
        not stated and (is_roundabout(tags) or tags.get("highway") == "motorway")
    ):
        backward = False
    return forward and is_drivable(tags, "forward"), backward and is_drivable(tags, "backward")


def parse_lanes(text: str) -> float | None:
    """Return a number of lanes, of several the first; None where the text is none."""
    match = _NUMBER.fullmatch(text.partition(";")[0].strip())
    if match is None:
        return None
    value = float(match[0].replace(",", "."))
    return value if _LANES[0] <= value <= _LANES[1] else None


def lanes_by_direction(tags: Tags, forward: bool, backward: bool) -> tuple[float | None, ...]:
    """Return tagged lanes for cars with and against the way, None where no tag says.

    ``lanes:forward`` and ``lanes:backward`` come first; what is left of ``lanes`` goes to the
    other direction, or half to each; lanes for buses are taken off. A single lane driven both
    ways is half a lane to each.
    """
    total = parse_lanes(tags.get("lanes", ""))
    if forward != backward:
        only = parse_lanes(tags.get("lanes:forward" if forward else "lanes:backward", ""))
        value = _without_buses(total if total is not None else only, tags, "")
        return (value, None) if forward else (None, value)
    ahead = parse_lanes(tags.get("lanes:forward", ""))
    back = parse_lanes(tags.get("lanes:backward", ""))
    if total is not None:
        total = max(total - (parse_lanes(tags.get("lanes:both_ways", "")) or 0.0), 1.0)
        if ahead is None and back is None:
            half = total / 2
            return half, half
        ahead = ahead if ahead is not None else _rest(total, back)
        back = back if back is not None else _rest(total, ahead)
    return _without_buses(ahead, tags, ":forward"), _without_buses(back, tags, ":backward")


def _rest(total: float, other: float | None) -> float | None:
    rest = total - (other or 0.0)
    return rest if rest >= _LANES[0] else None


def _without_buses(lanes: float | None, tags: Tags, suffix: str) -> float | None:
    """Return lanes less those for buses alone, never below one."""
    buses = next(
        (
            parse_lanes(tags[key])
            for key in (f"lanes:psv{suffix}", f"lanes:bus{suffix}")
            if key in tags
        ),
        None,
    )
    if lanes is None or buses is None:
        return lanes
    return max(lanes - buses, min(lanes, 1.0))


def speeds_by_direction(tags: Tags) -> tuple[float | None, float | None]:
    """Return tagged speed limits, km/h, with and against the way, None where no tag says."""
    both = next(
        (
            speed
            for key in ("maxspeed", "maxspeed:type", "source:maxspeed", "zone:maxspeed")
            if key in tags and (speed := parse_speed_kmh(tags[key])) is not None
        ),
        None,
    )
    ahead, back = (
        parse_speed_kmh(tags.get(f"maxspeed:{way}", "")) for way in ("forward", "backward")
    )
    return ahead if ahead is not None else both, back if back is not None else both


def parse_speed_kmh(text: str) -> float | None:
    """Return a speed limit, km/h; None where the text states none that is sane.

    Takes "50", "30 mph", "none", "walk", and zones ("FR:urban", "DE:zone30").
    """
    value = text.partition(";")[0].strip()
    if value in ("none", "walk"):
        return NO_LIMIT_KMH if value == "none" else WALK_KMH
    match = _SPEED.fullmatch(value)
    if match is not None:
        speed = float(match[1]) * (MPH_KMH if match[2] == "mph" else 1.0)
        return speed if _SPEEDS_KMH[0] <= speed <= _SPEEDS_KMH[1] else None
    zone = _ZONE.fullmatch(value)
    if zone is None:
        return None
    return _zone_speed_kmh(value[:2], zone[1])


def _zone_speed_kmh(country: str, zone: str) -> float | None:
    """Return the limit of a zone ("urban", "30", "zone30") of a country, km/h."""
    number = zone.removeprefix("zone")
    if number.isdecimal():
        in_mph = country in ("GB", "UK", "US")
        return parse_speed_kmh(f"{number} mph" if in_mph else number)
    return _ZONES_OF_COUNTRY_KMH.get((country, zone), _ZONES_KMH.get(zone))


def structure_and_layer(tags: Tags) -> tuple[Structure, int]:
    """Return what carries the road, and its level (0 where none is stated)."""
    structure = Structure.SURFACE
    if tags.get("tunnel", "no") != "no":
        structure = Structure.TUNNEL
    elif tags.get("bridge", "no") != "no":
        structure = Structure.BRIDGE
    match = re.fullmatch(r"-?\d{1,2}", tags.get("layer", "").strip())
    return structure, int(match[0]) if match else 0


def parse_count(text: str, most: int) -> int | None:
    """Return a whole number from 1 to `most`; None where the text is none."""
    match = re.fullmatch(r"\d{1,9}", text.strip(), re.ASCII)
    return int(match[0]) if match and 1 <= int(match[0]) <= most else None
