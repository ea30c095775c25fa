"""The command line: parses, calls, exits with a stable code.

Results go to stdout, progress and messages to stderr. Every command imports what it needs
when it runs, so that ``--help`` answers at once.
"""

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from citymove import __version__
from citymove.foundation.errors import CitymoveError, ExitCode

_STUDY = click.Path(path_type=Path, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False)


class _Commands(click.Group):
    """Commands in the order of use, with errors of citymove turned into exit codes."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(self.commands)


def _answers(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turn an error of citymove into its message and exit code."""

    @wraps(command)
    def answering(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except CitymoveError as error:
            click.echo(str(error), err=True)
            raise click.exceptions.Exit(int(error.exit_code)) from None
        except KeyboardInterrupt:
            click.echo("interrupted: what was finished is kept; run again to go on", err=True)
            raise click.exceptions.Exit(int(ExitCode.INTERRUPTED)) from None
        except MemoryError:
            click.echo("out of memory: use fewer --jobs", err=True)
            raise click.exceptions.Exit(int(ExitCode.MACHINE_FAULT)) from None

    return answering


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="citymove")
def main() -> None:
    r"""Traffic and parking of a city: what an option would do, and how sure that is.

    \b
    A first study:
      citymove new car_park my-study      a commented study file to start from
      citymove check my-study/study.yaml  every error at once, with line and remedy
      citymove preview my-study/study.yaml
      citymove run my-study/study.yaml    prints where the report is

    \b
    Exit codes: 0 done; 1 ran, but a certificate failed; 2 bad input or usage;
    3 the machine's fault (disk, memory); 130 interrupted.
    """


@main.command()
@click.argument("template")
@click.argument("folder", type=_FOLDER)
@click.option("--city", type=_FOLDER, help="City folder; default: the bundled Monaco.")
@_answers
def new(template: str, folder: Path, city: Path | None) -> None:
    """Write a commented study to start from.

    TEMPLATE is one of car_park, retiming, kerb_pricing, street_closure; FOLDER is made.
    """
    from citymove.scenario.bundled import seed_folder
    from citymove.scenario.templates import new_study

    path = new_study(template, folder, city or seed_folder("monaco"))
    click.echo(path)


@main.command()
@click.argument("study", type=_STUDY)
@_answers
def check(study: Path) -> None:
    """Report every error of STUDY at once, each with its line and a remedy."""
    from citymove.scenario.running import resolve_study

    resolved = resolve_study(study)
    click.echo(f"{study}: no errors; {len(resolved.options)} options")


@main.command()
@click.argument("study", type=_STUDY)
@_answers
def preview(study: Path) -> None:
    """Show what each option of STUDY touches, before anything runs."""
    from citymove.scenario.preview import preview_text
    from citymove.scenario.running import resolve_study

    resolved = resolve_study(study)
    click.echo(preview_text(resolved.options, resolved.city))


def _run_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--option", "only", multiple=True, help="Run this option only (repeatable)."),
        click.option("--draws", type=click.IntRange(2), help="Draws per option; default: study's."),
        click.option("--jobs", type=click.IntRange(1), default=1, show_default=True, help="Cores."),
        click.option("--out", type=_FOLDER, help="Results folder; default: out/STUDY."),
        click.option("--whole-city", is_flag=True, help="Simulate every driver's search."),
        click.option("--hours", help='Hours to simulate, as "06:00-22:00"; default: study\'s.'),
        click.option("--json", "as_json", is_flag=True, help="Print a summary as JSON."),
    ):
        command = option(command)
    return command


@main.command()
@click.argument("study", type=_STUDY)
@_run_options
@_answers
def run(study: Path, **options: Any) -> None:
    """Run STUDY and draw its report; runs that are there already are used again."""
    _run(study, **options)


