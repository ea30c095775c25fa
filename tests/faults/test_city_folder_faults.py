"""A city's folder with errors in it: each is named with file, line and remedy, all at once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from citymove.facts.car_parks import FREE
from citymove.facts.city import City
from citymove.formats.city_folder import read_city
from citymove.foundation.errors import InputError, InputErrors
from citymove.foundation.provenance import Source
from made_up_folder import write_city


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_city(tmp_path / "city")


def edit(path: Path, old: str, new: str) -> int:
    """Replace a text that stands once and return its line."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, (old, text.count(old))
    path.write_text(text.replace(old, new), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def errors_of(folder: Path) -> list[InputError]:
    with pytest.raises((InputError, InputErrors)) as caught:
        read_city(folder)
    error = caught.value
    return list(error.errors) if isinstance(error, InputErrors) else [error]


def found(folder: Path, file: str, line: int | None, *words: str) -> InputError:
    """Return the one error of this file and line; it must hold all words, and a remedy."""
    here = [e for e in errors_of(folder) if e.file == str(folder / file) and e.line == line]
    here = [e for e in here if all(word in str(e) for word in words)]
    assert len(here) == 1, [str(e) for e in errors_of(folder)]
    assert here[0].remedy
    return here[0]


def test_a_sound_folder_is_read(folder: Path) -> None:
    said: list[str] = []
    city = read_city(folder, progress=said.append)
    assert said[0] == "reading roads.osm"
    assert isinstance(city, City)
    assert len(city.zones) == 9
    assert city.sides[1].name.zh == "东"
    assert len(city.gateways) == 16
    assert set(city.gateways.side) == {"west", "east"}
    assert np.all(city.gateways.inbound_weight > 0)
    assert city.assumptions["kerb_spaces"].source is Source.MEASURED
    assert city.assumptions["kerb_spaces"].low == 100
    assert city.assumptions["cars_owned"].source is Source.ASSUMED
    assert [t.id for t in city.tariffs] == ["car_park", "kerb"]
    assert city.tariffs[1].max_stay_s == 7200
    assert city.kerb_tariff == 1
    assert dict(zip(city.car_parks.id, city.car_parks.tariff, strict=True)) == {
        "n901": 0,
        "n902": 0,
        "n903": FREE,  # fee=no
        "n904": FREE,  # private
    }


YAML_FAULTS = {
    "unknown key": (
        "driving_side: right",
        "drivingside: right",
        0,
        ("did you mean 'driving_side'",),
    ),
    "text for a number": ("year: 2026", "year: soon", 0, ("must be a whole number",)),
    "crs": ("crs: EPSG:4326", "crs: gcj02", 0, ("must be one of 'EPSG:4326'",)),
    "country": ("country: DE", "country: '1!'", 0, ("two letters",)),
    "path": ("boundary: boundary.geojson", "boundary: ../b.geojson", 0, ("own folder",)),
    "unknown total": ("  residents:", "  residnets:", 0, ("did you mean 'residents'",)),
    "range": ("low: 1800, high: 2200", "low: 2100, high: 2200", 0, ("must be <= value",)),
    "negative": ("value: 1500, low: 1200", "value: 1500, low: -1", 0, ("must lie in",)),
    "nan": ("value: 1500", "value: .nan", 0, ("finite",)),
    "source": ("source: measured", "source: mesured", 0, ("did you mean 'measured'",)),
    "side twice": ("id: east", "id: west", 0, ("stands twice",)),
    "tariff unknown": ("kerb_tariff: kerb", "kerb_tariff: curb", 0, ("is no tariff",)),
    "tariff band": ("[[60, 0], [120, 3]]", "[[60, 0], [50, 3]]", -1, ("must increase",)),
    "tariff hours": ("19:00-08:00+1", "19:00-07:00+1", -7, ("cover the 24 hours",)),
    "window": ("00:00-24:00", "00:00-25:00", 0, ("00:00 and 24:00",)),
    "checksum": ("  sha256: ", "  sha256: 0", 0, ("must have the form",)),
}


@pytest.mark.parametrize("case", YAML_FAULTS)
def test_city_yaml(case: str, folder: Path) -> None:
    old, new, shift, words = YAML_FAULTS[case]
    line = edit(folder / "city.yaml", old, new) + shift
    errors = [e for e in errors_of(folder) if e.file == str(folder / "city.yaml")]
    assert any(e.line == line and all(w in str(e) for w in words) for e in errors), [
        str(e) for e in errors
    ]


CSV_FAULTS = {
    "unknown key": ("cars_owned,", "cars_owed,", ("did you mean 'cars_owned'",)),
    "unknown side": ("near_share.west,", "near_share.wets,", ("did you mean 'near_share.west'",)),
    "no number": ("cars_owned,0.5", "cars_owned,many", ("value = 'many'", "must be a number")),
    "nan": ("cars_owned,0.5", "cars_owned,nan", ("must be a number",)),
    "negative": ("cars_owned,0.5,0.45", "cars_owned,0.5,-1", ("must lie in 0 .. 1e+09 veh",)),
    "outside its range": ("near_share.west,0.5", "near_share.west,0.7", ("must be >= value",)),
    "a share above 1": ("near_share.west,0.5", "near_share.west,1.5", ("value = '1.5'", "0 .. 1")),
    "source": ("cars_owned,0.5,0.45,0.55,assumed", "cars_owned,0.5,0.45,0.55,guessed", ("source",)),
    "no range": ("cars_owned,0.5,0.45,0.55", "cars_owned,0.5,,", ("needs a range",)),
    "no note": (
        "cars_owned,0.5,0.45,0.55,assumed,made up",
        "cars_owned,0.5,0.45,0.55,assumed,",
        ("note", "is required"),
    ),
    "too many cells": ("cars_owned,0.5", "cars_owned,0,5", ("must have 6 cells",)),
    "twice": ("cars_owned,0.5", "persons_per_car,1.1,1,1.2,assumed,x\ncars_owned,0.5", ()),
    "unknown column": ("source,note", "source,remark", ("is not a known column",)),
}


@pytest.mark.parametrize("case", CSV_FAULTS)
def test_assumptions_csv(case: str, folder: Path) -> None:
    old, new, words = CSV_FAULTS[case]
    line = edit(folder / "assumptions.csv", old, new)
    if case == "twice":
        errors = errors_of(folder)
        assert [e.rule for e in errors] == [f"stands twice, first on line {line}"]
        return
    found(folder, "assumptions.csv", line, *words)


def test_missing_and_doubled_keys_and_shares(folder: Path) -> None:
    path = folder / "assumptions.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(("cars_owned,", "walk_weight,"))]
    kept.append("residents,2000,1800,2200,assumed,made up")
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")
    edit(path, "resident_purpose_share.market,0.1,0.09,0.11",
         "resident_purpose_share.market,0.2,0.09,0.21")  # fmt: skip
    found(folder, "assumptions.csv", None, "cars_owned: is required and not stated")
    found(folder, "assumptions.csv", None, "walk_weight: is required and not stated")
    found(folder, "assumptions.csv", None, "resident_purpose_share.* sums to 1.1: must sum to 1")
    totals = (folder / "city.yaml").read_text(encoding="utf-8").splitlines()
    line = next(i for i, text in enumerate(totals, 1) if text.startswith("  residents:"))
    found(folder, "city.yaml", line, "stands in assumptions.csv as well")
    assert len(errors_of(folder)) == 4


def test_several_files_at_once(folder: Path) -> None:
    edit(folder / "city.yaml", "kerb_tariff: kerb", "kerb_tariff: curb")
    edit(folder / "assumptions.csv", "cars_owned,0.5", "cars_owned,x")
    edit(folder / "assumptions.csv", "walk_weight,0.5", "walk_weight,99")
    (folder / "boundary.geojson").write_text("{\n", encoding="utf-8")
    (folder / "signals.csv").write_text("junction\n", encoding="utf-8")
    (folder / "car_parks.csv").write_text("id,spaces\nn901,-1\nn902,1.5\n", encoding="utf-8")
    (folder / "roads.osm").write_bytes(b"other")
    errors = errors_of(folder)
    where = {(Path(e.file or "").name, e.line) for e in errors}
    assert {name for name, _ in where} == {
        "city.yaml",
        "assumptions.csv",
        "boundary.geojson",
        "signals.csv",
        "car_parks.csv",
    }
    assert ("boundary.geojson", 2) in where
    assert {("car_parks.csv", 2), ("car_parks.csv", 3)} <= where
    assert sum(e.file == str(folder / "assumptions.csv") for e in errors) == 3  # 99 breaks two
    assert any("is not the checksum" in e.rule for e in errors)


@pytest.mark.parametrize("name", ["city.yaml", "assumptions.csv", "boundary.geojson", "roads.osm"])
def test_a_missing_file(name: str, folder: Path) -> None:
    (folder / name).unlink()
    errors = errors_of(folder)
    assert len(errors) == 1
    assert name in str(errors[0])
    assert errors[0].remedy


def test_no_folder(tmp_path: Path) -> None:
    assert "is no folder" in str(errors_of(tmp_path / "absent")[0])


def ring_of(folder: Path, text: str) -> str:
    (folder / "boundary.geojson").write_text(text, encoding="utf-8")
    return str(errors_of(folder)[0])


def test_boundary(folder: Path) -> None:
    polygon = '{"type": "Polygon", "coordinates": [%s]}'
    assert "one polygon" in ring_of(folder, "{}")
    assert "2 rings" in ring_of(folder, polygon % "[[0,0],[1,0],[1,1],[0,0]], [[0,0]]")
    assert "end where it starts" in ring_of(folder, polygon % "[[0,0],[1,0],[1,1],[0,1]]")
    assert "cross" in ring_of(folder, polygon % "[[0,0],[1,1],[1,0],[0,1],[0,0]]")
    assert "degrees" in ring_of(folder, polygon % "[[0,0],[500,1],[1,0],[0,0]]")
    assert "degrees" in ring_of(folder, polygon % "[[0,0],[NaN,1],[1,0],[0,0]]")
    assert "pairs of numbers" in ring_of(folder, polygon % '[["a",0],[1,1],[1,0],[0,0]]')
    assert "boundary: touches no road" in ring_of(folder, polygon % "[[0,0],[1,0],[1,1],[0,0]]")


def test_without_a_boundary_the_gateways_are_the_cut_ends(folder: Path) -> None:
    edit(folder / "city.yaml", "boundary: boundary.geojson\n", "")
    error = errors_of(folder)[0]
    assert "no road ends at the edge" in str(error)  # a grid of streets has no dead end
    assert error.remedy


def test_a_side_without_roads(folder: Path) -> None:
    line = edit(folder / "city.yaml", "id: east", "id: east")
    edit(folder / "city.yaml", "anchor: [10.014, 50.0045]", "anchor: [11.0, 50.0045]")
    errors = errors_of(folder)
    assert [(e.line, e.rule) for e in errors] == [
        (line, "no road of this side leads in"),
        (line, "no road of this side leads out"),
    ]


def test_car_parks_csv_goes_before_the_map(folder: Path) -> None:
    (folder / "car_parks.csv").write_text(
        "id,name,spaces,tariff,access\nn901,Renamed,70,kerb,\nn904,,30,free,public\n",
        encoding="utf-8",
    )
    parks = read_city(folder).car_parks
    assert parks.name[0] == "Renamed"
    assert parks.spaces.tolist() == [70, -1, -1, 30]
    assert parks.spaces_source[0] == Source.MEASURED
    assert parks.tariff.tolist() == [1, 0, FREE, FREE]
    assert parks.access[3] == 0


def test_car_parks_csv_faults(folder: Path) -> None:
    sheet = folder / "car_parks.csv"
    sheet.write_text("id,kind,tariff\nn901,undergound,car_prk\nn901,surface,\n", encoding="utf-8")
    found(folder, "car_parks.csv", 2, "did you mean 'underground'")
    found(folder, "car_parks.csv", 2, "did you mean 'car_park'")
    found(folder, "car_parks.csv", 3, "stands twice, first on line 2")
    sheet.write_text("id,spaces\nn9011,3\nn902,\n", encoding="utf-8")
    found(folder, "car_parks.csv", 2, "no car park of the extract", "did you mean 'n90")
