"""Pairs of alternative segments: two ways from one point to another that share none between.

A pair is known by its steps (hashed), so that all origins that meet the same choice share it:
what they shift is found once and for all of them. The rows that take part are its members.
"""

from typing import Any, NamedTuple

import numpy as np

from citymove.foundation.jit import inner_kernel, kernel

Array = np.ndarray[Any, Any]

NONE = -1
_MIX = 0x9E3779B97F4A7C1
_KEPT_BITS = 0x7FFFFFFFFFFFFFFF

# Columns of `Pairs.shape`.
OWN_1, LENGTH_1, OWN_2, LENGTH_2, CLASS, REPEATS = range(6)
# Entries of `Pairs.used`.
PAIRS, STEPS, MEMBERS = range(3)


class Pairs(NamedTuple):
    """All pairs, with room for more.

    Parameters
    ----------
    used
        int64 [3]: pairs, steps and members so far.
    start
        int64 [room]: first row of the pair in `step` and `link`, segment 1 before segment 2.
    shape
        int32 [room, 6]: of segment 1, the steps whose links segment 2 does not use (they come
        first) and all steps; of segment 2 the same; the class; how often one segment uses one
        link at most (more than once only on the way round a ban over several links).
    constant
        float64 [room]: what segment 1 costs more than segment 2 by the class's own costs.
    step, link
        int32 [room of steps]: steps, and the links they stand for.
    first_member
        int64 [room], the pair's newest member, `NONE` for none.
    member_row, member_next, member_pair
        int32, int64, int64 [room of members]: row (origin of a class), the pair's next member,
        the pair.
    pair_index, member_index
        int64 [powers of two], hash tables of pair and member numbers, `NONE` where free.
    """

    used: Array
    start: Array
    shape: Array
    constant: Array
    step: Array
    link: Array
    first_member: Array
    member_row: Array
    member_next: Array
    member_pair: Array
    pair_index: Array
    member_index: Array


def new_pairs(pairs: int, steps: int, members: int) -> Pairs:
    """Return room for this many pairs, steps of pairs and members of pairs."""
    return Pairs(
        used=np.zeros(3, np.int64),
        start=np.empty(pairs, np.int64),
        shape=np.empty((pairs, 6), np.int32),
        constant=np.empty(pairs),
        step=np.empty(steps, np.int32),
        link=np.empty(steps, np.int32),
        first_member=np.empty(pairs, np.int64),
        member_row=np.empty(members, np.int32),
        member_next=np.empty(members, np.int64),
        member_pair=np.empty(members, np.int64),
        pair_index=_free_index(pairs),
        member_index=_free_index(members),
    )


def _free_index(entries: int) -> Array:
    return np.full(1 << int(2 * entries + 2).bit_length(), NONE, np.int64)


def with_more_room(pairs: Pairs) -> Pairs:
    """Return the pairs in twice the room."""
    grown = new_pairs(2 * pairs.start.size, 2 * pairs.step.size, 2 * pairs.member_row.size)
    for name in ("used", "start", "shape", "constant", "step", "link", "first_member",
                 "member_row", "member_next", "member_pair"):  # fmt: skip
        old = getattr(pairs, name)
        getattr(grown, name)[: len(old)] = old
    _fill_indexes(grown)
    return grown


@kernel
def has_room(pairs: Any, steps: Any, members: Any) -> Any:
    """Say whether one more pair of at most `steps` steps and some members fit."""
    used = pairs.used
    return (
        used[PAIRS] < pairs.start.size
        and used[STEPS] + steps <= pairs.step.size
        and used[MEMBERS] + members <= pairs.member_row.size
    )


@inner_kernel
def _hash_of_steps(steps: Any, first: Any, count: Any, mixed: Any) -> Any:
    for k in range(first, first + count):
        mixed = ((mixed ^ steps[k]) * _MIX) & _KEPT_BITS
        mixed ^= mixed >> 29
    return mixed


@inner_kernel
def _pair_home(pairs: Any, pair: Any) -> Any:
    """Return where a pair belongs in the index; the same whichever segment comes first."""
    length_1, length_2 = pairs.shape[pair, LENGTH_1], pairs.shape[pair, LENGTH_2]
    start = pairs.start[pair]
    kind = np.int64(pairs.shape[pair, CLASS]) + 1
    one = _hash_of_steps(pairs.step, start, length_1, kind)
    two = _hash_of_steps(pairs.step, start + length_1, length_2, kind)
    return ((one + two) & _KEPT_BITS) & (pairs.pair_index.size - 1)


@inner_kernel
def _same_steps(steps: Any, first: Any, second: Any, count: Any) -> Any:
    same = 0
    while same < count and steps[first + same] == steps[second + same]:
        same += 1
    return same == count


@inner_kernel
def _same_pair(pairs: Any, one: Any, two: Any) -> Any:
    if pairs.shape[one, CLASS] != pairs.shape[two, CLASS]:
        return False
    a_1, a_2 = np.int64(pairs.shape[one, LENGTH_1]), np.int64(pairs.shape[one, LENGTH_2])
    b_1, b_2 = np.int64(pairs.shape[two, LENGTH_1]), np.int64(pairs.shape[two, LENGTH_2])
    a, b = pairs.start[one], pairs.start[two]
    if a_1 == b_1 and a_2 == b_2 and _same_steps(pairs.step, a, b, a_1 + a_2):
        return True
    return (
        a_1 == b_2
        and a_2 == b_1
        and _same_steps(pairs.step, a, b + b_1, a_1)
        and _same_steps(pairs.step, a + a_1, b, a_2)
    )


@inner_kernel
def known_pair(pairs: Any, pair: Any) -> Any:
    """Return the pair that equals the written row `pair`, which is entered where it is new."""
    index = pairs.pair_index
    at = _pair_home(pairs, pair)
    while index[at] != NONE:
        if _same_pair(pairs, index[at], pair):
            return index[at]
        at = (at + 1) & (index.size - 1)
    index[at] = pair
    return pair


@inner_kernel
def add_member(pairs: Any, pair: Any, row: Any) -> bool:
    """Let a row take part in a pair; False where it does already."""
    index = pairs.member_index
    at = (((pair * 2654435769 + row) * _MIX) & _KEPT_BITS) & (index.size - 1)
    while index[at] != NONE:
        member = index[at]
        if pairs.member_pair[member] == pair and pairs.member_row[member] == row:
            return False
        at = (at + 1) & (index.size - 1)
    member = pairs.used[MEMBERS]
    index[at] = member
    pairs.used[MEMBERS] += 1
    pairs.member_row[member] = row
    pairs.member_pair[member] = pair
    pairs.member_next[member] = pairs.first_member[pair]
    pairs.first_member[pair] = member
    return True


@kernel
def _fill_indexes(pairs: Any) -> None:
    """Enter all pairs and members in indexes that are free, and set the lists of members."""
    for pair in range(pairs.used[PAIRS]):
        known_pair(pairs, pair)
        pairs.first_member[pair] = NONE
    members = pairs.used[MEMBERS]
    pairs.used[MEMBERS] = 0
    for member in range(members):
        add_member(pairs, pairs.member_pair[member], pairs.member_row[member])
