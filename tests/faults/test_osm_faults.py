"""Extracts that are missing, cut, damaged, empty or hostile: one `InputError`, or a count."""

from __future__ import annotations

import gzip
import os
import shutil
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import osmium
import pytest

from citymove.formats.osm import expansion, read_osm
from citymove.formats.osm.positions import positions_of
from citymove.foundation.crs import LocalPlane
from citymove.foundation.errors import InputError
from osm_files import ban, cross, node, relation, road, way, write

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


def test_the_first_of_repeated_objects_counts(tmp_path: Path) -> None:
    moved = node(2, 1, -3)
    renamed = road(102, [8, 5], name="Other Street")
    facts = read_osm(write(tmp_path / "town.osm", *cross(), moved, renamed))
    links, nodes = facts.roads.links, facts.roads.nodes
    assert facts.reading.counts["objects_repeated"] == 1
    assert "Other Street" not in facts.roads.names
    assert nodes.lat[nodes.osm_id.tolist().index(2)] == pytest.approx(50.0)
    own = links.way_id == 102
    assert links.length_m[own] == pytest.approx(111.2, abs=0.5)


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


def rewritten(path: Path, target: Path, form: str = "") -> Path:
    """Write an extract in another format, by libosmium."""
    with (
        osmium.io.Reader(str(path)) as reader,
        osmium.SimpleWriter(osmium.io.File(str(target), form)) as writer,
    ):
        osmium.apply(reader, writer)
    return target


@pytest.mark.parametrize("shift", [0, -1_000_000, 2**33, 2**62])
@pytest.mark.parametrize("suffix", [".osm", ".osm.gz", ".osm.pbf"])
def test_ids_that_are_negative_or_long(tmp_path: Path, shift: int, suffix: str) -> None:
    items = [node(5 + shift, 1, 1), node(2 + shift, 1, 0), node(4 + shift, 0, 1)]
    items += [road(100 + shift, [2 + shift, 5 + shift, 4 + shift], name="Long Street")]
    bend = ban(7 + shift, "no_u_turn", 100 + shift, 5 + shift, 100 + shift)
    plain = write(tmp_path / "plain.osm", *items, bend)
    facts = read_osm(rewritten(plain, tmp_path / f"town{suffix}"))
    assert set(facts.roads.links.way_id.tolist()) == {100 + shift}
    assert facts.roads.nodes.osm_id.tolist() == [2 + shift, 4 + shift]
    assert facts.roads.links.length_m.sum() == pytest.approx(2 * (111.2 + 71.7), abs=0.5)


def test_id_beyond_64_bits(tmp_path: Path) -> None:
    path = write(tmp_path / "town.osm", *cross(), node(2**63, 1, 1))
    assert "cannot be read" in refused(path)


