"""Signal nodes gathered to junctions, and the plan inferred for them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from citymove.facts.roads import RoadClass, Roads, SignalKind, SignalNodes
from citymove.foundation.errors import InputError
from citymove.signals.inferred_plan import approach_bearing_deg, inferred_plan, stages_by_conflict
from citymove.signals.presence import approaches_of, nodes_of, signal_junctions
from made_up import BLOCK_M, grid_roads


def with_lights(
    roads: Roads, places: list[tuple[int, float]], kind: SignalKind = SignalKind.JUNCTION
) -> Roads:
    """Return the roads with lights inside links: (way, metres along the way)."""
    way = np.array([w for w, _ in places])
    at_m = np.array([m for _, m in places])
    along_row = way < 2000
    return replace(
        roads,
        signal_nodes=SignalNodes(
            osm_id=500 + np.arange(way.size),
            kind=np.full(way.size, kind),
            node=np.full(way.size, -1),
            way_id=way,
            way_at_m=at_m,
            x_m=np.where(along_row, at_m, (way - 2000) * BLOCK_M),
            y_m=np.where(along_row, (way - 1000) * BLOCK_M, at_m),
        ),
    )


def onward(roads: Roads, approaches: np.ndarray) -> dict[int, tuple[int, ...]]:
    """Return the links that follow each approach."""
    tail, head = roads.links.tail, roads.links.head
    return {int(a): tuple(np.flatnonzero(tail == head[a]).tolist()) for a in approaches}


def test_stop_lines_belong_to_the_junction_ahead() -> None:
    """Four lights before one junction are one junction, and one far away is none."""
    places = [(1001, 180.0), (1001, 222.0), (2001, 175.0), (2001, 225.0), (1001, 300.0)]
    junctions = signal_junctions(with_lights(grid_roads(4, 3), places))
    assert junctions.id.tolist() == ["j500"]
    assert junctions.midblock_lights == 1
    assert nodes_of(junctions, 0).tolist() == [5]
    assert approaches_of(junctions, 0).size == 4


def test_pedestrian_lights_are_counted_and_no_junction() -> None:
    roads = with_lights(grid_roads(3, 3), [(1001, 190.0)], SignalKind.CROSSING)
    junctions = signal_junctions(roads)
    assert (len(junctions), junctions.crossing_lights) == (0, 1)


def test_near_junctions_are_one_and_their_inner_links_no_approaches() -> None:
    """Squeeze two grid columns to 20 m apart: the carriageways of a divided road."""
    roads = grid_roads(4, 3, signals=(5, 6))
    nodes = roads.nodes

    def squeezed(x_m: np.ndarray) -> np.ndarray:
        return np.where(x_m >= 2 * BLOCK_M, x_m - BLOCK_M + 20.0, x_m)

    roads = replace(
        roads,
        nodes=replace(nodes, x_m=squeezed(nodes.x_m)),
        signal_nodes=replace(roads.signal_nodes, x_m=squeezed(roads.signal_nodes.x_m)),
        shape_x_m=squeezed(roads.shape_x_m),
    )
    junctions = signal_junctions(roads)
    assert junctions.id.tolist() == ["j6"]
    assert junctions.name.tolist() == ["Row 1 / Column 1 / Column 2"]
    assert nodes_of(junctions, 0).tolist() == [5, 6]
    links = roads.links
    assert not {5, 6} & set(links.tail[approaches_of(junctions, 0)].tolist())
    assert approaches_of(junctions, 0).size == 6
    # the two carriageways share a stage with what faces them
    approaches = approaches_of(junctions, 0)
    groups = stages_by_conflict(roads, approaches, onward(roads, approaches))
    assert sorted(map(len, groups)) == [2, 4]


def test_what_lies_between_two_nodes_of_a_junction_belongs_to_it() -> None:
    """Columns 1 to 3 stand 12 m apart with a light on either side; between them a driveway."""
    roads = grid_roads(5, 3, signals=(6, 8))
    at_m = np.array([0.0, 200.0, 212.0, 224.0, 424.0])

    def squeezed(x_m: np.ndarray) -> np.ndarray:
        return at_m[(x_m / BLOCK_M).astype(int)]

    nodes, links = replace(roads.nodes, x_m=squeezed(roads.nodes.x_m)), roads.links
    length_m = np.hypot(
        nodes.x_m[links.tail] - nodes.x_m[links.head], nodes.y_m[links.tail] - nodes.y_m[links.head]
    )
    road_class = np.where(links.way_id == 2002, RoadClass.SERVICE, links.road_class)
    signals = replace(roads.signal_nodes, x_m=at_m[[1, 3]])
    roads = replace(
        roads,
        nodes=nodes,
        links=replace(links, length_m=length_m, road_class=road_class),
        signal_nodes=signals,
    )
    junctions = signal_junctions(roads, radius_m=25.0)
    assert nodes_of(junctions, 0).tolist() == [6, 7, 8]
    assert approaches_of(junctions, 0).size == 8


def test_closing_a_street_moves_no_junction() -> None:
    roads = grid_roads(4, 3, signals=(5,))
    closed = np.ones(len(roads.links), bool)
    closed[approaches_of(signal_junctions(roads), 0)[0]] = False
    after = signal_junctions(replace(roads, links=replace(roads.links, open=closed)))
    before = signal_junctions(roads)
    np.testing.assert_array_equal(before.approach_link, after.approach_link)


def test_crossing_approaches_never_share_a_stage() -> None:
    roads = grid_roads(3, 3, signals=(4,))
    approaches = approaches_of(signal_junctions(roads), 0)
    for group in stages_by_conflict(roads, approaches, onward(roads, approaches)):
        bearings = [approach_bearing_deg(roads, link) for link in group]
        assert np.ptp(np.mod(bearings, 180)) < 1e-6
        assert len(group) == 2


def test_facing_approaches_that_end_in_one_street_have_their_own_stages() -> None:
    """Both ends of a row may only turn into the street to the north: they merge there."""
    roads = grid_roads(3, 3, signals=(4,))
    links = roads.links
    row = [a for a in approaches_of(signal_junctions(roads), 0) if links.way_id[a] == 1001]
    north = int(np.flatnonzero((links.tail == 4) & (links.head == 7))[0])
    assert len(stages_by_conflict(roads, row, dict.fromkeys(row, (north,)))) == 2
    assert len(stages_by_conflict(roads, row, onward(roads, row))) == 1


def test_there_are_four_stages_at_most() -> None:
    """Six approaches that all end in one street conflict; those of least lanes are joined."""
    roads = grid_roads(3, 3).with_links(lanes=np.where(np.arange(24) < 3, 2.0, 1.0))
    groups = stages_by_conflict(roads, np.arange(6), dict.fromkeys(range(6), (7,)))
    assert sorted(groups) == [(0,), (1,), (2,), (3, 4, 5)]


@pytest.mark.parametrize("lanes", [1.0, 2.0])
def test_the_inferred_plan_gives_green_by_lanes(lanes: float) -> None:
    roads = grid_roads(3, 3, signals=(4,))
    along_row = roads.links.way_id < 2000
    roads = roads.with_links(lanes=np.where(along_row, lanes, 1.0))
    approaches = approaches_of(signal_junctions(roads), 0)
    movements = onward(roads, approaches)
    plan = inferred_plan(roads, "j5", approaches, movements, roads.link_ids())
    assert plan.cycle_s == 90
    greens = [stage.green_s for stage in plan.stages]
    assert greens == ([40, 40] if lanes == 1 else [53, 27])


def test_a_single_stage_gets_a_pedestrian_stage() -> None:
    roads = grid_roads(3, 3, signals=(4,))
    approaches = approaches_of(signal_junctions(roads), 0)[:1]
    plan = inferred_plan(roads, "j5", approaches, {int(approaches[0]): ()}, roads.link_ids())
    assert [stage.green_s for stage in plan.stages] == [65, 15]
    assert plan.cycle_s == 90


def test_a_radius_of_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="radius_m"):
        signal_junctions(grid_roads(2, 2), radius_m=0.0)
