"""Running times at free speed, by slice: some speed limits hold at some hours only."""

from typing import Any

import numpy as np

from citymove.facts.roads import Roads
from citymove.foundation.daytime import Slices
from citymove.prepare.in_force import LEAST_SHARE, held_share

Array = np.ndarray[Any, Any]


def running_times(roads: Roads, slices: Slices) -> Array:
    """Return the time of each link at free speed, s, float64 [slices, links].

    A limit that holds at some hours takes the place of the link's free speed in a slice where
    its hours cover at least half; of several that do the lowest counts.

    Parameters
    ----------
    roads
        The network.
    slices
        Slices of the day.
    """
    links, timed = roads.links, roads.timed_speeds
    limits, row = np.unique(
        np.stack([timed.link.astype(np.float64), timed.speed_mps]), axis=1, return_inverse=True
    )
    link, limit_mps = limits[0].astype(np.int64), limits[1]
    time_s = np.empty((len(slices), len(links)))
    for k, window in enumerate(slices.windows):
        share = held_share(row, timed.start_s, timed.end_s, window, link.size)
        held = np.flatnonzero(share >= LEAST_SHARE)
        lowest_mps = np.full(len(links), np.inf)
        np.minimum.at(lowest_mps, link[held], limit_mps[held])
        time_s[k] = links.length_m / np.where(np.isfinite(lowest_mps), lowest_mps, links.speed_mps)
    return time_s
