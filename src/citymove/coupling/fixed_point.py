"""Equilibrium and parking search as one fixed point.

A round takes a belief (`CoupledState`): how many cars load the roads while they look for a
space, and how often a place is full. Traffic finds its equilibrium with that load; the
parking simulation runs at the equilibrium's times with that belief; what it yields is
averaged into the belief (`averaging_step`). Random numbers belong to
travellers, so a round differs from the last by its belief alone.

The fixed point need not be unique (Leurent and Boujnah 2014; Pel and Chaniotakis 2017):
`solve_coupled` takes a start, and a study tries several.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.coupling.drivers import SearchScope, drivers_of
from citymove.coupling.residuals import (
    Observed,
    ParkingResidual,
    observed_state,
    parking_residual,
)
from citymove.coupling.retiming import Retiming, resolve_requests
from citymove.coupling.state import CoupledState
from citymove.demand.matrices import trip_matrices
from citymove.foundation.errors import InputError
from citymove.foundation.table import frozen_array
from citymove.parking.choice import Behaviour
from citymove.parking.outcome import Drivers, ParkingOutcome, SearchNetwork
from citymove.parking.simulate_reference import simulate_parking
from citymove.paths.graph import Turns
from citymove.prepare.prepared import Prepared
from citymove.traffic.equilibrium import assign
from citymove.traffic.link_cost import assignment_network
from citymove.traffic.network import Equilibrium

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False, kw_only=True)
class CoupledResult:
    """Traffic and parking that agree, with their certificate.

    Parameters
    ----------
    prepared
        The city as solved, with the plans that requests were resolved to.
    equilibrium
        Of the last round.
    drivers, driver_rows, outcome
        Of the last round; rows of `City.travellers`.
    state
        What the outcome says of the belief: the start for options.
    residual
        Of the last round, by zone and period.
    rounds
        Rounds made.
    converged
        Whether every slice's gap and the parking residual reached their tolerance.
    retimings
        Requests resolved.
    """

    prepared: Prepared
    equilibrium: Equilibrium
    drivers: Drivers
    driver_rows: Array
    outcome: ParkingOutcome
    state: CoupledState
    residual: ParkingResidual
    rounds: int
    converged: bool
    retimings: tuple[Retiming, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "driver_rows", frozen_array(self.driver_rows, np.int64))

    @property
    def link_veh(self) -> Array:
        """Cars that entered each road link, all kinds together, float64 [slices, links]."""
        links = self.prepared.link_count
        through = self.equilibrium.link_volume.sum(axis=0)[:, :links]
        hours = self.prepared.slices.hours[:, None]
        return np.asarray(
            through * hours + self.outcome.access_veh + self.outcome.cruising_veh, np.float64
        )

    def veh_km(self) -> "VehicleKilometres":
        """Return the driving of the hours, split by what it is for."""
        length_km = self.prepared.city.roads.links.length_m / 1000
        links = self.prepared.link_count
        hours = self.prepared.slices.hours[:, None]
        through = self.equilibrium.link_volume.sum(axis=0)[:, :links] * hours
        visits = self.outcome.visits
        return VehicleKilometres(
            through=float((through * length_km).sum()),
            access=float(visits.access_m.sum() / 1000),
            cruising=float(visits.cruised_m.sum() / 1000),
            queueing=0.0,  # no facility has a gate queue yet, so no car moves up in one
            link_total=float((self.link_veh * length_km).sum()),
        )


@dataclass(frozen=True, slots=True)
class VehicleKilometres:
    """Driving inside, veh-km. The first four come from trips and drivers, the last from links.

    Parameters
    ----------
    through
        Assigned trips, to the node where their search starts.
    access
        From there to the first facility tried.
    cruising
        After the first refusal.
    queueing
        In queues at gates.
    link_total
        Sum over links of cars x length.
    """

    through: float
    access: float
    cruising: float
    queueing: float
    link_total: float

    @property
    def identity_error(self) -> float:
        """What the parts and the links disagree by; 0 but for rounding."""
        return self.through + self.access + self.cruising + self.queueing - self.link_total


def solve_coupled(
    prepared: Prepared,
    *,
    seed: int,
    scope: SearchScope | None = None,
    start: CoupledState | None = None,
    warm: Equilibrium | None = None,
    min_rounds: int = 2,
    max_rounds: int = 8,
    gap: float = 1e-6,
) -> CoupledResult:
    """Return traffic and parking that agree with each other.

    Parameters
    ----------
    prepared
        A city with travellers, its requests to retime included.
    seed
        Of the random numbers of travellers, >= 0.
    scope
        Whose search is simulated; None: everybody's.
    start
        The belief of the first round; None: every space is expected to be free.
    warm
        An earlier equilibrium of the same links and demand, to start from; it changes the time
        that the answer takes, not the answer.
    min_rounds, max_rounds
        Fewest and most rounds, >= 1; between them the first that has converged ends it. Two
        cities are compared fairly after the same number of rounds from the same start: what
        each still lacks to its fixed point then cancels.
    gap
        Relative gap of each slice's equilibrium, > 0.

    Returns
    -------
    CoupledResult
        With `converged` False where `max_rounds` ended it.

    Raises
    ------
    InputError
        Where an argument or the city breaks a rule.
    """
    if not 1 <= min_rounds <= max_rounds:
        raise InputError(
            "must be 1 <= min_rounds <= max_rounds", value=f"{min_rounds}, {max_rounds}"
        )
    city = prepared.city
    if city.travellers is None:
        raise InputError(
            "a city needs travellers before it can be solved",
            value=city.name.en,
            remedy="call synthesise(city) first",
        )
    scope = scope or SearchScope.whole_city()
    demand = trip_matrices(city.travellers, prepared.slices, city.centroid_count)
    drivers, rows = drivers_of(prepared, scope, seed)
    state = _blank(prepared) if start is None else _checked_start(prepared, start)
    retimings: tuple[Retiming, ...] = ()
    if city.retime_requests:
        warm = _equilibrium(prepared, demand, state, warm, gap)
        prepared, retimings = resolve_requests(prepared, warm)
    rounds, equilibrium = 0, warm
    while True:
        rounds += 1
        made = _round(prepared, demand, drivers, state, equilibrium, seed=seed, gap=gap)
        if rounds == max_rounds or (made.converged and rounds >= min_rounds):
            break
        step = averaging_step(rounds, start is not None)
        state, equilibrium = state.moved_towards(made.observed.state, step), made.equilibrium
    return CoupledResult(
        prepared=prepared,
        equilibrium=made.equilibrium,
        drivers=drivers,
        driver_rows=rows,
        outcome=made.outcome,
        state=state,
        residual=made.residual,
        rounds=rounds,
        converged=made.converged,
        retimings=tuple(r.rerouted(prepared, made.equilibrium) for r in retimings),
    )


@dataclass(frozen=True, slots=True)
class _Round:
    equilibrium: Equilibrium
    outcome: ParkingOutcome
    observed: Observed
    residual: ParkingResidual

    @property
    def converged(self) -> bool:
        return self.residual.converged and bool(self.equilibrium.converged.all())


def _round(
    prepared: Prepared,
    demand: Array,
    drivers: Drivers,
    state: CoupledState,
    before: Equilibrium | None,
    *,
    seed: int,
    gap: float,
) -> _Round:
    equilibrium = _equilibrium(prepared, demand, state, before, gap)
    outcome = _search(prepared, drivers, equilibrium, state, seed)
    observed = observed_state(prepared, drivers, outcome, state)
    return _Round(equilibrium, outcome, observed, parking_residual(state, observed))


def averaging_step(round_number: int, from_start: bool) -> float:
    """Return the weight of a round's outcome in the average.

    Rounds weigh in proportion to their number (method of successive weighted averages, Liu, He
    and He 2009), so that the first, far off, is soon forgotten: after k rounds the weights are
    1, 2, .. k. A start counts as one round more.

    Examples
    --------
    >>> [round(averaging_step(k, False), 3) for k in (1, 2, 3)]
    [1.0, 0.667, 0.5]
    """
    rounds = round_number + 1 if from_start else round_number
    return 2 / (rounds + 1)


def _blank(prepared: Prepared) -> CoupledState:
    return CoupledState.blank(
        len(prepared.slices),
        prepared.link_count,
        len(prepared.parking),
        len(prepared.city.zones),
    )


def _checked_start(prepared: Prepared, start: CoupledState) -> CoupledState:
    found = (start.preload_vph.shape, start.refused_share.shape, start.search_time_s.shape)
    slices = len(prepared.slices)
    needed = tuple(
        (slices, width)
        for width in (prepared.link_count, len(prepared.parking), len(prepared.city.zones))
    )
    if found != needed:
        raise InputError(
            "a start must have the links, facilities, zones and slices of the city",
            value=f"start of {found}, city of {needed}",
            remedy="bring it into their order with coupling.state.by_id",
        )
    return start


def _equilibrium(
    prepared: Prepared, demand: Array, state: CoupledState, start: Equilibrium | None, gap: float
) -> Equilibrium:
    network = assignment_network(prepared)
    preload = np.zeros((network.slice_count, network.link_count))
    preload[:, : prepared.link_count] = state.preload_vph  # connectors carry no search
    return assign(network, demand, algorithm="paths", gap=gap, preload=preload, start=start)


def search_network(prepared: Prepared, equilibrium: Equilibrium) -> SearchNetwork:
    """Return the roads as a searching driver meets them at an equilibrium's times."""
    links = prepared.city.roads.links
    time_s = equilibrium.link_time[:, : prepared.link_count]
    return SearchNetwork(
        tail=links.tail,
        head=links.head,
        length_m=links.length_m,
        turns=tuple(Turns(t.start, t.to_state, t.state_link) for t in prepared.turns),
        turns_of_slice=prepared.turns_of_slice,
        slices=prepared.slices,
        link_time_s=np.where(links.open[None, :], time_s, np.inf),
    )


def _search(
    prepared: Prepared,
    drivers: Drivers,
    equilibrium: Equilibrium,
    state: CoupledState,
    seed: int,
) -> ParkingOutcome:
    city = prepared.city
    return simulate_parking(
        prepared.parking,
        search_network(prepared, equilibrium),
        drivers,
        tariffs=city.tariffs,
        walking=city.walking,
        behaviour=Behaviour(
            walk_limit_m=city.assumed("walk_limit_m"),
            walk_weight=city.assumed("walk_weight"),
            taste_spread_min=city.assumed("taste_spread_min"),
        ),
        expected_refused=state.refused_share,
        seed=seed,
        start_s=prepared.slices.start_s,
        end_s=prepared.slices.end_s,
    )
