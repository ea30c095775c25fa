"""Change what parking along the kerb costs."""

from typing import Annotated, Literal

from pydantic import Tag

from citymove.facts.city import City
from citymove.facts.edit import set_kerb_tariff
from citymove.scenario.forms import MAPPING, TEXT, by_form
from citymove.scenario.intervention import Array, Intervention, StreetChoice, Touches, Write
from citymove.scenario.results import Text
from citymove.scenario.selectors import SelectionError, kerb_along, middle_of
from citymove.scenario.tariff_language import TariffText, describe_tariff, resolve_tariff


class PriceKerb(Intervention):
    """Another tariff along the kerb of a street, of a class of roads, or of ``all``."""

    where: Annotated[
        Annotated[Literal["all"], Tag(TEXT)] | Annotated[StreetChoice, Tag(MAPPING)],
        by_form("must be all or a choice such as {street: NAME}"),
    ]
    tariff: TariffText

    def _links(self, city: City) -> Array:
        choice = StreetChoice(street="all") if isinstance(self.where, str) else self.where
        return choice.links(city, at=("where",))

    def _rows(self, city: City) -> Array:
        rows = kerb_along(city, self._links(city))
        if rows.size == 0:
            raise SelectionError(
                "has no parking along the kerb",
                at=("where",),
                value=self._place.en,
                remedy="choose other streets, or add kerb spaces to the city's facts",
            )
        return rows

    @property
    def _place(self) -> Text:
        if isinstance(self.where, str):
            return Text(en="all streets", zh="全部道路")
        return self.where.place

    def apply(self, city: City) -> City:
        """Return the city with the tariff on this kerb."""
        rows = kerb_along(city, self._links(city))  # none in a city whose kerb is yet to infer
        return set_kerb_tariff(city, rows, resolve_tariff(self.tariff, city))

    def touches(self, city: City) -> Touches:
        """Return the stretches of kerb, and the middles of the links along which they lie."""
        rows = self._rows(city)
        resolve_tariff(self.tariff, city)
        links = self._links(city)
        along = links[[kerb_along(city, links[i : i + 1]).size > 0 for i in range(links.size)]]
        x_m, y_m = middle_of(city, along)
        return Touches.of(
            kerb=city.kerb.id[rows].tolist(),
            x_m=x_m,
            y_m=y_m,
            writes=(Write("the tariff", f"kerb {city.kerb.id[row]}") for row in rows),
        )

    def describe(self, city: City) -> Text:
        """Return where, how many spaces, and the tariff."""
        en, zh = describe_tariff(self.tariff)
        spaces = int(city.kerb.spaces[self._rows(city)].sum())
        place = self._place
        return Text(
            en=f"price the kerb of {place.en} ({spaces} spaces): {en}",
            zh=f"{place.zh}路内停车（{spaces} 个泊位）收费：{zh}",
        )
