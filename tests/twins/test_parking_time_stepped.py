"""The simulation against a simulation of the same rules that knows no events.

This one moves a clock by one second at a time, asks every driver in the order of the ids, and
drives one link at a time. It shares with the other only the candidates and the ways.
"""

from dataclasses import replace

import numpy as np
import pytest

from citymove.facts.roads import TurnBans
from citymove.foundation.daytime import DAY_S, Slices
from citymove.parking.choice import Behaviour, Places, place_nearest, rank_candidates
from citymove.parking.ledger import Ledger
from citymove.parking.outcome import SearchNetwork
from citymove.parking.pricing import FlatTariffs
from citymove.parking.simulate_reference import simulate_parking
from citymove.parking.ways import ways_to
from citymove.paths.graph import Turns
from citymove.prepare.prepared import FacilityKind
from citymove.prepare.turn_graph import turn_graphs
from made_up import grid_roads
from parking_world import WALKING, drivers, facilities, street_grid
from path_memory import PathMemory, path_bans_of, random_walk

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
        self.driven: dict[int, list[tuple[int, int]]] = {}

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
        trip = {"f": facility, "u": value, "link": -1, "state": -1, "full": set(), "here": set()}
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
            s = (
                ways.round_s(t, trip["state"])
                if k in trip["here"]
                else ways.left_s[t, trip["state"]]
            )
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
            state = self.ways[row].first_link[t, self.people.start_node[driver]]
        else:
            state = self.ways[row].next_state[t, trip["state"]]
        link = self.network.state_link[state]
        self.driven.setdefault(int(driver), []).append((row, int(link)))
        cruises = self.log["refusals"][driver] > 0
        (self.cruising_veh if cruises else self.access_veh)[row, link] += 1
        self.log["cruised" if cruises else "access"][driver] += self.network.length_m[link]
        trip["link"], trip["state"] = int(link), int(state)
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
        if trip["to"] not in at and self.value(driver, trip, trip["to"], now) == -np.inf:
            trip["to"] = self.best(driver, trip, now)  # bans of the hour have cut it off
            if trip["to"] < 0:
                self.go_on(driver, trip, now)
                return
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


def banned_grid(seed: int) -> tuple[SearchNetwork, list[PathMemory]]:
    """Return the grid with bans of turns and of longer ways, some from 600 to 1500 s alone."""
    rng = np.random.default_rng(seed)
    roads = grid_roads(5, 4)
    ways = [random_walk(roads, rng, int(rng.integers(3, 5))) for _ in range(60)]
    turns = [random_walk(roads, rng, 2) for _ in range(12)]
    hours = [(600, 1500) if k % 2 else (0, DAY_S) for k in range(60)]
    roads = replace(
        roads,
        turn_bans=TurnBans(
            from_link=[a for a, _ in turns], to_link=[b for _, b in turns],
            relation_id=np.zeros(12), start_s=[h[0] for h in hours[:12]],
            end_s=[h[1] for h in hours[:12]],
        ),
        path_bans=path_bans_of(ways, hours),
    )  # fmt: skip
    slices = Slices(EDGES_S)
    graphs, of_slice = turn_graphs(roads, slices.windows)
    network = SearchNetwork(
        tail=roads.links.tail,
        head=roads.links.head,
        length_m=roads.links.length_m,
        turns=tuple(Turns(g.start, g.to_state, g.state_link) for g in graphs),
        turns_of_slice=of_slice,
        slices=slices,
        link_time_s=rng.uniform(2, 40, (len(slices), len(roads.links))),
    )
    return network, [PathMemory(roads, window) for window in ((0, 600), (600, 1500), (1500, 3000))]


def check_driven(driven: dict[int, list[tuple[int, int]]], memories: list[PathMemory]) -> int:
    """Check every step against the bans of the slice in which it was made; return the steps."""
    for steps in driven.values():
        path: tuple[int, ...] = ()
        for row, link in steps:
            assert not path or link in memories[row].onward(path)
            path = (*path, link)
    return sum(len(steps) for steps in driven.values())


@pytest.mark.parametrize("banned", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_same_to_the_second(seed: int, banned: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(seed)
    if banned:
        network, memories = banned_grid(seed)
    else:
        network, memories = street_grid(5, 4, EDGES_S, seed=seed, time_s=(2, 40)), []
    driven: dict[int, list[tuple[int, int]]] = {}
    drive = Ledger.drive

    def noted(ledger: Ledger, driver: int, row: int, link: int) -> None:
        driven.setdefault(driver, []).append((row, link))
        drive(ledger, driver, row, link)

    monkeypatch.setattr(Ledger, "drive", noted)
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
    if banned:
        assert network.turns_of_slice.tolist() == [0, 1, 0]
        assert check_driven(driven, memories) > 300
        # the simulation drives on to the end of a link at which the run ends, the clock does not
        assert {d: s[: len(clock.driven[d])] for d, s in driven.items()} == clock.driven
    searched = (people.start_node >= 0) & visits.gave_up
    given_up_s = people.start_s[searched] + visits.searched_s[searched]
    assert given_up_s.tolist() == clock.log["gave_up_s"][searched].tolist()
    # the worlds are rich enough for the comparison to mean something
    assert visits.refusals.sum() > 20
    assert outcome.refused.sum() > visits.refusals.sum()
    assert visits.gave_up.sum() > 5
