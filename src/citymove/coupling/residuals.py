"""How far a round's outcome lies from the belief that it started with.

The parking residual of a zone and a period is |search time fed in - search time simulated| /
max(60 s, time fed in), and the same for cruising veh-km with 1 veh-km for the 60 s.
The fixed point has converged when the 95th percentile of the residuals lies below 5 %, or
below the 95th percentile of their own standard errors: then chance alone explains what is
left, and no further round could lessen it.
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
    search, cruising
        float64 [slices, zones], nan where nobody searched.
    search_error, cruising_error
        float64 [slices, zones], their standard errors, in the same unit.
    """

    search: Array
    cruising: Array
    search_error: Array
    cruising_error: Array

    def __post_init__(self) -> None:
        for name in ("search", "cruising", "search_error", "cruising_error"):
            object.__setattr__(self, name, frozen_array(getattr(self, name), np.float64))

    @property
    def p95(self) -> float:
        """95th percentile of all residuals."""
        return _p95(self.search, self.cruising)

    @property
    def noise_p95(self) -> float:
        """95th percentile of their standard errors: what chance alone would leave."""
        return _p95(self.search_error, self.cruising_error)

    @property
    def largest(self) -> float:
        """Largest residual."""
        return float(np.nanmax(np.append(self.search, self.cruising), initial=0.0))

    @property
    def converged(self) -> bool:
        """Whether the 95th percentile lies below 5 % or below its own standard error."""
        return self.p95 < TOLERANCE or self.p95 <= self.noise_p95


def _p95(search: Array, cruising: Array) -> float:
    both = np.append(search, cruising)
    both = both[np.isfinite(both)]
    return float(np.percentile(both, 95)) if both.size else 0.0


@dataclass(frozen=True, eq=False, kw_only=True)
class Observed:
    """What a simulation says of the state, and how far chance alone may move it.

    Parameters
    ----------
    state
        Search time and cruising 0 where nobody searched.
    search_error_s, cruising_error_veh_km
        float64 [slices, zones], standard errors of the mean search time and of the sum of
        cruising; 0 where fewer than two searched.
    """

    state: CoupledState
    search_error_s: Array
    cruising_error_veh_km: Array


def observed_state(
    prepared: Prepared, drivers: Drivers, outcome: ParkingOutcome, believed: CoupledState
) -> Observed:
    """Return what a simulation says of the state.

    Of a facility that nobody tried it says nothing: there drivers keep what they `believed`.
    """
    shape = (len(prepared.slices), len(prepared.city.zones))
    searched = (drivers.start_node >= 0) & ~drivers.informed
    cell = (prepared.slices.index_of(drivers.start_s) * shape[1] + drivers.zone)[searched]
    count = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape)
    time_s, time_sd = _moments(cell, outcome.visits.searched_s[searched], count)
    cruised_km, cruised_sd = _moments(cell, outcome.visits.cruised_m[searched] / 1000, count)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = outcome.refused / outcome.attempts
    hours = prepared.slices.hours[:, None]
    return Observed(
        state=CoupledState(
            preload_vph=(outcome.access_veh + outcome.cruising_veh) / hours,
            refused_share=np.where(outcome.attempts > 0, share, believed.refused_share),
            search_time_s=time_s,
            cruising_veh_km=cruised_km * count,
        ),
        search_error_s=time_sd / np.sqrt(np.maximum(count, 1)),
        cruising_error_veh_km=cruised_sd * np.sqrt(count),
    )


def _moments(cell: Array, values: Array, count: Array) -> tuple[Array, Array]:
    """Return mean and standard deviation by cell; 0 where too few values are at hand."""
    total = np.bincount(cell, weights=values, minlength=count.size).reshape(count.shape)
    mean = total / np.maximum(count, 1)
    centred = (values - mean.ravel()[cell]) ** 2
    square = np.bincount(cell, weights=centred, minlength=count.size).reshape(count.shape)
    return mean, np.sqrt(square / np.maximum(count - 1, 1))


def parking_residual(fed_in: CoupledState, observed: Observed) -> ParkingResidual:
    """Return the residual of a round by zone and period."""
    simulated = observed.state
    search_s = np.abs(fed_in.search_time_s - simulated.search_time_s)
    cruising = np.abs(fed_in.cruising_veh_km - simulated.cruising_veh_km)
    nobody = (simulated.search_time_s == 0) & (fed_in.search_time_s == 0)
    search_floor = np.maximum(SEARCH_FLOOR_S, fed_in.search_time_s)
    cruising_floor = np.maximum(CRUISING_FLOOR_VEH_KM, fed_in.cruising_veh_km)
    return ParkingResidual(
        search=np.where(nobody, np.nan, search_s / search_floor),
        cruising=np.where(nobody, np.nan, cruising / cruising_floor),
        search_error=np.where(nobody, np.nan, observed.search_error_s / search_floor),
        cruising_error=np.where(nobody, np.nan, observed.cruising_error_veh_km / cruising_floor),
    )
