"""Tables by country: sources, ranges, order of the classes, statutory limits, and their page."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from citymove.facts.defaults import ClassDefaults, CountryDefaults, defaults_for
from citymove.facts.roads import RoadClass
from citymove.foundation.errors import InputError
from citymove.foundation.provenance import Source, Sourced

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "defaults.md"
MPH_KMH = 1.609344
# One country of each table, in the order of the page.
CODES = ("CN", "DE", "FR", "US", "GB", "IE", "")
STANDARD = re.compile(
    "HBS 20|HCM 2016|TA 79/99|RR67|CERTU|JTG B01|CJJ 37|osm2gmns"
    "|StVO|Code|Act|Regulations|national limit"
)


def sourced(table: CountryDefaults) -> dict[str, Sourced]:
    """Return every value of a table by its name."""
    values = {
        f"{road_class.name} {name}": getattr(row, name)
        for road_class, row in zip(RoadClass, table.classes, strict=True)
        for name in ClassDefaults.__dataclass_fields__
    }
    rest = (n for n, v in CountryDefaults.__annotations__.items() if "Sourced" in str(v))
    return values | {name: getattr(table, name) for name in rest}


@pytest.fixture(params=CODES, ids=lambda code: code or "generic")
def table(request: pytest.FixtureRequest) -> CountryDefaults:
    return defaults_for(request.param)


def test_each_default_names_a_standard_or_says_that_it_is_assumed(table: CountryDefaults) -> None:
    values = sourced(table)
    assert len(values) == 3 * len(RoadClass) + 6
    unclear = {
        name: value.note
        for name, value in values.items()
        if not value.note.startswith("assumed: ") and not STANDARD.search(value.note)
    }
    assert unclear == {}
    assert {value.source for value in values.values()} == {Source.DEFAULT}


def test_ranges_hold_the_value_and_are_wider_where_assumed(table: CountryDefaults) -> None:
    for name, value in sourced(table).items():
        assert 0 < value.low < value.value < value.high, name
        if name.split()[0] in RoadClass.__members__:
            share = 0.3 if value.note.startswith("assumed") else 0.15
            assert value.high / value.value == pytest.approx(1 + share), name
            assert value.low / value.value == pytest.approx(1 - share), name


def test_no_class_is_faster_wider_or_holds_more_than_a_higher_one(table: CountryDefaults) -> None:
    for name in ClassDefaults.__dataclass_fields__:
        values = [getattr(row, name).value for row in table.classes]
        assert values == sorted(values, reverse=True), name
    capacity = [row.capacity_per_lane_vph.value for row in table.classes]
    assert capacity[0] <= 2400  # HCM 2016, the most that any lane holds
    assert capacity[RoadClass.SERVICE] >= 300


def test_a_turning_lane_passes_less_than_a_through_lane(table: CountryDefaults) -> None:
    for factor in (table.near_turn_factor, table.far_turn_factor):
        assert 0.7 <= factor.low < factor.value < 1
        assert factor.high <= 1
    # A signalised lane of a main street passes at least what the street's own lane does.
    primary = table.of_class(RoadClass.PRIMARY).capacity_per_lane_vph.value
    assert primary <= table.saturation_flow_vph.value <= 2100


@pytest.mark.parametrize(
    ("code", "urban_kmh", "classes"),
    [
        ("CN", 50, (RoadClass.SECONDARY, RoadClass.TERTIARY)),  # article 45, one lane each way
        ("CN", 30, (RoadClass.UNCLASSIFIED, RoadClass.RESIDENTIAL)),  # the same, no centre line
        ("DE", 50, (RoadClass.PRIMARY, RoadClass.RESIDENTIAL)),
        ("AT", 50, (RoadClass.PRIMARY, RoadClass.RESIDENTIAL)),
        ("FR", 50, (RoadClass.PRIMARY, RoadClass.RESIDENTIAL)),
        ("FI", 50, (RoadClass.PRIMARY, RoadClass.RESIDENTIAL)),
        ("MC", 50, (RoadClass.PRIMARY, RoadClass.RESIDENTIAL)),
        ("IE", 50, (RoadClass.PRIMARY, RoadClass.RESIDENTIAL)),
        ("GB", 30 * MPH_KMH, (RoadClass.PRIMARY, RoadClass.RESIDENTIAL)),
        ("US", 25 * MPH_KMH, (RoadClass.RESIDENTIAL, RoadClass.RESIDENTIAL)),
        ("DE", 130, (RoadClass.MOTORWAY, RoadClass.MOTORWAY)),
        ("GB", 70 * MPH_KMH, (RoadClass.MOTORWAY, RoadClass.MOTORWAY)),
        ("IE", 120, (RoadClass.MOTORWAY, RoadClass.MOTORWAY)),
        ("CN", 120, (RoadClass.MOTORWAY, RoadClass.MOTORWAY)),
    ],
)
def test_streets_of_towns_keep_the_statutory_limit(
    code: str, urban_kmh: float, classes: tuple[RoadClass, RoadClass]
) -> None:
    rows = defaults_for(code).classes[classes[0] : classes[1] + 1]
    assert all(row.speed_kmh.value <= urban_kmh + 1e-9 for row in rows)


def test_figures_of_standards() -> None:
    """Worked from the standards' own formulas and tables."""
    gb, de, us, cn = (defaults_for(code) for code in ("GB", "DE", "US", "CN"))
    # RR67: (2080 - 140) / (1 + 1.5 f / r), lane of 3.25 m at the kerb, level.
    assert gb.saturation_flow_vph.value == 2080 - 140
    assert gb.near_turn_factor.value == pytest.approx(10 / 11.5)
    assert gb.far_turn_factor.value == pytest.approx(20 / 21.5)
    assert gb.of_class(RoadClass.TRUNK).capacity_per_lane_vph.value == 3600 / 2
    assert gb.of_class(RoadClass.MOTORWAY).capacity_per_lane_vph.value == pytest.approx(
        5600 / 3, abs=5
    )
    assert de.saturation_flow_vph.value == pytest.approx(3600 / 1.8)
    # HBS 2015, chapter S3: density k at capacity, coefficients a and b of the speed limit.
    for road_class, (k, a, b) in {
        RoadClass.SECONDARY: (45, 54, 0.85),
        RoadClass.RESIDENTIAL: (45, 38, 0.715),
    }.items():
        capacity = 0.5 * (-b * k**1.5 * np.sqrt(4 * a + b * b * k) + 2 * a * k + (b * k) ** 2)
        assert de.of_class(road_class).capacity_per_lane_vph.value == pytest.approx(capacity, abs=5)
    # HCM 2016, equations 12-6 and 12-7, a heavy vehicle counting for two cars.
    heavy = 1 / (1 + 0.05)
    freeway, multilane = 2200 + 10 * (65 - 50), 1900 + 20 * (55 - 45)
    highest = [row.capacity_per_lane_vph.value for row in us.classes[:2]]
    assert highest == pytest.approx([freeway * heavy, multilane * heavy], rel=0.02)
    assert us.near_turn_factor.value == pytest.approx(1 / 1.18)
    assert us.far_turn_factor.value == pytest.approx(1 / 1.05)
    assert cn.saturation_flow_vph.value * cn.far_turn_factor.value == pytest.approx(1550)


