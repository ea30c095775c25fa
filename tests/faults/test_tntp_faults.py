"""Bad TNTP files: one message per fault, with file, line, value and rule."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from citymove.formats.tntp import read_tntp_flows, read_tntp_network, read_tntp_trips
from citymove.foundation.errors import CitymoveError
from citymove.traffic.equilibrium import assign
from citymove.traffic.from_tables import network_from_table

NET = """<NUMBER OF ZONES> 2
<NUMBER OF NODES> 3
<FIRST THRU NODE> 3
<NUMBER OF LINKS> 2
<END OF METADATA>

~\tinit_node\tterm_node\tcapacity\tlength\tfree_flow_time\tb\tpower\tspeed\ttoll\tlink_type\t;
\t1\t3\t100\t1\t5\t0.15\t4\t0\t0\t1\t;
\t3\t2\t100\t1\t5\t0.15\t4\t0\t2\t1\t;
"""
TRIPS = """<NUMBER OF ZONES> 2
<TOTAL OD FLOW> 60.0
<END OF METADATA>

Origin \t1
    1 :      0.0;     2 :    60.0;
"""


def write(folder: Path, text: str, name: str = "made_up.tntp") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_file_itself_is_read(tmp_path: Path) -> None:
    table = read_tntp_network(write(tmp_path, NET))
    assert (table.zone_count, table.node_count, table.first_through_node) == (2, 3, 2)
    assert table.tail.tolist() == [0, 2]
    assert table.toll.tolist() == [0, 2]
    trips = read_tntp_trips(write(tmp_path, TRIPS, "trips.tntp"))
    assert trips.matrix().tolist() == [[0, 60], [0, 0]]
    network = network_from_table(table, toll_factor=0.5, distance_factor=2.0)
    assert network.fixed_cost.tolist() == [2.0, 3.0]
    found = assign(network, trips.matrix()[None, None])
    assert found.link_volume[0, 0].tolist() == [60.0, 60.0]


@pytest.mark.parametrize(
    "text",
    [
        NET.replace("<NUMBER OF ZONES> 2", "<number of  zones>\t2\t\t\t"),
        NET.replace("\t;\n", "\n"),
        NET.replace("\t;\n", ";\n"),
        NET.replace("<END OF METADATA>", "<ORIGINAL HEADER>~\tTail\tHead\t;\n<END OF METADATA> \t"),
        NET.replace("\t", "   ").replace("\n", "\r\n"),
        NET.replace("\n~", "\n\n\n~") + "\n \n",
    ],
)
def test_spellings_of_the_wild_are_read_alike(tmp_path: Path, text: str) -> None:
    path = tmp_path / "net.tntp"
    path.write_bytes(text.encode())
    table = read_tntp_network(path)
    expected = read_tntp_network(write(tmp_path, NET, "plain.tntp"))
    for name in table.column_names():
        np.testing.assert_array_equal(getattr(table, name), getattr(expected, name))


@pytest.mark.parametrize(
    "text",
    [
        TRIPS.replace("60.0;\n", "60.0\n"),
        TRIPS.replace("Origin \t1", "origin 1 "),
        TRIPS.replace("2 :    60.0;", "\n 2:60.0 ;"),
        TRIPS.replace("<TOTAL OD FLOW> 60.0\n", ""),
    ],
)
def test_spellings_of_trips_are_read_alike(tmp_path: Path, text: str) -> None:
    assert read_tntp_trips(write(tmp_path, text)).matrix().tolist() == [[0, 60], [0, 0]]


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("1\t3\t100", "1\t3\tten", 8, "capacity = ten: must be a finite number"),
        ("1\t3\t100", "1\t3\tnan", 8, "capacity = nan: must be a finite number"),
        ("1\t3\t100", "1\t3\t-100", 8, "capacity = -100: must be > 0"),
        ("1\t3\t100", "1\t3\t0", 8, "capacity = 0: must be > 0"),
        ("3\t2\t100\t1\t5", "3\t2\t100\t1\t-5", 9, "free_time = -5: must be >= 0"),
        ("3\t2\t100", "3\t4\t100", 9, "head = 4: must lie between 1 and 3"),
        ("3\t2\t100", "0\t2\t100", 9, "tail = 0: must lie between 1 and 3"),
        ("3\t2\t100", "3.5\t2\t100", 9, "tail = 3.5: must be a whole number"),
        ("\t2\t1\t;", "\t;", 9, "8 found: must have 10 columns"),
        ("LINKS> 2", "LINKS> 3", 4, "2 links found: states 3 links"),
        ("<NUMBER OF ZONES> 2\n", "", None, "<NUMBER OF ZONES>: is missing in the header"),
        ("<NUMBER OF NODES> 3", "<NUMBER OF NODES> -3", 2, "must be a whole number >= 1"),
        ("<NUMBER OF ZONES> 2", "<NUMBER OF ZONES> 9", 1, "must not exceed <NUMBER OF NODES>"),
        ("<END OF METADATA>\n", "", None, "has no line <END OF METADATA>"),
    ],
)
def test_a_bad_network_is_named_by_line(
    tmp_path: Path, old: str, new: str, line: int | None, said: str
) -> None:
    assert old in NET
    path = write(tmp_path, NET.replace(old, new))
    with pytest.raises(CitymoveError) as caught:
        read_tntp_network(path)
    message = str(caught.value)
    assert message.startswith(f"{path}:{line}: " if line else f"{path}: ")
    assert said in message
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("60.0;", "sixty;", 6, "trips = sixty: must be a finite number"),
        ("60.0;", "-60.0;", 6, "trips = -60: must be >= 0"),
        ("60.0;", "NaN;", 6, "trips = NaN: must be a finite number"),
        ("2 :    60.0;", "3 :    60.0;", 6, "destination = 3: must lie between 1 and 2"),
        ("2 :    60.0;", "1 :    60.0;", 6, "from 1 to 1: is given twice"),
        ("2 :    60.0;", "2      60.0;", 6, 'must be "destination : trips;"'),
        ("Origin \t1", "Origin \t7", 5, "origin = 7: must lie between 1 and 2"),
        ("Origin \t1\n", "", 5, 'must stand below a line "Origin n"'),
        ("2 :    60.0;", "2 :    6.0;", 2, "must be the sum of the trips"),
    ],
)
def test_bad_trips_are_named_by_line(
    tmp_path: Path, old: str, new: str, line: int, said: str
) -> None:
    assert old in TRIPS
    path = write(tmp_path, TRIPS.replace(old, new))
    with pytest.raises(CitymoveError) as caught:
        read_tntp_trips(path)
    message = str(caught.value)
    assert message.startswith(f"{path}:{line}: ")
    assert said in message


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    text = NET.replace("1\t3\t100", "1\t3\tten").replace("3\t2\t100", "3\t9\t-1")
    with pytest.raises(CitymoveError) as caught:
        read_tntp_network(write(tmp_path, text))
    assert [line.split(":")[1] for line in str(caught.value).splitlines()] == ["8", "9", "9"]


def test_other_encodings_and_missing_files(tmp_path: Path) -> None:
    path = tmp_path / "latin.tntp"
    path.write_bytes(NET.replace("~\t", "~ Straße\t").encode("latin-1"))
    with pytest.raises(CitymoveError, match=r"latin\.tntp:7: must be UTF-8 text"):
        read_tntp_network(path)
    with pytest.raises(CitymoveError, match="no such file"):
        read_tntp_trips(tmp_path / "none.tntp")


def test_flows_must_hold_the_links_of_the_network(tmp_path: Path) -> None:
    table = read_tntp_network(write(tmp_path, NET))
    good = write(tmp_path, "From \tTo \tVolume \tCost \n3 2 7.0 1\n1 3 8.0 1\n", "flow.tntp")
    assert read_tntp_flows(good).in_order_of(table).tolist() == [8.0, 7.0]
    other = write(tmp_path, "From To Volume Cost\n3 2 7.0 1\n", "other.tntp")
    with pytest.raises(CitymoveError, match="must hold the links of the network"):
        read_tntp_flows(other).in_order_of(table)
    bad = write(tmp_path, "From To Volume Cost\n3 2 x 1\n", "bad.tntp")
    with pytest.raises(CitymoveError, match=r"bad\.tntp:2: value = x"):
        read_tntp_flows(bad)
