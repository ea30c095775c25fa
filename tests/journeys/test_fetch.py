"""`citymove fetch`, against recorded answers of a server on this machine. The place is made up."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner

from citymove.cli.commands import main
from citymove.formats.boundary_file import read_boundary
from citymove.formats.osm import read_osm
from citymove.formats.osm.fetch import BOUNDARY, EXTRACT, ORIGIN, fetch_place
from citymove.foundation.errors import InputError, MachineError
from osm_files import LAT, LON, STEP_DEG, ban, cross, write

PLACE = "Crossing, Nowhere"
RING = [
    [LON - STEP_DEG, LAT - STEP_DEG],
    [LON + 3 * STEP_DEG, LAT - STEP_DEG],
    [LON + 3 * STEP_DEG, LAT + 3 * STEP_DEG],
    [LON - STEP_DEG, LAT + 3 * STEP_DEG],
    [LON - STEP_DEG, LAT - STEP_DEG],
]


def found(shape: dict[str, object], name: str = PLACE) -> dict[str, object]:
    """Return one result as Nominatim gives it (format=json, polygon_geojson=1)."""
    return {
        "place_id": 1,
        "osm_type": "relation",
        "osm_id": 1,
        "lat": str(LAT),
        "lon": str(LON),
        "class": "boundary",
        "type": "administrative",
        "place_rank": 16,
        "importance": 0.5,
        "addresstype": "town",
        "name": name,
        "display_name": f"{name}, in full",
        "boundingbox": [str(LAT), str(LAT + 0.01), str(LON), str(LON + 0.01)],
        "geojson": shape,
    }


class Recorded:
    """What the server answers, and what it was asked."""

    def __init__(self, overpass: bytes, places: list[dict[str, object]]) -> None:
        self.overpass, self.places = overpass, places
        self.busy = 0
        self.questions: list[str] = []
        self.url = ""


@contextmanager
def serving(recorded: Recorded) -> Iterator[Recorded]:
    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = parse_qs(urlsplit(self.path).query)
            known = recorded.places if asked["q"] == [PLACE] else []
            self._answer(200, json.dumps(known).encode())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            recorded.questions.append(parse_qs(body)["data"][0])
            if recorded.busy > 0:
                recorded.busy -= 1
                self._answer(429, b"")
            else:
                self._answer(200, recorded.overpass)

        def _answer(self, code: int, body: bytes) -> None:
            self.send_response(code)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    Thread(target=server.serve_forever, daemon=True).start()
    recorded.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield recorded
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the second that osmnx waits before it asks; this server bears it."""
    monkeypatch.setattr("time.sleep", lambda _: None)


@pytest.fixture
def answers(tmp_path: Path) -> Iterator[Recorded]:
    extract = write(tmp_path / "a.osm", *cross(), ban(7, "no_left_turn", 102, 5, 104))
    shape = {"type": "Polygon", "coordinates": [RING]}
    with serving(Recorded(extract.read_bytes(), [found(shape)])) as recorded:
        yield recorded


def fetch(recorded: Recorded, folder: Path, place: str = PLACE, **options: bool):
    return fetch_place(
        place, folder, nominatim_url=recorded.url, overpass_url=recorded.url, wait_s=0.0, **options
    )


def test_a_place_becomes_an_extract_and_a_boundary(answers: Recorded, tmp_path: Path) -> None:
    got = fetch(answers, tmp_path / "city")
    assert (got.place, got.downloaded) == (f"{PLACE}, in full", True)
    lon, lat = read_boundary(got.boundary)
    facts = read_osm(got.extract, country="DE", boundary=(lon, lat))
    assert len(facts.roads.links) == 8
    assert facts.roads.turn_bans.relation_id.tolist() == [7]
    origin = json.loads(got.origin.read_text(encoding="utf-8"))
    assert origin["attribution"] == "© OpenStreetMap contributors"
    # the question asks about the surroundings as well, or no road would cross the boundary
    corners = origin["question"].partition('poly:"')[2].partition('"')[0].split()
    assert min(float(text) for text in corners[::2]) < LAT - STEP_DEG - 0.005


