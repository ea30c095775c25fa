"""Coordinates: longitude and latitude (WGS84) <-> metres on a local plane.

The plane is the transverse Mercator projection of the WGS84 ellipsoid centred on the city, so
lengths are true to within 1 in 100,000 for 25 km around (Snyder 1987, "Map projections",
equation 8-6).

Examples
--------
>>> plane = LocalPlane(lon0=7.42, lat0=43.735)
>>> x_m, y_m = plane.to_metres(7.43, 43.735)
>>> round(float(x_m)), round(float(y_m))
(806, 0)
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt


@lru_cache(maxsize=16)
def _transformer(lon0: float, lat0: float) -> Any:
    from pyproj import Transformer

    plane = f"+proj=tmerc +lon_0={lon0} +lat_0={lat0} +k=1 +ellps=WGS84 +units=m"
    return Transformer.from_crs("EPSG:4326", plane, always_xy=True)


@dataclass(frozen=True, slots=True)
class LocalPlane:
    """The plane that a city's metres refer to; x grows to the east, y to the north.

    Parameters
    ----------
    lon0, lat0
        Origin, WGS84 degrees.
    """

    lon0: float
    lat0: float

    def to_metres(
        self, lon: npt.ArrayLike, lat: npt.ArrayLike
    ) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        """Return x and y, m, float64, of WGS84 degrees."""
        x_m, y_m = _transformer(self.lon0, self.lat0).transform(
            np.asarray(lon, np.float64), np.asarray(lat, np.float64)
        )
        return np.asarray(x_m), np.asarray(y_m)

    def to_degrees(
        self, x_m: npt.ArrayLike, y_m: npt.ArrayLike
    ) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        """Return longitude and latitude, WGS84 degrees, float64, of metres."""
        lon, lat = _transformer(self.lon0, self.lat0).transform(
            np.asarray(x_m, np.float64), np.asarray(y_m, np.float64), direction="INVERSE"
        )
        return np.asarray(lon), np.asarray(lat)
