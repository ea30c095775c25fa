"""A city whose roads and car parks come from layers, and layers and graphs by the shell."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import osmnx as ox
import pytest
import shapely
from click.testing import CliRunner

from citymove.api import Slices, prepare, read_city
from citymove.cli import main
from citymove.formats.layers import read_layer
from citymove.formats.layers.layer_document import (
    CarParksLayer,
    RoadColumns,
    RoadsLayer,
    read_car_parks_layer_document,
    read_roads_layer_document,
)
from citymove.foundation.errors import InputError
from citymove.foundation.provenance import Source
from citymove.scenario.bundled import seed_folder
from layer_files import document, line, save
from made_up_folder import COLUMNS, LAT0, LON0, ROWS, STEP_LAT, STEP_LON, write_city

LAYER = """citymove: 1
of: roads
file: streets.shp
encoding: GBK
coordinates: WGS84
columns: {class: 等级, name: 路名, lanes: 车道数}
lanes_of: road
classes: {次干路: secondary, 支路: residential}
"""
UNDIRECTED = """<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<graph edgedefault="undirected"/></graphml>"""
PARKS = """citymove: 1
of: car_parks
file: parks.geojson
coordinates: WGS84
source: measured
columns: {id: ID, spaces: N}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the made-up city with its grid as a shapefile of four-lane roads, and two parks."""
    city = write_city(tmp_path / "city")
    lon = LON0 + np.arange(COLUMNS) * STEP_LON
    lat = LAT0 + np.arange(ROWS) * STEP_LAT
    shapes = [shapely.LineString([(x, y) for x in lon]) for y in lat]
    shapes += [shapely.LineString([(x, y) for y in lat]) for x in lon]
    columns = {
        "等级": ["次干路"] * ROWS + ["支路"] * COLUMNS,
        "路名": [f"{row}号路" for row in range(ROWS)] + [f"{c}巷" for c in range(COLUMNS)],
        "车道数": [4] * ROWS + [2] * COLUMNS,
    }
    save(city / "streets.shp", shapes, columns, encoding="GBK")
    points = [shapely.Point(LON0 + c * STEP_LON, LAT0 + 1.4 * STEP_LAT) for c in (1.4, 2.4, 4.9)]
    save(city / "parks.geojson", points, {"ID": ["P1", "P2", "P3"], "N": [80, 40, 9]}, kind="Point")
    (city / "streets.yaml").write_text(LAYER, encoding="utf-8")
    (city / "parks.yaml").write_text(PARKS, encoding="utf-8")
    with (city / "city.yaml").open("a", encoding="utf-8") as file:
        file.write("roads: {layer: streets.yaml}\ncar_parks: {layer: parks.yaml}\n")
    return city


def test_the_layers_stand_in_place_of_the_map(folder: Path) -> None:
    city = read_city(folder)
    assert len(city.roads.nodes) == COLUMNS * ROWS
    assert len(city.roads.links) == 2 * (ROWS * (COLUMNS - 1) + COLUMNS * (ROWS - 1))
    assert set(city.roads.links.lanes_source) == {Source.REPORTED}
    assert sorted(set(city.roads.links.lanes)) == [1.0, 2.0]
    assert "3号路" in city.roads.names
    assert len(city.kerb) == 0
    assert city.car_parks.id.tolist() == ["P1", "P2"]  # the third lies outside the boundary
    assert city.car_parks.spaces.tolist() == [80, 40]
    assert len(city.zones)
    assert len(city.gateways)
    assert city.reading.counts["links_with_lanes_stated"] == len(city.roads.links)
    assert {"roads_of_a_layer", "car_parks_of_a_layer"} <= {n.key for n in city.reading.notes}
    assert prepare(city, Slices(np.array([0, 3600]))) is not None


def test_a_layer_in_another_system_is_refused(folder: Path) -> None:
    (folder / "streets.yaml").write_text(LAYER.replace("WGS84", "BD-09"), encoding="utf-8")
    with pytest.raises(InputError, match=r"streets\.shp: coordinates: BD-09: fits the roads worse"):
        read_city(folder)


def test_audit_and_export_take_layers_and_graphs(tmp_path: Path) -> None:
    shapes = [line((-1, 0), (0, 0), (1, 0)), line((0, -1), (0, 0), (0, 1))]
    save(tmp_path / "roads.gpkg", shapes, {"GRADE": ["primary", "residential"]})
    layer = document(tmp_path, "roads.gpkg")
    roads = read_layer(layer).roads

    def run(*words: object) -> str:
        result = CliRunner().invoke(main, [str(word) for word in words])
        assert result.exit_code == 0, result.output
        return result.output

    run("audit", layer, "--out", tmp_path / "audit")
    assert (tmp_path / "audit" / "index.html").exists()
    out = run("export", layer, "--to", "osmnx", "--out", tmp_path / "graph")
    assert "edges: 8" in out
    graph = tmp_path / "graph" / "roads.graphml"
    loaded = ox.load_graphml(graph)
    assert loaded.number_of_edges() == len(roads.links) == 8
    assert ox.shortest_path(loaded, *sorted(loaded)[:2], weight="length") is not None
    run("audit", graph, "--out", tmp_path / "again")
    assert "link: 8" in run("export", graph, "--to", "gmns", "--out", tmp_path / "gmns")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("cut.graphml", "<graphml><graph", "cut.graphml: is no readable GraphML"),
        ("empty.graphml", "", "empty.graphml: is no readable GraphML"),
        ("none.graphml", None, "none.graphml: does not exist"),
        (
            "both.graphml",
            UNDIRECTED,
            "both.graphml: must hold a directed graph",
        ),
    ],
)
def test_a_broken_graph_file_is_bad_input(
    tmp_path: Path, name: str, text: str | None, message: str
) -> None:
    if text is not None:
        (tmp_path / name).write_text(text, encoding="utf-8")
    result = CliRunner().invoke(main, ["export", str(tmp_path / name), "--to", "gmns"])
    assert result.exit_code == 2
    assert message in result.output


def test_another_country_than_the_document_states(tmp_path: Path) -> None:
    save(tmp_path / "roads.gpkg", [line((0, 0), (1, 0))], {"GRADE": ["primary"]})
    layer = document(tmp_path, "roads.gpkg", "country: CN\n")
    result = CliRunner().invoke(main, ["audit", str(layer), "--country", "DE"])
    assert result.exit_code == 2
    assert "country DE: is CN in roads_layer.yaml" in result.output


GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guides" / "formats.md"


def fenced(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", GUIDE.read_text("utf-8"), re.M | re.S)


def test_the_documents_of_the_guide_are_sound(tmp_path: Path) -> None:
    path = tmp_path / "layer.yaml"
    seen = []
    for text in fenced("yaml"):
        path.write_text(text, encoding="utf-8")
        if "of: roads" in text:
            seen.append(read_roads_layer_document(path).of)
        elif "of: car_parks" in text:
            seen.append(read_car_parks_layer_document(path).of)
    assert seen == ["roads", "car_parks"]


def test_the_guide_names_every_field_of_a_layer() -> None:
    told = set(re.findall(r"`(\w+)`", GUIDE.read_text("utf-8")))
    fields = {*RoadsLayer.model_fields, *CarParksLayer.model_fields} - {"citymove", "of"}
    columns = {f.alias or name for name, f in RoadColumns.model_fields.items()}
    yaml = "".join(fenced("yaml"))
    assert {f for f in (fields - {"kinds", "access"}) | columns if f not in told} == set()
    assert {f for f in ("kinds", "access") if f"{f}:" not in yaml} == set()


def test_the_graph_snippet_of_the_guide_runs() -> None:
    (text,) = (t for t in fenced("python") if "to_networkx" in t)
    names: dict[str, object] = {"path": seed_folder("monaco") / "roads.osm.pbf"}
    exec(text, names)  # noqa: S102 - the guide's own lines
    facts, again = names["facts"], names["again"]
    assert again.roads.link_ids().tolist() == facts.roads.link_ids().tolist()  # type: ignore[attr-defined]
