"""Parking search, one SimPy process per driver who searches: the readable oracle.

The rules, which a faster twin must follow to the second:

- The clock is in whole seconds; the run covers ``[start_s, end_s)``. A link takes its time in
  the slice in which it is entered, rounded up to whole seconds.
- Within one second departures come before arrivals, and among each the driver with the lower
  id comes first. A tick counts what has happened before its second.
- A driver who starts to search heads for the facility of the highest utility (`choice`) from
  where he is, along the cheapest way at the times of the current slice, looked up again at
  each node.
- At the end of each link: if the facility that he heads for is there, he takes a free space,
  or is refused, remembers it, and heads for the next best from there. Otherwise he takes a
  free space of a kerb among his candidates there, unless what he heads for is better, from
  there, by more than `Behaviour.kerb_margin_min`; a kerb that he would take and finds full he
  remembers too.
- Where bans of the present hours leave no way to what he heads for, he heads for the next best
  from there.
- What he remembers he does not head for, until nothing else that he can reach is left; then he
  forgets all and begins again.
- At the end of a link, after looking, a driver whose search has lasted `patience_s` or more
  gives up and leaves. So does one who can reach nothing that is acceptable.
- Every look of somebody who would take the space is an attempt at that facility, and a refusal
  where it is full. A driver's own refusals count what he headed for: from the first on, his
  driving is cruising.
- Drivers without a start node stand from the start, in the order of their ids, each in the
  nearest acceptable facility with a space left. One who finds none within the walk limit
  counts as entered and gave up at the start: the facts hold more cars than spaces there.
- An informed driver takes the best free one of his candidates when his search starts, without
  a drive and without an attempt; where none is free he knows that too, and gives up at once.
"""

from bisect import bisect_right
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import simpy

from citymove.facts.tariffs import Tariff
from citymove.foundation.errors import InputError
from citymove.foundation.walking import Walking
from citymove.parking.choice import (
    NOWHERE,
    Behaviour,
    Places,
    place_nearest,
    rank_candidates,
)
from citymove.parking.ledger import TICK_S, Ledger
from citymove.parking.outcome import Drivers, ParkingOutcome, SearchNetwork
from citymove.parking.pricing import FlatTariffs
from citymove.parking.ways import NO_LINK, WaysBySlice
from citymove.prepare.prepared import FacilityKind, ParkingSupply

Array = np.ndarray[Any, Any]
Process = Generator[simpy.Event, Any, None]

# Ranks within a second, the lowest first. SimPy begins processes at 0 and ends them at 1.
_TICK, _BEGIN, _MOVE = -1, 0, 2


class Moment(simpy.Event):
    """A moment at which a process goes on, with its rank among those of the same second.

    SimPy orders events by (time, priority, insertion). A priority of its own for each driver
    leaves nothing to the order of insertion.
    """

    def __init__(self, env: simpy.Environment, time_s: int, rank: int) -> None:
        super().__init__(env)
        self._ok, self._value = True, None
        env.schedule(self, rank, time_s - env.now)  # type: ignore[arg-type]  # any int ranks


def simulate_parking(
    supply: ParkingSupply,
    network: SearchNetwork,
    drivers: Drivers,
    *,
    tariffs: tuple[Tariff, ...],
    walking: Walking,
    behaviour: Behaviour,
    expected_refused: Array | None,
    seed: int,
    start_s: int,
    end_s: int,
) -> ParkingOutcome:
    """Simulate how drivers look for a space, stay and leave; see the rules of this module.

    Parameters
    ----------
    supply
        Facilities.
    network
        Roads and their times; its slices cover the run.
    drivers
        Who needs a space, ids unique, in any order.
    tariffs
        What `ParkingSupply.tariff` points to.
    walking, behaviour
        How drivers walk and weigh.
    expected_refused
        float64 [slices, facilities], share of arrivals that drivers expect to be refused, 0..1;
        None: none.
    seed
        The run's seed, >= 0.
    start_s, end_s
        The run, s since midnight.

    Returns
    -------
    ParkingOutcome
        Visits in the order of `drivers`.

    Raises
    ------
    InputError
        Where an argument breaks a rule.
    RuntimeError
        Where the simulation breaks its own conservation.
    """
    _check_run(network, drivers, start_s, end_s)
    _check_supply(supply, network, tariffs)
    refused_share = _checked_shares(expected_refused, len(network.slices), len(supply))
    places = Places.of(supply, FlatTariffs.of(tariffs))
    ways = WaysBySlice(network, places.targets)
    candidates = _candidates(
        places, drivers, ways, network, walking, behaviour, refused_share, seed
    )
    env = simpy.Environment(initial_time=start_s)
    search = _Search(env, supply, network, drivers, places, ways, candidates, behaviour, end_s)
    by_id = np.argsort(drivers.id, kind="stable")
    standing = by_id[drivers.start_node[by_id] < 0]
    search.stand(
        standing,
        place_nearest(
            places, drivers.take(standing), supply.spaces, walking=walking, behaviour=behaviour
        ),
    )
    env.process(search.ticks())
    env.process(search.departures())
    env.process(search.known_spaces())
    env.process(search.arrivals())
    env.run(until=end_s)
    search.ledger.tick(end_s)
    return search.ledger.outcome(drivers, supply, tariffs, walking, end_s)


