"""Signals as an audit lists them: junctions by what is known of their lights, and crossings."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np

from citymove.facts.roads import Roads
from citymove.facts.signal_plans import StatedSignals
from citymove.foundation.crs import LocalPlane
from citymove.foundation.provenance import Source
from citymove.foundation.table import Table, column, frozen_array
from citymove.prepare.missing import class_weights
from citymove.signals.presence import SignalJunctions, approaches_of, nodes_of, signal_junctions

Array = np.ndarray[Any, Any]


class JunctionState(IntEnum):
    """What is known of a junction's lights."""

    TAGGED = 0  # the map has them
    INFERRED = 1  # the map has none, and such junctions usually have them
    STATED = 2  # the planner says that it has
    STATED_NONE = 3  # the planner says that it has none


@dataclass(frozen=True, eq=False, kw_only=True)
class AuditedJunctions(Table):
    """Junctions that have lights, or may have.

    Parameters
    ----------
    node
        int64, OSM id of the junction's first node, by which a planner speaks of it.
    junction
        text, id in `signals.presence`, "" for none.
    name
        text, the roads that meet.
    x_m, y_m, lon, lat
        float64.
    state
        int8 `JunctionState`.
    weight
        float64, kilometres of the links that lead in, weighted by class.
    """

    node: Array = column(np.int64)
    junction: Array = column(np.str_)
    name: Array = column(np.str_)
    x_m: Array = column(np.float64)
    y_m: Array = column(np.float64)
    lon: Array = column(np.float64)
    lat: Array = column(np.float64)
    state: Array = column(np.int8)
    weight: Array = column(np.float64)


@dataclass(frozen=True, eq=False, kw_only=True)
class AuditedSignals:
    """Signals of a network.

    Parameters
    ----------
    junctions
        By state, then by weight.
    crossing_lights, midblock_lights, refused_lights
        Signal nodes of no junction, see `signals.presence.SignalJunctions`.
    other_x_m, other_y_m
        float64, where these stand.
    """

    junctions: AuditedJunctions
    crossing_lights: int
    midblock_lights: int
    refused_lights: int
    other_x_m: Array
    other_y_m: Array

    def __post_init__(self) -> None:
        for name in ("other_x_m", "other_y_m"):
            object.__setattr__(self, name, frozen_array(getattr(self, name), np.float64))

    def count(self, state: JunctionState) -> int:
        """Return how many junctions are in a state."""
        return int(np.count_nonzero(self.junctions.state == state))


def audited_signals(
    roads: Roads, country: str, stated: StatedSignals, plane: LocalPlane
) -> AuditedSignals:
    """Return the junctions with lights on the map, stated ones, and those that usually have them.

    Parameters
    ----------
    roads
        The network.
    country
        ISO 3166-1 code, "" for none: what is usual.
    stated
        What the planner says.
    plane
        What metres refer to.
    """
    found = signal_junctions(roads, stated=stated, infer_for=country)
    lights = roads.signal_nodes
    other = np.setdiff1d(np.arange(len(lights)), found.light)
    rows = range(len(found))
    junctions = AuditedJunctions(
        node=np.array([roads.nodes.osm_id[nodes_of(found, j)].min() for j in rows], np.int64),
        junction=found.id,
        name=found.name,
        x_m=found.x_m,
        y_m=found.y_m,
        **_degrees(plane, found.x_m, found.y_m),
        state=_states(roads, found, stated),
        weight=np.array([_weight(roads, approaches_of(found, j)) for j in rows], np.float64),
    ).append(_stated_without(roads, stated, plane))
    order = np.lexsort((junctions.node, -junctions.weight, junctions.state))
    return AuditedSignals(
        junctions=junctions.take(order),
        crossing_lights=found.crossing_lights,
        midblock_lights=found.midblock_lights,
        refused_lights=found.refused_lights,
        other_x_m=lights.x_m[other],
        other_y_m=lights.y_m[other],
    )


def _degrees(plane: LocalPlane, x_m: Array, y_m: Array) -> dict[str, Array]:
    lon, lat = plane.to_degrees(x_m, y_m)
    return {"lon": lon, "lat": lat}


def _states(roads: Roads, found: SignalJunctions, stated: StatedSignals) -> Array:
    """Return the state of each junction, int8; the planner's word goes before the map."""
    state = np.where(
        found.source == Source.INFERRED, JunctionState.INFERRED, JunctionState.TAGGED
    ).astype(np.int8)
    said = set(stated.osm_id[stated.present].tolist())
    for row in range(len(found)):
        if said.intersection(roads.nodes.osm_id[nodes_of(found, row)].tolist()):
            state[row] = JunctionState.STATED
    return state


def _weight(roads: Roads, links: Array) -> float:
    table = roads.links
    return float(np.sum(class_weights(table.road_class[links]) * table.length_m[links]) / 1000)


def _stated_without(roads: Roads, stated: StatedSignals, plane: LocalPlane) -> AuditedJunctions:
    """Return the junctions that the planner says have no lights."""
    nodes, links = roads.nodes, roads.links
    at = np.flatnonzero(np.isin(nodes.osm_id, stated.osm_id[~stated.present]))
    leading_in = [np.flatnonzero(links.head == node) for node in at]
    names = [sorted({roads.name_of(int(link)) for link in rows} - {""}) for rows in leading_in]
    return AuditedJunctions(
        node=nodes.osm_id[at],
        junction=np.full(at.size, ""),
        name=np.array([" / ".join(part) for part in names], np.str_),
        x_m=nodes.x_m[at],
        y_m=nodes.y_m[at],
        **_degrees(plane, nodes.x_m[at], nodes.y_m[at]),
        state=np.full(at.size, JunctionState.STATED_NONE),
        weight=np.array([_weight(roads, rows) for rows in leading_in], np.float64),
    )
