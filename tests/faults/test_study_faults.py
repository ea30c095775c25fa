"""Bad studies: every error at once, each with file, line, value, rule and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from citymove.foundation.errors import CitymoveError, ExitCode, InputError, InputErrors
from citymove.scenario.preview import ResolvedOption, resolve
from citymove.scenario.reading import read_study
from made_up import grid_city

CITY = grid_city()

GOOD = """\
citymove: 1
name: {en: Grid, zh: 网格}
city: ../grid
day: {kind: workday, hours: "06:00-09:00"}
decide_on: [delay_index, search_time_mean_min]
options:
  A:
    name: {en: Car park, zh: 停车场}
    do:
      - build_car_park:
          site: {near: Park 0}
          spaces: 40
          kind: surface
          tariff: [{free: first 30 min}, {then: 3 EUR/h}, {cap: 20 EUR/day}]
  B:
    name: {en: Closed, zh: 封闭}
    do:
      - close_street: {street: Row 2, from: Column 1, to: Column 3}
  A+B: {combine: [A, B]}
uncertain: {value_of_time_per_h: 10 .. 30 EUR/h}
run: {draws: 2, seed: 1, response: fixed}
"""


def written(folder: Path, *changes: tuple[str, str], text: str = GOOD) -> Path:
    """Return a study file: the good one, with pieces of it replaced."""
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path = folder / "study.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def resolved(path: Path) -> tuple[ResolvedOption, ...]:
    study, document = read_study(path)
    return resolve(study, document, CITY)


def errors_of(path: Path) -> tuple[InputError, ...]:
    with pytest.raises(CitymoveError) as caught:
        resolved(path)
    assert caught.value.exit_code == ExitCode.BAD_INPUT
    found = caught.value
    assert isinstance(found, (InputError, InputErrors))
    errors = found.errors if isinstance(found, InputErrors) else (found,)
    for error in errors:
        assert error.file == str(path), error
        assert error.line is not None, error
        assert error.value, error
        assert error.rule, error
    return errors


def line_of(path: Path, piece: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if piece in line)


def only_error(path: Path, piece: str) -> InputError:
    """Return the one error of a study, which must stand on the line that holds `piece`."""
    errors = errors_of(path)
    assert len(errors) == 1, [str(error) for error in errors]
    assert errors[0].line == line_of(path, piece)
    return errors[0]


def test_the_good_study_has_no_error(tmp_path: Path) -> None:
    options = resolved(written(tmp_path))
    assert [option.id for option in options] == ["A", "B", "A+B"]
    assert options[2].name.en == "Car park + Closed"
    assert options[2].name.zh == "停车场 + 封闭"
    assert [type(step).__name__ for step in options[2].interventions] == [
        "BuildCarPark",
        "CloseStreet",
    ]
    assert options[2].spaces_added(CITY) == 40
    assert options[1].touches.links.size == 4


@pytest.mark.parametrize(
    ("old", "new", "rule", "remedy"),
    [
        ("decide_on:", "decides_on:", "is not a known key", "did you mean 'decide_on'?"),
        ("spaces: 40", "spacs: 40", "is not a known key", "did you mean 'spaces'?"),
        ("- close_street:", "- closes_street:", "is not a known key",
         "did you mean 'close_street'?"),
    ],
)  # fmt: skip
def test_an_unknown_key_meets_the_nearest_one(
    tmp_path: Path, old: str, new: str, rule: str, remedy: str
) -> None:
    path = written(tmp_path, (old, new))
    error = next(e for e in errors_of(path) if e.line == line_of(path, new) and e.rule == rule)
    assert error.remedy == remedy


@pytest.mark.parametrize(
    ("old", "new", "rule", "remedy"),
    [
        ("delay_index,", "delay_indx,", "is no indicator", "did you mean 'delay_index'?"),
        ("3 EUR/h", "3 km/h", 'needs a price of time such as "3 EUR/h"', None),
        ("3 EUR/h", "3 元/h", "must be in the city's currency, EUR", "nothing is converted"),
        ("3 EUR/h", "nan EUR/h", 'needs a price of time such as "3 EUR/h"', None),
        ("spaces: 40", "spaces: -40", "must be >= 0", None),
        ("spaces: 40", "spaces: 0", "must be > 0", None),
        ("spaces: 40", "spaces: .nan", "must be a finite number", None),
        ("spaces: 40", "spaces: 40.5", "must be a whole number of spaces", None),
        ("spaces: 40", "spaces: many", 'needs a number of spaces such as "300 spaces"', None),
        ("near: Park 0", "near: Park 7", "is no car park or place of the city", "Park 0"),
        ("near: Park 0", "lon: 50.0, lat: 10.0", "must lie in the study area", "swapped"),
        ("near: Park 0", "lon: 10.0", "needs one of lon and lat, at, near", "lon: 7.42"),
        ("street: Row 2", "street: Roe 2", "is no street of the city", "Row 2"),
        ("to: Column 3", "to: Colum 3", "does not meet the street", "Column 3"),
        ("combine: [A, B]", "combine: [A, C]", "'C' is no option of the study",
         "known are: A, A+B, B"),
        ("A+B:", "base:", "is reserved for the city as it is today", "choose another id"),
        ("A+B:", "'A B':", "must have the form", None),
        ("response: fixed", "response: elastic", "is not built yet", "response: fixed"),
        (", response: fixed", "", "is required", "add it"),
        ("draws: 2", "draws: 1", "must be >= 2", None),
        ("value_of_time_per_h:", "value_of_tim_per_h:", "is no assumption",
         "did you mean 'value_of_time_per_h'?"),
        ("10 .. 30 EUR/h", "20 .. 30 EUR/h", "must hold the city's best value, 15", "widen"),
        ("10 .. 30 EUR/h", "30 .. 10 EUR/h", "the low end must not exceed the high end", None),
        ("06:00-09:00", "06:00", 'must be a window such as "06:00-12:00"', None),
        ("kind: workday", "kind: sunday", "must be one of 'workday'", None),
    ],
)  # fmt: skip
def test_one_fault_is_one_error_on_its_line(
    tmp_path: Path, old: str, new: str, rule: str, remedy: str | None
) -> None:
    path = written(tmp_path, (old, new))
    piece = new if new else "run:"
    error = only_error(path, piece)
    assert rule in error.rule
    if remedy is not None:
        assert error.remedy is not None
        assert remedy in error.remedy


def test_all_faults_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        ("delay_index,", "delay_indx,"),
        ("spaces: 40", "spaces: -40"),
        ("3 EUR/h", "3 km/h"),
        ("combine: [A, B]", "combine: [A, C]"),
        ("draws: 2", "drws: 2"),
    )
    errors = errors_of(path)
    assert [error.line for error in errors] == [5, 12, 14, 19, 21]


def test_all_names_that_the_city_lacks_are_told_at_once(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        ("near: Park 0", "near: Park 7"),
        ("street: Row 2", "street: Roe 2"),
        ("decide_on:", "corridor: {road: Rwo 1}\ndecide_on:"),
        ("10 .. 30", "20 .. 30"),
    )
    errors = errors_of(path)
    assert [error.line for error in errors] == [5, 12, 19, 21]
    assert all(error.remedy for error in errors)


def test_options_that_build_on_each_other_are_refused(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        ("  A+B: {combine: [A, B]}", "  A+B: {combine: [A, Z]}\n  Z: {combine: [A+B, B]}"),
    )
    error = only_error(path, "A+B: {combine")
    assert error.rule == "builds on itself: A+B -> Z -> A+B"


CONFLICT = """\
  C:
    name: {en: Slow, zh: 限速}
    do:
      - set_speed: {street: Row 2, speed: 30 km/h}
  D:
    name: {en: Slower, zh: 更慢}
    do:
      - set_speed: {street: Row 2, from: Column 1, to: Column 2, speed: 20 km/h}
  C+D: {combine: [C, D]}
