"""Car totals of a day, from the assumptions of a city."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.facts.city import City
from citymove.foundation.errors import InputError, InputErrors
from citymove.foundation.near_names import did_you_mean
from citymove.foundation.note import Note
from citymove.foundation.table import frozen_array
from citymove.foundation.terms import Purpose

Array = np.ndarray[Any, Any]

_SIDE_KEYS = ("incoming_commuters", "car_share_incoming", "near_share", "visitor_cars")
_NO_TOUR = (Purpose.HOME,)
_NO_VISITOR = (Purpose.HOME, Purpose.WORK)
_SUM_TOLERANCE = 1e-6


@dataclass(frozen=True, eq=False, kw_only=True)
class CarTotals:
    """Cars of a day.

    Parameters
    ----------
    sides
        The sides of the study area that have gateways, in the order of the alphabet.
    commuter_cars, visitor_cars
        float64 [sides], veh/day that come in.
    through_cars
        veh/day that cross without stopping.
    cars_owned
        Cars of residents.
    tours
        veh/day, tours of residents' cars from home and back.
    outgoing_share
        Share of the tours whose place lies outside.
    resident_purpose_share, visitor_purpose_share
        float64 [purposes], each sums to 1.
    notes
        What had to be scaled.
    """

    sides: tuple[str, ...]
    commuter_cars: Array
    visitor_cars: Array
    through_cars: float
    cars_owned: float
    tours: float
    outgoing_share: float
    resident_purpose_share: Array
    visitor_purpose_share: Array
    notes: tuple[Note, ...]

    def __post_init__(self) -> None:
        for name in (
            "commuter_cars",
            "visitor_cars",
            "resident_purpose_share",
            "visitor_purpose_share",
        ):
            object.__setattr__(self, name, frozen_array(getattr(self, name), np.float64))


def car_totals(city: City) -> CarTotals:
    """Return the car totals of a city's day.

    Commuters' cars are commuters x car share / persons per car; through cars are a share of all
    that come in; tours are cars owned x tours per car.

    Raises
    ------
    InputError, InputErrors
        Where an assumption is missing, or speaks of a side that no gateway has.
    """
    sides = tuple(sorted({str(side) for side in city.gateways.side}))
    _check_sides(city, sides)
    commuters = np.array([city.assumed(f"incoming_commuters.{side}") for side in sides])
    by_car = np.array([city.assumed(f"car_share_incoming.{side}") for side in sides])
    visitor_cars = np.array([city.assumed(f"visitor_cars.{side}") for side in sides], np.float64)
    commuter_cars = commuters * by_car / city.assumed("persons_per_car")
    incoming = float(commuter_cars.sum() + visitor_cars.sum())
    cars_owned = city.assumed("cars_owned")
    residents, resident_note = purpose_shares(city, "resident_purpose_share", _NO_TOUR)
    visitors, visitor_note = purpose_shares(city, "visitor_purpose_share", _NO_VISITOR)
    return CarTotals(
        sides=sides,
        commuter_cars=commuter_cars,
        visitor_cars=visitor_cars,
        through_cars=city.assumed("through_share") * incoming,
        cars_owned=cars_owned,
        tours=cars_owned * city.assumed("tours_per_car"),
        outgoing_share=city.assumed("outgoing_share"),
        resident_purpose_share=residents,
        visitor_purpose_share=visitors,
        notes=(*resident_note, *visitor_note),
    )


def _check_sides(city: City, sides: tuple[str, ...]) -> None:
    errors = []
    for key in sorted(city.assumptions):
        stem, dot, side = key.partition(".")
        if dot and stem in _SIDE_KEYS and side not in sides:
            errors.append(
                InputError(
                    "names a side that no gateway has",
                    value=f"assumption {key}",
                    remedy=did_you_mean(side, sides) or "the study area has no gateway",
                )
            )
    if errors:
        raise InputErrors(errors)


def purpose_shares(
    city: City, stem: str, without: tuple[Purpose, ...]
) -> tuple[Array, tuple[Note, ...]]:
    """Return shares by purpose that sum to 1, float64 [purposes], and a note where scaled.

    A draw varies each share by itself, so their sum may leave 1; they are then taken in
    proportion.
    """
    shares = np.zeros(len(Purpose))
    for purpose in Purpose:
        if purpose not in without:
            shares[purpose] = city.assumed(f"{stem}.{purpose.name.lower()}")
    total = float(shares.sum())
    if not total > 0:
        raise InputError("must sum to 1", value=f"{stem}.<purpose>, sum {total:g}")
    note = Note(
        f"{stem}_scaled",
        en=f"{stem}: the shares sum to {total:.4g} and were taken in proportion.",
        zh=f"{stem}：各项比例之和为 {total:.4g}，已按比例折算。",
    )
    return shares / total, () if abs(total - 1.0) <= _SUM_TOLERANCE else (note,)
