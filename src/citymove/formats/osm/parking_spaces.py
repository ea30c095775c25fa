"""Single parking spaces (``amenity=parking_space``): counted by car park, or grouped.

A space belongs to the car park on whose ground it lies, or which it adjoins. What lies on none is
grouped with its neighbours, as spaces beside a street are.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.facts.car_parks import CarParkKind
from citymove.formats.osm.areas import Areas, areas_of, polygons_of
from citymove.formats.osm.extract import Extract
from citymove.formats.osm.tags import Tags, parse_count
from citymove.formats.osm.tally import Tally

Array = np.ndarray[Any, Any]

ADJOINS_M = 1.0  # drawn outlines of neighbours miss each other by less
NEIGHBOUR_M = 3.0  # assumed: between the outlines of spaces of one row, or its nodes' reach
MOST_IN_ONE = 1_000
_FOR_ALL = frozenset(("normal", "yes", "car", "compact"))
_ON_THE_GROUND = (CarParkKind.SURFACE, CarParkKind.STREET_SIDE)


@dataclass(frozen=True)
class Spaces:
    """Mapped spaces.

    Parameters
    ----------
    ids
        ``n<node>`` or ``w<way>`` or ``r<relation>``.
    tags
        Tags of each.
    number
        int64, cars that each holds.
    shape
        shapely points and polygons on the city's plane.
    x_m, y_m, area_m2
        float64, middle and ground; 0 m2 for a node.
    """

    ids: list[str]
    tags: list[Tags]
    number: Array
    shape: Array
    x_m: Array
    y_m: Array
    area_m2: Array


@dataclass(frozen=True)
class SpaceGroup:
    """Neighbouring spaces that belong to no mapped car park, named after the first of them."""

    id: str
    tags: Tags
    spaces: int
    x_m: float
    y_m: float
    area_m2: float


def is_reserved(tags: Tags) -> bool:
    """Whether a space is kept for one kind of user."""
    return tags.get("parking_space", "normal") not in _FOR_ALL


def is_space(tags: Tags) -> bool:
    """Whether the object is a single space, or a few, of a car park."""
    return tags.get("amenity") == "parking_space"


def mapped_spaces(extract: Extract, x_m: Array, y_m: Array, tally: Tally) -> Spaces:
    """Return the mapped spaces: nodes by id, then ways, then relations."""
    import shapely

    points = [(osm_id, tags) for osm_id, tags in extract.tagged_nodes if is_space(tags)]
    rows = extract.nodes.rows_of(np.array([osm_id for osm_id, _ in points], np.int64))
    points = [point for point, row in zip(points, rows, strict=True) if row >= 0]
    rows = rows[rows >= 0]
    areas = areas_of(extract, x_m, y_m, is_space, tally, lost="parking_spaces_without_outline")
    tags = [*(tags for _, tags in points), *areas.tags]
    capacity = [parse_count(one.get("capacity", ""), MOST_IN_ONE) for one in tags]
    return Spaces(
        ids=[*(f"n{osm_id}" for osm_id, _ in points), *areas.id],
        tags=tags,
        number=np.array([1 if count is None else count for count in capacity], np.int64),
        shape=np.concatenate([shapely.points(x_m[rows], y_m[rows]), polygons_of(areas, x_m, y_m)]),
        x_m=np.concatenate([x_m[rows], areas.x_m]),
        y_m=np.concatenate([y_m[rows], areas.y_m]),
        area_m2=np.concatenate([np.zeros(rows.size), areas.area_m2]),
    )


def owners(spaces: Spaces, lots: Areas, kinds: list[CarParkKind], x_m: Array, y_m: Array) -> Array:
    """Return the row of the car park that each space belongs to, int64, -1 for none.

    Of several the smallest, the first of equals. A garage has more levels than spaces are drawn
    on, so that only car parks on the ground own spaces.
    """
    import shapely

    owner = np.full(len(spaces.ids), -1, np.int64)
    ground = np.flatnonzero(np.isin(np.array(kinds, np.int64), _ON_THE_GROUND))
    if not owner.size or not ground.size:
        return owner
    outlines = polygons_of(lots, x_m, y_m)[ground]
    middle: Array = np.asarray(shapely.points(spaces.x_m, spaces.y_m))
    tree = shapely.STRtree(middle)
    on_it = tree.query(outlines, predicate="intersects")
    beside = shapely.STRtree(spaces.shape).query(outlines, predicate="dwithin", distance=ADJOINS_M)
    smallest = np.argsort(lots.area_m2[ground], kind="stable")
    for pairs in (on_it, beside):
        for lot in smallest.tolist():
            mine = pairs[1][pairs[0] == lot]
            mine = mine[owner[mine] < 0]
            owner[mine] = ground[lot]
    return owner


def space_groups(spaces: Spaces, rows: Array) -> list[SpaceGroup]:
    """Return these spaces grouped with their neighbours, in the order of their first."""
    import shapely
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not rows.size:
        return []
    shape = spaces.shape[rows]
    one, other = shapely.STRtree(shape).query(shape, predicate="dwithin", distance=NEIGHBOUR_M)
    near = coo_array((np.ones(one.size), (one, other)), shape=(rows.size, rows.size))
    count, label = connected_components(near, directed=False)
    groups = []
    for group in range(count):
        mine = rows[label == group]
        number = spaces.number[mine]
        groups.append(
            SpaceGroup(
                spaces.ids[mine[0]],
                spaces.tags[mine[0]],
                int(number.sum()),
                float(spaces.x_m[mine].mean()),
                float(spaces.y_m[mine].mean()),
                float(spaces.area_m2[mine].sum()),
            )
        )
    return groups
