"""Webster's rules: the cycle and the splits of a fixed plan from its critical flow ratios."""

from typing import Any

import numpy as np
import numpy.typing as npt

from citymove.foundation.errors import InputError

Array = np.ndarray[Any, Any]


def webster_cycle_s(flow_ratios: npt.ArrayLike, lost_time_s: float) -> float:
    """Return Webster's cycle ``C0 = (1.5 L + 5) / (1 - Y)``, s (Webster 1958).

    Parameters
    ----------
    flow_ratios
        Critical volume / saturation flow of each stage, >= 0; Y is their sum.
    lost_time_s
        L, lost in each cycle, s, > 0.

    Raises
    ------
    InputError
        Where Y reaches 1: no cycle serves these volumes.

    Examples
    --------
    >>> round(webster_cycle_s([0.2117, 0.1669, 0.2206, 0.2059], 12))
    118
    """
    total = float(_flow_ratios(flow_ratios).sum())
    if not lost_time_s > 0:
        raise InputError("must be > 0", value=f"lost_time_s = {lost_time_s}")
    if total >= 1:
        raise InputError(
            "must sum to less than 1",
            value=f"flow ratios sum to {total:.3f}",
            remedy="add lanes or take traffic away: no cycle serves these volumes",
        )
    return (1.5 * lost_time_s + 5) / (1 - total)


def webster_splits_s(
    flow_ratios: npt.ArrayLike,
    cycle_s: float,
    lost_time_s: float,
    *,
    min_effective_green_s: npt.ArrayLike = 0.0,
) -> Array:
    """Return effective greens ``g = (y / Y) (C - L)`` with minimum greens kept, float64, s.

    Stages that would fall below their minimum get it, and the others share what is left by
    their flow ratios, until none falls below.

    Parameters
    ----------
    flow_ratios
        As in `webster_cycle_s`.
    cycle_s, lost_time_s
        s, ``cycle_s > lost_time_s``.
    min_effective_green_s
        Least effective green of each stage, s.

    Examples
    --------
    >>> webster_splits_s([0.2117, 0.1669, 0.2206, 0.2059], 120, 12).round(1).tolist()
    [28.4, 22.4, 29.6, 27.6]
    """
    y = _flow_ratios(flow_ratios)
    least = np.broadcast_to(np.asarray(min_effective_green_s, np.float64), y.shape)
    return share_green(y, cycle_s - lost_time_s, least)


def least_cycle_s(
    flow_ratios: npt.ArrayLike, lost_time_s: float, *, most_saturation: float
) -> float:
    """Return the shortest cycle at which every critical approach has X <= `most_saturation`, s.

    ``C = L x / (x - Y)``: with greens shared by flow ratios all critical approaches have the
    same degree of saturation ``x = Y C / (C - L)``.

    Examples
    --------
    >>> round(least_cycle_s([0.25, 0.25, 0.22], 12, most_saturation=0.9), 6)
    60.0
    """
    total = float(_flow_ratios(flow_ratios).sum())
    if total >= most_saturation:
        raise InputError(
            f"must sum to less than {most_saturation:g}",
            value=f"flow ratios sum to {total:.3f}",
            remedy="add lanes, or allow a higher degree of saturation",
        )
    return lost_time_s * most_saturation / (most_saturation - total)


def _flow_ratios(flow_ratios: npt.ArrayLike) -> Array:
    y = np.asarray(flow_ratios, np.float64)
    if y.ndim != 1 or y.size == 0 or not np.all(np.isfinite(y) & (y >= 0)):
        raise InputError("must be one or more numbers >= 0", value=f"flow ratios {y.tolist()}")
    return y


def share_green(weight: Array, total_s: float, least_s: Array) -> Array:
    """Share `total_s` by weight, no stage below its least; float64 [stages], s."""
    if total_s < least_s.sum() - 1e-9:
        raise InputError(
            "must hold all minimum greens",
            value=f"{total_s:g} s of green for minimums of {least_s.sum():g} s",
            remedy="lengthen the cycle",
        )
    held = np.zeros(weight.size, bool)
    green = np.array(least_s, np.float64)
    while not held.all():
        left = total_s - least_s[held].sum()
        share = weight[~held]
        share = share / share.sum() if share.sum() > 0 else np.full(share.size, 1 / share.size)
        green[~held] = left * share
        below = ~held & (green < least_s - 1e-12)
        if not below.any():
            break
        held |= below
        green[held] = least_s[held]
    return green
