"""From travellers to the drivers of a parking simulation: who searches, who knows a space."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.facts.travellers import Travellers
from citymove.foundation.randomness import Stream, uniforms
from citymove.foundation.table import frozen_array
from citymove.parking.outcome import Drivers
from citymove.prepare.prepared import Prepared

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False, kw_only=True)
class SearchScope:
    """Whose search is simulated. All others take a space that they know, without a search.

    Nobody is left out and no space is taken away: a driver who knows a space takes the best
    one that is free, and holds it as long as any other.

    Parameters
    ----------
    x_m, y_m
        float64, the places of the study's measures; empty: the whole city.
    radius_m
        A driver searches whose visit lies within it of one of these places.
    at_most
        Most drivers who search; beyond it those with the lowest random number do. None: all.
    """

    x_m: Array
    y_m: Array
    radius_m: float
    at_most: int | None

    def __post_init__(self) -> None:
        object.__setattr__(self, "x_m", frozen_array(self.x_m, np.float64))
        object.__setattr__(self, "y_m", frozen_array(self.y_m, np.float64))

    @classmethod
    def whole_city(cls) -> "SearchScope":
        """Return the scope in which everybody who needs a public space searches."""
        return cls(x_m=np.empty(0), y_m=np.empty(0), radius_m=np.inf, at_most=None)

    def searches(self, x_m: Array, y_m: Array, ids: Array, seed: int) -> Array:
        """Return which of these visits search, bool [n]."""
        near = np.ones(ids.size, bool)
        if self.x_m.size:
            distance_m = np.hypot(
                x_m[:, None] - self.x_m[None, :], y_m[:, None] - self.y_m[None, :]
            )
            near = distance_m.min(axis=1) <= self.radius_m
        if self.at_most is None or np.count_nonzero(near) <= self.at_most:
            return near
        rank = np.where(near, uniforms(seed, ids, Stream.SEARCH_SCOPE), 2.0)
        chosen = np.zeros(ids.size, bool)
        chosen[np.argsort(rank, kind="stable")[: self.at_most]] = True
        return chosen


def drivers_of(prepared: Prepared, scope: SearchScope, seed: int) -> tuple[Drivers, Array]:
    """Return the drivers of the prepared hours, and the rows of the travellers they stand for.

    A driver is a visit that needs a public space and either arrives within the hours or
    stands already when they begin.

    Returns
    -------
    drivers
        In the order of the travellers.
    rows
        int64 [drivers], rows of `City.travellers`.
    """
    travellers = _travellers(prepared)
    start_s, end_s = prepared.slices.start_s, prepared.slices.end_s
    arrival_s = travellers.arrival_s.astype(np.int64)
    leave_s = arrival_s + travellers.dwell_s
    standing = (arrival_s < start_s) & (leave_s > start_s)
    arriving = (arrival_s >= start_s) & (arrival_s < end_s)
    wanted = travellers.parks & ~travellers.reserved & (travellers.dwell_s > 0)
    rows = np.flatnonzero(wanted & (standing | arriving))
    taken = travellers.take(rows)
    here = standing[rows]
    search = np.zeros(rows.size, bool)  # who stands already has nothing to look for
    search[~here] = scope.searches(taken.x_m[~here], taken.y_m[~here], taken.id[~here], seed)
    zone = np.minimum(taken.destination, len(prepared.city.zones) - 1)
    drivers = Drivers(
        id=taken.id,
        purpose=taken.purpose,
        start_node=np.where(here, -1, search_start_nodes(prepared)[zone]),
        start_s=np.where(here, start_s, taken.arrival_s),
        leave_s=np.where(here, np.minimum(leave_s[rows], np.iinfo(np.int32).max), -1),
        dwell_s=taken.dwell_s,
        x_m=taken.x_m,
        y_m=taken.y_m,
        zone=zone,
        value_of_time_per_h=taken.value_of_time_per_h,
        patience_s=taken.patience_s,
        informed=~search & ~here,
    )
    return drivers, rows


def search_start_nodes(prepared: Prepared) -> Array:
    """Return the node at which the search for a space begins, int32 [zones].

    It is the node at which trips to the zone leave the assignment, so that no metre is
    driven twice and none is skipped.
    """
    connectors = prepared.connectors
    nodes = np.full(len(prepared.city.zones), -1, np.int32)
    ends = connectors.arrives & (connectors.centroid < nodes.size)  # one for each zone
    nodes[connectors.centroid[ends]] = connectors.node[ends]
    return nodes


def _travellers(prepared: Prepared) -> Travellers:
    travellers = prepared.city.travellers
    if travellers is None:
        raise ValueError("the city has no travellers: call synthesise(city) first")
    return travellers
