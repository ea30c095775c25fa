"""From a template to a study without errors; and the bundled studies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from citymove.facts.city import City
from citymove.formats.city_folder import read_city
from citymove.foundation.documents import read_document
from citymove.foundation.errors import InputError
from citymove.scenario.bundled import seed_folder
from citymove.scenario.preview import preview_text, resolve
from citymove.scenario.reading import read_study
from citymove.scenario.templates import new_study, study_json_schema, template_names

ROOT = Path(__file__).resolve().parents[2]
MONACO = sorted((ROOT / "scenarios" / "monaco").glob("*.yaml"))


@pytest.fixture(scope="module")
def monaco() -> City:
    return read_city(seed_folder("monaco"))


def test_the_templates_are_those_that_the_command_names() -> None:
    assert template_names() == ("car_park", "kerb_pricing", "retiming", "street_closure")


@pytest.mark.parametrize("template", template_names())
def test_a_new_study_has_no_errors(template: str, tmp_path: Path, monaco: City) -> None:
    path = new_study(template, tmp_path / "mine", seed_folder("monaco"))
    study, document = read_study(path)
    assert (path.parent / study.city).resolve() == seed_folder("monaco").resolve()
    options = resolve(study, document, monaco)
    text = preview_text(options, monaco)
    assert all(option.name.zh in text for option in options)
    names = {entry.name for entry in path.parent.iterdir()}
    assert names == {"study.yaml", "citymove.schema.json"}
    assert [entry.name for entry in tmp_path.iterdir()] == ["mine"]


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("keep me")
    with pytest.raises(InputError, match="nothing is overwritten"):
        new_study("car_park", tmp_path / "mine", seed_folder("monaco"))
    assert (tmp_path / "mine" / "notes.txt").read_text() == "keep me"
    with pytest.raises(InputError, match="did you mean 'car_park'"):
        new_study("carpark", tmp_path / "other", seed_folder("monaco"))
    with pytest.raises(InputError, match=r"no city\.yaml"):
        new_study("car_park", tmp_path / "other", tmp_path)
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize("path", MONACO, ids=lambda path: path.stem)
def test_a_bundled_study_resolves(path: Path, monaco: City) -> None:
    study, document = read_study(path)
    assert (path.parent / study.city).resolve() == seed_folder("monaco").resolve()
    options = resolve(study, document, monaco)
    assert options
    for option in options:
        assert option.descriptions
        assert len(option.apply(monaco).roads.links) >= len(monaco.roads.links)


def test_the_demo_compares_four_measures_and_their_combination(monaco: City) -> None:
    study, document = read_study(ROOT / "scenarios" / "monaco" / "morning.yaml")
    *single, together = resolve(study, document, monaco)
    keys = {type(step).__name__ for option in single for step in option.interventions}
    assert keys == {"BuildCarPark", "Retime", "PriceKerb", "CloseStreet"}
    assert together.interventions == tuple(s for option in single for s in option.interventions)
    assert together.spaces_added(monaco) == 300
    assert study.run.draws == 5
    assert len(study.day.slices_of_day()) == 6


def test_the_schema_names_every_key_of_the_bundled_studies() -> None:
    schema = study_json_schema()
    assert schema["$schema"].startswith("https://json-schema.org/")
    assert json.loads(json.dumps(schema)) == schema
    known = set(schema["properties"])
    steps = set(schema["$defs"]["Step"]["properties"])
    for path in MONACO:
        data = read_document(path).data
        assert set(data) <= known
        for option in data["options"].values():
            assert {key for step in option.get("do", ()) for key in step} <= steps
