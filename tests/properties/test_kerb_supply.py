"""What facts of kerbs and car parks do to supply: users, stated sides, kept clear, sizes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citymove.facts.car_parks import CarParkKind
from citymove.facts.city import City
from citymove.facts.kerb import (
    LEFT,
    RIGHT,
    ClearCause,
    Kerb,
    KerbClear,
    KerbHours,
    KerbSides,
    KerbUsers,
    SideStatus,
    users_at,
)
from citymove.foundation.daytime import Slices
from citymove.foundation.provenance import Source, Sourced
from citymove.prepare.inferred_supply import SPACE_M, infer_supply
from citymove.prepare.parking_supply import kerb_pieces
from citymove.prepare.prepared import FacilityKind
from citymove.prepare.preparing import prepare
from made_up import grid_city

SLICES = Slices.hourly(7 * 3600, 8 * 3600)
WAY = 2002  # a residential street in the middle: two blocks between inner nodes, 20 m clear each


def bare_city(kerb_spaces: float = 10_000, public: float = 50, *parks: int) -> City:
    city = grid_city(6, 5, car_park_spaces=parks or (50,))
    totals = {"kerb_spaces": kerb_spaces, "public_spaces": public}
    stated = {
        key: Sourced.with_spread(value, Source.REPORTED, 0.1) for key, value in totals.items()
    }
    return replace(city, kerb=Kerb.empty(), assumptions={**city.assumptions, **stated})


def on_side(city: City, side: int) -> list[tuple[float, float, int]]:
    """Return from, to and spaces of the inferred kerb of one side of `WAY`."""
    kerb = infer_supply(city).kerb
    rows = np.flatnonzero((kerb.way_id == WAY) & (kerb.side == side))
    return [(float(kerb.from_m[i]), float(kerb.to_m[i]), int(kerb.spaces[i])) for i in rows]


def with_side(city: City, status: SideStatus, from_m: float = 0.0, to_m: float = 800.0) -> City:
    side = KerbSides(way_id=[WAY], from_m=[from_m], to_m=[to_m], side=[RIGHT], status=[status])
    return replace(city, kerb_sides=side)


FULL = [(210.0, 390.0, 34), (410.0, 590.0, 34)]


def test_nothing_is_inferred_where_parking_is_forbidden_or_mapped_apart() -> None:
    city = bare_city()
    assert sorted(on_side(city, RIGHT)) == FULL
    for status in (SideStatus.NONE, SideStatus.APART, SideStatus.STATED):
        shut = with_side(city, status)
        assert on_side(shut, RIGHT) == []
        assert sorted(on_side(shut, LEFT)) == FULL
    # a word that nobody understands forbids nothing
    assert sorted(on_side(with_side(city, SideStatus.UNREAD), RIGHT)) == FULL
    assert on_side(with_side(city, SideStatus.NONE, 450, 500), RIGHT) == FULL[:1]


def with_clear(city: City, *spans: tuple[float, float]) -> City:
    count = len(spans)
    clear = KerbClear(
        way_id=np.full(count, WAY),
        from_m=[low for low, _ in spans],
        to_m=[high for _, high in spans],
        side=np.full(count, RIGHT),
        cause=np.full(count, ClearCause.CROSSING),
    )
    return replace(city, kerb_clear=clear)


def test_room_between_crossings() -> None:
    """210 .. 390 m less 300 .. 320: 90 and 70 m, 17 and 13 cars; the other block as it was."""
    city = with_clear(bare_city(), (300, 320))
    assert sorted(on_side(city, RIGHT)) == [(210.0, 390.0, 17 + 13), FULL[1]]
    kerb = infer_supply(city).kerb
    assert sorted(kerb.clear_m[kerb.clear_m > 0].tolist()) == [20.0]
    assert on_side(with_clear(bare_city(), (205, 395)), RIGHT) == FULL[1:]


@given(
    spans=st.lists(st.tuples(st.floats(190, 600), st.floats(0, 90)), max_size=5),
    total=st.integers(1, 700),
)
@settings(max_examples=25, deadline=None)
def test_no_more_cars_than_the_free_kerb_holds(
    spans: list[tuple[float, float]], total: int
) -> None:
    clear = [(low, low + length) for low, length in spans if length > 0]
    filled = infer_supply(with_clear(bare_city(total), *clear))
    kerb = filled.kerb
    usable_m = kerb.to_m - kerb.from_m - kerb.clear_m
    assert np.all(kerb.spaces <= usable_m / SPACE_M + 1e-9)
    left_over = filled.reading.counts["kerb_spaces_without_room"]
    assert kerb.spaces.sum() + left_over == total


@pytest.mark.parametrize("who", list(KerbUsers))
def test_public_supply_is_for_the_public_and_customers(who: KerbUsers) -> None:
    city = grid_city(5, 4)
    users = np.full(5, KerbUsers.PUBLIC)
    users[2] = who
    parking = prepare(replace(city, kerb=replace(city.kerb, users=users)), SLICES).parking
    kerb = parking.kind == FacilityKind.KERB
    open_to_all = who in (KerbUsers.PUBLIC, KerbUsers.CUSTOMERS)
    assert parking.spaces[kerb].sum() == 24 * (5 if open_to_all else 4)
    names = {name.split("#")[0] for name in parking.id[kerb].tolist()}
    assert ("k2002" in names) == open_to_all
    assert len(parking) - kerb.sum() == len(city.car_parks)


def test_pieces_of_a_kerb_keep_its_spaces() -> None:
    city = grid_city(5, 4)
    pieces = kerb_pieces(city, np.array([1, 3]))
    assert sum(piece.spaces for piece in pieces) == 48
    assert {piece.row for piece in pieces} == {1, 3}
    assert [piece.id for piece in pieces[:3]] == ["k2001#1", "k2001#2", "k2001#3"]
    assert [(piece.x_m, piece.y_m) for piece in pieces[:2]] == [(200, 100), (200, 300)]


def test_users_by_the_hour() -> None:
    kerb = grid_city(5, 4).kerb
    hours = KerbHours(
        kerb=["k2001", "k2001", "k9"],
        start_s=[0, 68_400, 0],
        end_s=[25_200, 86_400, 86_400],
        users=[KerbUsers.PERMIT, KerbUsers.PERMIT, KerbUsers.NOBODY],
    )
    for at_s, expected in ((0, 2), (25_199, 2), (25_200, 0), (68_399, 0), (68_400, 2)):
        assert users_at(kerb, hours, at_s).tolist() == [0, expected, 0, 0, 0]


def sized(city: City, *sizes: int) -> City:
    """Return the city with sizes inferred from outlines (-1: no outline)."""
    parks = city.car_parks
    spaces = np.array(sizes)
    source = np.where(spaces >= 0, Source.INFERRED, Source.DEFAULT)
    kind = np.full(len(parks), CarParkKind.SURFACE)
    return replace(city, car_parks=replace(parks, spaces=spaces, spaces_source=source, kind=kind))


def test_a_total_is_shared_out_by_inferred_sizes() -> None:
    city = sized(bare_city(0, 400, 1, 1, 1), 100, 60, 40)
    parks = infer_supply(city).car_parks
    assert parks.spaces.tolist() == [200, 120, 80]
    assert set(parks.spaces_source.tolist()) == {Source.INFERRED}
    assert np.allclose(parks.spaces_spread, 0.1)


def test_a_car_park_without_an_outline_counts_as_a_usual_one() -> None:
    """40 for a surface car park of unknown size, beside 100 and 60."""
    parks = infer_supply(sized(bare_city(0, 400, 1, 1, 1), 100, 60, -1)).car_parks
    assert parks.spaces.tolist() == [200, 120, 80]


def test_counted_spaces_stay_and_sizes_share_the_rest() -> None:
    city = sized(bare_city(0, 400, 1, 1, 1), 100, 60, 40)
    source = np.array([Source.INFERRED, Source.INFERRED, Source.MEASURED])
    city = replace(city, car_parks=replace(city.car_parks, spaces_source=source))
    parks = infer_supply(city).car_parks
    assert parks.spaces.tolist() == [225, 135, 40]


def test_filling_twice_changes_nothing() -> None:
    once = infer_supply(sized(bare_city(300, 401, 1, 1, 1), 100, 60, -1))
    twice = infer_supply(once)
    assert twice.car_parks.spaces.tolist() == once.car_parks.spaces.tolist()
    assert twice.kerb.spaces.tolist() == once.kerb.spaces.tolist()
    assert twice.reading.counts == once.reading.counts
