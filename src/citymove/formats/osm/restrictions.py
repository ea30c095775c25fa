"""Turn restrictions of OpenStreetMap as banned turns and banned paths.

A restriction names a from way, what it leads through (via: a node, or ways), and a to way. Its
path is the links that are driven: the link of the from way that reaches the via, links of the via
ways, joined by their nodes in whatever order and direction they are drawn, and the link of the to
way that leads away. Where several paths fit, the one whose change of direction fits the kind of
the restriction best is taken. ``no_*`` bans the path. ``only_*`` bans each turn that leaves it:
whoever takes the from way towards the via may only follow the path to the to way (as GraphHopper
reads it; https://wiki.openstreetmap.org/wiki/Relation:restriction).

Each restriction of the file is applied or dropped for one reason, and counted so.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np

from citymove.formats.osm.bans import Ban, Path
from citymove.formats.osm.extract import Relation, Ways
from citymove.formats.osm.positions import NodeTable
from citymove.formats.osm.restriction_rules import (
    ANGLES_DEG,
    MOST_WAYS,
    Members,
    Said,
    Statement,
    is_restriction,
    members_of,
    said_of,
)
from citymove.formats.osm.splitting import DirectedPieces
from citymove.formats.osm.tally import Tally

Array = np.ndarray[Any, Any]

_FIT_DEG: Final = 60.0  # farthest that the best path of several may lie from its kind's angle
_APART_DEG: Final = 1.0  # least by which it must fit better than the next
_MOST_STEPS: Final = 1_000  # of a search; a real one takes a few more than its ways have links


@dataclass(frozen=True)
class LinkEnds:
    """Links by way and by node, for the matching of restrictions.

    Parameters
    ----------
    ways
        Drivable ways, sorted by id.
    way_ids
        int64, OSM ids of all ways read, drivable or not, sorted.
    nodes
        Nodes of the file.
    links
        All links, sorted by way.
    leave_rad, reach_rad
        float64 [links], bearings at the tail and at the head.
    """

    ways: Ways
    way_ids: Array
    nodes: NodeTable
    links: DirectedPieces
    leave_rad: Array
    reach_rad: Array

    @cached_property
    def _by_tail(self) -> tuple[Array, Array]:
        """Return the links in order of their tails, and these tails."""
        order = np.argsort(self.links.tail, kind="stable")
        return order, self.links.tail[order]

    def way_row(self, way_id: int) -> int:
        """Return the row of a drivable way, -1 for none."""
        row = int(np.searchsorted(self.ways.id, way_id))
        return row if row < len(self.ways) and self.ways.id[row] == way_id else -1

    def of_way(self, way_id: int) -> list[int]:
        """Return the links of one way, ascending."""
        row = self.way_row(way_id)
        low, high = np.searchsorted(self.links.way, [row, row + 1])
        return list(range(low, high)) if row >= 0 else []

    def out_of(self, node: int) -> list[int]:
        """Return the links that leave a node, ascending."""
        order, tail = self._by_tail
        low, high = np.searchsorted(tail, [node, node + 1])
        return [int(link) for link in order[low:high]]

    def holds(self, way_id: int) -> bool:
        """Whether a way was read, drivable or not."""
        row = int(np.searchsorted(self.way_ids, way_id))
        return row < self.way_ids.size and bool(self.way_ids[row] == way_id)

    def has_node(self, way_id: int, node_id: int) -> bool:
        """Whether a drivable way names a node, in the file or not."""
        return bool(np.any(self.ways.refs_of(self.way_row(way_id)) == node_id))

    def clipped(self, way_id: int) -> bool:
        """Whether the file lacks a node of a drivable way."""
        return bool(np.any(self.nodes.rows_of(self.ways.refs_of(self.way_row(way_id))) < 0))


def turn_restrictions(
    relations: tuple[Relation, ...], ends: LinkEnds, tally: Tally
) -> tuple[Ban, ...]:
    """Return the bans that restrictions make, sorted; count the restrictions.

    Counts
    ------
    turn_bans_found, turn_bans_applied, turn_bans_dropped
        Restrictions in the file; found = applied + dropped.
    turn_bans_applied_through_ways, turn_bans_applied_timed
        Of those applied: through via ways; in some hours of the day only.
    turn_bans_parts_not_read
        Values of applied restrictions that are no turn, and conditions that are no time.
    turn_bans_dropped_*
        By reason. ``incomplete``, ``not_in_extract`` and ``no_road_for_cars`` are no restrictions
        between drivable roads of the file; the others are.
    """
    bans: list[Ban] = []
    for key in ("found", "applied", "applied_through_ways", "applied_timed", "dropped"):
        tally.add(f"turn_bans_{key}", 0)
    for relation in filter(is_restriction, relations):
        tally.add("turn_bans_found")
        reason = _apply(relation, ends, bans, tally)
        if reason:
            tally.add("turn_bans_dropped")
            tally.add(f"turn_bans_dropped_{reason}")
        else:
            tally.add("turn_bans_applied")
    return tuple(sorted(set(bans)))


def _apply(relation: Relation, ends: LinkEnds, bans: list[Ban], tally: Tally) -> str:
    """Add the bans of a restriction; return why it is dropped, "" where it is not."""
    members = members_of(relation)
    if members is None:
        return "incomplete"
    reason = _why_not_between_roads(members, ends)
    if reason:
        return reason
    if len(members.ways) > MOST_WAYS:
        return "unreadable"
    said = said_of(relation.tags)
    if said.reason:
        return said.reason
    made, reason = _bans_of(relation.id, said, members, ends)
    if reason:
        return reason
    bans.extend(made)
    tally.add("turn_bans_applied_through_ways", bool(members.via_ways))
    tally.add("turn_bans_applied_timed", any(statement.timed for statement in said.statements))
    if said.unread:
        tally.add("turn_bans_parts_not_read", said.unread)
    return ""


def _why_not_between_roads(members: Members, ends: LinkEnds) -> str:
    """Return why a restriction does not lie between drivable roads of the file, "" if it does.

    Of several from ways, or several to ways, one is enough.
    """
    for needed in (members.from_ways, members.to_ways, *((way,) for way in members.via_ways)):
        if any(ends.way_row(way) >= 0 for way in needed):
            continue
        return "no_road_for_cars" if all(map(ends.holds, needed)) else "not_in_extract"
    return ""


def _bans_of(
    relation_id: int, said: Said, members: Members, ends: LinkEnds
) -> tuple[list[Ban], str]:
    """Return the bans of all statements, and why there is not one path for any of them."""
    made: list[Ban] = []
    paths_met, why = False, ""
    for statement in said.statements:
        named: set[Path] = set()
        for from_way in members.from_ways:
            for to_way in members.to_ways:
                paths, reason = _paths(statement.kind, members, from_way, to_way, ends)
                named.update(paths)
                why = max(why, reason, key=_REASONS.index)
                if reason == "ambiguous" and members.via_ways:
                    return [], reason  # and searched no further: a web of ways is dear
        paths_met |= bool(named)
        made.extend(_banned(statement, named, relation_id, ends))
    return made, "" if paths_met else why


_REASONS: Final = ("", "ways_do_not_meet", "cut_by_extract", "against_one_way", "ambiguous")


def _banned(
    statement: Statement, named: set[Path], relation_id: int, ends: LinkEnds
) -> Iterator[Ban]:
    instead: dict[Path, set[int]] = {}
    for path in named:
        for size in range(1, len(path)):
            instead.setdefault(path[:size], set()).add(path[size])
    for start_s, end_s in statement.windows:
        if not statement.only:
            yield from (Ban(path, start_s, end_s, relation_id, ()) for path in named)
            continue
        for driven, wanted in instead.items():
            for link in ends.out_of(int(ends.links.head[driven[-1]])):
                if link not in wanted:
                    off = (*driven, link)
                    yield Ban(off, start_s, end_s, relation_id, tuple(sorted(wanted)))


def _paths(
    kind: str, members: Members, from_way: int, to_way: int, ends: LinkEnds
) -> tuple[list[Path], str]:
    """Return the paths from one way to another that a restriction means, or why there is none."""
    if ends.way_row(from_way) < 0 or ends.way_row(to_way) < 0:
        return [], "ways_do_not_meet"
    found = _joining(members, from_way, to_way, ends, any_direction=False)
    if found is None:
        return [], "ambiguous"
    if not found:
        return [], _why_no_path(members, from_way, to_way, ends)
    return _fitting(kind, found, ends)


def _why_no_path(members: Members, from_way: int, to_way: int, ends: LinkEnds) -> str:
    """Tell ways that one-way streets part from those that do not meet, here or at all."""
    met = _joining(members, from_way, to_way, ends, any_direction=True)
    if met is None:
        return "ambiguous"
    if met:
        return "against_one_way"
    at_node = not members.via_ways
    if at_node and not all(ends.has_node(w, members.via_nodes[0]) for w in (from_way, to_way)):
        return "ways_do_not_meet"
    if any(map(ends.clipped, (from_way, *members.via_ways, to_way))):
        return "cut_by_extract"
    # what is left at a node is a U-turn inside a link, from where no link leads back
    return "against_one_way" if at_node else "ways_do_not_meet"


def _joining(
    members: Members, from_way: int, to_way: int, ends: LinkEnds, *, any_direction: bool
) -> list[Path] | None:
    """Return the paths that take in all via ways and nodes and meet no node twice.

    Parameters
    ----------
    members
        Of the restriction.
    from_way, to_way
        One of its from ways and one of its to ways, both drivable.
    ends
        Links.
    any_direction
        Whether links may be driven against one-way rules; such paths tell that ways meet.

    Returns
    -------
    list of tuple, or None
        Sorted; None where the search grows beyond what a restriction can mean.
    """
    via_ways = frozenset(members.via_ways)
    via_nodes = frozenset(ends.nodes.rows_of(np.array(members.via_nodes, np.int64)).tolist())
    first = _steps((from_way,), ends, any_direction)
    via = _by_tail(_steps(members.via_ways, ends, any_direction))
    last = _by_tail(_steps((to_way,), ends, any_direction))
    begin = via if via_ways else last
    stack: list[tuple[Path, int, frozenset[int], frozenset[int]]] = [
        ((step.link,), step.head, frozenset({step.head}), frozenset())
        for step in first
        if step.head in begin
    ]
    found: set[Path] = set()
    for _ in range(_MOST_STEPS):
        if not stack:
            return sorted(found)
        path, node, met, used = stack.pop()
        if used == via_ways and via_nodes <= met:
            found.update((*path, step.link) for step in last.get(node, ()))
        stack.extend(
            ((*path, step.link), step.head, met | {step.head}, used | {step.way})
            for step in via.get(node, ())
            if step.head not in met
        )
    return None


class _Step(NamedTuple):
    link: int
    way: int
    tail: int
    head: int


def _steps(ways: tuple[int, ...], ends: LinkEnds, any_direction: bool) -> list[_Step]:
    """Return the links of ways; in any direction, each in both."""
    tail, head = ends.links.tail, ends.links.head
    steps = [
        _Step(link, way, int(tail[link]), int(head[link]))
        for way in ways
        for link in ends.of_way(way)
    ]
    back = [_Step(step.link, step.way, step.head, step.tail) for step in steps]
    return steps + back if any_direction else steps


def _by_tail(steps: list[_Step]) -> dict[int, list[_Step]]:
    leaving: dict[int, list[_Step]] = {}
    for step in steps:
        leaving.setdefault(step.tail, []).append(step)
    return leaving


def _fitting(kind: str, found: list[Path], ends: LinkEnds) -> tuple[list[Path], str]:
    """Return the paths that fit the kind of a restriction, or why there are several readings."""
    piece = ends.links.piece
    back = [path for path in found if piece[path[0]] == piece[path[-1]]]
    if kind == "u_turn" and back:
        return back, ""  # on a way through the node: from either side
    if len(found) > 1 and kind != "u_turn":
        found = [path for path in found if path not in back]
    if len(found) == 1:
        return found, ""
    if kind not in ANGLES_DEG or not found:
        return [], "ambiguous"
    turn_rad = np.array([ends.leave_rad[path[-1]] - ends.reach_rad[path[0]] for path in found])
    off_deg = np.abs((np.degrees(turn_rad) - ANGLES_DEG[kind] + 180.0) % 360.0 - 180.0)
    ranked = np.argsort(off_deg, kind="stable")
    best, next_best = off_deg[ranked[:2]]
    if best > _FIT_DEG or next_best - best < _APART_DEG:
        return [], "ambiguous"
    return [found[ranked[0]]], ""
