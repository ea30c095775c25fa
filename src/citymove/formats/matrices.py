"""Matrices of trips or times between zones, from CSV and from OMX.

OMX (Open Matrix, github.com/osPlanning/omx) is an HDF5 file with matrices under ``/data`` and the
names of their rows and columns under ``/lookup``. A file may come from anywhere, so it is asked
what it claims to hold before anything is read, and what leads out of it is refused.
"""

from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from citymove.formats.csv_rows import CsvRow, read_csv
from citymove.foundation.errors import InputError, InputErrors
from citymove.foundation.near_names import did_you_mean
from citymove.foundation.table import frozen_array
from citymove.foundation.whole_files import write_bytes

Array = np.ndarray[Any, Any]

COLUMNS = ("origin", "destination", "value")
_OMX_ENDINGS = (".omx", ".h5", ".hdf5")
_LONGEST_NAME_BYTES = 1_000
_LARGEST_CHUNK_BYTES = 256 * 2**20
_LISTED_ERRORS = 100


def read_matrix(path: Path, *, zone_ids: Sequence[str], table: str | None = None) -> Array:
    """Read a matrix between zones.

    Parameters
    ----------
    path
        ``.csv`` with the columns origin, destination, value (pairs that are left out are 0), or
        ``.omx``.
    zone_ids
        Ids of rows and columns in the order wanted, each once; for a city its zones, then its
        gateways.
    table
        Name of the matrix of an OMX file that holds several.

    Returns
    -------
    numpy.ndarray
        float64 [zones, zones], finite and >= 0, origins in rows.

    Raises
    ------
    InputError, InputErrors
        Every broken rule, with file and line: an unknown id, a value that is no number, negative
        or not finite, a pair that stands twice, a matrix of another size, no lookup.
    """
    path = Path(path)
    rows = {zone: row for row, zone in enumerate(zone_ids)}
    if len(rows) != len(zone_ids):
        raise InputError("ids of zones must differ", file=path, value=f"{len(zone_ids)} zone ids")
    ending = path.suffix.lower()
    if ending == ".csv":
        return _read_csv(path, rows)
    if ending in _OMX_ENDINGS:
        return _read_omx(path, tuple(zone_ids), table)
    raise InputError(
        "is no known kind of matrix", file=path, value=ending or None, remedy="give .csv or .omx"
    )


def write_omx(path: Path, matrices: Mapping[str, Array], *, zone_ids: Sequence[str]) -> None:
    """Write matrices between zones as OMX, which `read_matrix` and other tools read.

    Parameters
    ----------
    path
        The file, ``.omx``.
    matrices
        float64 [zones, zones] by name, origins in rows.
    zone_ids
        Ids of rows and columns, in ``/lookup/zone_id``.

    Raises
    ------
    InputError
        A matrix of another size, a name that is none, ids that are not each once.
    """
    import h5py

    count = len(zone_ids)
    if len(set(zone_ids)) != count or not count:
        raise InputError("ids of zones must differ", file=path, value=f"{count} zone ids")
    buffer = BytesIO()
    with h5py.File(buffer, "w") as file:
        file.attrs["OMX_VERSION"] = np.bytes_("0.2")
        file.attrs["SHAPE"] = np.array([count, count], np.int32)
        data = file.create_group("data")
        for name, matrix in matrices.items():
            values = np.asarray(matrix, np.float64)
            if values.shape != (count, count):
                shape = f"{name} of shape {values.shape}"
                raise InputError(f"must be {count} x {count}", file=path, value=shape)
            if not name or "/" in name or name == ".":
                raise InputError("is no name of a matrix", file=path, value=repr(name))
            data.create_dataset(name, data=values, compression="gzip", compression_opts=1)
        ids = np.array([zone.encode() for zone in zone_ids])
        file.create_group("lookup").create_dataset("zone_id", data=ids)
    write_bytes(path, buffer.getvalue())


def _read_csv(path: Path, rows: Mapping[str, int]) -> Array:
    values = np.zeros((len(rows), len(rows)))
    first_line: dict[tuple[str, str], int] = {}
    errors: list[InputError] = []
    for row in read_csv(path, required=COLUMNS):
        found = _row_errors(row, rows, first_line)
        errors += found
        if not found:
            pair = (row.cells["origin"], row.cells["destination"])
            first_line[pair] = row.line
            values[rows[pair[0]], rows[pair[1]]] = row.number("value")
        if len(errors) >= _LISTED_ERRORS:
            errors.append(
                InputError("further lines not read after so many errors", file=path, line=row.line)
            )
            break
    if errors:
        raise InputErrors(errors)
    return frozen_array(values)


def _row_errors(
    row: CsvRow, rows: Mapping[str, int], first_line: Mapping[tuple[str, str], int]
) -> list[InputError]:
    errors = [
        row.error(
            "is no zone or gateway of the city", end, remedy=did_you_mean(row.cells[end], rows)
        )
        for end in ("origin", "destination")
        if row.cells[end] not in rows
    ]
    try:
        if row.number("value") < 0:
            errors.append(row.error("must be >= 0", "value", remedy="correct the value"))
    except InputError as error:
        errors.append(error)
    before = first_line.get((row.cells["origin"], row.cells["destination"]))
    if before is not None:
        rule = f"stands twice with this origin, first on line {before}"
        errors.append(row.error(rule, "destination", remedy="keep one of the two"))
    return errors


