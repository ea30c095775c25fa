"""Signal programs: a state for each connection in each phase, and which program runs when."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from citymove.facts.street_tables import StreetTables
from citymove.formats.sumo.connections import Connection
from citymove.foundation.errors import InputError

Array = np.ndarray[Any, Any]

AMBER_S = 3.0  # of what clears a phase; what is left is red for all

Phase = tuple[float, str]  # duration, s, and the state of each connection


def programs(tables: StreetTables, joined: Sequence[Connection]) -> dict[int, list[Phase]]:
    """Return the phases of each plan, by row of the timing plans.

    ``G`` is green, ``g`` green for those who give way, ``y`` amber, ``r`` red. Connections inside a
    junction, between two of its nodes, always show ``g``: who has passed the lights may leave.
    Who has green in the next stage too keeps it between the two.

    Raises
    ------
    InputError
        A plan has phases in more than one ring.
    """
    at: dict[str, list[Connection]] = {}
    for one in joined:
        if one.junction:
            at.setdefault(one.junction, []).append(one)
    green = _greens(tables)
    signals = tables.signals
    found: dict[int, list[Phase]] = {}
    for plan, controller in enumerate(signals.plans.controller.tolist()):
        here = at.get(str(signals.controllers.id[controller]), [])
        rows = np.flatnonzero(signals.phases.plan == plan)
        if np.unique(signals.phases.ring[rows]).size > 1:
            raise InputError(
                "must have its phases in one ring", value=f"plan {signals.plans.id[plan]}"
            )
        keys = (signals.phases.position[rows], signals.phases.barrier[rows])
        rows = rows[np.lexsort(keys)]
        held = {movement for row in rows.tolist() for movement in green.get(row, {})}
        shown = [_shown(here, green.get(row, {}), held) for row in rows.tolist()]
        found[plan] = _joined(
            phase
            for k, row in enumerate(rows.tolist())
            for phase in _phases(
                shown[k],
                shown[(k + 1) % len(shown)],
                float(signals.phases.max_green_s[row]),
                float(signals.phases.clearance_s[row]),
            )
        )
    return found


def _greens(tables: StreetTables) -> dict[int, dict[int, bool]]:
    """Return the movements with green in each phase, and whether they are protected."""
    found: dict[int, dict[int, bool]] = {}
    table = tables.signals.phase_movements
    for phase, movement, protected in zip(
        table.phase.tolist(), table.movement.tolist(), table.protected.tolist(), strict=True
    ):
        if movement >= 0:
            found.setdefault(phase, {})[movement] = protected
    return found


def _shown(here: Sequence[Connection], green: dict[int, bool], held: set[int]) -> str:
    """Return the state of each connection while a stage is green.

    Of two protected connections into one lane, which happens where lanes merge, the second gives
    way.
    """
    states, taken = [], set()
    for one in here:
        if one.movement not in green:
            states.append("r" if one.movement in held else "g")
            continue
        into = one.to_link, one.to_lane
        protected = green[one.movement] and into not in taken
        if protected:
            taken.add(into)
        states.append("G" if protected else "g")
    return "".join(states)


def _joined(phases: Iterable[Phase]) -> list[Phase]:
    """Return the phases with those that show the same one after the other made one."""
    found: list[Phase] = []
    for duration_s, state in phases:
        if found and found[-1][1] == state:
            found[-1] = found[-1][0] + duration_s, state
        else:
            found.append((duration_s, state))
    return found


def _phases(now: str, then: str, green_s: float, clearance_s: float) -> list[Phase]:
    """Return a stage and what clears it."""
    amber_s = min(AMBER_S, clearance_s)
    amber = "".join(_between(a, b, "y") for a, b in zip(now, then, strict=True))
    red = "".join(_between(a, b, "r") for a, b in zip(now, then, strict=True))
    phases = [(green_s, now), (amber_s, amber), (clearance_s - amber_s, red)]
    return [phase for phase in phases if phase[0] > 0]


def _between(now: str, then: str, ending: str) -> str:
    if now == "r":
        return "r"
    if then == "r":
        return ending
    return "G" if now == then == "G" else "g"
