"""A layer of car parks, as points or outlines, by a map of its columns."""

from collections.abc import Collection, Mapping
from enum import IntEnum
from pathlib import Path
from typing import Any, Final

import numpy as np

from citymove.facts.car_parks import UNSTATED, Access, CarParkKind, CarParks
from citymove.facts.reading import Reading
from citymove.formats.coordinate_check import check_coordinates
from citymove.formats.layers import cells
from citymove.formats.layers.features import Features, read_features, shape_coordinates
from citymove.formats.layers.layer_document import CarParksLayer, read_car_parks_layer_document
from citymove.formats.layers.roads import HasRoads
from citymove.formats.osm.reader import FARTHEST_M
from citymove.formats.osm.tally import Tally
from citymove.foundation.crs import LocalPlane
from citymove.foundation.provenance import Source

Array = np.ndarray[Any, Any]

_KINDS: Final = ("point", "multipoint", "polygon", "multipolygon")
_MOST_SPACES: Final = 999_999


def read_car_parks_layer(
    document: Path, *, plane: LocalPlane, reference: HasRoads | None = None
) -> tuple[CarParks, Reading]:
    """Read a layer of car parks.

    Parameters
    ----------
    document
        YAML file that names the layer's file beside it, its coordinates, and what its columns and
        their values mean; see docs/guides/formats.md.
    plane
        What metres refer to: the city's.
    reference
        As for `read_layer`. Car parks lie off the streets, so only a clear case is refused.

    Returns
    -------
    tuple
        The car parks in the order of the layer, spaces -1 where the layer states none, tariff
        `UNSTATED`; and the counts.

    Raises
    ------
    InputError, InputErrors
        What is wrong with document, file, columns, values or shapes, each with its place.
    """
    document = Path(document)
    entry = read_car_parks_layer_document(document)
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
    parks = _car_parks(features, entry, plane)
    tally.add("car_parks", len(parks))
    tally.add("car_parks_with_capacity", np.count_nonzero(parks.spaces >= 0))
    return parks, tally.reading(features.file.name)


def _car_parks(features: Features, entry: CarParksLayer, plane: LocalPlane) -> CarParks:
    faults = cells.Faults()
    columns, empty, count = entry.columns, entry.empty, len(features.fid)

    def word(column: str | None, known: Mapping[str, str], of: type[IntEnum]) -> Array:
        """Return members of an enumeration; the first one where nothing is said."""
        own = {member.name.lower(): int(member) for member in of}
        said = faults.attempt(
            lambda: cells.words(
                features,
                column,
                empty,
                known or {name: name for name in own},
                meaning="kinds" if of is CarParkKind else "access",
            ),
            [""] * count,
        )
        return np.array([own.get(name, 0) for name in said], np.int8)

    ids = faults.attempt(lambda: _ids(features, columns.id, empty), [""] * count)
    kind, access = (
        word(columns.kind, entry.kinds, CarParkKind),
        word(columns.access, entry.access, Access),
    )
    spaces = faults.attempt(
        lambda: cells.numbers(
            features, columns.spaces, empty, least=0, most=_MOST_SPACES, whole=True
        ),
        np.full(count, np.nan),
    )
    faults.stop()
    x_m, y_m, area_m2 = _places(features, plane)
    known = ~np.isnan(spaces)
    return CarParks(
        id=np.array(ids, np.str_),
        name=np.array(cells.texts(features, columns.name, empty), np.str_),
        x_m=x_m,
        y_m=y_m,
        kind=kind,
        access=access,
        spaces=np.where(known, spaces, -1).astype(np.int32),
        spaces_source=np.where(known, entry.stated, Source.DEFAULT),
        spaces_spread=np.zeros(count),
        tariff=np.full(count, UNSTATED),
        area_m2=area_m2,
    )


def _ids(features: Features, column: str | None, empty: Collection[str]) -> list[str]:
    """Return the id of each car park, the number of its feature where the layer has none.

    Raises
    ------
    InputError
        An id is missing or stands twice.
    """
    if column is None:
        return [f"layer{fid}" for fid in features.fid.tolist()]
    found: dict[str, int] = {}
    for row, text in enumerate(cells.texts(features, column, empty)):
        if not text:
            remedy = "fill it in, or name no id: features are then numbered"
            raise features.error("must have an id", row, f"{column} is empty", remedy)
        if text in found:
            first = int(features.fid[found[text]])
            rule = f"stands twice, first in feature {first}"
            raise features.error(rule, row, f"{column} = {text}", "give each an id of its own")
        found[text] = row
    return list(found)


def _places(features: Features, plane: LocalPlane) -> tuple[Array, Array, Array]:
    """Return the middle of each shape and the ground inside its outline, m and m2."""
    import shapely

    x_m, y_m = plane.to_metres(*shape_coordinates(features.shape))
    drawn = shapely.set_coordinates(features.shape.copy(), np.column_stack([x_m, y_m]))
    middle = shapely.centroid(drawn)
    far = np.flatnonzero(~(np.hypot(shapely.get_x(middle), shapely.get_y(middle)) <= FARTHEST_M))
    if far.size:
        raise features.error(
            f"must lie within {FARTHEST_M / 1000:.0f} km of the city's middle",
            int(far[0]),
            f"{far.size} such features",
            "cut the layer to the city, or check its coordinate system",
        )
    return shapely.get_x(middle), shapely.get_y(middle), shapely.area(drawn)
