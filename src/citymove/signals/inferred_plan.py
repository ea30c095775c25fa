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


def stages_by_conflict(roads: Roads, approaches: npt.ArrayLike) -> tuple[tuple[int, ...], ...]:
    """Group a junction's approaches to stages in which no main movements cross.

    Approaches that face each other share a stage (left turns give way), and so do parallel
    carriageways that enter at different nodes; every other approach has its own. Where this
    leaves more than four stages, the two with the least lanes are joined until four are left.

    Parameters
    ----------
    roads
        The network.
    approaches
        Links that lead into the junction.

    Returns
    -------
    tuple
        Links of each stage, ascending; the stage of the widest road first.
    """
    rows = [int(a) for a in np.asarray(approaches, np.int64)]
    bearing = {a: approach_bearing_deg(roads, a) for a in rows}
    head, lanes = roads.links.head, roads.links.lanes

    def compatible(a: int, b: int) -> bool:
        turn = abs((bearing[a] - bearing[b] + 180) % 360 - 180)
        return turn >= 180 - _OPPOSING_DEG or (turn <= _PARALLEL_DEG and head[a] != head[b])

    order = sorted(rows, key=lambda a: (roads.links.road_class[a], -lanes[a], a))
    groups: list[list[int]] = []
    for a in order:
        home = next((g for g in groups if all(compatible(a, b) for b in g)), None)
        if home is None:
            groups.append([a])
        else:
            home.append(a)
    while len(groups) > MOST_STAGES:
        groups.sort(key=lambda g: (-sum(float(lanes[a]) for a in g), min(g)))
        smallest = groups.pop()
        groups[-1].extend(smallest)
    return tuple(tuple(sorted(g)) for g in groups)


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
    groups = stages_by_conflict(roads, approaches)
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
