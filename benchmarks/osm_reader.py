"""Readers of OpenStreetMap side by side on one extract, and the growth of ours with size.

Every measurement is a fresh process; the readers take turns, so that a busy minute of the
machine troubles all of them. A reader's clock starts once its package and the libraries that it
needs are imported (that time stands in a column of its own) and stops at a ready network:

- citymove: `read_osm` (roads, turn bans, signals, parking, places, a source for every attribute)
  and `turn_graph`, on which paths are searched.
- osmnx: `graph_from_xml(simplify=False)`, `simplify_graph` and the largest strongly connected
  part. It reads XML alone, takes every way for a street and fails on ways with missing nodes, so
  it is handed two files, written before the clock starts: the ways that citymove drives on, and
  the whole extract. The target is judged on the first, which is less work.
- osm2gmns: `getNetFromFile`, which leaves the network inside its library; `outputNetToCSV` is the
  only way to its links, so that its time is told as well. The target is judged without it.

osm2gmns is no dependency. Install it beside the others, or elsewhere and name that interpreter:

    python3 -m venv /tmp/peers && /tmp/peers/bin/pip install osm2gmns==1.0.1
    python benchmarks/osm_reader.py --osm2gmns-python /tmp/peers/bin/python

This file is run by that interpreter too: whatever is not in the standard library is imported
where it is used.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
COLUMBUS = ROOT.parent / "shared" / "data" / "osm" / "columbus" / "columbus.osm.pbf"
SEEDS = [ROOT / "seeds" / city / "roads.osm.pbf" for city in ("helsinki", "monaco")]
MOST_OF_OSMNX = 1 / 4
MOST_OF_OSM2GMNS, AIM_OF_OSM2GMNS = 4.0, 1.5
MOST_MB, LINKS = 300.0, 100_000
GRID = 10  # copies in a row, so that eighty of a city centre stay within 500 km
STEP_OF_IDS = 1 << 36  # beyond every id of OpenStreetMap
Measured = dict[str, Any]


def peak_mb() -> float:
    """Return the most memory that this process has held, 1e6 bytes."""
    status = Path("/proc/self/status")
    if status.exists():  # what the process that started this one held counts in getrusage
        line = next(t for t in status.read_text("ascii").splitlines() if t.startswith("VmHWM"))
        return int(line.split()[1]) * 1024 / 1e6
    import resource

    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return held / 1e6 if sys.platform == "darwin" else held * 1024 / 1e6


class Clock:
    """Wall and processor time of the steps of one reader, s."""

    def __init__(self, imported_s: float) -> None:
        self.found: Measured = {"import_s": imported_s, "base_mb": peak_mb(), "steps": {}}
        self._wall, self._cpu = time.perf_counter(), time.process_time()
        self._last = self._wall

    def step(self, name: str) -> None:
        """Close a step."""
        now = time.perf_counter()
        self.found["steps"][name] = now - self._last
        self.found["wall_s"], self.found["cpu_s"] = now - self._wall, self.cpu_s()
        self.found["peak_mb"], self._last = peak_mb(), now

    def cpu_s(self) -> float:
        """Return processor time of all threads so far."""
        return time.process_time() - self._cpu


def measure_citymove(file: Path) -> Measured:
    """Read with citymove."""
    begin = time.perf_counter()
    import osmium  # noqa: F401  # imported by the reader when it is first called
    import pyproj  # noqa: F401
    import scipy.sparse.csgraph  # noqa: F401
    import shapely  # noqa: F401

    from citymove.facts.roads import attribute_sources
    from citymove.formats.osm import read_osm
    from citymove.prepare.turn_graph import turn_graph

    clock = Clock(time.perf_counter() - begin)
    facts = read_osm(file)
    clock.step("read_osm")
    turns = turn_graph(facts.roads)
    clock.step("turn_graph")
    counts, links = facts.reading.counts, facts.roads.links
    return clock.found | {
        "links": len(links),
        "km": float(links.length_m.sum()) / 1000,
        "lost_links": counts["links_lost_to_connectivity"],
        "lost_km": counts["links_lost_to_connectivity_m"] / 1000,
        "bans_found": counts["turn_bans_found"],
        "bans": counts["turn_bans_in_force"],
        "turns": int(turns.to_state.size),
        "signals": len(facts.roads.signal_nodes),
        "kerb": len(facts.kerb),
        "car_parks": len(facts.car_parks),
        "places": len(facts.places),
        "sourced": len(attribute_sources(facts.roads)),
    }


def measure_osmnx(file: Path) -> Measured:
    """Read with osmnx."""
    begin = time.perf_counter()
    import osmnx

    clock = Clock(time.perf_counter() - begin)
    graph = osmnx.graph_from_xml(file, simplify=False)
    clock.step("graph_from_xml")
    simple = osmnx.simplify_graph(graph)
    clock.step("simplify_graph")
    strong = osmnx.truncate.largest_component(simple, strongly=True)
    clock.step("largest_component")
    all_km, km = (
        sum(length for *_, length in one.edges(data="length")) / 1000 for one in (simple, strong)
    )
    return clock.found | {
        "links": len(strong.edges),
        "km": km,
        "lost_links": len(simple.edges) - len(strong.edges),
        "lost_km": all_km - km,
    }


def measure_osm2gmns(file: Path) -> Measured:
    """Read with osm2gmns."""
    begin = time.perf_counter()
    import osm2gmns

    clock = Clock(time.perf_counter() - begin)
    network = osm2gmns.getNetFromFile(str(file), mode_types="auto")
    clock.step("getNetFromFile")
    found = dict(clock.found, steps=dict(clock.found["steps"]))
    with tempfile.TemporaryDirectory() as folder:
        osm2gmns.outputNetToCSV(network, folder)
        clock.step("outputNetToCSV")
        found["csv_s"] = clock.found["steps"]["outputNetToCSV"]
        with (Path(folder) / "link.csv").open(encoding="utf-8", newline="") as rows:
            km = sum(float(row["length"]) for row in csv.DictReader(rows)) / 1000
    return found | {"links": network.number_of_links, "km": km}


MEASURES: dict[str, Callable[[Path], Measured]] = {
    "citymove": measure_citymove,
    "osmnx": measure_osmnx,
    "osm2gmns": measure_osm2gmns,
}


def in_fresh_process(reader: str, file: Path, python: str = sys.executable) -> Measured:
    """Return what one run of a reader measures."""
    run = subprocess.run(
        [python, __file__, str(file), "--measure", reader],
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        raise SystemExit(f"{reader} fails on {file}:\n{run.stderr[-2000:]}")
    found: Measured = json.loads(run.stdout.splitlines()[-1])
    return found


def has_osm2gmns(python: str) -> bool:
    """Whether an interpreter has osm2gmns."""
    command = [python, "-c", "import osm2gmns"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def write_extract(extract: Path, target: Path, ways: set[int] | None) -> None:
    """Write an extract with all tags, without references to missing nodes.

    Parameters
    ----------
    extract, target
        Files.
    ways
        Ids of the ways to keep, with their nodes alone; None: everything.
    """
    import osmium

    entity = osmium.osm
    present = {node.id for node in osmium.FileProcessor(str(extract), entity.NODE)}
    used: set[int] = set()
    for way in osmium.FileProcessor(str(extract), entity.WAY):
        if ways is not None and way.id in ways:
            used.update(node.ref for node in way.nodes)
    with osmium.SimpleWriter(str(target)) as writer:
        for node in osmium.FileProcessor(str(extract), entity.NODE):
            if ways is None or node.id in used:
                writer.add_node(node)
        for way in osmium.FileProcessor(str(extract), entity.WAY):
            refs = [node.ref for node in way.nodes if node.ref in present]
            if len(refs) > 1 and (ways is None or way.id in ways):
                writer.add_way(way.replace(nodes=refs))
        for relation in osmium.FileProcessor(str(extract), entity.RELATION):
            writer.add_relation(relation)


def driven_ways(extract: Path) -> set[int]:
    """Return the ids of the ways of the extract that citymove's links lie on or are cut from."""
    from citymove.formats.osm.extract import read_extract
    from citymove.formats.osm.tally import Tally
    from citymove.formats.osm.ways import drivable_ways

    def silent(_: str) -> None:
        """Take a word of progress, and keep it."""

    return set(drivable_ways(read_extract(extract, silent).ways, Tally()).id.tolist())


