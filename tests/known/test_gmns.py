"""GMNS: known equilibria of published folders, their signals, and what we write read back."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from citymove.cli.exporting import extract_city
from citymove.facts.city import City
from citymove.facts.roads import LaneTurn, LaneTurns, TimedSpeeds, Vehicle
from citymove.facts.signal_plans import SignalPlan
from citymove.facts.street_tables import StreetTables
from citymove.formats.gmns import (
    read_gmns,
    read_gmns_assignment,
    read_gmns_demand,
    write_gmns,
)
from citymove.formats.osm import read_osm
from citymove.foundation.provenance import Source
from citymove.foundation.table import Table
from citymove.prepare.exchange import street_tables
from citymove.prepare.plans import plans_in_force
from citymove.signals.presence import city_junctions
from citymove.traffic.equilibrium import assign
from citymove.traffic.from_tables import network_from_table
from citymove.traffic.network import Equilibrium
from made_up import grid_city

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"


def given(*parts: str) -> Path:
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"{'/'.join(parts)} is not at hand")
    return path


def equilibrium(folder: Path, *, distance_factor: float = 0.0, gap: float) -> Equilibrium:
    read = read_gmns_assignment(folder)
    trips = read_gmns_demand(folder / "demand.csv", read.zone_ids)
    network = network_from_table(read.table, turns=read.turns, distance_factor=distance_factor)
    return assign(network, trips.matrix()[None, None], algorithm="paths", gap=gap)


def test_sioux_falls() -> None:
    """Its free-flow times follow from length and speed, since no column states them."""
    folder = given("gmns", "sioux_falls_gmns_plus")
    found = equilibrium(folder, gap=1e-11)
    assert found.objective[0] == pytest.approx(4231335.28711, rel=1e-10)
    assert found.tstt[0] == pytest.approx(7480225.34492, rel=1e-9)
    read = read_gmns_assignment(folder)
    assert (read.table.zone_count, read.table.first_through_node) == (24, 0)
    assert [note.key for note in read.notes] == ["gmns_units_assumed"]


def test_chicago_sketch() -> None:
    """The best-known equilibrium holds for time + 0.04 min a mile x length."""
    folder = given("gmns", "chicago_sketch_gmns_plus")
    read = read_gmns_assignment(folder)
    assert (len(read.table), read.table.node_count, read.table.zone_count) == (2950, 933, 387)
    assert read.table.first_through_node == 387, "centroids carry no through traffic"
    assert int(np.sum(read.table.free_time == 0)) == 774
    trips = read_gmns_demand(folder / "demand.csv", read.zone_ids)
    assert trips.trips.sum() == pytest.approx(1_260_907.44, abs=1e-6)
    found = equilibrium(folder, distance_factor=0.04, gap=1e-7)
    slack = float(found.tstt[0] - found.sptt[0])
    assert found.objective[0] == pytest.approx(17234516.222, rel=1e-8)
    assert found.objective[0] - slack <= 17234516.222 * (1 + 1e-10)


def rows_of(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_arlington_signals() -> None:
    """Phases, splits, cycles and offsets are those of the file, digit by digit."""
    folder = given("gmns", "Arlington_Signals")
    read = read_gmns(folder)
    signals, phases = read.signals, read.signals.phases
    assert signals.controllers.id.tolist() == ["6", "7"]
    assert signals.plans.cycle_s[1:].tolist() == [120, 120, 110]
    assert np.isnan(signals.plans.cycle_s[0]), "actuated at off-peak times"
    assert signals.plans.days.tolist() == ["", "01111100", "01111100", "00000010"]
    assert signals.plans.start_s.tolist() == [0, 6 * 3600, 15 * 3600, 11 * 3600]
    coordinated = signals.coordination.controller == 1
    assert signals.coordination.offset_s[coordinated].tolist()[1:] == [104, 97, 89]
    assert signals.coordination.master[coordinated].tolist()[1:] == [0, 0, 0]
    assert set(signals.coordination.reference[coordinated][1:]) == {"begin_of_green"}
    stated = rows_of(folder, "signal_timing_phase")
    assert len(phases) == len(stated) == 44
    for row, cells in enumerate(stated):
        split = float(cells["max_green"]) + float(cells["clearance"] or 0)
        assert phases.split_s()[row] == split
        for name in ("ring", "barrier", "position"):
            assert getattr(phases, name)[row] == int(cells[name])
        assert phases.number[row] == int(cells["signal_phase_num"])
    served = rows_of(folder, "signal_phase_mvmt")
    apart = [cells for cells in served if cells["mvmt_id"] == "23"]
    assert len(signals.phase_movements) == len(served) - len(apart)
    crossings = signals.phase_movements.link >= 0
    assert int(crossings.sum()) == sum(bool(cells["link_id"]) for cells in served)
    keys = [note.key for note in read.notes]
    assert keys == ["gmns_days_too_many", "gmns_links_both_ways", "gmns_movements_apart"]
    # units: 0.125 miles, 25 mph; uses: only bicycles of ours on the path, none on a sidewalk
    assert read.links.length_m[2] == pytest.approx(0.125 * 1609.344)
    assert read.links.speed_mps[2] == pytest.approx(25 * 0.44704)
    assert read.links.vehicles[[0, 14]].tolist() == [Vehicle.BICYCLE, 0]
    # places: the map that the folder's README links to looks at these junctions
    lon, lat = read.plane.to_degrees(read.nodes.x_m[5], read.nodes.y_m[5])
    assert (float(lon), float(lat)) == (
        pytest.approx(-71.1525, abs=1e-3), pytest.approx(42.4153, abs=1e-3),
    )  # fmt: skip


def full_city() -> City:
    """Return a grid with bans by hour and over several links, arrows, timed speeds and plans."""
    city = grid_city(bans=((1, 6, 7),), path_bans=((5, 6, 7, 8),))
    roads = city.roads
    links = roads.links
    bans = roads.turn_bans
    more = replace(
        bans.take([0]), from_link=np.flatnonzero((links.tail == 11) & (links.head == 6)),
        to_link=np.flatnonzero((links.tail == 6) & (links.head == 5)),
        start_s=[7 * 3600], end_s=[9 * 3600],
    )  # fmt: skip
    lanes = links.lanes.copy()
    lanes[:4] = [2.0, 1.5, 0.5, 3.0]
    buses = np.zeros(len(links))
    buses[:2] = 1
    roads = replace(
        roads.with_links(lanes=lanes, bus_lanes=buses, vehicles=np.where(lanes == 0.5, 31, 63)),
        turn_bans=bans.append(more),
        lane_turns=LaneTurns(
            link=[0, 0], lane=[0, 1], source=[Source.TAGGED] * 2,
            turns=[LaneTurn.LEFT, LaneTurn.THROUGH | LaneTurn.RIGHT],
        ),
        timed_speeds=TimedSpeeds(link=[3], start_s=[0], end_s=[21600], speed_mps=[30 / 3.6]),
    )  # fmt: skip
    city = replace(city, roads=roads)
    plan = plans_in_force(roads, city_junctions(city), (), roads.link_ids()).plans[0]
    known = SignalPlan(plan.junction, 6 * 3600, 10 * 3600, plan.stages, 17.0, Source.MEASURED)
    return replace(city, signal_plans=(known,))


def same(one: Table, other: Table, *, apart: tuple[str, ...] = ()) -> None:
    """Assert that two tables are equal, numbers to the last digits of a written one."""
    assert len(one) == len(other)
    for name in one.column_names():
        a, b = getattr(one, name), getattr(other, name)
        if name in apart:
            continue
        if a.dtype.kind == "f":
            np.testing.assert_allclose(a, b, rtol=1e-12, atol=0, err_msg=name)
        else:
            np.testing.assert_array_equal(a, b, err_msg=name)


def same_network(one: StreetTables, other: StreetTables) -> None:
    assert one.drives_on == other.drives_on
    same(one.nodes, other.nodes, apart=("x_m", "y_m"))  # each has a plane of its own
    for name in ("links", "lanes", "movements", "banned_hours", "speed_hours", "path_bans"):
        same(getattr(one, name), getattr(other, name))
    for name in ("controllers", "plans", "phases", "phase_movements", "coordination"):
        same(getattr(one.signals, name), getattr(other.signals, name))
    np.testing.assert_array_equal(one.shape_start, other.shape_start)
    for a, b in zip(
        one.plane.to_degrees(one.shape_x_m, one.shape_y_m),
        other.plane.to_degrees(other.shape_x_m, other.shape_y_m),
        strict=True,
    ):
        np.testing.assert_allclose(a, b, rtol=0, atol=2e-9)


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    tables = street_tables(full_city())
    assert len(tables.banned_hours) == 1
    assert len(tables.path_bans) == 3
    assert len(tables.signals.plans) == 5, "three junctions, one of them with three windows"
    done = write_gmns(tables, tmp_path)
    assert "gmns_path_bans" in [note.key for note in done.notes]
    assert "path_ban.csv" in (tmp_path / "README.txt").read_text(encoding="utf-8")
    same_network(tables, read_gmns(tmp_path))


def test_a_town_is_read_back(tmp_path: Path) -> None:
    facts = read_osm(given("osm", "bad_hersfeld", "bad_hersfeld.osm.gz"), country="DE")
    tables = street_tables(extract_city(facts, "DE"))
    write_gmns(tables, tmp_path)
    same_network(tables, read_gmns(tmp_path))


def test_units_capacity_and_sources_are_stated(tmp_path: Path) -> None:
    city = full_city()
    tables = street_tables(city)
    write_gmns(tables, tmp_path)
    (config,) = rows_of(tmp_path, "config")
    assert (config["long_length"], config["speed"], config["crs"]) == (
        "kilometer", "kph", "EPSG:4326",
    )  # fmt: skip
    link = rows_of(tmp_path, "link")[3]
    assert link["link_id"] == city.roads.link_ids()[3]
    assert float(link["length"]) == pytest.approx(0.2)
    assert float(link["free_speed"]) == pytest.approx(50)
    assert (link["lanes"], link["lanes_source"]) == ("3", "default")
    # capacity is that of a lane
    assert float(link["capacity"]) * 3 == pytest.approx(tables.links.capacity_vph[3])
    assert [row["lanes"] for row in rows_of(tmp_path, "link")[:4]] == ["2", "1", "1", "3"]
    lanes = [row for row in rows_of(tmp_path, "lane") if row["link_id"] == tables.links.id[0]]
    assert [row["allowed_uses"] for row in lanes][-1] == "bus,taxi,bike"
    assert [row["arrows"] for row in lanes] == ["left", "through;right", ""]
    hours = rows_of(tmp_path, "movement_tod")
    assert [(row["time_day"], row["allowed_uses"]) for row in hours] == [
        ("01111100_0700_0900", "none")
    ]
    plans = rows_of(tmp_path, "signal_timing_plan")
    assert [row["source"] for row in plans].count("measured") == 1
    assert [row["source"] for row in plans].count("inferred") == 4


DETOUR = {
    "node": "node_id,zone_id,x_coord,y_coord\na,1,7.00,50.00\nb,,7.01,50.00\nc,,7.01,50.01\n"
    "d,2,7.02,50.00\n",
    "link": "link_id,from_node_id,to_node_id,directed,length,free_speed,lanes,capacity,"
    "allowed_uses\nab,a,b,1,1,60,2,900,car\nbd,b,d,1,1,60,1,900,\nbc,b,c,0,1,60,1,900,auto\n"
    "cd,c,d,1,1,60,1,900,all\nwalk,a,d,1,1,60,1,900,walk\n",
    "demand": "o_zone_id,d_zone_id,volume\n1,2,100\n",
}


def write_folder(folder: Path, **tables: str) -> Path:
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def test_turns_that_movements_leave_out_are_not_driven(tmp_path: Path) -> None:
    """At b only the turn to c is listed, so all drive a-b-c-d; the footpath is no link."""
    free = equilibrium(write_folder(tmp_path, **DETOUR), gap=1e-9)
    read = read_gmns_assignment(tmp_path)
    assert read.link_ids.tolist() == ["ab", "bd", "bc", "cd", "bc/reverse"]
    assert read.table.capacity.tolist() == [1800, 900, 900, 900, 900]
    assert free.link_volume[0, 0].tolist() == [100, 100, 0, 0, 0]
    movement = "mvmt_id,node_id,ib_link_id,ob_link_id,type\n1,b,ab,bc,left\n"
    banned = equilibrium(write_folder(tmp_path, movement=movement), gap=1e-9)
    assert banned.link_volume[0, 0].tolist() == [100, 0, 100, 100, 0]
    keys = [note.key for note in read.notes]
    assert keys == [
        "gmns_units_assumed", "gmns_links_not_for_cars", "gmns_default_cost_function",
    ]  # fmt: skip
