"""Turn restrictions of OpenStreetMap as pairs of links.

A ban applies where its from way ends and its to way begins at the via node. Where a way
passes through the node, so that several pairs fit, the pair whose angle fits the kind best
is taken. Left out, and counted by reason: restrictions through a via way, those in force at
some hours only, those for other vehicles, and those whose ways were not read.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.formats.osm.extract import NodeTable, Relation, Tags
from citymove.formats.osm.splitting import DirectedPieces
from citymove.formats.osm.tally import Tally

Array = np.ndarray[Any, Any]

_CARS = ("motorcar", "motor_vehicle")
_KEYS = ("restriction:motorcar", "restriction:motor_vehicle", "restriction")
_ANGLES_DEG = {
    "left_turn": 90.0,
    "right_turn": -90.0,
    "straight_on": 0.0,
    "u_turn": 180.0,
}
_FIT_DEG = 60.0  # farthest that the best pair of several may lie from its kind's angle
_ANY = ("entry", "exit")  # no_entry has several from ways, no_exit several to ways


@dataclass(frozen=True)
class LinkEnds:
    """Links by way, for the matching of restrictions.

    Parameters
    ----------
    links
        All links, sorted by way.
    way_id
        int64 [links], OSM ids, sorted.
    leave_rad, reach_rad
        float64 [links], bearings at the tail and at the head.
    """

    links: DirectedPieces
    way_id: Array
    leave_rad: Array
    reach_rad: Array

    def of_way(self, way_id: int) -> Array:
        """Return the rows of the links of one way."""
        low, high = np.searchsorted(self.way_id, [way_id, way_id + 1])
        return np.arange(low, high)

    def turn_deg(self, from_link: Array, to_link: Array) -> Array:
        """Return the angle of turns, degrees in -180 .. 180, left positive."""
        angle = np.degrees(self.leave_rad[to_link] - self.reach_rad[from_link])
        return np.asarray((angle + 180.0) % 360.0 - 180.0)


@dataclass(frozen=True)
class _Restriction:
    only: bool
    kind: str
    from_ways: tuple[int, ...]
    to_ways: tuple[int, ...]
    via: int


def turn_bans(
    relations: tuple[Relation, ...], ends: LinkEnds, nodes: NodeTable, tally: Tally
) -> tuple[Array, Array]:
    """Return the banned turns and the relations that ban them.

    Returns
    -------
    tuple of numpy.ndarray
        int64 [bans, 2], links (from, to), each once; int64 [bans], OSM relation ids.
    """
    by_tail = _rows_by(ends.links.tail)
    banned: dict[tuple[int, int], int] = {}
    for relation in relations:
        if relation.tags.get("type") != "restriction":
            continue
        tally.add("turn_bans_found")
        rule = _parse(relation)
        pairs_or_reason = rule if isinstance(rule, str) else _pairs(rule, ends, nodes, by_tail)
        if isinstance(pairs_or_reason, str):
            tally.add(pairs_or_reason)
            continue
        tally.add("turn_bans_applied")
        for pair in pairs_or_reason:
            banned.setdefault(pair, relation.id)
    tally.add(
        "turn_bans_dropped", tally.counts["turn_bans_found"] - tally.counts["turn_bans_applied"]
    )
    pairs = sorted(banned)
    return (
        np.array(pairs, np.int64).reshape(-1, 2),
        np.array([banned[pair] for pair in pairs], np.int64),
    )


def _rows_by(values: Array) -> dict[int, Array]:
    order = np.argsort(values, kind="stable")
    keys, first = np.unique(values[order], return_index=True)
    return dict(zip(keys.tolist(), np.split(order, first[1:]), strict=True)) if keys.size else {}


def _value(tags: Tags) -> str:
    """Return the restriction that holds for cars, or a reason to drop it."""
    value = next((tags[key] for key in _KEYS if key in tags), None)
    if value is None:
        if any(key.startswith("restriction") and key.endswith(":conditional") for key in tags):
            return "turn_bans_dropped_conditional"
        if any(key.startswith("restriction:") for key in tags):
            return "turn_bans_dropped_other_vehicles"
        return "turn_bans_dropped_unreadable"
    exempt = {part.strip() for part in tags.get("except", "").split(";")}
    if exempt.intersection(_CARS):
        return "turn_bans_dropped_cars_exempt"
    if _hours_only(tags):
        return "turn_bans_dropped_conditional"
    return value


def _hours_only(tags: Tags) -> bool:
    """Whether the old tags for hours stand there (day_on, hour_on ...)."""
    return any(key in tags for key in ("day_on", "day_off", "hour_on", "hour_off"))


def _parse(relation: Relation) -> _Restriction | str:
    """Return the restriction, or the key that counts why it is dropped."""
    value = _value(relation.tags)
    if value.startswith("turn_bans_"):
        return value
    head, _, kind = value.partition("_")
    known = kind in _ANGLES_DEG or (head == "no" and kind in _ANY)
    if head not in ("no", "only") or not known:
        return "turn_bans_dropped_unreadable"
    by_role: dict[str, list[tuple[str, int]]] = {"from": [], "via": [], "to": []}
    for member_type, ref, role in relation.members:
        if role in by_role:
            by_role[role].append((member_type, ref))
    if any(member_type == "w" for member_type, _ in by_role["via"]):
        return "turn_bans_way_via_not_applied"
    ways = {role: tuple(r for t, r in by_role[role] if t == "w") for role in ("from", "to")}
    via = [ref for member_type, ref in by_role["via"] if member_type == "n"]
    if len(via) != 1 or not ways["from"] or not ways["to"]:
        return "turn_bans_dropped_incomplete"
    return _Restriction(head == "only", kind, ways["from"], ways["to"], via[0])


def _pairs(
    rule: _Restriction, ends: LinkEnds, nodes: NodeTable, by_tail: dict[int, Array]
) -> set[tuple[int, int]] | str:
    """Return the banned pairs of links, or the key that counts why there are none."""
    via = int(nodes.rows_of(np.array([rule.via]))[0])
    banned: set[tuple[int, int]] = set()
    ambiguous = missing = False
    for from_way in rule.from_ways:
        allowed: dict[int, set[int]] = {}
        for to_way in rule.to_ways:
            pair = _match(rule.kind, ends, via, from_way, to_way)
            missing |= pair == "missing"
            ambiguous |= pair == "ambiguous"
            if not isinstance(pair, str):
                allowed.setdefault(pair[0], set()).add(pair[1])
        banned.update(_banned(rule.only, allowed, by_tail, via))
    if banned or not (missing or ambiguous):
        return banned
    return f"turn_bans_dropped_{'ambiguous' if ambiguous else 'ways_not_read'}"


def _banned(
    only: bool, named: dict[int, set[int]], by_tail: dict[int, Array], via: int
) -> Iterator[tuple[int, int]]:
    for from_link, to_links in named.items():
        if only:
            others = by_tail.get(via, np.empty(0, np.int64)).tolist()
            yield from ((from_link, other) for other in others if other not in to_links)
        else:
            yield from ((from_link, to_link) for to_link in to_links)


def _match(
    kind: str, ends: LinkEnds, via: int, from_way: int, to_way: int
) -> tuple[int, int] | str:
    """Return the pair of links that a restriction means; "missing" or "ambiguous" where none."""
    arriving = ends.of_way(from_way)
    leaving = ends.of_way(to_way)
    arriving = arriving[ends.links.head[arriving] == via]
    leaving = leaving[ends.links.tail[leaving] == via]
    if arriving.size == 0 or leaving.size == 0:
        return "missing"
    from_link, to_link = np.repeat(arriving, leaving.size), np.tile(leaving, arriving.size)
    if kind != "u_turn" and from_link.size > 1:
        on = ends.links.piece[from_link] != ends.links.piece[to_link]
        from_link, to_link = from_link[on], to_link[on]
    if from_link.size == 1:
        return int(from_link[0]), int(to_link[0])
    if kind not in _ANGLES_DEG or from_link.size == 0:
        return "ambiguous"
    off = ends.turn_deg(from_link, to_link) - _ANGLES_DEG[kind]
    off = np.abs((off + 180.0) % 360.0 - 180.0)
    ranked = np.argsort(off, kind="stable")
    if off[ranked[0]] > _FIT_DEG or off[ranked[1]] - off[ranked[0]] < 1.0:
        return "ambiguous"
    best = ranked[0]
    return int(from_link[best]), int(to_link[best])
