"""Coordinate systems against points that other programs publish, and there and back."""

import numpy as np
import pytest
from pyproj import Transformer

from citymove.foundation.coordinates import CoordinateSystem, from_wgs84, to_wgs84
from citymove.foundation.errors import InputError

GCJ, BD, CGCS = CoordinateSystem.GCJ02, CoordinateSystem.BD09, CoordinateSystem.CGCS2000

# (WGS84 lon, lat, GCJ-02 lon, lat): the points that eviltransform tests itself on.
PUBLISHED = [
    (121.5272106, 31.1774276, 121.531541859215, 31.17530398364597),
    (113.912316, 22.543847, 113.9171764808363, 22.540796131694766),
    (116.377817, 39.911954, 116.38404722455657, 39.91334545536069),
]


@pytest.mark.parametrize(("lon", "lat", "gcj_lon", "gcj_lat"), PUBLISHED)
def test_gcj02_is_what_others_publish(
    lon: float, lat: float, gcj_lon: float, gcj_lat: float
) -> None:
    x, y = from_wgs84(GCJ, lon, lat)
    assert (float(x), float(y)) == pytest.approx((gcj_lon, gcj_lat), abs=1e-6)


@pytest.mark.parametrize("system", [GCJ, BD])
def test_there_and_back_is_exact_to_a_millimetre(system: CoordinateSystem) -> None:
    lon, lat = (a.ravel() for a in np.meshgrid(np.linspace(75, 134, 30), np.linspace(19, 53, 30)))
    back_lon, back_lat = to_wgs84(system, *from_wgs84(system, lon, lat))
    assert np.abs(back_lon - lon).max() < 1e-8
    assert np.abs(back_lat - lat).max() < 1e-8


def test_gcj02_moves_nothing_outside_china() -> None:
    lon, lat = from_wgs84(GCJ, [7.42, -83.0], [43.73, 39.96])
    assert (lon.tolist(), lat.tolist()) == ([7.42, -83.0], [43.73, 39.96])


# EPSG:4498 is zone 20 of 6 degrees and 4528 zone 40 of 3, 4548 that zone without its number
@pytest.mark.parametrize(
    ("epsg", "meridian", "lon"), [(4498, None, 116.6), (4528, None, 120.2), (4548, 117, 117.9)]
)
def test_gauss_kruger_zones_are_those_of_epsg(epsg: int, meridian: int | None, lon: float) -> None:
    there = Transformer.from_crs("EPSG:4490", f"EPSG:{epsg}", always_xy=True)
    x, y = there.transform([lon, lon + 0.1], [31.9, 32.0])
    got_lon, got_lat = to_wgs84(CGCS, x, y, meridian_deg=meridian)
    assert got_lon == pytest.approx([lon, lon + 0.1], abs=1e-9)
    assert got_lat == pytest.approx([31.9, 32.0], abs=1e-9)


def test_cgcs2000_in_degrees_is_taken_as_wgs84() -> None:
    assert to_wgs84(CGCS, [118.8], [32.05])[0].tolist() == [118.8]


def test_what_is_no_coordinate_is_refused() -> None:
    with pytest.raises(InputError, match="longitude and latitude"):
        to_wgs84(CoordinateSystem.WGS84, [500_000.0], [3_500_000.0])
    with pytest.raises(InputError, match="longitude and latitude"):
        to_wgs84(GCJ, [np.nan], [32.0])
    with pytest.raises(InputError, match="central meridian"):
        to_wgs84(CGCS, [500_000.0], [3_500_000.0])
    with pytest.raises(InputError, match="one Gauss-Krüger zone"):
        to_wgs84(CGCS, [24_500_000.0], [3_500_000.0])
    assert CoordinateSystem.from_word("gcj02") is GCJ
    with pytest.raises(InputError, match="must be one of"):
        CoordinateSystem.from_word("mars")
