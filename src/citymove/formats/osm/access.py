"""Who may drive on a way, and in which direction.

The most particular access key decides, and at each key the one for the direction comes first
(https://wiki.openstreetmap.org/wiki/Key:access): ``access`` < ``vehicle`` < ``motor_vehicle`` <
``motorcar``, ``hgv``, ``motorcycle`` and ``psv`` < ``bus``, ``taxi``. Of several values one that
opens the way is enough. Conditions are counted, not applied.

Motorways and circular junctions run one way unless a tag says otherwise; their ramps do not
(https://wiki.openstreetmap.org/wiki/Key:oneway). A road whose direction alternates every few
minutes serves both.

Examples
--------
>>> is_drivable({"access": "no", "motor_vehicle": "yes"}), is_drivable({"access": "private"})
(True, False)
>>> directions({"oneway": "-1"}), directions({"highway": "motorway"})
((False, True), (True, False))
>>> sets, source = vehicles({"hgv": "no", "bicycle": "use_sidepath"})
>>> Vehicle(sets[0]).name, source.name
('CAR|BUS|TAXI|MOTORCYCLE', 'TAGGED')
"""

from collections.abc import Iterator
from typing import Final

from citymove.facts.roads import EVERY_VEHICLE, Vehicle
from citymove.formats.osm.tags import Tags, is_roundabout
from citymove.foundation.provenance import Source

SIDES: Final = ("forward", "backward")

# Most particular first. Taxis are public service vehicles, and motorcars where no such key stands.
_KEYS: Final[dict[Vehicle, tuple[str, ...]]] = {
    Vehicle.CAR: ("motorcar", "motor_vehicle", "vehicle", "access"),
    Vehicle.TRUCK: ("hgv", "goods", "motor_vehicle", "vehicle", "access"),
    Vehicle.BUS: ("bus", "psv", "motor_vehicle", "vehicle", "access"),
    Vehicle.TAXI: ("taxi", "psv", "motorcar", "motor_vehicle", "vehicle", "access"),
    Vehicle.MOTORCYCLE: ("motorcycle", "motor_vehicle", "vehicle", "access"),
    Vehicle.BICYCLE: ("bicycle", "vehicle", "access"),
}
ACCESS_KEYS: Final = frozenset(key for keys in _KEYS.values() for key in keys)
_DIRECTED: Final = frozenset(f"{key}:{side}" for key in ACCESS_KEYS for side in SIDES)
_CARS_DIRECTED: Final = frozenset(f"{key}:{side}" for key in _KEYS[Vehicle.CAR] for side in SIDES)
# "psv:oneway" is a misplaced form that stands in real data.
_ONE_WAY: Final[dict[Vehicle, tuple[str, ...]]] = {
    vehicle: (
        *(f"oneway:{key}" for key in keys if key != "access"),
        *(f"{key}:oneway" for key in keys if key in ("bus", "psv")),
        "oneway",
    )
    for vehicle, keys in _KEYS.items()
}
_ONE_WAY_OF_CLASS: Final = frozenset(
    key for keys in _ONE_WAY.values() for key in keys if key != "oneway"
)
# Where none of these stands, cars may drive as the kind of road implies.
_OF_CARS: Final = frozenset((*_KEYS[Vehicle.CAR], *_CARS_DIRECTED, *_ONE_WAY[Vehicle.CAR]))
_CONDITIONAL: Final = frozenset(
    f"{key}{side}:conditional"
    for key in _KEYS[Vehicle.CAR]
    for side in ("", ":forward", ":backward")
)

_CLOSED: Final = frozenset((
    "no", "private", "permit", "residents", "agricultural", "forestry", "emergency",
    "military", "bus", "psv", "official", "employees",
))  # fmt: skip
_CLOSED_TO: Final[dict[Vehicle, frozenset[str]]] = {
    **dict.fromkeys(Vehicle, _CLOSED),
    Vehicle.BUS: _CLOSED - {"bus", "psv"},
    Vehicle.TAXI: _CLOSED - {"psv"},
    Vehicle.BICYCLE: _CLOSED | {"use_sidepath", "dismount"},
}
_OPEN: Final = frozenset((
    "yes", "designated", "permissive", "destination", "delivery", "customers", "unknown",
    "discouraged", "public", "local", "tolerated",
))  # fmt: skip

_WITH: Final = (True, False)
_AGAINST: Final = (False, True)
_BOTH: Final = (True, True)
_ONE_WAY_VALUES: Final = {
    **dict.fromkeys(("yes", "true", "1"), _WITH),
    **dict.fromkeys(("-1", "reverse"), _AGAINST),
    **dict.fromkeys(("no", "false", "0", "alternating", "reversible"), _BOTH),
}

REMARKS: Final = (
    "ways_alternating",
    "ways_for_destinations",
    "ways_with_conditional_access",
    "ways_with_conditional_oneway",
    "ways_with_contraflow_for_buses",
    "ways_with_unread_access",
    "ways_with_unread_oneway",
)


