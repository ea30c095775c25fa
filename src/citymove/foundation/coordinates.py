"""The coordinate systems that data of Chinese cities come in, and their way to WGS84.

- WGS84, and CGCS2000 as longitude and latitude, which differs from it by centimetres.
- CGCS2000 in metres, by Gauss-Krüger zones of 3 or 6 degrees (EPSG:4491 to 4554); the zone's
  number stands before the easting, or is left out, and then the zone must be named.
- GCJ-02, in which maps sold in China must be drawn: WGS84 moved by up to some 700 m by a
  function that depends on the place (formula as published in many programs; no standard gives it).
- BD-09, Baidu's, which moves GCJ-02 once more.

Examples
--------
>>> lon, lat = from_wgs84(CoordinateSystem.GCJ02, [116.3], [39.9])
>>> float(lon[0]).__round__(4), float(lat[0]).__round__(4)
(116.3061, 39.9013)
"""

from enum import Enum
from typing import Any

import numpy as np
import numpy.typing as npt

from citymove.foundation.errors import InputError

Array = np.ndarray[Any, Any]


class CoordinateSystem(Enum):
    """A coordinate system that an input may be declared in."""

    WGS84 = "WGS84"
    CGCS2000 = "CGCS2000"
    GCJ02 = "GCJ-02"
    BD09 = "BD-09"

    @classmethod
    def from_word(cls, word: str) -> "CoordinateSystem":
        """Return the system that a word names, "gcj02" and "GCJ-02" alike."""
        plain = word.strip().upper().replace("-", "").replace("_", "")
        for system in cls:
            if system.value.replace("-", "") == plain:
                return system
        words = ", ".join(system.value for system in cls)
        raise InputError(f"must be one of {words}", value=f"coordinates: {word}")


# Krasovsky's ellipsoid of 1940, which the formula of GCJ-02 works on.
_AXIS_M, _ECCENTRICITY_2 = 6378245.0, 0.00669342162296594323
_BD_TURNS = np.pi * 3000.0 / 180.0
# Where the law moves coordinates: mainland China's box, as every published formula has it.
_BOX = (72.004, 137.8347, 0.8293, 55.8271)
_STEPS = 12  # each step of the inverse leaves less than a thousandth of the error before


def to_wgs84(
    system: CoordinateSystem, x: npt.ArrayLike, y: npt.ArrayLike, *, meridian_deg: int | None = None
) -> tuple[Array, Array]:
    """Return WGS84 degrees.

    Parameters
    ----------
    system
        What `x` and `y` are given in.
    x, y
        float [n], longitude and latitude in degrees; for CGCS2000 also easting and northing of a
        Gauss-Krüger zone in metres, told apart by their range.
    meridian_deg
        Central meridian of the zone, degrees, where the easting does not begin with the number
        of its zone.

    Raises
    ------
    InputError
        Values of no such system.
    """
    east, north = np.asarray(x, np.float64), np.asarray(y, np.float64)
    if system is CoordinateSystem.CGCS2000 and _is_metric(east, north):
        return _from_gauss_kruger(east, north, meridian_deg)
    _check_degrees(east, north)
    if system is CoordinateSystem.GCJ02:
        return _undone(_gcj_of_wgs, east, north)
    if system is CoordinateSystem.BD09:
        return _undone(_gcj_of_wgs, *_undone(_bd_of_gcj, east, north))
    return east.copy(), north.copy()


def from_wgs84(
    system: CoordinateSystem, lon: npt.ArrayLike, lat: npt.ArrayLike
) -> tuple[Array, Array]:
    """Return degrees of a system from WGS84 degrees."""
    x, y = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
    _check_degrees(x, y)
    if system is CoordinateSystem.GCJ02:
        return _gcj_of_wgs(x, y)
    if system is CoordinateSystem.BD09:
        return _bd_of_gcj(*_gcj_of_wgs(x, y))
    return x.copy(), y.copy()


def _check_degrees(x: Array, y: Array) -> None:
    bad = np.flatnonzero(~((np.abs(x) <= 180) & (np.abs(y) <= 90)))  # also refuses NaN
    if bad.size:
        raise InputError(
            "must be longitude and latitude in degrees",
            value=f"{x.flat[bad[0]]:.10g}, {y.flat[bad[0]]:.10g}",
            remedy="declare the coordinate system that the data are in",
        )


