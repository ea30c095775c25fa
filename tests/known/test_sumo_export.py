"""What is written for SUMO: whole by itself, and built by netconvert without a word against it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import replace
from functools import cache
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from citymove.cli import main
from citymove.cli.commands import EXPORT_FORMATS
from citymove.cli.exporting import EXPORTS, extract_city
from citymove.facts.city import City
from citymove.facts.signal_plans import SignalPlan
from citymove.facts.street_tables import StreetTables
from citymove.formats.osm import read_osm
from citymove.formats.sumo import write_sumo
from citymove.foundation.provenance import Source
from citymove.prepare.exchange import street_tables
from citymove.prepare.plans import plans_in_force
from citymove.signals.presence import city_junctions
from made_up import grid_city

OSM = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "osm"
TOWNS = {"krems": "AT", "bad_hersfeld": "DE", "limerick": "IE"}

# What netconvert may say of a town: the shape of its roads, by its own words.
ABOUT_SHAPES = (
    "Ambiguity in turnarounds computation at junction",
    "Found angle of",
    "Found sharp turn with radius",
    "Intersecting left turns at junction",
    "Shape for junction",
    "Speed of straight connection",
    "Speed of turning connection",
    "Speed of left-turning connection",
)

Key = tuple[str, str, str, str]


@cache
def town(name: str) -> StreetTables:
    path = OSM / name / f"{name}.osm.gz"
    if not path.exists():
        pytest.skip(f"the extract of {name} is not at hand")
    return street_tables(extract_city(read_osm(path, country=TOWNS[name]), TOWNS[name]))


def grid(**options: object) -> City:
    """Return a grid with a bus lane, wide links, a ban and a plan that changes by the hour."""
    city = grid_city(bans=((1, 6, 7),), path_bans=((5, 6, 7, 8),), **options)
    links = city.roads.links
    lanes = links.lanes.copy()
    lanes[::3] = 3.0
    buses = np.zeros(len(links))
    buses[::7] = 1
    city = replace(city, roads=city.roads.with_links(lanes=lanes, bus_lanes=buses))
    plan = plans_in_force(city.roads, city_junctions(city), (), city.roads.link_ids()).plans[0]
    known = SignalPlan(plan.junction, 6 * 3600, 10 * 3600, plan.stages, 17.0, Source.MEASURED)
    return replace(city, signal_plans=(known,))


def xml(folder: Path, part: str) -> ET.Element:
    return ET.parse(folder / f"network.{part}.xml").getroot()  # noqa: S314 - our own file


def key(element: ET.Element) -> Key:
    return tuple(element.get(name, "") for name in ("from", "to", "fromLane", "toLane"))


def check_whole(folder: Path) -> None:
    """Assert what must hold of the files, whatever netconvert says."""
    nodes = {node.get("id"): node for node in xml(folder, "nod").findall("node")}
    edges = {edge.get("id"): edge for edge in xml(folder, "edg")}
    assert {edge.get(end) for edge in edges.values() for end in ("from", "to")} == set(nodes)
    lanes = {name: int(edge.get("numLanes", "")) for name, edge in edges.items()}
    joined = [key(one) for one in xml(folder, "con") if one.get("to")]
    assert len(joined) == len(set(joined))
    for from_, to, from_lane, to_lane in joined:
        assert edges[from_].get("to") == edges[to].get("from")
        assert 0 <= int(from_lane) < lanes[from_]
        assert 0 <= int(to_lane) < lanes[to]
    # every lane that has a link before it is led into, and every lane leads on
    into = {(to, int(lane)) for _, to, _, lane in joined}
    out_of = {(from_, int(lane)) for from_, _, lane, _ in joined}
    leading = {from_ for from_, *_ in joined}
    entered = {to for _, to, *_ in joined}
    assert into == {(name, lane) for name in entered for lane in range(lanes[name])}
    kinds = Counter((from_, lane) for from_, _, lane, _ in joined)
    lone = {name for name in leading if sum(1 for f, *_ in kinds if f == name) < lanes[name]}
    for name in lone:  # a link that leads back alone does so from its innermost lane
        assert {to for from_, to, *_ in joined if from_ == name} <= {
            other for other, edge in edges.items()
            if edge.get("to") == edges[name].get("from")
        }  # fmt: skip
    assert out_of >= {(n, k) for n in leading - lone for k in range(lanes[n])}
    check_signals(folder, nodes, edges, joined)


def check_signals(
    folder: Path, nodes: dict[str | None, ET.Element], edges: dict[str | None, ET.Element],
    joined: list[Key],
) -> None:  # fmt: skip
    signals = xml(folder, "tll")
    lit = {name: node.get("tl") for name, node in nodes.items() if node.get("tl")}
    controlled = {one for one in joined if edges[one[0]].get("to") in lit}
    index = {key(one): (one.get("tl"), int(one.get("linkIndex", ""))) for one in signals
             if one.tag == "connection"}  # fmt: skip
    assert set(index) == controlled
    assert {tl for tl, _ in index.values()} == set(lit.values())
    size = Counter(tl for tl, _ in index.values())
    for tl, count in size.items():
        assert sorted(k for name, k in index.values() if name == tl) == list(range(count))
    programs = [one for one in signals if one.tag == "tlLogic"]
    assert {one.get("id") for one in programs} == set(size)
    for program in programs:
        states = [phase.get("state", "") for phase in program]
        assert {len(state) for state in states} == {size[program.get("id")]}
        assert set("".join(states)) <= set("Ggyr")
        for k in range(size[program.get("id")]):  # everyone has green at some time
            assert {state[k] for state in states} & {"G", "g"}
        for now, then in zip(states, states[1:] + states[:1], strict=True):
            assert "Gr" not in {a + b for a, b in zip(now, then, strict=True)}, "amber is missing"
        into = {k: (to, lane) for (_, to, _, lane), (tl, k) in index.items()
                if tl == program.get("id")}  # fmt: skip
        for state in states:  # two that go first never end in one lane
            ends = [into[k] for k, shown in enumerate(state) if shown == "G"]
            assert len(ends) == len(set(ends))


@pytest.mark.parametrize("side", ["right", "left"])
def test_a_grid_is_whole(tmp_path: Path, side: str) -> None:
    tables = street_tables(replace(grid(), drives_on=side))
    done = write_sumo(tables, tmp_path)
    check_whole(tmp_path)
    assert done.links == len(tables.links)
    assert "sumo_path_bans_left_out" in [note.key for note in done.notes]
    assert "Bans over several links" in (tmp_path / "README.txt").read_text(encoding="utf-8")
    configured = xml_of(tmp_path / "network.netccfg").find("processing/lefthand")
    assert configured is not None
    assert configured.get("value") == str(side == "left").lower()


def xml_of(path: Path) -> ET.Element:
    return ET.parse(path).getroot()  # noqa: S314 - our own file


def test_bans_and_closures_are_no_connections(tmp_path: Path) -> None:
    city = grid()
    ids, links = city.roads.link_ids(), city.roads.links
    ban = city.roads.turn_bans
    closed = int(ban.to_link[0]) + 2
    is_open = np.ones(len(links), bool)
    is_open[closed] = False
    city = replace(city, roads=city.roads.with_links(open=is_open), signal_plans=())
    write_sumo(street_tables(city), tmp_path)
    pairs = {key(one)[:2] for one in xml(tmp_path, "con")}
    assert (str(ids[ban.from_link[0]]), str(ids[ban.to_link[0]])) not in pairs
    edges = {edge.get("id") for edge in xml(tmp_path, "edg")}
    assert edges == set(ids.tolist()) - {str(ids[closed])}
    assert not any(str(ids[closed]) in pair for pair in pairs)


def test_lanes_for_buses_lie_at_the_kerb(tmp_path: Path) -> None:
    write_sumo(street_tables(grid()), tmp_path)
    with_lanes = [edge for edge in xml(tmp_path, "edg") if edge.find("lane") is not None]
    assert with_lanes
    for edge in with_lanes:
        (lane,) = edge.findall("lane")
        assert lane.get("index") == "0"
        assert lane.get("allow") == "bus coach taxi bicycle"
        assert "passenger" in edge.get("allow", "")


def test_programs_are_the_plans_in_force(tmp_path: Path) -> None:
    """Greens, cycle, offset and hours are those of the plans, inferred or known."""
    tables = street_tables(grid())
    write_sumo(tables, tmp_path)
    signals, plans = tables.signals, tables.signals.plans
    programs = [one for one in xml(tmp_path, "tll") if one.tag == "tlLogic"]
    assert len(programs) == len(plans) == 5
    for row, program in enumerate(programs):
        durations = [float(phase.get("duration", "")) for phase in program]
        assert sum(durations) == pytest.approx(plans.cycle_s[row])
        assert program.get("offset") == f"{signals.coordination.offset_s[row]:g}"
        greens = signals.phases.max_green_s[signals.phases.plan == row]
        assert set(greens.tolist()) <= set(durations)
    by_hour = xml_of(tmp_path / "signals_by_hour.add.xml")
    (waut,) = by_hour.findall("WAUT")
    assert waut.get("startProg") == "0"
    assert [(s.get("time"), s.get("to")) for s in waut] == [("21600", "1"), ("36000", "2")]


def test_facing_left_turns_show_a_green_that_gives_way(tmp_path: Path) -> None:
    """At a crossing of four legs with two stages, left turns alone are g: half of one stage's."""
    tables = street_tables(grid_city())
    write_sumo(tables, tmp_path)
    states = [phase.get("state", "") for one in xml(tmp_path, "tll") for phase in one]
    assert states
    served = tables.signals.phase_movements
    kinds = tables.movements.kind[served.movement]
    crossing = np.bincount(tables.movements.from_link, minlength=len(tables.links)) == 3
    four_legs = crossing[tables.movements.from_link[served.movement]]
    assert set(kinds[four_legs & ~served.protected].tolist()) == {1}  # left
    for phase in np.unique(served.phase[four_legs]):
        rows = np.flatnonzero((served.phase == phase) & served.protected)
        for a, b in combinations(served.movement[rows].tolist(), 2):
            assert tables.movements.to_link[a] != tables.movements.to_link[b]


