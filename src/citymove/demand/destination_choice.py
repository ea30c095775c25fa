"""Where trips of each segment and purpose go: gravity, made ready for drawing.

Each segment meets the attraction of each purpose by itself: one Furness balance per segment and
purpose. So growth of one segment moves nobody of another, and growth of a segment in proportion
moves nobody at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from citymove.demand.distribution import Distribution, distribute
from citymove.demand.generation import TripEnds
from citymove.demand.inversion import Choices
from citymove.demand.setting import Setting
from citymove.facts.travellers import Segment
from citymove.foundation.note import Note
from citymove.foundation.terms import PURPOSES, Purpose

Array = np.ndarray[Any, Any]

_SEGMENT_ZH: Final = {
    Segment.RESIDENT: "居民",
    Segment.INCOMING: "进入通勤者",
    Segment.VISITOR: "访客",
    Segment.THROUGH: "过境",
    Segment.OUTGOING: "外出居民",
}


@dataclass(frozen=True, eq=False, kw_only=True)
class DestinationChoices:
    """Zones that trips go to.

    Parameters
    ----------
    choices
        By segment and purpose; row: the centroid of origin, columns: zones.
    notes
        Balances that did not converge, with their errors.
    """

    choices: Mapping[tuple[Segment, Purpose], Choices]
    notes: tuple[Note, ...]

    def draw(self, segment: Segment, purpose: Array, origin: Array, number: Array) -> Array:
        """Return a zone for each trip, int64 [n]."""
        zone = np.full(purpose.size, -1, np.int64)
        for kind in np.unique(purpose):
            rows = np.flatnonzero(purpose == kind)
            found = self.choices[segment, Purpose(int(kind))]
            zone[rows] = found.draw(origin[rows], number[rows])
        return zone


def destination_choices(setting: Setting, ends: TripEnds) -> DestinationChoices:
    """Return the gravity model of all segments and purposes that have trips.

    Raises
    ------
    InputErrors
        Where a zone or gateway with trips reaches no zone that attracts any.
    """
    choices: dict[tuple[Segment, Purpose], Choices] = {}
    notes: list[Note] = []
    # a resident comes home, and a visitor leaves by any gateway of his side
    way_back = setting.reachable.T[:, : setting.zone_count]
    out = setting.minutes[:, : setting.zone_count]
    there_and_back = np.where(way_back, out, np.inf)
    names = setting.centroid_names
    for segment in Segment:
        for purpose in Purpose:
            produced = ends.produced[segment, purpose]
            total = float(produced.sum())
            if total == 0:
                continue
            found = distribute(
                produced / total,
                ends.attracted[segment, purpose] / total,
                there_and_back if segment == Segment.RESIDENT else out,
                setting.city.assumed("gravity_per_min"),
                origin_names=names,
                destination_names=names,
            )
            choices[segment, purpose] = Choices.of_weights(found.trips)
            if not found.converged:
                notes.append(_not_converged(segment, purpose, found))
    return DestinationChoices(choices=choices, notes=tuple(notes))


def _not_converged(segment: Segment, purpose: Purpose, found: Distribution) -> Note:
    error = max(found.row_error, found.column_error)
    en, zh = PURPOSES[purpose]
    return Note(
        "gravity_not_converged",
        en=f"Gravity of {segment.name.lower()} {en} trips: marginals off by {error:.1e} of their "
        f"mean after {found.iterations} iterations.",
        zh=f"重力模型（{_SEGMENT_ZH[segment]}，{zh}）：{found.iterations} 次迭代后边际总量与均值"
        f"相差 {error:.1e}。",
    )
