"""Lane by lane: what tags such as ``turn:lanes=left|through|right`` say of one direction.

The lanes of a list stand from left to right as their driver sees them, on whichever side one
drives, and hold the lanes of all vehicles, bicycles too, while ``lanes`` counts those of motor
vehicles alone (https://wiki.openstreetmap.org/wiki/Key:*:lanes and Key:lanes).

A lane is for buses where ``bus:lanes`` or ``psv:lanes`` designates it and no list lets cars in,
or lets them in while cars are shut out. It is for nobody here where cars are shut out otherwise
(hatched, or for bicycles), and may be for bicycles alone where ``bicycle:lanes`` designates it.

Examples
--------
>>> tags = {"turn:lanes": "left|through|", "psv:lanes": "||designated"}
>>> lanes = read_lists(tags, "forward", True)
>>> [use.name for use in lanes.uses], lanes.turns
(['GENERAL', 'GENERAL', 'BUS'], (1, 2, 0))
"""

from enum import Enum
from functools import lru_cache
from typing import Final, NamedTuple

from citymove.facts.roads import LaneTurn
from citymove.formats.osm.access import opens_to_buses, opens_to_cars
from citymove.formats.osm.tags import MOST_LANES, Tags

_CARS: Final = ("motorcar", "motor_vehicle", "vehicle", "access")  # most particular first
_KEYS: Final = ("turn", *_CARS, "bus", "psv", "bicycle")
LIST_KEYS: Final = frozenset(
    f"{key}:lanes{side}" for key in _KEYS for side in ("", ":forward", ":backward")
)

_TURNS: Final = {
    "": 0,
    "none": 0,
    "left": LaneTurn.LEFT,
    "slight_left": LaneTurn.LEFT,
    "sharp_left": LaneTurn.LEFT,
    "through": LaneTurn.THROUGH,
    "right": LaneTurn.RIGHT,
    "slight_right": LaneTurn.RIGHT,
    "sharp_right": LaneTurn.RIGHT,
    "reverse": LaneTurn.U_TURN,
    # a lane that ends goes on with its neighbour
    "merge_to_left": LaneTurn.THROUGH,
    "merge_to_right": LaneTurn.THROUGH,
}


class LaneUse(Enum):
    """Whom a lane is for."""

    GENERAL = 0
    BUS = 1
    BICYCLE = 2
    NOBODY = 3


class LaneLists(NamedTuple):
    """Lanes of one direction, from left to right as the driver sees them.

    Parameters
    ----------
    uses
        Empty where no list speaks, or the lists are of different lengths.
    turns
        `LaneTurn` sets, as long as `uses`, or empty where no list of arrows speaks.
    at_odds
        Whether the lists are of different lengths, or too long to be lanes.
    unread
        Whether an arrow is not understood.
    """

    uses: tuple[LaneUse, ...]
    turns: tuple[int, ...]
    at_odds: bool
    unread: bool

    def number(self, *uses: LaneUse) -> int:
        """Return how many lanes are of these uses."""
        return sum(use in uses for use in self.uses)


NO_LISTS: Final = LaneLists((), (), False, False)


def read_lists(tags: Tags, side: str, one_way: bool) -> LaneLists:
    """Return the lanes of the direction `side` ("forward" or "backward").

    On a road of two directions a list without a direction is left aside: it does not say which of
    its lanes run which way.
    """
    texts = {}
    for key in _KEYS:
        text = tags.get(f"{key}:lanes:{side}")
        if text is None and one_way:
            text = tags.get(f"{key}:lanes")
        if text is not None:
            texts[key] = text
    if not texts:
        return NO_LISTS
    lists = {key: text.split("|") for key, text in texts.items()}
    lengths = {len(lanes) for lanes in lists.values()}
    number = max(lengths)
    if len(lengths) > 1 or number > MOST_LANES:
        return LaneLists((), (), True, False)
    turns, unread = read_turns(texts["turn"]) if "turn" in texts else ((), False)
    return LaneLists(tuple(_use(lists, lane) for lane in range(number)), turns, False, unread)


def _use(lists: dict[str, list[str]], lane: int) -> LaneUse:
    said = {key: lanes[lane].strip() for key, lanes in lists.items() if lanes[lane].strip()}
    cars = next((opens_to_cars(said[key]) for key in _CARS if key in said), None)
    buses = said.get("bus", said.get("psv", ""))
    if cars is False:
        return LaneUse.BUS if buses and opens_to_buses(buses) else LaneUse.NOBODY
    if cars is None and buses == "designated":
        return LaneUse.BUS
    return LaneUse.BICYCLE if said.get("bicycle") == "designated" else LaneUse.GENERAL


@lru_cache(maxsize=1024)
def read_turns(text: str) -> tuple[tuple[int, ...], bool]:
    """Return the arrows of each lane of a list, and whether one is not understood.

    Examples
    --------
    >>> read_turns("left;through|none|merge_to_left|slight_right|up")
    ((3, 0, 2, 4, 0), True)
    """
    turns, unread = [], False
    for lane in text.split("|"):
        arrows = 0
        for word in lane.split(";"):
            unread |= word.strip() not in _TURNS
            arrows |= _TURNS.get(word.strip(), 0)
        turns.append(int(arrows))
    return tuple(turns), unread
