"""Results of a study as they lie on disk, read and checked once for the whole report.

The layout stands in `scenario.results`: ``results.json``, ``links.npz`` and ``curves.npz`` in
the study's folder. Whatever is missing, damaged or of another format is an `InputError` that
says what to do.
"""

import json
import zipfile
import zlib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

import numpy as np
from pydantic import ValidationError

from citymove.foundation.errors import InputError
from citymove.foundation.table import frozen_array
from citymove.scenario.results import FORMAT, StudyResults

Array = np.ndarray[Any, Any]

_AGAIN: Final = "run the study again: citymove run STUDY.yaml"

# Shape of each array: a letter per axis. L links, P points of shapes, O options, S slices, T ticks,
# H hours, Q minutes of the commute curve, F facilities; ">": one more than the letter says, "*":
# one value in any shape.
_LINK_SHAPES: Final = {
    "shape_start": "L>",
    "shape_lon": "P",
    "shape_lat": "P",
    "link_id": "L",
    "name": "L",
    "road_class": "L",
    "lanes": "L",
    "drives_on": "*",
    "capacity_vph": "OL",
    "open": "OL",
    "free_time_s": "OSL",
    "volume_vph": "OSL",
    "time_s": "OSL",
}
_CURVE_SHAPES: Final = {
    "tick_s": "T",
    "occupancy_share": "OT",
    "hour_s": "H",
    "search_time_min": "OH",
    "commute_min": "Q",
    "commute_inside_share": "OQ",
    "commute_door_share": "OQ",
    "facility_id": "F",
    "facility_name": "F",
    "facility_lon": "F",
    "facility_lat": "F",
    "facility_spaces": "OF",
    "facility_occupancy_peak": "OF",
}
_TEXT: Final = frozenset({"link_id", "name", "drives_on", "facility_id", "facility_name"})


@dataclass(frozen=True, eq=False, kw_only=True)
class StoredLinks:
    """Road links of all options; the base is option 0.

    Parameters
    ----------
    shape_start
        int64 [links + 1], first point of each link's polyline.
    shape_lon, shape_lat
        float64 [points], WGS84 degrees.
    link_id, name
        text [links], name "" where the road has none.
    road_class
        int8 [links], `facts.roads.RoadClass`.
    lanes
        float32 [links].
    drives_on
        text, one element, "right" or "left".
    capacity_vph
        float32 [options, links].
    open
        bool [options, links].
    volume_vph, time_s, free_time_s
        float32 [options, slices, links]; the time of a closed link is inf or nan.
    """

    shape_start: Array
    shape_lon: Array
    shape_lat: Array
    link_id: Array
    name: Array
    road_class: Array
    lanes: Array
    drives_on: Array
    capacity_vph: Array
    open: Array
    volume_vph: Array
    time_s: Array
    free_time_s: Array

    @property
    def count(self) -> int:
        """Number of links."""
        return int(self.link_id.size)

    @property
    def drives_on_left(self) -> bool:
        """Whether traffic keeps to the left."""
        return bool((self.drives_on == "left").all())

    def ratio(self, option: int, at: int) -> Array:
        """Return volume over capacity, float64 [links], 0 where the link is closed."""
        capacity = np.asarray(self.capacity_vph[option], np.float64)
        usable = (capacity > 0) & self.open[option]
        return np.where(usable, self.volume_vph[option, at] / np.where(usable, capacity, 1.0), 0.0)

    def peak_slice(self) -> int:
        """Return the slice in which the base's links carry most vehicles in sum."""
        return int(np.argmax(self.volume_vph[0].sum(axis=1, dtype=np.float64)))


@dataclass(frozen=True, eq=False, kw_only=True)
class StoredCurves:
    """Curves over the day, commutes and facilities, all options; the base is option 0.

    Parameters
    ----------
    tick_s
        int64 [ticks], s since midnight.
    occupancy_share
        float64 [options, ticks], share of public spaces taken.
    hour_s
        int64 [hours], start of each hour, s since midnight.
    search_time_min
        float64 [options, hours], nan where nobody began to search.
    commute_min
        float64 [minutes], increasing.
    commute_inside_share, commute_door_share
        float64 [options, minutes], share of peak commutes of at most `commute_min`.
    facility_id, facility_name
        text [facilities].
    facility_lon, facility_lat
        float64 [facilities], WGS84 degrees.
    facility_spaces
        int64 [options, facilities].
    facility_occupancy_peak
        float64 [options, facilities], share; nan where there are no spaces.
    """

    tick_s: Array
    occupancy_share: Array
    hour_s: Array
    search_time_min: Array
    commute_min: Array
    commute_inside_share: Array
    commute_door_share: Array
    facility_id: Array
    facility_name: Array
    facility_lon: Array
    facility_lat: Array
    facility_spaces: Array
    facility_occupancy_peak: Array

    def new_facilities(self, option: int) -> Array:
        """Return rows of facilities with spaces in this option and none in the base, int64."""
        return np.flatnonzero((self.facility_spaces[option] > 0) & (self.facility_spaces[0] == 0))


