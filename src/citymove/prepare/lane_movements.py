"""Which lanes each movement of a link uses, before the junction and behind it.

Arrows decide where they are known. Else a movement through uses every lane, a turn the outermost
lane of its side, and where nothing leads through the turns share the lanes in their order from
left to right. Lanes of one movement lie side by side, and movements never cross within a link.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from citymove.facts.roads import LaneTurn

Array = np.ndarray[Any, Any]
Span = tuple[int, int]  # first and last lane, counted from 0 at the left


def spans(kinds: Sequence[int], lanes: int, arrows: Sequence[int], drives_on: str) -> list[Span]:
    """Return the lanes that each movement of a link leaves from.

    Parameters
    ----------
    kinds
        `LaneTurn` of each movement, from the leftmost to the rightmost direction.
    lanes
        Number of lanes, >= 1.
    arrows
        `LaneTurn` set of each lane from the left, 0 where none is painted; empty: none is known.
    drives_on
        "right" or "left", which tells the side that one turns round from.

    Examples
    --------
    Two lanes, arrows "left | through and right":

    >>> kinds = [LaneTurn.LEFT, LaneTurn.THROUGH, LaneTurn.RIGHT]
    >>> spans(kinds, 2, [LaneTurn.LEFT, LaneTurn.THROUGH | LaneTurn.RIGHT], "right")
    [(0, 0), (1, 1), (1, 1)]

    Without arrows, and at a T where nothing leads through:

    >>> spans(kinds, 3, [], "right"), spans([LaneTurn.LEFT, LaneTurn.RIGHT], 3, [], "right")
    ([(0, 0), (0, 2), (2, 2)], [(0, 1), (1, 2)])
    """
    groups = {kind: [k for k, of in enumerate(kinds) if of == kind] for kind in sorted(set(kinds))}
    span_of = _usual(groups, lanes, drives_on)
    if arrows:
        span_of |= _painted(groups, arrows)
    found: list[Span] = [(0, 0)] * len(kinds)
    for kind, members in groups.items():
        first, last = span_of[kind]
        for place, k in enumerate(members):
            low, high = _share(place, len(members), last - first + 1)
            found[k] = first + low, first + high
    return _without_idle_lanes(found, kinds, lanes)


def lanes_behind(kind: int, leaving: Span, lanes: int, lanes_behind: int, drives_on: str) -> Span:
    """Return the lanes behind the junction that a movement leads into.

    Parameters
    ----------
    kind
        `LaneTurn` of the movement.
    leaving
        Lanes that it leaves from.
    lanes, lanes_behind
        Number of lanes before and behind the junction.
    drives_on
        "right" or "left".

    Examples
    --------
    >>> lanes_behind(LaneTurn.RIGHT, (2, 2), 3, 2, "right")
    (1, 1)
    >>> lanes_behind(LaneTurn.THROUGH, (0, 2), 3, 2, "right")
    (0, 1)
    """
    count = min(leaving[1] - leaving[0] + 1, lanes_behind)
    to_left = (0, count - 1)
    to_right = (lanes_behind - count, lanes_behind - 1)
    if kind == LaneTurn.THROUGH:
        if leaving[0] == 0 and leaving[1] < lanes - 1:
            return to_left
        if leaving[0] > 0 and leaving[1] == lanes - 1:
            return to_right
        return to_right if drives_on == "right" else to_left
    if kind == LaneTurn.U_TURN:
        return to_left if drives_on == "right" else to_right
    return to_left if kind == LaneTurn.LEFT else to_right


def feed_idle_lanes(behind: Array, to_link: Array, kind: Array, lanes: Array) -> None:
    """Widen movements, in place, so that every lane behind a junction is led into.

    Where a link begins with more lanes than any movement needs, drivers spread over all of them:
    those of the movement through, else those of the movement that comes in nearest.

    Parameters
    ----------
    behind
        int64 [movements, 2], first and last lane behind the junction, from 0 at the left.
    to_link, kind
        int [movements], link turned into, and `LaneTurn`.
    lanes
        int64 [links], number of lanes.

    Examples
    --------
    >>> behind = np.array([[1, 1], [1, 1]])
    >>> feed_idle_lanes(behind, np.array([0, 0]), np.array([2, 4]), np.array([3]))
    >>> behind.tolist()
    [[0, 2], [1, 1]]
    """
    through = np.where(kind == LaneTurn.THROUGH, 0, 1)
    for column, best, reach in ((0, np.minimum, 0), (1, np.maximum, lanes - 1)):
        outermost = np.full(lanes.size, lanes.max(initial=0) if column == 0 else -1)
        best.at(outermost, to_link, behind[:, column])
        short = np.flatnonzero((outermost != reach)[to_link])
        away = np.abs(behind[short, column] - outermost[to_link[short]])
        order = short[np.lexsort((short, away, through[short], to_link[short]))]
        _, first = np.unique(to_link[order], return_index=True)
        rows = order[first]
        behind[rows, column] = np.broadcast_to(reach, lanes.shape)[to_link[rows]]
    _close_gaps(behind, to_link)


def _close_gaps(behind: Array, to_link: Array) -> None:
    """Widen movements to the right over lanes between them that none leads into, in place."""
    order = np.lexsort((behind[:, 0], to_link))
    reached = -1
    for row, before in zip(order.tolist(), [-1, *order[:-1].tolist()], strict=True):
        if before < 0 or to_link[row] != to_link[before]:
            reached = -1
        elif behind[row, 0] > reached + 1:
            behind[before, 1] = max(behind[before, 1], behind[row, 0] - 1)
        reached = max(reached, int(behind[row, 1]))


def _usual(groups: dict[int, list[int]], lanes: int, drives_on: str) -> dict[int, Span]:
    """Return the lanes of each kind of movement where no arrow tells."""
    far = 0 if drives_on == "right" else lanes - 1
    found = {int(LaneTurn.U_TURN): (far, far)}
    turning = [kind for kind in (LaneTurn.LEFT, LaneTurn.RIGHT) if kind in groups]
    if LaneTurn.THROUGH in groups:
        found |= {LaneTurn.THROUGH: (0, lanes - 1), LaneTurn.LEFT: (0, 0)}
        return found | {LaneTurn.RIGHT: (lanes - 1, lanes - 1)}
    sizes = [len(groups[kind]) for kind in turning]
    for k, kind in enumerate(turning):
        low, _ = _share(sum(sizes[:k]), sum(sizes), lanes)
        _, high = _share(sum(sizes[: k + 1]) - 1, sum(sizes), lanes)
        found[kind] = low, high
    return found


def _painted(groups: dict[int, list[int]], arrows: Sequence[int]) -> dict[int, Span]:
    """Return the lanes of each kind that arrows point to; a blank lane serves its side as well.

    An arrow without a movement of its kind ("left" where the street bends little enough to lead
    through) serves a movement without an arrow, both counted from the left.
    """
    last = len(arrows) - 1
    sets = [
        each
        or LaneTurn.THROUGH
        | (LaneTurn.LEFT if k == 0 else LaneTurn(0))
        | (LaneTurn.RIGHT if k == last else LaneTurn(0))
        for k, each in enumerate(arrows)
    ]
    order = (LaneTurn.LEFT, LaneTurn.THROUGH, LaneTurn.RIGHT)
    shown = {kind: _run(sets, kind) for kind in (*order, LaneTurn.U_TURN)}
    found = {int(kind): span for kind, span in shown.items() if span is not None}
    unshown = [kind for kind in order if kind in groups and shown[kind] is None]
    unused = [span for kind in order if kind not in groups and (span := shown[kind]) is not None]
    return found | {int(kind): span for kind, span in zip(unshown, unused, strict=False)}


def _run(sets: Sequence[int], kind: int) -> Span | None:
    """Return the longest run of lanes whose arrows point to `kind`, the first of equals."""
    runs: list[Span] = []
    for k, each in enumerate(sets):
        if not each & kind:
            continue
        if runs and runs[-1][1] == k - 1:
            runs[-1] = runs[-1][0], k
        else:
            runs.append((k, k))
    return max(runs, key=lambda run: run[1] - run[0], default=None)


def _share(place: int, count: int, lanes: int) -> Span:
    """Return the lanes of one of `count` movements that share `lanes` lanes in order."""
    return place * lanes // count, -(-(place + 1) * lanes // count) - 1


def _without_idle_lanes(found: list[Span], kinds: Sequence[int], lanes: int) -> list[Span]:
    """Widen movements to lanes that none uses; from such a lane nobody could drive on.

    U-turns are not widened: a lane that only leads back needs no company.
    """
    rows = [k for k, kind in enumerate(kinds) if kind != LaneTurn.U_TURN]
    if not rows:
        return found
    found[rows[0]] = 0, found[rows[0]][1]
    reached = found[rows[0]][1]
    for before, k in pairwise(rows):
        reached = max(reached, found[before][1])
        if found[k][0] > reached + 1:
            found[k] = reached + 1, found[k][1]
    if max(found[k][1] for k in rows) < lanes - 1:
        found[rows[-1]] = found[rows[-1]][0], lanes - 1
    return found
