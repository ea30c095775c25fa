"""Layers of roads: how lines join, what columns mean, and where each value is from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely

from citymove.facts.car_parks import UNSTATED, Access, CarParkKind
from citymove.facts.defaults import defaults_for
from citymove.facts.roads import RoadClass, Roads
from citymove.formats.drawn_roads import RoadFacts
from citymove.formats.layers import read_car_parks_layer, read_layer
from citymove.formats.layers.joining import joined
from citymove.foundation.coordinates import CoordinateSystem, from_wgs84
from citymove.foundation.provenance import Source
from layer_files import LAT, LON, STEP_DEG, document, line, save

OF_CLASS = "classes: {主干路: primary, 支路: residential}\n"


def cross(tmp_path: Path, name: str = "roads.gpkg", **columns: list[object]) -> Path:
    """Write two streets that cross at a vertex that both have."""
    shapes = [line((-1, 0), (0, 0), (1, 0)), line((0, -1), (0, 0), (0, 1))]
    return save(tmp_path / name, shapes, {"GRADE": ["主干路", "支路"], **columns})


def read(tmp_path: Path, more: str = "", **how: str) -> RoadFacts:
    return read_layer(document(tmp_path, "roads.gpkg", OF_CLASS + more, **how))


def streets(roads: Roads) -> set[tuple[int, int]]:
    """Return the pairs of nodes that streets join, by way."""
    links = roads.links
    return {tuple(sorted(pair)) for pair in zip(links.tail, links.head, strict=True)}


def test_streets_that_share_a_vertex_cross_there(tmp_path: Path) -> None:
    cross(tmp_path)
    roads = read(tmp_path).roads
    assert len(roads.nodes) == 5
    assert len(roads.links) == 8
    assert roads.links.road_class.tolist() == [RoadClass.PRIMARY] * 4 + [RoadClass.RESIDENTIAL] * 4
    assert np.all(roads.links.lanes_source == Source.DEFAULT)
    assert np.all(roads.links.direction_source == Source.DEFAULT)
    assert roads.links.way_id.tolist() == [1] * 4 + [2] * 4  # the file's own numbers


def test_columns_are_reported_and_gaps_are_defaults(tmp_path: Path) -> None:
    cross(tmp_path, LANES=[6, -1], V=[60.0, np.nan], DIR=[1, 0], CAP=[1800.0, np.nan],
          NAME=["中山路", ""], KM=[0.4, np.nan], ID=[501, 77])  # fmt: skip
    facts = read(
        tmp_path,
        'empty: ["-1"]\nlanes_of: road\ncapacity_of: lane\nlength_unit: km\ncountry: CN\n'
        'oneway: {"0": both, "1": both}\n',
        columns="class: GRADE, lanes: LANES, speed: V, oneway: DIR, capacity: CAP, name: NAME, "
        "length: KM, id: ID",
    )
    links = facts.roads.links
    first, second = links.way_id == 501, links.way_id == 77
    assert np.count_nonzero(first) == np.count_nonzero(second) == 4
    assert set(links.lanes[first]) == {3.0}
    assert set(links.lanes_source[first]) == {Source.REPORTED}
    assert links.speed_mps[first] == pytest.approx(60 / 3.6)
    assert set(links.capacity_vph[first]) == {5400.0}
    assert set(links.capacity_source[first]) == {Source.REPORTED}
    assert set(links.direction_source) == {Source.REPORTED}
    assert links.length_m[first & links.forward].sum() == pytest.approx(400.0)
    assert {facts.roads.name_of(int(row)) for row in np.flatnonzero(first)} == {"中山路"}
    usual = defaults_for("CN").of_class(RoadClass.RESIDENTIAL)
    assert set(links.lanes[second]) == {usual.lanes.value}
    assert set(links.lanes_source[second]) == set(links.speed_source[second]) == {Source.DEFAULT}
    assert np.all(np.isnan(links.capacity_vph[second]))
    counts = facts.reading.counts
    assert [counts[f"links_with_{k}_stated"] for k in ("lanes", "speed", "capacity")] == [4, 4, 4]


def test_directions_and_lanes_of_one_direction(tmp_path: Path) -> None:
    shapes = [line((0, 0), (1, 0)), line((0, 0), (0, 1), (1, 1)), line((1, 1), (1, 0)),
              line((0, 0), (1, 1))]  # fmt: skip
    save(
        tmp_path / "roads.gpkg",
        shapes,
        {"GRADE": ["支路"] * 4, "D": ["F", "T", "T", "X"], "N": [2, 2, 2, 2]},
    )
    facts = read(
        tmp_path,
        "lanes_of: direction\nsource: measured\noneway: {F: forward, T: backward, X: closed}\n",
        columns="class: GRADE, oneway: D, lanes: N",
    )
    links = facts.roads.links
    assert links.forward.tolist() == [True, False, False]
    assert set(links.lanes) == {2.0}
    assert set(links.lanes_source) == {Source.MEASURED}
    assert facts.reading.counts["road_ways_left_out_access"] == 1


def test_odd_lanes_of_a_road_are_halved_and_inferred(tmp_path: Path) -> None:
    cross(tmp_path, LANES=[3, 2])
    links = read(tmp_path, "lanes_of: road\n", columns="class: GRADE, lanes: LANES").roads.links
    assert links.lanes.tolist() == [1.5] * 4 + [1.0] * 4
    assert links.lanes_source.tolist() == [Source.INFERRED] * 4 + [Source.REPORTED] * 4


def test_levels_keep_a_flyover_off_the_street_below(tmp_path: Path) -> None:
    shapes = [line((-1, 0), (0, 0), (1, 0)), line((0, -1), (0, 0), (0, 1)),
              line((1, 0), (1, 1), (0, 1))]  # fmt: skip
    save(tmp_path / "roads.gpkg", shapes, {"GRADE": ["主干路", "支路", "支路"], "Z": [1, 0, 0]})
    flat = read(tmp_path).roads
    over = read(tmp_path, columns="class: GRADE, level: Z").roads
    assert len(flat.nodes) == 5
    assert len(over.nodes) == 4  # the crossing is none; the ramp's ends still join
    assert over.links.layer.tolist().count(1) == 2
    assert set(over.links.layer_source) == {Source.REPORTED}


def test_ends_meet_within_the_tolerance_and_not_beyond(tmp_path: Path) -> None:
    metre = 1 / 111.0  # of a step to the north
    shapes = [
        line((-1, 0), (1, 0)),
        line((0, 0.4 * metre), (0, 1)),
        line((0, 1 + 0.3 * metre), (1, 1)),
    ]
    save(tmp_path / "roads.gpkg", shapes, {"GRADE": ["支路"] * 3})
    near = read(tmp_path, "snap_m: 0.5\n")
    assert near.reading.counts["ends_joined_to_lines"] == 1
    assert near.reading.counts["ends_moved_within_tolerance"] == 1
    assert near.reading.counts["links_lost_to_connectivity"] == 0
    assert len(near.roads.links) == 8
    far = read(tmp_path, "snap_m: 0.2\n")
    assert far.reading.counts["ends_joined_to_lines"] == 0
    assert far.reading.counts["links_lost_to_connectivity"] > 0


def test_parts_of_a_feature_are_stretches_of_one_way(tmp_path: Path) -> None:
    both = shapely.MultiLineString([line((0, 0), (1, 0)), line((1, 0), (1, 1))])
    save(tmp_path / "roads.gpkg", [both, line((0, 0), (1, 1))], {"GRADE": ["支路", "支路"]},
         kind="Unknown")  # fmt: skip
    facts = read(tmp_path)
    links = facts.roads.links
    own = links.way_id == links.way_id[0]
    assert facts.reading.counts["features_of_several_parts"] == 1
    assert sorted(set(links.way_from_m[own]))[1] == pytest.approx(
        sorted(set(links.way_to_m[own]))[0]
    )


def test_heights_and_missing_shapes_are_counted(tmp_path: Path) -> None:
    high = shapely.force_3d(line((0, 0), (1, 0), (1, 1)), 7.0)
    save(tmp_path / "roads.gpkg", [high, None, line((0, 0), (1, 1))], {"GRADE": ["支路"] * 3},
         kind="Unknown")  # fmt: skip
    counts = read(tmp_path).reading.counts
    assert counts["features"] == 3
    assert counts["features_without_shape"] == 1
    assert counts["features_in_three_dimensions"] == 1


def test_a_ring_within_the_tolerance_is_counted_and_gone(tmp_path: Path) -> None:
    tiny = 0.1 / 111.0
    shapes = [line((0, 0), (1, 0), (1, 1)), line((1, 0), (1 + tiny, 0), (1, tiny), (1, 0))]
    save(tmp_path / "roads.gpkg", shapes, {"GRADE": ["支路"] * 2})
    facts = read(tmp_path)
    assert facts.reading.counts["lines_shorter_than_tolerance"] == 1
    assert len(facts.roads.links) == 2


@pytest.mark.parametrize("ending", ["shp", "gpkg", "geojson"])
@pytest.mark.parametrize("system", ["WGS84", "GCJ-02", "BD-09", "CGCS2000"])
def test_all_files_and_systems_lie_at_one_place(tmp_path: Path, ending: str, system: str) -> None:
    truth = np.array([[LON, LAT], [LON + STEP_DEG, LAT], [LON, LAT + STEP_DEG]])
    x, y = from_wgs84(CoordinateSystem.from_word(system), truth[:, 0], truth[:, 1])
    save(
        tmp_path / f"roads.{ending}",
        [shapely.LineString(np.column_stack([x, y]))],
        {"GRADE": ["支路"]},
    )
    made = document(tmp_path, f"roads.{ending}", OF_CLASS, coordinates=system)
    nodes = read_layer(made).roads.nodes
    found = np.column_stack([nodes.lon, nodes.lat])
    np.testing.assert_allclose(found, truth[[0, 2]], atol=2e-7)


@pytest.mark.parametrize(
    ("crs", "stated"), [("EPSG:4549", True), ("EPSG:4528", True), ("EPSG:4528", False)]
)
def test_metres_of_gauss_krueger_zones(tmp_path: Path, crs: str, stated: bool) -> None:
    from pyproj import Transformer

    truth = np.array([[LON, LAT], [LON + STEP_DEG, LAT]])
    x, y = Transformer.from_crs("EPSG:4490", crs, always_xy=True).transform(*truth.T)
    drawn = shapely.LineString(np.column_stack([x, y]))
    save(tmp_path / "roads.gpkg", [drawn], {"GRADE": ["支路"]}, crs=crs if stated else None)
    nodes = read(tmp_path, coordinates="CGCS2000").roads.nodes
    np.testing.assert_allclose(np.column_stack([nodes.lon, nodes.lat]), truth, atol=1e-8)


@pytest.mark.parametrize("encoding", ["GBK", "GB18030", "UTF-8"])
@pytest.mark.parametrize("with_cpg", [True, False])
def test_a_shapefile_in_any_encoding(tmp_path: Path, encoding: str, with_cpg: bool) -> None:
    shapes = [line((0, 0), (1, 0))]
    save(tmp_path / "roads.shp", shapes, {"等级": ["支路"], "路名": ["汉中路"]}, encoding=encoding)
    if not with_cpg:
        (tmp_path / "roads.cpg").unlink()
    more = OF_CLASS + ("" if with_cpg else f"encoding: {encoding}\n")
    facts = read_layer(document(tmp_path, "roads.shp", more, columns="class: 等级, name: 路名"))
    assert facts.roads.names == ("汉中路",)


def test_the_same_layer_gives_the_same_roads(tmp_path: Path) -> None:
    cross(tmp_path)
    one, other = read(tmp_path).roads, read(tmp_path).roads
    assert one.link_ids().tolist() == other.link_ids().tolist()
    assert one.shape_x_m.tobytes() == other.shape_x_m.tobytes()


def test_joining_finds_every_crossing_of_a_grid() -> None:
    """A grid of n x n streets with a vertex at every crossing has n x n nodes of four ways."""
    n = 12
    across = np.arange(-1.0, n + 1)
    x = np.concatenate([np.tile(across, n), np.repeat(np.arange(n), n + 2)]) * 100
    y = np.concatenate([np.repeat(np.arange(n), n + 2), np.tile(across, n)]) * 100
    line_of = np.repeat(np.arange(2 * n), n + 2)
    rng = np.random.default_rng(5)
    noise = rng.uniform(-0.002, 0.002, (2, x.size))  # of a rounded export
    found = joined(
        line_of, np.round(x + noise[0], 2), np.round(y + noise[1], 2), np.zeros(2 * n, int), 0.5
    )
    _, uses = np.unique(found.node, return_counts=True)
    assert np.count_nonzero(uses == 2) == n * n
    assert np.count_nonzero(uses == 1) == 4 * n
    assert found.ends_on_lines == found.ends_moved == 0


# --- car parks ----------------------------------------------------------------------------------


def test_car_parks_as_points_and_outlines(tmp_path: Path) -> None:
    side = STEP_DEG / 2
    shapes = [shapely.Point(LON, LAT), shapely.box(LON, LAT, LON + side, LAT + side)]
    columns = {
        "CODE": ["A1", "B2"],
        "N": [120.0, np.nan],
        "KIND": ["地下", "地面"],
        "WHO": ["社会", "专用"],
        "NAME": ["新街口", None],
    }
    save(tmp_path / "parks.geojson", shapes, columns, kind="Unknown")
    path = tmp_path / "parks.yaml"
    path.write_text(
        "citymove: 1\nof: car_parks\nfile: parks.geojson\ncoordinates: WGS84\nsource: measured\n"
        "columns: {id: CODE, name: NAME, spaces: N, kind: KIND, access: WHO}\n"
        "kinds: {地下: underground, 地面: surface}\naccess: {社会: public, 专用: private}\n",
        encoding="utf-8",
    )
    from citymove.foundation.crs import LocalPlane

    parks, reading = read_car_parks_layer(path, plane=LocalPlane(lon0=LON, lat0=LAT))
    assert parks.id.tolist() == ["A1", "B2"]
    assert parks.name.tolist() == ["新街口", ""]
    assert parks.spaces.tolist() == [120, -1]
    assert parks.spaces_source.tolist() == [Source.MEASURED, Source.DEFAULT]
    assert parks.kind.tolist() == [CarParkKind.UNDERGROUND, CarParkKind.SURFACE]
    assert parks.access.tolist() == [Access.PUBLIC, Access.PRIVATE]
    assert set(parks.tariff) == {UNSTATED}
    assert (parks.x_m[0], parks.y_m[0]) == pytest.approx((0, 0), abs=1e-6)
    assert parks.x_m[1] == pytest.approx(94.4 / 4, rel=0.01)
    assert parks.area_m2.tolist() == pytest.approx([0, 94.4 * 111 / 4], rel=0.01)
    assert reading.counts["car_parks_with_capacity"] == 1
