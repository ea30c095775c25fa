"""A GMNS folder read as an assignment network, and its table of demand.

GMNS states no cost function. Packages that assign on it (GMNS Plus) add columns to ``link.csv``:
``vdf_fftt`` the free-flow time in minutes, ``vdf_alpha`` and ``vdf_beta`` of the BPR function,
``vdf_length_mi`` and ``vdf_toll``. They are read where they stand. Times are minutes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from citymove.facts.network_tables import DemandTable, NetworkTable, TurnTable
from citymove.facts.roads import Vehicle
from citymove.formats.gmns.config import Config, read_config
from citymove.formats.gmns.read import (
    LINK_COLUMNS,
    NODE_COLUMNS,
    both_ways,
    read_uses,
)
from citymove.formats.gmns.sheets import Faults, Sheet, read_optional, read_sheet
from citymove.foundation.errors import InputError
from citymove.foundation.note import Note
from citymove.foundation.table import frozen_array

Array = np.ndarray[Any, Any]

# Bureau of Public Roads (1964), where the folder states no parameters.
DEFAULT_ALPHA, DEFAULT_BETA = 0.15, 4.0
_NO_ZONE = frozenset(("", "0", "-1"))
_MIN_OF_S = 1 / 60


@dataclass(frozen=True, eq=False, kw_only=True)
class GmnsAssignment:
    """A network to assign demand to.

    Parameters
    ----------
    table
        Links that cars may use; times in minutes, lengths as the folder states them (miles where
        ``vdf_length_mi`` does), capacities of whole links.
    turns
        Permitted turns; None where the folder bans none.
    node_ids, link_ids, zone_ids
        text, ids of the rows.
    notes
        What was left out or assumed.
    """

    table: NetworkTable
    turns: TurnTable | None
    node_ids: Array
    link_ids: Array
    zone_ids: Array
    notes: tuple[Note, ...]

    def __post_init__(self) -> None:
        for name in ("node_ids", "link_ids", "zone_ids"):
            object.__setattr__(self, name, frozen_array(getattr(self, name), np.str_))


def is_gmns(path: Path) -> bool:
    """Return whether a path names a GMNS network: a folder, or the ``link.csv`` of one."""
    return path.is_dir() or path.name.lower() == "link.csv"


def read_gmns_assignment(path: Path) -> GmnsAssignment:
    """Read a GMNS network for an assignment.

    Zones are the nodes with a ``zone_id`` (0 and -1 mean none). A zone whose links are all
    connectors, by ``facility_type`` or since they take no time, carries no through traffic. At a
    node that ``movement.csv`` speaks of, other turns are banned.

    Parameters
    ----------
    path
        The folder, or the ``link.csv`` in it.

    Raises
    ------
    InputError, InputErrors
        As `read.read_gmns` does, and: a capacity is missing or not > 0, neither time nor speed and
        length are given, a zone stands on two nodes, no node has a zone.
    """
    folder = path if path.is_dir() else path.parent
    faults = Faults()
    config = read_config(folder, faults)
    nodes = read_sheet(folder, "node", faults, required=NODE_COLUMNS)
    links = read_sheet(folder, "link", faults, required=(*LINK_COLUMNS, "capacity"))
    node_rows, link_rows = nodes.keys("node_id"), links.keys("link_id")
    ends = [links.rows_of(f"{end}_node_id", node_rows, "node.csv") for end in ("from", "to")]
    by_car = (read_uses(folder, faults).column(links, "allowed_uses") & Vehicle.CAR) > 0
    costs = _Costs.of(links, by_car, config)
    zone_of = _zones(nodes)
    back = both_ways(links)
    faults.finish()
    rows = np.concatenate([np.flatnonzero(by_car), back[by_car[back]]])
    forward = int(by_car.sum())
    reverse = np.arange(rows.size) >= forward
    tail = np.where(reverse, ends[1][rows], ends[0][rows])
    head = np.where(reverse, ends[0][rows], ends[1][rows])
    tied = (costs.free_time[rows] == 0) | _connectors(links)[rows]
    order, first_through = _node_order(len(nodes), zone_of, tail, head, tied)
    place = np.empty(len(nodes), np.int64)
    place[order] = np.arange(len(nodes))
    ids = np.array(links.ids("link_id"), dtype=object)[rows]
    link_ids = [
        f"{name}/reverse" if back else name for name, back in zip(ids, reverse, strict=True)
    ]
    turns = _turns(folder, faults, node_rows, link_rows, rows, tail, head)
    faults.finish()
    zones = [zone for node in order if (zone := zone_of.get(int(node)))]
    return GmnsAssignment(
        table=NetworkTable(
            name=folder.name,
            zone_count=len(zones),
            node_count=len(nodes),
            first_through_node=first_through,
            tail=place[tail],
            head=place[head],
            **{name: getattr(costs, name)[rows] for name in _Costs.__slots__},
            speed=np.zeros(rows.size),
            link_type=np.zeros(rows.size),
        ),
        turns=turns,
        node_ids=np.array(nodes.ids("node_id"), np.str_)[order],
        link_ids=np.array(link_ids, np.str_),
        zone_ids=np.array(zones, np.str_),
        notes=_notes(config, links, rows, by_car, _hours_left_out(folder, faults)),
    )


@dataclass(frozen=True, slots=True)
class _Costs:
    """Columns of `NetworkTable` for all links of the file."""

    capacity: Array
    length: Array
    free_time: Array
    b: Array
    power: Array
    toll: Array

    @classmethod
    def of(cls, links: Sheet, by_car: Array, config: Config) -> "_Costs":
        def needed(row: int) -> bool:
            return bool(by_car[row])

        capacity = links.number("capacity", needed=needed, least=0)
        for row in np.flatnonzero(by_car & (capacity == 0)).tolist():
            links.fault(row, "capacity", "must be > 0", "close the link to cars instead")
        lanes = links.number("lanes", least=0)
        lanes = np.where(lanes > 0, lanes, 1.0)
        own_length = links.number("length", least=0)
        length = links.number("vdf_length_mi", least=0)
        for row in np.flatnonzero(~np.isin(_or(links.number("vdf_plf"), 1.0), 1.0)).tolist():
            links.fault(row, "vdf_plf", "must be 1", "divide the capacity by it instead")
        return cls(
            capacity=capacity * lanes,
            length=np.nan_to_num(np.where(np.isnan(length), own_length, length)),
            free_time=_free_time(links, own_length, by_car, config),
            b=_or(links.number("vdf_alpha", least=0), DEFAULT_ALPHA),
            power=_or(links.number("vdf_beta", least=0), DEFAULT_BETA),
            toll=np.nan_to_num(_first(links, ("vdf_toll", "vdf_toll_auto", "toll"))),
        )


def _or(values: Array, default: float) -> Array:
    return np.where(np.isnan(values), default, values)


def _first(links: Sheet, names: tuple[str, ...]) -> Array:
    """Return the first of these columns that a row has a number in."""
    found = np.full(len(links), np.nan)
    for name in names:
        found = np.where(np.isnan(found), links.number(name, least=0), found)
    return found


def _free_time(links: Sheet, length: Array, by_car: Array, config: Config) -> Array:
    """Return the free-flow time, min: stated, else length over speed."""
    stated = links.number("vdf_fftt", least=0)
    speed = links.number("free_speed", least=0)
    unknown = by_car & np.isnan(stated)
    for row in np.flatnonzero(unknown & ~(speed > 0)).tolist():
        links.fault(row, "free_speed", "must be > 0 where vdf_fftt is not given")
    for row in np.flatnonzero(unknown & np.isnan(length)).tolist():
        links.fault(row, "length", "must be given where vdf_fftt is not")
    length_m, speed_mps = length * config.metres_of_length, speed * config.mps_of_speed
    derived = length_m / np.where(speed_mps > 0, speed_mps, np.nan) * _MIN_OF_S
    return np.where(np.isnan(stated), derived, stated)


def _connectors(links: Sheet) -> Array:
    """Return which links are connectors by their type, bool."""
    words = ("connector", "centroid")
    types = [text.lower() for text in links.text("facility_type")]
    return np.array([any(word in text for word in words) for text in types], bool)


def _zones(nodes: Sheet) -> dict[int, str]:
    """Return the zone of each node that is a centroid; report zones on two nodes."""
    found: dict[int, str] = {}
    first: dict[str, int] = {}
    for row, zone in enumerate(nodes.ids("zone_id")):
        if zone in _NO_ZONE:
            continue
        if zone in first:
            nodes.fault(
                row,
                "zone_id",
                f"must stand on one node, and stands in line {nodes.line[first[zone]]} too",
                "name the zone at its centroid alone",
            )
            continue
        first[zone] = row
        found[row] = zone
    if not found:
        nodes.faults.add(
            InputError(
                "must be given at the centroid of each zone",
                file=nodes.path,
                value="zone_id",
                remedy="write the id of each zone at the node where its trips begin and end",
            )
        )
    return found


def _node_order(
    count: int, zone_of: Mapping[int, str], tail: Array, head: Array, tied: Array
) -> tuple[Array, int]:
    """Return the nodes with centroids first, and how many of these carry no through traffic.

    A centroid carries none where it has links and all of them are connectors (`tied`). Those come
    first.
    """
    ends = np.concatenate([tail, head])
    links = np.bincount(ends, minlength=count)
    ties = np.bincount(ends, np.tile(tied, 2), minlength=count)
    zones = np.array(list(zone_of), np.int64)
    closed = (links[zones] > 0) & (ties[zones] == links[zones])
    others = np.setdiff1d(np.arange(count), zones)
    return np.concatenate([zones[closed], zones[~closed], others]), int(closed.sum())


def _turns(
    folder: Path,
    faults: Faults,
    node_rows: Mapping[str, int],
    link_rows: Mapping[str, int],
    rows: Array,
    tail: Array,
    head: Array,
) -> TurnTable | None:
    """Return the permitted turns: those listed, and all at nodes that no movement speaks of.

    Parameters
    ----------
    rows
        The row in ``link.csv`` of each link; of a link both ways two have the same.
    tail, head
        Rows of ``node.csv``, by link.
    """
    needed = ("mvmt_id", "node_id", "ib_link_id", "ob_link_id")
    sheet = read_optional(folder, "movement", faults, required=needed)
    if sheet is None or not len(sheet):
        return None
    node = sheet.rows_of("node_id", node_rows, "node.csv")
    into = sheet.rows_of("ib_link_id", link_rows, "link.csv")
    out = sheet.rows_of("ob_link_id", link_rows, "link.csv")
    faults.finish()
    spoken = np.zeros(len(node_rows), bool)
    spoken[node] = True
    listed = set(zip(node.tolist(), into.tolist(), out.tolist(), strict=True))
    leaving: dict[int, list[int]] = {}
    for link, start in enumerate(tail.tolist()):
        leaving.setdefault(start, []).append(link)
    pairs = [
        (a, b)
        for a, at in enumerate(head.tolist())
        for b in leaving.get(at, [])
        if not spoken[at] or (at, int(rows[a]), int(rows[b])) in listed
    ]
    joined = np.array(pairs, np.int64).reshape(-1, 2)
    return TurnTable(from_link=joined[:, 0], to_link=joined[:, 1])


def _hours_left_out(folder: Path, faults: Faults) -> int:
    """Return how many movements ``movement_tod`` speaks of."""
    sheet = read_optional(folder, "movement_tod", faults, required=("mvmt_id",))
    return 0 if sheet is None else len(set(sheet.ids("mvmt_id")))


def _notes(
    config: Config, links: Sheet, rows: Array, by_car: Array, hours: int
) -> tuple[Note, ...]:
    notes = list(config.notes)
    if left_out := int(np.sum(~by_car)):
        notes.append(
            Note(
                "gmns_links_not_for_cars",
                en=f"Links that cars may not use, left out: {left_out}.",
                zh=f"小汽车不得使用而略去的路段：{left_out} 条。",
            )
        )
    stated = ~np.isnan(links.number("vdf_alpha")) & ~np.isnan(links.number("vdf_beta"))
    if default := int(np.sum(~stated[rows])):
        notes.append(
            Note(
                "gmns_default_cost_function",
                en=f"Links without vdf_alpha and vdf_beta: {default}; what is missing is "
                f"{DEFAULT_ALPHA:g} and {DEFAULT_BETA:g} (BPR).",
                zh=f"缺少 vdf_alpha 与 vdf_beta 的路段：{default} 条；缺值取 "
                f"{DEFAULT_ALPHA:g} 与 {DEFAULT_BETA:g}（BPR）。",
            )
        )
    if hours:
        notes.append(
            Note(
                "gmns_hours_left_out",
                en=f"Movements restricted at some hours, which the assignment permits: {hours}.",
                zh=f"仅部分时段受限的转向，分配时按允许处理：{hours} 个。",
            )
        )
    return tuple(notes)


def read_gmns_demand(path: Path, zone_ids: Array) -> DemandTable:
    """Read a table of demand: ``o_zone_id``, ``d_zone_id``, ``volume``.

    Parameters
    ----------
    path
        The CSV file.
    zone_ids
        text, zones of the network (`GmnsAssignment.zone_ids`), which number them.

    Raises
    ------
    InputError, InputErrors
        A column is missing; and every cell that is broken: a zone that the network does not have,
        a volume that is missing or negative, a pair given twice.
    """
    faults = Faults()
    sheet = read_sheet(
        path.parent, path.name.removesuffix(".csv"), faults,
        required=("o_zone_id", "d_zone_id", "volume"),
    )  # fmt: skip
    known = {str(zone): row for row, zone in enumerate(zone_ids)}
    origin = sheet.rows_of("o_zone_id", known, "the network's zones")
    destination = sheet.rows_of("d_zone_id", known, "the network's zones")
    trips = sheet.number("volume", needed=True, least=0)
    first: dict[tuple[int, int], int] = {}
    for row, pair in enumerate(zip(origin.tolist(), destination.tolist(), strict=True)):
        if first.setdefault(pair, row) != row and min(pair) >= 0:
            line = sheet.line[first[pair]]
            sheet.fault(row, "d_zone_id", f"is given twice, first in line {line}", "add the two up")
    faults.finish()
    return DemandTable(
        name=path.name,
        zone_count=len(known),
        origin=origin,
        destination=destination,
        trips=trips,
    )
