"""The two directions of a road as one line, and the lines of one way joined."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import Any

from citymove.formats.networkx.edges import Edge
from citymove.formats.osm import access
from citymove.formats.osm.tags import Tags
from citymove.formats.osm.tally import Tally

_SAME_M = 0.01  # the two directions of one street are of one length; osmnx rounds to millimetres
_SAME_SHARE = 1e-3
_BOTH, _WITH, _AGAINST = (True, True), (True, False), (False, True)


@dataclass(frozen=True, eq=False)
class Piece:
    """A line from one node of the graph to another, in the direction of its way.

    Parameters
    ----------
    way_id
        Its way, of several the one with the lowest id.
    ahead, back
        Edges with the line and against it; several where pieces were joined, none where no such
        direction exists.
    tags
        With a direction where the reader would infer another.
    """

    way_id: int
    ahead: tuple[Edge, ...]
    back: tuple[Edge, ...]
    tags: Tags = field(default_factory=dict)

    @property
    def run(self) -> tuple[Edge, ...]:
        """Edges along the line, from its first node; those of `back` point the other way."""
        return self.ahead or self.back

    @property
    def first(self) -> int:
        """The node where the line begins."""
        return self.ahead[0].tail if self.ahead else self.back[0].head

    @property
    def last(self) -> int:
        """The node where the line ends."""
        return self.ahead[-1].head if self.ahead else self.back[-1].tail


def pieces_of(edges: list[Edge], tally: Tally) -> list[Piece]:
    """Return the pieces of road; an edge and the one back along the same line are one piece.

    Two edges are one road's two directions if they join the same nodes, belong to the same ways,
    are of one length, and neither is one-way.
    """
    waiting: dict[Any, list[int]] = defaultdict(list)
    partner: dict[int, int] = {}
    for row, edge in enumerate(edges):
        if edge.one_way:
            continue
        back = (edge.head, edge.tail, *_road(edge))
        found = next((r for r in waiting[back] if _same_length(edges[r], edge)), None)
        if found is None:
            waiting[edge.tail, edge.head, *_road(edge)].append(row)
        else:
            waiting[back].remove(found)
            partner[found], partner[row] = row, found
    pieces = []
    for row, edge in enumerate(edges):
        other = partner.get(row)
        if other is None:
            pieces.append(_single(edge))
        elif row < other:
            pieces.append(_pair(edge, edges[other]))
    alone = sum(not e.one_way for r, e in enumerate(edges) if r not in partner)
    tally.add("edges_without_their_way_back", alone)
    exact = all(edge.exact is not None for edge in edges)
    return sorted(pieces, key=lambda p: (p.way_id, _from_m(p.run[0]) if exact else 0.0))


def _from_m(edge: Edge) -> float:
    return 0.0 if edge.exact is None else float(edge.exact["way_from_m"])


def _road(edge: Edge) -> tuple[Any, ...]:
    exact = edge.exact
    return edge.ways if exact is None else (exact["way_id"], float(exact["way_from_m"]))


def _same_length(one: Edge, other: Edge) -> bool:
    if one.length_m != one.length_m or other.length_m != other.length_m:  # not stated
        return True
    return abs(one.length_m - other.length_m) <= max(_SAME_M, _SAME_SHARE * one.length_m)


def _runs_with_way(edge: Edge) -> bool | None:
    if edge.exact is not None:
        return str(edge.exact["forward"]) == "True"
    return None if edge.is_reversed is None else not edge.is_reversed


def _single(edge: Edge) -> Piece:
    if _runs_with_way(edge) is False:
        return _piece(edge.ways[0], (), (edge,), dict(edge.tags))
    return _piece(edge.ways[0], (edge,), (), dict(edge.tags))


def _rank(edge: Edge) -> int:
    """Return 0 where an edge runs with its way, 2 against it, 1 where it is not known."""
    return {True: 0, None: 1, False: 2}[_runs_with_way(edge)]


def _pair(one: Edge, other: Edge) -> Piece:
    """Return one piece; values that differ by direction stand as the tags of directions."""
    one, other = sorted((one, other), key=lambda edge: (_rank(edge), edge.tail))
    tags = {**other.tags, **one.tags}
    for key in ("lanes", "maxspeed"):
        ahead, back = one.tags.get(key), other.tags.get(key)
        if ahead != back and ahead is not None and back is not None:
            del tags[key]
            tags[f"{key}:forward"], tags[f"{key}:backward"] = ahead, back
    return _piece(one.ways[0], (one,), (other,), tags)


def _piece(way_id: int, ahead: tuple[Edge, ...], back: tuple[Edge, ...], tags: Tags) -> Piece:
    """Return a piece whose tags say its directions where its kind does not imply them."""
    kind: Tags = {key: tags[key] for key in ("highway", "junction") if key in tags}
    runs = (bool(ahead), bool(back))
    if access.directions(kind) != runs:
        tags["oneway"] = {_BOTH: "no", _WITH: "yes", _AGAINST: "-1"}[runs]
    return Piece(way_id, ahead, back, tags)


def joined(pieces: list[Piece]) -> list[Piece]:
    """Return pieces of a graph that is not simplified joined to runs of their ways, end to end.

    What differs in any tag or direction is not joined.
    """
    groups: dict[Any, list[Piece]] = defaultdict(list)
    for piece in pieces:
        speeds = tuple((e.speed_kmh == e.speed_kmh and e.speed_kmh) for e in piece.run)
        runs = (bool(piece.ahead), bool(piece.back))
        groups[piece.way_id, runs, tuple(sorted(piece.tags.items())), speeds].append(piece)
    return [run for group in groups.values() for run in _runs(group)]


def _runs(group: list[Piece]) -> list[Piece]:
    """Return the runs of pieces of one way: begun where more leave than arrive, then anywhere."""
    leaving: dict[int, list[Piece]] = defaultdict(list)
    surplus: dict[int, int] = defaultdict(int)
    for piece in sorted(group, key=lambda p: (p.last, p.first), reverse=True):
        leaving[piece.first].append(piece)
        surplus[piece.first] += 1
        surplus[piece.last] -= 1
    starts = [node for node in sorted(surplus) for _ in range(max(surplus[node], 0))]
    starts += sorted(node for node, rest in leaving.items() for _ in rest)
    runs = []
    for start in starts:
        run: list[Piece] = []
        node = start
        while leaving[node]:
            run.append(leaving[node].pop())
            node = run[-1].last
        if run:
            runs.append(
                replace(
                    run[0],
                    ahead=tuple(edge for piece in run for edge in piece.ahead),
                    back=tuple(edge for piece in run for edge in piece.back),
                )
            )
    return runs
