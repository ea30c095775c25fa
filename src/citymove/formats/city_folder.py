"""A city's folder: ``city.yaml``, its extract, and whichever sheets exist."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from citymove.facts.assumptions import required_keys
from citymove.facts.car_parks import FREE, UNSTATED, Access, CarParks
from citymove.facts.city import City, Side
from citymove.facts.defaults import defaults_for
from citymove.facts.gateways import Gateways, gateways_of
from citymove.facts.kerb import Fee
from citymove.facts.measured import Measured, measured_car_parks, measured_roads
from citymove.facts.zones import grid_zones
from citymove.formats.assumptions_sheet import missing_keys, read_assumptions
from citymove.formats.boundary_file import read_boundary
from citymove.formats.car_parks_sheet import CarParkRow, read_car_parks, with_measured
from citymove.formats.city_document import CityEntry, cross_faults
from citymove.formats.city_layers import with_layers
from citymove.formats.completed_layout import WORKBOOK
from citymove.formats.completed_sheet import Completed, read_completed
from citymove.formats.matrices import read_matrix
from citymove.formats.osm import OsmFacts, read_osm
from citymove.foundation.documents import Document, read_document, validate
from citymove.foundation.errors import InputError, InputErrors
from citymove.foundation.note import Note
from citymove.foundation.provenance import Sourced

Array = np.ndarray[Any, Any]
T = TypeVar("T")

CITY, ASSUMPTIONS, CAR_PARKS = "city.yaml", "assumptions.csv", "car_parks.csv"
TRIPS = ("trips.csv", "trips.omx")
_SHEETS = (".csv", ".tsv", ".xls", ".xlsx", ".ods")


@dataclass(frozen=True, slots=True)
class _Stated:
    """What the folder's own files state, before the extract is read."""

    entry: CityEntry
    assumptions: dict[str, Sourced]
    boundary: tuple[Array, Array] | None
    crop: tuple[Array, Array] | None
    car_parks: list[CarParkRow]


def read_city(folder: Path, *, progress: Callable[[str], None] | None = None) -> City:
    """Read a city from its folder.

    Parameters
    ----------
    folder
        Holds ``city.yaml``, the extract and, where the city has one, the boundary that it
        names, ``assumptions.csv`` and, where they exist, ``car_parks.csv`` and
        ``roads_to_complete.xlsx``, whose measured values go before those of the map, and
        ``trips.csv`` or ``trips.omx``, car trips a day between zones and gateways, which replace
        the synthetic distribution. Documents of layers that ``city.yaml`` names, and their files,
        lie there too.
    progress
        Told in words where the work stands.

    Returns
    -------
    City
        Public car parks and kerb of no stated tariff have the city's default ones.

    Raises
    ------
    InputErrors
        Every broken rule of the folder's files at once; then, once these are sound, every one
        that shows against the extract. Each names file, line, value, rule and remedy.
    InputError
        The folder or ``city.yaml`` cannot be read, or the extract is none.
    """
    tell = progress or _silent
    if not folder.is_dir():
        raise InputError("is no folder", file=folder, remedy="give the folder of a city")
    if not (folder / CITY).exists():
        raise InputError(
            "does not exist",
            file=folder / CITY,
            remedy=f"give the folder of a city, which holds its {CITY}",
        )
    document = read_document(folder / CITY)
    entry = validate(document, CityEntry)
    stated = _read_stated(folder, document, entry)
    tell(f"reading {entry.extract.file}")
    facts = read_osm(
        folder / entry.extract.file,
        country=entry.country,
        boundary=stated.boundary,
        crop=stated.crop,
        progress=progress,
    )
    facts = with_layers(
        facts,
        roads=None if entry.roads is None else folder / entry.roads.layer,
        car_parks=None if entry.car_parks is None else folder / entry.car_parks.layer,
        country=entry.country,
        boundary=stated.boundary,
    )
    tell("placing zones and gateways")
    return _with_trips(folder, _build(document, stated, facts, folder / WORKBOOK))


def _with_trips(folder: Path, city: City) -> City:
    """Return the city with the matrix of trips that lies in its folder, if one does."""
    found = [folder / name for name in TRIPS if (folder / name).exists()]
    if len(found) > 1:
        raise InputError(
            "holds two matrices of trips",
            file=folder,
            value=" and ".join(path.name for path in found),
            remedy="leave the one that counts",
        )
    if not found:
        return city
    centroids = [*city.zones.id.tolist(), *city.gateways.id.tolist()]
    return replace(city, given_trips=read_matrix(found[0], zone_ids=centroids))


def _silent(_: str) -> None:
    """Tell nobody."""


