"""Roads out of an extract: ways to links, turn bans, the connected part, signals."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from citymove.facts.lost_roads import LostLinks
from citymove.facts.roads import Links, Nodes, RoadClass, Roads
from citymove.formats.osm.bans import Ban, kept_bans, turns_banned_all_day
from citymove.formats.osm.boundary import Inside
from citymove.formats.osm.connectivity import part_open_to_the_world
from citymove.formats.osm.extract import Extract, Ways
from citymove.formats.osm.lane_turns import lane_turns, timed_speeds
from citymove.formats.osm.lost_streets import lost_streets
from citymove.formats.osm.positions import NodeTable
from citymove.formats.osm.restrictions import LinkEnds, turn_restrictions
from citymove.formats.osm.signals import signal_nodes
from citymove.formats.osm.splitting import (
    DirectedPieces,
    Pieces,
    Runs,
    bearings,
    cut,
    direct,
    runs_of,
    shapes,
)
from citymove.formats.osm.tally import Tally
from citymove.formats.osm.ways import WayFacts
from citymove.foundation.errors import InputError
from citymove.foundation.provenance import Source

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class _Split:
    """Drivable ways cut to links, before any is left out."""

    ways: Ways
    facts: WayFacts
    runs: Runs
    pieces: Pieces
    links: DirectedPieces
    from_m: Array
    to_m: Array


def build_roads(
    extract: Extract,
    ways: Ways,
    facts: WayFacts,
    x_m: Array,
    y_m: Array,
    *,
    inside: Inside,
    crop: Inside,
    file: Path,
    tally: Tally,
) -> Roads:
    """Return the roads of the drivable `ways` and what their tags say.

    `x_m` and `y_m` are those of the extract's nodes.

    Ways are cut to links before links outside the crop go, so that a crop changes no link.

    Raises
    ------
    InputError
        Where no link is left, or none touches the crop or the boundary.
    """
    split = _split(extract.nodes, ways, facts, x_m, y_m, tally)
    if len(split.links) == 0:
        raise InputError(
            "holds no road that cars may use",
            file=file,
            remedy="check that the extract covers the city and holds ways tagged highway=*",
        )
    links = split.links
    bearing = bearings(split.runs, split.pieces, links, x_m, y_m)
    ends = LinkEnds(ways, extract.ways.id, extract.nodes, links, *bearing)
    bans = turn_restrictions(extract.relations, ends, tally)
    always = turns_banned_all_day(bans)
    touches = _touching(split, crop.of(x_m, y_m))
    _check_areas(touches, _touching(split, inside.of(x_m, y_m)), file)
    keep = _connected(split, touches, always, ~inside.of(x_m, y_m))
    if not keep.any():
        raise InputError(
            "holds no road that cars may drive to its end and back",
            file=file,
            remedy="check that the extract covers more than single one-way streets",
        )
    tally.add("links_outside_crop", np.count_nonzero(~touches))
    lost = touches & ~keep
    _count_lost(split, touches, lost, tally)
    tally.lost_links = _lost_links(split, np.flatnonzero(lost), x_m, y_m)
    return _assembled(extract, split, np.flatnonzero(keep), bans, x_m, y_m, tally)


def _split(
    nodes: NodeTable, ways: Ways, facts: WayFacts, x_m: Array, y_m: Array, tally: Tally
) -> _Split:
    runs = runs_of(ways, nodes, x_m, y_m, tally)
    pieces = cut(runs, nodes.id.size, tally)
    links = direct(runs, pieces, facts.allowed)
    from_m, to_m = runs.at_m[pieces.first], runs.at_m[pieces.last]
    tally.add("drivable_m", round(float(np.sum(to_m - from_m))))
    return _Split(ways, facts, runs, pieces, links, from_m[links.piece], to_m[links.piece])


def _touching(split: _Split, within: Array) -> Array:
    """Return the links of which any point lies in the crop, bool; `within` is of the nodes."""
    points = np.concatenate([[0], np.cumsum(within[split.runs.node])])
    piece = points[split.pieces.last + 1] > points[split.pieces.first]
    return np.asarray(piece[split.links.piece])


def _check_areas(in_crop: Array, in_both: Array, file: Path) -> None:
    """Raise where no link touches the crop, or none the part of the boundary inside it."""
    for area, touched in (("crop", in_crop), ("boundary", in_both)):
        if not touched.any():
            raise InputError(
                "touches no road of the extract",
                file=file,
                value=area,
                remedy="check that both are of the same place, and that longitude stands before "
                "latitude",
            )


def _connected(split: _Split, touches: Array, always: Array, beyond: Array) -> Array:
    """Return which of the links that touch the crop belong to their connected part, bool."""
    rows = np.flatnonzero(touches)
    row_of = np.full(touches.size, -1, np.int64)
    row_of[rows] = np.arange(rows.size)
    links, length_m = split.links, split.to_m - split.from_m
    found = part_open_to_the_world(
        links.tail[rows],
        links.head[rows],
        links.piece[rows],
        length_m[rows],
        row_of[always][np.all(row_of[always] >= 0, axis=1)],
        beyond,
    )
    keep = np.zeros(touches.size, np.bool_)
    keep[rows[found]] = True
    return keep


def _count_lost(split: _Split, touches: Array, lost: Array, tally: Tally) -> None:
    """Count links that lie outside the strongly connected part, by class too."""
    length_m = split.to_m - split.from_m
    metres = round(float(length_m[lost].sum()))
    tally.add("links_lost_to_connectivity", np.count_nonzero(lost))
    tally.add("links_lost_to_connectivity_m", metres)
    road_class = split.facts.road_class[split.links.way]
    for known in RoadClass:
        number = np.count_nonzero(lost & (road_class == known))
        if number:
            tally.add(f"links_lost_to_connectivity_{known.name.lower()}", number)
    share = metres / max(float(length_m[touches].sum()), 1.0)
    if lost.any():
        count, asked = np.count_nonzero(lost), np.count_nonzero(touches)
        tally.note(
            "links_lost_to_connectivity",
            en=f"{count} of {asked} directed links ({share:.1%} of the length) cannot be "
            "reached from, or cannot reach, the rest without breaking a turn ban; they are left "
            "out.",
            zh=f"{asked} 条有向路段中有 {count} 条（占总长 {share:.1%}）在遵守转向限制的前提下"
            "与其余路网不能互通，已略去。",
        )


def _lost_links(split: _Split, lost: Array, x_m: Array, y_m: Array) -> LostLinks:
    """Return these links as they are drawn."""
    way = split.links.way[lost]
    start, shape_x_m, shape_y_m = shapes(split.runs, split.pieces, split.links, lost, x_m, y_m)
    return LostLinks(
        way_id=split.ways.id[way],
        forward=split.links.forward[lost],
        road_class=split.facts.road_class[way],
        ramp=split.facts.ramp[way],
        length_m=(split.to_m - split.from_m)[lost],
        name=np.array([*split.facts.names, ""])[split.facts.name[way]],  # -1: none
        first=start[:-1],
        x_m=shape_x_m,
        y_m=shape_y_m,
    )


def _assembled(
    extract: Extract,
    split: _Split,
    kept: Array,
    bans: tuple[Ban, ...],
    x_m: Array,
    y_m: Array,
    tally: Tally,
) -> Roads:
    links, facts = split.links, split.facts
    used = np.unique(np.concatenate([links.tail[kept], links.head[kept]]))
    node_row = np.full(extract.nodes.id.size, -1, np.int64)
    node_row[used] = np.arange(used.size)
    link_row = np.full(len(links), -1, np.int64)
    link_row[kept] = np.arange(kept.size)
    turn_bans, path_bans = kept_bans(bans, link_row, tally)
    start, shape_x_m, shape_y_m = shapes(split.runs, split.pieces, links, kept, x_m, y_m)
    signals = signal_nodes(
        extract.tagged_nodes,
        extract.nodes,
        split.runs,
        _held(split, kept),
        split.ways.id,
        node_row,
        x_m,
        y_m,
        tally,
    )
    road_class = facts.road_class[links.way]
    lost, lost_service = lost_streets(links, road_class, kept, extract.nodes.id.size)
    roads = Roads(
        nodes=Nodes(
            osm_id=extract.nodes.id[used],
            lon=extract.nodes.lon[used],
            lat=extract.nodes.lat[used],
            x_m=x_m[used],
            y_m=y_m[used],
            lost_streets=lost[used],
            lost_service_roads=lost_service[used],
        ),
        links=_links(split, kept, node_row),
        turn_bans=turn_bans,
        path_bans=path_bans,
        lane_turns=lane_turns(
            facts.turns,
            links,
            bearings(split.runs, split.pieces, links, x_m, y_m),
            kept,
        ),
        timed_speeds=timed_speeds(facts.timed, links, kept),
        signal_nodes=signals,
        names=facts.names,
        shape_start=start,
        shape_x_m=shape_x_m,
        shape_y_m=shape_y_m,
    )
    _count_kept(roads, tally)
    return roads


def _held(split: _Split, kept: Array) -> Array:
    """Return which rows of the runs lie on a kept link, its ends included."""
    pieces = np.unique(split.links.piece[kept])
    change = np.zeros(split.runs.node.size + 1, np.int64)
    np.add.at(change, split.pieces.first[pieces], 1)
    np.add.at(change, split.pieces.last[pieces] + 1, -1)
    return np.cumsum(change)[:-1] > 0


def _links(split: _Split, kept: Array, node_row: Array) -> Links:
    links, facts = split.links, split.facts
    way, forward = links.way[kept], links.forward[kept]
    side = np.where(forward, 0, 1)
    from_m, to_m = split.from_m[kept], split.to_m[kept]
    return Links(
        way_id=split.ways.id[way],
        forward=forward,
        tail=node_row[links.tail[kept]],
        head=node_row[links.head[kept]],
        way_from_m=from_m,
        way_to_m=to_m,
        length_m=to_m - from_m,
        lanes=facts.lanes[way, side],
        lanes_source=facts.lanes_source[way, side],
        speed_mps=facts.speed_mps[way, side],
        speed_source=facts.speed_source[way, side],
        capacity_vph=np.full(kept.size, np.nan),
        capacity_source=np.full(kept.size, Source.DEFAULT),
        road_class=facts.road_class[way],
        ramp=facts.ramp[way],
        name=facts.name[way],
        open=np.ones(kept.size, bool),
        bus_lanes=facts.bus_lanes[way, side],
        direction_source=facts.direction_source[way],
        vehicles=facts.vehicles[way, side],
        vehicles_source=facts.vehicles_source[way],
        roundabout=facts.roundabout[way],
        roundabout_source=facts.roundabout_source[way],
        structure=facts.structure[way],
        structure_source=facts.structure_source[way],
        layer=facts.layer[way],
        layer_source=facts.layer_source[way],
    )


def _count_kept(roads: Roads, tally: Tally) -> None:
    links = roads.links
    tally.add("nodes", len(roads.nodes))
    tally.add("links", len(links))
    tally.add("links_m", round(float(links.length_m.sum())))
    for name in ("lanes", "speed"):
        tagged = getattr(links, f"{name}_source") == Source.TAGGED
        tally.add(f"links_with_{name}_tagged", np.count_nonzero(tagged))
    tally.add("links_with_bus_lanes", np.count_nonzero(links.bus_lanes))
    tally.add("links_with_lane_turns", np.unique(roads.lane_turns.link).size)
    tally.add("links_with_timed_speed", np.unique(roads.timed_speeds.link).size)
