"""What travels between the models from round to round."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from citymove.foundation.table import frozen_array

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False, kw_only=True)
class CoupledState:
    """The belief with which a round starts.

    Parameters
    ----------
    preload_vph
        float64 [slices, links], cars that drive to a space or cruise for one, veh/h: they load
        the roads beside the assigned trips.
    refused_share
        float64 [slices, facilities], chance that drivers expect to find a facility full.
    search_time_s
        float64 [slices, zones], mean time to find a space that drivers reckon with.
    cruising_veh_km
        float64 [slices, zones], cruising by the zone of the visit.
    """

    preload_vph: Array
    refused_share: Array
    search_time_s: Array
    cruising_veh_km: Array

    def __post_init__(self) -> None:
        for name in ("preload_vph", "refused_share", "search_time_s", "cruising_veh_km"):
            object.__setattr__(self, name, frozen_array(getattr(self, name), np.float64))

    @classmethod
    def blank(cls, slices: int, links: int, facilities: int, zones: int) -> Self:
        """Return the belief of drivers who expect every space to be free."""
        return cls(
            preload_vph=np.zeros((slices, links)),
            refused_share=np.zeros((slices, facilities)),
            search_time_s=np.zeros((slices, zones)),
            cruising_veh_km=np.zeros((slices, zones)),
        )

    @classmethod
    def wary(cls, slices: int, links: int, facilities: int, zones: int) -> Self:
        """Return the belief of drivers who expect every second space to be taken."""
        return cls(
            preload_vph=np.zeros((slices, links)),
            refused_share=np.full((slices, facilities), 0.5),
            search_time_s=np.full((slices, zones), 300.0),
            cruising_veh_km=np.zeros((slices, zones)),
        )

    def moved_towards(self, other: "CoupledState", step: float) -> "CoupledState":
        """Return the average of this and `other`, with weight `step` on the other."""
        return CoupledState(
            **{
                name: (1 - step) * getattr(self, name) + step * getattr(other, name)
                for name in ("preload_vph", "refused_share", "search_time_s", "cruising_veh_km")
            }
        )


def by_id(values: Array, known: Array, wanted: Array) -> Array:
    """Return the columns of `values` in the order of other ids; 0 where an id is new.

    Parameters
    ----------
    values
        float64 [slices, known].
    known, wanted
        text, ids of the columns before and after, each unique.

    Examples
    --------
    >>> by_id(np.array([[1.0, 2.0]]), np.array(["a", "b"]), np.array(["b", "c", "a"])).tolist()
    [[2.0, 0.0, 1.0]]
    """
    row_of = {name: row for row, name in enumerate(known.tolist())}
    rows = np.array([row_of.get(name, -1) for name in wanted.tolist()], np.int64)
    return np.where(rows[None, :] >= 0, values[:, rows], 0.0)
