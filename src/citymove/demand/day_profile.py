"""When people arrive and how long they stay, by purpose.

Arrivals are normal, cut to the day; stays are lognormal. Each traveller has random numbers of
his own, so that a change of the mean moves everybody a little and nobody at random.
"""

from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

from citymove.facts.city import City
from citymove.foundation.daytime import DAY_S, HOUR_S
from citymove.foundation.randomness import Stream, normals, uniforms
from citymove.foundation.terms import Purpose

Array = np.ndarray[Any, Any]

SHORTEST_STAY_S = 60
LONGEST_STAY_S = DAY_S


def arrival_times(city: City, purpose: Array, ids: Array, *, seed: int) -> Array:
    """Return desired arrival times, int64 [n], s, 0 <= time < 24 h.

    Parameters
    ----------
    city
        States ``arrival_mean_h.<purpose>`` and ``arrival_sd_h.<purpose>``.
    purpose
        int8 [n], `Purpose`.
    ids
        int64 [n], travellers.
    seed
        The run's.

    Notes
    -----
    The normal distribution between 00:00 and 24:00, by inversion:
    ``F^-1(F(0) + u (F(24 h) - F(0)))``.
    """
    mean_h = by_purpose(city, "arrival_mean_h", purpose)
    sd_h = by_purpose(city, "arrival_sd_h", purpose)
    number = uniforms(seed, ids, Stream.ARRIVAL)
    low, high = ndtr(-mean_h / sd_h), ndtr((24.0 - mean_h) / sd_h)
    time_h = mean_h + sd_h * ndtri(low + number * (high - low))
    # at the ends of the day the inversion may miss by the last bit
    return np.clip(np.floor(time_h * HOUR_S).astype(np.int64), 0, DAY_S - 1)


def dwell_times(city: City, purpose: Array, ids: Array, *, seed: int) -> Array:
    """Return lengths of stay, int64 [n], s, from one minute to 24 h.

    Lognormal: ``dwell_median_min.<purpose>`` times ``exp(dwell_sigma.<purpose> z)``.
    """
    median_min = by_purpose(city, "dwell_median_min", purpose)
    sigma = by_purpose(city, "dwell_sigma", purpose)
    stay_s = lognormal(median_min * 60.0, sigma, normals(seed, ids, Stream.DWELL))
    return np.clip(stay_s, SHORTEST_STAY_S, LONGEST_STAY_S).astype(np.int64)


def lognormal(median: Any, sigma: Any, normal: Array) -> Array:
    """Return lognormal numbers from standard normal ones, float64 [n].

    Examples
    --------
    >>> lognormal(40.0, 0.5, np.array([0.0])).tolist()
    [40.0]
    """
    return np.asarray(median * np.exp(sigma * normal), np.float64)


def by_purpose(city: City, stem: str, purpose: Array) -> Array:
    """Return the assumption ``<stem>.<purpose>`` of each row, float64 [n].

    Only the purposes that occur need to be stated.
    """
    values = np.zeros(len(Purpose))
    for kind in np.unique(purpose):
        values[kind] = city.assumed(f"{stem}.{Purpose(int(kind)).name.lower()}")
    return values[purpose]
