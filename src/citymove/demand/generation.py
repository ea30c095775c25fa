"""Trip generation: trip ends by purpose and place, shared out from the city's totals.

A map knows where floor area stands, and not how many people come. So the totals are stated
(`facts.assumptions`), and each purpose is shared out over the places that serve it, by floor
area times a rate of the kind of place.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from citymove.demand.gateway_choice import inbound_shares
from citymove.demand.inversion import round_half_up
from citymove.demand.totals import CarTotals
from citymove.facts.city import City
from citymove.facts.places import PlaceKind
from citymove.facts.travellers import Segment
from citymove.facts.zones import zone_of
from citymove.foundation.errors import InputError
from citymove.foundation.note import Note
from citymove.foundation.table import frozen_array
from citymove.foundation.terms import PURPOSES, Purpose
from citymove.prepare.share_out import share_out

Array = np.ndarray[Any, Any]

POINT_FLOOR_AREA_M2 = 150.0
"""Floor area that a point of interest counts as, m2. Assumed: a shop or restaurant that is
mapped as a point in a building of another use."""

JOBS_PER_M2: Mapping[PlaceKind, float] = {
    PlaceKind.DWELLING: 0.05,  # practices, small offices and staff in apartment buildings
    PlaceKind.WORKPLACE: 1.0,
    PlaceKind.SHOP: 0.7,
    PlaceKind.MARKET: 0.7,
    PlaceKind.SCHOOL: 0.3,
    PlaceKind.HOSPITAL: 0.5,
    PlaceKind.LEISURE: 0.3,
}
"""Jobs per floor area against an office's. Assumed."""

VISITS_PER_M2: Mapping[PlaceKind, float] = {PlaceKind.DWELLING: 0.2, PlaceKind.LEISURE: 1.0}
"""Visits per floor area against a restaurant's. Assumed."""

_KIND_ZH: Final = {
    PlaceKind.DWELLING: "住宅",
    PlaceKind.WORKPLACE: "办公",
    PlaceKind.MIXED: "混合用途",
    PlaceKind.SHOP: "商店",
    PlaceKind.MARKET: "菜市场",
    PlaceKind.SCHOOL: "学校",
    PlaceKind.HOSPITAL: "医院",
    PlaceKind.LEISURE: "休闲",
    PlaceKind.OTHER: "其他",
}


@dataclass(frozen=True, eq=False, kw_only=True)
class Attraction:
    """Where trips of each purpose end.

    Parameters
    ----------
    place_zone
        int32 [places], zone of each place.
    place_share
        float64 [purposes, places], rows sum to 1; `Purpose.HOME` is where people live.
    zone_share
        float64 [purposes, zones], the same by zone.
    area_m2
        float64 [places], floor area as counted here.
    notes
        What was filled in for want of places.
    """

    place_zone: Array
    place_share: Array
    zone_share: Array
    area_m2: Array
    notes: tuple[Note, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "place_zone", frozen_array(self.place_zone, np.int32))
        object.__setattr__(self, "place_share", frozen_array(self.place_share, np.float64))
        object.__setattr__(self, "zone_share", frozen_array(self.zone_share, np.float64))
        object.__setattr__(self, "area_m2", frozen_array(self.area_m2, np.float64))


@dataclass(frozen=True, eq=False, kw_only=True)
class TripEnds:
    """People by zone, and where outbound car trips start and end.

    Parameters
    ----------
    residents, jobs, cars
        int64 [zones], whole numbers that sum to the city's totals exactly.
    produced
        float64 [segments, purposes, centroids], veh/day: outbound trips (from home, or through a
        gateway into the city) by the centroid that they start from.
    attracted
        float64 [segments, purposes, zones], veh/day: the same trips by the zone that they go to;
        residents who drive out are in neither.
    """

    residents: Array
    jobs: Array
    cars: Array
    produced: Array
    attracted: Array

    def __post_init__(self) -> None:
        for name in ("residents", "jobs", "cars"):
            object.__setattr__(self, name, frozen_array(getattr(self, name), np.int64))
        for name in ("produced", "attracted"):
            object.__setattr__(self, name, frozen_array(getattr(self, name), np.float64))


def attraction(city: City) -> Attraction:
    """Return where trips of each purpose end.

    Parameters
    ----------
    city
        With places and zones; states ``mixed_work_share``.

    Raises
    ------
    InputError
        Where the city has no place, or no zone.

    Notes
    -----
    A purpose without a place of its own goes to the next best kind, which a note says: market
    to shops, shopping to markets, outpatients to workplaces (practices stand in offices), school
    to workplaces; and all of them to any place where that fails too.
    """
    places = city.places
    if not len(places):
        raise InputError(
            "demand needs buildings or points of interest",
            value="a city without places",
            remedy="read an extract with buildings, or give a larger boundary",
        )
    zone = zone_of(city.zones, places.x_m, places.y_m)
    area_m2 = np.where(places.floor_area_m2 > 0, places.floor_area_m2, POINT_FLOOR_AREA_M2)
    notes: list[Note] = []
    shares = np.empty((len(Purpose), len(places)))
    for purpose in Purpose:
        shares[purpose], note = _shares(purpose, places.kind, area_m2, _rates(city))
        notes += note
    zone_share = np.stack([np.bincount(zone, row, minlength=len(city.zones)) for row in shares])
    return Attraction(
        place_zone=zone,
        place_share=shares,
        zone_share=zone_share,
        area_m2=area_m2,
        notes=tuple(notes),
    )


