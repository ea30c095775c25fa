"""Whether cars can still get to every zone and gateway that they reach today."""

import numpy as np

from citymove.facts.city import City
from citymove.foundation.errors import InputError
from citymove.prepare.connectors import connectors
from citymove.prepare.reach import Reach, reach
from citymove.prepare.turn_graph import turn_graph


def check_access(city: City) -> Reach:
    """Return where each link stands in the network.

    Raises
    ------
    InputError
        A zone reaches no open road.
    """
    reached = reach(turn_graph(city.roads), city.roads.links.open)
    connectors(city, reached)
    return reached


def check_access_kept(before: City, reached: Reach, after: City) -> None:
    """Raise where a change of the roads cuts off a zone, or a gateway that was reached.

    Whoever could not drive any more would be missing from every figure of the option, so that
    a street too many closed would look like traffic solved.

    Parameters
    ----------
    before, reached
        The city as it is today, and its `check_access`.
    after
        The city under an option, with the same zones and gateways.

    Raises
    ------
    InputError
        Names the zone or the gateways.
    """
    if after.roads is before.roads:
        return
    kept = check_access(after)
    lost = [
        f"{row_id} ({name or 'no name'})"
        for row_id, name, was, still in zip(
            before.gateways.id.tolist(),
            before.gateways.name.tolist(),
            _gateways_reached(before, reached),
            _gateways_reached(after, kept),
            strict=True,
        )
        if was & ~still
    ]
    if lost:
        raise InputError(
            "must stay reached by the roads that are open, both ways as today",
            value=f"gateway {', '.join(lost)}",
            remedy="leave a street open that leads there",
        )


def _gateways_reached(city: City, reached: Reach) -> list[int]:
    """Return for each gateway, as bits, whether traffic can come in (1) and go out (2) there."""
    links, gates = city.roads.links, city.gateways
    comes_in = np.isin(gates.node, links.tail[reached.leads_in]) & (gates.inbound_weight > 0)
    goes_out = np.isin(gates.node, links.head[reached.led_to]) & (gates.outbound_weight > 0)
    return [int(bits) for bits in comes_in + 2 * goes_out]
