"""Which points lie inside the study area."""

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def inside(ring_x_m: Array, ring_y_m: Array, x_m: Array, y_m: Array) -> Array:
    """Return whether each point lies inside a ring, its edge excluded; bool [n].

    Parameters
    ----------
    ring_x_m, ring_y_m
        float64, the ring, first point repeated at the end; empty: every point lies inside.
    x_m, y_m
        float64 [n], the points.

    Examples
    --------
    >>> square = np.array([0.0, 2.0, 2.0, 0.0, 0.0]), np.array([0.0, 0.0, 2.0, 2.0, 0.0])
    >>> inside(*square, np.array([1.0, 3.0]), np.array([1.0, 1.0])).tolist()
    [True, False]
    """
    x_m = np.asarray(x_m, np.float64)
    if not np.size(ring_x_m):
        return np.ones(x_m.shape, np.bool_)
    from shapely import Polygon, contains_xy, prepare

    area = Polygon(np.stack([ring_x_m, ring_y_m], axis=1))
    prepare(area)
    return np.asarray(contains_xy(area, x_m, np.asarray(y_m, np.float64)), np.bool_)
