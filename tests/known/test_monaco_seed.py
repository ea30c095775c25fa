"""The bundled city against what is published of it (seeds/monaco/README.md)."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from citymove.facts.assumptions import required_keys
from citymove.facts.boundary import inside
from citymove.facts.car_parks import Access
from citymove.facts.city import City
from citymove.formats.city_folder import read_city
from citymove.foundation.provenance import Source
from citymove.parking.pricing import price
from citymove.prepare.inferred_supply import infer_supply

SEED = Path(__file__).resolve().parents[2] / "seeds" / "monaco"
HOUR_S = 3600


@pytest.fixture(scope="module")
def monaco() -> City:
    return read_city(SEED)


def test_the_extract_is_the_one_of_its_source_archive() -> None:
    digest = hashlib.sha256((SEED / "roads.osm.pbf").read_bytes()).hexdigest()
    assert digest == "1fdee8b72c48f932cab3aa9f1f74f87dfd954509a3b47cb932556d827189b97c"


def test_checksums_in_the_readme_are_those_of_the_files() -> None:
    readme = (SEED / "README.md").read_text(encoding="utf-8")
    for name in ("roads.osm.pbf", "boundary.geojson"):
        assert hashlib.sha256((SEED / name).read_bytes()).hexdigest() in readme, name


def test_area_of_the_principality(monaco: City) -> None:
    x_m, y_m = monaco.boundary_x_m, monaco.boundary_y_m
    area_m2 = abs(np.sum(x_m[:-1] * y_m[1:] - x_m[1:] * y_m[:-1])) / 2
    # 2.34 km2 with its waters left out: the polygon's own figure
    assert area_m2 == pytest.approx(2.338e6, rel=1e-3)


def test_car_parks(monaco: City) -> None:
    counts = monaco.reading.counts
    assert counts["car_parks_found"] == 71
    assert counts["car_parks"] == 68 == len(monaco.car_parks)
    assert counts["car_parks_with_capacity"] == 6
    assert counts["car_park_spaces_tagged"] == 247
    tagged = monaco.car_parks.spaces_source == Source.TAGGED
    assert monaco.car_parks.spaces[tagged].sum() == 247


def test_every_assumption_is_stated_and_wide_enough(monaco: City) -> None:
    sides = [side.id for side in monaco.sides]
    assert sides == ["west", "north", "east"]
    assert set(monaco.assumptions) == set(required_keys(sides))
    bounded = ("persons_per_car", "walking_detour")  # not below 1
    for key, number in monaco.assumptions.items():
        assert number.source in (Source.REPORTED, Source.ASSUMED), key
        assert number.is_uncertain, key
        assert number.note, key
        if number.source is Source.ASSUMED and not key.startswith("arrival_mean_h"):
            assert number.high >= number.value * (1.3 - 1e-9) or number.high >= 0.95, key
            assert number.low <= number.value * (0.7 + 1e-9) or key in (
                *bounded,
                "private_share_residents",
            ), key


def test_totals(monaco: City) -> None:
    value = monaco.assumed
    sides = [side.id for side in monaco.sides]
    commuters = sum(value(f"incoming_commuters.{side}") for side in sides)
    assert commuters == 43_500  # 35,000 from France and 8,500 from Italy
    near = sum(value(f"incoming_commuters.{s}") * value(f"near_share.{s}") for s in sides)
    assert near / 35_000 == pytest.approx(0.25, abs=0.005)
    assert value("residents") == 39_000
    assert (value("public_spaces"), value("kerb_spaces")) == (18_500, 1_000)
    assert (monaco.assumptions["public_spaces"].low, monaco.assumptions["public_spaces"].high) == (
        17_000,
        20_000,
    )
    cars = commuters * value("car_share_incoming.west") / value("persons_per_car")
    assert cars == pytest.approx(17_795, abs=1)


def test_supply_and_demand_are_of_one_size(monaco: City) -> None:
    """Parked at the peak, by hand: no more than there are spaces, and most of them."""
    value = monaco.assumed
    commuters = 43_500 * 0.45 / 1.1 * (1 - value("private_share_incoming"))
    visitors = sum(value(f"visitor_cars.{s.id}") for s in monaco.sides) * 2.5 / 8  # stay 2.5 h
    overnight = value("occupancy_0600") * 19_500
    assert 0.7 < (commuters + visitors + overnight) / 19_500 < 0.95


def test_inferred_supply_holds_the_totals(monaco: City) -> None:
    city = infer_supply(monaco)
    parks = city.car_parks
    public = np.isin(parks.access, (Access.PUBLIC, Access.CUSTOMERS))
    assert parks.spaces[public].sum() == 18_500
    assert np.all(parks.spaces[public] >= 0)
    assert np.array_equal(parks.spaces[~public], monaco.car_parks.spaces[~public])
    assert city.kerb.spaces.sum() == 1_000
    assert city.reading.counts["kerb_spaces_without_room"] == 0
    assert np.all(city.kerb.tariff == monaco.kerb_tariff)


PRICES = [
    (1.0, 0.00),
    (1.25, 2.80),
    (2.0, 7.30),
    (3.0, 11.60),
    (4.0, 14.50),
    (11.0, 24.00),
    (24.0, 24.00),
]


@pytest.mark.parametrize(("hours", "amount"), PRICES)
def test_car_park_tariff(hours: float, amount: float, monaco: City) -> None:
    assert price(monaco.tariffs[0], 8 * HOUR_S, int(hours * HOUR_S)) == amount


def test_other_prices(monaco: City) -> None:
    car_park, kerb = monaco.tariffs
    assert price(car_park, 19 * HOUR_S, 15 * 60) == 0.70
    assert price(car_park, 20 * HOUR_S, 2 * HOUR_S) == 5.60
    assert price(kerb, 10 * HOUR_S, HOUR_S) == 2.40
    assert price(kerb, 10 * HOUR_S, 2 * HOUR_S) == 4.80
    assert price(kerb, 10 * HOUR_S, 2 * HOUR_S + 1) == float("inf")
    # falling: an hour more costs less and less
    by_hour = [price(car_park, 8 * HOUR_S, h * HOUR_S) for h in range(2, 11)]
    steps = np.diff(by_hour)
    assert np.all(np.diff(steps) <= 1e-9)


def test_gateways(monaco: City) -> None:
    gateways = monaco.gateways
    assert set(gateways.side) == {"west", "north", "east"}
    assert 15 <= len(gateways) <= 41  # 41 ways cross; some share an outer end, some lead nowhere
    noted = [note.en for note in monaco.reading.notes if note.key == "gateways"]
    assert noted == [f"{len(gateways)} gateways: roads that cross the boundary."]
    ring = monaco.boundary_x_m, monaco.boundary_y_m
    assert not inside(*ring, gateways.x_m, gateways.y_m).any()
    for side in ("west", "north", "east"):
        here = gateways.side == side
        assert gateways.inbound_weight[here].sum() > 0
        assert gateways.outbound_weight[here].sum() > 0
    links = monaco.roads.links
    lies_in = inside(*ring, monaco.roads.nodes.x_m, monaco.roads.nodes.y_m)
    crossing = lies_in[links.tail] != lies_in[links.head]
    assert set(gateways.node) <= set(links.tail[crossing]) | set(links.head[crossing])


def test_places_lie_inside(monaco: City) -> None:
    places = monaco.places
    ring = monaco.boundary_x_m, monaco.boundary_y_m
    assert inside(*ring, places.x_m, places.y_m).all()
    assert 60 <= len(monaco.zones) <= 100
