"""What the values of tags mean: class of a road, names, numbers."""

import re
from typing import Final

from citymove.facts.roads import RoadClass

Tags = dict[str, str]

ROAD_CLASS: Final = {
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
RAMPS: Final = {
    f"{name}_link": ROAD_CLASS[name]
    for name in ("motorway", "trunk", "primary", "secondary", "tertiary")
}

# Service ways that belong to one plot, and no car passes to get elsewhere.
PLOT_SERVICE: Final = frozenset(
    ("parking_aisle", "driveway", "drive-through", "drive_through", "emergency_access", "slipway")
)
NAME_LENGTH: Final = 200
LEAST_LANES: Final = 0.5
MOST_LANES: Final = 12

_LANES: Final = re.compile(r"\d+(?:[.,]\d+)?")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def clean_name(text: str) -> str:
    """Return a name without control and direction characters, at most `NAME_LENGTH` long."""
    return _CONTROL.sub("", text).strip()[:NAME_LENGTH]


def road_class(tags: Tags) -> tuple[RoadClass, bool] | None:
    """Return class and whether the way is a ramp; None where it is no road for cars."""
    highway = tags.get("highway", "")
    if highway in ROAD_CLASS:
        return ROAD_CLASS[highway], False
    return (RAMPS[highway], True) if highway in RAMPS else None


def is_roundabout(tags: Tags) -> bool:
    """Whether the way is part of a roundabout."""
    return tags.get("junction") in ("roundabout", "circular")


def parse_count(text: str, most: int) -> int | None:
    """Return a whole number from 1 to `most`; None where the text is none."""
    match = re.fullmatch(r"\d{1,9}", text.strip(), re.ASCII)
    return int(match[0]) if match and 1 <= int(match[0]) <= most else None


def parse_lanes(text: str) -> float | None:
    """Return a number of lanes, of several the first; None where the text is none."""
    match = _LANES.fullmatch(text.partition(";")[0].strip())
    if match is None:
        return None
    value = float(match[0].replace(",", "."))
    return value if LEAST_LANES <= value <= MOST_LANES else None
