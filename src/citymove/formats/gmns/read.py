"""A GMNS folder read as a street network."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from citymove.facts.roads import EVERY_VEHICLE, Vehicle
from citymove.facts.street_tables import (
    BannedHours,
    PathBanSteps,
    SpeedHours,
    StreetLanes,
    StreetLinks,
    StreetMovements,
    StreetNodes,
    StreetTables,
)
from citymove.formats.gmns.config import Config, read_config
from citymove.formats.gmns.sheets import Faults, Sheet, read_optional, read_sheet
from citymove.formats.gmns.signals import read_signals
from citymove.formats.gmns.words import ARROW_WORDS, KIND_OF_TYPE, parse_time_day, vehicles_of
from citymove.foundation.crs import LocalPlane
from citymove.foundation.errors import InputError
from citymove.foundation.note import Note
from citymove.foundation.provenance import Source

Array = np.ndarray[Any, Any]

NODE_COLUMNS = ("node_id", "x_coord", "y_coord")
LINK_COLUMNS = ("link_id", "from_node_id", "to_node_id")
_LINE = re.compile(r"\s*LINESTRING\s*\(([^()]*)\)\s*", re.IGNORECASE)
_DIRECTED = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
_MOST_LANES = 20
_NAMED = 5  # movements that a note names


def read_gmns(folder: Path) -> StreetTables:
    """Read a GMNS folder as a street network.

    Parameters
    ----------
    folder
        Holds ``node.csv`` and ``link.csv``, and may hold ``config``, ``lane``, ``movement``,
        ``link_tod``, ``movement_tod``, ``use_definition``, ``use_group``, the tables of signals,
        and our own ``path_ban``.

    Returns
    -------
    StreetTables
        Rows in the order of the files. A link that runs both ways follows as a second one, its id
        ended by ``/reverse``. `notes` say which units were assumed, and which movements were left
        out since their links do not meet.

    Raises
    ------
    InputError, InputErrors
        A table is missing or lacks a column; and every cell that is broken: an id that is unknown
        or given twice, a number that is none or out of range, a use or unit that is not known, a
        geometry that is no line; each with file, line, value, rule and remedy.
    """
    faults = Faults()
    config = read_config(folder, faults)
    nodes = read_sheet(folder, "node", faults, required=NODE_COLUMNS)
    links = read_sheet(folder, "link", faults, required=LINK_COLUMNS)
    node_rows, link_rows = nodes.keys("node_id"), links.keys("link_id")
    uses = read_uses(folder, faults)
    ends = [links.rows_of(f"{end}_node_id", node_rows, "node.csv") for end in ("from", "to")]
    columns = _link_columns(links, ends, config, uses)
    both = both_ways(links)
    place = _Places.of(nodes, config, faults)
    lines = _lines(links, ends, place, config)
    lines += [lines[row][::-1] for row in both.tolist()]
    points = np.concatenate(lines) if lines else np.empty((0, 2))
    movements, apart = _movements(folder, faults, link_rows, node_rows, columns)
    movement_rows = {name: row for row, name in enumerate(movements.id.tolist())}
    signals = read_signals(folder, faults, {**dict.fromkeys(apart, -1), **movement_rows}, link_rows)
    tables = StreetTables(
        name=config.name or folder.name,
        plane=place.plane,
        drives_on=config.drives_on,
        nodes=StreetNodes(
            id=np.array(nodes.ids("node_id"), np.str_),
            x_m=place.x_m,
            y_m=place.y_m,
            zone=np.array(nodes.ids("zone_id"), np.str_),
            junction=np.array(nodes.ids("controller_id"), np.str_),
        ),
        links=_with_reverse(columns, both),
        lanes=_lanes(folder, faults, link_rows, uses),
        movements=movements,
        banned_hours=_banned_hours(folder, faults, movement_rows),
        speed_hours=_speed_hours(folder, faults, link_rows, config),
        path_bans=_path_bans(folder, faults, link_rows),
        signals=signals.tables,
        notes=(*config.notes, *signals.notes, *_notes(both, apart)),
        shape_start=np.cumsum([0, *(len(line) for line in lines)]),
        shape_x_m=points[:, 0],
        shape_y_m=points[:, 1],
    )
    faults.finish()
    return tables


@dataclass(frozen=True, slots=True)
class Uses:
    """Uses and groups of uses that a folder defines, in lower case."""

    groups: dict[str, str]
    defined: frozenset[str]

    def column(self, sheet: Sheet, name: str) -> Array:
        """Return a column of uses as int16 `Vehicle`; report unknown ones."""
        found = np.full(len(sheet), int(EVERY_VEHICLE), np.int16)
        for row, text in enumerate(sheet.text(name)):
            vehicles = vehicles_of(text, self.groups, self.defined)
            if vehicles is None:
                sheet.fault(
                    row, name, "must name uses that are known", "define it in use_definition.csv"
                )
            else:
                found[row] = vehicles
        return found


def read_uses(folder: Path, faults: Faults) -> Uses:
    """Read ``use_definition`` and ``use_group`` where the folder has them."""
    defined = read_optional(folder, "use_definition", faults, required=("use",))
    group = read_optional(folder, "use_group", faults, required=("use_group", "uses"))
    groups: dict[str, str] = {}
    if group is not None:
        names = [name.lower() for name in group.text("use_group")]
        groups = dict(zip(names, group.text("uses"), strict=True))
    words = [] if defined is None else [use.lower() for use in defined.text("use")]
    return Uses(groups, frozenset(words))


@dataclass(frozen=True, slots=True)
class _Places:
    """Where the nodes lie on a plane of the network's own."""

    plane: LocalPlane
    x_m: Array
    y_m: Array

    @classmethod
    def of(cls, nodes: Sheet, config: Config, faults: Faults) -> "_Places":
        """Return the places; raise all faults found so far, since what follows looks up rows."""
        x = nodes.number("x_coord", needed=True)
        y = nodes.number("y_coord", needed=True)
        faults.finish()
        if not len(nodes):
            raise InputError("must hold a node", file=nodes.path)
        lon, lat = config.to_degrees(x, y, nodes.path)
        plane = LocalPlane(
            lon0=round(float(lon.min() + lon.max()) / 2, 4),
            lat0=round(float(lat.min() + lat.max()) / 2, 4),
        )
        return cls(plane, *plane.to_metres(lon, lat))


