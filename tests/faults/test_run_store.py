"""A run is there whole or not at all, and equal arrays give equal bytes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from citymove.foundation.errors import MachineError
from citymove.foundation.whole_files import write_arrays
from citymove.runs.store import RunStore


def test_equal_arrays_give_equal_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_arrays(tmp_path / name, {"b": np.arange(3.0), "a": np.array(["x"])})
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


@pytest.mark.parametrize("damaged", ["arrays.npz", "manifest.json"])
def test_a_damaged_run_is_not_taken_for_done(tmp_path: Path, damaged: str) -> None:
    store = RunStore(tmp_path)
    store.save("k", {"x": np.arange(100)}, {"a": 1})
    path = tmp_path / "k" / damaged
    path.write_bytes(path.read_bytes()[:-8])
    assert store.load("k") is None


def test_saving_again_replaces(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    for value in (1, 2):
        store.save("k", {"x": np.array([value])}, {"a": value})
    run = store.load("k")
    assert run is not None
    assert run.manifest["a"] == 2
    assert [p.name for p in tmp_path.iterdir()] == ["k"]  # nothing half-written is left


def test_pickled_arrays_are_refused(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    store.save("k", {"x": np.arange(3)}, {})
    np.savez(tmp_path / "k" / "arrays.npz", x=np.array([{}], dtype=object))
    assert store.load("k") is None


def test_a_folder_that_cannot_be_written_is_the_machines_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MachineError, match="cannot be written"):
        RunStore(tmp_path / "file" / "runs").save("k", {"x": np.arange(3)}, {})
