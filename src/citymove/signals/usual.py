"""Junctions that usually have signals and have none on the map: for the planner to confirm."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.facts.roads import Roads
from citymove.facts.signal_plans import StatedSignals
from citymove.foundation.table import Table, column
from citymove.signals.junction_nodes import joined_names, node_rows
from citymove.signals.presence import signal_junctions
from citymove.signals.tied_lights import Streets
from citymove.signals.usage import arms_at, usual_groups

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False, kw_only=True)
class UsualSignals(Table):
    """Junctions that usually have signals and have none on the map, by `osm_id`.

    Parameters
    ----------
    osm_id
        int64, smallest OSM id of the junction's nodes; a statement (`StatedSignals`) names it.
    node
        int32, its row in `Nodes`.
    name
        text, the names of the roads joined by " / ".
    greater_class, lesser_class
        int8 `RoadClass` of the two roads that cross.
    arms
        int8, how many arms meet.
    divided
        bool, whether the greater road has two carriageways.
    """

    osm_id: Array = column(np.int64)
    node: Array = column(np.int32)
    name: Array = column(np.str_)
    greater_class: Array = column(np.int8)
    lesser_class: Array = column(np.int8)
    arms: Array = column(np.int8)
    divided: Array = column(np.bool_)


def usual_signals(
    roads: Roads, country: str, *, stated: StatedSignals | None = None
) -> UsualSignals:
    """Return the junctions that usually have signals in a country and have none on the map.

    See `usage.usual_groups`. Junctions of which the planner speaks are left out.

    Parameters
    ----------
    roads
        The network.
    country
        ISO 3166-1 alpha-2 code; "": the generic rule.
    stated
        What the planner says already.
    """
    stated = StatedSignals.empty() if stated is None else stated
    streets = Streets.of(roads, np.empty(0, np.int64))
    taken = np.zeros(len(roads.nodes), bool)
    taken[signal_junctions(roads, stated=stated).node] = True
    spoken_of = node_rows(roads, stated.osm_id)
    owner = usual_groups(streets, country, taken=taken, refused=spoken_of[spoken_of >= 0])
    groups = [np.flatnonzero(owner == group) for group in range(int(owner.max(initial=-1)) + 1)]
    if not groups:
        return UsualSignals.empty()
    named = [int(nodes[np.argmin(roads.nodes.osm_id[nodes])]) for nodes in groups]
    arms = [arms_at(streets, nodes) for nodes in groups]
    table = UsualSignals(
        osm_id=roads.nodes.osm_id[named],
        node=np.array(named),
        name=np.array([_name(streets, nodes) for nodes in groups], np.str_),
        greater_class=np.array([a.greater for a in arms]),
        lesser_class=np.array([a.lesser for a in arms]),
        arms=np.array([a.count for a in arms]),
        divided=np.array([a.divided for a in arms]),
    )
    return table.take(np.argsort(table.osm_id))


def _name(streets: Streets, nodes: Array) -> str:
    """Return the names of the roads that meet at these nodes."""
    net = streets.links
    touching = [links for n in nodes.tolist() for links in (net.leaving(n), net.reaching(n))]
    return joined_names(streets.roads, np.concatenate(touching))
