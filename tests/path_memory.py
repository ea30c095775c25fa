"""Which way a driver may go on, told from the whole path behind him: slow and plain, for tests."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from citymove.facts.roads import PathBans, Roads, TurnBans
from citymove.foundation.daytime import DAY_S
from made_up import grid_roads

Path = tuple[int, ...]


class PathMemory:
    """The bans of a network that hold in a window, and searches that remember whole paths.

    Parameters
    ----------
    roads
        The network; no two links of it are parallel, so a U-turn leads back to the tail.
    window
        Start and end, s, whole minutes within a day; None: the bans of all hours hold.
    """

    def __init__(self, roads: Roads, window: tuple[int, int] | None = None) -> None:
        links, bans, paths = roads.links, roads.turn_bans, roads.path_bans
        self.tail, self.head = links.tail.tolist(), links.head.tolist()
        self.open = links.open.tolist()
        pairs = list(zip(bans.from_link.tolist(), bans.to_link.tolist(), strict=True))
        hours = list(zip(bans.start_s.tolist(), bans.end_s.tolist(), strict=True))
        self.turns = {
            pair
            for pair in pairs
            if holds([h for p, h in zip(pairs, hours, strict=True) if p == pair], window)
        }
        self.sequences = {
            tuple(paths.sequence(row).tolist())
            for row in range(len(paths))
            if holds([(int(paths.start_s[row]), int(paths.end_s[row]))], window)
        }
        self.memory = max((len(s) for s in self.sequences), default=2) - 1

    def banned(self, path: Path) -> bool:
        """Whether the last step of a path is banned by a turn or makes a sequence whole."""
        return path[-2:] in self.turns or any(path[-len(s) :] == s for s in self.sequences)

    def onward(self, path: Path) -> list[int]:
        """Return the links on which a driver may go on."""
        here = path[-1]
        able = [
            link
            for link in range(len(self.tail))
            if self.tail[link] == self.head[here]
            and self.open[link]
            and self.open[here]
            and not self.banned((*path, link))
        ]
        on = [link for link in able if self.head[link] != self.tail[here]]
        return on or able

    def may_be_driven(self, path: Path) -> bool:
        """Whether every step of a path is permitted."""
        return all(path[k] in self.onward(path[:k]) for k in range(1, len(path)))

    def costs(self, cost: list[float], begun: list[tuple[float, Path]]) -> dict[Path, float]:
        """Return the least cost of each remembered end of a path, from paths begun already."""
        queue = list(begun)
        found: dict[Path, float] = {}
        while queue:
            spent, path = heapq.heappop(queue)
            if path in found:
                continue
            found[path] = spent
            for link in self.onward(path):
                beyond = (*path, link)[-self.memory :]
                if beyond not in found and np.isfinite(cost[link]):
                    heapq.heappush(queue, (spent + cost[link], beyond))
        return found

    def node_costs(self, cost: list[float], origin: int, nodes: int) -> list[float]:
        """Return the least cost from a node to each node, inf where no way leads."""
        begun = [
            (cost[link], (link,))
            for link, tail in enumerate(self.tail)
            if tail == origin and self.open[link] and np.isfinite(cost[link])
        ]
        least = [np.inf] * nodes
        for path, spent in self.costs(cost, begun).items():
            least[self.head[path[-1]]] = min(least[self.head[path[-1]]], spent)
        least[origin] = 0.0
        return least

    def left(self, cost: list[float], path: Path, target: int) -> float:
        """Return the least cost from the end of a path to the end of a target link."""
        if path[-1] == target:
            return 0.0
        found = self.costs(cost, [(0.0, path[-self.memory :])])
        return min((spent for p, spent in found.items() if p[-1] == target), default=np.inf)

    def simple_paths(self, origin: int, node: int, most: int) -> Iterator[Path]:
        """Yield the paths of at most so many links between two nodes, no link twice."""
        todo: list[Path] = [(i,) for i, t in enumerate(self.tail) if t == origin and self.open[i]]
        while todo:
            path = todo.pop()
            if self.head[path[-1]] == node:
                yield path
            if len(path) < most:
                todo += [(*path, link) for link in self.onward(path) if link not in path]


def holds(hours: list[tuple[int, int]], window: tuple[int, int] | None) -> bool:
    """Whether some of these hours hold in half of a window's minutes or more."""
    if window is None:
        return True
    minutes = [m % DAY_S for m in range(*window, 60)]
    return sum(any(s <= m < e for s, e in hours) for m in minutes) * 2 >= len(minutes)


def path_bans_of(sequences: list[Path], hours: list[tuple[int, int]] | None = None) -> PathBans:
    """Return bans of these sequences, at all hours where none are given."""
    start_s, end_s = zip(*(hours or [(0, DAY_S)] * len(sequences)), strict=True) if sequences else (
        (), ()
    )  # fmt: skip
    return PathBans.of(sequences, np.arange(len(sequences)), np.array(start_s), np.array(end_s))


def random_walk(roads: Roads, rng: np.random.Generator, steps: int) -> Path:
    """Return links that follow one another, U-turns and banned turns among them."""
    links = roads.links
    path = [int(rng.integers(len(links)))]
    for _ in range(steps - 1):
        path.append(int(rng.choice(np.flatnonzero(links.tail == links.head[path[-1]]))))
    return tuple(path)


@st.composite
def roads_with_path_bans(draw: st.DrawFn, *, timed: bool = False) -> Roads:
    """Grids with bans over several links, of turns, and closed links."""
    roads = grid_roads(draw(st.integers(2, 3)), draw(st.integers(2, 3)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count = len(roads.links)
    sequences = [
        random_walk(roads, rng, int(rng.integers(3, 6))) for _ in range(draw(st.integers(0, 14)))
    ]
    turns = [random_walk(roads, rng, 2) for _ in range(draw(st.integers(0, 6)))]
    is_open = np.ones(count, bool)
    is_open[rng.choice(count, draw(st.integers(0, 3)), replace=False)] = False

    def hours(n: int) -> list[tuple[int, int]]:
        if not timed:
            return [(0, DAY_S)] * n
        begin_h = rng.integers(0, 24, n)
        end_h = rng.integers(begin_h + 1, 25)
        return list(zip((begin_h * 3600).tolist(), (end_h * 3600).tolist(), strict=True))

    turn_hours = np.array(hours(len(turns)), int).reshape(-1, 2)
    return replace(
        roads,
        links=replace(roads.links, open=is_open),
        turn_bans=TurnBans(
            from_link=[t[0] for t in turns],
            to_link=[t[1] for t in turns],
            relation_id=np.zeros(len(turns)),
            start_s=turn_hours[:, 0],
            end_s=turn_hours[:, 1],
        ),
        path_bans=path_bans_of(sequences, hours(len(sequences))),
    )
