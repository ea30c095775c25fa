"""What holds of every change of facts: rows stay, nothing else changes, opposites cancel."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citymove.facts import edit
from citymove.facts.car_parks import CarParkKind
from citymove.facts.city import City
from citymove.facts.travellers import Segment, Travellers
from citymove.foundation.daytime import Slices
from citymove.foundation.errors import InputError
from citymove.foundation.fingerprint import fingerprint
from citymove.foundation.provenance import Source
from citymove.foundation.terms import Purpose
from citymove.prepare.preparing import prepare
from citymove.scenario.intervention import Touches
from citymove.scenario.preview import ResolvedOption
from citymove.scenario.results import Text
from citymove.scenario.selectors import find_junctions, links_between, links_of_street
from citymove.scenario.step import Step, registry
from made_up import grid_city

CITY = grid_city()
GATEWAY_ROADS = Slices.hourly(6 * 3600, 8 * 3600)


def one_way_city() -> City:
    """Return the grid with row 2 one way, from west to east."""
    back = links_of_street(CITY, "Row 2")
    back = back[~CITY.roads.links.forward[back]]
    return edit.close_links(CITY, back)


def people(count: int, *, first: int = 0) -> Travellers:
    ids = np.arange(first, first + count)
    return Travellers(
        id=ids,
        segment=np.where(ids % 3 == 0, Segment.INCOMING, Segment.VISITOR),
        purpose=np.where(ids % 3 == 0, Purpose.WORK, Purpose.SHOPPING),
        origin=np.zeros(count),
        destination=np.ones(count),
        return_to=np.zeros(count),
        x_m=np.zeros(count),
        y_m=np.zeros(count),
        arrival_s=np.full(count, 8 * 3600),
        dwell_s=np.full(count, 3600),
        parks=np.ones(count),
        reserved=np.zeros(count),
        value_of_time_per_h=np.full(count, 15.0),
        patience_s=np.full(count, 900),
        external_s=np.zeros(count),
    )


def did(body: dict[str, Any], city: City = CITY) -> City:
    """Return the city after one step as a study writes it."""
    return Step.model_validate(body).intervention.apply(city)


EXAMPLES: tuple[dict[str, Any], ...] = (
    {"build_car_park": {"site": {"near": "Park 0"}, "spaces": 40, "kind": "surface",
                        "tariff": "free"}},
    {"resize_car_park": {"which": "Park 0", "spaces": 10}},
    {"price_car_park": {"which": "all", "tariff": [{"then": "9 EUR/h"}]}},
    {"price_kerb": {"where": "all", "tariff": [{"then": "9 EUR/h"}]}},
    {"close_street": {"street": "Row 2", "from": "Column 1", "to": "Column 3"}},
    {"set_speed": {"street": "all", "road_class": ["residential"], "speed": "20 km/h"}},
    {"set_lanes": {"street": "Row 1", "lanes": 2}},
    {"ban_turn": {"from": "Row 1", "into": "Column 2"}},
    {"retime": {"junctions": ["Row 1 / Column 2"], "when": ["07:00-09:00"],
                "choose": ["splits"]}},
    {"scale_demand": {"to": "80 %", "segment": ["incoming"]}},
)  # fmt: skip


def test_the_empty_option_changes_nothing() -> None:
    nothing = Text(en="nothing", zh="无")
    option = ResolvedOption(
        id="N", name=nothing, interventions=(), touches=Touches.of(), descriptions=()
    )
    assert fingerprint(option.apply(CITY)) == fingerprint(CITY)
    assert option.spaces_added(CITY) == 0


def test_the_examples_cover_every_intervention() -> None:
    assert {key for body in EXAMPLES for key in body} | {"reverse_street"} == set(registry())


@pytest.mark.parametrize("body", EXAMPLES, ids=lambda body: next(iter(body)))
def test_an_intervention_is_pure_and_changes_something(body: dict[str, Any]) -> None:
    city = replace(CITY, travellers=people(60))
    before = fingerprint(city)
    once, twice = did(body, city), did(body, city)
    assert fingerprint(city) == before
    assert fingerprint(once) == fingerprint(twice) != before


@pytest.mark.parametrize("body", EXAMPLES, ids=lambda body: next(iter(body)))
def test_an_intervention_tells_what_it_touches(body: dict[str, Any]) -> None:
    step = Step.model_validate(body).intervention
    touches, said = step.touches(CITY), step.describe(CITY)
    assert touches.writes
    assert said.en
    assert said.zh
    assert touches.x_m.size > 0 or "scale_demand" in body


def test_a_closed_street_keeps_its_rows_and_leaves_the_turn_graph() -> None:
    links = links_between(
        CITY,
        links_of_street(CITY, "Row 2"),
        start="Column 1",
        end="Column 3",
        both_ways=True,
    )
    closed = did(EXAMPLES[4])
    assert links.size == 4
    assert len(closed.roads.links) == len(CITY.roads.links)
    assert np.flatnonzero(~closed.roads.links.open).tolist() == links.tolist()
    (turns,) = prepare(closed, GATEWAY_ROADS).turns
    assert not np.isin(turns.to_link, links).any()
    assert np.all(turns.start[links + 1] == turns.start[links])


def test_a_part_of_a_street_may_be_one_direction() -> None:
    street = links_of_street(CITY, "Row 2")
    there = links_between(CITY, street, start="Column 1", end="Column 3", both_ways=False)
    back = links_between(CITY, street, start="Column 3", end="Column 1", both_ways=False)
    assert np.all(CITY.roads.links.forward[there])
    assert not np.any(CITY.roads.links.forward[back])
    assert there.size == back.size == 2


def test_a_street_turned_round_twice_is_as_it_was() -> None:
    city = one_way_city()
    body = {"reverse_street": {"street": "Row 2"}}
    once = did(body, city)
    twice = did(body, once)
    assert fingerprint(twice) == fingerprint(city)
    open_ = np.flatnonzero(once.roads.links.open & (once.roads.links.way_id == 1002))
    assert not once.roads.links.forward[open_].any()


def test_a_street_that_never_ran_the_other_way_gets_new_rows() -> None:
    city = CITY
    links = city.roads.links
    keep = ~((links.way_id == 1002) & ~links.forward)
    rows = np.flatnonzero(keep)
    starts = np.concatenate([[0], np.cumsum(np.full(rows.size, 2))])
    roads = replace(
        city.roads,
        links=links.take(rows),
        shape_start=starts,
        shape_x_m=city.roads.shape_x_m.reshape(-1, 2)[rows].ravel(),
        shape_y_m=city.roads.shape_y_m.reshape(-1, 2)[rows].ravel(),
    )
    city = replace(city, roads=roads)
    once = did({"reverse_street": {"street": "Row 2"}}, city)
    new, old = once.roads, city.roads
    count = len(old.links)
    assert len(new.links) == count + 4
    assert new.link_ids()[:count].tolist() == old.link_ids().tolist()
    turned = np.flatnonzero(~new.links.open)
    for row, twin in zip(turned, range(count, count + 4), strict=True):
        assert new.links.tail[twin] == old.links.head[row]
        shape = slice(new.shape_start[twin], new.shape_start[twin + 1])
        before = slice(old.shape_start[row], old.shape_start[row + 1])
        assert new.shape_x_m[shape].tolist() == old.shape_x_m[before][::-1].tolist()
    twice = did({"reverse_street": {"street": "Row 2"}}, once)
    again = twice.roads.links
    assert np.array_equal(again.open[:count], old.links.open)
    assert not again.open[count:].any()


def test_the_kerb_of_a_street_turned_round_stays_in_use() -> None:
    links = CITY.roads.links
    back = np.flatnonzero((links.way_id == 2001) & ~links.forward)
    city = edit.close_links(CITY, back)
    turned = did({"reverse_street": {"street": "Column 1"}}, city)

    def in_use(c: City) -> int:
        parking = prepare(c, GATEWAY_ROADS).parking
        return int(parking.spaces[parking.link >= 0].sum())

    assert in_use(turned) == in_use(city) == in_use(CITY)


def test_a_two_way_street_cannot_be_turned_round() -> None:
    with pytest.raises(InputError, match="no one-way street"):
        did({"reverse_street": {"street": "Row 2"}})
    with pytest.raises(InputError, match="both directions"):
        edit.reverse_links(CITY, links_of_street(CITY, "Row 2"))


@settings(max_examples=25, deadline=None)
@given(st.floats(0, 3), st.integers(0, 400))
def test_scaling_keeps_ids_unique_and_counts_near(factor: float, count: int) -> None:
    city = replace(CITY, travellers=people(count))
    scaled = edit.scale_travellers(city, np.ones(count, bool), factor).travellers
    assert scaled is not None
    assert np.unique(scaled.id).size == len(scaled)
    assert scaled.id.size == 0 or scaled.id.min() >= 0
    # five standard deviations of a binomial count
    assert abs(len(scaled) - factor * count) <= 2.5 * np.sqrt(count) + 1


def test_scaling_by_one_changes_nothing() -> None:
    city = replace(CITY, travellers=people(200))
    same = edit.scale_travellers(city, np.ones(200, bool), 1.0)
    assert fingerprint(same) == fingerprint(city)


@settings(max_examples=20, deadline=None)
@given(st.floats(0, 1), st.floats(0, 1))
def test_a_smaller_share_keeps_a_part_of_a_larger_one(a: float, b: float) -> None:
    city, every = replace(CITY, travellers=people(300)), np.ones(300, bool)
    low, high = sorted((a, b))
    small = edit.scale_travellers(city, every, low).travellers
    large = edit.scale_travellers(city, every, high).travellers
    assert small is not None
    assert large is not None
    assert set(small.id.tolist()) <= set(large.id.tolist())


def test_scaling_up_copies_whole_visits_of_the_chosen_alone() -> None:
    city = replace(CITY, travellers=people(90))
    after = did({"scale_demand": {"to": "200 %", "segment": ["incoming"]}}, city).travellers
    assert after is not None
    assert len(after) == 90 + 30
    assert np.sum(after.segment == Segment.INCOMING) == 60
    assert np.array_equal(after.id[:90], np.arange(90))


def test_scaling_keeps_tours_whole() -> None:
    from citymove.demand.traveller_ids import Group, traveller_ids

    index = np.arange(200)
    out = replace(people(200), id=traveller_ids(Group.TOUR, index))
    home = replace(
        people(200), id=traveller_ids(Group.HOME, index), purpose=np.full(200, Purpose.HOME)
    )
    home = replace(home, segment=out.segment)
    city = replace(CITY, travellers=out.append(home))
    after = did({"scale_demand": {"to": "60 %", "purpose": ["work"]}}, city).travellers
    assert after is not None
    kept = after.id & ((1 << 40) - 1)
    way_out = np.sort(kept[after.purpose != Purpose.HOME])
    assert way_out.tolist() == np.sort(kept[after.purpose == Purpose.HOME]).tolist()
    assert 133 < way_out.size < 200  # a third travels to work, 60 % of them stay


def test_new_facts_are_stated_and_priced() -> None:
    city = did(EXAMPLES[0])
    assert city.car_parks.id[-1].startswith("p")
    assert city.car_parks.spaces_source[-1] == Source.REPORTED
    assert city.car_parks.tariff[-1] == -1
    assert len(city.car_parks) == len(CITY.car_parks) + 1
    priced = did(EXAMPLES[2])
    row = int(priced.car_parks.tariff[0])
    assert priced.tariffs[row].bands[0].then_per_step == 9.0
    assert priced.kerb.tariff.tolist() == CITY.kerb.tariff.tolist()


def test_a_known_capacity_follows_the_lanes() -> None:
    links = CITY.roads.links
    known = np.full(len(links), np.nan)
    known[0] = 800.0
    city = replace(CITY, roads=CITY.roads.with_links(capacity_vph=known))
    row = links_of_street(city, city.roads.name_of(0))
    wide = edit.set_lanes(city, row, 2.0).roads.links
    assert wide.capacity_vph[0] == 1600.0
    assert np.isnan(wide.capacity_vph[1:]).all()


def test_a_negative_number_of_spaces_is_refused() -> None:
    for change in (
        lambda: edit.set_car_park_spaces(CITY, np.array([0]), -1),
        lambda: edit.add_car_park(
            CITY, park_id="p", name="", x_m=0, y_m=0, kind=CarParkKind.SURFACE, spaces=-1,
            tariff=None,
        ),
    ):  # fmt: skip
        with pytest.raises(InputError, match="must be >= 0"):
            change()


def test_junctions_are_found_by_streets_in_any_order_and_by_id() -> None:
    junctions, rows = find_junctions(CITY, ["Column 2 / Row 1", "row 1/column 3"])
    assert rows.size == 2
    _, again = find_junctions(CITY, [str(junctions.id[row]) for row in rows])
    assert again.tolist() == rows.tolist()
    with pytest.raises(InputError, match="names 3 signalised junctions"):
        find_junctions(CITY, ["Row 1"])
