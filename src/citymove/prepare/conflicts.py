"""Which movements of a node conflict, and which of two gives way.

Round a node, each link has a place: the direction in which it lies, its outgoing traffic beside
the incoming. A movement is the chord between two places. Chords that cross conflict, and so do
movements from two links into the same lane of a third.
"""

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from citymove.facts.roads import LaneTurn

Array = np.ndarray[Any, Any]

_BESIDE_DEG = 1e-3  # incoming and outgoing traffic of a road, told apart


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeMovement:
    """A movement as conflicts see it.

    Parameters
    ----------
    from_link, to_link
        Links.
    kind
        `LaneTurn`.
    from_deg, to_deg
        Directions in which the links lie as seen from the node, degrees.
    first_to_lane, last_to_lane
        Lanes that it leads into.
    rank
        Of its link: the lower goes first, other things equal.
    """

    from_link: int
    to_link: int
    kind: int
    from_deg: float
    to_deg: float
    first_to_lane: int
    last_to_lane: int
    rank: int


def giving_way(movements: list[NodeMovement], drives_on: str) -> Array:
    """Return which movements conflict with one that goes before them, bool.

    Through goes before the turn to the kerb, this before the turn across, this before the U-turn;
    of equals the lower rank, then the lower link.

    Parameters
    ----------
    movements
        Of one node, that have green at once.
    drives_on
        "right" or "left".

    Examples
    --------
    A left turn from the south against traffic from the north:

    >>> left = NodeMovement(from_link=0, to_link=1, kind=LaneTurn.LEFT, from_deg=270, to_deg=180,
    ...     first_to_lane=1, last_to_lane=1, rank=0)
    >>> ahead = NodeMovement(from_link=2, to_link=3, kind=LaneTurn.THROUGH, from_deg=90, to_deg=270,
    ...     first_to_lane=1, last_to_lane=1, rank=0)
    >>> giving_way([left, ahead], "right").tolist()
    [True, False]
    """
    near = LaneTurn.RIGHT if drives_on == "right" else LaneTurn.LEFT
    order = {int(LaneTurn.THROUGH): 0, int(near): 1, int(LaneTurn.U_TURN): 3}
    first = [(order.get(m.kind, 2), m.rank, m.from_link, m.to_link) for m in movements]
    gives = np.zeros(len(movements), bool)
    for a, b in combinations(range(len(movements)), 2):
        if conflict(movements[a], movements[b], drives_on):
            gives[a if first[a] > first[b] else b] = True
    return gives


def conflict(a: NodeMovement, b: NodeMovement, drives_on: str) -> bool:
    """Return whether two movements of one node meet."""
    if a.from_link == b.from_link:
        return False
    if a.to_link == b.to_link:
        return a.first_to_lane <= b.last_to_lane and b.first_to_lane <= a.last_to_lane
    beside = _BESIDE_DEG if drives_on == "right" else -_BESIDE_DEG
    start, end = a.from_deg + beside, a.to_deg - beside
    width = (end - start) % 360

    def inside(place: float) -> bool:
        return (place - start) % 360 < width

    return inside(b.from_deg + beside) != inside(b.to_deg - beside)
