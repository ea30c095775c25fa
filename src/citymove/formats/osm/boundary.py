"""What lies inside the study area, and inside the area that an extract is cropped to."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from citymove.foundation.crs import LocalPlane
from citymove.foundation.errors import InputError

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Inside:
    """Tells which points lie inside the boundary; without one, all do.

    Parameters
    ----------
    area
        A prepared shapely polygon on the city's plane, or None.
    """

    area: Any

    def of(self, x_m: npt.ArrayLike, y_m: npt.ArrayLike) -> Array:
        """Return bool [n]."""
        x, y = np.asarray(x_m, np.float64), np.asarray(y_m, np.float64)
        if self.area is None:
            return np.ones(x.shape, bool)
        import shapely

        return np.asarray(shapely.contains_xy(self.area, x, y), bool)

    def within(self, other: "Inside") -> "Inside":
        """Return the test for what lies inside both."""
        if self.area is None or other.area is None:
            return self if other.area is None else other
        import shapely

        both = shapely.intersection(self.area, other.area)
        shapely.prepare(both)
        return Inside(both)


def inside_of(boundary: tuple[Array, Array] | None, plane: LocalPlane) -> Inside:
    """Return the test for a ring of longitudes and latitudes; it need not repeat its first point.

    Raises
    ------
    InputError
        Where the ring is no simple area.
    """
    if boundary is None:
        return Inside(None)
    import shapely

    lon, lat = (np.asarray(values, np.float64) for values in boundary)
    if lon.ndim != 1 or lon.shape != lat.shape or lon.size < 3:
        raise InputError(
            "must be a ring of three points or more", value=f"boundary of {lon.size} points"
        )
    if not (np.all(np.abs(lon) <= 180) and np.all(np.abs(lat) <= 90)):  # also refuses NaN
        raise InputError("must be given as longitude, latitude in degrees", value="boundary")
    x_m, y_m = plane.to_metres(lon, lat)
    area = shapely.Polygon(np.column_stack([x_m, y_m]))
    if not area.is_valid or area.area == 0:
        raise InputError(
            "must be a simple ring",
            value=f"boundary: {shapely.is_valid_reason(area)}",
            remedy="draw the boundary without crossings",
        )
    shapely.prepare(area)
    return Inside(area)
