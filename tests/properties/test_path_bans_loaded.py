"""No flow makes a banned sequence, at the hours of the ban, whatever loads it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from assignment_networks import bpr_network
from citymove.facts.city import City
from citymove.facts.roads import PathBans, TimedSpeeds, TurnBans
from citymove.foundation.daytime import DAY_S, HOUR_S, Slices
from citymove.foundation.errors import InputError
from citymove.paths.graph import Turns
from citymove.prepare.prepared import Prepared
from citymove.prepare.preparing import prepare
from citymove.traffic.equilibrium import assign
from citymove.traffic.free_flow import free_skim_min
from citymove.traffic.link_cost import assignment_network
from citymove.traffic.network import Equilibrium
from made_up import grid_city
from path_memory import PathMemory, path_bans_of, random_walk

SLICES = Slices.hourly(6 * HOUR_S, 10 * HOUR_S)
PEAK = (7 * HOUR_S, 9 * HOUR_S)  # the second and the third slice


def with_bans(city: City, paths: PathBans, turns: TurnBans | None = None) -> City:
    roads = replace(city.roads, path_bans=paths)
    return replace(city, roads=roads if turns is None else replace(roads, turn_bans=turns))


def free_city(columns: int = 5, rows: int = 4, *, signals: tuple[int, ...] = (6, 7, 8)) -> City:
    """Return a grid city without bans, on which no two ways take the same time."""
    city = grid_city(columns, rows, signals=signals)
    speed_mps = np.random.default_rng(7).uniform(8, 15, len(city.roads.links))
    return replace(city, roads=city.roads.with_links(speed_mps=speed_mps))


def banned_city(
    prepared: Prepared, free: Equilibrium, seed: int, hours: tuple[int, int] = (0, DAY_S)
) -> City:
    """Return the same where some of what drivers drive is banned, three links at a time."""
    paths = [on_roads(path, prepared) for path in paths_of(free, 0)]
    driven = sorted({path[k : k + 3] for path in paths for k in range(len(path) - 2)})
    rows = np.random.default_rng(seed).choice(len(driven), 25, replace=False)
    return with_bans(free_city(), path_bans_of([driven[row] for row in rows], [hours] * 25))


def demand_of(prepared: Prepared, seed: int, most: float = 40.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    centroids = prepared.city.centroid_count
    one = rng.uniform(0, most, (1, 1, centroids, centroids))
    return np.repeat(one, len(prepared.slices), axis=1)


def paths_of(found: Equilibrium, k: int) -> list[tuple[int, ...]]:
    assert found.paths is not None
    paths = found.paths[k]
    return [
        tuple(paths.links[a:b].tolist())
        for a, b in zip(paths.start[:-1], paths.start[1:], strict=True)
    ]


def on_roads(path: tuple[int, ...], prepared: Prepared) -> tuple[int, ...]:
    """Return a path without its connectors."""
    return tuple(link for link in path if link < prepared.link_count)


@pytest.mark.parametrize("seed", range(3))
def test_both_algorithms_come_to_the_same_volumes_and_no_path_is_banned(seed: int) -> None:
    hour = Slices.hourly(7 * HOUR_S, 8 * HOUR_S)
    before = prepare(free_city(), hour)
    demand = demand_of(before, seed, 90.0)
    free = assign(assignment_network(before), demand, algorithm="paths")
    city = banned_city(before, free, seed)
    prepared = prepare(city, hour)
    network = assignment_network(prepared)
    by_paths = assign(network, demand, algorithm="paths", gap=1e-9)
    by_links = assign(network, demand, algorithm="bfw", gap=1e-7, max_iterations=5000)
    assert by_paths.converged.all()
    assert by_links.converged.all()
    np.testing.assert_allclose(by_paths.objective, by_links.objective, rtol=1e-6)
    np.testing.assert_allclose(
        by_paths.link_volume, by_links.link_volume, atol=2e-3 * by_paths.link_volume.max()
    )
    memory = PathMemory(city.roads)
    assert all(memory.may_be_driven(on_roads(p, prepared)) for p in paths_of(by_paths, 0))
    banned = [p for p in paths_of(free, 0) if not memory.may_be_driven(on_roads(p, prepared))]
    assert len(banned) > 25  # the bans matter
    assert by_paths.tstt[0] > 1.01 * free.tstt[0]


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("algorithm", ["paths", "bfw"])
def test_costs_are_the_least_of_all_permitted_paths(seed: int, algorithm: str) -> None:
    """Every path of up to so many links is listed from the bans alone, and none is cheaper."""
    city, rng = free_city(4, 3, signals=()), np.random.default_rng(seed)
    city = with_bans(city, path_bans_of([random_walk(city.roads, rng, 3) for _ in range(12)]))
    prepared = prepare(city, Slices.hourly(6 * HOUR_S, 7 * HOUR_S))
    network = assignment_network(prepared)
    found = assign(network, demand_of(prepared, seed, 200.0), algorithm=algorithm, gap=1e-8)
    cost = found.link_time[0]
    memory = PathMemory(city.roads)
    ties, centroids = prepared.connectors, city.centroid_count
    for origin in range(0, centroids, 2):
        least = np.full(centroids, np.inf)
        for a in np.flatnonzero((ties.centroid == origin) & ties.leaves):
            for b in np.flatnonzero((ties.centroid != origin) & ties.arrives):
                ends = ties.time_s[a] + ties.time_s[b]
                routes = memory.simple_paths(int(ties.node[a]), int(ties.node[b]), 7)
                costs = [cost[list(path)].sum() for path in routes]
                if ties.node[a] == ties.node[b]:
                    costs.append(0.0)
                zone = ties.centroid[b]
                least[zone] = min(least[zone], ends + min(costs, default=np.inf))
        least[origin] = 0.0
        np.testing.assert_allclose(found.trip_cost[0, origin], least, rtol=1e-9)


def test_a_path_may_use_a_link_twice_to_come_round_a_ban() -> None:
    # 0 -> 2 -> 3 -> 1 is banned as a whole, 3 -> 4 -> 2 comes round; a long way goes straight
    links = [(0, 2), (2, 3), (3, 1), (3, 4), (4, 2), (0, 1)]
    # states 6, 7: on 2-3 from 0, and on 2-3 from 4 (no ban behind it: the plain state 1)
    turns = Turns([0, 1, 3, 3, 4, 5, 5, 6], [6, 2, 3, 4, 1, 3], [0, 1, 2, 3, 4, 5, 1])
    network = bpr_network(
        2, 5, links, [1, 1, 1, 1, 1, 12], [80, 60, 80, 70, 90, 50], turns=(turns,)
    )
    demand = np.array([[[[0, 100.0], [0, 0]]]])
    by_paths = assign(network, demand, algorithm="paths", gap=1e-12)
    by_links = assign(network, demand, algorithm="bfw", gap=1e-9)
    x = by_paths.link_volume[0, 0]
    assert paths_of(by_paths, 0)[0].count(1) + paths_of(by_paths, 0)[-1].count(1) == 2
    assert x[1] == pytest.approx(2 * x[0])
    assert x[0] + x[5] == pytest.approx(100)
    assert 10 < x[0] < 90
    time = by_paths.link_time[0]
    assert time[0] + 2 * time[1] + time[2] + time[3] + time[4] == pytest.approx(time[5], rel=1e-9)
    np.testing.assert_allclose(by_links.link_volume[0, 0], x, rtol=1e-6)
    assert by_paths.iterations[0] < 20  # a Newton step that counts the second use is a good one


@pytest.mark.parametrize("algorithm", ["aon", "msa", "fw", "cfw", "bfw", "paths"])
def test_where_all_ways_are_banned_nothing_is_loaded(algorithm: str) -> None:
    links = [(0, 2), (2, 3), (3, 1)]
    turns = Turns([0, 1, 2, 2, 2], [3, 2], [0, 1, 2, 1])
    network = bpr_network(2, 4, links, 1.0, 10.0, turns=(turns,))
    found = assign(network, np.array([[[[0, 5.0], [0, 0]]]]), algorithm=algorithm)
    assert found.unreachable.tolist() == [5.0]
    assert np.all(found.link_volume == 0)
    assert np.isinf(found.trip_cost[0, 0, 1])


# --- hours -----------------------------------------------------------------------------------


@cache
def by_hours() -> tuple[Prepared, Prepared, Prepared]:
    """Return a city whose bans hold at the peak, always, never."""
    links = [(5, 6, 7), (11, 12, 13), (7, 12, 17)]
    turns = grid_city(bans=tuple(links)).roads.turn_bans
    before = prepare(free_city(), SLICES)
    free = assign(assignment_network(before), demand_of(before, 3), algorithm="paths")

    def city(hours: tuple[int, int]) -> City:
        made = banned_city(before, free, 1, hours)
        held = replace(turns, start_s=np.full(3, hours[0]), end_s=np.full(3, hours[1]))
        return with_bans(made, made.roads.path_bans, held)

    return prepare(city(PEAK), SLICES), prepare(city((0, DAY_S)), SLICES), before


@pytest.mark.parametrize("algorithm", ["paths", "bfw", "aon"])
def test_a_ban_by_hours_changes_its_slices_alone(algorithm: str) -> None:
    peak, always, never = by_hours()
    assert peak.turns_of_slice.tolist() == [0, 1, 1, 0]
    assert len(always.turns) == len(never.turns) == 1
    same_ties = [np.array_equal(p.connectors.node, always.connectors.node) for p in (peak, never)]
    assert all(same_ties)
    demand = demand_of(peak, 3)
    found, held, free = (
        assign(assignment_network(p), demand, algorithm=algorithm, gap=1e-6, max_iterations=400)
        for p in (peak, always, never)
    )
    for k, other in enumerate((free, held, held, free)):
        np.testing.assert_allclose(found.link_volume[0, k], other.link_volume[0, k], rtol=1e-9)
        np.testing.assert_allclose(found.trip_cost[k], other.trip_cost[k], rtol=1e-9)
    assert np.abs(found.link_volume[0, 0] - found.link_volume[0, 1]).max() > 20


def test_a_start_is_feasible_in_the_slices_whose_turns_are_the_same() -> None:
    peak, always, _ = by_hours()
    demand = demand_of(peak, 3)
    start = assign(assignment_network(always), demand, gap=1e-6, max_iterations=400)
    found = assign(assignment_network(peak), demand, gap=1e-6, start=start, max_iterations=400)
    assert found.converged.all()
    assert found.iterations[[1, 2]].tolist() == [1, 1]
    assert found.iterations[[0, 3]].min() > 1
    fresh = assign(assignment_network(peak), demand, gap=1e-6, max_iterations=400)
    np.testing.assert_allclose(found.objective, fresh.objective, rtol=1e-6)


def test_paths_of_a_start_are_dropped_where_a_ban_holds_now() -> None:
    peak, always, never = by_hours()
    demand = demand_of(peak, 3)
    start = assign(assignment_network(never), demand, algorithm="paths")
    found = assign(assignment_network(peak), demand, algorithm="paths", start=start, gap=1e-6)
    cold = assign(assignment_network(peak), demand, algorithm="paths", gap=1e-6)
    memory = PathMemory(always.city.roads)
    for k in (1, 2):
        assert all(memory.may_be_driven(on_roads(p, peak)) for p in paths_of(found, k))
    assert not all(memory.may_be_driven(on_roads(p, peak)) for p in paths_of(found, 0))
    np.testing.assert_allclose(found.objective, cold.objective, rtol=1e-6)


def test_turns_of_slices_must_name_a_set() -> None:
    turns = Turns.of_links([0, 0], [])
    network = bpr_network(2, 2, [(0, 1)], 1.0, 9.0, turns=(turns,), turns_of_slice=[1])
    with pytest.raises(InputError, match=r"one of 1 sets of turns for each of 1 slices"):
        assign(network, np.zeros((1, 1, 2, 2)))


# --- speed limits by hours -------------------------------------------------------------------


def timed(city: City, link: list[int], hours: list[tuple[int, int]], mps: list[float]) -> City:
    start_s, end_s = np.array(hours).T
    speeds = TimedSpeeds(link=link, start_s=start_s, end_s=end_s, speed_mps=mps)
    return replace(city, roads=replace(city.roads, timed_speeds=speeds))


def test_a_speed_limit_holds_in_its_slices() -> None:
    city = timed(
        grid_city(),
        [3, 3, 3, 8, 8],
        [(7 * 3600, 8 * 3600), (8 * 3600, 10 * 3600), (9 * 3600, 10 * 3600),
         (6 * 3600 + 1800, 7 * 3600), (7 * 3600, 7 * 3600 + 1799)],
        [5.0, 20.0, 4.0, 10.0, 10.0],
    )  # fmt: skip
    prepared, plain = prepare(city, SLICES), prepare(grid_city(), SLICES)
    usual = 200 / (50 / 3.6)
    time_s = prepared.running_time_s
    np.testing.assert_allclose(time_s[:, 3], [usual, 40, 10, 50])  # of 20 and 4 m/s the lower
    np.testing.assert_allclose(time_s[:, 8], [20, usual, usual, usual])  # a second less than half
    others = np.setdiff1d(np.arange(prepared.link_count), [3, 8])
    np.testing.assert_array_equal(time_s[:, others], plain.running_time_s[:, others])
    network = assignment_network(prepared)
    np.testing.assert_array_equal(network.free_time[:, : prepared.link_count], time_s)
    empty = assign(network, np.zeros((1, 4, network.zone_count, network.zone_count)))
    assert empty.link_time[1, 3] - empty.link_time[0, 3] == pytest.approx(40 - usual)


def test_slow_hours_move_traffic_in_these_hours_alone() -> None:
    free = prepare(grid_city(), SLICES)
    demand = demand_of(free, 5)
    before = assign(assignment_network(free), demand, algorithm="paths")
    busiest = int(np.argmax(before.link_volume[0, 1, : free.link_count]))
    slow = prepare(timed(grid_city(), [busiest], [PEAK], [2.0]), SLICES)
    after = assign(assignment_network(slow), demand, algorithm="paths")
    np.testing.assert_array_equal(after.link_volume[:, [0, 3]], before.link_volume[:, [0, 3]])
    assert np.all(after.link_volume[0, 1:3, busiest] < before.link_volume[0, 1:3, busiest] / 2)
    np.testing.assert_array_equal(free_skim_min(slow), free_skim_min(free))  # of the first slice
