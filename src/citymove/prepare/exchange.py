"""A city's streets made tables for exchange with other tools."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from citymove.facts.city import City
from citymove.facts.roads import LaneTurn, RoadClass, Roads, Vehicle
from citymove.facts.street_tables import (
    BannedHours,
    PathBanSteps,
    SpeedHours,
    StreetLanes,
    StreetLinks,
    StreetMovements,
    StreetNodes,
    StreetTables,
    StreetZones,
)
from citymove.foundation.daytime import DAY_S
from citymove.foundation.note import Note
from citymove.foundation.provenance import Source
from citymove.prepare.capacities import capacities
from citymove.prepare.conflicts import NodeMovement
from citymove.prepare.lane_movements import feed_idle_lanes, lanes_behind, spans
from citymove.prepare.plans import PlansInForce, plans_in_force
from citymove.prepare.prepared import TurnKind
from citymove.prepare.signal_tables import signal_tables
from citymove.prepare.turn_graph import directions_deg, turn_graphs
from citymove.signals.presence import SignalJunctions, city_junctions, nodes_of

Array = np.ndarray[Any, Any]

_KIND = {
    TurnKind.THROUGH: LaneTurn.THROUGH,
    TurnKind.RIGHT: LaneTurn.RIGHT,
    TurnKind.LEFT: LaneTurn.LEFT,
    TurnKind.U_TURN: LaneTurn.U_TURN,
}
_BUS_LANE = Vehicle.BUS | Vehicle.TAXI | Vehicle.BICYCLE


def street_tables(city: City) -> StreetTables:
    """Return the streets of a city as tables for exchange.

    Parameters
    ----------
    city
        The facts; zones may be none.

    Returns
    -------
    StreetTables
        Rows of links and nodes are those of `City.roads`. Movements are those that are permitted
        at some hour of the day (see `prepare.turn_graph`), by link, then by link turned into, with
        the lanes that they use (see `prepare.lane_movements`). Signals run the plans in force,
        known or inferred; a movement in a stage is protected unless it gives way to another of its
        node (see `prepare.conflicts`).

    Raises
    ------
    InputError
        As `prepare.plans.plans_in_force` does.
    """
    roads, link_ids = city.roads, city.roads.link_ids()
    junctions = city_junctions(city)
    in_force = plans_in_force(roads, junctions, city.signal_plans, link_ids)
    links = _links(city, link_ids, junctions)
    turns = _turns(roads)
    movements = _movements(city, links, turns, junctions)
    nodes = _nodes(roads, junctions)
    ends = nodes.junction[links.tail], nodes.junction[links.head]
    signals = signal_tables(
        in_force.plans,
        movements,
        link_ids,
        links.head[movements.from_link],
        np.where(ends[0] == ends[1], ends[0], ""),
        _seen(roads, links, movements),
        city.drives_on,
    )
    return StreetTables(
        name=city.name.en,
        plane=city.plane,
        drives_on=city.drives_on,
        nodes=nodes,
        links=links,
        lanes=_lanes(roads, links, city.drives_on),
        movements=movements,
        shape_start=roads.shape_start,
        shape_x_m=roads.shape_x_m,
        shape_y_m=roads.shape_y_m,
        banned_hours=turns.banned,
        speed_hours=SpeedHours(
            **{name: getattr(roads.timed_speeds, name) for name in SpeedHours.column_names()}
        ),
        path_bans=_path_bans(roads),
        zones=StreetZones(
            **{name: getattr(city.zones, name) for name in StreetZones.column_names()}
        ),
        signals=signals,
        attribution=city.attribution,
        notes=_notes(in_force),
    )


def _nodes(roads: Roads, junctions: SignalJunctions) -> StreetNodes:
    junction = np.full(len(roads.nodes), "", dtype=object)
    for row, name in enumerate(junctions.id):
        junction[nodes_of(junctions, row)] = str(name)
    return StreetNodes(
        id=roads.nodes.osm_id.astype(np.str_),
        x_m=roads.nodes.x_m,
        y_m=roads.nodes.y_m,
        junction=junction.astype(np.str_),
    )


def _links(city: City, link_ids: Array, junctions: SignalJunctions) -> StreetLinks:
    roads, links = city.roads, city.roads.links
    junction_of_link = np.full(len(links), -1)
    junction_of_link[junctions.approach_link] = 0  # which one does not matter to capacity
    capacity_vph, capacity_source = capacities(city, junction_of_link)
    names = np.array([*roads.names, ""], np.str_)
    words = np.array([kind.name.lower() for kind in RoadClass], np.str_)
    return StreetLinks(
        id=link_ids,
        name=names[links.name],
        tail=links.tail,
        head=links.head,
        length_m=links.length_m,
        facility=np.char.add(words[links.road_class], np.where(links.ramp, "_link", "")),
        lanes=links.lanes,
        bus_lanes=links.bus_lanes,
        speed_mps=links.speed_mps,
        capacity_vph=capacity_vph,
        vehicles=np.where(links.open, links.vehicles, 0),
        priority=len(RoadClass) - links.road_class,
        lanes_source=links.lanes_source,
        speed_source=links.speed_source,
        capacity_source=capacity_source,
        vehicles_source=links.vehicles_source,
        direction_source=links.direction_source,
    )


def _lanes(roads: Roads, links: StreetLinks, drives_on: str) -> StreetLanes:
    """Return the lanes of all links, those for buses nearest the kerb."""
    general, buses = links.whole_lanes(), np.rint(links.bus_lanes).astype(np.int64)
    count = general + buses
    link = np.repeat(np.arange(len(links)), count)
    place = np.arange(link.size) - np.repeat(np.cumsum(count) - count, count)
    before = buses[link] if drives_on == "left" else np.zeros(link.size, np.int64)
    own = place - before
    for_all = (own >= 0) & (own < general[link])
    arrows, source = np.zeros(link.size, np.int64), np.full(link.size, Source.DEFAULT)
    painted = _arrows(roads, general)
    for row in np.flatnonzero(for_all & np.isin(link, list(painted))):
        arrows[row], source[row] = painted[int(link[row])][int(own[row])]
    return StreetLanes(
        link=link,
        number=place + 1,
        vehicles=np.where(for_all, links.vehicles[link], links.vehicles[link] & _BUS_LANE),
        arrows=arrows,
        source=source,
    )


def _arrows(roads: Roads, general: Array) -> dict[int, list[tuple[int, int]]]:
    """Return arrows and source of each lane, by link; of links whose lanes they fit alone."""
    found: dict[int, list[tuple[int, int]]] = {}
    table = roads.lane_turns
    for link, turns, source in zip(table.link, table.turns, table.source, strict=True):
        found.setdefault(int(link), []).append((int(turns), int(source)))
    return {link: lanes for link, lanes in found.items() if len(lanes) == general[link]}


@dataclass(frozen=True, eq=False)
class _Turns:
    """Turns that are permitted at some hour, and the hours in which they are not."""

    from_link: Array
    to_link: Array
    kind: Array
    banned: BannedHours


def _turns(roads: Roads) -> _Turns:
    """Return the turns that are permitted in some of the hours between two changes of a ban."""
    bans = roads.turn_bans
    cuts = np.unique(np.concatenate([[0, DAY_S], bans.start_s, bans.end_s])).tolist()
    windows = list(pairwise(cuts))
    graphs, of_window = turn_graphs(roads, windows)
    links = len(roads.links)
    codes, kinds = [], []
    for graph in graphs:
        end = int(graph.start[links])  # turns out of states with nothing of a ban before them
        from_link = np.repeat(np.arange(links), np.diff(graph.start[: links + 1]))
        codes.append(from_link * links + graph.to_link[:end])
        kinds.append(graph.kind[:end])
    code, first = np.unique(np.concatenate(codes), return_index=True)
    permitted = np.stack([np.isin(code, each) for each in codes])[of_window]
    rows = [
        (movement, windows[w][0], windows[w][1])
        for movement in np.flatnonzero(~permitted.all(axis=0)).tolist()
        for w in np.flatnonzero(~permitted[:, movement]).tolist()
    ]
    merged: list[tuple[int, int, int]] = []
    for movement, start_s, end_s in rows:
        if merged and merged[-1][0] == movement and merged[-1][2] == start_s:
            merged[-1] = movement, merged[-1][1], end_s
        else:
            merged.append((movement, start_s, end_s))
    return _Turns(
        from_link=code // links,
        to_link=code % links,
        kind=np.concatenate(kinds)[first],
        banned=BannedHours(
            movement=np.array([m for m, _, _ in merged]),
            start_s=np.array([s for _, s, _ in merged]),
            end_s=np.array([e for _, _, e in merged]),
        ),
    )


def _movements(
    city: City, links: StreetLinks, turns: _Turns, junctions: SignalJunctions
) -> StreetMovements:
    roads, drives_on = city.roads, city.drives_on
    leaving_deg, arriving_deg = directions_deg(roads)
    change = (leaving_deg[turns.to_link] - arriving_deg[turns.from_link] + 180) % 360 - 180
    kind = np.array([_KIND[TurnKind(k)] for k in range(len(TurnKind))])[turns.kind]
    order = np.lexsort((-change, _from_left(kind, drives_on), turns.from_link))
    general, buses = links.whole_lanes(), np.rint(links.bus_lanes).astype(np.int64)
    painted = _arrows(roads, general)
    first_of = np.searchsorted(turns.from_link, np.arange(len(links) + 1))
    lanes = np.zeros((turns.from_link.size, 4), np.int64)
    before = buses if drives_on == "left" else np.zeros(len(links), np.int64)
    for link in np.unique(turns.from_link).tolist():
        rows = order[first_of[link] : first_of[link + 1]]
        arrows = [turn for turn, _ in painted.get(link, [])]
        own = int(general[link])
        found = spans(kind[rows].tolist(), own, arrows, drives_on)
        for row, span in zip(rows.tolist(), found, strict=True):
            to_link = int(turns.to_link[row])
            behind = lanes_behind(int(kind[row]), span, own, int(general[to_link]), drives_on)
            lanes[row] = *span, *behind
    feed_idle_lanes(lanes[:, 2:], turns.to_link, kind, general)
    lanes += before[np.stack([turns.from_link, turns.to_link])].T.repeat(2, axis=1)
    ids = links.id
    return StreetMovements(
        id=np.array(
            [f"{ids[a]}>{ids[b]}" for a, b in zip(turns.from_link, turns.to_link, strict=True)],
            np.str_,
        ),
        from_link=turns.from_link,
        to_link=turns.to_link,
        kind=kind,
        first_lane=lanes[:, 0] + 1,
        last_lane=lanes[:, 1] + 1,
        first_to_lane=lanes[:, 2] + 1,
        last_to_lane=lanes[:, 3] + 1,
        signalised=np.isin(turns.from_link, junctions.approach_link),
    )


def _from_left(kind: Array, drives_on: str) -> Array:
    """Return the place of each kind of movement from left to right."""
    far = -1 if drives_on == "right" else 3
    place = {LaneTurn.LEFT: 0, LaneTurn.THROUGH: 1, LaneTurn.RIGHT: 2, LaneTurn.U_TURN: far}
    return np.array([place[LaneTurn(k)] for k in kind.tolist()], np.int64)


def _seen(roads: Roads, links: StreetLinks, movements: StreetMovements) -> list[NodeMovement]:
    leaving_deg, arriving_deg = directions_deg(roads)
    return [
        NodeMovement(
            from_link=a,
            to_link=b,
            kind=kind,
            from_deg=float(arriving_deg[a]) + 180,
            to_deg=float(leaving_deg[b]),
            first_to_lane=low,
            last_to_lane=high,
            rank=-int(links.priority[a]),
        )
        for a, b, kind, low, high in zip(
            movements.from_link.tolist(),
            movements.to_link.tolist(),
            movements.kind.tolist(),
            movements.first_to_lane.tolist(),
            movements.last_to_lane.tolist(),
            strict=True,
        )
    ]


def _path_bans(roads: Roads) -> PathBanSteps:
    bans = roads.path_bans
    size = np.diff(np.append(bans.first, bans.link.size))
    ban = np.repeat(np.arange(len(bans)), size)
    return PathBanSteps(ban=ban, link=bans.link, start_s=bans.start_s[ban], end_s=bans.end_s[ban])


def _notes(in_force: PlansInForce) -> tuple[Note, ...]:
    count = in_force.inferred_junctions + in_force.filled_junctions
    if not count:
        return ()
    return (
        Note(
            "plans_inferred",
            en=f"Signalised junctions that run an inferred plan at all or some hours: {count}.",
            zh=f"全部或部分时段采用推断配时方案的信号控制路口：{count} 处。",
        ),
    )
