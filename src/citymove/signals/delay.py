"""Delay at signals: Webster, the Highway Capacity Manual, and the deterministic queue.

Symbols: ``C`` cycle, s; ``g`` effective green, s; ``lambda = g / C`` green ratio; ``s``
saturation flow, veh/h of green; ``c = s lambda`` capacity, veh/h; ``v`` volume, veh/h;
``X = v / c``; ``T`` analysis period, h. All delays are means per vehicle, s.

The array functions are for reading and checking; the scalar kernels (value, derivative and
integral over volume) are what link costs and timing call. Both write the same formulas out,
and a test holds them together.
"""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from citymove.foundation.errors import InputError
from citymove.foundation.jit import kernel

Array = np.ndarray[Any, Any]

HOUR_S = 3600.0
# 8 k I of HCM 2000 equation 16-12: k = 0.5 at pretimed signals, I = 1 at isolated ones.
EIGHT_K_I = 4.0


@kernel
def hcm_delay(
    volume: float, capacity_sat_vph: float, cycle_s: float, green_ratio: float, period_h: float
) -> float:
    """Return the HCM control delay d1 + d2, s, of one approach.

    Parameters
    ----------
    volume
        veh/h, >= 0.
    capacity_sat_vph
        Saturation flow of the approach, veh/h of green, > 0; capacity is this x `green_ratio`.
    cycle_s, green_ratio, period_h
        s, > 0; share, 0 < green ratio <= 1; h, > 0.
    """
    capacity = capacity_sat_vph * green_ratio
    x = volume / capacity
    d1 = 0.0
    if green_ratio < 1.0:
        red = 1.0 - green_ratio
        d1 = 0.5 * cycle_s * red * red / (1.0 - min(1.0, x) * green_ratio)
    a = EIGHT_K_I / (capacity * period_h)
    return d1 + 900.0 * period_h * ((x - 1.0) + math.sqrt((x - 1.0) * (x - 1.0) + a * x))


@kernel
def hcm_delay_derivative(
    volume: float, capacity_sat_vph: float, cycle_s: float, green_ratio: float, period_h: float
) -> float:
    """Return d(delay)/d(volume) of `hcm_delay`, s per veh/h; at X = 1 the one from the right."""
    capacity = capacity_sat_vph * green_ratio
    x = volume / capacity
    slope = 0.0
    if green_ratio < 1.0 and x < 1.0:
        part = (1.0 - green_ratio) / (1.0 - x * green_ratio)
        slope = 0.5 * cycle_s * green_ratio * part * part
    a = EIGHT_K_I / (capacity * period_h)
    root = math.sqrt((x - 1.0) * (x - 1.0) + a * x)
    slope += 900.0 * period_h * (1.0 + (x - 1.0 + 0.5 * a) / root)
    return slope / capacity


@kernel
def hcm_delay_second_derivative(
    volume: float, capacity_sat_vph: float, cycle_s: float, green_ratio: float, period_h: float
) -> float:
    """Return the second derivative of `hcm_delay` by volume, s per (veh/h)^2.

    At X = 1, where the first derivative jumps, the one from the right.
    """
    capacity = capacity_sat_vph * green_ratio
    x = volume / capacity
    bend = 0.0
    if green_ratio < 1.0 and x < 1.0:
        part = (1.0 - green_ratio) / (1.0 - x * green_ratio)
        bend = cycle_s * green_ratio * green_ratio * part * part / (1.0 - x * green_ratio)
    a = EIGHT_K_I / (capacity * period_h)
    root = math.sqrt((x - 1.0) * (x - 1.0) + a * x)
    bend += 900.0 * period_h * a * (1.0 - 0.25 * a) / (root * root * root)
    return bend / (capacity * capacity)


