"""Which runs a study needs: base and options under each draw, and their keys."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from citymove.coupling.drivers import SearchScope
from citymove.facts.city import City
from citymove.foundation.daytime import Slices, parse_window
from citymove.foundation.errors import InputError
from citymove.foundation.fingerprint import fingerprint, source_fingerprint
from citymove.foundation.near_names import did_you_mean
from citymove.foundation.provenance import Sourced
from citymove.scenario.ensemble import Draw, draws_of
from citymove.scenario.preview import ResolvedOption
from citymove.scenario.schema import Study
from citymove.scenario.solving import RunTask

Array = np.ndarray[Any, Any]

CENTRAL = -1  # index of the draw that takes every input at its best value


@dataclass(frozen=True, kw_only=True)
class RunChoices:
    """What a call changes of a study without editing its file.

    Parameters
    ----------
    only
        Ids of the options to run; empty: all.
    draws
        Draws per option, >= 2; None: the study's.
    jobs
        Processes, >= 1; results do not depend on it.
    out
        Folder of the results; None: ``out/STUDY`` below the working folder.
    whole_city
        Whether every driver's search is simulated.
    hours
        "HH:MM-HH:MM"; None: the study's.
    """

    only: tuple[str, ...] = ()
    draws: int | None = None
    jobs: int = 1
    out: Path | None = None
    whole_city: bool = False
    hours: str | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class ResolvedStudy:
    """A study whose every name was found in its city.

    Parameters
    ----------
    path, study, city, options
        The file, what it says, the facts, and the options in the file's order.
    corridor
        int64, links of the corridor; None where the study names none.
    """

    path: Path
    study: Study
    city: City
    options: tuple[ResolvedOption, ...]
    corridor: Array | None


@dataclass(frozen=True, eq=False, kw_only=True)
class RunPlan:
    """All runs of a study.

    Parameters
    ----------
    slices, scope
        Hours, and whose search is simulated.
    options
        The options that run, in the study's order.
    draws
        One per draw.
    centrals
        The base at the best values of all inputs, from one start or several.
    bases, option_runs
        The base and the options under each draw, from the first central's fixed point.
    uncertain
        Inputs that the draws sample.
    """

    slices: Slices
    scope: SearchScope
    options: tuple[ResolvedOption, ...]
    draws: tuple[Draw, ...]
    centrals: tuple[RunTask, ...]
    bases: tuple[RunTask, ...]
    option_runs: tuple[RunTask, ...]
    uncertain: dict[str, Sourced]

    @property
    def stages(self) -> tuple[tuple[RunTask, ...], ...]:
        """Runs in stages: each starts from runs of an earlier one."""
        return (self.centrals, self.bases + self.option_runs)

    @property
    def all(self) -> tuple[RunTask, ...]:
        """Every run."""
        return tuple(task for stage in self.stages for task in stage)


def plan_runs(resolved: ResolvedStudy, choices: RunChoices) -> RunPlan:
    """Return the runs that a study needs; raise `InputError` where a choice does not fit."""
    study, city = resolved.study, resolved.city
    options = _chosen(resolved, choices)
    slices = slices_of(study, choices.hours)
    scope = search_scope(resolved, whole_city=choices.whole_city)
    uncertain = study.uncertain_inputs(city)
    count = choices.draws or study.run.draws
    draws = draws_of(uncertain, seed=study.run.seed, count=count)
    common = {
        "city": city,
        "slices": slices,
        "scope": scope,
        "corridor": resolved.corridor,
        "gap": study.run.gap,
    }
    shared = fingerprint(source_fingerprint(), common)
    central = Draw(index=CENTRAL, seed=draws[0].seed, values={})
    centrals = tuple(
        _task(shared, common, central, rounds=(2, study.run.rounds.base), wary=wary)
        for wary in (False, True)[: study.run.starts]
    )
    # base and options of a draw make the same rounds from the same start, so that what each
    # still lacks to its fixed point cancels in their difference
    each = (study.run.rounds.option, study.run.rounds.option)
    start = centrals[0].key
    bases = tuple(_task(shared, common, draw, rounds=each, start_key=start) for draw in draws)
    option_runs = tuple(
        _task(shared, common, draw, rounds=each, start_key=start, option=option)
        for draw in draws
        for option in options
    )
    return RunPlan(
        slices=slices,
        scope=scope,
        options=options,
        draws=draws,
        centrals=centrals,
        bases=bases,
        option_runs=option_runs,
        uncertain=uncertain,
    )


def _task(
    shared: str,
    common: dict[str, Any],
    draw: Draw,
    *,
    rounds: tuple[int, int],
    option: ResolvedOption | None = None,
    start_key: str | None = None,
    wary: bool = False,
) -> RunTask:
    what = None if option is None else option.interventions
    return RunTask(
        key=fingerprint(shared, draw.seed, draw.values, what, start_key, rounds, wary),
        start_key=start_key,
        option=option,
        draw=draw,
        min_rounds=rounds[0],
        max_rounds=rounds[1],
        wary=wary,
        **common,
    )


def _chosen(resolved: ResolvedStudy, choices: RunChoices) -> tuple[ResolvedOption, ...]:
    known = [option.id for option in resolved.options]
    for name in choices.only:
        if name not in known:
            raise InputError(
                "is not an option of the study",
                file=resolved.path,
                value=f"--option {name}",
                remedy=did_you_mean(name, known),
            )
    return tuple(o for o in resolved.options if not choices.only or o.id in choices.only)


def slices_of(study: Study, hours: str | None) -> Slices:
    """Return the slices of the hours: the study's own, or hourly where a call names others."""
    if hours is None:
        return study.day.slices_of_day()
    start_s, end_s = parse_window(hours)
    return Slices.hourly(start_s, end_s)


def search_scope(resolved: ResolvedStudy, *, whole_city: bool) -> SearchScope:
    """Return whose search is simulated: all, or those who end near one of the measures."""
    search = resolved.study.run.search
    if whole_city or search.whole_city:
        return SearchScope.whole_city()
    x_m = np.concatenate([option.touches.x_m for option in resolved.options])
    y_m = np.concatenate([option.touches.y_m for option in resolved.options])
    if x_m.size == 0:
        return SearchScope.whole_city()
    return SearchScope(x_m=x_m, y_m=y_m, radius_m=search.within_m, at_most=search.at_most)
