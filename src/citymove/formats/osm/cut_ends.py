"""Where the edge of an extract cuts its ways."""

from typing import Any

import numpy as np

from citymove.facts.lost_roads import CutEnds
from citymove.formats.osm.extract import Ways
from citymove.formats.osm.positions import NodeTable

Array = np.ndarray[Any, Any]


def cut_ends(ways: Ways, nodes: NodeTable, x_m: Array, y_m: Array) -> CutEnds:
    """Return the present nodes whose neighbour along a way is missing, by way, then along it.

    Parameters
    ----------
    ways
        Drivable ways.
    nodes
        The node table.
    x_m, y_m
        float64 [nodes].
    """
    row = nodes.rows_of(ways.refs)
    way = np.repeat(np.arange(len(ways)), np.diff(ways.start))
    same_way = way[:-1] == way[1:]
    here, there = row[:-1] >= 0, row[1:] >= 0
    cut = np.zeros(row.size, bool)
    cut[:-1] |= same_way & here & ~there
    cut[1:] |= same_way & there & ~here
    at = np.flatnonzero(cut)
    return CutEnds(way_id=ways.id[way[at]], x_m=x_m[row[at]], y_m=y_m[row[at]])
