"""A network written as a GMNS folder.

What the specification has no column for stands in columns and a table of our own, which its
readers leave aside: sources (``*_source``), arrows of lanes, lanes in exact numbers, bans over
several links (``path_ban.csv``).
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from citymove.facts.roads import LaneTurn
from citymove.facts.signal_tables import SignalTables
from citymove.facts.street_tables import StreetTables
from citymove.formats.gmns.words import (
    ARROW_WORDS,
    NO_USE,
    TYPE_OF_KIND,
    USE_OF_VEHICLE,
    time_day,
    uses_of,
)
from citymove.foundation.note import Note
from citymove.foundation.provenance import Source
from citymove.foundation.whole_files import write_text

Array = np.ndarray[Any, Any]

VERSION = 0.97  # of the specification
_DAYS = "01111100"  # bans and limits by hour speak of a working day
_DIGITS = 9  # of degrees: a tenth of a millimetre


@dataclass(frozen=True, slots=True)
class GmnsExport:
    """What was written.

    Parameters
    ----------
    folder
        Where it is.
    rows
        Number of rows by table.
    notes
        What the specification cannot express.
    """

    folder: Path
    rows: Mapping[str, int]
    notes: tuple[Note, ...]


def write_gmns(tables: StreetTables, folder: Path) -> GmnsExport:
    """Write a network as a GMNS folder.

    Coordinates are WGS84 degrees, lengths kilometres, speeds km/h, capacities veh/h and lane.

    Parameters
    ----------
    tables
        The network.
    folder
        Written are ``config``, ``node``, ``link``, ``lane``, ``movement``, ``use_definition`` and
        ``use_group``; where there is something to say ``link_tod``, ``movement_tod``, ``zone``,
        the five tables of signals and ``path_ban``; and ``README.txt`` with what the
        specification cannot express.

    Raises
    ------
    MachineError
        The folder cannot be written.
    """
    content: dict[str, Iterable[Mapping[str, object]]] = {
        "config": _config(tables),
        "use_definition": _uses(),
        "use_group": [{"use_group": "all", "uses": ",".join(USE_OF_VEHICLE.values())}],
        "node": _nodes(tables),
        "link": _links(tables),
        "lane": _lanes(tables),
        "movement": _movements(tables),
        "link_tod": _link_hours(tables),
        "movement_tod": _movement_hours(tables),
        "path_ban": _path_bans(tables),
        "zone": _zones(tables),
        **_signals(tables),
    }
    rows: dict[str, int] = {}
    for name, lines in content.items():
        listed = list(lines)
        if listed:
            rows[name] = len(listed)
            write_text(folder / f"{name}.csv", _csv(listed))
    notes = (*tables.notes, *_notes(tables))
    write_text(folder / "README.txt", _readme(tables, notes))
    return GmnsExport(folder, rows, notes)


def _csv(lines: Sequence[Mapping[str, object]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(lines[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: _cell(value) for key, value in line.items()} for line in lines)
    return text.getvalue()


def _cell(value: object) -> object:
    """Return a value as a cell; a missing number is an empty one."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return "" if np.isnan(value) else repr(value)
    return value


def _config(tables: StreetTables) -> Iterable[dict[str, object]]:
    yield {
        "dataset_name": tables.name,
        "short_length": "meter",
        "long_length": "kilometer",
        "speed": "kph",
        "crs": "EPSG:4326",
        "geometry_field_format": "wkt",
        "currency": "",
        "version_number": VERSION,
        "id_type": "string",
        "driving_side": tables.drives_on,
    }


def _uses() -> Iterable[dict[str, object]]:
    for word in (*USE_OF_VEHICLE.values(), NO_USE):
        said = "closed to all vehicles" if word == NO_USE else ""
        yield {
            "use": word, "persons_per_vehicle": "", "pce": "", "special_conditions": "",
            "description": said,
        }  # fmt: skip


def _nodes(tables: StreetTables) -> Iterable[dict[str, object]]:
    nodes = tables.nodes
    lon, lat = tables.plane.to_degrees(nodes.x_m, nodes.y_m)
    for row, (x, y) in enumerate(zip(lon, lat, strict=True)):
        junction = str(nodes.junction[row])
        yield {
            "node_id": nodes.id[row],
            "name": "",
            "x_coord": round(float(x), _DIGITS),
            "y_coord": round(float(y), _DIGITS),
            "node_type": "",
            "ctrl_type": "signal" if junction else "",
            "zone_id": nodes.zone[row],
            "controller_id": junction,
        }


