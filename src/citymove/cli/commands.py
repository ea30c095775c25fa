"""The commands. Results go to stdout, progress and messages to stderr.

Every command imports what it needs when it runs, so that ``--help`` answers at once.
"""

import errno
import json
import sys
from collections.abc import Callable
from functools import wraps
from inspect import cleandoc
from pathlib import Path
from typing import Any

import click

from citymove import __version__
from citymove.foundation.errors import CitymoveError, ExitCode

_FILE = click.Path(path_type=Path, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False)
ASSIGNMENT_ALGORITHMS = ("bfw", "segments", "paths", "cfw", "fw", "msa", "aon")
EXPORT_FORMATS = ("gmns", "osmnx", "sumo")  # the keys of `exporting.EXPORTS`

# What the disk or the rights on it refuse; any other OSError is a fault of this program.
_DISK_FAULTS = frozenset(
    (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO, errno.EACCES, errno.EPERM)
)


class _Commands(click.Group):
    """Commands in the order of use."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(self.commands)


def _answers(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turn what a user can mend into its message and exit code; a crash of ours stays one."""

    @wraps(command)
    def answering(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except CitymoveError as error:
            _stop(str(error), error.exit_code)
        except KeyboardInterrupt:
            _stop(
                "interrupted: what was finished is kept; run again to go on", ExitCode.INTERRUPTED
            )
        except MemoryError:
            _stop("out of memory: use fewer --jobs", ExitCode.MACHINE_FAULT)
        except OSError as error:
            if error.errno not in _DISK_FAULTS:
                raise
            place = f"{error.filename}: " if error.filename else ""
            _stop(f"{place}{error.strerror}", ExitCode.MACHINE_FAULT)

    return answering


def _stop(message: str, code: ExitCode) -> None:
    click.echo(message, err=True)
    sys.exit(int(code))


def _block(*lines: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add lines to the help of a command that are shown as they stand."""

    def with_lines(command: Callable[..., Any]) -> Callable[..., Any]:
        block = "\n".join(("\b", *lines))  # click leaves alone what follows a backspace
        command.__doc__ = f"{cleandoc(command.__doc__ or '')}\n\n{block}"
        return command

    return with_lines


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="citymove")
@_block(
    "Exit codes: 0 done; 1 ran, but a certificate failed; 2 bad input or usage;",
    "3 the machine's fault (disk, memory); 130 interrupted.",
)
@_block(
    "A first study:",
    "  citymove new car_park my-study      a commented study file to start from",
    "  citymove check my-study/study.yaml  every error at once, with line and remedy",
    "  citymove preview my-study/study.yaml",
    "  citymove run my-study/study.yaml    prints where the report is",
)
def main() -> None:
    """Traffic and parking of a city: what an option would do, and how sure that is."""


@main.command()
@click.argument("template")
@click.argument("folder", type=_FOLDER)
@click.option("--city", type=_FOLDER, help="City folder; default: the bundled Monaco.")
@_block(
    "Examples:",
    "  citymove new car_park my-study",
    "  citymove new street_closure other-study --city seeds/monaco",
)
@_answers
def new(template: str, folder: Path, city: Path | None) -> None:
    """Write a commented study to start from, and print where it is.

    TEMPLATE is one of car_park, retiming, kerb_pricing, street_closure; FOLDER is made, and
    nothing in it is overwritten.
    """
    from citymove.scenario.bundled import seed_folder
    from citymove.scenario.templates import new_study

    click.echo(new_study(template, folder, city or seed_folder("monaco")))


@main.command()
@click.argument("study", type=_FILE)
@_block(
    "Example:",
    "  citymove check my-study/study.yaml",
)
@_answers
def check(study: Path) -> None:
    """Report every error of STUDY at once, each with its line and a remedy.

    The study's city is read too, since a name can only be wrong in a city. Nothing is written.
    """
    from citymove.scenario.running import resolve_study

    resolved = resolve_study(study)
    click.echo(f"{study}: no errors; {len(resolved.options)} options")


@main.command()
@click.argument("study", type=_FILE)
@_block(
    "Example:",
    "  citymove preview my-study/study.yaml",
)
@_answers
def preview(study: Path) -> None:
    """Show what each option of STUDY touches, before anything runs."""
    from citymove.scenario.preview import preview_text
    from citymove.scenario.running import resolve_study

    resolved = resolve_study(study)
    click.echo(preview_text(resolved.options, resolved.city))


def _run_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print a summary as JSON."),
        click.option("--strict", is_flag=True, help="Exit 1 where a guard rail is breached."),
        click.option("--hours", help='Hours to simulate, as "06:00-22:00"; default: study\'s.'),
        click.option("--whole-city", is_flag=True, help="Simulate every driver's search."),
        click.option("--out", type=_FOLDER, help="Results folder; default: out/ and the study."),
        click.option("--jobs", type=click.IntRange(1), default=1, show_default=True, help="Cores."),
        click.option("--draws", type=click.IntRange(2), help="Draws per option; default: study's."),
        click.option("--option", "only", multiple=True, help="Run this option only (repeatable)."),
    ):
        command = option(command)
    return command


@main.command()
@click.argument("study", type=_FILE)
@_run_options
@_block(
    "Examples:",
    "  citymove run my-study/study.yaml --jobs 2",
    "  citymove run my-study/study.yaml --option A --draws 20",
    "  citymove run my-study/study.yaml --whole-city --hours 06:00-22:00 --out out/day",
)
@_answers
def run(study: Path, **options: Any) -> None:
    """Run STUDY and draw its report; the last line says where the report is.

    Runs that are stored in the results folder already are used again: an unchanged study
    simulates nothing, and one that was killed goes on where it stopped.
    """
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
    strict: bool,
    as_json: bool,
) -> None:
    from citymove.cli.progress import Display
    from citymove.report.page import write_report
    from citymove.scenario.planning import RunChoices
    from citymove.scenario.running import run_study

    choices = RunChoices(
        only=only, draws=draws, jobs=jobs, out=out, whole_city=whole_city, hours=hours
    )
    with Display() as progress:
        outcome = run_study(study, choices, progress=progress)
        progress("drawing the report", 0, 0)
        page = write_report(outcome.folder)
    _conclude(outcome, page, as_json=as_json, strict=strict)


def _conclude(outcome: Any, page: Path, *, as_json: bool, strict: bool) -> None:
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
        _stop(
            "a certificate failed: see 'How sure is this' in the report before using a figure",
            ExitCode.CERTIFICATE_FAILED,
        )
    if strict and outcome.breaches:
        _stop(
            "a guard rail is breached: see the report for which, and by which option",
            ExitCode.CERTIFICATE_FAILED,
        )


@main.command()
@click.argument("folder", type=_FOLDER)
@_block(
    "Example:",
    "  citymove report out/my-study",
)
@_answers
def report(folder: Path) -> None:
    """Draw the report of FOLDER again from its stored results."""
    from citymove.report.page import write_report

    click.echo(f"report: {write_report(folder).resolve()}")


@main.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--country", default="", help="ISO code, as CN: chooses the defaults of an extract.")
@click.option("--boundary", type=_FILE, help="GeoJSON of the study area of an extract.")
@click.option("--crop", type=_FILE, help="GeoJSON of an area; other roads are left out.")
@click.option("--completed", type=_FILE, help="Completed workbook for an extract.")
@click.option("--out", type=_FOLDER, help="Folder to write to; default: out/audit/NAME.")
@_block(
    "Examples:",
    "  citymove audit seeds/monaco",
    "  citymove audit town.osm.pbf --country CN",
    "  citymove audit town.osm.pbf --country CN --completed roads_to_complete.xlsx",
)
@_answers
def audit(source: Path, **options: Any) -> None:
    """Say what is known of the roads and parking of SOURCE, and what is missing.

    SOURCE is a city's folder, a file of OpenStreetMap, the document (.yaml) of a layer of roads,
    or a graph of osmnx (.graphml). Written are a page, and a workbook of what is missing, to be
    completed in a spreadsheet and put into the city's folder.
    """
    from citymove.cli.auditing import audit_files

    page, workbook = audit_files(
        source, progress=lambda words: click.echo(words, err=True), **options
    )
    click.echo(f"page:     {page.resolve()}")
    click.echo(f"workbook: {workbook.resolve()}")


@main.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--to", type=click.Choice(EXPORT_FORMATS), required=True, help="The form to write.")
@click.option("--country", default="", help="ISO code, as CN: chooses the defaults of an extract.")
@click.option("--out", type=_FOLDER, help="Folder to write to; default: out/export/NAME/FORMAT.")
@_block(
    "Examples:",
    "  citymove export seeds/monaco --to gmns",
    "  citymove export town.osm.pbf --country AT --to sumo --out town-sumo",
    "  citymove export roads_layer.yaml --to gmns",
)
@_answers
def export(source: Path, **options: Any) -> None:
    """Write the streets of SOURCE for another tool, and say what its form cannot express.

    SOURCE is a city's folder, a file of OpenStreetMap, the document (.yaml) of a layer of roads
    (shapefile, GeoPackage, GeoJSON), or a graph of osmnx (.graphml).
    """
    from citymove.cli.exporting import export_files

    done = export_files(source, progress=lambda words: click.echo(words, err=True), **options)
    for what, count in done.counts.items():
        click.echo(f"{what}: {count}")
    for note in done.notes:
        click.echo(note.en, err=True)
    click.echo(f"written: {done.folder.resolve()}")


@main.command()
@click.argument("network", type=click.Path(path_type=Path))
@click.argument("demand", type=_FILE, required=False)
@click.option(
    "--algorithm",
    type=click.Choice(ASSIGNMENT_ALGORITHMS),
    default="bfw",
    show_default=True,
    help="Bi-conjugate Frank-Wolfe; paired alternative segments; gradient projection over paths; "
    "conjugate and plain Frank-Wolfe; successive averages; one all-or-nothing loading, which aims "
    "at no gap.",
)
@click.option("--gap", type=float, default=1e-6, show_default=True, help="Relative gap.")
@click.option("--max-iterations", type=click.IntRange(1), default=5000, show_default=True)
@click.option(
    "--toll-factor", type=float, default=0.0, show_default=True, help="Time per unit of toll."
)
@click.option(
    "--distance-factor", type=float, default=0.0, show_default=True, help="Time per unit of length."
)
@click.option("--out", type=_FILE, help="Write link volumes and times as CSV.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@_block(
    "Examples:",
    "  citymove assign SiouxFalls_net.tntp SiouxFalls_trips.tntp",
    "  citymove assign net.tntp trips.tntp --algorithm paths --gap 1e-10 --out links.csv",
    "  citymove assign my-gmns --algorithm paths",
)
@_answers
def assign(network: Path, demand: Path | None, *, as_json: bool, **options: Any) -> None:
    """Find the user equilibrium of a NETWORK and its DEMAND, with its certificate.

    NETWORK is a TNTP file, or a folder of GMNS, whose DEMAND is its demand.csv where none is given.
    All values are in the units of the files; times of GMNS are minutes. The exit code is 1 where
    the gap was not reached.
    """
    from citymove.cli.assigning import assign_files

    summary = assign_files(
        network, demand, tell=lambda words: click.echo(words, err=True), **options
    )
    if as_json:
        click.echo(json.dumps(summary.as_dict()))
    else:
        for name, value in summary.as_dict().items():
            click.echo(f"{name}: {value}")
    if summary.unreachable > 0:
        click.echo(f"{summary.unreachable:g} trips have no path and are left out", err=True)
    if not summary.converged and summary.algorithm != "aon":
        _stop(
            f"the relative gap is {summary.relative_gap:.3g}, above the {options['gap']:g} asked "
            "for: allow more with --max-iterations, or take --algorithm paths",
            ExitCode.CERTIFICATE_FAILED,
        )


@main.command()
@click.argument("place")
@click.option("--out", type=_FOLDER, help="Folder to keep it in; default: out/fetched/PLACE.")
@click.option("--again", is_flag=True, help="Download even what is there already.")
@click.option("--nominatim-url", help="Another server for names of places.")
@click.option("--overpass-url", help="Another server for map data, without /interpreter.")
@_block(
    "Examples:",
    '  citymove fetch "Krems an der Donau, Austria"',
    '  citymove fetch "Krems an der Donau, Austria" --out krems --again',
)
@_answers
def fetch(place: str, out: Path | None, **options: Any) -> None:
    """Download the OpenStreetMap data of PLACE, and print where they are. Needs the internet.

    An extract, the place's outline as a boundary, and a record of where both are from. What is
    downloaded is kept, and used again.
    """
    from citymove.formats.osm.fetch import fetch_place, folder_name

    got = fetch_place(
        place,
        out or Path("out", "fetched", folder_name(place)),
        progress=lambda words: click.echo(words, err=True),
        **options,
    )
    click.echo(f"{got.place}: {'downloaded' if got.downloaded else 'kept from before'}")
    click.echo(f"extract:  {got.extract}")
    click.echo(f"boundary: {got.boundary}")
    click.echo(f"next: citymove audit {got.extract} --boundary {got.boundary}", err=True)


@main.command()
@click.argument("city", type=_FOLDER)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of trips.")
@click.option("--out", type=_FILE, help="Write the zones and their total as CSV.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@_block(
    "Examples:",
    "  citymove balance seeds/monaco",
    "  citymove balance my-city --out balance.csv",
)
@_answers
def balance(city: Path, *, seed: int, out: Path | None, as_json: bool) -> None:
    """Print the supply-demand balance of parking of a CITY folder, by zone, day and night.

    Nothing is simulated: demand is counted from the city's totals and synthesised trips.
    """
    from citymove.formats.city_folder import read_city
    from citymove.foundation.whole_files import write_text
    from citymove.parking.balance import balance_csv, balance_dict, balance_text, parking_balance

    found = parking_balance(read_city(city), seed=seed)
    if out is not None:
        # the mark tells spreadsheets that the headings are UTF-8
        write_text(out, f"\ufeff{balance_csv(found)}")
    if as_json:
        click.echo(json.dumps(balance_dict(found), ensure_ascii=False))
    else:
        click.echo(balance_text(found))


@main.command()
@_block(
    "Example:",
    "  citymove schema > citymove.schema.json",
)
@_answers
def schema() -> None:
    """Print the JSON Schema of study files, for completion in an editor."""
    from citymove.scenario.templates import study_json_schema

    click.echo(json.dumps(study_json_schema(), ensure_ascii=False, indent=2))


@main.command()
@click.option("--city", default="monaco", show_default=True, help="Bundled: monaco or helsinki.")
@_run_options
@_block(
    "Examples:",
    "  citymove demo --jobs 2",
    "  citymove demo --city helsinki --jobs 2",
)
@_answers
def demo(city: str, **options: Any) -> None:
    """Run a bundled city's study from end to end and print where its report is."""
    from citymove.scenario.bundled import demo_study

    _run(demo_study(city), **options)
