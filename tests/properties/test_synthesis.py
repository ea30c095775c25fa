"""Travellers of a made-up city: totals, shares, times, and what a larger total may change."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, kstest, norm, truncnorm

from citymove.demand.day_profile import arrival_times, dwell_times
from citymove.demand.generation import attraction, trip_ends
from citymove.demand.inversion import Choices, round_half_up
from citymove.demand.matrices import trip_matrices
from citymove.demand.setting import intrazonal_minutes
from citymove.demand.synthesis import synthesise
from citymove.demand.totals import car_totals
from citymove.demand.traveller_ids import Group, in_group
from citymove.facts.city import City
from citymove.facts.places import PlaceKind
from citymove.facts.travellers import Segment, Travellers
from citymove.facts.zones import zone_of
from citymove.formats.city_folder import read_city
from citymove.foundation.daytime import DAY_S, Slices
from citymove.foundation.errors import InputError, InputErrors
from citymove.foundation.terms import Purpose
from citymove.prepare.inferred_supply import infer_supply
from citymove.prepare.preparing import prepare
from citymove.traffic.free_flow import free_skim_min
from made_up import grid_city

SEED = 11


def travellers_of(city: City, seed: int = SEED, **options: object) -> Travellers:
    made = synthesise(city, seed=seed, **options).travellers  # type: ignore[arg-type]  # keywords of several types
    assert made is not None
    return made


def scaled(city: City, factor: float, *stems: str) -> City:
    keys = [key for key in city.assumptions if key.partition(".")[0] in stems]
    return city.with_assumptions({key: city.assumed(key) * factor for key in keys})


def rows_by_id(travellers: Travellers) -> dict[int, tuple[float, ...]]:
    columns = [getattr(travellers, name).tolist() for name in Travellers.column_names()]
    return {row[0]: row for row in zip(*columns, strict=True)}


def within(count: int, trials: int, share: float) -> bool:
    """Whether a count is one that a binomial yields but for one time in 100,000."""
    low, high = binom.interval(1 - 1e-5, trials, share)
    return bool(low <= count <= high)


CITY = grid_city(car_park_spaces=(600, 300))
BASE = travellers_of(CITY)
ZONES = len(CITY.zones)


def of_group(group: Group, travellers: Travellers = BASE) -> Travellers:
    return travellers.take(in_group(travellers.id, group))


# totals ---------------------------------------------------------------------------------------


def test_totals_are_the_stated_ones() -> None:
    incoming, visitors = of_group(Group.INCOMING), of_group(Group.VISITOR)
    assert len(incoming) == round_half_up((900 + 600) * 0.5 / 1.1)
    side = np.where(incoming.origin == ZONES, "west", "east")
    assert np.count_nonzero(side == "west") == round_half_up(900 * 0.5 / 1.1)
    assert len(visitors) == 500
    assert np.count_nonzero(visitors.origin == ZONES) == 300
    assert len(of_group(Group.THROUGH)) == round_half_up(0.1 * (1500 * 0.5 / 1.1 + 500))
    assert len(of_group(Group.TOUR)) == len(of_group(Group.HOME)) == round_half_up(800 * 0.8)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 5000), st.floats(0.0, 3.0))
def test_tours_are_the_total_and_spread_over_the_cars(cars: int, per_car: float) -> None:
    city = grid_city(3, 2, signals=()).with_assumptions(
        {"cars_owned": cars, "tours_per_car": per_car, "through_share": 0.0}
    )
    tours = of_group(Group.TOUR, travellers_of(city))
    assert abs(len(tours) - cars * per_car) <= 0.5 + 1e-6
    per = np.bincount((tours.id & (1 << 40) - 1) >> 4, minlength=max(cars, 1))
    assert set(np.unique(per)) <= {int(np.floor(per_car)), int(np.ceil(per_car)), 0}


def test_shares_lie_within_binomial_bounds() -> None:
    incoming, visitors, tours = (of_group(g) for g in (Group.INCOMING, Group.VISITOR, Group.TOUR))
    assert within(int(incoming.reserved.sum()), len(incoming), 0.5)
    assert not visitors.reserved.any()
    outgoing = tours.segment == Segment.OUTGOING
    assert within(int(outgoing.sum()), len(tours), 0.3)
    for purpose in Purpose:
        name = purpose.name.lower()
        for rows, stem in ((visitors, "visitor"), (tours, "resident")):
            share = CITY.assumptions.get(f"{stem}_purpose_share.{name}")
            count = np.count_nonzero(rows.purpose == purpose)
            assert within(count, len(rows), share.value if share else 0.0), (stem, name)
    homes = of_group(Group.HOME)
    assert within(int(homes.reserved.sum()), len(homes), 0.8)
    assert within(len(of_group(Group.OVERNIGHT)), 800, 0.2)


def test_trip_ends_sum_to_the_totals() -> None:
    ends = trip_ends(CITY, attraction(CITY), car_totals(CITY))
    assert (ends.residents.sum(), ends.jobs.sum(), ends.cars.sum()) == (2000, 1500, 800)
    np.testing.assert_allclose(ends.produced.sum(axis=2), ends.attracted.sum(axis=2), rtol=1e-12)
    assert ends.produced[Segment.INCOMING].sum() == pytest.approx(1500 * 0.5 / 1.1)
    assert ends.produced[Segment.RESIDENT].sum() == pytest.approx(800 * 0.8 * 0.7)


def test_attraction_follows_floor_area_and_kind() -> None:
    city = grid_city()
    kind = city.places.kind.copy()
    area = city.places.floor_area_m2.copy()
    kind[0], area[0] = PlaceKind.MIXED, 1000.0
    kind[1], area[1] = PlaceKind.HOSPITAL, 0.0  # a point of interest counts as 150 m2
    found = attraction(replace(city, places=replace(city.places, kind=kind, floor_area_m2=area)))
    share = found.place_share
    np.testing.assert_allclose(share.sum(axis=1), 1.0)
    dwelling = np.flatnonzero(kind == PlaceKind.DWELLING)[0]
    workplace = np.flatnonzero(kind == PlaceKind.WORKPLACE)[0]
    assert share[Purpose.HOME, 0] / share[Purpose.HOME, dwelling] == pytest.approx(700 / 3000)
    assert share[Purpose.WORK, 0] / share[Purpose.WORK, workplace] == pytest.approx(
        (300 + 35) / 2000
    )
    assert share[Purpose.WORK, dwelling] / share[Purpose.WORK, workplace] == pytest.approx(0.075)
    assert share[Purpose.WORK, 1] / share[Purpose.WORK, workplace] == pytest.approx(75 / 2000)
    assert share[Purpose.OUTPATIENT].tolist() == [0.0, 1.0] + [0.0] * (kind.size - 2)
    schools = np.flatnonzero(kind == PlaceKind.SCHOOL)
    assert share[Purpose.SCHOOL, schools].sum() == pytest.approx(1.0)
    assert [n.en for n in found.notes if n.key == "no_place_for_market"] == [
        "No place for market: shared out over the kinds shop."
    ]
    zone = np.bincount(found.place_zone, share[Purpose.WORK], minlength=len(city.zones))
    np.testing.assert_allclose(found.zone_share[Purpose.WORK], zone)


def test_destinations_match_the_attraction() -> None:
    """Drawn zones of commuters against the attraction that the balance must meet."""
    city = scaled(CITY, 20.0, "incoming_commuters")
    kind = np.where(np.arange(len(city.places)) < 20, city.places.kind, PlaceKind.OTHER)
    city = replace(city, places=replace(city.places, kind=kind))
    rows = of_group(Group.INCOMING, travellers_of(city))
    share = attraction(city).zone_share[Purpose.WORK]
    counts = np.bincount(rows.destination, minlength=ZONES)
    assert np.count_nonzero(share) == 5
    for zone in range(ZONES):
        assert within(int(counts[zone]), len(rows), float(share[zone])), zone


# rows -----------------------------------------------------------------------------------------


def test_arrays_are_valid() -> None:
    t = BASE
    assert np.unique(t.id).size == len(t)
    assert t.id.min() >= 0
    count = CITY.centroid_count
    for ends in (t.origin, t.destination):
        assert ends.min() >= 0
        assert ends.max() < count
    assert t.return_to.min() >= -1
    assert t.return_to.max() < count
    assert (t.dwell_s >= 0).all()
    assert ((t.dwell_s > 0) == t.parks).all()
    assert (t.patience_s > 0).all()
    assert (t.external_s >= 0).all()
    for values in (t.value_of_time_per_h, t.x_m, t.y_m):
        assert np.isfinite(values).all()
    assert (t.value_of_time_per_h > 0).all()
    assert set(np.unique(t.segment)) == set(Segment)


def test_who_parks_stands_at_a_place_of_his_zone() -> None:
    parks = BASE.take(BASE.parks)
    assert (parks.destination < ZONES).all()
    known = parks.take(~in_group(parks.id, Group.LONG_STAY))
    places = {(x, y) for x, y in zip(CITY.places.x_m, CITY.places.y_m, strict=True)}
    assert all((x, y) in places for x, y in zip(known.x_m, known.y_m, strict=True))
    np.testing.assert_array_equal(zone_of(CITY.zones, known.x_m, known.y_m), known.destination)
    kind_at = {
        (x, y): k
        for x, y, k in zip(CITY.places.x_m, CITY.places.y_m, CITY.places.kind, strict=True)
    }
    for purpose, kind in ((Purpose.SCHOOL, PlaceKind.SCHOOL), (Purpose.SHOPPING, PlaceKind.SHOP)):
        rows = known.take(known.purpose == purpose)
        assert len(rows) > 20
        assert {kind_at[x, y] for x, y in zip(rows.x_m, rows.y_m, strict=True)} == {kind}


def test_segments_are_what_they_say() -> None:
    for group in (Group.INCOMING, Group.VISITOR):
        rows = of_group(group)
        assert (rows.origin >= ZONES).all()
        # each side of the grid has one gateway: cars leave by the one they came by
        np.testing.assert_array_equal(rows.return_to, rows.origin)
        assert (rows.external_s > 0).all()
    through = of_group(Group.THROUGH)
    assert (through.origin >= ZONES).all()
    assert (through.destination >= ZONES).all()
    assert (through.origin != through.destination).all()
    assert not through.parks.any()
    tours = of_group(Group.TOUR)
    outgoing = tours.segment == Segment.OUTGOING
    np.testing.assert_array_equal(outgoing, tours.destination >= ZONES)
    np.testing.assert_array_equal(outgoing, ~tours.parks)
    assert (tours.return_to == -1).all()


def test_tours_come_home_where_they_began() -> None:
    out, home = of_group(Group.TOUR), of_group(Group.HOME)
    np.testing.assert_array_equal(out.id & (1 << 40) - 1, home.id & (1 << 40) - 1)
    np.testing.assert_array_equal(out.origin, home.destination)
    np.testing.assert_array_equal(out.destination, home.origin)  # one gateway a side
    np.testing.assert_array_equal(out.value_of_time_per_h, home.value_of_time_per_h)
    assert (home.purpose == Purpose.HOME).all()
    assert home.parks.all()
    inside = out.parks
    leaves = out.arrival_s + out.dwell_s
    assert (home.arrival_s[inside] >= leaves[inside]).all()
    assert (home.arrival_s[inside] - leaves[inside] < 600).all()  # minutes across the grid
    away = home.arrival_s[~inside] - out.arrival_s[~inside]
    assert (away > 2 * out.external_s[~inside]).all()


def test_a_cars_day_is_a_circle_without_overlap() -> None:
    city = CITY.with_assumptions({"tours_per_car": 2.4, "private_share_residents": 0.5})
    made = travellers_of(city)
    out, home = of_group(Group.TOUR, made), of_group(Group.HOME, made)
    night = of_group(Group.OVERNIGHT, made)
    drive_s = home.arrival_s - out.arrival_s  # from arrival there to arrival at home
    car = (out.id & (1 << 40) - 1) >> 4
    leaves_night = dict(
        zip(
            (night.id & (1 << 40) - 1).tolist(),
            (night.arrival_s + night.dwell_s).tolist(),
            strict=True,
        )
    )
    assert (drive_s > 0).all()
    for one in np.unique(car):
        rows = np.flatnonzero(car == one)
        rows = rows[np.argsort(out.arrival_s[rows], kind="stable")]
        # at home until the next departure, which lies before the next arrival
        until = home.arrival_s[rows] + home.dwell_s[rows]
        assert (until[:-1] <= out.arrival_s[rows][1:]).all()
        assert (until[:-1] >= home.arrival_s[rows][:-1] + 600).all()
        if one in leaves_night:
            assert leaves_night[one] <= out.arrival_s[rows[0]]
            if until[-1] > home.arrival_s[rows[-1]] + 60:
                assert until[-1] == leaves_night[one] + DAY_S


def test_overnight_rows() -> None:
    night, home = of_group(Group.OVERNIGHT), of_group(Group.HOME)
    assert (night.arrival_s == -1).all()
    assert (night.purpose == Purpose.HOME).all()
    assert night.parks.all()
    assert not night.reserved.any()
    touring = {
        int(i) >> 4: bool(r) for i, r in zip(home.id & (1 << 40) - 1, home.reserved, strict=True)
    }
    cars = set((night.id & (1 << 40) - 1).tolist())
    # with a private space at home: no row for the night; without: one for each car
    assert not cars & {car for car, reserved in touring.items() if reserved}
    assert {car for car, reserved in touring.items() if not reserved} <= cars
    resting = [k for k, car in enumerate(night.id & (1 << 40) - 1) if int(car) not in touring]
    assert resting
    assert set((night.dwell_s[resting] + night.arrival_s[resting]).tolist()) == {DAY_S}


def test_public_spaces_are_filled_to_the_stated_share() -> None:
    standing = BASE.take((BASE.arrival_s < 0) & (BASE.arrival_s + BASE.dwell_s > 6 * 3600))
    assert len(standing) == round_half_up(0.4 * (900 + 120))
    long_stay = of_group(Group.LONG_STAY)
    assert len(long_stay) > 0
    in_parks = np.isin(long_stay.x_m, CITY.car_parks.x_m) & np.isin(
        long_stay.y_m, CITY.car_parks.y_m
    )
    assert within(int(in_parks.sum()), len(long_stay), 900 / 1020)
    # the kerb lies along the column streets, one stretch per block
    assert set((long_stay.x_m[~in_parks] % 200).tolist()) == {0.0}
    assert set((long_stay.y_m[~in_parks] % 200).tolist()) == {100.0}
    few = travellers_of(CITY.with_assumptions({"occupancy_0600": 0.0}))
    assert len(of_group(Group.LONG_STAY, few)) == 0


# times ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("mean_h", "sd_h"), [(8.4, 0.8), (1.0, 3.0), (23.5, 4.0)])
def test_arrivals_follow_the_truncated_normal(mean_h: float, sd_h: float) -> None:
    city = CITY.with_assumptions({"arrival_mean_h.work": mean_h, "arrival_sd_h.work": sd_h})
    ids = np.arange(20_000)
    times = arrival_times(city, np.zeros(ids.size, np.int8), ids, seed=5)
    assert times.min() >= 0
    assert times.max() < DAY_S
    cut = truncnorm(-mean_h / sd_h, (24 - mean_h) / sd_h, loc=mean_h, scale=sd_h)
    assert kstest((times + 0.5) / 3600, cut.cdf).pvalue > 1e-4


def test_stays_follow_the_lognormal() -> None:
    ids = np.arange(20_000)
    stay_s = dwell_times(CITY, np.full(ids.size, Purpose.SHOPPING, np.int8), ids, seed=5)
    inside = (stay_s > 60) & (stay_s < DAY_S)
    assert inside.mean() > 0.999
    normal = np.log(stay_s[inside] / 3600.0) / 0.6
    assert kstest(normal, norm.cdf).pvalue > 1e-4


def test_arrivals_of_commuters_have_their_mean() -> None:
    hours = of_group(Group.INCOMING).arrival_s / 3600
    assert hours.mean() == pytest.approx(8.4, abs=5 * 0.8 / np.sqrt(hours.size))
    minutes = of_group(Group.INCOMING).external_s / 60
    low = (minutes < 22).mean()  # between the medians of 12 and 40 min
    share = 0.3 * norm.cdf(np.log(22 / 12) / 0.4) + 0.7 * norm.cdf(np.log(22 / 40) / 0.4)
    assert within(round(low * minutes.size), minutes.size, share)


# determinism and growth -----------------------------------------------------------------------


def test_the_same_seed_gives_the_same_bytes() -> None:
    again, other = travellers_of(CITY), travellers_of(CITY, seed=SEED + 1)
    for spec in fields(Travellers):
        assert getattr(again, spec.name).tobytes() == getattr(BASE, spec.name).tobytes()
    assert (other.arrival_s[:600] != BASE.arrival_s[:600]).mean() > 0.9


def test_more_commuters_leave_all_others_as_they_were() -> None:
    """Ten per cent more from every side; through and parked cars follow their own totals."""
    before = rows_by_id(BASE)
    after = rows_by_id(travellers_of(scaled(CITY, 1.1, "incoming_commuters")))
    assert len(after) > len(before)
    assert before.keys() <= after.keys()
    changed = [key for key, row in before.items() if after[key] != row]
    # proportions of sides, which through cars and residents draw by, shift a little
    moved = in_group(np.array(changed, np.int64), Group.THROUGH) | in_group(
        np.array(changed, np.int64), Group.TOUR
    )
    moved |= in_group(np.array(changed, np.int64), Group.HOME)
    moved |= in_group(np.array(changed, np.int64), Group.OVERNIGHT)
    assert moved.all()
    assert len(changed) < 0.02 * len(before)
    commuters = of_group(Group.INCOMING).id.tolist()
    assert all(after[key] == before[key] for key in commuters)


@pytest.mark.parametrize("stem", ["visitor_cars", "cars_owned", "through_share"])
def test_growth_adds_ids_at_the_end(stem: str) -> None:
    before = rows_by_id(BASE)
    after = rows_by_id(travellers_of(scaled(CITY, 1.25, stem)))
    long_stay = {k for k in before if in_group(np.array([k]), Group.LONG_STAY)[0]}
    assert before.keys() - after.keys() <= long_stay  # more residents at night: fewer of these
    same = [k for k in before.keys() & after.keys() if before[k] == after[k]]
    assert len(same) > 0.98 * len(before.keys() & after.keys())
    if stem != "visitor_cars":  # which shifts the proportions of the sides
        assert len(same) == len(before.keys() & after.keys())


# skims, given matrices, faults ----------------------------------------------------------------


def test_a_skim_moves_trips() -> None:
    count = CITY.centroid_count
    skim = np.full((count, count), 5.0)
    skim[:, 0] = skim[0, :] = 60.0
    np.fill_diagonal(skim, 0.0)
    made = synthesise(CITY, seed=SEED, skim_min=skim)
    assert not [note for note in made.reading.notes if "straight lines" in note.en]
    straight = of_group(Group.TOUR)
    far = of_group(Group.TOUR, travellers_of(CITY, skim_min=skim))
    from_zone_0 = far.take((far.origin == 0) & far.parks)
    # zone 0 keeps to itself: no other zone lies within an hour
    assert (from_zone_0.destination == 0).mean() > 0.5
    assert (straight.take((straight.origin == 0) & straight.parks).destination == 0).mean() < 0.4


def test_time_inside_a_zone_is_half_the_way_to_the_next() -> None:
    minutes = np.array([[0.0, 4.0, 6.0], [5.0, 0.0, 2.0], [1.0, np.inf, 0.0]])
    assert intrazonal_minutes(minutes, 2).tolist() == [2.0, 2.5, 0.0]
    assert intrazonal_minutes(np.zeros((1, 1)), 1).tolist() == [0.0]
    alone = np.array([[0.0, np.inf], [3.0, 0.0]])
    assert intrazonal_minutes(alone, 2).tolist() == [np.inf, 1.5]


def test_a_given_matrix_is_met_cell_by_cell() -> None:
    count = CITY.centroid_count
    trips = np.zeros((count, count))
    west, east = ZONES, ZONES + 1
    trips[west, 3], trips[east, 5], trips[west, east], trips[east, east] = 40, 7, 9, 5
    trips[2, 8], trips[2, west], trips[4, 4] = 30, 11, 2
    made = synthesise(CITY, seed=SEED, given=trips)
    t = made.travellers
    assert t is not None
    noted = [n.en for n in made.reading.notes if n.key == "given_trips_turned_back"]
    assert noted == ["Given matrix: 5 trips from a gateway to itself left out."]
    found = np.zeros((count, count))
    out = ~in_group(t.id, Group.HOME) & (t.arrival_s >= 0)
    np.add.at(found, (t.origin[out], t.destination[out]), 1)
    trips[east, east] = 0
    np.testing.assert_array_equal(found, trips)
    assert set(t.segment[out & (t.origin == west) & (t.destination == 3)]) == {
        Segment.INCOMING,
        Segment.VISITOR,
    }
    assert (t.segment[out & (t.origin == 2) & (t.destination == west)] == Segment.OUTGOING).all()
    homes = t.take(in_group(t.id, Group.HOME))
    assert len(homes) == 43
    assert within(len(of_group(Group.OVERNIGHT, t)), 800, 0.2)
    assert np.unique(t.id).size == len(t)


def test_a_given_matrix_of_fractions_keeps_its_sum_and_its_ids() -> None:
    count = CITY.centroid_count
    trips = np.random.default_rng(2).random((count, count)) * 4
    trips[ZONES:, ZONES:] = 0
    before = travellers_of(CITY, given=trips)
    out = ~in_group(before.id, Group.HOME) & (before.arrival_s >= 0)
    assert np.count_nonzero(out) == round_half_up(float(trips.sum()))
    cells = np.zeros((count, count))
    np.add.at(cells, (before.origin[out], before.destination[out]), 1)
    assert np.abs(cells - trips).max() < 1
    more = trips.copy()
    more[ZONES, 2] += 25.0
    after = rows_by_id(travellers_of(CITY, given=more))
    old = rows_by_id(before.take(in_group(before.id, Group.GIVEN)))
    assert all(after[key] == row for key, row in old.items())


def test_purposes_of_a_given_matrix_are_served_by_the_zone() -> None:
    kind = np.where(
        zone_of(CITY.zones, CITY.places.x_m, CITY.places.y_m) == 1,
        PlaceKind.SCHOOL,
        CITY.places.kind,
    )
    city = replace(CITY, places=replace(CITY.places, kind=kind))
    trips = np.zeros((CITY.centroid_count,) * 2)
    trips[ZONES, 1] = 400
    rows = of_group(Group.GIVEN, travellers_of(city, given=trips))
    # the school employs people too; outpatients go where people work, for want of a hospital
    share = attraction(city).zone_share[:, 1]
    weight = {
        Purpose.WORK: 900 * 0.5 / 1.1 * share[Purpose.WORK],
        Purpose.SCHOOL: 300 * 0.1 * share[Purpose.SCHOOL],
        Purpose.OUTPATIENT: 300 * 0.1 * share[Purpose.OUTPATIENT],
    }
    assert set(rows.purpose.tolist()) == set(weight)
    for purpose, one in weight.items():
        count = int(np.count_nonzero(rows.purpose == purpose))
        assert within(count, 400, one / sum(weight.values()))


def test_wrong_given_matrices_are_refused() -> None:
    count = CITY.centroid_count
    for bad, match in (
        (np.zeros((2, 2)), "one row and one column"),
        (np.full((count, count), np.nan), "finite"),
        (-np.ones((count, count)), "finite"),
    ):
        with pytest.raises(InputError, match=match):
            synthesise(CITY, seed=1, given=bad)
    skim = np.full((count, count), 5.0)
    skim[0, 1] = np.inf
    with pytest.raises(
        InputErrors, match="z0_0 to z1_0: 1 trips: no way leads there, or none back"
    ):
        synthesise(CITY, seed=1, given=np.ones((count, count)), skim_min=skim)


def test_a_zone_that_reaches_nothing_is_named() -> None:
    count = CITY.centroid_count
    skim = np.full((count, count), 5.0)
    np.fill_diagonal(skim, 0.0)
    skim[4, :] = np.inf
    with pytest.raises(InputErrors, match=r"origin z0_1 .*reaches no place") as caught:
        synthesise(CITY, seed=1, skim_min=skim)
    assert caught.value.exit_code == 2
    skim[4, :ZONES] = 5.0  # now it reaches zones, and no gateway
    with pytest.raises(InputErrors, match="z0_1: has no gateway by which cars could leave"):
        synthesise(CITY, seed=1, skim_min=skim)


def test_a_skim_of_the_wrong_size_or_with_nan_is_refused() -> None:
    with pytest.raises(InputError, match="centroids"):
        synthesise(CITY, seed=1, skim_min=np.zeros((2, 2)))
    with pytest.raises(InputError, match="skim_min"):
        synthesise(CITY, seed=1, skim_min=np.full((CITY.centroid_count,) * 2, np.nan))


def test_missing_and_strange_assumptions_are_named() -> None:
    lacking = {k: v for k, v in CITY.assumptions.items() if k != "near_share.west"}
    with pytest.raises(InputError, match=r"near_share\.west"):
        synthesise(replace(CITY, assumptions=lacking), seed=1)
    strange = {**CITY.assumptions, "visitor_cars.wst": CITY.assumptions["visitor_cars.west"]}
    with pytest.raises(InputErrors, match="did you mean 'west'"):
        synthesise(replace(CITY, assumptions=strange), seed=1)


def test_shares_that_leave_one_are_taken_in_proportion_and_noted() -> None:
    made = synthesise(CITY.with_assumptions({"visitor_purpose_share.visit": 0.6}), seed=1)
    noted = [n.en for n in made.reading.notes if n.key == "visitor_purpose_share_scaled"]
    assert len(noted) == 1
    assert "sum to 1.3" in noted[0]
    t = made.travellers
    assert t is not None
    visitors = of_group(Group.VISITOR, t)
    count = int(np.count_nonzero(visitors.purpose == Purpose.VISIT))
    assert within(count, len(visitors), 0.6 / 1.3)


def test_a_side_without_a_way_in_is_refused_and_one_without_a_way_out_noted() -> None:
    gateways = CITY.gateways
    with pytest.raises(InputErrors, match="side east"):
        synthesise(replace(CITY, gateways=replace(gateways, inbound_weight=[800.0, 0.0])), seed=1)
    shut = replace(CITY, gateways=replace(gateways, outbound_weight=[800.0, 0.0]))
    closed = replace(CITY, gateways=replace(gateways, outbound_weight=[0.0, 0.0]))
    with pytest.raises(InputErrors, match="z0_0: has no gateway by which cars could leave"):
        synthesise(closed, seed=1)
    made = synthesise(shut, seed=1)
    assert any("Side east: no road leads out" in note.en for note in made.reading.notes)
    assert made.travellers is not None
    back = made.travellers.return_to
    assert set(np.unique(back)) == {-1, ZONES}


def legs_of(travellers: Travellers) -> tuple[np.ndarray, np.ndarray]:
    """Return origins and destinations of all legs, ways back included."""
    there, back = travellers.arrival_s >= 0, travellers.return_to >= 0
    return (
        np.concatenate([travellers.origin[there], travellers.destination[back]]),
        np.concatenate([travellers.destination[there], travellers.return_to[back]]),
    )


def test_one_way_gateways_are_taken_their_way() -> None:
    """Each side has a gateway that leads in and one that leads out, as at a dual carriageway."""
    g = CITY.gateways
    gateways = replace(
        g.take([0, 0, 1, 1]),
        id=["west in", "west out", "east in", "east out"],
        inbound_weight=[800.0, 0.0, 800.0, 0.0],
        outbound_weight=[0.0, 800.0, 0.0, 800.0],
    )
    city = replace(CITY, gateways=gateways)
    skim = np.full((city.centroid_count,) * 2, 5.0)
    leads_in, leads_out = ZONES + np.array([0, 2]), ZONES + np.array([1, 3])
    skim[leads_out], skim[:, leads_in] = np.inf, np.inf
    np.fill_diagonal(skim, 0.0)
    t = travellers_of(city, skim_min=skim)
    origin, destination = legs_of(t)
    assert np.isfinite(skim[origin, destination]).all()
    assert set(np.unique(origin[origin >= ZONES])) == set(leads_in)
    assert set(np.unique(destination[destination >= ZONES])) == set(leads_out)
    for group in (Group.INCOMING, Group.VISITOR):  # out by the side that they came from
        rows = of_group(group, t)
        np.testing.assert_array_equal(rows.return_to, rows.origin + 1)
    out, home = of_group(Group.TOUR, t), of_group(Group.HOME, t)
    outgoing = ~out.parks
    np.testing.assert_array_equal(home.origin[outgoing] + 1, out.destination[outgoing])


def test_the_bundled_city() -> None:
    """Totals, ways and occupancy of a real city; a synthesis takes a fraction of a second."""
    folder = Path(__file__).resolve().parents[2] / "seeds" / "monaco"
    base = infer_supply(read_city(folder))
    skim = free_skim_min(prepare(base, Slices.hourly(6 * 3600, 12 * 3600)))
    began = perf_counter()
    city = synthesise(base, seed=1, skim_min=skim)
    assert perf_counter() - began < 2.0
    t = city.travellers
    assert t is not None
    totals = car_totals(base)
    counts = np.bincount(t.segment, minlength=len(Segment))
    assert counts[Segment.INCOMING] == round_half_up(float(totals.commuter_cars.sum()))
    assert counts[Segment.VISITOR] == round_half_up(float(totals.visitor_cars.sum()))
    assert counts[Segment.THROUGH] == round_half_up(totals.through_cars)
    assert np.unique(t.id).size == len(t)
    origin, destination = legs_of(t)
    assert np.isfinite(skim[origin, destination][origin != destination]).all()
    public = t.parks & ~t.reserved
    at_six = public & (t.arrival_s < 0) & (t.arrival_s + t.dwell_s > 6 * 3600)
    spaces = base.car_parks.spaces[base.car_parks.spaces > 0].sum() + base.kerb.spaces.sum()
    assert np.count_nonzero(at_six) / spaces >= base.assumed("occupancy_0600") * 0.97
    trips = trip_matrices(t, Slices.hourly(0, DAY_S), city.centroid_count)
    inbound = trips[:, :, len(city.zones) :, : len(city.zones)].sum(axis=(0, 2, 3))
    # no hour asks more of the gateways than their lanes could carry
    assert 6 <= int(inbound.argmax()) <= 9
    assert inbound.max() < base.gateways.inbound_weight.sum()


def test_a_city_without_travellers_of_a_kind_still_has_the_others() -> None:
    none = dict.fromkeys(
        ("incoming_commuters.west", "incoming_commuters.east", "visitor_cars.west"), 0.0
    )
    city = CITY.with_assumptions({**none, "visitor_cars.east": 0.0, "cars_owned": 100})
    made = travellers_of(city)
    assert set(np.unique(made.segment)) == {Segment.RESIDENT, Segment.OUTGOING}
    empty = CITY.with_assumptions({"cars_owned": 0, "occupancy_0600": 0.0})
    assert set(np.unique(travellers_of(empty).segment)) == {
        Segment.INCOMING,
        Segment.VISITOR,
        Segment.THROUGH,
    }


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.integers(1, 9))
def test_drawn_columns_have_weight(seed: int, rows: int, columns: int) -> None:
    rng = np.random.default_rng(seed)
    weights = rng.random((rows, columns)) * (rng.random((rows, columns)) < 0.6)
    row = rng.integers(0, rows, 200)
    number = np.where(rng.random(200) < 0.1, 1 - 2.0**-54, rng.random(200))
    found = Choices.of_weights(weights).draw(row, number)
    empty = weights.sum(axis=1)[row] == 0
    np.testing.assert_array_equal(found == -1, empty)
    assert (weights[row[~empty], found[~empty]] > 0).all()
