"""OpenStreetMap by the name of a place: its outline from Nominatim, its objects from Overpass.

osmnx finds the place (`osmnx.geocoder`) and states the services, their time limits and how to
name oneself to them (`osmnx.settings`); its own download keeps no relations, so turn
restrictions would be lost, and the objects are asked for here.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep
from typing import Any

from citymove.foundation.errors import InputError, MachineError
from citymove.foundation.whole_files import write_bytes, write_json

EXTRACT, BOUNDARY, ORIGIN = "roads.osm.pbf", "boundary.geojson", "fetched.json"
ATTRIBUTION = "© OpenStreetMap contributors"
LARGEST_KM2 = 2_500.0  # a metropolis; beyond, a prepared extract spares the public servers
MARGIN_DEG = 0.01  # about 1 km, so that the roads that cross the boundary go on beyond it
OUTLINE_DEG = 0.0005  # about 50 m: detail of the outline that the question need not repeat
_BUSY, _TRIES, _WAIT_S = (429, 503, 504), 4, 15.0
_PIECE = 1 << 20
_CLAUSES = (
    'way["highway"]',
    'nwr["building"]',
    'nwr["amenity"]',
    'nwr["shop"]',
    'nwr["office"]',
    'nwr["tourism"]',
    'nwr["leisure"]',
    'nwr["landuse"]',
    'node["highway"]',
    'node["crossing"]',
    'node["public_transport"]',
    'node["emergency"="fire_hydrant"]',
)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was downloaded, and where it lies.

    Parameters
    ----------
    place
        The place as Nominatim names it in full.
    extract, boundary, origin
        The extract, the outline of the place, and what says where both are from.
    downloaded
        Whether the services were asked; else what an earlier call kept was used.
    """

    place: str
    extract: Path
    boundary: Path
    origin: Path
    downloaded: bool


def fetch_place(
    place: str,
    folder: Path,
    *,
    again: bool = False,
    nominatim_url: str | None = None,
    overpass_url: str | None = None,
    wait_s: float = _WAIT_S,
    progress: Callable[[str], None] | None = None,
) -> Fetched:
    """Download the OpenStreetMap data of a place, and keep them.

    Parameters
    ----------
    place
        A name that Nominatim knows, such as "Krems an der Donau, Austria".
    folder
        Takes ``roads.osm.pbf``, ``boundary.geojson`` and ``fetched.json``.
    again
        Download even where the folder holds this place already.
    nominatim_url, overpass_url
        Other servers than those of `osmnx.settings`.
    wait_s
        First wait where a server is busy, s; each further one is twice as long.
    progress
        Called with a few words at each stage.

    Raises
    ------
    InputError
        No place is named, or it is unknown, has no outline, is too large, or the folder holds
        another place.
    MachineError
        A server cannot be reached, or stays busy, or the disk takes no more.
    """
    if not place.strip():
        raise InputError(
            "must name a place",
            value=f"PLACE {place!r}",
            remedy='write for example "Krems, Austria"',
        )
    tell = progress if progress is not None else _say_nothing
    known = _kept(place, folder)
    if known is not None and not again:
        return known
    with _services(nominatim_url, overpass_url):
        tell(f"looking for {place}")
        name, outline = _outline(place)
        tell(f"downloading {name}")
        question = _question(outline)
        with TemporaryDirectory() as scratch:
            answer = Path(scratch) / "answer.osm"
            server = _download(question, answer, wait_s, tell)
            data = _as_pbf(answer, server)
    write_bytes(folder / EXTRACT, data)
    write_json(folder / BOUNDARY, _geojson(name, outline))
    write_json(
        folder / ORIGIN,
        {
            "asked_for": place,
            "place": name,
            "downloaded": datetime.now(UTC).isoformat(timespec="seconds"),
            "server": server,
            "licence": "ODbL 1.0",
            "attribution": ATTRIBUTION,
            "sha256": sha256(data).hexdigest(),
            "question": question,
        },
    )
    return _fetched(name, folder, downloaded=True)


def folder_name(place: str) -> str:
    """Return a name for the folder of a place that every file system takes.

    Examples
    --------
    >>> folder_name("Krems an der Donau, Austria"), folder_name("南京市/玄武区")
    ('krems_an_der_donau_austria', '南京市_玄武区')
    """
    return "_".join(re.findall(r"\w+", place.lower()))[:80] or "place"


def _say_nothing(_: str) -> None:
    """Take a word of progress, and keep it."""


def _fetched(name: str, folder: Path, *, downloaded: bool) -> Fetched:
    return Fetched(name, folder / EXTRACT, folder / BOUNDARY, folder / ORIGIN, downloaded)


def _kept(place: str, folder: Path) -> Fetched | None:
    """Return what an earlier call downloaded; refuse a folder that holds another place."""
    origin = folder / ORIGIN
    if not origin.exists():
        if (folder / EXTRACT).exists():
            raise InputError(
                "is there already, and nothing says where it is from",
                file=folder / EXTRACT,
                remedy="name another folder",
            )
        return None
    try:
        stated = json.loads(origin.read_text(encoding="utf-8"))
        asked_for, name, checksum = (str(stated[k]) for k in ("asked_for", "place", "sha256"))
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"is no record of a download ({error})", file=origin, remedy="name another folder"
        ) from None
    if asked_for != place:
        raise InputError(
            f"holds {asked_for}", file=folder, value=place, remedy="name another folder"
        )
    extract = folder / EXTRACT
    if not extract.exists() or sha256(extract.read_bytes()).hexdigest() != checksum:
        return None  # lost or changed since: download it again
    return _fetched(name, folder, downloaded=False)


