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
    leads_in, led_to
        bool [links], in `main`, or leading to it; in `main`, or led to from it.

    Notes
    -----
    With bans over several links the parts are of states. A link is in `main` where some state of
    it is and whoever begins on it gets there. It leads there where whoever begins on it does,
    and is led to where the main part leads to it on any way.
    """

    main: Array
    leads_in: Array
    led_to: Array

    def __post_init__(self) -> None:
        for name in ("main", "leads_in", "led_to"):
            object.__setattr__(self, name, frozen_array(getattr(self, name), np.bool_))

    @property
    def served(self) -> Array:
        """Links of which anybody comes from the main part or goes there; others are cut off."""
        return np.asarray(self.leads_in | self.led_to)


def reach(turns: TurnGraph, open_links: Array) -> Reach:
    """Return where each link stands in the network of permitted turns.

    Parameters
    ----------
    turns
        Permitted turns (those of `turn_graph` are permitted at every hour).
    open_links
        bool [links].
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order, connected_components

    links = open_links.size
    if not open_links.any():
        none = np.zeros(links, np.bool_)
        return Reach(main=none, leads_in=none, led_to=none)
    is_open = open_links[turns.state_link]
    count = is_open.size
    graph = csr_array(
        (np.ones(turns.to_state.size, np.int8), turns.to_state, turns.start), shape=(count, count)
    )
    _, label = connected_components(graph, directed=True, connection="strong")
    size = np.bincount(label[is_open], minlength=int(label.max()) + 1)
    # of equal parts the one with the first link, whatever the labels are
    largest = np.flatnonzero(is_open & (size[label] == size.max()))[0]
    main = is_open & (label == label[largest])
    led_to, leads_in = main.copy(), main.copy()
    for direction, found in ((graph, led_to), (csr_array(graph.T), leads_in)):
        rows = breadth_first_order(
            direction, int(largest), directed=True, return_predecessors=False
        )
        found[rows] = True

    def of_some_state(states: Array) -> Array:
        return np.bincount(turns.state_link[states & is_open], minlength=links) > 0

    leads_in = leads_in[:links] & open_links
    return Reach(
        main=of_some_state(main) & leads_in, leads_in=leads_in, led_to=of_some_state(led_to)
    )
