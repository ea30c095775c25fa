"""Places that a study names, found in a city.

A street is named as the map names it (capitals, accents and the kind of apostrophe do not
matter), a junction by the names of its streets ("A / B"), anything by its id. A name that
finds nothing is an error that lists the nearest names; one that finds several things where one
is meant lists them.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from citymove.facts.boundary import inside
from citymove.facts.city import City
from citymove.facts.roads import RoadClass, Roads
from citymove.foundation.documents import Document, Loc
from citymove.foundation.errors import InputError
from citymove.foundation.near_names import near_names
from citymove.signals.presence import SignalJunctions, city_junctions

if TYPE_CHECKING:
    from citymove.scenario.schema import Study

Array = np.ndarray[Any, Any]

ALL = "all"
_SHOWN = 6  # names listed in a message


class SelectionError(InputError):
    """A name that finds nothing, or more than it should.

    Parameters
    ----------
    rule, value, remedy
        See `InputError`.
    at
        The field that holds the name, within what was written.
    """

    def __init__(self, rule: str, *, at: Loc, value: str, remedy: str | None = None) -> None:
        super().__init__(rule, value=value, remedy=remedy)
        self.at = at


def plain_name(name: str) -> str:
    """Return a name without what writers differ in: capitals, accents, apostrophes, spaces.

    Examples
    --------
    >>> plain_name("Rue  du Ténao") == plain_name("rue du Tenao")
    True
    """
    text = unicodedata.normalize("NFKD", name.replace("’", "'").replace("‘", "'"))
    text = "".join(c for c in text if not unicodedata.combining(c))
    return " ".join(text.casefold().split())


def _nearest(name: str, known: Iterable[str], what: str) -> str:
    names = sorted({text for text in known if text})
    near = near_names(name, names, limit=_SHOWN)
    if near:
        return f"the nearest {what} are: {', '.join(near)}"
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{what} are: {', '.join(names[:_SHOWN])}{more}" if names else f"there are no {what}"


# --- streets ---------------------------------------------------------------------------------


def links_of_street(city: City, name: str, *, at: Loc = ("street",)) -> Array:
    """Return the links of a street, both directions, int64; all links for ``all``."""
    roads = city.roads
    if name == ALL:
        return np.arange(len(roads.links), dtype=np.int64)
    wanted = plain_name(name)
    rows = [i for i, known in enumerate(roads.names) if plain_name(known) == wanted]
    links = np.flatnonzero(np.isin(roads.links.name, rows))
    if not rows or links.size == 0:
        raise SelectionError(
            "is no street of the city",
            at=at,
            value=name,
            remedy=_nearest(name, roads.names, "streets"),
        )
    return links


def links_of_ways(city: City, ways: Sequence[int], *, at: Loc = ("ways",)) -> Array:
    """Return the links of OSM ways, int64."""
    table = city.roads.links
    for position, way in enumerate(ways):
        if way not in table.way_id:
            raise SelectionError(
                "is no drivable way of the city",
                at=(*at, position),
                value=str(way),
                remedy="look the way's id up on openstreetmap.org",
            )
    return np.flatnonzero(np.isin(table.way_id, np.asarray(ways, np.int64)))


def road_classes(names: Sequence[str], *, at: Loc = ("road_class",)) -> Array:
    """Return the classes of these names, int8."""
    known = {c.name.lower(): int(c) for c in RoadClass}
    for position, name in enumerate(names):
        if name not in known:
            raise SelectionError(
                "is no road class",
                at=(*at, position),
                value=name,
                remedy=f"classes are: {', '.join(known)}",
            )
    return np.array([known[name] for name in names], np.int8)


def links_between(
    city: City,
    links: Array,
    *,
    start: str | None,
    end: str | None,
    both_ways: bool,
    at: Loc = (),
) -> Array:
    """Return the part of a street between two of its cross streets, int64.

    Parameters
    ----------
    links
        The street.
    start, end
        Names of cross streets; with one of them missing, the street from there to its end.
    both_ways
        Whether the direction from `end` to `start` belongs to it.
    """
    roads = city.roads
    if start is None or end is None:
        if start is None and end is None:
            return links
        raise SelectionError(
            "needs both `from` and `to`",
            at=(*at, "from" if start is not None else "to"),
            value=str(start or end),
            remedy="name the cross street at the other end too, or leave both out",
        )
    first = _crossing_nodes(roads, links, start, (*at, "from"))
    last = _crossing_nodes(roads, links, end, (*at, "to"))
    there = _way_along(roads, links, first, last)
    back = _way_along(roads, links, last, first) if both_ways else np.empty(0, np.int64)
    found = np.union1d(there, back)
    if found.size == 0:
        raise SelectionError(
            f"cannot be reached along the street from {start}",
            at=(*at, "to"),
            value=end,
            remedy="name them in the other order, set both_ways: true, or select by `ways`",
        )
    return found


def _crossing_nodes(roads: Roads, links: Array, name: str, at: Loc) -> Array:
    """Return the nodes at which a street of this name meets the links."""
    table = roads.links
    own = np.unique(np.concatenate([table.tail[links], table.head[links]]))
    meets = np.isin(table.tail, own) | np.isin(table.head, own)
    meets[links] = False
    wanted = plain_name(name)
    names = {int(row) for row in table.name[meets] if row >= 0}
    rows = [row for row in names if plain_name(roads.names[row]) == wanted]
    cross = np.flatnonzero(meets & np.isin(table.name, rows))
    nodes = np.intersect1d(own, np.concatenate([table.tail[cross], table.head[cross]]))
    if nodes.size == 0:
        raise SelectionError(
            "does not meet the street",
            at=at,
            value=name,
            remedy=_nearest(name, (roads.names[row] for row in names), "streets that meet it"),
        )
    return nodes


def _way_along(roads: Roads, links: Array, first: Array, last: Array) -> Array:
    """Return the shortest way along these links from any of `first` to any of `last`."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import dijkstra

    table = roads.links
    order = links[np.argsort(-table.length_m[links], kind="stable")]  # the shortest is kept
    row_of = {
        (int(a), int(b)): int(i)
        for a, b, i in zip(table.tail[order], table.head[order], order, strict=True)
    }
    pairs = np.array(list(row_of), np.int64).reshape(-1, 2)
    size = len(roads.nodes)
    length = table.length_m[list(row_of.values())]
    graph = coo_array((length, (pairs[:, 0], pairs[:, 1])), shape=(size, size)).tocsr()
    distance, before, _ = dijkstra(graph, indices=first, min_only=True, return_predecessors=True)
    node = int(last[np.argmin(distance[last])])
    found: list[int] = []
    while np.isfinite(distance[node]) and before[node] >= 0:
        found.append(row_of[int(before[node]), node])
        node = int(before[node])
    return np.array(sorted(found), np.int64)


