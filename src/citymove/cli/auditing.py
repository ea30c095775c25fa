"""A city's folder or an extract to its audit: what ``citymove audit`` writes."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from citymove.facts.measured import measured_car_parks, measured_roads
from citymove.formats.boundary_file import read_boundary
from citymove.formats.city_folder import read_city
from citymove.formats.completed_layout import WORKBOOK
from citymove.formats.completed_sheet import read_completed
from citymove.formats.osm import read_osm
from citymove.formats.road_source import (
    GRAPH_ENDINGS,
    LAYER_ENDINGS,
    OSM_ATTRIBUTION,
    is_extract,
    read_road_source,
)
from citymove.foundation.errors import InputError
from citymove.prepare.audit import audit_city, audit_extract
from citymove.report.audit_page import write_audit


def audit_files(
    source: Path,
    *,
    country: str = "",
    boundary: Path | None = None,
    crop: Path | None = None,
    completed: Path | None = None,
    out: Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> tuple[Path, Path]:
    """Audit a city's folder or an extract, and return the paths of page and workbook.

    Parameters
    ----------
    source
        A city's folder, a file of OpenStreetMap, the document of a layer of roads, or a graph of
        osmnx.
    country
        ISO 3166-1 code, which chooses the defaults; for an extract.
    boundary
        GeoJSON of the study area; for an extract.
    crop
        GeoJSON of an area; roads that do not touch it are left out; for an extract.
    completed
        A completed workbook; for an extract. A folder holds its own.
    out
        Folder to write to; None: ``out/audit/NAME``.
    progress
        Told in words where the work stands.

    Raises
    ------
    InputError, InputErrors
        What cannot be read, see `read_city`, `read_osm`, `read_road_source`, `read_completed`.
    """
    folder = out if out is not None else Path("out", "audit", _name_of(source))
    if not source.is_dir():
        return _of_extract(source, country, boundary, crop, completed, folder, progress)
    for option, given in (
        ("country", country), ("boundary", boundary), ("crop", crop), ("completed", completed),
    ):  # fmt: skip
        if given:
            raise InputError(
                "is for an extract; a city's folder states it itself",
                value=f"--{option} {given}",
                remedy=f"put the workbook into the folder as {WORKBOOK}"
                if option == "completed"
                else "leave it out",
            )
    city = read_city(source, progress=progress)
    workbook = source / WORKBOOK
    filled = read_completed(workbook, city.roads, city.car_parks) if workbook.exists() else None
    return write_audit(audit_city(city), folder, attribution=city.attribution, completed=filled)


def _of_extract(
    source: Path,
    country: str,
    boundary: Path | None,
    crop: Path | None,
    completed: Path | None,
    folder: Path,
    progress: Callable[[str], None] | None,
) -> tuple[Path, Path]:
    ring = None if boundary is None else read_boundary(boundary)
    attribution = OSM_ATTRIBUTION
    if is_extract(source):
        facts = read_osm(
            source,
            country=country,
            boundary=ring,
            crop=None if crop is None else read_boundary(crop),
            progress=progress,
        )
    else:
        _refuse_areas(boundary, crop)
        found = read_road_source(source, country=country)
        facts, country, attribution = found.facts, found.country, found.attribution
    filled = None
    if completed is not None:
        filled = read_completed(completed, facts.roads, facts.car_parks)
        facts = replace(
            facts,
            roads=measured_roads(facts.roads, filled.measured),
            car_parks=measured_car_parks(facts.car_parks, filled.measured),
        )
    audit = audit_extract(
        facts,
        country=country,
        boundary=ring,
        stated_signals=None if filled is None else filled.measured.signals,
    )
    return write_audit(audit, folder, attribution=attribution, completed=filled)


def _refuse_areas(boundary: Path | None, crop: Path | None) -> None:
    """Raise where an area is given for a layer or a graph, which are read whole."""
    for option, given in (("boundary", boundary), ("crop", crop)):
        if given is not None:
            raise InputError(
                "is for an extract of OpenStreetMap",
                value=f"--{option} {given}",
                remedy="cut the layer or the graph itself",
            )


def _name_of(source: Path) -> str:
    """Return the name of the folder, or of the file without its suffixes."""
    name = source.resolve().name
    for suffix in (".gz", ".pbf", ".osm", *LAYER_ENDINGS, *GRAPH_ENDINGS):
        name = name.removesuffix(suffix)
    return name or "city"
