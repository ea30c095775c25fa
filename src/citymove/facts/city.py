"""A city: everything that is known of it. Frozen; an option is a function from city to city."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from citymove.facts.car_parks import CarParks
from citymove.facts.gateways import Gateways
from citymove.facts.kerb import Kerb, KerbClear, KerbHours, KerbSides
from citymove.facts.places import Places
from citymove.facts.reading import Reading
from citymove.facts.roads import Roads
from citymove.facts.signal_plans import RetimeRequest, SignalPlan, StatedSignals
from citymove.facts.tariffs import Tariff
from citymove.facts.travellers import Travellers
from citymove.facts.zones import Zones
from citymove.foundation.crs import LocalPlane
from citymove.foundation.errors import InputError
from citymove.foundation.provenance import Sourced
from citymove.foundation.table import frozen_array
from citymove.foundation.walking import Walking

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Bilingual:
    """A text in English and Chinese."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Side:
    """A side of the study area, from which people come: a group of gateways.

    Parameters
    ----------
    id
        Stable name, which `Gateways.side` and the assumptions of the side carry.
    name
        In English and Chinese.
    x_m, y_m
        Its anchor on the city's plane; a gateway belongs to the side of the nearest anchor.
    """

    id: str
    name: Bilingual
    x_m: float
    y_m: float


@dataclass(frozen=True, eq=False, kw_only=True)
class City:
    """The facts of a city.

    Parameters
    ----------
    name
        In English and Chinese.
    country
        ISO 3166-1 alpha-2 code, which the tables of defaults go by.
    year
        The year that the facts speak of.
    drives_on
        "right" or "left".
    currency
        ISO 4217 code of all prices.
    plane
        What metres refer to.
    attribution
        Who must be named beside every picture ("© OpenStreetMap contributors").
    boundary_x_m, boundary_y_m
        float64, the ring of the study area on the city's plane, first point repeated at the end;
        empty: all that was read belongs to it.
    roads, kerb, car_parks, tariffs, signal_plans, zones, gateways, places
        See there.
    assumptions
        Totals and parameters that no map knows, each with source and range; keys are listed in
        `facts.assumptions`.
    retime_requests
        What an option asks to be retimed; empty in a base city.
    given_trips
        float64 [centroids, centroids], car trips a day from a survey or a model, which replace
        the synthetic distribution; None: there is none.
    travellers
        Made by `demand.synthesise`; None before.
    reading
        What was read, and what was lost.
    sides
        The sides that gateways are grouped by.
    kerb_tariff
        Row of `tariffs` that kerb without a stated tariff has (inferred kerb takes it), -1: free.
    kerb_hours, kerb_sides, kerb_clear
        Hours of kerbs, what is known of the sides of roads, what is kept clear; see `facts.kerb`.
    infer_signals
        Whether junctions of roads that usually have lights have them where the map shows none
        (`signals.usual`); else lights stand where they are tagged or stated.
    stated_signals
        Junctions of which the planner says whether lights stand there.
    """

    name: Bilingual
    country: str
    year: int
    drives_on: str
    currency: str
    plane: LocalPlane
    attribution: str
    boundary_x_m: Array
    boundary_y_m: Array
    roads: Roads
    kerb: Kerb
    car_parks: CarParks
    tariffs: tuple[Tariff, ...]
    signal_plans: tuple[SignalPlan, ...]
    zones: Zones
    gateways: Gateways
    places: Places
    assumptions: Mapping[str, Sourced]
    reading: Reading
    retime_requests: tuple[RetimeRequest, ...] = ()
    given_trips: Array | None = None
    travellers: Travellers | None = None
    sides: tuple[Side, ...] = ()
    kerb_tariff: int = -1
    kerb_hours: KerbHours = field(default_factory=KerbHours.empty)
    kerb_sides: KerbSides = field(default_factory=KerbSides.empty)
    kerb_clear: KerbClear = field(default_factory=KerbClear.empty)
    infer_signals: bool = False
    stated_signals: StatedSignals = field(default_factory=StatedSignals.empty)

    def __post_init__(self) -> None:
        if self.drives_on not in ("right", "left"):
            raise InputError("must be right or left", value=f"drives_on: {self.drives_on}")
        object.__setattr__(self, "assumptions", dict(self.assumptions))
        for name in ("boundary_x_m", "boundary_y_m"):
            object.__setattr__(self, name, frozen_array(getattr(self, name), np.float64))
        if self.given_trips is not None:
            object.__setattr__(self, "given_trips", frozen_array(self.given_trips, np.float64))

    def assumed(self, key: str) -> float:
        """Return the value of one assumption; raise `InputError` where the city states none."""
        try:
            return self.assumptions[key].value
        except KeyError:
            raise InputError(
                "is needed and not stated",
                value=f"assumption {key}",
                remedy="add it to the city's assumptions.csv with value, range and source",
            ) from None

    @property
    def walking(self) -> Walking:
        """The walking rule with this city's speed and detour."""
        return Walking(self.assumed("walking_speed_mps"), self.assumed("walking_detour"))

    @property
    def centroid_count(self) -> int:
        """Zones and gateways together: the axis of demand."""
        return len(self.zones) + len(self.gateways)

    def with_assumptions(self, values: Mapping[str, float]) -> "City":
        """Return the city with these assumptions set to new best values (a draw's)."""
        changed = dict(self.assumptions)
        for key, value in values.items():
            before = changed.get(key)
            if before is None:
                self.assumed(key)  # raises with the remedy
                continue
            changed[key] = replace(
                before, value=value, low=min(before.low, value), high=max(before.high, value)
            )
        return replace(self, assumptions=changed)
