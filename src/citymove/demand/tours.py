"""Residents: their cars, the tours that the cars make, and the nights between.

A tour leaves home, stands at a place inside or drives out, and comes home. It gives two rows: the
visit (or the way out), and the way home with the stay there until the car leaves again. The day
repeats itself: the last stay at home ends when the first tour of the day would start.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.demand.day_profile import SHORTEST_STAY_S, arrival_times, dwell_times
from citymove.demand.destination_choice import DestinationChoices
from citymove.demand.gateway_choice import drawn_or_raise, outgoing_choices
from citymove.demand.inversion import Choices, round_half_up
from citymove.demand.setting import Setting
from citymove.demand.traveller_ids import Group, tour_index, traveller_ids
from citymove.demand.visits import draw_places, external_times, visit_points, visit_rows
from citymove.facts.travellers import Segment, Travellers
from citymove.foundation.daytime import DAY_S
from citymove.foundation.randomness import Stream, uniforms
from citymove.foundation.table import Table, column
from citymove.foundation.terms import Purpose

Array = np.ndarray[Any, Any]

PARKED_BEFORE_S = -1
STAY_AT_HOME_S = 600
"""Least time at home between two tours of one car. Assumed."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Cars(Table):
    """Cars of residents.

    Parameters
    ----------
    index
        int64, index in the groups of ids.
    zone
        int32, home.
    x_m, y_m
        float64, home.
    has_space
        bool, whether a private space at home belongs to it.
    """

    index: Array = column(np.int64)
    zone: Array = column(np.int32)
    x_m: Array = column(np.float64)
    y_m: Array = column(np.float64)
    has_space: Array = column(np.bool_)

    @property
    def ids(self) -> Array:
        """Keys of the random numbers that all rows of a car share, int64 [cars]."""
        return traveller_ids(Group.CAR, self.index)


@dataclass(frozen=True, eq=False, kw_only=True)
class Tours(Table):
    """Tours of residents' cars.

    Parameters
    ----------
    index
        int64, index in the groups of ids.
    car
        int32, row of `Cars`.
    purpose
        int8 `Purpose` of the place.
    destination
        int32, centroid: a zone, or the gateway by which the car drives out.
    comes_from
        int32, centroid from which it comes home: the same zone, or a gateway of the same side.
    """

    index: Array = column(np.int64)
    car: Array = column(np.int32)
    purpose: Array = column(np.int8)
    destination: Array = column(np.int32)
    comes_from: Array = column(np.int32)


@dataclass(frozen=True, eq=False, kw_only=True)
class TourTimes(Table):
    """When tours happen, rows as in `Tours`.

    Parameters
    ----------
    depart_s
        int64, from home.
    reach_s
        int64, arrival at the place inside, or at the gateway on the way out.
    dwell_s
        int64, length of the stay at the place, inside or outside.
    external_s
        int64, driven outside each way; 0 for a place inside.
    home_s
        int64, arrival at home.
    until_s
        int64, when the car leaves home again.
    """

    depart_s: Array = column(np.int64)
    reach_s: Array = column(np.int64)
    dwell_s: Array = column(np.int64)
    external_s: Array = column(np.int64)
    home_s: Array = column(np.int64)
    until_s: Array = column(np.int64)


def owned_cars(setting: Setting) -> Cars:
    """Return all cars of residents, each at a home drawn by floor area."""
    index = np.arange(round_half_up(setting.totals.cars_owned))
    number = uniforms(setting.seed, traveller_ids(Group.CAR, index), Stream.ORIGIN)
    share = setting.attracted.place_share[Purpose.HOME]
    place = Choices.of_weights(share).draw(np.zeros_like(index), number)
    return cars_at(setting, index, setting.attracted.place_zone[place], place)


def cars_in_zones(setting: Setting, index: Array, zone: Array) -> Cars:
    """Return cars whose home zones are given, each at a home of its zone."""
    number = uniforms(setting.seed, traveller_ids(Group.CAR, index), Stream.ORIGIN)
    home = np.full(index.size, Purpose.HOME, np.int8)
    return cars_at(setting, index, zone, draw_places(setting.attracted, home, zone, number))


