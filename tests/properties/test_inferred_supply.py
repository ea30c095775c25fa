"""Spaces shared out: totals are kept exactly, known values stay, nothing exceeds the kerb."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citymove.facts.car_parks import Access, CarParkKind
from citymove.facts.city import City
from citymove.facts.kerb import LEFT, RIGHT, Kerb
from citymove.facts.roads import RoadClass, Structure
from citymove.foundation.errors import InputError
from citymove.foundation.provenance import Source, Sourced
from citymove.prepare.inferred_supply import SPACE_M, infer_supply
from citymove.prepare.share_out import share_out
from made_up import grid_city


def with_total(city: City, **totals: float) -> City:
    values = {
        key: Sourced.with_spread(value, Source.REPORTED, 0.1) for key, value in totals.items()
    }
    return replace(city, assumptions={**city.assumptions, **values})


def bare_city(*spaces: int, columns: int = 6, rows: int = 5, **totals: float) -> City:
    """A grid with unknown car parks, no stated kerb, and the kerb's tariff in row 1."""
    city = grid_city(columns, rows, car_park_spaces=spaces)
    return with_total(replace(city, kerb=Kerb.empty(), kerb_tariff=1), **totals)


@given(
    total=st.integers(0, 2000),
    weights=st.lists(st.sampled_from([0.0, 0.3, 1.0, 5.0, 170.2]), min_size=1, max_size=12),
    data=st.data(),
)
@settings(max_examples=200, deadline=None)
def test_share_out(total: int, weights: list[float], data: st.DataObject) -> None:
    weight = np.array(weights)
    most = np.array(data.draw(st.lists(
        st.integers(0, 300), min_size=weight.size, max_size=weight.size)))  # fmt: skip
    if not weight.any():
        if total:
            with pytest.raises(InputError):
                share_out(total, weight)
        return
    free = share_out(total, weight)
    assert free.sum() == total
    assert np.all(np.abs(free - total * weight / weight.sum()) < 1)
    bounded = share_out(total, weight, most)
    assert bounded.sum() == min(total, most[weight > 0].sum())
    assert np.all((bounded >= 0) & (bounded <= most))
    assert not bounded[weight == 0].any()


@given(
    total=st.integers(200, 5000),
    kinds=st.lists(st.sampled_from(list(CarParkKind)), min_size=4, max_size=4),
)
@settings(max_examples=30, deadline=None)
def test_public_spaces_sum_to_the_total(total: int, kinds: list[CarParkKind]) -> None:
    city = bare_city(120, -1, -1, -1, public_spaces=total, kerb_spaces=0)
    city = replace(city, car_parks=replace(city.car_parks, kind=kinds))
    parks = infer_supply(city).car_parks
    assert parks.spaces.sum() == total
    assert parks.spaces[0] == 120
    assert parks.spaces_source.tolist() == [Source.TAGGED, *[Source.INFERRED] * 3]
    assert np.allclose(parks.spaces_spread, [0, 0.1, 0.1, 0.1])
    weight = np.isin(kinds[1:], (CarParkKind.UNDERGROUND, CarParkKind.MULTI_STOREY)) * 4 + 1
    assert np.all(np.abs(parks.spaces[1:] - (total - 120) * weight / weight.sum()) < 1)


def test_private_and_outer_car_parks_stay_unknown() -> None:
    city = bare_city(-1, -1, -1, -1, -1, public_spaces=101, kerb_spaces=0)
    access = [Access.PUBLIC, Access.CUSTOMERS, Access.PERMIT, Access.PRIVATE, Access.PUBLIC]
    x_m = city.car_parks.x_m.copy()
    x_m[4] = -500.0
    city = replace(city, car_parks=replace(city.car_parks, access=access, x_m=x_m))
    parks = infer_supply(city).car_parks
    assert parks.spaces.tolist() == [51, 50, -1, -1, -1]
    assert parks.spaces_source[2] == Source.TAGGED  # untouched


def test_known_above_the_total_is_an_error_or_a_note() -> None:
    with pytest.raises(InputError, match="public_spaces = 100, known: 120"):
        infer_supply(bare_city(120, -1, public_spaces=100, kerb_spaces=0))
    noted = infer_supply(bare_city(120, public_spaces=100, kerb_spaces=0))
    assert noted.car_parks.spaces.tolist() == [120]
    assert any("hold 120 spaces, the total says 100" in note.en for note in noted.reading.notes)


