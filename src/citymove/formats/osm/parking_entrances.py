"""Where cars enter car parks: mapped entrances, or the mouth of an aisle on a street.

In this order: an entrance on the outline, one inside it, one that a site relation names, one of the
same name within reach, for a garage the nearest one; else, for a car park with an outline, the
place where a service way that leads onto its ground leaves a street.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.facts.car_parks import AccessPoint, CarParkKind
from citymove.formats.osm.extract import Extract, Ways
from citymove.formats.osm.splitting import runs_of
from citymove.formats.osm.tags import Tags
from citymove.formats.osm.tally import Tally

Array = np.ndarray[Any, Any]

SAME_NAME_M = 200.0  # assumed: a car park's entrances lie around its block
GARAGE_M = 40.0  # assumed: a garage's ramp lies at the edge of its building
OFF_AXIS_M = 2.0  # a mouth stands this far from the street's axis, so that its side is seen
_GARAGES = (CarParkKind.MULTI_STOREY, CarParkKind.UNDERGROUND)


@dataclass(frozen=True)
class Ground:
    """A car park as drawn.

    Parameters
    ----------
    id, tags, kind
        As in OSM; `kind` as it is taken.
    x_m, y_m
        Its middle.
    outline
        int64, rows of the node table of all rings; empty for a node.
    shape
        shapely polygon, or point of a node.
    """

    id: str
    tags: Tags
    kind: CarParkKind
    x_m: float
    y_m: float
    outline: Array
    shape: Any


@dataclass(frozen=True)
class Entered:
    """Where a car park is entered, and how that is known."""

    x_m: float
    y_m: float
    point: AccessPoint


@dataclass(frozen=True)
class _Doors:
    """Mapped entrances, sorted by OSM id; `node` are rows of the node table."""

    id: Array
    node: Array
    tags: list[Tags]
    x_m: Array
    y_m: Array

    def nearest(self, which: Array, ground: Ground) -> int:
        """Return the nearest of these entrances to the car park's ground, the first of equals."""
        import shapely

        points = shapely.points(self.x_m[which], self.y_m[which])
        return int(which[np.argmin(shapely.distance(points, ground.shape))])


def entered_at(
    grounds: Sequence[Ground], extract: Extract, ways: Ways, x_m: Array, y_m: Array, tally: Tally
) -> list[Entered]:
    """Return where each car park is entered.

    Parameters
    ----------
    grounds
        Car parks.
    extract
        As read.
    ways
        Drivable ways, on which an aisle may have its mouth.
    x_m, y_m
        float64, metres of the extract's nodes.
    tally
        Takes counts.
    """
    doors = _doors(extract, x_m, y_m)
    of_site = _site_doors(extract, doors)
    mouths = _mouths(grounds, extract, ways, x_m, y_m)
    found, used = [], set()
    for ground, mouth in zip(grounds, mouths, strict=True):
        door = _door_of(ground, doors, of_site.get(ground.id))
        if door >= 0:
            used.add(door)
            place = float(doors.x_m[door]), float(doors.y_m[door])
            found.append(Entered(*place, AccessPoint.ENTRANCE))
        elif mouth is not None:
            found.append(Entered(*mouth, AccessPoint.AISLE))
        else:
            found.append(Entered(ground.x_m, ground.y_m, AccessPoint.CENTRE))
    tally.add("parking_entrances", doors.id.size)
    tally.add("parking_entrances_not_used", doors.id.size - len(used))
    return found


def _doors(extract: Extract, x_m: Array, y_m: Array) -> _Doors:
    tagged = [
        (osm_id, tags)
        for osm_id, tags in extract.tagged_nodes
        if tags.get("amenity") == "parking_entrance"
    ]
    ids = np.array([osm_id for osm_id, _ in tagged], np.int64)
    node = extract.nodes.rows_of(ids)
    here = np.flatnonzero(node >= 0)
    node = node[here]
    return _Doors(ids[here], node, [tagged[row][1] for row in here], x_m[node], y_m[node])


def _site_doors(extract: Extract, doors: _Doors) -> dict[str, int]:
    """Return the first entrance that a site relation names, by the car park that it names."""
    row_of = {osm_id: row for row, osm_id in enumerate(doors.id.tolist())}
    found: dict[str, int] = {}
    for relation in extract.relations:
        if relation.tags.get("type") != "site":
            continue
        rows = [row_of[ref] for kind, ref, _ in relation.members if kind == "n" and ref in row_of]
        for kind, ref, _ in relation.members if rows else ():
            found.setdefault(f"{kind}{ref}", rows[0])
    return found


