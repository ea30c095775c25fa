"""A study from its file to its results: resolve, run what is not stored yet, collect."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from citymove.formats.city_folder import read_city
from citymove.foundation.progress import Progress, silent
from citymove.runs.store import RunStore, make_ready
from citymove.runs.workers import run_all
from citymove.scenario.collecting import collect
from citymove.scenario.planning import ResolvedStudy, RunChoices, plan_runs
from citymove.scenario.preview import resolve
from citymove.scenario.reading import read_study
from citymove.scenario.results import Breach, StudyResults
from citymove.scenario.selectors import corridor_links
from citymove.scenario.solving import solve_run
from citymove.scenario.writing import write_results


@dataclass(frozen=True, eq=False, kw_only=True)
class StudyRun:
    """A study that has run.

    Parameters
    ----------
    folder
        Where the results lie.
    results
        What the report prints.
    computed, reused
        Runs made now, and runs that were stored already.
    """

    folder: Path
    results: StudyResults
    computed: int
    reused: int

    @property
    def converged(self) -> bool:
        """Whether every equilibrium reached its gap."""
        asked = self.results.gap_asked
        return all(c.relative_gap <= asked for c in self.results.certificates)

    @property
    def breaches(self) -> tuple[Breach, ...]:
        """Guard rails that options break by a difference that could have been seen."""
        return tuple(breach for breach in self.results.breaches if breach.proven)

    def summary(self, page: Path) -> dict[str, Any]:
        """Return a summary for programs."""
        return {
            "study": self.results.study.en,
            "report": str(page.resolve()),
            "computed": self.computed,
            "reused": self.reused,
            "converged": self.converged,
            "breaches": [b.model_dump() for b in self.results.breaches],
            "differences": [d.model_dump() for d in self.results.differences],
        }


def resolve_study(
    path: Path, *, hours: str | None = None, progress: Progress = silent
) -> ResolvedStudy:
    """Read a study and its city, and find everything that the study names.

    Parameters
    ----------
    path
        The study file.
    hours
        "HH:MM-HH:MM" that take the place of the study's; None: the study's.
    progress
        Told what is read.

    Raises
    ------
    InputError, InputErrors
        With every error at once, each with its line.
    """
    study, document = read_study(path)
    if hours is not None:
        study = study.in_hours(hours)
    folder = (path.parent / study.city).resolve()
    if not folder.is_dir():
        raise document.error(
            "is no folder",
            ("city",),
            value=f"city = {study.city!r}",
            remedy="give the folder of a city, by the way from the study",
        )
    city = read_city(folder, progress=lambda message: progress(message, 0, 0))
    options = resolve(study, document, city)
    return ResolvedStudy(
        path=path,
        study=study,
        city=city,
        options=options,
        corridor=corridor_links(study, document, city),
    )


def study_name(path: Path) -> str:
    """Return the name of a study's results: its file's, or its folder's for a ``study.yaml``.

    Examples
    --------
    >>> study_name(Path("scenarios/car_park.yaml")), study_name(Path("my-park/study.yaml"))
    ('car_park', 'my-park')
    """
    return (path.resolve().parent.name if path.stem == "study" else "") or path.stem


def run_study(
    path: Path, choices: RunChoices | None = None, *, progress: Progress = silent
) -> StudyRun:
    """Run a study: every option under every draw, compared with the base.

    Runs that are stored already are used again, so a killed study goes on where it stopped
    and an unchanged one computes nothing.

    Parameters
    ----------
    path
        The study file.
    choices
        What the call changes of it.
    progress
        Told of each step.

    Returns
    -------
    StudyRun
    """
    choices = choices or RunChoices()
    progress("reading the study and its city", 0, 0)
    resolved = resolve_study(path, hours=choices.hours, progress=progress)
    plan = plan_runs(resolved, choices)
    folder = choices.out or Path("out") / study_name(path)
    make_ready(folder)
    store = RunStore(folder / "runs")
    missing = [task for task in plan.all if store.load(task.key) is None]
    progress(f"{len(plan.all)} runs, {len(plan.all) - len(missing)} of them stored", 0, 0)
    done = 0
    for stage in plan.stages:
        waiting = [task for task in stage if task in missing]
        for _ in run_all(solve_run, [(task, store.folder) for task in waiting], jobs=choices.jobs):
            done += 1
            progress("runs", done, len(missing))
    progress("collecting the results", 0, 0)
    results, arrays = collect(resolved, plan, store)
    write_results(folder, results, arrays)
    return StudyRun(
        folder=folder, results=results, computed=len(missing), reused=len(plan.all) - len(missing)
    )
