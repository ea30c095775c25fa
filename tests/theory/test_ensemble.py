"""Draws of a study: each depends on seed, draw and key alone."""

from __future__ import annotations

import numpy as np
from scipy import stats

from citymove.foundation.provenance import Source, Sourced
from citymove.scenario.ensemble import draws_of, triangular

A = Sourced(10.0, Source.ASSUMED, 8.0, 15.0)
B = Sourced(1.0, Source.ASSUMED, 0.5, 1.5)


def test_triangular_quantiles_equal_scipys() -> None:
    share = np.linspace(0.01, 0.99, 25)
    law = stats.triang(c=(10 - 8) / (15 - 8), loc=8, scale=7)
    np.testing.assert_allclose(triangular(share, 8, 10, 15), law.ppf(share), rtol=1e-12)


def test_an_input_added_leaves_the_others_as_they_were() -> None:
    one = draws_of({"a": A}, seed=4, count=6)
    two = draws_of({"a": A, "b": B}, seed=4, count=6)
    assert [d.values["a"] for d in one] == [d.values["a"] for d in two]
    assert [d.seed for d in one] == [d.seed for d in two]


def test_more_draws_begin_with_the_same() -> None:
    few, many = (draws_of({"a": A, "b": B}, seed=4, count=n) for n in (3, 9))
    assert many[:3] == few


def test_draws_fill_the_range() -> None:
    values = np.array([d.values["a"] for d in draws_of({"a": A}, seed=1, count=4000)])
    assert values.min() >= 8
    assert values.max() <= 15
    assert abs(values.mean() - 11) < 0.1  # (8 + 10 + 15) / 3


def test_what_is_certain_stays() -> None:
    certain = Sourced(3.0, Source.MEASURED, 3.0, 3.0)
    assert {d.values["c"] for d in draws_of({"c": certain}, seed=1, count=5)} == {3.0}
