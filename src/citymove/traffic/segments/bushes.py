"""A row's flows as a bush: steps without a cycle, and how each point's flow came to it.

An origin's equilibrium flows have no cycle, so its points can be put in an order that every
step follows. Where the flow at a point came from, step by step, holds for all who pass there
whatever their destination. With these *approach shares* any demand of the row is led back from
its destinations to the origin: a segment's part of a class, one destination's paths, or
another day's demand (Bar-Gera 2010, section 2, "bush" and "approach proportions").
"""

from typing import Any, NamedTuple

import numpy as np

from citymove.foundation.jit import inner_kernel

Array = np.ndarray[Any, Any]

_UNSEEN, _ON_TRAIL, _DONE = range(3)


class Bush(NamedTuple):
    """One row's bush, and buffers to find it; made anew for each row.

    Parameters
    ----------
    weight
        float64 [steps], flow or any measure of it on each step; 0 between rows.
    order
        int32 [points], those that the weights reach from the origin, each after all before it.
    mark
        int8 [points], 0 between rows.
    through
        float64 [points], 0 between calls.
    trail, entered_by, next_out
        int32, int32, int64 [points], buffers.
    """

    weight: Array
    order: Array
    mark: Array
    through: Array
    trail: Array
    entered_by: Array
    next_out: Array


def new_bush(points: int, steps: int) -> Bush:
    """Return buffers for the bushes of a graph."""
    return Bush(
        weight=np.zeros(steps),
        order=np.empty(points, np.int32),
        mark=np.zeros(points, np.int8),
        through=np.zeros(points),
        trail=np.empty(points, np.int32),
        entered_by=np.empty(points, np.int32),
        next_out=np.empty(points, np.int64),
    )


@inner_kernel
def _cancel_cycle(graph: Any, bush: Any, depth: Any, closing: Any) -> Any:
    """Take the least weight of a cycle off its steps; return the depth where the trail holds.

    The cycle is the trail from the head of `closing` on, and `closing` itself.
    """
    first = depth
    while bush.trail[first] != graph.head[closing]:
        first -= 1
    least = bush.weight[closing]
    for k in range(first + 1, depth + 1):
        least = min(least, bush.weight[bush.entered_by[k]])
    bush.weight[closing] -= least
    holds = depth
    for k in range(depth, first, -1):
        bush.weight[bush.entered_by[k]] -= least
        if bush.weight[bush.entered_by[k]] <= 0.0:
            holds = k - 1
    for k in range(holds + 1, depth + 1):
        bush.mark[bush.trail[k]] = _UNSEEN
    return holds


@inner_kernel
def order_bush(graph: Any, origin: Any, bush: Any) -> Any:
    """Order the points that the weights reach; cycles among the weights are taken out.

    Returns the number of points, which stand at the end of ``bush.order``. They stay marked until
    `clear_bush`.
    """
    place = bush.order.size
    bush.trail[0] = origin
    bush.mark[origin] = _ON_TRAIL
    bush.next_out[origin] = graph.out_start[origin]
    depth = np.int64(0)
    while depth >= 0:
        point = np.int64(bush.trail[depth])
        k = bush.next_out[point]
        if k == graph.out_start[point + 1]:
            place -= 1
            bush.order[place] = point
            bush.mark[point] = _DONE
            depth -= 1
            continue
        step = graph.out_link[k]
        beyond = graph.head[step]
        if bush.weight[step] <= 0.0 or bush.mark[beyond] == _DONE:
            bush.next_out[point] += 1
        elif bush.mark[beyond] == _ON_TRAIL:
            depth = _cancel_cycle(graph, bush, depth, step)
        else:
            depth += 1
            bush.trail[depth] = beyond
            bush.entered_by[depth] = step
            bush.mark[beyond] = _ON_TRAIL
            bush.next_out[beyond] = graph.out_start[beyond]
    return bush.order.size - place


@inner_kernel
def lead_back(steps: Any, count: Any, bush: Any, flow: Any) -> None:
    """Lead what stands in ``bush.through`` back to the origin, adding to `flow` by step.

    Points outside the bush keep what stands there; all others are 0 afterwards.
    """
    tail = steps.search.tail
    first = bush.order.size - count
    for k in range(bush.order.size - 1, first, -1):
        point = bush.order[k]
        through = bush.through[point]
        bush.through[point] = 0.0
        if through == 0.0:
            continue
        total = 0.0
        for i in range(steps.in_start[point], steps.in_start[point + 1]):
            step = steps.in_step[i]
            if bush.mark[tail[step]] == _DONE:
                total += bush.weight[step]
        for i in range(steps.in_start[point], steps.in_start[point + 1]):
            step = steps.in_step[i]
            if bush.weight[step] > 0.0 and bush.mark[tail[step]] == _DONE:
                part = through * (bush.weight[step] / total)
                flow[step] += part
                bush.through[tail[step]] += part
    bush.through[bush.order[first]] = 0.0


@inner_kernel
def clear_bush(bush: Any, count: Any) -> None:
    """Take the marks of a bush away."""
    for k in range(bush.order.size - count, bush.order.size):
        bush.mark[bush.order[k]] = _UNSEEN
