"""The loop: trees, pairs, sweeps, until no used path is dearer than the cheapest."""

from typing import Any

import numpy as np

from citymove.paths.graph import SearchGraph
from citymove.traffic.gap import relative_gap
from citymove.traffic.loading import Map
from citymove.traffic.segments.build_pairs import Candidates, build_pairs, new_trace
from citymove.traffic.segments.flow_table import new_flow_table
from citymove.traffic.segments.flow_table import with_more_room as with_roomier_rows
from citymove.traffic.segments.keeping import packed
from citymove.traffic.segments.link_state import new_link_state, update_all_links
from citymove.traffic.segments.origin_flows import OriginFlows
from citymove.traffic.segments.pairs import has_room, new_pairs
from citymove.traffic.segments.pairs import with_more_room as with_more_pairs
from citymove.traffic.segments.placing import TreeLoader, drop_banned, settle, sum_rows
from citymove.traffic.segments.resuming import resumed_flows, resumed_pairs
from citymove.traffic.segments.row_trees import RowTrees
from citymove.traffic.segments.rows import rows_of
from citymove.traffic.segments.step_graph import step_graph
from citymove.traffic.segments.sweeps import balance
from citymove.traffic.slice_costs import SliceCosts
from citymove.traffic.solution import Solution

Array = np.ndarray[Any, Any]

_CHUNK = 8  # rows that are loaded before costs follow
_EXCESS_SHARE = 0.1  # of the gap: used steps dearer than this, relative to their label, get pairs
_MOST_EXCESS = 0.01  # a first gap of tens of per cent would pass over most of them


class _Flows:
    """One slice's flows on their way to equilibrium."""

    def __init__(
        self,
        costs: SliceCosts,
        graph: SearchGraph,
        demand: Array,
        map_blocks: Map,
        start: OriginFlows | None,
    ) -> None:
        classes = costs.classes
        self._terms = costs.terms
        self._own_cost = own_cost = classes.search_constant
        self._steps = step_graph(graph, demand.shape[1])
        self._rows = rows_of(
            np.stack([demand[classes.group == k].sum(axis=0) for k in range(classes.group_count)])
        )
        self._everyone = np.arange(self._rows.origin.size)
        self._links = new_link_state(graph.link_count)
        self._by_class = np.zeros(own_cost.shape)
        self._trees = RowTrees(self._steps, self._rows, map_blocks)
        self._trace = new_trace(self._steps.point_count, graph.link_count)
        self._pairs = new_pairs(256, 4096 + 2 * self._trace.trail.size, 1024)
        if start is None:
            entries = 16 * self._rows.zone.size + 64
            self._table = new_flow_table(self._everyone.size, entries)
        else:
            self._table = resumed_flows(self._steps, self._rows, start)
            drop_banned(self._steps, self._rows, own_cost, self._table)
        self._place_demand()
        if start is not None:
            self._pairs, self._table = resumed_pairs(
                self._steps, self._rows, start, own_cost, self._trace.uses, self._trace.trail,
                self._pairs, self._table,
            )  # fmt: skip
            self.balance()

    def _place_demand(self) -> None:
        """Put all demand on paths: along the flows that are there, the rest by trees."""
        left = settle(self._steps, self._rows, self._table)
        self._sum_volumes()
        waiting = self._everyone[np.logical_or.reduceat(left, self._rows.demand_start[:-1])]
        loader = TreeLoader(self._steps, self._rows)
        nobody = new_flow_table(self._everyone.size, 1)
        for k in range(0, waiting.size, _CHUNK):
            chunk = waiting[k : k + _CHUNK]
            self._trees.search(self._links.cost, self._own_cost, nobody, chunk)
            self._table = loader.load(
                chunk, self._trees.before, left, self._links.volume, self._table
            )
            update_all_links(self._terms, self._links)

    def _sum_volumes(self) -> None:
        """Sum volumes anew from the rows, and costs from these: no error piles up."""
        sum_rows(self._steps, self._rows, self._table, self._by_class)
        self._links.volume[:] = self._by_class.sum(axis=0)
        update_all_links(self._terms, self._links)

    def search(self) -> tuple[Candidates, float]:
        """Search all trees; return the used steps off them, and the relative gap."""
        self._sum_volumes()
        cost, own_cost = self._links.cost, self._own_cost
        found, sptt = self._trees.search(cost, own_cost, self._table, self._everyone)
        own = np.where(self._by_class > 0.0, own_cost, 0.0)  # banned: inf, and no volume
        tstt = float(np.sum(self._links.volume * cost) + np.sum(self._by_class * own))
        return found, relative_gap(tstt, sptt)

    def build(self, candidates: Candidates, least_excess: float) -> None:
        """Find and shift the pairs of used steps with a relative excess above the least."""
        at = 0
        while True:
            at = build_pairs(
                self._steps, candidates, self._rows, self._own_cost, self._trees.before,
                self._terms, at, least_excess, self._links, self._table, self._pairs, self._trace,
            )  # fmt: skip
            if at == candidates.row.size:
                return
            if has_room(self._pairs, self._trace.trail.size, 1):
                self._table = with_roomier_rows(self._table)
            else:
                self._pairs = with_more_pairs(self._pairs)

    def balance(self) -> None:
        """Shift until the pairs are balanced among themselves."""
        balance(self._pairs, self._terms, self._links, self._table, self._trace.slots)

    def finished(self) -> OriginFlows:
        """Return the flows without cycles, balanced at every point."""
        left = settle(self._steps, self._rows, self._table)
        if left.any():  # demand too small beside its row's to be told from rounding
            self._table = TreeLoader(self._steps, self._rows).load(
                self._everyone, self._trees.before, left, self._links.volume, self._table
            )
        return packed(self._steps, self._rows, self._table, self._pairs)


def paired_segments(
    costs: SliceCosts,
    graph: SearchGraph,
    demand: Array,
    *,
    gap: float,
    max_iterations: int,
    start: OriginFlows | None = None,
    map_blocks: Map = map,
) -> Solution:
    """Return origin flows and volumes at which the relative gap is at most `gap`.

    Parameters
    ----------
    costs
        Of the slice's links and the classes. Segments whose classes pay the same and may drive the
        same links are of one group: they share its flows, by destination.
    graph
        Where paths are searched; its first nodes are the zones.
    demand
        float64 [segments, zones, zones], >= 0, diagonal 0, in passenger car equivalents.
    gap
        Relative gap to stop at.
    max_iterations
        Most rounds (searches of all trees).
    start
        Flows to start with, of any demand, costs and turns on the same links.
    map_blocks
        Runs blocks of trees: `map`, or a thread pool's. The answer does not depend on it.
    """
    flows = _Flows(costs, graph, demand, map_blocks, start)
    history: list[float] = []
    while True:
        candidates, found = flows.search()
        history.append(found)
        if found <= gap or len(history) == max_iterations:
            break
        flows.build(candidates, min(_EXCESS_SHARE * found, _MOST_EXCESS))
        flows.balance()
    kept = flows.finished()
    groups = costs.classes.group
    volume = np.stack(
        [
            kept.volume(kept.demand(trips, kind), graph.link_count)
            if np.count_nonzero(groups == kind) > 1
            else kept.class_volume(kind, graph.link_count)
            for kind, trips in zip(groups.tolist(), demand, strict=True)
        ]
    )
    return Solution(volume, np.array(history), origin_flows=kept)
