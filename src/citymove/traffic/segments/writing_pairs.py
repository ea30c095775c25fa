"""How a pair is written down: from two lists of steps to a row of `Pairs`, with its members."""

from typing import Any

import numpy as np

from citymove.foundation.jit import inner_kernel
from citymove.traffic.segments.flow_table import slot_for
from citymove.traffic.segments.pairs import (
    CLASS,
    LENGTH_1,
    LENGTH_2,
    NONE,
    OWN_1,
    OWN_2,
    PAIRS,
    REPEATS,
    STEPS,
    add_member,
    known_pair,
)


@inner_kernel
def _write_segment(
    link_of: Any, trail: Any, first: Any, count: Any, sign: Any, at: Any, uses: Any,
    pair_step: Any, pair_link: Any,
) -> Any:  # fmt: skip
    """Write steps, those whose links are left in `uses` first; return the number of these."""
    own = 0
    high = at + count
    for k in range(first, first + count):
        link = link_of[trail[k]]
        if sign * uses[link] > 0:
            uses[link] -= sign
            place = at + own
            own += 1
        else:
            high -= 1
            place = high
        pair_step[place] = trail[k]
        pair_link[place] = link
    return own


@inner_kernel
def write_pair(
    link_of: Any, trail: Any, length_1: Any, length_2: Any, kind: Any, own_cost: Any, uses: Any,
    pairs: Any,
) -> Any:  # fmt: skip
    """Write the two segments on the trail as the next pair, which is not entered yet.

    ``uses``, int32 [links], is 0 before and after: how much oftener segment 1 uses a link. Links
    that both use (both may end by one link, entered from two points) have no part in costs.
    """
    repeats = 1
    constant = 0.0
    for k in range(length_1):
        link = link_of[trail[k]]
        uses[link] += 1
        repeats = max(repeats, uses[link])
        constant += own_cost[kind, link]
    for k in range(length_1, length_1 + length_2):
        link = link_of[trail[k]]
        uses[link] -= 1
        repeats = max(repeats, -uses[link])
        constant -= own_cost[kind, link]
    pair, start = pairs.used[PAIRS], pairs.used[STEPS]
    own_1 = _write_segment(
        link_of, trail, np.int64(0), length_1, np.int64(1), start, uses, pairs.step, pairs.link
    )
    own_2 = _write_segment(
        link_of, trail, length_1, length_2, np.int64(-1), start + length_1, uses, pairs.step,
        pairs.link,
    )  # fmt: skip
    pairs.start[pair] = start
    pairs.constant[pair] = constant
    pairs.shape[pair, OWN_1], pairs.shape[pair, LENGTH_1] = own_1, length_1
    pairs.shape[pair, OWN_2], pairs.shape[pair, LENGTH_2] = own_2, length_2
    pairs.shape[pair, CLASS], pairs.shape[pair, REPEATS] = kind, repeats
    pairs.first_member[pair] = NONE
    return pair


@inner_kernel
def enter_pair(pairs: Any, written: Any) -> Any:
    """Enter the written pair where it is new; return it, or the one that it equals."""
    pair = known_pair(pairs, written)
    if pair == written:
        pairs.used[PAIRS] += 1
        pairs.used[STEPS] += pairs.shape[pair, LENGTH_1] + pairs.shape[pair, LENGTH_2]
    return pair


@inner_kernel
def take_part(pairs: Any, pair: Any, row: Any, table: Any) -> None:
    """Make a row a member. It gets an entry for every step, so that sweeps never add any."""
    if add_member(pairs, pair, row):
        length = pairs.shape[pair, LENGTH_1] + pairs.shape[pair, LENGTH_2]
        for k in range(pairs.start[pair], pairs.start[pair] + length):
            slot_for(table, row, pairs.step[k])
