"""The report: one page that needs nothing else (`page_parts`), and the figures beside it."""

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from markupsafe import Markup

from citymove.foundation.whole_files import write_bytes, write_text
from citymove.report import tables
from citymove.report.drawing import LANGUAGES, Drawn, Language, inline_svg
from citymove.report.figures import charts
from citymove.report.findings import checked, findings
from citymove.report.map_data import pack_map
from citymove.report.maps import change_scale, difference_map, network_map, plan_of
from citymove.report.page_parts import (
    FONT_PLACE,
    FONT_RANGE,
    both,
    embedded_characters,
    environment,
    label,
    sentence,
    spoken,
    static,
    with_font,
)
from citymove.report.rails import rails
from citymove.report.stored import StoredStudy, read_results
from citymove.report.wording import grade_text, response_text, words
from citymove.runs.workers import run_all

__all__ = ["draw_figures", "embedded_characters", "render_page", "write_report"]

_DECISIVE_CHARTS: Final = (
    "parking_occupancy",
    "search_time",
    "commute_distribution",
    "convergence",
    "indicator_differences",
)


def write_report(folder: Path, *, jobs: int = 1) -> Path:
    """Draw the report of a study from its stored results.

    Parameters
    ----------
    folder
        The study's folder, ``out/STUDY``.
    jobs
        Processes that draw, >= 1; from two on each language has its own.

    Returns
    -------
    Path
        ``folder/report/index.html``; the figures lie in ``folder/figures``.

    Raises
    ------
    InputError
        The results are missing, damaged or of another format.
    MachineError
        The disk does not take the files, or the Chinese font is not installed.
    """
    study = read_results(folder)
    drawn = draw_figures(study, jobs=jobs)
    page = render_page(study, drawn)
    names = set()
    for figure in drawn:
        for suffix, data in (("png", figure.png), ("svg", figure.svg)):
            name = figure.file_name(suffix)
            names.add(name)
            write_bytes(folder / "figures" / name, data)
    _drop_stale(folder / "figures", names)
    path = folder / "report" / "index.html"
    write_text(path, page)
    return path


def draw_figures(study: StoredStudy, *, jobs: int = 1) -> list[Drawn]:
    """Return all figures in both languages; the same bytes whatever the number of processes."""
    parts = run_all(_draw_in, [(study, language) for language in LANGUAGES], jobs=jobs)
    by_language = {part[0].language: part for part in parts}
    return [figure for language in LANGUAGES for figure in by_language[language]]


def _draw_in(study: StoredStudy, language: Language) -> list[Drawn]:
    """Return all figures in one language."""
    plan = plan_of(study.links)
    most = change_scale(study.links)
    return [
        *charts(study, language),
        network_map(study, plan, language),
        *(
            difference_map(study, plan, option, most, language)
            for option in range(1, len(study.results.options))
        ),
    ]


def _drop_stale(folder: Path, names: set[str]) -> None:
    """Remove difference maps of options that the study no longer has."""
    for path in sorted(folder.glob("difference_*_*.*")):
        if path.suffix in (".png", ".svg") and path.name not in names:
            path.unlink()


def render_page(study: StoredStudy, drawn: Sequence[Drawn]) -> str:
    """Return the page's HTML.

    Parameters
    ----------
    study
        What to report.
    drawn
        All figures in both languages.
    """
    page = environment().get_template("page.html.j2").render(_context(study, drawn))
    return with_font(page)


def _context(study: StoredStudy, drawn: Sequence[Drawn]) -> Mapping[str, Any]:
    results = study.results
    data = pack_map(study)
    return {
        "t": spoken,
        "words": words,
        "both": both,
        "label": label,
        "title": words("page_title", city=results.city, study=results.study),
        "results": results,
        "checked": checked(results),
        "grade": grade_text(results.grade),
        "response": response_text(results.response),
        "findings": findings(results),
        "rails": rails(results),
        "sentence": sentence,
        "indicators": tables.indicator_rows(results),
        "commutes": tables.commute_rows(study),
        "retimings": tables.retiming_rows(results),
        "inferred": tables.inferred_junctions(results),
        "facilities": tables.facility_rows(study),
        "facility_count": int(study.curves.facility_id.size),
        "certificates": tables.certificate_rows(results),
        "convergence": tables.convergence_sentence(results),
        "starts": tables.start_rows(results),
        "inputs": tables.input_rows(results),
        "reading": tables.reading_rows(results),
        "reading_none": tables.reading_none(results),
        "over_capacity": tables.over_capacity_sentence(results),
        "identity": tables.identity_sentence(results),
        "peak": results.slices[study.links.peak_slice()],
        "peak_slice": study.links.peak_slice(),
        "chart": _charts(drawn),
        "maps": _maps(drawn),
        "map_data": {**data.header, "block": data.block},
        "figure_files": [f.file_name(s) for f in drawn for s in ("png", "svg")],
        "table_files": sorted(p.name for p in (study.folder / "tables").glob("*.csv")),
        "style": static("page.css"),
        "script": static("language.js") + static("map.js"),
        "font": FONT_PLACE,
        "font_range": FONT_RANGE,
    }


def _charts(drawn: Sequence[Drawn]) -> dict[str, Markup]:
    """Return the inline charts by stem, both languages in one."""
    found: dict[str, Markup] = {}
    for stem in _DECISIVE_CHARTS:
        halves = {f.language: f for f in drawn if f.stem == stem}
        if halves:
            found[stem] = Markup("").join(_half(halves[language]) for language in LANGUAGES)
    return found


def _half(figure: Drawn) -> Markup:
    svg = Markup(inline_svg(figure))  # noqa: S704 - matplotlib escapes the names in its SVG
    return Markup('<div class="{0}" lang="{0}">{1}</div>').format(figure.language, svg)


def _maps(drawn: Sequence[Drawn]) -> list[dict[Language, tuple[str, str]]]:
    """Return the difference maps as data addresses with their descriptions, by option."""
    found: dict[str, dict[Language, tuple[str, str]]] = {}
    for figure in drawn:
        if figure.stem.startswith("difference_"):
            data = base64.b64encode(figure.png).decode("ascii")
            address = f"data:image/png;base64,{data}"
            found.setdefault(figure.stem, {})[figure.language] = (address, figure.alt)
    return list(found.values())
