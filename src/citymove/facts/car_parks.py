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


class AccessPoint(IntEnum):
    """What the point of a car park is."""

    CENTRE = 0
    AISLE = 1  # where an aisle or a driveway of it leaves a street
    ENTRANCE = 2  # a mapped entrance


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
        float64, metres on the city's plane; where cars enter if that is known, else the centre.
    kind, access
        int8 `CarParkKind`, `Access`.
    spaces, spaces_source
        int32, >= 0, or -1: unknown; int8 `Source`.
    spaces_spread
        float64, share by which `spaces` may be off.
    tariff
        int16, row of `City.tariffs`, `FREE` (-1); in what a map's reader yields, `FREE` or
        `UNSTATED` (-2), never `UNSTATED` in a city.
    point
        int8 `AccessPoint`, what `x_m` and `y_m` are.
    area_m2, levels
        float64, ground inside the outline, 0: not known; levels that `spaces` was inferred with
        or tags state, 0: not known.
    disabled_spaces, charging_spaces
        int32, those of `spaces` for disabled people and for electric cars, -1: not stated.

    Notes
    -----
    A size that a reader infers from the outline has `Source.INFERRED`. Where a city states a total,
    `prepare.inferred_supply` takes it as a weight.
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
    point: Array = column(np.int8, fill=AccessPoint.CENTRE)
    area_m2: Array = column(np.float64, fill=0.0)
    levels: Array = column(np.float64, fill=0.0)
    disabled_spaces: Array = column(np.int32, fill=-1)
    charging_spaces: Array = column(np.int32, fill=-1)
