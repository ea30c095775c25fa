"""``citymove assign``: a network and its demand as files, the equilibrium with its certificate."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from citymove.cli import main
from citymove.cli.commands import ASSIGNMENT_ALGORITHMS
from citymove.traffic.equilibrium import ALGORITHMS

TNTP = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "tntp"

# Braess (1968): 6 vehicles from 1 to 2; times 10 x, 50 + x, 50 + x, 10 x and 10 + x. At
# equilibrium all three routes take 92, links carry 4, 2, 2, 4, 2, and the objective is 386.
BRAESS_NET = """\
<NUMBER OF ZONES> 2
<NUMBER OF NODES> 4
<FIRST THRU NODE> 1
<NUMBER OF LINKS> 5
<END OF METADATA>
~ from to capacity length time b power speed toll type ;
1 3 1 0 0.00000001 1000000000 1 0 0 1 ;
1 4 1 0 50 0.02 1 0 0 1 ;
3 2 1 0 50 0.02 1 0 0 1 ;
4 2 1 0 0.00000001 1000000000 1 0 0 1 ;
3 4 1 0 10 0.1 1 0 0 1 ;
"""
BRAESS_TRIPS = """\
<NUMBER OF ZONES> 2
<TOTAL OD FLOW> 6.0
<END OF METADATA>
Origin 1
 2 : 6.0;