@kernel
def hcm_delay_integral(
    volume: float, capacity_sat_vph: float, cycle_s: float, green_ratio: float, period_h: float
) -> float:
    """Return the integral of `hcm_delay` over volume from 0 to `volume`, s veh/h.

    Notes
    -----
    Over X, d1 integrates to ``-C (1 - lambda)^2 / (2 lambda) ln(1 - lambda X)`` up to X = 1
    and grows by ``C (1 - lambda) / 2`` per unit beyond. In d2 the root is ``sqrt(u^2 + q)``
    with ``u = X - 1 + a / 2`` and ``q = a (1 - a / 4)``, whose integral is
    ``(u sqrt(u^2 + q) + q asinh(u / sqrt q)) / 2``.
    """
    capacity = capacity_sat_vph * green_ratio
    x = volume / capacity
    area1 = 0.0
    if green_ratio < 1.0:
        red = 1.0 - green_ratio
        below = min(1.0, x)
        area1 = -0.5 * cycle_s * red * red / green_ratio * math.log1p(-green_ratio * below)
        if x > 1.0:
            area1 += 0.5 * cycle_s * red * (x - 1.0)
    a = EIGHT_K_I / (capacity * period_h)
    q = a * (1.0 - 0.25 * a)
    low, high = 0.5 * a - 1.0, x - 1.0 + 0.5 * a
    root_high = math.sqrt((x - 1.0) * (x - 1.0) + a * x)
    area2 = 0.5 * (high * root_high - low)  # the root is 1 at X = 0
    if q > 0.0:
        area2 += 0.5 * q * (math.asinh(high / math.sqrt(q)) - math.asinh(low / math.sqrt(q)))
    elif q < 0.0:  # fewer than 4 vehicles of capacity in the period: then low > 0
        area2 += 0.5 * q * math.log((high + root_high) / (low + 1.0))
    area2 += 0.5 * ((x - 1.0) * (x - 1.0) - 1.0)
    return capacity * (area1 + 900.0 * period_h * area2)


def hcm_uniform_delay_s(
    volume_vph: npt.ArrayLike, saturation_vph: npt.ArrayLike, cycle_s: npt.ArrayLike,
    green_s: npt.ArrayLike,
) -> Array:  # fmt: skip
    """Return d1, the delay of arrivals at a constant rate, float64, s.

    ``d1 = 0.5 C (1 - lambda)^2 / (1 - min(1, X) lambda)`` (HCM 2000, equation 16-11).

    Parameters
    ----------
    volume_vph, saturation_vph
        veh/h, >= 0 and > 0; arrays that broadcast.
    cycle_s, green_s
        Cycle and effective green, s, ``0 < green_s < cycle_s``.

    Examples
    --------
    >>> round(float(hcm_uniform_delay_s(600, 1800, 60, 30)), 2)
    11.25
    """
    v, s, C, g = _checked(volume_vph, saturation_vph, cycle_s, green_s)
    ratio = g / C
    x = v / (s * ratio)
    return np.asarray(0.5 * C * (1 - ratio) ** 2 / (1 - np.minimum(1, x) * ratio))


def hcm_incremental_delay_s(
    volume_vph: npt.ArrayLike, saturation_vph: npt.ArrayLike, cycle_s: npt.ArrayLike,
    green_s: npt.ArrayLike, *, period_h: float = 0.25,
) -> Array:  # fmt: skip
    """Return d2, the delay of random arrivals and of queues that outlast a cycle, float64, s.

    ``d2 = 900 T [(X - 1) + sqrt((X - 1)^2 + 8 k I X / (c T))]`` with k = 0.5 and I = 1
    (HCM 2000, equation 16-12).

    Parameters
    ----------
    volume_vph, saturation_vph, cycle_s, green_s
        As in `hcm_uniform_delay_s`.
    period_h
        Analysis period T, h, > 0.

    Examples
    --------
    >>> round(float(hcm_incremental_delay_s(600, 1800, 60, 30)), 2)
    3.9
    """
    v, s, C, g = _checked(volume_vph, saturation_vph, cycle_s, green_s)
    if not period_h > 0:
        raise InputError("must be > 0", value=f"period_h = {period_h}")
    c = s * g / C
    x = v / c
    return np.asarray(900 * period_h * (x - 1 + np.sqrt((x - 1) ** 2 + 4 * x / (c * period_h))))


