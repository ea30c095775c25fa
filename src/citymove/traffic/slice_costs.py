"""The cost of one slice's links as a function of what is assigned to them.

Generalised cost of a link = its time at (assigned + preload) + its fixed cost. Its integral
over the assigned volume, summed over links, is Beckmann's objective; the derivative of the
objective is the cost.
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

import numpy as np

from citymove.foundation.jit import kernel
from citymove.traffic.link_performance import (
    all_derivatives,
    all_integrals,
    all_times,
    link_time,
    link_time_derivative,
)
from citymove.traffic.network import AssignmentNetwork

Array = np.ndarray[Any, Any]

_MOST_TRIALS = 60
_SLOPE_LEFT = 1e-10  # share of the first slope at which a line search ends


@kernel
def _slope_along(terms: Any, base: Any, direction: Any, step: float) -> Any:
    slope = 0.0
    curvature = 0.0
    for i in range(base.size):
        d = direction[i]
        if d != 0.0:
            volume = max(base[i] + step * d, 0.0)  # a rounding error below 0 has no power
            function, free_time = terms.function[i], terms.free_time[i]
            capacity, parameters = terms.capacity[i], terms.parameters[i]
            time = link_time(function, free_time, capacity, parameters, volume)
            slope += d * (time + terms.fixed_cost[i])
            curvature += (
                d * d * link_time_derivative(function, free_time, capacity, parameters, volume)
            )
    return slope, curvature


@kernel
def _best_step(terms: Any, base: Any, direction: Any) -> float:
    low, high = 0.0, 1.0
    first = 0.0
    step = 1.0  # the far end is tried first: a target that is better throughout is taken whole
    for trial in range(_MOST_TRIALS):
        slope, curvature = _slope_along(terms, base, direction, step)
        if trial == 0:
            if slope <= 0.0:
                return 1.0
            first = slope
        if abs(slope) <= _SLOPE_LEFT * first:
            return step
        if slope > 0.0:
            high = step
        else:
            low = step
        newton = step - slope / curvature if curvature > 0.0 else -1.0
        step = newton if low < newton < high else 0.5 * (low + high)
        if high - low <= 1e-15:
            return step
    return step


class CostTerms(NamedTuple):
    """What the costs of one slice's links are made of, in the form that kernels take.

    Parameters
    ----------
    function, free_time, capacity, parameters, fixed_cost
        Of the links in this slice, see `AssignmentNetwork`.
    preload
        float64 [links], volumes that are given and not assigned.
    """

    function: Array
    free_time: Array
    capacity: Array
    parameters: Array
    fixed_cost: Array
    preload: Array


@dataclass(frozen=True, eq=False)
class SliceCosts:
    """Costs of one slice.

    Parameters
    ----------
    terms
        What they are made of.
    """

    terms: CostTerms
    _preload_integral: Array = field(repr=False)

    @classmethod
    def of(cls, network: AssignmentNetwork, slice_index: int, preload: Array) -> Self:
        """Return the costs of a checked network in one slice."""
        given = np.array(preload, np.float64)
        links = (
            network.function,
            network.free_time[slice_index],
            network.capacity[slice_index],
            network.parameters[slice_index],
        )
        before = np.empty(network.link_count)
        all_integrals(*links, given, before)
        return cls(CostTerms(*links, network.fixed_cost, given), before)

    def _over_links(self, over_all: Any, volume: Array) -> Array:
        out = np.empty(volume.size)
        *links, _, preload = self.terms
        over_all(*links, volume + preload, out)
        return out

    def times(self, volume: Array) -> Array:
        """Return the times of links, float64 [links], at assigned volumes."""
        return self._over_links(all_times, volume)

    def costs(self, volume: Array) -> Array:
        """Return the generalised costs of links, float64 [links], at assigned volumes."""
        return self.times(volume) + self.terms.fixed_cost

    def derivatives(self, volume: Array) -> Array:
        """Return the derivatives of the costs, float64 [links], at assigned volumes."""
        return self._over_links(all_derivatives, volume)

    def objective(self, volume: Array) -> float:
        """Return Beckmann's objective of assigned volumes."""
        integral = self._over_links(all_integrals, volume) - self._preload_integral
        return float(np.sum(integral + self.terms.fixed_cost * volume))

    def best_step(self, volume: Array, direction: Array) -> float:
        """Return the step in [0, 1] along `direction` that minimises the objective.

        A bracketed Newton search on the slope; the objective is convex, so the slope crosses 0
        once.
        """
        return float(_best_step(self.terms, volume + self.terms.preload, direction))
