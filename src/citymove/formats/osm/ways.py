"""Which ways cars may use, and what their tags say of both directions."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.facts.defaults import CountryDefaults
from citymove.facts.roads import RoadClass
from citymove.formats.osm import tags as tagging
from citymove.formats.osm.extract import Ways
from citymove.formats.osm.tally import Tally
from citymove.foundation.provenance import Source
from citymove.foundation.table import frozen_array

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class WayFacts:
    """What is known of each drivable way.

    Parameters
    ----------
    road_class, ramp, roundabout, structure, layer, name
        One value per way, as in `facts.roads.Links`.
    allowed
        bool [ways, 2], whether cars may drive with, against the way's node order.
    lanes, lanes_source, speed_mps, speed_source
        float64, int8 [ways, 2], by the same directions.
    names
        Sorted names that `name` points to.
    """

    road_class: Array
    ramp: Array
    roundabout: Array
    structure: Array
    layer: Array
    name: Array
    allowed: Array
    lanes: Array
    lanes_source: Array
    speed_mps: Array
    speed_source: Array
    names: tuple[str, ...]


def drivable_ways(ways: Ways, tally: Tally) -> Ways:
    """Return the ways that cars may use; count the others by reason.

    Taken are motorway to service with ramps. Left out are areas, ways closed to the public's
    cars by their most particular access tag, ways whose direction changes over the day, and
    service ways of one plot (`tags.PLOT_SERVICE`): parking aisles, driveways, drive-throughs,
    emergency access.
    """
    kept = []
    for row, tags in enumerate(ways.tags):
        if tagging.road_class(tags) is None:
            continue
        tally.add("road_ways")
        reason = _reason_to_drop(tags)
        if reason:
            tally.add(f"road_ways_left_out_{reason}")
        else:
            kept.append(row)
    tally.add("drivable_ways", len(kept))
    return ways.take(kept)


def _reason_to_drop(tags: tagging.Tags) -> str:
    if tags.get("area") == "yes":
        return "area"
    if not tagging.is_drivable(tags) or not any(tagging.directions(tags)):
        return "access"
    if tags.get("oneway") == "reversible":
        return "reversible"
    if tags["highway"] == "service" and tags.get("service") in tagging.PLOT_SERVICE:
        return "plot_service"
    return ""


def way_facts(ways: Ways, defaults: CountryDefaults, tally: Tally) -> WayFacts:
    """Return what the tags of drivable ways say, defaults of the country where they do not."""
    n = len(ways)
    road_class, ramp = np.zeros(n, np.int8), np.zeros(n, bool)
    roundabout, allowed = np.zeros(n, bool), np.zeros((n, 2), bool)
    structure, layer = np.zeros(n, np.int8), np.zeros(n, np.int8)
    lanes, speed_kmh = np.full((n, 2), np.nan), np.full((n, 2), np.nan)
    names = []
    for row, tags in enumerate(ways.tags):
        known = tagging.road_class(tags) or (RoadClass.SERVICE, False)
        road_class[row], ramp[row] = known
        roundabout[row] = tagging.is_roundabout(tags)
        allowed[row] = tagging.directions(tags)
        structure[row], layer[row] = tagging.structure_and_layer(tags)
        lanes[row] = tagging.lanes_by_direction(tags, *allowed[row])  # None becomes NaN
        speed_kmh[row] = tagging.speeds_by_direction(tags)
        names.append(tagging.clean_name(tags.get("name", "") or tags.get("ref", "")))
        _count_unreadable(tags, lanes[row], speed_kmh[row], tally)
    all_names = tuple(sorted(set(names) - {""}))
    row_of = {name: row for row, name in enumerate(all_names)}
    by_class = defaults.lanes(road_class, ramp), defaults.speed_mps(road_class, ramp)
    return WayFacts(
        road_class=road_class,
        ramp=ramp,
        roundabout=roundabout,
        structure=structure,
        layer=layer,
        name=np.array([row_of.get(name, -1) for name in names], np.int32),
        allowed=allowed,
        lanes=_filled(lanes, by_class[0]),
        lanes_source=_source(lanes),
        speed_mps=_filled(speed_kmh / 3.6, by_class[1]),
        speed_source=_source(speed_kmh),
        names=all_names,
    )


def _filled(values: Array, fallback: Array) -> Array:
    return np.where(np.isnan(values), fallback[:, None], values)


def _source(values: Array) -> Array:
    return frozen_array(np.where(np.isnan(values), Source.DEFAULT, Source.TAGGED), np.int8)


def _count_unreadable(tags: tagging.Tags, lanes: Array, speed: Array, tally: Tally) -> None:
    if "lanes" in tags and np.isnan(lanes).all():
        tally.add("ways_with_unreadable_lanes")
    if "maxspeed" in tags and np.isnan(speed).all():
        tally.add("ways_with_unreadable_maxspeed")
