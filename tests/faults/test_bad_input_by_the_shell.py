"""Bad input to the commands: exit 2, a message per fault, no traceback, nothing written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from citymove.cli import main
from made_up import ASSUMPTIONS
from made_up_folder import write_city

ROOT = Path(__file__).resolve().parents[2]

STUDY = """\
citymove: 1
name: {en: Two ways, zh: 两种办法}
city: city
day: {kind: workday, hours: "07:00-09:00"}
decide_on: [search_time_mean_min, delay_index]
options:
  A:
    name: {en: Car park, zh: 停车场}
    do:
      - build_car_park:
          site: {at: Row 2}
          spaces: 60
          kind: surface
          tariff: [{then: 1 EUR/h}]
  B:
    name: {en: Retimed, zh: 优化信号}
    do:
      - retime: {junctions: [Row 2 / Column 2], when: ["07:00-09:00"], choose: [splits]}
  C:
    name: {en: Closed, zh: 封闭}
    do:
      - close_street: {street: Column 2, from: Row 2, to: Row 3}
uncertain: all
run: {draws: 2, seed: 1, response: fixed}
"""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound city, for all tests that leave it alone."""
    return write_city(tmp_path_factory.mktemp("sound") / "city", ASSUMPTIONS)


def study_in(folder: Path, *changes: tuple[str, str]) -> Path:
    text = STUDY
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path = folder / "study.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def invoke(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def refused(result: Result) -> list[str]:
    """Return the messages of a command that refused its input and did nothing else."""
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == 2, result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    return [line for line in result.stderr.splitlines() if not line.startswith("reading ")]


def refused_run(study: Path, *arguments: str | Path) -> list[str]:
    """Return the messages of a run that was refused before it wrote anything."""
    out = study.parent / "results"
    lines = refused(invoke("run", study, "--out", out, *arguments))
    assert not out.exists()
    return [line for line in lines if line not in READING]


READING = ("cutting roads into links", "placing zones and gateways")


def line_of(path: Path, piece: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if piece in line)


STUDY_FAULTS = {
    "unknown key": ("decide_on:", "decides_on:", ["is not a known key", "'decide_on'"]),
    "unknown step": ("- close_street:", "- clos_street:", ["is not a known key", "close_street"]),
    "wrong unit": ("1 EUR/h", "1 km/h", ["1 km/h", "needs a price of time"]),
    "unknown street": ("street: Column 2", "street: Colum 2", ["is no street", "are: Column 2, "]),
    "negative spaces": ("spaces: 60", "spaces: -60", ["-60", "must be >= 0"]),
    "nan": ("spaces: 60", "spaces: .nan", ["must be a finite number"]),
    "unknown junction": ("Row 2 / Column 2]", "Row 2 / Column 3]", ["Row 2 / Column"]),
    "window elsewhere": (
        'when: ["07:00-09:00"]',
        'when: ["17:00-19:00"]',
        ["must overlap the simulated hours"],
    ),
    "no city": ("city: city", "city: ctiy", ["ctiy", "is no folder", "from the study"]),
}


@pytest.mark.parametrize("command", ["check", "run"])
@pytest.mark.parametrize("fault", STUDY_FAULTS)
def test_a_fault_of_the_study(fault: str, command: str, tmp_path: Path, city: Path) -> None:
    (tmp_path / "city").symlink_to(city)
    old, new, words = STUDY_FAULTS[fault]
    study = study_in(tmp_path, (old, new))
    messages = refused_run(study) if command == "run" else refused(invoke("check", study))
    place = f"{study}:{line_of(study, new)}: "
    here = [message for message in messages if message.startswith(place)]
    assert len(here) == 1, messages
    assert all(word in here[0] for word in words), here[0]


def test_all_faults_are_told_at_once(tmp_path: Path, city: Path) -> None:
    (tmp_path / "city").symlink_to(city)
    study = study_in(
        tmp_path, ("spaces: 60", "spaces: -60"), ("1 EUR/h", "1 km/h"), ("draws: 2", "draws: 1")
    )
    assert len(refused_run(study)) == 3


