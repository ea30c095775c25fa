"""Paired differences: the interval's coverage, and the smallest difference that can be seen."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from citymove.foundation.errors import InputError
from citymove.foundation.terms import TERMS
from citymove.scenario.comparing import compare, paired_difference


def test_interval_equals_the_paired_t_test() -> None:
    base = [10.0, 12.0, 9.0, 11.0, 13.0]
    value = [9.5, 11.0, 9.2, 10.0, 12.5]
    found = paired_difference("A", "veh_km", base, value)
    low, high = stats.ttest_rel(value, base).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-12)
    assert found.difference == pytest.approx(-0.56)
    assert found.agree == 0.8


def test_smallest_detectable_difference_by_the_formula() -> None:
    difference = np.array([0.1, -0.2, 0.3, 0.0, 0.2])
    found = paired_difference(
        "A", "delay_index", [1.0] * 5, (1 + difference).tolist(), solver_error=0.5
    )
    t = stats.t(4)
    expected = (t.ppf(0.975) + t.ppf(0.8)) * difference.std(ddof=1) / np.sqrt(5) + 0.5
    assert found.detectable == pytest.approx(expected, rel=1e-12)
    assert found.blanked


def test_detectable_difference_is_found_in_four_of_five_studies() -> None:
    """With a true difference of exactly that size, about 80 % of paired tests reject."""
    rng = np.random.default_rng(3)
    n, spread = 8, 1.0
    t = stats.t(n - 1)
    size = (t.ppf(0.975) + t.ppf(0.8)) * spread / np.sqrt(n)
    sample = rng.normal(size, spread, (4000, n))
    rejected = np.abs(sample.mean(1)) > t.ppf(0.975) * sample.std(1, ddof=1) / np.sqrt(n)
    assert 0.76 < rejected.mean() < 0.86


def test_no_difference_at_all_is_blanked() -> None:
    found = paired_difference("A", "veh_km", [1.0, 2.0], [1.0, 2.0])
    assert found.blanked
    assert found.difference == 0


def test_a_difference_that_would_print_as_nothing_is_blanked() -> None:
    base = [37.0, 38.0, 36.5]
    tiny = paired_difference("A", "commute_inside_min", base, [b + 0.004 for b in base])
    assert (tiny.agree, tiny.detectable, tiny.blanked) == (1.0, 0.01, True)
    told = paired_difference("A", "commute_inside_min", base, [b + 0.02 for b in base])
    assert not told.blanked


def test_one_draw_has_no_interval() -> None:
    with pytest.raises(InputError, match="two paired draws"):
        paired_difference("A", "veh_km", [1.0], [2.0])


def test_money_is_compared_only_where_it_may_be_printed() -> None:
    draw = dict.fromkeys(TERMS, 1.0)
    runs = {"base": [draw, draw], "A": [draw, draw]}
    excess = {"base": [0.0, 0.0], "A": [0.0, 0.0]}
    without = {d.indicator for d in compare(runs, excess, with_money=False)}
    with_money = {d.indicator for d in compare(runs, excess, with_money=True)}
    assert with_money - without == {"revenue"}
