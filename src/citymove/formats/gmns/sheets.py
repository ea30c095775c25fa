"""Tables of a GMNS folder, column by column, with every broken cell reported at once."""

import csv
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from citymove.foundation.documents import read_text
from citymove.foundation.errors import InputError, InputErrors
from citymove.foundation.near_names import near_names

Array = np.ndarray[Any, Any]

MOST_BYTES = 500_000_000  # a table of a metropolis has some 100 MB
_MISSING = frozenset(("", "nan", "null", "none", "na"))
_WHOLE_AS_FLOAT = re.compile(r"(-?\d+)\.0+")  # ids that a table of floats has passed through
_MOST_FAULTS = 1000  # a file of another kind breaks a rule in every row


@dataclass(slots=True)
class Faults:
    """What is wrong with the tables of a folder, told all at once."""

    found: list[InputError] = field(default_factory=list)

    def add(self, error: InputError) -> None:
        """Keep an error; raise where there are so many that more would say nothing new."""
        self.found.append(error)
        if len(self.found) >= _MOST_FAULTS:
            self.finish()

    def finish(self) -> None:
        """Raise `InputErrors` where anything is wrong."""
        if self.found:
            raise InputErrors(self.found)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table.

    Parameters
    ----------
    path
        Its file.
    line
        The line of each row.
    columns
        Cells by name of column in lower case, without blanks around them.
    faults
        Where errors are kept.
    """

    path: Path
    line: Sequence[int]
    columns: Mapping[str, Sequence[str]]
    faults: Faults

    def __len__(self) -> int:
        return len(self.line)

    def has(self, name: str) -> bool:
        """Return whether the table has a column with a value in some row."""
        return any(cell.lower() not in _MISSING for cell in self.columns.get(name, ()))

    def fault(self, row: int, name: str, rule: str, remedy: str | None = None) -> None:
        """Report a cell."""
        value = f"{name} = {self.columns[name][row]}" if name in self.columns else name
        self.faults.add(
            InputError(rule, file=self.path, line=self.line[row], value=value, remedy=remedy)
        )

    def text(self, name: str) -> list[str]:
        """Return a column as text, "" where it is missing."""
        if name not in self.columns:
            return [""] * len(self)
        return ["" if cell.lower() in ("nan", "null") else cell for cell in self.columns[name]]

    def ids(self, name: str) -> list[str]:
        """Return a column of ids, "" where they are missing; 7.0 is 7."""
        return [_id(cell) for cell in self.text(name)]

    def keys(self, name: str) -> dict[str, int]:
        """Return the row of each id of a primary key; report those missing or given twice."""
        found: dict[str, int] = {}
        for row, key in enumerate(self.ids(name)):
            if not key:
                self.fault(row, name, "must be given", "every row needs an id of its own")
            elif key in found:
                first = self.line[found[key]]
                self.fault(row, name, f"is given twice, first in line {first}", "make ids unique")
            else:
                found[key] = row
        return found

    def rows_of(
        self, name: str, known: Mapping[str, int], of: str, *, optional: bool = False
    ) -> Array:
        """Return the row in another table of each id, int64; report unknown ones, then -1."""
        rows = np.full(len(self), -1, np.int64)
        for row, key in enumerate(self.ids(name)):
            if key in known:
                rows[row] = known[key]
            elif key or not optional:
                self.fault(row, name, f"must be an id of {of}", f"add it to {of}, or drop the row")
        return rows

    def number(
        self,
        name: str,
        *,
        least: float = -math.inf,
        above: float = -math.inf,
        needed: Callable[[int], bool] | bool = False,
    ) -> Array:
        """Return a column of numbers, float64, NaN where they are missing.

        Parameters
        ----------
        name
            The column.
        least, above
            What a number must be at least, or be above.
        needed
            Whether a row must have a number.
        """
        values = np.full(len(self), np.nan)
        if name not in self.columns:
            return values
        for row, cell in enumerate(self.columns[name]):
            if cell.lower() in _MISSING:
                if needed(row) if callable(needed) else needed:
                    self.fault(row, name, "must be given")
                continue
            value = _number(cell)
            if not math.isfinite(value):
                self.fault(row, name, "must be a finite number", "write digits and a point")
            elif value < least:
                self.fault(row, name, f"must be >= {least:g}")
            elif value <= above:
                self.fault(row, name, f"must be > {above:g}")
            else:
                values[row] = value
        return values

    def whole(self, name: str, *, low: int, high: int, missing: int | None = None) -> Array:
        """Return a column of whole numbers, int64; missing ones are faults or `missing`."""
        found = np.full(len(self), low if missing is None else missing, np.int64)
        values = self.number(name, needed=missing is None)
        for row in np.flatnonzero(~np.isnan(values)).tolist():
            if values[row] != int(values[row]) or not low <= values[row] <= high:
                self.fault(row, name, f"must be a whole number {low} .. {high}")
            else:
                found[row] = int(values[row])
        return found


def read_sheet(folder: Path, name: str, faults: Faults, *, required: Sequence[str] = ()) -> Sheet:
    """Read one table.

    Parameters
    ----------
    folder, name
        The folder, and the table's name without ``.csv``.
    faults
        Where errors of its cells are kept.
    required
        Columns that it must have.

    Raises
    ------
    InputError, InputErrors
        The file is missing, not UTF-8, no CSV or empty, or lacks a column.
    """
    path = folder / f"{name}.csv"
    reader = csv.reader(read_text(path, max_bytes=MOST_BYTES).splitlines(keepends=True))
    rows: list[tuple[int, list[str]]] = []
    try:
        line = 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((line, cells))
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputError(
            f"is no valid CSV: {error}", file=path, line=reader.line_num, remedy="check the quotes"
        ) from None
    if not rows:
        raise InputError("is empty", file=path, line=1, remedy="the first line names the columns")
    header = [cell.strip().lower() for cell in rows[0][1]]
    _check_header(path, header, required)
    kept = [(line, cells) for line, cells in rows[1:] if _fits(path, line, cells, header, faults)]
    return Sheet(
        path=path,
        line=[line for line, _ in kept],
        columns={
            name: [cells[k].strip() for _, cells in kept] for k, name in enumerate(header) if name
        },
        faults=faults,
    )


def read_optional(
    folder: Path, name: str, faults: Faults, *, required: Sequence[str] = ()
) -> Sheet | None:
    """Read one table as `read_sheet` does; None where the folder has none."""
    if not (folder / f"{name}.csv").exists():
        return None
    return read_sheet(folder, name, faults, required=required)


def _check_header(path: Path, header: list[str], required: Sequence[str]) -> None:
    errors = []
    for column in required:
        if column not in header:
            near = near_names(column, header, limit=1)
            remedy = f"is it the column '{near[0]}'?" if near else "add it to the header"
            value = f"column '{column}'"
            errors.append(InputError("is required", file=path, line=1, value=value, remedy=remedy))
    errors += [
        InputError("stands twice", file=path, line=1, value=f"column '{column}'")
        for column in dict.fromkeys(header)
        if column and header.count(column) > 1
    ]
    if errors:
        raise InputErrors(errors)


def _fits(path: Path, line: int, cells: list[str], header: list[str], faults: Faults) -> bool:
    if len(cells) == len(header):
        return True
    faults.add(
        InputError(
            f"must have {len(header)} cells",
            file=path,
            line=line,
            value=f"a row of {len(cells)} cells",
            remedy="put a text that holds a comma in double quotes",
        )
    )
    return False


def _id(text: str) -> str:
    match = _WHOLE_AS_FLOAT.fullmatch(text)
    return match[1] if match else text


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
