"""Results on disk, by what they were computed from.

A run is a folder ``runs/KEY`` that holds arrays (npz, no pickle) and a manifest. The key is a
fingerprint of the inputs and of the program's version. A folder is written beside its place
and renamed into it when it is complete, so that a killed run leaves nothing that looks done,
and a run that is there need not be computed again.

Examples
--------
>>> import tempfile, numpy as np
>>> store = RunStore(Path(tempfile.mkdtemp()))
>>> store.save("ab12", {"x": np.arange(3)}, {"draw": 0})
>>> run = store.load("ab12")
>>> run.arrays["x"].tolist(), run.manifest["draw"], store.load("ffff") is None
([0, 1, 2], 0, True)
"""

import json
import os
import re
import shutil
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np

from citymove.foundation.errors import MachineError
from citymove.foundation.whole_files import disk_error, write_arrays, write_json

Array = np.ndarray[Any, Any]

_ARRAYS, _MANIFEST = "arrays.npz", "manifest.json"
# What is being written carries the number of the process that writes it.
_UNFINISHED = re.compile(r"\.writing-(\d+)-.*|\..*\.(\d+)\.part")


@dataclass(frozen=True, slots=True)
class StoredRun:
    """One run as read from disk.

    Parameters
    ----------
    arrays
        By name.
    manifest
        Plain values.
    """

    arrays: Mapping[str, Array]
    manifest: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RunStore:
    """A folder of runs.

    Parameters
    ----------
    folder
        Made when the first run is saved.
    """

    folder: Path

    def load(self, key: str) -> StoredRun | None:
        """Return the run of this key, or None where none is complete."""
        place = self.folder / key
        try:
            manifest = json.loads((place / _MANIFEST).read_text(encoding="utf-8"))
            with (place / _ARRAYS).open("rb") as raw, np.load(raw, allow_pickle=False) as file:
                arrays = {name: file[name] for name in file.files}
        except (OSError, ValueError, zipfile.BadZipFile, EOFError):
            return None  # absent or damaged: it is computed again
        return StoredRun(arrays, manifest)

    def save(self, key: str, arrays: Mapping[str, Array], manifest: Mapping[str, Any]) -> None:
        """Write a run; a run of the same key that is there already is replaced."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            beside = Path(mkdtemp(prefix=f".writing-{os.getpid()}-", dir=self.folder))
            try:
                write_arrays(beside / _ARRAYS, arrays)
                write_json(beside / _MANIFEST, manifest)
                place = self.folder / key
                if place.exists():
                    shutil.rmtree(place)
                beside.rename(place)
                _sync_folder(self.folder)
            finally:
                shutil.rmtree(beside, ignore_errors=True)
        except OSError as error:
            raise disk_error(self.folder, error) from error


def make_ready(folder: Path) -> None:
    """Make a folder of results, and clear what killed runs left half-written in it.

    What a process that still runs is writing is left alone.

    Raises
    ------
    MachineError
        Nothing can be written there; better told before a long computation than after it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for place in sorted(folder.rglob(".*")):
            match = _UNFINISHED.fullmatch(place.name)
            if match is None or _is_running(int(match[1] or match[2])):
                continue
            if place.is_dir():
                shutil.rmtree(place)
            else:
                place.unlink(missing_ok=True)  # it may have lain in a folder cleared just now
    except OSError as error:
        raise disk_error(folder, error) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise MachineError(f"{folder}: may not be written; change its rights or use --out DIR")


def _is_running(process: int) -> bool:
    if os.name == "nt":  # signal 0 would end the process there; what is left is kept
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # another user's
    return True


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":  # elsewhere a folder cannot be opened, and renames are journaled
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
