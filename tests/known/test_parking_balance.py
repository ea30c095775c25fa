"""The supply-demand balance: a small city by hand, and what must hold of any city."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from citymove.cli import main
from citymove.demand.synthesis import synthesise
from citymove.facts.car_parks import Access
from citymove.facts.city import City
from citymove.facts.kerb import KerbHours, KerbUsers
from citymove.facts.travellers import Segment, Travellers
from citymove.formats.city_folder import read_city
from citymove.foundation.provenance import Source, Sourced
from citymove.foundation.terms import BALANCE_TERMS, Purpose
from citymove.parking.balance import (
    Balance,
    balance_csv,
    balance_dict,
    balance_text,
    parking_balance,
    peak_of_trips,
)
from citymove.prepare.inferred_supply import infer_supply
from made_up import grid_city

SEED = Path(__file__).resolve().parents[2] / "seeds" / "monaco"
HOUR_S = 3600
VISIT, RESIDENT, OUTGOING = Segment.VISITOR, Segment.RESIDENT, Segment.OUTGOING
GATEWAY = 2  # the first centroid after two zones
# segment, purpose, origin, destination, arrival h, stay h, parks, reserved
ROWS = [
    (VISIT, Purpose.SHOPPING, GATEWAY, 0, 10.0, 2.0, True, False),
    (VISIT, Purpose.SHOPPING, GATEWAY, 0, 10.0, 2.0, True, False),
    (VISIT, Purpose.WORK, GATEWAY, 0, 9.0, 8.0, True, True),
    (VISIT, Purpose.VISIT, GATEWAY, 1, 11.0, 2.0, True, False),
    (VISIT, Purpose.VISIT, GATEWAY, 1, 11.0, 1.0, True, False),
    # a resident of zone 0 goes to zone 1 and comes home; one of zone 1 drives out till 17:00
    (RESIDENT, Purpose.VISIT, 0, 1, 10.5, 2.0, True, False),
    (OUTGOING, Purpose.WORK, 1, GATEWAY, 8.0, 0.0, False, False),
    (RESIDENT, Purpose.HOME, 1, 0, 13.0, 19.0, True, True),
    (OUTGOING, Purpose.HOME, GATEWAY, 1, 17.0, 15.0, True, False),
    # home again before the peak: not away
    (RESIDENT, Purpose.SCHOOL, 0, 1, 8.0, 0.2, True, False),
    (RESIDENT, Purpose.HOME, 1, 0, 8.5, 20.0, True, False),
]


def travellers() -> Travellers:
    segment, purpose, origin, destination, arrival_h, stay_h, parks, reserved = (
        np.array(column) for column in zip(*ROWS, strict=True)
    )
    count = len(ROWS)
    return Travellers(
        id=np.arange(count),
        segment=segment,
        purpose=purpose,
        origin=origin,
        destination=destination,
        return_to=np.full(count, -1),
        x_m=np.zeros(count),
        y_m=np.zeros(count),
        arrival_s=arrival_h * HOUR_S,
        dwell_s=stay_h * HOUR_S,
        parks=parks,
        reserved=reserved,
        value_of_time_per_h=np.full(count, 15.0),
        patience_s=np.full(count, 600),
        external_s=np.zeros(count),
    )


def small_city() -> City:
    """Two zones of 200 m; a public garage of 30 in the first, a private one of 20 in the second.

    Kerb of 24 on each of three streets: for everyone but from 09:00 to 12:00 (zone 0), for
    residents and for loading (zone 1).
    """
    city = grid_city(3, 2, signals=(), car_park_spaces=(30, 20))
    totals = {
        "cars_owned": 100.0,
        "private_share_residents": 0.5,
        "public_spaces": 30.0,
        "kerb_spaces": 72.0,
    }
    stated = {key: Sourced(value, Source.REPORTED, value, value) for key, value in totals.items()}
    return replace(
        city,
        assumptions={**city.assumptions, **stated},
        car_parks=replace(city.car_parks, access=np.array([Access.PUBLIC, Access.PRIVATE])),
        kerb=replace(
            city.kerb, users=np.array([KerbUsers.PUBLIC, KerbUsers.PERMIT, KerbUsers.LOADING])
        ),
        kerb_hours=KerbHours(
            kerb=["k2000"], start_s=[9 * HOUR_S], end_s=[12 * HOUR_S], users=[KerbUsers.NOBODY]
        ),
        travellers=travellers(),
    )


def test_a_small_city_by_hand() -> None:
    found = parking_balance(small_city())
    assert found.peak_s == 11 * HOUR_S
    expected = {
        "demand_base": [50, 50],
        "demand_home_day": [49, 49],  # one of each is away at 11:00
        "demand_home_day_own": [24, 24],
        "demand_trip": [3, 3],
        "demand_trip_reserved": [1, 0],
        "supply_attached": [0, 20],
        "supply_attached_assumed_night": [25, 5],
        "supply_attached_assumed_day": [26, 5],
        "supply_customers": [0, 0],
        "supply_public": [30, 0],
        "supply_street_day": [0, 24],
        "supply_street_night": [24, 24],
        "supply_inferred": [0, 0],
        "demand_night": [50, 50],
        "supply_night": [79, 49],
        "gap_night": [-29, 1],
        "demand_day": [52, 52],
        "supply_day": [56, 49],
        "gap_day": [-4, 3],
        "open_demand_day": [27, 28],
        "open_supply_day": [30, 24],
        "open_gap_day": [-3, 4],
    }
    assert {name: found.zones.value(name).tolist() for name in expected} == expected
    assert found.zones.value("ratio_night") == pytest.approx([79 / 50, 49 / 50])
    assert found.total.value("open_ratio_day") == pytest.approx([54 / 55])
    said = " ".join(note.en for note in found.notes)
    assert "11:00" in said
    assert "30 private spaces by night are assumed" in said
    assert "48 kerb spaces" in said  # for loading, and closed at 11:00


def test_customers_spaces_count_by_day_alone() -> None:
    city = small_city()
    parks = replace(city.car_parks, access=np.array([Access.CUSTOMERS, Access.PRIVATE]))
    found = parking_balance(replace(city, car_parks=parks)).zones
    assert found.supply_customers.tolist() == [30, 0]
    assert found.supply_day.tolist() == [56, 49]
    assert found.supply_night.tolist() == [49, 49]


def test_an_unknown_car_park_counts_as_none_and_is_told() -> None:
    city = small_city()
    parks = replace(city.car_parks, spaces=np.array([30, -1]))
    found = parking_balance(replace(city, car_parks=parks))
    assert found.zones.car_parks_unknown.tolist() == [0, 1]
    assert found.zones.supply_attached.tolist() == [0, 0]
    assert any(note.key == "balance_unknown_car_parks" for note in found.notes)


def test_without_trips_there_is_no_day_demand_but_that_of_residents() -> None:
    city = replace(small_city(), travellers=Travellers.empty())
    found = parking_balance(city).zones
    assert found.demand_trip.sum() == 0
    assert found.demand_home_day.tolist() == [50, 50]


@cache
def monaco() -> tuple[City, Balance]:
    city = synthesise(infer_supply(read_city(SEED)), seed=3)
    return city, parking_balance(city, seed=3)


def test_zones_sum_to_the_totals_of_the_city() -> None:
    city, found = monaco()
    total = found.total
    for name in total.column_names()[1:]:
        assert total.value(name)[0] == found.zones.value(name).sum(), name
    assert total.demand_base[0] == city.assumed("cars_owned")
    assert total.open_supply_day[0] == 18_500 + 1_000
    assert len(found.zones) == len(city.zones)
    for name in ("gap_night", "gap_day", "open_gap_day"):
        assert total.value(name)[0] == found.zones.value(name).sum()
    people = city.travellers
    assert people is not None
    at = found.peak_s
    by_hand = sum(
        start <= at < start + stay
        for start, stay, purpose, parks in zip(
            people.arrival_s.tolist(),
            people.dwell_s.tolist(),
            people.purpose.tolist(),
            people.parks.tolist(),
            strict=True,
        )
        if parks and purpose != Purpose.HOME
    )
    assert total.demand_trip[0] == by_hand


def test_the_peak_is_the_quarter_of_an_hour_with_most_cars() -> None:
    people = monaco()[0].travellers
    assert people is not None
    trips = people.parks & (people.purpose != Purpose.HOME)
    start = people.arrival_s[trips].astype(np.int64)
    end = start + people.dwell_s[trips]
    standing = [np.count_nonzero((start <= t) & (t < end)) for t in range(0, 86_400, 900)]
    assert peak_of_trips(people) == 900 * int(np.argmax(standing))


def test_residents_away_are_no_more_than_there_are_cars() -> None:
    zones = monaco()[1].zones
    assert np.all(zones.demand_home_day <= zones.demand_base)
    assert np.all(zones.demand_home_day >= 0)
    assert np.all(zones.demand_home_day_own <= zones.demand_home_day)
    assert np.all(zones.demand_trip_reserved <= zones.demand_trip)
    # a fifth of 24,000 cars at most is out at noon, with half a tour a car and day
    assert 0 < (zones.demand_base - zones.demand_home_day).sum() < 0.3 * 24_000


def test_the_same_seed_gives_the_same_table() -> None:
    city = read_city(SEED)
    one, two = parking_balance(city, seed=5), parking_balance(city, seed=5)
    assert balance_csv(one) == balance_csv(two)


def test_written_forms_agree() -> None:
    found = monaco()[1]
    rows = list(csv.reader(io.StringIO(balance_csv(found))))
    assert rows[0] == list(BALANCE_TERMS)
    assert rows[1][rows[0].index("supply_street_night")].startswith("路内停车位")
    assert len(rows) == len(found.zones) + 3
    assert rows[-1][0] == "total"
    at = rows[0].index("gap_day")
    assert sum(int(row[at]) for row in rows[2:-1]) == int(rows[-1][at])
    plain = balance_dict(found)
    assert plain["total"]["gap_day"] == int(rows[-1][at])
    assert [row["zone"] for row in plain["zones"]] == found.zones.zone.tolist()
    assert json.loads(json.dumps(plain)) == plain
    last = balance_text(found).split("\n\n")[0].splitlines()[-1].split()
    assert (last[0], last[1]) == ("total", "24000")


def test_terms_have_both_languages() -> None:
    for key, term in BALANCE_TERMS.items():
        assert term.key == key
        assert term.en
        assert term.zh
        assert term.definition_en.endswith(".")


def test_from_the_shell(tmp_path: Path) -> None:
    out = tmp_path / "balance.csv"
    result = CliRunner().invoke(main, ["balance", str(SEED), "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[1].split()[:3] == ["zone", "demand", "supply"]
    written = out.read_text(encoding="utf-8-sig")
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    assert written.splitlines()[-1].startswith("total,24000,")
    plain = CliRunner().invoke(main, ["balance", str(SEED), "--json"])
    assert json.loads(plain.stdout)["total"]["demand_base"] == 24_000
    assert CliRunner().invoke(main, ["balance", str(tmp_path / "nowhere")]).exit_code == 2