def cars_at(setting: Setting, index: Array, zone: Array, place: Array) -> Cars:
    """Return cars at these rows of `Places`; at the zone's centroid where the row is -1."""
    city, known = setting.city, place >= 0
    x_m, y_m = city.zones.x_m[zone].copy(), city.zones.y_m[zone].copy()
    x_m[known], y_m[known] = city.places.x_m[place[known]], city.places.y_m[place[known]]
    number = uniforms(setting.seed, traveller_ids(Group.CAR, index), Stream.PRIVATE_SPACE)
    has_space = number < city.assumed("private_share_residents")
    return Cars(index=index, zone=zone, x_m=x_m, y_m=y_m, has_space=has_space)


def drawn_tours(setting: Setting, cars: Cars, destinations: DestinationChoices) -> Tours:
    """Return the tours of a day.

    Car k makes ``floor((k + 1) t + 1/2) - floor(k t + 1/2)`` tours at t tours per car: the sum is
    the total rounded half up, and a larger fleet changes nothing of the cars before.
    """
    totals, seed, count = setting.totals, setting.seed, len(cars)
    per_car = totals.tours / totals.cars_owned if totals.cars_owned > 0 else 0.0
    made = np.diff(np.floor(np.arange(count + 1) * per_car + 0.5).astype(np.int64))
    car = np.repeat(np.arange(count), made)
    rank = np.arange(car.size) - np.repeat(np.cumsum(made) - made, made)
    index = tour_index(cars.index[car], rank)
    ids = traveller_ids(Group.TOUR, index)
    purpose = Choices.of_weights(totals.resident_purpose_share).draw(
        np.zeros_like(car), uniforms(seed, ids, Stream.PURPOSE)
    )
    outgoing = uniforms(seed, ids, Stream.TOUR) < totals.outgoing_share
    where = uniforms(seed, ids, Stream.DESTINATION)
    home = cars.zone[car]
    to = np.empty(car.size, np.int64)
    to[~outgoing] = destinations.draw(
        Segment.RESIDENT, purpose[~outgoing], home[~outgoing], where[~outgoing]
    )
    zones = setting.zone_count
    gateways = outgoing_choices(
        setting.outbound, setting.side_cars, setting.reachable[:zones, zones:]
    )
    gateway = gateways.draw(home[outgoing], where[outgoing])
    to[outgoing] = drawn_or_raise(gateway, home[outgoing], setting.centroid_names) + zones
    return tours_of(setting, cars, index=index, car=car, purpose=purpose, destination=to)


def tours_of(
    setting: Setting, cars: Cars, *, index: Array, car: Array, purpose: Array, destination: Array
) -> Tours:
    """Return tours whose destinations are known, with the gateways by which cars come home."""
    comes_from = np.array(destination, np.int64)
    out = np.flatnonzero(comes_from >= setting.zone_count)
    side, home = setting.side_of[comes_from[out] - setting.zone_count], cars.zone[car[out]]
    number = uniforms(setting.seed, traveller_ids(Group.TOUR, index[out]), Stream.ORIGIN)
    gateway = setting.ways_in.draw(side * setting.zone_count + home, number)
    comes_from[out] = setting.zone_count + drawn_or_raise(
        gateway, home, setting.centroid_names, "come in"
    )
    return Tours(
        index=index, car=car, purpose=purpose, destination=destination, comes_from=comes_from
    )


def tour_times(setting: Setting, cars: Cars, tours: Tours) -> TourTimes:
    """Return when tours happen; a car's later tour waits until it is home again."""
    city, seed = setting.city, setting.seed
    ids = traveller_ids(Group.TOUR, tours.index)
    home, out = cars.zone[tours.car], tours.destination >= setting.zone_count
    there_s, back_s = (
        setting.drive_s(home, tours.destination),
        setting.drive_s(tours.comes_from, home),
    )
    external_s = np.zeros(ids.size, np.int64)
    side = setting.side_of[tours.destination[out] - setting.zone_count]
    external_s[out] = external_times(setting, side, ids[out])
    arrival_s = arrival_times(city, tours.purpose, ids, seed=seed)
    dwell_s = dwell_times(city, tours.purpose, ids, seed=seed)
    depart_s = np.maximum(arrival_s - external_s - there_s, SHORTEST_STAY_S)
    away_s = there_s + 2 * external_s + dwell_s + back_s
    depart_s, until_s = _one_after_the_other(tours.car, depart_s, away_s)
    return TourTimes(
        depart_s=depart_s,
        reach_s=depart_s + there_s,
        dwell_s=dwell_s,
        external_s=external_s,
        home_s=depart_s + away_s,
        until_s=until_s,
    )


