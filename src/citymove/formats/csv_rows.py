"""The rows of a CSV sheet, each with its line, under a header that is checked."""

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from citymove.foundation.documents import read_text
from citymove.foundation.errors import InputError, InputErrors
from citymove.foundation.near_names import did_you_mean


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One row of a sheet.

    Parameters
    ----------
    file, line
        Where it stands; lines count from 1, the header is the first.
    cells
        Text by column, without blanks around it.
    """

    file: Path
    line: int
    cells: Mapping[str, str]

    def error(
        self, rule: str, column: str, *, remedy: str | None = None, of: str = ""
    ) -> InputError:
        """Return an error about one cell (`of`: what the row speaks of)."""
        value = f"{of}{': ' if of else ''}{column} = {self.cells[column]!r}"
        return InputError(rule, file=self.file, line=self.line, value=value, remedy=remedy)

    def number(self, column: str) -> float:
        """Return a cell as a finite number; raise `InputError` where it is none."""
        try:
            number = float(self.cells[column])
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise self.error(
                "must be a number", column, remedy="write digits and a point, without a unit"
            )
        return number


def read_csv(path: Path, *, required: Sequence[str], optional: Sequence[str] = ()) -> list[CsvRow]:
    """Read a CSV sheet (UTF-8, comma separated, a header in the first line).

    Parameters
    ----------
    path
        The sheet.
    required, optional
        Names of its columns, which may stand in any order.

    Returns
    -------
    list of CsvRow
        Rows without those that are blank; an absent optional column is an empty cell.

    Raises
    ------
    InputError
        The file is missing, not UTF-8, larger than 5 MB, or no CSV.
    InputErrors
        Columns that are unknown, twice or missing; rows with too many or too few cells.
    """
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    numbered: list[tuple[int, list[str]]] = []
    try:
        line = 1
        for cells in reader:
            numbered.append((line, [cell.strip() for cell in cells]))
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputError(
            f"is no valid CSV: {error}", file=path, line=reader.line_num, remedy="check the quotes"
        ) from None
    numbered = [(line, cells) for line, cells in numbered if any(cells)]
    if not numbered:
        raise InputError("is empty", file=path, line=1, remedy=f"start with {','.join(required)}")
    (header_line, header), *rows = numbered
    errors = list(_header_errors(path, header_line, header, required, optional))
    if not errors:
        errors = [
            InputError(
                f"must have {len(header)} cells",
                file=path,
                line=line,
                value=f"a row of {len(cells)} cells",
                remedy="put a text that holds a comma in double quotes",
            )
            for line, cells in rows
            if len(cells) != len(header)
        ]
    if errors:
        raise InputErrors(errors)
    absent = dict.fromkeys(optional, "")
    return [
        CsvRow(path, line, {**absent, **dict(zip(header, row, strict=True))}) for line, row in rows
    ]


def _header_errors(
    path: Path, line: int, header: list[str], required: Sequence[str], optional: Sequence[str]
) -> list[InputError]:
    def error(rule: str, column: str, remedy: str) -> InputError:
        return InputError(rule, file=path, line=line, value=f"column '{column}'", remedy=remedy)

    known = [*required, *optional]
    unknown = [
        error("is not a known column", column, did_you_mean(column, known))
        for column in header
        if column not in known
    ]
    missing = [error("is required", c, "add it to the header") for c in required if c not in header]
    twice = sorted({column for column in header if column in known and header.count(column) > 1})
    return [*unknown, *missing, *(error("stands twice", c, "keep one of the two") for c in twice)]
