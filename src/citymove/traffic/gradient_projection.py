"""Equilibrium over paths: each pair's demand shifts from its dearer paths to its cheapest.

Gradient projection (Jayakrishnan, Tsai, Prashker and Rajadhyaksha 1994, "A faster path-based
algorithm for traffic assignment", Transportation Research Record 1443). A round searches all
trees at fixed costs, which gives the exact gap and at most one new path a pair; then sweeps go
over the pairs. A path dearer than the pair's cheapest one by ``e`` gives it
``min(flow, e / h)``, with ``h`` the sum of the cost derivatives of the links that only one of
the two uses (a Newton step), and costs follow link by link at once.

Frank-Wolfe's steps move all pairs by one share, so its tail is long; here each pair moves as
far as it should. The paths are a start for any other demand and for other closures as well.
"""

from typing import Any, NamedTuple

import numpy as np

from citymove.foundation.jit import kernel
from citymove.paths.graph import SearchGraph
from citymove.paths.trees import Search, new_search, tree
from citymove.traffic.gap import relative_gap
from citymove.traffic.path_flows import PathFlows
from citymove.traffic.slice_costs import SliceCosts, link_cost, link_cost_derivative
from citymove.traffic.solution import Solution
from citymove.traffic.user_classes import ClassTerms

Array = np.ndarray[Any, Any]

_MOST_SWEEPS = 50
_SWEEP_SHARE = 0.02  # sweeps end when they leave this share of the gap at which the round began
_GAP_SHARE = 0.2  # or this share of the gap that is asked for
_SAME_COST = 1e-13  # relative rounding error of the sum of a path's costs


class _Pairs(NamedTuple):
    """Pairs of zones with demand, sorted by group, origin and destination."""

    group: Array  # int64 [pairs], classes that pay the same and may drive the same links
    origin: Array  # int64 [pairs]
    destination: Array  # int64 [pairs]
    demand: Array  # float64 [pairs], > 0, all segments of the group


class _Pool(NamedTuple):
    """Paths of all pairs as linked lists, with room for more."""

    first: Array  # int64 [pairs], the pair's newest path, -1 for none
    following: Array  # int64 [room], the pair's next path, -1 for none
    start: Array  # int64 [room], first row in `links`
    length: Array  # int64 [room]
    flow: Array  # float64 [room]
    links: Array  # int32 [room for links]
    used: Array  # int64 [2], paths and links


class _Links(NamedTuple):
    """State of the links."""

    volume: Array  # float64 [links], assigned
    cost: Array  # float64 [links]
    slope: Array  # float64 [links], derivative of the cost
    uses: Array  # int8 [links], buffer, 0 between calls
    differing: Array  # int32 [links], buffer: links that two paths do not share
    more: Array  # int8 [links], buffer: and how many times more one uses them


@kernel
def _update_link(terms: Any, links: Any, link: Any) -> None:
    volume = links.volume[link] + terms.preload[link]
    links.cost[link] = link_cost(terms, link, volume)
    links.slope[link] = link_cost_derivative(terms, link, volume)


@kernel
def _sum_paths(terms: Any, pool: Any, links: Any) -> None:
    """Sum link volumes anew from the paths, and costs from these: no error piles up."""
    for link in range(links.volume.size):
        links.volume[link] = 0.0
    for pair in range(pool.first.size):
        path = pool.first[pair]
        while path >= 0:
            for k in range(pool.start[path], pool.start[path] + pool.length[path]):
                links.volume[pool.links[k]] += pool.flow[path]
            path = pool.following[path]
    for link in range(links.volume.size):
        _update_link(terms, links, link)


@kernel
def _add_path(state_link: Any, pool: Any, pair: int, search: Any, last: int, flow: float) -> bool:
    """Add the tree's path that ends in state `last`; False where there is no room for it."""
    length = 0
    state = last
    while state >= 0:
        length += 1
        state = search.before[state]
    path, at = pool.used[0], pool.used[1]
    if path == pool.start.size or at + length > pool.links.size:
        return False
    k = at + length
    state = last
    while state >= 0:
        k -= 1
        pool.links[k] = state_link[state]
        state = search.before[state]
    pool.start[path] = at
    pool.length[path] = length
    pool.flow[path] = flow
    pool.following[path] = pool.first[pair]
    pool.first[pair] = path
    pool.used[0] = path + 1
    pool.used[1] = at + length
    return True


