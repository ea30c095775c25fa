"""Cheapest ways to the facilities, as a driver who searches looks them up."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.foundation.jit import kernel
from citymove.foundation.table import frozen_array
from citymove.parking.outcome import SearchNetwork
from citymove.paths.trees import trees_to_links

Array = np.ndarray[Any, Any]

NO_LINK = -1


@dataclass(frozen=True, eq=False, kw_only=True)
class Ways:
    """Cheapest ways to some target links at the times and by the turns of one slice.

    A facility is reached at the end of its link, so all times end there. A driver stands in a
    state: on a link, so far into a ban over several links (`paths.graph`).

    Parameters
    ----------
    next_state
        int32 [targets, states], the state to go on to from the end of each state; for those of the
        target itself the first of the cheapest way round and back. -1 where no way leads.
    left_s
        float64 [targets, states], time from the end of each state to the end of the target; 0 at
        the target, inf where no way leads.
    state_time_s
        float64 [states], time of each state's link.
    first_link
        int32 [targets, nodes], the link to take from each node.
    from_node_s
        float64 [targets, nodes], time from each node to the end of the target.
    """

    next_state: Array
    left_s: Array
    state_time_s: Array
    first_link: Array
    from_node_s: Array

    def round_s(self, target: int, state: int) -> float:
        """Return the time of the cheapest way round from the end of a target, and back there.

        Parameters
        ----------
        target
            Row of the targets.
        state
            One of its link's states, in which the driver stands.
        """
        onward = self.next_state[target, state]
        if onward == NO_LINK:
            return np.inf
        return float(self.state_time_s[onward] + self.left_s[target, onward])


def ways_to(network: SearchNetwork, row: int, targets: Array) -> Ways:
    """Return the cheapest ways to `targets` at the times and by the turns of slice `row`.

    Parameters
    ----------
    network
        The roads.
    row
        The slice.
    targets
        int [targets], links.

    Notes
    -----
    Where two first links cost the same the one with the lower number is taken.
    """
    link_time_s, turns = network.link_time_s[row], network.turns_in(row)
    state_time_s = link_time_s[turns.state_link]
    onward, left_s = trees_to_links(turns, link_time_s, targets)
    next_state = np.array(onward)
    count = int(max(network.tail.max(initial=-1), network.head.max(initial=-1))) + 1
    shape = (targets.size, count)
    first_link, from_node_s = np.full(shape, NO_LINK, np.int32), np.full(shape, np.inf)
    _begin_at_nodes(network.tail, link_time_s, left_s, first_link, from_node_s)
    _go_round(
        turns.start,
        turns.to,
        turns.state_link,
        state_time_s,
        np.asarray(targets, np.int64),
        left_s,
        next_state,
    )
    return Ways(
        next_state=frozen_array(next_state),
        left_s=left_s,
        state_time_s=frozen_array(state_time_s),
        first_link=frozen_array(first_link),
        from_node_s=frozen_array(from_node_s),
    )


class WaysBySlice:
    """The ways to some target links, searched when a slice is first asked for.

    Parameters
    ----------
    network
        The roads.
    targets
        int [targets], links.
    """

    def __init__(self, network: SearchNetwork, targets: Array) -> None:
        self._network, self._targets = network, targets
        self._found: dict[int, Ways] = {}
        self._next_states: dict[tuple[int, int], list[int]] = {}

    def at(self, row: int) -> Ways:
        """Return the ways at the times of slice `row`."""
        if row not in self._found:
            self._found[row] = ways_to(self._network, row, self._targets)
        return self._found[row]

    def next_states(self, row: int, target: int) -> list[int]:
        """Return `Ways.next_state` of one slice and target: a list, which Python reads faster."""
        key = (row, target)
        if key not in self._next_states:
            self._next_states[key] = self.at(row).next_state[target].tolist()
        return self._next_states[key]


@kernel
def _begin_at_nodes(
    tail: Array, link_time_s: Array, left_s: Array, first_link: Array, from_node_s: Array
) -> None:
    for target in range(left_s.shape[0]):
        for link in range(tail.size):
            time_s = link_time_s[link] + left_s[target, link]
            if time_s < from_node_s[target, tail[link]]:
                from_node_s[target, tail[link]] = time_s
                first_link[target, tail[link]] = link


@kernel
def _go_round(
    turn_start: Array,
    turn_to: Array,
    state_link: Array,
    state_time_s: Array,
    targets: Array,
    left_s: Array,
    next_state: Array,
) -> None:
    for target in range(targets.size):
        for here in range(state_link.size):
            if state_link[here] != targets[target]:
                continue
            least_s = np.inf
            for k in range(turn_start[here], turn_start[here + 1]):
                onward = turn_to[k]
                time_s = state_time_s[onward] + left_s[target, onward]
                if time_s < least_s:
                    least_s = time_s
                    next_state[target, here] = onward
