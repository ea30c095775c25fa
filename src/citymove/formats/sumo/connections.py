"""Lanes and connections as SUMO counts them: from the kerb, 0 first.

A movement becomes one connection a lane. Buses leave their own lane by the movements that lead
through or to the kerb, into the lane for buses behind the junction or else the one at the kerb.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.facts.roads import LaneTurn
from citymove.facts.street_tables import StreetTables

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection.

    Parameters
    ----------
    movement, from_link, to_link
        Rows of the tables.
    from_lane, to_lane
        Lanes, 0 at the kerb.
    junction
        Id of the junction whose lights stand at its node, "" for none.
    index
        Its place in the states of the junction's programs, -1 for none.
    """

    movement: int
    from_link: int
    to_link: int
    from_lane: int
    to_lane: int
    junction: str
    index: int


def lane_counts(tables: StreetTables) -> tuple[Array, Array]:
    """Return lanes for all traffic and those for buses alone, int64 [links] each."""
    return tables.links.whole_lanes(), np.rint(tables.links.bus_lanes).astype(np.int64)


def connections(tables: StreetTables) -> list[Connection]:
    """Return all connections, by link and movement.

    Connections at one junction's nodes are numbered in this order: `Connection.index`.
    """
    lit = set(tables.signals.controllers.id.tolist())
    junction_of = [name if name in lit else "" for name in tables.nodes.junction.tolist()]
    head, lanes = tables.links.head.tolist(), _Lanes.of(tables)
    moves = tables.movements
    used: dict[str, int] = {}
    found: list[Connection] = []
    for movement, (a, b) in enumerate(
        zip(moves.from_link.tolist(), moves.to_link.tolist(), strict=True)
    ):
        junction = junction_of[head[a]]
        for from_lane, to_lane in lanes.pairs(movement):
            index = used.get(junction, 0) if junction else -1
            used[junction] = index + 1
            found.append(Connection(movement, a, b, from_lane, to_lane, junction, index))
    return found


@dataclass(frozen=True, eq=False, slots=True)
class _Lanes:
    """Lanes of all links, and which movements buses make.

    Parameters
    ----------
    tables
        The network.
    general, buses
        int64 [links].
    out_of_own, into_own
        bool [movements], whether buses leave their own lane by the movement, and reach it: those
        through or to the kerb, or all where the link has none of these.
    """

    tables: StreetTables
    general: Array
    buses: Array
    out_of_own: Array
    into_own: Array

    @classmethod
    def of(cls, tables: StreetTables) -> "_Lanes":
        near = LaneTurn.RIGHT if tables.drives_on == "right" else LaneTurn.LEFT
        moves, count = tables.movements, len(tables.links)
        usual = np.isin(moves.kind, (LaneTurn.THROUGH, near))
        suits = [
            usual | (np.bincount(link, usual, minlength=count)[link] == 0)
            for link in (moves.from_link, moves.to_link)
        ]
        return cls(tables, *lane_counts(tables), *suits)

    def pairs(self, movement: int) -> list[tuple[int, int]]:
        """Return the lanes that a movement joins, 0 at the kerb, each pair once."""
        moves = self.tables.movements
        a, b = int(moves.from_link[movement]), int(moves.to_link[movement])
        first, to_first = int(moves.first_lane[movement]), int(moves.first_to_lane[movement])
        leaving = int(moves.last_lane[movement]) - first + 1
        entering = int(moves.last_to_lane[movement]) - to_first + 1
        found = [
            (self._index(a, first + k), self._index(b, to_first + place))
            for k in range(leaving)
            for place in _places(k, leaving, entering)
        ]
        return list(dict.fromkeys([*found, *self._bus_pairs(movement, a, b, found)]))

    def _index(self, link: int, number: int) -> int:
        """Return the index from the kerb of a lane that is counted from 1 at the left."""
        if self.tables.drives_on == "left":
            return number - 1
        return int(self.general[link] + self.buses[link]) - number

    def _bus_pairs(
        self, movement: int, a: int, b: int, pairs: Sequence[tuple[int, int]]
    ) -> Iterator[tuple[int, int]]:
        """Yield the lanes that buses join: out of their own lane, and into it."""
        own, behind = int(self.buses[a]), int(self.buses[b])
        if self.out_of_own[movement]:
            kerb_behind = min(y for _, y in pairs)
            yield from ((lane, lane if lane < behind else kerb_behind) for lane in range(own))
        if self.into_own[movement]:
            kerb = min(x for x, _ in pairs)
            yield from ((lane if lane < own else kerb, lane) for lane in range(behind))


def _places(k: int, leaving: int, entering: int) -> range:
    """Return the lanes behind that lane `k` leads into: fewer merge, more fan out, none cross."""
    if leaving >= entering:
        place = k * entering // leaving
        return range(place, place + 1)
    return range(k * entering // leaving, (k + 1) * entering // leaving)
