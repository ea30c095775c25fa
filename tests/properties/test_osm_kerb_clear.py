"""Kerb kept clear on hand-made ways: lengths and spaces against closed forms."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citymove.facts.kerb import LEFT, RIGHT, ClearCause, Orientation, free_stretches
from citymove.facts.kerb_clearances import clearances_for
from citymove.formats.osm import OsmFacts, read_osm
from citymove.formats.osm.kerb import spaces_along, taken_off
from citymove.foundation.errors import InputError
from citymove.foundation.provenance import Source
from osm_files import node, road, way, write

STEP = 71.7  # one step to the east at 50 degrees north, m, to within 0.1 m
PARKING = {"parking:both": "lane"}
# Germany: 5 m from corners, 5 m before crossings of 4 m, 15 m about stops; a street is 8 m wide.


def street(path: Path, *items: str, country: str = "DE", **tags: str) -> OsmFacts:
    """Read way 1, eastward over nodes 1 to 5 at every step, with parking on both sides."""
    own = {**PARKING, **tags}
    nodes = [] if any('<node id="3"' in item for item in items) else [node(3, 2, 0)]
    file = write(
        path / "made_up.osm",
        *(node(i, i - 1, 0) for i in (1, 2, 4, 5)),
        *nodes,
        *items,
        road(1, [1, 2, 3, 4, 5], **own),
    )
    return read_osm(file, country=country)


def cuts(
    facts: OsmFacts, cause: ClearCause, way_id: int = 1
) -> dict[int, list[tuple[float, float]]]:
    """Return what is kept clear for a cause, by side."""
    clear = facts.kerb_clear
    found: dict[int, list[tuple[float, float]]] = {}
    for row in np.flatnonzero((clear.way_id == way_id) & (clear.cause == cause)):
        pair = float(clear.from_m[row]), float(clear.to_m[row])
        found.setdefault(int(clear.side[row]), []).append(pair)
    return found


def about(at_m: float, low: float, high: float) -> list[tuple[float, float]]:
    return [pytest.approx((at_m - low, at_m + high), abs=0.3)]


def clear_by_side(facts: OsmFacts, way_id: int = 1) -> dict[int, float]:
    kerb = facts.kerb
    mine = kerb.way_id == way_id
    return dict(zip(kerb.side[mine].tolist(), kerb.clear_m[mine].tolist(), strict=True))


def test_nothing_to_keep_clear(tmp_path: Path) -> None:
    facts = street(tmp_path)
    assert clear_by_side(facts) == {RIGHT: 0.0, LEFT: 0.0}
    assert len(facts.kerb_clear) == 0
    # 286.8 m: one car of 4.4 m, then 54 of 5.2 m
    assert facts.kerb.spaces.tolist() == [55, 55]


def test_a_crossroads_takes_the_corners_of_both_sides(tmp_path: Path) -> None:
    facts = street(tmp_path, node(10, 2, 1), node(11, 2, -1), road(2, [11, 3, 10]))
    assert clear_by_side(facts) == {RIGHT: pytest.approx(18), LEFT: pytest.approx(18)}
    half = facts.kerb.to_m[0] / 2 - 9
    assert facts.kerb.spaces.tolist() == [2 * (1 + int((half - 4.4) / 5.2))] * 2
    assert facts.reading.counts["kerb_clear_m_junction"] == 36
    assert set(facts.kerb.spaces_source.tolist()) == {Source.INFERRED}


@pytest.mark.parametrize(("north", "side"), [(1, LEFT), (-1, RIGHT)])
def test_a_side_street_takes_the_corners_of_its_side(tmp_path: Path, north: int, side: int) -> None:
    facts = street(tmp_path, node(10, 2, north), road(2, [3, 10], **PARKING))
    assert clear_by_side(facts) == {side: pytest.approx(18), -side: 0.0}
    # the side street itself begins at the other's kerb: 4 + 5 m on both of its sides
    assert clear_by_side(facts, 2) == {RIGHT: pytest.approx(9), LEFT: pytest.approx(9)}


def test_a_wider_road_takes_more(tmp_path: Path) -> None:
    facts = street(tmp_path, node(10, 2, 1), road(2, [3, 10], "primary"))
    assert clear_by_side(facts)[LEFT] == pytest.approx(2 * (7 + 5))


def test_a_street_that_goes_on_under_another_way(tmp_path: Path) -> None:
    """At node 5 way 3 goes on to the east and way 2 leaves to the north."""
    facts = street(
        tmp_path, node(6, 5, 0), node(10, 4, 1), road(2, [5, 10]), road(3, [5, 6], **PARKING)
    )
    assert clear_by_side(facts) == {RIGHT: 0.0, LEFT: pytest.approx(9)}
    assert clear_by_side(facts, 3) == {RIGHT: 0.0, LEFT: pytest.approx(9)}


def test_a_bend_is_no_junction(tmp_path: Path) -> None:
    facts = street(tmp_path, node(10, 4, 1), road(2, [5, 10], **PARKING))
    assert clear_by_side(facts) == {RIGHT: 0.0, LEFT: 0.0}


def test_a_crossing_clears_what_lies_before_it(tmp_path: Path) -> None:
    crossing = node(3, 2, 0, highway="crossing", crossing="zebra")
    found = cuts(street(tmp_path, crossing), ClearCause.CROSSING)
    at_m = 2 * STEP
    assert found == {RIGHT: about(at_m, 7, 2), LEFT: about(at_m, 2, 7)}
    way_back = node(30, 2, 1), road(9, [1, 30, 5])
    one_way = cuts(street(tmp_path, crossing, *way_back, oneway="yes"), ClearCause.CROSSING)
    assert one_way == {RIGHT: about(at_m, 7, 2), LEFT: about(at_m, 7, 2)}
    back = cuts(street(tmp_path, crossing, *way_back, oneway="-1"), ClearCause.CROSSING)
    assert back == {RIGHT: about(at_m, 2, 7), LEFT: about(at_m, 2, 7)}


def test_a_crossing_where_one_drives_on_the_left(tmp_path: Path) -> None:
    """Ireland: 15 m before, 5 m after; beside the right kerb traffic runs against the way."""
    crossing = node(3, 2, 0, highway="crossing", crossing="traffic_signals")
    found = cuts(street(tmp_path, crossing, country="IE"), ClearCause.CROSSING)
    assert found == {RIGHT: about(2 * STEP, 7, 17), LEFT: about(2 * STEP, 17, 7)}


def test_a_crossing_without_marks_takes_its_own_width(tmp_path: Path) -> None:
    crossing = node(3, 2, 0, highway="crossing", crossing="unmarked")
    found = cuts(street(tmp_path, crossing), ClearCause.CROSSING)
    assert found == {RIGHT: about(2 * STEP, 2, 2), LEFT: about(2 * STEP, 2, 2)}


def test_a_driveway_takes_its_mouth(tmp_path: Path) -> None:
    """A private driveway to the north is no road of the network, and yet is kept clear."""
    drive = way(7, [3, 10], {"highway": "service", "service": "driveway", "access": "private"})
    facts = street(tmp_path, node(10, 2, 0.2), drive)
    assert cuts(facts, ClearCause.DRIVEWAY) == {LEFT: about(2 * STEP, 2, 2)}
    assert 7 not in facts.roads.links.way_id
    assert clear_by_side(facts) == {RIGHT: 0.0, LEFT: pytest.approx(4)}
    assert facts.reading.counts["kerb_clear_m_driveway"] == 4


def test_a_service_way_that_crosses_takes_both_sides(tmp_path: Path) -> None:
    drive = way(7, [11, 3, 10], {"highway": "service", "service": "parking_aisle"})
    found = cuts(street(tmp_path, node(10, 2, 0.2), node(11, 2, -0.2), drive), ClearCause.DRIVEWAY)
    assert found == {RIGHT: about(2 * STEP, 2, 2), LEFT: about(2 * STEP, 2, 2)}


@pytest.mark.parametrize(
    "tags", [{"highway": "bus_stop"}, {"public_transport": "platform", "bus": "yes"}]
)
def test_a_bus_stop_clears_its_side(tmp_path: Path, tags: dict[str, str]) -> None:
    found = cuts(street(tmp_path, node(20, 1.5, -0.05, **tags)), ClearCause.STOP)
    assert found == {RIGHT: about(1.5 * STEP, 15, 15)}


def test_stops_of_trains_and_stops_far_off_clear_nothing(tmp_path: Path) -> None:
    train = node(20, 1.5, -0.05, public_transport="platform", train="yes")
    far = node(21, 1.5, 0.3, highway="bus_stop")
    assert cuts(street(tmp_path, train, far), ClearCause.STOP) == {}


def test_a_hydrant_clears_kerb_where_the_law_says_so(tmp_path: Path) -> None:
    hydrant = node(20, 1.5, 0.04, emergency="fire_hydrant")
    assert cuts(street(tmp_path, hydrant), ClearCause.HYDRANT) == {}
    feet = 15 * 0.3048
    found = cuts(street(tmp_path, hydrant, country="US"), ClearCause.HYDRANT)
    assert found == {LEFT: about(1.5 * STEP, feet, feet)}
    found = cuts(street(tmp_path, hydrant, country="CN"), ClearCause.HYDRANT)
    assert found == {LEFT: about(1.5 * STEP, 30, 30)}


def test_a_tagged_capacity_stands(tmp_path: Path) -> None:
    crossing = node(3, 2, 0, highway="crossing", crossing="zebra")
    facts = street(tmp_path, crossing, **{"parking:right:capacity": "40"})
    assert facts.kerb.spaces.tolist()[0] == 40
    assert facts.kerb.clear_m.tolist() == [0.0, pytest.approx(9)]
    assert facts.kerb.spaces_source.tolist() == [Source.TAGGED, Source.INFERRED]


def test_what_reaches_past_the_end_of_a_way_is_cut(tmp_path: Path) -> None:
    found = cuts(street(tmp_path, node(20, 0.1, -0.05, highway="bus_stop")), ClearCause.STOP)
    assert found == {RIGHT: [pytest.approx((0.0, 0.1 * STEP + 15), abs=0.3)]}


@given(
    cuts=st.lists(
        st.tuples(st.floats(-20, 120), st.floats(0, 40), st.sampled_from(list(ClearCause))),
        max_size=8,
    )
)
@settings(max_examples=100, deadline=None)
def test_causes_sum_to_what_is_taken_off(cuts: list[tuple[float, float, ClearCause]]) -> None:
    spans = [(low, low + length, int(cause)) for low, length, cause in cuts]
    free, by_cause = taken_off(0.0, 100.0, spans)
    assert sum(by_cause) + sum(high - low for low, high in free) == pytest.approx(100)
    assert all(metres >= -1e-9 for metres in by_cause)
    # the same by brute force, on points of a fine grid
    at = np.linspace(0, 100, 20_001)
    covered = np.zeros(at.size, bool)
    for low, high, _ in spans:
        covered |= (at > low) & (at < high)
    assert sum(by_cause) == pytest.approx(100 * covered.mean(), abs=0.1)
    assert free == free_stretches(0.0, 100.0, [(low, high) for low, high, _ in spans])
    first = sum(
        high - low
        for low, high in free_stretches(
            0.0, 100.0, [span[:2] for span in spans if span[2] == ClearCause.JUNCTION]
        )
    )
    assert by_cause[ClearCause.JUNCTION] == pytest.approx(100 - first)


@pytest.mark.parametrize("length_m", [0.0, 4.3, 4.4, 9.7, 62.7])
def test_spaces_along_a_kerb(length_m: float) -> None:
    parallel = 0
    while 4.4 + 5.2 * parallel <= length_m + 1e-9:
        parallel += 1
    assert spaces_along(length_m, Orientation.PARALLEL) == parallel
    assert spaces_along(length_m, Orientation.PERPENDICULAR) == int(length_m / 2.5)


def test_clearances_by_country() -> None:
    tables = {code: clearances_for(code).table for code in ("DE", "AT", "MC", "CN", "US", "FI", "")}
    assert tables == {
        "DE": "DE", "AT": "AT", "MC": "FR", "CN": "CN", "US": "US", "FI": "generic", "": "generic",
    }  # fmt: skip
    assert clearances_for("us").hydrant_m.value == pytest.approx(4.572)
    for code in tables:
        rules = clearances_for(code)
        for name in ("junction_m", "crossing_before_m", "stop_before_m", "hydrant_m"):
            rule = getattr(rules, name)
            assert rule.note
            assert rule.source is Source.DEFAULT
            assert rule.is_uncertain == (rule.note.startswith("assumed") and rule.value > 0)
    with pytest.raises(InputError, match="code of two letters"):
        clearances_for("Germany")
