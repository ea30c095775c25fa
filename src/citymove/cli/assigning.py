"""Files of a network and its demand to an equilibrium: what ``citymove assign`` computes."""

import csv
import io
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from citymove.facts.network_tables import NetworkTable
from citymove.formats.tntp import read_tntp_network, read_tntp_trips
from citymove.foundation.errors import InputError
from citymove.foundation.whole_files import write_text
from citymove.traffic.equilibrium import assign
from citymove.traffic.from_tables import network_from_table
from citymove.traffic.network import Equilibrium


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentSummary:
    """An equilibrium's certificate, in the units of its files.

    Parameters
    ----------
    algorithm
        As asked.
    objective, bound
        Beckmann's objective, and what no volumes can lie below.
    relative_gap, average_excess_cost
        (TSTT - SPTT) over TSTT, and over the trips.
    tstt, sptt
        Total system and shortest path travel time, on generalised cost.
    iterations
        Loadings.
    unreachable
        Trips that no path serves, left out of all the above.
    seconds
        That the assignment took, compilation included; reading left out.
    converged
        Whether the relative gap asked for was reached.
    """

    algorithm: str
    objective: float
    bound: float
    relative_gap: float
    average_excess_cost: float
    tstt: float
    sptt: float
    iterations: int
    unreachable: float
    seconds: float
    converged: bool

    def as_dict(self) -> dict[str, Any]:
        """Return the values by name, in order."""
        return asdict(self)


def assign_files(
    network: Path,
    demand: Path,
    *,
    algorithm: str,
    gap: float,
    max_iterations: int,
    toll_factor: float = 0.0,
    distance_factor: float = 0.0,
    out: Path | None = None,
) -> AssignmentSummary:
    """Assign a TNTP trip table to a TNTP network.

    Parameters
    ----------
    network, demand
        Files, ``*_net.tntp`` and ``*_trips.tntp``.
    algorithm, gap, max_iterations
        See `traffic.equilibrium.assign`.
    toll_factor, distance_factor
        See `traffic.from_tables.network_from_table`.
    out
        CSV of link volumes and times to write; None: none.

    Raises
    ------
    InputError, InputErrors
        A file breaks a rule, or the two have other zones.
    MachineError
        `out` cannot be written.
    """
    table, trips = read_tntp_network(network), read_tntp_trips(demand)
    if trips.zone_count != table.zone_count:
        raise InputError(
            "must have the zones of the network",
            file=demand,
            value=f"{trips.zone_count} zones, the network {table.zone_count}",
            remedy="give the trip table that belongs to the network",
        )
    links = network_from_table(table, toll_factor=toll_factor, distance_factor=distance_factor)
    began = perf_counter()
    found = assign(
        links,
        trips.matrix()[None, None],
        algorithm=algorithm,
        gap=gap,
        max_iterations=max_iterations,
    )
    seconds = perf_counter() - began
    if out is not None:
        write_text(out, _links_csv(table, found))
    return AssignmentSummary(
        algorithm=algorithm,
        objective=float(found.objective[0]),
        bound=float(found.objective[0] - (found.tstt[0] - found.sptt[0])),
        relative_gap=float(found.relative_gap[0]),
        average_excess_cost=float(found.average_excess_cost[0]),
        tstt=float(found.tstt[0]),
        sptt=float(found.sptt[0]),
        iterations=int(found.iterations[0]),
        unreachable=float(found.unreachable[0]),
        seconds=round(seconds, 3),
        converged=bool(found.converged[0]),
    )


def _links_csv(table: NetworkTable, found: Equilibrium) -> str:
    """Return a row per link in the file's order, nodes counted from 1 as in the file."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["from", "to", "volume", "time"])
    volume, time = found.total_volume[0], found.link_time[0]
    for row in zip(table.tail + 1, table.head + 1, volume, time, strict=True):
        writer.writerow([value.item() for value in row])
    return text.getvalue()
