"""Change what car parks cost."""

from typing import Annotated

from pydantic import Tag

from citymove.facts.city import City
from citymove.facts.edit import set_car_park_tariff
from citymove.scenario.forms import LIST, TEXT, AtLeast, by_form
from citymove.scenario.intervention import Intervention, Touches, Write
from citymove.scenario.results import Text
from citymove.scenario.selectors import find_car_parks
from citymove.scenario.tariff_language import TariffText, describe_tariff, resolve_tariff


class PriceCarPark(Intervention):
    """Another tariff in one car park, in several, or in ``all``."""

    which: Annotated[
        Annotated[str, Tag(TEXT)] | Annotated[tuple[str, ...], AtLeast(1), Tag(LIST)],
        by_form("must be the name of a car park, a list of names, or all"),
    ]
    tariff: TariffText

    def apply(self, city: City) -> City:
        """Return the city with the tariff in these car parks."""
        rows = find_car_parks(city, self.which)
        return set_car_park_tariff(city, rows, resolve_tariff(self.tariff, city))

    def touches(self, city: City) -> Touches:
        """Return the car parks."""
        rows, parks = find_car_parks(city, self.which), city.car_parks
        resolve_tariff(self.tariff, city)
        return Touches.of(
            car_parks=parks.id[rows].tolist(),
            x_m=parks.x_m[rows],
            y_m=parks.y_m[rows],
            writes=(Write("the tariff", f"{parks.name[i]} ({parks.id[i]})") for i in rows),
        )

    def describe(self, city: City) -> Text:
        """Return which car parks, and the tariff."""
        en, zh = describe_tariff(self.tariff)
        count = find_car_parks(city, self.which).size
        names = self.which if isinstance(self.which, str) else ", ".join(self.which)
        names_en = f"all {count} car parks" if self.which == "all" else names
        names_zh = f"全部 {count} 个停车场" if self.which == "all" else names
        return Text(en=f"price {names_en}: {en}", zh=f"{names_zh}收费：{zh}")
