"""What is derived from a city: conserved, stable between options, complete."""

from __future__ import annotations

import re
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citymove.facts.car_parks import Access
from citymove.facts.city import City
from citymove.facts.defaults import defaults_for
from citymove.facts.edit import reverse_links, twins
from citymove.facts.kerb import Kerb
from citymove.facts.roads import RoadClass
from citymove.facts.signal_plans import SignalPlan
from citymove.foundation.daytime import DAY_S, HOUR_S, Slices
from citymove.foundation.errors import InputError
from citymove.foundation.fingerprint import fingerprint
from citymove.foundation.provenance import Source
from citymove.prepare.greens import effective_greens
from citymove.prepare.prepared import FacilityKind, Prepared
from citymove.prepare.preparing import prepare
from citymove.prepare.reach import reach
from citymove.signals.delay import hcm_control_delay_s
from citymove.signals.presence import approaches_of
from citymove.signals.timing import retimed_plan, time_signals, timing_problem
from made_up import BLOCK_M, grid_city

SLICES = Slices.hourly(6 * HOUR_S, 9 * HOUR_S)


def closing(city: City, *links: int) -> City:
    is_open = city.roads.links.open.copy()
    is_open[list(links)] = False
    return replace(city, roads=city.roads.with_links(open=is_open))


def link_between(city: City, tail: int, head: int) -> int:
    links = city.roads.links
    return int(np.flatnonzero((links.tail == tail) & (links.head == head))[0])


def derived(prepared: Prepared) -> str:
    """Return a fingerprint of everything derived."""
    names = [f.name for f in fields(prepared) if f.name not in ("city", "slices")]
    return fingerprint(*(getattr(prepared, name) for name in names))


def test_the_same_city_gives_the_same_bytes() -> None:
    assert derived(prepare(grid_city(), SLICES)) == derived(prepare(grid_city(), SLICES))


# --- parking ---------------------------------------------------------------------------------


@settings(max_examples=30, deadline=None)
@given(
    spaces=st.lists(st.integers(0, 90), min_size=5, max_size=5),
    stretch=st.tuples(st.floats(0, 250), st.floats(10, 350)),
    side=st.sampled_from([1, -1]),
    closed=st.sets(st.integers(0, 61), max_size=6),
)
def test_no_space_is_lost(
    spaces: list[int], stretch: tuple[float, float], side: int, closed: set[int]
) -> None:
    city = grid_city()
    low, length = stretch
    kerb = replace(
        city.kerb,
        spaces=np.array(spaces),
        from_m=np.full(5, low),
        to_m=np.full(5, low + length),
        side=np.full(5, side),
    )
    city = closing(replace(city, kerb=kerb), *closed)
    parking = prepare(city, SLICES).parking
    for row, count in enumerate(spaces):
        mine = [i for i, name in enumerate(parking.id) if name.split("#")[0] == kerb.id[row]]
        assert parking.spaces[mine].sum() == count
    assert parking.spaces.sum() == sum(spaces) + city.car_parks.spaces.sum()
    assert not closed & set(parking.link.tolist())


def test_the_driving_side_says_which_direction_a_kerb_is_reached_in() -> None:
    city = grid_city()
    for drives_on, side, forward in (
        ("right", 1, True), ("right", -1, False), ("left", 1, False), ("left", -1, True)
    ):  # fmt: skip
        kerb = replace(city.kerb, side=np.full(5, side))
        parking = prepare(replace(city, kerb=kerb, drives_on=drives_on), SLICES).parking
        links = parking.link[parking.kind == FacilityKind.KERB]
        assert (city.roads.links.forward[links] == forward).all()


def test_a_one_way_street_serves_both_kerbs() -> None:
    """Take the backward links of a column off its way: its left kerb turns to the forward ones."""
    city = grid_city()
    links = city.roads.links
    gone = (links.way_id == 2001) & ~links.forward
    roads = city.roads.with_links(way_id=np.where(gone, 9999, links.way_id))
    kerb = replace(city.kerb, side=np.full(5, -1))
    parking = prepare(replace(city, roads=roads, kerb=kerb), SLICES).parking
    mine = np.char.startswith(parking.id, "k2001")
    assert links.forward[parking.link[mine]].all()
    assert not links.forward[parking.link[~mine & (parking.kind == FacilityKind.KERB)]].any()


