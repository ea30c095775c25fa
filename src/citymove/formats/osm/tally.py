"""Counts and notes that grow while an extract is read."""

from collections import Counter
from dataclasses import dataclass, field
from typing import SupportsInt

from citymove.facts.lost_roads import CutEnds, LostLinks
from citymove.facts.reading import Reading
from citymove.foundation.note import Note


@dataclass
class Tally:
    """What was found, taken and lost so far.

    Parameters
    ----------
    counts
        By key, see `facts.reading.Reading`.
    notes
        Sentences for the planner.
    lost_links, cut_ends
        Links that are not connected to the rest, and points where the file cuts a way.
    date
        As in `facts.reading.Reading`.
    """

    counts: Counter[str] = field(default_factory=Counter)
    notes: list[Note] = field(default_factory=list)
    lost_links: LostLinks = field(default_factory=LostLinks.empty)
    cut_ends: CutEnds = field(default_factory=CutEnds.empty)
    date: str = ""

    def add(self, key: str, number: SupportsInt = 1) -> None:
        """Add to a count; a count of 0 is kept, so that it is seen to be 0."""
        self.counts[key] += int(number)

    def note(self, key: str, *, en: str, zh: str) -> None:
        """Add a sentence for the planner."""
        self.notes.append(Note(key, en=en, zh=zh))

    def reading(self, file: str) -> Reading:
        """Return the finished reading, its counts sorted by key."""
        return Reading(
            file=file,
            counts=dict(sorted(self.counts.items())),
            notes=tuple(self.notes),
            date=self.date,
            lost_links=self.lost_links,
            cut_ends=self.cut_ends,
        )
