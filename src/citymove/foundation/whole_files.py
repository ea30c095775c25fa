"""Files that are whole or not there: written beside their place, then renamed into it."""

import json
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from citymove.foundation.errors import MachineError

Array = np.ndarray[Any, Any]


def write_arrays(path: Path, arrays: Mapping[str, Array]) -> None:
    """Write arrays beside `path` and rename; equal arrays give equal bytes."""
    ordered = {name: np.asarray(arrays[name]) for name in sorted(arrays)}
    _replace(path, lambda file: np.savez(file, allow_pickle=False, **ordered))


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write JSON beside `path` and rename; keys keep their order."""
    text = json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    _replace(path, lambda file: file.write(text.encode()))


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text beside `path` and rename."""
    _replace(path, lambda file: file.write(text.encode()))


def write_bytes(path: Path, data: bytes) -> None:
    """Write bytes beside `path` and rename."""
    _replace(path, lambda file: file.write(data))


def _replace(path: Path, write: Callable[[BinaryIO], object]) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise disk_error(path, error) from error
    finally:
        with suppress(OSError):  # cleaning up must not hide why the writing failed
            beside.unlink(missing_ok=True)


def disk_error(path: Path, error: OSError) -> MachineError:
    """Return what to tell the user where a file or folder cannot be written."""
    return MachineError(
        f"{path}: cannot be written ({error.strerror}); free space or use --out DIR"
    )