def _link_columns(links: Sheet, ends: list[Array], config: Config, uses: Uses) -> StreetLinks:
    lanes = links.number("lanes", least=0)
    if links.has("lanes_exact"):
        lanes = links.number("lanes_exact", above=0)
    lanes = np.where(lanes > 0, lanes, np.nan)  # a path for bicycles has no lane for all traffic
    capacity = links.number("capacity", least=0)
    whole = np.maximum(np.floor(np.nan_to_num(lanes, nan=1.0)), 1)
    return StreetLinks(
        id=np.array(links.ids("link_id"), np.str_),
        name=np.array(links.text("name"), np.str_),
        tail=ends[0],
        head=ends[1],
        length_m=links.number("length", least=0) * config.metres_of_length,
        facility=np.array(links.text("facility_type"), np.str_),
        lanes=lanes,
        bus_lanes=np.nan_to_num(links.number("bus_lanes", least=0)),
        speed_mps=links.number("free_speed", least=0) * config.mps_of_speed,
        capacity_vph=np.where(capacity > 0, capacity * whole, np.nan),
        vehicles=uses.column(links, "allowed_uses"),
        priority=links.whole("priority", low=-1000, high=1000, missing=0),
        lanes_source=_sources(links, "lanes_source"),
        speed_source=_sources(links, "free_speed_source"),
        capacity_source=_sources(links, "capacity_source"),
        vehicles_source=_sources(links, "allowed_uses_source"),
        direction_source=_sources(links, "directed_source"),
    )


def _sources(sheet: Sheet, name: str) -> Array:
    """Return a column of sources, those that are not stated as reported."""
    found = np.full(len(sheet), Source.REPORTED, np.int8)
    words = {source.word: source for source in Source}
    for row, text in enumerate(sheet.text(name)):
        if text.lower() in words:
            found[row] = words[text.lower()]
        elif text:
            sheet.fault(row, name, f"must be one of {', '.join(words)}")
    return found


def both_ways(links: Sheet) -> Array:
    """Return the rows of links that run both ways, int64."""
    found = []
    for row, text in enumerate(links.text("directed")):
        directed = _DIRECTED.get(text.lower(), True if not text else None)
        if directed is None:
            links.fault(row, "directed", "must be true or false")
        elif not directed:
            found.append(row)
    return np.array(found, np.int64)


