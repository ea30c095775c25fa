"""Roads: nodes, links, turn bans and signal nodes, as OpenStreetMap or a planner states them.

A link is one direction of a way between two junctions. Links are never removed: a closed
link stays, marked, so that a link's row means the same in every option of a study. Its
stable name is the way id, the two node ids and the direction (`link_ids`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum, IntFlag
from typing import Any

import numpy as np
import numpy.typing as npt

from citymove.foundation.daytime import DAY_S
from citymove.foundation.errors import InputError
from citymove.foundation.provenance import Source
from citymove.foundation.table import Table, column, frozen_array

Array = np.ndarray[Any, Any]


class RoadClass(IntEnum):
    """Class of a road, from the highest to the lowest."""

    MOTORWAY = 0
    TRUNK = 1
    PRIMARY = 2
    SECONDARY = 3
    TERTIARY = 4
    UNCLASSIFIED = 5
    RESIDENTIAL = 6
    LIVING_STREET = 7
    SERVICE = 8


class Structure(IntEnum):
    """What carries a road."""

    SURFACE = 0
    BRIDGE = 1
    TUNNEL = 2


class SignalKind(IntEnum):
    """What a signal node controls."""

    JUNCTION = 0
    CROSSING = 1
    EITHER = 2  # a stop line with a crossing behind it, or a crossing alone: tagged as both


class Vehicle(IntFlag):
    """Classes of vehicle, as a set."""

    CAR = 1
    TRUCK = 2
    BUS = 4
    TAXI = 8
    MOTORCYCLE = 16
    BICYCLE = 32


EVERY_VEHICLE = Vehicle(63)


class LaneTurn(IntFlag):
    """Where the arrows of a lane point, as a set; 0 where none is painted or known."""

    LEFT = 1
    THROUGH = 2
    RIGHT = 4
    U_TURN = 8


@dataclass(frozen=True, eq=False, kw_only=True)
class Nodes(Table):
    """Ends of links.

    Parameters
    ----------
    osm_id
        int64, the OSM node id; negative for nodes that a planner adds.
    lon, lat
        float64, WGS84 degrees.
    x_m, y_m
        float64, metres on the city's plane.
    lost_streets, lost_service_roads
        int16, streets for cars that meet here on the map and are no links, since they lie outside
        the connected part; service roads apart. With them a junction at the edge of an extract is
        still known for one.
    """

    osm_id: Array = column(np.int64)
    lon: Array = column(np.float64)
    lat: Array = column(np.float64)
    x_m: Array = column(np.float64)
    y_m: Array = column(np.float64)
    lost_streets: Array = column(np.int16, fill=0)
    lost_service_roads: Array = column(np.int16, fill=0)


@dataclass(frozen=True, eq=False, kw_only=True)
class Links(Table):
    """Directed links.

    Parameters
    ----------
    way_id
        int64, the OSM way.
    forward
        bool, whether the link runs with its way's node order.
    tail, head
        int32, rows of `Nodes`.
    way_from_m, way_to_m
        float64, the stretch of the way that the link covers, measured along the way from its
        first node, ``way_from_m < way_to_m`` in either direction.
    length_m
        float64, > 0.
    lanes, lanes_source
        float64, lanes of this direction for all traffic, > 0, those for buses or bicycles alone
        taken off; int8 `Source`.
    speed_mps, speed_source
        float64, free speed, > 0; int8 `Source`.
    capacity_vph, capacity_source
        float64, capacity of the whole link where the planner knows it, else NaN (then derived
        from class and lanes); int8 `Source`.
    road_class
        int8 `RoadClass`.
    ramp
        bool, a link road (``*_link``).
    name
        int32, row of `Roads.names`, -1 for none.
    open
        bool, whether motor vehicles may use the link.
    bus_lanes
        float64, lanes of this direction for buses (and taxis) alone, not part of `lanes`.
    direction_source
        int8 `Source` of the way's direction: tagged, inferred (a motorway or a roundabout runs one
        way unless a tag says otherwise), or default (two-way, since nothing speaks of it).
    vehicles, vehicles_source
        int16 `Vehicle`, which classes may use the link; int8 `Source`.
    roundabout, roundabout_source
        bool, part of a roundabout; int8 `Source` (inferred: recognised by its shape).
    structure, structure_source
        int8 `Structure`; int8 `Source` (default: at the surface, since nothing speaks of it).
    layer, layer_source
        int8, level, 0 at the ground; int8 `Source`.

    Notes
    -----
    `attribute_sources` tells the source of every attribute, of those without a column too.
    """

    way_id: Array = column(np.int64)
    forward: Array = column(np.bool_)
    tail: Array = column(np.int32)
    head: Array = column(np.int32)
    way_from_m: Array = column(np.float64)
    way_to_m: Array = column(np.float64)
    length_m: Array = column(np.float64)
    lanes: Array = column(np.float64)
    lanes_source: Array = column(np.int8)
    speed_mps: Array = column(np.float64)
    speed_source: Array = column(np.int8)
    capacity_vph: Array = column(np.float64)
    capacity_source: Array = column(np.int8)
    road_class: Array = column(np.int8)
    ramp: Array = column(np.bool_)
    name: Array = column(np.int32)
    open: Array = column(np.bool_)
    bus_lanes: Array = column(np.float64, fill=0.0)
    direction_source: Array = column(np.int8, fill=Source.DEFAULT)
    vehicles: Array = column(np.int16, fill=EVERY_VEHICLE)
    vehicles_source: Array = column(np.int8, fill=Source.DEFAULT)
    roundabout: Array = column(np.bool_, fill=False)
    roundabout_source: Array = column(np.int8, fill=Source.DEFAULT)
    structure: Array = column(np.int8, fill=Structure.SURFACE)
    structure_source: Array = column(np.int8, fill=Source.DEFAULT)
    layer: Array = column(np.int8, fill=0)
    layer_source: Array = column(np.int8, fill=Source.DEFAULT)


@dataclass(frozen=True, eq=False, kw_only=True)
class TurnBans(Table):
    """Turns that may not be made at a node.

    Parameters
    ----------
    from_link, to_link
        int32, rows of `Links`; the head of the first is the tail of the second.
    relation_id
        int64, the OSM relation; 0 where a planner banned the turn.
    start_s, end_s
        int32, hours of a working day in which the ban holds, 0 .. 86400, ``start_s < end_s``; a
        ban over midnight has two rows.
    """

    from_link: Array = column(np.int32)
    to_link: Array = column(np.int32)
    relation_id: Array = column(np.int64)
    start_s: Array = column(np.int32, fill=0)
    end_s: Array = column(np.int32, fill=DAY_S)


@dataclass(frozen=True, eq=False, kw_only=True)
class PathBans(Table):
    """Sequences of three or more links that may not be driven one after the other.

    Each single turn of such a sequence may be permitted; a restriction through a via way makes it.

    Parameters
    ----------
    relation_id
        int64, the OSM relation; 0 where a planner made the ban.
    start_s, end_s
        int32, as in `TurnBans`.
    first
        int64, first row of the sequence in `link`; the next one's first row ends it (the last
        ends at the array's end).
    link
        int32 [members], rows of `Links`, each link's head the tail of the next.
    """

    relation_id: Array = column(np.int64)
    start_s: Array = column(np.int32, fill=0)
    end_s: Array = column(np.int32, fill=DAY_S)
    first: Array = column(np.int64, fill=0)
    link: Array = field(default_factory=lambda: np.empty(0, np.int32))

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "link", frozen_array(self.link, np.int32))

    @classmethod
    def of(
        cls, sequences: Sequence[Sequence[int]], relation_id: Array, start_s: Array, end_s: Array
    ) -> "PathBans":
        """Return the bans of these sequences of links."""
        size = np.array([len(sequence) for sequence in sequences], np.int64)
        return cls(
            relation_id=relation_id,
            start_s=start_s,
            end_s=end_s,
            first=np.cumsum(size) - size,
            link=np.array([link for sequence in sequences for link in sequence], np.int32),
        )

    def take(self, rows: npt.ArrayLike) -> "PathBans":
        """Return the bans of these rows (positions or a Boolean mask), with their links."""
        return self._of_rows(
            [(self, row) for row in np.arange(len(self))[np.asarray(rows)].tolist()]
        )

    def append(self, other: "PathBans") -> "PathBans":
        """Return these bans and then those of `other`."""
        return self._of_rows([(bans, row) for bans in (self, other) for row in range(len(bans))])

    @classmethod
    def _of_rows(cls, rows: Sequence[tuple["PathBans", int]]) -> "PathBans":
        return cls.of(
            [bans.sequence(row).tolist() for bans, row in rows],
            *(
                np.array([getattr(bans, name)[row] for bans, row in rows], np.int64)
                for name in ("relation_id", "start_s", "end_s")
            ),
        )

    def sequence(self, row: int) -> Array:
        """Return the links of one ban, int32."""
        end = self.first[row + 1] if row + 1 < len(self) else self.link.size
        return np.asarray(self.link[self.first[row] : end])


@dataclass(frozen=True, eq=False, kw_only=True)
class LaneTurns(Table):
    """Lanes whose arrows are known, at the downstream end of a link.

    Parameters
    ----------
    link
        int32, rows of `Links`, ascending.
    lane
        int8, 0 for the leftmost lane as the driver sees it, then to the right; a link that
        stands here has a row for each of its lanes, lanes for buses alone left out.
    turns
        int16 `LaneTurn`.
    source
        int8 `Source`.
    """

    link: Array = column(np.int32)
    lane: Array = column(np.int8)
    turns: Array = column(np.int16)
    source: Array = column(np.int8)


@dataclass(frozen=True, eq=False, kw_only=True)
class TimedSpeeds(Table):
    """Speed limits that hold at some hours only.

    Parameters
    ----------
    link
        int32, rows of `Links`.
    start_s, end_s
        int32, as in `TurnBans`.
    speed_mps
        float64, free speed in these hours, > 0.
    """

    link: Array = column(np.int32)
    start_s: Array = column(np.int32)
    end_s: Array = column(np.int32)
    speed_mps: Array = column(np.float64)


@dataclass(frozen=True, eq=False, kw_only=True)
class SignalNodes(Table):
    """Nodes tagged as signals, whether links end there or not.

    Parameters
    ----------
    osm_id
        int64.
    kind
        int8 `SignalKind`: a pedestrian crossing's own light is told apart.
    node
        int32, row of `Nodes`, -1 where the signal stands inside a link.
    way_id, way_at_m
        int64, float64: a way that it stands on, and how far along that way.
    x_m, y_m
        float64, metres on the city's plane.
    direction
        int8, whom it faces: 1 traffic with the way's node order, -1 against it, 0 not stated.
    """

    osm_id: Array = column(np.int64)
    kind: Array = column(np.int8)
    node: Array = column(np.int32)
    way_id: Array = column(np.int64)
    way_at_m: Array = column(np.float64)
    x_m: Array = column(np.float64)
    y_m: Array = column(np.float64)
    direction: Array = column(np.int8, fill=0)


@dataclass(frozen=True, eq=False, kw_only=True)
class Roads:
    """The road network of a city.

    Parameters
    ----------
    nodes, links, turn_bans, path_bans, lane_turns, timed_speeds, signal_nodes
        Tables, see there.
    names
        Names of roads; `Links.name` points here.
    shape_start
        int64 [links + 1]: the polyline of link ``i`` is
        ``shape_x_m[shape_start[i]:shape_start[i + 1]]``, from tail to head, ends included.
    shape_x_m, shape_y_m
        float64, metres on the city's plane.
    """

    nodes: Nodes
    links: Links
    turn_bans: TurnBans
    signal_nodes: SignalNodes
    names: tuple[str, ...]
    shape_start: Array
    shape_x_m: Array
    shape_y_m: Array
    path_bans: PathBans = field(default_factory=PathBans.empty)
    lane_turns: LaneTurns = field(default_factory=LaneTurns.empty)
    timed_speeds: TimedSpeeds = field(default_factory=TimedSpeeds.empty)

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape_start", frozen_array(self.shape_start, np.int64))
        object.__setattr__(self, "shape_x_m", frozen_array(self.shape_x_m, np.float64))
        object.__setattr__(self, "shape_y_m", frozen_array(self.shape_y_m, np.float64))
        if self.shape_start.size != len(self.links) + 1:
            raise InputError(
                "must have one entry more than there are links",
                value=f"shape_start of {self.shape_start.size} for {len(self.links)} links",
            )
        check_links(self)

    def name_of(self, link: int) -> str:
        """Return the name of a link's road, "" for none."""
        row = int(self.links.name[link])
        return self.names[row] if row >= 0 else ""

    def with_links(self, **columns: Array) -> "Roads":
        """Return the roads with these columns of `Links` replaced."""
        return replace(self, links=replace(self.links, **columns))

    def link_ids(self) -> Array:
        """Return the stable names of all links, text [links].

        ``way/from-to/f``: way id, OSM ids of tail and head, f with the way's node order or b
        against it; where a way joins the same two nodes twice, ``#2`` follows.
        """
        nodes, links = self.nodes.osm_id, self.links
        seen: dict[str, int] = {}
        ids = []
        for way, tail, head, forward in zip(
            links.way_id, nodes[links.tail], nodes[links.head], links.forward, strict=True
        ):
            text = f"{way}/{tail}-{head}/{'f' if forward else 'b'}"
            seen[text] = seen.get(text, 0) + 1
            ids.append(text if seen[text] == 1 else f"{text}#{seen[text]}")
        return frozen_array(ids, np.str_)


