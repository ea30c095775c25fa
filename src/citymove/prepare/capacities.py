"""Capacity of each link: the planner's where known, else by class, lanes and country."""

from typing import Any

import numpy as np

from citymove.facts.city import City
from citymove.facts.defaults import defaults_for
from citymove.foundation.provenance import Source

Array = np.ndarray[Any, Any]


def capacities(city: City, junction_of_link: Array) -> tuple[Array, Array]:
    """Return the capacity of each link while nothing holds traffic up, and its source.

    Parameters
    ----------
    city
        The facts.
    junction_of_link
        int32 [links], the signalised junction at the link's head, -1: none.

    Returns
    -------
    tuple
        float64 [links], veh/h, > 0: the planner's figure; else, for a signalised approach,
        saturation flow of a lane x lanes; else capacity of a lane of its class x lanes, by the
        tables of `facts.defaults`. int8 [links] `Source`: `DEFAULT` for the tables.
    """
    links, defaults = city.roads.links, defaults_for(city.country)
    per_lane = np.where(
        np.asarray(junction_of_link) >= 0,
        defaults.saturation_flow_vph.value,
        defaults.capacity_per_lane_vph(links.road_class, links.ramp),
    )
    known = ~np.isnan(links.capacity_vph)
    capacity = np.where(known, links.capacity_vph, per_lane * links.lanes)
    source = np.where(known, links.capacity_source, Source.DEFAULT)
    return capacity, source.astype(np.int8)
