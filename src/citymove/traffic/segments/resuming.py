"""An earlier result's flows and pairs taken up again, whatever has changed since.

Flows are taken as approach shares, so they need not fit the new demand. Where turns have
changed (a closed street, another ban), points and steps are others: the flow of each turn is
carried over by the links it leads from and to, and turns that are no longer open get nothing.
What no longer leads anywhere is loaded on trees, see `citymove.traffic.segments.placing`.
"""

from typing import Any

import numpy as np

from citymove.foundation.jit import inner_kernel, kernel
from citymove.traffic.segments.flow_table import (
    FlowTable,
    make_room,
    new_flow_table,
    slot_for,
    with_more_room,
)
from citymove.traffic.segments.origin_flows import OriginFlows
from citymove.traffic.segments.pairs import Pairs, has_room
from citymove.traffic.segments.pairs import with_more_room as with_more_pairs
from citymove.traffic.segments.rows import Rows
from citymove.traffic.segments.step_graph import StepGraph, same_steps
from citymove.traffic.segments.writing_pairs import enter_pair, take_part, write_pair

Array = np.ndarray[Any, Any]

_NONE = -1


def _matching(kind: Array, origin: Array, among_kind: Array, among_origin: Array) -> Array:
    """Return where each row stands among others, int64 [rows], -1 where it does not."""
    zones = int(max(origin.max(initial=0), among_origin.max(initial=0))) + 1
    key = kind.astype(np.int64) * zones + origin
    among = among_kind.astype(np.int64) * zones + among_origin
    place = np.minimum(np.searchsorted(among, key), max(among.size - 1, 0))
    if among.size == 0:
        return np.full(key.size, _NONE, np.int64)
    return np.where(among[place] == key, place, _NONE)


@kernel
def _copy_rows(earlier: Any, start: Any, step: Any, flow: Any, first: Any, table: Any) -> Any:
    """Copy flows of the earlier rows; return the row where room ended."""
    for row in range(first, earlier.size):
        if earlier[row] < 0:
            continue
        low, high = start[earlier[row]], start[earlier[row] + 1]
        if not make_room(table, row, high - low):
            return row
        for k in range(low, high):
            table.flow[slot_for(table, row, step[k])] = flow[k]
    return earlier.size


@inner_kernel
def _carry_turn(steps: Any, point: Any, state: Any, weight: float, row: Any, table: Any) -> None:
    """Give weight to the steps by which `point` is left into `state`."""
    for k in range(steps.search.out_start[point], steps.search.out_start[point + 1]):
        step = steps.search.out_link[k]
        if steps.step_state[step] == state:
            table.flow[slot_for(table, row, step)] += weight


@kernel
def _carry_rows(
    earlier: Any, origin: Any, before: Any, start: Any, step: Any, flow: Any, of_step: Any,
    point_of: Any, steps: Any, most: Any, first: Any, table: Any,
) -> Any:  # fmt: skip
    """Carry flows over by turn; return the row where room ended.

    `before` are the earlier steps, `of_step` float64 [earlier steps] is 0 between calls,
    `point_of` int64 [earlier states], the point to which a state leads now, or -1.
    """
    for row in range(first, earlier.size):
        if earlier[row] < 0:
            continue
        low, high = start[earlier[row]], start[earlier[row] + 1]
        if not make_room(table, row, most * (high - low)):
            return row
        for k in range(low, high):
            of_step[step[k]] = flow[k]
        for k in range(low, high):
            point = before.search.tail[step[k]]
            state = before.step_state[step[k]]
            if point == origin[row]:
                _carry_turn(steps, np.int64(point), np.int64(state), flow[k], row, table)
                continue
            total = 0.0
            for i in range(before.in_start[point], before.in_start[point + 1]):
                total += of_step[before.in_step[i]]
            for i in range(before.in_start[point], before.in_start[point + 1]):
                former = before.in_step[i]
                there = point_of[before.step_state[former]]
                if of_step[former] > 0.0 and there >= 0:
                    part = flow[k] * (of_step[former] / total)
                    _carry_turn(steps, there, np.int64(state), part, row, table)
        for k in range(low, high):
            of_step[step[k]] = 0.0
    return earlier.size


def resumed_flows(steps: StepGraph, rows: Rows, start: OriginFlows) -> FlowTable:
    """Return the earlier flows as a table of the present rows and steps."""
    earlier = _matching(rows.kind, rows.origin, start.kind, start.origin)
    table = new_flow_table(rows.origin.size, 3 * start.step.size + 8 * rows.origin.size + 64)
    flows = (start.start, start.step, start.flow)
    if same_steps(steps, start.steps):
        row = _copy_rows(earlier, *flows, 0, table)
        while row < earlier.size:
            table = with_more_room(table)
            row = _copy_rows(earlier, *flows, row, table)
        return table
    states = int(start.steps.step_state.max(initial=-1)) + 1
    point_of = np.full(max(states, int(steps.step_state.max(initial=-1)) + 1), _NONE, np.int64)
    # A state that leads to a zone and on beyond it leads to two points; the last one wins, which
    # is the one beyond.
    order = np.argsort(steps.search.head, kind="stable")
    point_of[steps.step_state[order]] = steps.search.head[order]
    of_step = np.zeros(start.steps.step_count)
    most = 2 + int(np.diff(start.steps.in_start).max(initial=0))
    fixed = (earlier, rows.origin, start.steps, *flows, of_step, point_of, steps, most)
    row = _carry_rows(*fixed, 0, table)
    while row < earlier.size:
        table = with_more_room(table)
        row = _carry_rows(*fixed, row, table)
    return table


@kernel
def _enter_pairs(
    kind: Any, start: Any, step: Any, member_start: Any, member_row: Any, row_now: Any,
    first: Any, steps: Any, own_cost: Any, uses: Any, trail: Any, pairs: Any, table: Any,
) -> Any:  # fmt: skip
    """Enter earlier pairs and their members; return the pair where room ended."""
    for k in range(first, kind.size):
        low, middle, high = start[2 * k], start[2 * k + 1], start[2 * k + 2]
        if not has_room(pairs, high - low, member_start[k + 1] - member_start[k]):
            return k
        for i in range(low, high):
            trail[i - low] = step[i]
        written = write_pair(
            steps.step_link, trail, middle - low, high - middle, np.int64(kind[k]), own_cost,
            uses, pairs,
        )  # fmt: skip
        if not np.isfinite(pairs.constant[written]):
            continue  # a link is now banned for the class
        pair = enter_pair(pairs, written)
        for i in range(member_start[k], member_start[k + 1]):
            row = row_now[member_row[i]]
            if row >= 0:
                if not make_room(table, row, high - low):
                    return k
                take_part(pairs, pair, row, table)
    return kind.size


def resumed_pairs(
    steps: StepGraph, rows: Rows, start: OriginFlows, own_cost: Array, uses: Array, trail: Array,
    pairs: Pairs, table: FlowTable,
) -> tuple[Pairs, FlowTable]:  # fmt: skip
    """Enter the earlier pairs, if steps are the same as before."""
    if not same_steps(steps, start.steps):
        return pairs, table
    kept = start.pairs
    row_now = _matching(start.kind, start.origin, rows.kind, rows.origin)
    at = 0
    while True:
        at = _enter_pairs(
            kept.kind, kept.start, kept.step, kept.member_start, kept.member_row, row_now, at,
            steps, own_cost, uses, trail, pairs, table,
        )  # fmt: skip
        if at == kept.kind.size:
            return pairs, table
        pairs, table = with_more_pairs(pairs), with_more_room(table)
