"""Rows of travellers: what every visit has, whoever makes it."""

from typing import Any

import numpy as np
import numpy.typing as npt

from citymove.demand.day_profile import lognormal
from citymove.demand.generation import Attraction
from citymove.demand.setting import Setting
from citymove.facts.travellers import Travellers
from citymove.foundation.randomness import Stream, normals, uniforms

Array = np.ndarray[Any, Any]

NOBODY_TAKES_ON = -1
_SHORTEST_PATIENCE_S = 60
_NEAR_OR_FAR, _MINUTES = 0, 1  # counters of Stream.EXTERNAL_LEG


def visit_rows(
    setting: Setting,
    *,
    ids: Array,
    drivers: Array,
    segment: npt.ArrayLike,
    purpose: npt.ArrayLike,
    origin: Array,
    destination: Array,
    x_m: Array,
    y_m: Array,
    arrival_s: npt.ArrayLike,
    dwell_s: npt.ArrayLike,
    return_to: npt.ArrayLike = NOBODY_TAKES_ON,
    parks: npt.ArrayLike = True,
    reserved: npt.ArrayLike = False,
    external_s: npt.ArrayLike = 0,
) -> Travellers:
    """Return travellers; scalars stand for all rows.

    `drivers` are the ids that value of time and patience are drawn by: those of the cars for
    residents, whose rows belong together, else the ids of the rows.
    """
    city, seed, count = setting.city, setting.seed, ids.size

    def full(value: npt.ArrayLike) -> Array:
        return np.broadcast_to(np.asarray(value), (count,))

    value_of_time = lognormal(
        city.assumed("value_of_time_per_h"),
        city.assumed("value_of_time_sigma"),
        normals(seed, drivers, Stream.VALUE_OF_TIME),
    )
    patience_s = lognormal(
        city.assumed("patience_median_min") * 60.0,
        city.assumed("patience_sigma"),
        normals(seed, drivers, Stream.PATIENCE),
    )
    return Travellers(
        id=ids,
        segment=full(segment),
        purpose=full(purpose),
        origin=origin,
        destination=destination,
        return_to=full(return_to),
        x_m=x_m,
        y_m=y_m,
        arrival_s=full(arrival_s),
        dwell_s=full(dwell_s),
        parks=full(parks),
        reserved=full(reserved),
        value_of_time_per_h=value_of_time,
        patience_s=np.maximum(patience_s, _SHORTEST_PATIENCE_S),
        external_s=full(external_s),
    )


def external_times(setting: Setting, side: Array, drivers: Array) -> Array:
    """Return the time driven outside, int64 [n], s.

    Lognormal around the near median for those who live just across the boundary of their side
    (``near_share.<side>``), around the far median for the others.
    """
    city, seed = setting.city, setting.seed
    near_share = np.array([city.assumed(f"near_share.{name}") for name in setting.totals.sides])
    near = uniforms(seed, drivers, Stream.EXTERNAL_LEG, _NEAR_OR_FAR) < near_share[side]
    median_min = np.where(near, city.assumed("external_near_min"), city.assumed("external_far_min"))
    number = normals(seed, drivers, Stream.EXTERNAL_LEG, _MINUTES)
    seconds = lognormal(median_min * 60.0, city.assumed("external_sigma"), number)
    return np.asarray(np.rint(seconds), np.int64)


def visit_points(
    setting: Setting, purpose: Array, destination: Array, ids: Array
) -> tuple[Array, Array]:
    """Return the place of each visit, x and y, float64 [n], m.

    A place of the zone that serves the purpose, by weight; any place of the zone where none
    does; the zone's centroid where it holds none; a gateway's own point.
    """
    city = setting.city
    x_m = np.concatenate([city.zones.x_m, city.gateways.x_m])[destination]
    y_m = np.concatenate([city.zones.y_m, city.gateways.y_m])[destination]
    inside = np.flatnonzero(destination < setting.zone_count)
    number = uniforms(setting.seed, ids[inside], Stream.BUILDING)
    place = draw_places(setting.attracted, purpose[inside], destination[inside], number)
    found = place >= 0
    x_m[inside[found]] = city.places.x_m[place[found]]
    y_m[inside[found]] = city.places.y_m[place[found]]
    return x_m, y_m


def draw_places(attracted: Attraction, purpose: Array, zone: Array, number: Array) -> Array:
    """Return the row of a place in each zone, int64 [n], -1 where the zone holds no place."""
    place = np.full(zone.size, -1, np.int64)
    for kind in np.unique(purpose):
        rows = np.flatnonzero(purpose == kind)
        weight = attracted.place_share[kind]
        place[rows] = _draw_in_zone(weight, attracted.place_zone, zone[rows], number[rows])
    rest = np.flatnonzero(place < 0)
    if rest.size:
        place[rest] = _draw_in_zone(
            attracted.area_m2, attracted.place_zone, zone[rest], number[rest]
        )
    return place


def _draw_in_zone(weight: Array, place_zone: Array, zone: Array, number: Array) -> Array:
    """Draw among the places of a zone: one cumulated sum over all places, sorted by zone."""
    candidates = np.flatnonzero((weight > 0) & (place_zone >= 0))
    order = candidates[np.argsort(place_zone[candidates], kind="stable")]
    reach = np.concatenate([[0.0], np.cumsum(weight[order])])
    first = np.searchsorted(place_zone[order], zone, side="left")
    end = np.searchsorted(place_zone[order], zone, side="right")
    wanted = reach[first] + number * (reach[end] - reach[first])
    position = np.clip(np.searchsorted(reach, wanted, side="right") - 1, first, end - 1)
    empty = first == end
    return np.where(empty, -1, order[np.where(empty, 0, position)] if order.size else -1)