def write_copies(extract: Path, target: Path, copies: int) -> None:
    """Write an extract several times over, side by side, each joined to the last by a street.

    Without the street every copy but one would be lost, since nothing could be reached from it.
    """
    import osmium

    from citymove.formats.osm import read_osm

    nodes = read_osm(extract).roads.nodes
    gate = int(nodes.osm_id[0])
    wide, high = (1.3 * float(side.max() - side.min()) for side in (nodes.lon, nodes.lat))
    text = target.with_name(f"{target.name}.opl")
    with text.open("w", encoding="utf-8", newline="\n") as lines:
        for kind in (osmium.osm.NODE, osmium.osm.WAY, osmium.osm.RELATION):
            for copy in range(copies):
                lines.writelines(moved_lines(extract, kind, copy, wide, high))
                if kind == osmium.osm.WAY and copy:
                    ends = [moved(str(gate), copy - 1), moved(str(gate), copy)]
                    lines.write(f"w{moved('-1', copy)} Thighway=primary Nn{ends[0]},n{ends[1]}\n")
    with osmium.SimpleWriter(str(target)) as writer, osmium.io.Reader(str(text)) as reader:
        osmium.apply(reader, writer)
    text.unlink()


def moved(number: str, copy: int) -> int:
    """Return the id that an object has in a copy."""
    return int(number) + copy * STEP_OF_IDS


