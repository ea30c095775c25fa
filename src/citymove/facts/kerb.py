"""Parking along the kerb, placed by linear reference so that it survives splitting of roads."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np

from citymove.foundation.table import Table, column

Array = np.ndarray[Any, Any]

RIGHT, LEFT = 1, -1


class Orientation(IntEnum):
    """How cars stand against the kerb."""

    PARALLEL = 0
    DIAGONAL = 1
    PERPENDICULAR = 2


class KerbUsers(IntEnum):
    """Who may stand at a kerb."""

    PUBLIC = 0
    CUSTOMERS = 1
    PERMIT = 2  # residents and others who hold a permit
    DISABLED = 3
    LOADING = 4
    OTHER = 5  # buses, taxis, shared and charging cars, diplomats
    PRIVATE = 6
    NOBODY = 7  # parking is forbidden


class Fee(IntEnum):
    """Whether parking is charged for."""

    UNKNOWN = 0
    NO = 1
    YES = 2


class SideStatus(IntEnum):
    """What is known of one side of a road; a side of which nothing is known has no row."""

    STATED = 0  # cars may stand, at some hour and for someone
    NONE = 1  # parking is forbidden
    APART = 2  # parking is mapped on its own, as car parks or spaces
    UNREAD = 3  # stated in words that the reader does not know


class ClearCause(IntEnum):
    """Why a stretch of kerb is kept clear, in the order in which its length is counted."""

    JUNCTION = 0
    CROSSING = 1
    STOP = 2
    HYDRANT = 3
    DRIVEWAY = 4


@dataclass(frozen=True, eq=False, kw_only=True)
class Kerb(Table):
    """Stretches of kerb on which cars may stand.

    Parameters
    ----------
    id
        text, stable: ``k<way>/<from>/<side>``, or the planner's.
    way_id
        int64, the OSM way.
    from_m, to_m
        float64, the stretch along the way, from its first node.
    side
        int8, +1 on the right of the way's direction, -1 on the left.
    spaces, spaces_source
        int32, >= 0; int8 `Source`.
    spaces_spread
        float64, share by which `spaces` may be off.
    tariff
        int16, row of `City.tariffs`, -1: free.
    orientation
        int8 `Orientation`.
    users
        int8 `KerbUsers`, who may stand for the greater part of 07:00 to 19:00 on a working day;
        `KerbHours` tells the other hours.
    fee
        int8 `Fee`.
    max_stay_s
        int32, longest stay, s; 0: none stated.
    clear_m
        float64, >= 0, length inside the stretch that is kept clear (crossings, driveways,
        stops, hydrants, corners), of which `spaces` takes account; 0 where spaces were counted.
    permit_zone
        text, name of the zone whose permits hold here, "" for none.
    """

    id: Array = column(np.str_)
    way_id: Array = column(np.int64)
    from_m: Array = column(np.float64)
    to_m: Array = column(np.float64)
    side: Array = column(np.int8)
    spaces: Array = column(np.int32)
    spaces_source: Array = column(np.int8)
    spaces_spread: Array = column(np.float64)
    tariff: Array = column(np.int16)
    orientation: Array = column(np.int8, fill=Orientation.PARALLEL)
    users: Array = column(np.int8, fill=KerbUsers.PUBLIC)
    fee: Array = column(np.int8, fill=Fee.UNKNOWN)
    max_stay_s: Array = column(np.int32, fill=0)
    clear_m: Array = column(np.float64, fill=0.0)
    permit_zone: Array = column(np.str_, fill="")


@dataclass(frozen=True, eq=False, kw_only=True)
class KerbHours(Table):
    """Hours of a working day in which others than `Kerb.users` may stand.

    Parameters
    ----------
    kerb
        text, `Kerb.id`.
    start_s, end_s
        int32, 0 .. 86400, ``start_s < end_s``; hours over midnight have two rows.
    users
        int8 `KerbUsers`.
    """

    kerb: Array = column(np.str_)
    start_s: Array = column(np.int32)
    end_s: Array = column(np.int32)
    users: Array = column(np.int8)


@dataclass(frozen=True, eq=False, kw_only=True)
class KerbSides(Table):
    """What is known of the sides of roads; inferred supply fills only those without a row.

    Parameters
    ----------
    way_id, from_m, to_m, side
        As in `Kerb`.
    status
        int8 `SideStatus`.
    """

    way_id: Array = column(np.int64)
    from_m: Array = column(np.float64)
    to_m: Array = column(np.float64)
    side: Array = column(np.int8)
    status: Array = column(np.int8)


@dataclass(frozen=True, eq=False, kw_only=True)
class KerbClear(Table):
    """Stretches of kerb kept clear for what is mapped there; corners of junctions have no row.

    Parameters
    ----------
    way_id, from_m, to_m, side
        As in `Kerb`; sorted by way, side and `from_m`.
    cause
        int8 `ClearCause`.
    """

    way_id: Array = column(np.int64)
    from_m: Array = column(np.float64)
    to_m: Array = column(np.float64)
    side: Array = column(np.int8)
    cause: Array = column(np.int8)


def users_at(kerb: Kerb, hours: KerbHours, at_s: int) -> Array:
    """Return who may stand at each kerb at this time of a working day, int8 `KerbUsers`.

    Examples
    --------
    >>> kerb = Kerb(id=["a", "b"], way_id=[1, 2], from_m=[0, 0], to_m=[9, 9], side=[1, 1],
    ...     spaces=[2, 2], spaces_source=[2, 2], spaces_spread=[0, 0], tariff=[-1, -1])
    >>> night = KerbHours(kerb=["b"], start_s=[0], end_s=[25200], users=[KerbUsers.PERMIT])
    >>> users_at(kerb, night, 3 * 3600).tolist(), users_at(kerb, night, 36000).tolist()
    ([0, 2], [0, 0])
    """
    users = kerb.users.copy()
    row_of = {name: row for row, name in enumerate(kerb.id.tolist())}
    now = np.flatnonzero((hours.start_s <= at_s) & (at_s < hours.end_s))
    for name, who in zip(hours.kerb[now].tolist(), hours.users[now].tolist(), strict=True):
        if name in row_of:
            users[row_of[name]] = who
    return users


def free_stretches(
    from_m: float, to_m: float, cuts: list[tuple[float, float]]
) -> list[tuple[float, float]]:
    """Return what cuts leave of a stretch, in its order.

    Examples
    --------
    >>> free_stretches(0.0, 100.0, [(40.0, 60.0), (50.0, 70.0), (95.0, 120.0)])
    [(0.0, 40.0), (70.0, 95.0)]
    """
    left = []
    reached = from_m
    for low, high in sorted(cuts):
        if min(low, to_m) > reached:
            left.append((reached, min(low, to_m)))
        reached = max(reached, high)
    if reached < to_m:
        left.append((reached, to_m))
    return left
