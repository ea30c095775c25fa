"""Stable ids of travellers: a group and an index inside it.

``id = group << 40 | index`` with ``group = kind << 8 | side``. A larger total adds indices at the
end of its group, so all other travellers keep their ids, and with them their random numbers.
"""

from enum import IntEnum
from typing import Any

import numpy as np

from citymove.foundation.errors import InputError

Array = np.ndarray[Any, Any]

_INDEX_BITS = 40
_SIDE_BITS = 8
_TRIP_BITS = 16
_RANK_BITS = 4


class Group(IntEnum):
    """Kinds of rows. Numbers are added at the end and never reused."""

    INCOMING = 1  # one index per car of a side
    VISITOR = 2  # the same
    THROUGH = 3
    CAR = 4  # a resident's car: no row, the key of what its rows share
    TOUR = 5  # the way out of a tour; index: car and rank of the tour
    HOME = 6  # its way back; the same index
    OVERNIGHT = 7  # index of the car
    LONG_STAY = 8
    GIVEN = 9  # a visit from outside by a given matrix; index: pair and rank in it


def traveller_ids(group: Group, index: Array, *, side: int = 0) -> Array:
    """Return ids, int64 [n].

    Examples
    --------
    >>> traveller_ids(Group.THROUGH, np.array([5])).tolist() == [3 << 48 | 5]
    True
    """
    if not 0 <= side < 1 << _SIDE_BITS:
        raise InputError("there are at most 256 sides", value=f"side {side}")
    number = np.asarray(index, np.int64)
    if number.size and not (number.min() >= 0 and number.max() < 1 << _INDEX_BITS):
        raise InputError("must lie below 2^40", value="index of a traveller")
    return (np.int64(group << _SIDE_BITS | side) << _INDEX_BITS) | number


def in_group(ids: Array, group: Group) -> Array:
    """Return whether ids belong to a group of any side, bool [n]."""
    return np.asarray(np.asarray(ids) >> (_INDEX_BITS + _SIDE_BITS) == group)


def tour_index(car_index: Array, rank: Array) -> Array:
    """Return the index of a car's tour, int64 [n]; a car has fewer than 16."""
    return (np.asarray(car_index, np.int64) << _RANK_BITS) | rank


def pair_index(origin: Array, destination: Array, rank: Array, centroid_count: int) -> Array:
    """Return the index of a trip of a given matrix, int64 [n].

    Raises
    ------
    InputError
        Beyond 4,096 centroids or 65,536 trips of one pair.
    """
    if centroid_count > 1 << ((_INDEX_BITS - _TRIP_BITS) // 2):
        raise InputError("a given matrix has at most 4096 centroids", value=f"{centroid_count}")
    if rank.size and rank.max() >= 1 << _TRIP_BITS:
        raise InputError(
            "a pair of a given matrix has at most 65536 trips a day", value=f"{rank.max() + 1}"
        )
    pair = np.asarray(origin, np.int64) * centroid_count + destination
    return (pair << _TRIP_BITS) | rank
