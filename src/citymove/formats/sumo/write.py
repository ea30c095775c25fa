"""The files of a network for SUMO.

netconvert builds a network of them (https://sumo.dlr.de/docs/Networks/PlainXML.html). Connections
are all given, so that it guesses none; so are the signals, whose connections carry their place in
the states of the programs.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import numpy as np

from citymove.facts.roads import Vehicle
from citymove.facts.street_tables import StreetTables
from citymove.formats.sumo.connections import Connection, connections, lane_counts
from citymove.formats.sumo.programs import programs
from citymove.foundation.note import Note
from citymove.foundation.whole_files import write_text

Array = np.ndarray[Any, Any]

# Classes of SUMO (https://sumo.dlr.de/docs/Simulation/VehiclePermissions.html) by ours.
_CLASSES = {
    Vehicle.CAR: "private emergency authority army vip passenger hov evehicle",
    Vehicle.TRUCK: "delivery truck trailer",
    Vehicle.BUS: "bus coach",
    Vehicle.TAXI: "taxi",
    Vehicle.MOTORCYCLE: "motorcycle moped",
    Vehicle.BICYCLE: "bicycle",
}
_BUS_LANE = Vehicle.BUS | Vehicle.TAXI | Vehicle.BICYCLE


@dataclass(frozen=True, slots=True)
class SumoExport:
    """What was written.

    Parameters
    ----------
    folder
        Where it is.
    nodes, links, connections, programs
        How many.
    notes
        What the format cannot express.
    """

    folder: Path
    nodes: int
    links: int
    connections: int
    programs: int
    notes: tuple[Note, ...]


def write_sumo(tables: StreetTables, folder: Path) -> SumoExport:
    """Write a network for SUMO's netconvert.

    Parameters
    ----------
    tables
        The network. Links that no vehicle may use are left out, and so are nodes without links.
    folder
        Written are ``network.nod.xml``, ``network.edg.xml``, ``network.con.xml``,
        ``network.tll.xml``, ``signals_by_hour.add.xml`` where programs change with the hour,
        ``network.netccfg``, and ``README.txt`` with what the format cannot express.

    Raises
    ------
    InputError
        A plan has phases in more than one ring.
    MachineError
        The folder cannot be written.
    """
    open_links = np.flatnonzero(tables.links.vehicles != 0)
    joined = connections(tables)
    phases = programs(tables, joined)
    ends = [tables.links.tail[open_links], tables.links.head[open_links]]
    nodes = np.unique(np.concatenate(ends))
    notes = (*tables.notes, *_notes(tables))
    write_text(folder / "network.nod.xml", _document("nodes", _nodes(tables, nodes)))
    write_text(folder / "network.edg.xml", _document("edges", _links(tables, open_links)))
    write_text(
        folder / "network.con.xml",
        _document("connections", _connections(tables, open_links, joined)),
    )
    write_text(folder / "network.tll.xml", _document("tlLogics", _programs(tables, joined, phases)))
    by_hour = list(_by_hour(tables))
    if by_hour:
        write_text(folder / "signals_by_hour.add.xml", _document("additional", by_hour))
    write_text(folder / "network.netccfg", _configuration(tables))
    write_text(folder / "README.txt", _readme(tables, notes, by_hour=bool(by_hour)))
    return SumoExport(folder, nodes.size, open_links.size, len(joined), len(phases), notes)


def _document(name: str, lines: Iterable[str]) -> str:
    body = "".join(f"    {line}\n" for line in lines)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{name}>\n{body}</{name}>\n'


def _element(tag: str, inside: Sequence[str] = (), /, **attributes: object) -> str:
    text = "".join(
        f" {key.rstrip('_')}={quoteattr(str(value))}"
        for key, value in attributes.items()
        if str(value)  # SUMO refuses empty attributes
    )
    if not inside:
        return f"<{tag}{text}/>"
    return f"<{tag}{text}>{''.join(inside)}</{tag}>"


def _nodes(tables: StreetTables, rows: Array) -> Iterable[str]:
    nodes, plane = tables.nodes, tables.plane
    x_m, y_m = tables.shape_x_m, tables.shape_y_m
    low_high = (x_m.min(), y_m.min(), x_m.max(), y_m.max())
    lon, lat = plane.to_degrees(low_high[::2], low_high[1::2])
    yield _element(
        "location",
        netOffset="0.00,0.00",
        convBoundary=",".join(f"{value:.2f}" for value in low_high),
        origBoundary=f"{lon[0]:.6f},{lat[0]:.6f},{lon[1]:.6f},{lat[1]:.6f}",
        projParameter=f"+proj=tmerc +lon_0={plane.lon0} +lat_0={plane.lat0} +k=1 +ellps=WGS84 "
        "+units=m",
    )
    lit = set(tables.signals.controllers.id.tolist())
    for row in rows.tolist():
        junction = str(nodes.junction[row])
        lights = {"type_": "traffic_light", "tl": junction} if junction in lit else {}
        yield _element(
            "node", id=nodes.id[row], x=_metres(nodes.x_m[row]), y=_metres(nodes.y_m[row]), **lights
        )


def _links(tables: StreetTables, rows: Array) -> Iterable[str]:
    links, nodes = tables.links, tables.nodes
    general, buses = lane_counts(tables)
    ends = set(zip(links.tail[rows].tolist(), links.head[rows].tolist(), strict=True))
    for row in rows.tolist():
        tail, head = int(links.tail[row]), int(links.head[row])
        vehicles = Vehicle(int(links.vehicles[row]))
        x_m, y_m = tables.shape(row)
        points = zip(x_m.tolist(), y_m.tolist(), strict=True)
        yield _element(
            "edge",
            [
                _element("lane", index=lane, allow=_classes(vehicles & _BUS_LANE))
                for lane in range(int(buses[row]))
            ],
            id=links.id[row],
            from_=nodes.id[tail],
            to=nodes.id[head],
            name=links.name[row],
            type_=f"highway.{links.facility[row]}",
            priority=links.priority[row],
            numLanes=general[row] + buses[row],
            speed=f"{links.speed_mps[row]:.3f}",
            spreadType="right" if (head, tail) in ends else "center",
            allow=_classes(vehicles),
            shape=" ".join(f"{_metres(x)},{_metres(y)}" for x, y in points),
        )


def _classes(vehicles: Vehicle) -> str:
    return " ".join(words for one, words in _CLASSES.items() if one in vehicles)


def _metres(value: float) -> str:
    return f"{value:.2f}"


def _connections(tables: StreetTables, rows: Array, joined: Sequence[Connection]) -> Iterable[str]:
    """Yield all connections, and the links from which none leads on, so that none is guessed."""
    for one in joined:
        yield _element("connection", **_ends(tables, one))
    leading = {one.from_link for one in joined}
    for row in rows.tolist():
        if row not in leading:
            yield _element("connection", from_=tables.links.id[row])


def _ends(tables: StreetTables, one: Connection) -> dict[str, object]:
    ids = tables.links.id
    return {
        "from_": ids[one.from_link], "to": ids[one.to_link],
        "fromLane": one.from_lane, "toLane": one.to_lane,
    }  # fmt: skip


def _programs(
    tables: StreetTables, joined: Sequence[Connection], phases: dict[int, list[tuple[float, str]]]
) -> Iterable[str]:
    plans, controllers = tables.signals.plans, tables.signals.controllers
    offset_of = dict(
        zip(
            tables.signals.coordination.plan.tolist(),
            tables.signals.coordination.offset_s.tolist(),
            strict=True,
        )
    )
    for plan, stages in phases.items():
        yield _element(
            "tlLogic",
            [
                _element("phase", duration=f"{duration_s:g}", state=state)
                for duration_s, state in stages
            ],
            id=controllers.id[plans.controller[plan]],
            type_="static",
            programID=_program(tables, plan),
            offset=f"{offset_of.get(plan, 0.0):g}",
        )
    for one in joined:
        if one.junction:
            ends = _ends(tables, one)
            yield _element("connection", **ends, tl=one.junction, linkIndex=one.index)


def _program(tables: StreetTables, plan: int) -> str:
    """Return the name of a plan's program: its place among those of its controller."""
    plans = tables.signals.plans
    return str(int(np.sum(plans.controller[:plan] == plans.controller[plan])))


