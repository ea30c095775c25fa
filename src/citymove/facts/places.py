"""Places: buildings and points of interest, where trips end."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np

from citymove.foundation.table import Table, column

Array = np.ndarray[Any, Any]


class PlaceKind(IntEnum):
    """What a place is used for."""

    DWELLING = 0
    WORKPLACE = 1
    MIXED = 2  # a building whose use nobody states
    SHOP = 3
    MARKET = 4
    SCHOOL = 5
    HOSPITAL = 6
    LEISURE = 7  # restaurants, culture, sport, hotels
    OTHER = 8


@dataclass(frozen=True, eq=False, kw_only=True)
class Places(Table):
    """Buildings and points of interest inside the study area.

    Parameters
    ----------
    id
        text, stable: ``n<node>``, ``w<way>``, ``r<relation>``.
    name
        text, "" for none.
    kind
        int8 `PlaceKind`.
    x_m, y_m
        float64, metres on the city's plane.
    floor_area_m2, floor_area_source
        float64, >= 0, ground area x levels, 0 for a point of interest; int8 `Source` of its
        levels.
    """

    id: Array = column(np.str_)
    name: Array = column(np.str_)
    kind: Array = column(np.int8)
    x_m: Array = column(np.float64)
    y_m: Array = column(np.float64)
    floor_area_m2: Array = column(np.float64)
    floor_area_source: Array = column(np.int8)
