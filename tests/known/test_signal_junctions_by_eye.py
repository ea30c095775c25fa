"""Signalised junctions of three extracts against the lists that were judged by eye."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from citymove.facts.roads import Roads
from citymove.formats.osm import read_osm
from citymove.signals.presence import lights_of, signal_junctions

LISTS = Path(__file__).parent / "signal_junctions"
ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "data" / "osm"
EXTRACTS = {
    "helsinki": ROOT / "seeds" / "helsinki" / "roads.osm.pbf",
    "bad_hersfeld": SHARED / "bad_hersfeld" / "bad_hersfeld.osm.gz",
    "krems": SHARED / "krems" / "krems.osm.gz",
}
# lights of netconvert 1.28.0 with `--tls.join --junctions.join` that control a movement of cars;
# the README beside the lists has its counts under other options
NETCONVERT = {"helsinki": 51, "bad_hersfeld": 29, "krems": 13}
# Of these pairs a row's note says that one controller for both would be as good an answer.
ONE_CONTROLLER = {"helsinki": ((6, 7), (8, 9), (15, 16), (41, 42), (42, 43))}


@dataclass(frozen=True)
class Row:
    """A row of a list."""

    id: int
    kind: str
    sure: bool
    lights: frozenset[int]


@dataclass(frozen=True)
class Score:
    """How the junctions that were found compare with the list."""

    rows: int
    matched: int
    missed: tuple[int, ...]
    found: int
    extra: tuple[str, ...]


def listed(name: str) -> list[Row]:
    with (LISTS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [
            Row(
                id=int(row["id"]),
                kind=row["kind"],
                sure=row["confidence"] == "sure",
                lights=frozenset(map(int, row["signal_nodes"].split(";"))),
            )
            for row in csv.DictReader(file)
        ]


def found_in(roads: Roads) -> dict[str, frozenset[int]]:
    """Return the OSM ids of the lights of each junction."""
    table = signal_junctions(roads)
    osm_id = roads.signal_nodes.osm_id
    return {
        str(name): frozenset(osm_id[lights_of(table, row)].tolist())
        for row, name in enumerate(table.id)
    }


def compared(
    rows: list[Row],
    found: dict[str, frozenset[int]],
    on_roads: frozenset[int],
    pairs: tuple[tuple[int, int], ...],
) -> Score:
    """Match one to one, by the lights that stand on roads read.

    A row and a junction may match that share at least half of the lights that either has; those
    that share most are matched first, each once. Two rows of `pairs` that are one junction match
    it together: it holds more than half of the lights of each, and they at least half of all that
    either has. What matches no row of kind junction is extra, unless each of its lights stands
    in an unsure row, whose note names another answer as good.
    """
    junctions = [row for row in rows if row.kind == "junction"]
    held = {row.id: row.lights & on_roads for row in rows}
    alike = sorted(
        (-_likeness(held[row.id], lights), row.id, name)
        for row in junctions
        for name, lights in found.items()
        if _likeness(held[row.id], lights) >= 0.5
    )
    matched: dict[int, str] = {}
    for _, row_id, name in alike:
        if row_id not in matched and name not in matched.values():
            matched[row_id] = name
    for one, other in pairs:
        for name, lights in found.items():
            each = all(2 * len(lights & held[i]) > len(held[i]) for i in (one, other))
            if each and _likeness(held[one] | held[other], lights) >= 0.5:
                matched |= {row.id: name for row in junctions if row.id in (one, other)}
    unsure = frozenset().union(*(row.lights for row in rows if not row.sure))
    extra = [
        name
        for name, lights in found.items()
        if name not in matched.values() and not lights <= unsure
    ]
    return Score(
        rows=len(junctions),
        matched=len(matched),
        missed=tuple(row.id for row in junctions if row.id not in matched),
        found=len(found),
        extra=tuple(extra),
    )


def _likeness(a: frozenset[int], b: frozenset[int]) -> float:
    """Return the share of what both have in all that either has (Jaccard 1901)."""
    return len(a & b) / len(a | b) if a | b else 0.0


def score_of(name: str) -> Score:
    path = EXTRACTS[name]
    if not path.exists():
        pytest.skip(f"the extract {path.name} of {name} is not at hand")
    roads = read_osm(path).roads
    on_roads = frozenset(roads.signal_nodes.osm_id.tolist())
    return compared(listed(name), found_in(roads), on_roads, ONE_CONTROLLER.get(name, ()))


@pytest.mark.parametrize("name", EXTRACTS)
def test_junctions_are_those_judged_by_eye(
    name: str, record_property: Callable[[str, object], None]
) -> None:
    """At least 95 % are matched one to one, and at most 5 % are extra."""
    score = score_of(name)
    for key, value in vars(score).items():
        record_property(f"{name}_{key}", value)
    record_property(f"{name}_netconvert", NETCONVERT[name])
    assert score.matched >= 0.95 * score.rows, f"missed rows {score.missed}"
    assert len(score.extra) <= 0.05 * score.rows, f"extra junctions {score.extra}"
    assert abs(score.found - score.rows) <= abs(NETCONVERT[name] - score.rows)


def test_what_is_missed_is_what_the_network_lacks() -> None:
    """Row 34 of Helsinki lies at the edge: both its lights stand on streets cut off there."""
    assert score_of("helsinki").missed == (34,)


def test_the_score_sees_faults() -> None:
    """Split, merged, missing and extra junctions each lower it."""
    rows = [
        Row(1, "junction", True, frozenset({11, 12, 13})),
        Row(2, "junction", True, frozenset({21, 22})),
        Row(3, "crossing", True, frozenset({31})),
        Row(4, "crossing", False, frozenset({41})),
    ]
    on_roads = frozenset({11, 12, 13, 21, 22, 31, 41})

    def score(*lights: set[int], pairs: tuple[tuple[int, int], ...] = ()) -> Score:
        found = {f"j{min(group)}": frozenset(group) for group in lights}
        return compared(rows, found, on_roads, pairs)

    whole = score({11, 12, 13}, {21, 22})
    assert (whole.matched, whole.extra) == (2, ())
    split = score({11}, {12}, {13}, {21, 22})
    assert (split.matched, split.missed, len(split.extra)) == (1, (1,), 3)
    merged = score({11, 12, 13, 21, 22})
    assert (merged.matched, merged.missed) == (1, (2,))
    assert score({11, 12, 13, 21, 22}, pairs=((1, 2),)).matched == 2
    assert score({11, 12, 13}, {21, 22}, {31}, {41}).extra == ("j31",)
