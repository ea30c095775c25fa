"""Signals as tables of controllers, plans and phases in rings and barriers (NEMA).

A phase gives green to movements. Phases of one ring follow each other by barrier, then position;
two rings run side by side and cross each barrier together. A plan of stages (`SignalPlan`) is one
ring without a barrier inside.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.foundation.provenance import Source
from citymove.foundation.table import Table, column

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False, kw_only=True)
class Controllers(Table):
    """Controllers of signals.

    Parameters
    ----------
    id
        text, each once.
    """

    id: Array = column(np.str_)


@dataclass(frozen=True, eq=False, kw_only=True)
class TimingPlans(Table):
    """Plans of controllers.

    Parameters
    ----------
    id
        text, each once.
    controller
        int32, rows of `Controllers`.
    days
        text of 0 and 1: Sunday .. Saturday, holiday; "": not stated (then the plan runs whenever no
        other does).
    start_s, end_s
        int32, hours in which it runs, s, the end past midnight where it ends the next day; 0 and 0
        where none are stated.
    cycle_s
        float64, NaN where none is stated (an actuated plan).
    source
        int8 `Source`.
    """

    id: Array = column(np.str_)
    controller: Array = column(np.int32)
    days: Array = column(np.str_)
    start_s: Array = column(np.int32)
    end_s: Array = column(np.int32)
    cycle_s: Array = column(np.float64)
    source: Array = column(np.int8, fill=Source.REPORTED)


@dataclass(frozen=True, eq=False, kw_only=True)
class TimingPhases(Table):
    """Phases of plans.

    Parameters
    ----------
    id
        text, each once.
    plan
        int32, rows of `TimingPlans`.
    number
        int16, of the phase at its controller.
    min_green_s, max_green_s
        float64, s; equal where the plan is fixed; NaN: not stated.
    clearance_s
        float64, amber and all-red that follow, s; NaN: not stated.
    ring, barrier, position
        int16, see the module.
    extension_s, walk_s, ped_clearance_s
        float64, s; NaN: not stated.
    """

    id: Array = column(np.str_)
    plan: Array = column(np.int32)
    number: Array = column(np.int16)
    min_green_s: Array = column(np.float64)
    max_green_s: Array = column(np.float64)
    clearance_s: Array = column(np.float64)
    ring: Array = column(np.int16)
    barrier: Array = column(np.int16)
    position: Array = column(np.int16)
    extension_s: Array = column(np.float64, fill=np.nan)
    walk_s: Array = column(np.float64, fill=np.nan)
    ped_clearance_s: Array = column(np.float64, fill=np.nan)

    def split_s(self) -> Array:
        """Return the split of each phase: longest green and what clears it, float64, s."""
        return np.asarray(self.max_green_s + np.nan_to_num(self.clearance_s))


@dataclass(frozen=True, eq=False, kw_only=True)
class PhaseMovements(Table):
    """Who has green in a phase.

    Parameters
    ----------
    phase
        int32, rows of `TimingPhases`.
    movement
        int32, rows of the network's movements, -1 where a link is named.
    link
        int32, rows of the network's links that pedestrians cross on, -1 where a movement is named.
    protected
        bool, whether nobody who conflicts has green.
    """

    phase: Array = column(np.int32)
    movement: Array = column(np.int32)
    link: Array = column(np.int32)
    protected: Array = column(np.bool_)


@dataclass(frozen=True, eq=False, kw_only=True)
class Coordination(Table):
    """How plans of controllers are tied together in time.

    Parameters
    ----------
    plan, controller
        int32, rows of `TimingPlans` and of `Controllers`.
    master
        int32, row of the controller whose clock counts, -1: the corridor's clock.
    phase
        int16, number of the phase that the offset is measured to; -1: not stated.
    reference
        text, begin_of_green, begin_of_yellow or begin_of_red; "": not stated.
    offset_s
        float64, s; NaN: the plan is not coordinated.
    """

    plan: Array = column(np.int32)
    controller: Array = column(np.int32)
    master: Array = column(np.int32)
    phase: Array = column(np.int16)
    reference: Array = column(np.str_)
    offset_s: Array = column(np.float64)


@dataclass(frozen=True, eq=False, kw_only=True)
class SignalTables:
    """The signals of a network.

    Parameters
    ----------
    controllers, plans, phases, phase_movements, coordination
        Tables, see there.
    """

    controllers: Controllers
    plans: TimingPlans
    phases: TimingPhases
    phase_movements: PhaseMovements
    coordination: Coordination

    @classmethod
    def none(cls) -> "SignalTables":
        """Return the signals of a network that has none."""
        return cls(
            controllers=Controllers.empty(),
            plans=TimingPlans.empty(),
            phases=TimingPhases.empty(),
            phase_movements=PhaseMovements.empty(),
            coordination=Coordination.empty(),
        )
