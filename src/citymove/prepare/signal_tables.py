"""Signal plans made tables of phases: each stage is a phase of one ring."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from citymove.facts.signal_plans import SignalPlan
from citymove.facts.signal_tables import (
    Controllers,
    Coordination,
    PhaseMovements,
    SignalTables,
    TimingPhases,
    TimingPlans,
)
from citymove.facts.street_tables import StreetMovements
from citymove.foundation.daytime import format_clock
from citymove.prepare.conflicts import NodeMovement, conflict, giving_way
from citymove.prepare.plans import day_windows

Array = np.ndarray[Any, Any]

WORKING_DAYS = "01111100"  # Sunday .. Saturday, holiday: citymove's plans speak of a working day


def signal_tables(
    plans: Sequence[SignalPlan],
    movements: StreetMovements,
    link_ids: Array,
    node_of: Array,
    inner: Array,
    seen: Sequence[NodeMovement],
    drives_on: str,
) -> SignalTables:
    """Return the tables of these plans.

    Movements from a link inside a junction, between two of its nodes, have green in the stages
    whose traffic comes by there, and in those that they do not disturb. A plan over midnight
    becomes two, since hours of the tables lie within a day.

    Parameters
    ----------
    plans
        In force, sorted by junction and start.
    movements
        Movements of the network, by link. What a plan serves and no movement is, is left out.
    link_ids
        text [links].
    node_of
        int [movements], the node of each.
    inner
        text [links], the junction within which a link runs from node to node, "" for none.
    seen
        The movements as conflicts see them.
    drives_on
        "right" or "left".
    """
    controllers = list(dict.fromkeys(plan.junction for plan in plans))
    row_of = {
        (str(link_ids[a]), str(link_ids[b])): row
        for row, (a, b) in enumerate(zip(movements.from_link, movements.to_link, strict=True))
    }
    of_link = np.searchsorted(movements.from_link, np.arange(link_ids.size + 1))
    inner_of: dict[str, list[int]] = {}
    for row in np.flatnonzero(inner[movements.from_link] != "").tolist():
        inner_of.setdefault(str(inner[movements.from_link[row]]), []).append(row)
    windows = [(plan, *window) for plan in plans for window in day_windows(plan)]
    ids = [f"{plan.junction}@{format_clock(start_s)}" for plan, start_s, _ in windows]
    greens: list[tuple[int, int, bool]] = []
    phases: list[tuple[str, int, int, float, float]] = []
    for row, (plan, _, _) in enumerate(windows):
        for number, stage in enumerate(plan.stages, start=1):
            served = [row_of[pair] for pair in stage.movements if pair in row_of]
            served = _with_inner(served, movements, of_link, inner)
            within = inner_of.get(plan.junction, [])
            served += _clear(within, served, node_of, seen, drives_on)
            gives = _giving_way(served, node_of, seen, drives_on)
            greens += [(len(phases), m, not g) for m, g in zip(served, gives, strict=True)]
            phases.append((f"{ids[row]}/{number}", row, number, stage.green_s, stage.intergreen_s))
    return SignalTables(
        controllers=Controllers(id=np.array(controllers, np.str_)),
        plans=_plans(windows, ids, controllers),
        phases=_phases(phases),
        phase_movements=PhaseMovements(
            phase=np.array([phase for phase, _, _ in greens]),
            movement=np.array([movement for _, movement, _ in greens]),
            link=np.full(len(greens), -1),
            protected=np.array([protected for _, _, protected in greens]),
        ),
        coordination=Coordination(
            plan=np.arange(len(windows)),
            controller=np.array([controllers.index(plan.junction) for plan, _, _ in windows]),
            master=np.full(len(windows), -1),
            phase=np.ones(len(windows)),
            reference=np.full(len(windows), "begin_of_green"),
            offset_s=np.array([plan.offset_s for plan, _, _ in windows]),
        ),
    )


def _plans(
    windows: Sequence[tuple[SignalPlan, int, int]], ids: list[str], controllers: list[str]
) -> TimingPlans:
    return TimingPlans(
        id=np.array(ids, np.str_),
        controller=np.array([controllers.index(plan.junction) for plan, _, _ in windows]),
        days=np.full(len(windows), WORKING_DAYS),
        start_s=np.array([start_s for _, start_s, _ in windows]),
        end_s=np.array([end_s for _, _, end_s in windows]),
        cycle_s=np.array([plan.cycle_s for plan, _, _ in windows]),
        source=np.array([plan.source for plan, _, _ in windows]),
    )


def _phases(rows: Sequence[tuple[str, int, int, float, float]]) -> TimingPhases:
    number = np.array([row[2] for row in rows])
    green_s = np.array([row[3] for row in rows])
    return TimingPhases(
        id=np.array([row[0] for row in rows], np.str_),
        plan=np.array([row[1] for row in rows]),
        number=number,
        min_green_s=green_s,
        max_green_s=green_s,
        clearance_s=np.array([row[4] for row in rows]),
        ring=np.ones(len(rows)),
        barrier=np.ones(len(rows)),
        position=number,
    )


def _with_inner(
    served: list[int], movements: StreetMovements, of_link: Array, inner: Array
) -> list[int]:
    """Return the movements of a stage and those by which its traffic leaves the junction."""
    found, waiting = list(served), list(served)
    while waiting:
        link = int(movements.to_link[waiting.pop()])
        if inner[link] != "":
            onward = range(int(of_link[link]), int(of_link[link + 1]))
            more = [row for row in onward if row not in found]
            found += more
            waiting += more
    return found


def _clear(
    within: list[int],
    served: list[int],
    node_of: Array,
    seen: Sequence[NodeMovement],
    drives_on: str,
) -> list[int]:
    """Return the inner movements that disturb none of a stage, nor each other."""
    found: list[int] = []
    for row in within:
        here = [m for m in (*served, *found) if node_of[m] == node_of[row]]
        if row not in here and not any(conflict(seen[row], seen[m], drives_on) for m in here):
            found.append(row)
    return found


def _giving_way(
    served: list[int], node_of: Array, seen: Sequence[NodeMovement], drives_on: str
) -> Array:
    """Return which movements of a stage give way to another of the same node."""
    gives = np.zeros(len(served), bool)
    nodes = node_of[served]
    for node in np.unique(nodes):
        at = np.flatnonzero(nodes == node)
        gives[at] = giving_way([seen[served[k]] for k in at], drives_on)
    return gives