def _read_omx(path: Path, zone_ids: tuple[str, ...], table: str | None) -> Array:
    import h5py

    if not path.is_file():
        raise InputError("is no file", file=path, remedy="check the path")
    try:
        with h5py.File(path, "r") as file:
            data = _dataset(path, _group(path, file, "data"), table)
            _check_claim(path, data, len(zone_ids))
            order = _order(path, _group(path, file, "lookup"), zone_ids)
            values = np.asarray(data[()], np.float64)[np.ix_(order, order)]
    except (OSError, RuntimeError) as error:  # h5py's errors for a file that is cut or no HDF5
        raise InputError(f"is no readable OMX file ({error})", file=path) from error
    bad = np.argwhere(~(np.isfinite(values) & (values >= 0)))
    errors = [
        InputError(
            "must be finite and >= 0",
            file=path,
            value=f"{zone_ids[i]} to {zone_ids[j]}: {values[i, j]}",
        )
        for i, j in bad[:_LISTED_ERRORS]
    ]
    if len(bad) > _LISTED_ERRORS:
        errors.append(InputError(f"and {len(bad) - _LISTED_ERRORS} more such cells", file=path))
    if errors:
        raise InputErrors(errors)
    return frozen_array(values)


def _members(group: Any, kind: type) -> dict[str, Any]:
    """Return the members of a group that lie in the file itself and are of a kind."""
    import h5py

    found = {}
    for name in sorted(group):
        if isinstance(group.get(name, getlink=True), h5py.HardLink):
            member = group[name]
            if isinstance(member, kind):
                found[name] = member
    return found


def _group(path: Path, file: Any, name: str) -> Any:
    import h5py

    groups = _members(file, h5py.Group)
    if name not in groups:
        raise InputError(
            "an OMX file must have this group", file=path, value=f"/{name}", remedy="export it anew"
        )
    return groups[name]


def _dataset(path: Path, group: Any, table: str | None) -> Any:
    import h5py

    tables = _members(group, h5py.Dataset)
    if table is None and len(tables) == 1:
        return next(iter(tables.values()))
    if table is None:
        raise InputError(
            "must hold one matrix, or one must be named",
            file=path,
            value=f"{len(tables)} matrices: {', '.join(tables)}",
            remedy="name one of them",
        )
    if table not in tables:
        raise InputError(
            "is no matrix of the file",
            file=path,
            value=f"/data/{table}",
            remedy=did_you_mean(table, tables),
        )
    return tables[table]


def _check_claim(path: Path, data: Any, count: int) -> None:
    """Refuse a matrix by what it claims to be, before any of it is read."""
    name = f"{data.name} of shape {data.shape}"
    if data.dtype.kind not in "fiu":
        raise InputError("must hold numbers", file=path, value=f"{data.name}: {data.dtype}")
    if len(data.shape or ()) != 2 or data.shape[0] != data.shape[1]:
        raise InputError("must be square", file=path, value=name)
    if data.shape[0] != count:
        raise InputError(f"must have one row per zone and gateway ({count})", file=path, value=name)
    _check_storage(path, data)


def _check_storage(path: Path, data: Any) -> None:
    if data.external or data.is_virtual:
        raise InputError("must lie in the file itself", file=path, value=data.name)
    chunk_bytes = int(np.prod(data.chunks or (0,), dtype=np.float64)) * data.dtype.itemsize
    if chunk_bytes > _LARGEST_CHUNK_BYTES:
        raise InputError(
            "must have chunks of at most 256 MB", file=path, value=f"{data.name}: {data.chunks}"
        )


def _order(path: Path, lookups: Any, zone_ids: tuple[str, ...]) -> Array:
    """Return the row of the file for each zone id, by the lookup that names them all."""
    import h5py

    tables = _members(lookups, h5py.Dataset)
    if not tables:
        raise InputError(
            "an OMX file must name its zones",
            file=path,
            value="/lookup without an entry",
            remedy="write a lookup with the city's zone and gateway ids",
        )
    unknown = ""
    for name, lookup in tables.items():
        names = _names(path, lookup, len(zone_ids))
        rows = {text: row for row, text in enumerate(names)}
        if len(rows) == len(zone_ids) and all(zone in rows for zone in zone_ids):
            return np.array([rows[zone] for zone in zone_ids], np.int64)
        strange = next((text for text in names if text not in zone_ids), "an id stands twice")
        unknown = unknown or f"/lookup/{name}: {strange}"
    raise InputError(
        "no lookup names each zone and gateway once",
        file=path,
        value=unknown,
        remedy=did_you_mean(unknown.split(": ")[-1], zone_ids),
    )


def _names(path: Path, lookup: Any, count: int) -> list[str]:
    if lookup.shape != (count,):
        raise InputError(
            f"must have one entry per zone and gateway ({count})",
            file=path,
            value=f"{lookup.name} of shape {lookup.shape}",
        )
    if lookup.dtype.kind not in "iuSO" or lookup.dtype.itemsize > _LONGEST_NAME_BYTES:
        raise InputError(
            "must hold whole numbers or short texts", file=path, value=f"{lookup.name}"
        )
    _check_storage(path, lookup)
    return [
        item.decode("utf-8", "replace") if isinstance(item, bytes) else str(item)
        for item in lookup[()].tolist()
    ]
