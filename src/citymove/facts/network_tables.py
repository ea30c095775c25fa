"""Networks and demand as files of other tools state them: plain tables, no models.

Formats read into these and write from them; `traffic.from_tables` makes an assignment network.
Nodes and zones count from 0 here, whatever the file does.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.foundation.errors import InputError
from citymove.foundation.table import Table, column, frozen_array

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False, kw_only=True)
class NetworkTable(Table):
    """Links of an assignment network, in the units of its source.

    Parameters
    ----------
    name
        Where it comes from, for messages.
    zone_count, node_count
        Zones are the nodes ``0 .. zone_count - 1``.
    first_through_node
        Nodes below it carry no through traffic; 0: all may be crossed.
    tail, head
        int32, nodes.
    capacity
        float64, > 0, in the unit of demand.
    length
        float64, >= 0.
    free_time
        float64, >= 0.
    b, power
        float64, parameters of the BPR function.
    speed, toll
        float64, >= 0.
    link_type
        int32.
    """

    name: str
    zone_count: int
    node_count: int
    first_through_node: int
    tail: Array = column(np.int32)
    head: Array = column(np.int32)
    capacity: Array = column(np.float64)
    length: Array = column(np.float64)
    free_time: Array = column(np.float64)
    b: Array = column(np.float64)
    power: Array = column(np.float64)
    speed: Array = column(np.float64)
    toll: Array = column(np.float64)
    link_type: Array = column(np.int32)


@dataclass(frozen=True, eq=False, kw_only=True)
class DemandTable(Table):
    """Trips from zone to zone, one row per pair.

    Parameters
    ----------
    name
        Where it comes from, for messages.
    zone_count
        Number of zones.
    origin, destination
        int32, zones; a pair stands in one row at most.
    trips
        float64, >= 0, in the unit of its source.
    """

    name: str
    zone_count: int
    origin: Array = column(np.int32)
    destination: Array = column(np.int32)
    trips: Array = column(np.float64)

    def matrix(self) -> Array:
        """Return the trips, float64 [zones, zones], origins in rows.

        Examples
        --------
        >>> table = DemandTable(name="d", zone_count=2, origin=[0], destination=[1], trips=[6])
        >>> table.matrix().tolist()
        [[0.0, 6.0], [0.0, 0.0]]
        """
        matrix = np.zeros((self.zone_count, self.zone_count))
        matrix[self.origin, self.destination] = self.trips
        return frozen_array(matrix)


@dataclass(frozen=True, eq=False, kw_only=True)
class TurnTable(Table):
    """Permitted turns of a network, where it bans any.

    Parameters
    ----------
    from_link, to_link
        int32, rows of `NetworkTable`; the head of the first is the tail of the second.
    """

    from_link: Array = column(np.int32)
    to_link: Array = column(np.int32)


@dataclass(frozen=True, eq=False, kw_only=True)
class FlowTable(Table):
    """Volumes and costs of links, as another program found them.

    Parameters
    ----------
    tail, head
        int32, nodes.
    volume, cost
        float64.
    """

    tail: Array = column(np.int32)
    head: Array = column(np.int32)
    volume: Array = column(np.float64)
    cost: Array = column(np.float64)

    def in_order_of(self, network: NetworkTable) -> Array:
        """Return the volumes in the order of the network's links, float64 [links].

        Raises
        ------
        InputError
            Where the two do not hold the same links. Parallel links are matched in their order.
        """

        def order(tail: Array, head: Array) -> Array:
            return np.lexsort((np.arange(tail.size), head, tail))

        of_flows, of_links = order(self.tail, self.head), order(network.tail, network.head)
        if len(self) != len(network) or np.any(
            (self.tail[of_flows] != network.tail[of_links])
            | (self.head[of_flows] != network.head[of_links])
        ):
            raise InputError(
                "must hold the links of the network",
                value=f"flows of {len(self)} links for {network.name} of {len(network)}",
            )
        volume = np.empty(len(network))
        volume[of_links] = self.volume[of_flows]
        return frozen_array(volume)
