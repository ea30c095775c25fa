"""The second bundled city: its extract, its boundary, and that nothing in it claims to be known."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import osmium
import pytest

from citymove.appraisal.indicators import indicators
from citymove.coupling.drivers import SearchScope
from citymove.coupling.fixed_point import CoupledResult, solve_coupled
from citymove.demand.synthesis import synthesise
from citymove.facts.assumptions import required_keys
from citymove.facts.boundary import inside
from citymove.facts.car_parks import Access, CarParkKind
from citymove.facts.city import City
from citymove.formats.boundary_file import read_boundary
from citymove.formats.city_folder import read_city
from citymove.foundation.daytime import HOUR_S, Slices
from citymove.foundation.provenance import Source
from citymove.parking.pricing import price
from citymove.prepare.inferred_supply import infer_supply
from citymove.prepare.preparing import prepare
from citymove.scenario.bundled import demo_study, seed_folder
from citymove.scenario.planning import ResolvedStudy
from citymove.scenario.preview import preview_text
from citymove.scenario.running import resolve_study
from citymove.traffic.free_flow import free_skim_min

ROOT = Path(__file__).resolve().parents[2]
SEED = ROOT / "seeds" / "helsinki"
EXTRACT = SEED / "roads.osm.pbf"
STUDIES = ("kerb_pricing", "street_closed")
SIDES = ("northwest", "southwest", "south", "east", "north")
STREETS = {
    *("primary", "secondary", "tertiary", "unclassified", "residential", "living_street"),
    *("primary_link", "secondary_link", "tertiary_link"),
}
BIGGEST = {  # streets that lead in or out of the centre on several lanes
    *("Mannerheimintie", "Pohjoisesplanadi", "Lönnrotinkatu", "Uudenmaankatu"),
    *("Siltasaarenkatu", "Hakaniemenranta"),
}


@lru_cache(maxsize=1)
def helsinki() -> City:
    return read_city(SEED)


@lru_cache(maxsize=2)
def study(name: str) -> ResolvedStudy:
    return resolve_study(ROOT / "scenarios" / "helsinki" / f"{name}.yaml")


@lru_cache(maxsize=1)
def morning() -> CoupledResult:
    """The base of one draw, every driver searching, from 07:00 to 10:00."""
    slices = Slices.hourly(7 * HOUR_S, 10 * HOUR_S)
    city = infer_supply(helsinki())
    city = synthesise(city, seed=1, skim_min=free_skim_min(prepare(city, slices)))
    everyone = SearchScope(x_m=np.empty(0), y_m=np.empty(0), radius_m=1.0, at_most=None)
    return solve_coupled(prepare(city, slices), seed=1, scope=everyone, max_rounds=8, gap=1e-6)


# --- files -----------------------------------------------------------------------------------


def test_the_extract_is_the_one_of_its_wheel() -> None:
    digest = hashlib.sha256(EXTRACT.read_bytes()).hexdigest()
    assert digest == "b73e9c2c82054d654209b0127f1c3287d5900d6780a6083bf3a45ead8ba3e5ee"


def test_checksums_in_the_readme_are_those_of_the_files() -> None:
    readme = (SEED / "README.md").read_text(encoding="utf-8")
    for name in ("roads.osm.pbf", "boundary.geojson"):
        assert hashlib.sha256((SEED / name).read_bytes()).hexdigest() in readme, name


def test_figures_of_the_map_in_the_readme() -> None:
    """Signal nodes and kerb tags, counted in the raw file."""
    signals = kerb = 0
    for thing in osmium.FileProcessor(str(EXTRACT)):
        if thing.is_node():
            signals += thing.tags.get("highway") == "traffic_signals"
        elif thing.is_way() and thing.tags.get("highway") in STREETS:
            kerb += any(tag.k.startswith("parking:lane:") for tag in thing.tags)
    readme = (SEED / "README.md").read_text(encoding="utf-8")
    assert f"{signals} nodes tagged as traffic signals" in readme
    assert f"{kerb} ways above service class" in readme


# --- boundary and gateways -------------------------------------------------------------------


def cut_ends() -> list[tuple[str, float, float]]:
    """Return name and last present node of each street that the box cuts, from the raw file."""
    place: dict[int, tuple[float, float]] = {}
    found = []
    for thing in osmium.FileProcessor(str(EXTRACT)):
        if thing.is_node():
            place[thing.id] = (thing.location.lon, thing.location.lat)
        elif thing.is_way() and thing.tags.get("highway") in STREETS:
            refs = [node.ref for node in thing.nodes]
            for here, there in {*pairwise(refs), *pairwise(refs[::-1])}:
                if here in place and there not in place:
                    found.append((thing.tags.get("name", ""), *place[here]))
    return found


def test_streets_are_cut_outside_the_boundary() -> None:
    cut = cut_ends()
    assert len(cut) > 40
    ring = read_boundary(SEED / "boundary.geojson")
    lies_in = inside(
        *ring, np.array([lon for _, lon, _ in cut]), np.array([lat for *_, lat in cut])
    )
    within = {name for (name, *_), is_in in zip(cut, lies_in, strict=True) if is_in}
    # of Rauhankatu east of Snellmaninkatu the box holds one point, that junction: no road is left
    assert within == {"Rauhankatu"}


def test_boundary_lies_in_the_box_of_the_extract() -> None:
    lon, lat = read_boundary(SEED / "boundary.geojson")
    box = osmium.io.Reader(str(EXTRACT)).header().box()
    assert box.bottom_left.lon < lon.min() and lon.max() < box.top_right.lon
    assert box.bottom_left.lat < lat.min() and lat.max() < box.top_right.lat


def test_gateways() -> None:
    city = helsinki()
    gateways = city.gateways
    assert {side.id for side in city.sides} == set(SIDES) == set(gateways.side)
    assert set(gateways.name) >= BIGGEST
    assert 30 <= len(gateways) <= 50  # the box cuts 45 streets, some at one point
    ring = city.boundary_x_m, city.boundary_y_m
    assert not inside(*ring, gateways.x_m, gateways.y_m).any()
    for side in SIDES:
        here = gateways.side == side
        assert gateways.inbound_weight[here].sum() > 0
        assert gateways.outbound_weight[here].sum() > 0


def test_area_in_the_readme() -> None:
    city = helsinki()
    x_m, y_m = city.boundary_x_m, city.boundary_y_m
    area_m2 = abs(np.sum(x_m[:-1] * y_m[1:] - x_m[1:] * y_m[:-1])) / 2
    assert f"{area_m2 / 1e6:.2f} km²" in (SEED / "README.md").read_text(encoding="utf-8")


# --- assumptions -----------------------------------------------------------------------------


def test_every_total_is_assumed_with_range_and_reason() -> None:
    city = helsinki()
    assert set(city.assumptions) == set(required_keys(list(SIDES)))
    floor = {"persons_per_car", "walking_detour"}  # not below 1
    for key, number in city.assumptions.items():
        assert number.source is Source.ASSUMED, key
        assert number.low < number.value < number.high, key
        assert len(number.note) > 10, key
        wide = key.startswith(("arrival_mean_h", "private_share")) or key in {*floor, "kerb_spaces"}
        assert wide or number.low <= number.value * (0.7 + 1e-9), key


def test_prices_are_marked_as_assumed() -> None:
    car_park, kerb = helsinki().tariffs
    assert all(tariff.note.startswith("Assumed") for tariff in (car_park, kerb))
    assert price(car_park, 10 * HOUR_S, HOUR_S) == 5.00
    assert price(car_park, 8 * HOUR_S, 9 * HOUR_S) == 32.00
    assert price(kerb, 10 * HOUR_S, HOUR_S) == 4.00
    assert price(kerb, 8 * HOUR_S, HOUR_S) == 0.00
    assert price(kerb, 8 * HOUR_S, 2 * HOUR_S) == 4.00  # from 09:00 on
    assert price(kerb, 10 * HOUR_S, 4 * HOUR_S + 1) == float("inf")


def test_the_sheet_of_car_parks_counts_no_space() -> None:
    city = helsinki()
    parks = city.car_parks
    assert not np.any(parks.spaces_source == Source.MEASURED)
    garages = np.char.find(parks.name, "Q-Park") >= 0
    assert garages.sum() >= 3
    assert np.all(parks.kind[garages] == CarParkKind.UNDERGROUND)


def test_commuters_fill_the_jobs_that_residents_leave() -> None:
    value = helsinki().assumed
    coming = sum(value(f"incoming_commuters.{side}") for side in SIDES)
    assert 0.85 < coming / value("jobs") < 1


def test_supply_and_demand_are_of_one_size() -> None:
    """Parked about noon, by hand: no more than there are spaces, and most of them."""
    value = helsinki().assumed
    cars = sum(
        value(f"incoming_commuters.{s}") * value(f"car_share_incoming.{s}") for s in SIDES
    ) / value("persons_per_car")
    commuters = cars * (1 - value("private_share_incoming"))
    # a third of the visitors come in the three hours about noon, and stay an hour and a half
    visitors = sum(value(f"visitor_cars.{s}") for s in SIDES) / 3 / 3 * 1.5
    spaces = value("public_spaces") + value("kerb_spaces")
    taken = (commuters + visitors + value("occupancy_0600") * spaces) / spaces
    assert 0.5 < taken < 0.95


def test_inferred_supply_holds_the_total() -> None:
    city = infer_supply(helsinki())
    parks = city.car_parks
    public = np.isin(parks.access, (Access.PUBLIC, Access.CUSTOMERS)) & inside(
        city.boundary_x_m, city.boundary_y_m, parks.x_m, parks.y_m
    )
    assert parks.spaces[public].sum() == city.assumed("public_spaces")
    total = city.assumptions["kerb_spaces"]
    assert total.low <= city.kerb.spaces.sum() <= total.high  # the map and the total agree


# --- studies ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", STUDIES)
def test_study_checks_and_previews(name: str) -> None:
    resolved = study(name)
    assert [option.id for option in resolved.options] == ["A", "B", "C"]
    text = preview_text(resolved.options, resolved.city)
    assert re.findall(r"^([ABC])  ", text, re.M) == ["A", "B", "C"]
    for option in resolved.options:
        assert option.touches.links.size or len(option.touches.kerb), option.id


def test_closing_the_street_closes_all_of_it() -> None:
    resolved = study("street_closed")
    roads = resolved.city.roads
    mine = [i for i in range(len(roads.links)) if roads.name_of(i) == "Eteläesplanadi"]
    closed, retimed, narrowed = resolved.options
    assert sorted(closed.touches.links.tolist()) == mine
    assert len(retimed.touches.junctions) == 1
    after = narrowed.apply(resolved.city).roads.links
    assert np.all(after.lanes[mine] == 1)
    assert roads.links.lanes[mine].min() >= 2


def test_bundled() -> None:
    assert seed_folder("helsinki") == SEED
    assert demo_study("helsinki") == ROOT / "scenarios" / "helsinki" / "kerb_pricing.yaml"


def test_a_morning_is_plausible() -> None:
    """Converged, no queue at the gateways, a search that is felt, spaces neither full nor empty."""
    result = morning()
    assert np.all(result.equilibrium.relative_gap <= 1e-6)
    assert result.converged
    values = indicators(result, None)
    assert 1 < values["search_time_mean_min"] < 5
    assert values["gave_up_share"] < 0.12
    assert 0.35 < values["occupancy_peak"] < 0.95
    links, city = result.prepared.city.roads.links, result.prepared.city
    at_gateway = np.isin(links.tail, city.gateways.node) | np.isin(links.head, city.gateways.node)
    volume = result.link_veh / result.prepared.slices.hours[:, None]
    load = (volume / result.prepared.capacity_vph)[:, at_gateway]
    assert 0.1 < load.max() < 1.2
