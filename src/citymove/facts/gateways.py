"""Gateways: where roads cross the boundary of the study area."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.foundation.table import Table, column

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False, kw_only=True)
class Gateways(Table):
    """Crossings of the boundary.

    Parameters
    ----------
    id
        text, stable: ``g<way>/<outer node>``.
    name
        text, the road's name.
    side
        text, the group of gateways that it belongs to, as `city.yaml` names them.
    node
        int32, row of `Nodes`: the outer end of the crossing road.
    x_m, y_m
        float64, metres on the city's plane.
    inbound_weight, outbound_weight
        float64, >= 0: lanes x capacity of the class in each direction, the share of its side's
        flow that it takes; 0 where the road does not lead that way.
    """

    id: Array = column(np.str_)
    name: Array = column(np.str_)
    side: Array = column(np.str_)
    node: Array = column(np.int32)
    x_m: Array = column(np.float64)
    y_m: Array = column(np.float64)
    inbound_weight: Array = column(np.float64)
    outbound_weight: Array = column(np.float64)