def _door_of(ground: Ground, doors: _Doors, of_site: int | None) -> int:
    """Return the row of a car park's mapped entrance, -1 for none."""
    import shapely

    if not doors.id.size:
        return -1
    row_of = {node: row for row, node in enumerate(doors.node.tolist())}
    on_outline = next((row_of[n] for n in ground.outline.tolist() if n in row_of), -1)
    if on_outline >= 0:
        return on_outline
    away_m = shapely.distance(shapely.points(doors.x_m, doors.y_m), ground.shape)
    inside = np.flatnonzero(away_m <= 0) if ground.outline.size else np.zeros(0, np.int64)
    if inside.size:
        return int(inside[0])
    if of_site is not None:
        return of_site
    name = ground.tags.get("name", "")
    named = np.flatnonzero(
        [bool(name) and tags.get("name") == name for tags in doors.tags] & (away_m <= SAME_NAME_M)
    )
    if named.size:
        return doors.nearest(named, ground)
    if ground.kind in _GARAGES:
        # a name of its own, or another kind, belongs to another car park
        near = [
            row
            for row in np.flatnonzero(away_m <= GARAGE_M).tolist()
            if doors.tags[row].get("name", name) == name
            and doors.tags[row].get("parking", "") in ("", ground.tags.get("parking", ""))
        ]
        if near:
            return doors.nearest(np.array(near, np.int64), ground)
    return -1


def _mouths(
    grounds: Sequence[Ground], extract: Extract, ways: Ways, x_m: Array, y_m: Array
) -> list[tuple[float, float] | None]:
    """Return where the service ways of each car park leave a street, None where none does.

    Service ways of plots that meet belong together; of several mouths the nearest to the middle.
    """
    import shapely

    drawn = [row for row, ground in enumerate(grounds) if ground.outline.size]
    streets = np.zeros(extract.nodes.id.size + 1, np.bool_)
    streets[extract.nodes.rows_of(ways.refs)] = True  # a missing node is row -1, the last
    streets = streets[:-1]
    node, label = _plot_network(extract, ways, streets, x_m, y_m)
    result: list[tuple[float, float] | None] = [None] * len(grounds)
    if not drawn or not node.size:
        return result
    tree = shapely.STRtree(np.asarray(shapely.points(x_m[node], y_m[node])))
    shapes = np.array([grounds[row].shape for row in drawn])
    lot, at = tree.query(shapes, predicate="intersects")
    mouth_of = np.flatnonzero(streets[node])
    mouth_of = mouth_of[np.argsort(label[mouth_of], kind="stable")]
    by_label = label[mouth_of]
    for number, touched in _groups(lot, at, len(drawn)):
        row = drawn[number]
        ground = grounds[row]
        reached = np.unique(label[touched])
        low, high = (np.searchsorted(by_label, reached, side=s) for s in ("left", "right"))
        parts = [mouth_of[a:b] for a, b in zip(low, high, strict=True)]
        mouths = np.unique(node[np.concatenate(parts)])
        if not mouths.size:
            continue
        dx, dy = ground.x_m - x_m[mouths], ground.y_m - y_m[mouths]
        away_m = np.hypot(dx, dy)
        best = int(np.argmin(away_m))
        step = OFF_AXIS_M / max(float(away_m[best]), OFF_AXIS_M)
        mouth = mouths[best]
        result[row] = float(x_m[mouth] + step * dx[best]), float(y_m[mouth] + step * dy[best])
    return result


def _groups(key: Array, value: Array, count: int) -> Iterator[tuple[int, Array]]:
    """Yield each key below `count` that stands there, with its values."""
    order = np.argsort(key, kind="stable")
    edges = np.searchsorted(key[order], np.arange(count + 1))
    for number in range(count):
        if edges[number] < edges[number + 1]:
            yield number, value[order[edges[number] : edges[number + 1]]]


def _plot_network(
    extract: Extract, ways: Ways, on_street: Array, x_m: Array, y_m: Array
) -> tuple[Array, Array]:
    """Return the nodes of service ways that are no drivable ways, and which of them meet.

    `on_street` tells of each node of the extract whether a drivable way has it.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    drivable = set(ways.id.tolist())
    rows = [
        row
        for row, (way_id, tags) in enumerate(
            zip(extract.ways.id.tolist(), extract.ways.tags, strict=True)
        )
        if tags.get("highway") == "service" and way_id not in drivable
    ]
    if not rows:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    runs = runs_of(extract.ways.take(rows), extract.nodes, x_m, y_m, Tally())
    node, at = np.unique(runs.node, return_inverse=True)
    # a street's node joins no two aisles: each has its own mouth there
    streets = on_street[node]
    first = np.flatnonzero(~runs.last)
    inner = first[~streets[at[first]] & ~streets[at[first + 1]]]
    joined = coo_array(
        (np.ones(inner.size), (at[inner], at[inner + 1])), shape=(node.size, node.size)
    )
    _, label = connected_components(joined, directed=False)
    mouth = first[streets[at[first]] ^ streets[at[first + 1]]]
    outer = np.where(streets[at[mouth]], at[mouth], at[mouth + 1])
    behind = np.where(streets[at[mouth]], at[mouth + 1], at[mouth])
    keep = ~streets
    return (
        np.concatenate([node[keep], node[outer]]),
        np.concatenate([label[keep], label[behind]]),
    )