def _links(tables: StreetTables) -> Iterable[dict[str, object]]:
    links, nodes, whole = tables.links, tables.nodes, tables.links.whole_lanes()
    lines = _wkt(tables)
    for row in range(len(links)):
        known = not np.isnan(links.lanes[row])
        yield {
            "link_id": links.id[row],
            "name": links.name[row],
            "from_node_id": nodes.id[links.tail[row]],
            "to_node_id": nodes.id[links.head[row]],
            "directed": "true",
            "geometry": lines[row],
            "dir_flag": 1,
            "length": links.length_m[row] / 1000,
            "facility_type": links.facility[row],
            "capacity": links.capacity_vph[row] / whole[row],
            "free_speed": links.speed_mps[row] * 3.6,
            "lanes": whole[row] if known else "",
            "allowed_uses": uses_of(int(links.vehicles[row])),
            "lanes_exact": links.lanes[row],
            "bus_lanes": links.bus_lanes[row],
            "priority": links.priority[row],
            "lanes_source": _word(links.lanes_source[row]),
            "free_speed_source": _word(links.speed_source[row]),
            "capacity_source": _word(links.capacity_source[row]),
            "allowed_uses_source": _word(links.vehicles_source[row]),
            "directed_source": _word(links.direction_source[row]),
        }


def _word(source: int) -> str:
    return Source(int(source)).word


def _wkt(tables: StreetTables) -> list[str]:
    """Return the line of each link as well-known text."""
    lon, lat = tables.plane.to_degrees(tables.shape_x_m, tables.shape_y_m)
    points = [
        f"{x:.{_DIGITS}f} {y:.{_DIGITS}f}" for x, y in zip(lon.tolist(), lat.tolist(), strict=True)
    ]
    start = tables.shape_start.tolist()
    return [f"LINESTRING ({', '.join(points[a:b])})" for a, b in pairwise(start)]


def _lanes(tables: StreetTables) -> Iterable[dict[str, object]]:
    lanes = tables.lanes
    for row in range(len(lanes)):
        link_id = tables.links.id[lanes.link[row]]
        arrows = int(lanes.arrows[row])
        yield {
            "lane_id": f"{link_id}:{lanes.number[row]}",
            "link_id": link_id,
            "lane_num": lanes.number[row],
            "allowed_uses": uses_of(int(lanes.vehicles[row])),
            "arrows": ";".join(word for turn, word in ARROW_WORDS.items() if arrows & turn),
            "arrows_source": _word(lanes.source[row]),
        }


def _movements(tables: StreetTables) -> Iterable[dict[str, object]]:
    moves, links = tables.movements, tables.links
    for row in range(len(moves)):
        yield {
            "mvmt_id": moves.id[row],
            "node_id": tables.nodes.id[links.head[moves.from_link[row]]],
            **_ends(tables, row),
            "ctrl_type": "signal" if moves.signalised[row] else "",
        }


def _ends(tables: StreetTables, row: int) -> dict[str, object]:
    """Return links, lanes and type of a movement; a blank end means a single lane."""
    moves, ids = tables.movements, tables.links.id
    cells: dict[str, object] = {}
    for side, link, first, last in (
        ("ib", moves.from_link, moves.first_lane, moves.last_lane),
        ("ob", moves.to_link, moves.first_to_lane, moves.last_to_lane),
    ):
        cells[f"{side}_link_id"] = ids[link[row]]
        cells[f"start_{side}_lane"] = first[row] or ""
        cells[f"end_{side}_lane"] = last[row] if last[row] != first[row] else ""
    return {**cells, "type": TYPE_OF_KIND[LaneTurn(int(moves.kind[row]))]}


def _link_hours(tables: StreetTables) -> Iterable[dict[str, object]]:
    hours = tables.speed_hours
    for row in range(len(hours)):
        yield {
            "link_tod_id": row,
            "link_id": tables.links.id[hours.link[row]],
            "time_day": time_day(_DAYS, int(hours.start_s[row]), int(hours.end_s[row])),
            "free_speed": hours.speed_mps[row] * 3.6,
        }


def _movement_hours(tables: StreetTables) -> Iterable[dict[str, object]]:
    hours = tables.banned_hours
    for row in range(len(hours)):
        movement = int(hours.movement[row])
        yield {
            "mvmt_tod_id": row,
            "mvmt_id": tables.movements.id[movement],
            "time_day": time_day(_DAYS, int(hours.start_s[row]), int(hours.end_s[row])),
            **_ends(tables, movement),
            "allowed_uses": NO_USE,
        }


def _path_bans(tables: StreetTables) -> Iterable[dict[str, object]]:
    bans = tables.path_bans
    for row in range(len(bans)):
        first = int(np.searchsorted(bans.ban, bans.ban[row]))
        yield {
            "path_ban_id": bans.ban[row],
            "step": row - first + 1,
            "link_id": tables.links.id[bans.link[row]],
            "time_day": time_day(_DAYS, int(bans.start_s[row]), int(bans.end_s[row])),
        }


def _zones(tables: StreetTables) -> Iterable[dict[str, object]]:
    zones = tables.zones
    for row in range(len(zones)):
        low_x, low_y, high_x, high_y = (
            zones.low_x_m[row], zones.low_y_m[row], zones.high_x_m[row], zones.high_y_m[row]
        )  # fmt: skip
        x_m, y_m = [low_x, high_x, high_x, low_x, low_x], [low_y, low_y, high_y, high_y, low_y]
        lon, lat = tables.plane.to_degrees(x_m, y_m)
        ring = ", ".join(f"{x:.{_DIGITS}f} {y:.{_DIGITS}f}" for x, y in zip(lon, lat, strict=True))
        yield {
            "zone_id": zones.id[row], "name": "", "boundary": f"POLYGON (({ring}))",
            "super_zone": "",
        }  # fmt: skip


