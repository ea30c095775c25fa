"""How far into a ban over several links a driver is: the states that paths are searched over.

A turn ban is a matter of two links. A ban over three or more depends on links that lie behind, so
a search over links alone would not see it. It goes over *states* instead: a state is a link
together with the longest end of the driven path that begins some ban (Aho and Corasick 1975,
"Efficient string matching", Communications of the ACM 18). State ``k`` below the number of
links is link ``k`` with nothing of a ban before it; a state more follows for each beginning of a
ban of two links or longer. A path of links has exactly one sequence of states.

The states are those of all bans, whatever their hours, so that a driver keeps his state when
the hours change; which turns the bans forbid in a given hour is told apart from them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.facts.roads import Roads
from citymove.foundation.errors import InputError
from citymove.foundation.table import frozen_array

Array = np.ndarray[Any, Any]

SHORTEST_BAN = 3  # links; a ban of two is a turn ban


@dataclass(frozen=True, eq=False, kw_only=True)
class StateTurns:
    """Every turn between links that meet, from each state, before any ban.

    Parameters
    ----------
    state_link
        int32 [states], the link of each state.
    from_state, to_state
        int64 [turns], ascending by `from_state`, then by the link turned into.
    link_turn
        int64 [turns], the row of the turn among those between links.
    completing_turn, completed_ban
        int64 [completions]: a row of these turns that makes whole a row of `Roads.path_bans`.
    """

    state_link: Array
    from_state: Array
    to_state: Array
    link_turn: Array
    completing_turn: Array
    completed_ban: Array


def state_turns(roads: Roads, from_link: Array, to_link: Array) -> StateTurns:
    """Return the turns between states.

    Parameters
    ----------
    roads
        The network.
    from_link, to_link
        int64 [turns], all turns between links that meet, ascending by the first, then the second.

    Raises
    ------
    InputError
        A path ban of fewer than three links, or of links that do not meet.
    """
    count = len(roads.links)
    bans = [tuple(roads.path_bans.sequence(row).tolist()) for row in range(len(roads.path_bans))]
    _check(roads, bans)
    begun = sorted({ban[:size] for ban in bans for size in range(2, len(ban))})
    state_of = {links: count + k for k, links in enumerate(begun)}
    state_link = np.array([*range(count), *(links[-1] for links in begun)], np.int64)
    first = np.searchsorted(from_link, np.arange(count + 1))
    degree = np.diff(first)[state_link]
    from_state = np.repeat(np.arange(state_link.size), degree)
    start = np.cumsum(degree) - degree
    link_turn = first[state_link[from_state]] + np.arange(from_state.size) - start[from_state]
    to_state = to_link[link_turn]
    rows_of: dict[tuple[int, ...], list[int]] = {}
    for row, ban in enumerate(bans):
        rows_of.setdefault(ban, []).append(row)
    completions = []
    for driven in [*((link,) for link in sorted({ban[0] for ban in bans})), *begun]:
        state = state_of.get(driven, driven[0])
        for turn in range(start[state], start[state] + degree[state]):
            path = (*driven, int(to_link[link_turn[turn]]))
            ends = [path[k:] for k in range(len(path) - 1)]
            to_state[turn] = next((state_of[e] for e in ends if e in state_of), path[-1])
            completions += [(turn, row) for e in ends for row in rows_of.get(e, ())]
    completing = np.array(completions, np.int64).reshape(-1, 2)
    return StateTurns(
        state_link=frozen_array(state_link, np.int32),
        from_state=frozen_array(from_state),
        to_state=frozen_array(to_state),
        link_turn=frozen_array(link_turn),
        completing_turn=frozen_array(completing[:, 0]),
        completed_ban=frozen_array(completing[:, 1]),
    )


def _check(roads: Roads, bans: Sequence[tuple[int, ...]]) -> None:
    links = roads.links
    for row, ban in enumerate(bans):
        meets = links.head[list(ban[:-1])] == links.tail[list(ban[1:])]
        if len(ban) < SHORTEST_BAN or not meets.all():
            raise InputError(
                f"must be {SHORTEST_BAN} links or more, each from where the one before ends",
                value=f"path ban {row} over links {list(ban)}",
                remedy="state a ban of two links as a turn ban",
            )
