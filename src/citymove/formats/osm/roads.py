"""Roads out of an extract: ways to links, turn bans, the connected part, signals."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from citymove.facts.defaults import CountryDefaults
from citymove.facts.roads import Links, Nodes, RoadClass, Roads, TurnBans
from citymove.formats.osm.boundary import Inside
from citymove.formats.osm.connectivity import part_open_to_the_world
from citymove.formats.osm.extract import Extract, NodeTable, Ways
from citymove.formats.osm.restrictions import LinkEnds, turn_bans
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
from citymove.formats.osm.ways import WayFacts, way_facts
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
    x_m: Array,
    y_m: Array,
    *,
    inside: Inside,
    defaults: CountryDefaults,
    file: Path,
    tally: Tally,
) -> Roads:
    """Return the roads of the drivable `ways`; `x_m`, `y_m` are those of the extract's nodes.

    Raises
    ------
    InputError
        Where no link is left.
    """
    split = _split(extract.nodes, ways, x_m, y_m, defaults, tally)
    if len(split.links) == 0:
        raise InputError(
            "holds no road that cars may use",
            file=file,
            remedy="check that the extract covers the city and holds ways tagged highway=*",
        )
    links = split.links
    ends = LinkEnds(links, ways.id[links.way], *bearings(split.runs, split.pieces, links, x_m, y_m))
    pairs, relation_id = turn_bans(extract.relations, ends, extract.nodes, tally)
    length_m = split.to_m - split.from_m
    beyond = ~inside.of(x_m, y_m)
    keep = part_open_to_the_world(links.tail, links.head, links.piece, length_m, pairs, beyond)
    if not keep.any():
        raise InputError(
            "holds no road that cars may drive to its end and back",
            file=file,
            remedy="check that the extract covers more than single one-way streets",
        )
    _count_lost(split, keep, tally)
    return _assembled(extract, split, np.flatnonzero(keep), pairs, relation_id, x_m, y_m, tally)


def _split(
    nodes: NodeTable,
    ways: Ways,
    x_m: Array,
    y_m: Array,
    defaults: CountryDefaults,
    tally: Tally,
) -> _Split:
    facts = way_facts(ways, defaults, tally)
    runs = runs_of(ways, nodes, x_m, y_m, tally)
    pieces = cut(runs, nodes.id.size, tally)
    links = direct(runs, pieces, facts.allowed)
    from_m, to_m = runs.at_m[pieces.first], runs.at_m[pieces.last]
    tally.add("drivable_m", round(float(np.sum(to_m - from_m))))
    return _Split(ways, facts, runs, pieces, links, from_m[links.piece], to_m[links.piece])


def _count_lost(split: _Split, keep: Array, tally: Tally) -> None:
    """Count links that lie outside the strongly connected part, by class too."""
    length_m = split.to_m - split.from_m
    lost = ~keep
    metres = round(float(length_m[lost].sum()))
    tally.add("links_lost_to_connectivity", np.count_nonzero(lost))
    tally.add("links_lost_to_connectivity_m", metres)
    road_class = split.facts.road_class[split.links.way]
    for known in RoadClass:
        number = np.count_nonzero(lost & (road_class == known))
        if number:
            tally.add(f"links_lost_to_connectivity_{known.name.lower()}", number)
    share = metres / max(float(length_m.sum()), 1.0)
    if lost.any():
        count = np.count_nonzero(lost)
        tally.note(
            "links_lost_to_connectivity",
            en=f"{count} of {keep.size} directed links ({share:.1%} of the length) cannot be "
            "reached from, or cannot reach, the rest without breaking a turn ban; they are left "
            "out.",
            zh=f"{keep.size} 条有向路段中有 {count} 条（占总长 {share:.1%}）在遵守转向限制的前提下"
            "与其余路网不能互通，已略去。",
        )


def _assembled(
    extract: Extract,
    split: _Split,
    kept: Array,
    pairs: Array,
    relation_id: Array,
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
    in_force = np.all(link_row[pairs] >= 0, axis=1)
    tally.add("turn_bans", np.count_nonzero(in_force))
    tally.add("turn_bans_in_force", np.unique(relation_id[in_force]).size)
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
    roads = Roads(
        nodes=Nodes(
            osm_id=extract.nodes.id[used],
            lon=extract.nodes.lon[used],
            lat=extract.nodes.lat[used],
            x_m=x_m[used],
            y_m=y_m[used],
        ),
        links=_links(split, kept, node_row),
        turn_bans=TurnBans(
            from_link=link_row[pairs[in_force, 0]],
            to_link=link_row[pairs[in_force, 1]],
            relation_id=relation_id[in_force],
        ),
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
        roundabout=facts.roundabout[way],
        structure=facts.structure[way],
        layer=facts.layer[way],
        name=facts.name[way],
        open=np.ones(kept.size, bool),
    )


def _count_kept(roads: Roads, tally: Tally) -> None:
    links = roads.links
    tally.add("nodes", len(roads.nodes))
    tally.add("links", len(links))
    tally.add("links_m", round(float(links.length_m.sum())))
    for name in ("lanes", "speed"):
        tagged = getattr(links, f"{name}_source") == Source.TAGGED
        tally.add(f"links_with_{name}_tagged", np.count_nonzero(tagged))