def moved_lines(extract: Path, kind: Any, copy: int, wide: float, high: float) -> Iterator[str]:
    """Yield the objects of a copy in the format OPL (see `citymove.formats.osm.opl`)."""
    from citymove.formats.osm.opl import lines_of

    with lines_of(extract, kind) as lines:
        for name, _, _, tags, *rest in lines():
            own = f"{name[0]}{moved(name[1:], copy)} {tags}"
            if name[0] == "n":
                lon = float(rest[0][1:]) + copy % GRID * wide
                lat = float(rest[1][1:]) + copy // GRID * high
                yield f"{own} x{lon:.7f} y{lat:.7f}\n"
                continue
            parts = (one.partition("@") for one in rest[0][1:].split(",") if one)
            there = (f"{ref[0]}{moved(ref[1:], copy)}{at}{role}" for ref, at, role in parts)
            yield f"{own} {rest[0][0]}{','.join(there)}\n"


@dataclass(frozen=True)
class Contestant:
    """One reader and the file it is handed."""

    title: str
    reader: str
    file: Path
    python: str = sys.executable


def contestants(extract: Path, folder: Path, osm2gmns_python: str) -> list[Contestant]:
    """Return the readers that are installed, with their files written to a folder."""
    driven, whole = folder / "driven.osm", folder / "whole.osm"
    write_extract(extract, driven, driven_ways(extract))
    write_extract(extract, whole, None)
    found = [
        Contestant("citymove", "citymove", extract),
        Contestant("osmnx, driven ways", "osmnx", driven),
        Contestant("osmnx, all ways", "osmnx", whole),
    ]
    if not has_osm2gmns(osm2gmns_python):
        print("osm2gmns is left out: not installed here. See the top of this file.\n")
        return found
    file = extract
    if extract.name.endswith(".gz"):  # it reads XML and PBF
        file = folder / "whole.osm.pbf"
        write_extract(extract, file, None)
    return [*found, Contestant("osm2gmns", "osm2gmns", file, osm2gmns_python)]


def spread(values: Sequence[float], form: str) -> str:
    """Return median, smallest and largest."""
    middle, *ends = (format(v, form) for v in (statistics.median(values), min(values), max(values)))
    return f"{middle} ({ends[0]} .. {ends[1]})"


