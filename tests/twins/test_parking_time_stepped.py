"""The simulation against a simulation of the same rules that knows no events.

This one moves a clock by one second at a time, asks every driver in the order of the ids, and
drives one link at a time. It shares with the other only the candidates and the ways.
"""

import numpy as np
import pytest

from citymove.parking.choice import Behaviour, Places, place_nearest, rank_candidates
from citymove.parking.pricing import FlatTariffs
from citymove.parking.simulate_reference import simulate_parking
from citymove.parking.ways import ways_to
from citymove.prepare.prepared import FacilityKind
from parking_world import WALKING, drivers, facilities, street_grid

EDGES_S = [0, 600, 1500, 3000]


class Clock:
    """One second after the other."""

    def __init__(self, supply, network, people, behaviour, share, seed) -> None:
        self.supply, self.network, self.people, self.behaviour = supply, network, people, behaviour
        places = Places.of(supply, FlatTariffs.of(()))
        self.ways = [ways_to(network, s, places.targets) for s in range(len(network.slices))]
        self.target = places.target_of
        n, links = len(people), network.tail.size
        self.free = supply.spaces.astype(int).copy()
        self.where = np.full(n, -1)
        self.log = {"parked_s": np.full(n, -1), "left_s": np.full(n, -1), "refusals": [0] * n}
        self.log |= {"gave_up_s": np.full(n, -1), "access": [0] * n, "cruised": [0] * n}
        self.attempts = np.zeros((len(network.slices), len(supply)), int)
        self.refused = self.attempts.copy()
        self.access_veh = np.zeros((len(network.slices), links), int)
        self.cruising_veh = self.access_veh.copy()
        self.wishes = {}
        for row in range(len(network.slices)):
            for informed, keep in ((False, behaviour.candidates), (True, behaviour.known)):
                slices = network.slices.index_of(people.start_s)
                mine = (slices == row) & (people.informed == informed) & (people.start_node >= 0)
                who = np.flatnonzero(mine)
                ranked = rank_candidates(
                    places,
                    people.take(who),
                    self.ways[row].from_node_s,
                    walking=WALKING,
                    behaviour=behaviour,
                    refused_share=share[row],
                    seed=seed,
                    keep=keep,
                )
                for i, driver in enumerate(who):
                    self.wishes[driver] = list(ranked.rows())[i]
        by_id = np.argsort(people.id)
        self.by_id = by_id
        stand = by_id[people.start_node[by_id] < 0]
        found = place_nearest(
            places, people.take(stand), supply.spaces, walking=WALKING, behaviour=behaviour
        )
        for driver, facility in zip(stand, found, strict=True):
            self.log["gave_up_s"][driver] = 0 if facility < 0 else -1
            if facility >= 0:
                self.take(driver, facility, 0)
        self.leaves = {d: int(people.leave_s[d]) for d in stand if self.where[d] >= 0}
        self.trips: dict[int, dict] = {}

    def take(self, driver, facility, now) -> None:
        self.free[facility] -= 1
        assert self.free[facility] >= 0
        self.where[driver] = facility
        self.log["parked_s"][driver] = now

    def run(self, end_s: int) -> None:
        for now in range(end_s):
            for driver in self.by_id:
                if self.leaves.get(driver) == now:
                    self.free[self.where[driver]] += 1
                    self.log["left_s"][driver] = now
            for driver in self.by_id:
                starts = self.people.start_node[driver] >= 0 and self.people.start_s[driver] == now
                if starts:
                    self.start(driver, now)
                elif driver in self.trips and self.trips[driver]["until"] == now:
                    self.arrive(driver, now)

    def park(self, driver, facility, now) -> None:
        self.trips.pop(driver, None)
        self.take(driver, facility, now)
        self.leaves[driver] = now + int(self.people.dwell_s[driver])

    def start(self, driver, now) -> None:
        facility, value = self.wishes[driver]
        if self.people.informed[driver]:
            for f in facility:
                if self.free[f] > 0:
                    self.park(driver, f, now)
                    return
            self.log["gave_up_s"][driver] = now
            return
        trip = {"f": facility, "u": value, "link": -1, "full": set(), "here": set()}
        trip["end"] = now + self.people.patience_s[driver]
        self.trips[driver] = trip
        trip["to"] = self.best(driver, trip, now)
        self.go_on(driver, trip, now)

    def value(self, driver, trip, k, now) -> float:
        ways = self.ways[int(np.searchsorted(EDGES_S, now, side="right")) - 1]
        t = self.target[trip["f"][k]]
        if trip["link"] < 0:
            s = ways.from_node_s[t, self.people.start_node[driver]]
        else:
            s = ways.round_s[t] if k in trip["here"] else ways.left_s[t, trip["link"]]
        return trip["u"][k] - s / 60

    def best(self, driver, trip, now) -> int:
        values = [self.value(driver, trip, k, now) for k in range(len(trip["f"]))]
        for _ in range(2):
            left = [k for k in range(len(values)) if k not in trip["full"] and values[k] > -np.inf]
            if left:
                return max(left, key=lambda k: (values[k], -k))
            trip["full"].clear()
        return -1

    def go_on(self, driver, trip, now) -> None:
        """Enter the next link, or give up."""
        if trip["to"] < 0:
            self.log["gave_up_s"][driver] = now
            del self.trips[driver]
            return
        row = int(np.searchsorted(EDGES_S, now, side="right")) - 1
        t = self.target[trip["f"][trip["to"]]]
        if trip["link"] < 0:
            link = self.ways[row].first_link[t, self.people.start_node[driver]]
        else:
            link = self.ways[row].next_link[t, trip["link"]]
        cruises = self.log["refusals"][driver] > 0
        (self.cruising_veh if cruises else self.access_veh)[row, link] += 1
        self.log["cruised" if cruises else "access"][driver] += self.network.length_m[link]
        trip["link"] = int(link)
        trip["here"] = set()
        trip["until"] = now + int(np.ceil(self.network.link_time_s[row, link]))

    def look(self, facility, now) -> bool:
        row = int(np.searchsorted(EDGES_S, now, side="right")) - 1
        self.attempts[row, facility] += 1
        self.refused[row, facility] += self.free[facility] == 0
        return self.free[facility] > 0

    def arrive(self, driver, now) -> None:
        trip = self.trips[driver]
        at = [k for k, f in enumerate(trip["f"]) if self.supply.link[f] == trip["link"]]
        while trip["to"] in at and trip["to"] not in trip["here"]:
            facility = trip["f"][trip["to"]]
            if self.look(facility, now):
                self.park(driver, facility, now)
                return
            self.log["refusals"][driver] += 1
            trip["full"].add(trip["to"])
            trip["here"].add(trip["to"])
            trip["to"] = -1 if now >= trip["end"] else self.best(driver, trip, now)
            if trip["to"] < 0:
                self.go_on(driver, trip, now)
                return
        least = self.value(driver, trip, trip["to"], now) - self.behaviour.kerb_margin_min
        for k in [k for k in at if k not in trip["here"]]:
            facility = trip["f"][k]
            is_kerb = self.supply.kind[facility] == FacilityKind.KERB
            if is_kerb and self.value(driver, trip, k, now) >= least:
                if self.look(facility, now):
                    self.park(driver, facility, now)
                    return
                trip["full"].add(k)
                trip["here"].add(k)
        if now >= trip["end"]:
            trip["to"] = -1
        self.go_on(driver, trip, now)


