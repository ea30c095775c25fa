"""Turns: bans and closures obeyed, U-turns at dead ends alone, kinds by geometry."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from citymove.facts.roads import Roads, TurnBans
from citymove.prepare.prepared import TurnGraph, TurnKind
from citymove.prepare.reach import reach
from citymove.prepare.turn_graph import turn_graph
from made_up import grid_roads


def pairs(turns: TurnGraph) -> list[tuple[int, int]]:
    """Return (from link, to link) of every turn."""
    counts = np.diff(turns.start)
    from_link = np.repeat(np.arange(counts.size), counts)
    return list(zip(from_link.tolist(), turns.to_link.tolist(), strict=True))


def turns_the_slow_way(roads: Roads) -> set[tuple[int, int]]:
    """Return the permitted turns by the definition, link by link."""
    links, bans = roads.links, roads.turn_bans
    banned = set(zip(bans.from_link.tolist(), bans.to_link.tolist(), strict=True))
    permitted = set()
    for a in range(len(links)):
        onward = {
            b
            for b in range(len(links))
            if links.open[a] and links.open[b] and links.tail[b] == links.head[a]
            and (a, b) not in banned
        }  # fmt: skip
        back = {b for b in onward if links.head[b] == links.tail[a]}  # a grid has one way a block
        permitted |= {(a, b) for b in (onward - back or onward)}
    return permitted


@st.composite
def roads_with_bans_and_closures(draw: st.DrawFn) -> Roads:
    roads = grid_roads(draw(st.integers(2, 4)), draw(st.integers(2, 4)))
    links = roads.links
    possible = [
        (a, int(b)) for a in range(len(links)) for b in np.flatnonzero(links.tail == links.head[a])
    ]
    bans = draw(st.lists(st.sampled_from(possible), max_size=12, unique=True))
    closed = draw(st.sets(st.integers(0, len(links) - 1), max_size=8))
    is_open = np.ones(len(links), bool)
    is_open[list(closed)] = False
    return replace(
        roads,
        links=replace(links, open=is_open),
        turn_bans=TurnBans(
            from_link=np.array([a for a, _ in bans], np.int32),
            to_link=np.array([b for _, b in bans], np.int32),
            relation_id=np.zeros(len(bans), np.int64),
        ),
    )


@settings(max_examples=40, deadline=None)
@given(roads_with_bans_and_closures())
def test_turns_are_those_of_the_definition(roads: Roads) -> None:
    found = pairs(turn_graph(roads))
    assert found == sorted(found)
    assert set(found) == turns_the_slow_way(roads)


@settings(max_examples=40, deadline=None)
@given(roads_with_bans_and_closures())
def test_u_turns_are_alone(roads: Roads) -> None:
    """Where a U-turn is made no other turn leads on, and it is marked as one."""
    turns, links = turn_graph(roads), roads.links
    for row, (a, b) in enumerate(pairs(turns)):
        back = links.tail[a] == links.head[b]
        assert back == (turns.kind[row] == TurnKind.U_TURN)
        if back:
            assert turns.start[a + 1] - turns.start[a] == 1


@settings(max_examples=30, deadline=None)
@given(roads_with_bans_and_closures())
def test_the_main_part_is_strongly_connected(roads: Roads) -> None:
    turns = turn_graph(roads)
    reached = reach(turns, roads.links.open)
    onward: dict[int, set[int]] = {}
    for a, b in pairs(turns):
        onward.setdefault(a, set()).add(b)

    def from_link(first: int) -> set[int]:
        seen, todo = {first}, [first]
        while todo:
            for b in onward.get(todo.pop(), ()):
                if b not in seen:
                    seen.add(b)
                    todo.append(b)
        return seen

    main = set(np.flatnonzero(reached.main).tolist())
    open_links = np.flatnonzero(roads.links.open).tolist()
    after = {a: from_link(a) for a in open_links}
    assert all(main <= after[a] for a in main)
    served = {a for a in open_links if main & after[a] or any(a in after[m] for m in main)}
    assert served == set(np.flatnonzero(reached.served).tolist())
    parts = [{b for b in after[a] if a in after[b]} for a in open_links]
    assert len(main) == max(map(len, parts), default=0)


def test_a_grid_junction_has_its_three_turns_by_kind() -> None:
    roads = grid_roads(3, 3)
    turns, links = turn_graph(roads), roads.links
    eastbound = int(np.flatnonzero((links.tail == 3) & (links.head == 4))[0])
    rows = slice(int(turns.start[eastbound]), int(turns.start[eastbound + 1]))
    kinds = dict(zip(links.head[turns.to_link[rows]].tolist(), turns.kind[rows], strict=True))
    assert kinds == {5: TurnKind.THROUGH, 1: TurnKind.RIGHT, 7: TurnKind.LEFT}


def test_a_shape_of_repeated_points_keeps_its_direction() -> None:
    roads = grid_roads(3, 3)
    x_m, y_m = (np.repeat(v, 2) for v in (roads.shape_x_m, roads.shape_y_m))
    doubled = replace(roads, shape_start=roads.shape_start * 2, shape_x_m=x_m, shape_y_m=y_m)
    np.testing.assert_array_equal(turn_graph(doubled).kind, turn_graph(roads).kind)