def test_a_download_is_kept(answers: Recorded, tmp_path: Path) -> None:
    first = fetch(answers, tmp_path / "city").extract.read_bytes()
    again = fetch(answers, tmp_path / "city")
    assert not again.downloaded and len(answers.questions) == 1
    assert again.extract.read_bytes() == first
    assert fetch(answers, tmp_path / "city", again=True).downloaded
    assert len(answers.questions) == 2


def test_a_damaged_download_is_made_again(answers: Recorded, tmp_path: Path) -> None:
    got = fetch(answers, tmp_path / "city")
    got.extract.write_bytes(b"cut")
    assert fetch(answers, tmp_path / "city").downloaded


def test_a_busy_server_is_asked_again_and_not_for_ever(answers: Recorded, tmp_path: Path) -> None:
    answers.busy = 2
    assert fetch(answers, tmp_path / "city").downloaded
    assert len(answers.questions) == 3
    answers.busy = 99
    with pytest.raises(MachineError, match="busy"):
        fetch(answers, tmp_path / "other")
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize(
    "body",
    [
        b"<osm version='0.6'><node id='1' lat='5",
        b"<osm version='0.6'><remark>runtime error: Query timed out</remark></osm>",
        b"<html>down</html>",
        b"",
    ],
)
def test_half_an_answer_is_no_extract(answers: Recorded, tmp_path: Path, body: bytes) -> None:
    answers.overpass = body
    with pytest.raises(MachineError, match="in part only"):
        fetch(answers, tmp_path / "city")
    assert not (tmp_path / "city").exists()


def test_a_folder_of_another_place_is_left_alone(answers: Recorded, tmp_path: Path) -> None:
    folder = tmp_path / "city"
    before = fetch(answers, folder).extract.read_bytes()
    with pytest.raises(InputError, match="holds Crossing, Nowhere"):
        fetch(answers, folder, "Elsewhere")
    (folder / ORIGIN).unlink()
    with pytest.raises(InputError, match="nothing says where it is from"):
        fetch(answers, folder)
    assert (folder / EXTRACT).read_bytes() == before


def test_the_largest_part_of_a_place_in_parts_counts(answers: Recorded, tmp_path: Path) -> None:
    island = [[x + 1.0, y] for x, y in RING[:2]] + [
        [LON + 1.0, LAT],
        [RING[0][0] + 1.0, RING[0][1]],
    ]
    answers.places = [found({"type": "MultiPolygon", "coordinates": [[island], [RING]]})]
    lon, _ = read_boundary(fetch(answers, tmp_path / "city").boundary)
    assert lon.max() == pytest.approx(LON + 3 * STEP_DEG)


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["fetch", *words])
    return result.exit_code, result.output


def test_by_the_shell(answers: Recorded, tmp_path: Path) -> None:
    servers = ["--nominatim-url", answers.url, "--overpass-url", answers.url]
    code, said = run(PLACE, "--out", str(tmp_path / "city"), *servers)
    assert code == 0, said
    assert str(tmp_path / "city" / EXTRACT) in said and str(tmp_path / "city" / BOUNDARY) in said
    code, said = run(" ", "--out", str(tmp_path / "other"), *servers)
    assert code == 2 and "must name a place" in said
    code, said = run("Nowhere at all", "--out", str(tmp_path / "other"), *servers)
    assert code == 2 and "no place that Nominatim knows" in said
    answers.places = [found({"type": "Point", "coordinates": [LON, LAT]})]
    code, said = run(PLACE, "--out", str(tmp_path / "other"), *servers)
    assert code == 2 and "no outline" in said
    wide = [[LON + x, LAT + y] for x, y in ((0, 0), (2, 0), (2, 2), (0, 2), (0, 0))]
    answers.places = [found({"type": "Polygon", "coordinates": [wide]})]
    code, said = run(PLACE, "--out", str(tmp_path / "other"), *servers)
    assert code == 2 and "km²" in said
    code, said = run(PLACE, "--out", str(tmp_path / "o"), "--nominatim-url", "http://127.0.0.1:9")
    assert code == 3 and "cannot be reached" in said
