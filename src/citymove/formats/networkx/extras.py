"""What an osmnx graph has no word for: kept as plain text, numbers and one JSON text.

Edges and nodes carry the columns of `Links` and `Nodes` as ``citymove_<column>``; the graph's
``citymove`` is a JSON text with the plane, turn bans, arrows of lanes, timed speeds and signals,
which name links by ``citymove_id``. All of it survives `osmnx.save_graphml` and `load_graphml`.
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final, TypeVar

import numpy as np

from citymove.facts.roads import (
    LaneTurns,
    Links,
    PathBans,
    Roads,
    SignalNodes,
    TimedSpeeds,
    TurnBans,
)
from citymove.foundation.crs import LocalPlane
from citymove.foundation.errors import InputError
from citymove.foundation.table import Table

Array = np.ndarray[Any, Any]
TableT = TypeVar("TableT", bound=Table)

PREFIX: Final = "citymove_"
ID: Final = f"{PREFIX}id"
OPEN_END: Final = f"{PREFIX}open_end"
GRAPH: Final = "citymove"
VERSION: Final = 1
# What the graph itself says: ends by its nodes, the name by its own attribute.
LINK_COLUMNS: Final = tuple(
    name for name in Links.column_names() if name not in ("tail", "head", "name", "open")
)
NODE_COLUMNS: Final = ("lost_streets", "lost_service_roads")
_TABLES: Final[dict[str, tuple[type[Table], tuple[str, ...]]]] = {
    "turn_bans": (TurnBans, ("from_link", "to_link")),
    "lane_turns": (LaneTurns, ("link",)),
    "timed_speeds": (TimedSpeeds, ("link",)),
}


def edge_extras(roads: Roads, link: int, link_id: str) -> dict[str, Any]:
    """Return the attributes of one edge that keep its link exactly."""
    found: dict[str, Any] = {ID: link_id}
    for name in LINK_COLUMNS:
        value = getattr(roads.links, name)[link].item()
        if value == value:  # an unknown capacity is NaN, which tables of edges drop
            found[PREFIX + name] = value
    return found


def read_edge_extras(data: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what an edge keeps of its link, by column, and its ``id``; None where any is gone."""
    exact = {"capacity_vph": math.nan}
    exact.update(
        (name, data[PREFIX + name]) for name in ("id", *LINK_COLUMNS) if PREFIX + name in data
    )
    return exact if len(exact) == 1 + len(LINK_COLUMNS) else None


def graph_extras(roads: Roads, plane: LocalPlane, ids: Array, kept: Array) -> str:
    """Return what the graph as a whole keeps, JSON; `kept` tells which links are edges."""
    said: dict[str, Any] = {
        "version": VERSION,
        "plane": [plane.lon0, plane.lat0],
        "links": int(np.count_nonzero(kept)),
        "closed_links_left_out": int(np.count_nonzero(~kept)),
    }
    for key, (kind, of_links) in _TABLES.items():
        table = getattr(roads, key)
        columns = [
            ids[getattr(table, name)] if name in of_links else getattr(table, name)
            for name in kind.column_names()
        ]
        stays = np.ones(len(table), bool)
        for name in of_links:
            stays &= kept[getattr(table, name)]
        said[key] = [[c[row].item() for c in columns] for row in np.flatnonzero(stays)]
    bans = roads.path_bans
    said["path_bans"] = [
        [
            ids[bans.sequence(row)].tolist(),
            *(int(getattr(bans, name)[row]) for name in ("relation_id", "start_s", "end_s")),
        ]
        for row in range(len(bans))
        if np.all(kept[bans.sequence(row)])
    ]
    signals = roads.signal_nodes
    said["signal_nodes"] = [
        [getattr(signals, name)[row].item() for name in _SIGNAL_COLUMNS]
        for row in range(len(signals))
    ]
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


# a signal's node is found again by its OSM id
_SIGNAL_COLUMNS: Final = tuple(name for name in SignalNodes.column_names() if name != "node")


