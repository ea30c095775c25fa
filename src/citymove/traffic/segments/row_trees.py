"""Trees of all rows at fixed costs: the exact gap, and the used steps that lie off them.

A row's tree depends on no other row, so rows are searched in blocks, by threads if asked,
with the same answer.
"""

from typing import Any, NamedTuple

import numpy as np

from citymove.foundation.jit import inner_kernel, kernel
from citymove.paths.heap import heap_drop_first, heap_push
from citymove.traffic.loading import Map
from citymove.traffic.segments.build_pairs import Candidates
from citymove.traffic.segments.flow_table import FlowTable
from citymove.traffic.segments.rows import Rows
from citymove.traffic.segments.step_graph import StepGraph

Array = np.ndarray[Any, Any]

_BLOCK = 32  # rows
_ROUNDING = 1e-14  # share of a label within which two ways cost the same


class Labels(NamedTuple):
    """Buffers of one search.

    Parameters
    ----------
    cost
        float64 [points], of the cheapest path from the origin, inf where there is none.
    chain
        int32 [points].
    heap_key, heap_item
        float64 and int32 [2 steps + 1]: a step is tried once when all are scanned and once more
        when its tail gets its last label.
    """

    cost: Array
    chain: Array
    wanted: Array
    heap_key: Array
    heap_item: Array


def new_labels(steps: StepGraph) -> Labels:
    """Return buffers for searches over these steps."""
    points, room = steps.point_count, 2 * steps.step_count + 1
    return Labels(
        cost=np.empty(points),
        chain=np.empty(points, np.int32),
        wanted=np.zeros(points, np.bool_),
        heap_key=np.empty(room),
        heap_item=np.empty(room, np.int32),
    )


@inner_kernel
def _relabel(graph: Any, step_cost: Any, origin: Any, before: Any, labels: Any) -> None:
    """Set the labels that the tree `before` has at these costs."""
    cost, chain, tail = labels.cost, labels.chain, graph.tail
    for point in range(cost.size):
        cost[point] = -1.0
    cost[origin] = 0.0
    for first in range(cost.size):
        count = 0
        point = first
        while cost[point] < 0.0:  # up to a point that has its label
            if before[point] < 0:
                cost[point] = np.inf
                break
            chain[count] = point
            count += 1
            point = tail[before[point]]
        for k in range(count - 1, -1, -1):  # and down again
            step = before[chain[k]]
            cost[chain[k]] = cost[tail[step]] + step_cost[step]


@inner_kernel
def _relax(
    graph: Any, step_cost: Any, point: Any, radius: float, before: Any, labels: Any, size: Any
) -> Any:
    """Try all steps out of a point that end within the radius; return the size of the heap."""
    cost = labels.cost
    for k in range(graph.out_start[point], graph.out_start[point + 1]):
        step = graph.out_link[k]
        beyond = graph.head[step]
        further = cost[point] + step_cost[step]
        if further < cost[beyond] and further <= radius:
            cost[beyond] = further
            before[beyond] = step
            size = heap_push(further, beyond, labels.heap_key, labels.heap_item, size)
    return size


@inner_kernel
def _radius(graph: Any, rows: Any, row: Any, table: Any, labels: Any) -> float:
    """Return a cost within which all lies that is asked of a row: its zones, what it uses."""
    radius = 0.0
    for k in range(rows.demand_start[row], rows.demand_start[row + 1]):
        radius = max(radius, labels.cost[rows.zone[k]])
    for slot in range(table.start[row], table.start[row] + table.size[row]):
        if table.step[slot] >= 0:
            radius = max(radius, labels.cost[graph.head[table.step[slot]]])
    return radius


@inner_kernel
def _mark_wanted(rows: Any, row: Any, value: Any, wanted: Any) -> Any:
    for k in range(rows.demand_start[row], rows.demand_start[row + 1]):
        wanted[rows.zone[k]] = value
    return rows.demand_start[row + 1] - rows.demand_start[row]


@inner_kernel
def _retree(
    graph: Any, step_cost: Any, rows: Any, row: Any, table: Any, before: Any, labels: Any
) -> None:
    """Make `before`, a tree at other costs or -1 everywhere, the row's cheapest tree.

    `before` is the last step to each point, -1 at the origin and where no path is known. It is
    cheapest, and its labels exact, for the row's zones, the points it uses and all that lies
    nearer than any of them; beyond, the labels are those of some path.
    """
    origin = np.int64(rows.origin[row])
    _relabel(graph, step_cost, origin, before, labels)
    radius = _radius(graph, rows, row, table, labels)
    size: Any = np.int64(0)  # not a literal, for which callees would be compiled once more
    for point in range(labels.cost.size):
        if labels.cost[point] < radius and (point >= graph.first_through_node or point == origin):
            size = _relax(graph, step_cost, point, radius, before, labels, size)
    # The first time the radius is found by the way: where the last zone is reached.
    left = _mark_wanted(rows, row, radius == np.inf, labels.wanted)
    while size > 0:
        cost, nearest = labels.heap_key[0], np.int64(labels.heap_item[0])
        size = heap_drop_first(labels.heap_key, labels.heap_item, size)
        if cost > radius:
            break
        if cost > labels.cost[nearest]:
            continue  # a cheaper path was found after this entry was made
        if labels.wanted[nearest]:
            labels.wanted[nearest] = False
            left -= 1
            if left == 0:
                radius = cost
        if nearest >= graph.first_through_node:
            size = _relax(graph, step_cost, nearest, radius, before, labels, size)
    _mark_wanted(rows, row, np.bool_(False), labels.wanted)