def _by_hour(tables: StreetTables) -> Iterable[str]:
    """Yield what switches programs, for controllers that have several."""
    plans, controllers = tables.signals.plans, tables.signals.controllers
    for row in np.flatnonzero(np.bincount(plans.controller, minlength=len(controllers)) > 1):
        own = np.flatnonzero(plans.controller == row)
        name = str(controllers.id[row])
        at_midnight = own[np.argmin(plans.start_s[own])]
        yield _element(
            "WAUT",
            [
                _element("wautSwitch", time=plans.start_s[plan], to=_program(tables, int(plan)))
                for plan in own[np.argsort(plans.start_s[own])]
                if plan != at_midnight
            ],
            id=f"hours_of_{name}",
            refTime=0,
            startProg=_program(tables, int(at_midnight)),
        )
        yield _element("wautJunction", wautID=f"hours_of_{name}", junctionID=name)


def _configuration(tables: StreetTables) -> str:
    files = {
        "node-files": "network.nod.xml",
        "edge-files": "network.edg.xml",
        "connection-files": "network.con.xml",
        "tllogic-files": "network.tll.xml",
    }
    processing = {
        "no-turnarounds": "true",
        "offset.disable-normalization": "true",
        "lefthand": str(tables.drives_on == "left").lower(),
    }
    lines = [
        _element("input", [_element(key, value=name) for key, name in files.items()]),
        _element("output", [_element("output-file", value="network.net.xml")]),
        _element("processing", [_element(k, value=v) for k, v in processing.items()]),
    ]
    return _document("configuration", lines)


