"""Origin flows while they change: per row a small hash table from step to flow.

A row is one origin of one class. It uses a few hundred or thousand of a city's steps, so a
dense table of rows x steps would hold mostly zeros (560 MB on 1,800 zones and 39,000 links).
Each row has its own stretch of two shared arrays, addressed by a multiplicative hash with
linear probing; a row that is full moves to a larger stretch at the end.

Entries are never removed: a flow that falls to 0 keeps its slot until the tables are made
anew, since it often comes back.
"""

from typing import Any, NamedTuple

import numpy as np

from citymove.foundation.jit import inner_kernel, kernel

Array = np.ndarray[Any, Any]

FREE = -1
_GOLDEN = 2654435769  # 2^32 / golden ratio (Knuth 1973, section 6.4)
_LOW_BITS = 0xFFFFFFFF
_FULL = 0.75  # share of taken slots above which a row moves
_ROOMY = 2.0  # slots per entry in a new stretch


class FlowTable(NamedTuple):
    """Flows of all rows.

    Parameters
    ----------
    start, size, entries
        int64 [rows]: first slot, number of slots and number of entries of each row.
    step
        int32 [slots], `FREE` where there is no entry.
    flow
        float64 [slots], demand units, >= 0.
    used
        int64 [1], slots that are handed out.
    """

    start: Array
    size: Array
    entries: Array
    step: Array
    flow: Array
    used: Array


def new_flow_table(rows: int, slots: int) -> FlowTable:
    """Return empty rows without a stretch of their own yet."""
    return FlowTable(
        start=np.zeros(rows, np.int64),
        size=np.zeros(rows, np.int64),
        entries=np.zeros(rows, np.int64),
        step=np.full(slots, FREE, np.int32),
        flow=np.zeros(slots),
        used=np.zeros(1, np.int64),
    )


def with_more_room(table: FlowTable) -> FlowTable:
    """Return the table with its stretches pushed together and half as many slots again."""
    held = int(table.size.sum())
    slots = max(held + held // 2, 2 * (held + table.step.size - int(table.used[0]))) + 64
    fresh = new_flow_table(table.start.size, slots)
    fresh.size[:], fresh.entries[:] = table.size, table.entries
    fresh.start[:] = np.cumsum(table.size) - table.size
    fresh.used[0] = held
    _copy_stretches(table, fresh)
    return fresh


@kernel
def _copy_stretches(table: Any, fresh: Any) -> None:
    for row in range(table.start.size):
        old, new = table.start[row], fresh.start[row]
        for k in range(table.size[row]):
            fresh.step[new + k] = table.step[old + k]
            fresh.flow[new + k] = table.flow[old + k]


@inner_kernel
def find(table: Any, row: Any, step: Any) -> Any:
    """Return the slot of a row's step; where it has none, -1 minus the slot it would take.

    The row must have a stretch.
    """
    start, size = table.start[row], table.size[row]
    at = (((step * _GOLDEN) & _LOW_BITS) * size) >> 32
    while True:
        held = table.step[start + at]
        if held == step:
            return start + at
        if held == FREE:
            return -1 - (start + at)
        at += 1
        if at == size:
            at = 0


@inner_kernel
def flow_of(table: Any, row: Any, step: Any) -> float:
    """Return the flow of a row's step, 0 where it has no entry."""
    slot = find(table, row, step)
    return table.flow[slot] if slot >= 0 else 0.0


@inner_kernel
def slot_for(table: Any, row: Any, step: Any) -> Any:
    """Return the slot of a row's step, which is added with flow 0 where it is new.

    There must be room, see `make_room`.
    """
    slot = find(table, row, step)
    if slot < 0:
        slot = -1 - slot
        table.step[slot] = step
        table.flow[slot] = 0.0
        table.entries[row] += 1
    return slot


@inner_kernel
def make_room(table: Any, row: Any, more: Any) -> bool:
    """Let a row take `more` further entries; False where the shared arrays are full."""
    old_start, old_size = table.start[row], table.size[row]
    needed = table.entries[row] + more
    if needed <= _FULL * old_size:
        return True
    size = np.int64(_ROOMY * needed) + 4
    if table.used[0] + size > table.step.size:
        return False
    table.start[row] = table.used[0]
    table.size[row] = size
    table.used[0] += size
    for at in range(table.start[row], table.used[0]):
        table.step[at] = FREE
    table.entries[row] = 0
    for at in range(old_start, old_start + old_size):
        if table.step[at] != FREE:
            slot = slot_for(table, row, table.step[at])
            table.flow[slot] = table.flow[at]
    return True
