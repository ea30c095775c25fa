"""Signal nodes gathered to junctions, and the plan inferred for them."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from citymove.facts.roads import (
    Links,
    Nodes,
    RoadClass,
    Roads,
    SignalKind,
    SignalNodes,
    TurnBans,
)
from citymove.facts.signal_plans import StatedSignals
from citymove.foundation.errors import InputError
from citymove.foundation.provenance import Source
from citymove.signals.inferred_plan import approach_bearing_deg, inferred_plan, stages_by_conflict
from citymove.signals.presence import approaches_of, lights_of, nodes_of, signal_junctions
from citymove.signals.usual import usual_signals
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


# --- hand-made junctions ---------------------------------------------------------------------


def drawn(
    points: dict[int, tuple[float, float]],
    ways: list[tuple[list[int], bool]],
    lights: list[tuple[int, float]] | None = None,
    *,
    road_class: list[RoadClass] | None = None,
    layer: list[int] | None = None,
    kinds: list[SignalKind] | None = None,
    lit_nodes: tuple[int, ...] = (),
) -> Roads:
    """Return roads drawn by hand: ways (nodes, one-way), lights (way, metres along) or at nodes."""
    ids = np.array(sorted(points))
    x_m, y_m = np.array([points[i] for i in ids.tolist()], float).T
    rows = []
    for way, (refs, one_way) in enumerate(ways):
        at_m = 0.0
        for a, b in pairwise(np.searchsorted(ids, refs).tolist()):
            length_m = float(np.hypot(x_m[a] - x_m[b], y_m[a] - y_m[b]))
            rows.append((way, True, a, b, at_m, at_m + length_m))
            if not one_way:
                rows.append((way, False, b, a, at_m, at_m + length_m))
            at_m += length_m
    way, forward, tail, head, from_m, to_m = (np.array(c) for c in zip(*rows, strict=True))
    classes = np.array(road_class or [RoadClass.SECONDARY] * len(ways))
    levels = np.array(layer or [0] * len(ways))
    n = way.size
    links = Links(
        way_id=way,
        forward=forward,
        tail=tail,
        head=head,
        way_from_m=from_m,
        way_to_m=to_m,
        length_m=to_m - from_m,
        lanes=np.ones(n),
        lanes_source=np.zeros(n),
        speed_mps=np.full(n, 10.0),
        speed_source=np.zeros(n),
        capacity_vph=np.full(n, np.nan),
        capacity_source=np.zeros(n),
        road_class=classes[way],
        ramp=np.zeros(n, bool),
        name=way,
        open=np.ones(n, bool),
        layer=levels[way],
    )
    places = [*(lights or [])]
    spots = [_spot(way, tail, head, forward, from_m, to_m, x_m, y_m, place) for place in places]
    node = [*([-1] * len(places)), *np.searchsorted(ids, lit_nodes).tolist()]
    spots += [points[i] for i in lit_nodes]
    at = np.array(spots, float).reshape(-1, 2)
    return Roads(
        nodes=Nodes(osm_id=ids, lon=x_m * 0, lat=y_m * 0, x_m=x_m, y_m=y_m),
        links=links,
        turn_bans=TurnBans.empty(),
        signal_nodes=SignalNodes(
            osm_id=9000 + np.arange(len(node)),
            kind=np.array(kinds or [SignalKind.JUNCTION] * len(node), int),
            node=np.array(node, int),
            way_id=np.array([*(w for w, _ in places), *([0] * len(lit_nodes))], int),
            way_at_m=np.array([*(m for _, m in places), *([0.0] * len(lit_nodes))], float),
            x_m=at[:, 0],
            y_m=at[:, 1],
        ),
        names=tuple(f"Street {i}" for i in range(len(ways))),
        shape_start=2 * np.arange(n + 1),
        shape_x_m=np.stack([x_m[tail], x_m[head]], axis=1).ravel(),
        shape_y_m=np.stack([y_m[tail], y_m[head]], axis=1).ravel(),
    )


def _spot(
    way: np.ndarray,
    tail: np.ndarray,
    head: np.ndarray,
    forward: np.ndarray,
    from_m: np.ndarray,
    to_m: np.ndarray,
    x_m: np.ndarray,
    y_m: np.ndarray,
    place: tuple[int, float],
) -> tuple[float, float]:
    holds = (way == place[0]) & forward & (from_m <= place[1]) & (place[1] <= to_m)
    link = int(np.flatnonzero(holds)[0])
    share = (place[1] - from_m[link]) / (to_m[link] - from_m[link])
    a, b = tail[link], head[link]
    return float(x_m[a] + share * (x_m[b] - x_m[a])), float(y_m[a] + share * (y_m[b] - y_m[a]))


def dual_carriageways(width_m: float = 20.0) -> Roads:
    """Two divided roads that cross: four junction nodes, a stop line on each carriageway."""
    half = width_m / 2
    points = {
        1: (-half, -half), 2: (half, -half), 3: (half, half), 4: (-half, half),
        11: (-150.0, -half), 12: (150.0, -half), 13: (150.0, half), 14: (-150.0, half),
        21: (half, -150.0), 22: (half, 150.0), 23: (-half, 150.0), 24: (-half, -150.0),
    }  # fmt: skip
    ways = [([11, 1, 2, 12], True), ([13, 3, 4, 14], True)]
    ways += [([21, 2, 3, 22], True), ([23, 4, 1, 24], True)]
    return drawn(points, ways, [(way, 150.0 - half - 12.0) for way in range(4)])


def test_four_lights_of_crossing_dual_carriageways_are_one_junction() -> None:
    roads = dual_carriageways()
    junctions = signal_junctions(roads)
    assert junctions.id.tolist() == ["j9000"]
    assert junctions.source.tolist() == [Source.TAGGED]
    assert roads.nodes.osm_id[nodes_of(junctions, 0)].tolist() == [1, 2, 3, 4]
    assert approaches_of(junctions, 0).size == 4
    assert lights_of(junctions, 0).tolist() == [0, 1, 2, 3]
    np.testing.assert_allclose([junctions.x_m[0], junctions.y_m[0]], 0.0, atol=1e-9)


def street_with_side_streets(
    gap_m: float, lights: list[tuple[int, float]], kinds: list[SignalKind] | None = None
) -> Roads:
    """Return a two-way street (way 0) with side streets at 200 m and at 200 m + gap."""
    points = {1: (0.0, 0.0), 2: (200.0, 0.0), 3: (200.0 + gap_m, 0.0), 4: (400.0 + gap_m, 0.0)}
    points |= {5: (200.0, 100.0), 6: (200.0 + gap_m, 100.0)}
    ways = [([1, 2, 3, 4], False), ([5, 2], False), ([6, 3], False)]
    return drawn(points, ways, lights, kinds=kinds)


def test_junctions_70_m_apart_are_two_and_30_m_apart_one() -> None:
    def lights(gap_m: float) -> list[tuple[int, float]]:
        ends = [(0, 190.0), (0, 200.0 + gap_m + 10.0), (1, 90.0), (2, 90.0)]
        return [*ends, (0, 210.0), (0, 200.0 + gap_m - 10.0)]

    apart = signal_junctions(street_with_side_streets(70.0, lights(70.0)))
    assert [lights_of(apart, row).tolist() for row in (0, 1)] == [[0, 2, 4], [1, 3, 5]]
    together = signal_junctions(street_with_side_streets(30.0, lights(30.0)))
    assert together.id.tolist() == ["j9000"]
    assert nodes_of(together, 0).tolist() == [1, 2]


def test_a_crossing_between_junctions_is_none() -> None:
    """Its stop lines stand 5 m on either side of it, 18 and 28 m from a side street."""
    kinds = [SignalKind.JUNCTION, SignalKind.CROSSING, SignalKind.JUNCTION]
    roads = street_with_side_streets(300.0, [(0, 218.0), (0, 223.0), (0, 228.0)], kinds)
    junctions = signal_junctions(roads)
    assert (len(junctions), junctions.crossing_lights) == (0, 3)
    far = signal_junctions(street_with_side_streets(300.0, [(0, 330.0)]))
    assert (len(far), far.midblock_lights) == (0, 1)


def test_a_light_with_a_crossing_is_a_junctions_where_other_streets_have_lights() -> None:
    lone = street_with_side_streets(300.0, [(0, 190.0)], [SignalKind.EITHER])
    assert (len(signal_junctions(lone)), signal_junctions(lone).crossing_lights) == (0, 1)
    both = street_with_side_streets(300.0, [(0, 190.0), (1, 90.0)], [SignalKind.EITHER] * 2)
    assert signal_junctions(both).id.tolist() == ["j9000"]


@pytest.mark.parametrize(("layer", "count"), [(-2, 2), (0, 1)])
def test_a_tunnel_below_a_junction_is_apart(layer: int, count: int) -> None:
    """A light in a tunnel 10 m beside a surface junction, at a fork of the tunnel."""
    points = {1: (-200.0, 0.0), 2: (0.0, 0.0), 3: (200.0, 0.0), 4: (0.0, 200.0)}
    points |= {5: (-200.0, -10.0), 6: (0.0, -10.0), 7: (200.0, -10.0), 8: (200.0, -80.0)}
    ways = [([1, 2, 3], False), ([4, 2], False), ([5, 6, 7], False), ([6, 8], False)]
    roads = drawn(points, ways, layer=[0, 0, layer, layer], lit_nodes=(2, 6))
    assert len(signal_junctions(roads)) == count


def test_a_tunnel_light_does_not_snap_to_the_street_above() -> None:
    points = {1: (-200.0, 0.0), 2: (0.0, 0.0), 3: (200.0, 0.0), 4: (0.0, 200.0)}
    points |= {5: (-200.0, -10.0), 6: (200.0, -10.0)}
    ways = [([1, 2, 3], False), ([4, 2], False), ([5, 6], False)]
    junctions = signal_junctions(drawn(points, ways, [(2, 200.0)], layer=[0, 0, -2]))
    assert (len(junctions), junctions.midblock_lights) == (0, 1)


def test_a_light_at_the_cut_end_of_a_street_is_a_junction() -> None:
    """The streets that it meets lie beyond the edge of the map."""
    roads = street_with_side_streets(300.0, [(0, 8.0)])
    junctions = signal_junctions(roads)
    assert nodes_of(junctions, 0).tolist() == [0]
    (approach,) = approaches_of(junctions, 0).tolist()
    assert roads.links.head[approach] == 0


def test_streets_lost_at_the_edge_still_make_a_junction() -> None:
    """Two lights on one street, before and behind a node; the side street is not in the network."""
    points = {1: (0.0, 0.0), 2: (200.0, 0.0), 3: (400.0, 0.0)}
    roads = drawn(points, [([1, 2, 3], False)], [(0, 188.0), (0, 212.0)])
    assert len(signal_junctions(roads)) == 0
    lost = replace(roads, nodes=replace(roads.nodes, lost_streets=np.array([0, 1, 0])))
    assert nodes_of(signal_junctions(lost), 0).tolist() == [1]


def test_entries_of_a_small_signalised_roundabout_are_one_junction() -> None:
    """Four arms on a ring of 15 m radius, each with a stop line before it."""
    turns = np.radians(np.arange(0, 360, 45))
    points = {i: (15.0 * np.cos(a), 15.0 * np.sin(a)) for i, a in enumerate(turns.tolist(), 1)}
    arms = {11 + i: (100.0 * np.cos(a), 100.0 * np.sin(a)) for i, a in enumerate(turns[::2])}
    ways = [([1, 2, 3, 4, 5, 6, 7, 8, 1], True)]
    ways += [([11 + i, 2 * i + 1], False) for i in range(4)]
    roads = drawn(points | arms, ways, [(way, 75.0) for way in (1, 2, 3, 4)])
    roads = roads.with_links(roundabout=roads.links.way_id == 0)
    junctions = signal_junctions(roads)
    assert junctions.id.tolist() == ["j9000"]
    assert set(roads.links.way_id[approaches_of(junctions, 0)].tolist()) == {1, 2, 3, 4}


# --- the planner's word, and what is usual ----------------------------------------------------


def test_a_stated_junction_appears_and_a_refused_one_goes() -> None:
    roads = street_with_side_streets(300.0, [(0, 190.0), (1, 90.0)])
    word = StatedSignals(osm_id=[2, 3, 77], present=[False, True, True])
    junctions = signal_junctions(roads, stated=word)
    assert junctions.id.tolist() == ["j3"]
    assert junctions.source.tolist() == [Source.MEASURED]
    assert junctions.name.tolist() == ["Street 0 / Street 2"]
    assert (junctions.x_m[0], junctions.y_m[0]) == (500.0, 0.0)
    assert approaches_of(junctions, 0).size == 3
    assert (junctions.refused_lights, junctions.stated_unknown) == (2, 1)


def test_a_statement_keeps_the_name_of_a_mapped_junction() -> None:
    roads = street_with_side_streets(300.0, [(0, 190.0), (1, 90.0)])
    junctions = signal_junctions(roads, stated=StatedSignals(osm_id=[2], present=[True]))
    assert junctions.id.tolist() == signal_junctions(roads).id.tolist()
    assert junctions.source.tolist() == [Source.MEASURED]


def test_a_junction_is_stated_once() -> None:
    with pytest.raises(InputError, match="stated once"):
        StatedSignals(osm_id=[2, 2], present=[True, False])


def roads_of_classes(first: RoadClass, second: RoadClass, *, tee: bool = False) -> Roads:
    """Two streets that cross, or the second of which ends at the first."""
    points = {1: (-200.0, 0.0), 2: (0.0, 0.0), 3: (200.0, 0.0), 4: (0.0, 200.0), 5: (0.0, -200.0)}
    ways = [([1, 2, 3], False), ([4, 2] if tee else [4, 2, 5], False)]
    if tee:
        del points[5]
    return drawn(points, ways, road_class=[first, second])


@pytest.mark.parametrize(
    ("first", "second", "tee", "country", "usual"),
    [
        (RoadClass.PRIMARY, RoadClass.SECONDARY, False, "CN", True),
        (RoadClass.PRIMARY, RoadClass.SECONDARY, True, "CN", True),
        (RoadClass.SECONDARY, RoadClass.TERTIARY, False, "US", True),
        (RoadClass.SECONDARY, RoadClass.TERTIARY, True, "US", False),
        (RoadClass.SECONDARY, RoadClass.TERTIARY, False, "GB", False),
        (RoadClass.SECONDARY, RoadClass.SECONDARY, False, "GB", True),
        (RoadClass.SECONDARY, RoadClass.SECONDARY, True, "GB", False),
        (RoadClass.PRIMARY, RoadClass.RESIDENTIAL, False, "CN", False),
        (RoadClass.TERTIARY, RoadClass.TERTIARY, False, "CN", False),
        (RoadClass.MOTORWAY, RoadClass.SECONDARY, False, "US", False),
    ],
)
def test_classes_suggest_signals(
    first: RoadClass, second: RoadClass, tee: bool, country: str, usual: bool
) -> None:
    roads = roads_of_classes(first, second, tee=tee)
    table = usual_signals(roads, country)
    assert len(table) == usual
    if usual:
        assert (table.osm_id[0], table.name[0]) == (2, "Street 0 / Street 1")
        assert (table.greater_class[0], table.lesser_class[0]) == (first, second)
        assert table.arms[0] == (3 if tee else 4)
    inferred = signal_junctions(roads, infer_for=country)
    assert inferred.id.tolist() == ["j2"] * usual
    assert inferred.source.tolist() == [Source.INFERRED] * usual
    assert len(signal_junctions(roads)) == 0


def test_a_tee_of_a_divided_road_suggests_signals() -> None:
    points = {1: (-200.0, 8.0), 2: (0.0, 8.0), 3: (200.0, 8.0), 4: (0.0, 200.0)}
    points |= {5: (-200.0, -8.0), 6: (0.0, -8.0), 7: (200.0, -8.0)}
    ways = [([3, 2, 1], True), ([5, 6, 7], True), ([4, 2, 6], False)]
    roads = drawn(points, ways, road_class=[RoadClass.PRIMARY] * 2 + [RoadClass.TERTIARY])
    table = usual_signals(roads, "DE")
    assert (table.osm_id.tolist(), table.arms.tolist(), table.divided.tolist()) == (
        [2],
        [3],
        [True],
    )
    assert nodes_of(signal_junctions(roads, infer_for="DE"), 0).tolist() == [1, 5]


def test_roundabouts_and_what_the_planner_speaks_of_suggest_none() -> None:
    roads = roads_of_classes(RoadClass.PRIMARY, RoadClass.PRIMARY)
    round_one = roads.with_links(roundabout=np.arange(len(roads.links)) == 0)
    assert len(usual_signals(round_one, "US")) == 0
    word = StatedSignals(osm_id=[2], present=[False])
    assert len(usual_signals(roads, "US", stated=word)) == 0
    assert len(signal_junctions(roads, stated=word, infer_for="US")) == 0


def test_inference_leaves_mapped_junctions_as_they_are() -> None:
    roads = grid_roads(4, 3, signals=(5,))
    roads = roads.with_links(road_class=np.full(len(roads.links), RoadClass.SECONDARY))
    before, after = signal_junctions(roads), signal_junctions(roads, infer_for="CN")
    row = after.id.tolist().index(before.id[0])
    assert after.source[row] == Source.TAGGED
    assert nodes_of(after, row).tolist() == nodes_of(before, 0).tolist()
    assert len(after) == 1 + np.sum(after.source == Source.INFERRED) > 1


@pytest.mark.parametrize("seed", range(3))
def test_ids_do_not_depend_on_the_order_of_lights(seed: int) -> None:
    roads = dual_carriageways()
    order = np.random.default_rng(seed).permutation(len(roads.signal_nodes))
    again = signal_junctions(replace(roads, signal_nodes=roads.signal_nodes.take(order)))
    before = signal_junctions(roads)
    assert again.id.tolist() == before.id.tolist()
    np.testing.assert_array_equal(again.node, before.node)
    np.testing.assert_array_equal(again.approach_link, before.approach_link)
