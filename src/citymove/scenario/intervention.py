"""What every intervention is: data, and a pure function from city to city."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from citymove.facts.city import City
from citymove.foundation.daytime import DAY_S
from citymove.foundation.documents import DocumentModel, Loc, Whole
from citymove.foundation.table import frozen_array
from citymove.scenario.forms import AtLeast
from citymove.scenario.results import Text
from citymove.scenario.selectors import (
    SelectionError,
    links_between,
    links_of_street,
    links_of_ways,
    middle_of,
    road_classes,
)

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Write:
    """One field of one thing that an intervention sets, in a window of the day.

    Two interventions of one option that write the same conflict.

    Parameters
    ----------
    field, thing
        "the tariff", "Parking Plati (n123)".
    start_s, end_s
        Window, s since midnight.
    """

    field: str
    thing: str
    start_s: int = 0
    end_s: int = DAY_S

    def overlaps(self, other: "Write") -> bool:
        """Whether both write one field of one thing at one time."""
        same = self.field == other.field and self.thing == other.thing
        return same and self.start_s < other.end_s and other.start_s < self.end_s


@dataclass(frozen=True, eq=False, kw_only=True)
class Touches:
    """What an intervention touches in the city as it is today.

    Parameters
    ----------
    links
        int64, rows of the links.
    junctions, car_parks, kerb
        Their ids.
    x_m, y_m
        float64, places of the measure: drivers who end near them search for a space.
    writes
        What it sets.
    """

    links: Array
    junctions: tuple[str, ...]
    car_parks: tuple[str, ...]
    kerb: tuple[str, ...]
    x_m: Array
    y_m: Array
    writes: tuple[Write, ...]

    @classmethod
    def of(
        cls,
        *,
        links: Any = (),
        junctions: Iterable[str] = (),
        car_parks: Iterable[str] = (),
        kerb: Iterable[str] = (),
        x_m: Any = (),
        y_m: Any = (),
        writes: Iterable[Write] = (),
    ) -> "Touches":
        """Return what is touched; nothing where nothing is said."""
        return cls(
            links=frozen_array(np.unique(np.asarray(links, np.int64)), np.int64),
            junctions=tuple(junctions),
            car_parks=tuple(car_parks),
            kerb=tuple(kerb),
            x_m=frozen_array(np.array(x_m, np.float64), np.float64),
            y_m=frozen_array(np.array(y_m, np.float64), np.float64),
            writes=tuple(writes),
        )

    @classmethod
    def together(cls, parts: Iterable["Touches"]) -> "Touches":
        """Return what several touch, each thing once, in their order."""
        parts = tuple(parts)

        def once(name: str) -> tuple[Any, ...]:
            return tuple(dict.fromkeys(item for part in parts for item in getattr(part, name)))

        points = np.array(
            list(
                dict.fromkeys(
                    point
                    for part in parts
                    for point in zip(part.x_m.tolist(), part.y_m.tolist(), strict=True)
                )
            )
        ).reshape(-1, 2)
        return cls.of(
            links=[link for part in parts for link in part.links.tolist()],
            junctions=once("junctions"),
            car_parks=once("car_parks"),
            kerb=once("kerb"),
            x_m=points[:, 0],
            y_m=points[:, 1],
            writes=once("writes"),
        )


class Intervention(DocumentModel, ABC):
    """One thing that an option does.

    A subclass stands in its own file under ``interventions/``, named after its key in a study;
    its docstring explains the key to those who write studies. It changes facts through
    `facts.edit` and nothing else.
    """

    @abstractmethod
    def apply(self, city: City) -> City:
        """Return the city with this done; raise `InputError` where it cannot be done there."""

    @abstractmethod
    def describe(self, city: City) -> Text:
        """Return one sentence of what it does, in English and Chinese, without full stop."""

    @abstractmethod
    def touches(self, city: City) -> Touches:
        """Return what it touches; raise `InputError` where a name or value does not fit."""

    def spaces_added(self, city: City) -> int:  # noqa: ARG002 - for subclasses that add spaces
        """Return the public spaces that the city gains by it."""
        return 0


class StreetChoice(DocumentModel):
    """Which links are meant: a street, a part of it, OSM ways, or classes of roads."""

    street: str | None = Field(None, description="name of a street, or all")
    ways: Annotated[tuple[Whole, ...], AtLeast(1)] | None = Field(
        None, description="ids of OSM ways"
    )
    from_: str | None = Field(None, alias="from", description="cross street where it begins")
    to: str | None = Field(None, description="cross street where it ends")
    both_ways: bool = Field(True, description="false: from -> to alone")
    road_class: Annotated[tuple[str, ...], AtLeast(1)] | None = Field(
        None, description="only roads of these classes"
    )

    def links(self, city: City, *, at: Loc = ()) -> Array:
        """Return the rows of the links meant, int64, sorted, at least one."""
        if (self.street is None) == (self.ways is None):
            raise SelectionError(
                "needs a street or ways, and not both",
                at=at,
                value="where",
                remedy='write "street: NAME" or "ways: [ID, ...]"',
            )
        if self.street is not None:
            found = links_of_street(city, self.street, at=(*at, "street"))
        else:
            found = links_of_ways(city, self.ways or (), at=(*at, "ways"))
        if not self.both_ways and self.from_ is None:
            raise SelectionError(
                "needs `from` and `to`, which say the direction",
                at=(*at, "both_ways"),
                value="both_ways = false",
                remedy="name the cross streets at both ends",
            )
        found = links_between(
            city, found, start=self.from_, end=self.to, both_ways=self.both_ways, at=at
        )
        if self.road_class is not None:
            classes = road_classes(self.road_class, at=(*at, "road_class"))
            found = found[np.isin(city.roads.links.road_class[found], classes)]
            if found.size == 0:
                raise SelectionError(
                    "has no road of this class",
                    at=(*at, "road_class"),
                    value=", ".join(self.road_class),
                    remedy="choose another class, or leave road_class out",
                )
        return found

    @property
    def place(self) -> Text:
        """The choice in words."""
        if self.ways is not None:
            listed = ", ".join(str(way) for way in self.ways)
            return Text(en=f"ways {listed}", zh=f"路段 {listed}")
        en = "all streets" if self.street == "all" else str(self.street)
        zh = "全部道路" if self.street == "all" else str(self.street)
        if self.road_class:
            listed = ", ".join(self.road_class)
            en, zh = f"{en} ({listed})", f"{zh}（{listed}）"
        if self.from_ and self.to:
            en, zh = f"{en} from {self.from_} to {self.to}", f"{zh}（{self.from_}—{self.to}）"
        return Text(en=en, zh=zh)


def link_writes(city: City, links: Array, field: str) -> tuple[Write, ...]:
    """Return the writes of one field of these links; a link is told by its stable name."""
    ids = city.roads.link_ids()
    names = (city.roads.name_of(int(i)) or "link" for i in links)
    return tuple(Write(field, f"{name} ({ids[i]})") for i, name in zip(links, names, strict=True))


def touched_links(city: City, links: Array, field: str) -> Touches:
    """Return what an intervention touches that sets one field of links."""
    x_m, y_m = middle_of(city, links)
    return Touches.of(links=links, x_m=x_m, y_m=y_m, writes=link_writes(city, links, field))
