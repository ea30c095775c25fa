"""A fingerprint of facts: equal contents give equal text, on every machine.

Examples
--------
>>> import numpy as np
>>> fingerprint({"a": 1}) == fingerprint({"a": 1})
True
>>> fingerprint(np.zeros(2)) == fingerprint(np.zeros(2, np.float32))
False
"""

import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import lru_cache
from pathlib import Path, PurePath
from typing import Any

import numpy as np


def fingerprint(*values: object) -> str:
    """Return 32 hexadecimal digits that stand for the contents of `values`.

    Takes None, bool, int, float, str, bytes, paths, enums, arrays, dataclasses, pydantic
    models, mappings and sequences of these; raises `TypeError` for anything else, since a
    silent default could make two different runs look equal.
    """
    digest = hashlib.blake2b(digest_size=16)
    for value in values:
        _feed(digest, value)
    return digest.hexdigest()


@lru_cache(maxsize=1)
def source_fingerprint() -> str:
    """Return 24 hexadecimal digits that stand for all sources that a number can depend on.

    Compiled kernels and stored runs carry it: what another version of the program made is
    never taken for this one's. The report and the command line only show numbers.
    """
    package = Path(__file__).resolve().parents[1]
    digest = hashlib.blake2b(digest_size=12)
    for source in sorted(package.rglob("*.py")):
        name = source.relative_to(package)
        if name.parts[0] not in ("report", "cli"):
            digest.update(name.as_posix().encode())
            digest.update(source.read_bytes())
    return digest.hexdigest()


def _feed(digest: Any, value: object) -> None:
    if isinstance(value, np.ndarray):
        digest.update(f"array {value.dtype.str} {value.shape};".encode())
        digest.update(np.ascontiguousarray(value).tobytes())
    elif isinstance(value, np.generic):
        _feed(digest, value.item())
    elif isinstance(value, Enum):
        digest.update(f"enum {type(value).__name__}.{value.name};".encode())
    elif value is None or isinstance(value, (bool, int, float, PurePath)):
        digest.update(f"{type(value).__name__} {value!r};".encode())
    elif isinstance(value, (str, bytes)):
        raw = value.encode() if isinstance(value, str) else value
        digest.update(f"{type(value).__name__} {len(raw)};".encode() + raw)
    else:
        _feed_parts(digest, value)


def _feed_parts(digest: Any, value: object) -> None:
    """Feed what is made of other values."""
    kind = type(value).__name__
    if is_dataclass(value) and not isinstance(value, type):
        parts = [part for s in fields(value) for part in (s.name, getattr(value, s.name))]
    elif hasattr(value, "model_dump"):
        parts = [value.model_dump(mode="python")]
    elif isinstance(value, Mapping):
        parts = [part for key in sorted(value, key=str) for part in (key, value[key])]
    elif isinstance(value, (list, tuple)):
        kind, parts = "sequence", list(value)
    else:
        raise TypeError(f"no fingerprint for a {kind}: add its case")
    digest.update(f"{kind} {len(parts)};".encode())
    for part in parts:
        _feed(digest, part)
