"""More or fewer trips."""

from typing import Literal

import numpy as np

from citymove.demand.traveller_ids import Group, in_group, traveller_ids
from citymove.facts.city import City
from citymove.facts.edit import scale_travellers
from citymove.facts.travellers import Segment, Travellers
from citymove.foundation.quantities import Factor
from citymove.foundation.terms import PURPOSES, Purpose
from citymove.scenario.intervention import Array, Intervention, Touches, Write
from citymove.scenario.results import Text

SegmentName = Literal["resident", "incoming", "visitor", "through", "outgoing"]
PurposeName = Literal["work", "school", "shopping", "visit", "outpatient", "market"]

_SEGMENTS: dict[str, tuple[str, str]] = {
    "resident": ("residents' trips inside", "居民市内出行"),
    "incoming": ("workers from outside", "外来上班"),
    "visitor": ("visitors", "外来访客"),
    "through": ("through traffic", "过境交通"),
    "outgoing": ("residents' trips outside", "居民出城"),
}


class ScaleDemand(Intervention):
    """Another number of trips: of all, of some who travel, of some purposes.

    A resident's tour stays whole: its way home goes or comes with its way out. Cars that stand
    at home since the night stay as they are.
    """

    to: Factor
    segment: tuple[SegmentName, ...] | None = None
    purpose: tuple[PurposeName, ...] | None = None

    def apply(self, city: City) -> City:
        """Return the city with the trips scaled; a city without travellers has none to scale."""
        people = city.travellers
        if people is None:  # looked at before it is populated: roads and parking stay the same
            return city
        key, home = _tour_key(people)
        chosen = self._meant(people) & ~home
        chosen |= home & np.isin(key, key[chosen])
        return scale_travellers(city, chosen, self.to, key=key)

    def _meant(self, people: Travellers) -> Array:
        segments = [Segment[name.upper()] for name in self.segment or _SEGMENTS]
        meant = np.isin(people.segment, segments)
        if self.purpose is not None:
            meant &= np.isin(people.purpose, [Purpose[name.upper()] for name in self.purpose])
        return meant & ~in_group(people.id, Group.OVERNIGHT) & ~in_group(people.id, Group.LONG_STAY)

    def touches(self, city: City) -> Touches:  # noqa: ARG002 - it touches no place
        """Return what is scaled; it has no place."""
        purposes: tuple[str, ...] = self.purpose or tuple(
            p.name.lower() for p in Purpose if p != Purpose.HOME
        )
        return Touches.of(
            writes=(
                Write("the number of trips", f"{segment}, {purpose}")
                for segment in self.segment or _SEGMENTS
                for purpose in purposes
            )
        )

    def describe(self, city: City) -> Text:  # noqa: ARG002 - the interface
        """Return whose trips, and by how much."""
        who = [_SEGMENTS[name] for name in self.segment or ()] or [("all trips", "全部出行")]
        what = [PURPOSES[Purpose[name.upper()]] for name in self.purpose or ()]
        en, zh = ", ".join(w[0] for w in who), "、".join(w[1] for w in who)
        if what:
            en += f" for {', '.join(w[0] for w in what)}"
            zh += f"（{'、'.join(w[1] for w in what)}）"
        return Text(en=f"{en}: {self.to:.0%} of today", zh=f"{zh}：现状的 {self.to:.0%}")


def _tour_key(people: Travellers) -> tuple[Array, Array]:
    """Return what decides on each row, one key per tour, and which rows are ways home."""
    home = in_group(people.id, Group.HOME)
    shift = traveller_ids(Group.HOME, np.zeros(1, np.int64))[0]
    shift -= traveller_ids(Group.TOUR, np.zeros(1, np.int64))[0]
    return np.where(home, people.id - shift, people.id), home
