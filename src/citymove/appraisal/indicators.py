"""What one outcome amounts to, by the definitions of `foundation.terms.TERMS`."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.coupling.fixed_point import CoupledResult
from citymove.facts.roads import RoadClass
from citymove.foundation.daytime import HOUR_S
from citymove.foundation.table import frozen_array
from citymove.foundation.terms import Purpose

Array = np.ndarray[Any, Any]

PEAK_START_S, PEAK_END_S = 7 * HOUR_S, 9 * HOUR_S + 1800


@dataclass(frozen=True, eq=False, kw_only=True)
class Commutes:
    """Work trips that arrive in the peak, one row each.

    Parameters
    ----------
    traveller
        int64, row of `City.travellers`.
    external_s, drive_s, search_s, walk_s
        float64, driven outside, driven inside to the search-start node, searched, walked.
    """

    traveller: Array
    external_s: Array
    drive_s: Array
    search_s: Array
    walk_s: Array

    def __post_init__(self) -> None:
        object.__setattr__(self, "traveller", frozen_array(self.traveller, np.int64))
        for name in ("external_s", "drive_s", "search_s", "walk_s"):
            object.__setattr__(self, name, frozen_array(getattr(self, name), np.float64))

    @property
    def inside_min(self) -> Array:
        """Drive inside, search and walk, float64 [commutes]."""
        return np.asarray((self.drive_s + self.search_s + self.walk_s) / 60)

    @property
    def door_to_door_min(self) -> Array:
        """The same with the minutes driven outside, float64 [commutes]."""
        return np.asarray(self.inside_min + self.external_s / 60)


def commutes(result: CoupledResult) -> Commutes:
    """Return the peak's work trips to places inside, one row each.

    Who gives up counts with the time until then: a lower bound, told apart by the share of
    drivers who gave up. A reserved space costs no search and no walk.
    """
    prepared = result.prepared
    travellers = prepared.city.travellers
    assert travellers is not None  # noqa: S101 - a coupled result has them by construction
    arrival_s = travellers.arrival_s
    slice_of = prepared.slices.index_of(arrival_s)
    rows = np.flatnonzero(
        (travellers.purpose == Purpose.WORK)
        & travellers.parks
        & (arrival_s >= PEAK_START_S)
        & (arrival_s < PEAK_END_S)
        & (slice_of >= 0)
    )
    search_s = np.zeros(len(travellers))
    walk_s = np.zeros(len(travellers))
    visits = result.outcome.visits
    search_s[result.driver_rows] = visits.searched_s
    walk_s[result.driver_rows] = visits.walked_m / prepared.city.walking.speed_mps
    drive_s = result.equilibrium.trip_cost[
        slice_of[rows], travellers.origin[rows], travellers.destination[rows]
    ]
    return Commutes(
        traveller=rows,
        external_s=travellers.external_s[rows],
        drive_s=drive_s,
        search_s=search_s[rows],
        walk_s=walk_s[rows],
    )


def main_roads(result: CoupledResult) -> Array:
    """Return the links of primary and secondary roads, the corridor where none is named."""
    road_class = result.prepared.city.roads.links.road_class
    return np.flatnonzero((road_class >= RoadClass.TRUNK) & (road_class <= RoadClass.SECONDARY))


def delay_index(result: CoupledResult, links: Array | None = None, *, peak: bool = False) -> float:
    """Return time over running time at free speed, weighted by veh-km.

    Parameters
    ----------
    result
        A solved city.
    links
        int64, links that count; None: all.
    peak
        Whether only slices that overlap 07:00-09:30 count.

    Returns
    -------
    float
        >= 1 but for rounding; nan where nobody drives there.
    """
    prepared = result.prepared
    chosen = np.arange(prepared.link_count) if links is None else np.asarray(links)
    slices = np.arange(len(prepared.slices))
    if peak:
        edges = prepared.slices.edges_s
        slices = np.flatnonzero((edges[:-1] < PEAK_END_S) & (edges[1:] > PEAK_START_S))
    veh_m = result.link_veh[np.ix_(slices, chosen)] * prepared.city.roads.links.length_m[chosen]
    ratio = (
        result.equilibrium.link_time[np.ix_(slices, chosen)]
        / prepared.running_time_s[np.ix_(slices, chosen)]
    )
    driven = veh_m > 0
    total = veh_m[driven].sum()
    return float((veh_m[driven] * ratio[driven]).sum() / total) if total > 0 else float("nan")


def links_over_capacity(result: CoupledResult) -> Array:
    """Return which road links carry more than their capacity in some slice, bool [links]."""
    prepared = result.prepared
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(prepared.cycle_s > 0, prepared.green_s / prepared.cycle_s, 1.0)
    capacity = prepared.capacity_vph[None, :] * share
    volume = result.link_veh / prepared.slices.hours[:, None]
    return np.asarray((volume > capacity).any(axis=0))


def public_occupancy(result: CoupledResult) -> Array:
    """Return the share of public spaces taken at each tick, float64 [ticks]."""
    spaces = result.prepared.parking.spaces.sum()
    return np.asarray(result.outcome.occupancy.sum(axis=1) / max(int(spaces), 1))


def searched(result: CoupledResult) -> Array:
    """Return which drivers' search was simulated, bool [drivers]."""
    return np.asarray((result.drivers.start_node >= 0) & ~result.drivers.informed)


def indicators(result: CoupledResult, corridor: Array | None = None) -> dict[str, float]:
    """Return the indicators of one outcome, by the keys of `foundation.terms.TERMS`.

    A mean over nobody is left out rather than called 0: commutes where no hour of the peak is
    simulated, the corridor where nobody drives on it then, the search where nobody searches.

    Parameters
    ----------
    result
        A solved city.
    corridor
        int64, links of the study's corridor; None: primary and secondary roads.
    """
    visits = result.outcome.visits
    search = searched(result)
    search_min = visits.searched_s[search] / 60
    arrived = (result.drivers.start_node >= 0) & (visits.facility >= 0)
    peak = commutes(result)
    length_km = result.prepared.city.roads.links.length_m / 1000
    time_h = result.equilibrium.link_time[:, : result.prepared.link_count] / HOUR_S
    moved = result.link_veh > 0  # closed links have no finite time and carry nobody
    found = {
        "commute_door_to_door_min": _mean(peak.door_to_door_min),
        "commute_inside_min": _mean(peak.inside_min),
        "delay_index": delay_index(result),
        "corridor_delay_index": delay_index(
            result, main_roads(result) if corridor is None else corridor, peak=True
        ),
        "search_time_mean_min": _mean(search_min),
        "search_time_p90_min": (
            float(np.percentile(search_min, 90)) if search_min.size else float("nan")
        ),
        "walk_mean_m": _mean(visits.walked_m[arrived]),
        "gave_up_share": _mean(visits.gave_up[search].astype(np.float64)),
        "cruising_veh_km": float(visits.cruised_m.sum() / 1000),
        "occupancy_peak": float(public_occupancy(result).max()),
        "veh_km": float((result.link_veh * length_km).sum()),
        "veh_h": float((result.link_veh[moved] * time_h[moved]).sum()),
        "links_over_capacity": float(np.count_nonzero(links_over_capacity(result))),
        "revenue": float(visits.paid[arrived].sum()),
    }
    return {key: value for key, value in found.items() if not np.isnan(value)}


def _mean(values: Array) -> float:
    return float(np.mean(values)) if values.size else float("nan")
