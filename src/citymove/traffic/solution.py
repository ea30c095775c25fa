"""What an algorithm hands back for one slice; the certificate is computed from it elsewhere."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.traffic.path_flows import PathFlows
from citymove.traffic.segments.origin_flows import OriginFlows

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Solution:
    """Volumes of one slice and how they were reached.

    Parameters
    ----------
    volume
        float64 [segments, links].
    history
        float64 [iterations], relative gap at the start of each iteration.
    paths, origin_flows
        Where the algorithm keeps them.
    """

    volume: Array
    history: Array
    paths: PathFlows | None = None
    origin_flows: OriginFlows | None = None
