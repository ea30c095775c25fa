"""Flows and pairs packed into a result, and taken up again from one."""

from typing import Any

import numpy as np

from citymove.traffic.segments.flow_table import (
    FREE,
    FlowTable,
)
from citymove.traffic.segments.origin_flows import KeptPairs, OriginFlows
from citymove.traffic.segments.pairs import CLASS, LENGTH_1, LENGTH_2, MEMBERS, PAIRS, Pairs
from citymove.traffic.segments.rows import Rows
from citymove.traffic.segments.step_graph import StepGraph

Array = np.ndarray[Any, Any]


def packed(steps: StepGraph, rows: Rows, table: FlowTable, pairs: Pairs) -> OriginFlows:
    """Return the flows > 0 of all rows, and the pairs that both carry and serve them."""
    slot_row = np.repeat(np.arange(rows.origin.size), table.size)
    slot = np.repeat(table.start - (np.cumsum(table.size) - table.size), table.size)
    slot += np.arange(slot.size)
    used = (table.step[slot] != FREE) & (table.flow[slot] > 0)
    slot, slot_row = slot[used], slot_row[used]
    order = np.lexsort((table.step[slot], slot_row))
    slot, slot_row = slot[order], slot_row[order]
    return OriginFlows(
        steps=steps,
        kind=rows.kind,
        origin=rows.origin,
        start=np.searchsorted(slot_row, np.arange(rows.origin.size + 1)),
        step=table.step[slot],
        flow=table.flow[slot],
        pairs=_packed_pairs(pairs),
    )


def _packed_pairs(pairs: Pairs) -> KeptPairs:
    count, members = int(pairs.used[PAIRS]), int(pairs.used[MEMBERS])
    shape = pairs.shape[:count]
    lengths = shape[:, [LENGTH_1, LENGTH_2]].ravel()
    of_pair = pairs.member_pair[:members]
    order = np.argsort(of_pair, kind="stable")
    return KeptPairs(
        kind=shape[:, CLASS],
        start=np.concatenate([[0], np.cumsum(lengths)]),
        step=pairs.step[: int(lengths.sum())],  # written one after the other
        member_start=np.searchsorted(of_pair[order], np.arange(count + 1)),
        member_row=pairs.member_row[:members][order],
    )
