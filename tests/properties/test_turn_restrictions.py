"""Turn restrictions in every form, on small files made by hand and on random grids."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from citymove.facts.roads import Roads
from citymove.formats.osm import OsmFacts, read_osm
from citymove.formats.osm.extract import Relation
from citymove.formats.osm.restriction_rules import is_restriction, said_of
from citymove.foundation.daytime import DAY_S
from citymove.prepare.turn_graph import turn_graph
from osm_files import ban, cross, node, relation, road, write

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "data" / "osm"
Nodes = tuple[int, ...]
Held = set[tuple[Nodes, int, int]]

H = 3600


def read(tmp_path: Path, *items: str) -> OsmFacts:
    return read_osm(write(tmp_path / "small.osm", *items))


def through(
    relation_id: int, value: str, members: str, key: str = "restriction", **tags: str
) -> str:
    """Return a restriction whose members are told as "from 1, via 2, via n5, to 3"."""
    rows = []
    for part in members.split(","):
        role, name = part.split()
        kind = "node" if name.startswith("n") else "way"
        rows.append((kind, int(name.lstrip("n")), role))
    return relation(relation_id, rows, {"type": "restriction", key: value, **tags})


def nodes_of(roads: Roads, links: list[int]) -> Nodes:
    ids, tail, head = roads.nodes.osm_id, roads.links.tail, roads.links.head
    assert all(head[a] == tail[b] for a, b in pairwise(links))
    return (int(ids[tail[links[0]]]), *(int(ids[head[link]]) for link in links))


def turns(roads: Roads) -> Held:
    """Return the banned turns as nodes, and their hours."""
    bans = roads.turn_bans
    rows = zip(bans.from_link, bans.to_link, bans.start_s, bans.end_s, strict=True)
    held = [(nodes_of(roads, [a, b]), int(s), int(e)) for a, b, s, e in rows]
    assert len(set(held)) == len(held)
    return set(held)


def paths(roads: Roads) -> Held:
    """Return the banned paths as nodes, and their hours."""
    bans = roads.path_bans
    held = [
        (nodes_of(roads, bans.sequence(row).tolist()), int(bans.start_s[row]), int(bans.end_s[row]))
        for row in range(len(bans))
    ]
    assert len(set(held)) == len(held)
    return set(held)


def all_day(*sequences: Nodes) -> Held:
    return {(sequence, 0, DAY_S) for sequence in sequences}


def ladder(*, oneway_rails: bool = True) -> list[str]:
    """Return a dual carriageway: north to the west on 11 .. 15, south to the east on 21 .. 25,
    joined by cross roads 3k from 1k to 2k; ways 1xy and 2xy run from 1x to 1y and 2x to 2y.
    """
    nodes = [node(10 + k, k, 1) for k in range(1, 6)] + [node(20 + k, k, 0) for k in range(1, 6)]
    rail = {"oneway": "yes"} if oneway_rails else {}
    north = [road(100 + 10 * (k + 1) + k, [11 + k, 10 + k], "primary", **rail) for k in range(1, 5)]
    south = [road(200 + 10 * k + k + 1, [20 + k, 21 + k], "primary", **rail) for k in range(1, 5)]
    return [*nodes, *north, *south, *(road(30 + k, [10 + k, 20 + k]) for k in range(1, 6))]


# --- through ways ---------------------------------------------------------------------------


def test_u_turn_over_a_dual_carriageway(tmp_path: Path) -> None:
    """From the east on the southern side over cross road 33 back on the northern side."""
    facts = read(tmp_path, *ladder(), through(7, "no_u_turn", "from 223,via 33,to 132"))
    assert paths(facts.roads) == all_day((22, 23, 13, 12))
    assert turns(facts.roads) == set()
    counts = facts.reading.counts
    assert (counts["turn_bans_applied"], counts["turn_bans_applied_through_ways"]) == (1, 1)
    assert counts["path_bans"] == counts["turn_bans_in_force"] == 1
    assert facts.roads.path_bans.relation_id.tolist() == [7]


def test_only_through_a_way_bans_each_turn_that_leaves_the_path(tmp_path: Path) -> None:
    items = ladder(oneway_rails=False)
    facts = read(tmp_path, *items, through(7, "only_u_turn", "from 223,via 33,to 132"))
    assert turns(facts.roads) == all_day((22, 23, 24), (22, 23, 22))
    assert paths(facts.roads) == all_day((22, 23, 13, 14), (22, 23, 13, 23))


def test_only_rule_that_shuts_streets_in_leaves_them_out(tmp_path: Path) -> None:
    """On one-way rails the same rule sends all who come from the west back there."""
    facts = read(tmp_path, *ladder(), through(7, "only_u_turn", "from 223,via 33,to 132"))
    assert 223 not in facts.roads.links.way_id
    counts = facts.reading.counts
    assert (counts["turn_bans_applied"], counts["turn_bans_in_force"]) == (1, 0)
    assert (counts["turn_bans_void"], counts["path_bans_void"]) == (1, 1)


def test_only_through_two_ways_bans_at_both(tmp_path: Path) -> None:
    """The order of the members and the direction that ways are drawn in do not matter."""
    items = ladder(oneway_rails=False)
    rule = through(7, "only_straight_on", "to 143,via 34,via 33,from 233,via 234")
    assert read(tmp_path, *items, rule).reading.counts["turn_bans_dropped"] == 1  # 233 is no way
    rule = through(7, "only_straight_on", "to 154,via 34,from 33,via 234")
    facts = read(tmp_path, *items, rule)
    assert turns(facts.roads) == all_day((13, 23, 22), (13, 23, 13))
    assert paths(facts.roads) == all_day(
        *((13, 23, 24, off) for off in (23, 25)),
        *((13, 23, 24, 14, off) for off in (24, 13)),
    )


def test_via_way_cut_by_a_junction_is_driven_link_by_link(tmp_path: Path) -> None:
    """Way 200 runs through nodes 21 .. 25 against the path: four links of it are the via."""
    nodes = [node(k, k, 0) for k in range(21, 26)] + [node(k, k - 20, 1) for k in range(31, 36)]
    items = [*nodes, node(20, 20, 0), node(26, 26, 0), road(200, [25, 24, 23, 22, 21])]
    items += [road(300 + k, [k, k + 10]) for k in range(21, 26)]
    items += [road(1, [20, 21]), road(2, [25, 26])]
    facts = read(tmp_path, *items, through(7, "no_straight_on", "from 1,via 200,to 2"))
    assert paths(facts.roads) == all_day((20, 21, 22, 23, 24, 25, 26))
    part = read(tmp_path, *items, through(7, "no_left_turn", "from 322,via 200,to 324"))
    assert paths(part.roads) == all_day((32, 22, 23, 24, 34))


def test_way_and_node_as_via(tmp_path: Path) -> None:
    """The node tells which end of the cross road is meant; one off the path means none."""
    rule = "from 223,via 33,via n{},to 132"
    for at, expected in ((23, 1), (13, 1), (24, 0)):
        facts = read(tmp_path, *ladder(), through(7, "no_u_turn", rule.format(at)))
        assert len(facts.roads.path_bans) == expected
        assert facts.reading.counts.get("turn_bans_dropped_ways_do_not_meet", 0) == 1 - expected


def test_from_way_through_the_junction_is_told_by_the_angle(tmp_path: Path) -> None:
    """Way 200 passes 23; a U-turn over 33 to the west comes from the west."""
    items = [node(k, k - 20, 0) for k in (22, 23, 24)] + [node(13, 3, 0.2), node(12, 2, 0.2)]
    items += [road(200, [22, 23, 24]), road(33, [23, 13]), road(132, [13, 12])]
    rule = "from 200,via 33,to 132"
    back = read(tmp_path, *items, through(7, "no_u_turn", rule))
    assert paths(back.roads) == all_day((22, 23, 13, 12))
    on = read(tmp_path, *items, through(7, "no_straight_on", rule))
    assert paths(on.roads) == all_day((24, 23, 13, 12))


def test_path_against_a_one_way_street_is_told_from_ways_apart(tmp_path: Path) -> None:
    against = read(tmp_path, *ladder(), through(7, "no_u_turn", "from 132,via 33,to 223"))
    apart = read(tmp_path, *ladder(), through(7, "no_u_turn", "from 223,via 34,to 132"))
    assert against.reading.counts["turn_bans_dropped_against_one_way"] == 1
    assert apart.reading.counts["turn_bans_dropped_ways_do_not_meet"] == 1


def test_via_ways_that_make_a_web_are_given_up(tmp_path: Path) -> None:
    """More paths lead through a grid of via ways than a search may try."""
    size = 7
    grid = [node(10 * r + c, c, r) for r in range(size) for c in range(size)]
    rows = [road(100 + r, [10 * r + c for c in range(size)]) for r in range(size)]
    columns = [road(200 + c, [10 * r + c for r in range(size)]) for c in range(size)]
    ends = [node(98, -1, 0), node(99, 7, 6), road(1, [98, 0]), road(2, [66, 99])]
    vias = ",".join(f"via {way}" for way in (*range(100, 107), *range(200, 207)))
    facts = read(
        tmp_path, *grid, *rows, *columns, *ends, through(7, "no_u_turn", f"from 1,{vias},to 2")
    )
    assert facts.reading.counts["turn_bans_dropped_ambiguous"] == 1


def test_path_bans_over_links_left_out_are_void(tmp_path: Path) -> None:
    """Road 400 leads nowhere and is left out, and so are the bans that name it or want it."""
    items = [*ladder(oneway_rails=False), node(9, 3, 3), road(400, [13, 9], oneway="yes")]
    facts = read(tmp_path, *items, through(7, "no_straight_on", "from 223,via 33,to 400"))
    assert 400 not in facts.roads.links.way_id
    assert len(facts.roads.path_bans) == 0
    assert facts.reading.counts["path_bans_void"] == 1
    only = read(tmp_path, *items, through(7, "only_straight_on", "from 223,via 33,to 400"))
    assert turns(only.roads) == all_day((22, 23, 24), (22, 23, 22))
    assert len(only.roads.path_bans) == 0
    assert only.reading.counts["path_bans_void"] == 3  # to the west, the east, and back over 33


# --- at nodes -------------------------------------------------------------------------------


def test_no_entry_and_no_exit_have_several_ends(tmp_path: Path) -> None:
    entry = through(7, "no_entry", "from 102,from 104,via n5,to 108")
    assert turns(read(tmp_path, *cross(), entry).roads) == all_day((2, 5, 8), (4, 5, 8))
    leave = through(7, "no_exit", "from 102,via n5,to 104,to 108,to 999")
    facts = read(tmp_path, *cross(), leave)
    assert turns(facts.roads) == all_day((2, 5, 4), (2, 5, 8))
    assert facts.reading.counts["turn_bans_applied"] == 1


def test_only_u_turn_bans_all_else(tmp_path: Path) -> None:
    around = road(300, [2, 4])
    facts = read(tmp_path, *cross(), around, through(7, "only_u_turn", "from 102,via n5,to 102"))
    assert turns(facts.roads) == all_day((2, 5, 4), (2, 5, 6), (2, 5, 8))
    graph, links = turn_graph(facts.roads), facts.roads.links
    south = int(np.flatnonzero((links.way_id == 102) & links.forward)[0])
    onward = graph.to_state[graph.start[south] : graph.start[south + 1]]
    assert links.way_id[onward].tolist() == [102]  # turning round is all that is left


def test_no_u_turn_on_a_way_through_the_node_holds_from_both_sides(tmp_path: Path) -> None:
    items = [node(5, 1, 1), node(4, 0, 1), node(6, 2, 1), node(8, 1, 2)]
    items += [road(1, [4, 5, 6]), road(2, [5, 8])]
    facts = read(tmp_path, *items, through(7, "no_u_turn", "from 1,via n5,to 1"))
    assert turns(facts.roads) == all_day((4, 5, 4), (6, 5, 6))
    inside = [node(3, 0.5, 1), *items[:4], road(1, [4, 3, 5, 6]), items[5]]
    facts = read(tmp_path, *inside, through(7, "no_u_turn", "from 1,via n3,to 1"))
    assert facts.reading.counts["turn_bans_dropped_against_one_way"] == 1


@pytest.mark.parametrize(
    ("members", "tags", "reason"),
    [
        ("from 102,via n5,to 104", {"except": "psv;motorcar"}, "cars_exempt"),
        ("from 102,via n5,to 104", {"restriction:motorcar": "none"}, "cars_exempt"),
        ("from 102,via n5,to 104", {"hour_on": "07:00"}, "condition_not_time"),
        ("from 102,via n5,to 104", {"day_on": "Sa", "day_off": "Su"}, "not_on_working_days"),
        ("from 102,via n5,to 104", {"restriction": "no_flying"}, "unreadable"),
        ("from 102,via n5,to 104", {"restriction": "only_entry"}, "unreadable"),
        ("from 102,via n5,to 999", {}, "not_in_extract"),
        ("from 102,via 999,to 104", {}, "not_in_extract"),
        ("from 102,via n5,to 103", {}, "no_road_for_cars"),
        ("from 102,via n2,to 104", {}, "ways_do_not_meet"),
        ("from 102,via 104,to 106", {}, "ways_do_not_meet"),
        ("from 102,via n5,to 107", {}, "ways_do_not_meet"),
        ("from 102,via n999,to 104", {}, "ways_do_not_meet"),
        ("from 107,via n77,to 107", {}, "cut_by_extract"),
        ("from 102,via n5", {}, "incomplete"),
        ("from 102,to 104", {}, "incomplete"),
        ("from 102,via n5,via n2,to 104", {}, "incomplete"),
    ],
)
def test_each_restriction_dropped_has_one_reason(
    tmp_path: Path, members: str, tags: dict[str, str], reason: str
) -> None:
    footpath = road(103, [4, 5], "footway")
    cut = road(107, [8, 77])  # the file lacks node 77
    item = through(7, "no_left_turn", members)
    item = relation_with(item, tags)
    facts = read(tmp_path, *cross(), node(9, 1, 3), road(108_9, [8, 9]), footpath, cut, item)
    counts = facts.reading.counts
    assert turns(facts.roads) == paths(facts.roads) == set()
    assert (counts["turn_bans_found"], counts["turn_bans_dropped"]) == (1, 1)
    assert counts[f"turn_bans_dropped_{reason}"] == 1
    assert any("1 of 1 turn restrictions do" in note.en for note in facts.reading.notes)


def relation_with(item: str, tags: dict[str, str]) -> str:
    """Return a relation with these tags, those of the same keys left out."""
    for key, value in tags.items():
        start = item.find(f'<tag k="{key}"')
        if start >= 0:
            item = item[:start] + item[item.index("/>", start) + 2 :]
        item = item.replace("</relation>", f'<tag k="{key}" v="{value}"/></relation>')
    return item


# --- vehicles and hours ---------------------------------------------------------------------

DAY = ((0, DAY_S),)
MORNING = ((7 * H, 9 * H),)
REST = ((0, 7 * H), (9 * H, DAY_S))


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"restriction": "no_left_turn"}, {("no_left_turn", DAY)}),
        ({"restriction": "no_left_turn", "except": "psv;bicycle"}, {("no_left_turn", DAY)}),
        ({"restriction": "no_left_turn", "except": "bus; motor_vehicle"}, "cars_exempt"),
        ({"restriction:hgv": "no_left_turn"}, "other_vehicles"),
        ({"restriction:hgv:conditional": "no_left_turn @ (07:00-09:00)"}, "other_vehicles"),
        (
            {"restriction": "no_left_turn", "restriction:hgv": "no_u_turn"},
            {("no_left_turn", DAY)},
        ),
        (
            {"restriction": "no_left_turn", "restriction:motorcar": "only_u_turn"},
            {("only_u_turn", DAY)},
        ),
        (
            {"restriction:conditional": "no_left_turn @ (Mo-Fr 07:00-09:00)"},
            {("no_left_turn", MORNING)},
        ),
        (
            {"restriction:motorcar:conditional": "no_left_turn @ Mo-Fr 07:00-09:00; PH off"},
            {("no_left_turn", MORNING)},
        ),
        (
            {"restriction:conditional": "no_left_turn @ (22:00-06:00)"},
            {("no_left_turn", ((0, 6 * H), (22 * H, DAY_S)))},
        ),
        (
            {
                "restriction:conditional": "no_left_turn @ (7:00-9:00); no_u_turn @ (8:00-10:00)",
            },
            {("no_left_turn", ((7 * H, 8 * H),)), ("no_u_turn", ((8 * H, 10 * H),))},
        ),
        (
            {"restriction": "no_left_turn", "restriction:conditional": "none @ (07:00-09:00)"},
            {("no_left_turn", REST)},
        ),
        (
            {
                "restriction": "no_left_turn",
                "restriction:motorcar:conditional": "only_straight_on @ (07:00-09:00)",
            },
            {("no_left_turn", REST), ("only_straight_on", MORNING)},
        ),
        ({"restriction:conditional": "no_left_turn @ (Sa,Su 07:00-09:00)"}, "not_on_working_days"),
        ({"restriction:conditional": "no_left_turn @ (PH)"}, "not_on_working_days"),
        ({"restriction:conditional": "no_left_turn @ (weight>7.5)"}, "condition_not_time"),
        ({"restriction:conditional": "no_left_turn @ wet"}, "condition_not_time"),
        (
            {"restriction:conditional": "no_left_turn @ (07:00-09:00 AND length>12)"},
            "condition_not_time",
        ),
        ({"restriction:conditional": "no_left_turn"}, "condition_not_time"),
        ({"restriction:conditional": "no_left_turn @ (" + "07:00-09:00," * 9999}, "unreadable"),
        ({"restriction:conditional": "no_flying @ (07:00-09:00)"}, "unreadable"),
        ({"restriction": "no_left_turn", "restriction:conditional": "none @ 24/7"}, "cars_exempt"),
        (
            {
                "restriction": "no_left_turn",
                "day_on": "Monday",
                "day_off": "Friday",
                "hour_on": "7:00",
                "hour_off": "9",
            },
            {("no_left_turn", MORNING)},
        ),
        ({"restriction": "no_left_turn", "day_on": "Mo", "day_off": "Tu"}, "not_on_working_days"),
        ({"type": "restriction:hgv", "restriction": "no_left_turn"}, "other_vehicles"),
        (
            {"type": "restriction:motorcar", "restriction": "no_left_turn"},
            {("no_left_turn", DAY)},
        ),
    ],
)
def test_what_tags_say_for_cars(
    tags: dict[str, str], expected: str | set[tuple[str, tuple[tuple[int, int], ...]]]
) -> None:
    tags = {"type": "restriction", **tags}
    assert is_restriction(Relation(1, tags, ()))
    said = said_of(tags)
    found = {(f"{'only' if s.only else 'no'}_{s.kind}", s.windows) for s in said.statements}
    assert (said.reason or found) == expected


def test_hours_and_void_parts_are_counted(tmp_path: Path) -> None:
    rule = "no_left_turn @ (Mo-Fr 16:00-18:00,22:00-06:00); no_left_turn @ (weight>7.5)"
    facts = read(
        tmp_path,
        *cross(),
        through(7, rule, "from 102,via n5,to 104", key="restriction:conditional"),
        ban(8, "no_left_turn", 106, 5, 102),
    )
    hours = ((0, 6 * H), (16 * H, 18 * H), (22 * H, DAY_S))
    expected = {((2, 5, 4), *window) for window in hours} | all_day((6, 5, 2))
    assert turns(facts.roads) == expected
    counts = facts.reading.counts
    assert (counts["turn_bans_applied"], counts["turn_bans_applied_timed"]) == (2, 1)
    assert (counts["turn_bans"], counts["turn_bans_parts_not_read"]) == (4, 1)
    assert any("1 of 2 turn restrictions hold at some hours" in n.en for n in facts.reading.notes)


def test_bans_of_some_hours_do_not_cut_the_network(tmp_path: Path) -> None:
    """Street 200 can only be left by a turn that is banned in the morning, or always."""
    items = [*cross(), node(9, 2, 2), node(10, 3, 3), road(200, [6, 9], oneway="yes")]
    items += [road(201, [9, 8], oneway="yes"), road(202, [9, 10], oneway="yes")]
    rule = {"key": "restriction:conditional", "members": "from 200,via n9,to 201"}
    morning = read(tmp_path, *items, through(7, "no_left_turn @ (07:00-09:00)", **rule))
    always = read(tmp_path, *items, through(7, "no_left_turn @ (24/7)", **rule))
    assert 200 in morning.roads.links.way_id
    assert 200 not in always.roads.links.way_id


def test_same_ban_of_two_restrictions_stands_once(tmp_path: Path) -> None:
    items = [ban(8, "no_left_turn", 102, 5, 104), ban(7, "only_straight_on", 102, 5, 108)]
    facts = read(tmp_path, *cross(), *items)
    assert turns(facts.roads) == all_day((2, 5, 2), (2, 5, 4), (2, 5, 6))
    assert set(facts.roads.turn_bans.relation_id.tolist()) == {7}
    assert facts.reading.counts["turn_bans_in_force"] == 2


# --- random grids ---------------------------------------------------------------------------

SIDE = 4


def neighbours(at: int) -> list[int]:
    row, column = divmod(at, SIDE)
    near = ((row, column - 1), (row, column + 1), (row - 1, column), (row + 1, column))
    return [r * SIDE + c for r, c in near if 0 <= r < SIDE and 0 <= c < SIDE]


@st.composite
def walks(draw: st.DrawFn) -> Nodes:
    """Nodes 0 .. 15 of a grid, one beside the other, each once."""
    walk = [draw(st.integers(0, SIDE * SIDE - 1))]
    for _ in range(draw(st.integers(2, 5))):
        near = [at for at in neighbours(walk[-1]) if at not in walk]
        if not near:
            break
        walk.append(draw(st.sampled_from(near)))
    return tuple(walk)


def streets(walk: Nodes, *, whole_via: bool, draw: st.DataObject) -> Iterator[tuple[int, Nodes]]:
    """Yield ways and their nodes, 1 + 100 x lower + higher node for a street of one block."""
    inner = walk[1:-1]
    blocks = {tuple(sorted(pair)) for pair in pairwise(inner)}
    if whole_via and len(inner) > 1:
        yield 9999, inner if draw.draw(st.booleans()) else inner[::-1]
    for low in range(SIDE * SIDE):
        for high in (at for at in neighbours(low) if at > low):
            if not (whole_via and (low, high) in blocks):
                yield 1 + 100 * low + high, draw.draw(st.permutations((low, high)))


SETTINGS = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # each example writes its own
)


@SETTINGS
@given(walk=walks(), only=st.booleans(), whole_via=st.booleans(), data=st.data())
def test_bans_of_random_walks(
    tmp_path: Path, walk: Nodes, only: bool, whole_via: bool, data: st.DataObject
) -> None:
    """A walk over a grid, told as a restriction, against its bans written down node by node."""
    if len(walk) < 3:
        return
    stubs = [0, SIDE - 1, SIDE * (SIDE - 1), SIDE * SIDE - 1]
    nodes = [node(at, at % SIDE, at // SIDE) for at in range(SIDE * SIDE)]
    nodes += [node(50 + at, at % SIDE - 0.4, at // SIDE - 0.3) for at in stubs]
    ways = dict(streets(walk, whole_via=whole_via, draw=data))
    ways.update({50 + at: (at, 50 + at) for at in stubs})  # so that all nodes are junctions
    names = [next(w for w, at in ways.items() if set(pair) <= set(at)) for pair in pairwise(walk)]
    via = [f"via {way}" for way in dict.fromkeys(names[1:-1])] or [f"via n{walk[1]}"]
    members = [f"from {names[0]}", *via, f"to {names[-1]}"]
    value = ("only_" if only else "no_") + data.draw(st.sampled_from(("left_turn", "u_turn")))
    rule = through(7, value, ",".join(data.draw(st.permutations(members))))
    facts = read(tmp_path, *nodes, *(road(w, at) for w, at in ways.items()), rule)
    near = {at: {b for w in ways.values() for b in w if beside(at, b, w)} for at in range(16)}
    expected = {walk}
    if only:
        expected = {
            (*walk[:size], off)
            for size in range(2, len(walk))
            for off in near[walk[size - 1]] - {walk[size]}
        }
    assert turns(facts.roads) == all_day(*(w for w in expected if len(w) == 3))
    assert paths(facts.roads) == all_day(*(w for w in expected if len(w) > 3))
    assert_all_reachable(facts.roads)


def beside(at: int, other: int, way: Nodes) -> bool:
    return any({at, other} == set(pair) for pair in pairwise(way))


# --- real extracts --------------------------------------------------------------------------


def assert_all_reachable(roads: Roads) -> None:
    """From every state of every link, each link can be reached without a banned turn or path."""
    graph = turn_graph(roads)
    count = graph.state_link.size
    turn_from = np.repeat(np.arange(count), np.diff(graph.start))
    joined = csr_array((np.ones(turn_from.size), (turn_from, graph.to_state)), (count, count))
    _, part = connected_components(joined, directed=True, connection="strong")
    largest = np.argmax(np.bincount(part))
    held = np.unique(graph.state_link[part == largest])
    assert held.size == len(roads.links)
    stuck = np.flatnonzero(np.diff(graph.start) == 0)
    assert stuck.size == 0


FILES = {
    "monaco": ROOT / "seeds" / "monaco" / "roads.osm.pbf",
    "helsinki": ROOT / "seeds" / "helsinki" / "roads.osm.pbf",
    "bad_hersfeld": SHARED / "bad_hersfeld" / "bad_hersfeld.osm.gz",
    "columbus": SHARED / "columbus" / "columbus.osm.pbf",
    "krems": SHARED / "krems" / "krems.osm.gz",
    "limerick": SHARED / "limerick" / "limerick.osm.gz",
    "nanjing": SHARED / "nanjing_xinjiekou" / "osm_bbox.osm.pbf",
    "neukolln": SHARED / "neukolln" / "input.osm",
}


@pytest.mark.parametrize("path", FILES.values(), ids=FILES.keys())
def test_every_link_of_an_extract_is_reached_under_all_bans(path: Path) -> None:
    if not path.exists():
        pytest.skip(f"{path.name} is not there")
    assert_all_reachable(read_osm(path).roads)
