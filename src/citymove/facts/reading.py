"""What a reader found, took, and lost: nothing is dropped without a count."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from citymove.facts.lost_roads import CutEnds, LostLinks
from citymove.foundation.note import Note


@dataclass(frozen=True, eq=False, kw_only=True)
class Reading:
    """Counts of one reading of an extract.

    Parameters
    ----------
    file
        Name of the file, without its folder.
    counts
        What was found, taken and lost, by a stable key of words joined by underscores
        ("drivable_ways", "links", "links_lost_to_connectivity", "turn_bans_applied",
        "turn_bans_dropped", "ways_clipped", "car_parks", "car_parks_with_capacity", ...).
    notes
        Sentences that a planner should read.
    date
        Date and time of the data (ISO 8601) as the file's header states it, "" where it does not.
    lost_links, cut_ends
        Links that are not connected to the rest, and points where the file cuts a way.
    """

    file: str
    counts: Mapping[str, int]
    notes: tuple[Note, ...] = ()
    date: str = ""
    lost_links: LostLinks = field(default_factory=LostLinks.empty)
    cut_ends: CutEnds = field(default_factory=CutEnds.empty)

    def __post_init__(self) -> None:
        object.__setattr__(self, "counts", dict(self.counts))
