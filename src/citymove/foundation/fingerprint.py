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
from pathlib import PurePath
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
    elif is_dataclass(value) and not isinstance(value, type):
        digest.update(f"record {type(value).__name__};".encode())
        for spec in fields(value):
            _feed(digest, spec.name)
            _feed(digest, getattr(value, spec.name))
    elif hasattr(value, "model_dump"):
        digest.update(f"model {type(value).__name__};".encode())
        _feed(digest, value.model_dump(mode="python"))
    elif isinstance(value, Mapping):
        digest.update(f"mapping {len(value)};".encode())
        for key in sorted(value, key=str):
            _feed(digest, key)
            _feed(digest, value[key])
    elif isinstance(value, (list, tuple)):
        digest.update(f"sequence {len(value)};".encode())
        for item in value:
            _feed(digest, item)
    else:
        raise TypeError(f"no fingerprint for a {type(value).__name__}: add its case")
