"""``config.csv``: units and coordinate system of a GMNS folder."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from citymove.formats.gmns.sheets import Faults, Sheet, read_optional
from citymove.formats.gmns.words import METRES_OF_LENGTH, MPS_OF_SPEED
from citymove.foundation.errors import InputError
from citymove.foundation.note import Note

Array = np.ndarray[Any, Any]

_WGS84 = "EPSG:4326"


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What the numbers of a folder mean.

    Parameters
    ----------
    name
        Of the data, "" for none.
    metres_of_length, mps_of_speed
        Factors of lengths of links and of speeds.
    crs
        Coordinate system, as pyproj takes it.
    drives_on
        "right" or "left".
    notes
        What was assumed.
    """

    name: str
    metres_of_length: float
    mps_of_speed: float
    crs: str
    drives_on: str
    notes: tuple[Note, ...]

    def to_degrees(self, x: Array, y: Array, file: Path) -> tuple[Array, Array]:
        """Return longitude and latitude of coordinates, float64, WGS84 degrees.

        Raises
        ------
        InputError
            The coordinate system is not known, or a point has no place on earth.
        """
        lon, lat = x, y
        if self.crs != _WGS84:
            from pyproj import Transformer
            from pyproj.exceptions import ProjError

            try:
                to_wgs84 = Transformer.from_crs(self.crs, _WGS84, always_xy=True)
            except ProjError:
                raise InputError(
                    "must be a coordinate system", file=file.with_name("config.csv"),
                    value=f"crs = {self.crs}", remedy="give its code, as EPSG:32619",
                ) from None  # fmt: skip
            lon, lat = to_wgs84.transform(x, y)
        off = np.flatnonzero(~((np.abs(lon) <= 180) & (np.abs(lat) <= 90)))
        if off.size:
            raise InputError(
                f"must lie on the earth in {self.crs}",
                file=file,
                value=f"point {x[off[0]]:g}, {y[off[0]]:g}",
                remedy="state the coordinate system in config.csv, as EPSG:32619",
            )
        return np.asarray(lon), np.asarray(lat)


def read_config(folder: Path, faults: Faults) -> Config:
    """Read ``config.csv``; what it does not state is assumed: kilometres, km/h, WGS84."""
    sheet = read_optional(folder, "config", faults)
    assumed: list[str] = []
    length = _unit(sheet, "long_length", METRES_OF_LENGTH, "kilometer", assumed)
    speed = _unit(sheet, "speed", MPS_OF_SPEED, "kph", assumed)
    crs = _cell(sheet, "crs") or _WGS84
    side = _cell(sheet, "driving_side") or "right"
    if sheet is not None and side not in ("right", "left"):
        sheet.fault(0, "driving_side", "must be right or left")
        side = "right"
    notes: tuple[Note, ...] = ()
    if assumed:
        units = ", ".join(assumed)
        notes = (
            Note(
                "gmns_units_assumed",
                en=f"Units that config.csv does not state, assumed: {units}.",
                zh=f"config.csv 未说明的单位，按下列假定：{units}。",
            ),
        )
    return Config(
        name=_cell(sheet, "dataset_name"),
        metres_of_length=length,
        mps_of_speed=speed,
        crs=f"EPSG:{crs}" if crs.isdigit() else crs,
        drives_on=side,
        notes=notes,
    )


def _cell(sheet: Sheet | None, name: str) -> str:
    return sheet.text(name)[0] if sheet is not None and len(sheet) else ""


def _unit(
    sheet: Sheet | None, name: str, units: Mapping[str, float], usual: str, assumed: list[str]
) -> float:
    word = _cell(sheet, name).lower()
    if sheet is not None and word and word not in units:
        sheet.fault(0, name, f"must be one of {', '.join(units)}")
    if not word:
        assumed.append(f"{name} = {usual}")
    return units.get(word, units[usual])
