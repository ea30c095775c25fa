"""Published answers of signal timing and delay, to the digits that they are given to."""

from __future__ import annotations

import numpy as np
import pytest

from citymove.foundation.errors import InputError
from citymove.signals.delay import (
    deterministic_delay_s,
    hcm_control_delay_s,
    hcm_delay,
    hcm_incremental_delay_s,
    hcm_uniform_delay_s,
    webster_delay_s,
)
from citymove.signals.timing import TimingProblem, mean_delay_s, time_signals
from citymove.signals.webster import least_cycle_s, webster_cycle_s, webster_splits_s


def test_webster_four_stages() -> None:
    y = [0.2117, 0.1669, 0.2206, 0.2059]
    assert round(webster_cycle_s(y, 12)) == 118
    np.testing.assert_array_equal(webster_splits_s(y, 120, 12).round(1), [28.4, 22.4, 29.6, 27.6])


@pytest.mark.parametrize(
    ("flow_ratios", "lost_s", "cycle_s", "digits"),
    [
        ([0.25, 0.25, 0.22], 12, 82, 0),
        ([500 / 1600, 300 / 1600], 16, 58, 0),
        ([0.6], 12, 57.5, 1),
    ],
)
def test_webster_cycle(
    flow_ratios: list[float], lost_s: float, cycle_s: float, digits: int
) -> None:
    assert round(webster_cycle_s(flow_ratios, lost_s), digits) == cycle_s


def test_webster_splits_by_volume() -> None:
    y = 0.6 * np.array([500, 250, 480]) / 1230
    np.testing.assert_array_equal(webster_splits_s(y, 60, 12).round(2), [19.51, 9.76, 18.73])


def test_minimum_greens_are_kept_and_the_rest_shared() -> None:
    greens = webster_splits_s([0.4, 0.02, 0.2], 72, 12, min_effective_green_s=7.0)
    np.testing.assert_allclose(greens, [53 * 2 / 3, 7, 53 / 3])


def test_no_cycle_at_full_load() -> None:
    with pytest.raises(InputError, match=r"sum to less than 1"):
        webster_cycle_s([0.5, 0.5], 12)
    with pytest.raises(InputError, match="minimum greens"):
        webster_splits_s([0.5, 0.2], 25, 12, min_effective_green_s=7.0)


def test_least_cycle_gives_the_saturation_asked_for() -> None:
    y = np.array([0.3, 0.2])
    cycle_s = least_cycle_s(y, 10, most_saturation=0.85)
    np.testing.assert_allclose(y * cycle_s / webster_splits_s(y, cycle_s, 10), 0.85)


def test_deterministic_queue() -> None:
    assert float(deterministic_delay_s(20 * 60, 50 * 60, 60, 30)) == pytest.approx(12.5, abs=1e-12)


def test_hcm_delay() -> None:
    assert round(float(hcm_uniform_delay_s(600, 1800, 60, 30)), 2) == 11.25
    assert round(float(hcm_incremental_delay_s(600, 1800, 60, 30, period_h=0.25)), 2) == 3.90
    assert round(float(hcm_control_delay_s(600, 1800, 60, 30, period_h=0.25)), 1) == 15.1


def test_kernel_agrees_with_the_array_functions() -> None:
    volume, saturation, cycle, green = np.meshgrid(
        [0.0, 5.0, 600.0, 900.0, 901.0, 2000.0], [900.0, 1800.0], [60.0, 120.0], [8.0, 30.0, 59.0]
    )
    array = hcm_control_delay_s(volume, saturation, cycle, green, period_h=0.5)
    scalar = [
        hcm_delay(v, s, c, g / c, 0.5)
        for v, s, c, g in zip(
            volume.ravel(), saturation.ravel(), cycle.ravel(), green.ravel(), strict=True
        )
    ]
    np.testing.assert_allclose(scalar, array.ravel(), rtol=1e-13)


def test_webster_delay_by_hand() -> None:
    # X = 2/3, green ratio 1/2, q = 1/6 veh/s: 11.25 + 4 - 0.65 x 2160^(1/3) x (2/3)^4.5
    expected = 11.25 + 4.0 - 0.65 * 2160 ** (1 / 3) * (2 / 3) ** 4.5
    assert float(webster_delay_s(600, 1800, 60, 30)) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("delay", [hcm_control_delay_s, webster_delay_s, deterministic_delay_s])
@pytest.mark.parametrize(
    "inputs",
    [(-1, 1800, 60, 30), (np.nan, 1800, 60, 30), (600, 0, 60, 30), (600, 1800, 60, 60)],
)
def test_bad_input_is_refused(delay: object, inputs: tuple[float, ...]) -> None:
    with pytest.raises(InputError):
        delay(*inputs)  # type: ignore[operator]  # one of three functions


# --- the delay-minimal plan -----------------------------------------------------------------


def two_stages(**changes: object) -> TimingProblem:
    values: dict[str, object] = {
        "saturation_vph": [1800.0, 1800.0, 1600.0],
        "served": [[True, True, False], [False, False, True]],
        "green_s": [40.0, 40.0],
        "intergreen_s": [5.0, 5.0],
        "min_green_s": [7.0, 7.0],
    }
    return TimingProblem(**(values | changes))  # type: ignore[arg-type]  # keywords of several types


