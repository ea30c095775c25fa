"""Roads from whatever file holds them: an extract, a layer with its document, a graph."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from citymove.facts.car_parks import CarParks
from citymove.facts.kerb import Kerb, KerbClear, KerbHours, KerbSides
from citymove.facts.places import Places
from citymove.formats.city_folder import CITY
from citymove.formats.drawn_roads import RoadFacts
from citymove.formats.layers import read_layer
from citymove.formats.layers.layer_document import read_roads_layer_document
from citymove.formats.networkx import from_networkx, read_graphml
from citymove.formats.osm import OsmFacts, read_osm
from citymove.foundation.errors import InputError

LAYER_ENDINGS: Final = (".yaml", ".yml")
GRAPH_ENDINGS: Final = (".graphml",)
OSM_ATTRIBUTION: Final = "© OpenStreetMap contributors (ODbL 1.0)"


@dataclass(frozen=True, slots=True)
class RoadSource:
    """What a file holds, and the country whose defaults its roads took.

    Parameters
    ----------
    facts
        Of a layer and of a graph the roads alone: no kerb, car parks or places.
    country
        ISO 3166-1 alpha-2 code, "": generic.
    attribution
        Who must be named beside every picture, "" where a layer's document names nobody.
    """

    facts: OsmFacts
    country: str
    attribution: str


def read_road_source(
    path: Path, *, country: str = "", progress: Callable[[str], None] | None = None
) -> RoadSource:
    """Read an extract of OpenStreetMap, the document of a layer of roads, or a graph of osmnx.

    Parameters
    ----------
    path
        Ends in ``.osm``, ``.osm.gz``, ``.osm.pbf``; ``.yaml``, ``.yml``; or ``.graphml``.
    country
        As for `read_osm`; where the document of a layer states one, the same.
    progress
        Told in words where the work stands; of an extract.

    Raises
    ------
    InputError, InputErrors
        What the reader of the file raises; another country than the layer's document states.
    """
    ending = path.suffix.lower()
    if path.name == CITY:
        raise InputError("is a city's own file", file=path, remedy="give its folder instead")
    if ending in LAYER_ENDINGS:
        entry = read_roads_layer_document(path)
        if country and entry.country and country.upper() != entry.country:
            raise InputError(
                f"is {entry.country} in {path.name}",
                value=f"country {country}",
                remedy="state one of the two",
            )
        layer = read_layer(path, country=country)
        return RoadSource(roads_alone(layer), entry.country or country, entry.attribution)
    if ending in GRAPH_ENDINGS:
        found = from_networkx(read_graphml(path), country=country)
        roads = replace(found, reading=replace(found.reading, file=path.name))
        return RoadSource(roads_alone(roads), country, OSM_ATTRIBUTION)
    facts = read_osm(path, country=country, progress=progress)
    return RoadSource(facts, country, OSM_ATTRIBUTION)


def is_extract(path: Path) -> bool:
    """Whether a file would be read as an extract of OpenStreetMap."""
    return path.suffix.lower() not in (*LAYER_ENDINGS, *GRAPH_ENDINGS)


def roads_alone(roads: RoadFacts) -> OsmFacts:
    """Return facts that hold roads, and know nothing of kerb, car parks and places."""
    return OsmFacts(
        plane=roads.plane,
        roads=roads.roads,
        kerb=Kerb.empty(),
        kerb_hours=KerbHours.empty(),
        kerb_sides=KerbSides.empty(),
        kerb_clear=KerbClear.empty(),
        car_parks=CarParks.empty(),
        places=Places.empty(),
        reading=roads.reading,
    )
