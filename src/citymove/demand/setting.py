"""What the making of travellers starts from: totals, attraction, minutes and gateways."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.demand.gateway_choice import (
    gateway_choices,
    inbound_shares,
    outbound_shares,
    side_rows,
)
from citymove.demand.generation import Attraction, attraction
from citymove.demand.inversion import Choices
from citymove.demand.totals import CarTotals, car_totals
from citymove.facts.city import City
from citymove.foundation.errors import InputError, InputErrors
from citymove.foundation.note import Note
from citymove.foundation.table import frozen_array

Array = np.ndarray[Any, Any]

STRAIGHT_LINE_SPEED_MPS = 25 / 3.6
"""Speed along a straight line x detour where no skim is given. Assumed, and noted."""
STRAIGHT_LINE_DETOUR = 1.3
"""Length of a drive over the straight line where no skim is given. Assumed, and noted."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Setting:
    """The base of one synthesis.

    Parameters
    ----------
    city, seed
        As given.
    totals, attracted
        See there.
    minutes
        float64 [centroids, centroids], with a time inside each zone on the diagonal.
    side_of
        int64 [gateways], row of `CarTotals.sides`.
    inbound, outbound
        float64 [sides, gateways], shares of a side's cars.
    ways_out, ways_in
        Gateway by which those leave who came in, and by which those come home who drove out;
        row ``side * zones + zone``.
    notes
        What was filled in.
    """

    city: City
    seed: int
    totals: CarTotals
    attracted: Attraction
    minutes: Array
    side_of: Array
    inbound: Array
    outbound: Array
    ways_out: Choices
    ways_in: Choices
    notes: tuple[Note, ...] = ()

    def __post_init__(self) -> None:
        for name, dtype in (
            ("minutes", np.float64),
            ("side_of", np.int64),
            ("inbound", np.float64),
            ("outbound", np.float64),
        ):
            object.__setattr__(self, name, frozen_array(getattr(self, name), dtype))

    @property
    def zone_count(self) -> int:
        """Number of zones; centroids from here on are gateways."""
        return len(self.city.zones)

    @property
    def reachable(self) -> Array:
        """Whether a way leads from centroid to centroid, bool [centroids, centroids]."""
        return np.isfinite(self.minutes)

    @property
    def side_cars(self) -> Array:
        """Cars that come in by side, float64 [sides], veh/day."""
        return np.asarray(self.totals.commuter_cars + self.totals.visitor_cars)

    @property
    def centroid_names(self) -> tuple[str, ...]:
        """Ids of zones, then of gateways."""
        return (*map(str, self.city.zones.id), *map(str, self.city.gateways.id))

    def drive_s(self, origin: Array, destination: Array) -> Array:
        """Return the time of a drive inside by the skim, int64 [n], s."""
        return np.asarray(np.rint(self.minutes[origin, destination] * 60.0), np.int64)


def setting_of(city: City, *, seed: int, skim_min: Array | None) -> Setting:
    """Return the base of a synthesis; raise `InputError` where it is not complete."""
    totals = car_totals(city)
    attracted = attraction(city)
    minutes, skim_note = _minutes(city, skim_min)
    inbound = inbound_shares(city.gateways, totals.sides)
    outbound = outbound_shares(city.gateways, totals.sides)
    _check_inbound(totals, inbound)
    count = len(city.zones)
    ways_out, out_notes = gateway_choices(
        outbound, np.isfinite(minutes[:count, count:]), totals.sides, "out"
    )
    ways_in, in_notes = gateway_choices(
        inbound, np.isfinite(minutes[count:, :count]).T, totals.sides, "in"
    )
    return Setting(
        city=city,
        seed=seed,
        totals=totals,
        attracted=attracted,
        minutes=minutes,
        side_of=side_rows(city.gateways, totals.sides),
        inbound=inbound,
        outbound=outbound,
        ways_out=ways_out,
        ways_in=ways_in,
        notes=(*totals.notes, *attracted.notes, *skim_note, *out_notes, *in_notes),
    )


def _minutes(city: City, skim_min: Array | None) -> tuple[Array, tuple[Note, ...]]:
    notes: tuple[Note, ...] = ()
    if skim_min is None:
        x_m = np.concatenate([city.zones.x_m, city.gateways.x_m])
        y_m = np.concatenate([city.zones.y_m, city.gateways.y_m])
        line_m = np.hypot(x_m[:, None] - x_m, y_m[:, None] - y_m)
        skim_min = line_m * STRAIGHT_LINE_DETOUR / STRAIGHT_LINE_SPEED_MPS / 60.0
        speed_kmh = STRAIGHT_LINE_SPEED_MPS * 3.6
        note = Note(
            "no_skim",
            en=f"No skim given: minutes between zones from straight lines at {speed_kmh:.0f} km/h.",
            zh=f"未给出小区间时间矩阵：按直线距离与 {speed_kmh:.0f} km/h 估计行驶时间。",
        )
        notes = (note,)
    minutes = np.array(skim_min, np.float64)
    count = city.centroid_count
    if minutes.shape != (count, count):
        raise InputError(
            "must have one row and one column per zone and gateway",
            value=f"skim of shape {minutes.shape} for {count} centroids",
        )
    if np.any(np.isnan(minutes) | (minutes < 0)):
        raise InputError("must be >= 0, inf where there is no way", value="skim_min")
    np.fill_diagonal(minutes, intrazonal_minutes(minutes, len(city.zones)))
    return minutes, notes


def intrazonal_minutes(minutes: Array, zone_count: int) -> Array:
    """Return the time of a drive inside a zone, float64 [centroids].

    Half the way to the nearest other zone, the usual rule where a skim holds 0 (Ortuzar and
    Willumsen 2011, "Modelling Transport", chapter 5); 0 for gateways and for a lone zone, inf
    for a zone that reaches none of the others.
    """
    zones = minutes[:zone_count, :zone_count]
    others = np.where(np.eye(zone_count, dtype=bool), np.inf, zones)
    least = others.min(axis=1, initial=np.inf)
    inside = np.zeros(minutes.shape[0])
    inside[:zone_count] = least / 2.0 if zone_count > 1 else 0.0
    return inside


def _check_inbound(totals: CarTotals, inbound: Array) -> None:
    cars = totals.commuter_cars + totals.visitor_cars
    errors = [
        InputError(
            "no road of this side leads in",
            value=f"side {side} with {cars[row]:.0f} incoming cars a day",
            remedy="check the gateways' sides, or set its totals to 0",
        )
        for row, side in enumerate(totals.sides)
        if cars[row] > 0 and inbound[row].sum() == 0
    ]
    if errors:
        raise InputErrors(errors)
