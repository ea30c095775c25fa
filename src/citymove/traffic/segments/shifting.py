"""Flow is shifted from the dearer to the cheaper segment of a pair.

A shift is Newton's step, ``(c1 - c2) / sum of t'`` over the links that only one of the two
segments uses, within the flow that the pair's members have on the dearer one; members give in
turn until the step is used up. Where all costs are constant the sum is 0, and all is shifted.
Costs follow link by link.
"""

from typing import Any

import numpy as np

from citymove.foundation.jit import inner_kernel
from citymove.traffic.segments.flow_table import find, slot_for
from citymove.traffic.segments.link_state import update_link
from citymove.traffic.segments.pairs import LENGTH_1, LENGTH_2, NONE, OWN_1, OWN_2, REPEATS


@inner_kernel
def _excess(pairs: Any, pair: Any, links: Any) -> Any:
    """Return what segment 1 costs more than segment 2, and the slope of this difference."""
    excess = pairs.constant[pair]
    slope = 0.0
    start = pairs.start[pair]
    for k in range(start, start + pairs.shape[pair, OWN_1]):
        excess += links.cost[pairs.link[k]]
        slope += links.slope[pairs.link[k]]
    start += pairs.shape[pair, LENGTH_1]
    for k in range(start, start + pairs.shape[pair, OWN_2]):
        excess -= links.cost[pairs.link[k]]
        slope += links.slope[pairs.link[k]]
    return excess, slope * pairs.shape[pair, REPEATS]


@inner_kernel
def _take_from_row(
    pairs: Any, dear: Any, cheap: Any, row: Any, most: float, table: Any, slots: Any
) -> float:
    """Shift at most `most` of a row's flow; return how much its dear segment carried of it."""
    moved = most
    for k in range(dear[0], dear[1]):
        slot = find(table, row, pairs.step[k])
        if slot < 0:
            return 0.0
        slots[k - dear[0]] = slot
        moved = min(moved, table.flow[slot])
        if moved <= 0.0:
            return 0.0
    for k in range(dear[1] - dear[0]):
        table.flow[slots[k]] -= moved
    for k in range(cheap[0], cheap[1]):
        table.flow[slot_for(table, row, pairs.step[k])] += moved
    return moved


@inner_kernel
def _move_links(pairs: Any, first: Any, count: Any, amount: float, terms: Any, links: Any) -> None:
    for k in range(first, first + count):
        link = np.int64(pairs.link[k])
        links.volume[link] = max(links.volume[link] + amount, 0.0)
        update_link(terms, links, link)


@inner_kernel
def _shift_flows(pairs: Any, pair: Any, toward_2: float, table: Any, slots: Any) -> float:
    """Shift flow to segment 2, or from it where `toward_2` < 0; return how much was shifted."""
    first, middle = pairs.start[pair], pairs.start[pair] + pairs.shape[pair, LENGTH_1]
    one, two = (first, middle), (middle, middle + pairs.shape[pair, LENGTH_2])
    dear, cheap = (one, two) if toward_2 > 0.0 else (two, one)
    wanted = abs(toward_2)
    moved = 0.0
    member = pairs.first_member[pair]
    while member != NONE and moved < wanted:
        row = np.int64(pairs.member_row[member])
        moved += _take_from_row(pairs, dear, cheap, row, wanted - moved, table, slots)
        member = pairs.member_next[member]
    return moved if toward_2 > 0.0 else -moved


@inner_kernel
def _shift_links(pairs: Any, pair: Any, toward_2: float, terms: Any, links: Any) -> None:
    first = pairs.start[pair]
    _move_links(pairs, first, pairs.shape[pair, OWN_1], -toward_2, terms, links)
    first += pairs.shape[pair, LENGTH_1]
    _move_links(pairs, first, pairs.shape[pair, OWN_2], toward_2, terms, links)


@inner_kernel
def shift(pairs: Any, pair: Any, terms: Any, links: Any, table: Any, slots: Any) -> Any:
    """Shift flow from the dearer to the cheaper segment of a pair.

    Returns what segment 1 cost more before, what was shifted to segment 2, and whether the dearer
    segment carried less than the step asked for.
    """
    excess, slope = _excess(pairs, pair, links)
    if excess == 0.0:
        return excess, 0.0, False
    wanted = excess / slope if slope > 0.0 else np.inf * excess
    moved = _shift_flows(pairs, pair, wanted, table, slots)
    if moved != 0.0:
        _shift_links(pairs, pair, moved, terms, links)
    return excess, moved, moved != wanted


@inner_kernel
def sweep(
    pairs: Any, active: Any, backward: bool, terms: Any, links: Any, table: Any, slots: Any,
    moves: Any,
) -> float:  # fmt: skip
    """Shift in all active pairs once; add what goes to segment 2 to `moves`.

    Returns the work: what was moved times the difference of costs that moved it, summed.
    """
    work = 0.0
    for k in range(active.size):
        i = active.size - 1 - k if backward else k
        excess, moved, _ = shift(pairs, active[i], terms, links, table, slots)
        moves[i] += moved
        work += excess * moved
    return work


@inner_kernel
def apply_moves(
    pairs: Any, active: Any, terms: Any, links: Any, table: Any, slots: Any, moves: Any
) -> None:
    """Shift given amounts; `moves` becomes what the flows allowed of them."""
    for k in range(active.size):
        if moves[k] != 0.0:
            moves[k] = _shift_flows(pairs, active[k], moves[k], table, slots)
            _shift_links(pairs, active[k], moves[k], terms, links)


@inner_kernel
def link_moves(pairs: Any, active: Any, moves: Any, out: Any) -> None:
    """Write what moves change on links, float64 [links].

    Summed from the moves, since a difference of volumes would hold no digit of small ones.
    """
    for link in range(out.size):
        out[link] = 0.0
    for k in range(active.size):
        pair = active[k]
        first = pairs.start[pair]
        for i in range(first, first + pairs.shape[pair, OWN_1]):
            out[pairs.link[i]] -= moves[k]
        first += pairs.shape[pair, LENGTH_1]
        for i in range(first, first + pairs.shape[pair, OWN_2]):
            out[pairs.link[i]] += moves[k]
