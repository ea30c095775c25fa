"""Rows: who is told apart, an origin of one class each, and where to they go."""

from typing import Any, NamedTuple

import numpy as np

Array = np.ndarray[Any, Any]

_RESIDUE = 1e-14  # of a row's demand: what rounding leaves of flows that were taken away


class Rows(NamedTuple):
    """All rows, sorted by class, then origin.

    Parameters
    ----------
    kind, origin
        int32 [rows], class and zone.
    residue
        float64 [rows]: flows up to this are left by rounding and stand for nothing.
    demand_start, zone, trips
        int64 [rows + 1], int32 and float64 [entries]: demand of each row by destination, > 0.
    """

    kind: Array
    origin: Array
    residue: Array
    demand_start: Array
    zone: Array
    trips: Array


def rows_of(demand: Array) -> Rows:
    """Return the rows with demand.

    Parameters
    ----------
    demand
        float64 [classes, zones, zones], >= 0, diagonal 0.

    Examples
    --------
    >>> rows = rows_of(np.array([[[0.0, 2.0], [0.0, 0.0]], [[0.0, 0.0], [3.0, 0.0]]]))
    >>> rows.kind.tolist(), rows.origin.tolist(), rows.zone.tolist(), rows.trips.tolist()
    ([0, 1], [0, 1], [1, 0], [2.0, 3.0])
    """
    kind, origin = np.nonzero(demand.sum(axis=2))
    trips = demand[kind, origin]
    row, zone = np.nonzero(trips)
    return Rows(
        kind=kind.astype(np.int32),
        origin=origin.astype(np.int32),
        residue=_RESIDUE * trips.sum(axis=1),
        demand_start=np.searchsorted(row, np.arange(origin.size + 1)),
        zone=zone.astype(np.int32),
        trips=trips[row, zone],
    )
