"""Closed forms of parking against published or independently computed numbers."""

import math

import numpy as np
import pytest

from citymove.foundation.errors import InputError
from citymove.parking.exact_answers import (
    block_fullness,
    checks_with_replacement,
    checks_without_replacement,
    cruising_time_min,
    erlang_a,
    erlang_b,
    erlang_c,
    links_visited,
    mean_checks_in_erlang_block,
    mean_in_system,
    one_way_street_all_park,
    ring_next_car_checks,
)


def digits(value: float) -> float:
    """Half a unit of the last of the six digits that the tables give."""
    return pytest.approx(value, abs=5.1e-7)


@pytest.mark.parametrize(
    ("spaces", "load", "blocked"),
    [(10, 8, 0.121661), (50, 45, 0.054104), (100, 90, 0.026957), (200, 190, 0.027968)],
)
def test_erlang_b(spaces: int, load: float, blocked: float) -> None:
    assert erlang_b(spaces, load) == digits(blocked)


def test_erlang_b_equals_its_sum_and_stands_large_blocks() -> None:
    terms = [8.0**k / math.factorial(k) for k in range(11)]
    assert erlang_b(10, 8.0) == pytest.approx(terms[-1] / sum(terms), rel=1e-14)
    assert erlang_b(0, 5.0) == 1.0
    assert erlang_b(5, 0.0) == 0.0
    assert 0 < erlang_b(100_000, 99_000.0) < 0.01


@pytest.mark.parametrize(
    ("spaces", "load", "waits", "waiting"),
    [(50, 45, 0.363864, 3.2748), (100, 95, 0.506457, 9.6227)],
)
def test_erlang_c(spaces: int, load: float, waits: float, waiting: float) -> None:
    p_wait, queue = erlang_c(spaces, load)
    assert p_wait == digits(waits)
    assert queue == pytest.approx(waiting, abs=5.1e-5)


@pytest.mark.parametrize(
    ("load", "give_up", "occupancy", "waiting"),
    [(100, 0.06045, 0.93955, 0.6045), (110, 0.11889, 0.96923, 1.3077)],
)
def test_erlang_a(load: float, give_up: float, occupancy: float, waiting: float) -> None:
    queue = erlang_a(100, load, 10)
    assert queue.give_up == pytest.approx(give_up, abs=5.1e-6)
    assert queue.occupancy == pytest.approx(occupancy, abs=5.1e-6)
    assert queue.waiting_veh == pytest.approx(waiting, abs=5.1e-5)
    # whoever does not give up parks: carried load = occupied spaces
    assert load * (1 - queue.give_up) == pytest.approx(100 * queue.occupancy, rel=1e-12)


def test_erlang_a_lies_between_erlang_b_and_erlang_c() -> None:
    assert erlang_a(50, 45, 1e6).give_up == pytest.approx(erlang_b(50, 45), rel=1e-4)
    assert erlang_a(50, 45, 1e-6).waiting_veh == pytest.approx(erlang_c(50, 45)[1], rel=1e-3)


def test_random_checks() -> None:
    rng = np.random.default_rng(1)
    first_free = [int((rng.permutation(10) >= 7).argmax()) + 1 for _ in range(20_000)]
    assert checks_without_replacement(10, 7) == pytest.approx(np.mean(first_free), abs=0.03)
    assert checks_with_replacement(10, 7) == pytest.approx(10 / 3)
    occupancy, with_back, without = mean_checks_in_erlang_block(100, 90)
    assert occupancy == pytest.approx(0.8757, abs=5.1e-5)
    assert 1 / (1 - occupancy) == pytest.approx(8.05, abs=5.1e-3)
    assert with_back == pytest.approx(14.436, abs=5.1e-4)
    assert without == pytest.approx(11.222, abs=5.1e-4)
    assert occupancy == pytest.approx(90 * (1 - erlang_b(100, 90)) / 100, rel=1e-12)


def test_one_way_street() -> None:
    assert one_way_street_all_park(10, 10) == digits(0.235795)
    assert one_way_street_all_park(20, 18) == digits(0.343803)
    # three cars, three spaces: 16 of the 27 lists of wishes park everybody
    assert one_way_street_all_park(3, 3) == pytest.approx(16 / 27)
    assert one_way_street_all_park(3, 4) == 0.0


@pytest.mark.parametrize(("occupied", "checks"), [(50, 2.3952), (90, 19.6987), (95, 32.1068)])
def test_ring_filled_by_cruising(occupied: int, checks: float) -> None:
    assert ring_next_car_checks(100, occupied) == pytest.approx(checks, abs=5.1e-5)


def test_links_visited_while_vacancies_stand_still() -> None:
    ring = np.roll(np.eye(4), 1, axis=1)
    visits = links_visited(np.array([0.1, 0.2, 0.05, 0.4]), ring)
    assert visits == pytest.approx([5.603799, 5.115332, 5.144166, 4.362280], abs=5.1e-7)


@pytest.mark.parametrize(
    ("spaces", "full"), [(5, 0.5135), (10, 0.3271), (20, 0.1728), (50, 0.0530)]
)
def test_block_fullness_at_85_percent(spaces: int, full: float) -> None:
    assert block_fullness(spaces, 0.85) == pytest.approx(full, abs=5.1e-5)


def test_cruising_time_of_shoup_vanishes_with_the_difference_of_prices() -> None:
    assert cruising_time_min(2, 8, 2, 8, 1.2, 30) == pytest.approx(16.364, abs=5.1e-4)
    assert cruising_time_min(2, 8, 8, 8, 1.2, 30) == 0.0
    assert cruising_time_min(2, 8, 9, 8, 1.2, 30) == 0.0


def test_littles_law() -> None:
    assert mean_in_system(60, 1.5) == 90.0


@pytest.mark.parametrize(
    "ask",
    [
        lambda: erlang_b(-1, 2),
        lambda: erlang_c(10, 10),
        lambda: erlang_a(10, 10, 0),
        lambda: checks_with_replacement(5, 5),
        lambda: block_fullness(5, 1.0),
        lambda: links_visited(np.array([0.5]), np.eye(2)),
    ],
)
def test_questions_without_an_answer_are_refused(ask) -> None:
    with pytest.raises(InputError):
        ask()
