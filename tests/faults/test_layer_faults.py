"""Layers that are wrong: one message that names file, feature, value, rule and remedy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from citymove.formats.layers import read_car_parks_layer, read_layer
from citymove.foundation.crs import LocalPlane
from citymove.foundation.errors import CitymoveError
from layer_files import LAT, LON, document, line, save

SHAPES = [line((0, 0), (1, 0)), line((1, 0), (1, 1))]
CLASSES = "classes: {支路: residential}\n"


def refused(folder: Path, more: str = CLASSES, file: str = "roads.gpkg", **how: str) -> str:
    with pytest.raises(CitymoveError) as caught:
        read_layer(document(folder, file, more, **how))
    return str(caught.value)


def layer(folder: Path, shapes: list[Any] | None = None, **columns: list[Any]) -> None:
    shapes = SHAPES if shapes is None else shapes
    save(folder / "roads.gpkg", shapes, {"GRADE": ["支路"] * len(shapes), **columns},
         kind="Unknown")  # fmt: skip


def test_no_file(tmp_path: Path) -> None:
    assert "roads.gpkg: does not exist" in refused(tmp_path)


def test_a_file_of_another_kind(tmp_path: Path) -> None:
    (tmp_path / "roads.gpkg").write_text("id,name\n1,a\n", encoding="utf-8")
    assert "roads.gpkg: cannot be read" in refused(tmp_path)


def test_a_shapefile_that_is_cut(tmp_path: Path) -> None:
    path = save(tmp_path / "roads.shp", SHAPES, {"GRADE": ["a", "b"]})
    path.write_bytes(path.read_bytes()[:150])
    said = refused(tmp_path, "classes: {a: primary, b: primary}\n", "roads.shp")
    assert "roads.shp" in said


def test_a_shapefile_without_its_table(tmp_path: Path) -> None:
    path = save(tmp_path / "roads.shp", SHAPES, {"GRADE": ["a", "b"]})
    path.with_suffix(".dbf").unlink()
    assert "GRADE: is no column of the layer" in refused(tmp_path, CLASSES, "roads.shp")


def test_every_missing_column_is_named(tmp_path: Path) -> None:
    layer(tmp_path)
    said = refused(tmp_path, columns="class: GRAD, name: NAME")
    assert "NAME, GRAD: is no column of the layer; its columns are GRADE" in said


def test_every_class_without_a_meaning_is_listed_at_once(tmp_path: Path) -> None:
    save(tmp_path / "roads.gpkg", [*SHAPES, SHAPES[0]], {"GRADE": ["支路", "快速路", "快速路"]})
    said = refused(tmp_path, "classes: {次干路: secondary}\n")
    assert "column GRADE: 快速路 (2), 支路 (1): has no meaning in classes" in said


def test_a_class_of_no_meaning_here(tmp_path: Path) -> None:
    layer(tmp_path)
    said = refused(tmp_path, "classes: {支路: street}\n")
    assert "classes: street: is no class of roads; write one of motorway, trunk" in said


def test_a_feature_without_a_class(tmp_path: Path) -> None:
    save(tmp_path / "roads.gpkg", SHAPES, {"GRADE": ["支路", None]})
    assert "feature 2: GRADE is empty (1 such features): must have a class" in refused(tmp_path)
    more = 'classes: {支路: residential, "": service}\n'
    assert len(read_layer(document(tmp_path, "roads.gpkg", more)).roads.links) == 4


def test_faults_of_several_columns_come_together(tmp_path: Path) -> None:
    layer(tmp_path, LANES=[40.0, 2.0], V=["fast", "50"], ID=[7, 7], DIR=["x", "y"])
    said = refused(
        tmp_path,
        CLASSES + "lanes_of: road\noneway: {z: both}\n",
        columns="class: GRADE, lanes: LANES, speed: V, id: ID, oneway: DIR",
    ).splitlines()
    assert len(said) == 4
    assert "feature 1: LANES = 40: must be a number from 0.5 to 20, or empty" in said[2]
    assert "feature 1: V = fast: must be a number from 3 to 160, or empty" in said[3]
    assert "feature 2: ID = 7: stands twice, first in feature 1" in said[0]
    assert "column DIR: x (1), y (1): has no meaning in oneway" in said[1]


def test_an_id_that_is_no_number(tmp_path: Path) -> None:
    layer(tmp_path, ID=["A-1", "A-2"])
    said = refused(tmp_path, columns="class: GRADE, id: ID")
    assert "feature 1: ID = A-1: must be a whole number; name another column as id" in said


@pytest.mark.parametrize(
    ("columns", "rule"),
    [("class: GRADE, lanes: GRADE", "lanes_of: is required"),
     ("class: GRADE, oneway: GRADE", "oneway: is required"),
     ("name: GRADE", "columns.class: is required"),
     ("class: GRADE, lane: GRADE", "columns.lane")],
)  # fmt: skip
def test_a_document_that_leaves_a_meaning_open(tmp_path: Path, columns: str, rule: str) -> None:
    layer(tmp_path)
    said = refused(tmp_path, columns=columns)
    assert rule in said
    assert "roads_layer.yaml:" in said


def test_a_coordinate_that_is_no_number(tmp_path: Path) -> None:
    with np.errstate(invalid="ignore"):
        bad = shapely.LineString([(LON, LAT), (np.nan, LAT), (LON, LAT + 0.01)])
    layer(tmp_path, [SHAPES[0], bad])
    assert "feature 2: nan, 32.04: must have finite coordinates" in refused(tmp_path)


def test_points_are_no_roads(tmp_path: Path) -> None:
    layer(tmp_path, [SHAPES[0], shapely.Point(LON, LAT)])
    said = refused(tmp_path)
    assert "feature 2: point (1 such features): must be one of linestring" in said


def test_an_empty_layer(tmp_path: Path) -> None:
    import pyogrio

    pyogrio.raw.write(tmp_path / "roads.gpkg", np.array([], object), [np.array([], object)],
                      ["GRADE"], geometry_type="LineString", crs="EPSG:4326")  # fmt: skip
    assert "0 features: must hold between 1 and 5,000,000 features" in refused(tmp_path)


def test_shapes_that_are_all_missing(tmp_path: Path) -> None:
    layer(tmp_path, [None, None])
    assert "holds no shape" in refused(tmp_path)


def test_one_of_several_layers_must_be_named(tmp_path: Path) -> None:
    layer(tmp_path)
    save(tmp_path / "roads.gpkg", SHAPES, {"GRADE": ["支路"] * 2}, layer="more", append=True)
    assert "2 layers: roads, more: must hold one layer, or one must be named" in refused(tmp_path)
    assert "mor: is no layer of the file" in refused(tmp_path, CLASSES + "layer: mor\n")
    assert read_layer(document(tmp_path, "roads.gpkg", CLASSES + "layer: more\n")).roads


def test_metres_declared_as_degrees(tmp_path: Path) -> None:
    metres = shapely.LineString([(667_000, 3_547_000), (668_000, 3_547_000)])
    save(tmp_path / "roads.gpkg", [metres], {"GRADE": ["支路"]}, crs=None)
    said = refused(tmp_path)
    assert "coordinates: WGS84, 667000, 3547000: must be longitude and latitude in degrees" in said
    assert "needs the central meridian of its zone" in refused(tmp_path, coordinates="CGCS2000")


def test_a_datum_that_lies_elsewhere(tmp_path: Path) -> None:
    save(tmp_path / "roads.gpkg", SHAPES, {"GRADE": ["支路"] * 2}, crs="EPSG:4610")
    said = refused(tmp_path)
    assert "Xian 1980" in said
    assert "must be of WGS84, CGCS2000 or another datum" in said


def test_a_system_of_no_name(tmp_path: Path) -> None:
    layer(tmp_path)
    assert "must be one of WGS84, CGCS2000" in refused(tmp_path, coordinates="Mars")


def test_roads_too_far_apart_for_a_plane(tmp_path: Path) -> None:
    layer(tmp_path, [line((0, 0), (12_000, 0))])
    assert "feature 1: a point lies farther: must lie within 500 km" in refused(tmp_path)


def test_a_tolerance_wider_than_the_streets(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    points = rng.uniform(0, 5e-4, (600, 2, 2))
    layer(tmp_path, [line(*map(tuple, pair)) for pair in points * 1000 * 0.1])
    assert "snap_m = 20, with" in refused(tmp_path, CLASSES + "snap_m: 20\n")


def test_texts_of_another_encoding(tmp_path: Path) -> None:
    columns = {"GRADE": ["支路", "主干道路"], "NAME": ["汉中路", "上海路"]}
    path = save(tmp_path / "roads.shp", SHAPES, columns, encoding="GBK")
    path.with_suffix(".cpg").unlink()
    how = {"file": "roads.shp", "columns": "class: GRADE, name: NAME"}
    said = refused(tmp_path, "encoding: UTF-8\n" + CLASSES, **how)
    assert "is no text of the encoding UTF-8; state another encoding, GBK perhaps" in said
    assert "has no stated encoding, and texts that need one; write encoding: GBK" in refused(
        tmp_path, CLASSES, **how
    )
    assert "encoding = 'klingon': is no encoding" in refused(tmp_path, "encoding: klingon\n", **how)
    path = save(tmp_path / "roads.shp", SHAPES, columns, encoding="UTF-8")
    said = refused(tmp_path, "encoding: GBK\n" + CLASSES, **how)
    assert "is stated to be GBK and reads as UTF-8; write encoding: UTF-8" in said


def test_a_cpg_of_no_encoding(tmp_path: Path) -> None:
    path = save(tmp_path / "roads.shp", SHAPES, {"GRADE": ["支路"] * 2}, encoding="GBK")
    path.with_suffix(".cpg").write_text("?", encoding="ascii")
    assert "roads.cpg: ?: is no encoding" in refused(tmp_path, CLASSES, "roads.shp")


def test_car_parks_that_are_wrong(tmp_path: Path) -> None:
    points = [shapely.Point(LON, LAT), shapely.Point(LON, LAT)]
    save(tmp_path / "p.gpkg", points, {"ID": ["a", "a"], "N": ["12", "many"], "K": ["?", "?"]},
         kind="Point")  # fmt: skip
    path = tmp_path / "p.yaml"
    path.write_text(
        "citymove: 1\nof: car_parks\nfile: p.gpkg\ncoordinates: WGS84\n"
        "columns: {id: ID, spaces: N, kind: K}\n",
        encoding="utf-8",
    )
    with pytest.raises(CitymoveError) as caught:
        read_car_parks_layer(path, plane=LocalPlane(lon0=LON, lat0=LAT))
    said = str(caught.value)
    assert "feature 2: ID = a: stands twice, first in feature 1" in said
    assert "column K: ? (2): has no meaning in kinds" in said
    assert "feature 2: N = many: must be a whole number from 0 to 999999" in said
    with pytest.raises(CitymoveError, match="of = 'car_parks'"):
        read_layer(path)


def test_car_parks_are_no_roads(tmp_path: Path) -> None:
    layer(tmp_path)
    path = document(tmp_path, "roads.gpkg", CLASSES)
    path.write_text(path.read_text("utf-8").replace("of: roads", "of: car_parks"), "utf-8")
    with pytest.raises(CitymoveError, match="is a layer of car parks, not of roads; name it in"):
        read_layer(path)