@inner_kernel
def _collect(
    graph: Any, step_cost: Any, row: Any, residue: float, table: Any, labels: Any, before: Any,
    found: Any, count: Any,
) -> Any:  # fmt: skip
    """Write the used steps off the tree; return the count after them."""
    for slot in range(table.start[row], table.start[row] + table.size[row]):
        step = table.step[slot]
        if step < 0 or table.flow[slot] <= residue:
            continue
        head = graph.head[step]
        if before[head] == step:
            continue
        label = labels.cost[head]
        reduced = labels.cost[graph.tail[step]] + step_cost[step] - label
        if reduced > _ROUNDING * label:
            found.row[count] = row
            found.step[count] = step
            found.excess[count] = reduced / label if label > 0.0 else np.inf
            count += 1
    return count


@kernel
def _search_rows(
    graph: Any, step_cost: Any, rows: Any, chosen: Any, first: Any, table: Any, labels: Any,
    before: Any, found: Any, totals: Any,
) -> Any:  # fmt: skip
    """Search the chosen rows from number `first` on, until `found` may not hold a row's steps.

    Returns the next number and the number of steps found; adds the cost of trips on their cheapest
    paths to ``totals[0]``.
    """
    count = np.int64(0)
    for k in range(first, chosen.size):
        row = chosen[k]
        if count + table.entries[row] > found.row.size:
            return k, count
        of_kind = step_cost[rows.kind[row]]
        _retree(graph, of_kind, rows, row, table, before[row], labels)
        for entry in range(rows.demand_start[row], rows.demand_start[row + 1]):
            label = labels.cost[rows.zone[entry]]
            if label < np.inf:
                totals[0] += rows.trips[entry] * label
        count = _collect(
            graph, of_kind, row, rows.residue[row], table, labels, before[row], found, count
        )
    return chosen.size, count


class RowTrees:
    """Searches the trees of all rows again and again, at other costs each time.

    Parameters
    ----------
    steps, rows
        Where and for whom.
    map_blocks
        Runs blocks of rows: `map`, or a thread pool's.
    """

    def __init__(self, steps: StepGraph, rows: Rows, map_blocks: Map) -> None:
        self._steps = steps
        self._rows = rows
        self._map = map_blocks
        count = rows.origin.size
        self.before = np.full((count, steps.point_count), -1, np.int32)
        self._spare: list[Any] = []

    def search(
        self, link_cost: Array, own_cost: Array, table: FlowTable, chosen: Array
    ) -> tuple[Candidates, float]:
        """Search the trees of some rows; return their used steps off the trees, and SPTT.

        Parameters
        ----------
        link_cost
            float64 [links], what all classes pay.
        own_cost
            float64 [classes, links], what each pays on top.
        table
            Flows.
        chosen
            int64, rows.
        """
        step_cost = (link_cost + own_cost)[:, self._steps.step_link]
        size = min(_BLOCK, max(1, chosen.size // 4))
        blocks = [chosen[k : k + size] for k in range(0, chosen.size, size)]

        def run(block: Array) -> tuple[list[Candidates], float]:
            return self._search_block(step_cost, table, block)

        done = list(self._map(run, blocks))
        parts = [part for found, _ in done for part in found]
        if not parts:
            return _candidates(0), 0.0
        joined = Candidates(*(np.concatenate(values) for values in zip(*parts, strict=True)))
        return joined, float(sum(sptt for _, sptt in done))

    def _search_block(
        self, step_cost: Array, table: FlowTable, chosen: Array
    ) -> tuple[list[Candidates], float]:
        labels = self._spare.pop() if self._spare else new_labels(self._steps)
        totals = np.zeros(1)
        parts = []
        at = 0
        while at < chosen.size:
            found = _candidates(int(table.entries[chosen[at:]].max()) + 1024)
            at, count = _search_rows(
                self._steps.search, step_cost, self._rows, chosen, at, table, labels, self.before,
                found, totals,
            )  # fmt: skip
            parts.append(Candidates(*(values[:count].copy() for values in found)))
        self._spare.append(labels)
        return parts, float(totals[0])


def _candidates(room: int) -> Candidates:
    return Candidates(np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room))
