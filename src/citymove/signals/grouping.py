"""Lit nodes gathered to junctions: what one controller runs."""

from heapq import heappop, heappush
from typing import Any

import numpy as np

from citymove.facts.roads import SignalKind
from citymove.signals.junction_nodes import levels
from citymove.signals.tied_lights import Streets, Tied, inner_pairs

Array = np.ndarray[Any, Any]

# assumed, from the junctions of Helsinki, Bad Hersfeld and Krems
INNER_PATH_M = 40.0  # two junctions so near have no room to queue between them
BESIDE_CROSSING_M = 10.0  # a stop line so near a crossing may be that of the crossing


def grouped(streets: Streets, lights: Array, lit: Array, radius_m: float) -> Array:
    """Return the junction of each lit node, int64 [lit], numbered from 0.

    Two lit nodes are of one junction where they lie within `radius_m` of each other on levels
    that meet, as those of the two carriageways of a divided road do; where a way of at most
    `INNER_PATH_M` along streets joins them; or where a light stands right behind one on the
    way to the other (`inner_pairs`). Junctions are the connected parts.

    Parameters
    ----------
    streets
        The network.
    lights
        int64, rows of `SignalNodes` that control junctions.
    lit
        int64, distinct nodes.
    radius_m
        See above, m.
    """
    row = np.full(len(streets.roads.nodes), -1, np.int64)
    row[lit] = np.arange(lit.size)
    pairs = np.concatenate(
        [
            near_pairs(streets, lit, radius_m),
            _joined_pairs(streets, lit, row >= 0),
            inner_pairs(streets, lights, row >= 0),
        ]
    )
    return connected_parts(row[pairs], lit.size)


def connected_parts(pairs: Array, count: int) -> Array:
    """Return the part of each of `count` things that these pairs connect, int64, from 0."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if count == 0:
        return np.empty(0, np.int64)
    joined = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    return np.asarray(connected_components(joined, directed=False)[1], np.int64)


def near_pairs(streets: Streets, nodes: Array, radius_m: float) -> Array:
    """Return the pairs of these nodes within `radius_m` whose levels meet, int64 [pairs, 2]."""
    from scipy.spatial import cKDTree

    if nodes.size == 0:
        return np.empty((0, 2), np.int64)
    place = np.stack([streets.roads.nodes.x_m[nodes], streets.roads.nodes.y_m[nodes]], axis=1)
    pairs = nodes[cKDTree(place).query_pairs(radius_m, output_type="ndarray").reshape(-1, 2)]
    low, high = levels(streets.roads)
    a, b = pairs[:, 0], pairs[:, 1]
    return np.asarray(pairs[(low[a] <= high[b]) & (low[b] <= high[a])], np.int64)


def _joined_pairs(streets: Streets, lit: Array, is_lit: Array) -> Array:
    """Return the pairs of lit nodes that a short way joins, int64 [pairs, 2]."""
    links = streets.roads.links
    found = []
    for start in lit.tolist():
        queue, done = [(0.0, start)], set()
        while queue:
            at_m, node = heappop(queue)
            if node in done:
                continue
            done.add(node)
            if is_lit[node] and node != start:
                found.append((start, node))
                continue
            for rows, ends in (
                (streets.links.leaving(node), links.head),
                (streets.links.reaching(node), links.tail),
            ):
                for link in rows.tolist():
                    to_m = at_m + float(links.length_m[link])
                    if to_m <= INNER_PATH_M:
                        heappush(queue, (to_m, int(ends[link])))
    return np.array(found, np.int64).reshape(-1, 2)


def crossings_alone(streets: Streets, lights: Array, tie: Tied, group: Array) -> Array:
    """Return which groups of lights are a pedestrian crossing's and no junction's, bool [groups].

    A junction has stop lines on several of its streets, or a light on its node. So a group is a
    crossing's where all its lights stand on one street, and either only service roads meet
    there, or a crossing is mapped with them: at their own nodes, or on a two-way street at most
    `BESIDE_CROSSING_M` along.

    Parameters
    ----------
    streets, lights, tie
        The network, lights, and what they are tied to.
    group
        int64 [lights], their groups, from 0.
    """
    signals = streets.roads.signal_nodes
    alone = np.zeros(int(group.max(initial=-1)) + 1, bool)
    for number in range(alone.size):
        rows = np.flatnonzero(group == number)
        if np.any(tie.arm[rows] < 0) or np.unique(tie.arm[rows]).size > 1:
            continue
        alone[number] = (
            not np.any(streets.main[tie.node[rows]] | streets.dead_end[tie.node[rows]])
            or np.all(signals.kind[lights[rows]] == SignalKind.EITHER)
            or (np.all(tie.two_way[rows]) and _beside_crossing(streets, lights[rows]))
        )
    return alone


def _beside_crossing(streets: Streets, lights: Array) -> bool:
    """Whether a crossing's own light stands near each of these lights, on the same way."""
    signals = streets.roads.signal_nodes
    crossing = signals.kind == SignalKind.CROSSING
    return all(
        np.any(
            crossing
            & (signals.way_id == signals.way_id[light])
            & (np.abs(signals.way_at_m - signals.way_at_m[light]) <= BESIDE_CROSSING_M)
        )
        for light in lights
    )
