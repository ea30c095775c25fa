"""Extracts that are missing, cut, damaged, empty or hostile: one `InputError`, or a count."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import osmium
import pytest

from citymove.formats.osm import read_osm
from citymove.foundation.crs import LocalPlane
from citymove.foundation.errors import InputError
from osm_files import cross, node, relation, road, way, write

SEED = Path(__file__).resolve().parents[2] / "seeds" / "monaco" / "roads.osm.pbf"
TOWN = '<osm version="0.6">' + "\n".join(cross()) + "</osm>"


def refused(path: Path, **options: object) -> str:
    with pytest.raises(InputError) as caught:
        read_osm(path, **options)  # type: ignore[arg-type]  # keywords of several types
    assert caught.value.__cause__ is None
    assert caught.value.remedy
    return str(caught.value)


def test_missing_file(tmp_path: Path) -> None:
    message = refused(tmp_path / "none.osm.pbf")
    assert message.startswith(str(tmp_path / "none.osm.pbf"))
    assert "does not exist" in message


def test_folder(tmp_path: Path) -> None:
    (tmp_path / "town.osm").mkdir()
    assert "must be a file" in refused(tmp_path / "town.osm")


@pytest.mark.parametrize("name", ["town.shp", "town.osm.bz2", "town.osc", "town", "town.osm.zip"])
def test_unknown_suffix(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(TOWN, encoding="utf-8")
    assert "must end in .osm, .osm.gz, .osm.pbf" in refused(tmp_path / name)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        TOWN[:-20].encode(),
        b"not xml at all",
        b"<html><body>404</body></html>",
        b"<osm><node id='1' lat='1' lon='1'/></osm>",
        b'<osm version="0.6"><node id="abc" lat="1" lon="1"/></osm>',
        b'<osm version="0.6"><node id="1" lat="north" lon="1"/></osm>',
        b'<osm version="0.6"><node id="1" lat="9e9" lon="1"/></osm>',
        b'<osm version="0.6"><node id="1" lat="1" lon="1"><tag k="name" v="caf\xe9"/></node></osm>',
        b'<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><osm version="0.6"><x y="&d;"/></osm>',
        b"\x00" * 300,
    ],
    ids=[
        "empty",
        "cut",
        "text",
        "html",
        "no version",
        "bad id",
        "bad coordinate",
        "far coordinate",
        "not utf-8",
        "entities",
        "zeros",
    ],
)
def test_damaged_xml(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "town.osm"
    path.write_bytes(content)
    message = refused(path)
    assert message.startswith(str(path))
    assert "cannot be read as OpenStreetMap data" in message
    assert "\n" not in message


def test_gzip_whole_cut_and_false(tmp_path: Path) -> None:
    path = tmp_path / "town.osm.gz"
    many = '<osm version="0.6">' + "".join(node(i, i % 50, i // 50) for i in range(1, 3000))
    packed = gzip.compress((many + road(1, [1, 2]) + "</osm>").encode())
    path.write_bytes(packed)
    assert len(read_osm(path).roads.links) == 2
    path.write_bytes(packed[: len(packed) // 2])
    assert "cannot be read" in refused(path)
    path.write_bytes(packed[:5])
    assert "cannot be read" in refused(path)


@pytest.mark.skipif(not SEED.exists(), reason="the seed's extract is not there")
@pytest.mark.parametrize("share", [0.0001, 0.01, 0.5, 0.99])
def test_cut_pbf(tmp_path: Path, share: float) -> None:
    content = SEED.read_bytes()
    path = tmp_path / "cut.osm.pbf"
    path.write_bytes(content[: int(len(content) * share)])
    assert refused(path).startswith(str(path))


@pytest.mark.skipif(not SEED.exists(), reason="the seed's extract is not there")
def test_damaged_pbf(tmp_path: Path) -> None:
    content = bytearray(SEED.read_bytes())
    content[2000:2100] = bytes(100)
    path = tmp_path / "damaged.osm.pbf"
    path.write_bytes(bytes(content))
    assert "cannot be read" in refused(path)


def test_pbf_with_text_that_is_no_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "town.osm.pbf"
    target = osmium.io.File(str(path), "pbf,pbf_compression=none")
    with osmium.SimpleWriter(target) as writer:
        for i in (1, 2):
            writer.add_node(osmium.osm.mutable.Node(id=i, location=(10.0 + i / 1000, 50.0)))
        tags = {"highway": "residential", "name": "Cafestrasse"}
        writer.add_way(osmium.osm.mutable.Way(id=1, nodes=[1, 2], tags=tags))
    content = path.read_bytes()
    assert len(read_osm(path).roads.links) == 2
    path.write_bytes(content.replace(b"Cafe", b"Caf\xe9"))
    assert "cannot be read" in refused(path)


@pytest.mark.parametrize(
    "corners",
    [
        [(5, 5), (9, 9), (9, 5), (5, 9)],
        [(5, 5), (9, 5), (12, 5), (9, 5), (9, 9), (5, 9)],
        [(5, 5), (9, 5), (7, 5)],
    ],
    ids=["bow tie", "spike", "flat"],
)
def test_land_use_drawn_wrongly(tmp_path: Path, corners: list[tuple[int, int]]) -> None:
    outline = [node(200 + i, *at) for i, at in enumerate(corners)]
    ring = [*range(200, 200 + len(corners)), 200]
    inner = [(6, 6), (7, 6), (7, 5.5)]
    hole = [node(300 + i, *at) for i, at in enumerate(inner)]
    house = [node(400 + i, *at) for i, at in enumerate([(5.3, 7), (5.4, 7), (5.4, 7.1)])]
    members = [("way", 50, "outer"), ("way", 51, "inner")]
    land = {"type": "multipolygon", "landuse": "retail"}
    parts = [way(50, ring, {"landuse": "residential"}), way(51, [300, 301, 302, 300], {})]
    parts += [way(52, [400, 401, 402, 400], {"building": "yes"}), relation(9, members, land)]
    facts = read_osm(write(tmp_path / "town.osm", *cross(), *outline, *hole, *house, *parts))
    assert facts.places.id.tolist() == ["w52"]


def test_xml_under_the_name_of_pbf(tmp_path: Path) -> None:
    path = tmp_path / "town.osm.pbf"
    path.write_text(TOWN, encoding="utf-8")
    assert "cannot be read" in refused(path)


@pytest.mark.parametrize(
    "items",
    [
        [],
        [node(1, 0, 0), node(2, 1, 0), road(1, [1, 2], "footway")],
        [node(1, 0, 0), node(2, 1, 0), road(1, [1, 2], access="no")],
        [road(1, [1, 2])],
        [node(1, 0, 0), road(1, [1, 2])],
        [node(1, 0, 0), road(1, [1, 1])],
        [node(1, 0, 0), road(1, [])],
        [node(1, 0, 0, shop="bakery")],
    ],
    ids=["nothing", "footway", "closed", "no nodes", "one node", "a point", "no refs", "a shop"],
)
def test_no_road(tmp_path: Path, items: list[str]) -> None:
    path = write(tmp_path / "town.osm", *items)
    message = refused(path)
    assert message.startswith(f"{path}: holds no road that cars may use; ")


def test_one_way_street_alone_is_no_network(tmp_path: Path) -> None:
    path = write(tmp_path / "town.osm", node(1, 0, 0), node(2, 1, 0), road(1, [1, 2], oneway="yes"))
    assert "holds no road that cars may drive to its end and back" in refused(path)


def test_node_out_of_range_is_named(tmp_path: Path) -> None:
    wrong = '<node id="77" lat="95.5" lon="10"/>'
    path = write(tmp_path / "town.osm", *cross(), wrong, road(1, [5, 77]))
    message = refused(path)
    assert "node 77 at lon 10.0000000, lat 95.5000000" in message
    # nothing needs the node: nobody is troubled by it
    unused = write(tmp_path / "unused.osm", *cross(), wrong)
    assert len(read_osm(unused).roads.links) == 8


def test_extract_of_half_the_world(tmp_path: Path) -> None:
    far = '<node id="77" lat="-40" lon="-170"/>'
    path = write(tmp_path / "town.osm", *cross(), far, road(1, [5, 77]))
    assert "must lie within 500 km" in refused(path)
    assert "must lie within 500 km" in refused(
        write(tmp_path / "small.osm", *cross()), plane=LocalPlane(7.42, 43.735)
    )


def test_nodes_without_coordinates_and_deleted_objects_count_as_missing(tmp_path: Path) -> None:
    facts = read_osm(
        write(
            tmp_path / "town.osm",
            *cross(),
            '<node id="70"/>',
            '<node id="71" lat="50" lon="10" visible="false"/>',
            road(1, [5, 70]),
            road(2, [5, 71]),
            road(3, [5, 2]).replace("<way ", '<way visible="false" '),
        )
    )
    assert facts.reading.counts["ways_clipped"] == 2
    assert facts.reading.counts["drivable_ways"] == 6
    assert set(facts.roads.links.way_id.tolist()) == {102, 104, 106, 108}


def test_repeated_objects_are_counted_and_read_once(tmp_path: Path) -> None:
    facts = read_osm(write(tmp_path / "town.osm", *cross(), *cross()))
    assert facts.reading.counts["objects_repeated"] == 4
    assert len(facts.roads.links) == 8


@pytest.mark.parametrize(
    "ring",
    [
        ([0.0, 1.0], [0.0, 1.0]),
        ([0.0, 1.0, np.nan], [0.0, 1.0, 1.0]),
        ([9.9, 10.1, 9.9, 10.1], [49.9, 50.1, 50.1, 49.9]),
        ([9.9, 9.95, 10.0], [50.0, 50.0, 500.0]),
        ([9.9, 9.95, 10.0], [50.0, 50.0]),
        ([10.0, 10.0, 10.0], [50.0, 50.0, 50.0]),
    ],
    ids=["two points", "NaN", "crosses itself", "out of range", "unequal", "a point"],
)
def test_boundary_that_is_no_ring(tmp_path: Path, ring: tuple[list[float], list[float]]) -> None:
    path = write(tmp_path / "town.osm", *cross())
    with pytest.raises(InputError, match="boundary"):
        read_osm(path, boundary=(np.array(ring[0]), np.array(ring[1])))


def test_country_that_is_none(tmp_path: Path) -> None:
    assert "two letters" in refused(write(tmp_path / "town.osm", *cross()), country="France")


def test_progress_is_told(tmp_path: Path) -> None:
    told: list[str] = []
    read_osm(write(tmp_path / "town.osm", *cross()), progress=told.append)
    assert told[0] == "reading ways and relations"
    assert len(told) == 4
