"""Coordinates declared in one system and drawn in another are refused, and right ones are not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from citymove.facts.roads import Roads
from citymove.formats.coordinate_check import _fits_better, check_coordinates, coordinate_fits
from citymove.formats.drawn_roads import RoadFacts
from citymove.formats.layers import read_layer
from citymove.formats.osm import read_osm
from citymove.formats.osm.tally import Tally
from citymove.foundation.coordinates import CoordinateSystem, from_wgs84
from citymove.foundation.crs import LocalPlane
from citymove.foundation.errors import InputError
from layer_files import LAT, LON, document, line, save

OSM = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "osm"
NANJING = OSM / "nanjing_xinjiekou" / "osm_bbox.osm.pbf"
SYSTEMS = list(CoordinateSystem)
WGS, CGCS, GCJ, BD = (CoordinateSystem.from_word(w) for w in ("WGS84", "CGCS2000", "GCJ02", "BD09"))


@pytest.fixture(scope="module")
def grid(tmp_path_factory: pytest.TempPathFactory) -> RoadFacts:
    """Return a made-up town in China: streets 300 m apart, 6 km by 6 km."""
    folder = tmp_path_factory.mktemp("grid")
    steps = np.arange(-30, 31, 3.0)
    shapes = [line(*((x, float(y)) for x in steps)) for y in steps]
    shapes += [line(*((float(x), y) for y in steps)) for x in steps]
    save(folder / "grid.gpkg", shapes, {"GRADE": ["residential"] * len(shapes)})
    return read_layer(document(folder, "grid.gpkg"))


def check(facts: Any, declared: CoordinateSystem, lon: Any, lat: Any) -> Any:
    return check_coordinates(
        declared, lon, lat, roads=facts.roads, plane=facts.plane, file=Path("f"), tally=Tally()
    )


def along(roads: Roads, plane: LocalPlane, system: CoordinateSystem, off_m: float) -> Any:
    """Return points on the roads, drawn with a scatter, as they read in a system."""
    rng = np.random.default_rng(3)
    x_m = roads.shape_x_m + rng.normal(0, off_m, roads.shape_x_m.size)
    y_m = roads.shape_y_m + rng.normal(0, off_m, roads.shape_x_m.size)
    return from_wgs84(system, *plane.to_degrees(x_m, y_m))


@pytest.mark.parametrize("true", SYSTEMS)
@pytest.mark.parametrize("declared", SYSTEMS)
def test_only_the_true_system_passes(
    grid: RoadFacts, true: CoordinateSystem, declared: CoordinateSystem
) -> None:
    x, y = along(grid.roads, grid.plane, true, 5.0)
    if declared == true or {declared, true} == {WGS, CGCS}:  # which differ by centimetres
        assert min(check(grid, declared, x, y).values()) < 5
    else:
        shown = "WGS84" if true is CGCS else true.value
        with pytest.raises(InputError, match=f"fits the roads worse than {shown}") as caught:
            check(grid, declared, x, y)
        assert caught.value.value == f"coordinates: {declared.value}"
        assert f"write coordinates: {shown}" in str(caught.value)


@pytest.mark.skipif(not NANJING.exists(), reason="the shared extract is not here")
@pytest.mark.parametrize("true", [WGS, GCJ, BD])
def test_on_the_roads_of_nanjing(true: CoordinateSystem) -> None:
    facts = read_osm(NANJING, country="CN")
    x, y = along(facts.roads, facts.plane, true, 4.0)
    for declared in (WGS, GCJ, BD):
        if declared == true:
            assert check(facts, declared, x, y)[true] < 4
        else:
            with pytest.raises(InputError, match=f"worse than {true.value}"):
                check(facts, declared, x, y)


@pytest.mark.skipif(not NANJING.exists(), reason="the shared extract is not here")
def test_what_stands_off_the_streets_is_not_refused() -> None:
    facts = read_osm(NANJING, country="CN")
    lon, lat = facts.plane.to_degrees(facts.places.x_m, facts.places.y_m)
    fits, points = coordinate_fits(lon, lat, roads=facts.roads, plane=facts.plane)
    assert points > 1000
    assert fits[WGS] < min(fits[GCJ], fits[BD])
    assert check(facts, WGS, lon, lat) == fits


@pytest.mark.parametrize(
    ("best_m", "stated_m", "better"),
    [
        (2.0, 40.0, True),
        (2.0, 22.0, True),
        (2.0, 21.9, False),  # saves less than 20 m
        (19.0, 38.5, False),  # saves 19.5 m
        (20.0, 40.1, True),
        (20.1, 90.0, False),  # lies on no road
        (20.0, 40.0, False),  # is not less than half
    ],
)
def test_the_criterion_at_its_edges(best_m: float, stated_m: float, better: bool) -> None:
    assert _fits_better(best_m, stated_m) is better


def test_nineteen_points_prove_nothing(grid: RoadFacts) -> None:
    x, y = from_wgs84(GCJ, LON + np.arange(-10, 10) * 0.001, np.full(20, LAT))
    with pytest.raises(InputError, match=r"half of 20 points .* write coordinates: GCJ-02"):
        check(grid, WGS, x, y)
    assert check(grid, WGS, x[:19], y[:19]) == {}


def test_points_elsewhere_are_not_compared(grid: RoadFacts) -> None:
    tally = Tally()
    far = check_coordinates(
        WGS, np.full(50, LON + 3), np.full(50, LAT), roads=grid.roads, plane=grid.plane,
        file=Path("f"), tally=tally,
    )  # fmt: skip
    assert far == {}
    assert tally.counts["coordinates_compared"] == 0
    assert [note.key for note in tally.notes] == ["coordinates_not_compared"]


def test_metres_of_a_zone_are_of_no_other_system(grid: RoadFacts) -> None:
    assert check(grid, CGCS, np.full(50, 39_667_000.0), np.full(50, 3_547_000.0)) == {}


def test_a_layer_is_held_against_the_reference(grid: RoadFacts, tmp_path: Path) -> None:
    x, y = from_wgs84(GCJ, LON + np.arange(-20, 21) * 0.001, np.full(41, LAT))
    import shapely

    save(tmp_path / "one.gpkg", [shapely.LineString(np.column_stack([x, y]))],
         {"GRADE": ["primary"]})  # fmt: skip
    right = read_layer(document(tmp_path, "one.gpkg", coordinates="GCJ-02"), reference=grid)
    assert right.plane == grid.plane
    assert right.reading.counts["coordinates_off_roads_m"] == 0
    with pytest.raises(InputError, match=r"one\.gpkg: coordinates: WGS84: fits the roads worse"):
        read_layer(document(tmp_path, "one.gpkg"), reference=grid)
