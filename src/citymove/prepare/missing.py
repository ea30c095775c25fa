"""What is not known of a city's roads and parking, the most important first.

What a gap weighs follows from the class of its road and from its length alone: kilometres times
`CLASS_WEIGHT`. A junction without a known signal weighs as the roads that lead into it. Parking
weighs as residential streets: unknown kerbs by their length, a car park by the kerb that its
cars would fill.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from citymove.facts.car_parks import Access, CarParks
from citymove.facts.roads import RoadClass, Roads
from citymove.foundation.crs import LocalPlane
from citymove.foundation.provenance import Source
from citymove.foundation.table import Table, column

Array = np.ndarray[Any, Any]

# Assumed: traffic of a lane as a share of a main road's; it falls with the class.
CLASS_WEIGHT: Final = {
    RoadClass.MOTORWAY: 1.0,
    RoadClass.TRUNK: 1.0,
    RoadClass.PRIMARY: 1.0,
    RoadClass.SECONDARY: 0.7,
    RoadClass.TERTIARY: 0.4,
    RoadClass.UNCLASSIFIED: 0.15,
    RoadClass.RESIDENTIAL: 0.1,
    RoadClass.LIVING_STREET: 0.05,
    RoadClass.SERVICE: 0.02,
}
KERB_M: Final = 5.2  # a car parked along the kerb with its room to manoeuvre
USUAL_SPACES: Final = 50  # of a car park of unknown size, where no other's size is known
FIRM: Final = (Source.MEASURED, Source.REPORTED, Source.TAGGED)
_NAMED: Final = 3


def class_weights(road_class: Array) -> Array:
    """Return `CLASS_WEIGHT` of each class, float64."""
    return np.array([CLASS_WEIGHT[known] for known in RoadClass])[road_class]


@dataclass(frozen=True, eq=False, kw_only=True)
class StreetGaps(Table):
    """Directions of ways on which an attribute rests on a default, the most important first.

    Parameters
    ----------
    id
        text, ``way/f`` with the way's node order, ``way/b`` against it.
    name
        text, "" for none.
    road_class, ramp
        int8 `RoadClass`; bool.
    length_m
        float64, metres of this direction that rest on a default.
    value
        float64, the default that stands there: lanes, or free speed in m/s.
    lon, lat
        float64, WGS84 degrees, a point on the way.
    weight
        float64, see the module.
    """

    id: Array = column(np.str_)
    name: Array = column(np.str_)
    road_class: Array = column(np.int8)
    ramp: Array = column(np.bool_)
    length_m: Array = column(np.float64)
    value: Array = column(np.float64)
    lon: Array = column(np.float64)
    lat: Array = column(np.float64)
    weight: Array = column(np.float64)


def street_gaps(roads: Roads, plane: LocalPlane, attribute: str) -> StreetGaps:
    """Return where `attribute` ("lanes" or "speed") is a default.

    Tertiary roads and above come first, by weight; then all others, by weight.
    """
    links = roads.links
    rows = np.flatnonzero(getattr(links, f"{attribute}_source") == Source.DEFAULT)
    way, against = links.way_id[rows], ~links.forward[rows]
    keys, first, group = np.unique(
        np.stack([way, against.astype(np.int64)], axis=1),
        axis=0, return_index=True, return_inverse=True,
    )  # fmt: skip
    at = rows[first]
    length_m = np.bincount(group.reshape(-1), links.length_m[rows], len(keys))
    middle = (roads.shape_start[at] + roads.shape_start[at + 1]) // 2
    lon, lat = plane.to_degrees(roads.shape_x_m[middle], roads.shape_y_m[middle])
    road_class = links.road_class[at]
    weight = class_weights(road_class) * length_m / 1000
    value = getattr(links, "lanes" if attribute == "lanes" else "speed_mps")[at]
    minor = road_class > RoadClass.TERTIARY
    order = np.lexsort((keys[:, 1], keys[:, 0], -weight, minor))
    gaps = StreetGaps(
        id=np.array([f"{w}/{'b' if back else 'f'}" for w, back in keys.tolist()], np.str_),
        name=np.array([roads.name_of(int(link)) for link in at], np.str_),
        road_class=road_class,
        ramp=links.ramp[at],
        length_m=length_m,
        value=value,
        lon=lon,
        lat=lat,
        weight=weight,
    )
    return gaps.take(order)


def unsized(parks: CarParks) -> Array:
    """Return the rows of car parks for all or for customers whose size nobody states, int64."""
    open_to_all = np.isin(parks.access, (Access.PUBLIC, Access.CUSTOMERS))
    known = np.isin(parks.spaces_source, FIRM) & (parks.spaces >= 0)
    rows = np.flatnonzero(open_to_all & ~known)
    return rows[np.argsort(-_likely_spaces(parks)[rows], kind="stable")]


def _likely_spaces(parks: CarParks) -> Array:
    """Return spaces, the mean of the others where a size is unknown, float64."""
    known = parks.spaces[parks.spaces >= 0]
    usual = float(known.mean()) if known.size else USUAL_SPACES
    return np.where(parks.spaces >= 0, parks.spaces, usual)


@dataclass(frozen=True, slots=True)
class Missing:
    """One group of facts that nobody states.

    Parameters
    ----------
    kind
        "lanes", "speeds", "signals", "car_parks", "kerb_sides" or "lost_links".
    road_class
        Class of the roads, None where it speaks of several.
    number
        Directions of ways, junctions, car parks or links; 0 where only the length is known.
    km
        Their length; 0 where they have none.
    weight
        See the module.
    names
        The most important of them, where they have a name.
    """

    kind: str
    road_class: RoadClass | None
    number: int
    km: float
    weight: float
    names: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """A stable name of the count."""
        stem = f"missing_{self.kind}"
        return stem if self.road_class is None else f"{stem}_{self.road_class.name.lower()}"


def missing_on_streets(kind: str, gaps: StreetGaps) -> list[Missing]:
    """Return the gaps of one attribute by class."""
    found = []
    for known in RoadClass:
        rows = np.flatnonzero(gaps.road_class == known)
        if rows.size:
            found.append(
                Missing(
                    kind,
                    known,
                    rows.size,
                    float(gaps.length_m[rows].sum()) / 1000,
                    float(gaps.weight[rows].sum()),
                    leading(gaps.name[rows], gaps.weight[rows]),
                )
            )
    return found


def leading(names: Array, weight: Array) -> tuple[str, ...]:
    """Return the names with most weight, each once, those without a name left out."""
    total: dict[str, float] = {}
    for name, part in zip(names.tolist(), weight.tolist(), strict=True):
        if name:
            total[name] = total.get(name, 0.0) + part
    return tuple(sorted(total, key=lambda name: (-total[name], name))[:_NAMED])


def missing_car_parks(parks: CarParks) -> list[Missing]:
    """Return the car parks whose size nobody states, as one group."""
    rows = unsized(parks)
    if not rows.size:
        return []
    spaces = _likely_spaces(parks)[rows]
    weight = spaces * KERB_M / 1000 * CLASS_WEIGHT[RoadClass.RESIDENTIAL]
    names = leading(parks.name[rows], weight)
    return [Missing("car_parks", None, rows.size, 0.0, float(weight.sum()), names)]
