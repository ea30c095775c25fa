"""``roads_to_complete``: what a planner filled in of an audit's workbook, taken back as measured.

Rows speak of stable ids: a way and its direction (``123/f``) or one link (``123/4-5/f``), a
node, a car park. Empty cells are left as they are, so a half-finished list is fine.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from citymove.facts.car_parks import CarParks
from citymove.facts.measured import Measured, MeasuredLanes, MeasuredSpaces, MeasuredSpeeds
from citymove.facts.roads import Roads
from citymove.facts.signal_plans import StatedSignals
from citymove.formats.completed_layout import (
    ABOUT,
    ID,
    NO,
    SHEETS,
    YES,
    FillColumn,
    column_letters,
    key_of,
)
from citymove.formats.workbook_cells import MOST_ROWS, Formula, Sheet, read_sheets
from citymove.foundation.errors import InputError, InputErrors
from citymove.foundation.near_names import did_you_mean

Array = np.ndarray[Any, Any]

_KMH: Final = 1 / 3.6
_GUESSED: Final = 20  # errors that are told what the id may have meant; further ones are not
_NEW_WORKBOOK: Final = "take the id from a newly written workbook"


@dataclass(frozen=True, slots=True)
class CompletedCell:
    """One filled cell.

    Parameters
    ----------
    sheet, cell
        Where it stands ("lanes", "F14").
    id
        What it speaks of.
    value
        float, or bool of ``signals``.
    """

    sheet: str
    cell: str
    id: str
    value: float | bool

    @property
    def place(self) -> str:
        """The cell as a spreadsheet names it."""
        return f"{self.sheet}!{self.cell}"


@dataclass(frozen=True, eq=False, kw_only=True)
class Completed:
    """What the planner filled in.

    Parameters
    ----------
    file
        The workbook.
    cells
        Filled cells, in the order of the file.
    measured
        The facts that they state.
    """

    file: Path
    cells: tuple[CompletedCell, ...]
    measured: Measured


def read_completed(path: Path, roads: Roads, car_parks: CarParks) -> Completed:
    """Read what was filled in, and find what it speaks of.

    Parameters
    ----------
    path
        A workbook (``.xlsx``), or one of its sheets saved as ``.csv`` (UTF-8 or GB 18030).
    roads, car_parks
        Those of the extract.

    Raises
    ------
    InputError
        The file cannot be read at all.
    InputErrors
        Every broken cell at once, each with file, sheet and cell, value, rule and remedy.
    """
    errors: list[InputError] = []
    cells: list[CompletedCell] = []
    for sheet in _known_sheets(path, read_sheets(path), errors):
        cells += _filled(path, sheet, errors)
    measured = _measured(path, cells, roads, car_parks, errors)
    if errors:
        raise InputErrors(errors)
    return Completed(file=path, cells=tuple(cells), measured=measured)


# --- sheets and cells -----------------------------------------------------------------------


def _known_sheets(path: Path, sheets: list[Sheet], errors: list[InputError]) -> Iterator[Sheet]:
    known = 0
    for sheet in sheets:
        name = sheet.name or _sheet_of_csv(sheet)
        if name in SHEETS:
            known += 1
            yield Sheet(name, sheet.rows, sheet.merged, sheet.rows_claimed)
        elif name != ABOUT:
            errors.append(
                InputError(
                    "is no sheet of this workbook",
                    file=path,
                    value=f"sheet {name!r}",
                    remedy=did_you_mean(name, SHEETS),
                )
            )
    if not known and not errors:
        errors.append(
            InputError("holds no sheet to read", file=path, remedy=f"needed: {', '.join(SHEETS)}")
        )


def _sheet_of_csv(sheet: Sheet) -> str:
    """Return which sheet a CSV was saved from, by its headings, "" for none."""
    keys = {key_of(cell) for cell in sheet.rows[0]} if sheet.rows else set()
    return next((name for name, fill in SHEETS.items() if fill.key in keys), "")


def _filled(path: Path, sheet: Sheet, errors: list[InputError]) -> list[CompletedCell]:
    """Return the filled cells of one sheet."""
    broken = [*_merged(path, sheet), *_too_long(path, sheet)]
    columns = _columns(path, sheet, broken)
    errors += broken
    if columns is None:
        return []
    fill, of_id, of_value = SHEETS[sheet.name], *columns
    cells: list[CompletedCell] = []
    first: dict[str, str] = {}
    for number, row in enumerate(sheet.rows[1:], start=2):
        value = row[of_value] if of_value < len(row) else None
        if value is None or (isinstance(value, str) and not value.strip()):
            continue
        cell = f"{column_letters(of_value)}{number}"
        named = row[of_id] if of_id < len(row) else None
        try:
            parsed = _parsed(path, f"{sheet.name}!{cell}", value, fill)
            identity = _identity(path, f"{sheet.name}!{column_letters(of_id)}{number}", named)
            if identity in first:
                raise _fault(
                    path, f"{sheet.name}!{column_letters(of_id)}{number}", identity,
                    f"stands twice, first at {sheet.name}!{first[identity]}",
                    "keep one of the two",
                )  # fmt: skip
        except InputError as error:
            errors.append(error)
            continue
        first[identity] = f"{column_letters(of_id)}{number}"
        cells.append(CompletedCell(sheet.name, cell, identity, parsed))
    return cells


def _fault(path: Path, place: str, value: object, rule: str, remedy: str) -> InputError:
    shown = str(value)
    shown = shown if len(shown) <= 60 else f"{shown[:57]}..."
    return InputError(rule, file=path, value=f"{place} = {shown!r}", remedy=remedy)


def _merged(path: Path, sheet: Sheet) -> Iterator[InputError]:
    for span in sheet.merged:
        yield InputError(
            "must not be merged: each row needs its own cells",
            file=path,
            value=f"{sheet.name}!{span}",
            remedy="split the cells and fill each",
        )


def _too_long(path: Path, sheet: Sheet) -> Iterator[InputError]:
    if sheet.rows_claimed > MOST_ROWS:
        yield InputError(
            f"must have at most {MOST_ROWS:,} rows",
            file=path,
            value=f"{sheet.name}, row {sheet.rows_claimed}",
            remedy="delete the rows below the list",
        )


def _columns(path: Path, sheet: Sheet, errors: list[InputError]) -> tuple[int, int] | None:
    """Return the columns of the id and of what is filled in; None with an error."""
    keys = [key_of(cell) for cell in sheet.rows[0]] if sheet.rows else []
    found = []
    for key in (ID, SHEETS[sheet.name].key):
        at = [column for column, word in enumerate(keys) if word == key]
        if len(at) != 1:
            rule = "is missing" if not at else "stands twice"
            errors.append(
                InputError(
                    rule,
                    file=path,
                    value=f"{sheet.name}, heading '{key}' in row 1",
                    remedy="keep the headings as they were written",
                )
            )
        else:
            found.append(at[0])
    return (found[0], found[1]) if len(found) == 2 else None


def _parsed(path: Path, place: str, value: object, fill: FillColumn) -> float | bool:
    """Return the value of a cell; raise where it breaks the column's rule."""
    if isinstance(value, Formula):
        raise _fault(
            path, place, value.text, f"holds a formula; it {fill.rule}", "write the value itself"
        )
    if fill.kind == "yes_no":
        word = _word(value)
        if word in YES or word in NO:
            return word in YES
        raise _fault(path, place, value, fill.rule, "write yes (是) or no (否)")
    number = _number(value)
    whole = fill.kind != "whole" or number == round(number) if math.isfinite(number) else False
    if not (whole and fill.low <= number <= fill.high):
        remedy = "write digits and a point, without a unit, or leave the cell empty"
        raise _fault(path, place, value, fill.rule, remedy)
    return number


