"""The assignment network of a city: rows, turns, costs and what closing a link does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from citymove.foundation.daytime import Slices
from citymove.foundation.errors import InputError
from citymove.prepare.prepared import Prepared
from citymove.prepare.preparing import prepare
from citymove.signals.delay import hcm_control_delay_s
from citymove.traffic.equilibrium import assign
from citymove.traffic.link_cost import assignment_network
from citymove.traffic.link_performance import link_times
from citymove.traffic.network import LinkFunction
from made_up import grid_city

HOURS = Slices(np.array([6 * 3600, 7 * 3600, 9 * 3600, 9 * 3600 + 600]))


def prepared_city(closed: int | None = None) -> Prepared:
    city = grid_city(bans=((5, 6, 11),))
    if closed is not None:
        is_open = city.roads.links.open.copy()
        is_open[closed] = False
        city = replace(city, roads=city.roads.with_links(open=is_open))
    return prepare(city, HOURS)


def test_rows_of_roads_come_first_and_connectors_follow() -> None:
    prepared = prepared_city()
    network = assignment_network(prepared)
    links, roads = prepared.city.roads.links, prepared.link_count
    centroids = prepared.city.centroid_count
    assert network.zone_count == network.first_through_node == centroids
    np.testing.assert_array_equal(network.tail[:roads], links.tail + centroids)
    np.testing.assert_array_equal(network.free_time[:, :roads], prepared.running_time_s)
    leaving = prepared.connectors.leaves.sum()
    assert np.all(network.tail[roads : roads + leaving] < centroids)
    assert np.all(network.head[roads + leaving :] < centroids)
    assert network.link_count == roads + leaving + prepared.connectors.arrives.sum()
    assert np.all(network.function[roads:] == LinkFunction.CONSTANT)
    assert np.all(network.capacity > 0)


def test_turns_of_roads_are_kept_and_connectors_joined() -> None:
    prepared = prepared_city()
    network = assignment_network(prepared)
    roads = prepared.link_count
    (turns,), (graph,) = network.turns, prepared.turns
    for link in range(network.link_count):
        onward = turns.to[turns.start[link] : turns.start[link + 1]]
        expected = set(np.flatnonzero(network.tail == network.head[link]).tolist())
        if network.head[link] < network.zone_count:
            assert onward.size == 0  # no path passes a zone
            continue
        if link < roads:
            rows = slice(graph.start[link], graph.start[link + 1])
            assert set(onward[onward < roads]) == set(graph.to_link[rows].tolist())
            assert set(onward[onward >= roads]) == {i for i in expected if i >= roads}
        else:
            back = {i for i in expected if network.head[i] == network.tail[link]}
            assert set(onward.tolist()) == expected - back


def test_signals_wait_and_roads_follow_bpr() -> None:
    prepared = prepared_city()
    network = assignment_network(prepared)
    roads = prepared.link_count
    signalised = np.flatnonzero(prepared.cycle_s[0] > 0)
    assert signalised.size > 0
    volume = np.full(network.link_count, 300.0)
    for k, period_h in enumerate((1.0, 1.0, 0.25)):  # 2 h and 10 min are bounded
        extra = link_times(network, k, volume)[:roads] - prepared.running_time_s[k]
        expected = hcm_control_delay_s(
            300.0,
            prepared.capacity_vph[signalised],
            prepared.cycle_s[k, signalised],
            prepared.green_s[k, signalised],
            period_h=period_h,
        )
        np.testing.assert_allclose(extra[signalised], expected, rtol=1e-10)
        plain = np.setdiff1d(np.arange(roads), signalised)
        x = 300.0 / prepared.capacity_vph[plain]
        np.testing.assert_allclose(
            extra[plain], prepared.running_time_s[k, plain] * 0.15 * x**4, rtol=1e-9
        )


def test_demand_flows_round_a_closed_link() -> None:
    rng = np.random.default_rng(2)
    prepared = prepared_city()
    centroids = prepared.city.centroid_count
    demand = rng.uniform(0, 8, (1, len(HOURS), centroids, centroids))
    before = assign(assignment_network(prepared), demand, algorithm="paths")
    busiest = int(np.argmax(before.link_volume[0, 0, : prepared.link_count]))
    shut = prepared_city(closed=busiest)
    after = assign(assignment_network(shut), demand, algorithm="paths", start=before)
    assert before.link_volume[0, 0, busiest] > 0
    assert np.all(after.link_volume[:, :, busiest] == 0)
    assert after.converged.all()
    assert np.all(after.unreachable == before.unreachable)
    assert np.all(after.tstt >= before.tstt * (1 - 1e-6))  # no paradox of Braess in this grid


def test_an_approach_without_green_is_named() -> None:
    prepared = prepared_city()
    signalised = int(np.flatnonzero(prepared.cycle_s[0] > 0)[0])
    green = prepared.green_s.copy()
    green[1, signalised] = 0.0
    with pytest.raises(InputError, match=rf"link {signalised}, slice 1"):
        assignment_network(prepared.with_greens(prepared.plans, prepared.cycle_s, green))
