"""Whether coordinates lie on the roads in the system that they are declared in.

GCJ-02 and BD-09 move a place in China by some 500 m and 1 km, which no single value shows: a file
declared in the wrong one looks sound and lies beside every street. Against roads that are known to
lie right it shows, since lines drawn along streets are then no nearer to roads than chance.

All points are converted from each system, and the median distance to the nearest road is compared.
What stands off the streets, as car parks do, is seldom told apart: in a dense network any point is
near some road, so that only what lies on the roads proves a system.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from citymove.facts.roads import Roads
from citymove.formats.osm.tally import Tally
from citymove.foundation.coordinates import CoordinateSystem, to_wgs84
from citymove.foundation.crs import LocalPlane
from citymove.foundation.errors import InputError

Array = np.ndarray[Any, Any]

LEAST_POINTS: Final = 20
MOST_POINTS: Final = 2_000  # more do not change a median by much
# assumed: another system fits better where it brings the points onto the roads, halves their median
# distance and saves this much. In the centre of Nanjing drawn roads lie 2 m from those of the map,
# moved by another system 33 to 90 m, and car parks 30 m in any.
ON_ROADS_M: Final = 20.0
BETTER_SHARE: Final = 0.5
BETTER_BY_M: Final = 20.0
CANDIDATES: Final = (CoordinateSystem.WGS84, CoordinateSystem.GCJ02, CoordinateSystem.BD09)


def coordinate_fits(
    x: npt.ArrayLike, y: npt.ArrayLike, *, roads: Roads, plane: LocalPlane
) -> tuple[dict[CoordinateSystem, float], int]:
    """Return how far from the roads points lie if they are of each system.

    Parameters
    ----------
    x, y
        float64 [n], degrees.
    roads, plane
        Roads that lie right. Only points within their bounding box in every system are compared,
        `MOST_POINTS` of them, evenly picked.

    Returns
    -------
    tuple
        The median distance to the nearest road by system, m, NaN where no point can be compared
        (WGS84 stands for CGCS2000 too); and the number of points compared.
    """
    import shapely

    east, north = np.asarray(x, np.float64), np.asarray(y, np.float64)
    metres = {one: plane.to_metres(*to_wgs84(one, east, north)) for one in CANDIDATES}
    inside = np.ones(east.size, bool)
    for x_m, y_m in metres.values():
        inside &= (x_m >= roads.shape_x_m.min()) & (x_m <= roads.shape_x_m.max())
        inside &= (y_m >= roads.shape_y_m.min()) & (y_m <= roads.shape_y_m.max())
    rows = np.flatnonzero(inside)
    if rows.size == 0:
        return dict.fromkeys(CANDIDATES, float("nan")), 0
    if rows.size > MOST_POINTS:
        rows = rows[np.linspace(0, rows.size - 1, MOST_POINTS).astype(np.int64)]
    link = np.repeat(np.arange(len(roads.links)), np.diff(roads.shape_start))
    drawn = shapely.linestrings(roads.shape_x_m, roads.shape_y_m, indices=link)
    tree = shapely.STRtree(np.atleast_1d(np.asarray(drawn)))
    fits = {}
    for one, (x_m, y_m) in metres.items():
        points = shapely.points(x_m[rows], y_m[rows])
        _, far_m = tree.query_nearest(points, return_distance=True, all_matches=False)
        fits[one] = float(np.median(far_m))
    return fits, int(rows.size)


def _fits_better(best_m: float, stated_m: float) -> bool:
    saved_m = stated_m - best_m
    on_roads = best_m <= ON_ROADS_M
    return on_roads and best_m < BETTER_SHARE * stated_m and saved_m >= BETTER_BY_M


def check_coordinates(
    declared: CoordinateSystem,
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    roads: Roads,
    plane: LocalPlane,
    file: Path,
    tally: Tally,
) -> Mapping[CoordinateSystem, float]:
    """Refuse coordinates that fit the roads clearly better in another system.

    Parameters
    ----------
    declared
        What the data are declared to be in. CGCS2000 in degrees is WGS84 within centimetres;
        metres of its zones are of no other system, and are not compared.
    x, y
        float64 [n], as declared.
    roads, plane
        Roads that lie right.
    file
        For the message.
    tally
        Takes ``coordinates_compared`` and, where points were compared, their median distance to the
        roads, ``coordinates_off_roads_m``.

    Returns
    -------
    mapping
        Median distance to the nearest road by system, m; empty where nothing was compared.

    Raises
    ------
    InputError
        Another system brings the points onto the roads (a median of 20 m or less), more than halves
        the median distance and lessens it by 20 m or more, over 20 points or more.
    """
    east, north = np.asarray(x, np.float64), np.asarray(y, np.float64)
    tally.add("coordinates_compared", 0)
    if np.any(np.abs(east) > 180) or np.any(np.abs(north) > 90):  # metres of a zone
        return {}
    fits, points = coordinate_fits(east, north, roads=roads, plane=plane)
    tally.add("coordinates_compared", points)
    if points < LEAST_POINTS:
        tally.note(
            "coordinates_not_compared",
            en=f"Only {points} points lie among the roads of the extract; whether the coordinates "
            f"are {declared.value}, as declared, was not compared.",
            zh=f"只有 {points} 个点落在路网范围内；未核对坐标是否确为所声明的 {declared.value}。",
        )
        return {}
    stated = CoordinateSystem.WGS84 if declared is CoordinateSystem.CGCS2000 else declared
    best = min(CANDIDATES, key=lambda one: fits[one])
    tally.add("coordinates_off_roads_m", round(fits[stated]))
    if _fits_better(fits[best], fits[stated]):
        raise InputError(
            f"fits the roads worse than {best.value}: half of {points} points lie more than "
            f"{fits[stated]:.0f} m from the nearest road, and {fits[best]:.0f} m if they are "
            f"{best.value}",
            file=file,
            value=f"coordinates: {declared.value}",
            remedy=f"write coordinates: {best.value}, or check the file against a map",
        )
    return fits
