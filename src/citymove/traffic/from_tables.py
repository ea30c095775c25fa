"""A table of links made an assignment network."""

import numpy as np

from citymove.facts.network_tables import NetworkTable, TurnTable
from citymove.foundation.errors import InputError
from citymove.paths.graph import Turns
from citymove.traffic.network import AssignmentNetwork, LinkFunction


def network_from_table(
    table: NetworkTable,
    *,
    turns: TurnTable | None = None,
    toll_factor: float = 0.0,
    distance_factor: float = 0.0,
) -> AssignmentNetwork:
    """Return the network of one slice whose links follow the BPR function.

    Parameters
    ----------
    table
        Links, as read.
    turns
        Permitted turns; None: all are.
    toll_factor, distance_factor
        Time per unit of toll and of length, >= 0. The two terms add to a link's time and are
        not multiplied by ``b``.

    Raises
    ------
    InputError
        Where a factor is negative or NaN.
    """
    for name, factor in (("toll_factor", toll_factor), ("distance_factor", distance_factor)):
        if not (np.isfinite(factor) and factor >= 0):
            raise InputError("must be >= 0", value=f"{name} = {factor}")
    links = len(table)
    return AssignmentNetwork(
        zone_count=table.zone_count,
        node_count=table.node_count,
        first_through_node=table.first_through_node,
        tail=table.tail,
        head=table.head,
        function=np.full(links, LinkFunction.BPR),
        free_time=table.free_time[None, :],
        capacity=table.capacity[None, :],
        parameters=np.stack([table.b, table.power, np.zeros(links)], axis=1)[None],
        fixed_cost=toll_factor * table.toll + distance_factor * table.length,
        turns=() if turns is None else (_in_rows(turns, links),),
    )


def _in_rows(turns: TurnTable, links: int) -> Turns:
    """Return the turns in compressed rows."""
    order = np.lexsort((turns.to_link, turns.from_link))
    start = np.searchsorted(turns.from_link[order], np.arange(links + 1))
    return Turns.of_links(start, turns.to_link[order])
