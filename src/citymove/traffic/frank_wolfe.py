"""Frank-Wolfe and its kin: each step mixes the volumes with a target.

The all-or-nothing loading ``y`` at the present costs is the plain target. Conjugate targets
(Mitradjieva and Lindberg 2013, "The stiff is moving: conjugate direction Frank-Wolfe methods with
applications to traffic assignment", Transportation Science 47) mix ``y`` with one or two
former targets, so that a step does not undo the last ones. With ``x`` the volumes, ``H`` the
diagonal of link cost derivatives, ``s1``, ``s2`` the last two targets and ``l`` the last step:

- one (CFW): weight of ``s1`` is ``N / D`` within [0, 0.99], ``N = d1'H(y - x)``,
  ``D = d1'H(y - x - d1)``, ``d1 = s1 - x``;
- two (BFW): ``d2 = l s1 + (1 - l) s2 - x``, ``mu = max(0, -d2'H(y - x) / d2'H(s2 - s1))``,
  ``nu = max(0, -d1'H(y - x) / d1'H d1 + mu l / (1 - l))``, target
  ``(y + nu s1 + mu s2) / (1 + mu + nu)``.

It starts again from ``y`` when the last step was whole, a denominator is 0, or the target does
not descend.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.traffic.gap import relative_gap
from citymove.traffic.loading import Loader
from citymove.traffic.slice_costs import SliceCosts
from citymove.traffic.solution import Solution

Array = np.ndarray[Any, Any]

_WHOLE_STEP = 0.99999
_MOST_CONJUGATE = 0.99


@dataclass(slots=True)
class _Memory:
    """The last targets, newest first, and the last step."""

    depth: int
    targets: list[Array]
    step: float = 0.0

    def remember(self, target: Array, step: float) -> None:
        self.targets = [target, *self.targets][: self.depth]
        self.step = step

    def forget(self) -> None:
        self.targets = []


def _conjugate_target(x: Array, y: Array, s1: Array, curvature: Array) -> Array | None:
    d1 = (s1 - x).sum(axis=0)
    toward_y = (y - x).sum(axis=0)
    numerator = float(np.sum(d1 * curvature * toward_y))
    denominator = float(np.sum(d1 * curvature * (toward_y - d1)))
    if denominator == 0.0:
        return None
    weight = min(max(numerator / denominator, 0.0), _MOST_CONJUGATE)
    return weight * s1 + (1.0 - weight) * y


def _biconjugate_target(
    x: Array, y: Array, s1: Array, s2: Array, step: float, curvature: Array
) -> Array | None:
    d1 = (s1 - x).sum(axis=0)
    d2 = (step * s1 + (1.0 - step) * s2 - x).sum(axis=0)
    weighted_y = curvature * (y - x).sum(axis=0)
    mu_denominator = float(np.sum(d2 * curvature * (s2 - s1).sum(axis=0)))
    nu_denominator = float(np.sum(d1 * curvature * d1))
    if mu_denominator == 0.0 or nu_denominator == 0.0:
        return None
    mu = max(0.0, -float(np.sum(d2 * weighted_y)) / mu_denominator)
    nu = max(0.0, -float(np.sum(d1 * weighted_y)) / nu_denominator + mu * step / (1.0 - step))
    return (y + nu * s1 + mu * s2) / (1.0 + mu + nu)


def _target(
    costs: SliceCosts, x: Array, y: Array, memory: _Memory, cost: Array, curvature: Array
) -> Array:
    """Return the next target: conjugate to the remembered ones where that descends, else `y`."""
    target: Array | None = None
    if memory.targets and memory.step <= _WHOLE_STEP:
        s1, s2 = memory.targets[0], memory.targets[-1]
        if s1 is s2:
            target = _conjugate_target(x, y, s1, curvature)
        else:
            target = _biconjugate_target(x, y, s1, s2, memory.step, curvature)
    if target is None or costs.spent(cost, target - x) >= 0.0:
        memory.forget()
        return y
    return target


StepRule = Callable[[int, Array, Array], float]


def averaging_step(iteration: int, _volume: Array, _direction: Array) -> float:
    """Return the step of successive averages: all loadings so far weigh the same.

    Examples
    --------
    >>> averaging_step(0, np.zeros(1), np.zeros(1))
    0.5
    """
    return 1.0 / (iteration + 2)


def frank_wolfe(
    costs: SliceCosts,
    loader: Loader,
    volume: Array,
    *,
    conjugate_to: int,
    gap: float,
    max_iterations: int,
    step_rule: StepRule | None = None,
) -> Solution:
    """Return the volumes at which the relative gap is at most `gap`.

    Parameters
    ----------
    costs, loader
        Of one slice.
    volume
        float64 [segments, links], in passenger car equivalents, feasible: where to start.
    conjugate_to
        How many former targets a step heeds: 0 plain, 1 conjugate, 2 bi-conjugate.
    gap
        Relative gap to stop at.
    max_iterations
        Most loadings.
    step_rule
        Step in [0, 1] from (iteration, volumes, direction); None: the one that minimises the
        objective.
    """
    x = volume
    history: list[float] = []
    memory = _Memory(conjugate_to, [])
    for iteration in range(max_iterations):
        total = x.sum(axis=0)
        cost = costs.costs(total)
        loaded = loader.load(cost)
        history.append(relative_gap(costs.spent(cost, x), loaded.trip_cost_total))
        if history[-1] <= gap or iteration + 1 == max_iterations:
            break
        target = _target(costs, x, loaded.volume, memory, cost, costs.derivatives(total))
        direction = target - x
        if step_rule is None:
            step = costs.best_step(x, direction)
        else:
            step = step_rule(iteration, x, direction)
        x = (1.0 - step) * x + step * target
        memory.remember(target, step)
    return Solution(x, np.array(history))