@pytest.mark.parametrize("name", TOWNS)
def test_a_town_is_whole(tmp_path: Path, name: str) -> None:
    write_sumo(town(name), tmp_path)
    check_whole(tmp_path)


def test_the_command_writes_it(tmp_path: Path) -> None:
    assert tuple(EXPORTS) == EXPORT_FORMATS
    source = OSM / "krems" / "krems.osm.gz"
    if not source.exists():
        pytest.skip("the extract of krems is not at hand")
    arguments = ["export", str(source), "--country", "AT", "--to", "sumo", "--out", str(tmp_path)]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[:2] == ["nodes: 495", "links: 1000"]
    assert done.stdout.splitlines()[-1] == f"written: {tmp_path.resolve()}"
    wrong = CliRunner().invoke(main, ["export", str(source), "--to", "csv"])
    assert wrong.exit_code == 2


# --- with SUMO at hand ----------------------------------------------------------------------------


def netconvert() -> str:
    """Return netconvert: CITYMOVE_NETCONVERT, in SUMO_HOME, or on the path; else skip."""
    home = os.environ.get("SUMO_HOME", "")
    for found in (
        os.environ.get("CITYMOVE_NETCONVERT"),
        shutil.which("netconvert", path=str(Path(home, "bin"))) if home else None,
        shutil.which("netconvert"),
    ):
        if found:
            return found
    pytest.skip("netconvert is not at hand: set CITYMOVE_NETCONVERT or SUMO_HOME")


