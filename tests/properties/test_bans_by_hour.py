"""What holds in which hours: shares of windows, signal plans, tables of bans, speeds set."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citymove.appraisal.indicators import delay_index
from citymove.facts.city import City
from citymove.facts.edit import set_speed
from citymove.facts.roads import PathBans, TimedSpeeds
from citymove.facts.signal_plans import SignalPlan
from citymove.foundation.daytime import DAY_S, HOUR_S, Slices
from citymove.foundation.errors import InputError
from citymove.foundation.provenance import Source
from citymove.prepare.in_force import held_share
from citymove.prepare.plans import plans_in_force
from citymove.prepare.prepared import Prepared
from citymove.prepare.preparing import prepare
from citymove.prepare.turn_graph import turn_graphs
from citymove.signals.presence import signal_junctions
from made_up import grid_city, grid_roads
from path_memory import path_bans_of

HOURS = st.tuples(st.integers(0, 47), st.integers(1, 48)).filter(lambda h: h[0] < h[1])


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.tuples(st.integers(0, 3), HOURS), max_size=8),
    window=st.tuples(st.integers(0, 80), st.integers(1, 60)),
)
def test_shares_are_those_of_half_hours_counted(
    rows: list[tuple[int, tuple[int, int]]], window: tuple[int, int]
) -> None:
    """Of half hours, within a day or past midnight, that some row of the thing covers."""
    first, length = window
    thing = np.array([t for t, _ in rows], int)
    start_s, end_s = np.array([h for _, h in rows], int).reshape(-1, 2).T * 1800
    found = held_share(thing, start_s, end_s, (first * 1800, (first + length) * 1800), 4)
    for t in range(4):
        hours = [h for k, h in rows if k == t]
        covered = sum(any(a <= m % 48 < b for a, b in hours) for m in range(first, first + length))
        assert found[t] == pytest.approx(covered / length, rel=1e-12)


def test_hours_over_midnight_are_one_ban() -> None:
    """Neither row covers half of the slice from 23:00 to 02:00 of the next day, both do."""
    roads = grid_roads(3, 3, bans=((0, 1, 2), (0, 1, 2)))
    bans = replace(roads.turn_bans, start_s=[84_600, 0], end_s=[DAY_S, 3_600])
    roads = replace(roads, turn_bans=bans)
    graphs, of_window = turn_graphs(
        roads, [(82_800, DAY_S + 7_200 - 1_800), (82_800, DAY_S + 7_201), (0, 7_200), (0, 7_201)]
    )
    assert of_window.tolist() == [0, 1, 0, 1]
    assert graphs[1].to_state.size == graphs[0].to_state.size + 1


def test_tables_of_path_bans_keep_their_links() -> None:
    bans = path_bans_of([(0, 1, 2), (5, 6, 7, 8), (9, 8, 7)])
    assert [bans.sequence(row).tolist() for row in range(3)] == [[0, 1, 2], [5, 6, 7, 8], [9, 8, 7]]
    assert bans.take([1]).sequence(0).tolist() == [5, 6, 7, 8]
    assert bans.take(np.array([True, False, True])).sequence(1).tolist() == [9, 8, 7]
    joined = bans.take([2]).append(bans)
    assert [len(joined.sequence(row)) for row in range(4)] == [3, 3, 4, 3]
    assert joined.relation_id.tolist() == [2, 0, 1, 2]
    assert len(PathBans.empty().append(PathBans.empty())) == 0


# --- signals ---------------------------------------------------------------------------------


def city_with_a_timed_ban(start_s: int, end_s: int) -> tuple[City, tuple[str, str]]:
    """Return a city that bans a turn at a signal in these hours, and the turn's links by name."""
    city = grid_city(bans=((5, 6, 11),))
    bans = replace(city.roads.turn_bans, start_s=[start_s], end_s=[end_s])
    city = replace(city, roads=replace(city.roads, turn_bans=bans))
    ids = city.roads.link_ids()
    return city, (str(ids[bans.from_link[0]]), str(ids[bans.to_link[0]]))


def movements(plans: tuple[SignalPlan, ...], junction: str) -> set[tuple[str, str]]:
    return {
        movement
        for plan in plans
        if plan.junction == junction
        for stage in plan.stages
        for movement in stage.movements
    }


@pytest.mark.parametrize(("end_s", "served"), [(9 * HOUR_S, True), (DAY_S, False)])
def test_an_inferred_plan_serves_what_some_hour_permits(end_s: int, served: bool) -> None:
    city, turn = city_with_a_timed_ban(0, end_s)
    roads = city.roads
    plans = plans_in_force(roads, signal_junctions(roads), (), roads.link_ids()).plans
    assert any(turn in movements(plans, plan.junction) for plan in plans) == served


def test_a_known_plan_needs_no_green_for_what_its_hours_ban() -> None:
    city, turn = city_with_a_timed_ban(7 * HOUR_S, 9 * HOUR_S)
    slices = Slices.hourly(6 * HOUR_S, 10 * HOUR_S)
    inferred = prepare(city, slices).plans
    (whole,) = [plan for plan in inferred if turn in movements((plan,), plan.junction)]
    stages = tuple(
        replace(stage, movements=tuple(m for m in stage.movements if m != turn))
        for stage in whole.stages
    )
    peak = replace(
        whole, stages=stages, start_s=7 * HOUR_S, end_s=9 * HOUR_S, source=Source.MEASURED
    )
    prepared = prepare(city, slices, plans=(peak,))
    assert turn not in movements(tuple(p for p in prepared.plans if p == peak), peak.junction)
    assert turn in movements(prepared.plans, peak.junction)  # at the other hours
    longer = replace(peak, end_s=12 * HOUR_S)
    with pytest.raises(InputError, match="must have green in a stage"):
        prepare(city, slices, plans=(longer,))


# --- speeds ----------------------------------------------------------------------------------


def with_limits(city: City) -> City:
    limits = TimedSpeeds(
        link=[3, 4], start_s=[7 * HOUR_S] * 2, end_s=[9 * HOUR_S] * 2, speed_mps=[5.0, 5.0]
    )
    return replace(city, roads=replace(city.roads, timed_speeds=limits))


def solved(prepared: Prepared, time_s: np.ndarray) -> SimpleNamespace:
    """Return what `delay_index` reads of a result: one car on every link in every slice."""
    return SimpleNamespace(
        prepared=prepared,
        link_veh=np.ones_like(time_s),
        equilibrium=SimpleNamespace(link_time=time_s),
    )


def test_delay_is_counted_from_the_free_speed_of_the_slice() -> None:
    prepared = prepare(with_limits(grid_city()), Slices.hourly(6 * HOUR_S, 10 * HOUR_S))
    time_s = prepared.running_time_s * np.array([1.0, 1.5, 1.5, 2.0])[:, None]
    assert delay_index(solved(prepared, time_s)) == pytest.approx(1.5)
    peak = delay_index(solved(prepared, time_s), np.array([3]), peak=True)
    assert peak == pytest.approx(5 / 3)


def test_a_speed_that_is_set_holds_at_all_hours() -> None:
    city = set_speed(with_limits(grid_city()), np.array([3]), 8.0)
    time_s = prepare(city, Slices.hourly(6 * HOUR_S, 10 * HOUR_S)).running_time_s
    np.testing.assert_allclose(time_s[:, 3], 200 / 8)
    np.testing.assert_allclose(time_s[1:3, 4], 200 / 5)
