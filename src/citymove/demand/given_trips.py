"""Travellers by a given matrix of car trips, in place of gravity.

The matrix holds *outbound* car trips a day between centroids (zones first, then gateways): from
where the car comes to where it goes, ways back left out, since every visit makes its own.

- gateway to zone: commuters and visitors. Who is which, and why a visitor comes, is drawn by
  the totals of the gateway's side x the shares of purposes x what attracts each in the zone.
- zone to zone, zone to gateway: tours of residents; purpose drawn by shares x attraction.
- gateway to another gateway: through cars.

Whole trips are drawn from the cells by largest remainder, so that their sum is the matrix's,
rounded half up. Cars owned, spaces, times and stays stay as the assumptions say.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.demand.incoming import stops
from citymove.demand.inversion import Choices, round_half_up
from citymove.demand.setting import Setting
from citymove.demand.through import crossings
from citymove.demand.tours import (
    Cars,
    Tours,
    cars_in_zones,
    overnight_rows,
    tour_rows,
    tour_times,
    tours_of,
)
from citymove.demand.traveller_ids import Group, pair_index, traveller_ids
from citymove.facts.travellers import Segment, Travellers
from citymove.foundation.errors import InputError, InputErrors
from citymove.foundation.note import Note
from citymove.foundation.randomness import Stream, uniforms
from citymove.foundation.terms import Purpose
from citymove.prepare.share_out import share_out

Array = np.ndarray[Any, Any]

_CAR_ZONE_BITS = 24
_NAMED = 20  # unreachable pairs that an error names


@dataclass(frozen=True, eq=False, kw_only=True)
class _Trips:
    """Single trips of the matrix: centroids, and the rank among the trips of its pair."""

    origin: Array
    destination: Array
    rank: Array

    def take(self, rows: Array) -> "_Trips":
        return _Trips(
            origin=self.origin[rows], destination=self.destination[rows], rank=self.rank[rows]
        )


def given_rows(setting: Setting, given: Array) -> tuple[list[Travellers], tuple[Note, ...]]:
    """Return travellers by a given matrix; the last table holds the cars that stand at 00:00.

    Parameters
    ----------
    setting
        Of the synthesis.
    given
        float64 [centroids, centroids], veh/day, finite and >= 0.

    Raises
    ------
    InputError, InputErrors
        Where the shape or a value is wrong, or trips have no way.
    """
    trips, notes = _whole_trips(setting, given)
    from_zone = trips.origin < setting.zone_count
    to_zone = trips.destination < setting.zone_count
    count = setting.city.centroid_count
    index = pair_index(trips.origin, trips.destination, trips.rank, count)
    stopping, crossing = ~from_zone & to_zone, ~from_zone & ~to_zone
    cars, tours = _tours(setting, trips.take(from_zone), index[from_zone])
    times = tour_times(setting, cars, tours)
    return [
        _stops(setting, trips.take(stopping), index[stopping]),
        crossings(
            setting,
            ids=traveller_ids(Group.THROUGH, index[crossing]),
            origin=trips.origin[crossing] - setting.zone_count,
            destination=trips.destination[crossing] - setting.zone_count,
        ),
        tour_rows(setting, cars, tours, times),
        overnight_rows(setting, cars, tours, times),
    ], notes


def _whole_trips(setting: Setting, given: Array) -> tuple[_Trips, tuple[Note, ...]]:
    count = setting.city.centroid_count
    cells = np.array(given, np.float64)
    if cells.shape != (count, count):
        raise InputError(
            "must have one row and one column per zone and gateway",
            value=f"given matrix of shape {cells.shape} for {count} centroids",
        )
    if not np.all(np.isfinite(cells) & (cells >= 0)):
        raise InputError("must be finite and >= 0", value="given matrix")
    gateways = np.arange(setting.zone_count, count)
    turned_back = float(cells[gateways, gateways].sum())
    cells[gateways, gateways] = 0.0
    note = Note(
        "given_trips_turned_back",
        en=f"Given matrix: {turned_back:g} trips from a gateway to itself left out.",
        zh=f"给定矩阵：略去起讫为同一出入口的出行 {turned_back:g} 次。",
    )
    notes = (note,) if turned_back else ()
    _check_ways(setting, cells)
    whole = share_out(round_half_up(float(cells.sum())), cells.ravel())
    pair = np.repeat(np.arange(whole.size), whole)
    rank = np.arange(pair.size) - np.repeat(np.cumsum(whole) - whole, whole)
    return _Trips(origin=pair // count, destination=pair % count, rank=rank), notes


def _check_ways(setting: Setting, cells: Array) -> None:
    names = setting.centroid_names
    # a tour of a resident comes home the same way; all others have gateways to choose from
    inside = np.arange(len(cells)) < setting.zone_count
    both_ways = setting.reachable & (setting.reachable.T | ~(inside[:, None] & inside))
    lost = np.argwhere((cells > 0) & ~both_ways)
    errors = [
        InputError(
            "no way leads there, or none back",
            value=f"given matrix, {names[i]} to {names[j]}: {cells[i, j]:g} trips",
            remedy="correct the matrix, or the connectors and closed links",
        )
        for i, j in lost[:_NAMED]
    ]
    if len(lost) > _NAMED:
        errors.append(InputError(f"and {len(lost) - _NAMED} more pairs without a way"))
    if errors:
        raise InputErrors(errors)


def _stops(setting: Setting, trips: _Trips, index: Array) -> Travellers:
    """Return commuters and visitors: a column of the choice is work, the others purposes."""
    totals, share = setting.totals, setting.attracted.zone_share
    zones = setting.zone_count
    weights = np.empty((len(totals.sides), zones, len(Purpose)))
    visitors = totals.visitor_purpose_share
    weights[:] = totals.visitor_cars[:, None, None] * (visitors[:, None] * share).T[None]
    weights[:, :, Purpose.WORK] = totals.commuter_cars[:, None] * share[Purpose.WORK]
    plain = totals.visitor_cars[:, None] * visitors
    plain[:, Purpose.WORK] = totals.commuter_cars
    plain[plain.sum(axis=1) == 0, Purpose.WORK] = 1.0  # trips of a side that states no cars
    nothing = weights.sum(axis=2) == 0
    weights = np.where(nothing[:, :, None], plain[:, None, :], weights)
    ids = traveller_ids(Group.GIVEN, index)
    row = setting.side_of[trips.origin - zones] * zones + trips.destination
    number = uniforms(setting.seed, ids, Stream.PURPOSE)
    purpose = Choices.of_weights(weights.reshape(-1, len(Purpose))).draw(row, number)
    return stops(
        setting,
        ids=ids,
        segment=np.where(purpose == Purpose.WORK, Segment.INCOMING, Segment.VISITOR),
        purpose=purpose,
        origin=trips.origin,
        zone=trips.destination,
    )


def _tours(setting: Setting, trips: _Trips, index: Array) -> tuple[Cars, Tours]:
    """Return residents' cars and tours: the tours of a zone take turns among its cars."""
    made = np.bincount(trips.origin, minlength=setting.zone_count)
    owned = round_half_up(setting.totals.cars_owned)
    touring = share_out(min(owned, trips.origin.size), made.astype(np.float64))
    touring = np.maximum(touring, made > 0)  # where there is a tour there is a car
    resting = share_out(
        max(owned - int(touring.sum()), 0), setting.attracted.zone_share[Purpose.HOME]
    )
    total = touring + resting
    zone = np.repeat(np.arange(total.size), total)
    first = np.cumsum(total) - total
    rank = np.arange(zone.size) - first[zone]
    cars = cars_in_zones(setting, (zone.astype(np.int64) << _CAR_ZONE_BITS) | rank, zone)
    turn = np.arange(trips.origin.size) - (np.cumsum(made) - made)[trips.origin]
    car = first[trips.origin] + turn % np.maximum(touring, 1)[trips.origin]
    return cars, tours_of(
        setting,
        cars,
        index=index,
        car=car,
        purpose=_tour_purpose(setting, trips, index),
        destination=trips.destination,
    )


def _tour_purpose(setting: Setting, trips: _Trips, index: Array) -> Array:
    """Draw purposes by shares x attraction of the zone; by shares alone for places outside."""
    shares = setting.totals.resident_purpose_share
    weights = np.tile(shares, (setting.city.centroid_count, 1))
    inside = (shares[:, None] * setting.attracted.zone_share).T
    served = np.flatnonzero(inside.sum(axis=1) > 0)
    weights[served] = inside[served]
    number = uniforms(setting.seed, traveller_ids(Group.TOUR, index), Stream.PURPOSE)
    return Choices.of_weights(weights).draw(trips.destination, number)