def search_all(problem: TimingProblem, volume: list[float], low: int, high: int) -> float:
    """Return the least mean delay of all whole-second plans of two stages, the slow way."""
    best = np.inf
    lost = problem.intergreen_s.sum()
    for cycle in range(low, high + 1):
        for first in range(7, cycle - int(lost) - 6):
            greens = np.array([first, cycle - lost - first])
            plan = two_stages(green_s=greens)
            effective = (plan.served * greens[:, None]).sum(axis=0)
            delay = hcm_control_delay_s(volume, plan.saturation_vph, cycle, effective, period_h=1.0)
            best = min(best, float(np.sum(delay * volume) / np.sum(volume)))
    return best


@pytest.mark.parametrize(
    "volume", [[600, 300, 250], [1100, 300, 500], [1500, 1500, 1200], [0, 0, 10], [900, 10, 1590]]
)
def test_no_plan_is_better_below_and_above_capacity(volume: list[float]) -> None:
    plan = time_signals(two_stages(), volume, cycle_low_s=40, cycle_high_s=100)
    assert plan.exact
    assert plan.delay_after_s == pytest.approx(search_all(two_stages(), volume, 40, 100), rel=1e-12)
    assert plan.cycle_s == plan.green_s.sum() + 10
    again = two_stages(green_s=plan.green_s)
    assert mean_delay_s(again, volume) == pytest.approx(plan.delay_after_s, rel=1e-14)


def test_a_new_plan_is_never_worse_than_the_present_one() -> None:
    for volume in ([300, 200, 900], [1700, 100, 50]):
        plan = time_signals(two_stages(), volume, cycle_low_s=60, cycle_high_s=120)
        assert plan.delay_after_s <= plan.delay_before_s


def test_only_what_was_asked_for_changes() -> None:
    volume = [1200, 300, 200]
    splits = time_signals(two_stages(), volume, cycle_low_s=40, cycle_high_s=60, choose=("splits",))
    assert splits.cycle_s == 90
    assert splits.green_s[0] > 40
    cycle = time_signals(two_stages(), volume, cycle_low_s=40, cycle_high_s=80, choose=("cycle",))
    assert cycle.green_s[0] == pytest.approx(cycle.green_s[1])
    assert cycle.cycle_s <= 80


def test_a_cycle_with_fractions_of_a_second_is_kept() -> None:
    plan = time_signals(
        two_stages(green_s=[40.25, 39.5]), [1200, 300, 200], cycle_low_s=1, cycle_high_s=2,
        choose=("splits",),
    )  # fmt: skip
    assert plan.cycle_s == pytest.approx(89.75)


def test_overlapping_stages_end_in_a_local_optimum() -> None:
    problem = TimingProblem(
        saturation_vph=np.array([1800.0, 1800.0, 1600.0]),
        served=np.array([[True, False, False], [True, True, False], [False, False, True]]),
        green_s=np.array([25.0, 25.0, 25.0]),
        intergreen_s=np.full(3, 5.0),
        min_green_s=np.full(3, 7.0),
    )
    volume = np.array([900.0, 400.0, 300.0])
    plan = time_signals(problem, volume, cycle_low_s=60, cycle_high_s=60)
    assert not plan.exact
    assert plan.statement.startswith("local optimum")
    grid = [(a, b, 45 - a - b) for a in range(7, 32) for b in range(7, 32) if 45 - a - b >= 7]

    def delay(greens: tuple[float, ...]) -> float:
        effective = (problem.served * np.array(greens)[:, None]).sum(axis=0)
        each = hcm_control_delay_s(volume, problem.saturation_vph, 60, effective, period_h=1.0)
        return float((each * volume).sum() / volume.sum())

    assert plan.delay_after_s == pytest.approx(min(map(delay, grid)), rel=1e-12)


def test_without_traffic_the_plan_stays() -> None:
    plan = time_signals(two_stages(), [0, 0, 0], cycle_low_s=40, cycle_high_s=60)
    np.testing.assert_array_equal(plan.green_s, [40, 40])
    assert plan.delay_after_s == plan.delay_before_s == 0


def test_bounds_that_hold_no_plan_are_refused() -> None:
    with pytest.raises(InputError, match="24 s needed"):
        time_signals(two_stages(), [1, 1, 1], cycle_low_s=10, cycle_high_s=20)
    with pytest.raises(InputError, match="choose"):
        time_signals(two_stages(), [1, 1, 1], cycle_low_s=40, cycle_high_s=60, choose=("offset",))
    with pytest.raises(InputError, match="volume_vph"):
        time_signals(two_stages(), [1, -1, 1], cycle_low_s=40, cycle_high_s=60)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"served": [[True, True, False]]}, "stages, approaches"),
        ({"served": [[True, True, False], [True, False, False]]}, "green in a stage"),
        ({"saturation_vph": [0.0, 1800.0, 1600.0]}, "saturation_vph"),
        ({"min_green_s": [-1.0, 7.0]}, "min_green_s"),
    ],
)
def test_problems_without_meaning_are_refused(changes: dict[str, object], rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        two_stages(**changes)