@dataclass(frozen=True, eq=False, kw_only=True)
class StoredStudy:
    """A study's results with their arrays.

    Parameters
    ----------
    folder
        Where they lie.
    results, links, curves
        See there.
    """

    folder: Path
    results: StudyResults
    links: StoredLinks
    curves: StoredCurves


def read_results(folder: Path) -> StoredStudy:
    """Read the results of a study.

    Parameters
    ----------
    folder
        A study's folder, ``out/STUDY``.

    Raises
    ------
    InputError
        A file is missing, damaged, of another format, or does not fit the others.
    """
    results = _read_json(folder / "results.json")
    sizes = {"O": len(results.options), "S": len(results.slices)}
    links = _read_arrays(folder / "links.npz", _LINK_SHAPES, sizes)
    curves = _read_arrays(folder / "curves.npz", _CURVE_SHAPES, sizes)
    study = StoredStudy(
        folder=folder,
        results=results,
        links=StoredLinks(**{spec.name: links[spec.name] for spec in fields(StoredLinks)}),
        curves=StoredCurves(**{spec.name: curves[spec.name] for spec in fields(StoredCurves)}),
    )
    _check(study)
    return study


def _read_json(path: Path) -> StudyResults:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputError(
            "holds no results of a study",
            file=path.parent,
            remedy="give the folder that citymove run wrote (out/STUDY)",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot be read: {error}", file=path, remedy=_AGAIN) from None
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(
            f"is no valid JSON: {error.msg}", file=path, line=error.lineno, remedy=_AGAIN
        ) from None
    number = data.get("format") if isinstance(data, dict) else None
    if number != FORMAT:
        raise InputError(
            f"must be of format {FORMAT}",
            file=path,
            value=f"format = {number!r}",
            remedy="report with the version that ran the study, or run it again",
        )
    try:
        return StudyResults.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"])
        raise InputError(
            f"does not hold what format {FORMAT} promises: {first['msg']}",
            file=path,
            value=place,
            remedy=_AGAIN,
        ) from None


def _read_arrays(path: Path, shapes: dict[str, str], sizes: dict[str, int]) -> dict[str, Array]:
    try:
        # opened here, since np.load leaves a damaged file open
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            arrays = {name: np.asarray(file[name]) for name in shapes if name in file.files}
    except FileNotFoundError:
        raise InputError("is missing", file=path, remedy=_AGAIN) from None
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise InputError(
            f"is damaged: {str(error).splitlines()[0]}", file=path, remedy=_AGAIN
        ) from None
    known = dict(sizes)
    for name, axes in shapes.items():
        if name not in arrays:
            raise InputError("lacks an array", file=path, value=name, remedy=_AGAIN)
        _check_array(path, name, arrays[name], axes, known)
    return {name: frozen_array(array) if array.ndim else array for name, array in arrays.items()}


def _check_array(path: Path, name: str, array: Array, axes: str, sizes: dict[str, int]) -> None:
    letters = axes.strip(">*")
    if axes == "*" and array.size == 1:
        array = array.reshape(())
    if array.ndim != len(letters) or (array.dtype.kind == "U") != (name in _TEXT):
        raise InputError(
            f"must have {len(letters)} axes and hold {'text' if name in _TEXT else 'numbers'}",
            file=path,
            value=f"{name}: {array.dtype} {array.shape}",
            remedy=_AGAIN,
        )
    more = 1 if axes.endswith(">") else 0
    for letter, length in zip(letters, array.shape, strict=True):
        expected = sizes.setdefault(letter, length - more)
        if length != expected + more:
            raise InputError(
                "does not fit the other results",
                file=path,
                value=f"{name}: {length} where {expected + more} were expected",
                remedy=_AGAIN,
            )


def _check(study: StoredStudy) -> None:
    path = study.folder / "links.npz"
    links, results = study.links, study.results
    start = links.shape_start
    if start[0] != 0 or start[-1] != links.shape_lon.size or np.any(np.diff(start) < 2):
        raise InputError(
            "every link needs a polyline of two points or more", file=path, value="shape_start"
        )
    for name in ("shape_lon", "shape_lat", "volume_vph"):
        if not np.isfinite(getattr(links, name)).all():
            raise InputError("must be finite", file=path, value=name, remedy=_AGAIN)
    if links.count == 0 or not results.options or not results.slices:
        raise InputError("holds no links, options or slices", file=path, remedy=_AGAIN)
    ids = {option.id for option in results.options}
    if results.options[0].id != "base":
        raise InputError(
            "the first option must be the base",
            file=study.folder / "results.json",
            value=f"options[0].id = {results.options[0].id!r}",
        )
    for difference in results.differences:
        if difference.option not in ids:
            raise InputError(
                "names an option that is not there",
                file=study.folder / "results.json",
                value=f"differences: {difference.option!r}",
            )
    for option in results.options:
        rows = np.asarray(option.links_changed, np.int64)
        if rows.size and (rows.min() < 0 or rows.max() >= links.count):
            raise InputError(
                "names a link that is not there",
                file=study.folder / "results.json",
                value=f"options {option.id!r}: links_changed",
            )
