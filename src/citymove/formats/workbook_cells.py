"""The cells of a workbook or a CSV that a stranger may have written: data only, within bounds.

Only what a cell holds is read, never computed. A file is refused before it is unpacked where it
claims more than `MOST_BYTES`, and rows are never padded to what a sheet claims to have.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

from citymove.foundation.errors import InputError

FILE_BYTES: Final = 30_000_000
MOST_BYTES: Final = 60_000_000  # unpacked
PART_BYTES: Final = 3_000_000  # of styles, names and the like, which are held in memory whole
MOST_ROWS: Final = 300_000
MOST_COLUMNS: Final = 60
FORMULA: Final = "="  # a cell that holds a formula holds this and its text

_MERGED: Final = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]{0,200}?ref="([A-Z0-9:]{2,24})"')
_ROW: Final = re.compile(rb'<(?:\w+:)?row\s[^>]{0,400}?\br="(\d{1,12})"')
_QUOTED: Final = re.compile(r'"[^"]*"')
_HEAD: Final = 5000  # characters of a CSV that hold its first row
_LARGE: Final = ("xl/worksheets/", "xl/sharedStrings", "xl/media/")
_ID: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_REMEDY: Final = "save the workbook again as .xlsx, or take a newly written one"


@dataclass(frozen=True)
class Formula:
    """A cell that holds a formula: its text."""

    text: str


@dataclass(frozen=True)
class Sheet:
    """A sheet's cells.

    Parameters
    ----------
    name
        "" for a CSV.
    rows
        Values by row; what is empty is None.
    merged
        Ranges of merged cells ("F14:F16").
    rows_claimed
        The highest row that the file speaks of.
    """

    name: str
    rows: list[tuple[Any, ...]]
    merged: tuple[str, ...] = ()
    rows_claimed: int = 0


def read_sheets(path: Path) -> list[Sheet]:
    """Return the sheets of an ``.xlsx`` workbook, or the one of a ``.csv``.

    Raises
    ------
    InputError
        The file is missing, of another kind, damaged, locked by a password or too large.
    """
    suffix = path.suffix.lower()
    if suffix not in (".xlsx", ".csv"):
        raise InputError(
            "must end in .xlsx or .csv", file=path, remedy="save the workbook as .xlsx"
        )
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        raise InputError("does not exist", file=path, remedy="check the path") from None
    if size > FILE_BYTES:
        raise InputError(
            f"must be at most {FILE_BYTES / 1e6:g} MB", file=path, value=f"{size / 1e6:.1f} MB"
        )
    return [_csv_sheet(path)] if suffix == ".csv" else _workbook_sheets(path)


def _csv_sheet(path: Path) -> Sheet:
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        # as Chinese spreadsheets save; ids and values are ASCII all the same
        text = raw.decode("gb18030", errors="replace")
    head = _QUOTED.sub("", text[:_HEAD]).partition("\n")[0]
    separator = max(",;\t", key=head.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise InputError(
            f"is no valid CSV: {error}", file=path, remedy="check the quotes"
        ) from None
    if len(rows) > MOST_ROWS:
        raise InputError(f"must have at most {MOST_ROWS:,} rows", file=path)
    return Sheet("", [tuple(_csv_value(cell) for cell in row) for row in rows])


def _csv_value(text: str) -> Any:
    stripped = text.strip()
    return Formula(stripped) if stripped.startswith(FORMULA) else stripped or None


def _workbook_sheets(path: Path) -> list[Sheet]:
    from openpyxl import load_workbook

    try:
        bounds = _within_bounds(path)
        book = load_workbook(path, read_only=True, data_only=False, keep_links=False)
        try:
            return [
                Sheet(sheet.title, list(_rows(sheet)), *bounds.get(sheet.title, ((), 0)))
                for sheet in book.worksheets
            ]
        finally:
            book.close()
    except InputError:
        raise
    except Exception as error:  # noqa: BLE001 - openpyxl raises whatever its parsers raise
        raise InputError(
            f"cannot be read as a workbook ({type(error).__name__})", file=path, remedy=_REMEDY
        ) from None


def _rows(sheet: Any) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a sheet of openpyxl, at most `MOST_ROWS`; the claimed size is ignored."""
    sheet.reset_dimensions()
    for cells in sheet.iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS):
        yield tuple(
            Formula(str(cell.value)) if cell.data_type == "f" else cell.value for cell in cells
        )


def _within_bounds(path: Path) -> dict[str, tuple[tuple[str, ...], int]]:
    """Return merged ranges and the highest row of each sheet; refuse what unpacks too large."""
    with zipfile.ZipFile(path) as archive:
        size = sum(item.file_size for item in archive.infolist())
        if size > MOST_BYTES:
            raise InputError(
                f"must unpack to at most {MOST_BYTES / 1e6:g} MB",
                file=path,
                value=f"{size / 1e6:,.0f} MB",
                remedy=_REMEDY,
            )
        for item in archive.infolist():
            if item.file_size > PART_BYTES and not item.filename.startswith(_LARGE):
                raise InputError(
                    f"must unpack to at most {PART_BYTES / 1e6:g} MB in each part but the sheets",
                    file=path,
                    value=f"{item.filename}, {item.file_size / 1e6:,.0f} MB",
                    remedy=_REMEDY,
                )
        bounds = {}
        for name, part in _sheet_parts(archive).items():
            data = archive.read(part)
            merged = tuple(found.decode() for found in _MERGED.findall(data))
            bounds[name] = merged, max(map(int, _ROW.findall(data)), default=0)
        return bounds


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the archive's part of each sheet by the sheet's name."""
    # The archive is within bounds, and expat refuses entities that grow.
    book = ET.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 - see above
    links = ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 - same
    target = {link.get("Id"): (link.get("Target") or "").lstrip("/") for link in links}
    found = {}
    for sheet in book.iter():
        if sheet.tag.endswith("}sheet"):
            part = target.get(sheet.get(_ID), "")
            found[sheet.get("name") or ""] = part if part.startswith("xl/") else f"xl/{part}"
    return {name: part for name, part in found.items() if part in archive.namelist()}