def hcm_control_delay_s(
    volume_vph: npt.ArrayLike, saturation_vph: npt.ArrayLike, cycle_s: npt.ArrayLike,
    green_s: npt.ArrayLike, *, period_h: float = 0.25,
) -> Array:  # fmt: skip
    """Return the control delay d1 + d2 (progression factor 1, no initial queue), float64, s.

    Examples
    --------
    >>> round(float(hcm_control_delay_s(600, 1800, 60, 30)), 1)
    15.1
    """
    return hcm_uniform_delay_s(
        volume_vph, saturation_vph, cycle_s, green_s
    ) + hcm_incremental_delay_s(volume_vph, saturation_vph, cycle_s, green_s, period_h=period_h)


def webster_delay_s(
    volume_vph: npt.ArrayLike, saturation_vph: npt.ArrayLike, cycle_s: npt.ArrayLike,
    green_s: npt.ArrayLike,
) -> Array:  # fmt: skip
    """Return Webster's mean delay, float64, s (Webster 1958, Road Research Technical Paper 39).

    ``d = C (1 - l)^2 / [2 (1 - l x)] + x^2 / [2 q (1 - x)] - 0.65 (C / q^2)^(1/3) x^(2 + 5 l)``
    with q in veh/s and l the green ratio.

    Raises
    ------
    InputError
        Where volume is 0 or reaches capacity: the formula has no value there.

    Examples
    --------
    >>> round(float(webster_delay_s(600, 1800, 60, 30)), 2)
    13.89
    """
    v, s, C, g = _checked(volume_vph, saturation_vph, cycle_s, green_s)
    ratio = g / C
    x = v / (s * ratio)
    if np.any(x >= 1) or np.any(v <= 0):
        raise InputError(
            "needs 0 < volume < capacity",
            value=f"X = {float(x.max()):.3f}, volume {float(v.min()):g} veh/h",
            remedy="use the HCM delay, which holds above capacity",
        )
    q = v / HOUR_S
    uniform = C * (1 - ratio) ** 2 / (2 * (1 - ratio * x))
    random = x**2 / (2 * q * (1 - x))
    return np.asarray(uniform + random - 0.65 * np.cbrt(C / q**2) * x ** (2 + 5 * ratio))


def deterministic_delay_s(
    volume_vph: npt.ArrayLike, saturation_vph: npt.ArrayLike, cycle_s: npt.ArrayLike,
    green_s: npt.ArrayLike,
) -> Array:  # fmt: skip
    """Return the mean delay of a D/D/1 queue whose red is ``C - g``, float64, s.

    ``d = (C - g)^2 / [2 C (1 - v / s)]``: the area between arrivals and departures of one
    cycle over its arrivals (May 1990, "Traffic Flow Fundamentals", chapter 12).

    Raises
    ------
    InputError
        Where volume exceeds capacity: the queue then grows from cycle to cycle.

    Examples
    --------
    >>> float(deterministic_delay_s(20 * 60, 50 * 60, 60, 30))
    12.5
    """
    v, s, C, g = _checked(volume_vph, saturation_vph, cycle_s, green_s)
    if np.any(v > s * g / C):
        raise InputError(
            "must not exceed capacity",
            value=f"volume {float(v.max()):g} veh/h",
            remedy="use the HCM delay, which holds above capacity",
        )
    return np.asarray((C - g) ** 2 / (2 * C * (1 - v / s)))


def _checked(
    volume_vph: npt.ArrayLike, saturation_vph: npt.ArrayLike, cycle_s: npt.ArrayLike,
    green_s: npt.ArrayLike,
) -> tuple[Array, Array, Array, Array]:  # fmt: skip
    """Return the four as float64 arrays; refuse values outside their ranges, NaN among them."""
    v, s, C, g = (np.asarray(a, np.float64) for a in (volume_vph, saturation_vph, cycle_s, green_s))
    if not (np.all(np.isfinite(v)) and np.all(v >= 0)):
        raise InputError("must be >= 0 and finite", value="volume_vph")
    if not (np.all(np.isfinite(s)) and np.all(s > 0)):
        raise InputError("must be > 0 and finite", value="saturation_vph")
    if not (np.all(g > 0) and np.all(g < C) and np.all(np.isfinite(C))):
        raise InputError("must be 0 < green_s < cycle_s", value=f"green {g}, cycle {C}")
    return v, s, C, g