@kernel
def _path_cost(constant: Any, group: int, pool: Any, links: Any, path: int) -> Any:
    """Return the cost of a path to a group."""
    cost = 0.0
    for k in range(pool.start[path], pool.start[path] + pool.length[path]):
        cost += links.cost[pool.links[k]] + constant[group, pool.links[k]]
    return cost


@kernel
def _find_paths(
    graph: Any, pairs: Any, constant: Any, state_cost: Any, pool: Any, links: Any, search: Any,
    totals: Any, first_pair: int,
) -> Any:  # fmt: skip
    """Add each pair's cheapest path where it is new; return where room ended.

    A pair's first path takes all its demand. Adds the cost of all trips by their cheapest paths
    to ``totals[0]``.
    """
    group, origin = -1, -1
    for pair in range(first_pair, pairs.origin.size):
        if pairs.origin[pair] != origin or pairs.group[pair] != group:
            group, origin = pairs.group[pair], pairs.origin[pair]
            tree(graph, state_cost[group], origin, search)
        last = search.arrive_by[pairs.destination[pair]]
        if last < 0:
            continue
        cheapest = search.node_cost[pairs.destination[pair]]
        path = pool.first[pair]
        while path >= 0:
            cost = _path_cost(constant, group, pool, links, path)
            if cost <= cheapest * (1.0 + _SAME_COST):
                break
            path = pool.following[path]
        if path < 0:
            flow = pairs.demand[pair] if pool.first[pair] < 0 else 0.0
            if not _add_path(graph.state_link, pool, pair, search, last, flow):
                return pair
        totals[0] += pairs.demand[pair] * cheapest
    return pairs.origin.size


@kernel
def _shift(
    terms: Any, constant: Any, group: int, pool: Any, links: Any, dear: int, cheap: int
) -> Any:
    """Shift flow from `dear` to `cheap`; return the excess cost of `dear` before.

    Only links count that one of the two uses more often; a path round a ban over several links
    may use a link twice.
    """
    dear_from, dear_to = pool.start[dear], pool.start[dear] + pool.length[dear]
    cheap_from, cheap_to = pool.start[cheap], pool.start[cheap] + pool.length[cheap]
    for k in range(cheap_from, cheap_to):
        links.uses[pool.links[k]] += 1
    for k in range(dear_from, dear_to):
        links.uses[pool.links[k]] -= 1
    excess = 0.0
    slope = 0.0
    count = 0
    for low, high in ((dear_from, dear_to), (cheap_from, cheap_to)):
        for k in range(low, high):
            link = pool.links[k]
            more = links.uses[link]
            if more != 0:
                excess -= more * (links.cost[link] + constant[group, link])
                slope += more * more * links.slope[link]
                links.differing[count] = link
                links.more[count] = more
                links.uses[link] = 0
                count += 1
    flow = pool.flow[dear]
    if excess > 0.0:
        moved = min(flow, excess / slope) if slope > 0.0 else flow
        pool.flow[dear] = flow - moved
        pool.flow[cheap] += moved
        for k in range(count):
            link = np.int64(links.differing[k])  # one compiled form of `_update_link`
            links.volume[link] = max(links.volume[link] + links.more[k] * moved, 0.0)
            _update_link(terms, links, link)
    return max(excess, 0.0) * flow


@kernel
def _sweep(terms: Any, pairs: Any, constant: Any, pool: Any, links: Any) -> float:
    """Go over all pairs once; return the excess cost of all trips, as it was met."""
    excess = 0.0
    for pair in range(pool.first.size):
        path = pool.first[pair]
        if path < 0 or pool.following[path] < 0:
            continue
        group = pairs.group[pair]
        cheap = -1
        least = np.inf
        while path >= 0:
            cost = _path_cost(constant, group, pool, links, path)
            if cost < least:
                least = cost
                cheap = path
            path = pool.following[path]
        path = pool.first[pair]
        while path >= 0:
            if path != cheap and pool.flow[path] > 0.0:
                excess += _shift(terms, constant, group, pool, links, path, cheap)
            path = pool.following[path]
    return excess


