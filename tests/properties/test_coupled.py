"""The fixed point of traffic and parking: what must hold of any result."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from citymove.coupling.drivers import SearchScope, drivers_of, search_start_nodes
from citymove.coupling.fixed_point import CoupledResult, solve_coupled
from citymove.coupling.state import CoupledState
from citymove.demand.synthesis import synthesise
from citymove.facts.city import City
from citymove.facts.signal_plans import RetimeRequest
from citymove.foundation.daytime import Slices
from citymove.foundation.errors import InputError
from citymove.foundation.fingerprint import fingerprint
from citymove.prepare.inferred_supply import infer_supply
from citymove.prepare.prepared import Prepared
from citymove.prepare.preparing import prepare
from citymove.traffic.free_flow import free_skim_min
from made_up import grid_city

HOURS = Slices.hourly(7 * 3600, 10 * 3600)


def peopled(city: City, seed: int = 1) -> Prepared:
    base = infer_supply(city)
    made = synthesise(base, seed=seed, skim_min=free_skim_min(prepare(base, HOURS)))
    return prepare(made, HOURS)


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    return peopled(grid_city(car_park_spaces=(300, 260)))


@pytest.fixture(scope="module")
def result(prepared: Prepared) -> CoupledResult:
    return solve_coupled(prepared, seed=1, max_rounds=4)


def test_kilometres_of_drivers_and_of_links_agree(result: CoupledResult) -> None:
    split = result.veh_km()
    assert split.cruising > 0
    assert abs(split.identity_error) < 1e-9 * split.link_total


def test_every_equilibrium_keeps_its_gap(result: CoupledResult) -> None:
    assert result.equilibrium.converged.all()
    assert result.equilibrium.relative_gap.max() <= 1e-6


def test_same_inputs_same_bytes(prepared: Prepared, result: CoupledResult) -> None:
    again = solve_coupled(prepared, seed=1, max_rounds=4)
    assert fingerprint(again.outcome) == fingerprint(result.outcome)
    assert again.equilibrium.link_volume.tobytes() == result.equilibrium.link_volume.tobytes()


def test_rounds_bring_belief_and_outcome_together(prepared: Prepared) -> None:
    first, sixth = (solve_coupled(prepared, seed=1, min_rounds=n, max_rounds=n) for n in (1, 6))
    assert sixth.rounds == 6
    assert sixth.residual.p95 < first.residual.p95 / 2


def test_several_starts_meet_within_the_noise(prepared: Prepared) -> None:
    wary = CoupledState.wary(
        len(HOURS), prepared.link_count, len(prepared.parking), len(prepared.city.zones)
    )
    means = [
        solve_coupled(prepared, seed=1, start=start, max_rounds=8).outcome.visits.searched_s.mean()
        for start in (None, wary)
    ]
    assert abs(means[0] - means[1]) < 0.1 * max(means)


def test_the_congested_trip_is_never_faster_than_the_free_one(result: CoupledResult) -> None:
    free_s = free_skim_min(result.prepared) * 60
    assert np.all(result.equilibrium.trip_cost >= free_s - 1e-6)


def test_search_starts_where_trips_leave_the_assignment(prepared: Prepared) -> None:
    nodes = search_start_nodes(prepared)
    connectors = prepared.connectors
    zones = len(prepared.city.zones)
    for zone in range(zones):
        ends = connectors.node[connectors.arrives & (connectors.centroid == zone)]
        assert ends.tolist() == [nodes[zone]]


def test_scope_says_who_searches_and_leaves_nobody_out(prepared: Prepared) -> None:
    everybody, _ = drivers_of(prepared, SearchScope.whole_city(), 1)
    few = SearchScope(x_m=[100.0], y_m=[100.0], radius_m=150.0, at_most=10)
    some, _ = drivers_of(prepared, few, 1)
    assert some.id.tolist() == everybody.id.tolist()
    searching = (some.start_node >= 0) & ~some.informed
    assert np.count_nonzero(searching) == 10
    assert np.all(np.hypot(some.x_m - 100, some.y_m - 100)[searching] <= 150)
    assert not everybody.informed.any()


def test_a_larger_limit_keeps_those_of_the_smaller(prepared: Prepared) -> None:
    chosen = []
    for at_most in (15, 40):
        scope = SearchScope(x_m=[100.0], y_m=[100.0], radius_m=1e4, at_most=at_most)
        drivers, _ = drivers_of(prepared, scope, 1)
        chosen.append(set(drivers.id[(drivers.start_node >= 0) & ~drivers.informed].tolist()))
    assert chosen[0] < chosen[1]


def test_retiming_is_shown_against_the_base_plan_and_the_optimum() -> None:
    prepared = peopled(grid_city(car_park_spaces=(300, 260)))
    request = RetimeRequest(
        junction=str(prepared.junctions.id[0]),
        start_s=7 * 3600,
        end_s=9 * 3600,
        choose=("cycle", "splits"),
        cycle_low_s=60,
        cycle_high_s=90,
    )
    asked = prepare(replace(prepared.city, retime_requests=(request,)), HOURS)
    found = solve_coupled(asked, seed=1, max_rounds=2)
    (retiming,) = found.retimings
    assert 60 <= retiming.new_plan.cycle_s <= 90
    assert retiming.delay_optimal_s <= retiming.delay_same_routes_s <= retiming.delay_base_s
    assert np.isfinite(retiming.delay_rerouted_s)
    plans = [p for p in found.prepared.plans if p.junction == request.junction]
    assert [(p.start_s, p.end_s) for p in plans][:2] == [(0, 7 * 3600), (7 * 3600, 9 * 3600)]
    after = 2  # the slice past the window keeps the plan of today
    approaches = retiming.approaches
    assert np.array_equal(
        found.prepared.green_s[after, approaches], asked.green_s[after, approaches]
    )


def test_a_start_of_another_city_is_refused(prepared: Prepared) -> None:
    other = CoupledState.blank(len(HOURS), 3, 3, 3)
    with pytest.raises(InputError, match="links, facilities, zones and slices"):
        solve_coupled(prepared, seed=1, start=other)


@pytest.mark.parametrize(("low", "high"), [(0, 2), (3, 2)])
def test_rounds_out_of_order_are_refused(prepared: Prepared, low: int, high: int) -> None:
    with pytest.raises(InputError, match="min_rounds <= max_rounds"):
        solve_coupled(prepared, seed=1, min_rounds=low, max_rounds=high)


def test_a_city_without_travellers_is_refused() -> None:
    with pytest.raises(InputError, match="needs travellers"):
        solve_coupled(prepare(infer_supply(grid_city()), HOURS), seed=1)
