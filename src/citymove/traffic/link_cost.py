"""The assignment network of a prepared city: its roads, its connectors and what they cost.

Nodes are the centroids (zones, then gateways) and then the road nodes. Links are the road
links in their rows, then the connectors out of centroids, then those into them, each in the
order of `Prepared.connectors`.

- A signalised approach takes its running time and the HCM control delay; its capacity is the
  saturation flow, its analysis period the length of the slice within 15 min and 1 h: HCM's
  delay of oversaturation grows with the period, and a longer one would charge each driver
  with a queue that a slice of one hour never lets grow.
- Any other link follows the BPR function with b = 0.15 and power 4 in all classes (Bureau of
  Public Roads 1964, "Traffic Assignment Manual"). The manual's capacity is the practical one,
  below the one meant here, so times between the two come out low rather than high.
- A connector takes a constant time and bears any volume.
- A closed link keeps its row; no turn leads to it, so nothing is assigned to it.
- Turns and running times are those of each slice, since bans and speed limits have their hours.
"""

from typing import Any

import numpy as np

from citymove.foundation.errors import InputError
from citymove.paths.graph import Turns
from citymove.prepare.prepared import Prepared, TurnGraph
from citymove.traffic.network import AssignmentNetwork, LinkFunction

Array = np.ndarray[Any, Any]

BPR_B, BPR_POWER = 0.15, 4.0
SHORTEST_PERIOD_H, LONGEST_PERIOD_H = 0.25, 1.0


def assignment_network(prepared: Prepared) -> AssignmentNetwork:
    """Return the network of a prepared city; times in s, capacities in veh/h.

    Parameters
    ----------
    prepared
        Derived arrays of a city. A road link's row is the same in both.

    Returns
    -------
    AssignmentNetwork
        Its zones are the city's centroids, `prepared.city.centroid_count`.

    Raises
    ------
    InputError
        Where a signalised approach has no green: nothing could pass, at no finite delay.
    """
    links = prepared.city.roads.links
    leaving, arriving = _connector_rows(prepared)
    connectors = prepared.connectors
    centroids = prepared.city.centroid_count
    roads, extra = prepared.link_count, leaving.size + arriving.size
    slices = len(prepared.slices)
    tail = np.concatenate(
        [
            links.tail + centroids,
            connectors.centroid[leaving],
            connectors.node[arriving] + centroids,
        ]
    )
    head = np.concatenate(
        [
            links.head + centroids,
            connectors.node[leaving] + centroids,
            connectors.centroid[arriving],
        ]
    )
    parameters = np.zeros((slices, roads + extra, 3))
    parameters[:, :roads] = _road_parameters(prepared)
    constant_time = connectors.time_s[np.concatenate([leaving, arriving])]
    return AssignmentNetwork(
        zone_count=centroids,
        node_count=centroids + len(prepared.city.roads.nodes),
        first_through_node=centroids,
        tail=tail,
        head=head,
        function=np.concatenate(
            [
                np.where(_signalised(prepared), LinkFunction.SIGNAL, LinkFunction.BPR),
                np.full(extra, LinkFunction.CONSTANT),
            ]
        ),
        free_time=np.concatenate(
            [prepared.running_time_s, np.broadcast_to(constant_time, (slices, extra))], axis=1
        ),
        capacity=np.broadcast_to(
            np.concatenate([prepared.capacity_vph, np.full(extra, np.inf)]), (slices, roads + extra)
        ),
        parameters=parameters,
        fixed_cost=np.zeros(roads + extra),
        turns=tuple(_turns(prepared, graph, leaving, arriving) for graph in prepared.turns),
        turns_of_slice=prepared.turns_of_slice,
    )


def _connector_rows(prepared: Prepared) -> tuple[Array, Array]:
    connectors = prepared.connectors
    return np.flatnonzero(connectors.leaves), np.flatnonzero(connectors.arrives)


def _signalised(prepared: Prepared) -> Array:
    """Return which road links end at a signal, bool [links]."""
    return np.asarray((prepared.cycle_s > 0).any(axis=0))


def _road_parameters(prepared: Prepared) -> Array:
    """Return the parameters of road links, float64 [slices, links, 3]."""
    slices, roads = len(prepared.slices), prepared.link_count
    parameters = np.zeros((slices, roads, 3))
    parameters[:, :, 0] = BPR_B
    parameters[:, :, 1] = BPR_POWER
    signalised = _signalised(prepared)
    cycle, green = prepared.cycle_s[:, signalised], prepared.green_s[:, signalised]
    bad = np.argwhere(~((cycle > 0) & (green > 0)))
    if bad.size:
        k, column = bad[0]
        link = np.flatnonzero(signalised)[column]
        raise InputError(
            "a signalised approach needs a cycle and a green in every slice",
            value=f"cycle {cycle[k, column]:g} s, green {green[k, column]:g} s "
            f"(link {link}, slice {k})",
            remedy="give the approach a stage, or close the link",
        )
    period_h = np.clip(prepared.slices.hours, SHORTEST_PERIOD_H, LONGEST_PERIOD_H)
    parameters[:, signalised, 0] = cycle
    parameters[:, signalised, 1] = np.minimum(green / cycle, 1.0)
    parameters[:, signalised, 2] = period_h[:, None]
    return parameters


def _turns(prepared: Prepared, turns: TurnGraph, leaving: Array, arriving: Array) -> Turns:
    """Return the turns between roads and connectors.

    A connector out of a centroid leads to every open link at its node, every state of an open
    link to all connectors into a centroid at its head, and the one connector straight to the
    other where two centroids share a node. Connectors come before the states that are no links.
    """
    links, connectors = prepared.city.roads.links, prepared.connectors
    roads, states = prepared.link_count, turns.state_link.size
    first_arriving = roads + leaving.size
    total = first_arriving + arriving.size
    row = np.arange(states)
    row[roads:] += total - roads
    is_open = np.flatnonzero(links.open)
    open_state = np.flatnonzero(links.open[turns.state_link])
    out_of = _joined(connectors.node[leaving], links.tail[is_open])
    into = _joined(links.head[turns.state_link[open_state]], connectors.node[arriving])
    across = _joined(connectors.node[leaving], connectors.node[arriving])
    between = connectors.centroid[leaving[across[0]]] != connectors.centroid[arriving[across[1]]]
    turn_from = np.concatenate(
        [
            np.repeat(row, np.diff(turns.start)),
            roads + out_of[0],
            row[open_state[into[0]]],
            roads + across[0][between],
        ]
    )
    turn_to = np.concatenate(
        [
            row[turns.to_state],
            is_open[out_of[1]],
            first_arriving + into[1],
            first_arriving + across[1][between],
        ]
    )
    order = np.lexsort((turn_to, turn_from))
    return Turns(
        start=np.searchsorted(turn_from[order], np.arange(total + states - roads + 1)),
        to=turn_to[order],
        state_link=np.concatenate([np.arange(total), turns.state_link[roads:]]),
    )


def _joined(left: Array, right: Array) -> tuple[Array, Array]:
    """Return all pairs of rows whose values are equal, sorted by the left row, then the right."""
    by_value = np.argsort(right, kind="stable")
    low = np.searchsorted(right[by_value], left, side="left")
    high = np.searchsorted(right[by_value], left, side="right")
    count = high - low
    rows = np.repeat(np.arange(left.size), count)
    within = np.arange(rows.size) - np.repeat(np.cumsum(count) - count, count)
    return rows, by_value[np.repeat(low, count) + within]
