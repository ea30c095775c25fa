"""A planner's first hour: audit a city, complete what is missing, see it count."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from openpyxl import load_workbook

from citymove.demand.matrices import trip_matrices
from citymove.demand.synthesis import synthesise
from citymove.facts.city import City
from citymove.formats.city_folder import read_city
from citymove.formats.completed_layout import WORKBOOK
from citymove.foundation.daytime import Slices
from citymove.prepare.inferred_supply import infer_supply
from citymove.prepare.prepared import Prepared
from citymove.prepare.preparing import prepare
from citymove.traffic.equilibrium import assign
from citymove.traffic.link_cost import assignment_network
from made_up import ASSUMPTIONS
from made_up_folder import write_city

EIGHT_S = 8 * 3600


def citymove(*arguments: str, cwd: Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "citymove.cli", *arguments],
        cwd=cwd,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done


def count(page: Path, key: str) -> int:
    """Return the count that a page prints under a key, 0 where it prints none."""
    text = page.read_text(encoding="utf-8")
    found = re.search(rf'<data value="(-?\d+)" data-count="{key}">', text)
    return int(found[1]) if found else 0


def fill(workbook: Path, sheet: str, name: str, value: object, *, column: str = "name") -> None:
    """Fill the last cell of every row of a sheet whose cell in `column` is `name`."""
    book = load_workbook(workbook)
    rows = book[sheet]
    keys = [str(cell.value).split()[0] for cell in rows[1]]
    at = keys.index(column) + 1
    hit = [row for row in range(2, rows.max_row + 1) if rows.cell(row, at).value == name]
    assert hit, (sheet, name)
    for row in hit:
        rows.cell(row, len(keys)).value = value
    book.save(workbook)


@dataclass(frozen=True)
class Answer:
    """What follows from a city's facts, for the hour from eight."""

    city: City
    prepared: Prepared
    volume_vph: np.ndarray[Any, Any]
    hours_driven: float

    def links(self, name: str) -> np.ndarray[Any, Any]:
        roads = self.city.roads
        return np.flatnonzero([roads.name_of(row) == name for row in range(len(roads.links))])


def answer(folder: Path) -> Answer:
    city = synthesise(infer_supply(read_city(folder)), seed=1)
    prepared = prepare(city, Slices.hourly(EIGHT_S, EIGHT_S + 3600))
    network = assignment_network(prepared)
    assert city.travellers is not None
    demand = trip_matrices(city.travellers, prepared.slices, city.centroid_count)
    solved = assign(network, demand, algorithm="paths", gap=1e-6)
    assert solved.converged.all()
    volume = solved.link_volume.sum(axis=0)[0]
    hours = float((volume * solved.link_time[0]).sum()) / 3600
    return Answer(city, prepared, volume[: prepared.link_count], hours)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("town")
    write_city(folder / "city", ASSUMPTIONS)
    return folder


@pytest.fixture(scope="module")
def completed(town: Path) -> Path:
    """The town with a completed workbook in its folder."""
    done = citymove("audit", "city", cwd=town)
    page, workbook = (Path(line.split()[-1]) for line in done.stdout.splitlines())
    assert (page, workbook) == (
        town / "out" / "audit" / "city" / "index.html",
        town / "out" / "audit" / "city" / WORKBOOK,
    )
    fill(workbook, "lanes", "Row 3", 3)
    fill(workbook, "car_parks", "Deeper", 120)
    book = load_workbook(workbook)
    book["signals"].append(["22", None, None, None, None, None, "yes"])  # Row 3 / Column 3
    book.save(workbook)
    other = town / "completed"
    write_city(other / "city", ASSUMPTIONS)
    (other / "city" / WORKBOOK).write_bytes(workbook.read_bytes())
    return other


def test_the_audit_counts_what_was_completed(town: Path, completed: Path) -> None:
    before = town / "out" / "audit" / "city" / "index.html"
    citymove("audit", "city", "--out", "again", cwd=completed)
    after = completed / "again" / "index.html"
    links = 10  # Row 3 has five pieces, driven both ways
    assert count(before, "links_lanes_measured") == 0
    assert count(after, "links_lanes_measured") == links
    assert count(before, "links_lanes_default") - count(after, "links_lanes_default") == links
    assert count(after, "car_parks_measured") == 1
    assert count(after, "signal_junctions_stated") == 1
    assert count(before, "missing_lanes_tertiary") - count(after, "missing_lanes_tertiary") == 2
    assert count(before, "missing_car_parks") - count(after, "missing_car_parks") == 1
    kept = load_workbook(completed / "again" / WORKBOOK)
    lanes = {row[0]: row[-1] for row in kept["lanes"].iter_rows(min_row=2, values_only=True)}
    assert lanes["1003/f"] == lanes["1003/b"] == 3
    assert citymove("audit", "city", "--out", "more", cwd=completed).returncode == 0
    for name in ("index.html", WORKBOOK):
        first, second = ((completed / folder / name).read_bytes() for folder in ("again", "more"))
        assert first == second, name