def may_drive(tags: Tags, vehicle: Vehicle, side: str = "") -> bool:
    """Whether the public may drive this class of vehicle here; `side` narrows it to one direction.

    Parameters
    ----------
    tags
        Of the way.
    vehicle
        One class.
    side
        "forward" or "backward"; "": as the keys without a direction say.
    """
    value = _access_value(tags, vehicle, side)
    return value is None or _opens(value, vehicle)


def _access_value(tags: Tags, vehicle: Vehicle, side: str) -> str | None:
    for key in _KEYS[vehicle]:
        value = tags.get(f"{key}:{side}") if side else None
        value = tags.get(key) if value is None else value
        if value is not None:
            return value
    return None


def _opens(value: str, vehicle: Vehicle) -> bool:
    closed = _CLOSED_TO[vehicle]
    return any(part.strip() not in closed for part in value.split(";"))


def opens_to_cars(value: str) -> bool:
    """Whether a value of an access key lets cars in."""
    return _opens(value, Vehicle.CAR)


def opens_to_buses(value: str) -> bool:
    """Whether a value of an access key lets buses in."""
    return _opens(value, Vehicle.BUS)


def is_drivable(tags: Tags, side: str = "") -> bool:
    """Whether the public may drive here by car; `side` as in `may_drive`."""
    return may_drive(tags, Vehicle.CAR, side)


def directions(tags: Tags) -> tuple[bool, bool]:
    """Return whether cars may drive with and against the way's node order."""
    if _OF_CARS.isdisjoint(tags):
        return _implied(tags)
    one_way = _one_way(tags, Vehicle.CAR)
    ahead, back = one_way if one_way is not None else _implied(tags)
    return ahead and is_drivable(tags, "forward"), back and is_drivable(tags, "backward")


def direction_source(tags: Tags) -> Source:
    """Return how the directions for cars are known: tagged, inferred from the kind, or default."""
    if _one_way(tags, Vehicle.CAR) is not None or not _CARS_DIRECTED.isdisjoint(tags):
        return Source.TAGGED
    return Source.INFERRED if _implied(tags) == _WITH else Source.DEFAULT


def _one_way(tags: Tags, vehicle: Vehicle) -> tuple[bool, bool] | None:
    """Return the directions that a tag states for a class of vehicle, None where none does."""
    for key in _ONE_WAY[vehicle]:
        if key in tags and tags[key] in _ONE_WAY_VALUES:
            return _ONE_WAY_VALUES[tags[key]]
    return None


def _implied(tags: Tags) -> tuple[bool, bool]:
    return _WITH if is_roundabout(tags) or tags.get("highway") == "motorway" else _BOTH


def vehicles(tags: Tags) -> tuple[tuple[int, int], Source]:
    """Return which classes may drive with and against the way, sets of `Vehicle`, and the source.

    Bicycles keep off motorways and motorroads unless a tag lets them in: inferred from the class.
    """
    fast = tags.get("highway", "").startswith("motorway") or tags.get("motorroad") == "yes"
    spoken = not (
        ACCESS_KEYS.isdisjoint(tags)
        and _DIRECTED.isdisjoint(tags)
        and _ONE_WAY_OF_CLASS.isdisjoint(tags)
    )
    if not spoken:
        every = int(EVERY_VEHICLE & ~Vehicle.BICYCLE) if fast else int(EVERY_VEHICLE)
        return (every, every), Source.INFERRED if fast else Source.DEFAULT
    sets = [0, 0]
    for vehicle in Vehicle:
        one_way = _one_way(tags, vehicle)
        either = one_way if one_way is not None else _implied(tags)
        for row, side in enumerate(SIDES):
            barred = fast and vehicle == Vehicle.BICYCLE and "bicycle" not in tags
            if either[row] and not barred and may_drive(tags, vehicle, side):
                sets[row] |= vehicle
    return (sets[0], sets[1]), Source.TAGGED


def remarks(tags: Tags) -> Iterator[str]:
    """Yield what is worth counting of a way's access and direction, of `REMARKS`."""
    value = _access_value(tags, Vehicle.CAR, "")
    parts = [part.strip() for part in value.split(";")] if value is not None else []
    if "destination" in parts:
        yield "ways_for_destinations"
    if any(part not in _OPEN and part not in _CLOSED for part in parts):
        yield "ways_with_unread_access"
    if not _CONDITIONAL.isdisjoint(tags):
        yield "ways_with_conditional_access"
    if any(key.startswith("oneway") and key.endswith(":conditional") for key in tags):
        yield "ways_with_conditional_oneway"
    stated = [tags[key] for key in _ONE_WAY[Vehicle.CAR] if key in tags]
    if "alternating" in stated:
        yield "ways_alternating"
    if any(word not in _ONE_WAY_VALUES for word in stated):
        yield "ways_with_unread_oneway"
    cars, buses = directions(tags), _one_way(tags, Vehicle.BUS)
    if buses is not None and any(b and not c for b, c in zip(buses, cars, strict=True)):
        yield "ways_with_contraflow_for_buses"