def test_which_table_answers_and_which_side_is_kept() -> None:
    tables = {
        c: defaults_for(c).table for c in ("DE", "AT", "FR", "MC", "FI", "IT", "HK", "AU", "")
    }
    assert tables == {
        "DE": "DE", "AT": "DE", "FR": "EU", "MC": "EU", "FI": "EU", "IT": "EU",
        "HK": "generic", "AU": "generic", "": "generic",
    }  # fmt: skip
    left = ("GB", "IE", "AU", "NZ", "JP", "HK", "MO", "IN", "ZA", "MT", "CY", "TH", "SG", "SR")
    right = ("CN", "DE", "FR", "US", "TW", "KR", "BR", "GI", "MM", "WF", "GL", "SE", "")
    assert {defaults_for(code).drives_on for code in left} == {"left"}
    assert {defaults_for(code).drives_on for code in right} == {"right"}


def test_arrays_follow_the_class_and_the_ramp(table: CountryDefaults) -> None:
    classes = np.array([RoadClass.MOTORWAY, RoadClass.MOTORWAY, RoadClass.SERVICE])
    ramp = np.array([False, True, True])
    motorway, service = table.of_class(RoadClass.MOTORWAY), table.of_class(RoadClass.SERVICE)
    assert table.lanes(classes, ramp).tolist() == [motorway.lanes.value, 1, 1]
    assert table.speed_mps(classes, ramp) * 3.6 == pytest.approx(
        [motorway.speed_kmh.value, 60, service.speed_kmh.value]
    )
    assert table.capacity_per_lane_vph(classes, ramp).tolist() == [
        motorway.capacity_per_lane_vph.value,
        1600,
        service.capacity_per_lane_vph.value,
    ]


