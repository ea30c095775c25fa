"""What a reader could not keep of the roads: links that are not connected, ways cut by the edge."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from citymove.foundation.table import Table, column, frozen_array

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False, kw_only=True)
class LostLinks(Table):
    """Directed links outside the part in which every link reaches every other.

    Parameters
    ----------
    way_id
        int64, the OSM way.
    forward
        bool, whether the link runs with its way's node order.
    road_class
        int8 `RoadClass`.
    ramp
        bool.
    length_m
        float64, > 0.
    name
        text, "" for none.
    first
        int64, first point of the link's polyline; the next link's first point ends it (the last
        ends at the arrays' end).
    x_m, y_m
        float64 [points], metres on the city's plane.
    """

    way_id: Array = column(np.int64)
    forward: Array = column(np.bool_)
    road_class: Array = column(np.int8)
    ramp: Array = column(np.bool_)
    length_m: Array = column(np.float64)
    name: Array = column(np.str_)
    first: Array = column(np.int64)
    x_m: Array = field(default_factory=lambda: np.empty(0))
    y_m: Array = field(default_factory=lambda: np.empty(0))

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "x_m", frozen_array(self.x_m, np.float64))
        object.__setattr__(self, "y_m", frozen_array(self.y_m, np.float64))

    def start(self) -> Array:
        """Return first points, int64 [links + 1], as `Roads.shape_start`."""
        return np.append(self.first, self.x_m.size)


@dataclass(frozen=True, eq=False, kw_only=True)
class CutEnds(Table):
    """Points where a way goes on beyond the file.

    Parameters
    ----------
    way_id
        int64, the OSM way.
    x_m, y_m
        float64, the last point that the file holds, metres on the city's plane.
    """

    way_id: Array = column(np.int64)
    x_m: Array = column(np.float64)
    y_m: Array = column(np.float64)