def _is_metric(x: Array, y: Array) -> bool:
    return bool(x.size) and bool(np.all((np.abs(x) > 180) & (np.abs(y) > 90)))


def _from_gauss_kruger(east_m: Array, north_m: Array, meridian: int | None) -> tuple[Array, Array]:
    """Return degrees of metres in a zone , the number of the zone before the easting.

    Numbers 25 to 45 are zones of 3 degrees about the meridian 3 n, 13 to 23 of 6 degrees about
    6 n - 3; the two ranges do not meet, so the number tells the kind (EPSG:4491 to 4533).
    """
    from pyproj import Transformer

    number = np.unique(np.floor(east_m / 1e6).astype(np.int64))
    if number.size != 1 or not (number[0] == 0 or 13 <= number[0] <= 23 or 25 <= number[0] <= 45):
        raise InputError(
            "must be eastings of one Gauss-Krüger zone (13 .. 23 or 25 .. 45)",
            value=f"zones {number.tolist()[:5]}",
            remedy="split the data by zone, or check that eastings come before northings",
        )
    named = int(number[0])
    if named == 0 and meridian is None:
        raise InputError(
            "needs the central meridian of its zone",
            value=f"easting {east_m.flat[0]:.2f} without a zone's number",
            remedy="name the meridian, for example 117",
        )
    if named:
        meridian = 3 * named if named >= 25 else 6 * named - 3
    plane = (
        f"+proj=tmerc +lat_0=0 +lon_0={meridian} +k=1 +x_0={500_000 + named * 1_000_000} "
        "+y_0=0 +ellps=GRS80 +units=m"
    )
    lon, lat = Transformer.from_crs(plane, "EPSG:4490", always_xy=True).transform(east_m, north_m)
    lon, lat = np.asarray(lon), np.asarray(lat)
    _check_degrees(lon, lat)
    return lon, lat


def _gcj_of_wgs(lon: Array, lat: Array) -> tuple[Array, Array]:
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    waves = (20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)) * 2.0 / 3.0
    north = (
        -100.0 + 2.0 * x + 3.0 * y + 0.2 * y**2 + 0.1 * x * y + 0.2 * root + waves
        + (20.0 * np.sin(np.pi * y) + 40.0 * np.sin(np.pi * y / 3.0)) * 2.0 / 3.0
        + (160.0 * np.sin(np.pi * y / 12.0) + 320.0 * np.sin(np.pi * y / 30.0)) * 2.0 / 3.0
    )  # fmt: skip
    east = (
        300.0 + x + 2.0 * y + 0.1 * x**2 + 0.1 * x * y + 0.1 * root + waves
        + (20.0 * np.sin(np.pi * x) + 40.0 * np.sin(np.pi * x / 3.0)) * 2.0 / 3.0
        + (150.0 * np.sin(np.pi * x / 12.0) + 300.0 * np.sin(np.pi * x / 30.0)) * 2.0 / 3.0
    )  # fmt: skip
    angle = np.radians(lat)
    magic = 1.0 - _ECCENTRICITY_2 * np.sin(angle) ** 2
    meridian_m = _AXIS_M * (1.0 - _ECCENTRICITY_2) / magic**1.5
    parallel_m = _AXIS_M / np.sqrt(magic) * np.cos(angle)
    west, east_end, south, north_end = _BOX
    moved = (lon >= west) & (lon <= east_end) & (lat >= south) & (lat <= north_end)
    return (
        np.where(moved, lon + np.degrees(east / parallel_m), lon),
        np.where(moved, lat + np.degrees(north / meridian_m), lat),
    )


def _bd_of_gcj(lon: Array, lat: Array) -> tuple[Array, Array]:
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD_TURNS)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD_TURNS)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def _undone(forward: Any, lon: Array, lat: Array) -> tuple[Array, Array]:
    """Return what `forward` moves to these points: a fixed point, since it moves by little."""
    x, y = lon.copy(), lat.copy()
    for _ in range(_STEPS):
        moved_x, moved_y = forward(x, y)
        x, y = x + lon - moved_x, y + lat - moved_y
    return x, y
