"""The machine's faults and failed certificates: a stable exit code, one message, no traceback."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import citymove.report.page
import citymove.scenario.running
from citymove.cli import main
from citymove.foundation.errors import MachineError
from citymove.runs.store import RunStore, make_ready
from made_up import ASSUMPTIONS
from made_up_folder import STUDY, write_city


@pytest.fixture
def study(tmp_path: Path) -> Path:
    write_city(tmp_path / "city", ASSUMPTIONS)
    path = tmp_path / "study.yaml"
    path.write_text(STUDY, encoding="utf-8")
    return path


def invoke(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_results_below_a_file(study: Path) -> None:
    taken = study.parent / "taken"
    taken.write_text("mine")
    result = invoke("run", study, "--out", taken / "results")
    assert isinstance(result.exception, SystemExit)
    assert result.exit_code == 3
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert lines[-1].startswith(f"{taken / 'results'}: cannot be written (")
    assert "--out DIR" in lines[-1]
    assert not [line for line in lines if "runs" in line]  # told before anything was computed


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may write everywhere"
)
def test_a_folder_without_the_right_to_write(study: Path) -> None:
    out = study.parent / "out"
    out.mkdir(mode=0o500)
    result = invoke("run", study, "--out", out)
    assert result.exit_code == 3
    assert "may not be written" in result.stderr.splitlines()[-1]
    assert not list(out.iterdir())


@pytest.mark.skipif(os.name == "nt", reason="limits as POSIX has them")
def test_a_disk_that_takes_no_more(study: Path) -> None:
    """A file may grow to 4 KiB, less than any run's arrays: writing fails as on a full disk."""
    import resource

    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    done = subprocess.run(
        [sys.executable, "-m", "citymove.cli", "run", str(study), "--out", "out"],
        cwd=study.parent,
        preexec_fn=little_room,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert done.returncode == 3, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert os.strerror(errno.EFBIG) in done.stderr.splitlines()[-1]
    left = [path for path in (study.parent / "out").rglob("*") if path.is_file()]
    assert left == []


def test_what_killed_processes_left_is_cleared(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    RunStore(tmp_path / "runs").save("k", {}, {"a": 1})
    half = tmp_path / "runs" / f".writing-{gone.pid}-x"
    (half / "deeper").mkdir(parents=True)
    (half / f".arrays.npz.{gone.pid}.part").write_text("half")
    (tmp_path / f".results.json.{gone.pid}.part").write_text("half")
    alive = tmp_path / f".links.npz.{os.getpid()}.part"
    alive.write_text("still written")
    (tmp_path / ".notes").write_text("a user's own")
    make_ready(tmp_path)
    left = {path.name for path in tmp_path.rglob("*")}
    assert left == {"runs", "k", "arrays.npz", "manifest.json", alive.name, ".notes"}


def test_a_folder_of_results_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MachineError, match="cannot be written"):
        make_ready(tmp_path / "file" / "out")


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/cache/x"), 3, "/cache/x: No space"),
        (PermissionError(errno.EACCES, os.strerror(errno.EACCES)), 3, "Permission denied"),
        (MemoryError(), 3, "out of memory: use fewer --jobs"),
        (KeyboardInterrupt(), 130, "interrupted: what was finished is kept"),
    ],
)
def test_what_a_user_can_mend_has_its_code(
    error: BaseException, code: int, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(citymove.scenario.running, "run_study", failing)
    result = invoke("run", "study.yaml")
    assert isinstance(result.exception, SystemExit)
    assert result.exit_code == code
    assert message in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("error", [ValueError("ours"), OSError(errno.EBADF, "ours")])
def test_a_crash_of_our_own_is_not_hidden(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(citymove.scenario.running, "run_study", failing)
    assert invoke("run", "study.yaml").exception is error


@dataclass(frozen=True)
class Outcome:
    """What the command asks of a study that has run."""

    folder: Path
    converged: bool
    breaches: tuple[str, ...]
    computed: int = 1
    reused: int = 0


@pytest.mark.parametrize(
    ("converged", "breaches", "arguments", "code", "message"),
    [
        (True, (), (), 0, ""),
        (False, (), (), 1, "a certificate failed"),
        (True, ("A",), (), 0, ""),
        (True, ("A",), ("--strict",), 1, "a guard rail is breached"),
    ],
)
def test_a_failed_certificate_and_a_breach(
    converged: bool,
    breaches: tuple[str, ...],
    arguments: tuple[str, ...],
    code: int,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    outcome = Outcome(tmp_path, converged, breaches)
    page = tmp_path / "index.html"
    monkeypatch.setattr(citymove.scenario.running, "run_study", lambda *_, **__: outcome)
    monkeypatch.setattr(citymove.report.page, "write_report", lambda _: page)
    result = invoke("run", "study.yaml", *arguments)
    assert result.exit_code == code
    assert result.stdout == f"report: {page}\n"  # the report is there whatever it says
    assert message in result.stderr