def compare(readers: list[Contestant], repeats: int) -> bool:
    """Measure all readers in turn, print the comparison; return whether the targets hold."""
    runs: dict[str, list[Measured]] = {one.title: [] for one in readers}
    for turn in range(repeats):
        for one in readers if turn % 2 == 0 else reversed(readers):
            runs[one.title].append(in_fresh_process(one.reader, one.file, one.python))
    held = print_ratios(runs)
    print(f"\n{'':20}{'wall s':>24}{'processor s':>24}{'peak MB':>20}{'import s':>10}")
    for title, found in runs.items():
        wall, cpu = (spread([run[key] for run in found], ".2f") for key in ("wall_s", "cpu_s"))
        peak = spread([run["peak_mb"] for run in found], ".0f")
        imported = statistics.median(run["import_s"] for run in found)
        print(f"{title:20}{wall:>24}{cpu:>24}{peak:>20}{imported:10.2f}")
    print("\nmedian of each step, s")
    for title, found in runs.items():
        steps = {
            step: statistics.median(r["steps"][step] for r in found) for step in found[0]["steps"]
        }
        steps |= {"(outputNetToCSV)": found[0]["csv_s"]} if "csv_s" in found[0] else {}
        print(f"{title:20}" + ", ".join(f"{step} {s:.2f}" for step, s in steps.items()))
    print_content({title: found[0] for title, found in runs.items()})
    return held


def print_ratios(runs: dict[str, list[Measured]]) -> bool:
    """Print how long citymove takes against each peer; return whether the targets hold."""
    ours = [run["wall_s"] for run in runs["citymove"]]
    targets = {"osmnx, driven ways": MOST_OF_OSMNX, "osm2gmns": MOST_OF_OSM2GMNS}
    held = True
    print(f"citymove / the other, run by run{'wall':>12}{'processor':>11}")
    for title, found in runs.items():
        if title == "citymove":
            continue
        ratios = [own / run["wall_s"] for own, run in zip(ours, found, strict=True)]
        processor = statistics.median(
            own["cpu_s"] / run["cpu_s"] for own, run in zip(runs["citymove"], found, strict=True)
        )
        verdict = ""
        if title in targets:
            holds = statistics.median(ratios) <= targets[title]
            held &= holds
            verdict = f"  at most {targets[title]:g}: {'holds' if holds else 'MISSED'}"
        if title == "osm2gmns":
            verdict += f"; the aim is {AIM_OF_OSM2GMNS:g}"
            with_csv = [o / (r["wall_s"] + r["csv_s"]) for o, r in zip(ours, found, strict=True)]
            verdict += f"; until its links can be used {spread(with_csv, '.2f')}"
        print(f"  {title:20}{spread(ratios, '.2f'):>22}{processor:11.2f}{verdict}")
    return held


def print_content(runs: dict[str, Measured]) -> None:
    """Print what each reader made of the file, and what it does not read."""
    rows: list[tuple[str, str, str]] = [
        ("directed links", "links", "d"),
        ("km of them", "km", ".0f"),
        ("links lost to connectivity", "lost_links", "d"),
        ("km of them", "lost_km", ".0f"),
        ("turn bans in the file", "bans_found", "d"),
        ("turn bans applied", "bans", "d"),
        ("permitted turns", "turns", "d"),
        ("signal nodes on roads", "signals", "d"),
        ("kerb parking stretches", "kerb", "d"),
        ("car parks", "car_parks", "d"),
        ("places", "places", "d"),
        ("attributes with a source", "sourced", "d"),
    ]
    print(f"\n{'':28}" + "".join(f"{title:>20}" for title in runs))
    for title, key, form in rows:
        cells = (format(run[key], form) if key in run else "not read" for run in runs.values())
        print(f"{title:28}" + "".join(f"{cell:>20}" for cell in cells))
    print(
        "osmnx and osm2gmns read no relation, hence no turn ban; neither tells a value that was\n"
        "tagged from one filled in. osm2gmns drops ways that the edge of the extract cuts, and\n"
        "looks for no connected part; osmnx was handed them mended."
    )