def test_a_study_that_is_not_utf_8(tmp_path: Path) -> None:
    study = tmp_path / "study.yaml"
    study.write_bytes(STUDY.encode("gb18030"))
    (message,) = refused_run(study)
    assert message.startswith(f"{study}:2: ")
    assert "must be UTF-8" in message


def test_a_study_that_is_not_there_or_a_folder(tmp_path: Path) -> None:
    assert "does not exist" in refused(invoke("run", tmp_path / "none.yaml"))[0]
    assert "is a directory" in refused(invoke("run", tmp_path))[-1]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--option", "Z"), ("--option Z", "is not an option of the study", "known are: A, B, C")),
        (("--hours", "soon"), ("--hours soon", 'must be a window such as "06:00-12:00"')),
        (("--hours", "07:00-25:00"), ("--hours 07:00-25:00", "between 00:00 and 24:00")),
        # option B retimes a junction outside these hours
        (("--hours", "10:00-12:00"), ("study.yaml:18: ", "must overlap the simulated hours")),
    ],
)
def test_a_fault_of_the_call(
    arguments: tuple[str, ...], words: tuple[str, ...], tmp_path: Path, city: Path
) -> None:
    (tmp_path / "city").symlink_to(city)
    messages = refused_run(study_in(tmp_path), *arguments)
    assert len(messages) == 1
    assert all(word in messages[0] for word in words), messages[0]


@pytest.mark.parametrize(
    "arguments", [("--draws", "1"), ("--jobs", "0"), ("--draws", "many"), ("--joobs", "2")]
)
def test_a_usage_that_is_none(arguments: tuple[str, ...], tmp_path: Path, city: Path) -> None:
    (tmp_path / "city").symlink_to(city)
    assert "Error: " in refused_run(study_in(tmp_path), *arguments)[-1]


def test_results_where_a_file_is(tmp_path: Path, city: Path) -> None:
    (tmp_path / "city").symlink_to(city)
    (tmp_path / "taken").write_text("mine")
    assert (
        "is a file" in refused(invoke("run", study_in(tmp_path), "--out", tmp_path / "taken"))[-1]
    )
    assert (tmp_path / "taken").read_text() == "mine"


def test_a_street_too_many_closed(tmp_path: Path, city: Path) -> None:
    """What would strand drivers is told before anything runs, not as less traffic."""
    (tmp_path / "city").symlink_to(city)
    rows, columns = list(range(1000, 1006)), list(range(2000, 2006))
    close = "close_street: {street: Column 2, from: Row 2, to: Row 3}"
    study = study_in(tmp_path, (close, f"close_street: {{ways: {rows + columns}}}"))
    (message,) = refused_run(study)
    assert message.startswith(f"{study}:{line_of(study, '  C:')}: options.C: zone ")
    assert "must reach an open road" in message
    # Column 5 stays open: the zones lie near enough to it, gateways at the other edges do not
    study = study_in(tmp_path, (close, f"close_street: {{ways: {rows + columns[:-1]}}}"))
    (message,) = refused_run(study)
    assert "options.C: gateway " in message
    assert "(Row 2)" in message
    assert "leave a street open that leads there" in message


