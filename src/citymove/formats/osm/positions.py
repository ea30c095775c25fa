"""Where the nodes of an extract lie."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from citymove.formats.osm.opl import DELETED, lines_of
from citymove.foundation.errors import InputError

Array = np.ndarray[Any, Any]

_PLACE = np.dtype([("id", "<i8"), ("x", "<i4"), ("y", "<i4")])  # a row of libosmium's index
_DEGREES = 1e-7  # libosmium keeps coordinates as whole numbers of this unit
_UNDEFINED = 2**31 - 1  # its coordinate of a node without one
_BLOCK = 1 << 19  # nodes held before those that nothing needs are dropped


@dataclass(frozen=True)
class NodeTable:
    """Positions of the nodes present in the file, sorted by OSM id."""

    id: Array
    lon: Array
    lat: Array

    def rows_of(self, ids: Array) -> Array:
        """Return the row of each OSM id, int64 [n], -1 where the file lacks the node."""
        if self.id.size == 0:
            return np.full(np.shape(ids), -1, np.int64)
        row = np.minimum(np.searchsorted(self.id, ids), self.id.size - 1)
        return np.where(self.id[row] == ids, row, -1)


def positions_of(path: Path, needed: Array) -> NodeTable:
    """Return where nodes lie; the first of a repeated node counts.

    Parameters
    ----------
    path
        The extract.
    needed
        int64, OSM ids, ascending. Nodes that are absent, deleted or without coordinates are left
        out.

    Raises
    ------
    InputError
        Where a needed node lies out of range.
    RuntimeError, ValueError, osmium.InvalidLocationError
        Where the file cannot be read.
    """
    # the index has no room for negative ids and takes deleted nodes of XML for present ones
    indexed = path.name.lower().endswith(".pbf") and not np.any(needed < 0)
    blocks = _from_index(path) if indexed else _from_text(path)
    found = np.concatenate([block[_among(block["id"], needed)] for block in blocks])
    ids, first = np.unique(found["id"], return_index=True)
    x, y = found["x"][first], found["y"][first]
    stated = (x != _UNDEFINED) & (y != _UNDEFINED)
    nodes = NodeTable(ids[stated], x[stated] * _DEGREES, y[stated] * _DEGREES)
    _check_range(nodes, path)
    return nodes


def _among(ids: Array, needed: Array) -> Array:
    """Return which ids are needed, bool; faster than `numpy.isin`, which sorts both."""
    if needed.size == 0:
        return np.zeros(ids.size, bool)
    at = np.minimum(np.searchsorted(needed, ids), needed.size - 1)
    return np.asarray(needed[at] == ids)


def _from_index(path: Path) -> Iterator[Array]:
    """Yield all nodes in blocks, through the index file that libosmium writes."""
    import osmium

    with tempfile.TemporaryDirectory(prefix="citymove-") as folder:
        file = Path(folder) / "places"
        index = osmium.index.create_map(f"sparse_file_array,{file}")
        places = osmium.NodeLocationsForWays(index)
        with osmium.io.Reader(str(path), osmium.osm.NODE) as reader:
            osmium.apply(reader, places)
        with file.open("rb") as rows:
            while (block := np.fromfile(rows, _PLACE, _BLOCK)).size:
                yield block[block["id"] != 0]  # the file is longer than the nodes fill it
        index.clear()


def _from_text(path: Path) -> Iterator[Array]:
    """Yield all nodes in blocks, as the lines of text tell."""
    import osmium

    rows: list[tuple[int, int, int]] = []
    with lines_of(path, osmium.osm.NODE) as lines:
        for name, _, state, _, lon, lat in lines():
            if state != DELETED and len(lon) > 1:
                rows.append((int(name[1:]), _units(lon), _units(lat)))
            if len(rows) >= _BLOCK:
                yield np.array(rows, _PLACE)
                rows = []
    yield np.array(rows, _PLACE)


def _units(field: str) -> int:
    """Return a coordinate in whole units: as computed, so that no digit hangs on its print."""
    return round(float(field[1:]) / _DEGREES)


def _check_range(nodes: NodeTable, file: Path) -> None:
    wrong = np.flatnonzero((np.abs(nodes.lon) > 180) | (np.abs(nodes.lat) > 90))
    if wrong.size:
        at = wrong[0]
        raise InputError(
            "must have a longitude within -180 .. 180 and a latitude within -90 .. 90 degrees",
            file=file,
            value=f"node {nodes.id[at]} at lon {nodes.lon[at]:.7f}, lat {nodes.lat[at]:.7f}",
            remedy="correct the node or leave it out of the extract",
        )
