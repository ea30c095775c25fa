"""Car parks: a point, a kind, who may use them, spaces and a tariff."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np

from citymove.foundation.table import Table, column

Array = np.ndarray[Any, Any]

FREE = -1  # a tariff's row: no charge
UNSTATED = -2  # a reader knows of no tariff; a city's default takes its place


class CarParkKind(IntEnum):
    """How a car park is built."""

    SURFACE = 0
    MULTI_STOREY = 1
    UNDERGROUND = 2
    STREET_SIDE = 3


class Access(IntEnum):
    """Who may use a car park."""

    PUBLIC = 0
    CUSTOMERS = 1
    PERMIT = 2
    PRIVATE = 3


@dataclass(frozen=True, eq=False, kw_only=True)
class CarParks(Table):
    """Car parks.

    Parameters
    ----------
    id
        text, stable: ``n<node>``, ``w<way>``, ``r<relation>`` in OSM, or the planner's.
    name
        text, "" for none.
    x_m, y_m
        float64, metres on the city's plane; the entrance where it is known, else the centre.
    kind, access
        int8 `CarParkKind`, `Access`.
    spaces, spaces_source
        int32, >= 0, or -1: unknown; int8 `Source`.
    spaces_spread
        float64, share by which `spaces` may be off.
    tariff
        int16, row of `City.tariffs`, `FREE` (-1); in what a map's reader yields, `FREE` or
        `UNSTATED` (-2), never `UNSTATED` in a city.
    """

    id: Array = column(np.str_)
    name: Array = column(np.str_)
    x_m: Array = column(np.float64)
    y_m: Array = column(np.float64)
    kind: Array = column(np.int8)
    access: Array = column(np.int8)
    spaces: Array = column(np.int32)
    spaces_source: Array = column(np.int8)
    spaces_spread: Array = column(np.float64)
    tariff: Array = column(np.int16)