@kernel
def _constants_paid(pairs: Any, constant: Any, pool: Any) -> float:
    paid = 0.0
    for pair in range(pool.first.size):
        group = pairs.group[pair]
        path = pool.first[pair]
        while path >= 0:
            for k in range(pool.start[path], pool.start[path] + pool.length[path]):
                paid += pool.flow[path] * constant[group, pool.links[k]]
            path = pool.following[path]
    return paid


@kernel
def _drop_unused(pool: Any) -> None:
    """Take paths without flow out of the lists; a pair's lists never end up empty."""
    for pair in range(pool.first.size):
        before = -1
        path = pool.first[pair]
        while path >= 0:
            beyond = pool.following[path]
            if pool.flow[path] > 0.0:
                before = path
            elif before >= 0:
                pool.following[before] = beyond
            else:
                pool.first[pair] = beyond
            path = beyond


def gradient_projection(
    costs: SliceCosts,
    graph: SearchGraph,
    demand: Array,
    *,
    gap: float,
    max_iterations: int,
    start: PathFlows | None = None,
) -> Solution:
    """Return paths and volumes at which the relative gap is at most `gap`.

    Parameters
    ----------
    costs
        Of the slice's links, classes included.
    graph
        Where paths are searched.
    demand
        float64 [segments, zones, zones], in passenger car equivalents, >= 0, diagonal 0. A path's
        share of a pair's demand is the same for all segments of a group, which meet the same costs.
    gap
        Relative gap to stop at.
    max_iterations
        Most rounds (searches of all trees).
    start
        Paths to start with, of any demand; those that the graph or the group's closures do not
        permit are left out, and pairs that are left without a path are loaded on their cheapest
        one.
    """
    terms, classes = costs.terms, costs.classes
    constant = classes.constant
    pairs = _pairs_of(demand, classes)
    pool = _pool_of(pairs, graph, classes, start)
    count = graph.link_count
    links = _link_state(count)
    search = new_search(graph)
    if np.any(pool.first < 0):
        _sum_paths(terms, pool, links)
        pool, _ = _with_new_paths(graph, pairs, classes, pool, links, search)
    history: list[float] = []
    for iteration in range(max_iterations):
        _sum_paths(terms, pool, links)
        pool, sptt = _with_new_paths(graph, pairs, classes, pool, links, search)
        tstt = float(np.sum(links.volume * links.cost))
        if classes.differ:
            tstt += _constants_paid(pairs, constant, pool)
        history.append(relative_gap(tstt, sptt))
        if history[-1] <= gap or iteration + 1 == max_iterations:
            break
        enough = max(_SWEEP_SHARE * history[-1], _GAP_SHARE * gap) * tstt
        for _ in range(_MOST_SWEEPS):
            if _sweep(terms, pairs, constant, pool, links) <= enough:
                break
        _drop_unused(pool)
    paths = _path_flows(pairs, pool)
    by_group = [paths.of_group(group) for group in range(classes.group_count)]
    volume = np.stack(
        [
            by_group[group].volume(of_segment, count)
            for group, of_segment in zip(classes.group, demand, strict=True)
        ]
    )
    return Solution(volume, np.array(history), paths)


def _pairs_of(demand: Array, classes: ClassTerms) -> _Pairs:
    trips = np.zeros((classes.group_count, *demand.shape[1:]))
    for group, of_segment in zip(classes.group, demand, strict=True):
        trips[group] += of_segment
    group, origin, destination = np.nonzero(trips)
    return _Pairs(group, origin, destination, trips[group, origin, destination])


def _link_state(count: int) -> _Links:
    return _Links(
        volume=np.zeros(count),
        cost=np.empty(count),
        slope=np.empty(count),
        uses=np.zeros(count, np.int8),
        differing=np.empty(count, np.int32),
        more=np.empty(count, np.int8),
    )


def _with_new_paths(
    graph: SearchGraph,
    pairs: _Pairs,
    classes: ClassTerms,
    pool: _Pool,
    links: _Links,
    search: Search,
) -> tuple[_Pool, float]:
    totals = np.zeros(1)
    state_cost = graph.by_state(links.cost + classes.search_constant)
    pair = 0
    while True:
        pair = _find_paths(
            graph, pairs, classes.constant, state_cost, pool, links, search, totals, pair
        )
        if pair == pairs.origin.size:
            return pool, float(totals[0])
        pool = _grown(pool)


