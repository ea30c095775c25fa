"""Signals as the planner knows them: where they stand, their plans, and requests to retime."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.foundation.errors import InputError
from citymove.foundation.provenance import Source
from citymove.foundation.table import Table, column

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False, kw_only=True)
class StatedSignals(Table):
    """Junctions of which the planner says whether lights stand there, whatever the map says.

    Parameters
    ----------
    osm_id
        int64, OSM id of a node of the junction, each once.
    present
        bool, whether the junction has lights. A junction stated to have none loses those that
        the map or a rule gives it, at all of its nodes.
    source
        int8 `Source`.
    """

    osm_id: Array = column(np.int64)
    present: Array = column(np.bool_)
    source: Array = column(np.int8, fill=Source.MEASURED)

    def __post_init__(self) -> None:
        super().__post_init__()
        found, count = np.unique(self.osm_id, return_counts=True)
        if np.any(count > 1):
            raise InputError(
                "must be stated once",
                value=f"signals at node {found[count > 1][0]}",
                remedy="keep one of the statements",
            )


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a plan.

    Parameters
    ----------
    movements
        ((from link id, to link id), ...) that have green, ids as in `Roads.link_ids`.
    green_s
        Displayed green, s, > 0.
    intergreen_s
        Amber and all-red that follow, s, >= 0.
    min_green_s
        Least green that a retiming may give, s.
    """

    movements: tuple[tuple[str, str], ...]
    green_s: float
    intergreen_s: float
    min_green_s: float

    def __post_init__(self) -> None:
        if not (self.green_s > 0 and self.intergreen_s >= 0 and self.min_green_s >= 0):
            raise InputError(
                "green must be > 0, intergreen and minimum green >= 0",
                value=f"{self.green_s}, {self.intergreen_s}, {self.min_green_s} s",
            )


@dataclass(frozen=True, slots=True)
class SignalPlan:
    """The fixed plan of one junction for a window of the day.

    Parameters
    ----------
    junction
        Id of the junction (`signals/presence`).
    start_s, end_s
        Window of the day in which it runs.
    stages
        Stages in order; the cycle is the sum of their greens and intergreens.
    offset_s
        Start of the first stage against the corridor's clock, s.
    source
        How the plan is known.
    """

    junction: str
    start_s: int
    end_s: int
    stages: tuple[Stage, ...]
    offset_s: float
    source: Source

    @property
    def cycle_s(self) -> float:
        """Sum of greens and intergreens, s."""
        return sum(stage.green_s + stage.intergreen_s for stage in self.stages)


@dataclass(frozen=True, slots=True)
class RetimeRequest:
    """An option's wish that a junction be retimed; `coupling` resolves it at its flows.

    Parameters
    ----------
    junction
        Id of the junction.
    start_s, end_s
        Window of the day in which the new plan runs.
    choose
        What may change: of "cycle", "splits".
    cycle_low_s, cycle_high_s
        Bounds of the cycle, s.
    """

    junction: str
    start_s: int
    end_s: int
    choose: tuple[str, ...]
    cycle_low_s: float
    cycle_high_s: float