def growth(extract: Path, copies: list[int], repeats: int, folder: Path, plot: Path) -> bool:
    """Print and plot how time and memory grow; return whether the memory target holds."""
    print(f"\ncopies of {extract.parent.name}/{extract.name} side by side, read by citymove")
    columns = ("links", "wall_s", "cpu_s", "peak_mb", "base_mb")
    print(f"{'copies':>7}{'links':>9}{'wall s':>10}{'processor s':>13}{'peak MB':>9}")
    found: dict[str, list[float]] = {column: [] for column in columns}
    for number in copies:
        file = folder / f"copies_{number}.osm.pbf"
        write_copies(extract, file, number)
        runs = [in_fresh_process("citymove", file) for _ in range(repeats)]
        for column in columns:
            found[column].append(statistics.median(run[column] for run in runs))
        links, wall_s, cpu_s, peak_mb, base_mb = (found[column][-1] for column in columns)
        print(f"{number:7}{links:9.0f}{wall_s:10.2f}{cpu_s:13.2f}{peak_mb:9.0f}")
        file.unlink()
    links, peak = found["links"], found["peak_mb"]
    over = [high - low for high, low in zip(peak, found["base_mb"], strict=True)]
    half = len(links) // 2
    for name, values in (("processor time", found["cpu_s"]), ("memory over the base", over)):
        print(
            f"{name} grows with links to the power {slope(links, values):.2f}; "
            f"over the larger half {slope(links[half:], values[half:]):.2f}"
        )
    at = statistics.linear_regression(links, peak)
    needed = at.intercept + at.slope * LINKS
    holds = needed <= MOST_MB
    print(
        f"{LINKS} links need {needed:.0f} MB by a straight line, {base_mb:.0f} of them the "
        f"interpreter with its libraries; at most {MOST_MB:g}: {'holds' if holds else 'MISSED'}"
    )
    draw(found, plot)
    print(f"plot: {plot}")
    return holds


def slope(x: Sequence[float], y: Sequence[float]) -> float:
    """Return the exponent of a power law through points."""
    if len(x) < 2:
        return math.nan
    logs = [[math.log(v) for v in values] for values in (x, y)]
    return statistics.linear_regression(*logs).slope


def draw(found: dict[str, list[float]], plot: Path) -> None:
    """Write the curve of time and memory against links, with straight lines."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    thousand = [number / 1000 for number in found["links"]]
    for axis, column, label in (
        (axes[0], "cpu_s", "processor time, s"),
        (axes[1], "peak_mb", "peak memory of the process, MB"),
    ):
        line = statistics.linear_regression(thousand, found[column])
        straight = [line.intercept + line.slope * x for x in thousand]
        axis.plot(thousand, straight, color="0.6", label="straight line, least squares")
        axis.plot(thousand, found[column], "o", color="tab:blue", label="measured")
        axis.set(xlabel="directed links, thousands", ylabel=label)
        axis.set_xlim(left=0)
        axis.set_ylim(bottom=0)
        axis.grid(color="0.9")
    axes[1].axhline(MOST_MB, color="tab:red", linestyle="--", linewidth=1)
    axes[1].axvline(LINKS / 1000, color="tab:red", linestyle="--", linewidth=1, label="target")
    axes[1].legend()
    figure.suptitle("Reading shifted copies of one extract")
    plot.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(plot, dpi=150)


def parsed() -> argparse.Namespace:
    """Return the choices of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    seed = next(file for file in SEEDS if file.exists())
    default = [COLUMBUS] if COLUMBUS.exists() else [file for file in SEEDS if file.exists()]
    parser.add_argument("extract", type=Path, nargs="*", default=default)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--osm2gmns-python", default=sys.executable, help="an interpreter")
    parser.add_argument("--copied", type=Path, default=seed, help="the extract that is multiplied")
    copies = [1, 2, 5, 10, 20, 40, 80]
    parser.add_argument("--copies", type=int, nargs="*", default=copies, help="none: no curve")
    parser.add_argument("--plot", type=Path, default=ROOT / "out" / "osm_reader_growth.png")
    parser.add_argument("--measure", choices=sorted(MEASURES), help="one run, as JSON")
    return parser.parse_args()


def main() -> None:
    """Print the tables, write the plot; leave with 1 where a target is missed."""
    choices = parsed()
    if choices.measure:
        print(json.dumps(MEASURES[choices.measure](choices.extract[0])))
        return
    held = True
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number, extract in enumerate(choices.extract):
            own = folder / str(number)
            own.mkdir()
            size = extract.stat().st_size / 1e6
            print(
                f"{extract.parent.name}/{extract.name}, {size:.1f} MB, {choices.repeats} runs each"
            )
            print("medians (smallest .. largest)\n")
            held &= compare(contestants(extract, own, choices.osm2gmns_python), choices.repeats)
        if choices.copies:
            repeats = max(1, choices.repeats // 2)
            held &= growth(choices.copied, choices.copies, repeats, folder, choices.plot)
    raise SystemExit(not held)


if __name__ == "__main__":
    main()
