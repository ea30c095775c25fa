"""How many cars a car park holds where nobody counted: its ground, its levels, ground a space.

Examples
--------
>>> size = inferred_size({"parking": "surface"}, CarParkKind.SURFACE, 2750.0)
>>> size.spaces, size.levels, size.spread
(100, 1.0, 0.35)
>>> inferred_size({"parking": "surface"}, CarParkKind.SURFACE, 140.0).spaces
10
>>> inferred_size({"building:levels": "6"}, CarParkKind.MULTI_STOREY, 3250.0).spaces
600
"""

import re
from dataclasses import dataclass

from citymove.facts.car_parks import CarParkKind

Tags = dict[str, str]

# Ground a space, aisles included, m2. Surface: 25 to 30 (Tianjin's rules of planning, article
# 337, take 30; others 25). Garages: 30 to 35 of floor (the same rules take 35).
SURFACE_M2 = 27.5
GARAGE_M2 = 32.5
# Ground of a bay that is entered from the street or yard, without an aisle of its own, m2:
# 2.5 x 5.6 m, the middle of what lots under 200 m2 with a tagged capacity take in extracts of
# Krems, Neukölln and Bad Hersfeld (12 to 17).
BAY_M2 = 14.0
WITHOUT_AISLE_M2 = 200.0
# Levels where no tag says. Multi-storey: tagged ones take 5 to 12 m2 of their outline a space, so
# three to seven levels; assumed. Underground: assumed.
LEVELS = {CarParkKind.MULTI_STOREY: 4.0, CarParkKind.UNDERGROUND: 2.0}
SPREAD = 0.35  # about two in three of the counted lots of five extracts lie within
SPREAD_OF_GARAGES = 0.6  # where levels are assumed too

_LEVEL_KEYS = ("parking:levels", "levels", "building:levels")
_BAYS = frozenset(("garage_boxes", "carports", "sheds"))
_NUMBER = re.compile(r"\d{1,2}(?:\.\d)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Size:
    """An inferred size.

    Parameters
    ----------
    spaces
        >= 0.
    levels
        Levels that it was inferred with.
    spread
        Share by which `spaces` may be off.
    """

    spaces: int
    levels: float
    spread: float


def tagged_levels(tags: Tags, kind: CarParkKind) -> float:
    """Return the levels of parking that tags state, 0 where none does."""
    keys = ("building:levels:underground",) if kind is CarParkKind.UNDERGROUND else ()
    for key in (*keys, *_LEVEL_KEYS):
        match = _NUMBER.fullmatch(tags.get(key, "").strip())
        if match and float(match[0]) > 0:
            return float(match[0])
    return 0.0


def inferred_size(tags: Tags, kind: CarParkKind, area_m2: float) -> Size:
    """Return how many cars stand on this ground, m2, > 0."""
    if kind in LEVELS and tags.get("parking") != "rooftop":
        tagged = tagged_levels(tags, kind)
        levels = tagged or LEVELS[kind]
        spread = SPREAD if tagged else SPREAD_OF_GARAGES
        return Size(round(area_m2 * levels / GARAGE_M2), levels, spread)
    bays = (
        kind is CarParkKind.STREET_SIDE
        or tags.get("parking") in _BAYS
        or area_m2 < WITHOUT_AISLE_M2
    )
    return Size(round(area_m2 / (BAY_M2 if bays else SURFACE_M2)), 1.0, SPREAD)
