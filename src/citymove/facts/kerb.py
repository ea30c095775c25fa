"""Parking along the kerb, placed by linear reference so that it survives splitting of roads."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.foundation.table import Table, column

Array = np.ndarray[Any, Any]

RIGHT, LEFT = 1, -1


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
