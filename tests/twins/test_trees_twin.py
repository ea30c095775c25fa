"""Trees against other programs' and against a search that is too plain to be wrong."""

from __future__ import annotations

from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra

from assignment_networks import all_turns, random_links
from citymove.paths.graph import SearchGraph, Turns, search_graph
from citymove.paths.skims import skim
from citymove.paths.trees import shortest_trees, trees_to_links


def case(
    seed: int, *, ban_share: float = 0.0, first_through_node: int = 0, turns: bool = False
) -> tuple[list[tuple[int, int]], np.ndarray, frozenset[tuple[int, int]], SearchGraph]:
    rng = np.random.default_rng(seed)
    zones, through = 6, 14
    links = random_links(rng, zones, through, 30)
    cost = np.round(rng.uniform(0, 4, len(links)))  # whole numbers: many ties and zeros
    pairs = [(i, j) for i, a in enumerate(links) for j, b in enumerate(links) if a[1] == b[0]]
    banned = frozenset(p for p in pairs if rng.random() < ban_share)
    table = all_turns(links, banned) if turns or ban_share else None
    tail, head = np.array(links).T
    graph = search_graph(
        tail, head, zones + through, first_through_node=first_through_node,
        turns=table,
    )  # fmt: skip
    return links, cost, banned, graph


@pytest.mark.parametrize("turns", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_node_costs_are_scipy_s(seed: int, turns: bool) -> None:
    links, cost, _, graph = case(seed, turns=turns)
    n = graph.node_count
    cheapest = np.full((n, n), np.inf)
    for (a, b), c in zip(links, cost, strict=True):
        cheapest[a, b] = min(cheapest[a, b], c + 1)  # + 1: scipy takes a stored 0 for no link
    tail, head = np.nonzero(np.isfinite(cheapest))
    matrix = coo_matrix((cheapest[tail, head], (tail, head)), shape=(n, n))
    found = shortest_trees(graph, cost + 1, np.arange(n))
    np.testing.assert_array_equal(found.node_cost, dijkstra(matrix.tocsr()))


@pytest.mark.parametrize("seed", range(5))
def test_banned_turns_are_networkx_on_the_line_graph(seed: int) -> None:
    links, cost, banned, graph = case(seed, ban_share=0.4)
    line = nx.DiGraph()
    for i, (a, head) in enumerate(links):
        line.add_edge(("from", a), i, weight=cost[i])
        for j, (tail, _) in enumerate(links):
            if head == tail and (i, j) not in banned:
                line.add_edge(i, j, weight=cost[j])
    found = shortest_trees(graph, cost, np.arange(graph.node_count))
    for origin in range(graph.node_count):
        reached = nx.single_source_dijkstra_path_length(line, ("from", origin))
        expected = np.full(graph.node_count, np.inf)
        for at, length in reached.items():
            if not isinstance(at, tuple):
                expected[links[at][1]] = min(expected[links[at][1]], length)
        expected[origin] = 0
        np.testing.assert_array_equal(found.node_cost[origin], expected)


@pytest.mark.parametrize("turns", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_paths_cost_what_they_claim_and_never_pass_a_zone(seed: int, turns: bool) -> None:
    links, cost, _, graph = case(seed, turns=turns, first_through_node=6)
    cost[seed::7] = np.inf  # closed
    trees = shortest_trees(graph, cost, np.arange(6))
    for origin in range(6):
        for node in range(graph.node_count):
            path = trees.path(origin, node)
            if node == origin or not np.isfinite(trees.node_cost[origin, node]):
                assert path == []
                continue
            assert links[path[0]][0] == origin
            assert links[path[-1]][1] == node
            assert all(links[a][1] == links[b][0] >= 6 for a, b in pairwise(path))
            assert cost[path].sum() == trees.node_cost[origin, node]


@pytest.mark.parametrize("seed", range(4))
def test_ways_to_a_link_are_the_plain_relaxation_s(seed: int) -> None:
    links, cost, banned, graph = case(seed, ban_share=0.3)
    cost[3] = np.inf
    m = len(links)
    targets = np.array([0, 5, m - 1])
    next_link, found = trees_to_links(
        Turns.of_links(graph.turn_start, graph.turn_to), cost, targets
    )
    for row, target in enumerate(targets):
        expected = np.full(m, np.inf)
        expected[target] = 0
        for _ in range(m):  # Bellman and Ford
            for i in range(m):
                for j in graph.turn_to[graph.turn_start[i] : graph.turn_start[i + 1]]:
                    if i != target:
                        expected[i] = min(expected[i], cost[j] + expected[j])
        np.testing.assert_array_equal(found[row], expected)
        for i in np.flatnonzero(np.isfinite(expected)):
            link, driven, steps = int(i), 0.0, 0
            while link != target:
                assert (link, int(next_link[row, link])) not in banned
                link = int(next_link[row, link])
                driven, steps = driven + cost[link], steps + 1
                assert steps <= m
            assert driven == expected[i]
        assert np.all(next_link[row, ~np.isfinite(expected)] == -1)
        assert next_link[row, target] == -1


@pytest.mark.parametrize("turns", [False, True])
def test_skims_add_up_along_the_paths(turns: bool) -> None:
    _, cost, _, graph = case(7, turns=turns)
    fields = np.stack([cost, np.arange(cost.size, dtype=float)])
    found, skims = skim(graph, cost, 6, fields)
    trees = shortest_trees(graph, cost, np.arange(6))
    np.testing.assert_array_equal(found, trees.node_cost[:, :6])
    np.testing.assert_array_equal(skims[0], found)
    for origin in range(6):
        for zone in range(6):
            if np.isfinite(found[origin, zone]):
                assert skims[1, origin, zone] == fields[1][trees.path(origin, zone)].sum()
