"""Change the speed limit."""

from citymove.facts.city import City
from citymove.facts.edit import set_speed
from citymove.foundation.quantities import Speed
from citymove.scenario.intervention import Intervention, StreetChoice, Touches, touched_links
from citymove.scenario.results import Text


class SetSpeed(StreetChoice, Intervention):
    """Another speed at which a street is driven when it is free."""

    speed: Speed

    def apply(self, city: City) -> City:
        """Return the city with this speed."""
        return set_speed(city, self.links(city), self.speed)

    def touches(self, city: City) -> Touches:
        """Return the links that change."""
        return touched_links(city, self.links(city), "the speed")

    def describe(self, city: City) -> Text:  # noqa: ARG002 - the interface
        """Return which street, and its speed."""
        place, kmh = self.place, self.speed * 3.6
        return Text(en=f"{place.en}: {kmh:.0f} km/h", zh=f"{place.zh}：限速 {kmh:.0f} km/h")