def _with_reverse(links: StreetLinks, both: Array) -> StreetLinks:
    back = links.take(both)
    return links.append(
        StreetLinks(
            **{
                **{name: getattr(back, name) for name in StreetLinks.column_names()},
                "id": np.char.add(back.id, "/reverse") if both.size else back.id,
                "tail": back.head,
                "head": back.tail,
            }
        )
    )


def _lines(links: Sheet, ends: list[Array], place: _Places, config: Config) -> list[Array]:
    """Return the points of each link, float64 [points, 2], m; straight where none are drawn."""
    flags = links.text("dir_flag")
    found, rows, drawn = [], [], []
    for row, text in enumerate(links.text("geometry")):
        nodes = [ends[0][row], ends[1][row]]
        found.append(np.stack([place.x_m[nodes], place.y_m[nodes]], axis=1))
        if not text:
            continue
        points = _parsed(text)
        if points is None:
            links.fault(row, "geometry", "must be a LINESTRING of two points or more")
            continue
        rows.append(row)
        drawn.append(points[::-1] if flags[row] == "-1" else points)
    if drawn:
        size = [len(points) for points in drawn]
        x, y = np.concatenate(drawn).T
        x_m, y_m = place.plane.to_metres(*config.to_degrees(x, y, links.path))
        parts = np.split(np.stack([x_m, y_m], axis=1), np.cumsum(size)[:-1])
        for row, points in zip(rows, parts, strict=True):
            found[row] = points
    return found


def _parsed(text: str) -> Array | None:
    match = _LINE.fullmatch(text)
    if match is None:
        return None
    try:
        points = np.array([pair.split()[:2] for pair in match[1].split(",")], np.float64)
    except ValueError:
        return None
    usable = points.ndim == 2 and points.shape[0] >= 2 and np.isfinite(points).all()
    return points if usable and points.shape[1] == 2 else None


def _lanes(folder: Path, faults: Faults, link_rows: dict[str, int], uses: Uses) -> StreetLanes:
    needed = ("lane_id", "link_id", "lane_num")
    sheet = read_optional(folder, "lane", faults, required=needed)
    if sheet is None:
        return StreetLanes.empty()
    sheet.keys("lane_id")
    turns = {word: turn for turn, word in ARROW_WORDS.items()}
    arrows = np.zeros(len(sheet), np.int16)
    for row, text in enumerate(sheet.text("arrows")):
        for word in filter(None, text.split(";")):
            if word not in turns:
                sheet.fault(row, "arrows", f"must be of {', '.join(turns)}")
            else:
                arrows[row] |= turns[word]
    stated = np.array(sheet.text("arrows_source"), np.str_) != ""
    return StreetLanes(
        link=sheet.rows_of("link_id", link_rows, "link.csv"),
        number=sheet.whole("lane_num", low=-_MOST_LANES, high=_MOST_LANES),
        vehicles=uses.column(sheet, "allowed_uses"),
        arrows=arrows,
        source=np.where(stated | (arrows > 0), _sources(sheet, "arrows_source"), Source.DEFAULT),
    )


def _movements(
    folder: Path,
    faults: Faults,
    link_rows: dict[str, int],
    node_rows: dict[str, int],
    links: StreetLinks,
) -> tuple[StreetMovements, list[str]]:
    """Return the movements, and the ids of those left out since their links do not meet."""
    needed = ("mvmt_id", "node_id", "ib_link_id", "ob_link_id", "type")
    sheet = read_optional(folder, "movement", faults, required=needed)
    if sheet is None:
        return StreetMovements.empty(), []
    sheet.keys("mvmt_id")
    node = sheet.rows_of("node_id", node_rows, "node.csv")
    into = sheet.rows_of("ib_link_id", link_rows, "link.csv")
    out = sheet.rows_of("ob_link_id", link_rows, "link.csv")
    meets = meeting(node, into, out, links.tail, links.head)
    kind = np.zeros(len(sheet), np.int8)
    for row, word in enumerate(sheet.text("type")):
        if word.lower() not in KIND_OF_TYPE:
            sheet.fault(row, "type", f"must be one of {', '.join(KIND_OF_TYPE)}")
        else:
            kind[row] = KIND_OF_TYPE[word.lower()]
    lanes: dict[str, Array] = {}
    for side, name in (("ib", "lane"), ("ob", "to_lane")):
        limits = {"low": -_MOST_LANES, "high": _MOST_LANES, "missing": 0}
        first = sheet.whole(f"start_{side}_lane", **limits)
        last = sheet.whole(f"end_{side}_lane", **limits)
        lanes |= {f"first_{name}": first, f"last_{name}": np.where(last == 0, first, last)}
    ids = np.array(sheet.ids("mvmt_id"), np.str_)
    found = StreetMovements(
        id=ids,
        from_link=into,
        to_link=out,
        kind=kind,
        signalised=np.array(
            [w.lower().startswith("signal") for w in sheet.text("ctrl_type")], bool
        ),
        **lanes,
    )
    return found.take(meets), ids[~meets].tolist()


