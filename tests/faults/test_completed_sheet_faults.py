"""Completed workbooks that are broken, half finished or hostile."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from openpyxl import Workbook, load_workbook

from citymove.facts.car_parks import CarParks
from citymove.facts.measured import Measured, measured_car_parks, measured_roads
from citymove.facts.roads import LaneTurns, Roads
from citymove.formats import workbook_cells
from citymove.formats.city_folder import read_city
from citymove.formats.completed_layout import SHEETS, WORKBOOK
from citymove.formats.completed_sheet import Completed, read_completed
from citymove.formats.osm import OsmFacts, read_osm
from citymove.foundation.errors import InputError, InputErrors
from citymove.foundation.provenance import Source
from citymove.prepare.audit import audit_extract
from citymove.report.audit_workbook import workbook_bytes
from made_up_folder import write_city
from osm_files import cross, node, write

LANE_HEAD = ("id\nId\n编号", "name", "lanes\nLanes\n车道数")


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> OsmFacts:
    folder = tmp_path_factory.mktemp("osm")
    park = node(50, 1.2, 1.2, amenity="parking", name="=cmd|' /C calc'!A0")
    return read_osm(write(folder / "cross.osm", *cross(), park), country="DE")


def book(path: Path, **sheets: list[tuple[Any, ...]]) -> Path:
    made = Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    made.save(path)
    return path


def complaints(path: Path, facts: OsmFacts) -> list[str]:
    with pytest.raises(InputErrors) as caught:
        read_completed(path, facts.roads, facts.car_parks)
    assert all(error.file == str(path) and error.remedy for error in caught.value.errors)
    return [str(error).removeprefix(f"{path}: ") for error in caught.value.errors]


def read(path: Path, facts: OsmFacts) -> Completed:
    return read_completed(path, facts.roads, facts.car_parks)


# --- what is taken --------------------------------------------------------------------------


def test_a_whole_way_and_a_single_link(tmp_path: Path, facts: OsmFacts) -> None:
    rows = [LANE_HEAD, ("102/f", "Street 2", 3), ("104/4-5/f", "", "1.5"), ("106/b", "", None)]
    speeds = [("id", "speed_kmh"), ("108/b", 36)]
    done = read(book(tmp_path / "a.xlsx", lanes=rows, speeds=speeds), facts)
    assert [(c.place, c.id, c.value) for c in done.cells] == [
        ("lanes!C2", "102/f", 3.0),
        ("lanes!C3", "104/4-5/f", 1.5),
        ("speeds!B2", "108/b", 36.0),
    ]
    roads = measured_roads(facts.roads, done.measured)
    by_id = dict(zip(roads.link_ids().tolist(), range(len(roads.links)), strict=True))
    assert roads.links.lanes[by_id["102/2-5/f"]] == 3
    assert roads.links.lanes_source[by_id["102/2-5/f"]] == Source.MEASURED
    assert roads.links.lanes_source[by_id["102/5-2/b"]] == Source.DEFAULT
    assert roads.links.lanes[by_id["104/4-5/f"]] == 1.5
    assert roads.links.speed_mps[by_id["108/5-8/b"]] == pytest.approx(10.0)
    assert np.count_nonzero(roads.links.lanes_source == Source.MEASURED) == 2
    assert np.count_nonzero(roads.links.speed_source == Source.MEASURED) == 1


@pytest.mark.parametrize("word", ["yes", "Yes ", "是", "有", True, 1, "TRUE"])
def test_signals_are_stated_in_many_words(tmp_path: Path, facts: OsmFacts, word: object) -> None:
    path = book(tmp_path / "a.xlsx", signals=[("id", "has_signals"), (5, word), ("4", "no")])
    signals = read(path, facts).measured.signals
    assert signals.osm_id.tolist() == [5, 4]
    assert signals.present.tolist() == [True, False]
    assert set(signals.source.tolist()) == {Source.MEASURED}


def test_empty_cells_are_left_as_they_are(tmp_path: Path, facts: OsmFacts) -> None:
    rows = [LANE_HEAD, ("102/f", "", None), ("nonsense", "", "  "), (None, None, None)]
    done = read(book(tmp_path / "a.xlsx", about=[("anything", 1)], lanes=rows), facts)
    assert done.cells == ()
    assert measured_roads(facts.roads, done.measured).links.lanes.tolist() == (
        facts.roads.links.lanes.tolist()
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_sheet_saved_as_csv(
    tmp_path: Path, facts: OsmFacts, encoding: str, separator: str
) -> None:
    lines = [['"id\nId\n编号"', "name", '"lanes\nLanes\n车道数"'], ["102/f", "长江路", "2"]]
    path = tmp_path / "lanes.csv"
    path.write_bytes("\n".join(separator.join(cells) for cells in lines).encode(encoding))
    assert [(c.place, c.value) for c in read(path, facts).cells] == [("lanes!C2", 2.0)]


def test_columns_and_rows_may_move(tmp_path: Path, facts: OsmFacts) -> None:
    rows = [("my notes", "lanes", "ID"), ("x", 2, "106/f"), ("y", 4, "102/f")]
    done = read(book(tmp_path / "a.xlsx", lanes=rows), facts)
    assert {c.id: (c.cell, c.value) for c in done.cells} == {
        "106/f": ("B2", 2.0),
        "102/f": ("B3", 4.0),
    }


def test_arrows_that_cannot_be_right_go(facts: OsmFacts, tmp_path: Path) -> None:
    row = facts.roads.link_ids().tolist().index("102/2-5/f")
    arrows = LaneTurns(link=[row, row], lane=[0, 1], turns=[1, 2], source=[2, 2])
    roads = Roads(**{**vars(facts.roads), "lane_turns": arrows})
    for lanes, left in ((2, 2), (3, 0)):
        path = book(tmp_path / f"{lanes}.xlsx", lanes=[LANE_HEAD, ("102/f", "", lanes)])
        measured = read_completed(path, roads, facts.car_parks).measured
        assert len(measured_roads(roads, measured).lane_turns) == left


# --- what is refused ------------------------------------------------------------------------


def test_every_broken_cell_is_named_at_once(tmp_path: Path, facts: OsmFacts) -> None:
    rows = [
        LANE_HEAD,
        ("102/f", "", "two"),
        ("104/f", "", -1),
        ("106/f", "", 99),
        ("102/g", "", 2),
        ("999/f", "", 2),
        ("", "", 2),
        ("108/f", "", 2),
        ("108/f", "", 3),
        ("106/b", "", True),
        ("104/b", "", "1e400"),
    ]
    spaces = [("id", "spaces"), ("n50", 2.5), ("n51", 7)]
    signals = [("id", "has_signals"), (5, "perhaps"), (77, "yes")]
    speeds = [("id", "speed_kmh"), ("102/f", "50 km/h"), ("104/f", 300)]
    path = book(tmp_path / "a.xlsx", lanes=rows, car_parks=spaces, signals=signals, speeds=speeds)
    found = complaints(path, facts)
    text = "\n".join(found)
    for place in (
        "lanes!C2 = 'two'", "lanes!C3 = '-1'", "lanes!C4 = '99'", "lanes!C5", "lanes!C6",
        "lanes!A7", "lanes!A9", "lanes!C10", "lanes!C11", "car_parks!B2 = '2.5'",
        "car_parks!B3", "signals!B2 = 'perhaps'", "signals!B3", "speeds!B2 = '50 km/h'",
        "speeds!B3 = '300'",
    ):  # fmt: skip
        assert place in text, place
    assert len(found) == 15
    assert "lanes!C2 = 'two': must be a number from 0.5 to 12; write digits" in text
    assert "of this way there is: 102/f, 102/b" in text
    assert "did you mean 'n50'?" in text
    assert "stands twice, first at lanes!A8" in text


def test_a_link_and_its_way_must_not_both_speak(tmp_path: Path, facts: OsmFacts) -> None:
    rows = [LANE_HEAD, ("102/f", "", 2), ("102/2-5/f", "", 2)]
    (only,) = complaints(book(tmp_path / "a.xlsx", lanes=rows), facts)
    assert only.startswith("lanes!C3 = '102/2-5/f': is stated twice, first at lanes!C2 (102/f)")


def test_formulas_are_not_computed(tmp_path: Path, facts: OsmFacts) -> None:
    rows = [LANE_HEAD, ("102/f", "", "=1+1"), ("=HYPERLINK(1)", "", 2)]
    first, second = complaints(book(tmp_path / "a.xlsx", lanes=rows), facts)
    assert first.startswith("lanes!C2 = '=1+1': holds a formula")
    assert second.startswith("lanes!A3")


def test_merged_cells_are_refused(tmp_path: Path, facts: OsmFacts) -> None:
    path = book(tmp_path / "a.xlsx", lanes=[LANE_HEAD, ("102/f", "", 2), ("104/f", "", None)])
    made = load_workbook(path)
    made["lanes"].merge_cells("C2:C3")
    made.save(path)
    (only,) = complaints(path, facts)
    assert only.startswith("lanes!C2:C3: must not be merged")


@pytest.mark.parametrize(
    ("sheets", "rule"),
    [
        ({"lains": [LANE_HEAD]}, "sheet 'lains': is no sheet of this workbook; did you mean"),
        ({"about": [("x",)]}, "holds no sheet to read"),
        ({"lanes": [("id", "name")]}, "lanes, heading 'lanes' in row 1: is missing"),
        ({"lanes": [("id", "lanes", "lanes")]}, "lanes, heading 'lanes' in row 1: stands twice"),
        ({"lanes": []}, "lanes, heading 'id' in row 1: is missing"),
    ],
)
def test_sheets_and_headings(
    tmp_path: Path, facts: OsmFacts, sheets: dict[str, list[tuple[Any, ...]]], rule: str
) -> None:
    assert complaints(book(tmp_path / "a.xlsx", **sheets), facts)[0].startswith(rule)


def _no_zip(path: Path) -> None:
    path.write_bytes(b"this is no workbook")


def _cut(path: Path) -> None:
    book(path, lanes=[LANE_HEAD])
    path.write_bytes(path.read_bytes()[:700])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _no_parts(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("hello.txt", "x")


def _entities(path: Path) -> None:
    """Nested entities that would unfold to 10^10 letters."""
    book(path, lanes=[LANE_HEAD])
    lines = ['<!DOCTYPE x [<!ENTITY a0 "ha">']
    lines += [f'<!ENTITY a{k} "{f"&a{k - 1};" * 10}">' for k in range(1, 11)]
    _replace(path, "xl/workbook.xml", "".join([*lines, "]><workbook>&a10;</workbook>"]).encode())


def _replace(path: Path, part: str, data: bytes) -> None:
    with zipfile.ZipFile(path) as made:
        parts = {item.filename: made.read(item) for item in made.infolist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, old in {**parts, part: data}.items():
            archive.writestr(name, data if name == part else old)


@pytest.mark.parametrize("spoil", [_no_zip, _cut, _empty, _no_parts, _entities])
def test_files_that_are_no_workbook(
    tmp_path: Path, facts: OsmFacts, spoil: Callable[[Path], None]
) -> None:
    path = tmp_path / "a.xlsx"
    spoil(path)
    with pytest.raises(InputError, match="cannot be read as a workbook"):
        read(path, facts)


@pytest.mark.parametrize("name", ["a.xls", "a.ods", "a"])
def test_other_kinds_of_file(tmp_path: Path, facts: OsmFacts, name: str) -> None:
    with pytest.raises(InputError, match=r"must end in \.xlsx or \.csv"):
        read(tmp_path / name, facts)
    with pytest.raises(InputError, match="does not exist"):
        read(tmp_path / "a.xlsx", facts)


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path, facts: OsmFacts) -> None:
    path = book(tmp_path / "a.xlsx", lanes=[LANE_HEAD])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/zeros", bytes(workbook_cells.MOST_BYTES + 1))
    assert path.stat().st_size < 2_000_000
    with pytest.raises(InputError, match="must unpack to at most 60 MB"):
        read(path, facts)


def test_styles_without_end_are_not_read(tmp_path: Path, facts: OsmFacts) -> None:
    path = book(tmp_path / "a.xlsx", lanes=[LANE_HEAD])
    with zipfile.ZipFile(path) as made:
        styles = made.read("xl/styles.xml")
    _replace(path, "xl/styles.xml", styles.replace(b"</fonts>", b"<font/>" * 500_000 + b"</fonts>"))
    assert path.stat().st_size < 100_000
    with pytest.raises(InputError, match=r"xl/styles\.xml, 4 MB: must unpack to at most 3 MB"):
        read(path, facts)


def test_rows_that_are_only_claimed_are_not_made(tmp_path: Path, facts: OsmFacts) -> None:
    path = book(tmp_path / "a.xlsx", lanes=[LANE_HEAD, ("102/f", "", 2)])
    part = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(path) as made:
        sheet = made.read(part)
    claimed = sheet.replace(b'<dimension ref="A1:C2"', b'<dimension ref="A1:XFD1000000000"')
    assert claimed != sheet
    _replace(path, part, claimed)
    assert len(read(path, facts).cells) == 1
    _replace(path, part, claimed.replace(b'<row r="2"', b'<row r="1000000000"'))
    assert "lanes, row 1000000000: must have at most 300,000 rows" in complaints(path, facts)[0]


# --- in a city's folder ---------------------------------------------------------------------


def test_a_city_reads_its_workbook(tmp_path: Path) -> None:
    folder = write_city(tmp_path / "city")
    book(
        folder / WORKBOOK,
        lanes=[LANE_HEAD, ("1002/f", "Row 2", 3)],
        car_parks=[("id", "spaces"), ("n902", 77)],
        signals=[("id", "has_signals"), (15, "no")],
    )
    (folder / f"~${WORKBOOK}").write_bytes(b"a spreadsheet program's own note")
    city = read_city(folder)
    here = (city.roads.links.way_id == 1002) & city.roads.links.forward
    assert set(city.roads.links.lanes[here].tolist()) == {3.0}
    assert set(city.roads.links.lanes_source[here].tolist()) == {Source.MEASURED}
    park = city.car_parks.id.tolist().index("n902")
    assert city.car_parks.spaces[park] == 77
    assert city.car_parks.spaces_source[park] == Source.MEASURED
    assert city.stated_signals.osm_id.tolist() == [15]


def test_one_fact_in_two_sheets_of_a_folder(tmp_path: Path) -> None:
    folder = write_city(tmp_path / "city")
    book(folder / WORKBOOK, car_parks=[("id", "spaces"), ("n902", 77), ("n903", 8)])
    (folder / "car_parks.csv").write_text("id,spaces,kind\nn903,,surface\nn902,80,\n")
    with pytest.raises(InputErrors) as caught:
        read_city(folder)
    (only,) = caught.value.errors
    assert str(only) == (
        f"{folder / WORKBOOK}: car_parks!B2 = 77 (n902): is stated in car_parks.csv, line 3, "
        "as well; keep one of the two"
    )


def test_a_broken_cell_of_a_folder_is_named(tmp_path: Path) -> None:
    folder = write_city(tmp_path / "city")
    book(folder / WORKBOOK, lanes=[LANE_HEAD, ("1002/f", "Row 2", "three")])
    with pytest.raises(InputErrors, match=r"lanes!C2 = 'three': must be a number"):
        read_city(folder)


# --- what the audit writes ------------------------------------------------------------------


def test_names_are_never_formulas(facts: OsmFacts, tmp_path: Path) -> None:
    path = tmp_path / "w.xlsx"
    path.write_bytes(workbook_bytes(audit_extract(facts, country="DE"), "fictional"))
    made = load_workbook(path)
    assert made.sheetnames == ["about", *SHEETS]
    cells = [cell for sheet in made.worksheets for row in sheet.iter_rows() for cell in row]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    (name,) = [cell for cell in cells if str(cell.value).startswith("=cmd")]
    assert name.data_type == "s"
    assert name.quotePrefix
    for sheet in SHEETS:
        assert made[sheet].freeze_panes == "C2"
        assert len(made[sheet].data_validations.dataValidation) == 1


def test_the_written_workbook_is_read_back_and_keeps_what_was_filled(
    facts: OsmFacts, tmp_path: Path
) -> None:
    path = tmp_path / "w.xlsx"
    path.write_bytes(workbook_bytes(audit_extract(facts, country="DE"), "fictional"))
    assert read(path, facts).cells == ()
    made = load_workbook(path)
    for sheet, value in (("lanes", 2), ("speeds", 40), ("car_parks", 12)):
        made[sheet].cell(2, made[sheet].max_column).value = value
    made["signals"].append(["5", None, None, None, None, None, "yes"])
    made.save(path)
    done = read(path, facts)
    assert [c.value for c in done.cells] == [True, 2.0, 40.0, 12.0]
    audit = audit_extract(
        OsmFacts(
            **{
                **vars(facts),
                "roads": measured_roads(facts.roads, done.measured),
                "car_parks": measured_car_parks(facts.car_parks, done.measured),
            }
        ),
        country="DE",
        stated_signals=done.measured.signals,
    )
    again = tmp_path / "again.xlsx"
    again.write_bytes(workbook_bytes(audit, "fictional", done))
    assert again.read_bytes() == workbook_bytes(audit, "fictional", done)
    kept = {(c.sheet, c.id): c.value for c in read(again, facts).cells}
    assert kept == {(c.sheet, c.id): c.value for c in done.cells}


def test_nothing_measured_changes_nothing(facts: OsmFacts) -> None:
    roads = measured_roads(facts.roads, Measured())
    assert roads.links.lanes.tobytes() == facts.roads.links.lanes.tobytes()
    parks: CarParks = measured_car_parks(facts.car_parks, Measured())
    assert parks.spaces.tolist() == facts.car_parks.spaces.tolist()
