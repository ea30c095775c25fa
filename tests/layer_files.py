"""Small layers of roads for tests, and the documents that describe them. Fictional."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely

# A place in China, so that its systems of coordinates differ; 94.4 m east, 111 m north a step.
LON, LAT, STEP_DEG = 118.78, 32.04, 0.001


def line(*points: tuple[float, float]) -> shapely.LineString:
    """Return a line through points in steps to the east and north."""
    return shapely.LineString([(LON + x * STEP_DEG, LAT + y * STEP_DEG) for x, y in points])


def save(
    path: Path,
    shapes: Sequence[Any],
    columns: Mapping[str, Sequence[Any]],
    *,
    encoding: str | None = "UTF-8",
    crs: str | None = "EPSG:4326",
    kind: str = "LineString",
    layer: str | None = None,
    append: bool = False,
) -> Path:
    """Write a layer; columns of texts may hold None."""
    options: dict[str, Any] = {"encoding": encoding} if path.suffix == ".shp" else {}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "'crs' was not provided")  # some tests leave it out
        pyogrio.raw.write(
            path,
            shapely.to_wkb(np.array(shapes, object)),
            [np.array(values, object if isinstance(values[0], str) else None)
             for values in columns.values()],
            list(columns),
            geometry_type=kind,
            crs=crs,
            layer=layer,
            append=append,
            **options,
        )  # fmt: skip
    return path


ROADS = """citymove: 1
of: roads
file: {file}
coordinates: {coordinates}
columns: {{{columns}}}
"""


def document(
    folder: Path,
    file: str,
    more: str = "",
    *,
    coordinates: str = "WGS84",
    columns: str = "class: GRADE",
) -> Path:
    """Write the document of a layer of roads."""
    path = folder / "roads_layer.yaml"
    text = ROADS.format(file=file, coordinates=coordinates, columns=columns)
    path.write_text(text + more, encoding="utf-8")
    return path
