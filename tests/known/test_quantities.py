"""Quantities as people write them, against what they stand for."""

from __future__ import annotations

import math

import pytest

from citymove.foundation.errors import InputError
from citymove.foundation.quantities import Amount, parse_amount, parse_quantity, parse_range


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("90 s", "s", 90.0),
        ("1.5 h", "s", 5400.0),
        ("2 小时", "s", 7200.0),
        ("15 分钟", "min", 15.0),
        ("30 km/h", "m/s", 30 / 3.6),
        ("30 公里/小时", "m/s", 30 / 3.6),
        ("20 mph", "m/s", 20 * 0.44704),
        ("1.5 km", "m", 1500.0),
        ("25 %", "", 0.25),
        ("25%", "", 0.25),
        ("1e-3", "", 0.001),
        (0.25, "", 0.25),
        (300, "space", 300.0),
        ("300 泊位", "space", 300.0),
        ("300 spaces", "space", 300.0),
        ("1.2 veh/household", "veh/household", 1.2),
        ("12 辆/h", "veh/day", 288.0),
        ("2 per h", "1/h", 2.0),
    ],
)
def test_quantity(text: str | float, unit: str, value: float) -> None:
    assert parse_quantity(text, unit) == pytest.approx(value, rel=1e-14)


@pytest.mark.parametrize(
    ("text", "per", "value", "currency"),
    [
        ("3 元/h", "h", 3.0, "CNY"),
        ("3 CNY per h", "h", 3.0, "CNY"),
        ("6 万元/space", "space", 60_000.0, "CNY"),
        ("900 元/space/year", "space/year", 900.0, "CNY"),
        ("100 元/month", "year", 1200.0, "CNY"),
        ("0.05 EUR/min", "h", 3.0, "EUR"),
        ("3 €/h", "h", 3.0, "EUR"),
    ],
)
def test_amount(text: str, per: str, value: float, currency: str) -> None:
    amount = parse_amount(text, per=per)
    assert amount.currency == currency
    assert amount.value == pytest.approx(value, rel=1e-14)


def test_range_takes_the_last_unit_for_both_ends() -> None:
    assert parse_range("15 .. 35 EUR/h", "EUR/h") == (15.0, 35.0)
    assert parse_range("80 .. 150 s", "s") == (80.0, 150.0)
    assert parse_range("1 min .. 150 s", "s") == (60.0, 150.0)
    assert parse_range("30 .. 60 %", "") == (0.3, 0.6)


@pytest.mark.parametrize(
    ("text", "unit", "rule"),
    [
        ("30 s", "m/s", 'needs a speed such as "30 km/h"'),
        ("30", "m/s", 'needs a speed such as "30 km/h"'),
        (30, "s", 'needs a time such as "90 s"'),
        ("3 veh", "space", "needs a number of spaces"),
        ("nan s", "s", "needs a time"),
        ("1e999 s", "s", "must be a finite number"),
        (math.nan, "", "must be a finite number"),
        (math.inf, "", "must be a finite number"),
        (True, "", "needs a share"),
        ("", "s", "needs a time"),
        ("3 s s", "s", "needs a time"),
        ("9**9**9 s", "s", "needs a time"),
        ("3 s**9", "s", "needs a time"),
        ("3 (", "s", "needs a time"),
        ("3 __import__('os').getcwd()", "s", "needs a time"),
        ("3 " + "s" * 5000, "s", "needs a time"),
    ],
)
def test_what_is_no_such_quantity_is_refused(text: str | float, unit: str, rule: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_quantity(text, unit)
    assert rule in caught.value.rule


def test_a_unit_that_is_not_known_meets_the_nearest_one() -> None:
    with pytest.raises(InputError) as caught:
        parse_amount("3 eur/h", per="h")
    assert caught.value.remedy == "'eur' is no known unit; did you mean 'EUR'?"


@pytest.mark.parametrize(
    "text", ["3 EUR", "3 /h", "3 EUR CNY/h", "3 EUR*CNY/h", "-3 EUR/h", "EUR 3/h", 3]
)
def test_what_is_no_price_per_hour_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_amount(text, per="h")


@pytest.mark.parametrize("text", ["9 .. 3 s", "3 s", ".. 3 s", "3 ..", "1 .. 2 .. 3 s"])
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_range(text, "s")


def test_no_currency_is_converted() -> None:
    with pytest.raises(InputError, match="must be in the city's currency, EUR"):
        Amount(3.0, "CNY").in_currency("EUR")
    assert Amount(3.0, "EUR").in_currency("EUR") == 3.0