def _signals(tables: StreetTables) -> dict[str, Iterable[dict[str, object]]]:
    signals = tables.signals
    return {
        "signal_controller": [{"controller_id": name} for name in signals.controllers.id],
        "signal_timing_plan": _timing_plans(signals),
        "signal_timing_phase": _timing_phases(signals),
        "signal_phase_mvmt": _phase_movements(tables),
        "signal_coordination": _coordination(signals),
    }


def _timing_plans(signals: SignalTables) -> Iterable[dict[str, object]]:
    plans = signals.plans
    for row in range(len(plans)):
        days, hours = str(plans.days[row]), (int(plans.start_s[row]), int(plans.end_s[row]))
        yield {
            "timing_plan_id": plans.id[row],
            "controller_id": signals.controllers.id[plans.controller[row]],
            "time_day": time_day(days, *hours) if days else "",
            "cycle_length": plans.cycle_s[row],
            "source": _word(plans.source[row]),
        }


def _timing_phases(signals: SignalTables) -> Iterable[dict[str, object]]:
    phases = signals.phases
    for row in range(len(phases)):
        yield {
            "timing_phase_id": phases.id[row],
            "timing_plan_id": signals.plans.id[phases.plan[row]],
            "signal_phase_num": phases.number[row],
            "min_green": phases.min_green_s[row],
            "max_green": phases.max_green_s[row],
            "extension": phases.extension_s[row],
            "clearance": phases.clearance_s[row],
            "walk_time": phases.walk_s[row],
            "ped_clearance": phases.ped_clearance_s[row],
            "ring": phases.ring[row],
            "barrier": phases.barrier[row],
            "position": phases.position[row],
        }


def _phase_movements(tables: StreetTables) -> Iterable[dict[str, object]]:
    served, phases = tables.signals.phase_movements, tables.signals.phases
    for row in range(len(served)):
        movement, link = int(served.movement[row]), int(served.link[row])
        yield {
            "signal_phase_mvmt_id": row,
            "timing_phase_id": phases.id[served.phase[row]],
            "mvmt_id": tables.movements.id[movement] if movement >= 0 else "",
            "link_id": tables.links.id[link] if link >= 0 else "",
            "protection": "protected" if served.protected[row] else "permitted",
        }


def _coordination(signals: SignalTables) -> Iterable[dict[str, object]]:
    table, controllers = signals.coordination, signals.controllers
    for row in range(len(table)):
        master, phase = int(table.master[row]), int(table.phase[row])
        yield {
            "coordination_id": row,
            "timing_plan_id": signals.plans.id[table.plan[row]],
            "controller_id": controllers.id[table.controller[row]],
            "coord_contr_id": controllers.id[master] if master >= 0 else "",
            "coord_phase": phase if phase >= 0 else "",
            "coord_ref_to": table.reference[row],
            "offset": table.offset_s[row],
        }


def _readme(tables: StreetTables, notes: Sequence[Note]) -> str:
    lines = [
        f"{tables.name}, as GMNS {VERSION} (https://github.com/zephyr-data-specs/GMNS).",
        *([tables.attribution] if tables.attribution else []),
        "",
        "Degrees are WGS84, lengths kilometres, speeds km/h, capacities veh/h and lane. At a node",
        "that movement.csv speaks of, other movements are not permitted; movement_tod.csv names",
        f"the hours in which one is open to no use ({NO_USE}).",
        "",
        "Notes:",
        *(f"- {note.en}" for note in notes),
    ]
    return "\n".join(lines) + "\n"


def _notes(tables: StreetTables) -> Iterable[Note]:
    """Yield what the specification has no place for."""
    if bans := np.unique(tables.path_bans.ban).size:
        yield Note(
            "gmns_path_bans",
            en=f"Bans over several links, which GMNS cannot express: {bans}, in path_ban.csv.",
            zh=f"跨多条路段的禁行，GMNS 无法表达：{bans} 项，见 path_ban.csv。",
        )
    if parts := int(np.sum(tables.links.lanes != tables.links.whole_lanes())):
        yield Note(
            "gmns_lanes_made_whole",
            en=f"Links with half a lane (one lane for both directions, or a middle lane): {parts}; "
            "the exact number stands in lanes_exact.",
            zh=f"含半条车道（双向共用一条车道或中间车道）的路段：{parts} 条；"
            "确切数值见 lanes_exact。",
        )
    yield Note(
        "gmns_own_columns",
        en="Columns of our own: *_source (how a value is known), lanes_exact, bus_lanes, priority, "
        "arrows, controller_id of nodes, driving_side.",
        zh="自有列：*_source（数值来源）、lanes_exact、bus_lanes、priority、arrows、"
        "节点的 controller_id、driving_side。",
    )
