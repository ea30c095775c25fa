"""The gravity model against closed forms and the laws that its solution obeys."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citymove.demand.distribution import deterrence, distribute
from citymove.foundation.errors import InputError, InputErrors


def two_by_two(o1: float, d1: float, total: float, ratio: float) -> float:
    """Return T11 of a 2 x 2 table of given margins and cross ratio T11 T22 / (T12 T21).

    The root of x (total - o1 - d1 + x) = ratio (o1 - x) (d1 - x) between the bounds of x.
    """
    a, b, c = 1 - ratio, total - o1 - d1 + ratio * (o1 + d1), -ratio * o1 * d1
    roots = np.roots([a, b, c]) if a else np.array([-c / b])
    low, high = max(0.0, o1 + d1 - total), min(o1, d1)
    (found,) = [r.real for r in roots if low - 1e-9 <= r.real <= high + 1e-9]
    return float(found)


@pytest.mark.parametrize(
    ("origins", "destinations", "minutes", "beta"),
    [
        ((60.0, 40.0), (70.0, 30.0), ((2.0, 9.0), (7.0, 3.0)), 0.2),
        ((60.0, 40.0), (70.0, 30.0), ((2.0, 9.0), (7.0, 3.0)), 0.0),
        ((1.0, 999.0), (500.0, 500.0), ((1.0, 30.0), (30.0, 1.0)), 0.1),
    ],
)
def test_two_by_two_is_the_root_of_its_quadratic(
    origins: tuple[float, float],
    destinations: tuple[float, float],
    minutes: tuple[tuple[float, float], tuple[float, float]],
    beta: float,
) -> None:
    t = np.array(minutes)
    found = distribute(np.array(origins), np.array(destinations), t, beta)
    ratio = float(np.exp(-beta * (t[0, 0] + t[1, 1] - t[0, 1] - t[1, 0])))
    expected = two_by_two(origins[0], destinations[0], sum(origins), ratio)
    assert found.converged
    assert found.trips[0, 0] == pytest.approx(expected, rel=1e-8)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 7), st.integers(1, 7), st.floats(0.0, 0.5))
def test_margins_and_cross_ratios(seed: int, n: int, m: int, beta: float) -> None:
    rng = np.random.default_rng(seed)
    origins, destinations = rng.random(n) + 0.1, rng.random(m) + 0.1
    destinations *= origins.sum() / destinations.sum()
    minutes = rng.random((n, m)) * 20
    found = distribute(origins, destinations, minutes, beta)
    assert found.converged
    np.testing.assert_allclose(found.trips.sum(axis=1), origins, rtol=1e-8)
    np.testing.assert_allclose(found.trips.sum(axis=0), destinations, rtol=1e-8)
    # log T + beta t = log a_i + log b_j: no interaction is left
    rest = np.log(found.trips) + beta * minutes
    rest = rest - rest[:, :1] - rest[:1] + rest[0, 0]
    assert np.abs(rest).max() < 1e-9


def test_symmetric_minutes_give_symmetric_trips() -> None:
    rng = np.random.default_rng(4)
    minutes = rng.random((6, 6)) * 30
    minutes += minutes.T
    ends = rng.random(6) * 100
    trips = distribute(ends, ends, minutes, 0.08).trips
    np.testing.assert_allclose(trips, trips.T, rtol=1e-7)


def test_without_deterrence_trips_are_the_product_of_margins() -> None:
    origins, destinations = np.array([10.0, 30.0]), np.array([5.0, 15.0, 20.0])
    found = distribute(origins, destinations, np.full((2, 3), 7.0), 0.0)
    np.testing.assert_allclose(found.trips, np.outer(origins, destinations) / 40.0)
    assert found.iterations == 1


def test_a_constant_outside_the_city_changes_nothing() -> None:
    """Minutes driven before the gateway are a constant of the row: the balance takes them up."""
    rng = np.random.default_rng(8)
    origins, destinations = rng.random(4), rng.random(5)
    destinations *= origins.sum() / destinations.sum()
    minutes = rng.random((4, 5)) * 10
    near = distribute(origins, destinations, minutes, 0.1).trips
    far = distribute(origins, destinations, minutes + np.array([[0], [40], [500], [9000]]), 0.1)
    np.testing.assert_allclose(far.trips, near, rtol=1e-8)


def test_longer_trips_are_fewer_where_deterrence_is_stronger() -> None:
    rng = np.random.default_rng(5)
    ends, minutes = np.full(8, 10.0), rng.random((8, 8)) * 30
    means = [
        float((distribute(ends, ends, minutes, beta).trips * minutes).sum() / 80)
        for beta in (0.0, 0.05, 0.1, 0.3)
    ]
    assert means == sorted(means, reverse=True)


def test_pairs_without_a_way_stay_empty() -> None:
    minutes = np.array([[1.0, np.inf, 4.0], [3.0, 1.0, 2.0], [np.inf, 5.0, 1.0]])
    found = distribute(np.full(3, 10.0), np.full(3, 10.0), minutes, 0.1)
    assert found.converged
    assert found.trips[0, 1] == 0
    assert found.trips[2, 0] == 0
    np.testing.assert_allclose(found.trips.sum(axis=1), 10.0)


def test_an_impossible_balance_is_reported_and_ends() -> None:
    """Both origins reach one destination alone, which takes too few: rows cannot be met."""
    minutes = np.array([[1.0, np.inf], [1.0, np.inf], [1.0, 1.0]])
    found = distribute(
        np.array([10.0, 10.0, 10.0]), np.array([5.0, 25.0]), minutes, 0.1, max_iterations=50
    )
    assert not found.converged
    assert found.iterations == 50
    assert found.row_error > 0.1


def test_origins_and_destinations_that_reach_nothing_are_all_named() -> None:
    minutes = np.array([[1.0, np.inf], [np.inf, np.inf]])
    with pytest.raises(InputErrors) as caught:
        distribute(
            np.array([1.0, 1.0]),
            np.array([1.0, 1.0]),
            minutes,
            0.1,
            origin_names=("a", "b"),
            destination_names=("c", "d"),
        )
    assert [error.value for error in caught.value.errors] == [
        "origin b with 1 trips",
        "destination d with 1 trips",
    ]


def test_unequal_sums_are_refused() -> None:
    with pytest.raises(InputError, match="one sum"):
        distribute(np.array([1.0]), np.array([2.0]), np.zeros((1, 1)), 0.1)


def test_deterrence_refuses_nan_and_negative_minutes() -> None:
    for bad in (np.nan, -1.0):
        with pytest.raises(InputError, match="minutes of a skim"):
            deterrence(np.array([bad]), 0.1)