@given(total=st.integers(0, 1500), drives_on=st.sampled_from(["right", "left"]))
@settings(max_examples=30, deadline=None)
def test_kerb_is_filled_to_the_total_or_to_its_room(total: int, drives_on: str) -> None:
    city = replace(bare_city(50, public_spaces=50, kerb_spaces=total), drives_on=drives_on)
    filled = infer_supply(city)
    kerb = filled.kerb
    # Columns 1 to 4 inside, two blocks between inner nodes, two directions; 10 m clear at both
    # ends: 180 m, 34 cars.
    room = 4 * 2 * 2 * 34
    assert kerb.spaces.sum() == min(total, room)
    assert np.all(kerb.spaces <= np.floor((kerb.to_m - kerb.from_m) / SPACE_M))
    assert np.all((kerb.from_m % 200 == 10) & (kerb.to_m % 200 == 190))
    assert set(kerb.way_id) <= {2001, 2002, 2003, 2004}
    assert len(set(kerb.id)) == len(kerb)
    assert np.all(kerb.tariff == 1)
    assert np.all(kerb.spaces_source == Source.INFERRED)
    assert filled.reading.counts.get("kerb_spaces_without_room", 0) == max(total - room, 0)
    if total > room:
        assert any("find no room" in note.en for note in filled.reading.notes)


def one_way(city: City, way: int) -> City:
    """Close the backward links of a way for good, as if they had never been."""
    links = city.roads.links
    return replace(
        city,
        roads=city.roads.with_links(open=links.open & ((links.way_id != way) | links.forward)),
    )


def test_kerb_lies_on_the_driving_side_and_once_on_a_one_way_street() -> None:
    city = one_way(bare_city(50, public_spaces=50, kerb_spaces=10_000), 2001)
    for drives_on, side in (("right", RIGHT), ("left", LEFT)):
        kerb = infer_supply(replace(city, drives_on=drives_on)).kerb
        assert set(kerb.side[kerb.way_id == 2001]) == {side}
        assert set(kerb.side[kerb.way_id == 2002]) == {RIGHT, LEFT}


def test_no_kerb_on_main_roads_ramps_roundabouts_tunnels_or_where_it_is_stated() -> None:
    city = bare_city(50, columns=8, public_spaces=50, kerb_spaces=10_000)
    links = city.roads.links
    city = replace(
        city,
        roads=city.roads.with_links(
            road_class=np.where(links.way_id == 2001, RoadClass.PRIMARY, links.road_class),
            ramp=links.way_id == 2002,
            roundabout=links.way_id == 2003,
            structure=np.where(links.way_id == 2004, Structure.TUNNEL, Structure.SURFACE),
        ),
        kerb=Kerb(
            id=["k"],
            way_id=[2005],
            from_m=[0.0],
            to_m=[800.0],
            side=[RIGHT],
            spaces=[9],
            spaces_source=[Source.TAGGED],
            spaces_spread=[0.0],
            tariff=[-1],
        ),
    )
    kerb = infer_supply(city).kerb
    assert kerb.spaces[0] == 9
    inferred = kerb.take(np.arange(1, len(kerb)))
    assert set(inferred.way_id) == {2005, 2006}
    assert set(inferred.side[inferred.way_id == 2005]) == {LEFT}


def test_a_second_time_changes_nothing() -> None:
    once = infer_supply(bare_city(120, -1, -1, public_spaces=400, kerb_spaces=100))
    twice = infer_supply(once)
    assert twice.reading == once.reading
    for name in ("car_parks", "kerb"):
        for column in getattr(once, name).column_names():
            before, after = (getattr(getattr(c, name), column) for c in (once, twice))
            assert np.array_equal(before, after)


def test_a_missing_total_is_an_error_with_a_remedy() -> None:
    city = bare_city(-1)
    assumptions = {k: v for k, v in city.assumptions.items() if k != "public_spaces"}
    with pytest.raises(InputError, match=r"public_spaces: is needed.*assumptions\.csv"):
        infer_supply(replace(city, assumptions=assumptions))