def spoil(path: Path, old: str, new: str) -> int:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, (old, text.count(old))
    path.write_text(text.replace(old, new), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def other_extract(folder: Path, name: str, data: bytes) -> None:
    """Make another extract the city's, with its true checksum."""
    (folder / "roads.osm").unlink()
    (folder / name).write_bytes(data)
    text = (folder / "city.yaml").read_text(encoding="utf-8")
    lines = text.replace("file: roads.osm", f"file: {name}").splitlines()
    digest = hashlib.sha256(data).hexdigest()
    lines = [f"  sha256: {digest}" if "sha256:" in line else line for line in lines]
    (folder / "city.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def bad_number(folder: Path) -> tuple[str, ...]:
    line = spoil(folder / "assumptions.csv", "walk_weight,2,", "walk_weight,two,")
    return (f"{folder / 'assumptions.csv'}:{line}: ", "value = 'two'", "must be a number")


def not_a_number(folder: Path) -> tuple[str, ...]:
    line = spoil(folder / "city.yaml", "value: 1500", "value: .nan")
    return (f"{folder / 'city.yaml'}:{line}: ", "finite")


def cut_pbf(folder: Path) -> tuple[str, ...]:
    whole = (ROOT / "seeds" / "monaco" / "roads.osm.pbf").read_bytes()
    other_extract(folder, "roads.osm.pbf", whole[: len(whole) // 2])
    return (f"{folder / 'roads.osm.pbf'}: ",)


def cut_xml(folder: Path) -> tuple[str, ...]:
    whole = (folder / "roads.osm").read_bytes()
    other_extract(folder, "roads.osm", whole[: len(whole) // 2])
    return (f"{folder / 'roads.osm'}",)


def empty_extract(folder: Path) -> tuple[str, ...]:
    other_extract(folder, "roads.osm", b'<osm version="0.6" generator="made up"></osm>\n')
    return (f"{folder / 'roads.osm'}: ", "holds no road that cars may use", "check that")


def a_zone_without_roads(folder: Path) -> tuple[str, ...]:
    """Add a house 3.6 km east of all roads, and let the study area reach it."""
    boundary = folder / "boundary.geojson"
    ring = json.loads(boundary.read_text())["coordinates"][0]
    east, low = max(lon for lon, _ in ring), min(lat for _, lat in ring)
    ring = [[lon + 0.055 * (lon == east), lat] for lon, lat in ring]
    boundary.write_text(json.dumps({"type": "Polygon", "coordinates": [ring]}))
    corners = [(0, 0), (1, 0), (1, 1), (0, 1)]
    nodes = "".join(
        f'<node id="{5001 + k}" version="1" lon="{east + 0.05 + 3e-4 * x:.7f}" '
        f'lat="{low + 1e-3 + 3e-4 * y:.7f}"/>\n'
        for k, (x, y) in enumerate(corners)
    )
    refs = "".join(f'<nd ref="{5001 + k % 4}"/>' for k in range(5))
    house = f'<way id="5000" version="1">{refs}<tag k="building" v="apartments"/></way>\n'
    text = (folder / "roads.osm").read_text(encoding="utf-8")
    text = text.replace("<way ", f"{nodes}<way ", 1).replace("</osm>", f"{house}</osm>")
    other_extract(folder, "roads.osm", text.encode())
    return (f"{folder.parent / 'study.yaml'}:3: city: zone ", "must reach an open road within")


def no_yaml(folder: Path) -> tuple[str, ...]:
    (folder / "city.yaml").unlink()
    return (f"{folder / 'city.yaml'}", "does not exist")


@pytest.mark.parametrize(
    "fault",
    [bad_number, not_a_number, cut_pbf, cut_xml, empty_extract, a_zone_without_roads, no_yaml],
)
def test_a_fault_of_the_city(fault: Callable[[Path], tuple[str, ...]], tmp_path: Path) -> None:
    words = fault(write_city(tmp_path / "city", ASSUMPTIONS))
    messages = refused_run(study_in(tmp_path))
    assert len(messages) == 1, messages
    assert all(word in messages[0] for word in words), messages[0]


def test_a_report_of_nothing(tmp_path: Path) -> None:
    (message,) = refused(invoke("report", tmp_path))
    assert message.startswith(f"{tmp_path}: holds no results of a study; ")
    assert not list(tmp_path.iterdir())


def test_a_template_that_is_none(tmp_path: Path) -> None:
    (message,) = refused(invoke("new", "carpark", tmp_path / "mine"))
    assert "did you mean 'car_park'" in message
    assert not (tmp_path / "mine").exists()