uncertain: all
"""


def test_two_that_set_one_thing_conflict_by_name_and_line(tmp_path: Path) -> None:
    tail = GOOD.splitlines()[-2] + "\n"
    path = written(tmp_path, (tail, CONFLICT))
    error = only_error(path, "speed: 20 km/h")
    first = line_of(path, "speed: 30 km/h")
    assert error.value == "options.D.do[0].set_speed"
    assert f"conflicts with options.C.do[0].set_speed on line {first} in option C+D" in error.rule
    assert "both set the speed of Row 2" in error.rule
    assert "and 1 more" in error.rule
    assert error.remedy == "let one of the two set it"


def test_windows_that_do_not_overlap_do_not_conflict(tmp_path: Path) -> None:
    step = '- retime: {junctions: [Row 1 / Column 2], when: ["%s"], choose: [splits]}'
    close = "- close_street: {street: Row 2, from: Column 1, to: Column 3}"
    two = f"{step % '06:00-07:00'}\n      {step % '07:00-08:00'}"
    assert len(resolved(written(tmp_path, (close, two)))) == 3
    two = f"{step % '06:00-07:30'}\n      {step % '07:00-08:00'}"
    path = written(tmp_path, (close, two))
    assert "both set the signal plan" in errors_of(path)[0].rule
    path = written(tmp_path, (close, step % "17:00-19:00"))
    assert only_error(path, "17:00").rule == "must overlap the simulated hours"


def test_a_step_holds_one_intervention(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        ("to: Column 3}", "to: Column 3}\n        set_speed: {street: Row 1, speed: 30 km/h}"),
    )
    assert "must hold one intervention" in only_error(path, "- close_street").rule


EXTENDED = """\
  E:
    name: {en: More, zh: 更多}
    from: A
    do:
      - set_speed: {street: Row 1, speed: 30 km/h}
  A+E: {combine: [A, E, B]}"""


def test_an_option_builds_on_another_once(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        (
            "  A+B: {combine: [A, B]}",
            EXTENDED,
        ),
    )
    steps = resolved(path)[-1].interventions
    assert [type(step).__name__ for step in steps] == ["BuildCarPark", "SetSpeed", "CloseStreet"]


def test_a_file_that_is_not_utf_8_names_the_byte(tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    path.write_bytes(GOOD.encode("gb18030"))
    error = errors_of(path)[0]
    assert error.rule == "must be UTF-8"
    assert error.line == 2


def test_guard_rails_carry_their_indicators_unit(tmp_path: Path) -> None:
    rails = "decide_on:"
    path = written(
        tmp_path,
        (rails, 'must_not: {gave_up_share: "> 5 %", search_time_p90_min: worse}\ndecide_on:'),
    )
    found = read_study(path)[0].must_not.rails()
    assert found["gave_up_share"].is_breached(base=0.0, value=0.06, better="lower")
    assert found["search_time_p90_min"].is_breached(base=5.0, value=6.0, better="lower")
    assert not found["search_time_p90_min"].is_breached(base=5.0, value=5.0, better="lower")
    path = written(tmp_path, (rails, 'must_not: {gave_up_share: "> 5 min"}\ndecide_on:'))
    assert "needs a share" in only_error(path, "must_not").rule
    path = written(tmp_path, (rails, "must_not: {occupancy_peak: worse}\ndecide_on:"))
    assert "neither better nor worse" in only_error(path, "must_not").rule
