"""The reader of OpenStreetMap extracts: roads, kerb, car parks and places out of one file."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from citymove.facts.car_parks import CarParks
from citymove.facts.defaults import CountryDefaults, defaults_for
from citymove.facts.kerb import Kerb, KerbClear, KerbHours, KerbSides
from citymove.facts.places import Places
from citymove.facts.reading import Reading
from citymove.facts.roads import Roads
from citymove.formats.osm import place_kinds
from citymove.formats.osm.areas import areas_of
from citymove.formats.osm.boundary import inside_of
from citymove.formats.osm.cut_ends import cut_ends
from citymove.formats.osm.extract import Extract, Ways, is_area, read_extract
from citymove.formats.osm.header import header_date
from citymove.formats.osm.kerb import kerb_of
from citymove.formats.osm.parking import car_parks, is_car_park
from citymove.formats.osm.places import places_of
from citymove.formats.osm.positions import NodeTable
from citymove.formats.osm.restriction_notes import note_restrictions
from citymove.formats.osm.roads import build_roads
from citymove.formats.osm.roundabouts import count_mini_roundabouts, with_roundabouts_by_shape
from citymove.formats.osm.tag_counts import count_tags
from citymove.formats.osm.tally import Tally
from citymove.formats.osm.way_notes import note_ways
from citymove.formats.osm.ways import drivable_ways, way_facts
from citymove.foundation.crs import LocalPlane
from citymove.foundation.errors import InputError

Array = np.ndarray[Any, Any]

FARTHEST_M = 500_000.0  # beyond, the local plane no longer keeps lengths (see `foundation.crs`)


@dataclass(frozen=True, eq=False, kw_only=True)
class OsmFacts:
    """What OpenStreetMap knows of a city.

    Parameters
    ----------
    plane
        What metres refer to.
    roads
        Roads that cars may use, their strongly connected part.
    kerb, kerb_hours, kerb_sides, kerb_clear
        Kerb parking that tags state, its hours, what is known of each side of a road, and what is
        kept clear for mapped features.
    car_parks
        Car parks; `spaces` is -1 where neither tags nor an outline tell, and of tariffs only that
        parking is free.
    places
        Buildings and points of interest.
    reading
        Counts of what was found, taken and lost, and notes for the planner.
    """

    plane: LocalPlane
    roads: Roads
    kerb: Kerb
    kerb_hours: KerbHours
    kerb_sides: KerbSides
    kerb_clear: KerbClear
    car_parks: CarParks
    places: Places
    reading: Reading


def read_osm(
    path: Path,
    *,
    country: str = "",
    plane: LocalPlane | None = None,
    boundary: tuple[Array, Array] | None = None,
    crop: tuple[Array, Array] | None = None,
    progress: Callable[[str], None] | None = None,
) -> OsmFacts:
    """Read an OpenStreetMap extract.

    Parameters
    ----------
    path
        File that ends in ``.osm``, ``.osm.gz`` or ``.osm.pbf``.
    country
        ISO 3166-1 alpha-2 code, which chooses the defaults of untagged roads; "": generic.
    plane
        What metres refer to; None: a plane about the middle of the extract's roads.
    boundary
        Longitudes and latitudes, float64, WGS84 degrees, of the ring of the study area. Roads
        outside are kept, since traffic uses them; car parks, kerb parking and places are not.
    crop
        A ring of the same kind: roads that do not touch it are left out too. The names and linear
        references of the others stay what they are without it.
    progress
        Called with a few words at each stage.

    Returns
    -------
    OsmFacts
        Sorted by OSM id, then position: the same file gives the same arrays.

    Raises
    ------
    InputError
        Where the file is missing, of another format, cut or damaged, holds no road for cars,
        or a node out of range.
    """
    path = Path(path)
    tell = progress if progress is not None else _say_nothing
    defaults = defaults_for(country)
    tally = Tally()
    extract = read_extract(path, tell)
    tally.add("objects_repeated", extract.repeated)
    tally.date = header_date(path)
    ways = drivable_ways(extract.ways, tally)
    facts = way_facts(ways, defaults, tally)
    count_tags(ways, facts, tally)
    plane = plane if plane is not None else _plane_about(extract.nodes, ways, path)
    x_m, y_m = _on_plane(extract.nodes, plane, path)
    tally.cut_ends = cut_ends(ways, extract.nodes, x_m, y_m)
    cropped = inside_of(crop, plane)
    inside = inside_of(boundary, plane).within(cropped)
    tell("cutting roads into links")
    roads = build_roads(
        extract, ways, facts, x_m, y_m, inside=inside, crop=cropped, file=path, tally=tally
    )
    roads = with_roundabouts_by_shape(roads, drives_on=defaults.drives_on, tally=tally)
    count_mini_roundabouts(extract.tagged_nodes, tally)
    kerbs = kerb_of(
        extract, ways, facts, roads, x_m, y_m, inside=inside, defaults=defaults, tally=tally
    )
    tell("reading parking and places")
    lots = areas_of(extract, x_m, y_m, is_car_park, tally, mend=True)
    parks = car_parks(extract, lots, ways, x_m, y_m, inside, tally)
    lost = "grounds_without_whole_outline"
    places = places_of(
        extract,
        areas_of(extract, x_m, y_m, place_kinds.is_place, tally),
        areas_of(extract, x_m, y_m, place_kinds.is_ground, tally, lost=lost),
        x_m,
        y_m,
        inside,
        tally,
    )
    _count_buildings(extract, tally)
    _note_roads(tally, defaults)
    note_ways(tally)
    return OsmFacts(
        plane=plane,
        roads=roads,
        kerb=kerbs.kerb,
        kerb_hours=kerbs.hours,
        kerb_sides=kerbs.sides,
        kerb_clear=kerbs.clear,
        car_parks=parks,
        places=places,
        reading=tally.reading(path.name),
    )


def _say_nothing(_: str) -> None:
    """Take a word of progress, and keep it."""


def _plane_about(nodes: NodeTable, ways: Ways, file: Path) -> LocalPlane:
    """Return a plane about the middle of the roads' bounding box, rounded to about 10 m."""
    rows = nodes.rows_of(ways.refs)
    rows = rows[rows >= 0]
    if rows.size == 0:
        raise InputError(
            "holds no road that cars may use",
            file=file,
            remedy="check that the extract covers the city and holds ways tagged highway=*",
        )
    lon, lat = nodes.lon[rows], nodes.lat[rows]
    return LocalPlane(
        lon0=round(float(lon.min() + lon.max()) / 2, 4),
        lat0=round(float(lat.min() + lat.max()) / 2, 4),
    )


