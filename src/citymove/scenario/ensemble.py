"""Draws of a study: one seed and one sample of the uncertain inputs each.

Draw k of a study has the same seed and the same inputs in every option. An input's value is
drawn from the triangular distribution over its range, with the mode at its best value, by a
random number that depends on the study's seed, the draw and the input's key: adding an
uncertain input leaves the draws of the others as they were.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.facts.city import City
from citymove.foundation.provenance import Sourced
from citymove.foundation.randomness import Stream, stable_id, uniforms

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Draw:
    """One draw.

    Parameters
    ----------
    index
        From 0.
    seed
        Of all random numbers of travellers.
    values
        Sampled inputs by their key.
    """

    index: int
    seed: int
    values: Mapping[str, float]

    def apply(self, city: City) -> City:
        """Return the city with the sampled inputs."""
        return city.with_assumptions(self.values)


def draws_of(uncertain: Mapping[str, Sourced], *, seed: int, count: int) -> tuple[Draw, ...]:
    """Return the draws of a study.

    Parameters
    ----------
    uncertain
        Inputs to sample, by key; those without a range keep their value.
    seed
        The study's, >= 0.
    count
        How many, >= 1.
    """
    index = np.arange(count)
    values = {
        key: triangular(
            uniforms(seed, index, Stream.ASSUMPTION, stable_id(key)),
            item.low,
            item.value,
            item.high,
        )
        for key, item in sorted(uncertain.items())
    }
    seeds = _seeds(seed, index)
    return tuple(
        Draw(k, int(seeds[k]), {key: float(column[k]) for key, column in values.items()})
        for k in range(count)
    )


def _seeds(seed: int, index: Array) -> Array:
    return np.asarray(uniforms(seed, index, Stream.START) * 2**53, np.int64)


def triangular(share: Array, low: float, mode: float, high: float) -> Array:
    """Return the quantiles `share` of the triangular distribution, float64.

    Examples
    --------
    >>> triangular(np.array([0.0, 0.5, 1.0]), 0.0, 1.0, 2.0).tolist()
    [0.0, 1.0, 2.0]
    """
    if low == high:
        return np.full(np.shape(share), low, np.float64)
    peak = (mode - low) / (high - low)
    rising = low + np.sqrt(share * (high - low) * (mode - low))
    falling = high - np.sqrt((1 - share) * (high - low) * (high - mode))
    return np.asarray(np.where(share < peak, rising, falling), np.float64)