def test_spaces_follow_the_covered_length() -> None:
    """A kerb from 150 to 450 m over blocks of 200 m: 50, 200 and 50 m."""
    city = grid_city()
    kerb = Kerb(
        id=["k"], way_id=[2001], from_m=[150.0], to_m=[450.0], side=[1], spaces=[24],
        spaces_source=[Source.TAGGED], spaces_spread=[0.0], tariff=[-1],
    )  # fmt: skip
    parking = prepare(replace(city, kerb=kerb), SLICES).parking
    assert parking.spaces[:3].tolist() == [4, 16, 4]
    assert parking.id[:3].tolist() == ["k#1", "k#2", "k#3"]
    np.testing.assert_allclose(parking.x_m[:3], BLOCK_M)
    np.testing.assert_allclose(parking.y_m[:3], [175, 300, 425])


def test_a_kerb_on_no_street_is_refused() -> None:
    city = grid_city()
    kerb = replace(city.kerb, way_id=np.full(5, 77))
    with pytest.raises(InputError, match="kerb k2000: way 77"):
        prepare(replace(city, kerb=kerb), SLICES)


def test_car_parks_take_the_side_that_they_lie_on() -> None:
    city = grid_city()  # 30 m east of a block's centre: nearest to the column east of it
    parking = prepare(city, SLICES).parking
    assert parking.id[-2:].tolist() == ["w900", "w901"]
    assert parking.link[-2] == link_between(city, 6, 1)  # southbound: its right is the west
    left = prepare(replace(city, drives_on="left"), SLICES).parking
    assert left.link[-2] == link_between(city, 1, 6)


def test_private_and_unknown_car_parks_are_no_public_supply() -> None:
    city = grid_city()
    private = replace(city.car_parks, access=np.array([Access.PRIVATE, Access.CUSTOMERS]))
    assert prepare(replace(city, car_parks=private), SLICES).parking.id[-1] == "w901"
    unknown = replace(city.car_parks, spaces=np.array([-1, 80]))
    prepared = prepare(replace(city, car_parks=unknown), SLICES)
    assert "w900" not in prepared.parking.id.tolist()
    assert "Car parks without known spaces, left out: 1." in map(str, prepared.notes)


# --- options ---------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(st.sets(st.integers(0, 61), min_size=1, max_size=5))
def test_closing_streets_changes_only_what_follows(closed: set[int]) -> None:
    city = grid_city()
    base, option = prepare(city, SLICES), prepare(closing(city, *closed), SLICES)
    for name in ("running_time_s", "capacity_vph", "cycle_s", "green_s", "junction_of_link"):
        np.testing.assert_array_equal(getattr(base, name), getattr(option, name))
    assert base.plans == option.plans
    for name in ("id", "kind", "spaces", "tariff", "x_m", "y_m"):
        np.testing.assert_array_equal(getattr(base.parking, name), getattr(option.parking, name))
    kerb = base.parking.kind == FacilityKind.KERB
    expected = base.parking.link.copy()
    other = twins(city.roads, np.arange(62))  # a street closed in one direction is a one-way one
    reached = reach(option.turns[0], option.city.roads.links.open).served
    expected[kerb] = np.where(reached[expected], expected, other[expected])[kerb]
    expected[kerb & ~reached[expected]] = -1
    np.testing.assert_array_equal(option.parking.link[kerb], expected[kerb])
    assert (option.parking.link[~kerb] >= 0).all()
    ends = option.connectors.centroid
    for centroid in range(city.centroid_count):
        assert option.connectors.leaves[ends == centroid].any()
        assert option.connectors.arrives[ends == centroid].any()


def test_a_street_turned_round_keeps_its_kerb() -> None:
    city = grid_city()
    links = city.roads.links
    backward = np.flatnonzero((links.way_id == 2001) & ~links.forward)
    one_way = closing(city, *backward)  # northbound only; its eastern kerb is on the right
    forward = np.flatnonzero((links.way_id == 2001) & links.forward)
    base = prepare(one_way, SLICES).parking
    option = prepare(reverse_links(one_way, forward), SLICES).parking
    mine = np.char.startswith(base.id, "k2001")
    assert base.link[mine].tolist() == forward.tolist()
    assert option.link[mine].tolist() == backward.tolist()
    np.testing.assert_array_equal(base.id, option.id)


