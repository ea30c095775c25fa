"""The audit's map: stretches of road by how they are known, what was lost, junctions, car parks.

Both directions of a road are one line, its shape simplified; `static/audit_map.js` draws it.
"""

from typing import Any, Final

import numpy as np

from citymove.facts.lost_roads import LostLinks
from citymove.facts.roads import Roads
from citymove.foundation.provenance import Source
from citymove.prepare.audit import NO_SIZE, Audit
from citymove.prepare.audited_signals import JunctionState
from citymove.report.map_data import MapData, pack_arrays
from citymove.report.wording import WORDING, class_name

Array = np.ndarray[Any, Any]

SOURCE_COLOURS: Final = {
    Source.MEASURED: "#0b3d66",
    Source.REPORTED: "#2f6f9f",
    Source.TAGGED: "#4f8fc4",
    Source.INFERRED: "#e3a62f",
    Source.ASSUMED: "#d97a1c",
    Source.DEFAULT: "#c9580a",
}
LOST_COLOUR: Final = "#c1121f"
UNKNOWN_COLOUR: Final = "#5b6b7a"
_NONE: Final = 255
_FEW: Final = 20_000  # stretches; more are drawn with fewer points
_FINE_M, _COARSE_M = 1.0, 4.0
_MAP_WORDS: Final = (
    "map_boundary", "map_cut", "map_kept", "map_lanes", "map_lost", "map_spaces", "map_speed",
    "map_too_old",
    "map_weakest", "north", "road_class", "show_car_parks", "show_lanes_source", "show_lost",
    "show_signals", "show_speed_source", "source_assumed", "source_default", "source_inferred",
    "source_measured", "source_reported", "source_tagged", "spaces_unknown", "state_inferred",
    "state_other", "state_stated", "state_stated_none", "state_tagged", "unit_kmh", "unnamed",
)  # fmt: skip


def pack_audit_map(audit: Audit, attribution: str) -> MapData:
    """Return what the page's script draws from."""
    kept, lost = _kept(audit.roads), _lost(audit.reading.lost_links)
    names, name = np.unique(np.concatenate([kept["name"], lost["name"]]), return_inverse=True)
    lines = [*_lines(audit.roads, kept["link"]), *_lost_lines(audit.reading.lost_links)]
    start, x_m, y_m = _simplified(lines, _FINE_M if len(lines) <= _FEW else _COARSE_M)
    joined = {key: np.concatenate([kept[key], lost[key]]) for key in lost if key != "name"}
    layout, block = pack_arrays(
        {
            "start": start.astype("<i4"),
            "x": np.rint(x_m * 10).astype("<i4"),
            "y": np.rint(y_m * 10).astype("<i4"),
            "name": name.astype("<i4"),
            **{key: values.astype("u1") for key, values in joined.items()},
        }
    )
    header = {
        "lines": len(lines),
        "names": names.tolist(),
        "attribution": attribution,
        "sources": [{"word": source.word, "colour": SOURCE_COLOURS[source]} for source in Source],
        "lostColour": LOST_COLOUR,
        "unknownColour": UNKNOWN_COLOUR,
        "classes": {
            language: [getattr(class_name(known), language) for known in range(9)]
            for language in ("en", "zh")
        },
        "junctions": _junctions(audit),
        "others": _points(audit.signals.other_x_m, audit.signals.other_y_m),
        "parks": _parks(audit),
        "boundary": _points(audit.boundary_x_m, audit.boundary_y_m),
        "cuts": _points(audit.reading.cut_ends.x_m, audit.reading.cut_ends.y_m),
        "words": {
            language: {key: WORDING[key][at] for key in _MAP_WORDS}
            for at, language in enumerate(("en", "zh"))
        },
        "layout": layout,
    }
    return MapData(header, block)


def _kept(roads: Roads) -> dict[str, Array]:
    """Return a row per stretch of road: its first link, and both directions' values."""
    links = roads.links
    at_cm = np.rint(links.way_from_m * 100).astype(np.int64)
    _, first, row = np.unique(
        np.stack([links.way_id, at_cm], axis=1), axis=0, return_index=True, return_inverse=True
    )
    row = row.reshape(-1)
    both: dict[str, Array] = {}
    for name, values in (
        ("lanes", np.rint(links.lanes * 10)),
        ("speed", np.rint(links.speed_mps * 3.6)),
    ):
        for word, side in (("ahead", links.forward), ("back", ~links.forward)):
            both[f"{name}_{word}"] = np.full(first.size, _NONE)
            both[f"{name}_{word}"][row[side]] = np.minimum(values[side], _NONE - 1)
        weakest = np.zeros(first.size, np.int64)
        np.maximum.at(weakest, row, getattr(links, f"{name}_source"))
        both[f"{name}_source"] = weakest
    return {
        "link": first,
        "name": _names(roads)[links.name[first]],
        "road_class": links.road_class[first],
        "lost": np.zeros(first.size),
        **both,
    }


def _names(roads: Roads) -> Array:
    return np.array([*roads.names, ""], np.str_)  # the last one: none


def _lost(lost: LostLinks) -> dict[str, Array]:
    count = len(lost)
    unknown = np.full(count, _NONE)
    return {
        "name": lost.name,
        "road_class": lost.road_class,
        "lost": np.ones(count),
        **{
            f"{name}_{part}": unknown
            for name in ("lanes", "speed")
            for part in ("ahead", "back", "source")
        },
    }


def _lines(roads: Roads, rows: Array) -> list[Array]:
    points = np.column_stack([roads.shape_x_m, roads.shape_y_m])
    return [points[roads.shape_start[row] : roads.shape_start[row + 1]] for row in rows.tolist()]


def _lost_lines(lost: LostLinks) -> list[Array]:
    points, start = np.column_stack([lost.x_m, lost.y_m]), lost.start()
    return [points[start[row] : start[row + 1]] for row in range(len(lost))]


def _simplified(lines: list[Array], tolerance_m: float) -> tuple[Array, Array, Array]:
    """Return start, x and y of the lines with fewer points (Douglas and Peucker, 1973)."""
    import shapely

    owner = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    whole = shapely.linestrings(np.concatenate(lines), indices=owner)
    few = shapely.simplify(whole, tolerance_m, preserve_topology=True)
    points, owner = shapely.get_coordinates(few, return_index=True)
    start = np.searchsorted(owner, np.arange(len(lines) + 1))
    return start, points[:, 0], points[:, 1]


def _points(x_m: Array, y_m: Array) -> list[list[float]]:
    points: list[list[float]] = np.round(np.column_stack([x_m, y_m]), 1).tolist()
    return points


def _junctions(audit: Audit) -> list[list[Any]]:
    table = audit.signals.junctions
    return [
        [*point, JunctionState(state).name.lower(), name]
        for point, state, name in zip(
            _points(table.x_m, table.y_m), table.state.tolist(), table.name.tolist(), strict=True
        )
    ]


def _parks(audit: Audit) -> list[list[Any]]:
    parks = audit.car_parks
    source = np.where(parks.spaces >= 0, parks.spaces_source, NO_SIZE)
    return [
        [*point, kind, spaces, name]
        for point, kind, spaces, name in zip(
            _points(parks.x_m, parks.y_m), source.tolist(), parks.spaces.tolist(),
            parks.name.tolist(), strict=True,
        )
    ]  # fmt: skip
