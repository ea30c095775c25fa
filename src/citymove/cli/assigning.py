"""Files of a network and its demand to an equilibrium: what ``citymove assign`` computes."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from citymove.facts.network_tables import DemandTable, NetworkTable, TurnTable
from citymove.formats.gmns import is_gmns, read_gmns_assignment, read_gmns_demand
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
    demand: Path | None,
    *,
    algorithm: str,
    gap: float,
    max_iterations: int,
    toll_factor: float = 0.0,
    distance_factor: float = 0.0,
    out: Path | None = None,
    tell: Callable[[str], None] | None = None,
) -> AssignmentSummary:
    """Assign a table of demand to a network, both of TNTP or both of GMNS.

    Parameters
    ----------
    network
        File ``*_net.tntp``, or a folder of GMNS or the ``link.csv`` in it.
    demand
        File ``*_trips.tntp`` or CSV of GMNS; None: the ``demand.csv`` beside the links of GMNS.
    algorithm, gap, max_iterations
        See `traffic.equilibrium.assign`.
    toll_factor, distance_factor
        See `traffic.from_tables.network_from_table`.
    out
        CSV of link volumes and times to write; None: none.
    tell
        Called with each note of the reading.

    Raises
    ------
    InputError, InputErrors
        A file breaks a rule, or the two have other zones.
    MachineError
        `out` cannot be written.
    """
    given = _read(network, demand)
    if tell is not None:
        for note in given.notes:
            tell(note)
    links = network_from_table(
        given.table,
        turns=given.turns,
        toll_factor=toll_factor,
        distance_factor=distance_factor,
    )
    began = perf_counter()
    found = assign(
        links,
        given.trips.matrix()[None, None],
        algorithm=algorithm,
        gap=gap,
        max_iterations=max_iterations,
    )
    seconds = perf_counter() - began
    if out is not None:
        write_text(out, _links_csv(given, found))
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    """What is assigned, and how its files name the links."""

    table: NetworkTable
    turns: TurnTable | None
    trips: DemandTable
    header: Sequence[str]
    names: Sequence[Sequence[object]]
    notes: Sequence[str] = ()


def _read(network: Path, demand: Path | None) -> _Given:
    if is_gmns(network):
        return _read_gmns(network, demand)
    if demand is None:
        raise InputError(
            "needs a demand", file=network, remedy="give the trip table that belongs to it"
        )
    table, trips = read_tntp_network(network), read_tntp_trips(demand)
    if trips.zone_count != table.zone_count:
        raise InputError(
            "must have the zones of the network",
            file=demand,
            value=f"{trips.zone_count} zones, the network {table.zone_count}",
            remedy="give the trip table that belongs to the network",
        )
    ends = zip((table.tail + 1).tolist(), (table.head + 1).tolist(), strict=True)
    return _Given(table=table, turns=None, trips=trips, header=("from", "to"), names=list(ends))


def _read_gmns(network: Path, demand: Path | None) -> _Given:
    read = read_gmns_assignment(network)
    folder = network if network.is_dir() else network.parent
    table = demand or folder / "demand.csv"
    if demand is None and not table.exists():
        raise InputError(
            "does not exist",
            file=table,
            remedy="write it with the columns o_zone_id, d_zone_id and volume, or name a file",
        )
    trips = read_gmns_demand(table, read.zone_ids)
    ends = (read.node_ids[read.table.tail].tolist(), read.node_ids[read.table.head].tolist())
    return _Given(
        table=read.table,
        turns=read.turns,
        trips=trips,
        header=("link_id", "from_node_id", "to_node_id"),
        names=list(zip(read.link_ids.tolist(), *ends, strict=True)),
        notes=[note.en for note in read.notes],
    )


def _links_csv(given: _Given, found: Equilibrium) -> str:
    """Return a row per link in the file's order, named as in the file."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*given.header, "volume", "time"])
    volume, time = found.total_volume[0].tolist(), found.link_time[0].tolist()
    writer.writerows([*names, *row] for names, *row in zip(given.names, volume, time, strict=True))
    return text.getvalue()