def _candidates(
    places: Places,
    drivers: Drivers,
    ways: WaysBySlice,
    network: SearchNetwork,
    walking: Walking,
    behaviour: Behaviour,
    refused_share: Array,
    seed: int,
) -> tuple[dict[int, tuple[Array, Array]], dict[int, list[int]]]:
    """Return what drivers consider, by row, best first.

    Facilities and utilities of those who search; facilities of those who know which are free,
    filled up with `NOWHERE`.
    """
    slice_of = np.where(drivers.start_node >= 0, network.slices.index_of(drivers.start_s), -1)
    considered: dict[int, tuple[Array, Array]] = {}
    known: dict[int, list[int]] = {}
    for row in np.unique(slice_of[slice_of >= 0]).tolist():
        for informed, keep in ((False, behaviour.candidates), (True, behaviour.known)):
            who = np.flatnonzero((slice_of == row) & (drivers.informed == informed))
            ranked = rank_candidates(
                places,
                drivers.take(who),
                ways.at(row).from_node_s,
                walking=walking,
                behaviour=behaviour,
                refused_share=refused_share[row],
                seed=seed,
                keep=keep,
            )
            if informed:
                known.update(zip(who.tolist(), ranked.facility.tolist(), strict=True))
            else:
                considered.update(zip(who.tolist(), ranked.rows(), strict=True))
    return considered, known


@dataclass(slots=True)
class _Trip:
    """One driver on the way: where he is, what he considers and what he remembers.

    Choices are positions in `facilities`.
    """

    driver: int
    node: int
    deadline_s: int
    facilities: list[int]
    targets: Array  # int64, rows of `Ways` by choice
    utility_min: Array  # float64, by choice
    kerb_at: dict[int, list[int]]  # choices of kerb by the link at whose end they are met
    link: int = NO_LINK  # the link at whose end he is; none at the start
    state: int = NO_LINK  # the same with how far into a ban he is (`paths.graph`)
    remembered: set[int] = field(default_factory=set)  # choices found full
    looked: set[int] = field(default_factory=set)  # choices looked at since he came here

    def remember(self, choice: int) -> None:
        self.remembered.add(choice)
        self.looked.add(choice)


