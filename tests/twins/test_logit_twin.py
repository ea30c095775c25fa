"""Logit loading against every efficient path listed one by one, on small networks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assignment_networks import all_turns, random_links
from citymove.foundation.errors import InputError
from citymove.paths.graph import SearchGraph, search_graph
from citymove.traffic.loading import Loader
from citymove.traffic.logit_loading import logit_loading

Array = np.ndarray[Any, Any]
ZONES, THROUGH = 3, 7
Links = list[tuple[int, int]]
Pairs = frozenset[tuple[int, int]]


def node_costs(links: Links, cost: Array, origin: int, nodes: int) -> Array:
    """Bellman and Ford: costs of nodes from an origin, zones never passed."""
    label = np.full(nodes, np.inf)
    label[origin] = 0.0
    for _ in range(nodes):
        for (tail, head), c in zip(links, cost, strict=True):
            if tail >= ZONES or tail == origin:
                label[head] = min(label[head], label[tail] + c)
    return label


def paths_by_nodes(links: Links, cost: Array, origin: int, nodes: int) -> list[list[int]]:
    """Every path each of whose links ends farther from the origin than it starts."""
    label = node_costs(links, cost, origin, nodes)
    found: list[list[int]] = []

    def go_on(node: int, path: list[int]) -> None:
        if path:
            found.append(path)
        if node != origin and node < ZONES:
            return
        for link, (tail, head) in enumerate(links):
            if tail == node and label[tail] < label[head] and cost[link] < np.inf:
                go_on(head, [*path, link])

    go_on(origin, [])
    return found


def paths_by_links(links: Links, cost: Array, banned: Pairs, origin: int) -> list[list[int]]:
    """Every permitted path whose links cost more and more to reach the end of."""
    label = np.where([tail == origin for tail, _ in links], cost, np.inf)
    pairs = [
        (i, j)
        for i, (_, head) in enumerate(links)
        for j, (tail, _) in enumerate(links)
        if head == tail and head >= ZONES and (i, j) not in banned
    ]
    for _ in links:
        for i, j in pairs:
            label[j] = min(label[j], label[i] + cost[j])
    found: list[list[int]] = []

    def go_on(path: list[int]) -> None:
        found.append(path)
        for i, j in pairs:
            if i == path[-1] and label[i] < label[j]:
                go_on([*path, j])

    for link, (tail, _) in enumerate(links):
        if tail == origin:
            go_on([link])
    return found


def check_against(
    paths_of: Any, graph: SearchGraph, links: Links, cost: Array, demand: Array, theta: float
) -> None:
    found = logit_loading(graph, cost, demand, theta=theta)
    expected = np.zeros((demand.shape[0], len(links)))
    lost = 0.0
    for origin in range(ZONES):
        paths = paths_of(origin)
        for zone in set(range(ZONES)) - {origin}:
            ending = [p for p in paths if links[p[-1]][1] == zone]
            if not ending:
                assert found.expected_cost[origin, zone] == np.inf
                lost += demand[:, origin, zone].sum()
                continue
            weight = np.array([np.exp(-theta * cost[p].sum()) for p in ending])
            assert found.expected_cost[origin, zone] == pytest.approx(
                -np.log(weight.sum()) / theta, rel=1e-9
            )
            for path, share in zip(ending, weight / weight.sum(), strict=True):
                for link in path:
                    expected[:, link] += share * demand[:, origin, zone]
    np.testing.assert_allclose(found.link_volume, expected, rtol=1e-9, atol=1e-9)
    assert found.unreachable == pytest.approx(lost)


def random_case(seed: int) -> tuple[Links, Array, Array]:
    rng = np.random.default_rng(seed)
    links = random_links(rng, ZONES, THROUGH, 6)
    demand = rng.uniform(0, 100, (2, ZONES, ZONES))
    demand[:, range(ZONES), range(ZONES)] = 0
    return links, rng.uniform(0.5, 5, len(links)), demand


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), theta=st.floats(0.01, 5.0))
def test_over_nodes(seed: int, theta: float) -> None:
    links, cost, demand = random_case(seed)
    nodes = ZONES + THROUGH
    ends = np.array(links)
    graph = search_graph(ends[:, 0], ends[:, 1], nodes, first_through_node=ZONES)
    check_against(
        lambda origin: paths_by_nodes(links, cost, origin, nodes), graph, links, cost, demand, theta
    )


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), theta=st.floats(0.01, 5.0))
def test_over_turns(seed: int, theta: float) -> None:
    links, cost, demand = random_case(seed)
    rng = np.random.default_rng(seed)
    meeting = [(i, j) for i, a in enumerate(links) for j, b in enumerate(links) if a[1] == b[0]]
    banned = frozenset(pair for pair in meeting if rng.random() < 0.4)
    ends = np.array(links)
    graph = search_graph(
        ends[:, 0], ends[:, 1], ZONES + THROUGH, first_through_node=ZONES,
        turns=all_turns(links, banned),
    )  # fmt: skip
    check_against(
        lambda origin: paths_by_links(links, cost, banned, origin), graph, links, cost, demand,
        theta,
    )  # fmt: skip


@pytest.mark.parametrize("turns", [False, True])
def test_a_large_theta_loads_the_cheapest_paths(turns: bool) -> None:
    links, cost, demand = random_case(17)
    ends = np.array(links)
    graph = search_graph(
        ends[:, 0], ends[:, 1], ZONES + THROUGH, first_through_node=ZONES,
        turns=all_turns(links) if turns else None,
    )  # fmt: skip
    found = logit_loading(graph, cost, demand, theta=1e6)
    cheapest = Loader(graph, demand).load(cost)
    np.testing.assert_allclose(found.link_volume, cheapest.volume, rtol=1e-12, atol=1e-9)
    assert np.sum(demand * found.expected_cost) == pytest.approx(cheapest.trip_cost_total, rel=1e-9)


def test_dials_diamond_with_a_free_link() -> None:
    """Two equal ways by node 2 or 3, joined by a link of cost 0 both ways: one direction counts."""
    ends = np.array([(0, 2), (0, 3), (2, 1), (3, 1), (2, 3), (3, 2)])
    graph = search_graph(ends[:, 0], ends[:, 1], 4)
    demand = np.array([[[0.0, 90.0], [0, 0]]])
    found = logit_loading(graph, np.array([5.0, 5, 5, 5, 0, 0]), demand, theta=0.7)
    # paths 0-2-1, 0-3-1 and 0-2-3-1 all cost 10
    np.testing.assert_allclose(found.link_volume[0], [60, 30, 30, 60, 30, 0], rtol=1e-12)
    assert found.expected_cost[0, 1] == pytest.approx(10 - np.log(3) / 0.7, rel=1e-12)


def test_the_number_of_paths_has_no_bound() -> None:
    """2,000 pairs of parallel links: 2^2000 paths, more than a float holds."""
    pairs = 2000
    nodes = np.arange(pairs + 1)
    nodes[-1], nodes[1:-1] = 1, nodes[1:-1] + 1  # from zone 0 through 2, 3, ... to zone 1
    tail, head = np.repeat(nodes[:-1], 2), np.repeat(nodes[1:], 2)
    graph = search_graph(tail, head, pairs + 1)
    found = logit_loading(graph, np.ones(2 * pairs), np.array([[[0, 8.0], [0, 0]]]), theta=0.5)
    np.testing.assert_allclose(found.link_volume, 4.0, rtol=1e-10)
    assert found.expected_cost[0, 1] == pytest.approx(pairs * (1 - np.log(2) / 0.5), rel=1e-12)


def test_a_closed_link_takes_nothing() -> None:
    graph = search_graph(np.array([0, 0]), np.array([1, 1]), 2)
    found = logit_loading(graph, np.array([1.0, np.inf]), np.array([[[0, 8.0], [0, 0]]]), theta=1)
    assert found.link_volume.tolist() == [[8.0, 0.0]]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"theta": 0.0}, "theta = 0.0"),
        ({"theta": float("inf")}, "theta = inf"),
        ({"demand": np.zeros((2, 2))}, "demand of shape (2, 2)"),
        ({"demand": np.full((1, 2, 2), -1.0)}, "demand[0, 0, 0] = -1.0"),
        ({"link_cost": np.array([-1.0])}, "cost of link 0 = -1.0"),
    ],
)
def test_bad_arguments_are_named(options: dict[str, Any], said: str) -> None:
    graph = search_graph(np.array([0]), np.array([1]), 2)
    given_options = {"link_cost": np.ones(1), "demand": np.zeros((1, 2, 2)), "theta": 1.0}
    with pytest.raises(InputError) as caught:
        logit_loading(graph, **{**given_options, **options})
    assert said in str(caught.value)
