"""What the tags and the members of a turn restriction say for cars on a working day.

The general tag ``restriction`` gives way to those for vehicles, motor vehicles and cars, in this
order, and each to its conditional form within the hours stated
(https://wiki.openstreetmap.org/wiki/Relation:restriction and .../Conditional_restrictions).
Restrictions for other vehicles do not bind cars; a condition that is no time does not either.
"""

from dataclasses import dataclass
from typing import Final

from citymove.formats.osm.extract import Relation
from citymove.formats.osm.hours import (
    Window,
    common,
    complement,
    conditions,
    old_hours,
    working_day_windows,
)
from citymove.formats.osm.tags import Tags
from citymove.foundation.daytime import DAY_S

ANGLES_DEG: Final = {
    "left_turn": 90.0,
    "right_turn": -90.0,
    "straight_on": 0.0,
    "u_turn": 180.0,
}
_SEVERAL_ENDS: Final = ("entry", "exit")  # no_entry has several from ways, no_exit several to ways
_LIFTED: Final = ("none", "no")
_LEVELS: Final = ("", ":vehicle", ":motor_vehicle", ":motorcar")  # from the general to cars
_CARS: Final = frozenset({"motorcar", "motor_vehicle", "vehicle"})
_ALL_DAY: Final = ((0, DAY_S),)
MOST_WAYS: Final = 20  # more ways than that are no turn that a sign could forbid


@dataclass(frozen=True)
class Members:
    """OSM ids of the ways and nodes of a restriction, by role, in the order of the relation."""

    from_ways: tuple[int, ...]
    via_ways: tuple[int, ...]
    via_nodes: tuple[int, ...]
    to_ways: tuple[int, ...]

    @property
    def ways(self) -> tuple[int, ...]:
        """All ways."""
        return self.from_ways + self.via_ways + self.to_ways


@dataclass(frozen=True)
class Statement:
    """A restriction and the hours of a working day in which it holds.

    Parameters
    ----------
    only
        Whether the turn named is the only one permitted, else it is the one banned.
    kind
        A key of `ANGLES_DEG`, "entry" or "exit".
    windows
        Starts and ends, s, ascending and apart; at least one.
    """

    only: bool
    kind: str
    windows: tuple[Window, ...]

    @property
    def timed(self) -> bool:
        """Whether it holds in some hours only."""
        return self.windows != _ALL_DAY


@dataclass(frozen=True)
class Said:
    """What a restriction says for cars.

    Parameters
    ----------
    statements
        Empty where it does not bind cars on a working day.
    reason
        Why there is none, "" where there is one.
    unread
        Values that are no turn and conditions that are no time, left aside.
    """

    statements: tuple[Statement, ...]
    reason: str
    unread: int


def is_restriction(relation: Relation) -> bool:
    """Whether a relation is a turn restriction, for whatever vehicle."""
    return relation.tags.get("type", "").partition(":")[0] == "restriction"


def members_of(relation: Relation) -> Members | None:
    """Return the members of a restriction; None where a role lacks or is of the wrong type."""
    found: dict[tuple[str, str], dict[int, None]] = {}  # a dict keeps each id once, in order
    for member_type, ref, role in relation.members:
        found.setdefault((role, member_type), {})[ref] = None
    ways = {role: tuple(found.get((role, "w"), ())) for role in ("from", "via", "to")}
    via_nodes = tuple(found.get(("via", "n"), ()))
    if not ways["from"] or not ways["to"] or ("via", "r") in found:
        return None
    if not ways["via"] and len(via_nodes) != 1:
        return None
    return Members(ways["from"], ways["via"], via_nodes, ways["to"])


def said_of(tags: Tags) -> Said:
    """Return what the tags of a restriction say for cars on a working day.

    Reasons
    -------
    other_vehicles
        It names other vehicles alone.
    cars_exempt
        ``except`` names cars, or a tag for cars lifts it.
    condition_not_time, not_on_working_days
        It holds on a condition that is no time, or at times that no working day has.
    unreadable
        Its value is no turn.
    """
    tags = _under_own_type(tags)
    keys = [f"restriction{level}" for level in _LEVELS]
    own = [key for key in keys if key in tags or f"{key}:conditional" in tags]
    if not own:
        others = any(key.startswith("restriction:") for key in tags)
        return Said((), "other_vehicles" if others else "unreadable", 0)
    if _CARS.intersection(part.strip() for part in tags.get("except", "").split(";")):
        return Said((), "cars_exempt", 0)
    old = old_hours(tags)
    hours = _ALL_DAY if old is None else working_day_windows(old)
    if not hours:
        return Said((), "condition_not_time" if hours is None else "not_on_working_days", 0)
    return _layered(tags, own, hours)


def _under_own_type(tags: Tags) -> Tags:
    """Return the tags with the vehicle of a type such as ``restriction:hgv`` put on the key."""
    kind = tags.get("type", "")
    if not kind.startswith("restriction:"):
        return tags
    return {kind if key == "restriction" else key: value for key, value in tags.items()}


def _layered(tags: Tags, keys: list[str], hours: tuple[Window, ...]) -> Said:
    """Lay what more particular tags say over what more general ones do."""
    says: list[tuple[str, tuple[Window, ...]]] = []
    untimed = never = 0
    for key in keys:
        if key in tags:
            says = [(tags[key].strip(), hours)]
        for value, condition in conditions(tags.get(f"{key}:conditional", "")):
            windows = working_day_windows(condition)
            untimed += windows is None
            never += windows == ()
            if windows:
                outside = complement(windows)
                says = [(other, common(held, outside)) for other, held in says]
                says.append((value, windows))
    read = [(_statement(value, held), value) for value, held in says if held]
    statements = tuple(statement for statement, _ in read if statement is not None)
    unread = untimed + sum(statement is None and value not in _LIFTED for statement, value in read)
    if statements:
        return Said(statements, "", unread)
    if any(value in _LIFTED for _, value in read):
        return Said((), "cars_exempt", unread)
    if read or not (untimed or never):
        return Said((), "unreadable", unread)
    return Said((), "condition_not_time" if untimed else "not_on_working_days", unread)


def _statement(value: str, windows: tuple[Window, ...]) -> Statement | None:
    head, _, kind = value.partition("_")
    known = kind in ANGLES_DEG or (head == "no" and kind in _SEVERAL_ENDS)
    return Statement(head == "only", kind, windows) if head in ("no", "only") and known else None