class _Search:
    """The processes of one run and what they share."""

    def __init__(
        self,
        env: simpy.Environment,
        supply: ParkingSupply,
        network: SearchNetwork,
        drivers: Drivers,
        places: Places,
        ways: WaysBySlice,
        candidates: tuple[dict[int, tuple[Array, Array]], dict[int, list[int]]],
        behaviour: Behaviour,
        end_s: int,
    ) -> None:
        self.env = env
        self.ledger = Ledger(
            len(drivers), supply.spaces.tolist(), len(network.slices), network.length_m.tolist()
        )
        self._drivers, self._ways = drivers, ways
        self._considered, self._known = candidates
        self._margin_min, self._end_s = behaviour.kerb_margin_min, end_s
        self._edges_s: list[int] = network.slices.edges_s.tolist()
        self._state_link: list[int] = network.state_link.tolist()
        self._link_time_s: list[list[int]] = _whole_seconds(network.link_time_s).tolist()
        self._link_of: list[int] = supply.link.tolist()
        self._target_of = places.target_of
        self._is_kerb = supply.kind == FacilityKind.KERB
        self._standing: list[int] = []
        self._dwell_s: list[int] = drivers.dwell_s.tolist()
        self._rank = np.empty(len(drivers), np.int64)  # among the ids
        self._rank[np.argsort(drivers.id, kind="stable")] = np.arange(len(drivers))
        self._departure_rank: list[int] = (_MOVE + self._rank).tolist()
        self._arrival_rank: list[int] = (_MOVE + len(drivers) + self._rank).tolist()

    def stand(self, standing: Array, where: Array) -> None:
        """Put the cars that stand from the start where they stand."""
        for driver, facility in zip(standing.tolist(), where.tolist(), strict=True):
            self.ledger.enter()
            if facility == NOWHERE:
                self.ledger.give_up(driver, self._now)
            else:
                self.ledger.park(driver, facility, self._now)
                self._standing.append(driver)

    # what goes on in time

    def ticks(self) -> Process:
        """Count every `TICK_S` seconds."""
        for time_s in range(self._now, self._end_s, TICK_S):
            yield Moment(self.env, time_s, _TICK)
            self.ledger.tick(time_s)

    def arrivals(self) -> Process:
        """Begin each driver's process when he starts to search."""
        for driver, time_s in self._coming(informed=False):
            if time_s > self.env.now:
                yield Moment(self.env, time_s, _BEGIN)
            self.env.process(self.driver(driver))

    def known_spaces(self) -> Process:
        """Let those who know which spaces are free take theirs, one after the other."""
        for driver, time_s in self._coming(informed=True):
            yield self._arrival(driver, time_s)
            self.ledger.enter()
            facility = self._free_space_known(driver)
            if facility == NOWHERE:
                self.ledger.give_up(driver, time_s)
            else:
                self.ledger.park(driver, facility, time_s)
                self._leave_after_stay(driver, time_s)

    def _coming(self, *, informed: bool) -> Iterator[tuple[int, int]]:
        """Yield row and start of drivers in the order in which they start."""
        drivers = self._drivers
        rows = np.flatnonzero((drivers.start_node >= 0) & (drivers.informed == informed))
        order = rows[np.lexsort((self._rank[rows], drivers.start_s[rows]))]
        return zip(order.tolist(), drivers.start_s[order].tolist(), strict=True)

    def _leave_after_stay(self, driver: int, parked_s: int) -> None:
        leave_s = parked_s + self._dwell_s[driver]
        if leave_s < self._end_s:  # whoever stays beyond the run needs no event
            departure = self._departure(driver, leave_s)
            departure.callbacks.append(lambda _: self.ledger.leave(driver, leave_s))

    def departures(self) -> Process:
        """Let those leave who stand from the start, one after the other."""
        drivers, standing = self._drivers, np.array(self._standing, np.int64)
        order = standing[np.lexsort((self._rank[standing], drivers.leave_s[standing]))]
        for driver, time_s in zip(order.tolist(), drivers.leave_s[order].tolist(), strict=True):
            yield self._departure(driver, time_s)
            self.ledger.leave(driver, time_s)

    def driver(self, driver: int) -> Process:
        """Look for a space, stay and leave."""
        self.ledger.enter()
        facility = yield from self._search(self._trip(driver))
        if facility == NOWHERE:
            self.ledger.give_up(driver, self._now)
            return
        self.ledger.park(driver, facility, self._now)
        leave_s = self._now + self._dwell_s[driver]
        if leave_s < self._end_s:  # whoever stays beyond the run needs no event
            yield self._departure(driver, leave_s)
            self.ledger.leave(driver, leave_s)

    def _search(self, trip: _Trip) -> Generator[simpy.Event, Any, int]:
        """Drive and look until a space is found; return it, or `NOWHERE` on giving up."""
        choice = self._best(trip)
        while choice != NOWHERE:
            yield self._arrival(trip.driver, self._drive(trip, choice))
            facility, choice = self._look_around(trip, choice)
            if facility != NOWHERE:
                return facility
        return NOWHERE

    # what a driver does at one moment

    def _look_around(self, trip: _Trip, choice: int) -> tuple[int, int]:
        """Look for a space at the end of a link.

        Returns the facility taken, or `NOWHERE`, and the choice that he heads for next, or
        `NOWHERE` if he gives up.
        """
        row = self._slice_at(self._now)
        if self._cut_off(trip, choice):
            choice = self._best(trip)
            if choice == NOWHERE:
                return NOWHERE, NOWHERE
        while self._link_of[trip.facilities[choice]] == trip.link and choice not in trip.looked:
            if self.ledger.look(row, trip.facilities[choice]):
                return trip.facilities[choice], choice
            self.ledger.refuse(trip.driver)
            trip.remember(choice)
            choice = NOWHERE if self._now >= trip.deadline_s else self._best(trip)
            if choice == NOWHERE:
                return NOWHERE, NOWHERE
        for kerb in self._kerb_worth_taking(trip, choice):
            if self.ledger.look(row, trip.facilities[kerb]):
                return trip.facilities[kerb], choice
            trip.remember(kerb)
        return NOWHERE, NOWHERE if self._now >= trip.deadline_s else choice

    def _cut_off(self, trip: _Trip, choice: int) -> bool:
        """Whether no way leads on to what the driver heads for, nor is it here."""
        target = int(trip.targets[choice])
        onward = self._ways.next_states(self._slice_at(self._now), target)[trip.state]
        return onward == NO_LINK and self._link_of[trip.facilities[choice]] != trip.link

    def _kerb_worth_taking(self, trip: _Trip, choice: int) -> list[int]:
        kerb = [k for k in trip.kerb_at.get(trip.link, ()) if k not in trip.looked]
        if not kerb:
            return kerb
        utility_min = self._utility_min(trip)
        least = utility_min[choice] - self._margin_min
        return [k for k in kerb if utility_min[k] >= least]

    def _best(self, trip: _Trip) -> int:
        """Return the best choice from here; where all are remembered, forget and ask again."""
        utility_min = self._utility_min(trip)
        if not utility_min.size:
            return NOWHERE
        fresh_min = utility_min.copy()
        fresh_min[list(trip.remembered)] = -np.inf
        if not np.isfinite(fresh_min.max()):
            trip.remembered.clear()
            fresh_min = utility_min
        best = int(fresh_min.argmax())  # the first of equals
        return best if np.isfinite(fresh_min[best]) else NOWHERE

    def _utility_min(self, trip: _Trip) -> Array:
        """Return what each choice is worth from where the driver is; -inf if out of reach."""
        ways = self._ways.at(self._slice_at(self._now))
        if trip.link == NO_LINK:
            drive_s = ways.from_node_s[trip.targets, trip.node]
        else:
            drive_s = ways.left_s[trip.targets, trip.state]
            for choice in trip.looked:
                drive_s[choice] = ways.round_s(trip.targets[choice], trip.state)
        return np.asarray(trip.utility_min - drive_s / 60)

    def _free_space_known(self, driver: int) -> int:
        occupied, spaces = self.ledger.occupied, self.ledger.spaces
        for facility in self._known[driver]:
            if facility == NOWHERE or occupied[facility] < spaces[facility]:
                return facility
        return NOWHERE

    def _drive(self, trip: _Trip, choice: int) -> int:
        """Drive to the end of the next link where something may happen; return when that is.

        Nothing can happen on the links between, so they are driven in one go: their times
        are known.
        """
        trip.looked.clear()
        target = int(trip.targets[choice])
        goal = self._link_of[trip.facilities[choice]]
        time_s = self._now
        until_s = min(trip.deadline_s, self._end_s)
        while True:
            row = self._slice_at(time_s)
            if trip.state == NO_LINK:
                onward = int(self._ways.at(row).first_link[target, trip.node])
            else:
                onward = self._ways.next_states(row, target)[trip.state]
            if onward == NO_LINK:  # bans of this slice leave no way
                return time_s
            trip.state = onward
            trip.link = link = self._state_link[onward]
            self.ledger.drive(trip.driver, row, link)
            time_s += self._link_time_s[row][link]
            if link == goal or link in trip.kerb_at or time_s >= until_s:
                return time_s

    # the small print

    @property
    def _now(self) -> int:
        return int(self.env.now)

    def _slice_at(self, time_s: int) -> int:
        return bisect_right(self._edges_s, time_s) - 1

    def _arrival(self, driver: int, time_s: int) -> Moment:
        return Moment(self.env, time_s, self._arrival_rank[driver])

    def _departure(self, driver: int, time_s: int) -> Moment:
        return Moment(self.env, time_s, self._departure_rank[driver])

    def _trip(self, driver: int) -> _Trip:
        facilities, utility_min = self._considered[driver]
        kerb_at: dict[int, list[int]] = {}
        for choice in np.flatnonzero(self._is_kerb[facilities]).tolist():
            kerb_at.setdefault(self._link_of[facilities[choice]], []).append(choice)
        return _Trip(
            driver=driver,
            node=int(self._drivers.start_node[driver]),
            deadline_s=self._now + int(self._drivers.patience_s[driver]),
            facilities=facilities.tolist(),
            targets=self._target_of[facilities],
            utility_min=utility_min,
            kerb_at=kerb_at,
        )