"""


@pytest.fixture
def braess(tmp_path: Path) -> tuple[str, str]:
    net, trips = tmp_path / "net.tntp", tmp_path / "trips.tntp"
    net.write_text(BRAESS_NET)
    trips.write_text(BRAESS_TRIPS)
    return str(net), str(trips)


def assign(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["assign", *arguments])


def summary(result: Result) -> dict[str, float]:
    found = json.loads(result.stdout)
    assert isinstance(found, dict)
    return found


def test_every_algorithm_of_the_library_can_be_asked_for() -> None:
    assert sorted(ASSIGNMENT_ALGORITHMS) == sorted(ALGORITHMS)


def test_braess_in_a_shell(braess: tuple[str, str], tmp_path: Path) -> None:
    options = "--gap 1e-10 --json --out links.csv"
    done = subprocess.run(
        [sys.executable, "-m", "citymove.cli", "assign", *braess, *options.split()],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stderr == ""
    found = json.loads(done.stdout)
    assert found["objective"] == pytest.approx(386.00000008, rel=1e-9)
    assert found["tstt"] == pytest.approx(552.0, rel=1e-8)
    assert found["bound"] <= 386.00000008 * (1 + 1e-12)
    assert found["bound"] == pytest.approx(found["objective"], rel=1e-8)
    assert found["relative_gap"] <= 1e-10
    assert found["average_excess_cost"] == pytest.approx(0.0, abs=1e-8)
    assert found["converged"] is True
    assert found["unreachable"] == 0
    assert found["seconds"] >= 0
    with (tmp_path / "links.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["from"], row["to"]) for row in rows] == [
        ("1", "3"), ("1", "4"), ("3", "2"), ("4", "2"), ("3", "4"),
    ]  # fmt: skip
    assert [float(row["volume"]) for row in rows] == pytest.approx([4, 2, 2, 4, 2], abs=1e-6)
    assert [float(row["time"]) for row in rows] == pytest.approx([40, 52, 52, 40, 12], abs=1e-5)


@pytest.mark.parametrize("algorithm", ["paths", "cfw", "fw"])
def test_other_rules_find_the_same(algorithm: str, braess: tuple[str, str]) -> None:
    result = assign(*braess, "--algorithm", algorithm, "--gap", "1e-6", "--json")
    assert result.exit_code == 0, result.stderr
    assert summary(result)["objective"] == pytest.approx(386.00000008, rel=1e-5)
    assert summary(result)["relative_gap"] <= 1e-6


def test_a_gap_that_is_not_reached_is_exit_1_with_the_result(braess: tuple[str, str]) -> None:
    result = assign(*braess, "--algorithm", "msa", "--max-iterations", "2", "--json")
    assert result.exit_code == 1
    found = summary(result)
    assert found["converged"] is False
    assert found["iterations"] == 2
    assert found["bound"] <= 386.00000008 <= found["objective"]
    assert "above the 1e-06 asked for" in result.stderr


def test_one_loading_aims_at_no_gap(braess: tuple[str, str]) -> None:
    result = assign(*braess, "--algorithm", "aon", "--json")
    assert result.exit_code == 0
    # all take the middle route, which takes 10 in the empty network: 60 + 16 + 60 each
    assert summary(result)["tstt"] == pytest.approx(6 * 136)


def test_values_stand_one_a_line_without_json(braess: tuple[str, str]) -> None:
    lines = assign(*braess).stdout.splitlines()
    names = [line.split(":")[0] for line in lines]
    assert {"objective", "relative_gap", "average_excess_cost", "tstt", "iterations"} <= set(names)
    assert {"bound", "seconds", "converged"} <= set(names)


def test_toll_and_distance_count_as_time(braess: tuple[str, str], tmp_path: Path) -> None:
    """A toll of 20 on the middle link, weighed at 1, leaves it empty: the two routes take 83."""
    net = Path(braess[0])
    net.write_text(net.read_text().replace("10 0.1 1 0 0 1", "10 0.1 1 0 20 1"))
    result = assign(*braess, "--gap", "1e-10", "--toll-factor", "1", "--json")
    assert summary(result)["tstt"] == pytest.approx(6 * 83, rel=1e-8)
    assert summary(assign(*braess, "--gap", "1e-10", "--json"))["tstt"] == pytest.approx(552)


def test_trips_without_a_path_are_told(braess: tuple[str, str]) -> None:
    trips = Path(braess[1])
    trips.write_text(BRAESS_TRIPS.replace("6.0\n<END", "9.0\n<END") + "Origin 2\n 1 : 3.0;\n")
    result = assign(*braess, "--json")
    assert summary(result)["unreachable"] == 3
    assert "3 trips have no path and are left out" in result.stderr


@pytest.mark.parametrize(
    ("which", "old", "new", "words"),
    [
        (0, "1 4 1 0 50", "1 4 -1 0 50", (":8: ", "capacity = -1", "must be > 0")),
        (0, "1 4 1 0 50", "1 9 1 0 50", (":8: ", "head = 9", "between 1 and 4")),
        (0, "1 4 1 0 50", "1 4 1 0 nan", (":8: ", "free_time = nan", "finite")),
        (1, "2 : 6.0;", "2 ; 6.0;", (":5: ",)),
        (1, "ZONES> 2", "ZONES> 3", ("3 zones, the network 2", "must have the zones")),
    ],
)
def test_a_fault_of_a_file_is_exit_2(
    which: int, old: str, new: str, words: tuple[str, ...], braess: tuple[str, str], tmp_path: Path
) -> None:
    path = Path(braess[which])
    path.write_text(path.read_text().replace(old, new))
    result = assign(*braess, "--out", str(tmp_path / "links.csv"))
    assert isinstance(result.exception, SystemExit)
    assert result.exit_code == 2
    assert result.stdout == ""
    first = result.stderr.splitlines()[0]
    assert first.startswith(str(path))
    assert all(word in first for word in words), first
    assert not (tmp_path / "links.csv").exists()


@pytest.mark.parametrize("arguments", [("--gap", "0"), ("--gap", "nan"), ("--algorithm", "best")])
def test_a_choice_that_is_none_is_exit_2(
    arguments: tuple[str, ...], braess: tuple[str, str]
) -> None:
    assert assign(*braess, *arguments).exit_code == 2
    assert assign(braess[0], "nowhere.tntp").exit_code == 2


def test_links_that_cannot_be_written_are_exit_3(braess: tuple[str, str], tmp_path: Path) -> None:
    result = assign(*braess, "--out", str(Path(braess[0]) / "links.csv"))
    assert isinstance(result.exception, SystemExit)
    assert result.exit_code == 3


def test_sioux_falls() -> None:
    folder = TNTP / "SiouxFalls"
    if not folder.is_dir():
        pytest.skip("the TNTP files of Sioux Falls are not at hand")
    files = [str(folder / f"SiouxFalls_{part}.tntp") for part in ("net", "trips")]
    result = assign(*files, "--algorithm", "paths", "--gap", "1e-8", "--json")
    assert result.exit_code == 0
    found = summary(result)
    assert found["objective"] == pytest.approx(4231335.28711, rel=1e-8)
    assert found["bound"] <= 4231335.28711 * (1 + 1e-12)
