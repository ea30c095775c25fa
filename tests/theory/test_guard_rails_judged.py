"""Guard rails against means over draws: broken, broken by chance alone, and not judged."""

from __future__ import annotations

from typing import Any

import pytest

from citymove.foundation.terms import TERMS
from citymove.scenario.comparing import compare
from citymove.scenario.guard_rails import MustNot, judge_breaches, judge_rails
from citymove.scenario.results import Difference

STEADY = {"base": [0.10, 0.11, 0.10, 0.11], "A": [0.15, 0.16, 0.15, 0.16]}
BY_CHANCE = {"base": [0.10, 0.12, 0.10, 0.12], "A": [0.13, 0.10, 0.11, 0.13]}


def must_not(**rules: str) -> Any:
    return MustNot.model_validate(rules)


def compared(gave_up: dict[str, list[float]]) -> tuple[Difference, ...]:
    runs = {
        option: [dict.fromkeys(TERMS, 1.0) | {"gave_up_share": share} for share in shares]
        for option, shares in gave_up.items()
    }
    return compare(runs, {option: [0.0] * 4 for option in runs}, with_money=False)


def test_worse_than_today_is_a_breach() -> None:
    (breach,) = judge_breaches(must_not(gave_up_share="worse"), compared(STEADY))
    assert (breach.option, breach.indicator, breach.rule) == ("A", "gave_up_share", "worse")
    assert breach.base == pytest.approx(0.105)
    assert breach.value == pytest.approx(0.155)
    assert breach.proven


def test_a_difference_that_could_not_have_been_seen_proves_nothing() -> None:
    (breach,) = judge_breaches(must_not(gave_up_share="worse"), compared(BY_CHANCE))
    assert breach.value > breach.base
    assert not breach.proven


@pytest.mark.parametrize(("bound", "broken"), [("> 15 %", True), ("> 16 %", False)])
def test_a_bound_is_met_by_the_mean(bound: str, broken: bool) -> None:
    assert bool(judge_breaches(must_not(gave_up_share=bound), compared(STEADY))) is broken


def test_what_is_better_is_no_breach() -> None:
    better = {"base": STEADY["A"], "A": STEADY["base"]}
    assert judge_breaches(must_not(gave_up_share="worse"), compared(better)) == ()


def test_a_rail_on_what_no_run_computes_is_not_judged() -> None:
    rules = must_not(gave_up_share="> 5 %", walk_mean_m="> 300 m")
    unknown, given = judge_rails(rules, {"gave_up_share": 0.1})  # in the order of the terms
    assert (given.judged, given.base_breaks, given.bound) == (True, True, 0.05)
    assert (unknown.indicator, unknown.judged, unknown.base_breaks) == ("walk_mean_m", False, False)
