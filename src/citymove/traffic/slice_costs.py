"""The cost of one slice's links as a function of what is assigned to them.

The cost of a link is what an algorithm makes equal over the used paths of a pair, and the
derivative of an objective, which it so minimises:

- "user": time at (assigned + preload) + fixed cost. The integral over the assigned volume, summed
  over links, is Beckmann's objective.
- "system": marginal time ``t + v t'`` + fixed cost. The objective is the total time of all
  vehicles (preload included, less what it spends without the assigned ones) + all fixed costs.

Algorithms know costs, derivatives and objective, and not which of the two they are of. Classes
add a constant of their own to the cost, see `traffic.user_classes`; volumes here are in passenger
car equivalents.

Total time is convex in the volume for all functions but one: at a signal the slope of the uniform
delay falls to 0 where volume reaches capacity. With signals an optimum of the system is one that
no small change improves, and its excess cost bounds nothing.
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

import numpy as np

from citymove.foundation.jit import kernel
from citymove.traffic.link_performance import (
    MARGINAL,
    all_derivatives,
    all_integrals,
    all_times,
    link_time,
    link_time_derivative,
    row_of,
)
from citymove.traffic.network import AssignmentNetwork, LinkFunction
from citymove.traffic.user_classes import ClassTerms

Array = np.ndarray[Any, Any]

OBJECTIVES: tuple[str, ...] = ("user", "system")

_MOST_TRIALS = 60
_SLOPE_LEFT = 1e-10  # share of the first slope at which a line search ends


@kernel
def link_cost(terms: Any, link: int, volume: float) -> Any:
    """Return the cost of one link at its volume, preload included."""
    time = link_time(
        terms.function[link], terms.free_time[link], terms.capacity[link],
        row_of(terms.parameters, link), volume,
    )  # fmt: skip
    return time + terms.fixed_cost[link]


@kernel
def link_cost_derivative(terms: Any, link: int, volume: float) -> Any:
    """Return the derivative of `link_cost` by volume."""
    return link_time_derivative(
        terms.function[link], terms.free_time[link], terms.capacity[link],
        row_of(terms.parameters, link), volume,
    )  # fmt: skip


@kernel
def _slope_along(terms: Any, base: Any, direction: Any, step: float) -> Any:
    slope = 0.0
    curvature = 0.0
    for i in range(base.size):
        d = direction[i]
        if d != 0.0:
            volume = max(base[i] + step * d, 0.0)  # a rounding error below 0 has no power
            slope += d * link_cost(terms, i, volume)
            curvature += d * d * link_cost_derivative(terms, i, volume)
    return slope, curvature


@kernel
def _best_step(terms: Any, base: Any, direction: Any, constant_slope: float) -> float:
    low, high = 0.0, 1.0
    first = 0.0
    step = 1.0  # the far end is tried first: a target that is better throughout is taken whole
    for trial in range(_MOST_TRIALS):
        slope, curvature = _slope_along(terms, base, direction, step)
        slope += constant_slope
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
    function
        int8 [links], `LinkFunction`, plus `link_performance.MARGINAL` for the optimum of the
        system.
    free_time, capacity, parameters, fixed_cost
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
    classes
        What classes add.
    """

    terms: CostTerms
    classes: ClassTerms
    _preload_integral: Array = field(repr=False)

    @classmethod
    def of(
        cls,
        network: AssignmentNetwork,
        slice_index: int,
        preload: Array,
        classes: ClassTerms,
        objective: str = "user",
    ) -> Self:
        """Return the costs of a checked network in one slice, for one of `OBJECTIVES`."""
        given = np.array(preload, np.float64)
        marginal = MARGINAL if objective == "system" else 0
        links = (
            np.array(network.function + marginal, np.int8),
            network.free_time[slice_index],
            network.capacity[slice_index],
            network.parameters[slice_index],
        )
        before = np.empty(network.link_count)
        all_integrals(*links, given, before)
        return cls(CostTerms(*links, network.fixed_cost, given), classes, before)

    @property
    def of_user(self) -> bool:
        """Whether the costs are what a driver meets, and not the marginal ones."""
        return bool(np.all(self.terms.function < MARGINAL))

    @property
    def is_convex(self) -> bool:
        """Whether the objective is convex in the volumes."""
        signal = self.terms.function == MARGINAL + LinkFunction.SIGNAL
        return not bool(np.any(signal & (self.terms.parameters[:, 1] < 1.0)))

    def _over_links(self, over_all: Any, volume: Array, function: Array | None = None) -> Array:
        out = np.empty(volume.size)
        own, *links, _, preload = self.terms
        over_all(own if function is None else function, *links, volume + preload, out)
        return out

    def times(self, volume: Array) -> Array:
        """Return the times that drivers meet, float64 [links], at assigned volumes."""
        return self._over_links(all_times, volume, self.terms.function % MARGINAL)

    def costs(self, volume: Array) -> Array:
        """Return the costs of links, float64 [links], at assigned volumes."""
        return self._over_links(all_times, volume) + self.terms.fixed_cost

    def derivatives(self, volume: Array) -> Array:
        """Return the derivatives of the costs, float64 [links], at assigned volumes."""
        return self._over_links(all_derivatives, volume)

    def spent(self, cost: Array, volume: Array) -> float:
        """Return the cost of all volumes, float64 [segments, links], at these costs of links.

        Of a direction it is the slope of the objective along it.
        """
        return float(np.sum(cost * volume.sum(axis=0))) + self.classes.cost_of(volume)

    def objective(self, volume: Array) -> float:
        """Return the objective of assigned volumes, float64 [segments, links]."""
        total = volume.sum(axis=0)
        integral = self._over_links(all_integrals, total) - self._preload_integral
        shared = float(np.sum(integral + self.terms.fixed_cost * total))
        return shared + self.classes.cost_of(volume)

    def best_step(self, volume: Array, direction: Array) -> float:
        """Return the step in [0, 1] along `direction` that minimises the objective.

        Both are float64 [segments, links]. A bracketed Newton search on the slope, which crosses 0
        once where the objective is convex.
        """
        base = volume.sum(axis=0) + self.terms.preload
        constant_slope = self.classes.cost_of(direction)
        return float(_best_step(self.terms, base, direction.sum(axis=0), constant_slope))
