"""Where signals stand: signal nodes gathered to the junctions that they control."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.foundation.table import Table, column

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False, kw_only=True)
class SignalJunctions(Table):
    """Signalised junctions.

    Parameters
    ----------
    id
        text, stable: ``j<smallest OSM id of its signal nodes>``.
    name
        text, the names of the crossing roads joined by " / ", "" where none has a name.
    x_m, y_m
        float64, mean of its signal nodes.
    approach_start
        int64, first row of the junction's approaches in `approach_link`; the next junction's
        first row ends them (the last ends at the array's end).
    """

    id: Array = column(np.str_)
    name: Array = column(np.str_)
    x_m: Array = column(np.float64)
    y_m: Array = column(np.float64)
    approach_start: Array = column(np.int64)
    approach_link: Array