@contextmanager
def _services(nominatim_url: str | None, overpass_url: str | None) -> Iterator[None]:
    """Set osmnx to these servers and to keep no cache of its own, and back again."""
    from osmnx import settings

    before = settings.nominatim_url, settings.overpass_url, settings.use_cache
    settings.nominatim_url = nominatim_url or settings.nominatim_url
    settings.overpass_url = overpass_url or settings.overpass_url
    settings.use_cache = False
    try:
        yield
    finally:
        settings.nominatim_url, settings.overpass_url, settings.use_cache = before


def _outline(place: str) -> tuple[str, Any]:
    """Return the full name of a place and its outline, one shapely polygon without holes."""
    import requests
    import shapely
    from osmnx import settings
    from osmnx._errors import InsufficientResponseError, ResponseStatusCodeError
    from osmnx.geocoder import geocode_to_gdf

    try:
        found = geocode_to_gdf(place)
    except InsufficientResponseError:
        raise InputError(
            "is no place that Nominatim knows",
            value=place,
            remedy='write it as on openstreetmap.org, for example "Krems an der Donau, Austria"',
        ) from None
    except TypeError:  # what osmnx raises where only a point is known
        raise InputError(
            "has no outline on the map",
            value=place,
            remedy="name the town or district that it lies in",
        ) from None
    except (requests.RequestException, ResponseStatusCodeError) as error:
        raise _unreachable(settings.nominatim_url, error) from None
    shape = found.geometry.iloc[0]
    whole = max(shapely.get_parts(shape), key=lambda part: float(part.area))
    return str(found["display_name"].iloc[0]), shapely.Polygon(whole.exterior)


def _unreachable(server: str, error: Exception) -> MachineError:
    return MachineError(
        f"{server}: cannot be reached ({type(error).__name__}); check the connection to the "
        "internet, or download an extract in another way and go on with it"
    )


def _area_km2(outline: Any) -> float:
    from pyproj import Geod

    area_m2, _ = Geod(ellps="WGS84").geometry_area_perimeter(outline)
    return abs(float(area_m2)) / 1e6


def _question(outline: Any) -> str:
    """Return the question for Overpass (language of overpass-api.de, version 0.7)."""
    around = outline.simplify(OUTLINE_DEG).buffer(MARGIN_DEG, quad_segs=2).simplify(OUTLINE_DEG)
    area = _area_km2(around)
    if area > LARGEST_KM2:
        raise InputError(
            f"must cover at most {LARGEST_KM2:,.0f} km² with its surroundings",
            value=f"{area:,.0f} km²",
            remedy="name a smaller place, or take an extract from download.geofabrik.de",
        )
    ring = " ".join(f"{lat:.5f} {lon:.5f}" for lon, lat in around.exterior.coords[:-1])
    clauses = "".join(f'{clause}(poly:"{ring}");' for clause in _CLAUSES)
    return (
        f'[out:xml][timeout:300];({clauses})->.here;way.here["highway"]->.streets;'
        'rel(bw.streets)["type"~"^restriction"]->.bans;'
        "(.here;.bans;);(._;>;);out body;"
    )


def _download(question: str, answer: Path, wait_s: float, tell: Callable[[str], None]) -> str:
    """Write what Overpass answers; return the server's address."""
    import requests
    from osmnx import settings

    server = settings.overpass_url.rstrip("/") + "/interpreter"
    headers = {"User-Agent": settings.http_user_agent, "Referer": settings.http_referer}
    for trial in range(_TRIES):
        try:
            with requests.post(
                server,
                data={"data": question},
                headers=headers,
                timeout=settings.requests_timeout,
                stream=True,
            ) as response:
                if response.status_code not in _BUSY:
                    response.raise_for_status()
                    _keep(response, answer, tell)
                    return server
        except requests.RequestException as error:
            raise _unreachable(server, error) from None
        if trial + 1 < _TRIES:
            tell(f"{server} is busy, trying again in {wait_s * 2**trial:.0f} s")
            sleep(wait_s * 2**trial)
    raise MachineError(f"{server}: is busy; try again in some minutes")


def _keep(response: Any, answer: Path, tell: Callable[[str], None]) -> None:
    size = 0
    with answer.open("wb") as file:
        for piece in response.iter_content(_PIECE):
            file.write(piece)
            if (size + len(piece)) // (16 * _PIECE) > size // (16 * _PIECE):
                tell(f"{(size + len(piece)) / 1e6:.0f} MB")
            size += len(piece)


def _as_pbf(answer: Path, server: str) -> bytes:
    """Return an answer as PBF, a sixth of its size; refuse one that is incomplete."""
    import osmium

    with answer.open("rb") as file:
        file.seek(max(answer.stat().st_size - 4096, 0))
        end = file.read().decode(errors="replace")
    if "</osm>" not in end or "<remark>" in end:
        told = end.partition("<remark>")[2].partition("</remark>")[0].strip()
        raise MachineError(
            f"{server}: answered in part only ({told or 'cut short'}); try again later, or name "
            "a smaller place"
        )
    kept = answer.with_suffix(".osm.pbf")
    try:
        with osmium.SimpleWriter(str(kept)) as writer:
            for item in osmium.FileProcessor(str(answer)):
                writer.add(item)
    except (RuntimeError, ValueError) as error:
        raise MachineError(f"{server}: answered no OpenStreetMap data ({error})") from None
    return kept.read_bytes()


def _geojson(name: str, outline: Any) -> dict[str, Any]:
    from shapely.geometry import mapping

    return {
        "type": "Feature",
        "properties": {"name": name, "attribution": ATTRIBUTION},
        "geometry": mapping(outline),
    }
