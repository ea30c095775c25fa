"""Small assignment networks, made up, for tests."""

from __future__ import annotations

from typing import Any

import numpy as np

from citymove.paths.graph import Turns
from citymove.traffic.network import AssignmentNetwork, LinkFunction

Array = np.ndarray[Any, Any]


def bpr_network(
    zone_count: int,
    node_count: int,
    links: list[tuple[int, int]],
    free_time: Any,
    capacity: Any,
    *,
    b: Any = 0.15,
    power: Any = 4.0,
    first_through_node: int = 0,
    fixed_cost: Any = 0.0,
    slices: int = 1,
    turns: tuple[Turns, ...] = (),
    turns_of_slice: Any = None,
) -> AssignmentNetwork:
    m = len(links)
    ends = np.array(links).reshape(-1, 2)
    parameters = np.zeros((slices, m, 3))
    parameters[:, :, 0] = b
    parameters[:, :, 1] = power
    return AssignmentNetwork(
        zone_count=zone_count,
        node_count=node_count,
        first_through_node=first_through_node,
        tail=ends[:, 0],
        head=ends[:, 1],
        function=np.full(m, LinkFunction.BPR),
        free_time=np.broadcast_to(np.asarray(free_time, float), (slices, m)),
        capacity=np.broadcast_to(np.asarray(capacity, float), (slices, m)),
        parameters=parameters,
        fixed_cost=np.broadcast_to(np.asarray(fixed_cost, float), m),
        turns=turns,
        turns_of_slice=turns_of_slice,
    )


def all_turns(
    links: list[tuple[int, int]], banned: frozenset[tuple[int, int]] = frozenset()
) -> Turns:
    """Return every turn between links that meet, but the banned (from link, to link)."""
    start, to = [0], []
    for i, (_, head) in enumerate(links):
        to += [j for j, (tail, _) in enumerate(links) if tail == head and (i, j) not in banned]
        start.append(len(to))
    return Turns.of_links(np.array(start), np.array(to, np.int32))


def random_links(
    rng: np.random.Generator, zones: int, through: int, extra: int
) -> list[tuple[int, int]]:
    """Return a ring of through nodes, each zone tied to one of them, and some links more."""
    links = []
    for k in range(through):
        a, b = zones + k, zones + (k + 1) % through
        links += [(a, b), (b, a)]
    for zone in range(zones):
        node = zones + int(rng.integers(through))
        links += [(zone, node), (node, zone)]
    for _ in range(extra):
        a, b = rng.integers(zones, zones + through, 2)
        links.append((int(a), int(b)))  # loops and parallel links among them
    return links
