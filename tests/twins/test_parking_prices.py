"""The price kernel against the readable rule, to the cent, and what holds for any tariff."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from citymove.facts.tariffs import Tariff, TariffBand
from citymove.foundation.daytime import DAY_S
from citymove.parking.pricing import price, prices

cents = st.integers(0, 2000)


@st.composite
def bands(draw, start_s: int, end_s: int) -> TariffBand:
    at_s = sorted(draw(st.sets(st.integers(0, 30_000), max_size=4)))
    amount = sorted(draw(st.lists(cents, min_size=len(at_s), max_size=len(at_s))))
    points = tuple((s, a / 100) for s, a in zip(at_s, amount, strict=True))
    step_s = draw(st.sampled_from([1, 60, 700, 900, 3600, 100_000]))
    return TariffBand(start_s, end_s, points, step_s, draw(cents) / 100)


@st.composite
def tariffs(draw) -> Tariff:
    inner = sorted(draw(st.sets(st.integers(1, DAY_S - 1), max_size=3)))
    shift = draw(st.integers(0, DAY_S - 1))
    edges = [shift, *(shift + s for s in inner), shift + DAY_S]
    parts = tuple(draw(bands(a, b)) for a, b in pairwise(edges))
    cap = draw(st.none() | cents)
    stay = draw(st.none() | st.integers(0, 400_000))
    return Tariff("any", "EUR", parts, None if cap is None else cap / 100, stay)


@settings(max_examples=60, deadline=None)
@given(tariffs(), st.integers(0, 2**32 - 1))
def test_kernel_equals_the_readable_rule(tariff: Tariff, seed: int) -> None:
    rng = np.random.default_rng(seed)
    arrival_s = rng.integers(-2 * DAY_S, 3 * DAY_S, 40)
    dwell_s = np.where(
        rng.random(40) < 0.5, rng.integers(0, 7200, 40), rng.integers(0, 300_000, 40)
    )
    free = Tariff("free", "EUR", (TariffBand(0, DAY_S, (), 60, 0.0),))
    got = prices((free, tariff), np.ones(40, int), arrival_s, dwell_s)
    wanted = [price(tariff, int(a), int(d)) for a, d in zip(arrival_s, dwell_s, strict=True)]
    assert got.tolist() == wanted


@settings(max_examples=60, deadline=None)
@given(tariffs(), st.integers(-DAY_S, 2 * DAY_S), st.lists(st.integers(0, 400_000), min_size=2))
def test_a_longer_stay_never_costs_less(tariff: Tariff, arrival_s: int, stays: list[int]) -> None:
    paid = [price(tariff, arrival_s, stay) for stay in sorted(stays)]
    assert paid == sorted(paid)
    if tariff.cap_per_day is not None:
        for stay, amount in zip(sorted(stays), paid, strict=True):
            assert amount == np.inf or amount <= tariff.cap_per_day * -(-stay // DAY_S) + 1e-9
