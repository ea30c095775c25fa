"""The map's data inside the page: small arrays in one compressed block, and what names them.

Volumes are whole veh/h, times tenths of a second, coordinates decimetres from the centre.
Whatever has an axis of options is stored as the base and the differences from it, modulo
65,536, since most of a network stays as it is; and the bytes of all numbers are sorted by
their place (all low bytes first), which lets gzip find the runs of zeros. `static/map.js` undoes
both.
"""

import base64
import gzip
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from citymove.report.drawing import CHANGE_COLOURS, RATIO_COLOURS, RATIO_LIMITS
from citymove.report.maps import change_scale, nice, plane_of
from citymove.report.stored import StoredStudy
from citymove.report.wording import WORDING

Array = np.ndarray[Any, Any]

NO_TIME: Final = 65_535  # of a closed link
_MOST: Final = 65_534
_MAP_WORDS: Final = (
    "base_has_no_difference",
    "capacity",
    "change",
    "changed_link",
    "closed",
    "direction",
    "free_time",
    "less_traffic",
    "little_change",
    "map_too_old",
    "more_traffic",
    "new_car_park",
    "new_car_park_of",
    "north",
    "ratio",
    "road",
    "show_difference",
    "show_ratio",
    "show_volume",
    "table_difference",
    "table_no_change",
    "table_ratio",
    "table_volume",
    "time",
    "unit_s",
    "unit_vph",
    "unnamed",
    "volume",
    "width_change",
    "width_volume",
    "base",
)


@dataclass(frozen=True, slots=True)
class MapData:
    """What the page's script draws from.

    Parameters
    ----------
    header
        Plain values for JSON: names, options, colours, words, and the layout of the block.
    block
        base64 of the compressed arrays.
    """

    header: dict[str, Any]
    block: str


def pack_map(study: StoredStudy) -> MapData:
    """Return the map's data of a study."""
    links, results = study.links, study.results
    names, name_of = np.unique(links.name, return_inverse=True)
    x_m, y_m = plane_of(links).to_metres(links.shape_lon, links.shape_lat)
    arrays: dict[str, Array] = {
        "start": links.shape_start.astype("<i4"),
        "x": _decimetres(x_m),
        "y": _decimetres(y_m),
        "name": name_of.astype("<u2" if names.size <= NO_TIME else "<i4"),
        "open": _from_base(links.open.astype("<u2")),
        "capacity": _from_base(_whole(links.capacity_vph)),
        "free": _from_base(_tenths(links.free_time_s)),
        "volume": _from_base(_whole(links.volume_vph)),
        "time": _from_base(_tenths(links.time_s)),
    }
    layout, block = pack_arrays(arrays)
    header = {
        "links": links.count,
        "left": links.drives_on_left,
        "slices": list(results.slices),
        "peak": links.peak_slice(),
        "names": names.tolist(),
        "options": [
            {
                "en": option.name.en,
                "zh": option.name.zh,
                "changed": list(option.links_changed),
                "parks": _parks(study, at),
            }
            for at, option in enumerate(results.options)
        ],
        "attribution": results.attribution,
        "most": {
            "volume": nice(float(links.volume_vph.max())),
            "change": change_scale(study.links),
        },
        "ratio": {"limits": list(RATIO_LIMITS), "colours": list(RATIO_COLOURS)},
        "changeColours": list(CHANGE_COLOURS),
        "words": {
            language: {key: WORDING[key][at] for key in _MAP_WORDS}
            for at, language in enumerate(("en", "zh"))
        },
        "layout": layout,
    }
    return MapData(header, block)


def _parks(study: StoredStudy, option: int) -> list[list[Any]]:
    """Return x and y, m, name and spaces of each facility that an option adds."""
    curves = study.curves
    rows = curves.new_facilities(option)
    x_m, y_m = plane_of(study.links).to_metres(curves.facility_lon[rows], curves.facility_lat[rows])
    names = [str(curves.facility_name[row] or curves.facility_id[row]) for row in rows]
    spaces = curves.facility_spaces[option, rows].tolist()
    return [
        [round(x, 1), round(y, 1), name, count]
        for x, y, name, count in zip(x_m.tolist(), y_m.tolist(), names, spaces, strict=True)
    ]


def _decimetres(metres: Array) -> Array:
    return np.asarray(np.rint(metres * 10), "<i4")


def _whole(values: Array) -> Array:
    known = np.nan_to_num(values, nan=0, posinf=_MOST)
    return np.asarray(np.rint(np.clip(known, 0, _MOST)), "<u2")


def _tenths(seconds: Array) -> Array:
    known = np.isfinite(seconds)
    tenths = np.rint(np.clip(np.where(known, seconds, 0) * 10.0, 0, _MOST))
    return np.where(known, tenths, NO_TIME).astype("<u2")


def _from_base(values: Array) -> Array:
    """Return the base, then each option's difference from it, modulo 65,536."""
    stored = values.copy()
    stored[1:] -= values[0]
    return stored


def pack_arrays(arrays: dict[str, Array]) -> tuple[list[dict[str, Any]], str]:
    """Return the layout of a block and the block, base64: see the module."""
    layout, parts = [], []
    for name, array in arrays.items():
        layout.append({"name": name, "type": array.dtype.str[1:], "shape": list(array.shape)})
        planes = array.reshape(-1).view(np.uint8).reshape(-1, array.dtype.itemsize).T
        parts.append(np.ascontiguousarray(planes).tobytes())
    packed = gzip.compress(b"".join(parts), compresslevel=9, mtime=0)
    return layout, base64.b64encode(packed).decode("ascii")
