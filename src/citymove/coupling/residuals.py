"""How far a round's outcome lies from the belief that it started with.

The parking residual of a zone and a period is |search time fed in - search time simulated| /
max(60 s, time fed in), and the same for cruising veh-km with 1 veh-km for the 60 s.
A zone and period whose difference lies below the standard error of its simulated mean is
settled: no further round could tell it from zero.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.coupling.state import CoupledState
from citymove.foundation.table import frozen_array
from citymove.parking.outcome import Drivers, ParkingOutcome
from citymove.prepare.prepared import Prepared

Array = np.ndarray[Any, Any]

SEARCH_FLOOR_S = 60.0
CRUISING_FLOOR_VEH_KM = 1.0
TOLERANCE = 0.05


@dataclass(frozen=True, eq=False, kw_only=True)
class ParkingResidual:
    """Residuals by zone and period.

    Parameters
    ----------
    search
        float64 [slices, zones], nan where nobody searched.
    cruising
        float64 [slices, zones].
    within_noise
        bool [slices, zones], whether the difference lies below its own standard error.
    """

    search: Array
    cruising: Array
    within_noise: Array

    def __post_init__(self) -> None:
        for name in ("search", "cruising", "within_noise"):
            object.__setattr__(self, name, frozen_array(getattr(self, name)))

    @property
    def open_values(self) -> Array:
        """Residuals of search and cruising; those below their standard error count as 0."""
        both = np.concatenate(
            [
                np.where(self.within_noise, 0.0, self.search).ravel(),
                np.where(self.within_noise, 0.0, self.cruising).ravel(),
            ]
        )
        return np.asarray(both[np.isfinite(both)])

    @property
    def p95(self) -> float:
        """95th percentile, noise taken out."""
        values = self.open_values
        return float(np.percentile(values, 95)) if values.size else 0.0

    @property
    def largest(self) -> float:
        """Largest residual, noise included."""
        both = np.concatenate([self.search.ravel(), self.cruising.ravel()])
        both = both[np.isfinite(both)]
        return float(both.max()) if both.size else 0.0

    @property
    def converged(self) -> bool:
        """Whether the 95th percentile lies below 5 %."""
        return self.p95 < TOLERANCE


def observed_state(
    prepared: Prepared, drivers: Drivers, outcome: ParkingOutcome
) -> tuple[CoupledState, Array]:
    """Return what a simulation says of the state, and the standard error of its search times.

    Returns
    -------
    state
        Search time 0 where nobody searched.
    standard_error_s
        float64 [slices, zones], nan where fewer than two searched.
    """
    slices, zones = len(prepared.slices), len(prepared.city.zones)
    searched = (drivers.start_node >= 0) & ~drivers.informed
    cell = prepared.slices.index_of(drivers.start_s) * zones + drivers.zone
    cell = cell[searched]
    time_s = outcome.visits.searched_s[searched].astype(np.float64)
    count = np.bincount(cell, minlength=slices * zones)
    total = np.bincount(cell, weights=time_s, minlength=slices * zones)
    square = np.bincount(cell, weights=time_s**2, minlength=slices * zones)
    cruised = np.bincount(
        cell, weights=outcome.visits.cruised_m[searched] / 1000, minlength=slices * zones
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(count > 0, total / count, 0.0)
        variance = np.maximum(square / count - mean**2, 0) * count / (count - 1)
        error = np.where(count > 1, np.sqrt(variance / count), np.nan)
        refused = np.where(outcome.attempts > 0, outcome.refused / outcome.attempts, 0.0)
    hours = prepared.slices.hours[:, None]
    state = CoupledState(
        preload_vph=(outcome.access_veh + outcome.cruising_veh) / hours,
        refused_share=refused,
        search_time_s=mean.reshape(slices, zones),
        cruising_veh_km=cruised.reshape(slices, zones),
    )
    return state, error.reshape(slices, zones)


def parking_residual(
    fed_in: CoupledState, simulated: CoupledState, standard_error_s: Array
) -> ParkingResidual:
    """Return the residual of a round by zone and period."""
    difference_s = np.abs(fed_in.search_time_s - simulated.search_time_s)
    search = difference_s / np.maximum(SEARCH_FLOOR_S, fed_in.search_time_s)
    cruising = np.abs(fed_in.cruising_veh_km - simulated.cruising_veh_km) / np.maximum(
        CRUISING_FLOOR_VEH_KM, fed_in.cruising_veh_km
    )
    nobody = (simulated.search_time_s == 0) & (fed_in.search_time_s == 0)
    return ParkingResidual(
        search=np.where(nobody, np.nan, search),
        cruising=np.where(nobody, np.nan, cruising),
        within_noise=difference_s <= np.nan_to_num(standard_error_s, nan=0.0),
    )
