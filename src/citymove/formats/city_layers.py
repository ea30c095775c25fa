"""Layers that take the place of what the extract says: a city's roads, its car parks."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from citymove.facts.kerb import Kerb, KerbClear, KerbHours, KerbSides
from citymove.facts.reading import Reading
from citymove.formats.layers import read_car_parks_layer, read_layer
from citymove.formats.osm import OsmFacts
from citymove.formats.osm.boundary import inside_of
from citymove.foundation.note import Note

Array = np.ndarray[Any, Any]


def with_layers(
    facts: OsmFacts,
    *,
    roads: Path | None,
    car_parks: Path | None,
    country: str,
    boundary: tuple[Array, Array] | None,
) -> OsmFacts:
    """Return the facts of an extract with those of layers in their place.

    Parameters
    ----------
    facts
        Of the extract; its roads are what the layers' coordinates are held against.
    roads, car_parks
        Documents of layers, None: what the extract says stands. With other roads, the extract's
        kerb parking goes, since it is tied to roads that are no more.
    country
        As for `read_layer`.
    boundary
        Of the study area; car parks outside are left out, as those of the extract are.

    Raises
    ------
    InputError, InputErrors
        As `read_layer` and `read_car_parks_layer`.
    """
    found = facts
    if roads is not None:
        layer = read_layer(
            roads, plane=facts.plane, reference=facts, country=country, boundary=boundary
        )
        found = replace(
            found,
            roads=layer.roads,
            kerb=Kerb.empty(),
            kerb_hours=KerbHours.empty(),
            kerb_sides=KerbSides.empty(),
            kerb_clear=KerbClear.empty(),
            reading=_merged(found.reading, layer.reading, _roads_note(layer.reading)),
        )
    if car_parks is not None:
        parks, reading = read_car_parks_layer(car_parks, plane=facts.plane, reference=facts)
        inside = inside_of(boundary, facts.plane).of(parks.x_m, parks.y_m)
        note = _car_parks_note(reading, int(np.count_nonzero(~inside)))
        found = replace(
            found,
            car_parks=parks.take(inside),
            reading=_merged(found.reading, reading, note),
        )
    return found


def _merged(extract: Reading, layer: Reading, note: Note) -> Reading:
    """Return the extract's reading with the counts of a layer in place of its own."""
    other_roads = "links" in layer.counts
    return replace(
        extract,
        counts=dict(sorted({**extract.counts, **layer.counts}.items())),
        notes=(*extract.notes, note, *layer.notes),
        lost_links=layer.lost_links if other_roads else extract.lost_links,
        cut_ends=layer.cut_ends if other_roads else extract.cut_ends,
    )


def _roads_note(reading: Reading) -> Note:
    return Note(
        "roads_of_a_layer",
        en=f"Roads are those of {reading.file}. What the map says of roads, turn restrictions, "
        "signals and kerb parking does not count.",
        zh=f"路网取自 {reading.file}；地图中的道路、转向限制、信号灯和路内停车不再采用。",
    )


def _car_parks_note(reading: Reading, outside: int) -> Note:
    return Note(
        "car_parks_of_a_layer",
        en=f"Car parks are those of {reading.file} ({outside} outside the boundary are left out).",
        zh=f"停车场取自 {reading.file}（边界外 {outside} 处已略去）。",
    )