def _readme(tables: StreetTables, notes: Sequence[Note], *, by_hour: bool) -> str:
    run = "sumo -n network.net.xml -r YOUR_ROUTES.rou.xml"
    lines = [
        f"{tables.name}, for SUMO (https://sumo.dlr.de).",
        *([tables.attribution] if tables.attribution else []),
        "",
        "Build the network:",
        "  netconvert -c network.netccfg",
        "Run it with routes of your own:",
        f"  {run}{' -a signals_by_hour.add.xml' if by_hour else ''}",
        "",
        "Ids of edges and junctions are those of citymove's links and nodes. Metres refer to the",
        "projection that network.nod.xml states. Lanes for buses lie at the kerb.",
        "",
        "What the files do not say:",
        *(f"- {note.en}" for note in notes),
    ]
    return "\n".join(lines) + "\n"


def _notes(tables: StreetTables) -> Iterable[Note]:
    """Yield what these files cannot express, or express in another way."""
    links = tables.links
    if bans := np.unique(tables.path_bans.ban).size:
        yield Note(
            "sumo_path_bans_left_out",
            en=f"Bans over several links, which connections cannot express: {bans} left out.",
            zh=f"跨多条路段的禁行，连接关系无法表达：略去 {bans} 项。",
        )
    if hours := np.unique(tables.banned_hours.movement).size:
        yield Note(
            "sumo_banned_hours_left_out",
            en=f"Turns banned at some hours only, which stand as permitted: {hours}.",
            zh=f"仅部分时段禁止的转向，按允许处理：{hours} 个。",
        )
    if speeds := np.unique(tables.speed_hours.link).size:
        yield Note(
            "sumo_speed_hours_left_out",
            en=f"Links with another speed limit at some hours, which have the usual one: {speeds}.",
            zh=f"部分时段另有限速的路段，采用其通常限速：{speeds} 条。",
        )
    if closed := int(np.sum(links.vehicles == 0)):
        yield Note(
            "sumo_links_left_out",
            en=f"Closed links, left out: {closed}.",
            zh=f"封闭路段，已略去：{closed} 条。",
        )
    if parts := int(np.sum(links.lanes != links.whole_lanes())):
        yield Note(
            "sumo_lanes_made_whole",
            en=f"Links with half a lane (one lane for both directions, or a middle lane): {parts}; "
            "a shared lane counts for each direction, a middle lane for none.",
            zh=f"含半条车道（双向共用一条车道或中间车道）的路段：{parts} 条；"
            "共用车道两个方向各计一条，中间车道不计。",
        )
