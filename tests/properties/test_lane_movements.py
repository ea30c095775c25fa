"""Lanes of movements and conflicts of movements, against what must hold at any junction."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from citymove.facts.roads import LaneTurn
from citymove.prepare.conflicts import NodeMovement, conflict, giving_way
from citymove.prepare.lane_movements import feed_idle_lanes, lanes_behind, spans

KINDS = (LaneTurn.LEFT, LaneTurn.THROUGH, LaneTurn.RIGHT)
SIDES = st.sampled_from(["right", "left"])


@settings(max_examples=300, deadline=None)
@given(
    kinds=st.lists(st.sampled_from(KINDS), min_size=1, max_size=5),
    lanes=st.integers(1, 5),
    arrows=st.lists(st.integers(0, 7), min_size=5, max_size=5),
    painted=st.booleans(),
    side=SIDES,
)
def test_every_lane_leads_on_and_none_is_invented(
    kinds: list[int], lanes: int, arrows: list[int], painted: bool, side: str
) -> None:
    kinds = sorted(kinds, key=KINDS.index)
    found = spans(kinds, lanes, arrows[:lanes] if painted else [], side)
    assert len(found) == len(kinds)
    assert all(0 <= first <= last < lanes for first, last in found)
    used = {lane for first, last in found for lane in range(first, last + 1)}
    assert used == set(range(lanes))
    for first, last in (
        lanes_behind(kind, span, lanes, behind, side)
        for kind, span in zip(kinds, found, strict=True)
        for behind in (1, 2, 4)
    ):
        assert 0 <= first <= last


@settings(max_examples=200, deadline=None)
@given(
    kinds=st.lists(st.sampled_from(KINDS), min_size=1, max_size=5),
    lanes=st.integers(1, 4),
    side=SIDES,
)
def test_movements_of_a_link_do_not_cross_without_arrows(
    kinds: list[int], lanes: int, side: str
) -> None:
    kinds = sorted(kinds, key=KINDS.index)
    found = spans(kinds, lanes, [], side)
    for (_, last), (first, _), a, b in (
        (found[i], found[j], kinds[i], kinds[j]) for i, j in combinations(range(len(kinds)), 2)
    ):
        if LaneTurn.THROUGH not in (a, b) or a == b:
            assert last <= first or lanes < len(kinds)


@settings(max_examples=200, deadline=None)
@given(
    moves=st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from(KINDS), st.integers(0, 4), st.integers(0, 4)),
        min_size=1,
        max_size=8,
    )
)
def test_every_lane_behind_is_led_into(moves: list[tuple[int, int, int, int]]) -> None:
    lanes = np.array([1, 2, 3, 5])
    to_link = np.array([link for link, *_ in moves])
    kind = np.array([k for _, k, *_ in moves])
    top = lanes[to_link] - 1
    before = np.sort(np.minimum(np.array([ends for _, _, *ends in moves]), top[:, None]), axis=1)
    behind = before.copy()
    feed_idle_lanes(behind, to_link, kind, lanes)
    assert (behind[:, 0] <= before[:, 0]).all()
    assert (behind[:, 1] >= before[:, 1]).all()
    for link in np.unique(to_link):
        spread = behind[to_link == link]
        fed = {lane for first, last in spread for lane in range(first, last + 1)}
        assert fed == set(range(lanes[link]))


def crossroads(side: str) -> list[NodeMovement]:
    """Return the twelve movements of a crossing of two two-way streets of one lane."""
    found = []
    for a in range(4):
        for turn in (1, 2, 3):  # a quarter each, counterclockwise from where one comes
            kind = {1: LaneTurn.RIGHT, 2: LaneTurn.THROUGH, 3: LaneTurn.LEFT}[turn]
            found.append(
                NodeMovement(
                    from_link=a, to_link=4 + (a + turn) % 4, kind=kind, from_deg=a * 90.0,
                    to_deg=(a + turn) % 4 * 90.0, first_to_lane=1, last_to_lane=1, rank=0,
                )
            )  # fmt: skip
    return found


def test_a_crossing_has_16_crossing_and_8_merging_pairs() -> None:
    """As every textbook draws them, on either side of the road.

    Eight merging *points* hold 12 pairs, since the three movements into a street meet in pairs.
    """
    for side in ("right", "left"):
        moves = crossroads(side)
        pairs = [(a, b) for a, b in combinations(moves, 2) if conflict(a, b, side)]
        merging = [(a, b) for a, b in pairs if a.to_link == b.to_link]
        assert (len(pairs) - len(merging), len(merging)) == (16, 12)


def test_left_turns_give_way_to_who_comes_toward_them() -> None:
    facing = [m for m in crossroads("right") if m.from_link in (0, 2)]
    gives = giving_way(facing, "right")
    assert [m.kind for m, g in zip(facing, gives, strict=True) if g] == [LaneTurn.LEFT] * 2
    mirrored = giving_way(facing, "left")
    assert [m.kind for m, g in zip(facing, mirrored, strict=True) if g] == [LaneTurn.RIGHT] * 2


@settings(max_examples=100, deadline=None)
@given(rows=st.sets(st.integers(0, 11), min_size=1), side=SIDES)
def test_no_two_that_go_first_conflict(rows: set[int], side: str) -> None:
    moves = [crossroads(side)[row] for row in sorted(rows)]
    first = [m for m, gives in zip(moves, giving_way(moves, side), strict=True) if not gives]
    assert not any(conflict(a, b, side) for a, b in combinations(first, 2))
    assert first