def test_a_street_turned_round_with_new_links_keeps_its_rows() -> None:
    """The same where the other direction is no closed link but a new one, appended."""
    city = grid_city()
    links = city.roads.links
    gone = (links.way_id == 2001) & ~links.forward
    roads = city.roads.with_links(way_id=np.where(gone, 9999, links.way_id))
    base_city = closing(replace(city, roads=roads), *np.flatnonzero(gone))
    forward = np.flatnonzero((links.way_id == 2001) & links.forward)
    base, option = (prepare(c, SLICES) for c in (base_city, reverse_links(base_city, forward)))
    mine = np.char.startswith(base.parking.id, "k2001")
    assert option.parking.link[mine].tolist() == [62, 63, 64]
    for name in ("id", "kind", "spaces", "tariff", "x_m", "y_m"):
        np.testing.assert_array_equal(getattr(base.parking, name), getattr(option.parking, name))
    new = option.junction_of_link >= 0
    assert (option.green_s[:, new] > 0).all()


def test_the_empty_option_changes_nothing() -> None:
    city = grid_city()
    assert derived(prepare(closing(city), SLICES)) == derived(prepare(city, SLICES))


def test_a_zone_without_any_road_is_named() -> None:
    city = grid_city()
    zones = replace(city.zones, x_m=np.append(city.zones.x_m[:-1], 5000.0))
    with pytest.raises(InputError, match=re.escape(str(zones.id[-1]))):
        prepare(replace(city, zones=zones), SLICES)
    with pytest.raises(InputError, match="zone z0_0"):
        prepare(closing(city, *range(len(city.roads.links))), SLICES)


def test_zones_keep_off_motorways_and_tunnels() -> None:
    city = grid_city()
    links = city.roads.links
    row_1 = links.way_id == 1001
    for name, value in (("road_class", RoadClass.MOTORWAY), ("structure", 2)):
        column = np.where(row_1, value, getattr(links, name))
        made = prepare(replace(city, roads=city.roads.with_links(**{name: column})), SLICES)
        zone = made.connectors.centroid < len(city.zones)
        allowed = set(links.tail[~row_1].tolist())
        assert set(made.connectors.node[zone].tolist()) <= allowed


# --- capacity and signals --------------------------------------------------------------------


def test_capacities_by_the_planner_the_signal_and_the_class() -> None:
    city = grid_city()
    known = np.full(len(city.roads.links), np.nan)
    known[0] = 777.0
    source = np.full(len(city.roads.links), Source.MEASURED)
    roads = city.roads.with_links(
        capacity_vph=known, capacity_source=source, lanes=np.full(known.size, 2.0)
    )
    prepared = prepare(replace(city, roads=roads), SLICES)
    table = defaults_for("DE")
    signal = prepared.junction_of_link >= 0
    assert prepared.capacity_vph[0] == 777
    assert prepared.capacity_source[0] == Source.MEASURED
    assert (prepared.capacity_vph[signal] == 2 * table.saturation_flow_vph.value).all()
    plain = ~signal & (city.roads.links.road_class == RoadClass.RESIDENTIAL)
    per_lane = table.of_class(RoadClass.RESIDENTIAL).capacity_per_lane_vph.value
    assert (prepared.capacity_vph[plain] == 2 * per_lane).all()
    assert (prepared.capacity_source[1:] == Source.DEFAULT).all()


def test_every_approach_has_green() -> None:
    prepared = prepare(grid_city(), SLICES)
    signal = prepared.junction_of_link >= 0
    assert signal.sum() == 12
    assert (prepared.green_s[:, signal] > 0).all()
    assert (prepared.cycle_s[:, signal] == 90).all()
    assert (prepared.cycle_s[:, ~signal] == 0).all()
    assert prepared.notes[0].en == "Signalised junctions: 3."
    assert prepared.notes[1].en.startswith("Junctions without a known plan: 3;")


def known_plan(city: City, start_s: int, end_s: int, greens: tuple[float, float]) -> SignalPlan:
    """Return a plan of the first junction: the inferred stages with other greens."""
    base = prepare(city, SLICES).plans[0]
    stages = tuple(
        replace(stage, green_s=green) for stage, green in zip(base.stages, greens, strict=True)
    )
    return SignalPlan(base.junction, start_s, end_s, stages, 0.0, Source.MEASURED)


def test_plans_are_weighted_by_time_and_gaps_filled() -> None:
    city = grid_city()
    half_past = 6 * HOUR_S + HOUR_S // 2
    plan = known_plan(city, half_past, 8 * HOUR_S, (20.0, 80.0))  # cycle 110 s
    prepared = prepare(replace(city, signal_plans=(plan,)), SLICES)
    first = approaches_of(prepared.junctions, 0)
    main = [a for a in first if city.roads.links.way_id[a] < 2000]
    np.testing.assert_allclose(prepared.cycle_s[:, main], np.array([[100, 110, 90]] * 2).T)
    ratio = prepared.green_s[:, main] / prepared.cycle_s[:, main]
    expected = [(40 / 90 + 20 / 110) / 2, 20 / 110, 40 / 90]
    np.testing.assert_allclose(ratio, np.array([expected] * 2).T)
    assert [p.source for p in prepared.plans[:3]] == [
        Source.INFERRED, Source.MEASURED, Source.INFERRED
    ]  # fmt: skip
    assert prepared.notes[2].en.startswith("Junctions whose known plans leave hours open: 1;")


