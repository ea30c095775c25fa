"""Volume, cost and slope of every link while flows shift."""

from typing import Any, NamedTuple

import numpy as np

from citymove.foundation.jit import inner_kernel, kernel
from citymove.traffic.slice_costs import link_cost, link_cost_derivative

Array = np.ndarray[Any, Any]


class LinkState(NamedTuple):
    """State of the links.

    Parameters
    ----------
    volume
        float64 [links], assigned, >= 0.
    cost
        float64 [links], generalised, of volume + preload.
    slope
        float64 [links], derivative of the cost.
    """

    volume: Array
    cost: Array
    slope: Array


def new_link_state(link_count: int) -> LinkState:
    """Return links without volume; their costs are not set yet."""
    return LinkState(np.zeros(link_count), np.empty(link_count), np.empty(link_count))


@inner_kernel
def update_link(terms: Any, links: Any, link: Any) -> None:
    """Set cost and slope of one link by its volume."""
    volume = links.volume[link] + terms.preload[link]
    links.cost[link] = link_cost(terms, link, volume)
    links.slope[link] = link_cost_derivative(terms, link, volume)


@kernel
def update_all_links(terms: Any, links: Any) -> None:
    """Set cost and slope of every link by its volume."""
    for link in range(links.volume.size):
        update_link(terms, links, link)
