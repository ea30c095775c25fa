"""A layer of roads, by a map of its columns."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np

from citymove.facts.defaults import defaults_for
from citymove.facts.roads import Roads
from citymove.formats.coordinate_check import check_coordinates
from citymove.formats.drawn_roads import Lines, RoadFacts, roads_of_lines
from citymove.formats.layers import cells
from citymove.formats.layers.features import Features, read_features, shape_coordinates
from citymove.formats.layers.joining import Joined, joined
from citymove.formats.layers.layer_document import RoadsLayer, read_roads_layer_document
from citymove.formats.osm import speeds
from citymove.formats.osm.boundary import inside_of
from citymove.formats.osm.positions import NodeTable
from citymove.formats.osm.reader import FARTHEST_M
from citymove.formats.osm.tags import RAMPS, ROAD_CLASS, Tags
from citymove.formats.osm.tally import Tally
from citymove.foundation.crs import LocalPlane
from citymove.foundation.errors import InputError
from citymove.foundation.provenance import Source

Array = np.ndarray[Any, Any]

_KINDS: Final = ("linestring", "multilinestring", "linearring")
_KMH: Final = {"km/h": 1.0, "mph": 1.609344, "m/s": 3.6}
_METRES: Final = {"m": 1.0, "km": 1000.0, "ft": 0.3048, "mi": 1609.344}
_ONE_WAY: Final = {"both": "no", "forward": "yes", "backward": "-1", "closed": "no", "": "no"}
_LANES: Final = (0.5, 20.0)
_CAPACITY_VPH: Final = (1.0, 30_000.0)
_WHOLE: Final = re.compile(r"-?\d{1,18}", re.ASCII)


class HasRoads(Protocol):
    """Facts with roads and their plane, as `read_osm` and `read_layer` give."""

    @property
    def plane(self) -> LocalPlane:
        """What metres refer to."""

    @property
    def roads(self) -> Roads:
        """The network."""


def read_layer(
    document: Path,
    *,
    plane: LocalPlane | None = None,
    reference: HasRoads | None = None,
    country: str = "",
    boundary: tuple[Array, Array] | None = None,
) -> RoadFacts:
    """Read a layer of roads: shapefile, GeoPackage or GeoJSON.

    Parameters
    ----------
    document
        YAML file that names the layer's file beside it, its coordinates, and what its columns and
        their values mean; see docs/guides/formats.md.
    plane
        What metres refer to; None: that of the reference, else one about the middle of the layer.
    reference
        Roads that are known to lie right, as an extract's: coordinates that fit them better in
        another system than the declared one are refused.
    country
        ISO 3166-1 alpha-2 code, which chooses the defaults where the document names no country.
    boundary
        Longitudes and latitudes, WGS84 degrees, of the ring of the study area; one-way roads that
        lead out of it are kept, since the way back may lie beyond the layer.

    Returns
    -------
    RoadFacts
        The strongly connected part. What a column states is measured or reported, as the document
        says; what it leaves empty is the default of the country.

    Raises
    ------
    InputError, InputErrors
        What is wrong with document, file, columns, values or shapes, each with its place.
    """
    document = Path(document)
    entry = read_roads_layer_document(document)
    tally = Tally()
    features = read_features(
        document.parent / entry.file,
        [name for name in entry.columns.model_dump().values() if name is not None],
        _KINDS,
        layer=entry.layer,
        encoding=entry.encoding,
        system=entry.system,
        meridian_deg=entry.meridian_deg,
        tally=tally,
    )
    if reference is not None:
        check_coordinates(
            entry.system,
            *features.declared_points(),
            roads=reference.roads,
            plane=reference.plane,
            file=features.file,
            tally=tally,
        )
        plane = plane or reference.plane
    stated = _stated(features, entry)
    plane = plane or _plane_about(features)
    lines, feature = _lines(features, stated, entry, plane, tally)
    inside = inside_of(boundary, plane).of(*plane.to_metres(lines.nodes.lon, lines.nodes.lat))
    lines = replace(lines, open_end=~inside)
    roads, line = roads_of_lines(
        lines,
        plane,
        defaults=defaults_for(entry.country or country),
        name=str(features.file),
        tally=tally,
    )
    roads = _with_sources(roads, entry, stated.capacity_vph[feature[line]], tally)
    _note(tally)
    return RoadFacts(plane=plane, roads=roads, reading=tally.reading(features.file.name))


# --- what the columns say ---------------------------------------------------------------------


@dataclass(frozen=True, eq=False, kw_only=True)
class _Stated:
    """What the columns say of each feature; "" and NaN where they say nothing."""

    way_id: Array
    name: list[str]
    road_class: list[str]
    direction: list[str]
    lanes: Array
    speed_kmh: Array
    capacity_vph: Array
    length_m: Array
    level: Array


def _stated(features: Features, entry: RoadsLayer) -> _Stated:
    """Return what the columns say; raise every fault at once."""
    faults = cells.Faults()
    columns, empty, count = entry.columns, entry.empty, len(features.fid)
    nothing, nowhere = np.full(count, np.nan), [""] * count

    def number(column: str | None, least: float, most: float, *, whole: bool = False) -> Array:
        return faults.attempt(
            lambda: cells.numbers(features, column, empty, least=least, most=most, whole=whole),
            nothing,
        )

    def word(column: str | None, known: Mapping[str, str], meaning: str) -> list[str]:
        return faults.attempt(
            lambda: cells.words(features, column, empty, known, meaning=meaning), nowhere
        )

    kmh, metres = _KMH[entry.speed_unit], _METRES[entry.length_unit]
    classes: Mapping[str, str] = {}
    classes = faults.attempt(lambda: _classes(features, entry), classes)
    said = _Stated(
        way_id=faults.attempt(lambda: _way_ids(features, columns.id, empty), np.arange(count)),
        name=cells.texts(features, columns.name, empty),
        road_class=word(columns.road_class, classes, "classes") if classes else nowhere,
        direction=word(columns.oneway, entry.oneway, "oneway"),
        lanes=number(columns.lanes, *_LANES),
        speed_kmh=number(columns.speed, speeds.LEAST_KMH / kmh, speeds.MOST_KMH / kmh) * kmh,
        capacity_vph=number(columns.capacity, *_CAPACITY_VPH),
        length_m=number(columns.length, 1e-3 / metres, 1e6 / metres) * metres,
        level=number(columns.level, -9, 9, whole=True),
    )
    if not faults.found:
        faults.found += _without_class(features, said.road_class, columns.road_class)
    faults.stop()
    return said


def _classes(features: Features, entry: RoadsLayer) -> Mapping[str, str]:
    """Return the class that each value means, in OpenStreetMap's words."""
    known = [*ROAD_CLASS, *RAMPS]
    strange = sorted(set(entry.classes.values()) - set(known))
    if strange:
        raise InputError(
            "is no class of roads",
            file=features.file,
            value=f"classes: {', '.join(strange)}",
            remedy=f"write one of {', '.join(known)}",
        )
    return entry.classes or dict(zip(known, known, strict=True))