def street_length_m(roads: Roads, links: Array) -> float:
    """Return the length of a street: a stretch that both directions share counts once."""
    table = roads.links
    key = np.stack([table.way_id[links], np.round(table.way_from_m[links] * 1000)], axis=1)
    _, first = np.unique(key.astype(np.int64), axis=0, return_index=True)
    return float(table.length_m[links][first].sum())


def middle_of(city: City, links: Array) -> tuple[Array, Array]:
    """Return the middle of each link, x and y, m, float64."""
    roads = city.roads
    tail, head = roads.links.tail[links], roads.links.head[links]
    nodes = roads.nodes
    return (nodes.x_m[tail] + nodes.x_m[head]) / 2, (nodes.y_m[tail] + nodes.y_m[head]) / 2


def corridor_links(study: "Study", document: Document, city: City) -> Array | None:
    """Return the links of the study's corridor, int64; None where it names none.

    Raises
    ------
    InputError
        The road or a cross street is not found; with file and line.
    """
    corridor = study.corridor
    if corridor is None:
        return None
    try:
        links = links_of_street(city, corridor.road, at=("road",))
        return links_between(
            city, links, start=corridor.from_, end=corridor.to, both_ways=corridor.both_ways
        )
    except SelectionError as error:
        raise document.error(error.rule, ("corridor", *error.at), remedy=error.remedy) from None


# --- junctions, car parks, kerb, sites ------------------------------------------------------


def find_junctions(
    city: City, names: Sequence[str], *, at: Loc = ("junctions",)
) -> tuple[SignalJunctions, Array]:
    """Return the signalised junctions of the city, and the rows of those named, int64.

    A name is an id ("j123") or the names of streets that meet there, joined by " / ".
    """
    junctions = city_junctions(city)
    rows = [_junction_row(junctions, name, (*at, i)) for i, name in enumerate(names)]
    return junctions, np.array(rows, np.int64)


def _junction_row(junctions: SignalJunctions, name: str, at: Loc) -> int:
    by_id = np.flatnonzero(junctions.id == name.strip())
    if by_id.size:
        return int(by_id[0])
    wanted = {plain_name(part) for part in name.split("/")}
    fits = [
        row
        for row, known in enumerate(junctions.name.tolist())
        if wanted <= {plain_name(part) for part in known.split("/")}
    ]
    if len(fits) == 1:
        return fits[0]
    labels = [_junction_label(junctions, row) for row in range(len(junctions))]
    if fits:
        raise SelectionError(
            f"names {len(fits)} signalised junctions",
            at=at,
            value=name,
            remedy=f"write one by its id: {'; '.join(labels[row] for row in fits)}",
        )
    raise SelectionError(
        "is no signalised junction of the city",
        at=at,
        value=name,
        remedy=_nearest(name, labels, "signalised junctions"),
    )


