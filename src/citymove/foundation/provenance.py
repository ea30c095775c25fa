"""Where a value comes from, and how far it may be off.

Every value of a city carries its source, so that a report can say what was measured and
what was guessed, and so that the draws of a study can vary what is uncertain.

Examples
--------
>>> cars = Sourced(0.55, Source.ASSUMED, low=0.4, high=0.7, note="no register at hand")
>>> cars.is_uncertain
True
>>> Source.from_word("measured") is Source.MEASURED
True
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Self

from citymove.foundation.errors import InputError


class Source(IntEnum):
    """How a value is known, from the firmest to the weakest."""

    MEASURED = 0  # surveyed or counted for this city, and given by the planner
    REPORTED = 1  # stated by an authority or in the press, with a reference
    TAGGED = 2  # stands in OpenStreetMap
    INFERRED = 3  # computed from other facts of this city by a stated rule
    ASSUMED = 4  # a judgement, with a spread
    DEFAULT = 5  # a table's value for this kind of thing in this country

    @classmethod
    def from_word(cls, word: str) -> "Source":
        """Return the source that `word` names; raise `InputError` where none does."""
        try:
            return cls[word.strip().upper()]
        except KeyError:
            words = ", ".join(source.name.lower() for source in cls)
            raise InputError(f"must be one of {words}", value=f"source: {word}") from None

    @property
    def word(self) -> str:
        """The source as a word of a file."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Sourced:
    """A number, where it comes from and the range that it may take.

    Parameters
    ----------
    value
        The best estimate.
    source
        How it is known.
    low, high
        The range that draws sample from (triangular, mode at `value`); equal to `value`
        where nothing is uncertain. ``low <= value <= high``.
    note
        The reference, or the reason for the assumption.
    """

    value: float
    source: Source
    low: float
    high: float
    note: str = ""

    def __post_init__(self) -> None:
        if not self.low <= self.value <= self.high:  # also refuses NaN
            raise InputError(
                "must be low <= value <= high",
                value=f"value {self.value}, range {self.low} .. {self.high}",
            )

    @classmethod
    def with_spread(cls, value: float, source: Source, spread: float, note: str = "") -> Self:
        """Return a value that may be off by the share `spread` (0.3: 30 %) either way."""
        reach = abs(value) * spread
        return cls(value, source, value - reach, value + reach, note)

    @property
    def is_uncertain(self) -> bool:
        """Whether draws vary this value."""
        return self.low < self.high