def test_a_plan_may_run_past_midnight() -> None:
    city = grid_city()
    night = known_plan(city, 22 * HOUR_S, 30 * HOUR_S, (10.0, 10.0))
    prepared = prepare(replace(city, signal_plans=(night,)), Slices.hourly(5 * HOUR_S, 31 * HOUR_S))
    approach = approaches_of(prepared.junctions, 0)[0]
    cycle_s = prepared.cycle_s[:, approach]
    hour = np.arange(5, 31) % 24
    np.testing.assert_array_equal(cycle_s, np.where((hour >= 22) | (hour < 6), 30, 90))


def test_given_plans_stand_in_for_the_citys() -> None:
    city = grid_city()
    plan = known_plan(city, 0, DAY_S, (20.0, 20.0))
    prepared = prepare(city, SLICES, plans=(plan,))
    assert prepared.plans[0] == plan
    assert prepared.notes[1].en.startswith("Junctions without a known plan: 2;")


def test_bad_plans_are_refused() -> None:
    city = grid_city()
    plan = known_plan(city, 0, DAY_S, (20.0, 20.0))
    with pytest.raises(InputError, match="did you mean 'j7'"):
        prepare(city, SLICES, plans=(replace(plan, junction="j77"),))
    with pytest.raises(InputError, match="overlap"):
        prepare(city, SLICES, plans=(plan, replace(plan, start_s=HOUR_S)))
    first, second = plan.stages
    ends = [[text.split("/")[1].split("-") for text in m] for m in first.movements]
    onward = next(i for i, (a, b) in enumerate(ends) if a != b[::-1])  # no U-turn
    wanting = first.movements[onward]
    kept = tuple(m for m in first.movements if m != wanting)
    short = replace(plan, stages=(replace(first, movements=kept), second))
    with pytest.raises(InputError, match=re.escape(f"movement {wanting[0]} -> {wanting[1]}")):
        prepare(city, SLICES, plans=(short,))


# --- a plan of the facts, timed anew ---------------------------------------------------------


def test_a_retimed_plan_goes_back_into_the_greens() -> None:
    prepared = prepare(grid_city(), SLICES)
    approaches = approaches_of(prepared.junctions, 0)
    roads, plan = prepared.city.roads, prepared.plans[0]
    problem = timing_problem(plan, approaches, roads.link_ids(), prepared.capacity_vph[approaches])
    assert problem.served.sum(axis=0).tolist() == [1, 1, 1, 1]
    along_row = roads.links.way_id[approaches] < 2000
    volume = np.where(along_row, 700.0, 200.0)
    timed = time_signals(problem, volume, cycle_low_s=40, cycle_high_s=120)
    new = retimed_plan(plan, timed, start_s=7 * HOUR_S, end_s=8 * HOUR_S)
    around = [
        replace(plan, end_s=7 * HOUR_S), new, replace(plan, start_s=8 * HOUR_S),
        *prepared.plans[1:],
    ]  # fmt: skip
    cycle_s, green_s = effective_greens(around, prepared.junctions, roads, SLICES)
    assert cycle_s[:, approaches[0]].tolist() == [90, timed.cycle_s, 90]
    delay_s = hcm_control_delay_s(
        volume, prepared.capacity_vph[approaches], cycle_s[1, approaches], green_s[1, approaches],
        period_h=1.0,
    )  # fmt: skip
    mean_s = float((delay_s * volume).sum() / volume.sum())
    assert mean_s == pytest.approx(timed.delay_after_s, rel=1e-12)
    assert mean_s < timed.delay_before_s


def test_greens_without_a_plan_or_a_stage_are_refused() -> None:
    prepared = prepare(grid_city(), SLICES)
    roads, junctions, plan = prepared.city.roads, prepared.junctions, prepared.plans[0]
    with pytest.raises(InputError, match="junction j7, 06:00-07:00"):
        effective_greens(prepared.plans[1:], junctions, roads, SLICES)
    half = replace(plan, stages=plan.stages[:1])
    with pytest.raises(InputError, match="junction j7: approach"):
        effective_greens((half, *prepared.plans[1:]), junctions, roads, SLICES)