def _grown(pool: _Pool) -> _Pool:
    """Return the pool with twice the room."""

    def doubled(values: Array) -> Array:
        return np.concatenate([values, np.empty_like(values)])

    return pool._replace(
        following=doubled(pool.following),
        start=doubled(pool.start),
        length=doubled(pool.length),
        flow=doubled(pool.flow),
        links=doubled(pool.links),
    )


def _pool_of(
    pairs: _Pairs, graph: SearchGraph, classes: ClassTerms, start: PathFlows | None
) -> _Pool:
    """Return a pool of the start's paths that serve here, with room for more."""
    count = pairs.origin.size
    first = np.full(count, -1, np.int64)
    room, link_room = 2 * count + 16, 40 * count + graph.link_count + 16
    pool = _Pool(
        first=first,
        following=np.empty(room, np.int64),
        start=np.empty(room, np.int64),
        length=np.empty(room, np.int64),
        flow=np.empty(room),
        links=np.empty(link_room, np.int32),
        used=np.zeros(2, np.int64),
    )
    if start is None or count == 0:
        return pool
    kept, pair = _serving(pairs, graph, classes, start)
    while len(kept) > pool.start.size or kept.links.size > pool.links.size:
        pool = _grown(pool)
    n = len(kept)
    total_share = np.bincount(pair, kept.share, count)
    pool.flow[:n] = kept.share / total_share[pair] * pairs.demand[pair]
    pool.start[:n] = kept.start[:-1]
    pool.length[:n] = np.diff(kept.start)
    pool.links[: kept.links.size] = kept.links
    pool.used[:] = n, kept.links.size
    # Rows are sorted by pair: each path is followed by the next row of the same pair.
    last_of_pair = np.append(pair[1:] != pair[:-1], True)[:n]
    pool.following[:n] = np.where(last_of_pair, -1, np.arange(1, n + 1))
    first_of_pair = np.flatnonzero(np.append(True, last_of_pair[:-1])[:n])
    pool.first[pair[first_of_pair]] = first_of_pair
    return pool


def _serving(
    pairs: _Pairs, graph: SearchGraph, classes: ClassTerms, start: PathFlows
) -> tuple[PathFlows, Array]:
    """Return the start's paths that are permitted and of a pair with demand, and their pairs."""
    zones = int(max(pairs.origin.max(), pairs.destination.max(), start.origin.max(initial=0),
                    start.destination.max(initial=0))) + 1  # fmt: skip
    keys = (pairs.group * zones + pairs.origin) * zones + pairs.destination
    of_paths = (start.group.astype(np.int64) * zones + start.origin) * zones + start.destination
    pair = np.minimum(np.searchsorted(keys, of_paths), keys.size - 1)
    served = (keys[pair] == of_paths) & (start.share > 0) & start.permitted(graph)
    if classes.closed.any():
        shut = classes.closed[np.repeat(pairs.group[pair], np.diff(start.start)), start.links]
        path = np.repeat(np.arange(len(start)), np.diff(start.start))
        served &= np.bincount(path, shut, len(start)) == 0
    rows = np.flatnonzero(served)
    return start.take(rows), pair[rows]


def _path_flows(pairs: _Pairs, pool: _Pool) -> PathFlows:
    """Return the paths in use with their shares."""
    rows: list[int] = []
    of_pair: list[int] = []
    first, following = pool.first.tolist(), pool.following.tolist()
    for pair, newest in enumerate(first):
        path = newest
        while path >= 0:
            rows.append(path)
            of_pair.append(pair)
            path = following[path]
    pair_of, row = np.array(of_pair, np.int64), np.array(rows, np.int64)
    flow, length = pool.flow[row], pool.length[row]
    used = flow > 0
    pair_of, row, flow, length = pair_of[used], row[used], flow[used], length[used]
    total = np.bincount(pair_of, flow, pairs.origin.size)
    start = np.concatenate([[0], np.cumsum(length)])
    steps = np.repeat(pool.start[row] - start[:-1], length) + np.arange(start[-1])
    return PathFlows(
        group=pairs.group[pair_of],
        origin=pairs.origin[pair_of],
        destination=pairs.destination[pair_of],
        share=flow / total[pair_of],
        start=start,
        links=pool.links[steps],
    )
