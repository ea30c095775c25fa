"""Searches over states against searches that remember the whole path behind a driver."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citymove.facts.roads import Roads
from citymove.foundation.daytime import Slices
from citymove.foundation.errors import InputError
from citymove.parking.outcome import SearchNetwork
from citymove.parking.ways import ways_to
from citymove.paths.graph import SearchGraph, Turns, search_graph
from citymove.paths.skims import skim
from citymove.paths.trees import shortest_trees, trees_to_links
from citymove.prepare.prepared import TurnGraph, TurnKind
from citymove.prepare.reach import reach
from citymove.prepare.turn_graph import turn_graph, turn_graphs
from made_up import grid_roads
from path_memory import PathMemory, roads_with_path_bans

WINDOWS = [(h * 3600, (h + 1) * 3600 + 1800) for h in (0, 7, 8, 15, 22)]
SOME = settings(max_examples=20, deadline=None)


def turns_of(graph: TurnGraph) -> Turns:
    return Turns(graph.start, graph.to_state, graph.state_link)


def graph_of(roads: Roads, turns: TurnGraph) -> SearchGraph:
    return search_graph(roads.links.tail, roads.links.head, len(roads.nodes), turns=turns_of(turns))


def links_by_ends(roads: Roads) -> dict[tuple[int, int], int]:
    ends = zip(roads.links.tail.tolist(), roads.links.head.tolist(), strict=True)
    return {nodes: link for link, nodes in enumerate(ends)}


def costs_of(roads: Roads, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    cost = np.round(rng.uniform(0, 4, len(roads.links)))  # whole numbers: many ties and zeros
    return np.where(roads.links.open, cost, np.inf)


@SOME
@given(roads_with_path_bans(), st.integers(0, 1000))
def test_trees_are_those_of_whole_paths(roads: Roads, seed: int) -> None:
    cost, memory = costs_of(roads, seed), PathMemory(roads)
    nodes = len(roads.nodes)
    trees = shortest_trees(graph_of(roads, turn_graph(roads)), cost, np.arange(nodes))
    for origin in range(nodes):
        expected = memory.node_costs(cost.tolist(), origin, nodes)
        np.testing.assert_array_equal(trees.node_cost[origin], expected)
        for node in np.flatnonzero(np.isfinite(expected)):
            path = tuple(trees.path(origin, int(node)))
            assert memory.may_be_driven(path)
            assert cost[list(path)].sum() == expected[node]


@SOME
@given(roads_with_path_bans(timed=True), st.integers(0, 1000))
def test_skims_obey_the_bans_of_their_hours(roads: Roads, seed: int) -> None:
    cost = costs_of(roads, seed)
    nodes = len(roads.nodes)
    graphs, of_window = turn_graphs(roads, WINDOWS)
    assert len({id(g.state_link) for g in graphs}) == 1
    fields = np.where(np.isfinite(cost), cost, 0)[None]
    for row, window in zip(of_window, WINDOWS, strict=True):
        found, sums = skim(graph_of(roads, graphs[row]), cost, nodes, fields)
        memory = PathMemory(roads, window)
        expected = [memory.node_costs(cost.tolist(), origin, nodes) for origin in range(nodes)]
        np.testing.assert_array_equal(found, expected)
        np.testing.assert_array_equal(sums[0], expected)


@SOME
@given(roads_with_path_bans(), st.integers(0, 1000))
def test_ways_to_a_link_go_on_from_what_was_driven(roads: Roads, seed: int) -> None:
    cost, memory = costs_of(roads, seed), PathMemory(roads)
    rng = np.random.default_rng(seed)
    turns = turn_graph(roads)
    targets = rng.choice(len(roads.links), 3, replace=False)
    next_state, left = trees_to_links(turns_of(turns), cost, targets)
    for row, target in enumerate(targets.tolist()):
        state = int(rng.choice(np.flatnonzero(roads.links.open)))
        path = (state,)
        for _ in range(int(rng.integers(0, 6))):  # drive about first
            onward = turns.to_state[turns.start[state] : turns.start[state + 1]]
            assert sorted(turns.state_link[onward].tolist()) == sorted(memory.onward(path))
            if not onward.size:
                break
            state = int(rng.choice(onward))
            path = (*path, int(turns.state_link[state]))
        expected = memory.left(cost.tolist(), path, target)
        assert left[row, state] == expected
        driven = len(path)
        while np.isfinite(expected) and path[-1] != target:
            state = int(next_state[row, state])
            path = (*path, int(turns.state_link[state]))
        assert memory.may_be_driven(path)
        if np.isfinite(expected):
            assert cost[list(path[driven:])].sum() == expected


@SOME
@given(roads_with_path_bans(), st.integers(0, 1000))
def test_the_way_round_heeds_how_the_driver_came(roads: Roads, seed: int) -> None:
    cost, memory = costs_of(roads, seed), PathMemory(roads)
    turns = turn_graph(roads)
    network = SearchNetwork(
        tail=roads.links.tail, head=roads.links.head, length_m=roads.links.length_m,
        turns=(turns_of(turns),), turns_of_slice=[0], slices=Slices([0, 3600]),
        link_time_s=cost[None],
    )  # fmt: skip
    targets = np.flatnonzero(roads.links.open)[:4]
    ways = ways_to(network, 0, targets)
    for row, target in enumerate(targets.tolist()):
        for before in np.flatnonzero(roads.links.open & (roads.links.head == network.tail[target])):
            if target not in memory.onward((int(before),)):
                continue
            path = (int(before), target)
            onward = turns.to_state[turns.start[path[0]] : turns.start[path[0] + 1]]
            (state,) = onward[turns.state_link[onward] == target]
            round_s = [
                cost[link] + memory.left(cost.tolist(), (*path, link), target)
                for link in memory.onward(path)
            ]
            assert ways.round_s(row, int(state)) == min(round_s, default=np.inf)


def test_a_shorter_ban_holds_inside_a_longer_one() -> None:
    """On 0-1-2-5 a driver is three links into one ban and two into another."""
    roads = grid_roads(3, 3, path_bans=((0, 1, 2, 5, 4), (1, 2, 5, 8)))
    trees = shortest_trees(graph_of(roads, turn_graph(roads)), np.ones(24), np.arange(9))
    memory = PathMemory(roads)
    link_of = links_by_ends(roads)
    into = tuple(link_of[ends] for ends in ((0, 1), (1, 2), (2, 5)))
    assert memory.onward(into) == [link_of[5, 2]]  # turns round: both streets on are banned
    assert set(memory.onward(into[1:])) == {link_of[5, 4]}
    state = into[0]
    turns = turn_graph(roads)
    for link in into[1:]:
        onward = turns.to_state[turns.start[state] : turns.start[state + 1]]
        (state,) = onward[turns.state_link[onward] == link]
    onward = turns.to_link[turns.start[state] : turns.start[state + 1]]
    assert onward.tolist() == [link_of[5, 2]]
    assert trees.node_cost[0, 8] == 4  # by other streets


@SOME
@given(roads_with_path_bans())
def test_the_main_part_holds_together_by_whole_paths(roads: Roads) -> None:
    memory = PathMemory(roads)
    reached = reach(turn_graph(roads), roads.links.open)
    free = [0.0] * len(roads.links)
    main = set(np.flatnonzero(reached.main).tolist())
    for link in np.flatnonzero(roads.links.open).tolist():
        to = {path[-1] for path in memory.costs(free, [(0.0, (link,))])}
        if link in main:
            assert main <= to
        assert not reached.leads_in[link] or main <= to | {link}


@SOME
@given(roads_with_path_bans(timed=True))
def test_what_is_reached_at_every_hour_is_reached_at_each(roads: Roads) -> None:
    """All bans at once leave fewer turns, but for turning round where nothing else is left."""
    every = turn_graph(roads)
    graphs, _ = turn_graphs(roads, WINDOWS)

    def turns(graph: TurnGraph) -> set[tuple[int, int]]:
        from_state = np.repeat(np.arange(graph.start.size - 1), np.diff(graph.start))
        onward = graph.kind != TurnKind.U_TURN
        pairs = zip(from_state[onward].tolist(), graph.to_state[onward].tolist(), strict=True)
        return set(pairs)

    for graph in graphs:
        assert turns(every) <= turns(graph)


def test_states_are_links_where_no_ban_is_longer_than_a_turn() -> None:
    roads = grid_roads(3, 3, bans=((0, 1, 2),))
    turns = turn_graph(roads)
    assert turns.state_link.tolist() == list(range(len(roads.links)))
    np.testing.assert_array_equal(turns.to_link, turns.to_state)


@pytest.mark.parametrize("nodes", [(0, 1, 2), (0, 1, 4, 3, 6)])
def test_a_path_ban_must_be_three_links_that_meet(nodes: tuple[int, ...]) -> None:
    roads = grid_roads(3, 3, path_bans=(nodes,))
    if len(nodes) > 3:  # its links in another order do not meet
        link = roads.path_bans.link[::-1]
        roads = replace(roads, path_bans=replace(roads.path_bans, link=link))
    with pytest.raises(InputError, match=r"path ban 0 over links \["):
        turn_graph(roads)


def test_a_driver_whom_a_ban_leaves_nothing_turns_round() -> None:
    """On the way into the ban the only street on is barred; from elsewhere it is not."""
    roads = grid_roads(3, 2, path_bans=((0, 1, 2, 5), (0, 1, 2, 1)))
    turns = turn_graph(roads)
    link_of = links_by_ends(roads)
    memory = PathMemory(roads)
    into, way = link_of[0, 1], link_of[1, 2]
    assert memory.onward((link_of[4, 1], way)) == [link_of[2, 5]]
    assert memory.onward((into, way)) == []  # turning round is banned too
    (state,) = np.flatnonzero(turns.state_link == way)[1:]
    assert turns.start[state] == turns.start[state + 1]
    free = replace(roads, path_bans=roads.path_bans.take([0]))
    assert PathMemory(free).onward((into, way)) == [link_of[2, 1]]
    turns = turn_graph(free)
    assert turns.to_link[turns.start[state] : turns.start[state + 1]].tolist() == [link_of[2, 1]]
    assert turns.kind[turns.start[state]] == TurnKind.U_TURN