def _junction_label(junctions: SignalJunctions, row: int) -> str:
    name = str(junctions.name[row])
    return f"{junctions.id[row]} ({name})" if name else str(junctions.id[row])


def find_car_parks(city: City, names: Sequence[str] | str, *, at: Loc = ("which",)) -> Array:
    """Return the rows of car parks by id or name, int64; all of them for ``all``.

    A name that several car parks share finds all of them: it is one place with several
    entrances on the map.
    """
    parks = city.car_parks
    if names == ALL:
        return np.arange(len(parks), dtype=np.int64)
    listed = [names] if isinstance(names, str) else list(names)
    rows: list[int] = []
    known = [plain_name(name) for name in parks.name.tolist()]
    for position, name in enumerate(listed):
        place = at if isinstance(names, str) else (*at, position)
        found = np.flatnonzero(parks.id == name).tolist()
        found = found or [i for i, text in enumerate(known) if text == plain_name(name)]
        if not found:
            raise SelectionError(
                "is no car park of the city",
                at=place,
                value=name,
                remedy=_nearest(name, parks.name.tolist(), "car parks"),
            )
        rows += found
    return np.unique(np.array(rows, np.int64))


def kerb_along(city: City, links: Array) -> Array:
    """Return the rows of kerb that lie along any of these links, int64."""
    table, kerb = city.roads.links, city.kerb
    found = np.zeros(len(kerb), bool)
    order = np.argsort(kerb.way_id, kind="stable")
    ways = kerb.way_id[order]
    for link in links:
        first, last = np.searchsorted(ways, (table.way_id[link], table.way_id[link] + 1))
        rows = order[first:last]
        found[rows] |= (kerb.from_m[rows] < table.way_to_m[link]) & (
            kerb.to_m[rows] > table.way_from_m[link]
        )
    return np.flatnonzero(found)


def point_on_street(city: City, name: str, *, at: Loc) -> tuple[float, float]:
    """Return the point of a street that lies nearest to its own middle, m."""
    links = links_of_street(city, name, at=at)
    x_m, y_m = middle_of(city, links)
    weight = city.roads.links.length_m[links]
    mean = np.average(x_m, weights=weight), np.average(y_m, weights=weight)
    nearest = int(np.argmin(np.hypot(x_m - mean[0], y_m - mean[1])))
    return float(x_m[nearest]), float(y_m[nearest])


def point_near(city: City, name: str, *, at: Loc) -> tuple[float, float]:
    """Return where a named car park or place stands, m."""
    wanted = plain_name(name)
    for table in (city.car_parks, city.places):
        rows = [
            i
            for i, (key, known) in enumerate(
                zip(table.id.tolist(), table.name.tolist(), strict=True)
            )
            if key == name or (known and plain_name(known) == wanted)
        ]
        x_m, y_m = table.x_m[rows], table.y_m[rows]
        if len(rows) > 1 and np.hypot(np.ptp(x_m), np.ptp(y_m)) > 100:  # not one place
            ids = ", ".join(str(table.id[i]) for i in rows[:_SHOWN])
            raise SelectionError(
                f"names {len(rows)} places", at=at, value=name, remedy=f"write one by id: {ids}"
            )
        if rows:
            return float(x_m.mean()), float(y_m.mean())
    known = [*city.car_parks.name.tolist(), *city.places.name.tolist()]
    raise SelectionError(
        "is no car park or place of the city",
        at=at,
        value=name,
        remedy=_nearest(name, known, "places"),
    )


def point_at(city: City, lon: float, lat: float, *, at: Loc) -> tuple[float, float]:
    """Return a point given by longitude and latitude, m; it must lie in the study area."""
    x_m, y_m = (float(v) for v in city.plane.to_metres(lon, lat))
    nodes = city.roads.nodes
    edge = city.boundary_x_m, city.boundary_y_m
    if edge[0].size:
        lies_in = bool(inside(*edge, np.array([x_m]), np.array([y_m]))[0])
    else:
        lies_in = bool(
            nodes.x_m.min() <= x_m <= nodes.x_m.max() and nodes.y_m.min() <= y_m <= nodes.y_m.max()
        )
    if not lies_in:
        lons, lats = (nodes.lon.min(), nodes.lon.max()), (nodes.lat.min(), nodes.lat.max())
        raise SelectionError(
            "must lie in the study area",
            at=at,
            value=f"lon {lon:g}, lat {lat:g}",
            remedy=f"it spans lon {lons[0]:.4f} .. {lons[1]:.4f}, lat {lats[0]:.4f} .. "
            f"{lats[1]:.4f}; check that the two are not swapped",
        )
    return x_m, y_m
