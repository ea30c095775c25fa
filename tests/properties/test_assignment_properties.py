"""What holds for every assignment, whatever the network."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assignment_networks import all_turns, bpr_network, random_links
from citymove.foundation.errors import InputError
from citymove.traffic.equilibrium import assign
from citymove.traffic.network import AssignmentNetwork, Equilibrium

Array = np.ndarray[Any, Any]
ZONES, THROUGH = 5, 12


def random_case(
    seed: int, *, turns: str = "none", slices: int = 2, segments: int = 2
) -> tuple[AssignmentNetwork, Array, list[tuple[int, int]], frozenset[tuple[int, int]]]:
    rng = np.random.default_rng(seed)
    links = random_links(rng, ZONES, THROUGH, 16)
    pairs = [(i, j) for i, a in enumerate(links) for j, b in enumerate(links) if a[1] == b[0]]
    share = 0.25 if turns == "some" else 0.0
    banned = frozenset(pair for pair in pairs if rng.random() < share)
    network = bpr_network(
        ZONES,
        ZONES + THROUGH,
        links,
        rng.uniform(0, 10, len(links)),
        rng.uniform(50, 200, (slices, len(links))),
        first_through_node=ZONES,
        fixed_cost=rng.uniform(0, 1, len(links)),
        slices=slices,
        turns=() if turns == "none" else (all_turns(links, banned),),
    )
    demand = rng.uniform(0, 40, (segments, slices, ZONES, ZONES))
    demand[rng.random(demand.shape) < 0.3] = 0
    return network, demand, links, banned


def same_bytes(a: Equilibrium, b: Equilibrium) -> bool:
    names = ("link_volume", "link_time", "trip_cost", "relative_gap", "objective", "iterations")
    return all(getattr(a, n).tobytes() == getattr(b, n).tobytes() for n in names) and all(
        x.tobytes() == y.tobytes() for x, y in zip(a.history, b.history, strict=True)
    )


def check_balance(network: AssignmentNetwork, demand: Array, found: Equilibrium) -> None:
    """What flows into a node flows out of it, but for what starts and ends there."""
    trips = demand * ~np.eye(ZONES, dtype=bool)
    trips = np.where(np.isfinite(found.trip_cost)[None], trips, 0.0)
    for segment in range(demand.shape[0]):
        for k in range(network.slice_count):
            volume = found.link_volume[segment, k]
            net = np.bincount(network.tail, volume, network.node_count)
            net -= np.bincount(network.head, volume, network.node_count)
            net[:ZONES] -= trips[segment, k].sum(axis=1) - trips[segment, k].sum(axis=0)
            np.testing.assert_allclose(net, 0, atol=1e-9 * max(1.0, trips.sum()))


@pytest.mark.parametrize("algorithm", ["bfw", "paths", "segments"])
@pytest.mark.parametrize("turns", ["none", "all", "some"])
@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_every_equilibrium(turns: str, algorithm: str, seed: int) -> None:
    network, demand, links, _ = random_case(seed, turns=turns)
    found = assign(network, demand, algorithm=algorithm, gap=1e-5, max_iterations=300)
    assert np.all(found.link_volume >= 0)
    assert np.all(found.sptt <= found.tstt * (1 + 1e-12))
    assert np.all(found.relative_gap >= -1e-14)
    assert np.all(found.converged == (found.relative_gap <= 1e-5))
    check_balance(network, demand, found)
    # zones are left and reached by their own connectors alone: never passed through
    for zone in range(ZONES):
        into = found.link_volume[:, :, [h == zone for _, h in links]].sum(axis=2)
        ends = np.where(np.isfinite(found.trip_cost), demand, 0)[:, :, :, zone].sum(axis=2)
        ends -= demand[:, :, zone, zone]
        np.testing.assert_allclose(into, ends, rtol=1e-9, atol=1e-9)
    assert all(h.size == i for h, i in zip(found.history, found.iterations, strict=True))


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_workers_do_not_change_a_byte(seed: int) -> None:
    for slices, algorithm in ((1, "bfw"), (3, "bfw"), (3, "paths")):
        network, demand, *_ = random_case(seed, turns="some", slices=slices)
        one = assign(network, demand, algorithm=algorithm, gap=1e-4, max_iterations=40)
        two = assign(network, demand, algorithm=algorithm, gap=1e-4, max_iterations=40, workers=2)
        assert same_bytes(one, two)


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_both_searches_agree_when_every_turn_is_permitted(seed: int) -> None:
    over_nodes, demand, *_ = random_case(seed)
    over_links, *_ = random_case(seed, turns="all")
    a = assign(over_nodes, demand, gap=1e-7, max_iterations=500)
    b = assign(over_links, demand, gap=1e-7, max_iterations=500)
    np.testing.assert_allclose(a.objective, b.objective, rtol=2e-7)
    np.testing.assert_allclose(a.trip_cost, b.trip_cost, rtol=1e-3, atol=1e-3)


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_banned_turns_carry_nothing(seed: int) -> None:
    """A link all of whose turns in are banned is closed: nothing is loaded on it."""
    network, demand, links, _ = random_case(seed, turns="all")
    rng = np.random.default_rng(seed)
    closed = int(rng.integers(2 * THROUGH))  # of the ring: not a connector
    banned = frozenset((i, closed) for i in range(len(links)) if links[i][1] == links[closed][0])
    banned_network = bpr_network(
        ZONES, ZONES + THROUGH, links, network.free_time, network.capacity,
        first_through_node=ZONES, fixed_cost=network.fixed_cost, slices=2,
        turns=(all_turns(links, banned),),
    )  # fmt: skip
    found = assign(banned_network, demand, gap=1e-4, max_iterations=200)
    assert np.all(found.link_volume[:, :, closed] == 0)
    check_balance(banned_network, demand, found)


def test_a_single_banned_turn_forces_the_detour() -> None:
    # 0 -> 2 -> 1 is short, but 0-2 may not turn into 2-1: around by 3
    links = [(0, 2), (2, 1), (2, 3), (3, 2)]
    turns = all_turns(links, frozenset({(0, 1)}))
    network = bpr_network(2, 4, links, [1, 1, 5, 5], 100.0, b=0.0, turns=(turns,))
    found = assign(network, np.array([[[[0, 10.0], [0, 0]]]]))
    assert found.link_volume[0, 0].tolist() == [10, 10, 10, 10]
    assert found.trip_cost[0, 0, 1] == 12.0


def test_segments_add_up_and_share_costs() -> None:
    network, demand, *_ = random_case(11, turns="some")
    apart = assign(network, demand, gap=1e-6)
    together = assign(network, demand.sum(axis=0, keepdims=True), gap=1e-6)
    np.testing.assert_allclose(
        apart.link_volume.sum(axis=0), together.link_volume[0], rtol=1e-6, atol=1e-6
    )


def test_demand_without_a_path_is_reported_and_left_out() -> None:
    network = bpr_network(3, 3, [(0, 1)], 1.0, 10.0)
    demand = np.zeros((1, 1, 3, 3))
    demand[0, 0, 0] = [99.0, 4.0, 7.0]
    found = assign(network, demand)
    assert found.unreachable.tolist() == [7.0]
    assert found.link_volume[0, 0].tolist() == [4.0]
    assert found.tstt[0] == pytest.approx(found.sptt[0], rel=1e-15)
    assert found.converged[0]


def test_preload_slows_and_is_kept_apart() -> None:
    network = bpr_network(2, 2, [(0, 1), (0, 1)], [10, 10], [100, 100])
    demand = np.array([[[[0, 100.0], [0, 0]]]])
    found = assign(network, demand, preload=np.array([[60.0, 0.0]]), gap=1e-12)
    assert found.link_volume[0, 0] == pytest.approx([20, 80], abs=1e-6)
    assert found.total_volume[0] == pytest.approx([80, 80], abs=1e-6)

    # objective: integral over the assigned volume alone
    def integral(v: float) -> float:
        return 10 * v * (1 + 0.15 * (v / 100) ** 4 / 5)

    expected = integral(80) - integral(60) + integral(80)
    assert found.objective[0] == pytest.approx(expected, rel=1e-9)


def test_a_start_changes_the_way_and_not_the_answer() -> None:
    network, demand, *_ = random_case(5, turns="some")
    cold = assign(network, demand, gap=1e-8)
    again = assign(network, demand, gap=1e-8, start=cold)
    assert again.iterations.tolist() == [1, 1]
    np.testing.assert_array_equal(again.link_volume, cold.link_volume)
    more = assign(network, demand * 1.1, gap=1e-8, start=cold)
    fresh = assign(network, demand * 1.1, gap=1e-8)
    check_balance(network, demand * 1.1, more)
    np.testing.assert_allclose(more.objective, fresh.objective, rtol=1e-7)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_paths_add_up_and_obey_the_turns(seed: int) -> None:
    network, demand, links, banned = random_case(seed, turns="some")
    found = assign(network, demand, algorithm="paths", gap=1e-6)
    assert found.paths is not None
    for k, paths in enumerate(found.paths):
        pair = paths.origin.astype(np.int64) * ZONES + paths.destination
        served = np.bincount(pair, paths.share, ZONES * ZONES).reshape(ZONES, ZONES)
        wanted = (demand[:, k].sum(axis=0) > 0) & np.isfinite(found.trip_cost[k])
        np.fill_diagonal(wanted, val=False)
        np.testing.assert_allclose(served, wanted, atol=1e-12)
        assert np.all(paths.share > 0)
        for p in range(len(paths)):
            path = paths.links[paths.start[p] : paths.start[p + 1]]
            assert links[path[0]][0] == paths.origin[p]
            assert links[path[-1]][1] == paths.destination[p]
            assert not {(int(a), int(b)) for a, b in pairwise(path)} & banned


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_paths_start_from_any_demand_and_any_closure(seed: int) -> None:
    network, demand, links, _ = random_case(seed, turns="all")
    start = assign(network, demand, algorithm="paths", gap=1e-6)
    closed = int(np.argmax(start.link_volume.sum(axis=(0, 1))[: 2 * THROUGH]))
    banned = frozenset((i, closed) for i in range(len(links)) if links[i][1] == links[closed][0])
    shut = bpr_network(
        ZONES, ZONES + THROUGH, links, network.free_time, network.capacity,
        first_through_node=ZONES, fixed_cost=network.fixed_cost, slices=2,
        turns=(all_turns(links, banned),),
    )  # fmt: skip
    other = np.random.default_rng(seed).permutation(demand.ravel()).reshape(demand.shape)
    warm = assign(shut, other, algorithm="paths", gap=1e-7, start=start)
    cold = assign(shut, other, algorithm="bfw", gap=1e-6, start=start)
    assert np.all(warm.link_volume[:, :, closed] == 0)
    check_balance(shut, other, warm)
    assert warm.converged.all()
    np.testing.assert_allclose(warm.objective, cold.objective, rtol=2e-6)


def test_a_start_on_other_turns_is_not_taken_for_feasible() -> None:
    network, demand, links, _ = random_case(5, turns="all")
    start = assign(network, demand, gap=1e-6)
    closed = int(np.argmax(start.link_volume.sum(axis=(0, 1))[: 2 * THROUGH]))
    banned = frozenset((i, closed) for i in range(len(links)) if links[i][1] == links[closed][0])
    shut = bpr_network(
        ZONES, ZONES + THROUGH, links, network.free_time, network.capacity,
        first_through_node=ZONES, fixed_cost=network.fixed_cost, slices=2,
        turns=(all_turns(links, banned),),
    )  # fmt: skip
    found = assign(shut, demand, gap=1e-6, start=start)
    assert np.all(found.link_volume[:, :, closed] == 0)
    check_balance(shut, demand, found)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"algorithm": "magic"}, "algorithm 'magic'"),
        ({"gap": 0.0}, "gap = 0.0"),
        ({"gap": float("nan")}, "gap = nan"),
        ({"max_iterations": 0}, "max_iterations = 0"),
        ({"workers": 0}, "workers = 0"),
        ({"preload": np.full((1, 2), -1.0)}, "preload[0, 0] = -1.0"),
        ({"preload": np.zeros((2, 2))}, "preload of shape (2, 2)"),
    ],
)
def test_bad_arguments_are_named(options: dict[str, Any], said: str) -> None:
    network = bpr_network(2, 2, [(0, 1), (0, 1)], [10, 15], [1000, 1500])
    with pytest.raises(InputError) as caught:
        assign(network, np.zeros((1, 1, 2, 2)), **options)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"capacity": [0.0, 1.0]}, "capacity = 0 (link 0, slice 0)"),
        ({"capacity": [1.0, np.inf]}, "capacity = inf (link 1, slice 0)"),
        ({"free_time": [-1.0, 1.0]}, "free_time = -1 (link 0, slice 0)"),
        ({"free_time": [1.0, np.nan]}, "free_time = nan (link 1, slice 0)"),
        ({"power": [4.0, 0.5]}, "power = 0.5 (link 1, slice 0)"),
        ({"b": [-0.1, 0.1]}, "b = -0.1 (link 0, slice 0)"),
        ({"fixed_cost": [0.0, -2.0]}, "fixed_cost = -2 (link 1)"),
    ],
)
def test_bad_links_are_named(changed: dict[str, Any], said: str) -> None:
    base: dict[str, Any] = {"free_time": [10, 15], "capacity": [1000, 1500]}
    network = bpr_network(2, 2, [(0, 1), (0, 1)], **{**base, **changed})
    with pytest.raises(InputError) as caught:
        assign(network, np.zeros((1, 1, 2, 2)))
    assert said in str(caught.value)


def test_bad_demand_is_named() -> None:
    network = bpr_network(2, 2, [(0, 1), (0, 1)], [10, 15], [1000, 1500])
    demand = np.zeros((1, 1, 2, 2))
    demand[0, 0, 0, 1] = np.nan
    with pytest.raises(InputError, match=r"demand\[0, 0, 0, 1\]"):
        assign(network, demand)


def test_a_network_without_demand_is_in_equilibrium() -> None:
    network = bpr_network(2, 2, [(0, 1)], 10.0, 100.0)
    found = assign(network, np.zeros((1, 1, 2, 2)))
    assert found.relative_gap.tolist() == [0.0]
    assert found.converged[0]
    by_paths = assign(network, np.zeros((1, 1, 2, 2)), algorithm="paths", start=found)
    assert same_bytes(found, by_paths)
    assert found.link_time[0].tolist() == [10.0]
