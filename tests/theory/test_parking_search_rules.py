"""The rules of the search, each on a street small enough to follow by hand.

The street is a one-way ring of nodes 0, 1, 2, 3; link i leads from node i to node i + 1 and
takes 10 s.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from citymove.foundation.errors import InputError
from citymove.parking.choice import Behaviour
from citymove.parking.ledger import Ledger
from citymove.parking.outcome import Drivers, ParkingOutcome
from citymove.parking.simulate_reference import simulate_parking
from citymove.paths.graph import Turns
from citymove.prepare.prepared import FacilityKind, ParkingSupply
from made_up import hourly_tariff
from parking_world import WALKING, drivers, facilities, network

# no taste: what is worth more is chosen for certain
PLAIN = Behaviour(walk_limit_m=1000.0, walk_weight=1.0, taste_spread_min=0.0)
CAR_PARK, KERB = FacilityKind.CAR_PARK, FacilityKind.KERB
LONG_S = 100_000


def ring(times_s: Any = None, edges_s: Any = (0, 1000)):
    times_s = np.full((len(edges_s) - 1, 4), 10.0) if times_s is None else times_s
    return network([0, 1, 2, 3], [1, 2, 3, 0], times_s, list(edges_s))


def simulate(supply: ParkingSupply, people: Drivers, **options: Any) -> ParkingOutcome:
    plain: dict[str, Any] = {
        "tariffs": (),
        "walking": WALKING,
        "behaviour": PLAIN,
        "expected_refused": None,
        "seed": 1,
        "start_s": 0,
        "end_s": 1000,
    }
    network_ = options.pop("network", None) or ring()
    return simulate_parking(supply, network_, people, **(plain | options))


def test_parks_at_the_end_of_the_link_and_leaves_after_the_stay() -> None:
    supply = facilities([1], [1], [125.0], [0.0])
    outcome = simulate(supply, drivers([0], [5], [300]))
    visits = outcome.visits
    assert (visits.parked_s[0], visits.searched_s[0], visits.left_s[0]) == (25, 20, 325)
    assert (visits.access_m[0], visits.cruised_m[0]) == (200.0, 0.0)
    assert visits.walked_m[0] == pytest.approx(162.5)
    assert outcome.access_veh.tolist() == [[1, 1, 0, 0]]


def test_refused_drives_to_the_next_best_and_does_not_return() -> None:
    # 0 is nearest and full; 2 is next; 3 is far
    supply = facilities([0, 1, 2], [1, 1, 1], [0.0, 50.0, 400.0], [0.0] * 3)
    people = drivers([0, 0], [0, 1], [LONG_S, LONG_S])
    outcome = simulate(supply, people)
    assert outcome.visits.facility.tolist() == [0, 1]
    assert outcome.visits.refusals.tolist() == [0, 1]
    assert outcome.visits.parked_s.tolist() == [10, 21]
    assert outcome.access_veh.tolist() == [[2, 0, 0, 0]]
    assert outcome.cruising_veh.tolist() == [[0, 1, 0, 0]]
    assert outcome.attempts.tolist() == [[2, 1, 0]]
    assert outcome.refused.tolist() == [[1, 0, 0]]


@pytest.mark.parametrize(("spaces", "parked_s", "gave_up"), [(1, 25, False), (0, -1, True)])
def test_a_ban_that_begins_on_the_way_sends_the_driver_elsewhere(
    spaces: int, parked_s: int, gave_up: bool
) -> None:
    # a street that forks: 0 leads to 1, where he heads for, and to 2; from 10 s on to 2 alone
    fork = network([0, 1, 1], [1, 2, 3], [[10.0] * 3, [10.0] * 3], [0, 10, 1000])
    turns = Turns.of_links([0, 2, 2, 2], [1, 2]), Turns.of_links([0, 1, 1, 1], [2])
    fork = replace(fork, turns=turns, turns_of_slice=[0, 1])
    supply = facilities([1, 2], [5, 5], [0.0, 90.0], [0.0, 0.0]).take(np.arange(1 + spaces))
    outcome = simulate(supply, drivers([0], [5], [300]), network=fork)
    visits = outcome.visits
    assert (visits.parked_s[0], visits.gave_up[0]) == (parked_s, gave_up)
    assert visits.facility[0] == (-1 if gave_up else 1)
    assert visits.searched_s[0] == (10 if gave_up else 20)
    assert outcome.access_veh.tolist() == [[1, 0, 0], [0, 0, spaces]]
    assert visits.refusals[0] == 0


def test_goes_round_again_when_all_were_full_and_gives_up_when_patience_is_over() -> None:
    supply = facilities([0], [1], [0.0], [0.0])
    people = drivers([0, 0], [0, 1], [45, 45], patience_s=[900, 900])
    outcome = simulate(supply, people)
    # the first leaves at 55; the second looks at 11 and 51, and finds it free at 91
    assert outcome.visits.parked_s.tolist() == [10, 91]
    assert outcome.visits.refusals.tolist() == [0, 2]
    assert outcome.visits.cruised_m[1] == 800.0

    hasty = simulate(supply, drivers([0, 0], [0, 1], [45, 45], patience_s=[900, 50]))
    assert hasty.visits.gave_up.tolist() == [False, True]
    assert hasty.visits.searched_s[1] == 50  # at the end of the link at which 50 s are over
    assert hasty.visits.refusals[1] == 2


def test_patience_is_looked_at_at_the_end_of_each_link_after_looking() -> None:
    supply = facilities([3], [1], [0.0], [0.0])
    assert simulate(supply, drivers([0], [0], [60], patience_s=[35])).visits.parked_s[0] == 40
    assert simulate(supply, drivers([0], [0], [60], patience_s=[25])).visits.searched_s[0] == 30
    assert simulate(supply, drivers([0], [0], [60], patience_s=[0])).visits.searched_s[0] == 10


@pytest.mark.parametrize(
    ("kind", "kerb_x_m", "facility"),
    [
        (KERB, 70.0, 0),  # walk 1.21 min - drive saved 0.33 min: worse by less than 1 min
        (KERB, 40.0, 0),
        (KERB, 120.0, 1),  # worse by 1.75 min than the place that he heads for
        (CAR_PARK, 70.0, 1),  # what is not a kerb cannot be seen from the street
    ],
)
def test_takes_a_kerb_space_that_he_passes(kind: int, kerb_x_m: float, facility: int) -> None:
    supply = facilities([0, 2], [1, 1], [kerb_x_m, 0.0], [0.0, 0.0], kind=[kind, CAR_PARK])
    outcome = simulate(supply, drivers([0], [0], [60]))
    assert outcome.visits.facility[0] == facility


def test_a_full_kerb_that_he_passes_is_an_attempt_there_and_no_cruising() -> None:
    supply = facilities([0, 2], [1, 2], [40.0, 0.0], [0.0, 0.0], kind=[KERB, CAR_PARK])
    outcome = simulate(supply, drivers([0, 0], [0, 1], [LONG_S, LONG_S]))
    assert outcome.visits.facility.tolist() == [0, 1]
    assert outcome.attempts.tolist() == [[2, 1]]
    assert outcome.refused.tolist() == [[1, 0]]
    assert outcome.visits.refusals.tolist() == [0, 0]
    assert outcome.cruising_veh.sum() == 0


def test_both_sides_of_a_street_are_looked_at_without_driving_on() -> None:
    supply = facilities([0, 0], [1, 1], [0.0, 10.0], [0.0, 0.0], kind=[KERB, KERB])
    outcome = simulate(supply, drivers([0, 0], [0, 0], [60, 60]))
    assert outcome.visits.facility.tolist() == [0, 1]
    assert outcome.visits.parked_s.tolist() == [10, 10]
    assert outcome.visits.cruised_m.tolist() == [0.0, 0.0]


def test_in_one_second_departures_come_first_and_then_the_lower_id() -> None:
    supply = facilities([0], [1], [0.0], [0.0])
    # the one who stands leaves at 10, when ids 4 and 7 arrive
    people = drivers(
        [-1, 0, 0],
        [0, 0, 0],
        [500, 60, 60],
        id=[9, 7, 4],
        leave_s=[10, -1, -1],
        patience_s=[0, 0, 0],
    )
    visits = simulate(supply, people).visits
    assert visits.gave_up.tolist() == [False, True, False]
    assert visits.parked_s.tolist() == [0, -1, 10]
    assert visits.left_s.tolist() == [10, -1, 70]


def test_links_take_the_time_of_the_slice_in_which_they_are_entered() -> None:
    times_s = [[10.0, 10.0, 10.0, 10.0], [99.0, 20.2, 30.0, 99.0]]
    outcome = simulate(
        facilities([2], [1], [0.0], [0.0]),
        drivers([0], [0], [60]),
        network=ring(times_s, (0, 10, 1000)),
    )
    assert outcome.visits.parked_s[0] == 10 + 21 + 30
    assert outcome.access_veh.tolist() == [[1, 0, 0, 0], [0, 1, 1, 0]]


def test_those_who_stand_from_the_start() -> None:
    supply = facilities([0, 1], [1, 1], [0.0, 300.0], [0.0, 0.0], tariff=[0, -1])
    people = drivers(
        [-1, -1, -1, -1],
        [0] * 4,
        [7200] * 4,
        id=[3, 2, 1, 0],
        leave_s=[100, 5000, 1000, 999],
        x_m=[0.0, 0.0, 0.0, 5000.0],
    )
    outcome = simulate(supply, people, tariffs=(hourly_tariff("hour", 2.0),))
    visits = outcome.visits
    assert visits.facility.tolist() == [-1, 1, 0, -1]  # by id; the last is too far from both
    assert visits.gave_up.tolist() == [True, False, False, True]
    assert visits.left_s.tolist() == [-1, -1, -1, -1]  # a run covers [0, 1000)
    assert visits.paid.tolist() == [0.0, 0.0, 4.0, 0.0]
    assert outcome.entered[0] == 4
    assert outcome.attempts.sum() == 0


def test_informed_drivers_take_the_best_free_space_without_a_drive() -> None:
    supply = facilities([0, 1], [1, 1], [0.0, 100.0], [0.0, 0.0])
    people = drivers([2, 2, 2], [5, 5, 5], [LONG_S] * 3, informed=[True] * 3, patience_s=[45] * 3)
    outcome = simulate(supply, people)
    assert outcome.visits.facility.tolist() == [0, 1, -1]
    assert outcome.visits.parked_s.tolist() == [5, 5, -1]
    assert outcome.visits.access_m.tolist()[:2] == [0.0, 0.0]
    assert outcome.visits.gave_up.tolist() == [False, False, True]  # he knows that all are taken
    assert outcome.visits.searched_s.tolist() == [0, 0, 0]
    assert outcome.attempts.sum() == 0


def test_nobody_can_use_what_is_out_of_reach_without_spaces_or_for_shorter_stays() -> None:
    supply = facilities([-1, 0, 0], [5, 0, 5], [0.0] * 3, [0.0] * 3, tariff=[-1, -1, 0])
    short = hourly_tariff("short", 1.0)
    short = type(short)(short.id, short.currency, short.bands, max_stay_s=3600)
    outcome = simulate(supply, drivers([0, 0], [0, 0], [3600, 3601]), tariffs=(short,))
    assert outcome.visits.facility.tolist() == [2, -1]
    assert outcome.visits.gave_up.tolist() == [False, True]
    assert outcome.visits.searched_s[1] == 0


def test_habit_turns_drivers_away_from_what_was_full() -> None:
    supply = facilities([0, 1], [1, 1], [0.0, 50.0], [0.0, 0.0])
    person = drivers([0], [0], [60])
    assert simulate(supply, person).visits.facility[0] == 0
    warned = simulate(supply, person, expected_refused=np.array([[0.5, 0.0]]))
    assert warned.visits.facility[0] == 1


def test_the_fee_counts_by_the_value_of_time() -> None:
    supply = facilities([0, 1], [1, 1], [0.0, 300.0], [0.0, 0.0], tariff=[0, -1])
    people = drivers([0, 0], [0, 0], [3600, 3600], value_of_time_per_h=[8.0, 80.0])
    outcome = simulate(supply, people, tariffs=(hourly_tariff("hour", 2.0),))
    assert outcome.visits.facility.tolist() == [1, 0]
    assert outcome.visits.paid.tolist() == [0.0, 2.0]


def test_those_who_still_search_at_the_end() -> None:
    outcome = simulate(facilities([3], [1], [0.0], [0.0]), drivers([0], [965], [60]))
    assert outcome.searching[-1] == 1
    assert outcome.visits.searched_s[0] == 35
    assert outcome.access_veh.sum() == 4  # the last link was entered at 995
    assert outcome.tick_s.tolist() == [0, 900, 1000]


def test_a_broken_invariant_stops_the_run_with_its_figures() -> None:
    ledger = Ledger(2, [1], 1, [1.0])
    ledger.enter()
    ledger.park(0, 0, 5)
    ledger.tick(6)
    ledger.occupied[0] = 0
    with pytest.raises(RuntimeError, match=r"at 7 s: entered 1; .* \(0, 1, 0, 0\); .* 0"):
        ledger.tick(7)
    ledger.enter()
    ledger.occupied[0] = 1
    ledger.park(1, 0, 8)
    with pytest.raises(RuntimeError, match="2 cars in facility 0 of 1 spaces"):
        ledger.tick(9)


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("unique", {"people": drivers([0, 0], [0, 0], [9, 9], id=[5, 5])}),
        (r"start_s\[1\] = 1000", {"people": drivers([0, 0], [0, 1000], [9, 9])}),
        (r"start_node\[0\] = 4", {"people": drivers([4], [0], [9])}),
        (r"dwell_s\[0\] = 0", {"people": drivers([0], [0], [0])}),
        (r"leave_s\[0\] = -1", {"people": drivers([-1], [0], [9])}),
        (r"h\[0\] = nan", {"people": drivers([0], [0], [9], value_of_time_per_h=[np.nan])}),
        (r"x_m\[0\] = inf", {"people": drivers([0], [0], [9], x_m=[np.inf])}),
        (r"spaces\[0\] = -1", {"supply": facilities([0], [-1], [0.0], [0.0])}),
        (r"link\[0\] = 4", {"supply": facilities([4], [1], [0.0], [0.0])}),
        (r"tariff\[0\] = 0", {"supply": facilities([0], [1], [0.0], [0.0], tariff=[0])}),
        ("0 .. 1", {"expected_refused": np.array([[1.5]])}),
        ("1 x 1", {"expected_refused": np.zeros((2, 1))}),
        ("within the slices", {"end_s": 1001}),
        ("closed in all", {"network": ring([[9.0] * 4, [9.0, np.inf, 9.0, 9.0]], (0, 9, 1000))}),
        ("> 0", {"network": ring([[0.0, 10.0, 10.0, 10.0]])}),
    ],
)  # fmt: skip
def test_bad_input_is_refused(rule: str, change: dict[str, Any]) -> None:
    supply = change.pop("supply", facilities([0], [1], [0.0], [0.0]))
    people = change.pop("people", drivers([0], [0], [60]))
    with pytest.raises(InputError, match=rule):
        simulate(supply, people, **change)


def test_bad_behaviour_is_refused() -> None:
    for change in (
        {"walk_limit_m": 0.0},
        {"walk_weight": -1.0},
        {"taste_spread_min": np.nan},
        {"refused_at_most": 1.0},
        {"candidates": 0},
    ):
        plain = {"walk_limit_m": 500.0, "walk_weight": 1.0, "taste_spread_min": 1.0}
        with pytest.raises(InputError):
            Behaviour(**(plain | change))
