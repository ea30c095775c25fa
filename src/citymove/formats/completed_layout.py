"""The workbook that an audit writes and a planner completes: its sheets and their columns.

One place for the names that the writer and the reader share. A heading starts with the column's
key, so that a reader finds it whatever language the rest of the heading is read in.
"""

from dataclasses import dataclass
from typing import Final

WORKBOOK: Final = "roads_to_complete.xlsx"
ABOUT: Final = "about"
ID: Final = "id"
YES: Final = ("yes", "y", "true", "1", "是", "有")
NO: Final = ("no", "n", "false", "0", "否", "无")


@dataclass(frozen=True, slots=True)
class FillColumn:
    """The column of a sheet that the planner fills.

    Parameters
    ----------
    key
        First word of its heading.
    kind
        "yes_no", "number" or "whole".
    low, high
        Least and greatest number.
    """

    key: str
    kind: str
    low: float = 0.0
    high: float = 1.0

    @property
    def rule(self) -> str:
        """What a value must be, as a phrase."""
        if self.kind == "yes_no":
            return "must be yes or no"
        what = "a whole number" if self.kind == "whole" else "a number"
        return f"must be {what} from {self.low:g} to {self.high:,.0f}"


SHEETS: Final[dict[str, FillColumn]] = {
    "signals": FillColumn("has_signals", "yes_no"),
    "lanes": FillColumn("lanes", "number", 0.5, 12),
    "speeds": FillColumn("speed_kmh", "number", 3, 160),
    "car_parks": FillColumn("spaces", "whole", 0, 999_999),
}


def key_of(heading: object) -> str:
    r"""Return the key of a heading.

    Examples
    --------
    >>> key_of("lanes\nLanes today\n车道数"), key_of(None)
    ('lanes', '')
    """
    words = str(heading).split() if heading is not None else []
    return words[0].casefold() if words else ""


def column_letters(column: int) -> str:
    """Return the letters of a column that counts from 0, as spreadsheets name it.

    Examples
    --------
    >>> column_letters(0), column_letters(25), column_letters(26), column_letters(701)
    ('A', 'Z', 'AA', 'ZZ')
    """
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
