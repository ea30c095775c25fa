"""Prices worked out by hand for real tariffs of Monaco (2024, and the measure of 2020)."""

import math

import numpy as np
import pytest

from citymove.facts.tariffs import Tariff, TariffBand
from citymove.foundation.errors import InputError
from citymove.parking.pricing import cents_of, price, prices

H, M = 3600, 60

# First hour free, 2.80 at 1 h 15, 7.30 at 2 h, 11.60 at 3 h, 14.50 at 4 h; 0.70 per 15 min from
# 19:00 to 08:00; 24 for 24 h. After 4 h the published table only says that the rise falls: 0.50
# per 15 min is assumed here.
DAY = TariffBand(
    8 * H, 19 * H, ((H, 0.0), (75 * M, 2.8), (2 * H, 7.3), (3 * H, 11.6), (4 * H, 14.5)), 900, 0.5
)
NIGHT = TariffBand(19 * H, 32 * H, (), 900, 0.7)
CAR_PARK = Tariff("car_park", "EUR", (DAY, NIGHT), cap_per_day=24.0)
KERB = Tariff("kerb", "EUR", (TariffBand(0, 24 * H, (), 900, 0.6),), max_stay_s=2 * H)
# 3.50 for 3 h, the day held to 5.00
MAY_2020 = Tariff(
    "2020", "EUR", (TariffBand(0, 24 * H, ((3 * H, 3.5),), 3 * H, 3.5),), cap_per_day=5.0
)

BY_DAY = [
    (0, 0.0),
    (60 * M, 0.0),
    (60 * M + 1, 2.8),
    (75 * M, 2.8),
    (75 * M + 1, 4.3),  # to 2 h in three steps of 1.50
    (90 * M, 4.3),
    (91 * M, 5.8),
    (120 * M, 7.3),
    (121 * M, 8.38),  # to 3 h in four steps of 1.075; 8.375 rounds up
    (135 * M, 8.38),
    (150 * M, 9.45),
    (165 * M, 10.53),  # 10.525 rounds up
    (180 * M, 11.6),
    (195 * M, 12.33),  # to 4 h in four steps of 0.725
    (210 * M, 13.05),
    (240 * M, 14.5),
    (240 * M + 1, 15.0),
    (6 * H, 18.5),
]


@pytest.mark.parametrize(("dwell_s", "expected"), BY_DAY)
def test_by_day(dwell_s: int, expected: float) -> None:
    assert price(CAR_PARK, 10 * H, dwell_s) == expected


@pytest.mark.parametrize(
    ("arrival_s", "dwell_s", "expected"),
    [
        (22 * H, 1, 0.7),  # a step that has begun
        (22 * H, 2 * H, 5.6),  # to midnight
        (23 * H, 2 * H, 5.6),  # across midnight, the same band
        (18 * H, 2 * H, 2.8),  # one free hour by day, four steps by night
        (17 * H, 3 * H, 7.3 + 2.8),
        (7 * H, 2 * H, 2.8),  # one hour of the night, one free hour by day
        (7 * H, 3 * H, 2.8 + 7.3),
        (18 * H + 50 * M, 20 * M, 0.7),  # ten minutes in each band
        (-2 * H, 3 * H, 8.4),  # from 22:00 of the day before
        (26 * H, 1 * H, 2.8),  # 02:00 of the next day
    ],
)
def test_time_parked_in_each_band_counts_in_that_band(
    arrival_s: int, dwell_s: int, expected: float
) -> None:
    assert price(CAR_PARK, arrival_s, dwell_s) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("arrival_s", "dwell_s", "expected"),
    [
        (19 * H, 13 * H, 24.0),  # 52 x 0.70 = 36.40
        (10 * H, 24 * H, 24.0),
        (10 * H, 25 * H, 24.0),  # the second period begins with a free hour
        (10 * H, 26 * H, 24.0 + 7.3),
        (10 * H, 72 * H, 72.0),
        (20 * H, 24 * H + 900, 24.0 + 0.7),
    ],
)
def test_cap_holds_in_each_period_of_24_hours(
    arrival_s: int, dwell_s: int, expected: float
) -> None:
    assert price(CAR_PARK, arrival_s, dwell_s) == pytest.approx(expected, abs=1e-9)


def test_time_in_a_band_is_summed_within_a_period() -> None:
    # 18:00 to 09:00: two hours by day in one period, 7.30, and a capped night
    no_cap = Tariff("no cap", "EUR", (DAY, NIGHT))
    assert price(no_cap, 18 * H, 15 * H) == pytest.approx(7.3 + 52 * 0.7, abs=1e-9)


def test_kerb_and_its_longest_stay() -> None:
    assert price(KERB, 9 * H, H) == 2.4
    assert price(KERB, 9 * H, 20 * M) == 1.2
    assert price(KERB, 9 * H, 2 * H) == 4.8
    assert math.isinf(price(KERB, 9 * H, 2 * H + 1))


def test_the_measure_of_2020() -> None:
    assert price(MAY_2020, 9 * H, 3 * H) == 3.5
    assert price(MAY_2020, 9 * H, 1) == 3.5
    assert price(MAY_2020, 9 * H, 3 * H + 1) == 5.0


def test_a_point_at_zero_is_an_entry_fee() -> None:
    band = TariffBand(0, 24 * H, ((0, 1.0), (2 * H, 3.0)), H, 2.0)
    entry = Tariff("entry", "EUR", (band,))
    assert [price(entry, 0, s) for s in (0, 1, H, H + 1, 2 * H, 2 * H + 1)] == [0, 2, 2, 3, 3, 5]


def test_the_last_step_before_a_point_may_be_short() -> None:
    # 0 to 50 min for 5.00 in steps of 20: 2.00 at 20, 4.00 at 40, 5.00 at 50
    band = TariffBand(0, 24 * H, ((50 * M, 5.0),), 20 * M, 1.0)
    tariff = Tariff("short", "EUR", (band,))
    paid = [price(tariff, 0, m * M) for m in (20, 21, 40, 41, 50, 51)]
    assert paid == [2, 4, 4, 5, 5, 6]


def test_kernel_gives_the_hand_worked_table() -> None:
    dwell_s = np.array([s for s, _ in BY_DAY])
    got = prices((KERB, CAR_PARK), np.ones(len(BY_DAY), int), np.full(len(BY_DAY), 10 * H), dwell_s)
    assert got.tolist() == [p for _, p in BY_DAY]


def test_amounts_are_taken_to_the_cent() -> None:
    assert cents_of(0.7) == 70
    assert cents_of(2.8 * 1.15) == 322


def test_bad_stays_are_refused() -> None:
    one = np.array([1])
    with pytest.raises(InputError, match="dwell_s = -1"):
        price(KERB, 0, -1)
    with pytest.raises(InputError, match="dwell_s = -1"):
        prices((KERB,), one * 0, one, -one)
    with pytest.raises(InputError, match="tariffs"):
        prices((KERB,), one, one, one)
    with pytest.raises(InputError, match="one length"):
        prices((KERB,), np.array([0, 0]), one, one)


@pytest.mark.parametrize(
    "hours", [((0, 12), (6, 18)), ((0, 12),), ((0, 24), (0, 24)), ((20, 32), (8, 19))]
)
def test_bands_that_do_not_cover_the_day_once_are_refused(
    hours: tuple[tuple[int, int], ...],
) -> None:
    bands = tuple(TariffBand(a * 3600, b * 3600, (), 3600, 1.0) for a, b in hours)
    with pytest.raises(InputError, match="cover the 24 hours once"):
        Tariff("t", "EUR", bands)
