"""A city's folder or an extract in the form of another tool: what ``citymove export`` writes.

A format is one entry of `EXPORTS`: a function from the city and a folder to what was written.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np

from citymove.facts.city import Bilingual, City
from citymove.facts.defaults import defaults_for
from citymove.facts.gateways import Gateways
from citymove.facts.zones import Zones
from citymove.formats.city_folder import read_city
from citymove.formats.gmns import write_gmns
from citymove.formats.networkx import to_networkx, write_graphml
from citymove.formats.osm import OsmFacts
from citymove.formats.road_source import OSM_ATTRIBUTION, read_road_source
from citymove.formats.sumo import write_sumo
from citymove.foundation.errors import InputError
from citymove.foundation.note import Note
from citymove.prepare.exchange import street_tables

_ENDINGS = (".osm", ".osm.gz", ".osm.pbf", ".yaml", ".yml", ".graphml")


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written.

    Parameters
    ----------
    folder
        Where it is.
    counts
        Rows or elements by what they are.
    notes
        What the format does not say, or says in another way.
    """

    folder: Path
    counts: Mapping[str, int]
    notes: tuple[Note, ...]


def _to_gmns(city: City, folder: Path) -> Exported:
    done = write_gmns(street_tables(city), folder)
    return Exported(done.folder, done.rows, done.notes)


def _to_osmnx(city: City, folder: Path) -> Exported:
    graph = to_networkx(city.roads, city.plane)
    write_graphml(graph, folder / "roads.graphml")
    counts = {"nodes": graph.number_of_nodes(), "edges": graph.number_of_edges()}
    note = Note(
        "osmnx_without_turns",
        en="osmnx finds paths over nodes, and so ignores turn bans; the file keeps them for "
        "citymove.",
        zh="osmnx 按节点寻路，不考虑转向限制；文件中保留了这些限制，供 citymove 读回。",
    )
    return Exported(folder, counts, (note,))


def _to_sumo(city: City, folder: Path) -> Exported:
    done = write_sumo(street_tables(city), folder)
    counts = {
        "nodes": done.nodes,
        "links": done.links,
        "connections": done.connections,
        "signal programs": done.programs,
    }
    return Exported(done.folder, counts, done.notes)


EXPORTS: Mapping[str, Callable[[City, Path], Exported]] = MappingProxyType(
    {"gmns": _to_gmns, "osmnx": _to_osmnx, "sumo": _to_sumo}
)


def export_files(
    source: Path,
    *,
    to: str,
    country: str = "",
    out: Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> Exported:
    """Write a city's folder, or the roads of one file, in another form.

    Parameters
    ----------
    source
        A city's folder; a file of OpenStreetMap, the document of a layer (``.yaml``) or a graph of
        osmnx (``.graphml``).
    to
        A key of `EXPORTS`.
    country
        ISO 3166-1 code, which chooses the defaults and the driving side; for an extract.
    out
        Folder to write to; None: ``out/export/NAME/FORMAT``.
    progress
        Told in words where the work stands.

    Raises
    ------
    InputError, InputErrors
        What cannot be read, see `read_city`, `read_road_source`; a country given for a
        city's folder.
    MachineError
        The folder cannot be written.
    """
    if source.is_dir():
        if country:
            raise InputError(
                "is for an extract; a city's folder states it itself",
                value=f"--country {country}",
                remedy="leave it out",
            )
        city = read_city(source, progress=progress)
    else:
        found = read_road_source(source, country=country, progress=progress)
        city = extract_city(found.facts, found.country, attribution=found.attribution)
    folder = out if out is not None else Path("out", "export", _name_of(source), to)
    return EXPORTS[to](city, folder)


def extract_city(facts: OsmFacts, country: str, *, attribution: str = OSM_ATTRIBUTION) -> City:
    """Return what an extract knows as a city, which has no zones, gateways or totals.

    Parameters
    ----------
    facts
        As `read_osm` yields them.
    country
        As given to `read_osm`.
    attribution
        Who must be named.
    """
    return City(
        name=Bilingual(facts.reading.file, facts.reading.file),
        country=country.strip().upper(),
        year=0,
        drives_on=defaults_for(country).drives_on,
        currency="",
        plane=facts.plane,
        attribution=attribution,
        boundary_x_m=np.empty(0),
        boundary_y_m=np.empty(0),
        roads=facts.roads,
        kerb=facts.kerb,
        kerb_hours=facts.kerb_hours,
        kerb_sides=facts.kerb_sides,
        kerb_clear=facts.kerb_clear,
        car_parks=facts.car_parks,
        tariffs=(),
        signal_plans=(),
        zones=Zones.empty(),
        gateways=Gateways.empty(),
        places=facts.places,
        assumptions={},
        reading=facts.reading,
    )


def _name_of(source: Path) -> str:
    """Return the name of the folder, or of the file without its ending."""
    name = source.resolve().name
    for ending in _ENDINGS:
        name = name.removesuffix(ending)
    return name or "city"