def meeting(node: Array, into: Array, out: Array, tail: Array, head: Array) -> Array:
    """Return whether the links of each movement meet at its node, bool; unknown ids do (-1)."""
    known = (node >= 0) & (into >= 0) & (out >= 0)
    return np.asarray(~known | ((head[into] == node) & (tail[out] == node)))


def _hours(sheet: Sheet) -> tuple[Array, Array]:
    """Return start and end of each row's hours, int64, s; report what is no time of day."""
    found = np.zeros((len(sheet), 2), np.int64)
    for row, text in enumerate(sheet.text("time_day")):
        parsed = parse_time_day(text)
        if parsed is None:
            sheet.fault(row, "time_day", "must be days and hours, as 01111100_0700_0900")
        else:
            found[row] = parsed[1:]
    return found[:, 0], found[:, 1]


def _banned_hours(folder: Path, faults: Faults, movement_rows: dict[str, int]) -> BannedHours:
    """Return the rows of ``movement_tod`` that open a movement to no vehicle."""
    needed = ("mvmt_tod_id", "mvmt_id", "time_day", "allowed_uses")
    sheet = read_optional(folder, "movement_tod", faults, required=needed)
    if sheet is None:
        return BannedHours.empty()
    rows = sheet.rows_of("mvmt_id", movement_rows, "movement.csv")
    start_s, end_s = _hours(sheet)
    closed = Uses({}, frozenset()).column(sheet, "allowed_uses") == Vehicle(0)
    return BannedHours(movement=rows[closed], start_s=start_s[closed], end_s=end_s[closed])


def _speed_hours(
    folder: Path, faults: Faults, link_rows: dict[str, int], config: Config
) -> SpeedHours:
    needed = ("link_tod_id", "link_id", "time_day")
    sheet = read_optional(folder, "link_tod", faults, required=needed)
    if sheet is None:
        return SpeedHours.empty()
    rows = sheet.rows_of("link_id", link_rows, "link.csv")
    start_s, end_s = _hours(sheet)
    speed_mps = sheet.number("free_speed", above=0) * config.mps_of_speed
    given = ~np.isnan(speed_mps)
    return SpeedHours(
        link=rows[given], start_s=start_s[given], end_s=end_s[given], speed_mps=speed_mps[given]
    )


def _path_bans(folder: Path, faults: Faults, link_rows: dict[str, int]) -> PathBanSteps:
    needed = ("path_ban_id", "step", "link_id", "time_day")
    sheet = read_optional(folder, "path_ban", faults, required=needed)
    if sheet is None:
        return PathBanSteps.empty()
    start_s, end_s = _hours(sheet)
    link = sheet.rows_of("link_id", link_rows, "link.csv")
    step = sheet.whole("step", low=1, high=10_000)
    names, ban = np.unique(sheet.ids("path_ban_id"), return_inverse=True)
    first = np.full(names.size, len(sheet))
    np.minimum.at(first, ban, np.arange(len(sheet)))
    order = np.lexsort((step, first[ban]))
    _, number = np.unique(first[ban][order], return_inverse=True)
    return PathBanSteps(ban=number, link=link[order], start_s=start_s[order], end_s=end_s[order])


def _notes(both: Array, apart: list[str]) -> tuple[Note, ...]:
    notes = []
    if both.size:
        notes.append(
            Note(
                "gmns_links_both_ways",
                en=f"Links that run both ways, made two each: {both.size}.",
                zh=f"双向路段，各拆为两条：{both.size} 条。",
            )
        )
    if apart:
        named = ", ".join(apart[:_NAMED]) + (", ..." if len(apart) > _NAMED else "")
        notes.append(
            Note(
                "gmns_movements_apart",
                en=f"Movements whose links do not meet at their node, left out: {len(apart)} "
                f"({named}).",
                zh=f"进出路段不在该节点相接而略去的转向：{len(apart)} 个（{named}）。",
            )
        )
    return tuple(notes)
