"""Trip distribution: the doubly constrained gravity model, balanced by Furness' method.

``T_ij = a_i O_i b_j D_j exp(-beta t_ij)``, with the factors a and b such that rows sum to O and
columns to D (Wilson 1967, "A statistical theory of spatial distribution models", equations 15
to 17; Furness 1965 for the iteration).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.foundation.errors import InputError, InputErrors
from citymove.foundation.table import frozen_array

Array = np.ndarray[Any, Any]

_SUM_TOLERANCE = 1e-9  # of the two totals, which the caller computes by different sums


@dataclass(frozen=True, eq=False, kw_only=True)
class Distribution:
    """Trips between origins and destinations, with their certificate.

    Parameters
    ----------
    trips
        float64 [origins, destinations], in the unit of the trip ends.
    iterations
        Passes over rows and columns.
    row_error, column_error
        Largest difference of a row's (column's) sum from what was asked for, over the mean
        of the marginals that are not 0.
    converged
        Whether both errors are within the tolerance.
    """

    trips: Array
    iterations: int
    row_error: float
    column_error: float
    converged: bool

    def __post_init__(self) -> None:
        object.__setattr__(self, "trips", frozen_array(self.trips, np.float64))


def deterrence(minutes: Array, gravity_per_min: float) -> Array:
    """Return ``exp(-gravity_per_min x minutes)``; 0 where there is no way (inf).

    Examples
    --------
    >>> deterrence(np.array([0.0, np.inf]), 0.1).tolist()
    [1.0, 0.0]
    """
    cost = np.asarray(minutes, np.float64)
    if np.any(np.isnan(cost) | (cost < 0)):
        raise InputError("must be >= 0, inf where there is no way", value="minutes of a skim")
    reachable = np.isfinite(cost)
    return np.where(reachable, np.exp(-gravity_per_min * np.where(reachable, cost, 0.0)), 0.0)


def distribute(
    origins: Array,
    destinations: Array,
    minutes: Array,
    gravity_per_min: float,
    *,
    origin_names: tuple[str, ...] = (),
    destination_names: tuple[str, ...] = (),
    max_iterations: int = 1000,
    tolerance: float = 1e-10,
) -> Distribution:
    """Return the doubly constrained gravity model.

    Parameters
    ----------
    origins, destinations
        float64 [origins], [destinations], trips >= 0, of equal sum.
    minutes
        float64 [origins, destinations], >= 0, inf where there is no way.
    gravity_per_min
        beta, 1/min, >= 0.
    origin_names, destination_names
        For messages; positions where left out.
    max_iterations, tolerance
        When to stop.

    Raises
    ------
    InputError, InputErrors
        Where the sums differ, or an origin with trips reaches no destination that has any
        (nor the other way round).

    Examples
    --------
    >>> found = distribute(np.array([60.0, 40.0]), np.array([50.0, 50.0]), np.zeros((2, 2)), 0.1)
    >>> found.trips.tolist(), found.converged
    ([[30.0, 30.0], [20.0, 20.0]], True)
    """
    rows = _marginal(origins, "origins")
    columns = _marginal(destinations, "destinations")
    cost = np.asarray(minutes, np.float64)
    if cost.shape != (rows.size, columns.size):
        raise InputError(
            "must have one row per origin and one column per destination",
            value=f"minutes of shape {cost.shape} for {rows.size} x {columns.size}",
        )
    total = float(rows.sum())
    if abs(total - float(columns.sum())) > _SUM_TOLERANCE * max(total, 1.0):
        raise InputError(
            "origins and destinations must have one sum",
            value=f"{total} against {float(columns.sum())}",
        )
    used = np.isfinite(cost) & (rows > 0)[:, None] & (columns > 0)[None, :]
    _check_reach(used, rows, columns, origin_names, destination_names)
    weight = deterrence(_scaled(cost, used), gravity_per_min) * used
    return _balance(weight, rows, columns, max_iterations, tolerance)


def _marginal(values: Array, name: str) -> Array:
    array = np.asarray(values, np.float64)
    if array.ndim != 1 or not np.all(np.isfinite(array) & (array >= 0)):
        raise InputError("must be one-dimensional, finite and >= 0", value=name)
    return array


def _check_reach(
    used: Array, rows: Array, columns: Array, row_names: tuple[str, ...], names: tuple[str, ...]
) -> None:
    errors = [
        InputError(
            "reaches no place that trips go to",
            value=f"origin {_name(row_names, i)} with {rows[i]:g} trips",
            remedy="check its connector, closed links and turn bans",
        )
        for i in map(int, np.flatnonzero((rows > 0) & ~used.any(axis=1)))
    ] + [
        InputError(
            "is reached from nowhere that trips start",
            value=f"destination {_name(names, j)} with {columns[j]:g} trips",
            remedy="check its connector, closed links and turn bans",
        )
        for j in map(int, np.flatnonzero((columns > 0) & ~used.any(axis=0)))
    ]
    if errors:
        raise InputErrors(errors)


def _name(names: tuple[str, ...], index: int) -> str:
    return names[index] if names else str(index)


def _scaled(cost: Array, used: Array) -> Array:
    """Take each row's and then each column's least time off.

    The balancing factors take up constants of rows and columns, so the trips stay the same,
    and a far zone's deterrence cannot underflow to 0 as a whole.
    """
    scaled = np.where(used, cost, np.inf)
    for axis in (1, 0):
        least = scaled.min(axis=axis, keepdims=True, initial=np.inf)
        scaled = scaled - np.where(np.isfinite(least), least, 0.0)
    return scaled


def _balance(
    weight: Array, rows: Array, columns: Array, max_iterations: int, tolerance: float
) -> Distribution:
    # plain sums instead of matrix products: a linear algebra library's bits depend on its threads
    b = np.ones(columns.size)
    unit = float(rows.sum()) / max(int(np.count_nonzero(rows)), 1) or 1.0
    row_error = column_error = 0.0
    iterations = 0
    trips = np.zeros_like(weight)
    while iterations < max_iterations:
        iterations += 1
        a = _ratio(rows, (weight * b).sum(axis=1))
        b = _ratio(columns, (weight * a[:, None]).sum(axis=0))
        trips = weight * a[:, None] * b
        row_error = float(np.abs(trips.sum(axis=1) - rows).max(initial=0.0)) / unit
        column_error = float(np.abs(trips.sum(axis=0) - columns).max(initial=0.0)) / unit
        if max(row_error, column_error) <= tolerance:
            break
    return Distribution(
        trips=trips,
        iterations=iterations,
        row_error=row_error,
        column_error=column_error,
        converged=max(row_error, column_error) <= tolerance,
    )


def _ratio(wanted: Array, has: Array) -> Array:
    return np.divide(wanted, has, out=np.zeros_like(wanted), where=has > 0)