def _rates(city: City) -> dict[Purpose, list[Mapping[PlaceKind, float]]]:
    """Return rates by kind of place, the purpose's own first, then what stands in for it."""
    work = city.assumed("mixed_work_share")
    at_homes = JOBS_PER_M2[PlaceKind.DWELLING] * (1.0 - work)
    jobs = {**JOBS_PER_M2, PlaceKind.MIXED: work + at_homes}
    homes = {PlaceKind.DWELLING: 1.0, PlaceKind.MIXED: 1.0 - work}
    visits = {**VISITS_PER_M2, PlaceKind.MIXED: VISITS_PER_M2[PlaceKind.DWELLING] * (1.0 - work)}
    shops, markets = {PlaceKind.SHOP: 1.0}, {PlaceKind.MARKET: 1.0}
    return {
        Purpose.WORK: [jobs],
        Purpose.SCHOOL: [{PlaceKind.SCHOOL: 1.0}, jobs],
        Purpose.SHOPPING: [shops, markets, jobs],
        Purpose.VISIT: [visits],
        Purpose.OUTPATIENT: [{PlaceKind.HOSPITAL: 1.0}, jobs],
        Purpose.MARKET: [markets, shops, jobs],
        Purpose.HOME: [homes],
    }


def _shares(
    purpose: Purpose,
    kind: Array,
    area_m2: Array,
    rates: Mapping[Purpose, list[Mapping[PlaceKind, float]]],
) -> tuple[Array, list[Note]]:
    for rank, rate in enumerate(rates[purpose]):
        per_kind = np.array([rate.get(one, 0.0) for one in PlaceKind])
        weight = area_m2 * per_kind[kind]
        if weight.sum() > 0:
            kinds = [one for one in PlaceKind if rate.get(one, 0.0) > 0]
            return weight / weight.sum(), [_stood_in(purpose, kinds)] if rank else []
    return area_m2 / area_m2.sum(), [_stood_in(purpose, [])]


def _stood_in(purpose: Purpose, kinds: list[PlaceKind]) -> Note:
    """Return a note of what stands in for a purpose's own places; no kind: all places."""
    en, zh = PURPOSES[purpose]
    words_en = "the kinds " + ", ".join(one.name.lower() for one in kinds)
    words_zh = "、".join(_KIND_ZH[one] for one in kinds)
    return Note(
        f"no_place_for_{purpose.name.lower()}",
        en=f"No place for {en}: shared out over {words_en if kinds else 'all places'}.",
        zh=f"没有“{zh}”类场所：按{words_zh if kinds else '全部场所'}分配。",
    )


def trip_ends(city: City, attracted: Attraction, totals: CarTotals) -> TripEnds:
    """Return people and car trips by zone and gateway.

    Parameters
    ----------
    city
        States residents, jobs and cars_owned.
    attracted
        From `attraction`.
    totals
        From `car_totals`.

    Notes
    -----
    People and cars are shared out in whole numbers by largest remainder, so their sums are the
    stated totals, rounded half up. Trips stay fractions: whole travellers are drawn from them.
    """
    home, work = attracted.zone_share[Purpose.HOME], attracted.zone_share[Purpose.WORK]
    gateway_of_side = inbound_shares(city.gateways, totals.sides)
    produced = np.zeros((len(Segment), len(Purpose), city.centroid_count))
    gateways = slice(len(city.zones), city.centroid_count)
    produced[Segment.INCOMING, Purpose.WORK, gateways] = totals.commuter_cars @ gateway_of_side
    produced[Segment.VISITOR, :, gateways] = np.outer(
        totals.visitor_purpose_share, totals.visitor_cars @ gateway_of_side
    )
    inside = totals.tours * (1.0 - totals.outgoing_share)
    produced[Segment.RESIDENT, :, : len(city.zones)] = np.outer(
        inside * totals.resident_purpose_share, home
    )
    return TripEnds(
        residents=share_out(round_half_up(city.assumed("residents")), home),
        jobs=share_out(round_half_up(city.assumed("jobs")), work),
        cars=share_out(round_half_up(totals.cars_owned), home),
        produced=produced,
        attracted=produced.sum(axis=2)[:, :, None] * attracted.zone_share,
    )
