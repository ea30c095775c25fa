"""The audit's page and its workbook: what is known of a city's roads, and what is missing."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from citymove import __version__
from citymove.formats.completed_layout import WORKBOOK
from citymove.formats.completed_sheet import Completed
from citymove.foundation.whole_files import write_bytes, write_text
from citymove.prepare.audit import Audit
from citymove.prepare.audited_signals import JunctionState
from citymove.report import audit_tables as tables
from citymove.report.audit_maps import SOURCE_COLOURS, pack_audit_map
from citymove.report.audit_workbook import workbook_bytes
from citymove.report.page_parts import (
    FONT_PLACE,
    FONT_RANGE,
    both,
    environment,
    label,
    spoken,
    static,
    with_font,
)
from citymove.report.wording import words
from citymove.scenario.results import Text

SHOWS: Final = ("lost", "lanes_source", "speed_source", "signals", "car_parks")
OSM_ATTRIBUTION: Final = "© OpenStreetMap contributors"


def write_audit(
    audit: Audit,
    folder: Path,
    *,
    attribution: str = OSM_ATTRIBUTION,
    completed: Completed | None = None,
) -> tuple[Path, Path]:
    """Write the page and the workbook of an audit.

    Parameters
    ----------
    audit
        What to say.
    folder
        Where to; made where it is missing.
    attribution
        Who must be named beside the map.
    completed
        What the planner filled in before; the new workbook keeps it.

    Returns
    -------
    page, workbook
        ``folder/index.html`` and ``folder/roads_to_complete.xlsx``.

    Raises
    ------
    MachineError
        The disk does not take the files.
    """
    page, workbook = folder / "index.html", folder / WORKBOOK
    write_text(page, render_audit(audit, attribution))
    write_bytes(workbook, workbook_bytes(audit, attribution, completed))
    return page, workbook


def render_audit(audit: Audit, attribution: str) -> str:
    """Return the page's HTML."""
    template = environment().get_template("audit.html.j2")
    return with_font(template.render(_context(audit, attribution)))


def _context(audit: Audit, attribution: str) -> Mapping[str, Any]:
    name = Text(en=audit.name.en, zh=audit.name.zh)
    data = pack_audit_map(audit, attribution)
    return {
        "t": spoken,
        "words": words,
        "both": both,
        "label": label,
        "title": words("audit_title", name=name),
        "name": name,
        "audit": audit,
        "workbook": WORKBOOK,
        "version": __version__,
        "attribution": attribution,
        "defaults": _defaults(audit),
        "extent": tables.extent_text(audit),
        "network": _network(audit),
        "lengths": tables.length_rows(audit),
        "missing": tables.missing_rows(audit),
        "shows": SHOWS,
        "sources": [
            {"word": source.word, "colour": SOURCE_COLOURS[source]}
            for source in tables.shown_sources(audit)
        ],
        "coverage": tables.coverage_rows(audit),
        "by_class": tables.class_tables(audit),
        "defaults_taken": tables.default_tables(audit),
        "lost": tables.lost_rows(audit),
        "lost_sentence": tables.lost_sentence(audit),
        "lost_streets": tables.lost_streets(audit),
        "cut_sentence": tables.cut_sentence(audit),
        "lost_groups": tables.lost_groups(audit),
        "signal_counts": tables.signal_counts(audit),
        "candidates": tables.candidates(audit),
        "candidate_count": audit.signals.count(JunctionState.INFERRED),
        "kerb_sides": tables.side_rows(audit),
        "spaces": tables.spaces_tables(audit),
        "deductions": tables.deductions(audit),
        "counts": tables.count_rows(audit),
        "map_data": {**data.header, "block": data.block},
        "style": static("page.css") + static("audit.css"),
        "script": static("language.js") + static("canvas.js") + static("audit_map.js"),
        "font": FONT_PLACE,
        "font_range": FONT_RANGE,
    }


def _defaults(audit: Audit) -> Text:
    country: object = audit.country or words("audit_no_country")
    side = words(f"side_{audit.defaults.drives_on}")
    return words("audit_defaults_value", table=audit.defaults.table, country=country, side=side)


def _network(audit: Audit) -> Text:
    return words(
        "audit_network_value",
        km=tables.km(float(audit.lengths.road_km.sum())),
        links=f"{len(audit.roads.links):,}",
        nodes=f"{len(audit.roads.nodes):,}",
    )