def _on_plane(nodes: NodeTable, plane: LocalPlane, file: Path) -> tuple[Array, Array]:
    x_m, y_m = plane.to_metres(nodes.lon, nodes.lat)
    far = np.flatnonzero(~(np.hypot(x_m, y_m) <= FARTHEST_M))  # also where it has no image
    if far.size:
        at = far[0]
        raise InputError(
            f"must lie within {FARTHEST_M / 1000:.0f} km of the city's middle "
            f"(lon {plane.lon0}, lat {plane.lat0})",
            file=file,
            value=f"node {nodes.id[at]} at lon {nodes.lon[at]:.7f}, lat {nodes.lat[at]:.7f}",
            remedy="cut the extract to the city and its surroundings",
        )
    return x_m, y_m


def _count_buildings(extract: Extract, tally: Tally) -> None:
    areas = (relation.tags for relation in extract.relations if is_area(relation))
    own = [*extract.ways.tags, *areas]
    buildings = [tags for tags in own if "building" in tags]
    tally.add("buildings_found", len(buildings))
    left_out = sum(not place_kinds.is_building(tags) for tags in buildings)
    tally.add("buildings_left_out_no_trips", left_out)


def _note_roads(tally: Tally, defaults: CountryDefaults) -> None:
    """Write what a planner should know of the roads before trusting a figure."""
    counts = tally.counts
    links = counts["links"]
    lanes, speeds = counts["links_with_lanes_tagged"], counts["links_with_speed_tagged"]
    tally.note(
        "lanes_and_speeds_tagged",
        en=f"Lanes are tagged on {lanes} and speed on {speeds} of {links} links; the others take "
        f'the table "{defaults.table}" of defaults.',
        zh=f"{links} 条路段中，{lanes} 条标有车道数，{speeds} 条标有限速；"
        f"其余采用“{defaults.table}”默认值表。",
    )
    if counts["ways_clipped"]:
        clipped, missing = counts["ways_clipped"], counts["way_nodes_missing"]
        tally.note(
            "ways_clipped",
            en=f"{clipped} roads are cut by the edge of the extract ({missing} of their points "
            "are missing); what is there is kept.",
            zh=f"{clipped} 条道路在数据范围边缘被截断（缺 {missing} 个点），保留范围内的部分。",
        )
    note_restrictions(tally)
    if counts["areas_without_whole_outline"]:
        areas = counts["areas_without_whole_outline"]
        tally.note(
            "areas_without_whole_outline",
            en=f"{areas} areas have no whole outline in the extract and are left out.",
            zh=f"{areas} 个区域在数据范围内轮廓不完整，已略去。",
        )