def _one_after_the_other(car: Array, depart_s: Array, away_s: Array) -> tuple[Array, Array]:
    """Return departures without overlap, and the departure that follows on each tour."""
    order = np.lexsort((depart_s, car))
    owner, start, away = car[order], depart_s[order], away_s[order]
    first = np.flatnonzero(np.concatenate([[True], owner[1:] != owner[:-1]])[: owner.size])
    of_car = np.diff(np.append(first, owner.size))
    for rank in range(1, int(of_car.max(initial=0))):
        row = first[of_car > rank] + rank
        start[row] = np.maximum(start[row], start[row - 1] + away[row - 1] + STAY_AT_HOME_S)
    until = np.append(start[1:], 0)[: owner.size]
    until[first + of_car - 1] = start[first] + DAY_S
    until = np.maximum(until, start + away + SHORTEST_STAY_S)
    back = np.empty_like(order)
    back[order] = np.arange(order.size)
    return start[back], until[back]


def tour_rows(setting: Setting, cars: Cars, tours: Tours, times: TourTimes) -> Travellers:
    """Return the rows of all ways out, then of all ways home.

    A resident's place of work has a private space as often as an incoming commuter's.
    """
    ids = traveller_ids(Group.TOUR, tours.index)
    drivers = cars.ids[tours.car]
    home = cars.zone[tours.car]
    outgoing = tours.destination >= setting.zone_count
    segment = np.where(outgoing, Segment.OUTGOING, Segment.RESIDENT)
    x_m, y_m = visit_points(setting, tours.purpose, tours.destination, ids)
    has_space = (tours.purpose == Purpose.WORK) & (
        uniforms(setting.seed, ids, Stream.PRIVATE_SPACE)
        < setting.city.assumed("private_share_incoming")
    )
    out = visit_rows(
        setting,
        ids=ids,
        drivers=drivers,
        segment=segment,
        purpose=tours.purpose,
        origin=home,
        destination=tours.destination,
        x_m=x_m,
        y_m=y_m,
        arrival_s=times.reach_s,
        dwell_s=np.where(outgoing, 0, times.dwell_s),
        parks=~outgoing,
        reserved=has_space & ~outgoing,
        external_s=times.external_s,
    )
    back = visit_rows(
        setting,
        ids=traveller_ids(Group.HOME, tours.index),
        drivers=drivers,
        segment=segment,
        purpose=Purpose.HOME,
        origin=tours.comes_from,
        destination=home,
        x_m=cars.x_m[tours.car],
        y_m=cars.y_m[tours.car],
        arrival_s=times.home_s,
        dwell_s=times.until_s - times.home_s,
        reserved=cars.has_space[tours.car],
        external_s=times.external_s,
    )
    return out.append(back)


def overnight_rows(setting: Setting, cars: Cars, tours: Tours, times: TourTimes) -> Travellers:
    """Return the cars without a private space that stand at home when the day begins.

    A car leaves with its first tour; one without a tour stands to the end of the day.
    """
    first_s = np.full(len(cars), DAY_S, np.int64)
    np.minimum.at(first_s, tours.car, times.depart_s)
    rows = np.flatnonzero(~cars.has_space)
    return visit_rows(
        setting,
        ids=traveller_ids(Group.OVERNIGHT, cars.index[rows]),
        drivers=cars.ids[rows],
        segment=Segment.RESIDENT,
        purpose=Purpose.HOME,
        origin=cars.zone[rows],
        destination=cars.zone[rows],
        x_m=cars.x_m[rows],
        y_m=cars.y_m[rows],
        arrival_s=PARKED_BEFORE_S,
        dwell_s=first_s[rows] - PARKED_BEFORE_S,
    )
