"""All-or-nothing loading: all demand of a slice on the cheapest paths at given costs.

Origins are dealt into a fixed number of blocks, each is loaded on its own (by threads, if
asked) and the blocks are summed in order. The sums, and so the results, do not depend on the
number of workers.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.foundation.jit import kernel
from citymove.paths.graph import SearchGraph
from citymove.paths.trees import Search, new_search, tree
from citymove.traffic.user_classes import ClassTerms, class_terms

Array = np.ndarray[Any, Any]
Map = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]

BLOCKS = 8


@kernel
def _asks(demand: Any, group_of: Any, group: int, origin: int) -> bool:
    """Return whether segments of this group start from this origin."""
    for segment in range(demand.shape[0]):
        if group_of[segment] == group:
            for zone in range(demand.shape[2]):
                if demand[segment, origin, zone] > 0.0:
                    return True
    return False


@kernel
def _load_tree(
    count: int, search: Any, demand: Any, group_of: Any, group: int, origin: int, flow: Any,
    volume: Any, totals: Any,
) -> None:  # fmt: skip
    """Add one origin's demand to `volume` by state; totals: cost of trips, trips without a path."""
    for segment in range(demand.shape[0]):
        if group_of[segment] != group:
            continue
        loaded = False
        for zone in range(demand.shape[2]):
            trips = demand[segment, origin, zone]
            if trips > 0.0:
                last = search.arrive_by[zone]
                if last < 0:
                    totals[1] += trips
                    continue
                totals[0] += trips * search.node_cost[zone]
                flow[last] += trips
                loaded = True
        if not loaded:
            continue
        for k in range(count - 1, -1, -1):  # from the leaves to the origin
            state = search.order[k]
            through = flow[state]
            if through > 0.0:
                flow[state] = 0.0
                volume[segment, state] += through
                before = search.before[state]
                if before >= 0:
                    flow[before] += through


@kernel
def _load_block(
    graph: Any, state_cost: Any, demand: Any, group_of: Any, origins: Any, search: Any, flow: Any,
    volume: Any, totals: Any,
) -> None:  # fmt: skip
    for segment in range(volume.shape[0]):
        for state in range(volume.shape[1]):
            volume[segment, state] = 0.0
    totals[0] = 0.0
    totals[1] = 0.0
    for k in range(origins.size):
        for group in range(state_cost.shape[0]):
            if _asks(demand, group_of, group, origins[k]):
                count = tree(graph, state_cost[group], origins[k], search)
                _load_tree(count, search, demand, group_of, group, origins[k], flow, volume, totals)


@dataclass(frozen=True, slots=True)
class Loaded:
    """Result of one loading.

    Parameters
    ----------
    volume
        float64 [segments, links].
    trip_cost_total
        Sum of demand x cost of its cheapest path (SPTT at these costs).
    unreachable
        Demand without a path, left out of the rest.
    """

    volume: Array
    trip_cost_total: float
    unreachable: float


@dataclass(frozen=True, slots=True)
class _Block:
    origins: Array
    search: Search
    flow: Array
    volume: Array
    totals: Array


class Loader:
    """Loads one slice's demand again and again, at other costs each time.

    Parameters
    ----------
    graph
        Where paths are searched.
    demand
        float64 [segments, zones, zones], >= 0, finite, diagonal 0.
    map_blocks
        Runs the blocks: `map`, or a thread pool's.
    classes
        What sets the segments apart; None: all meet the same costs.
    """

    def __init__(
        self,
        graph: SearchGraph,
        demand: Array,
        map_blocks: Map = map,
        classes: ClassTerms | None = None,
    ) -> None:
        if classes is None:
            classes = class_terms(None, demand.shape[0], graph.link_count)
        self._graph = graph
        self._demand = np.array(demand, np.float64)
        self._group_of = classes.group
        self._constant = classes.search_constant
        self._map = map_blocks
        active = np.flatnonzero(self._demand.sum(axis=(0, 2)) > 0)
        parts = [part for part in np.array_split(active, BLOCKS) if part.size]
        shape = (self._demand.shape[0], graph.state_count)
        self._blocks = [
            _Block(
                origins=part.copy(),
                search=new_search(graph),
                flow=np.zeros(graph.state_count),
                volume=np.empty(shape),
                totals=np.empty(2),
            )
            for part in parts
        ]
        self._shape = shape

    def load(self, link_cost: Array) -> Loaded:
        """Return the volumes of one loading at `link_cost`, float64 [links], >= 0 or inf.

        What a class bears beside it, and where it may not drive, is known to the loader.
        """
        state_cost = self._graph.by_state(link_cost + self._constant)

        def run(block: _Block) -> None:
            _load_block(
                self._graph, state_cost, self._demand, self._group_of, block.origins, block.search,
                block.flow, block.volume, block.totals,
            )  # fmt: skip

        for _ in self._map(run, self._blocks):
            pass
        volume = np.zeros(self._shape)
        totals = np.zeros(2)
        for block in self._blocks:
            volume += block.volume
            totals += block.totals
        return Loaded(self._graph.by_link(volume), float(totals[0]), float(totals[1]))


@contextmanager
def workers_map(workers: int) -> Iterator[Map]:
    """Provide a `map` on this many threads; one worker needs none."""
    if workers <= 1:
        yield map
        return
    with ThreadPoolExecutor(workers) as pool:
        yield pool.map
