"""The workbook that a planner completes: what is missing, one row a street, junction, car park.

A name out of a map is text whatever it starts with, so that no spreadsheet runs it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any, Final

import numpy as np

from citymove.facts.car_parks import Access, CarParkKind
from citymove.formats.completed_layout import ABOUT, SHEETS, WORKBOOK, FillColumn, column_letters
from citymove.formats.completed_sheet import Completed
from citymove.foundation.provenance import Source
from citymove.prepare.audit import Audit
from citymove.prepare.audited_signals import JunctionState
from citymove.prepare.missing import StreetGaps, unsized
from citymove.report.wording import class_name, words
from citymove.scenario.results import Text

MOST_ROWS: Final = 5_000  # of a sheet: more than anybody fills in
_RUNS: Final = ("=", "+", "-", "@", "\t", "\r")  # a text that starts so may be taken for a formula
_MADE: Final = datetime(2000, 1, 1)
_MODIFIED: Final = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")  # openpyxl writes the clock here
_STANDS, _TO_FILL = "stands", "to fill"
_YELLOW, _GREY, _HEAD = "FFF7CC", "F2F2F2", "10364F"
_WIDTHS: Final = {"id": 24, "name": 38, "junction": 16, "class": 20, "kind": 18, "today": 20}


@dataclass(frozen=True)
class _List:
    """A sheet: its columns before the one that is filled, its rows, and how many there are."""

    sheet: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    total: int


def workbook_bytes(audit: Audit, attribution: str, completed: Completed | None = None) -> bytes:
    """Return the workbook as bytes; equal audits give equal bytes.

    Parameters
    ----------
    audit
        What is missing.
    attribution
        Who must be named.
    completed
        What the planner filled in before, which stands in its cells again.
    """
    from openpyxl import Workbook

    filled = {} if completed is None else {(c.sheet, c.id): c.value for c in completed.cells}
    lists = [
        _with_filled(one, filled)
        for one in (
            _signals(audit),
            _streets("lanes", audit.lane_gaps),
            _streets("speeds", audit.speed_gaps),
            _car_parks(audit),
        )
    ]
    book = Workbook(write_only=True)
    _add_styles(book)
    _write_about(book.create_sheet(ABOUT), audit, attribution, lists)
    for one in lists:
        _write_list(book.create_sheet(one.sheet), one, filled)
    book.properties.creator = "citymove"
    book.properties.created = book.properties.modified = _MADE
    return _same_bytes(book)


# --- rows -----------------------------------------------------------------------------------


def _signals(audit: Audit) -> _List:
    table = audit.signals.junctions
    inferred_first = np.argsort(table.state != JunctionState.INFERRED, kind="stable")
    rows = [
        (
            str(table.node[row]),
            str(table.junction[row]),
            str(table.name[row]),
            round(float(table.lon[row]), 6),
            round(float(table.lat[row]), 6),
            words(f"state_{JunctionState(table.state[row]).name.lower()}"),
        )
        for row in inferred_first[:MOST_ROWS].tolist()
    ]
    return _List("signals", ("id", "junction", "name", "lon", "lat", "today"), rows, len(table))


def _streets(sheet: str, gaps: StreetGaps) -> _List:
    scale, digits = (1.0, 1) if sheet == "lanes" else (3.6, 0)
    rows = []
    for row in range(min(len(gaps), MOST_ROWS)):
        name = class_name(int(gaps.road_class[row]))
        rows.append(
            (
                str(gaps.id[row]),
                str(gaps.name[row]),
                words("ramp_of", road_class=name) if gaps.ramp[row] else name,
                round(float(gaps.length_m[row])),
                round(float(gaps.lon[row]), 6),
                round(float(gaps.lat[row]), 6),
                round(float(gaps.value[row]) * scale, digits),
            )
        )
    columns = ("id", "name", "class", "length", "lon", "lat", "today")
    return _List(sheet, columns, rows, len(gaps))


def _car_parks(audit: Audit) -> _List:
    """Return car parks of unknown size first, the largest first, then those whose size is known."""
    parks = audit.car_parks
    first = unsized(parks)
    public = np.flatnonzero(np.isin(parks.access, (Access.PUBLIC, Access.CUSTOMERS)))
    known = np.setdiff1d(public, first)
    order = np.concatenate([first, known])
    lon, lat = audit.plane.to_degrees(parks.x_m, parks.y_m)
    rows = []
    for row in order[:MOST_ROWS].tolist():
        stated = int(parks.spaces[row]) >= 0
        rows.append(
            (
                str(parks.id[row]),
                str(parks.name[row]),
                words(f"kind_{CarParkKind(parks.kind[row]).name.lower()}"),
                round(float(parks.area_m2[row])) or None,
                round(float(lon[row]), 6),
                round(float(lat[row]), 6),
                int(parks.spaces[row]) if stated else None,
                words(f"source_{Source(parks.spaces_source[row]).word}") if stated
                else words("spaces_unknown"),
            )
        )  # fmt: skip
    columns = ("id", "name", "kind", "area", "lon", "lat", "today", "source_of")
    return _List("car_parks", columns, rows, order.size)


def _with_filled(one: _List, filled: dict[tuple[str, str], float | bool]) -> _List:
    """Return the list with rows for what was filled in before and is missing no more."""
    listed = {row[0] for row in one.rows}
    more = [
        (identity, *(None,) * (len(one.columns) - 1))
        for sheet, identity in filled
        if sheet == one.sheet and identity not in listed
    ]
    return _List(one.sheet, one.columns, [*one.rows, *more], one.total + len(more))


# --- sheets ---------------------------------------------------------------------------------


def _write_about(sheet: Any, audit: Audit, attribution: str, lists: Sequence[_List]) -> None:
    from openpyxl.styles import Alignment, Font

    sheet.column_dimensions["A"].width = 72
    sheet.column_dimensions["B"].width = 72
    name = Text(en=audit.name.en, zh=audit.name.zh)
    lines = [
        words("audit_title", name=name),
        words("book_about"),
        words("book_return", workbook=WORKBOOK),
        words("book_keep"),
        words("book_order"),
        *(words(f"book_{one.sheet}") for one in lists),
        *(
            words("book_capped", sheet=one.sheet, n=f"{len(one.rows):,}", of=f"{one.total:,}")
            if one.total > len(one.rows)
            else words("book_rows", sheet=one.sheet, n=f"{len(one.rows):,}")
            for one in lists
        ),
        words("book_source", file=audit.reading.file, attribution=attribution),
    ]
    for number, line in enumerate(lines):
        cells = [_text_cell(sheet, text) for text in (line.en, line.zh)]
        for cell in cells:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.font = Font(bold=number == 0, size=14 if number == 0 else 11)
        sheet.append(cells)


def _write_list(sheet: Any, one: _List, filled: dict[tuple[str, str], float | bool]) -> None:
    from openpyxl.worksheet.dimensions import SheetFormatProperties

    fill = SHEETS[one.sheet]
    keys = (*one.columns, fill.key)
    for column, key in enumerate(keys):
        sheet.column_dimensions[column_letters(column)].width = _WIDTHS.get(key, 14)
    sheet.sheet_format = SheetFormatProperties(defaultRowHeight=15)
    sheet.row_dimensions[1].height = 48
    sheet.freeze_panes = "C2"
    last = column_letters(len(keys) - 1)
    sheet.auto_filter.ref = f"A1:{last}{len(one.rows) + 1}"
    sheet.data_validations.append(_validation(fill, f"{last}2:{last}{len(one.rows) + 1000}"))
    sheet.append(list(_heading(sheet, one, fill)))
    for row in one.rows:
        cells = [_cell(sheet, value, _STANDS) for value in row]
        known = filled.get((one.sheet, row[0]))
        answer = ("yes" if known else "no") if isinstance(known, bool) else known
        sheet.append([*cells, _cell(sheet, answer, _TO_FILL)])


def _heading(sheet: Any, one: _List, fill: FillColumn) -> Iterator[Any]:
    from openpyxl.styles import Alignment, Font, PatternFill

    for key in (*one.columns, fill.key):
        text = words(f"book_fill_{one.sheet}" if key == fill.key else f"book_{key}")
        cell = _text_cell(sheet, f"{key}\n{text.en}\n{text.zh}")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor=_HEAD)
        yield cell


def _add_styles(book: Any) -> None:
    """Add the looks of a cell that stands, and of one to fill; a cell names one of them."""
    from openpyxl.styles import Border, Font, NamedStyle, PatternFill, Side

    thin = Side(style="thin", color="D9B84A")
    stands = NamedStyle(
        _STANDS, font=Font(color="595959"), fill=PatternFill("solid", fgColor=_GREY)
    )
    to_fill = NamedStyle(
        _TO_FILL,
        fill=PatternFill("solid", fgColor=_YELLOW),
        border=Border(left=thin, right=thin, top=thin, bottom=thin),
    )
    for style in (stands, to_fill):
        book.add_named_style(style)


def _cell(sheet: Any, value: Any, style: str) -> Any:
    from openpyxl.cell import WriteOnlyCell

    if isinstance(value, Text):
        value = value.en if value.en == value.zh else f"{value.en} · {value.zh}"
    if isinstance(value, str):
        return _text_cell(sheet, value, style)
    cell = WriteOnlyCell(sheet, value)
    cell.style = style
    return cell


def _text_cell(sheet: Any, text: str, style: str = "Normal") -> Any:
    """Return a cell that holds text, whatever it starts with."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", text))
    cell.data_type = "s"
    cell.style = style
    if text.startswith(_RUNS):
        cell.quotePrefix = True  # a text stays one when it is edited or saved as CSV
    return cell


def _validation(fill: FillColumn, span: str) -> Any:
    from openpyxl.worksheet.datavalidation import DataValidation

    if fill.kind == "yes_no":
        rule = DataValidation(type="list", formula1='"yes,no"', allow_blank=True)
    else:
        rule = DataValidation(
            type="whole" if fill.kind == "whole" else "decimal",
            operator="between",
            formula1=f"{fill.low:g}",
            formula2=f"{fill.high:.0f}",
            allow_blank=True,
        )
    text = words("book_error")
    rule.error = f"{text.en} {text.zh}"
    rule.showErrorMessage = True
    rule.add(span)
    return rule


def _same_bytes(book: Any) -> bytes:
    """Return the book's archive with the clock left out of it."""
    import zipfile

    buffer, same = BytesIO(), BytesIO()
    book.save(buffer)
    with (
        zipfile.ZipFile(buffer) as made,
        zipfile.ZipFile(same, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for item in made.infolist():
            entry = zipfile.ZipInfo(item.filename, _MADE.timetuple()[:6])
            data = _MODIFIED.sub(rb"\g<1>" + _MADE.isoformat().encode() + b"Z", made.read(item))
            archive.writestr(entry, data, zipfile.ZIP_DEFLATED)
    return same.getvalue()
