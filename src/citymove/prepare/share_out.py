"""Whole numbers shared out by weight: the largest remainders, under ceilings."""

from typing import Any

import numpy as np

from citymove.foundation.errors import InputError

Array = np.ndarray[Any, Any]


def share_out(total: int, weights: Array, ceilings: Array | None = None) -> Array:
    """Return whole shares of `total` in proportion to `weights`.

    Each gets the whole part of its quota; what is left goes, one each, to the largest
    remainders (Hare-Niemeyer), the first of equals. Where ceilings bind, the excess is shared
    out anew among the others.

    Parameters
    ----------
    total
        What is shared out, >= 0.
    weights
        float64 [n], finite and >= 0; what weighs nothing gets nothing.
    ceilings
        int64 [n], >= 0, most that each may get; None: no bound.

    Returns
    -------
    numpy.ndarray
        int64 [n]. They sum to `total`, or to the sum of the ceilings (of what weighs
        anything) if that is less.

    Raises
    ------
    InputError
        `total` or a weight is negative or not finite; `total` > 0 and nothing weighs anything.

    Examples
    --------
    >>> share_out(10, np.array([5.0, 1.0, 1.0])).tolist()
    [7, 2, 1]
    >>> share_out(10, np.array([5.0, 1.0, 1.0]), np.array([4, 9, 9])).tolist()
    [4, 3, 3]
    """
    weights = np.asarray(weights, np.float64)
    if total < 0 or not np.all(np.isfinite(weights) & (weights >= 0)):
        raise InputError("total and weights must be finite and >= 0", value=f"total = {total}")
    if total > 0 and not np.any(weights > 0):
        raise InputError("must have something to go to", value=f"total = {total}")
    most = np.full(weights.shape, total) if ceilings is None else np.asarray(ceilings, np.int64)
    shares = np.zeros(weights.shape, np.int64)
    free = weights > 0
    left = min(total, int(most[free].sum()))
    while left > 0:
        quota = np.where(free, weights, 0.0) * (left / weights[free].sum())
        bound = free & (shares + quota >= most)
        if not bound.any():
            return shares + _largest_remainders(left, quota)
        left -= int((most - shares)[bound].sum())
        shares[bound] = most[bound]
        free &= ~bound
    return shares


def _largest_remainders(total: int, quota: Array) -> Array:
    whole = np.floor(quota).astype(np.int64)
    left = total - int(whole.sum())
    whole[np.argsort(whole - quota, kind="stable")[:left]] += 1
    return whole
