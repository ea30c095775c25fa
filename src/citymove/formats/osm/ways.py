"""Which ways cars may use, and what their tags say of both directions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeVar

import numpy as np

from citymove.facts.defaults import CountryDefaults
from citymove.facts.roads import RoadClass
from citymove.formats.osm import access, lanes, levels, speeds
from citymove.formats.osm.extract import Ways
from citymove.formats.osm.tags import (
    PLOT_SERVICE,
    Tags,
    clean_name,
    is_roundabout,
    road_class,
)
from citymove.formats.osm.tally import Tally
from citymove.foundation.provenance import Source

Array = np.ndarray[Any, Any]
_Item = TypeVar("_Item")

FORWARD: Final = 0
BACKWARD: Final = 1

# The facts are made of these keys, of those that begin with one and a colon, and source:maxspeed.
_SPEAKING: Final = frozenset((
    "highway", "junction", "motorroad", "oneway", *access.ACCESS_KEYS,
    "lanes", "turn", "busway", "cycleway",
    "maxspeed", "zone", "bridge", "tunnel", "covered", "location", "layer",
))  # fmt: skip
_REMARKS: Final = (*access.REMARKS, *lanes.REMARKS, *speeds.REMARKS, *levels.REMARKS)


class WayEnd(NamedTuple):
    """One direction of a way: its row and `FORWARD` or `BACKWARD`."""

    way: int
    side: int


@dataclass(frozen=True)
class WayFacts:
    """What is known of each drivable way.

    Parameters
    ----------
    road_class, ramp, name
        One value per way, as in `facts.roads.Links`.
    roundabout, roundabout_source, structure, structure_source, layer, layer_source
        As before.
    direction_source, vehicles_source
        As before.
    allowed
        bool [ways, 2], whether cars may drive with, against the way's node order.
    vehicles
        int16 [ways, 2] `Vehicle`, by the same directions.
    lanes, lanes_source, bus_lanes, speed_mps, speed_source
        float64, int8 [ways, 2].
    turns
        `LaneTurn` of each lane for all traffic, from the left as the driver sees them, of the
        directions where arrows are known; as many as `lanes`.
    timed
        Limits at some hours, of the directions that have them.
    names
        Sorted names that `name` points to.
    """

    road_class: Array
    ramp: Array
    roundabout: Array
    roundabout_source: Array
    structure: Array
    structure_source: Array
    layer: Array
    layer_source: Array
    name: Array
    direction_source: Array
    vehicles_source: Array
    allowed: Array
    vehicles: Array
    lanes: Array
    lanes_source: Array
    bus_lanes: Array
    speed_mps: Array
    speed_source: Array
    turns: Mapping[WayEnd, tuple[int, ...]]
    timed: Mapping[WayEnd, tuple[speeds.TimedLimit, ...]]
    names: tuple[str, ...]


def drivable_ways(ways: Ways, tally: Tally) -> Ways:
    """Return the ways that cars may use; count the others by reason.

    Taken are motorway to service with ramps. Left out are areas, ways closed to the public's
    cars by their most particular access tag, ways whose direction changes over the day
    (``oneway=reversible``; which way they run at what hour is not read), and service ways of one
    plot (`tags.PLOT_SERVICE`): parking aisles, driveways, drive-throughs, emergency access.
    """
    kept = []
    for row, tags in enumerate(ways.tags):
        if road_class(tags) is None:
            continue
        tally.add("road_ways")
        reason = _reason_to_drop(tags)
        if reason:
            tally.add(f"road_ways_left_out_{reason}")
        else:
            kept.append(row)
    tally.add("drivable_ways", len(kept))
    return ways.take(kept)


def _reason_to_drop(tags: Tags) -> str:
    if tags.get("area") == "yes":
        return "area"
    if not any(access.directions(tags)):
        return "access"
    if tags.get("oneway") == "reversible":
        return "reversible"
    if tags["highway"] == "service" and tags.get("service") in PLOT_SERVICE:
        return "plot_service"
    return ""


class _Said(NamedTuple):
    """What tags say of one way; `lanes` and `speed_kmh` hold None where they say nothing."""

    road_class: tuple[RoadClass, bool]
    roundabout: bool
    roundabout_source: Source
    level: levels.Level
    direction_source: Source
    vehicles_source: Source
    allowed: tuple[bool, bool]
    vehicles: tuple[int, int]
    lanes: lanes.WayLanes
    speed_kmh: tuple[float | None, float | None]
    timed: tuple[tuple[speeds.TimedLimit, ...], tuple[speeds.TimedLimit, ...]]
    remarks: tuple[str, ...]


def _said(tags: Tags, country: str, keeps_left: bool) -> _Said:
    allowed = access.directions(tags)
    vehicles, vehicles_source = access.vehicles(tags)
    way_lanes = lanes.lanes_of(tags, *allowed, keeps_left=keeps_left)
    ahead, back = speeds.limits(tags, country)
    return _Said(
        road_class=road_class(tags) or (RoadClass.SERVICE, False),
        roundabout=is_roundabout(tags),
        roundabout_source=Source.TAGGED if "junction" in tags else Source.DEFAULT,
        level=levels.level_of(tags),
        direction_source=access.direction_source(tags),
        vehicles_source=vehicles_source,
        allowed=allowed,
        vehicles=vehicles,
        lanes=way_lanes,
        speed_kmh=(ahead.kmh, back.kmh),
        timed=(
            speeds.timed_limits(tags, "forward", country),
            speeds.timed_limits(tags, "backward", country),
        ),
        remarks=(
            *access.remarks(tags),
            *way_lanes.remarks,
            *speeds.remarks(tags, country),
            *levels.remarks(tags),
        ),
    )


class _Speaks(dict[str, bool]):
    """Whether facts are made of a key; each key is judged once."""

    def __missing__(self, key: str) -> bool:
        self[key] = key.partition(":")[0] in _SPEAKING or key == "source:maxspeed"
        return self[key]


def way_facts(ways: Ways, defaults: CountryDefaults, tally: Tally) -> WayFacts:
    """Return what the tags of drivable ways say, defaults of the country where they do not."""
    row_of: dict[tuple[tuple[str, str], ...], int] = {}  # most ways say the same as others
    speaks = _Speaks()
    spoken = (tuple([item for item in tags.items() if speaks[item[0]]]) for tags in ways.tags)
    kind = np.array([row_of.setdefault(one, len(row_of)) for one in spoken], np.int64)
    keeps_left = defaults.drives_on == "left"
    said = [_said(dict(tags), defaults.country, keeps_left) for tags in row_of]
    _count(said, np.bincount(kind, minlength=len(said)), tally)
    name, names = _names(ways)

    def column(values: list[Any], dtype: type) -> Array:
        return np.array(values, dtype)[kind]

    def pair(values: list[Any], dtype: type) -> Array:  # None becomes NaN
        return np.array(values, dtype).reshape(-1, 2)[kind]

    classes = column([one.road_class[0] for one in said], np.int8)
    ramp = column([one.road_class[1] for one in said], bool)
    both = [(one.lanes.ahead, one.lanes.back) for one in said]
    speed_kmh = pair([one.speed_kmh for one in said], np.float64)
    return WayFacts(
        road_class=classes,
        ramp=ramp,
        roundabout=column([one.roundabout for one in said], bool),
        roundabout_source=column([one.roundabout_source for one in said], np.int8),
        structure=column([one.level.structure for one in said], np.int8),
        structure_source=column([one.level.structure_source for one in said], np.int8),
        layer=column([one.level.layer for one in said], np.int8),
        layer_source=column([one.level.layer_source for one in said], np.int8),
        name=name,
        direction_source=column([one.direction_source for one in said], np.int8),
        vehicles_source=column([one.vehicles_source for one in said], np.int8),
        allowed=pair([one.allowed for one in said], bool),
        vehicles=pair([one.vehicles for one in said], np.int16),
        lanes=_filled(
            pair([(a.lanes, b.lanes) for a, b in both], np.float64), defaults.lanes(classes, ramp)
        ),
        lanes_source=pair([(a.source, b.source) for a, b in both], np.int8),
        bus_lanes=pair([(a.bus_lanes, b.bus_lanes) for a, b in both], np.float64),
        speed_mps=_filled(speed_kmh / 3.6, defaults.speed_mps(classes, ramp)),
        speed_source=np.where(np.isnan(speed_kmh), Source.DEFAULT, Source.TAGGED).astype(np.int8),
        turns=_known([(a.turns, b.turns) for a, b in both], kind),
        timed=_known([one.timed for one in said], kind),
        names=names,
    )


def _count(said: list[_Said], number: Array, tally: Tally) -> None:
    for word in _REMARKS:
        tally.add(word, 0)
    for one, ways in zip(said, number.tolist(), strict=True):
        for word in one.remarks:
            tally.add(word, ways)


def _names(ways: Ways) -> tuple[Array, tuple[str, ...]]:
    """Return the row of each way's name, int32, -1 for none, and the names, sorted."""
    names = [clean_name(tags.get("name", "") or tags.get("ref", "")) for tags in ways.tags]
    known = tuple(sorted(set(names) - {""}))
    row_of = {name: row for row, name in enumerate(known)}
    return np.array([row_of.get(name, -1) for name in names], np.int32), known


def _known(
    said: list[tuple[tuple[_Item, ...], tuple[_Item, ...]]], kind: Array
) -> dict[WayEnd, tuple[_Item, ...]]:
    """Return what stands in directions that have something; `kind` are the ways' rows of `said`."""
    some = np.array([bool(pair[FORWARD] or pair[BACKWARD]) for pair in said], bool)
    return {
        WayEnd(way, side): said[kind[way]][side]
        for way in np.flatnonzero(some[kind]).tolist()
        for side in (FORWARD, BACKWARD)
        if said[kind[way]][side]
    }


def _filled(values: Array, fallback: Array) -> Array:
    return np.where(np.isnan(values), fallback[:, None], values)