@dataclass(frozen=True)
class GraphExtras:
    """The JSON text of a graph, read."""

    plane: LocalPlane
    said: Mapping[str, Any]


def read_graph_extras(text: Any) -> GraphExtras:
    """Return what a graph's ``citymove`` says; raise `InputError` where it cannot be read."""
    try:
        said = json.loads(text)
        version = said["version"]
        plane = LocalPlane(*(float(value) for value in said["plane"]))
    except (TypeError, ValueError, KeyError) as error:
        raise InputError(
            "cannot be read",
            value=f'graph["{GRAPH}"]: {error}',
            remedy="remove the attribute to read the graph as one of osmnx",
        ) from None
    if version != VERSION:
        raise InputError(f"must be of version {VERSION}", value=f'graph["{GRAPH}"]: {version}')
    return GraphExtras(plane, said)


def with_tables(
    roads: Roads, extras: GraphExtras, link_of_id: Mapping[str, int]
) -> tuple[Roads, int]:
    """Return the roads with the tables of a graph, and how many rows name an edge that is gone.

    Parameters
    ----------
    roads
        As read from the edges.
    extras
        Of the graph.
    link_of_id
        Row of the link that has a ``citymove_id``.
    """
    said = extras.said
    tables: dict[str, Any] = {}
    gone = 0
    try:
        for key, (kind, of_links) in _TABLES.items():
            names = kind.column_names()
            linked = [names.index(name) for name in of_links]
            rows = [list(row) for row in said[key]]
            kept = [row for row in rows if all(row[at] in link_of_id for at in linked)]
            gone += len(rows) - len(kept)
            for row in kept:
                for at in linked:
                    row[at] = link_of_id[row[at]]
            tables[key] = _table(kind, names, kept)
        paths = [row for row in said["path_bans"] if all(link in link_of_id for link in row[0])]
        gone += len(said["path_bans"]) - len(paths)
        tables["path_bans"] = PathBans.of(
            [[link_of_id[link] for link in row[0]] for row in paths],
            *(np.array([row[at] for row in paths], np.int64) for at in (1, 2, 3)),
        )
        tables["signal_nodes"] = _signals(roads, said["signal_nodes"])
    except (TypeError, ValueError, KeyError, IndexError, OverflowError) as error:
        raise InputError(
            "cannot be read",
            value=f'graph["{GRAPH}"]: {error}',
            remedy="remove the attribute to read the graph as one of osmnx",
        ) from None
    _check_turns(roads, tables["turn_bans"])
    return replace(roads, **tables), gone


def _table(kind: type[TableT], names: Iterable[str], rows: list[list[Any]]) -> TableT:
    dtypes = {spec.name: spec.metadata["dtype"] for spec in fields(kind) if spec.metadata}
    return kind(**{n: np.array([row[i] for row in rows], dtypes[n]) for i, n in enumerate(names)})


def _signals(roads: Roads, rows: list[list[Any]]) -> SignalNodes:
    """Return the signals kept with the graph, and those of its nodes that are not among them."""
    known = {int(node): row for row, node in enumerate(roads.nodes.osm_id)}
    ways = set(roads.links.way_id.tolist())
    kept = [row for row in rows if row[_SIGNAL_COLUMNS.index("way_id")] in ways]
    exact = _table(
        SignalNodes,
        (*_SIGNAL_COLUMNS, "node"),
        [[*row, known.get(row[0], -1)] for row in kept],
    )
    others = roads.signal_nodes
    added = exact.append(others.take(~np.isin(others.osm_id, exact.osm_id)))
    return added.take(np.argsort(added.osm_id, kind="stable"))


def _check_turns(roads: Roads, bans: TurnBans) -> None:
    apart = np.flatnonzero(roads.links.head[bans.from_link] != roads.links.tail[bans.to_link])
    if apart.size:
        raise InputError(
            "must ban a turn between two links that meet",
            value=f'graph["{GRAPH}"]: turn ban {int(apart[0])}',
            remedy="export the graph again",
        )