def _whole_seconds(link_time_s: Array) -> Array:
    """Return times rounded up to whole seconds, int64; 0 on closed links, which nobody enters."""
    return np.where(np.isfinite(link_time_s), np.ceil(link_time_s), 0).astype(np.int64)


def _refuse_any(bad: Array, rule: str, name: str, values: Array) -> None:
    rows = np.flatnonzero(bad)
    if rows.size:
        raise InputError(rule, value=f"{name}[{rows[0]}] = {values[rows[0]]}")


def _check_run(network: SearchNetwork, drivers: Drivers, start_s: int, end_s: int) -> None:
    slices, time_s = network.slices, network.link_time_s
    if not slices.start_s <= start_s < end_s <= slices.end_s:
        raise InputError(
            f"must lie within the slices, {slices.start_s} .. {slices.end_s} s",
            value=f"run {start_s} .. {end_s} s",
        )
    if time_s.shape != (len(slices), network.tail.size) or not np.all(time_s > 0):
        raise InputError("must be > 0 for each slice and link", value=f"link_time_s {time_s.shape}")
    if np.any(np.isinf(time_s) != np.isinf(time_s[:1])):
        raise InputError("must be closed in all slices or in none", value="a link of link_time_s")
    coming = drivers.start_node >= 0
    nodes = int(max(network.tail.max(initial=-1), network.head.max(initial=-1))) + 1
    _refuse_any(drivers.start_node >= nodes, "must be a node", "start_node", drivers.start_node)
    outside = coming & ((drivers.start_s < start_s) | (drivers.start_s >= end_s))
    _refuse_any(outside, "must lie within the run", "start_s", drivers.start_s)
    early = ~coming & (drivers.leave_s < start_s)
    _refuse_any(early, "must not leave before the run", "leave_s", drivers.leave_s)
    _refuse_any(drivers.dwell_s <= 0, "must be > 0", "dwell_s", drivers.dwell_s)
    _refuse_any(drivers.patience_s < 0, "must be >= 0", "patience_s", drivers.patience_s)
    value = drivers.value_of_time_per_h
    _refuse_any(~(value > 0), "must be > 0", "value_of_time_per_h", value)
    for name in ("x_m", "y_m"):
        place = getattr(drivers, name)
        _refuse_any(~np.isfinite(place), "must be finite", name, place)
    ids = np.sort(drivers.id)
    _refuse_any(ids[1:] == ids[:-1], "must be unique", "sorted id", ids[1:])


def _check_supply(
    supply: ParkingSupply, network: SearchNetwork, tariffs: tuple[Tariff, ...]
) -> None:
    links = network.tail.size
    _refuse_any(supply.spaces < 0, "must be >= 0", "spaces", supply.spaces)
    _refuse_any(supply.link >= links, f"must be one of {links} links", "link", supply.link)
    wrong = (supply.tariff < -1) | (supply.tariff >= len(tariffs))
    _refuse_any(wrong, f"must be one of {len(tariffs)} tariffs or -1", "tariff", supply.tariff)


def _checked_shares(shares: Array | None, slices: int, facilities: int) -> Array:
    if shares is None:
        return np.zeros((slices, facilities))
    checked = np.asarray(shares, np.float64)
    if checked.shape != (slices, facilities):
        raise InputError(
            f"must be slices x facilities, {slices} x {facilities}",
            value=f"expected_refused {checked.shape}",
        )
    if not np.all((checked >= 0) & (checked <= 1)):
        raise InputError("must be shares, 0 .. 1", value="expected_refused")
    return checked
