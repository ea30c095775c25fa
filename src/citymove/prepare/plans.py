"""Signal plans in force: the known ones, and inferred ones wherever none is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.facts.roads import Roads
from citymove.facts.signal_plans import SignalPlan
from citymove.foundation.daytime import DAY_S, format_clock
from citymove.foundation.errors import InputError
from citymove.foundation.near_names import did_you_mean
from citymove.prepare.turn_graph import turn_graphs, turns_of_some_hour
from citymove.signals.inferred_plan import inferred_plan
from citymove.signals.presence import SignalJunctions, approaches_of

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class PlansInForce:
    """Plans that cover the day of every junction.

    Parameters
    ----------
    plans
        Sorted by junction (in the order of `SignalJunctions`) and start.
    inferred_junctions
        Junctions of which no plan is known.
    filled_junctions
        Junctions whose known plans leave hours open, filled by an inferred plan.
    """

    plans: tuple[SignalPlan, ...]
    inferred_junctions: int
    filled_junctions: int


def plans_in_force(
    roads: Roads, junctions: SignalJunctions, known: Sequence[SignalPlan], link_ids: Array
) -> PlansInForce:
    """Return the known plans, and an inferred one for all hours that none of them covers.

    An inferred plan serves closed approaches too and all turns but those banned all day: lights
    do not change by themselves when a street is closed. A retiming is an option of its own.

    Parameters
    ----------
    roads, junctions
        The network and its signalised junctions.
    known
        Known plans.
    link_ids
        `Roads.link_ids` of the network.

    Raises
    ------
    InputError
        A plan names an unknown junction, or two plans of one junction overlap.
    """
    row_of = {str(name): row for row, name in enumerate(junctions.id)}
    own: list[list[SignalPlan]] = [[] for _ in row_of]
    for plan in known:
        if plan.junction not in row_of:
            raise InputError(
                "is not a signalised junction of this network",
                value=f"signal plan of {plan.junction}",
                remedy=did_you_mean(plan.junction, row_of),
            )
        own[row_of[plan.junction]].append(plan)
    movements = _movements(roads, junctions)
    plans: list[SignalPlan] = []
    inferred = filled = 0
    for row, name in enumerate(junctions.id):
        approaches = approaches_of(junctions, row)
        gaps = _gaps(own[row]) if approaches.size else []
        inferred += bool(gaps) and not own[row]
        filled += bool(gaps) and bool(own[row])
        own[row] += [
            inferred_plan(
                roads, str(name), approaches, movements, link_ids, start_s=start_s, end_s=end_s
            )
            for start_s, end_s in gaps
        ]
        plans += sorted(own[row], key=lambda plan: plan.start_s)
    return PlansInForce(tuple(plans), inferred, filled)


def check_movements(
    roads: Roads,
    junctions: SignalJunctions,
    plans: Sequence[SignalPlan],
    link_ids: Array,
) -> None:
    """Raise `InputError` where a turn permitted in a plan's hours has green in none of its stages.

    Turns count that a driver may make who is not part of the way into a ban over several links.
    """
    row_of = {str(name): row for row, name in enumerate(junctions.id)}
    hours = sorted({(plan.start_s, plan.end_s) for plan in plans})
    graphs, rows = turn_graphs(roads, hours)
    turns_in = {window: graphs[row] for window, row in zip(hours, rows, strict=True)}
    for plan in plans:
        turns = turns_in[plan.start_s, plan.end_s]
        to_links = turns.to_link
        served = {movement for stage in plan.stages for movement in stage.movements}
        for approach in approaches_of(junctions, row_of[plan.junction]):
            from_id = str(link_ids[approach])
            for to_link in to_links[turns.start[approach] : turns.start[approach + 1]]:
                if (from_id, str(link_ids[to_link])) not in served:
                    raise InputError(
                        "must have green in a stage",
                        value=(
                            f"junction {plan.junction}, plan from {format_clock(plan.start_s)}: "
                            f"movement {from_id} -> {link_ids[to_link]} "
                            f"({roads.name_of(int(approach)) or 'no name'})"
                        ),
                        remedy="add the movement to a stage of the plan",
                    )


def day_windows(plan: SignalPlan) -> list[tuple[int, int]]:
    """Return the hours of a plan as windows within one day; past midnight gives two.

    Examples
    --------
    >>> from citymove.foundation.provenance import Source
    >>> day_windows(SignalPlan("j1", 79_200, 108_000, (), 0.0, Source.MEASURED))
    [(0, 21600), (79200, 86400)]
    """
    length_s = plan.end_s - plan.start_s
    if not 0 < length_s <= DAY_S:
        raise InputError(
            "must last more than 0 and at most 24 hours",
            value=f"signal plan of {plan.junction}: {plan.start_s} .. {plan.end_s} s",
        )
    start_s = plan.start_s % DAY_S
    if start_s + length_s <= DAY_S:
        return [(start_s, start_s + length_s)]
    return [(0, start_s + length_s - DAY_S), (start_s, DAY_S)]


def _gaps(plans: Sequence[SignalPlan]) -> list[tuple[int, int]]:
    """Return the windows of the day that no plan covers; refuse plans that overlap."""
    windows = sorted(window for plan in plans for window in day_windows(plan))
    gaps, reached_s = [], 0
    for start_s, end_s in windows:
        if start_s < reached_s:
            raise InputError(
                "must not overlap another plan of the same junction",
                value=f"signal plan of {plans[0].junction} at {format_clock(start_s)}",
                remedy="let one end where the next starts",
            )
        if start_s > reached_s:
            gaps.append((reached_s, start_s))
        reached_s = end_s
    return [*gaps, (reached_s, DAY_S)] if reached_s < DAY_S else gaps


def _movements(roads: Roads, junctions: SignalJunctions) -> dict[int, tuple[int, ...]]:
    """Return the links that each approach may turn into, open or closed."""
    from_link, to_link = turns_of_some_hour(roads)
    start = np.searchsorted(from_link, np.arange(len(roads.links) + 1))
    return {
        int(a): tuple(to_link[start[a] : start[a + 1]].tolist()) for a in junctions.approach_link
    }
