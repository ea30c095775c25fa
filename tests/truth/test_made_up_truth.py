"""Made-up cities whose truth is known: what must change nothing, and what must help."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from citymove.appraisal.indicators import indicators
from citymove.coupling.fixed_point import CoupledResult, solve_coupled
from citymove.facts.city import City
from citymove.facts.edit import close_links
from citymove.foundation.daytime import HOUR_S, Slices
from citymove.prepare.preparing import prepare
from citymove.runs.store import RunStore
from citymove.scenario.ensemble import Draw
from citymove.scenario.planning import ResolvedStudy, RunChoices, plan_runs
from citymove.scenario.preview import resolve
from citymove.scenario.reading import read_study
from citymove.scenario.solving import draw_city, solve_run
from made_up import BLOCK_M, grid_city

MORNING = Slices.hourly(7 * HOUR_S, 9 * HOUR_S)

HEAD = """\
citymove: 1
name: {en: Truth, zh: 真值}
city: .
day: {kind: workday, hours: "07:00-09:00"}
decide_on: [search_time_mean_min]
uncertain: all
run: {draws: 2, seed: 3, response: fixed, starts: 1, search: whole_city, rounds: {base: 2, option: 2}}
options:
"""  # noqa: E501 - a line of a study


def manifests(folder: Path, city: City, options: str) -> dict[str, list[dict[str, object]]]:
    """Run a study as the command line does; return the manifests by option, draws in order."""
    path = folder / "study.yaml"
    path.write_text(HEAD + options, encoding="utf-8")
    study, document = read_study(path)
    resolved = ResolvedStudy(
        path=path,
        study=study,
        city=city,
        options=resolve(study, document, city),
        corridor=None,
    )
    plan = plan_runs(resolved, RunChoices())
    store = RunStore(folder / "runs")
    found: dict[str, list[dict[str, object]]] = {}
    for task in plan.all:
        stored = store.load(solve_run(task, store.folder))
        assert stored is not None
        if task not in plan.centrals:
            found.setdefault(task.option_id, []).append(dict(stored.manifest))
    return found


def option(name: str, step: str) -> str:
    return f"  {name}:\n    name: {{en: {name}, zh: {name}}}\n    do:\n      - {step}\n"


EMPTY = {
    "same_demand": "scale_demand: {to: 100 %}",
    "same_kerb_price": "price_kerb: {where: all, tariff: [{then: 1 EUR/h}]}",
    "same_park_price": "price_car_park: {which: all, tariff: [{then: 2 EUR/h}, {cap: 20 EUR/day}]}",
    "same_speed": "set_speed: {street: Row 2, speed: 50 km/h}",
    "same_lanes": "set_lanes: {street: Row 2, lanes: 1}",
}


def test_an_option_that_changes_nothing_differs_by_nothing(tmp_path: Path) -> None:
    steps = "".join(option(name, step) for name, step in EMPTY.items())
    city = replace(
        grid_city(), kerb_tariff=1
    )  # the kerb that draws infer costs what the other does
    found = manifests(tmp_path, city, steps)
    assert set(found) == {"base", *EMPTY}
    for name in EMPTY:
        for base, run in zip(found["base"], found[name], strict=True):
            assert run["seed"] == base["seed"]
            assert run["indicators"] == base["indicators"], name  # to the last bit
    first, second = found["base"]
    assert first["indicators"] != second["indicators"]  # two draws, not one twice


def test_closing_a_street_that_nobody_can_use_changes_nothing(tmp_path: Path) -> None:
    """The uppermost street is cut off as it is: what leads there is closed already."""
    whole = grid_city(5, 5)
    links = whole.roads.links
    top = 4 * 5  # first node of Row 4
    leads_there = (links.tail < top) != (links.head < top)
    city = close_links(whole, np.flatnonzero(leads_there))
    found = manifests(tmp_path, city, option("closed", "close_street: {street: Row 4}"))
    for base, run in zip(found["base"], found["closed"], strict=True):
        assert run["indicators"] == base["indicators"]


def test_a_car_park_far_from_all_visits_changes_nobodys_search(tmp_path: Path) -> None:
    whole = grid_city(14, 4)
    places = whole.places.take(np.flatnonzero(whole.places.x_m < 4 * BLOCK_M))
    # 1,600 m from the nearest visit: farther than anybody walks
    price = "[{then: 1 EUR/h}]"
    far = (
        f"build_car_park: {{site: {{at: Column 12}}, spaces: 500, kind: surface, tariff: {price}}}"
    )
    found = manifests(tmp_path, replace(whole, places=places), option("far", far))
    for base, run in zip(found["base"], found["far"], strict=True):
        before, after = dict(base["indicators"]), dict(run["indicators"])
        assert after.pop("occupancy_peak") < before.pop("occupancy_peak")  # 500 more stand empty
        assert after == before
        assert before["search_time_mean_min"] > 0


@pytest.fixture(scope="module")
def saturated() -> City:
    """More cars arrive than there are spaces."""
    return grid_city(car_park_spaces=(60, 40))


@pytest.fixture(scope="module", params=[1, 2, 3])
def pair(request: pytest.FixtureRequest, saturated: City) -> tuple[CoupledResult, CoupledResult]:
    """The saturated city, and the same with every facility twice as large, one seed."""
    drawn = draw_city(saturated, Draw(index=0, seed=request.param, values={}), MORNING)
    twice = replace(
        drawn,
        kerb=replace(drawn.kerb, spaces=2 * drawn.kerb.spaces),
        car_parks=replace(drawn.car_parks, spaces=2 * drawn.car_parks.spaces),
    )
    found = [
        solve_coupled(prepare(city, MORNING), seed=request.param, min_rounds=3, max_rounds=3)
        for city in (drawn, twice)
    ]
    return found[0], found[1]


def test_twice_the_spaces_shorten_the_search_in_every_draw(
    pair: tuple[CoupledResult, CoupledResult],
) -> None:
    short, ample = pair
    assert ample.prepared.parking.spaces.sum() == 2 * short.prepared.parking.spaces.sum()
    before, after = indicators(short), indicators(ample)
    assert before["occupancy_peak"] > 0.9
    for key in ("search_time_mean_min", "search_time_p90_min", "gave_up_share", "cruising_veh_km"):
        assert after[key] < before[key], key
    assert after["gave_up_share"] < 0.5 * before["gave_up_share"]


def test_vehicle_kilometres_are_counted_once(pair: tuple[CoupledResult, CoupledResult]) -> None:
    """What trips and drivers drove equals what the links carried, to rounding."""
    for found in pair:
        split = found.veh_km()
        driven = split.through + split.access + split.cruising + split.queueing
        assert split.through > 0
        assert split.access > 0
        assert driven == pytest.approx(split.link_total, rel=1e-12)
        assert indicators(found)["veh_km"] == pytest.approx(split.link_total, rel=1e-12)
        assert indicators(found)["cruising_veh_km"] == pytest.approx(split.cruising, rel=1e-12)


def test_an_hour_without_commutes_has_no_commute(saturated: City) -> None:
    """A mean over nobody is left out, not called 0."""
    late = Slices.hourly(11 * HOUR_S, 12 * HOUR_S)
    drawn = draw_city(saturated, Draw(index=0, seed=1, values={}), late)
    found = indicators(solve_coupled(prepare(drawn, late), seed=1, min_rounds=1, max_rounds=1))
    assert not {"commute_inside_min", "commute_door_to_door_min", "corridor_delay_index"} & set(
        found
    )
    assert found["search_time_mean_min"] > 0
    assert np.isfinite(list(found.values())).all()
