"""What holds for any supply and any drivers: nobody is lost, no space is taken twice."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from citymove.foundation.randomness import stable_id
from citymove.parking.choice import Places, rank_candidates
from citymove.parking.outcome import Drivers, ParkingOutcome, SearchNetwork
from citymove.parking.pricing import FlatTariffs
from citymove.parking.simulate_reference import simulate_parking
from citymove.parking.ways import ways_to
from citymove.prepare.prepared import ParkingSupply
from made_up import hourly_tariff
from parking_world import BEHAVIOUR, WALKING, drivers, facilities, street_grid

START_S, END_S = 25_000, 30_000
EDGES_S = [START_S, 27_000, END_S]
TARIFFS = (hourly_tariff("dear", 4.0, cap=20.0), hourly_tariff("cheap", 1.0))


def world(seed: int) -> tuple[ParkingSupply, SearchNetwork, Drivers]:
    rng = np.random.default_rng(seed)
    network = street_grid(4, 4, EDGES_S, seed=seed, time_s=(3, 60))
    count, n = int(rng.integers(1, 12)), int(rng.integers(1, 80))
    supply = facilities(
        rng.integers(-1, network.tail.size, count),
        rng.integers(0, 6, count),
        rng.uniform(0, 300, count),
        rng.uniform(0, 300, count),
        kind=rng.integers(0, 2, count),
        tariff=rng.integers(-1, 2, count),
    )
    start_node = np.where(rng.random(n) < 0.25, -1, rng.integers(0, 16, n))
    stands = start_node < 0
    people = drivers(
        start_node,
        np.where(stands, START_S, rng.integers(START_S, END_S, n)),
        rng.integers(1, 4000, n),
        id=rng.choice(10_000, n, replace=False),
        leave_s=np.where(stands, rng.integers(START_S, 40_000, n), -1),
        x_m=rng.uniform(0, 300, n),
        y_m=rng.uniform(0, 300, n),
        patience_s=rng.integers(0, 1200, n),
        informed=rng.random(n) < 0.2,
    )
    return supply, network, people


def simulate(supply: ParkingSupply, network: SearchNetwork, people: Drivers) -> ParkingOutcome:
    return simulate_parking(
        supply,
        network,
        people,
        tariffs=TARIFFS,
        walking=WALKING,
        behaviour=BEHAVIOUR,
        expected_refused=None,
        seed=9,
        start_s=START_S,
        end_s=END_S,
    )


def seeds(test: Callable[[int], None]) -> Callable[[], None]:
    return settings(max_examples=40, deadline=None)(given(seed=st.integers(0, 2**31))(test))


@seeds
def test_conservation_at_each_tick(seed: int) -> None:
    supply, network, people = world(seed)
    outcome = simulate(supply, network, people)
    assert outcome.tick_s.tolist() == [*range(START_S, END_S, 900), END_S]
    known = outcome.searching + outcome.parked + outcome.left + outcome.gave_up
    assert outcome.entered.tolist() == known.tolist()
    assert np.all(np.diff(outcome.entered) >= 0)
    assert outcome.entered[-1] == len(people)
    assert outcome.parked.tolist() == outcome.occupancy.sum(axis=1).tolist()
    assert np.all((outcome.occupancy >= 0) & (outcome.occupancy <= supply.spaces))


@seeds
def test_each_driver_has_one_fate_and_no_space_is_taken_twice(seed: int) -> None:
    supply, network, people = world(seed)
    outcome = simulate(supply, network, people)
    visits = outcome.visits
    found = visits.facility >= 0
    assert not np.any(found & visits.gave_up)
    assert np.array_equal(found, visits.parked_s >= 0)
    assert outcome.gave_up[-1] == visits.gave_up.sum()
    assert outcome.left[-1] == (visits.left_s >= 0).sum()
    assert outcome.searching[-1] == (~found & ~visits.gave_up).sum()
    # cars in each facility by a sweep over the visits, at each second where one comes or goes
    until = np.where(visits.left_s >= 0, visits.left_s, END_S)
    for facility in range(len(supply)):
        mine = visits.facility == facility
        for time_s in np.unique(visits.parked_s[mine]):
            here = mine & (visits.parked_s <= time_s) & (until > time_s)
            assert here.sum() <= supply.spaces[facility]
    searched = people.start_node >= 0
    stay = visits.left_s - visits.parked_s
    assert np.all(
        stay[searched & (visits.left_s >= 0)] == people.dwell_s[searched & (visits.left_s >= 0)]
    )
    assert np.all(visits.searched_s[~searched] == 0)
    assert np.all(np.isfinite(visits.paid))
    assert np.all(visits.walked_m <= BEHAVIOUR.walk_limit_m)


@seeds
def test_metres_of_drivers_are_metres_on_links(seed: int) -> None:
    supply, network, people = world(seed)
    outcome = simulate(supply, network, people)
    assert (outcome.access_veh * network.length_m).sum() == outcome.visits.access_m.sum()
    assert (outcome.cruising_veh * network.length_m).sum() == outcome.visits.cruised_m.sum()
    cruised = outcome.visits.cruised_m > 0
    assert np.all(outcome.visits.refusals[cruised] > 0)
    took = (outcome.visits.facility >= 0) & (people.start_node >= 0)
    by_looking = (outcome.attempts - outcome.refused).sum()
    assert by_looking == (took & ~people.informed).sum()


@seeds
def test_order_of_the_rows_changes_nothing(seed: int) -> None:
    supply, network, people = world(seed)
    order = np.random.default_rng(seed + 1).permutation(len(people))
    one, other = simulate(supply, network, people), simulate(supply, network, people.take(order))
    for name in one.visits.column_names():
        assert getattr(one.visits, name)[order].tolist() == getattr(other.visits, name).tolist()
    for name in ("occupancy", "access_veh", "cruising_veh", "attempts", "refused", "searching"):
        assert getattr(one, name).tolist() == getattr(other, name).tolist()


@seeds
def test_a_facility_out_of_reach_changes_nothing(seed: int) -> None:
    supply, network, people = world(seed)
    far = facilities([3], [50], [9e5], [9e5])
    far = replace(far, id=np.array(["far"]))
    assert stable_id("far") not in {stable_id(str(i)) for i in supply.id}
    one, other = simulate(supply, network, people), simulate(supply.append(far), network, people)
    for name in one.visits.column_names():
        assert getattr(one.visits, name).tolist() == getattr(other.visits, name).tolist()
    assert one.cruising_veh.tolist() == other.cruising_veh.tolist()
    assert other.occupancy[:, -1].sum() == 0


@seeds
def test_an_added_facility_leaves_other_candidates_as_they_are(seed: int) -> None:
    supply, network, people = world(seed)
    people = people.take(people.start_node >= 0)
    more = supply.append(replace(facilities([3], [50], [150.0], [150.0]), id=np.array(["new"])))
    seen = []
    for choice in (supply, more):
        places = Places.of(choice, FlatTariffs.of(TARIFFS))
        ranked = rank_candidates(
            places,
            people,
            ways_to(network, 0, places.targets).from_node_s,
            walking=WALKING,
            behaviour=BEHAVIOUR,
            refused_share=np.zeros(len(choice)),
            seed=9,
            keep=100,
        )
        seen.append(
            [
                [
                    (f, u)
                    for f, u in zip(*map(np.ndarray.tolist, list(ranked.rows())[i]), strict=True)
                    if f < len(supply)
                ]
                for i in range(len(people))
            ]
        )
    assert seen[0] == seen[1]
