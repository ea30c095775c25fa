"""Which links can be reached and left again by permitted turns."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.foundation.table import frozen_array
from citymove.prepare.prepared import TurnGraph

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False, kw_only=True)
class Reach:
    """Links by their place in the network of permitted turns.

    Parameters
    ----------
    main
        bool [links], in the largest part in which every link leads to every other.
    served
        bool [links], in `main`, or leading to it, or led to from it. An open link outside is cut
        off: nobody comes to it from the main part or goes from it there.
    """

    main: Array
    served: Array

    def __post_init__(self) -> None:
        object.__setattr__(self, "main", frozen_array(self.main, np.bool_))
        object.__setattr__(self, "served", frozen_array(self.served, np.bool_))


def reach(turns: TurnGraph, open_links: Array) -> Reach:
    """Return where each link stands in the network of permitted turns.

    Parameters
    ----------
    turns
        Permitted turns.
    open_links
        bool [links].
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order, connected_components

    count = open_links.size
    if not open_links.any():
        return Reach(main=np.zeros(count, np.bool_), served=np.zeros(count, np.bool_))
    graph = csr_array(
        (np.ones(turns.to_link.size, np.int8), turns.to_link, turns.start), shape=(count, count)
    )
    _, label = connected_components(graph, directed=True, connection="strong")
    size = np.bincount(label[open_links], minlength=int(label.max()) + 1)
    # of equal parts the one with the first link, whatever the labels are
    largest = np.flatnonzero(open_links & (size[label] == size.max()))[0]
    main = open_links & (label == label[largest])
    served = main.copy()
    for direction in (graph, csr_array(graph.T)):
        found = breadth_first_order(
            direction, int(largest), directed=True, return_predecessors=False
        )
        served[found] = True
    return Reach(main=main, served=served & open_links)
