"""Small made-up worlds for tests of parking: streets, facilities, drivers."""

from __future__ import annotations

from typing import Any

import numpy as np

from citymove.foundation.daytime import Slices
from citymove.foundation.walking import Walking
from citymove.parking.choice import Behaviour
from citymove.parking.outcome import Drivers, SearchNetwork
from citymove.paths.graph import Turns
from citymove.prepare.prepared import FacilityKind, ParkingSupply

WALKING = Walking(speed_mps=1.25, detour=1.3)
BEHAVIOUR = Behaviour(walk_limit_m=600.0, walk_weight=2.0, taste_spread_min=2.0)
BLOCK_M = 100.0


def network(
    tail: Any, head: Any, link_time_s: Any, edges_s: Any, length_m: Any = None
) -> SearchNetwork:
    """All turns but U-turns, which are made at dead ends alone."""
    tail, head = np.asarray(tail), np.asarray(head)
    rows: list[list[int]] = []
    for i in range(tail.size):
        on = [j for j in np.flatnonzero(tail == head[i]) if head[j] != tail[i]]
        rows.append(on or [int(j) for j in np.flatnonzero(tail == head[i])])
    turns = Turns.of_links(
        np.cumsum([0] + [len(row) for row in rows]), [j for row in rows for j in row]
    )
    time_s = np.atleast_2d(np.asarray(link_time_s, float))
    return SearchNetwork(
        tail=tail,
        head=head,
        length_m=np.full(tail.size, BLOCK_M) if length_m is None else length_m,
        turns=(turns,),
        turns_of_slice=np.zeros(len(edges_s) - 1),
        slices=Slices(edges_s),
        link_time_s=time_s,
    )


def street_grid(
    columns: int, rows: int, edges_s: Any, *, seed: int = 0, time_s: tuple[float, float] = (8, 30)
) -> SearchNetwork:
    """Two-way streets between neighbours of a grid; node (c, r) is ``r * columns + c``."""
    ends = []
    for r in range(rows):
        for c in range(columns):
            a = r * columns + c
            if c + 1 < columns:
                ends += [(a, a + 1), (a + 1, a)]
            if r + 1 < rows:
                ends += [(a, a + columns), (a + columns, a)]
    tail, head = np.array(ends).T
    rng = np.random.default_rng(seed)
    return network(tail, head, rng.uniform(*time_s, (len(edges_s) - 1, tail.size)), edges_s)


def facilities(
    link: Any, spaces: Any, x_m: Any, y_m: Any, *, kind: Any = None, tariff: Any = None
) -> ParkingSupply:
    count = len(np.atleast_1d(link))
    return ParkingSupply(
        id=[f"f{i}" for i in range(count)],
        kind=np.full(count, FacilityKind.CAR_PARK) if kind is None else kind,
        link=link,
        spaces=spaces,
        tariff=np.full(count, -1) if tariff is None else tariff,
        x_m=x_m,
        y_m=y_m,
    )


def drivers(start_node: Any, start_s: Any, dwell_s: Any, **columns: Any) -> Drivers:
    """Drivers in rows of ids 0, 1, ...; columns not given have plain values."""
    count = len(np.atleast_1d(start_node))
    plain: dict[str, Any] = {
        "id": np.arange(count),
        "purpose": np.zeros(count),
        "leave_s": np.full(count, -1),
        "x_m": np.zeros(count),
        "y_m": np.zeros(count),
        "zone": np.zeros(count),
        "value_of_time_per_h": np.full(count, 12.0),
        "patience_s": np.full(count, 900),
        "informed": np.zeros(count),
    }
    return Drivers(start_node=start_node, start_s=start_s, dwell_s=dwell_s, **(plain | columns))
