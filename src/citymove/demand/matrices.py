"""Travellers counted into matrices: what an assignment loads."""

from typing import Any

import numpy as np

from citymove.facts.travellers import Segment, Travellers
from citymove.foundation.daytime import Slices
from citymove.foundation.errors import InputError
from citymove.foundation.table import frozen_array

Array = np.ndarray[Any, Any]


def trip_matrices(travellers: Travellers, slices: Slices, centroid_count: int) -> Array:
    """Return trips per hour between centroids.

    A visit has a leg from its origin to its destination, counted in the slice of its desired
    arrival (drives inside take minutes, slices an hour), unless the car was parked since before
    midnight; and where it has a centroid to return to, a leg there in the slice in which the
    stay ends. Legs outside all slices are in none.

    Parameters
    ----------
    travellers
        Of a city.
    slices
        Of the day.
    centroid_count
        Zones and gateways.

    Returns
    -------
    numpy.ndarray
        float64 [segments, slices, centroids, centroids], veh/h, segments in the order of
        `Segment`. Its sum over slices x hours is the number of legs in the window.

    Raises
    ------
    InputError
        Where a traveller names a centroid that does not exist.
    """
    arrival_s = travellers.arrival_s.astype(np.int64)
    there = np.flatnonzero(arrival_s >= 0)
    back = np.flatnonzero(travellers.return_to >= 0)
    rows = np.concatenate([there, back])
    time_s = np.concatenate([arrival_s[there], arrival_s[back] + travellers.dwell_s[back]])
    origin = np.concatenate([travellers.origin[there], travellers.destination[back]])
    destination = np.concatenate([travellers.destination[there], travellers.return_to[back]])
    for ends in (origin, destination):
        if ends.size and not (ends.min() >= 0 and ends.max() < centroid_count):
            raise InputError(
                f"must lie between 0 and {centroid_count - 1}", value="centroid of a traveller"
            )
    index = slices.index_of(time_s)
    inside = index >= 0
    shape = (len(Segment), len(slices), centroid_count, centroid_count)
    cell = np.ravel_multi_index(
        (
            travellers.segment[rows][inside].astype(np.int64),
            index[inside],
            origin[inside].astype(np.int64),
            destination[inside].astype(np.int64),
        ),
        shape,
    )
    legs = np.bincount(cell, minlength=int(np.prod(shape))).reshape(shape)
    return frozen_array(legs / slices.hours[None, :, None, None])
