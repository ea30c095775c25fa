"""Zones: where trips begin and end inside the city."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.facts.places import Places
from citymove.foundation.errors import InputError
from citymove.foundation.table import Table, column

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False, kw_only=True)
class Zones(Table):
    """Cells of a square grid that hold buildings or points of interest.

    Parameters
    ----------
    id
        text, stable: ``z<column>_<row>`` of the grid on the city's plane.
    x_m, y_m
        float64, mean position of what the zone holds, weighted by floor area.
    low_x_m, low_y_m, high_x_m, high_y_m
        float64, the cell.
    """

    id: Array = column(np.str_)
    x_m: Array = column(np.float64)
    y_m: Array = column(np.float64)
    low_x_m: Array = column(np.float64)
    low_y_m: Array = column(np.float64)
    high_x_m: Array = column(np.float64)
    high_y_m: Array = column(np.float64)


def grid_zones(places: Places, cell_m: float) -> Zones:
    """Return the cells of a square grid that hold places.

    The grid stands on multiples of `cell_m` of the city's plane, so a cell keeps its id when
    places are added.

    Parameters
    ----------
    places
        Buildings and points of interest.
    cell_m
        Side of a cell, m, > 0.

    Returns
    -------
    Zones
        In the order of column, then row. A zone's position is the mean of its places by floor
        area; where none of them has any, their plain mean.

    Raises
    ------
    InputError
        `cell_m` is not > 0.
    """
    if not (np.isfinite(cell_m) and cell_m > 0):
        raise InputError("must be > 0", value=f"cell_m = {cell_m}", remedy="200 m suits most")
    # floor_divide is exact where a quotient next to a whole number would be rounded up to it
    cells = np.floor_divide(np.stack([places.x_m, places.y_m], axis=1), cell_m)
    grid, member = np.unique(cells.astype(np.int64), axis=0, return_inverse=True)
    member = member.ravel()
    area_m2 = np.bincount(member, places.floor_area_m2, minlength=len(grid))
    weight = np.where(area_m2[member] > 0, places.floor_area_m2, 1.0)
    total = np.bincount(member, weight, minlength=len(grid))
    return Zones(
        id=np.array([f"z{column}_{row}" for column, row in grid], np.str_),
        x_m=np.bincount(member, weight * places.x_m, minlength=len(grid)) / total,
        y_m=np.bincount(member, weight * places.y_m, minlength=len(grid)) / total,
        low_x_m=grid[:, 0] * cell_m,
        low_y_m=grid[:, 1] * cell_m,
        high_x_m=(grid[:, 0] + 1) * cell_m,
        high_y_m=(grid[:, 1] + 1) * cell_m,
    )


def zone_of(zones: Zones, x_m: Array, y_m: Array) -> Array:
    """Return the zone of each point: the cell that it lies in, else the nearest zone.

    Parameters
    ----------
    zones
        One zone or more.
    x_m, y_m
        float64 [n], metres on the city's plane.

    Returns
    -------
    numpy.ndarray
        int32 [n], rows of `zones`. A cell holds its low edges and not its high ones; the
        nearest zone is the one whose position is nearest, the first of equals.

    Raises
    ------
    InputError
        There is no zone.
    """
    if not len(zones):
        raise InputError("must have at least one zone", value="zones", remedy="add places")
    x_m, y_m = np.asarray(x_m, np.float64), np.asarray(y_m, np.float64)
    found = np.full(x_m.shape, -1, np.int32)
    for row in range(len(zones)):
        inside = (x_m >= zones.low_x_m[row]) & (x_m < zones.high_x_m[row])
        found[inside & (y_m >= zones.low_y_m[row]) & (y_m < zones.high_y_m[row])] = row
    for point in np.flatnonzero(found < 0):
        away = (zones.x_m - x_m[point]) ** 2 + (zones.y_m - y_m[point]) ** 2
        found[point] = np.argmin(away)
    return found
