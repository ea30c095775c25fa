"""Clock times and slices of a day, in whole seconds since midnight.

Times past midnight are written with ``+1`` ("08:00+1" is 08:00 of the next day).

Examples
--------
>>> parse_clock("07:30"), parse_clock("08:00+1")
(27000, 115200)
>>> parse_window("19:30-07:30+1")
(70200, 113400)
>>> parse_window("19:30-07:30")  # a window that ends before it starts ends the next day
(70200, 113400)
>>> format_clock(27000), format_clock(115200)
('07:30', '08:00+1')
>>> Slices.hourly(21600, 28800).edges_s.tolist()
[21600, 25200, 28800]
"""

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Self

import numpy as np

from citymove.foundation.errors import InputError
from citymove.foundation.table import frozen_array

DAY_S = 86_400
HOUR_S = 3_600
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?:\+(\d))?")


def parse_clock(text: str) -> int:
    """Return the seconds since midnight of "HH:MM" or "HH:MM+1"."""
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        raise InputError('must be a clock time such as "07:30" or "08:00+1"', value=repr(text))
    hour, minute, day = int(match[1]), int(match[2]), int(match[3] or 0)
    if hour > 24 or minute > 59 or (hour == 24 and minute > 0):
        raise InputError("must lie between 00:00 and 24:00", value=repr(text))
    return day * DAY_S + hour * HOUR_S + minute * 60


def parse_window(text: str) -> tuple[int, int]:
    """Return start and end in seconds of "HH:MM-HH:MM"; the end is after the start."""
    halves = text.replace("–", "-").split("-")
    if len(halves) != 2:
        raise InputError('must be a window such as "06:00-12:00"', value=repr(text))
    start_s, end_s = parse_clock(halves[0]), parse_clock(halves[1])
    if end_s <= start_s and "+" not in halves[1]:
        end_s += DAY_S
    if end_s <= start_s:
        raise InputError("a window must end after it starts", value=repr(text))
    return start_s, end_s


def format_clock(time_s: int) -> str:
    """Return "HH:MM", with "+1" for each day past the first."""
    day, rest = divmod(int(time_s), DAY_S)
    clock = f"{rest // HOUR_S:02d}:{rest % HOUR_S // 60:02d}"
    return clock if day == 0 else f"{clock}+{day}"


@dataclass(frozen=True, eq=False)
class Slices:
    """Consecutive slices of a day.

    Parameters
    ----------
    edges_s
        int64 [slices + 1], increasing; slice ``i`` is ``[edges_s[i], edges_s[i + 1])``.
    """

    edges_s: np.ndarray[Any, Any]

    def __post_init__(self) -> None:
        edges = frozen_array(self.edges_s, np.int64)
        if edges.ndim != 1 or edges.size < 2 or np.any(np.diff(edges) <= 0):
            raise InputError("slice edges must be increasing", value=f"edges_s = {edges.tolist()}")
        object.__setattr__(self, "edges_s", edges)

    @classmethod
    def hourly(cls, start_s: int, end_s: int) -> Self:
        """Return slices of one hour from start to end; the last may be shorter."""
        inner = np.arange(start_s, end_s, HOUR_S)
        return cls(np.append(inner, end_s))

    def __len__(self) -> int:
        return int(self.edges_s.size - 1)

    @property
    def start_s(self) -> int:
        """Start of the first slice."""
        return int(self.edges_s[0])

    @property
    def end_s(self) -> int:
        """End of the last slice."""
        return int(self.edges_s[-1])

    @property
    def windows(self) -> list[tuple[int, int]]:
        """Start and end of each slice."""
        return list(pairwise(self.edges_s.tolist()))

    @property
    def hours(self) -> np.ndarray[Any, Any]:
        """Length of each slice, float64 [slices], h."""
        return np.diff(self.edges_s) / HOUR_S

    def index_of(self, time_s: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """Return the slice of each time, int64 [n]; -1 outside all slices."""
        index = np.searchsorted(self.edges_s, time_s, side="right") - 1
        inside = (np.asarray(time_s) >= self.start_s) & (np.asarray(time_s) < self.end_s)
        return np.where(inside, index, -1)

    def label(self, index: int) -> str:
        """Return "HH:MM-HH:MM" of one slice."""
        return f"{format_clock(self.edges_s[index])}-{format_clock(self.edges_s[index + 1])}"
