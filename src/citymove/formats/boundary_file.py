"""The boundary of a study area, from a GeoJSON file (RFC 7946)."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from citymove.foundation.documents import read_text
from citymove.foundation.errors import InputError

Array = np.ndarray[Any, Any]


def read_boundary(path: Path) -> tuple[Array, Array]:
    """Return the ring of the one polygon of a GeoJSON file.

    Returns
    -------
    lon, lat
        float64, WGS84 degrees, the first point repeated at the end.

    Raises
    ------
    InputError
        The file is no JSON, holds no polygon or several, a polygon with holes, a ring that is
        not closed or crosses itself, or coordinates that are no longitude and latitude.
    """
    try:
        data = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise InputError(
            f"is no valid JSON: {error.msg}",
            file=path,
            line=error.lineno,
            remedy="export the boundary as GeoJSON again",
        ) from None
    except RecursionError:
        raise InputError("nests too deep", file=path, remedy="export it as GeoJSON again") from None
    rings = [ring for polygon in _polygons(data) for ring in polygon]
    if len(rings) != 1:
        raise InputError(
            "must hold one polygon without holes",
            file=path,
            value=f"{len(rings)} rings",
            remedy="merge the parts of the study area into one polygon",
        )
    return _checked(path, rings[0])


def _polygons(data: Any) -> list[list[Any]]:
    """Return the rings of each polygon of a GeoJSON object; what is none yields nothing."""
    if not isinstance(data, dict):
        return []
    parts: Any = {
        "FeatureCollection": data.get("features"),
        "GeometryCollection": data.get("geometries"),
        "Feature": [data.get("geometry")],
    }.get(str(data.get("type")))
    if isinstance(parts, list):
        return [polygon for part in parts for polygon in _polygons(part)]
    polygons: Any = {"Polygon": [data.get("coordinates")], "MultiPolygon": data.get("coordinates")}
    found = polygons.get(str(data.get("type")), [])
    return [p for p in found if isinstance(p, list)] if isinstance(found, list) else []


def _checked(path: Path, ring: Any) -> tuple[Array, Array]:
    from shapely import Polygon
    from shapely.validation import explain_validity

    def refuse(rule: str, remedy: str) -> InputError:
        return InputError(rule, file=path, value="the boundary's ring", remedy=remedy)

    try:
        points = np.array([point[:2] for point in ring], np.float64)
    except (TypeError, ValueError):
        points = np.empty((0, 0))
    if points.ndim != 2 or points.shape[1] != 2 or points.shape[0] < 4:
        raise refuse("must be four or more pairs of numbers", "export it as GeoJSON again")
    if not (np.all(np.abs(points[:, 0]) <= 180) and np.all(np.abs(points[:, 1]) <= 90)):
        raise refuse("must be longitude and latitude in degrees", "export it in EPSG:4326")
    if np.any(points[0] != points[-1]):
        raise refuse("must end where it starts", "repeat the first point at the end")
    area = Polygon(points)
    if not area.is_valid or area.area == 0:
        raise refuse(
            f"must not cross or touch itself ({explain_validity(area)})", "correct the polygon"
        )
    return points[:, 0].copy(), points[:, 1].copy()