@pytest.mark.parametrize("seed", range(6))
def test_same_to_the_second(seed: int) -> None:
    rng = np.random.default_rng(seed)
    network = street_grid(5, 4, EDGES_S, seed=seed, time_s=(2, 40))
    count, n = 14, 120
    link = rng.integers(0, network.tail.size, count)
    x_m, y_m = rng.uniform(0, 400, count), rng.uniform(0, 300, count)
    supply = facilities(link, rng.integers(0, 5, count), x_m, y_m, kind=rng.integers(0, 2, count))
    start_node = np.where(rng.random(n) < 0.2, -1, rng.integers(0, 20, n))
    people = drivers(
        start_node,
        rng.integers(0, 3000, n) // 50 * 50,
        rng.integers(1, 1500, n),
        id=rng.permutation(n) * 3,
        leave_s=np.where(start_node < 0, rng.integers(0, 4000, n), -1),
        x_m=rng.uniform(0, 400, n),
        y_m=rng.uniform(0, 300, n),
        patience_s=rng.integers(0, 900, n),
        informed=rng.random(n) < 0.2,
    )
    behaviour = Behaviour(400.0, 2.0, 1.0, candidates=5)
    share = rng.random((3, count))
    outcome = simulate_parking(
        supply,
        network,
        people,
        tariffs=(),
        walking=WALKING,
        behaviour=behaviour,
        expected_refused=share,
        seed=seed,
        start_s=0,
        end_s=3000,
    )
    clock = Clock(supply, network, people, behaviour, share, seed)
    clock.run(3000)
    visits = outcome.visits
    assert visits.facility.tolist() == clock.where.tolist()
    assert visits.parked_s.tolist() == clock.log["parked_s"].tolist()
    assert visits.left_s.tolist() == clock.log["left_s"].tolist()
    assert visits.gave_up.tolist() == (clock.log["gave_up_s"] >= 0).tolist()
    assert visits.refusals.tolist() == clock.log["refusals"]
    assert visits.access_m.tolist() == clock.log["access"]
    assert visits.cruised_m.tolist() == clock.log["cruised"]
    for name in ("attempts", "refused", "access_veh", "cruising_veh"):
        assert getattr(outcome, name).tolist() == getattr(clock, name).tolist()
    searched = (people.start_node >= 0) & visits.gave_up
    given_up_s = people.start_s[searched] + visits.searched_s[searched]
    assert given_up_s.tolist() == clock.log["gave_up_s"][searched].tolist()
    # the worlds are rich enough for the comparison to mean something
    assert visits.refusals.sum() > 20
    assert outcome.refused.sum() > visits.refusals.sum()
    assert visits.gave_up.sum() > 5
