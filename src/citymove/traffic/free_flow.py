"""Times between centroids on empty roads, which the distribution of trips goes by."""

from typing import Any

import numpy as np

from citymove.paths.skims import skim
from citymove.prepare.prepared import Prepared
from citymove.traffic.link_cost import assignment_network
from citymove.traffic.link_performance import link_times
from citymove.traffic.network_checks import network_graphs

Array = np.ndarray[Any, Any]


def free_skim_min(prepared: Prepared) -> Array:
    """Return the time of the fastest paths without traffic, signals included, in the first slice.

    Parameters
    ----------
    prepared
        A city without or with travellers.

    Returns
    -------
    numpy.ndarray
        float64 [centroids, centroids], min; 0 on the diagonal, inf where no path leads.
    """
    network = assignment_network(prepared)
    empty = link_times(network, 0, np.zeros(network.link_count)) + network.fixed_cost
    cost_s, _ = skim(network_graphs(network)[0], empty, network.zone_count)
    return np.asarray(cost_s / 60)
