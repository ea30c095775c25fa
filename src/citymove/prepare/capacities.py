"""Capacity of each link: the planner's where known, else by class, lanes, arrows and country."""

from typing import Any

import numpy as np

from citymove.facts.city import City
from citymove.facts.defaults import CountryDefaults, defaults_for
from citymove.facts.roads import LaneTurn, Roads
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
        saturation flow (while its light is green); else capacity of a lane of its class x lanes,
        by the tables of `facts.defaults`. int8 [links] `Source`: `INFERRED` for approaches whose
        saturation flow follows from known lanes and their arrows (a lane's flow is a default there
        too), `DEFAULT` where lanes count alike.

    Notes
    -----
    Saturation flow of an approach is the sum over its lanes of that of a through lane x a factor:
    1 where the arrow leads (also) through or is not known; `near_turn_factor` for turns toward the
    kerb alone; `far_turn_factor` for turns across oncoming traffic alone and for U-turns; for a
    lane of both turns the mean. Arrows that do not fit the number of lanes, which an option may
    have changed, are left aside.
    """
    links, defaults = city.roads.links, defaults_for(city.country)
    signalised = np.asarray(junction_of_link) >= 0
    per_lane = np.where(
        signalised,
        defaults.saturation_flow_vph.value,
        defaults.capacity_per_lane_vph(links.road_class, links.ramp),
    )
    through_lanes, by_arrows = _through_lanes(city.roads, defaults)
    by_arrows &= signalised
    known = ~np.isnan(links.capacity_vph)
    derived = per_lane * np.where(by_arrows, through_lanes, links.lanes)
    capacity = np.where(known, links.capacity_vph, derived)
    inferred = np.where(by_arrows, Source.INFERRED, Source.DEFAULT)
    source = np.where(known, links.capacity_source, inferred)
    return capacity, source.astype(np.int8)


def _through_lanes(roads: Roads, defaults: CountryDefaults) -> tuple[Array, Array]:
    """Return how many through lanes pass what the lanes of each link pass, and where that is known.

    Known are links whose lanes are no default and all have an entry in `Roads.lane_turns`.
    """
    links, arrows = roads.links, roads.lane_turns
    factor = _turn_factors(defaults)[arrows.turns]
    through_lanes = np.bincount(arrows.link, factor, minlength=len(links))
    number = np.bincount(arrows.link, minlength=len(links))
    known = (number > 0) & (number == links.lanes) & (links.lanes_source != Source.DEFAULT)
    return through_lanes, known


def _turn_factors(defaults: CountryDefaults) -> Array:
    """Return the share of a through lane's flow that a lane passes, by its `LaneTurn` set."""
    near, far = defaults.near_turn_factor.value, defaults.far_turn_factor.value
    right, left = (near, far) if defaults.drives_on == "right" else (far, near)
    share = {LaneTurn.LEFT: left, LaneTurn.RIGHT: right, LaneTurn.U_TURN: far}
    table = np.ones(1 << len(LaneTurn))
    for turns in range(1, table.size):
        if not turns & LaneTurn.THROUGH:
            sides = {turn: value for turn, value in share.items() if turns & turn}
            if len(sides) > 1:  # a U-turn beside a turn is rare
                sides.pop(LaneTurn.U_TURN, None)
            table[turns] = sum(sides.values()) / len(sides)
    return table
