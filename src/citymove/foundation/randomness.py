"""Random numbers that depend on who draws and for what, never on when.

A number is a pure function of (seed, traveller id, stream, counter). Two options of a study
therefore meet the same travellers with the same tastes, whatever else differs, and neither
the order of the draws nor the number of workers can change a result. The same bits come
from the array functions here and from the scalar kernels.

The mixing is the finaliser of SplitMix64 (Steele, Lea and Flood 2014, "Fast splittable
pseudorandom number generators", figure 17), applied once per key.

Examples
--------
>>> import numpy as np
>>> ids = np.arange(3, dtype=np.int64)
>>> both = uniforms(7, ids, Stream.DWELL), [uniform(7, int(i), int(Stream.DWELL), 0) for i in ids]
>>> both[0].tolist() == both[1]
True
"""

from enum import IntEnum
from typing import Any

import numpy as np
from scipy.special import ndtri

from citymove.foundation.jit import kernel


class Stream(IntEnum):
    """What a random number is for. Numbers are added at the end and never reused."""

    ORIGIN = 1
    DESTINATION = 2
    BUILDING = 3
    ARRIVAL = 4
    DWELL = 5
    VALUE_OF_TIME = 6
    PRIVATE_SPACE = 7
    EXTERNAL_LEG = 8
    PATIENCE = 9
    FACILITY_TASTE = 10
    KERB_TASTE = 11
    INITIAL_SPACE = 12
    ASSUMPTION = 13
    START = 14
    PURPOSE = 15
    TOUR = 16
    SEARCH_SCOPE = 17
    SCALE = 18


_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_UNIT = 1.0 / 9007199254740992.0  # 2**-53


@kernel
def _mix(z: Any) -> Any:
    z = np.uint64(z) + _GOLDEN
    z = (z ^ (z >> _S30)) * _MIX_1
    z = (z ^ (z >> _S27)) * _MIX_2
    return z ^ (z >> _S31)


@kernel
def uniform(seed: int, traveller_id: int, stream: int, counter: int) -> float:
    """Return a number in (0, 1) for one traveller, stream and counter."""
    z = _mix(np.uint64(seed))
    z = _mix(z ^ np.uint64(traveller_id))
    z = _mix(z ^ np.uint64(stream))
    z = _mix(z ^ np.uint64(counter))
    return (np.float64(z >> _S11) + 0.5) * _UNIT


def _mix_array(z: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    with np.errstate(over="ignore"):
        z = z + _GOLDEN
        z = (z ^ (z >> _S30)) * _MIX_1
        z = (z ^ (z >> _S27)) * _MIX_2
    mixed: np.ndarray[Any, Any] = z ^ (z >> _S31)
    return mixed


def uniforms(
    seed: int,
    ids: np.ndarray[Any, Any],
    stream: int,
    counter: int | np.ndarray[Any, Any] = 0,
) -> np.ndarray[Any, Any]:
    """Return numbers in (0, 1), one per id.

    Parameters
    ----------
    seed
        The run's seed, >= 0.
    ids
        int64 [n], ids of travellers (or of whatever draws).
    stream
        What the number is for, a `Stream`.
    counter
        int or int64 [n], tells repeated draws for one purpose apart.

    Returns
    -------
    numpy.ndarray
        float64 [n], never 0 and never 1, so that logarithms of it are finite.
    """
    z = _mix_array(np.full(1, seed, np.uint64))
    z = _mix_array(z ^ np.asarray(ids).astype(np.uint64))
    z = _mix_array(z ^ np.uint64(stream))
    z = _mix_array(z ^ np.asarray(counter).astype(np.uint64))
    return (np.asarray(z >> _S11, np.float64) + 0.5) * _UNIT


def normals(
    seed: int, ids: np.ndarray[Any, Any], stream: int, counter: int | np.ndarray[Any, Any] = 0
) -> np.ndarray[Any, Any]:
    """Return standard normal numbers, float64 [n], by inversion of `uniforms`."""
    return np.asarray(ndtri(uniforms(seed, ids, stream, counter)), np.float64)


def stable_id(text: str) -> int:
    """Return a non-negative 63-bit id of a text, the same on every machine."""
    import hashlib

    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 1