@pytest.mark.parametrize("code", ["D", "DEU", "1A", "ÄÖ"])
def test_what_is_no_code_is_refused(code: str) -> None:
    with pytest.raises(InputError, match="two letters"):
        defaults_for(code)


# --- the page --------------------------------------------------------------------------------


def cell(value: Sourced, digits: int = 0) -> str:
    """Return a value with its range."""
    low, best, high = (f"{x:,.{digits}f}" for x in (value.low, value.value, value.high))
    return f"{best} ({low} .. {high})"


def page_section(table: CountryDefaults) -> str:
    """Return what the page says of a table."""
    lines = [
        f"## {table.table}",
        "",
        "| class | lanes of one direction | speed, km/h | capacity of a lane, veh/h |",
        "|---|---|---|---|",
    ]
    for road_class, row in zip(RoadClass, table.classes, strict=True):
        name = road_class.name.lower().replace("_", " ")
        lines.append(
            f"| {name} | {cell(row.lanes, 1)} | {cell(row.speed_kmh)} "
            f"| {cell(row.capacity_per_lane_vph)} |"
        )
    lines += ["", "| of the whole table | value | source |", "|---|---|---|"]
    for name, digits in (
        ("saturation_flow_vph", 0), ("near_turn_factor", 2), ("far_turn_factor", 2),
        ("ramp_lanes", 1), ("ramp_speed_kmh", 0), ("ramp_capacity_per_lane_vph", 0),
    ):  # fmt: skip
        value = getattr(table, name)
        lines.append(f"| `{name}` | {cell(value, digits)} | {value.note} |")
    lines += ["", "Sources by class:", ""]
    for title, name in (
        ("lanes", "lanes"), ("speed", "speed_kmh"), ("capacity", "capacity_per_lane_vph"),
    ):  # fmt: skip
        by_note: dict[str, list[str]] = {}
        for road_class, row in zip(RoadClass, table.classes, strict=True):
            classes = by_note.setdefault(getattr(row, name).note, [])
            classes.append(road_class.name.lower().replace("_", " "))
        for note, classes in by_note.items():
            whom = "all classes" if len(classes) == len(RoadClass) else ", ".join(classes)
            lines.append(f"- {title}, {whom}: {note}")
    return "\n".join(lines) + "\n"


def test_the_page_lists_each_table_as_the_program_knows_it() -> None:
    text = PAGE.read_text(encoding="utf-8")
    sections = ["## " + part for part in text.split("\n## ")[1:]]
    assert [s.strip() for s in sections] == [page_section(defaults_for(c)).strip() for c in CODES]
