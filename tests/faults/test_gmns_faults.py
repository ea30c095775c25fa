"""Bad GMNS folders: every broken cell at once, with file, line, value, rule and remedy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from citymove.cli import main
from citymove.formats.gmns import read_gmns, read_gmns_assignment, read_gmns_demand
from citymove.foundation.errors import CitymoveError, InputErrors

GOOD = {
    "config": "long_length,speed,crs\nmile,mph,4326\n",
    "node": "node_id,zone_id,x_coord,y_coord\n1,1,7.00,50.00\n2,,7.01,50.00\n3,2,7.02,50.00\n",
    "link": (
        "link_id,from_node_id,to_node_id,directed,length,free_speed,lanes,capacity,allowed_uses,"
        "geometry\n"
        '12,1,2,1,1,30,1,900,car,"LINESTRING (7.00 50.00, 7.01 50.00)"\n'
        "23,2,3,1,1,30,1,900,all,\n"
    ),
    "movement": "mvmt_id,node_id,ib_link_id,ob_link_id,type,ctrl_type\nm,2,12,23,thru,signal\n",
    "lane": "lane_id,link_id,lane_num,allowed_uses\nl,12,1,all\n",
    "demand": "o_zone_id,d_zone_id,volume\n1,2,60\n",
    "signal_controller": "controller_id\n2\n",
    "signal_timing_plan": (
        "timing_plan_id,controller_id,time_day,cycle_length\np,2,01111100_0600_0900,60\n"
    ),
    "signal_timing_phase": (
        "timing_phase_id,timing_plan_id,signal_phase_num,min_green,max_green,clearance,ring,"
        "barrier,position\nf,p,2,20,30,5,1,1,1\n"
    ),
    "signal_phase_mvmt": (
        "signal_phase_mvmt_id,timing_phase_id,mvmt_id,link_id,protection\n1,f,m,,protected\n"
    ),
    "signal_coordination": "coordination_id,timing_plan_id,controller_id,offset\n1,p,2,12\n",
}


def folder_of(folder: Path, **changes: str | None) -> Path:
    for name, text in {**GOOD, **changes}.items():
        if text is not None:
            (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def message_of(folder: Path) -> str:
    with pytest.raises(CitymoveError) as caught:
        read_gmns(folder)
    assert caught.value.exit_code == 2
    return str(caught.value)


def test_the_folder_itself_is_read(tmp_path: Path) -> None:
    tables = read_gmns(folder_of(tmp_path))
    assert tables.links.id.tolist() == ["12", "23"]
    assert tables.signals.coordination.offset_s.tolist() == [12]
    read = read_gmns_assignment(tmp_path)
    assert read.table.free_time.tolist() == [2.0, 2.0]
    trips = read_gmns_demand(tmp_path / "demand.csv", read.zone_ids)
    assert trips.matrix().tolist() == [[0, 60], [0, 0]]


@pytest.mark.parametrize(
    ("table", "old", "new", "line", "said"),
    [
        ("node", "2,,7.01", "1,,7.01", 3, "node_id = 1: is given twice, first in line 2; make"),
        ("node", "7.01", "", 3, "x_coord = : must be given"),
        ("node", "7.01", "nan", 3, "x_coord = nan: must be given"),
        ("node", "7.01", "inf", 3, "x_coord = inf: must be a finite number"),
        ("node", "7.01", "west", 3, "x_coord = west: must be a finite number"),
        ("node", "7.01,50.00", "322842,4698158", None, "must lie on the earth in EPSG:4326; state"),
        ("link", "12,1,2", "12,1,9", 2, "to_node_id = 9: must be an id of node.csv; add it to"),
        ("link", "23,2,3", "12,2,3", 3, "link_id = 12: is given twice, first in line 2"),
        ("link", "900,car", "-900,car", 2, "capacity = -900: must be >= 0"),
        ("link", "900,car", "many,car", 2, "capacity = many: must be a finite number"),
        ("link", "1,30,1,900,car", "1,-30,1,900,car", 2, "free_speed = -30: must be >= 0"),
        (
            "link",
            "car",
            "hovercraft",
            2,
            "allowed_uses = hovercraft: must name uses that are known",
        ),
        ("link", "12,1,2,1", "12,1,2,maybe", 2, "directed = maybe: must be true or false"),
        ("link", "LINESTRING (7.00 50.00, 7.01 50.00)", "POINT (7 50)", 2, "must be a LINESTRING"),
        ("link", "23,2,3,1,1,30,1,900,all,", "23,2,3", 3, "a row of 3 cells: must have 10 cells"),
        ("link", "from_node_id", "from_node", 1, "column 'from_node_id': is required; is it the"),
        ("link", "length", "lanes", 1, "column 'lanes': stands twice"),
        ("lane", "12,1,all", "12,1.5,all", 2, "lane_num = 1.5: must be a whole number -20 .. 20"),
        ("lane", "l,12", "l,13", 2, "link_id = 13: must be an id of link.csv"),
        ("movement", "12,23,thru", "12,24,thru", 2, "ob_link_id = 24: must be an id of link.csv"),
        ("movement", "thru", "ahead", 2, "type = ahead: must be one of left, right"),
        ("config", "mile,mph", "furlong,mph", 2, "long_length = furlong: must be one of kilometer"),
        ("config", "4326", "EPSG:1", None, "crs = EPSG:1: must be a coordinate system"),
        ("signal_timing_plan", "p,2", "p,3", 2, "controller_id = 3: must be an id of signal_contr"),
        (
            "signal_timing_plan",
            "_0900",
            "_2900",
            2,
            "must be days and hours, as 01111100_0700_0900",
        ),
        ("signal_timing_phase", "20,30", "40,30", 2, "must be >= min_green, which is 40"),
        ("signal_timing_phase", "5,1,1,1", "5,,1,1", 2, "ring = : must be given"),
        ("signal_phase_mvmt", "f,m", "f,", 2, "must be given, or link_id for pedestrians"),
        ("signal_phase_mvmt", "1,f", "1,g", 2, "must be an id of signal_timing_phase.csv"),
        ("signal_phase_mvmt", "protected", "safe", 2, "must be one of protected, permitted, rtor"),
        ("signal_coordination", "2,12", "2,-12", 2, "offset = -12: must be >= 0"),
    ],
)
def test_a_bad_cell_is_named(
    tmp_path: Path, table: str, old: str, new: str, line: int | None, said: str
) -> None:
    assert old in GOOD[table]
    message = message_of(folder_of(tmp_path, **{table: GOOD[table].replace(old, new, 1)}))
    assert said in message
    if line is not None:
        assert f"{table}.csv:{line}: " in message


@pytest.mark.parametrize(
    ("table", "old", "new", "said"),
    [
        ("link", "900,car", "0,car", "link.csv:2: capacity = 0: must be > 0; close the link"),
        ("link", "900,car", ",car", "link.csv:2: capacity = : must be given"),
        ("link", "900,car", "NaN,car", "link.csv:2: capacity = NaN: must be given"),
        ("link", "1,30,1,900,all", "1,0,1,900,all", "link.csv:3: free_speed = 0: must be > 0 wh"),
        ("link", "1,30,1,900,all", ",30,1,900,all", "link.csv:3: length = : must be given where"),
        ("link", "capacity", "saturation", "column 'capacity': is required"),
        ("node", "3,2,", "3,1,", "node.csv:4: zone_id = 1: must stand on one node, and stands in"),
        ("node", "zone_id", "taz", "zone_id: must be given at the centroid of each zone"),
    ],
)
def test_what_an_assignment_needs_is_asked_for(
    tmp_path: Path, table: str, old: str, new: str, said: str
) -> None:
    assert old in GOOD[table]
    folder = folder_of(tmp_path, **{table: GOOD[table].replace(old, new, 1)})
    with pytest.raises(CitymoveError) as caught:
        read_gmns_assignment(folder)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("1,2,60", "1,3,60", "demand.csv:2: d_zone_id = 3: must be an id of the network's zones"),
        ("1,2,60", "1,2,-1", "demand.csv:2: volume = -1: must be >= 0"),
        ("1,2,60", "1,2,", "demand.csv:2: volume = : must be given"),
        ("1,2,60", "1,2,60\n1,2,7", "demand.csv:3: d_zone_id = 2: is given twice, first in line 2"),
    ],
)
def test_bad_demand_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    folder = folder_of(tmp_path, demand=GOOD["demand"].replace(old, new))
    zones = read_gmns_assignment(folder).zone_ids
    with pytest.raises(CitymoveError) as caught:
        read_gmns_demand(folder / "demand.csv", zones)
    assert said in str(caught.value)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    link = GOOD["link"].replace("12,1,2", "12,7,8").replace("30,1,900,all", "x,1,-5,all")
    folder = folder_of(tmp_path, link=link, node=GOOD["node"].replace("7.01", "y"))
    with pytest.raises(InputErrors) as caught:
        read_gmns(folder)
    told = [re.sub(r".*/", "", line).split(": ")[:2] for line in str(caught.value).splitlines()]
    assert told == [
        ["link.csv:2", "from_node_id = 7"],
        ["link.csv:2", "to_node_id = 8"],
        ["link.csv:3", "capacity = -5"],
        ["link.csv:3", "free_speed = x"],
        ["node.csv:3", "x_coord = y"],
    ]


def test_a_file_of_another_kind_does_not_flood(tmp_path: Path) -> None:
    rows = "".join(f"{k},,west,north\n" for k in range(5000))
    folder = folder_of(tmp_path, node=f"node_id,zone_id,x_coord,y_coord\n{rows}")
    assert len(message_of(folder).splitlines()) == 1000


def test_files_that_are_missing_or_no_text(tmp_path: Path) -> None:
    assert "node.csv: does not exist" in message_of(tmp_path)
    folder = folder_of(tmp_path)
    (folder / "link.csv").write_bytes(GOOD["link"].replace("car", "Straße").encode("latin-1"))
    assert "link.csv:2: " in message_of(folder)
    assert "must be UTF-8" in message_of(folder)
    (folder / "link.csv").write_text("")
    assert "link.csv:1: is empty" in message_of(folder)


def test_the_command_answers_with_the_faults(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, link=GOOD["link"].replace("900,car", "-900,car"))
    done = CliRunner().invoke(main, ["assign", str(folder)])
    assert done.exit_code == 2
    assert "capacity = -900: must be >= 0" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_without_demand_is_told_what_to_write(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    (folder / "demand.csv").unlink()
    done = CliRunner().invoke(main, ["assign", str(folder)])
    assert done.exit_code == 2
    assert "demand.csv: does not exist; write it with the columns o_zone_id" in done.stderr


@settings(max_examples=150, deadline=None)
@given(
    table=st.sampled_from(sorted(set(GOOD) - {"demand"})),
    at=st.floats(0, 1),
    junk=st.sampled_from(
        ['"', ",", "\n", "nan", "-1", "1e999", "\x00", "é", "", ",,", "999999999"]
    ),
)
def test_broken_tables_never_crash(
    tmp_path_factory: pytest.TempPathFactory, table: str, at: float, junk: str
) -> None:
    """Whatever stands in a table, the answer is a network or a message."""
    text = GOOD[table]
    cut = int(at * len(text))
    folder = folder_of(
        tmp_path_factory.mktemp("gmns"), **{table: f"{text[:cut]}{junk}{text[cut + 1 :]}"}
    )
    for read in (read_gmns, read_gmns_assignment):
        try:
            read(folder)
        except CitymoveError as error:
            assert error.exit_code == 2