def _without_class(features: Features, said: list[str], column: str) -> list[InputError]:
    missing = [row for row, word in enumerate(said) if not word]
    if not missing:
        return []
    value = f"{column} is empty ({len(missing)} such features)"
    remedy = 'fill it in, or write what an empty one means: classes: {"": residential}'
    return [features.error("must have a class", missing[0], value, remedy)]


def _way_ids(features: Features, column: str | None, empty: Collection[str]) -> Array:
    """Return the number of each feature: the column's where it holds whole numbers, else its own.

    Raises
    ------
    InputError
        An id stands twice, or is no whole number.
    """
    if column is None:
        return features.fid
    found: dict[int, int] = {}
    for row, text in enumerate(cells.texts(features, column, empty)):
        if not _WHOLE.fullmatch(text):
            raise features.error(
                "must be a whole number",
                row,
                f"{column} = {text[:40]}",
                "name another column as id, or none: features are then numbered",
            )
        if int(text) in found:
            first = int(features.fid[found[int(text)]])
            raise features.error(
                f"stands twice, first in feature {first}",
                row,
                f"{column} = {text}",
                "give each feature an id of its own, or name no id",
            )
        found[int(text)] = row
    return np.array(list(found), np.int64)


# --- lines ------------------------------------------------------------------------------------


def _plane_about(features: Features) -> LocalPlane:
    lon, lat = shape_coordinates(features.shape)
    return LocalPlane(
        lon0=round(float(lon.min() + lon.max()) / 2, 4),
        lat0=round(float(lat.min() + lat.max()) / 2, 4),
    )


def _lines(
    features: Features, stated: _Stated, entry: RoadsLayer, plane: LocalPlane, tally: Tally
) -> tuple[Lines, Array]:
    """Return the parts of features as lines of a network, and the feature of each."""
    import shapely

    part, feature = shapely.get_parts(features.shape, return_index=True)
    tally.add("features_of_several_parts", np.count_nonzero(np.bincount(feature) > 1))
    points, line = shapely.get_coordinates(part, return_index=True)
    x_m, y_m = plane.to_metres(points[:, 0], points[:, 1])
    _check_near(features, feature[line], x_m, y_m, plane)
    level = np.nan_to_num(stated.level).astype(np.int64)[feature]
    try:
        network = joined(line, x_m, y_m, level, entry.snap_m)
    except InputError as error:
        raise InputError(
            error.rule, file=features.file, value=error.value, remedy=error.remedy
        ) from None
    _count_joined(network, tally)
    lon, lat = plane.to_degrees(network.x_m, network.y_m)
    parts = np.bincount(feature)
    return Lines(
        way_id=stated.way_id[feature],
        tags=[_tags(stated, entry, row) for row in feature.tolist()],
        start=np.searchsorted(network.line, np.arange(part.size + 1)),
        refs=network.node + 1,
        nodes=NodeTable(np.arange(1, lon.size + 1), lon, lat),
        tagged_nodes=(),
        # a stated length is that of the whole feature
        length_m=np.where(parts[feature] == 1, stated.length_m[feature], np.nan),
        open_end=np.zeros(lon.size, bool),
    ), feature


