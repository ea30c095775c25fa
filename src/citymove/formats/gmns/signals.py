"""Signals of a GMNS folder: controllers, timing plans, phases in rings and barriers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from citymove.facts.signal_tables import (
    Controllers,
    Coordination,
    PhaseMovements,
    SignalTables,
    TimingPhases,
    TimingPlans,
)
from citymove.formats.gmns.sheets import Faults, Sheet, read_optional
from citymove.formats.gmns.words import DAYS, parse_time_day
from citymove.foundation.note import Note
from citymove.foundation.provenance import Source

Array = np.ndarray[Any, Any]

_PROTECTION = ("protected", "permitted", "rtor", "")
_REFERENCES = ("begin_of_green", "begin_of_yellow", "begin_of_red", "")
_MOST = 32_000


@dataclass(frozen=True, slots=True)
class ReadSignals:
    """Signals as read, and what a planner should know of the reading."""

    tables: SignalTables
    notes: tuple[Note, ...]


def read_signals(
    folder: Path, faults: Faults, movement_rows: Mapping[str, int], link_rows: Mapping[str, int]
) -> ReadSignals:
    """Read the tables of signals; a table that is missing is empty.

    Parameters
    ----------
    folder, faults
        As in `sheets.read_sheet`.
    movement_rows, link_rows
        Row of each movement's and link's id; -1 for a movement that was left out: then nobody has
        green by it.
    """
    controller = read_optional(folder, "signal_controller", faults, required=("controller_id",))
    controllers = {} if controller is None else controller.keys("controller_id")
    plan = read_optional(
        folder, "signal_timing_plan", faults, required=("timing_plan_id", "controller_id")
    )
    plans = {} if plan is None else plan.keys("timing_plan_id")
    phase = read_optional(
        folder,
        "signal_timing_phase",
        faults,
        required=("timing_phase_id", "timing_plan_id", "signal_phase_num", "ring", "barrier",
                  "position"),
    )  # fmt: skip
    phases = {} if phase is None else phase.keys("timing_phase_id")
    surplus: list[int] = []
    tables = SignalTables(
        controllers=Controllers(id=np.array(list(controllers), np.str_)),
        plans=_plans(plan, controllers, surplus),
        phases=_phases(phase, plans),
        phase_movements=_served(folder, faults, phases, movement_rows, link_rows),
        coordination=_coordination(folder, faults, plans, controllers),
    )
    return ReadSignals(tables, _notes(surplus))


def _plans(sheet: Sheet | None, controllers: Mapping[str, int], surplus: list[int]) -> TimingPlans:
    if sheet is None:
        return TimingPlans.empty()
    words = {source.word: source for source in Source}
    days, hours = [""] * len(sheet), np.zeros((len(sheet), 2), np.int64)
    source = np.full(len(sheet), Source.REPORTED)
    for row, (text, word) in enumerate(
        zip(sheet.text("time_day"), sheet.text("source"), strict=True)
    ):
        parsed = parse_time_day(text) if text else ("", 0, 0)
        if parsed is None:
            sheet.fault(row, "time_day", "must be days and hours, as 01111100_0700_0900")
        else:
            days[row], hours[row] = parsed[0], parsed[1:]
            surplus += [row] if len(text.split("_")[0]) > DAYS else []
        source[row] = words.get(word, Source.REPORTED)
    return TimingPlans(
        id=np.array(sheet.ids("timing_plan_id"), np.str_),
        controller=sheet.rows_of("controller_id", controllers, "signal_controller.csv"),
        days=np.array(days, np.str_),
        start_s=hours[:, 0],
        end_s=hours[:, 1],
        cycle_s=sheet.number("cycle_length", above=0),
        source=source,
    )


def _phases(sheet: Sheet | None, plans: Mapping[str, int]) -> TimingPhases:
    if sheet is None:
        return TimingPhases.empty()
    seconds = {
        "min_green_s": "min_green",
        "max_green_s": "max_green",
        "clearance_s": "clearance",
        "extension_s": "extension",
        "walk_s": "walk_time",
        "ped_clearance_s": "ped_clearance",
    }
    numbers = {name: sheet.number(column, least=0) for name, column in seconds.items()}
    low, high = numbers["min_green_s"], numbers["max_green_s"]
    for row in np.flatnonzero(low > high).tolist():
        sheet.fault(row, "max_green", f"must be >= min_green, which is {low[row]:g}")
    return TimingPhases(
        id=np.array(sheet.ids("timing_phase_id"), np.str_),
        plan=sheet.rows_of("timing_plan_id", plans, "signal_timing_plan.csv"),
        number=sheet.whole("signal_phase_num", low=0, high=_MOST),
        ring=sheet.whole("ring", low=0, high=_MOST),
        barrier=sheet.whole("barrier", low=0, high=_MOST),
        position=sheet.whole("position", low=0, high=_MOST),
        **numbers,
    )


def _served(
    folder: Path,
    faults: Faults,
    phases: Mapping[str, int],
    movement_rows: Mapping[str, int],
    link_rows: Mapping[str, int],
) -> PhaseMovements:
    needed = ("signal_phase_mvmt_id", "timing_phase_id")
    sheet = read_optional(folder, "signal_phase_mvmt", faults, required=needed)
    if sheet is None:
        return PhaseMovements.empty()
    sheet.keys("signal_phase_mvmt_id")
    movement = sheet.rows_of("mvmt_id", movement_rows, "movement.csv", optional=True)
    link = sheet.rows_of("link_id", link_rows, "link.csv", optional=True)
    named = [bool(a or b) for a, b in zip(sheet.ids("mvmt_id"), sheet.ids("link_id"), strict=True)]
    for row in np.flatnonzero(~np.array(named, bool)).tolist():
        sheet.fault(row, "mvmt_id", "must be given, or link_id for pedestrians")
    served = PhaseMovements(
        phase=sheet.rows_of("timing_phase_id", phases, "signal_timing_phase.csv"),
        movement=movement,
        link=link,
        protected=np.array(_words(sheet, "protection", _PROTECTION), np.str_) == "protected",
    )
    return served.take((movement >= 0) | (link >= 0))


def _coordination(
    folder: Path, faults: Faults, plans: Mapping[str, int], controllers: Mapping[str, int]
) -> Coordination:
    needed = ("coordination_id", "timing_plan_id", "controller_id")
    sheet = read_optional(folder, "signal_coordination", faults, required=needed)
    if sheet is None:
        return Coordination.empty()
    sheet.keys("coordination_id")
    of = "signal_controller.csv"
    return Coordination(
        plan=sheet.rows_of("timing_plan_id", plans, "signal_timing_plan.csv"),
        controller=sheet.rows_of("controller_id", controllers, of),
        master=sheet.rows_of("coord_contr_id", controllers, of, optional=True),
        phase=sheet.whole("coord_phase", low=0, high=_MOST, missing=-1),
        reference=np.array(_words(sheet, "coord_ref_to", _REFERENCES), np.str_),
        offset_s=sheet.number("offset", least=0),
    )


def _words(sheet: Sheet, name: str, known: Sequence[str]) -> list[str]:
    """Return a column of words; report those that are not known."""
    words = [word.lower() for word in sheet.text(name)]
    for row, word in enumerate(words):
        if word not in known:
            sheet.fault(row, name, f"must be one of {', '.join(filter(None, known))}")
    return words


def _notes(surplus: list[int]) -> tuple[Note, ...]:
    if not surplus:
        return ()
    count = len(surplus)
    return (
        Note(
            "gmns_days_too_many",
            en=f"Timing plans whose days have more than {DAYS} digits: {count}; the first {DAYS} "
            "count, the others are 0.",
            zh=f"日期位数多于 {DAYS} 位的配时方案：{count} 个；取前 {DAYS} 位，其余均为 0。",
        ),
    )
