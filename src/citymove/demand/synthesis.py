"""Travellers of a city, made once from its base facts; every option acts on the same ones."""

from dataclasses import replace
from functools import reduce
from typing import Any

import numpy as np

from citymove.demand.destination_choice import destination_choices
from citymove.demand.generation import trip_ends
from citymove.demand.given_trips import given_rows
from citymove.demand.incoming import commuters, visitors
from citymove.demand.long_stay import long_stay_rows
from citymove.demand.setting import Setting, setting_of
from citymove.demand.through import through_cars
from citymove.demand.tours import (
    drawn_tours,
    overnight_rows,
    owned_cars,
    tour_rows,
    tour_times,
)
from citymove.facts.city import City
from citymove.facts.travellers import Segment, Travellers
from citymove.foundation.note import Note

Array = np.ndarray[Any, Any]


def synthesise(
    city: City, *, seed: int, skim_min: Array | None = None, given: Array | None = None
) -> City:
    """Return the city with its travellers.

    Parameters
    ----------
    city
        A base city whose parking supply is known or inferred, with zones, gateways, places and
        the assumptions of `facts.assumptions`.
    seed
        The run's, >= 0.
    skim_min
        float64 [centroids, centroids], minutes of driving, inf where there is no way; the
        diagonal of zones is replaced by half the way to the nearest other zone. None: straight
        lines at an assumed speed, which a note says.
    given
        float64 [centroids, centroids], outbound car trips a day that replace gravity and the
        totals of trips, see `given_trips`; None: the city's own `given_trips`, or gravity where
        it has none.

    Returns
    -------
    City
        With `Travellers` in this order: commuters and visitors who come in, through cars,
        residents' ways out, their ways home, residents' cars that stand at 00:00, cars that
        stand all day. Notes and counts of `City.reading` say what was filled in and how many
        travellers of each segment were made.

    Raises
    ------
    InputError, InputErrors
        Where an assumption is missing, a side is unknown or has no way in, or a zone with
        demand reaches nothing.

    Notes
    -----
    Totals are met exactly, rounded half up; all else (gateway, zone, place, times, spaces) is
    drawn by the traveller's own random numbers. An id is a group and an index inside it, so a
    larger total adds travellers and leaves those before as they were, bit for bit, as long as
    it does not shift the balance of the gravity model itself.
    """
    setting = setting_of(city, seed=seed, skim_min=skim_min)
    given = city.given_trips if given is None else given
    if given is None:
        tables, notes = _by_gravity(setting)
    else:
        tables, notes = given_rows(setting, given)
    standing, long_notes = long_stay_rows(setting, tables[-1])
    travellers = reduce(Travellers.append, [*tables, standing])
    return _noted(city, travellers, (*setting.notes, *notes, *long_notes))


def _by_gravity(setting: Setting) -> tuple[list[Travellers], tuple[Note, ...]]:
    ends = trip_ends(setting.city, setting.attracted, setting.totals)
    destinations = destination_choices(setting, ends)
    cars = owned_cars(setting)
    tours = drawn_tours(setting, cars, destinations)
    times = tour_times(setting, cars, tours)
    tables = [
        commuters(setting, destinations),
        visitors(setting, destinations),
        through_cars(setting),
        tour_rows(setting, cars, tours, times),
        overnight_rows(setting, cars, tours, times),
    ]
    return tables, destinations.notes


def _noted(city: City, travellers: Travellers, notes: tuple[Note, ...]) -> City:
    reading = city.reading
    made = np.bincount(travellers.segment, minlength=len(Segment))
    counts = {f"travellers_{one.name.lower()}": int(made[one]) for one in Segment}
    new = tuple(note for note in notes if note not in reading.notes)
    return replace(
        city,
        travellers=travellers,
        reading=replace(reading, counts={**reading.counts, **counts}, notes=(*reading.notes, *new)),
    )
