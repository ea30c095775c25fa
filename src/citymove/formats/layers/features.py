"""The features of a file of geometries: their shapes in WGS84 and their columns, checked.

GDAL reads the file (through pyogrio). The texts of a shapefile are decoded here, since a wrong
encoding shows only in their bytes: GDAL would put other characters in their place and go on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from citymove.formats.osm.tally import Tally
from citymove.foundation.coordinates import CoordinateSystem, to_wgs84
from citymove.foundation.errors import InputError
from citymove.foundation.near_names import did_you_mean

Array = np.ndarray[Any, Any]

MOST_FEATURES: Final = 5_000_000
_AXIS_M, _FLATTENING = 6378137.0, 298.257
_CODE_PAGES: Final = {0x4D: "GBK", 0x7A: "GBK", 0x4F: "Big5", 0x78: "Big5"}  # dBASE's byte 29
_SAMPLE: Final = 5
_STEP_DEG: Final = 3e-4


@dataclass(frozen=True, eq=False)
class Features:
    """Features of a layer.

    Parameters
    ----------
    file
        Where they are from.
    fid
        int64, the file's own number of each, for messages.
    shape
        shapely geometries, WGS84 degrees, two-dimensional, never empty.
    declared_x, declared_y
        float64, all coordinates of all shapes in the order of `shapely.get_coordinates`, in degrees
        of the declared system, or in the metres of a Gauss-Krüger zone.
    columns
        Values by the name of their column.
    """

    file: Path
    fid: Array
    shape: Array
    declared_x: Array
    declared_y: Array
    columns: dict[str, Array]

    def declared_points(self) -> tuple[Array, Array]:
        """Return points of the shapes as declared, of lines about every 30 m."""
        import shapely

        if self.declared_x.size == 0 or np.any(np.abs(self.declared_x) > 180):  # metres of a zone
            return self.declared_x, self.declared_y
        declared = np.column_stack([self.declared_x, self.declared_y])
        drawn = shapely.set_coordinates(self.shape.copy(), declared)
        return shape_coordinates(shapely.segmentize(drawn, _STEP_DEG))

    def error(self, rule: str, row: int, value: str, remedy: str | None = None) -> InputError:
        """Return an error that names the file and the feature."""
        value = f"feature {int(self.fid[row])}: {value}"
        return InputError(rule, file=self.file, value=value, remedy=remedy)


def read_features(
    path: Path,
    columns: Sequence[str],
    kinds: Sequence[str],
    *,
    layer: str | None,
    encoding: str | None,
    system: CoordinateSystem,
    meridian_deg: int | None,
    tally: Tally,
) -> Features:
    """Return the features of one layer of a file.

    Parameters
    ----------
    path
        Shapefile, GeoPackage, GeoJSON, or whatever else GDAL reads.
    columns
        Names of the columns wanted.
    kinds
        Types of geometry that are taken, as shapely names them.
    layer
        Its name where the file holds several.
    encoding
        Of the texts of a shapefile; None: as its .cpg or its header says.
    system, meridian_deg
        What the coordinates are declared to be, see `coordinates.to_wgs84`.
    tally
        Takes the counts.

    Raises
    ------
    InputError
        The file, a column or the layer is missing; a text is not of the encoding; a shape is of
        another type, or a coordinate is no finite number or out of range; there is no feature.
    """
    info = _info(path, layer)
    _check_columns(path, [str(name) for name in _decoded_names(path, info, encoding)], columns)
    fid, wkb, values = _read(path, info, columns, encoding, tally)
    shape, kept = _shapes(path, fid, wkb, kinds, tally)
    east, north = shape_coordinates(shape)
    east, north = _of_geographic(path, info["crs"], east, north)
    try:
        lon, lat = to_wgs84(system, east, north, meridian_deg=meridian_deg)
    except InputError as error:
        raise InputError(
            error.rule,
            file=path,
            value=f"coordinates: {system.value}, {error.value}",
            remedy=error.remedy,
        ) from None
    import shapely

    return Features(
        file=path,
        fid=fid[kept],
        shape=shapely.set_coordinates(shape.copy(), np.column_stack([lon, lat])),
        declared_x=east,
        declared_y=north,
        columns={name: column[kept] for name, column in values.items()},
    )


def shape_coordinates(shape: Array) -> tuple[Array, Array]:
    """Return x and y of all points of shapes."""
    import shapely

    points = shapely.get_coordinates(shape)
    return points[:, 0], points[:, 1]


def _info(path: Path, layer: str | None) -> dict[str, Any]:
    import pyogrio

    if not path.is_file():
        raise InputError("does not exist", file=path, remedy="check the path of the layer")
    try:
        names = [str(name) for name, _ in pyogrio.list_layers(path)]
        if layer is not None and layer not in names:
            raise InputError(
                "is no layer of the file", file=path, value=layer, remedy=did_you_mean(layer, names)
            )
        if layer is None and len(names) != 1:
            raise InputError(
                "must hold one layer, or one must be named",
                file=path,
                value=f"{len(names)} layers: {', '.join(names[:_SAMPLE])}",
                remedy="write layer: NAME",
            )
        info: dict[str, Any] = pyogrio.read_info(
            path,
            layer=layer,
            encoding=_AS_BYTES if _is_shapefile(path) else None,
            force_feature_count=True,
        )
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise InputError(
            f"cannot be read ({str(error).splitlines()[0]})",
            file=path,
            remedy="export the layer again; a shapefile needs its .shx and .dbf beside it",
        ) from None
    count = int(info["features"])
    if not 0 < count <= MOST_FEATURES:
        raise InputError(
            f"must hold between 1 and {MOST_FEATURES:,} features",
            file=path,
            value=f"{count} features",
            remedy="check the export" if count == 0 else "cut the layer to the city",
        )
    return info


def _check_columns(path: Path, known: Sequence[str], wanted: Sequence[str]) -> None:
    missing = [name for name in wanted if name not in known]
    if missing:
        raise InputError(
            "is no column of the layer",
            file=path,
            value=", ".join(missing),
            remedy=f"its columns are {', '.join(known) or 'none'}",
        )


# --- texts --------------------------------------------------------------------------------------

_AS_BYTES: Final = "ISO-8859-1"  # gives each byte a character of its own, and takes it back


def _is_shapefile(path: Path) -> bool:
    return path.suffix.lower() in (".shp", ".dbf")


def _stated_encoding(path: Path, encoding: str | None) -> str | None:
    """Return the encoding that is declared, else that of the .cpg, else that of the header."""
    if encoding is not None:
        return encoding
    for beside in (path.with_suffix(".cpg"), path.with_suffix(".CPG")):
        if beside.is_file():
            word = beside.read_bytes()[:40].decode("ascii", "replace").strip()
            word = f"cp{word}" if word.isdigit() else word
            try:
                "".encode(word)
            except LookupError:
                raise InputError(
                    "is no encoding",
                    file=beside,
                    value=word,
                    remedy="write encoding: GBK or UTF-8 in the layer's document",
                ) from None
            return word
    table = path.with_suffix(".dbf")
    if not table.is_file():
        return None
    with table.open("rb") as file:
        head = file.read(32)
    return _CODE_PAGES.get(head[29]) if len(head) == 32 else None


def _decoded_names(path: Path, info: dict[str, Any], encoding: str | None) -> list[str]:
    names = [str(name) for name in info["fields"]]
    if not _is_shapefile(path):
        return names
    return _decoded(path, names, _stated_encoding(path, encoding), "names of columns")[0]


def _read(
    path: Path,
    info: dict[str, Any],
    columns: Sequence[str],
    encoding: str | None,
    tally: Tally,
) -> tuple[Array, Array, dict[str, Array]]:
    """Return numbers, geometries (WKB) and the wanted columns of all features."""
    import pyogrio

    names = _decoded_names(path, info, encoding)
    asked = [str(info["fields"][names.index(name)]) for name in dict.fromkeys(columns)]
    try:
        meta, fid, wkb, data = pyogrio.raw.read(
            path,
            layer=info["layer_name"],
            columns=asked,
            encoding=_AS_BYTES if _is_shapefile(path) else None,
            return_fids=True,
        )
    except (RuntimeError, UnicodeDecodeError) as error:  # pyogrio's own errors are RuntimeErrors
        raise InputError(
            f"cannot be read ({str(error).splitlines()[0]})",
            file=path,
            remedy="the file may be cut short or damaged: export it again",
        ) from None
    tally.add("texts_cut_short", 0)
    values: dict[str, Array] = {}
    for name, column in zip(meta["fields"], data, strict=True):
        own = names[[str(n) for n in info["fields"]].index(str(name))]
        values[own] = column
        if _is_shapefile(path) and column.dtype == object:
            stated = _stated_encoding(path, encoding)
            texts, cut = _decoded(path, column.tolist(), stated, f"column {own}")
            tally.add("texts_cut_short", cut)
            values[own] = np.array(texts, object)
    return np.asarray(fid, np.int64), wkb, values


def _decoded(
    path: Path, texts: Sequence[Any], encoding: str | None, what: str
) -> tuple[list[Any], int]:
    """Return texts of bytes in their encoding, and how many end within a character.

    Raises
    ------
    InputError
        No encoding is stated and a text is no ASCII; a text is not of the stated encoding; or all
        read as UTF-8 where another is stated.
    """
    raw = [t.encode(_AS_BYTES) if isinstance(t, str) else None for t in texts]
    foreign = [one for one in raw if one is not None and not one.isascii()]
    if not foreign:
        return [t.decode("ascii") if t is not None else None for t in raw], 0
    utf8 = _reads_as_utf8(foreign, encoding)
    shown = repr(foreign[0][:20])
    if encoding is None:
        likely = "UTF-8" if utf8 else "GBK"
        raise InputError(
            "has no stated encoding, and texts that need one",
            file=path,
            value=f"{what}: {shown}",
            remedy=f"write encoding: {likely} in the layer's document, or put a .cpg beside it",
        )
    if utf8 and not _is_utf8_name(encoding):
        raise InputError(
            f"is stated to be {encoding} and reads as UTF-8",
            file=path,
            value=f"{what}: {foreign[0].decode('utf-8')[:20]}",
            remedy="write encoding: UTF-8",
        )
    found: list[Any] = []
    cut = 0
    for one in raw:
        text, short = (None, False) if one is None else _text(path, one, encoding, what, utf8)
        found.append(text)
        cut += short
    return found, cut


def _is_utf8_name(encoding: str) -> bool:
    return encoding.lower().replace("-", "").replace("_", "") in ("utf8", "utf8sig")


def _reads_as_utf8(foreign: Sequence[bytes], encoding: str | None) -> bool:
    """Whether texts that are no ASCII are UTF-8.

    Chinese in GBK is now and then valid UTF-8 of two bytes a character, as 支路 is, but not of
    three; so only these speak for UTF-8 where the encoding is not one of single bytes.
    """
    try:
        letters = [letter for one in foreign for letter in one.decode("utf-8") if letter > "\x7f"]
    except UnicodeDecodeError:
        return False
    single = encoding is not None and len(b"\xb2\xe2".decode(encoding, "replace")) == 2
    return single or all(letter > "\u07ff" for letter in letters)


def _text(path: Path, raw: bytes, encoding: str, what: str, utf8: bool) -> tuple[str, bool]:
    """Return a text, and whether its last character is cut by the width of the column."""
    try:
        return raw.decode(encoding), False
    except UnicodeDecodeError as error:
        whole = raw[: error.start]
        if len(raw) - error.start <= 3 and error.start > 0 and error.end >= len(raw):
            return whole.decode(encoding), True
        likely = "UTF-8" if utf8 else "GBK"
        raise InputError(
            f"is no text of the encoding {encoding}",
            file=path,
            value=f"{what}: {raw[:20]!r}",
            remedy=f"state another encoding, {likely} perhaps",
        ) from None


# --- shapes -------------------------------------------------------------------------------------


def _shapes(
    path: Path, fid: Array, wkb: Array, kinds: Sequence[str], tally: Tally
) -> tuple[Array, Array]:
    """Return the shapes in two dimensions, and their rows; those without one are counted."""
    import shapely

    if wkb is None:
        raise InputError(
            "holds a table without shapes", file=path, remedy="name the layer of shapes"
        )
    with np.errstate(invalid="ignore"):  # a NaN among the coordinates is refused below
        shape = shapely.from_wkb(wkb, on_invalid="ignore")
    there = ~(shapely.is_missing(shape) | shapely.is_empty(shape))
    tally.add("features", shape.size)
    tally.add("features_without_shape", np.count_nonzero(~there))
    tally.add("features_in_three_dimensions", np.count_nonzero(shapely.has_z(shape)))
    kept = np.flatnonzero(there)
    if kept.size == 0:
        raise InputError("holds no shape", file=path, remedy="check the export of the layer")
    shape = shapely.force_2d(shape[kept])
    type_id = shapely.get_type_id(shape)
    wanted = [int(shapely.GeometryType[kind.upper()]) for kind in kinds]
    strange = np.flatnonzero(~np.isin(type_id, wanted))
    if strange.size:
        at = strange[0]
        found = shapely.GeometryType(type_id[at]).name.lower()
        raise InputError(
            f"must be one of {', '.join(kinds)}",
            file=path,
            value=f"feature {int(fid[kept[at]])}: {found} ({strange.size} such features)",
            remedy="leave these features out of the layer, or name another layer",
        )
    points, of = shapely.get_coordinates(shape, return_index=True)
    bad = np.flatnonzero(~np.isfinite(points).all(axis=1))
    if bad.size:
        x, y = points[bad[0]]
        raise InputError(
            "must have finite coordinates",
            file=path,
            value=f"feature {int(fid[kept[of[bad[0]]]])}: {x:g}, {y:g}",
            remedy="correct the feature or leave it out",
        )
    return shape, kept


def _of_geographic(
    path: Path, stated: str | None, east: Array, north: Array
) -> tuple[Array, Array]:
    """Return degrees of the system that the file states a projection of; else what there is.

    Raises
    ------
    InputError
        The file states a datum that lies off WGS84 by tens of metres or more.
    """
    if not stated:
        return east, north
    from pyproj import CRS, Transformer

    crs = CRS.from_user_input(stated)
    geographic = crs.geodetic_crs
    ellipsoid = None if geographic is None else geographic.ellipsoid
    if geographic is None or ellipsoid is None:
        return east, north
    if (
        abs(ellipsoid.semi_major_metre - _AXIS_M) > 0.5
        or abs(ellipsoid.inverse_flattening - _FLATTENING) > 0.001
    ):
        raise InputError(
            "must be of WGS84, CGCS2000 or another datum that agrees with them to a metre or two",
            file=path,
            value=f"coordinate system of the file: {crs.name}",
            remedy="convert the layer to WGS84 or CGCS2000 first",
        )
    if not crs.is_projected:
        return east, north
    moved = Transformer.from_crs(crs, geographic, always_xy=True).transform(east, north)
    return np.asarray(moved[0]), np.asarray(moved[1])
