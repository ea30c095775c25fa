"""Zones: where trips begin and end inside the city."""

from dataclasses import dataclass
from typing import Any

import numpy as np

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
