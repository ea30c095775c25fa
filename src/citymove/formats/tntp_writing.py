"""Networks, trips and volumes as TNTP files, which `tntp` reads back to the last bit.

Examples
--------
>>> import tempfile
>>> from citymove.formats.tntp import read_tntp_trips
>>> trips = DemandTable(name="d", zone_count=2, origin=[0], destination=[1], trips=[0.1])
>>> with tempfile.TemporaryDirectory() as folder:
...     path = Path(folder) / "d_trips.tntp"
...     write_tntp_trips(path, trips)
...     read_tntp_trips(path).trips.tolist()
[0.1]
"""

from pathlib import Path
from typing import Any, Final

import numpy as np

from citymove.facts.network_tables import DemandTable, FlowTable, NetworkTable
from citymove.foundation.errors import InputError
from citymove.foundation.whole_files import write_text

Array = np.ndarray[Any, Any]

_NUMBERS: Final = ("capacity", "length", "free_time", "b", "power", "speed", "toll")
_HEADING: Final = (
    "~", "init_node", "term_node", "capacity", "length", "free_flow_time", "b", "power", "speed",
    "toll", "link_type", ";",
)  # fmt: skip
_PAIRS_A_LINE: Final = 5


def write_tntp_network(path: Path, network: NetworkTable) -> None:
    """Write the links of a network, ``*_net.tntp``.

    Parameters
    ----------
    path
        The file.
    network
        Its zones are the nodes 1 .. `zone_count` of the file.

    Raises
    ------
    InputError
        A capacity is not > 0, another number not >= 0, or one not finite: the format's readers
        refuse it.
    """
    for name in _NUMBERS:
        values = getattr(network, name)
        right = values > 0 if name == "capacity" else values >= 0
        _check(path, name, values, right & np.isfinite(values))
    columns = [network.tail + 1, network.head + 1]
    columns += [getattr(network, name) for name in _NUMBERS]
    columns.append(network.link_type)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    lines = ["\t" + "\t".join(_text(value) for value in row) + "\t;" for row in rows]
    head = _header(
        ("NUMBER OF ZONES", network.zone_count),
        ("NUMBER OF NODES", network.node_count),
        ("FIRST THRU NODE", network.first_through_node + 1),
        ("NUMBER OF LINKS", len(network)),
    )
    write_text(path, "\n".join([*head, "\t".join(_HEADING), *lines, ""]))


def write_tntp_trips(path: Path, demand: DemandTable) -> None:
    """Write trips from zone to zone, ``*_trips.tntp``; pairs without trips are left out.

    Raises
    ------
    InputError
        Trips that are negative or not finite.
    """
    _check(path, "trips", demand.trips, np.isfinite(demand.trips) & (demand.trips >= 0))
    order = np.lexsort((demand.destination, demand.origin))
    order = order[demand.trips[order] > 0]
    origin, destination = demand.origin[order], demand.destination[order]
    trips = demand.trips[order].tolist()
    lines: list[str] = []
    for zone in range(demand.zone_count):
        first, last = np.searchsorted(origin, [zone, zone + 1])
        lines.append(f"Origin {zone + 1}")
        pairs = [f"{destination[row] + 1} : {_text(trips[row])};" for row in range(first, last)]
        lines += [
            "  ".join(pairs[at : at + _PAIRS_A_LINE]) for at in range(0, len(pairs), _PAIRS_A_LINE)
        ]
    head = _header(("NUMBER OF ZONES", demand.zone_count), ("TOTAL OD FLOW", float(sum(trips))))
    write_text(path, "\n".join([*head, *lines, ""]))


def write_tntp_flows(path: Path, flows: FlowTable) -> None:
    """Write volumes and costs of links, ``*_flow.tntp``.

    Raises
    ------
    InputError
        A value that is not finite.
    """
    for name in ("volume", "cost"):
        _check(path, name, getattr(flows, name), np.isfinite(getattr(flows, name)))
    columns = (flows.tail + 1, flows.head + 1, flows.volume, flows.cost)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    lines = ["\t".join(_text(value) for value in row) for row in rows]
    write_text(path, "\n".join(["From\tTo\tVolume\tCost", *lines, ""]))


def _header(*entries: tuple[str, float]) -> list[str]:
    return [*(f"<{key}> {_text(value)}" for key, value in entries), "<END OF METADATA>", ""]


def _text(value: float) -> str:
    """Return the shortest text that reads back as the same number."""
    whole = isinstance(value, int) or (value.is_integer() and abs(value) < 1e15)
    return str(int(value)) if whole else repr(value)


def _check(path: Path, name: str, values: Array, right: Array) -> None:
    wrong = np.flatnonzero(~right)
    if wrong.size:
        least = "> 0" if name == "capacity" else ">= 0"
        raise InputError(
            f"must be {least} and finite" if name not in ("volume", "cost") else "must be finite",
            file=path,
            value=f"{name}[{wrong[0]}] = {values[wrong[0]]:g}",
            remedy="leave the row out, or correct it",
        )
