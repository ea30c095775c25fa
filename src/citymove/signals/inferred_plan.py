"""The fixed plan that is assumed where none is known, and the stages that it is made of."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from citymove.facts.roads import Roads
from citymove.facts.signal_plans import SignalPlan, Stage
from citymove.foundation.daytime import DAY_S
from citymove.foundation.errors import InputError
from citymove.foundation.provenance import Source
from citymove.signals.webster import share_green

Array = np.ndarray[Any, Any]

# Judgements, stated in the notes of every result.
INFERRED_CYCLE_S = 90.0
AMBER_S = 3.0
ALL_RED_S = 2.0
MIN_GREEN_S = 7.0  # least green in which a pedestrian can start to cross
PEDESTRIAN_GREEN_S = 15.0  # of the stage without traffic, where traffic needs one stage only
MOST_STAGES = 4

_OPPOSING_DEG = 45.0  # approaches that face each other to within this share a stage
_PARALLEL_DEG = 30.0  # and so do the two carriageways of one direction
_BEARING_REACH_M = 20.0


def approach_bearing_deg(roads: Roads, link: int) -> float:
    """Return the direction of travel over a link's last 20 m, degrees, 0 east, 90 north."""
    rows = slice(int(roads.shape_start[link]), int(roads.shape_start[link + 1]))
    x_m, y_m = roads.shape_x_m[rows], roads.shape_y_m[rows]
    from_end = np.hypot(x_m - x_m[-1], y_m - y_m[-1])
    far = np.flatnonzero(from_end >= _BEARING_REACH_M)
    first = int(far[-1]) if far.size else 0
    return math.degrees(math.atan2(y_m[-1] - y_m[first], x_m[-1] - x_m[first]))


def stages_by_conflict(
    roads: Roads, approaches: npt.ArrayLike, movements: Mapping[int, tuple[int, ...]]
) -> tuple[tuple[int, ...], ...]:
    """Group a junction's approaches to stages in which no main movements conflict.

    Approaches that face each other share a stage (left turns give way), and so do parallel
    carriageways that enter at different nodes, unless the straightest movements of both end in
    the same link. Every other approach has its own stage. Where this leaves more than four,
    the two with the least lanes are joined until four are left.

    Parameters
    ----------
    roads
        The network.
    approaches
        Links that lead into the junction.
    movements
        Links that each approach may turn into.

    Returns
    -------
    tuple
        Links of each stage, ascending; the stage of the highest road class first.
    """
    rows = [int(a) for a in np.asarray(approaches, np.int64)]
    bearing = {a: approach_bearing_deg(roads, a) for a in rows}
    target = {a: _straightest(roads, bearing[a], movements[a]) for a in rows}
    head, lanes, road_class = roads.links.head, roads.links.lanes, roads.links.road_class

    def apart_deg(a: int, b: int) -> float:
        """Return how far two approaches are from one line, inf where they conflict."""
        turn = abs(_turned(bearing[a], bearing[b]))
        facing = turn >= 180 - _OPPOSING_DEG
        parallel = turn <= _PARALLEL_DEG and head[a] != head[b]
        merging = target[a] == target[b] is not None
        return min(turn, 180 - turn) if (facing or parallel) and not merging else math.inf

    rank = {a: i for i, a in enumerate(sorted(rows, key=lambda a: (road_class[a], -lanes[a], a)))}
    groups = [[a] for a in sorted(rows, key=rank.__getitem__)]
    while len(groups) > 1:  # join the two groups that lie best in line
        pairs = [(i, j) for i in range(len(groups)) for j in range(i + 1, len(groups))]
        spread = [max(apart_deg(a, b) for a in groups[i] for b in groups[j]) for i, j in pairs]
        best = int(np.argmin(spread))
        i, j = pairs[best]
        if math.isinf(spread[best]):
            if len(groups) <= MOST_STAGES:
                break
            by_lanes = sorted(range(len(groups)), key=lambda g: (sum(lanes[groups[g]]), -g))
            i, j = sorted(by_lanes[:2])
        groups[i] += groups.pop(j)
    return tuple(tuple(sorted(g)) for g in groups)


def _straightest(roads: Roads, bearing_deg: float, onward: tuple[int, ...]) -> int | None:
    """Return the link that continues a direction best, None where nothing leads on."""

    def change(link: int) -> tuple[float, int]:
        first = int(roads.shape_start[link])
        far = int(roads.shape_start[link + 1]) - 1
        x_m = roads.shape_x_m[first : far + 1] - roads.shape_x_m[first]
        y_m = roads.shape_y_m[first : far + 1] - roads.shape_y_m[first]
        reached = np.flatnonzero(np.hypot(x_m, y_m) >= _BEARING_REACH_M)
        at = int(reached[0]) if reached.size else -1
        return abs(_turned(bearing_deg, math.degrees(math.atan2(y_m[at], x_m[at])))), link

    return min(map(change, onward), default=(0.0, None))[1]


def _turned(from_deg: float, to_deg: float) -> float:
    """Return the turn from one direction to another, degrees, -180 .. 180, left > 0."""
    return (to_deg - from_deg + 180) % 360 - 180


def inferred_plan(
    roads: Roads,
    junction: str,
    approaches: npt.ArrayLike,
    movements: Mapping[int, tuple[int, ...]],
    link_ids: Array,
    *,
    start_s: int = 0,
    end_s: int = DAY_S,
) -> SignalPlan:
    """Return the fixed plan that is assumed where none is known.

    Cycle 90 s, offset 0, stages by `stages_by_conflict`, displayed greens in proportion to the
    lanes of each stage's widest approach (whole seconds, none below 7 s), intergreen 3 s amber +
    2 s all-red. A junction whose traffic needs one stage gets a second one of 15 s for
    pedestrians.

    Parameters
    ----------
    roads, junction, approaches
        The network, the junction's id and the links that lead into it, one or more.
    movements
        Links that each approach may turn into.
    link_ids
        `Roads.link_ids` of the network.
    start_s, end_s
        Window of the day.
    """
    groups = stages_by_conflict(roads, approaches, movements)
    if not groups:
        raise InputError("must have an approach", value=f"junction {junction}")
    intergreen_s = AMBER_S + ALL_RED_S
    weights = [max(float(roads.links.lanes[a]) for a in group) for group in groups]
    pedestrian = len(groups) == 1
    stage_count = len(groups) + pedestrian
    green_total_s = INFERRED_CYCLE_S - stage_count * intergreen_s
    if pedestrian:
        green_total_s -= PEDESTRIAN_GREEN_S
    least = np.full(len(groups), MIN_GREEN_S)
    greens = _whole_seconds(share_green(np.array(weights), green_total_s, least))
    stages = [
        Stage(
            movements=tuple(
                (str(link_ids[a]), str(link_ids[b])) for a in group for b in movements[a]
            ),
            green_s=float(green_s),
            intergreen_s=intergreen_s,
            min_green_s=MIN_GREEN_S,
        )
        for group, green_s in zip(groups, greens, strict=True)
    ]
    if pedestrian:
        stages.append(Stage((), PEDESTRIAN_GREEN_S, intergreen_s, PEDESTRIAN_GREEN_S))
    return SignalPlan(junction, start_s, end_s, tuple(stages), 0.0, Source.INFERRED)


def _whole_seconds(greens: Array) -> Array:
    """Round to whole seconds by largest remainder; the sum (a whole number) stays."""
    whole = np.floor(greens + 1e-9)
    missing = round(float(greens.sum() - whole.sum()))
    whole[np.argsort(whole - greens, kind="stable")[:missing]] += 1
    return whole
