"""The kernels of the choice and the ways against plain Python, networkx and numpy."""

import math

import networkx as nx
import numpy as np
import pytest

from citymove.facts.tariffs import Tariff, TariffBand
from citymove.foundation.randomness import Stream, stable_id, uniforms
from citymove.parking.choice import Behaviour, Places, place_nearest, rank_candidates
from citymove.parking.pricing import FlatTariffs, price
from citymove.parking.ways import ways_to
from made_up import hourly_tariff
from parking_world import WALKING, drivers, facilities, street_grid

TARIFFS = (
    hourly_tariff("garage", 3.0, cap=18.0),
    Tariff("short", "EUR", (TariffBand(0, 86_400, (), 900, 0.5),), max_stay_s=3600),
)


def world(seed: int):
    rng = np.random.default_rng(seed)
    network = street_grid(6, 5, [0, 3600, 7200], seed=seed)
    count, n = 40, 60
    supply = facilities(
        rng.integers(-1, network.tail.size, count),
        rng.integers(0, 4, count),
        rng.uniform(0, 500, count),
        rng.uniform(0, 400, count),
        kind=rng.integers(0, 2, count),
        tariff=rng.integers(-1, 2, count),
    )
    people = drivers(
        rng.integers(0, 30, n),
        rng.integers(0, 3600, n),
        rng.integers(60, 9000, n),
        id=rng.integers(0, 10**12, n),
        x_m=rng.uniform(0, 500, n),
        y_m=rng.uniform(0, 400, n),
        value_of_time_per_h=rng.uniform(5, 40, n),
    )
    return network, supply, people, rng.random(count)


@pytest.mark.parametrize("seed", range(3))
def test_candidates_equal_a_plain_sort_of_all(seed: int) -> None:
    network, supply, people, share = world(seed)
    behaviour = Behaviour(300.0, 2.5, 1.5, refusal_min=3.0)
    places = Places.of(supply, FlatTariffs.of(TARIFFS))
    from_node_s = ways_to(network, 0, places.targets).from_node_s
    ranked = rank_candidates(
        places,
        people,
        from_node_s,
        walking=WALKING,
        behaviour=behaviour,
        refused_share=share,
        seed=5,
        keep=4,
    )
    told = 0
    for i in range(len(people)):
        rows = []
        for f in range(len(supply)):
            walk_m = float(
                WALKING.distance_m(supply.x_m[f] - people.x_m[i], supply.y_m[f] - people.y_m[i])
            )
            if supply.link[f] < 0 or supply.spaces[f] == 0 or walk_m > 300:
                continue
            fee = 0.0
            if supply.tariff[f] >= 0:
                fee = price(
                    TARIFFS[supply.tariff[f]], int(people.start_s[i]), int(people.dwell_s[i])
                )
            if math.isinf(fee):
                continue
            u = uniforms(5, people.id[i : i + 1], Stream.FACILITY_TASTE, stable_id(f"f{f}"))[0]
            p = min(share[f], 0.95)
            value = (
                -2.5 * walk_m / 1.25 / 60
                - 3.0 * p / (1 - p)
                - fee / people.value_of_time_per_h[i] * 60
                - 1.5 * math.log(-math.log(u))
            )
            target = int(np.flatnonzero(places.targets == supply.link[f])[0])
            drive_min = from_node_s[target, people.start_node[i]] / 60
            rows.append((value - drive_min, f, value))
        rows.sort(key=lambda row: -row[0])
        kept = [r for kind in (0, 1) for r in [r for r in rows if supply.kind[r[1]] == kind][:4]]
        kept.sort(key=lambda row: -row[0])
        facility, utility_min = list(ranked.rows())[i]
        assert facility.tolist() == [f for _, f, _ in kept]
        assert utility_min == pytest.approx([value for *_, value in kept], abs=1e-9)
        told += len(rows) > len(kept)
    assert told > 10  # the cut mattered


@pytest.mark.parametrize("seed", range(3))
def test_those_who_stand_take_the_nearest_space_in_turn(seed: int) -> None:
    _, supply, people, _ = world(seed)
    places = Places.of(supply, FlatTariffs.of(TARIFFS))
    behaviour = Behaviour(120.0, 2.0, 1.0)
    found = place_nearest(places, people, supply.spaces, walking=WALKING, behaviour=behaviour)
    free = supply.spaces.astype(int).copy()
    for i in range(len(people)):
        walk_m = WALKING.distance_m(supply.x_m - people.x_m[i], supply.y_m - people.y_m[i])
        short = (supply.tariff == 1) & (people.dwell_s[i] > 3600)
        walk_m[(supply.link < 0) | (free == 0) | (walk_m > 120) | short] = np.inf
        best = int(walk_m.argmin()) if np.isfinite(walk_m.min()) else -1
        assert found[i] == best
        if best >= 0:
            free[best] -= 1
    assert (found >= 0).sum() > 10
    assert (found < 0).sum() > 3


@pytest.mark.parametrize("row", [0, 1])
def test_ways_equal_networkx_on_the_turn_graph(row: int) -> None:
    network, *_ = world(1)
    turns = network.turns_in(row)
    time_s = network.link_time_s[row]
    graph = nx.DiGraph()
    for i in range(network.tail.size):
        for j in turns.to[turns.start[i] : turns.start[i + 1]]:
            graph.add_edge(i, int(j), weight=time_s[j])
    targets = np.array([0, 7, 30])
    ways = ways_to(network, row, targets)
    back = graph.reverse()
    for k, target in enumerate(targets):
        cost = nx.single_source_dijkstra_path_length(
            back, target, weight=lambda u, v, data: data["weight"]
        )
        assert ways.left_s[k] == pytest.approx([cost[i] for i in range(network.tail.size)])
        assert ways.left_s[k, target] == 0
        for node in range(30):
            out = np.flatnonzero(network.tail == node)
            through = [time_s[j] + cost[j] for j in out]
            assert ways.from_node_s[k, node] == pytest.approx(min(through))
            assert ways.first_link[k, node] == out[int(np.argmin(through))]
        onward = turns.to[turns.start[target] : turns.start[target + 1]]
        round_s = min(time_s[j] + cost[j] for j in onward)
        assert ways.round_s(k, target) == pytest.approx(round_s)
        # following the next links spends exactly the time left
        for start in range(0, network.tail.size, 9):
            link, spent = start, 0.0
            while link != target:
                link = int(ways.next_state[k, link])
                spent += time_s[link]
            assert spent == pytest.approx(ways.left_s[k, start])
