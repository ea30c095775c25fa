"""The delay kernels: the derivative against difference quotients, the integral by quadrature."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from citymove.signals.delay import (
    hcm_delay,
    hcm_delay_derivative,
    hcm_delay_integral,
    hcm_delay_second_derivative,
)

Approach = tuple[float, float, float, float]

approaches = st.tuples(
    st.floats(400, 6000),  # saturation flow, veh/h
    st.floats(30, 200),  # cycle, s
    st.floats(0.05, 1.0),  # green ratio
    st.floats(0.25, 6.0),  # period, h
)


@settings(max_examples=60, deadline=None)
@given(approaches, st.floats(0.01, 3.0))
def test_the_integral_is_the_area_under_the_delay(approach: Approach, x: float) -> None:
    capacity = approach[0] * approach[2]
    area, _ = quad(
        lambda v: hcm_delay(v, *approach), 0, x * capacity,
        points=[capacity] if x > 1 else None, epsabs=0, epsrel=1e-10, limit=200,
    )  # fmt: skip
    # near volume 0 with green all the time the delay itself vanishes, and digits cancel
    scale = max(area, 1e-3 * capacity)
    assert abs(hcm_delay_integral(x * capacity, *approach) - area) <= 1e-8 * scale


@settings(max_examples=60, deadline=None)
@given(approaches, st.floats(0.01, 3.0))
def test_the_derivative_is_the_slope_of_the_delay(approach: Approach, x: float) -> None:
    capacity = approach[0] * approach[2]
    step = 1e-6
    if abs(x - 1) < 2 * step:
        return  # the kink has its own test
    low, high = (x - step) * capacity, (x + step) * capacity
    slope = (hcm_delay(high, *approach) - hcm_delay(low, *approach)) / (high - low)
    exact = hcm_delay_derivative(x * capacity, *approach)
    assert exact == pytest.approx(slope, rel=1e-4, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(approaches, st.floats(0.01, 3.0))
def test_the_second_derivative_is_the_slope_of_the_first(approach: Approach, x: float) -> None:
    capacity = approach[0] * approach[2]
    step = 1e-6
    if abs(x - 1) < 2 * step:
        return  # the first derivative jumps there
    low, high = (x - step) * capacity, (x + step) * capacity
    first = [hcm_delay_derivative(v, *approach) for v in (low, high)]
    exact = hcm_delay_second_derivative(x * capacity, *approach)
    assert exact == pytest.approx((first[1] - first[0]) / (high - low), rel=1e-3, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(approaches, st.floats(0.0, 3.0), st.floats(0.0, 0.5))
def test_delay_rises_with_volume(approach: Approach, x: float, more: float) -> None:
    """What makes the equilibrium unique: the cost never falls."""
    capacity = approach[0] * approach[2]
    low, high = (hcm_delay((x + d) * capacity, *approach) for d in (0.0, more))
    assert high >= low - 1e-9
    assert hcm_delay_derivative(x * capacity, *approach) >= 0


def test_fewer_than_four_vehicles_in_the_period() -> None:
    """The other branch of the integral: 8 k I / (c T) > 4."""
    approach = (3.0, 60.0, 0.5, 0.25)
    area, _ = quad(lambda v: hcm_delay(v, *approach), 0, 1.2, epsrel=1e-11)
    assert hcm_delay_integral(1.2, *approach) == pytest.approx(area, rel=1e-9)


def test_value_and_integral_are_continuous_at_capacity() -> None:
    approach = (1800.0, 90.0, 0.4, 1.0)
    capacity = 720.0
    below, above = (hcm_delay(capacity * (1 + e), *approach) for e in (-1e-9, 1e-9))
    assert below == pytest.approx(above, rel=1e-6)
    at = hcm_delay(capacity, *approach)
    # at X = 1: 0.5 C (1 - lambda) + 900 T sqrt(4 / (c T))
    assert at == pytest.approx(0.5 * 90 * 0.6 + 900 * (4 / 720) ** 0.5, rel=1e-12)
    assert hcm_delay_integral(0.0, *approach) == pytest.approx(0.0, abs=1e-9)


def test_far_above_capacity_the_queue_rules() -> None:
    """For X >> 1 the delay tends to half the red + (X - 1) T / 2 (deterministic overflow)."""
    approach = (1800.0, 90.0, 0.4, 1.0)
    delay = hcm_delay(3 * 720.0, *approach)
    assert delay == pytest.approx(0.5 * 90 * 0.6 + 3600 * (3 - 1) / 2, rel=0.01)
