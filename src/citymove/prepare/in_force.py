"""Which bans and limits hold in a slice of the day, where they hold at some hours only.

A slice has one set of turns and one free speed a link. So what holds at least half of the slice
holds in it, and what holds less does not.
"""

from itertools import pairwise
from typing import Any

import numpy as np

from citymove.foundation.daytime import DAY_S

Array = np.ndarray[Any, Any]

LEAST_SHARE = 0.5  # of a slice that a ban or a limit must hold in order to hold in it


def held_share(
    thing: Array, start_s: Array, end_s: Array, window: tuple[int, int], count: int
) -> Array:
    """Return the share of a window in which each thing holds.

    Parameters
    ----------
    thing
        int [rows], 0 .. `count` - 1, what a row speaks of; a thing may have several rows, and
        their hours may overlap.
    start_s, end_s
        int [rows], hours of every day, 0 .. 86400.
    window
        Start and end, s since midnight; may lie past midnight.
    count
        Number of things.

    Returns
    -------
    numpy.ndarray
        float64 [count], 0 .. 1.

    Examples
    --------
    Banned from 22:00 to 06:00, and another from 07:00 to 09:00, in 05:00-08:00:

    >>> hours = np.array([22, 0, 7]) * 3600, np.array([24, 6, 9]) * 3600
    >>> held_share(np.array([0, 0, 1]), *hours, (5 * 3600, 8 * 3600), 2).round(3).tolist()
    [0.333, 0.333]
    """
    first_s, last_s = window
    midnights = np.arange(first_s // DAY_S, last_s // DAY_S + 1) * DAY_S
    changes = np.unique(np.concatenate([start_s, end_s]).astype(np.int64))
    cuts = (midnights[:, None] + np.append(changes, 0)).ravel()
    cuts = np.unique(np.append(cuts[(cuts > first_s) & (cuts < last_s)], window))
    held_s = np.zeros(count)
    for low_s, high_s in pairwise(cuts.tolist()):
        holds = (start_s <= low_s % DAY_S) & (low_s % DAY_S < end_s)
        held_s[np.unique(thing[holds])] += high_s - low_s
    return held_s / (last_s - first_s)
