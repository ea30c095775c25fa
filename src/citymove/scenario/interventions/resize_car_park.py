"""Give a car park more or fewer spaces."""

import numpy as np

from citymove.facts.city import City
from citymove.facts.edit import set_car_park_spaces
from citymove.foundation.quantities import Spaces
from citymove.prepare.inferred_supply import infer_supply
from citymove.scenario.intervention import Intervention, Touches, Write
from citymove.scenario.results import Text
from citymove.scenario.selectors import SelectionError, find_car_parks


class ResizeCarPark(Intervention):
    """Another number of spaces in one car park; 0 closes it."""

    which: str
    spaces: Spaces

    def _row(self, city: City) -> int:
        rows = find_car_parks(city, self.which)
        if self.which == "all" or rows.size != 1:
            ids = ", ".join(str(city.car_parks.id[row]) for row in rows[:6])
            raise SelectionError(
                f"names {rows.size} car parks",
                at=("which",),
                value=self.which,
                remedy=f"write one by its id: {ids}",
            )
        return int(rows[0])

    def apply(self, city: City) -> City:
        """Return the city with these spaces."""
        return set_car_park_spaces(city, np.array([self._row(city)]), self.spaces)

    def touches(self, city: City) -> Touches:
        """Return the car park."""
        row, parks = self._row(city), city.car_parks
        return Touches.of(
            car_parks=(str(parks.id[row]),),
            x_m=[parks.x_m[row]],
            y_m=[parks.y_m[row]],
            writes=(Write("the spaces", f"{parks.name[row]} ({parks.id[row]})"),),
        )

    def describe(self, city: City) -> Text:  # noqa: ARG002 - the interface
        """Return the new number of spaces."""
        return Text(
            en=f"give {self.which} {self.spaces} spaces",
            zh=f"{self.which}泊位数调整为 {self.spaces} 个",
        )

    def spaces_added(self, city: City) -> int:
        """Return the difference, where the spaces of today are known or inferred."""
        today = int(infer_supply(city).car_parks.spaces[self._row(city)])
        return self.spaces - max(today, 0)
