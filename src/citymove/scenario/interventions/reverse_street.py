"""Turn a one-way street round."""

import numpy as np

from citymove.facts.city import City
from citymove.facts.edit import reverse_links, twins
from citymove.scenario.intervention import (
    Array,
    Intervention,
    StreetChoice,
    Touches,
    touched_links,
)
from citymove.scenario.results import Text
from citymove.scenario.selectors import SelectionError, street_length_m


class ReverseStreet(StreetChoice, Intervention):
    """A one-way street, or a part of it, turned round."""

    def _one_way(self, city: City) -> Array:
        links = self.links(city)
        links = links[city.roads.links.open[links]]
        other = twins(city.roads, links)
        two_way = (other >= 0) & city.roads.links.open[other]
        if links.size == 0 or np.any(two_way):
            raise SelectionError(
                "is no one-way street all along" if links.size else "is closed",
                at=("street",) if self.street is not None else ("ways",),
                value=self.place.en,
                remedy="choose the one-way part with `from` and `to`, or with `ways`",
            )
        return links

    def apply(self, city: City) -> City:
        """Return the city with the street turned round."""
        return reverse_links(city, self._one_way(city))

    def touches(self, city: City) -> Touches:
        """Return the links that turn round."""
        return touched_links(city, self._one_way(city), "whether cars may use")

    def describe(self, city: City) -> Text:
        """Return which street, and its length."""
        length_m, place = street_length_m(city.roads, self._one_way(city)), self.place
        return Text(
            en=f"turn {place.en} round ({length_m:.0f} m)",
            zh=f"{place.zh}单行方向调头（{length_m:.0f} 米）",
        )