def _check_near(features: Features, row: Array, x_m: Array, y_m: Array, plane: LocalPlane) -> None:
    far = np.flatnonzero(~(np.hypot(x_m, y_m) <= FARTHEST_M))
    if far.size:
        raise features.error(
            f"must lie within {FARTHEST_M / 1000:.0f} km of lon {plane.lon0}, lat {plane.lat0}",
            int(row[far[0]]),
            "a point lies farther",
            "cut the layer to the city, or check its coordinate system",
        )


def _count_joined(network: Joined, tally: Tally) -> None:
    tally.add("ends_moved_within_tolerance", network.ends_moved)
    tally.add("ends_joined_to_lines", network.ends_on_lines)
    tally.add("lines_shorter_than_tolerance", network.lines_shrunk)


def _tags(stated: _Stated, entry: RoadsLayer, row: int) -> Tags:
    """Return what the columns say of a feature in OpenStreetMap's words."""
    direction = stated.direction[row]
    tags = {"highway": stated.road_class[row], "oneway": _ONE_WAY[direction]}
    if direction == "closed":
        tags["access"] = "no"
    if stated.name[row]:
        tags["name"] = stated.name[row]
    if not np.isnan(stated.lanes[row]):
        sides = ("",) if entry.lanes_of == "road" else (":forward", ":backward")
        tags.update({f"lanes{side}": f"{stated.lanes[row]:g}" for side in sides})
    if not np.isnan(stated.speed_kmh[row]):
        tags["maxspeed"] = f"{stated.speed_kmh[row]:.9g}"
    if not np.isnan(stated.level[row]):
        tags["layer"] = f"{stated.level[row]:.0f}"
    return tags


# --- what was given, and by whom ----------------------------------------------------------------


def _with_sources(roads: Roads, entry: RoadsLayer, capacity_vph: Array, tally: Tally) -> Roads:
    """Return the roads with the layer as the source of what its columns state."""
    links, stated = roads.links, entry.stated

    def by_layer(source: Array) -> Array:
        return np.where(source == Source.TAGGED, stated, source)

    per_link = capacity_vph * (links.lanes if entry.capacity_of == "lane" else 1.0)
    known = ~np.isnan(per_link)
    given_way = Source.DEFAULT if entry.columns.oneway is None else stated
    roads = roads.with_links(
        lanes_source=by_layer(links.lanes_source),
        speed_source=by_layer(links.speed_source),
        layer_source=by_layer(links.layer_source),
        direction_source=np.full(len(links), given_way),
        # closed to the public's cars alone is tagged; what is left is open to all, by default
        vehicles_source=np.where(
            links.vehicles_source == Source.TAGGED, Source.DEFAULT, links.vehicles_source
        ),
        capacity_vph=per_link,
        capacity_source=np.where(known, stated, Source.DEFAULT),
    )
    for word, source in (
        ("lanes", roads.links.lanes_source),
        ("speed", roads.links.speed_source),
        ("capacity", roads.links.capacity_source),
    ):
        tally.add(f"links_with_{word}_stated", np.count_nonzero(source != Source.DEFAULT))
        tally.counts.pop(f"links_with_{word}_tagged", None)  # the layer's word, not a tag
    return roads


def _note(tally: Tally) -> None:
    counts = tally.counts
    tally.note(
        "lanes_speeds_and_capacities_stated",
        en=f"The layer states lanes of {counts['links_with_lanes_stated']}, speed of "
        f"{counts['links_with_speed_stated']} and capacity of "
        f"{counts['links_with_capacity_stated']} of {counts['links']} links; the others take the "
        "country's defaults. It holds no turn restrictions and no signals.",
        zh=f"{counts['links']} 条路段中，图层给出车道数 {counts['links_with_lanes_stated']} 条、"
        f"限速 {counts['links_with_speed_stated']} 条、"
        f"通行能力 {counts['links_with_capacity_stated']} 条；其余采用所在国家的默认值。"
        "图层不含转向限制和信号灯。",
    )
