"""Which turns a driver may make: from each open link to the open links that follow."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.facts.roads import Roads
from citymove.foundation.daytime import DAY_S
from citymove.prepare.ban_states import StateTurns, state_turns
from citymove.prepare.in_force import LEAST_SHARE, held_share
from citymove.prepare.prepared import TurnGraph, TurnKind

Array = np.ndarray[Any, Any]

THROUGH_DEG = 45.0  # up to this change of direction a turn goes through


def turn_graph(roads: Roads) -> TurnGraph:
    """Return the turns between open links that are permitted at every hour.

    The bans of all hours hold at once, so that what these turns reach is reached whenever one
    wants to get there, and depends on no slices.

    A turn is missing where a ban stands, where it makes a ban over several links whole, where
    either link is closed, and where it is a U-turn (back over the same stretch of the same way)
    though another turn leads on. Whether one does is asked of each state: a driver to whom bans
    leave nothing else turns round, unless that is banned too.
    The kind of a turn follows from the last segment of the one link and the first of the other.

    Parameters
    ----------
    roads
        The network.

    Returns
    -------
    TurnGraph
        Turns out of a state stand in ascending order of the link turned into.

    Raises
    ------
    InputError
        A path ban of fewer than three links, or of links that do not meet.
    """
    bans = roads.turn_bans
    every = _Held(_code(roads, bans.from_link, bans.to_link), np.ones(len(roads.path_bans), bool))
    turns = all_turns(roads)
    return _graph(roads, turns, state_turns(roads, *turns[:2]), every)


def turn_graphs(
    roads: Roads, windows: Sequence[tuple[int, int]]
) -> tuple[tuple[TurnGraph, ...], Array]:
    """Return the turns that are permitted in each window of the day.

    A ban holds in a window where its hours cover at least half of it; the rest is as in
    `turn_graph`. All graphs have the same states.

    Parameters
    ----------
    roads
        The network.
    windows
        Starts and ends, s since midnight.

    Returns
    -------
    graphs
        One for each distinct set of bans.
    of_window
        int64 [windows], rows of `graphs`.

    Raises
    ------
    InputError
        As `turn_graph` does.
    """
    turns = all_turns(roads)
    states = state_turns(roads, *turns[:2])
    graphs: list[TurnGraph] = []
    row_of: dict[bytes, int] = {}
    of_window = []
    for window in windows:
        held = _held(roads, window)
        key = held.turns.tobytes() + held.paths.tobytes()
        if key not in row_of:
            row_of[key] = len(graphs)
            graphs.append(_graph(roads, turns, states, held))
        of_window.append(row_of[key])
    return tuple(graphs), np.array(of_window, np.int64)


def all_turns(roads: Roads) -> tuple[Array, Array, Array]:
    """Return the turns between links that meet, banned or not, and whether each is a U-turn.

    Returns
    -------
    tuple
        int64 `from_link`, int64 `to_link`, bool `u_turn`, ascending by the first two.
    """
    links, count = roads.links, len(roads.links)
    by_tail = np.argsort(links.tail, kind="stable")
    out_start = np.searchsorted(links.tail[by_tail], np.arange(len(roads.nodes) + 1))
    first, degree = out_start[links.head], np.diff(out_start)[links.head]
    from_link = np.repeat(np.arange(count), degree)
    within = np.arange(from_link.size) - np.repeat(np.cumsum(degree) - degree, degree)
    to_link = by_tail[first[from_link] + within]
    u_turn = (
        (links.way_id[from_link] == links.way_id[to_link])
        & (links.forward[from_link] != links.forward[to_link])
        & (links.way_from_m[from_link] == links.way_from_m[to_link])
        & (links.way_to_m[from_link] == links.way_to_m[to_link])
    )
    return from_link, to_link, u_turn


def turns_of_some_hour(roads: Roads) -> tuple[Array, Array]:
    """Return the turns, of closed links too, that no ban forbids all day long.

    Bans over several links are left aside: each turn of theirs may be made on another way.

    Returns
    -------
    tuple
        int64 `from_link`, int64 `to_link`, ascending by the first, then the second.
    """
    from_link, to_link, _ = all_turns(roads)
    always = _banned(roads, (0, DAY_S), 1.0)
    free = ~np.isin(_code(roads, from_link, to_link), always)
    return from_link[free], to_link[free]


@dataclass(frozen=True, slots=True)
class _Held:
    """Bans that hold: codes of turns, and which rows of `Roads.path_bans`, bool."""

    turns: Array
    paths: Array


def _code(roads: Roads, from_link: Array, to_link: Array) -> Array:
    return from_link.astype(np.int64) * len(roads.links) + to_link


def _banned(roads: Roads, window: tuple[int, int], least_share: float) -> Array:
    """Return the codes of turns that are banned for at least this share of a window."""
    bans = roads.turn_bans
    code, turn = np.unique(_code(roads, bans.from_link, bans.to_link), return_inverse=True)
    return code[held_share(turn, bans.start_s, bans.end_s, window, code.size) >= least_share]


def _held(roads: Roads, window: tuple[int, int]) -> _Held:
    paths = roads.path_bans
    row = np.arange(len(paths))
    share = held_share(row, paths.start_s, paths.end_s, window, row.size)
    return _Held(_banned(roads, window, LEAST_SHARE), share >= LEAST_SHARE)


def _graph(
    roads: Roads, turns: tuple[Array, Array, Array], states: StateTurns, held: _Held
) -> TurnGraph:
    from_link, to_link, u_turn = turns
    is_open, count = roads.links.open, states.state_link.size
    unbanned = ~np.isin(_code(roads, from_link, to_link), held.turns)
    kept = (unbanned & is_open[from_link] & is_open[to_link])[states.link_turn]
    kept[states.completing_turn[held.paths[states.completed_ban]]] = False
    back = u_turn[states.link_turn]
    onward = np.bincount(states.from_state[kept & ~back], minlength=count) > 0
    kept &= ~(back & onward[states.from_state])
    rows = states.link_turn[kept]
    return TurnGraph(
        start=np.searchsorted(states.from_state[kept], np.arange(count + 1)),
        to_state=states.to_state[kept],
        kind=np.where(u_turn[rows], TurnKind.U_TURN, _kinds(roads, from_link[rows], to_link[rows])),
        state_link=states.state_link,
    )


def _kinds(roads: Roads, from_link: Array, to_link: Array) -> Array:
    leaving_deg, arriving_deg = directions_deg(roads)
    change = (leaving_deg[to_link] - arriving_deg[from_link] + 180) % 360 - 180
    kind = np.where(change > 0, TurnKind.LEFT, TurnKind.RIGHT)
    return np.where(np.abs(change) <= THROUGH_DEG, TurnKind.THROUGH, kind)


def directions_deg(roads: Roads) -> tuple[Array, Array]:
    """Return the directions of each link's first and last segment that has a length."""
    dx, dy = np.diff(roads.shape_x_m), np.diff(roads.shape_y_m)
    angle = np.degrees(np.arctan2(dy, dx))
    start, end = roads.shape_start[:-1], roads.shape_start[1:] - 2  # first and last segment
    index = np.arange(dx.size)
    real = (dx != 0) | (dy != 0)
    before = np.maximum.accumulate(np.where(real, index, -1))
    after = np.minimum.accumulate(np.where(real, index, dx.size)[::-1])[::-1]
    return angle[np.minimum(after[start], end)], angle[np.maximum(before[end], start)]
