"""Effective green of each signalised approach by slice of the day, from the plans in force."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from citymove.facts.roads import Roads
from citymove.facts.signal_plans import SignalPlan
from citymove.foundation.daytime import DAY_S, Slices
from citymove.foundation.errors import InputError
from citymove.prepare.plans import day_windows
from citymove.signals.effective_green import GREEN_GAIN_S
from citymove.signals.presence import SignalJunctions, approaches_of

Array = np.ndarray[Any, Any]


def effective_greens(
    plans: Sequence[SignalPlan],
    junctions: SignalJunctions,
    roads: Roads,
    slices: Slices,
    *,
    link_ids: Array | None = None,
) -> tuple[Array, Array]:
    """Return cycle and effective green of each signalised approach in each slice.

    A stage gives its displayed green + `GREEN_GAIN_S`; an approach with green in several stages
    has their sum, the cycle at most. Where several plans run in a slice, cycle and green ratio
    are their means by time.

    Parameters
    ----------
    plans
        Plans of all junctions.
    junctions, roads, slices
        Signalised junctions, the network, slices of the day (past midnight the day begins anew).
    link_ids
        `Roads.link_ids` of the network, where the caller has them at hand.

    Returns
    -------
    tuple
        float64 [slices, links] cycle, s, and effective green, s; 0 where no light stands.

    Raises
    ------
    InputError
        An open approach that a driver can turn from has no green, or a junction has no plan for
        a part of a slice.
    """
    ids = roads.link_ids() if link_ids is None else link_ids
    shape = (len(slices), len(roads.links))
    cycle_s, ratio = np.zeros(shape), np.zeros(shape)
    own: dict[str, list[SignalPlan]] = {}
    for plan in plans:
        own.setdefault(plan.junction, []).append(plan)
    for row, name in enumerate(junctions.id):
        approaches = approaches_of(junctions, row)
        if approaches.size == 0:
            continue
        covered_s = np.zeros(len(slices))
        for plan in own.get(str(name), []):
            in_force_s = _seconds_in_slices(plan, slices)
            green_s = _green_of_approaches(plan, approaches, ids)
            _refuse_dark(roads, plan, approaches, green_s, ids)
            weight = (in_force_s / np.diff(slices.edges_s))[:, None]
            covered_s += in_force_s
            cycle_s[:, approaches] += weight * plan.cycle_s
            ratio[:, approaches] += weight * (green_s / plan.cycle_s)
        _refuse_gaps(str(name), covered_s, slices)
    lit = ratio > 0  # a closed approach that no stage serves has no light
    return np.where(lit, cycle_s, 0.0), np.where(lit, ratio * cycle_s, 0.0)


def _green_of_approaches(plan: SignalPlan, approaches: Array, ids: Array) -> Array:
    """Return the effective green of each approach, s; 0 where no stage serves it."""
    green_s = np.zeros(approaches.size)
    for stage in plan.stages:
        with_green = {from_link for from_link, _ in stage.movements}
        served = np.array([str(ids[a]) in with_green for a in approaches])
        green_s[served] += max(stage.green_s + GREEN_GAIN_S, 0.0)
    return np.minimum(green_s, plan.cycle_s)


def _seconds_in_slices(plan: SignalPlan, slices: Slices) -> Array:
    """Return how long a plan runs in each slice, s, on every day that the slices touch."""
    edges = slices.edges_s
    total = np.zeros(len(slices))
    for day in range(int(edges[0]) // DAY_S, int(edges[-1]) // DAY_S + 1):
        for start_s, end_s in day_windows(plan):
            low = np.maximum(edges[:-1], start_s + day * DAY_S)
            high = np.minimum(edges[1:], end_s + day * DAY_S)
            total += np.maximum(high - low, 0)
    return total


def _refuse_dark(
    roads: Roads, plan: SignalPlan, approaches: Array, green_s: Array, ids: Array
) -> None:
    dark = approaches[roads.links.open[approaches] & (green_s <= 0)]
    if dark.size:
        raise InputError(
            "must have green in a stage",
            value=f"junction {plan.junction}: approach {ids[dark[0]]}",
            remedy="add its movements to a stage of the plan",
        )


def _refuse_gaps(junction: str, covered_s: Array, slices: Slices) -> None:
    open_s = np.flatnonzero(covered_s != np.diff(slices.edges_s))
    if open_s.size:
        raise InputError(
            "must have one plan at every time",
            value=f"junction {junction}, {slices.label(int(open_s[0]))}",
            remedy="let the plans of the junction follow each other without gap or overlap",
        )
