"""Close a street to motor vehicles."""

from citymove.facts.city import City
from citymove.facts.edit import close_links
from citymove.scenario.intervention import Intervention, StreetChoice, Touches, touched_links
from citymove.scenario.results import Text
from citymove.scenario.selectors import street_length_m


class CloseStreet(StreetChoice, Intervention):
    """A street, or a part of it, closed to motor vehicles, its kerb with it."""

    def apply(self, city: City) -> City:
        """Return the city with the street closed."""
        return close_links(city, self.links(city))

    def touches(self, city: City) -> Touches:
        """Return the links that close."""
        return touched_links(city, self.links(city), "whether cars may use")

    def describe(self, city: City) -> Text:
        """Return which street, and its length."""
        length_m, place = street_length_m(city.roads, self.links(city)), self.place
        return Text(
            en=f"close {place.en} ({length_m:.0f} m)", zh=f"封闭{place.zh}（{length_m:.0f} 米）"
        )
