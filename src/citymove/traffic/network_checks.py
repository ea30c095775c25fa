"""What a network must fulfil before anything is assigned to it."""

from typing import Any

import numpy as np

from citymove.foundation.errors import InputError
from citymove.paths.graph import SearchGraph, search_graph
from citymove.traffic.network import AssignmentNetwork, LinkFunction

Array = np.ndarray[Any, Any]


def network_graph(network: AssignmentNetwork) -> SearchGraph:
    """Return the graph that the network's paths are searched on; raise where links do not fit."""
    return search_graph(
        network.tail,
        network.head,
        network.node_count,
        first_through_node=network.first_through_node,
        turn_start=network.turn_start,
        turn_to=network.turn_to,
    )


def check_network(network: AssignmentNetwork) -> None:
    """Raise `InputError` where a link has no cost that an equilibrium could rest on.

    Refused: columns of the wrong shape; NaN; capacity <= 0; negative free time or fixed cost;
    BPR with ``b < 0``, ``power < 0`` or ``0 < power < 1`` (its slope at volume 0 is infinite);
    conical with ``a <= 1``; Akcelik with J, T or U <= 0; signals without ``cycle > 0``,
    ``0 < green ratio <= 1`` and ``period > 0``. Each of the rest rises with volume, so that the
    volumes of the equilibrium are unique wherever the rise is strict.
    """
    _check_shapes(network)
    _refuse(~(np.isfinite(network.free_time) & (network.free_time >= 0)), "must be >= 0",
            "free_time", network.free_time)  # fmt: skip
    _refuse(~(np.isfinite(network.fixed_cost) & (network.fixed_cost >= 0)), "must be >= 0",
            "fixed_cost", network.fixed_cost)  # fmt: skip
    known = np.isin(network.function, [int(f) for f in LinkFunction])
    _refuse(~known, "must be a LinkFunction", "function", network.function)
    for k in range(network.slice_count):
        _check_slice(network, k)


def _check_shapes(network: AssignmentNetwork) -> None:
    links, slices = network.link_count, network.slice_count
    shapes = {
        "tail": (links,),
        "head": (links,),
        "function": (links,),
        "free_time": (links,),
        "fixed_cost": (links,),
        "capacity": (slices, links),
        "parameters": (slices, links, 3),
    }
    for name, shape in shapes.items():
        found = getattr(network, name).shape
        if found != shape:
            raise InputError(f"must have the shape {shape}", value=f"{name} of shape {found}")
    if not 0 < network.zone_count <= network.node_count:
        raise InputError(
            "must lie between 1 and the number of nodes",
            value=f"zone_count = {network.zone_count} of {network.node_count} nodes",
        )


def _check_slice(network: AssignmentNetwork, k: int) -> None:
    function, capacity = network.function, network.capacity[k]
    p0, p1, p2 = (network.parameters[k, :, column] for column in range(3))
    constant = function == LinkFunction.CONSTANT
    _refuse(
        ~((capacity > 0) & (constant | np.isfinite(capacity))), "must be > 0", "capacity", capacity,
        slice_index=k, remedy="close the link instead of giving it no capacity",
    )  # fmt: skip
    rules: tuple[tuple[LinkFunction, Array, str, str, Array], ...] = (
        (LinkFunction.BPR, ~(np.isfinite(p0) & (p0 >= 0)), "must be >= 0", "b", p0),
        (LinkFunction.BPR, ~(np.isfinite(p1) & ((p1 == 0) | (p1 >= 1))), "must be 0 or >= 1",
         "power", p1),
        (LinkFunction.CONICAL, ~(np.isfinite(p0) & (p0 > 1)), "must be > 1", "a", p0),
        (LinkFunction.AKCELIK, ~(np.isfinite(p0) & (p0 > 0)), "must be > 0", "J", p0),
        (LinkFunction.AKCELIK, ~(np.isfinite(p1) & (p1 > 0)), "must be > 0", "T", p1),
        (LinkFunction.AKCELIK, ~(np.isfinite(p2) & (p2 > 0)), "must be > 0", "U", p2),
        (LinkFunction.SIGNAL, ~(np.isfinite(p0) & (p0 > 0)), "must be > 0", "cycle_s", p0),
        (LinkFunction.SIGNAL, ~((p1 > 0) & (p1 <= 1)), "must be > 0 and <= 1", "green_ratio", p1),
        (LinkFunction.SIGNAL, ~(np.isfinite(p2) & (p2 > 0)), "must be > 0", "period_h", p2),
    )  # fmt: skip
    for kind, broken, rule, name, values in rules:
        _refuse((function == kind) & broken, rule, name, values, slice_index=k)


def _refuse(
    broken: Array,
    rule: str,
    name: str,
    values: Array,
    *,
    slice_index: int | None = None,
    remedy: str | None = None,
) -> None:
    rows = np.flatnonzero(broken)
    if rows.size:
        where = f"link {rows[0]}" + ("" if slice_index is None else f", slice {slice_index}")
        more = f" and {rows.size - 1} more" if rows.size > 1 else ""
        raise InputError(rule, value=f"{name} = {values[rows[0]]:g} ({where}{more})", remedy=remedy)
