"""Centroid connectors: where trips of a zone or a gateway enter and leave the roads."""

from typing import Any

import numpy as np

from citymove.facts.city import City
from citymove.facts.roads import RoadClass, Roads, Structure
from citymove.foundation.errors import InputError
from citymove.prepare.prepared import Connectors
from citymove.prepare.reach import Reach
from citymove.signals.junction_nodes import JUNCTION_STREETS, streets_meeting

Array = np.ndarray[Any, Any]

# Judgements: a car gets from a building's exit to the nearest junctions over the straight line
# x 1.3 at 15 km/h, and a zone farther from all roads than 1 km reaches none.
NODES_PER_ZONE = 3
DETOUR = 1.3
SPEED_MPS = 15 / 3.6
FARTHEST_M = 1000.0

_NO_FRONTAGE = (RoadClass.MOTORWAY,)


def connectors(city: City, reach: Reach) -> Connectors:
    """Return the connectors of all zones, then of all gateways.

    A zone is tied to the three nearest nodes where three or more streets meet and an open
    street of the main part of the network, no motorway and no tunnel, begins or ends; where no
    such junction is near, to other nodes of such streets. Trips leave by any of them, and all
    arrive at the nearest at which one can: there their search for a space begins, so that no
    metre of a trip is driven twice and none is skipped. A gateway is tied to its node in no time;
    its weights say which way it leads.

    Parameters
    ----------
    city
        The facts.
    reach
        Links by their place in the network.

    Raises
    ------
    InputError
        A zone reaches no road within `FARTHEST_M`.
    """
    roads, zones = city.roads, city.zones
    leaves, arrives = _usable_nodes(roads, reach)
    junction = streets_meeting(roads) >= JUNCTION_STREETS
    parts = []
    for zone in range(len(zones)):
        distance = np.hypot(roads.nodes.x_m - zones.x_m[zone], roads.nodes.y_m - zones.y_m[zone])
        nodes = _nodes_of_zone(np.round(distance, 3), leaves, arrives, junction)
        if not (leaves[nodes].any() and arrives[nodes].any()):
            raise InputError(
                f"must reach an open road within {FARTHEST_M:g} m",
                value=f"zone {zones.id[zone]}",
                remedy="leave a street near it open, or give it one",
            )
        search_start = nodes[np.argmax(arrives[nodes])]  # the nearest at which trips arrive
        time_s = distance[nodes] * DETOUR / SPEED_MPS
        parts.append((np.full(nodes.size, zone), nodes, time_s, nodes == search_start))
    centroid, node, time_s, ends = (
        np.concatenate([column[i] for column in parts]) if parts else np.empty(0) for i in range(4)
    )
    node = node.astype(np.int64)
    gates = city.gateways
    return Connectors(
        centroid=np.concatenate([centroid, len(zones) + np.arange(len(gates))]),
        node=np.concatenate([node, gates.node]),
        time_s=np.concatenate([time_s, np.zeros(len(gates))]),
        leaves=np.concatenate([leaves[node], gates.inbound_weight > 0]),
        arrives=np.concatenate([ends.astype(np.bool_), gates.outbound_weight > 0]),
    )


def _usable_nodes(roads: Roads, reach: Reach) -> tuple[Array, Array]:
    """Return whether trips may leave a zone, arrive at it, by each node; bool [nodes]."""
    links = roads.links
    usable = (
        reach.main
        & ~np.isin(links.road_class, _NO_FRONTAGE)
        & (links.structure != Structure.TUNNEL)
    )
    leaves, arrives = np.zeros((2, len(roads.nodes)), np.bool_)
    leaves[links.tail[usable]] = True
    arrives[links.head[usable]] = True
    return leaves, arrives


def _nodes_of_zone(distance: Array, leaves: Array, arrives: Array, junction: Array) -> Array:
    """Return the nodes that a zone is tied to, nearest first, of equals the lower row."""
    near = distance <= FARTHEST_M
    for wanted in (near & junction, near):
        rows = np.flatnonzero(wanted & (leaves | arrives))
        rows = rows[np.argsort(distance[rows], kind="stable")]
        chosen = rows[:NODES_PER_ZONE]
        for way in (leaves, arrives):
            able = rows[way[rows]]
            if able.size and not way[chosen].any():
                chosen = np.append(chosen, able[0])
        if leaves[chosen].any() and arrives[chosen].any():
            return chosen
    return chosen
