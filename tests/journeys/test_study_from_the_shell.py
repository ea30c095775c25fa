"""The main job as a user meets it: the commands in a shell, on a made-up city."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from made_up import ASSUMPTIONS
from made_up_folder import STUDY, write_city

RUNS = 7  # a central base, then base and two options under two draws
PATIENCE_S = 300.0  # a cold numba cache on a busy machine; a hang, not a slow run, ends there


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "citymove.cli", *arguments]


def citymove(*arguments: str, cwd: Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        command(*arguments),
        cwd=cwd,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done


def results_in(out: Path) -> dict[str, bytes]:
    """Return every result by its name: what must not depend on how it was computed."""
    files = [out / "results.json", out / "links.npz", out / "curves.npz"]
    files += sorted((out / "tables").iterdir())
    return {str(path.relative_to(out)): path.read_bytes() for path in files}


def unfinished_in(out: Path) -> list[str]:
    return sorted(path.name for path in out.rglob(".*"))


@dataclass(frozen=True)
class Undisturbed:
    out: Path
    stdout: str
    stderr: str
    results: dict[str, bytes]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("study")
    write_city(folder / "city", ASSUMPTIONS)
    (folder / "two_ways.yaml").write_text(STUDY, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def undisturbed(place: Path) -> Undisturbed:
    done = citymove("run", "two_ways.yaml", cwd=place)
    out = place / "out" / "two_ways"
    return Undisturbed(out, done.stdout, done.stderr, results_in(out))


@pytest.fixture
def copied(undisturbed: Undisturbed, tmp_path: Path) -> Path:
    return Path(shutil.copytree(undisturbed.out, tmp_path / "out"))


def test_a_template_starts_a_study_that_has_no_errors(tmp_path: Path) -> None:
    done = citymove("new", "street_closure", "mine", cwd=tmp_path)
    assert done.stdout == f"{Path('mine') / 'study.yaml'}\n"
    done = citymove("check", "mine/study.yaml", cwd=tmp_path)
    assert done.stdout == "mine/study.yaml: no errors; 3 options\n"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["mine"]


def test_preview_says_what_each_option_touches(place: Path) -> None:
    lines = citymove("preview", "two_ways.yaml", cwd=place).stdout.splitlines()
    assert "A  Car park / 停车场" in lines
    assert "     spaces     +60" in lines
    assert any(line.startswith("     junctions  1:") for line in lines)


def test_a_run_ends_with_the_path_of_its_report(undisturbed: Undisturbed) -> None:
    page = undisturbed.out / "report" / "index.html"
    assert undisturbed.stdout == f"report: {page}\n"
    assert page.is_file()


def test_progress_goes_to_stderr_in_plain_lines(undisturbed: Undisturbed) -> None:
    lines = undisturbed.stderr.splitlines()
    assert "reading roads.osm" in lines
    assert [f"[{k}/{RUNS}] runs" for k in range(1, RUNS + 1)] == [
        line for line in lines if line.startswith("[")
    ]
    assert f"{RUNS} runs computed, 0 used again" in lines
    assert "\x1b" not in undisturbed.stderr


@pytest.mark.skipif(os.name == "nt", reason="terminals as POSIX has them")
def test_on_a_terminal_progress_is_a_bar() -> None:
    import pty

    told = "from citymove.cli.progress import Display\nwith Display() as tell: tell('runs', 1, 3)"
    terminal, other_end = pty.openpty()
    subprocess.run(
        [sys.executable, "-c", told],
        stderr=other_end,
        env=os.environ | {"TERM": "xterm", "COLUMNS": "80"},
        check=True,
    )
    os.close(other_end)
    shown = os.read(terminal, 100_000).decode()
    os.close(terminal)
    assert "runs" in shown
    assert "1/3" in shown
    assert "\x1b[2K" in shown  # the bar is cleared when it is done


def test_what_a_run_leaves(undisturbed: Undisturbed) -> None:
    results = json.loads(undisturbed.results["results.json"])
    assert [option["id"] for option in results["options"]] == ["base", "A", "B"]
    assert results["draws"] == 2
    assert len(results["certificates"]) == RUNS
    assert all(c["relative_gap"] <= results["gap_asked"] for c in results["certificates"])
    assert [r["option"] for r in results["retimings"]] == ["B"]
    found = {(d["option"], d["indicator"]) for d in results["differences"]}
    assert {("A", "search_time_mean_min"), ("B", "corridor_delay_index")} <= found
    names = set(undisturbed.results)
    assert {"tables/differences.csv", "tables/certificates.csv", "tables/retimings.csv"} <= names
    assert len(list((undisturbed.out / "runs").iterdir())) == RUNS
    assert unfinished_in(undisturbed.out) == []


def test_a_second_run_computes_nothing_and_says_so(undisturbed: Undisturbed, place: Path) -> None:
    done = citymove("run", "two_ways.yaml", "--json", cwd=place)
    assert f"nothing to simulate: all {RUNS} runs are stored and unchanged" in done.stderr
    summary = json.loads(done.stdout)
    assert (summary["computed"], summary["reused"]) == (0, RUNS)
    assert summary["converged"] is True
    assert summary["report"] == str(undisturbed.out / "report" / "index.html")
    assert {d["option"] for d in summary["differences"]} == {"A", "B"}
    assert {b["indicator"] for b in summary["breaches"]} == {"gave_up_share"}  # it is high today
    assert results_in(undisturbed.out) == undisturbed.results


def test_one_option_and_more_draws_use_what_is_stored(copied: Path, place: Path) -> None:
    done = citymove(
        "run", "two_ways.yaml", "--option", "A", "--draws", "3", "--out", str(copied), cwd=place
    )
    # the third draw's base and option are new; the central base and two draws are there
    assert "2 runs computed, 5 used again" in done.stderr
    results = json.loads((copied / "results.json").read_text(encoding="utf-8"))
    assert [option["id"] for option in results["options"]] == ["base", "A"]
    assert results["draws"] == 3
    assert not (copied / "tables" / "retimings.csv").exists()  # of an option that did not run
    assert not list((copied / "figures").glob("difference_2_*"))


def test_the_report_is_drawn_again_to_the_byte(undisturbed: Undisturbed, copied: Path) -> None:
    drawn = sorted(p for name in ("report", "figures") for p in (copied / name).iterdir())
    before = {path: path.read_bytes() for path in drawn}
    shutil.rmtree(copied / "report")
    shutil.rmtree(copied / "figures")
    done = citymove("report", str(copied), cwd=copied)
    assert done.stdout == f"report: {copied / 'report' / 'index.html'}\n"
    assert {path: path.read_bytes() for path in drawn} == before
    assert results_in(copied) == undisturbed.results


def stopped_at_first_run(place: Path, out: Path, jobs: int, by: signal.Signals) -> tuple[int, str]:
    """Start a run, stop it and all its processes when its first run is stored."""
    # a shell lets what it starts in the background ignore interrupts, and children inherit that
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(
        command("run", "two_ways.yaml", "--jobs", str(jobs), "--out", str(out)),
        cwd=place,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,  # a group of its own, as a shell gives it
    )
    try:
        deadline = time.monotonic() + PATIENCE_S
        while not list((out / "runs").glob("[!.]*")):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.005)
        os.killpg(process.pid, by)
        _, stderr = process.communicate(timeout=PATIENCE_S)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        signal.signal(signal.SIGINT, before)
    return process.returncode, stderr


def goes_on(place: Path, out: Path, jobs: int) -> None:
    """Run again, and expect that some runs are used again and some computed."""
    stored = len(list((out / "runs").glob("[!.]*")))
    assert 0 < stored < RUNS
    done = citymove("run", "two_ways.yaml", "--jobs", str(jobs), "--out", str(out), cwd=place)
    assert f"{RUNS - stored} runs computed, {stored} used again" in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="signals as POSIX has them")
def test_a_killed_run_goes_on_where_it_stopped(
    undisturbed: Undisturbed, place: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    code, _ = stopped_at_first_run(place, out, 1, signal.SIGKILL)
    assert code == -signal.SIGKILL
    # what a kill in the middle of writing leaves, whether or not this one hit it
    (out / "runs" / f".writing-{dead_process()}-x").mkdir()
    (out / f".links.npz.{dead_process()}.part").write_text("half")
    (out / f".links.npz.{os.getpid()}.part").write_text("of a process that still writes")
    goes_on(place, out, jobs=1)
    assert unfinished_in(out) == [f".links.npz.{os.getpid()}.part"]
    assert results_in(out) == undisturbed.results


def dead_process() -> int:
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    return done.pid


@pytest.mark.skipif(os.name == "nt", reason="signals as POSIX has them")
def test_an_interrupted_run_says_so_and_its_results_do_not_depend_on_the_jobs(
    undisturbed: Undisturbed, place: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    code, stderr = stopped_at_first_run(place, out, 2, signal.SIGINT)
    assert code == 130
    assert stderr.splitlines()[-1].startswith("interrupted: what was finished is kept")
    assert "Traceback" not in stderr
    assert unfinished_in(out) == []
    goes_on(place, out, jobs=2)
    assert results_in(out) == undisturbed.results
