"""What a network must fulfil before anything is assigned to it."""

from typing import Any

import numpy as np

from citymove.foundation.errors import InputError
from citymove.paths.graph import SearchGraph, Turns, search_graph
from citymove.traffic.network import AssignmentNetwork, LinkFunction

Array = np.ndarray[Any, Any]


def network_graphs(network: AssignmentNetwork) -> tuple[SearchGraph, ...]:
    """Return the graph that paths are searched on in each slice; raise where links do not fit.

    Slices of the same turns share a graph.
    """
    sets: tuple[Turns | None, ...] = network.turns or (None,)
    graphs = [
        search_graph(
            network.tail,
            network.head,
            network.node_count,
            first_through_node=network.first_through_node,
            turns=turns,
        )
        for turns in sets
    ]
    of_slice = _turns_of_slice(network, len(graphs))
    return tuple(graphs[row] for row in of_slice.tolist())


def _turns_of_slice(network: AssignmentNetwork, sets: int) -> Array:
    slices = network.slice_count
    if network.turns_of_slice is None:
        return np.zeros(slices, np.int64)
    rows = network.turns_of_slice
    if rows.shape != (slices,) or rows.min() < 0 or rows.max() >= sets:
        raise InputError(
            f"must name one of {sets} sets of turns for each of {slices} slices",
            value=f"turns_of_slice {rows.tolist()[:10]}",
        )
    return rows


def check_network(network: AssignmentNetwork) -> None:
    """Raise `InputError` where a link has no cost that an equilibrium could rest on.

    Refused: columns of the wrong shape; NaN; capacity <= 0; negative free time or fixed cost;
    BPR with ``b < 0``, ``power < 0`` or ``0 < power < 1`` (its slope at volume 0 is infinite);
    conical with ``a <= 1``; Akcelik with J, T or U <= 0; signals without ``cycle > 0``,
    ``0 < green ratio <= 1`` and ``period > 0``. Each of the rest rises with volume, so that the
    volumes of the equilibrium are unique wherever the rise is strict.
    """
    _check_shapes(network)
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
        "fixed_cost": (links,),
        "free_time": (slices, links),
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
    function, capacity, free_time = network.function, network.capacity[k], network.free_time[k]
    p0, p1, p2 = (network.parameters[k, :, column] for column in range(3))
    constant = function == LinkFunction.CONSTANT
    _refuse(~(np.isfinite(free_time) & (free_time >= 0)), "must be >= 0", "free_time", free_time,
            slice_index=k)  # fmt: skip
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
