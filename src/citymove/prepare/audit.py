"""What is known of a city's roads and parking, how it is known, and what is missing.

An audit takes facts as they were read, of a city's folder or of an extract alone, and counts
them; it changes nothing.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from citymove.facts.boundary import inside
from citymove.facts.car_parks import CarParks
from citymove.facts.city import Bilingual, City
from citymove.facts.defaults import CountryDefaults, defaults_for
from citymove.facts.kerb import Kerb, KerbSides, SideStatus
from citymove.facts.lost_roads import LostLinks
from citymove.facts.reading import Reading
from citymove.facts.roads import Links, RoadClass, Roads, attribute_sources
from citymove.facts.signal_plans import StatedSignals
from citymove.formats.osm import OsmFacts
from citymove.foundation.crs import LocalPlane
from citymove.foundation.provenance import Source, Sourced
from citymove.foundation.table import Table, column, frozen_array
from citymove.prepare.audited_signals import AuditedSignals, JunctionState, audited_signals
from citymove.prepare.missing import (
    CLASS_WEIGHT,
    Missing,
    StreetGaps,
    class_weights,
    leading,
    missing_car_parks,
    missing_on_streets,
    street_gaps,
)

Array = np.ndarray[Any, Any]

UNSTATED_SIDE: Final = -1  # a side of a street of which nothing is known (`KerbAudit.status`)
NO_SIZE: Final = -1  # a car park whose size nothing tells (`CarParkAudit.source`)
_NO_KERB: Final = (RoadClass.MOTORWAY, RoadClass.TRUNK)


@dataclass(frozen=True, eq=False, kw_only=True)
class ClassLengths(Table):
    """Roads by class.

    Parameters
    ----------
    road_class
        int8 `RoadClass`.
    links
        int64, directed links.
    road_km, link_km
        float64, length of roads, both directions counted once, and of links.
    """

    road_class: Array = column(np.int8)
    links: Array = column(np.int64)
    road_km: Array = column(np.float64)
    link_km: Array = column(np.float64)


@dataclass(frozen=True, eq=False, kw_only=True)
class Coverage(Table):
    """How each attribute is known.

    Parameters
    ----------
    attribute
        text, as in `facts.roads.attribute_sources`, and "lane_turns": arrows of the lanes.
    road_class
        int8 `RoadClass`.
    source
        int8 `Source`.
    links, km
        int64; float64, length of these links.
    """

    attribute: Array = column(np.str_)
    road_class: Array = column(np.int8)
    source: Array = column(np.int8)
    links: Array = column(np.int64)
    km: Array = column(np.float64)


@dataclass(frozen=True, slots=True)
class DefaultTaken:
    """A default of the country's table, and how many links rest on it.

    Parameters
    ----------
    attribute
        "lanes", "speed_kmh" or "capacity_per_lane_vph".
    road_class, ramp
        Which roads.
    value
        With range and note.
    links, km
        Links that take it, and their length.
    """

    attribute: str
    road_class: RoadClass
    ramp: bool
    value: Sourced
    links: int
    km: float


@dataclass(frozen=True, eq=False, kw_only=True)
class LostByClass(Table):
    """Links that are not connected, by class: int8 `RoadClass`, int64 links, float64 km."""

    road_class: Array = column(np.int8)
    links: Array = column(np.int64)
    km: Array = column(np.float64)


@dataclass(frozen=True, eq=False, kw_only=True)
class KerbAudit(Table):
    """Sides of streets inside the study area by what is known of them.

    Parameters
    ----------
    status
        int8 `SideStatus`, `UNSTATED_SIDE` where nothing is known.
    km
        float64, length of these sides; motorways, trunk roads and ramps left out where nothing
        is known, since they have no kerb.
    """

    status: Array = column(np.int8)
    km: Array = column(np.float64)


@dataclass(frozen=True, eq=False, kw_only=True)
class SpacesAudit(Table):
    """Spaces of kerbs or car parks by how they are known.

    Parameters
    ----------
    source
        int8 `Source`, `NO_SIZE` where nothing tells.
    number, spaces
        int64, kerbs or car parks, and their spaces.
    """

    source: Array = column(np.int8)
    number: Array = column(np.int64)
    spaces: Array = column(np.int64)


@dataclass(frozen=True, eq=False, kw_only=True)
class Audit:
    """What the facts are, and what they lack.

    Parameters
    ----------
    name
        Of the city, or of the extract's file.
    country, defaults
        What the defaults were chosen by, and their tables.
    plane
        What metres refer to.
    boundary_x_m, boundary_y_m
        float64, ring of the study area; empty: there is none.
    extent
        West, south, east, north of the roads, WGS84 degrees.
    roads, car_parks
        The facts themselves.
    reading
        Counts, notes, and what was lost.
    lengths, coverage, defaults_taken, lost, signals, kerb, kerb_spaces, car_park_spaces
        See there.
    lane_gaps, speed_gaps
        Where lanes and speed rest on a default.
    missing
        The most important first.
    """

    name: Bilingual
    country: str
    defaults: CountryDefaults
    plane: LocalPlane
    boundary_x_m: Array
    boundary_y_m: Array
    extent: tuple[float, float, float, float]
    roads: Roads
    car_parks: CarParks
    reading: Reading
    lengths: ClassLengths
    coverage: Coverage
    defaults_taken: tuple[DefaultTaken, ...]
    lost: LostByClass
    signals: AuditedSignals
    kerb: KerbAudit
    kerb_spaces: SpacesAudit
    car_park_spaces: SpacesAudit
    lane_gaps: StreetGaps
    speed_gaps: StreetGaps
    missing: tuple[Missing, ...]


def audit_city(city: City) -> Audit:
    """Return the audit of a city as `read_city` yields it."""
    return _audited(
        name=city.name,
        country=city.country,
        plane=city.plane,
        roads=city.roads,
        parks=city.car_parks,
        kerb=city.kerb,
        sides=city.kerb_sides,
        stated=city.stated_signals,
        ring=(city.boundary_x_m, city.boundary_y_m),
        reading=city.reading,
    )


def audit_extract(
    facts: OsmFacts,
    *,
    country: str = "",
    boundary: tuple[Array, Array] | None = None,
    stated_signals: StatedSignals | None = None,
) -> Audit:
    """Return the audit of an extract.

    Parameters
    ----------
    facts
        As `read_osm` yields them.
    country, boundary
        As given to `read_osm`.
    stated_signals
        Junctions of which the planner says whether they have lights.
    """
    ring = (np.empty(0), np.empty(0))
    if boundary is not None:
        ring = facts.plane.to_metres(*boundary)
    return _audited(
        name=Bilingual(facts.reading.file, facts.reading.file),
        country=country.strip().upper(),
        plane=facts.plane,
        roads=facts.roads,
        parks=facts.car_parks,
        kerb=facts.kerb,
        sides=facts.kerb_sides,
        stated=stated_signals if stated_signals is not None else StatedSignals.empty(),
        ring=ring,
        reading=facts.reading,
    )


def _audited(
    *,
    name: Bilingual,
    country: str,
    plane: LocalPlane,
    roads: Roads,
    parks: CarParks,
    kerb: Kerb,
    sides: KerbSides,
    stated: StatedSignals,
    ring: tuple[Array, Array],
    reading: Reading,
) -> Audit:
    defaults = defaults_for(country)
    lane_gaps, speed_gaps = (street_gaps(roads, plane, what) for what in ("lanes", "speed"))
    signals = audited_signals(roads, country, stated, plane)
    unstated = _unstated_sides(roads, sides, ring)
    nodes = roads.nodes
    missing = [
        *missing_on_streets("lanes", lane_gaps),
        *missing_on_streets("speeds", speed_gaps),
        *_missing_signals(signals),
        *missing_car_parks(parks),
        *_missing_sides(unstated),
        *_lost_as_missing(reading.lost_links),
    ]
    return Audit(
        name=name,
        country=country,
        defaults=defaults,
        plane=plane,
        boundary_x_m=frozen_array(ring[0], np.float64),
        boundary_y_m=frozen_array(ring[1], np.float64),
        extent=(
            float(nodes.lon.min()), float(nodes.lat.min()),
            float(nodes.lon.max()), float(nodes.lat.max()),
        ),
        roads=roads,
        car_parks=parks,
        reading=reading,
        lengths=_lengths(roads.links),
        coverage=_coverage(roads),
        defaults_taken=tuple(_defaults_taken(roads.links, defaults)),
        lost=_lost_by_class(reading.lost_links),
        signals=signals,
        kerb=_kerb(sides, unstated),
        kerb_spaces=_spaces(kerb.spaces, kerb.spaces_source),
        car_park_spaces=_spaces(parks.spaces, parks.spaces_source),
        lane_gaps=lane_gaps,
        speed_gaps=speed_gaps,
        missing=tuple(sorted(missing, key=lambda item: (-item.weight, item.key))),
    )  # fmt: skip


# --- roads ----------------------------------------------------------------------------------


def one_direction(links: Links) -> Array:
    """Return one link of each stretch of road, rows in increasing order."""
    stretch = np.stack([links.way_id.astype(np.float64), links.way_from_m], axis=1)
    return np.sort(np.unique(stretch, axis=0, return_index=True)[1])


def _lengths(links: Links) -> ClassLengths:
    once = one_direction(links)
    classes = np.unique(links.road_class)
    count = len(RoadClass)
    return ClassLengths(
        road_class=classes,
        links=np.bincount(links.road_class, minlength=count)[classes],
        road_km=np.bincount(links.road_class[once], links.length_m[once], count)[classes] / 1000,
        link_km=np.bincount(links.road_class, links.length_m, count)[classes] / 1000,
    )


def _coverage(roads: Roads) -> Coverage:
    links, arrows = roads.links, roads.lane_turns
    lane_turns = np.full(len(links), Source.DEFAULT, np.int8)
    lane_turns[arrows.link] = arrows.source
    parts = []
    for attribute, source in {**attribute_sources(roads), "lane_turns": lane_turns}.items():
        key = links.road_class.astype(np.int64) * len(Source) + source
        found = np.unique(key)
        parts.append(
            Coverage(
                attribute=np.full(found.size, attribute),
                road_class=found // len(Source),
                source=found % len(Source),
                links=np.bincount(key)[found],
                km=np.bincount(key, links.length_m)[found] / 1000,
            )
        )
    whole = parts[0]
    for part in parts[1:]:
        whole = whole.append(part)
    return whole


def _defaults_taken(links: Links, defaults: CountryDefaults) -> list[DefaultTaken]:
    """Return the defaults that links rest on, by attribute, class, ramps apart."""
    bases = (
        ("lanes", links.lanes_source == Source.DEFAULT),
        ("speed_kmh", links.speed_source == Source.DEFAULT),
        ("capacity_per_lane_vph", links.capacity_source == Source.DEFAULT),
    )
    taken = []
    for attribute, rests in bases:
        for known in RoadClass:
            for ramp in (False, True):
                rows = np.flatnonzero(rests & (links.road_class == known) & (links.ramp == ramp))
                if rows.size:
                    value = _default_of(defaults, attribute, known, ramp=ramp)
                    km = float(links.length_m[rows].sum()) / 1000
                    taken.append(DefaultTaken(attribute, known, ramp, value, rows.size, km))
    return taken


def _default_of(
    defaults: CountryDefaults, attribute: str, road_class: RoadClass, *, ramp: bool
) -> Sourced:
    of_class: Sourced = getattr(defaults.of_class(road_class), attribute)
    if not ramp:
        return of_class
    of_ramp: Sourced = getattr(defaults, f"ramp_{attribute}")
    if attribute == "lanes":
        return of_ramp
    return of_ramp if of_ramp.value < of_class.value else of_class


def _lost_by_class(lost: LostLinks) -> LostByClass:
    classes = np.unique(lost.road_class)
    return LostByClass(
        road_class=classes,
        links=np.bincount(lost.road_class)[classes],
        km=np.bincount(lost.road_class, lost.length_m)[classes] / 1000,
    )


def _lost_as_missing(lost: LostLinks) -> list[Missing]:
    if not len(lost):
        return []
    weight = class_weights(lost.road_class) * lost.length_m / 1000
    km = float(lost.length_m.sum()) / 1000
    names = leading(lost.name, weight)
    return [Missing("lost_links", None, len(lost), km, float(weight.sum()), names)]


# --- signals --------------------------------------------------------------------------------


def _missing_signals(signals: AuditedSignals) -> list[Missing]:
    rows = np.flatnonzero(signals.junctions.state == JunctionState.INFERRED)
    if not rows.size:
        return []
    weight = signals.junctions.weight[rows]
    names = leading(signals.junctions.name[rows], weight)
    return [Missing("signals", None, rows.size, 0.0, float(weight.sum()), names)]


# --- parking --------------------------------------------------------------------------------


def _unstated_sides(roads: Roads, sides: KerbSides, ring: tuple[Array, Array]) -> Array:
    """Return metres of sides inside the study area of which nothing is known, by class."""
    links = roads.links
    once = one_direction(links)
    middle = (roads.shape_start[once] + roads.shape_start[once + 1]) // 2
    here = inside(*ring, roads.shape_x_m[middle], roads.shape_y_m[middle])
    has_kerb = ~links.ramp[once] & ~np.isin(links.road_class[once], _NO_KERB)
    rows = once[here & has_kerb]
    total = np.bincount(links.road_class[rows], 2 * links.length_m[rows], len(RoadClass))
    ways, first = np.unique(links.way_id, return_index=True)
    at = np.minimum(np.searchsorted(ways, sides.way_id), max(ways.size - 1, 0))
    class_of_side = links.road_class[first[at]]
    known = np.bincount(class_of_side, sides.to_m - sides.from_m, len(RoadClass))
    return np.asarray(np.maximum(total - known, 0.0))


def _missing_sides(unstated_m: Array) -> list[Missing]:
    km = float(unstated_m.sum()) / 1000
    if km <= 0:
        return []
    weight = km / 2 * CLASS_WEIGHT[RoadClass.RESIDENTIAL]  # two sides make one street
    return [Missing("kerb_sides", None, 0, km, weight)]


def _kerb(sides: KerbSides, unstated_m: Array) -> KerbAudit:
    known = [
        float((sides.to_m - sides.from_m)[sides.status == status].sum()) / 1000
        for status in SideStatus
    ]
    return KerbAudit(
        status=np.array([*SideStatus, UNSTATED_SIDE]),
        km=np.array([*known, float(unstated_m.sum()) / 1000]),
    )


def _spaces(spaces: Array, source: Array) -> SpacesAudit:
    kind = np.where(spaces >= 0, source, NO_SIZE)
    found = np.unique(kind)
    return SpacesAudit(
        source=found,
        number=np.array([np.count_nonzero(kind == one) for one in found], np.int64),
        spaces=np.array([max(int(spaces[kind == one].sum()), 0) if one != NO_SIZE else 0
                         for one in found], np.int64),
    )  # fmt: skip
