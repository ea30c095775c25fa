"""Where signals stand: lights of the map, the planner's word and what is usual, as junctions."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.facts.city import City
from citymove.facts.roads import Roads, SignalKind
from citymove.facts.signal_plans import StatedSignals
from citymove.foundation.errors import InputError
from citymove.foundation.provenance import Source
from citymove.foundation.table import Table, column, frozen_array
from citymove.signals.grouping import crossings_alone, grouped
from citymove.signals.junction_nodes import joined_names, levels, node_rows
from citymove.signals.tied_lights import Streets, tied
from citymove.signals.usage import usual_groups

Array = np.ndarray[Any, Any]

RADIUS_M = 30.0  # carriageways of a divided road are nearer, junctions of their own farther


@dataclass(frozen=True, eq=False, kw_only=True)
class SignalJunctions(Table):
    """Signalised junctions.

    Parameters
    ----------
    id
        text, stable: ``j<smallest OSM id of its signal nodes>``, of its nodes where the map shows
        no light.
    name
        text, the names of the crossing roads joined by " / ", "" where none has a name.
    x_m, y_m
        float64, mean of its signal nodes (of its nodes, without a light on the map).
    source
        int8 `Source`: tagged where the map shows lights, inferred where such roads usually
        have them, measured (or as stated) where the planner says so.
    approach_start
        int64, first row of the junction's approaches in `approach_link`; the next junction's
        first row ends them (the last ends at the array's end).
    node_start, light_start
        int64, first row of the junction's nodes in `node`, lights in `light`, in the same way.
    approach_link
        int32 [approaches], links (open or closed) that lead into a junction from outside it,
        by junction, then by row.
    node
        int32 [members], nodes that belong to a junction, by junction, then by row.
    light
        int32 [lights], rows of `SignalNodes` that belong to a junction, by junction, then by row.
    crossing_lights
        Signal nodes that serve a pedestrian crossing alone: tagged so, or the only lights of a
        place that is no junction.
    midblock_lights
        Signal nodes tagged as a junction's and near none.
    refused_lights
        Signal nodes of junctions that are stated to have none.
    stated_unknown
        Statements about nodes that the network does not have.
    """

    id: Array = column(np.str_)
    name: Array = column(np.str_)
    x_m: Array = column(np.float64)
    y_m: Array = column(np.float64)
    source: Array = column(np.int8)
    approach_start: Array = column(np.int64)
    node_start: Array = column(np.int64)
    light_start: Array = column(np.int64)
    approach_link: Array
    node: Array
    light: Array
    crossing_lights: int = 0
    midblock_lights: int = 0
    refused_lights: int = 0
    stated_unknown: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("approach_link", "node", "light"):
            object.__setattr__(self, name, frozen_array(getattr(self, name), np.int32))


def approaches_of(junctions: SignalJunctions, row: int) -> Array:
    """Return the links, int32, that lead into the junction of this row."""
    return _part(junctions.approach_link, junctions.approach_start, row)


def nodes_of(junctions: SignalJunctions, row: int) -> Array:
    """Return the nodes, int32, that belong to the junction of this row."""
    return _part(junctions.node, junctions.node_start, row)


def lights_of(junctions: SignalJunctions, row: int) -> Array:
    """Return the signal nodes, int32, that belong to the junction of this row."""
    return _part(junctions.light, junctions.light_start, row)


def _part(values: Array, start: Array, row: int) -> Array:
    end = start[row + 1] if row + 1 < start.size else values.size
    return np.asarray(values[start[row] : end])


def city_junctions(city: City) -> SignalJunctions:
    """Return the signalised junctions of a city: on its map, stated, and inferred if it asks."""
    return signal_junctions(
        city.roads,
        stated=city.stated_signals,
        infer_for=city.country if city.infer_signals else None,
    )


def signal_junctions(
    roads: Roads,
    *,
    stated: StatedSignals | None = None,
    infer_for: str | None = None,
    radius_m: float = RADIUS_M,
) -> SignalJunctions:
    """Gather the signal nodes of a network to junctions.

    Each light is tied to the junction node that it controls (`tied_lights.tied`), and these
    nodes are gathered to junctions (`grouping.grouped`), so that the stop lines and carriageways
    of a divided road end in one. What turns out a crossing's alone (`grouping.crossings_alone`)
    is none. Nodes where three or more streets other than service roads meet, within
    `radius_m` of a junction's lights, belong to it too, and so do nodes that short links tie to
    two of its nodes. Closed links count like open ones: closing a street moves no junction.

    Parameters
    ----------
    roads
        The network.
    stated
        What the planner says of single junctions; a statement goes before the map, and a
        stated junction without lights on the map consists of its node and what lies near.
    infer_for
        ISO 3166-1 code (or "") of the country whose usage adds junctions that usually have
        lights (`usage.usual_groups`); None: none are added.
    radius_m
        See above, m, > 0.
    """
    if not radius_m > 0:
        raise InputError("must be > 0", value=f"radius_m = {radius_m}")
    stated = StatedSignals.empty() if stated is None else stated
    place = node_rows(roads, stated.osm_id)
    yes, no = place[stated.present], place[~stated.present]
    streets = Streets.of(roads, yes[yes >= 0])
    found = _mapped(streets, yes[yes >= 0], radius_m)
    refused = np.unique(found.owner[no[no >= 0]])
    lights_before = found.light.size
    found = found.without(refused[refused >= 0])
    source = np.full(found.count, Source.TAGGED, np.int8)
    known = (place >= 0) & stated.present
    source[found.owner[place[known]]] = stated.source[known]
    if infer_for is not None:
        usual = usual_groups(streets, infer_for, taken=found.owner >= 0, refused=no[no >= 0])
        found = found.with_groups(usual)
        source = np.append(source, np.full(found.count - source.size, Source.INFERRED))
    return _package(
        roads, found, source,
        refused_lights=lights_before - found.light.size,
        stated_unknown=int(np.sum(place < 0)),
    )  # fmt: skip


@dataclass(frozen=True, eq=False, kw_only=True)
class _Found:
    """Junctions as they are found.

    Parameters
    ----------
    count
        Number of junctions.
    owner
        int64 [nodes], the junction of each node, -1: none.
    light, group
        int64, rows of `SignalNodes`, and their junctions.
    crossing_lights, midblock_lights
        As in `SignalJunctions`.
    """

    count: int
    owner: Array
    light: Array
    group: Array
    crossing_lights: int
    midblock_lights: int

    def without(self, refused: Array) -> "_Found":
        """Return what is left without these junctions, numbered anew in the same order."""
        number = np.full(self.count + 1, -1, np.int64)  # the last one: none stays none
        kept = np.setdiff1d(np.arange(self.count), refused)
        number[kept] = np.arange(kept.size)
        group = number[self.group]
        return _Found(
            count=kept.size,
            owner=number[self.owner],
            light=self.light[group >= 0],
            group=group[group >= 0],
            crossing_lights=self.crossing_lights,
            midblock_lights=self.midblock_lights,
        )

    def with_groups(self, owner: Array) -> "_Found":
        """Return these junctions and others without lights, given by the owner of each node."""
        more = owner >= 0
        return _Found(
            count=self.count + int(owner.max(initial=-1)) + 1,
            owner=np.where(more, owner + self.count, self.owner),
            light=self.light,
            group=self.group,
            crossing_lights=self.crossing_lights,
            midblock_lights=self.midblock_lights,
        )


def _mapped(streets: Streets, stated: Array, radius_m: float) -> _Found:
    """Return the junctions of mapped lights and of stated nodes."""
    roads = streets.roads
    kind = roads.signal_nodes.kind
    lights = np.flatnonzero(kind != SignalKind.CROSSING)
    tie = tied(streets, lights)
    near = tie.node >= 0
    lights, tie = lights[near], tie.take(near)
    lit = np.union1d(tie.node, stated)
    part = grouped(streets, lights, lit, radius_m)
    row = np.full(len(roads.nodes), -1, np.int64)
    row[lit] = part
    alone = np.zeros(int(part.max(initial=-1)) + 1, bool)
    group = row[tie.node]
    by_lights = crossings_alone(streets, lights, tie, group)
    alone[: by_lights.size] = by_lights
    alone[row[stated]] = False
    found = _Found(
        count=alone.size,
        owner=row,
        light=lights,
        group=group,
        crossing_lights=int(np.sum(kind == SignalKind.CROSSING)) + int(np.sum(alone[group])),
        midblock_lights=int(np.sum(~near)),
    ).without(np.flatnonzero(alone))
    _spread(streets, found, tie.node[~alone[group]], stated, radius_m)
    return found


def _spread(
    streets: Streets, found: _Found, tied_to: Array, stated: Array, radius_m: float
) -> None:
    """Give junction nodes near a junction's lights to it, in place; the nearer of two wins."""
    nodes, signals, owner = streets.roads.nodes, streets.roads.signal_nodes, found.owner
    low, high = levels(streets.roads)
    lit = owner >= 0
    main = np.flatnonzero(streets.main & ~lit)
    nearest = np.full(main.size, np.inf)
    best = np.full(main.size, -1, np.int64)
    points = [
        (float(signals.x_m[light]), float(signals.y_m[light]), int(node))
        for light, node in zip(found.light, tied_to, strict=True)
    ]
    points += [(float(nodes.x_m[node]), float(nodes.y_m[node]), int(node)) for node in stated]
    for x_m, y_m, node in points:
        distance = np.hypot(nodes.x_m[main] - x_m, nodes.y_m[main] - y_m)
        meets = (low[main] <= high[node]) & (low[node] <= high[main])
        closer = meets & (distance <= radius_m) & (distance < nearest)
        best[closer] = owner[node]
        nearest[closer] = distance[closer]
    owner[main] = best
    _fill_holes(streets.roads, owner, radius_m)


def _fill_holes(roads: Roads, owner: Array, radius_m: float) -> None:
    """Give nodes that lie between two nodes of one junction to it, in place.

    Else traffic that crosses the junction would leave it inside and meet its lights twice.
    """
    links = roads.links
    short = links.length_m <= radius_m
    near = np.concatenate([links.tail[short], links.head[short]])
    node = np.concatenate([links.head[short], links.tail[short]])
    while True:
        joins = (owner[near] >= 0) & (owner[node] < 0)
        found = np.unique(np.stack([node[joins], owner[near[joins]], near[joins]], axis=1), axis=0)
        between, count = np.unique(found[:, :2], axis=0, return_counts=True)
        between = between[count >= 2]
        if between.size == 0:
            return
        owner[between[::-1, 0]] = between[::-1, 1]  # between two junctions the first takes it


def _package(
    roads: Roads, found: _Found, source: Array, *, refused_lights: int, stated_unknown: int
) -> SignalJunctions:
    """Return the table, sorted by the number that a junction is named after."""
    links, nodes, signals = roads.links, roads.nodes, roads.signal_nodes
    member = np.flatnonzero(found.owner >= 0)
    named = _smallest(found.group, signals.osm_id[found.light], found.count)
    by_node = _smallest(found.owner[member], nodes.osm_id[member], found.count)
    lit = np.bincount(found.group, minlength=found.count) > 0
    named = np.where(lit, named, by_node)
    order = np.argsort(named, kind="stable")
    rank = np.empty(found.count + 1, np.int64)
    rank[order], rank[-1] = np.arange(found.count), -1
    owner, group, junctions = rank[found.owner], rank[found.group], np.arange(found.count)
    at_head, at_tail = owner[links.head], owner[links.tail]
    approaches = np.flatnonzero((at_head >= 0) & (at_head != at_tail))
    approaches = approaches[np.argsort(at_head[approaches], kind="stable")]
    member = member[np.argsort(owner[member], kind="stable")]
    place = np.argsort(group, kind="stable")
    centre = [
        np.where(
            lit[order],
            _mean(group, of_lights[found.light], found.count),
            _mean(owner[member], of_nodes[member], found.count),
        )
        for of_lights, of_nodes in ((signals.x_m, nodes.x_m), (signals.y_m, nodes.y_m))
    ]
    touching = [np.flatnonzero((at_head == j) | (at_tail == j)) for j in junctions]
    return SignalJunctions(
        id=np.array([f"j{osm_id}" for osm_id in named[order]], np.str_),
        name=np.array([joined_names(roads, rows) for rows in touching], np.str_),
        x_m=centre[0],
        y_m=centre[1],
        source=source[order],
        approach_start=np.searchsorted(at_head[approaches], junctions),
        node_start=np.searchsorted(owner[member], junctions),
        light_start=np.searchsorted(group[place], junctions),
        approach_link=approaches,
        node=member,
        light=found.light[place],
        crossing_lights=found.crossing_lights,
        midblock_lights=found.midblock_lights,
        refused_lights=refused_lights,
        stated_unknown=stated_unknown,
    )


def _smallest(group: Array, number: Array, count: int) -> Array:
    smallest = np.full(count, np.iinfo(np.int64).max)
    np.minimum.at(smallest, group, number)
    return smallest


def _mean(group: Array, values: Array, count: int) -> Array:
    size = np.bincount(group, minlength=count)
    return np.asarray(np.bincount(group, values, count) / np.maximum(size, 1))