@pytest.mark.parametrize("suffix", [".osm.pbf", ".osm.gz", ".osm"])
def test_empty_file(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"town{suffix}"
    path.write_bytes(b"")
    assert "cannot be read" in refused(path)


def test_empty_gzip(tmp_path: Path) -> None:
    path = tmp_path / "town.osm.gz"
    path.write_bytes(gzip.compress(b""))
    assert "cannot be read" in refused(path)


def test_gzip_of_two_members(tmp_path: Path) -> None:
    half = len(TOWN) // 2
    path = tmp_path / "town.osm.gz"
    parts = [TOWN[:half].encode(), TOWN[half:].encode()]
    path.write_bytes(b"".join(gzip.compress(part) for part in parts))
    assert len(read_osm(path).roads.links) == 8


CHANGES = f"<create>{''.join(cross())}</create><delete>{node(9, 1, 1)}</delete>"


@pytest.mark.parametrize("name", ["town.osm", "town.osm.gz"])
def test_change_file_under_another_name(tmp_path: Path, name: str) -> None:
    content = f'<osmChange version="0.6">{CHANGES}</osmChange>'.encode()
    path = tmp_path / name
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    assert "must hold the map of one moment" in refused(path)


def test_history_under_another_name(tmp_path: Path) -> None:
    plain = write(tmp_path / "town.osm", *cross())
    path = rewritten(plain, tmp_path / "history.osm.pbf", "pbf,history=true")
    assert "must hold the map of one moment" in refused(path)


def test_ways_of_one_node_beside_others(tmp_path: Path) -> None:
    facts = read_osm(write(tmp_path / "town.osm", *cross(), road(1, [5]), road(2, [5, 5])))
    assert 1 not in facts.roads.links.way_id
    assert 2 not in facts.roads.links.way_id
    assert len(facts.roads.links) == 8


ODD = "a b,c=d@e%f%20%\u2028\u00a0\u0085\u6f22\U0001f600|;n1"


@pytest.mark.parametrize("suffix", [".osm", ".osm.pbf"])
def test_texts_with_signs_of_every_kind(tmp_path: Path, suffix: str) -> None:
    streets = [*cross(), node(1, 3, 1), road(1, [6, 1], name=ODD)]
    shop = node(70, 0.5, 0.5, shop="bakery", name=ODD, note="")
    path = rewritten(write(tmp_path / "a.osm", *streets, shop), tmp_path / f"town{suffix}")
    facts = read_osm(path)
    assert any("\u6f22\U0001f600|;n1" in name for name in facts.roads.names)
    assert facts.places.id.tolist() == ["n70"]


@pytest.mark.skipif(not SEED.exists(), reason="the seed's extract is not there")
def test_places_of_nodes_are_those_of_pyosmium(tmp_path: Path) -> None:
    nodes = osmium.FileProcessor(str(SEED), osmium.osm.NODE)
    truth = {n.id: (n.location.x, n.location.y) for n in nodes}
    needed = np.array(sorted(truth)[::2], np.int64)
    xml = rewritten(SEED, tmp_path / "town.osm")
    for path in (SEED, xml):  # the one through an index file, the other through text
        found = positions_of(path, needed)
        assert np.array_equal(found.id, needed)
        places = np.array([truth[i] for i in needed.tolist()]) * 1e-7
        assert np.array_equal(np.column_stack([found.lon, found.lat]), places)


# --- files that promise or unpack to more than they are -----------------------------------------


def varint(number: int) -> bytes:
    low, number = number & 127, number >> 7
    return bytes([low | 128]) + varint(number) if number else bytes([low])


def field(key: int, value: int | bytes) -> bytes:
    if isinstance(value, int):
        return varint(key << 3) + varint(value)
    return varint(key << 3 | 2) + varint(len(value)) + value


def blob(kind: bytes, data: bytes, stated: int | None = None) -> bytes:
    """Return a blob of a PBF file, which may state a size that is not its own."""
    size = len(data) if stated is None else stated
    body = field(2, size) + field(3, zlib.compress(data, 9))
    header = field(1, kind) + field(3, len(body))
    return struct.pack(">I", len(header)) + header + body


def block(texts: list[bytes], group: bytes) -> bytes:
    return field(1, b"".join(field(1, text) for text in texts)) + field(2, group)


def many_nodes(number: int) -> bytes:
    step = b"\x02" * number  # each id, latitude and longitude one more than the last
    return field(2, field(1, step) + field(8, step) + field(9, step))


def street(way_id: int, refs: bytes, tags: tuple[bytes, bytes] = (b"\x01", b"\x02")) -> bytes:
    return field(3, field(1, way_id) + field(2, tags[0]) + field(3, tags[1]) + field(8, refs))


LONG_TEXTS = [bytes([97 + i // 26 % 26, 97 + i % 26]) * 500 for i in range(400)]
OFTEN = (b"".join(varint(i) for i in range(1, 400)),) * 2
STREET = [b"", b"highway", b"primary"]
FILE_HEADER = blob(b"OSMHeader", field(4, b"OsmSchema-V0.6") + field(4, b"DenseNodes"))
# what packs badly lets a file unpack to more within ten times its size
PADDING = blob(b"OSMData", block([b"", *(os.urandom(99).hex().encode() for _ in range(5000))], b""))

HOSTILE = {
    "a header of 4 GB": b"\xff\xff\xff\xff" + bytes(100),
    "a blob of 10 GB": FILE_HEADER
    + struct.pack(">I", 15)
    + field(1, b"OSMData")
    + field(3, 10 << 30),
    "content of 10 GB": FILE_HEADER + blob(b"OSMData", block([b""], many_nodes(10)), 10 << 30),
    "more than stated": FILE_HEADER + blob(b"OSMData", block([b""], many_nodes(10**6)), 1000),
    "nodes": FILE_HEADER + blob(b"OSMData", block([b""], many_nodes(10**7))) * 30,
    "ways": FILE_HEADER + blob(b"OSMData", block(STREET, street(1, b"\x02\x02") * 10**6)) * 9,
    "one long way": FILE_HEADER + blob(b"OSMData", block(STREET, street(1, b"\x02" * 10**7))),
    "nodes within the limit": PADDING.join(
        [FILE_HEADER, blob(b"OSMData", block([b""], many_nodes(2 * 10**6)))]
    ),
    "ways within the limit": PADDING.join(
        [FILE_HEADER, blob(b"OSMData", block(STREET, street(1, b"\x02\x02") * 400_000))]
    ),
    "crossing ways within the limit": FILE_HEADER
    + PADDING
    + blob(b"OSMData", block([b""], many_nodes(10**6)))
    + blob(b"OSMData", block(STREET, b"".join(street(i, b"\x02" * 120_000) for i in (1, 2)))),
    "texts named often": FILE_HEADER
    + PADDING
    + blob(b"OSMData", block([b"highway", *LONG_TEXTS], street(1, b"\x02\x02", OFTEN) * 6_000)),
    "ways over the limit of references": FILE_HEADER
    + PADDING
    + blob(b"OSMData", block([b""], many_nodes(10**6)))
    + blob(b"OSMData", block(STREET, b"".join(street(i, b"\x02" * 10**6) for i in (1, 2)))),
}
FEW_NODES = b'<node id="1" lat="1" lon="1"/>' * 30_000
HOSTILE_GZIP = {
    "blanks": b'<osm version="0.6">' + b" " * (1 << 28),
    "nodes": b'<osm version="0.6">' + FEW_NODES * 100 + b"</osm>",
    "one long text": b'<osm version="0.6"><node id="1" user="' + b"a" * (1 << 28),
}
READ = """
import sys
from citymove.formats.osm import read_osm
from citymove.foundation.errors import InputError
try:
    print(len(read_osm(sys.argv[1]).roads.links), "links")
except InputError as error:
    print("refused:", error)
status = open("/proc/self/status").read()
print(status.split("VmHWM:")[1].split()[0])
"""


def read_apart(path: Path) -> tuple[str, float]:
    """Return what reading a file in a process of its own comes to, and its peak memory, MB."""
    command = [sys.executable, "-c", READ, str(path)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-1000:]
    told, peak = run.stdout.strip().split("\n")
    return told, int(peak) / 1000


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is not told here")
@pytest.mark.parametrize("name", [*HOSTILE, *(f"gzip of {name}" for name in HOSTILE_GZIP)])
def test_no_small_file_takes_a_gigabyte(tmp_path: Path, name: str) -> None:
    if name in HOSTILE:
        path = tmp_path / "town.osm.pbf"
        path.write_bytes(HOSTILE[name])
    else:
        path = tmp_path / "town.osm.gz"
        path.write_bytes(gzip.compress(HOSTILE_GZIP[name.removeprefix("gzip of ")], 6))
    assert path.stat().st_size < 1.5e6
    told, peak_mb = read_apart(path)
    assert peak_mb < 1000
    assert told.startswith("refused:") == (name != "crossing ways within the limit"), told


def test_no_room_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = shutil.disk_usage(tmp_path)._replace(free=10_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    message = refused(write(tmp_path / "town.osm", *cross()))
    assert "needs 67 MB in the temporary folder" in message
    assert "has 10 MB" in message


@pytest.mark.skipif(not SEED.exists(), reason="the seed's extract is not there")
def test_limits_are_far_from_a_true_extract(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expansion, "MOST_OF_PBF", expansion.MOST_OF_PBF / 4)
    monkeypatch.setattr(expansion, "BYTES_OF_ITEM", expansion.BYTES_OF_ITEM * 3)
    monkeypatch.setattr(expansion, "ALWAYS_BYTES", 0)
    monkeypatch.setattr(expansion, "ALWAYS_ITEMS", 0)
    assert len(read_osm(SEED).roads.links) > 1000