def _word(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip().casefold()


def _number(value: object) -> float:
    """Return a cell as a number, nan where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return math.nan
    try:
        return float(value)
    except (ValueError, OverflowError):
        return math.nan


def _identity(path: Path, place: str, value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = "" if value is None or isinstance(value, Formula) else str(value).strip()
    if not text:
        raise _fault(
            path, place, "" if value is None else value, "must name what the row speaks of",
            _NEW_WORKBOOK,
        )  # fmt: skip
    return text


# --- what the ids name ----------------------------------------------------------------------


def _measured(
    path: Path,
    cells: list[CompletedCell],
    roads: Roads,
    parks: CarParks,
    errors: list[InputError],
) -> Measured:
    streets = _Streets.of(roads)
    of_sheet = {name: [cell for cell in cells if cell.sheet == name] for name in SHEETS}
    lanes = _by_link(path, of_sheet["lanes"], streets, errors)
    speeds = _by_link(path, of_sheet["speeds"], streets, errors)
    nodes = {str(node) for node in roads.nodes.osm_id.tolist()}
    known_parks = set(parks.id.tolist())
    signals = _known(path, of_sheet["signals"], nodes, "junction of the extract", errors)
    spaces = _known(path, of_sheet["car_parks"], known_parks, "car park of the extract", errors)
    return Measured(
        lanes=MeasuredLanes(
            link=np.array([row for row, _ in lanes], np.int32),
            lanes=np.array([value for _, value in lanes], np.float64),
        ),
        speeds=MeasuredSpeeds(
            link=np.array([row for row, _ in speeds], np.int32),
            speed_mps=np.array([value for _, value in speeds], np.float64) * _KMH,
        ),
        spaces=MeasuredSpaces(
            car_park=np.array([cell.id for cell in spaces], np.str_),
            spaces=np.array([int(cell.value) for cell in spaces], np.int32),
        ),
        signals=StatedSignals(
            osm_id=np.array([int(cell.id) for cell in signals], np.int64),
            present=np.array([bool(cell.value) for cell in signals], np.bool_),
        ),
    )


@dataclass(frozen=True)
class _Streets:
    """Rows of links by the ids that a cell may name."""

    by_link: dict[str, list[int]]
    by_street: dict[str, list[int]]

    @classmethod
    def of(cls, roads: Roads) -> "_Streets":
        links = roads.links
        by_link = {name: [row] for row, name in enumerate(roads.link_ids().tolist())}
        by_street: dict[str, list[int]] = {}
        for row, (way, forward) in enumerate(
            zip(links.way_id.tolist(), links.forward.tolist(), strict=True)
        ):
            by_street.setdefault(f"{way}/{'f' if forward else 'b'}", []).append(row)
        return cls(by_link, by_street)

    def rows(self, name: str) -> list[int]:
        return self.by_street.get(name) or self.by_link.get(name, [])

    def remedy(self, name: str) -> str:
        """Return what an unknown id may have meant."""
        way = name.partition("/")[0]
        here = [f"{way}/{side}" for side in "fb" if f"{way}/{side}" in self.by_street]
        if here:
            return f"of this way there is: {', '.join(here)}"
        return did_you_mean(name, self.by_street)


def _by_link(
    path: Path, cells: list[CompletedCell], streets: _Streets, errors: list[InputError]
) -> list[tuple[int, float]]:
    """Return rows of links with their values, by row; one link may be stated once."""
    stated: dict[int, CompletedCell] = {}
    value: dict[int, float] = {}
    for cell in cells:
        rows = streets.rows(cell.id)
        if not rows:
            errors.append(_unknown(path, cell, "street of the extract", streets.remedy, errors))
            continue
        twice = next((stated[row] for row in rows if row in stated), None)
        if twice is not None:
            rule = f"is stated twice, first at {twice.place} ({twice.id})"
            errors.append(_fault(path, cell.place, cell.id, rule, "keep one of the two"))
            continue
        for row in rows:
            stated[row], value[row] = cell, float(cell.value)
    return sorted(value.items())


def _known(
    path: Path,
    cells: list[CompletedCell],
    known: set[str],
    what: str,
    errors: list[InputError],
) -> list[CompletedCell]:
    """Return the cells whose ids exist."""
    found = []
    for cell in cells:
        if cell.id in known:
            found.append(cell)
        else:
            errors.append(
                _unknown(path, cell, what, lambda name: did_you_mean(name, known), errors)
            )
    return found


def _unknown(
    path: Path,
    cell: CompletedCell,
    what: str,
    guess: Callable[[str], str],
    errors: list[InputError],
) -> InputError:
    remedy = guess(cell.id) if len(errors) < _GUESSED else _NEW_WORKBOOK
    return InputError(
        f"is no {what}",
        file=path,
        value=f"{cell.place}, row of {cell.id!r}",
        remedy=remedy or _NEW_WORKBOOK,
    )