def test_completed_facts_change_the_result(town: Path, completed: Path) -> None:
    before, after = answer(town / "city"), answer(completed / "city")
    row = before.links("Row 3")
    assert row.tolist() == after.links("Row 3").tolist()
    free = before.prepared.junction_of_link[row] < 0
    free &= after.prepared.junction_of_link[row] < 0
    assert free.any()
    assert np.allclose(
        after.prepared.capacity_vph[row[free]], 3 * before.prepared.capacity_vph[row[free]]
    )
    assert after.volume_vph[row].sum() > before.volume_vph[row].sum()
    lit = {str(name) for name in after.prepared.junctions.name}
    assert lit - {str(name) for name in before.prepared.junctions.name} == {"Row 3 / Column 3"}
    spaces = [
        dict(
            zip(one.prepared.parking.id.tolist(), one.prepared.parking.spaces.tolist(), strict=True)
        )
        for one in (before, after)
    ]
    assert spaces[0]["n902"] != 120
    assert spaces[1]["n902"] == 120


def test_a_wider_street_alone_saves_time(town: Path, tmp_path: Path) -> None:
    folder = write_city(tmp_path / "city", ASSUMPTIONS)
    (folder / WORKBOOK).write_bytes((town / "out/audit/city" / WORKBOOK).read_bytes())
    book = load_workbook(folder / WORKBOOK)
    for sheet in ("signals", "speeds", "car_parks"):
        del book[sheet]
    book.save(folder / WORKBOOK)
    assert answer(folder).hours_driven < answer(town / "city").hours_driven


def test_a_wrong_cell_is_named(completed: Path, tmp_path: Path) -> None:
    folder = write_city(tmp_path / "city", ASSUMPTIONS)
    workbook = folder / WORKBOOK
    workbook.write_bytes((completed / "city" / WORKBOOK).read_bytes())
    fill(workbook, "lanes", "1003/b", "three", column="id")
    cells = load_workbook(workbook)["lanes"]
    (cell,) = [row[-1].coordinate for row in cells.iter_rows() if row[0].value == "1003/b"]
    for command in (["audit", "city"], ["balance", "city"]):
        done = citymove(*command, cwd=tmp_path, code=2)
        assert done.stdout == ""
        assert f"{WORKBOOK}: lanes!{cell} = 'three': must be a number from 0.5 to 12" in done.stderr


def test_an_extract_takes_a_workbook_too(town: Path) -> None:
    arguments = (
        "audit",
        "city/roads.osm",
        "--country",
        "DE",
        "--boundary",
        "city/boundary.geojson",
    )
    citymove(*arguments, "--out", "plain", cwd=town)
    fill(town / "plain" / WORKBOOK, "speeds", "Column 1", 36)
    citymove(*arguments, "--completed", f"plain/{WORKBOOK}", "--out", "filled", cwd=town)
    assert count(town / "plain" / "index.html", "links_speed_measured") == 0
    assert count(town / "filled" / "index.html", "links_speed_measured") == 10


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.osm.pbf"], "does not exist"),
        (["city/city.yaml"], "give its folder instead"),
        (["city/assumptions.csv"], "must end in .osm"),
        (["roads.shp"], "describe the layer in a document (.yaml), and give that"),
        (["."], "city.yaml: does not exist; give the folder of a city"),
        (["city", "--country", "DE"], "--country DE: is for an extract"),
        (["city", "--completed", "x.xlsx"], f"put the workbook into the folder as {WORKBOOK}"),
        (["city/roads.osm", "--completed", "x.xlsx"], "x.xlsx: does not exist"),
        (["city/roads.osm", "--country", "Germany"], "must be a country's code"),
    ],
)
def test_bad_usage(town: Path, arguments: list[str], message: str) -> None:
    assert message in citymove("audit", *arguments, cwd=town, code=2).stderr
