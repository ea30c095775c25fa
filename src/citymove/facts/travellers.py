"""Travellers: one row per visit, a trip by car to a place and the stay there.

Made once from the base city (`demand/synthesis`), stored as inferred facts with stable ids;
every option of a study acts on the same rows.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np

from citymove.foundation.table import Table, column

Array = np.ndarray[Any, Any]


class Segment(IntEnum):
    """Who travels."""

    RESIDENT = 0
    INCOMING = 1  # works here, lives outside
    VISITOR = 2  # comes from outside for anything but work
    THROUGH = 3  # crosses without stopping
    OUTGOING = 4  # lives here, drives out


@dataclass(frozen=True, eq=False, kw_only=True)
class Travellers(Table):
    """Visits.

    Parameters
    ----------
    id
        int64, stable, >= 0; the key of all random numbers of this visit.
    segment, purpose
        int8 `Segment`; int8 `foundation.terms.Purpose`.
    origin, destination
        int32, centroids: zones come first, then gateways (`len(zones) + row`).
    return_to
        int32, the centroid that the car leaves for when the stay ends; -1 where another row
        takes the car on (a resident's way home) or the car stays to the end of the day.
    x_m, y_m
        float64, the place of the visit on the city's plane (of a gateway for `THROUGH` and
        `OUTGOING`).
    arrival_s
        int32, desired arrival in the search area, seconds since midnight; negative: parked
        since before midnight.
    dwell_s
        int32, length of the stay, s, >= 0; 0 for those who do not park here.
    parks
        bool, whether the visit needs a space inside the city.
    reserved
        bool, whether a private or subscribed space at the destination is known: no search.
    value_of_time_per_h
        float64, currency/h, > 0.
    patience_s
        int32, longest search, s, > 0.
    external_s
        int32, driven outside the study area before the gateway, s, >= 0; no option changes it.
    """

    id: Array = column(np.int64)
    segment: Array = column(np.int8)
    purpose: Array = column(np.int8)
    origin: Array = column(np.int32)
    destination: Array = column(np.int32)
    return_to: Array = column(np.int32)
    x_m: Array = column(np.float64)
    y_m: Array = column(np.float64)
    arrival_s: Array = column(np.int32)
    dwell_s: Array = column(np.int32)
    parks: Array = column(np.bool_)
    reserved: Array = column(np.bool_)
    value_of_time_per_h: Array = column(np.float64)
    patience_s: Array = column(np.int32)
    external_s: Array = column(np.int32)