def _read_stated(folder: Path, document: Document, entry: CityEntry) -> _Stated:
    errors: list[InputError] = []
    keys = required_keys(dict.fromkeys(side.id for side in entry.sides))
    errors += cross_faults(document, entry, keys)
    errors += _unread_sheets(folder)
    errors += _extract_faults(folder, document, entry)
    assumptions = _attempt(errors, lambda: read_assumptions(folder / ASSUMPTIONS, keys))
    boundary, crop = (
        None if name is None else _attempt(errors, partial(read_boundary, folder / name))
        for name in (entry.boundary, entry.crop)
    )
    rows: list[CarParkRow] | None = []
    if (folder / CAR_PARKS).exists():
        ids = [tariff.id for tariff in entry.tariffs]
        rows = _attempt(errors, lambda: read_car_parks(folder / CAR_PARKS, ids))
    if assumptions is not None and not errors:
        totals = {key: total.as_fact() for key, total in entry.totals.items()}
        errors += _stated_in_both(document, totals, assumptions)
        assumptions = {**totals, **assumptions}
        errors += missing_keys(keys, assumptions, folder / ASSUMPTIONS)
        errors += _shares_off(folder / ASSUMPTIONS, assumptions)
    if errors or assumptions is None or rows is None:
        raise InputErrors(errors)
    return _Stated(entry, assumptions, boundary, crop, rows)


def _attempt(errors: list[InputError], read: Callable[[], T]) -> T | None:
    """Return what `read` reads, or None with its errors added to `errors`."""
    try:
        return read()
    except InputErrors as several:
        errors += several.errors
    except InputError as error:
        errors.append(error)
    return None


def _unread_sheets(folder: Path) -> list[InputError]:
    """Return one error per sheet that is not read: lying there, it would seem to count.

    Files that a spreadsheet program keeps beside an open sheet (``~$...``) are none.
    """
    known = (ASSUMPTIONS, CAR_PARKS, WORKBOOK, *TRIPS)
    return [
        InputError(
            "is a sheet that this version does not read",
            file=path,
            remedy=f"move it out of the folder; read are {', '.join(known)}",
        )
        for path in sorted(folder.iterdir())
        if path.suffix.lower() in _SHEETS
        and path.name not in known
        and not path.name.startswith(("~$", ".~"))
    ]


def _extract_faults(folder: Path, document: Document, entry: CityEntry) -> list[InputError]:
    path = folder / entry.extract.file
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        rule = f"cannot be read: {error.strerror}"
        return [document.error(rule, ("extract", "file"), remedy="put the extract there")]
    if found == entry.extract.sha256:
        return []
    return [
        document.error(
            f"is not the checksum of {path.name}, which is {found}",
            ("extract", "sha256"),
            value=f"extract.sha256 = {entry.extract.sha256[:12]}...",
            remedy="restore the file, or write its checksum if you changed it on purpose",
        )
    ]


def _stated_in_both(
    document: Document, totals: Iterable[str], sheet: Iterable[str]
) -> list[InputError]:
    return [
        document.error(
            f"stands in {ASSUMPTIONS} as well", ("totals", key), remedy="keep one of the two"
        )
        for key in sorted(set(totals) & set(sheet))
    ]


def _shares_off(path: Path, assumptions: dict[str, Sourced]) -> list[InputError]:
    """Shares by purpose must sum to 1."""
    errors = []
    for stem in ("resident_purpose_share", "visitor_purpose_share"):
        total = sum(v.value for key, v in assumptions.items() if key.startswith(f"{stem}."))
        if abs(total - 1) > 1e-6:
            errors.append(
                InputError(
                    "must sum to 1",
                    file=path,
                    value=f"{stem}.* sums to {total:g}",
                    remedy="correct the shares",
                )
            )
    return errors


