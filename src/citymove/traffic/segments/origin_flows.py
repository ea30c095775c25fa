"""What an equilibrium by paired segments leaves behind: who uses which link, by origin.

Origin flows have no cycle and balance at every point to rounding. They tell more than link
volumes (select link, windows, turn volumes, sensitivities) at a fraction of the size of path
flows, and they are where another run may start. They are not unique, link volumes are: these
are the ones that the search came to.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.foundation.jit import kernel
from citymove.foundation.table import frozen_array
from citymove.traffic.segments.bushes import (
    Bush,
    clear_bush,
    lead_back,
    new_bush,
    order_bush,
)
from citymove.traffic.segments.step_graph import StepGraph

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False, kw_only=True)
class KeptPairs:
    """Pairs of segments and who takes part in them, for a later start.

    Parameters
    ----------
    kind
        int32 [pairs], class.
    start
        int64 [2 pairs + 1]: the segments of pair ``p`` are the rows ``2 p`` and ``2 p + 1``.
    step
        int32 [entries], steps of segments.
    member_start, member_row
        int64 [pairs + 1], int32 [members], rows of `OriginFlows`.
    """

    kind: Array
    start: Array
    step: Array
    member_start: Array
    member_row: Array

    def __post_init__(self) -> None:
        for name, dtype in (
            ("kind", np.int32),
            ("start", np.int64),
            ("step", np.int32),
            ("member_start", np.int64),
            ("member_row", np.int32),
        ):
            object.__setattr__(self, name, frozen_array(getattr(self, name), dtype))


@dataclass(frozen=True, eq=False, kw_only=True)
class OriginFlows:
    """Flows of one slice by origin, sparse.

    Parameters
    ----------
    steps
        Points and steps that the flows stand on; without turns, nodes and links.
    kind, origin
        int32 [rows], class and zone of each row, rising; rows without demand are left out.
    start
        int64 [rows + 1].
    step
        int32 [entries]: row ``r`` uses the steps ``step[start[r]:start[r + 1]]``, rising.
    flow
        float64 [entries], demand units, > 0.
    pairs
        Where a later run may start from.
    """

    steps: StepGraph
    kind: Array
    origin: Array
    start: Array
    step: Array
    flow: Array
    pairs: KeptPairs

    def __post_init__(self) -> None:
        for name, dtype in (
            ("kind", np.int32),
            ("origin", np.int32),
            ("start", np.int64),
            ("step", np.int32),
            ("flow", np.float64),
        ):
            object.__setattr__(self, name, frozen_array(getattr(self, name), dtype))

    def __len__(self) -> int:
        return int(self.origin.size)

    def by_state(self) -> tuple[Array, Array, Array]:
        """Return the flows over states of the search graph (links, where all turns are open).

        Returns
        -------
        start
            int64 [rows + 1].
        state
            int32 [entries], rising within a row; `StepGraph` and `SearchGraph.state_link` name the
            links.
        flow
            float64 [entries].
        """
        row = np.repeat(np.arange(len(self)), np.diff(self.start))
        states = int(self.steps.step_state.max(initial=-1)) + 1
        key, place = np.unique(row * states + self.steps.step_state[self.step], return_inverse=True)
        flow = np.bincount(place, self.flow, key.size)
        start = np.searchsorted(key, np.arange(len(self) + 1) * states)
        return start, (key % max(states, 1)).astype(np.int32), flow

    def class_volume(self, kind: int, link_count: int) -> Array:
        """Return the link volumes of one class, float64 [links]."""
        of_kind = np.repeat(self.kind == kind, np.diff(self.start))
        return np.bincount(self.steps.step_link[self.step[of_kind]], self.flow[of_kind], link_count)

    def demand(self, trips: Array, kind: int) -> Array:
        """Return trips, float64 [zones, zones], of one class as demand of rows, [rows, zones]."""
        return np.where((self.kind == kind)[:, None], trips[self.origin], 0.0)

    def volume(self, demand: Array, link_count: int) -> Array:
        """Return the link volumes of demand that follows these flows' shares.

        Parameters
        ----------
        demand
            float64 [rows, zones], >= 0: of each row to all zones. What goes to a zone that a row
            does not serve is left out.
        link_count
            Number of links.

        Returns
        -------
        numpy.ndarray
            float64 [links].
        """
        volume = np.zeros(link_count)
        bush = new_bush(self.steps.point_count, self.steps.step_count)
        flow = np.zeros(self.steps.step_count)
        table = (self.origin, self.start, self.step, self.flow)
        _volume_of_demand(self.steps, *table, demand, bush, flow, volume)
        return volume


@kernel
def _volume_of_demand(
    steps: Any, origin: Any, start: Any, step: Any, flow: Any, demand: Any, bush: Bush,
    of_steps: Any, volume: Any,
) -> None:  # fmt: skip
    for row in range(origin.size):
        for k in range(start[row], start[row + 1]):
            bush.weight[step[k]] = flow[k]
        count = order_bush(steps.search, np.int64(origin[row]), bush)
        for zone in range(demand.shape[1]):
            if bush.mark[zone] != 0:
                bush.through[zone] += demand[row, zone]
        lead_back(steps, count, bush, of_steps)
        clear_bush(bush, count)
        for k in range(start[row], start[row + 1]):
            volume[steps.step_link[step[k]]] += of_steps[step[k]]
            of_steps[step[k]] = 0.0
            bush.weight[step[k]] = 0.0
