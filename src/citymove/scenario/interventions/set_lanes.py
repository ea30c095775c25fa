"""Change the number of lanes."""

from typing import Annotated

import numpy as np
from pydantic import Field

from citymove.facts.city import City
from citymove.facts.edit import set_lanes
from citymove.foundation.documents import Number
from citymove.scenario.intervention import (
    Array,
    Intervention,
    StreetChoice,
    Touches,
    touched_links,
)
from citymove.scenario.results import Text
from citymove.scenario.selectors import SelectionError


class SetLanes(StreetChoice, Intervention):
    """Another number of lanes per direction: a number, or so many more or fewer."""

    lanes: Annotated[Number, Field(gt=0, le=12)] | None = None
    change: Annotated[Number, Field(ge=-11, le=11)] | None = None

    def _new(self, city: City) -> tuple[Array, Array]:
        if (self.lanes is None) == (self.change is None):
            raise SelectionError(
                "needs either lanes or change",
                at=(),
                value="set_lanes",
                remedy='write "lanes: 1" or "change: -1"',
            )
        links = self.links(city)
        if self.lanes is not None:
            return links, np.full(links.size, self.lanes)
        new = city.roads.links.lanes[links] + float(self.change or 0)
        if np.any(new <= 0):
            raise SelectionError(
                "leaves a direction without a lane",
                at=("change",),
                value=f"change = {self.change:g}",
                remedy="take fewer lanes, or close the street",
            )
        return links, new

    def apply(self, city: City) -> City:
        """Return the city with these lanes."""
        return set_lanes(city, *self._new(city))

    def touches(self, city: City) -> Touches:
        """Return the links that change."""
        return touched_links(city, self._new(city)[0], "the lanes")

    def describe(self, city: City) -> Text:  # noqa: ARG002 - the interface
        """Return which street, and its lanes."""
        place = self.place
        if self.lanes is not None:
            return Text(
                en=f"{place.en}: {self.lanes:g} lanes per direction",
                zh=f"{place.zh}：每方向 {self.lanes:g} 条车道",
            )
        return Text(
            en=f"{place.en}: {self.change:+g} lanes per direction",
            zh=f"{place.zh}：每方向车道 {self.change:+g}",
        )