def _run(
    study: Path,
    *,
    only: tuple[str, ...],
    draws: int | None,
    jobs: int,
    out: Path | None,
    whole_city: bool,
    hours: str | None,
    as_json: bool,
) -> None:
    from citymove.report.page import write_report
    from citymove.scenario.running import RunChoices, run_study

    choices = RunChoices(
        only=only, draws=draws, jobs=jobs, out=out, whole_city=whole_city, hours=hours
    )
    with _progress() as progress:
        outcome = run_study(study, choices, progress=progress)
        progress("drawing the report", 0, 0)
        page = write_report(outcome.folder)
    _conclude(outcome, page, as_json=as_json)


def _conclude(outcome: Any, page: Path, *, as_json: bool) -> None:
    import json

    if outcome.computed == 0:
        click.echo(
            f"nothing to simulate: all {outcome.reused} runs are stored and unchanged", err=True
        )
    else:
        click.echo(f"{outcome.computed} runs computed, {outcome.reused} used again", err=True)
    if as_json:
        click.echo(json.dumps(outcome.summary(page), ensure_ascii=False))
    else:
        click.echo(f"report: {page.resolve()}")
    if not outcome.converged:
        click.echo(
            "a certificate failed: see 'How sure is this' in the report before using a figure",
            err=True,
        )
        raise click.exceptions.Exit(int(ExitCode.CERTIFICATE_FAILED))


@main.command()
@click.argument("folder", type=_FOLDER)
@_answers
def report(folder: Path) -> None:
    """Draw the report of FOLDER again from its stored results."""
    from citymove.report.page import write_report

    click.echo(f"report: {write_report(folder).resolve()}")


@main.command()
@click.argument("network", type=_STUDY)
@click.argument("demand", type=_STUDY)
@click.option("--algorithm", type=click.Choice(["bfw", "msa", "aon"]), default="bfw")
@click.option("--gap", type=float, default=1e-6, show_default=True, help="Relative gap.")
@click.option("--max-iterations", type=click.IntRange(1), default=5000, show_default=True)
@click.option("--out", type=_STUDY, help="Write link volumes and times as CSV.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@_answers
def assign(
    network: Path,
    demand: Path,
    algorithm: str,
    gap: float,
    max_iterations: int,
    out: Path | None,
    as_json: bool,
) -> None:
    """Find the user equilibrium of a TNTP NETWORK and its DEMAND."""
    import json

    from citymove.scenario.assigning import assign_files

    summary = assign_files(
        network, demand, algorithm=algorithm, gap=gap, max_iterations=max_iterations, out=out
    )
    if as_json:
        click.echo(json.dumps(summary))
    else:
        for name, value in summary.items():
            click.echo(f"{name}: {value}")
    if not summary["converged"]:
        raise click.exceptions.Exit(int(ExitCode.CERTIFICATE_FAILED))


@main.command()
@_answers
def schema() -> None:
    """Print the JSON Schema of study files, for completion in an editor."""
    import json

    from citymove.scenario.templates import study_json_schema

    click.echo(json.dumps(study_json_schema(), ensure_ascii=False, indent=2))


@main.command()
@click.option("--city", default="monaco", show_default=True, help="A bundled city.")
@_run_options
@_answers
def demo(city: str, **options: Any) -> None:
    """Run the bundled city's study from end to end and print where its report is."""
    from citymove.scenario.bundled import demo_study

    _run(demo_study(city), **options)


class _progress:  # noqa: N801 - a context manager used as a function
    """Progress on stderr: a bar on a terminal, plain lines elsewhere."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Callable[[str, int, int], None]:
        if not sys.stderr.isatty():
            return self._line
        from rich.console import Console
        from rich.progress import Progress

        self._bar = Progress(console=Console(stderr=True), transient=True)
        self._bar.start()
        self._task = self._bar.add_task("", total=None)
        return self._advance

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def _advance(self, message: str, done: int, total: int) -> None:
        self._bar.update(self._task, description=message, completed=done, total=total or None)

    @staticmethod
    def _line(message: str, done: int, total: int) -> None:
        click.echo(f"[{done}/{total}] {message}" if total else message, err=True)


if __name__ == "__main__":
    main()
