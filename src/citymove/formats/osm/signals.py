"""Signal nodes on roads: junctions' signals, and those of a pedestrian crossing alone."""

from typing import Any

import numpy as np

from citymove.facts.roads import SignalKind, SignalNodes
from citymove.formats.osm.positions import NodeTable
from citymove.formats.osm.splitting import Runs
from citymove.formats.osm.tags import Tags
from citymove.formats.osm.tally import Tally

Array = np.ndarray[Any, Any]

# Crossings of the United Kingdom with a signal carry an animal's name.
_SIGNALLED = frozenset(("traffic_signals", "pelican", "puffin", "toucan", "pegasus"))


def signal_kind(tags: Tags) -> SignalKind | None:
    """Return what a node's signal controls, None where there is none.

    ``highway=traffic_signals`` is a junction's signal, unless ``traffic_signals`` says it is a
    crossing's; with a signalled crossing at the same node it may be either. ``highway=crossing``,
    or no highway tag, with a signalled crossing is a crossing's.
    """
    signalled = tags.get("crossing") in _SIGNALLED or tags.get("crossing:signals") == "yes"
    if tags.get("highway") == "traffic_signals":
        if tags.get("traffic_signals") in ("pedestrian_crossing", "crossing_only"):
            return SignalKind.CROSSING
        return SignalKind.EITHER if signalled else SignalKind.JUNCTION
    if tags.get("highway", "crossing") != "crossing":
        return None
    return SignalKind.CROSSING if signalled else None


def faced_direction(tags: Tags) -> int:
    """Return whom a signal faces: 1 traffic with its way's node order, -1 against it, 0 unknown."""
    stated = tags.get("traffic_signals:direction", tags.get("direction", ""))
    return {"forward": 1, "backward": -1}.get(stated, 0)


def signal_nodes(
    tagged: tuple[tuple[int, Tags], ...],
    nodes: NodeTable,
    runs: Runs,
    kept_pass: Array,
    way_id: Array,
    node_row: Array,
    x_m: Array,
    y_m: Array,
    tally: Tally,
) -> SignalNodes:
    """Return the signals that stand on kept roads, sorted by OSM id.

    Parameters
    ----------
    tagged
        Tagged nodes of the extract.
    nodes
        The node table.
    runs
        Nodes along drivable ways.
    kept_pass
        bool [rows of runs], whether a kept link holds this pass of the node.
    way_id
        int64 [ways], OSM ids of the drivable ways.
    node_row
        int64 [nodes], row in `Nodes` of the roads, -1 where no kept link ends.
    x_m, y_m
        float64 [nodes].
    tally
        Takes the counts.
    """
    found = [
        (i, kind, faced_direction(tags))
        for i, tags in tagged
        if (kind := signal_kind(tags)) is not None
    ]
    ids = np.array([i for i, _, _ in found], np.int64)
    kinds = np.array([kind for _, kind, _ in found], np.int8)
    faced = np.array([direction for _, _, direction in found], np.int8)
    first = np.full(nodes.id.size, -1, np.int64)
    passes = np.flatnonzero(kept_pass)[::-1]
    first[runs.node[passes]] = passes  # the last one written is the first along the ways
    row = nodes.rows_of(ids)
    on_road = (row >= 0) & (first[row] >= 0) if first.size else np.zeros(ids.size, bool)
    row, kinds, faced = row[on_road], kinds[on_road], faced[on_road]
    at = first[row]
    tally.add("signal_nodes_found", ids.size)
    tally.add("signal_nodes", row.size)
    tally.add("signal_nodes_of_crossings", np.count_nonzero(kinds == SignalKind.CROSSING))
    tally.add("signal_nodes_of_either", np.count_nonzero(kinds == SignalKind.EITHER))
    tally.add("signal_nodes_off_roads", ids.size - row.size)
    return SignalNodes(
        osm_id=nodes.id[row],
        kind=kinds,
        node=node_row[row],
        way_id=way_id[runs.way[at]],
        way_at_m=runs.at_m[at],
        x_m=x_m[row],
        y_m=y_m[row],
        direction=faced,
    )
