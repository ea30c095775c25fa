"""Build a public car park."""

from typing import Annotated, Literal

from pydantic import Field

from citymove.facts.car_parks import CarParkKind
from citymove.facts.city import City
from citymove.facts.edit import add_car_park
from citymove.foundation.documents import DocumentModel, Number
from citymove.foundation.fingerprint import fingerprint
from citymove.foundation.quantities import (
    PricePerSpace,
    PricePerSpaceYear,
    Seconds,
    Spaces,
)
from citymove.scenario.intervention import Intervention, Touches, Write
from citymove.scenario.results import Text
from citymove.scenario.selectors import SelectionError, point_at, point_near, point_on_street
from citymove.scenario.tariff_language import TariffText, describe_tariff, resolve_tariff

_KINDS = {
    "surface": ("a surface car park", "地面停车场", CarParkKind.SURFACE),
    "multi_storey": ("a multi-storey car park", "停车楼", CarParkKind.MULTI_STOREY),
    "underground": ("an underground car park", "地下停车场", CarParkKind.UNDERGROUND),
}


class Site(DocumentModel):
    """Where it stands: longitude and latitude, on a street, or beside something named."""

    lon: Annotated[Number, Field(ge=-180, le=180)] | None = None
    lat: Annotated[Number, Field(ge=-90, le=90)] | None = None
    at: str | None = Field(None, description="name of a street: its middle")
    near: str | None = Field(None, description="name or id of a car park or a place")


class Costs(DocumentModel):
    """What it costs and who keeps it; kept with the option, read by the appraisal."""

    build: PricePerSpace
    operate: PricePerSpaceYear
    life: Seconds
    keeper: Annotated[str, Field(min_length=1)]


class BuildCarPark(Intervention):
    """A new public car park, at a site, with a number of spaces and a tariff."""

    site: Site
    spaces: Annotated[Spaces, Field(gt=0)]
    kind: Literal["surface", "multi_storey", "underground"]
    tariff: TariffText
    name: Text = Text(en="New car park", zh="新建停车场")
    cost: Costs | None = None

    @property
    def park_id(self) -> str:
        """Id of the car park: it stays the same whatever its size and price."""
        return f"p{fingerprint(self.name, self.site)[:10]}"

    def apply(self, city: City) -> City:
        """Return the city with the car park."""
        x_m, y_m = self._point(city)
        return add_car_park(
            city,
            park_id=self.park_id,
            name=self.name.en,
            x_m=x_m,
            y_m=y_m,
            kind=_KINDS[self.kind][2],
            spaces=self.spaces,
            tariff=resolve_tariff(self.tariff, city),
        )

    def _point(self, city: City) -> tuple[float, float]:
        site = self.site
        point = site.lon is not None and site.lat is not None
        if sum((point, site.at is not None, site.near is not None)) != 1 or (
            (site.lon is None) != (site.lat is None)
        ):
            raise SelectionError(
                "needs one of lon and lat, at, near",
                at=("site",),
                value="site",
                remedy='write "{lon: 7.42, lat: 43.73}", "{at: STREET}" or "{near: PLACE}"',
            )
        if site.at is not None:
            return point_on_street(city, site.at, at=("site", "at"))
        if site.near is not None:
            return point_near(city, site.near, at=("site", "near"))
        return point_at(city, float(site.lon or 0), float(site.lat or 0), at=("site",))

    def touches(self, city: City) -> Touches:
        """Return the new car park and its place."""
        x_m, y_m = self._point(city)
        resolve_tariff(self.tariff, city)
        self._check_costs(city)
        return Touches.of(
            car_parks=(self.park_id,),
            x_m=[x_m],
            y_m=[y_m],
            writes=(Write("the car park", f"{self.name.en} ({self.park_id})"),),
        )

    def _check_costs(self, city: City) -> None:
        if self.cost is None:
            return
        for name in ("build", "operate"):
            amount = getattr(self.cost, name)
            if amount.currency != city.currency:
                raise SelectionError(
                    f"must be in the city's currency, {city.currency}",
                    at=("cost", name),
                    value=str(amount),
                    remedy="nothing is converted: write the price in it",
                )

    def describe(self, city: City) -> Text:  # noqa: ARG002 - the interface
        """Return what is built, where, at which price."""
        en, zh, _ = _KINDS[self.kind]
        tariff_en, tariff_zh = describe_tariff(self.tariff)
        site = self.site
        where = site.at or site.near or f"{site.lat}, {site.lon}"
        return Text(
            en=f"build {en} of {self.spaces} spaces, {self.name.en}, at {where} ({tariff_en})",
            zh=f"在{where}新建{zh}“{self.name.zh}”，{self.spaces} 个泊位（{tariff_zh}）",
        )

    def spaces_added(self, city: City) -> int:  # noqa: ARG002 - the interface
        """Return its spaces."""
        return self.spaces
