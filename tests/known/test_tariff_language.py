"""Tariffs of the study language, priced at stays whose price can be told by hand."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter

from citymove.facts.tariffs import Tariff
from citymove.parking.pricing import price
from citymove.scenario.selectors import SelectionError
from citymove.scenario.tariff_language import TariffText, resolve_tariff
from made_up import grid_city

H, M = 3600, 60


def tariff(text: Any, currency: str = "EUR") -> Tariff:
    from dataclasses import replace

    city = replace(grid_city(), currency=currency)
    found = resolve_tariff(TypeAdapter(TariffText).validate_python(text), city)
    assert found is not None
    return found


def test_free_minutes_then_hours_up_to_a_cap() -> None:
    fee = tariff([{"free": "first 30 min"}, {"then": "3 EUR/h"}, {"cap": "20 EUR/day"}])
    stays = {0: 0, 30 * M: 0, 30 * M + 1: 3, 90 * M: 3, 90 * M + 1: 6, 23 * H: 20}
    assert {stay: price(fee, 8 * H, stay) for stay in stays} == stays


def test_a_first_rate_is_paid_at_once_and_counts_from_the_start() -> None:
    fee = tariff(
        [
            {
                "days": "workday",
                "at": "07:30-19:30",
                "free": "first 15 min",
                "then": ["4 元 first h", "6 元/h"],
            },
            {"days": "all", "at": "19:30-07:30+1", "flat": "5 元"},
        ],
        currency="CNY",
    )
    by_day = {15 * M: 0, 15 * M + 1: 4, 60 * M: 4, 61 * M: 10, 120 * M: 10, 121 * M: 16}
    assert {stay: price(fee, 8 * H, stay) for stay in by_day} == by_day
    assert price(fee, 22 * H, 60) == 5
    assert price(fee, 22 * H, 9 * H) == 5
    assert price(fee, 19 * H, H) == 4 + 5


def test_two_first_rates_follow_one_another() -> None:
    fee = tariff([{"then": ["1 EUR first 30 min", "2.50 EUR first h", "2 EUR/h"]}])
    stays = {1: 1, 30 * M: 1, 30 * M + 1: 2.5, H: 2.5, H + 1: 4.5, 2 * H: 4.5}
    assert {stay: price(fee, 8 * H, stay) for stay in stays} == stays


def test_quarters_begun_and_a_longest_stay() -> None:
    fee = tariff([{"then": "0.70 EUR/15 min"}, {"max_stay": "2 h"}])
    assert price(fee, 8 * H, 1) == 0.7
    assert price(fee, 8 * H, 16 * M) == 1.4
    assert price(fee, 8 * H, 2 * H) == 5.6
    assert price(fee, 8 * H, 2 * H + 1) == float("inf")


def test_hours_of_which_nothing_is_said_are_free() -> None:
    fee = tariff([{"at": "08:00-19:00", "then": "2 EUR/h"}])
    assert price(fee, 20 * H, 10 * H) == 0
    assert price(fee, 6 * H, 3 * H) == 2


def test_like_takes_the_tariff_of_a_car_park() -> None:
    assert tariff({"like": "Park 1"}) is not None
    assert tariff({"like": "Park 1"}).id == "car_park"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ([{"then": "3 元/h"}], "must be in the city's currency, EUR"),
        ([{"then": "3 EUR/h"}, {"then": "4 EUR/h"}], "stands in two lines"),
        ([{"flat": "3 EUR", "then": "4 EUR/h"}], "cannot stand beside free or then"),
        ([{"at": "08:00-12:00", "flat": "3 EUR"}, {"at": "11:00-13:00", "flat": "4 EUR"}],
         "two lines rule the same hours"),
        ([{"at": "20:00-08:00", "flat": "3 EUR"}, {"at": "07:00-13:00", "flat": "4 EUR"}],
         "two lines rule the same hours"),
        ([{"then": ["3 EUR/h", "4 EUR first h"]}], "nothing can follow a rate that goes on"),
        ([{"free": "first 2 h", "then": ["4 EUR first h"]}], "must reach further"),
        ([{"days": "workday"}], "says nothing"),
        ({"like": "Park 9"}, "is no car park of the city"),
    ],
)  # fmt: skip
def test_a_tariff_that_contradicts_itself_is_refused(text: Any, rule: str) -> None:
    with pytest.raises(SelectionError) as caught:
        tariff(text)
    assert rule in caught.value.rule
