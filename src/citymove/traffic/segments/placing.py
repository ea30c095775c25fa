"""All demand put on paths: first along the shares that earlier flows give, the rest by trees.

On an empty table all demand is the rest. It is loaded chunk by chunk, and costs follow in
between, so that later rows see what earlier ones have filled: this starts a city at a gap of
a few per cent instead of the tens that one all-or-nothing loading leaves.
"""

from typing import Any

import numpy as np

from citymove.foundation.jit import inner_kernel, kernel
from citymove.traffic.segments.bushes import (
    clear_bush,
    lead_back,
    new_bush,
    order_bush,
)
from citymove.traffic.segments.flow_table import (
    FREE,
    FlowTable,
    make_room,
    slot_for,
    with_more_room,
)
from citymove.traffic.segments.rows import Rows
from citymove.traffic.segments.step_graph import StepGraph

Array = np.ndarray[Any, Any]


@inner_kernel
def _settle_row(
    steps: Any, rows: Any, row: Any, table: Any, bush: Any, flow: Any, left: Any
) -> None:
    """Make the row's table what its shares make of its demand; mark the zones they do not reach."""
    first, end = table.start[row], table.start[row] + table.size[row]
    for slot in range(first, end):
        if table.step[slot] != FREE and table.flow[slot] > rows.residue[row]:
            bush.weight[table.step[slot]] = table.flow[slot]
    count = order_bush(steps.search, np.int64(rows.origin[row]), bush)
    for k in range(rows.demand_start[row], rows.demand_start[row + 1]):
        left[k] = bush.mark[rows.zone[k]] == 0
        if not left[k]:
            bush.through[rows.zone[k]] += rows.trips[k]
    lead_back(steps, count, bush, flow)
    clear_bush(bush, count)
    for slot in range(first, end):
        step = table.step[slot]
        if step != FREE:
            table.flow[slot] = flow[step]
            flow[step] = 0.0
            bush.weight[step] = 0.0


@kernel
def _settle(steps: Any, rows: Any, table: Any, bush: Any, flow: Any, left: Any) -> None:
    for row in range(rows.origin.size):
        _settle_row(steps, rows, row, table, bush, flow, left)


def settle(steps: StepGraph, rows: Rows, table: FlowTable) -> Array:
    """Lead each row's demand back along the shares of its flows, which are replaced.

    Cycles are taken out, and every point is balanced to the last digit. Returns which entries
    of the demand were left, since no flow reached their zone, bool [entries].
    """
    left = np.empty(rows.zone.size, np.bool_)
    bush = new_bush(steps.point_count, steps.step_count)
    _settle(steps, rows, table, bush, np.zeros(steps.step_count), left)
    return left


@inner_kernel
def _walk_tree(
    steps: Any, rows: Any, row: Any, before: Any, left: Any, bush: Any, ends: Any
) -> Any:
    """Write the points of the tree that lie before a zone with demand left, in chains.

    A chain goes from a zone back to an earlier chain; so the chains in reverse order, each from
    its zone on, meet every point after all that lie beyond it. Returns the number of chains.
    """
    count = 0
    chains = 0
    ends[0] = 0
    for k in range(rows.demand_start[row], rows.demand_start[row + 1]):
        point = np.int64(rows.zone[k])
        if not left[k] or before[point] < 0:
            continue
        bush.through[point] += rows.trips[k]
        while before[point] >= 0 and bush.mark[point] == 0:
            bush.mark[point] = 1
            bush.order[count] = point
            count += 1
            point = steps.search.tail[before[point]]
        chains += 1
        ends[chains] = count
    return chains


@kernel
def load_rows(
    steps: Any, rows: Any, chosen: Any, first: Any, before: Any, left: Any, bush: Any, ends: Any,
    volume: Any, table: Any,
) -> Any:  # fmt: skip
    """Load what is left of the demand of chosen rows; return the number where room ended."""
    for number in range(first, chosen.size):
        row = chosen[number]
        chains = _walk_tree(steps, rows, row, before[row], left, bush, ends)
        roomy = make_room(table, row, ends[chains])
        for chain in range(chains, 0, -1):
            for k in range(ends[chain - 1], ends[chain]):
                point = bush.order[k]
                through = bush.through[point]
                bush.through[point] = 0.0
                bush.mark[point] = 0
                if roomy:
                    step = before[row, point]
                    table.flow[slot_for(table, row, step)] += through
                    volume[steps.step_link[step]] += through
                    if before[row, steps.search.tail[step]] >= 0:
                        bush.through[steps.search.tail[step]] += through
        if not roomy:
            return number
    return chosen.size


class TreeLoader:
    """Loads what is left of the demand on trees.

    Parameters
    ----------
    steps, rows
        Where and for whom.
    """

    def __init__(self, steps: StepGraph, rows: Rows) -> None:
        self._steps, self._rows = steps, rows
        self._bush = new_bush(steps.point_count, 0)
        self._ends = np.empty(int(np.diff(rows.demand_start).max(initial=0)) + 1, np.int64)

    def load(
        self, chosen: Array, before: Array, left: Array, volume: Array, table: FlowTable
    ) -> FlowTable:
        """Load the chosen rows, adding to `volume` by link; return the table."""
        at = 0
        while True:
            at = load_rows(
                self._steps, self._rows, chosen, at, before, left, self._bush, self._ends, volume,
                table,
            )  # fmt: skip
            if at == chosen.size:
                return table
            table = with_more_room(table)


@kernel
def drop_banned(steps: Any, rows: Any, own_cost: Any, table: Any) -> None:
    """Take away what rows have on links that their class may not use."""
    for row in range(rows.origin.size):
        for slot in range(table.start[row], table.start[row] + table.size[row]):
            step = table.step[slot]
            if step != FREE and own_cost[rows.kind[row], steps.step_link[step]] == np.inf:
                table.flow[slot] = 0.0


@kernel
def sum_rows(steps: Any, rows: Any, table: Any, volume: Any) -> None:
    """Write the link volumes of each class, [classes, links], summed anew from the rows."""
    for kind in range(volume.shape[0]):
        for link in range(volume.shape[1]):
            volume[kind, link] = 0.0
    for row in range(rows.origin.size):
        kind = rows.kind[row]
        for slot in range(table.start[row], table.start[row] + table.size[row]):
            if table.step[slot] != FREE:
                volume[kind, steps.step_link[table.step[slot]]] += table.flow[slot]