@pytest.mark.parametrize("name", [*TOWNS, "grid", "grid_left"])
def test_netconvert_has_nothing_against_it(tmp_path: Path, name: str) -> None:
    tool = netconvert()
    if name in TOWNS:
        tables = town(name)
    else:
        tables = street_tables(replace(grid(), drives_on="left" if "left" in name else "right"))
    write_sumo(tables, tmp_path)
    done = subprocess.run(
        [tool, "-c", "network.netccfg", "--aggregate-warnings", "-1"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = [line for line in done.stderr.splitlines() if not line.startswith("pj_obj_create")]
    assert done.returncode == 0, said
    assert [line for line in said if line.startswith("Error")] == []
    others = [
        line for line in said
        if not re.sub("^Warning: ", "", line).startswith(ABOUT_SHAPES)
    ]  # fmt: skip
    assert others == []
    check_built(tmp_path)
    check_loads(tool, tmp_path)


def check_built(folder: Path) -> None:
    """Assert that the network has the connections, indices and programs that were written."""
    net = xml(folder, "net")
    built = {key(one): one for one in net.findall("connection") if one.get("from", "")[0] != ":"}
    assert set(built) == {key(one) for one in xml(folder, "con") if one.get("to")}
    signals = xml(folder, "tll")
    for one in signals.findall("connection"):
        there = built[key(one)]
        assert (there.get("tl"), there.get("linkIndex")) == (one.get("tl"), one.get("linkIndex"))

    def programs(root: ET.Element) -> dict[tuple[str | None, ...], list[tuple[float, str | None]]]:
        return {
            (one.get("id"), one.get("programID"), one.get("offset")): [
                (float(phase.get("duration", "")), phase.get("state"))
                for phase in one.findall("phase")
            ]
            for one in root.findall("tlLogic")
        }

    written = {key[:2]: value for key, value in programs(signals).items()}
    assert {key[:2]: value for key, value in programs(net).items()} == written


def check_loads(tool: str, folder: Path) -> None:
    """Assert that the simulator beside netconvert loads and runs the network without a word."""
    sumo = Path(tool).with_name("sumo")
    if not sumo.exists():
        return
    ends = [key(one) for one in xml(folder, "con") if one.get("to")][:20]
    trips = "".join(
        f'<trip id="{k}" depart="{k}" from="{a}" to="{b}"/>' for k, (a, b, *_) in enumerate(ends)
    )
    (folder / "trips.xml").write_text(f"<routes>{trips}</routes>", encoding="utf-8")
    extra = (
        ["-a", "signals_by_hour.add.xml"] if (folder / "signals_by_hour.add.xml").exists() else []
    )
    done = subprocess.run(
        [sumo, "-n", "network.net.xml", "-r", "trips.xml", *extra, "--end", "300",
         "--no-step-log", "--ignore-route-errors"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = [line for line in done.stderr.splitlines() if not line.startswith("pj_obj_create")]
    assert done.returncode == 0, said
    assert [line for line in said if re.search("tlLogic|onnection|Error", line)] == []
