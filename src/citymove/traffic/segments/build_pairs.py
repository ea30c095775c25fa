"""Where a used step lies off its origin's tree, a pair of segments is found and shifted.

From the head of the step the tree leads back to the origin. From its tail the trace goes back
along the step that carries most of the origin's flow, until it meets the tree's path: what was
traced is one segment, the tree's path from there the other. A trace that meets itself has
found a cycle of the origin's flow, which is taken out: nobody drives in circles.
"""

from typing import Any, NamedTuple

import numpy as np

from citymove.foundation.jit import inner_kernel, kernel
from citymove.traffic.segments.flow_table import find, flow_of, make_room
from citymove.traffic.segments.link_state import update_link
from citymove.traffic.segments.pairs import has_room
from citymove.traffic.segments.shifting import shift
from citymove.traffic.segments.writing_pairs import enter_pair, take_part, write_pair

Array = np.ndarray[Any, Any]

_MOST_TRACES = 20  # of one step in one round
_DEAD_END, _CYCLE, _FOUND = range(3)


class Candidates(NamedTuple):
    """Used steps off their origin's tree, sorted by row.

    Parameters
    ----------
    row, step
        int32 [candidates].
    excess
        float64 [candidates]: reduced cost over the cost of the head, both at the costs of the
        trees.
    """

    row: Array
    step: Array
    excess: Array


class Trace(NamedTuple):
    """Buffers of a trace.

    Parameters
    ----------
    on_tree, on_trail
        int64 [points]: the number of the trace that passed here last.
    trail
        int32 [2 points + 2], steps of the trace from its end back, then those of the tree's path.
    uses
        int32 [links], 0 between calls.
    slots
        int64 [points + 1].
    number
        int64 [1], of the present trace.
    """

    on_tree: Array
    on_trail: Array
    trail: Array
    uses: Array
    slots: Array
    number: Array


def new_trace(points: int, links: int) -> Trace:
    """Return buffers."""
    return Trace(
        on_tree=np.zeros(points, np.int64),
        on_trail=np.zeros(points, np.int64),
        trail=np.empty(2 * points + 2, np.int32),
        uses=np.zeros(links, np.int32),
        slots=np.empty(points + 1, np.int64),
        number=np.zeros(1, np.int64),
    )


@inner_kernel
def _trace_back(
    steps: Any, before: Any, row: Any, last: Any, residue: float, table: Any, trace: Any
) -> Any:
    """Trace from step `last` to the tree's path of its head.

    Returns how it ended, the point where it did, and the number of steps on the trail.
    """
    tail, head = steps.search.tail, steps.search.head
    trace.number[0] += 1
    number = trace.number[0]
    point = head[last]
    while True:
        trace.on_tree[point] = number
        if before[point] < 0:
            break
        point = tail[before[point]]
    trace.trail[0] = last
    count = 1
    point = tail[last]
    while trace.on_tree[point] != number:
        if trace.on_trail[point] == number:
            return _CYCLE, point, count
        trace.on_trail[point] = number
        widest, most = -1, residue
        for k in range(steps.in_start[point], steps.in_start[point + 1]):
            flow = flow_of(table, row, steps.in_step[k])
            if flow > most:
                widest, most = steps.in_step[k], flow
        if widest < 0:
            return _DEAD_END, point, count
        trace.trail[count] = widest
        count += 1
        point = tail[widest]
    if point == head[last]:
        return _CYCLE, point, count
    return _FOUND, point, count


@inner_kernel
def _cancel_cycle(
    steps: Any, point: Any, count: Any, row: Any, terms: Any, links: Any, table: Any, trace: Any
) -> None:
    """Take the cycle at the end of the trail, which closes at `point`, out of a row's flows."""
    first = count - 1
    while steps.search.head[trace.trail[first]] != point:
        first -= 1
    least = np.inf
    for k in range(first, count):
        trace.slots[k] = find(table, row, trace.trail[k])
        least = min(least, table.flow[trace.slots[k]])
    for k in range(first, count):
        table.flow[trace.slots[k]] -= least
        link = np.int64(steps.step_link[trace.trail[k]])
        links.volume[link] = max(links.volume[link] - least, 0.0)
        update_link(terms, links, link)


@inner_kernel
def _copy_tree_path(tail: Any, before: Any, end: Any, merge: Any, count: Any, trail: Any) -> Any:
    """Write the tree's steps from `end` back to `merge` after the trail; return their number."""
    length = 0
    point = end
    while point != merge:
        trail[count + length] = before[point]
        length += 1
        point = tail[before[point]]
    return length


@kernel
def build_pairs(
    steps: Any, candidates: Any, rows: Any, own_cost: Any, before: Any, terms: Any,
    first: Any, least_excess: float, links: Any, table: Any, pairs: Any, trace: Any,
) -> Any:  # fmt: skip
    """Find, enter and shift the pair of each candidate from `first` on; return where room ended.

    Candidates with an excess up to `least_excess` are passed over.
    """
    for k in range(first, candidates.row.size):
        if candidates.excess[k] <= least_excess:
            continue
        row, last = np.int64(candidates.row[k]), candidates.step[k]
        residue = rows.residue[row]
        for _ in range(_MOST_TRACES):
            if flow_of(table, row, last) <= residue:
                break
            if not has_room(pairs, trace.trail.size, 1):
                return k
            found, point, count = _trace_back(steps, before[row], row, last, residue, table, trace)
            if found == _DEAD_END:
                break
            if found == _CYCLE:
                _cancel_cycle(steps, point, count, row, terms, links, table, trace)
                continue
            kind = np.int64(rows.kind[row])
            end = steps.search.head[last]
            length = _copy_tree_path(steps.search.tail, before[row], end, point, count, trace.trail)
            if not make_room(table, row, count + length):
                return k
            written = write_pair(
                steps.step_link, trace.trail, count, length, kind, own_cost, trace.uses, pairs
            )
            pair = enter_pair(pairs, written)
            take_part(pairs, pair, row, table)
            _, _, cut = shift(pairs, pair, terms, links, table, trace.slots)
            if not cut:
                break
    return candidates.row.size
