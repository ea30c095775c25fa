"""Rings of one-way streets that are roundabouts by their shape, and those that are none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from citymove.facts.roads import Roads
from citymove.formats.osm import read_osm
from citymove.foundation.provenance import Source

LAT_M = 1 / 111_320.0


def extract(tmp_path: Path, ring: np.ndarray, arms: list[int], tags: str = "") -> Path:
    """Write a closed one-way ring (points, m) and two-way arms, joined by an outer road."""
    lines = ["<?xml version='1.0'?>", "<osm version='0.6'>"]
    size = len(ring)
    far = 6.0 * ring[arms]

    def node(i: int, x_m: float, y_m: float) -> str:
        return f"<node id='{i}' version='1' lat='{y_m * LAT_M:.8f}' lon='{x_m * LAT_M:.8f}'/>"

    lines += [node(1 + i, *place) for i, place in enumerate(ring.tolist())]
    lines += [node(1000 + i, *place) for i, place in enumerate(far.tolist())]

    def way(i: int, refs: list[int], more: str) -> str:
        nodes = "".join(f"<nd ref='{ref}'/>" for ref in refs)
        return f"<way id='{i}' version='1'>{nodes}<tag k='highway' v='tertiary'/>{more}</way>"

    lines.append(way(1, [*range(1, size + 1), 1], f"<tag k='oneway' v='yes'/>{tags}"))
    lines += [way(10 + i, [1000 + i, 1 + arm], "") for i, arm in enumerate(arms)]
    lines.append(way(99, [1000 + i for i in range(len(arms))], ""))
    path = tmp_path / "ring.osm"
    path.write_text("\n".join([*lines, "</osm>"]), encoding="utf-8")
    return path


def circle(radius_m: float, points: int = 16, *, sense: int = 1) -> np.ndarray:
    angle = sense * 2 * np.pi * np.arange(points) / points
    return radius_m * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def marked(roads: Roads) -> list[int]:
    return sorted(set(roads.links.way_id[roads.links.roundabout].tolist()))


@pytest.mark.parametrize("radius_m", [6.0, 15.0, 40.0])
def test_a_ring_without_a_tag_is_a_roundabout(tmp_path: Path, radius_m: float) -> None:
    facts = read_osm(extract(tmp_path, circle(radius_m), [0, 5, 10]), country="DE")
    assert marked(facts.roads) == [1]
    ring = facts.roads.links.roundabout
    assert set(facts.roads.links.roundabout_source[ring].tolist()) == {Source.INFERRED}
    assert facts.reading.counts["roundabouts_by_shape"] == 1
    assert facts.reading.counts["links_of_roundabouts_by_shape"] == int(ring.sum())
    assert facts.reading.counts["links_of_roundabouts_tagged"] == 0


def test_a_tag_goes_before_the_shape(tmp_path: Path) -> None:
    tags = "<tag k='junction' v='roundabout'/>"
    facts = read_osm(extract(tmp_path, circle(15.0), [0, 5, 10], tags), country="DE")
    assert marked(facts.roads) == [1]
    assert facts.reading.counts["roundabouts_by_shape"] == 0
    assert Source.INFERRED not in facts.roads.links.roundabout_source


@pytest.mark.parametrize(("country", "sense"), [("DE", -1), ("IE", 1)])
def test_a_ring_against_the_driving_side_is_none(tmp_path: Path, country: str, sense: int) -> None:
    ring = circle(15.0, sense=sense)
    assert marked(read_osm(extract(tmp_path, ring, [0, 5, 10]), country=country).roads) == []
    ring = circle(15.0, sense=-sense)
    assert marked(read_osm(extract(tmp_path, ring, [0, 5, 10]), country=country).roads) == [1]


SQUARE = 20.0 * np.array([[1, -1], [1, 0], [1, 1], [0, 1], [-1, 1], [-1, 0], [-1, -1], [0, -1.0]])
OVAL = circle(20.0) * [2.0, 0.7]


@pytest.mark.parametrize(
    ("ring", "arms"),
    [(SQUARE, [0, 2, 4, 6]), (OVAL, [0, 5, 10]), (circle(60.0, 32), [0, 10, 20])],
    ids=["block", "long", "wide"],
)
def test_blocks_and_long_or_wide_rings_are_none(
    tmp_path: Path, ring: np.ndarray, arms: list[int]
) -> None:
    assert marked(read_osm(extract(tmp_path, ring, arms), country="DE").roads) == []


def test_a_turning_loop_is_none(tmp_path: Path) -> None:
    """Two arms alone, or three of which two meet the ring side by side."""
    assert marked(read_osm(extract(tmp_path, circle(15.0), [0, 8]), country="DE").roads) == []
    near = extract(tmp_path, circle(15.0), [0, 1, 8])
    assert marked(read_osm(near, country="DE").roads) == []


def test_mini_roundabouts_are_counted(tmp_path: Path) -> None:
    path = extract(tmp_path, circle(15.0), [0, 5, 10])
    tag = "><tag k='highway' v='mini_roundabout'/></node>"
    text = path.read_text(encoding="utf-8").splitlines()
    text = [line.replace("/>", tag) if "id='1000'" in line else line for line in text]
    path.write_text("\n".join(text), encoding="utf-8")
    assert read_osm(path, country="DE").reading.counts["mini_roundabouts"] == 1


MONACO = Path(__file__).resolve().parents[2] / "seeds" / "monaco" / "roads.osm.pbf"


def test_shapes_find_the_tagged_roundabouts_of_a_city() -> None:
    """With their tags forgotten nearly all are found, and nothing else."""
    from citymove.formats.osm.roundabouts import with_roundabouts_by_shape
    from citymove.formats.osm.tally import Tally

    roads = read_osm(MONACO, country="MC").roads
    tagged = roads.links.roundabout
    bare = roads.with_links(roundabout=np.zeros(tagged.size, bool))
    found = with_roundabouts_by_shape(bare, drives_on="right", tally=Tally()).links.roundabout
    assert np.sum(found & tagged) >= 0.95 * np.sum(tagged)
    assert not np.any(found & ~tagged)
