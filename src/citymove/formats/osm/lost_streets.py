"""Streets that a node has on the map and not among the kept links."""

from typing import Any

import numpy as np

from citymove.facts.roads import RoadClass
from citymove.formats.osm.splitting import DirectedPieces

Array = np.ndarray[Any, Any]


def lost_streets(
    links: DirectedPieces, road_class: Array, kept: Array, node_count: int
) -> tuple[Array, Array]:
    """Return how many streets of each node were left out, and how many service roads.

    A junction stays one where a street that meets there cannot be driven in the extract, as at
    its edge; so these are counted.

    Parameters
    ----------
    links
        All links.
    road_class
        int8 [links].
    kept
        int64, rows of the links that are kept.
    node_count
        Number of nodes.

    Returns
    -------
    tuple
        int64 [nodes] each; a street of which one direction is kept is not lost.
    """
    stays = np.zeros(int(links.piece.max(initial=-1)) + 1, bool)
    stays[links.piece[kept]] = True
    _, one = np.unique(links.piece, return_index=True)  # one link of each street
    one = one[~stays[links.piece[one]]]
    service = road_class[one] == RoadClass.SERVICE
    counts = [
        np.bincount(np.concatenate([links.tail[rows], links.head[rows]]), minlength=node_count)
        for rows in (one[~service], one[service])
    ]
    return counts[0], counts[1]
