"""Link performance: published values, and value = slope of the integral for every function."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad

from citymove.traffic.link_performance import (
    MARGINAL,
    link_time_derivatives,
    link_time_integrals,
    link_times,
)
from citymove.traffic.network import AssignmentNetwork, LinkFunction

Array = np.ndarray[Any, Any]

# function, free time, capacity, parameters
CASES: dict[str, tuple[LinkFunction, float, float, tuple[float, float, float]]] = {
    "constant": (LinkFunction.CONSTANT, 12.0, 1.0, (0, 0, 0)),
    "bpr": (LinkFunction.BPR, 10.0, 1000.0, (0.15, 4, 0)),
    "bpr linear": (LinkFunction.BPR, 10.0, 1000.0, (0.5, 1, 0)),
    "bpr fractional power": (LinkFunction.BPR, 10.0, 1000.0, (0.4, 2.7, 0)),
    "bpr power 0": (LinkFunction.BPR, 10.0, 1000.0, (0.15, 0, 0)),
    "bpr b 0": (LinkFunction.BPR, 10.0, 1000.0, (0, 4, 0)),
    "bpr free time 0": (LinkFunction.BPR, 0.0, 1000.0, (0.15, 4, 0)),
    "bpr capacity in b": (LinkFunction.BPR, 10.0, 1.0, (1.5e-13, 4, 0)),
    "bpr small unit of capacity": (LinkFunction.BPR, 10.0, 1e-3, (1.5e-25, 4, 0)),
    "bpr all 0": (LinkFunction.BPR, 0.0, 1000.0, (0, 0, 0)),
    "conical": (LinkFunction.CONICAL, 10.0, 1000.0, (6, 0, 0)),
    "akcelik": (LinkFunction.AKCELIK, 60.0, 1800.0, (0.8, 900, 3600)),
    "akcelik few vehicles": (LinkFunction.AKCELIK, 60.0, 500.0, (0.8, 9, 3600)),
    "akcelik wide": (LinkFunction.AKCELIK, 60.0, 1e20, (0.8, 900, 3600)),
    "signal": (LinkFunction.SIGNAL, 30.0, 1800.0, (90, 0.45, 0.25)),
    "signal always green": (LinkFunction.SIGNAL, 30.0, 1800.0, (90, 1.0, 1.0)),
}
VOLUMES = np.array([0.0, 1.0, 250.0, 500.0, 777.0, 830.0, 1000.0, 1400.0, 2600.0])


def network_of(name: str, count: int, *, marginal: bool = False) -> AssignmentNetwork:
    function, free_time, capacity, parameters = CASES[name]
    return AssignmentNetwork(
        zone_count=1,
        node_count=1,
        first_through_node=0,
        tail=np.zeros(count),
        head=np.zeros(count),
        function=np.full(count, function + MARGINAL * marginal),
        free_time=np.full((1, count), free_time),
        capacity=np.full((1, count), capacity),
        parameters=np.tile(np.array(parameters, float), (1, count, 1)),
        fixed_cost=np.zeros(count),
    )


@pytest.mark.parametrize("name", CASES)
def test_derivative_is_the_difference_quotient(name: str) -> None:
    volume = VOLUMES[1:] + 0.3  # off the kink of the uniform delay at X = 1
    network = network_of(name, volume.size)
    step = 1e-2
    quotient = (link_times(network, 0, volume + step) - link_times(network, 0, volume - step)) / (
        2 * step
    )
    np.testing.assert_allclose(
        link_time_derivatives(network, 0, volume), quotient, rtol=2e-5, atol=1e-9
    )


@pytest.mark.parametrize("name", CASES)
def test_integral_is_the_area(name: str) -> None:
    network, one = network_of(name, VOLUMES.size), network_of(name, 1)
    found = link_time_integrals(network, 0, VOLUMES)
    for volume, area in zip(VOLUMES, found, strict=True):
        expected, _ = quad(
            lambda v: link_times(one, 0, np.array([v]))[0],
            0,
            volume,
            points=[p for p in (810.0, 1000.0, 1800.0) if p < volume] or None,
            epsrel=1e-11,
            limit=200,
        )
        assert area == pytest.approx(expected, rel=1e-8, abs=1e-9)


@pytest.mark.parametrize("name", CASES)
def test_time_never_falls_with_volume(name: str) -> None:
    volume = np.linspace(0, 3000, 301)
    network = network_of(name, volume.size)
    times = link_times(network, 0, volume)
    assert np.all(np.diff(times) >= 0)
    assert np.all(link_time_derivatives(network, 0, volume) >= 0)
    assert np.all(np.isfinite(times))


@pytest.mark.parametrize("name", CASES)
def test_the_marginal_time_is_the_slope_of_the_total_time(name: str) -> None:
    volume = VOLUMES[1:] + 0.3
    network = network_of(name, volume.size)
    step = 1e-2
    total = [(volume + d) * link_times(network, 0, volume + d) for d in (-step, step)]
    np.testing.assert_allclose(
        link_times(network_of(name, volume.size, marginal=True), 0, volume),
        (total[1] - total[0]) / (2 * step),
        rtol=2e-5,
        atol=1e-9,
    )


@pytest.mark.parametrize("name", CASES)
def test_the_slope_of_the_marginal_time_is_the_difference_quotient(name: str) -> None:
    volume = VOLUMES[1:] + 0.3
    network = network_of(name, volume.size, marginal=True)
    step = 1e-2
    quotient = (link_times(network, 0, volume + step) - link_times(network, 0, volume - step)) / (
        2 * step
    )
    slope = link_time_derivatives(network, 0, volume)
    np.testing.assert_allclose(slope, quotient, rtol=2e-5, atol=1e-9)
    assert np.all(slope >= 0)


@pytest.mark.parametrize("name", CASES)
def test_the_integral_of_the_marginal_time_is_the_total_time(name: str) -> None:
    np.testing.assert_array_equal(
        link_time_integrals(network_of(name, VOLUMES.size, marginal=True), 0, VOLUMES),
        VOLUMES * link_times(network_of(name, VOLUMES.size), 0, VOLUMES),
    )


@pytest.mark.parametrize("name", CASES)
def test_nothing_is_infinite_on_an_empty_link(name: str) -> None:
    empty = np.zeros(1)
    for marginal in (False, True):
        network = network_of(name, 1, marginal=marginal)
        assert np.isfinite(link_times(network, 0, empty)).all()
        assert np.isfinite(link_time_derivatives(network, 0, empty)).all()
        assert link_time_integrals(network, 0, empty)[0] == 0.0


def test_power_0_costs_its_share_at_any_volume() -> None:
    network = network_of("bpr power 0", 3)
    volume = np.array([0.0, 10.0, 4000.0])
    np.testing.assert_allclose(link_times(network, 0, volume), 11.5, rtol=1e-15)
    assert link_time_derivatives(network, 0, volume).tolist() == [0.0, 0.0, 0.0]
    np.testing.assert_allclose(link_time_integrals(network, 0, volume), 11.5 * volume, rtol=1e-15)


def test_the_unit_of_capacity_does_not_matter() -> None:
    """``b / c^p`` with capacity 1, or 0.001, is the same function to the last digits."""
    volume = np.array([0.0, 1.0, 830.0, 2600.0])
    plain = network_of("bpr", 4)
    for name in ("bpr capacity in b", "bpr small unit of capacity"):
        other = network_of(name, 4)
        for of in (link_times, link_time_derivatives, link_time_integrals):
            np.testing.assert_allclose(of(other, 0, volume), of(plain, 0, volume), rtol=1e-13)


def test_total_time_at_a_signal_bends_down_once() -> None:
    """Why a system optimum among signals is a local one: the slope falls by C lambda / 2."""
    capacity, cycle, ratio = 1800 * 0.45, 90.0, 0.45
    network = network_of("signal", 2, marginal=True)
    before, after = link_times(network, 0, capacity * np.array([1 - 1e-9, 1 + 1e-9]))
    assert before - after == pytest.approx(0.5 * cycle * ratio, rel=1e-4)


def test_conical_known_answers() -> None:
    network = network_of("conical", 3)
    volume = np.array([500.0, 1000.0, 1400.0])
    np.testing.assert_allclose(
        link_times(network, 0, volume) / 10, [1.0953090617, 2, 5.9400757565], rtol=1e-10
    )
    np.testing.assert_allclose(
        link_time_integrals(network, 0, volume) / (10 * 1000),
        [0.518671883761, 1.191787773341, 2.713282443737],
        rtol=1e-11,
    )


def test_akcelik_known_answers() -> None:
    volume = np.array([900.0, 1800.0, 2520.0])
    np.testing.assert_allclose(
        link_times(network_of("akcelik", 3), 0, volume),
        [61.588781, 86.832816, 245.435842],
        rtol=1e-8,
    )


def test_akcelik_does_not_depend_on_the_unit_of_time() -> None:
    volume = np.array([900.0, 1800.0, 2520.0])
    in_hours = AssignmentNetwork(
        zone_count=1,
        node_count=1,
        first_through_node=0,
        tail=[0] * 3,
        head=[0] * 3,
        function=[LinkFunction.AKCELIK] * 3,
        free_time=[[60 / 3600] * 3],
        capacity=[[1800.0] * 3],
        parameters=[[[0.8, 0.25, 1.0]] * 3],
        fixed_cost=[0.0] * 3,
    )
    np.testing.assert_allclose(
        link_times(in_hours, 0, volume) * 3600,
        link_times(network_of("akcelik", 3), 0, volume),
        rtol=1e-12,
    )


def test_signal_is_running_time_and_hcm_delay() -> None:
    network = AssignmentNetwork(
        zone_count=1,
        node_count=1,
        first_through_node=0,
        tail=[0],
        head=[0],
        function=[LinkFunction.SIGNAL],
        free_time=[[30.0]],
        capacity=[[1800.0]],
        parameters=[[[60.0, 0.5, 0.25]]],
        fixed_cost=[0.0],
    )
    assert link_times(network, 0, np.array([600.0]))[0] == pytest.approx(
        30 + 11.25 + 3.90, abs=5e-3
    )