def attribute_sources(roads: Roads) -> dict[str, Array]:
    """Return how each attribute of each link is known, int8 `Source` [links], by attribute.

    Class and ramp are always tagged, since a way without them is no road; names and bus lanes are
    tagged or missing (default). Ends, stretch and length follow from the drawn line, and so are
    tagged.
    """
    links = roads.links
    tagged = np.full(len(links), Source.TAGGED, np.int8)
    stated = {
        spec.removesuffix("_source"): getattr(links, spec)
        for spec in Links.column_names()
        if spec.endswith("_source")
    }
    return {
        "road_class": tagged,
        "ramp": tagged,
        "length": tagged,
        "name": np.where(links.name >= 0, Source.TAGGED, Source.DEFAULT).astype(np.int8),
        "bus_lanes": np.where(links.bus_lanes > 0, Source.TAGGED, Source.DEFAULT).astype(np.int8),
        **stated,
    }


_POSITIVE = ("length_m", "lanes", "speed_mps")


def check_links(roads: Roads) -> None:
    """Raise `InputError` where a link breaks a rule; name the link, the value and a remedy."""
    links = roads.links
    for name in _POSITIVE:
        values = getattr(links, name)
        bad = np.flatnonzero(~(np.isfinite(values) & (values > 0)))
        if bad.size:
            raise InputError(
                "must be > 0",
                value=f"{name}[{bad[0]}] = {values[bad[0]]} (way {links.way_id[bad[0]]})",
                remedy="correct the road's facts",
            )
    known = links.capacity_vph[~np.isnan(links.capacity_vph)]
    if np.any(~np.isfinite(known) | (known <= 0)):
        bad = np.flatnonzero(~np.isnan(links.capacity_vph) & ~(links.capacity_vph > 0))
        raise InputError(
            "must be > 0",
            value=f"capacity_vph[{bad[0]}] = {links.capacity_vph[bad[0]]}",
            remedy="close the link instead of giving it no capacity",
        )
    ends = np.concatenate([links.tail, links.head])
    if ends.size and (ends.min() < 0 or ends.max() >= len(roads.nodes)):
        raise InputError("must name a node of the network", value="tail or head of a link")
