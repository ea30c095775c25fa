"""Roads out of lines that are no extract of OpenStreetMap: a graph's edges, a layer's features.

Each line brings tags in OpenStreetMap's words, so that the reader's own rules decide what they
mean, and the reader's own code cuts it into links. Several lines may name one way; each is given a
stretch of that way of its own, one after the other in the order given, so that linear references
never take two lines for each other.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from citymove.facts.defaults import CountryDefaults
from citymove.facts.reading import Reading
from citymove.facts.roads import Roads
from citymove.formats.osm.boundary import Inside
from citymove.formats.osm.extract import Extract, Ways
from citymove.formats.osm.positions import NodeTable
from citymove.formats.osm.reader import FARTHEST_M
from citymove.formats.osm.roads import build_roads
from citymove.formats.osm.roundabouts import with_roundabouts_by_shape
from citymove.formats.osm.tags import Tags
from citymove.formats.osm.tally import Tally
from citymove.formats.osm.ways import drivable_ways, way_facts
from citymove.foundation.crs import LocalPlane
from citymove.foundation.errors import InputError

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False, kw_only=True)
class RoadFacts:
    """Roads that a file or a graph holds.

    Parameters
    ----------
    plane
        What metres refer to.
    roads
        Their strongly connected part.
    reading
        Counts of what was found, taken and lost, and notes for the planner.
    """

    plane: LocalPlane
    roads: Roads
    reading: Reading


@dataclass(frozen=True, eq=False, kw_only=True)
class Lines:
    """Lines to be made roads.

    Parameters
    ----------
    way_id
        int64 [lines], the way that a line is part of.
    tags
        [lines], in OpenStreetMap's words.
    start, refs
        int64: the nodes of line ``i`` are ``refs[start[i]:start[i + 1]]``, ids of `nodes`. A line
        is cut where a node is used more than once, by another line or by itself.
    nodes
        Sorted by id.
    tagged_nodes
        (id, tags), sorted by id: signals.
    length_m
        float64 [lines], stated lengths, NaN where the drawn line tells.
    open_end
        bool [nodes], dead ends of one-way roads that lead out of the study area, or into it.
    """

    way_id: Array
    tags: list[Tags]
    start: Array
    refs: Array
    nodes: NodeTable
    tagged_nodes: tuple[tuple[int, Tags], ...]
    length_m: Array
    open_end: Array


@dataclass(frozen=True)
class _AllButOpenEnds(Inside):
    """All nodes lie inside but those where roads lead out."""

    open_end: Array

    def of(self, x_m: Any, y_m: Any) -> Array:  # noqa: ARG002 - which node counts, not where
        return np.asarray(~self.open_end)


def roads_of_lines(
    lines: Lines, plane: LocalPlane, *, defaults: CountryDefaults, name: str, tally: Tally
) -> tuple[Roads, Array]:
    """Return the roads, and the line of each link, int64 [links], a row of `lines`.

    Parameters
    ----------
    lines
        What is drawn.
    plane
        What metres refer to.
    defaults
        Of the country.
    name
        Of the file or the graph, for messages.
    tally
        Takes counts and what is lost.

    Raises
    ------
    InputError
        Where no line is a road for cars, or none can be driven to its end and back, or a point lies
        too far away.
    """
    order = np.lexsort((np.arange(lines.way_id.size), lines.way_id))
    every = Ways(np.arange(order.size), lines.tags, lines.start, lines.refs)
    # the rows are the ids, so that every link names its line
    ways = replace(every.take(order.tolist()), id=np.arange(order.size))
    drivable = drivable_ways(ways, tally)
    if len(drivable) == 0:
        raise InputError(
            "holds no road that cars may use",
            file=name,
            value=f"{len(ways)} lines",
            remedy="check the classes and the access of its roads",
        )
    x_m, y_m = _on_plane(lines.nodes, plane, name)
    roads = build_roads(
        Extract(ways, (), lines.nodes, lines.tagged_nodes, 0),
        drivable,
        way_facts(drivable, defaults, tally),
        x_m,
        y_m,
        inside=_AllButOpenEnds(None, lines.open_end),
        crop=Inside(None),
        file=Path(name),
        tally=tally,
    )
    roads = with_roundabouts_by_shape(roads, drives_on=defaults.drives_on, tally=tally)
    row = roads.links.way_id
    lost = tally.lost_links
    tally.lost_links = replace(lost, way_id=lines.way_id[order[lost.way_id]])
    return _renamed(roads, lines.way_id[order], lines.length_m[order]), order[row]


def _on_plane(nodes: NodeTable, plane: LocalPlane, name: str) -> tuple[Array, Array]:
    x_m, y_m = plane.to_metres(nodes.lon, nodes.lat)
    far = np.flatnonzero(~(np.hypot(x_m, y_m) <= FARTHEST_M))
    if far.size:
        raise InputError(
            f"must lie within {FARTHEST_M / 1000:.0f} km of lon {plane.lon0}, lat {plane.lat0}",
            file=name,
            value=f"a point at lon {nodes.lon[far[0]]:.7f}, lat {nodes.lat[far[0]]:.7f}",
            remedy="take the city and its surroundings only, or check the coordinate system",
        )
    return x_m, y_m


def _renamed(roads: Roads, way_id: Array, stated_m: Array) -> Roads:
    """Return the roads, whose ways are rows, under their ways' own ids and stretches."""
    links, row = roads.links, roads.links.way_id
    drawn_m = np.zeros(way_id.size)
    np.maximum.at(drawn_m, row, links.way_to_m)
    with np.errstate(invalid="ignore", divide="ignore"):
        scale = np.where(np.isnan(stated_m) | (drawn_m == 0), 1.0, stated_m / drawn_m)
    before_m = _lengths_before(way_id, drawn_m * scale)
    from_m = before_m[row] + links.way_from_m * scale[row]
    to_m = before_m[row] + links.way_to_m * scale[row]
    signals = roads.signal_nodes
    return replace(
        roads,
        links=replace(
            links,
            way_id=way_id[row],
            way_from_m=from_m,
            way_to_m=to_m,
            length_m=links.length_m * scale[row],
        ),
        signal_nodes=replace(
            signals,
            way_id=way_id[signals.way_id],
            way_at_m=before_m[signals.way_id] + signals.way_at_m * scale[signals.way_id],
        ),
    )


def _lengths_before(way_id: Array, length_m: Array) -> Array:
    """Return the length of a way's rows before each row, m; equal ids stand together."""
    total = np.cumsum(length_m) - length_m
    first = np.append(True, way_id[1:] != way_id[:-1])
    return np.asarray(total - total[np.flatnonzero(first)][np.cumsum(first) - 1])