def _build(document: Document, stated: _Stated, facts: OsmFacts, workbook: Path) -> City:
    entry, plane = stated.entry, facts.plane
    errors: list[InputError] = []
    measured = _attempt(errors, lambda: _measured(workbook, stated, facts)) or Measured()
    facts = replace(
        facts,
        roads=measured_roads(facts.roads, measured),
        car_parks=measured_car_parks(facts.car_parks, measured),
    )
    ring_x_m, ring_y_m = np.empty(0), np.empty(0)
    if stated.boundary is not None:
        ring_x_m, ring_y_m = plane.to_metres(*stated.boundary)
    anchors = np.array([side.anchor for side in entry.sides])
    anchor_x_m, anchor_y_m = plane.to_metres(anchors[:, 0], anchors[:, 1])
    sides = tuple(
        Side(side.id, side.name.as_fact(), float(x), float(y))
        for side, x, y in zip(entry.sides, anchor_x_m, anchor_y_m, strict=True)
    )
    gateways = gateways_of(
        facts.roads,
        boundary_x_m=ring_x_m,
        boundary_y_m=ring_y_m,
        side=np.array([side.id for side in sides], np.str_),
        anchor_x_m=anchor_x_m,
        anchor_y_m=anchor_y_m,
        defaults=defaults_for(entry.country),
    )
    errors += _sides_without_roads(document, entry, gateways)
    parks = _attempt(errors, lambda: _car_parks(facts.car_parks, stated))
    if not len(facts.places):
        errors.append(
            document.error(
                "holds no building and no point of interest inside the study area",
                ("extract", "file"),
                remedy="use an extract with buildings, or a boundary that lies on it",
            )
        )
    if errors or parks is None:
        raise InputErrors(errors)
    kerb_row = entry.tariff_row(entry.kerb_tariff)
    return City(
        name=entry.name.as_fact(),
        country=entry.country,
        year=entry.year,
        drives_on=entry.driving_side,
        currency=entry.currency,
        plane=plane,
        attribution=entry.attribution,
        boundary_x_m=ring_x_m,
        boundary_y_m=ring_y_m,
        roads=facts.roads,
        kerb=replace(facts.kerb, tariff=np.where(facts.kerb.fee == Fee.NO, FREE, kerb_row)),
        car_parks=parks,
        tariffs=tuple(tariff.as_fact(entry.currency) for tariff in entry.tariffs),
        signal_plans=(),
        zones=grid_zones(facts.places, entry.zones.cell_m),
        gateways=gateways,
        places=facts.places,
        assumptions=stated.assumptions,
        reading=replace(
            facts.reading, notes=(*facts.reading.notes, _gateway_note(stated, gateways))
        ),
        sides=sides,
        kerb_tariff=kerb_row,
        infer_signals=entry.signals == "inferred",
        stated_signals=measured.signals,
        kerb_hours=facts.kerb_hours,
        kerb_sides=facts.kerb_sides,
        kerb_clear=facts.kerb_clear,
    )


def _measured(workbook: Path, stated: _Stated, facts: OsmFacts) -> Measured:
    """Return what the folder's workbook states, nothing where there is none.

    Raises
    ------
    InputErrors
        Every broken cell; spaces that ``car_parks.csv`` states as well.
    """
    if not workbook.exists():
        return Measured()
    completed = read_completed(workbook, facts.roads, facts.car_parks)
    errors = _spaces_in_both(completed, stated.car_parks)
    if errors:
        raise InputErrors(errors)
    return completed.measured


def _spaces_in_both(completed: Completed, rows: Iterable[CarParkRow]) -> list[InputError]:
    counted = {row.id: row.row for row in rows if row.spaces is not None}
    return [
        InputError(
            f"is stated in {CAR_PARKS}, line {counted[cell.id].line}, as well",
            file=completed.file,
            value=f"{cell.place} = {cell.value:g} ({cell.id})",
            remedy="keep one of the two",
        )
        for cell in completed.cells
        if cell.sheet == "car_parks" and cell.id in counted
    ]


def _gateway_note(stated: _Stated, gateways: Gateways) -> Note:
    where = ("roads that cross the boundary", "与边界相交的道路")
    if stated.boundary is None:
        where = (
            "dead ends at the edge of the extract, since the city has no boundary",
            "数据范围边缘的断头路（该城市未给出边界）",
        )
    count = len(gateways)
    return Note(
        "gateways", en=f"{count} gateways: {where[0]}.", zh=f"{count} 个出入口：{where[1]}。"
    )


def _sides_without_roads(
    document: Document, entry: CityEntry, gateways: Gateways
) -> list[InputError]:
    errors = []
    for row, side in enumerate(entry.sides):
        here = gateways.side == side.id
        for word, weight in (("in", gateways.inbound_weight), ("out", gateways.outbound_weight)):
            if not weight[here].sum() > 0:
                errors.append(
                    document.error(
                        f"no road of this side leads {word}",
                        ("sides", row, "id"),
                        remedy="move its anchor nearer to the roads it stands for, or drop it",
                    )
                )
    return errors


def _car_parks(mapped: CarParks, stated: _Stated) -> CarParks:
    """Return the mapped car parks with default tariffs, then with what was measured."""
    open_to_all = np.isin(mapped.access, (Access.PUBLIC, Access.CUSTOMERS))
    row = stated.entry.tariff_row(stated.entry.car_park_tariff)
    priced = np.where(open_to_all & (mapped.tariff == UNSTATED), row, FREE)
    return with_measured(replace(mapped, tariff=priced), stated.car_parks)
