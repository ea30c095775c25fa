"""TNTP, the text format of the Transportation Networks repository.

A file begins with ``<KEY> value`` lines, ended by ``<END OF METADATA>``. Then a network holds a
line per link (ten columns, ended by ``;``), a trip table blocks ``Origin n`` with pairs
``destination : trips;``. Spaces, tabs, letter case of keys, blank lines, comments (``~``) and a
missing last ``;`` are all met in the wild and read alike. Nodes count from 1 in the file and
from 0 in the tables. What a line says wrong is reported with its line; nothing is repaired.

The weights of toll and distance in the generalised cost stand in a network's README alone, so
`traffic.from_tables` takes them as arguments.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from citymove.facts.network_tables import DemandTable, FlowTable, NetworkTable
from citymove.foundation.errors import InputError, InputErrors

Array = np.ndarray[Any, Any]

_METADATA = re.compile(r"<\s*([^>]*?)\s*>\s*([^~;]*)")
_MOST_ERRORS = 20  # a wrong file breaks a rule on every line; the first ones say what is wrong

# The ten columns of a link line, in the order that the format defines.
_COLUMNS = (
    "tail", "head", "capacity", "length", "free_time", "b", "power", "speed", "toll", "link_type",
)  # fmt: skip
# A stated sum may be rounded; a table that was cut short misses by far more than this share.
_TOTAL_TOLERANCE = 1e-3


@dataclass(slots=True)
class _File:
    """A file's lines and the errors found in them so far."""

    path: Path
    lines: list[str]
    errors: list[InputError] = field(default_factory=list)

    def report(self, rule: str, line: int | None, value: str, remedy: str | None = None) -> None:
        self.errors.append(InputError(rule, file=self.path, line=line, value=value, remedy=remedy))
        if len(self.errors) >= _MOST_ERRORS:
            raise InputErrors(self.errors)

    def finish(self) -> None:
        if self.errors:
            raise InputErrors(self.errors)

    def number(self, text: str, line: int, name: str) -> float:
        """Return the finite number that `text` is; report it and return NaN where it is none."""
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            self.report("must be a finite number", line, f"{name} = {text}")
            return math.nan
        return value

    def row(self, text: str, line: int, name: str, count: int) -> int:
        """Return the 0-based row of a 1-based number up to `count`; report others, return -1."""
        try:
            value = int(text)
        except ValueError:
            self.report("must be a whole number", line, f"{name} = {text}")
            return -1
        if not 1 <= value <= count:
            self.report(f"must lie between 1 and {count}", line, f"{name} = {value}")
            return -1
        return value - 1


def _opened(path: str | Path) -> _File:
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputError("no such file", file=path) from None
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise InputError(
            "must be UTF-8 text", file=path, line=line, remedy="save the file as UTF-8"
        ) from None
    return _File(path, text.splitlines())


def _metadata(file: _File) -> tuple[dict[str, tuple[str, int]], int]:
    """Return value and line of each key, and the number of lines that the header takes."""
    found: dict[str, tuple[str, int]] = {}
    for number, line in enumerate(file.lines, start=1):
        match = _METADATA.match(line.strip())
        if match is None:
            continue
        key = " ".join(match[1].upper().split())
        if key == "END OF METADATA":
            return found, number
        found[key] = (match[2].strip(), number)
    raise InputError(
        "has no line <END OF METADATA>", file=file.path, remedy="is it a TNTP file, and whole?"
    )


def _count(file: _File, metadata: dict[str, tuple[str, int]], key: str) -> int:
    """Return a whole number >= 1 of the header; raise where it is missing or none."""
    if key not in metadata:
        raise InputError("is missing in the header", file=file.path, value=f"<{key}>")
    text, line = metadata[key]
    if not re.fullmatch(r"\d+", text) or int(text) < 1:
        raise InputError(
            "must be a whole number >= 1", file=file.path, line=line, value=f"<{key}> {text}"
        )
    return int(text)


def _body(file: _File, header_lines: int) -> Iterator[tuple[int, str]]:
    """Yield number and text of the lines after the header, comments and blank ones left out."""
    for number, line in enumerate(file.lines[header_lines:], start=header_lines + 1):
        text = line.split("~", 1)[0].strip()
        if text:
            yield number, text


def read_tntp_network(path: str | Path) -> NetworkTable:
    """Return the links of a TNTP network.

    Parameters
    ----------
    path
        The file, ``*_net.tntp``.

    Raises
    ------
    InputError, InputErrors
        Where the header lacks a key, a line has another number of columns, a value is no number,
        a node is unknown, a capacity is <= 0, a time, length, b, power or toll is negative, or
        the number of links is not the stated one; each with file and line.
    """
    file = _opened(path)
    metadata, header_lines = _metadata(file)
    zones = _count(file, metadata, "NUMBER OF ZONES")
    nodes = _count(file, metadata, "NUMBER OF NODES")
    links = _count(file, metadata, "NUMBER OF LINKS")
    first_through = _count(file, metadata, "FIRST THRU NODE")
    if zones > nodes:
        raise InputError(
            "must not exceed <NUMBER OF NODES>", file=file.path,
            line=metadata["NUMBER OF ZONES"][1], value=f"<NUMBER OF ZONES> {zones}",
        )  # fmt: skip
    rows = [
        _link(file, number, text.rstrip(";").split(), nodes)
        for number, text in _body(file, header_lines)
    ]
    if len(rows) != links:
        file.report(
            f"states {links} links", metadata["NUMBER OF LINKS"][1], f"{len(rows)} links found",
            "correct the header or complete the file",
        )  # fmt: skip
    file.finish()
    values = np.array(rows, np.float64).reshape(-1, len(_COLUMNS))
    columns = {name: values[:, k] for k, name in enumerate(_COLUMNS)}
    return NetworkTable(
        name=file.path.name,
        zone_count=zones,
        node_count=nodes,
        first_through_node=first_through - 1,
        **columns,
    )


def _link(file: _File, line: int, words: list[str], nodes: int) -> list[float]:
    """Return the ten values of a link line; report what is wrong with it."""
    if len(words) != len(_COLUMNS):
        file.report(
            f"must have {len(_COLUMNS)} columns ({', '.join(_COLUMNS)})",
            line,
            f"{len(words)} found",
        )
        return [math.nan] * len(_COLUMNS)
    values: list[float] = [
        file.row(word, line, name, nodes) for name, word in zip(_COLUMNS[:2], words, strict=False)
    ]
    for name, word in zip(_COLUMNS[2:], words[2:], strict=True):
        value = file.number(word, line, name)
        if name == "capacity" and value <= 0:
            file.report("must be > 0", line, f"capacity = {word}", "remove the link or open it")
        elif name != "capacity" and value < 0:
            file.report("must be >= 0", line, f"{name} = {word}")
        values.append(value)
    return values


def read_tntp_trips(path: str | Path) -> DemandTable:
    """Return the trips of a TNTP trip table.

    Parameters
    ----------
    path
        The file, ``*_trips.tntp``.

    Raises
    ------
    InputError, InputErrors
        Where the header lacks the number of zones, a pair is malformed, given twice or of an
        unknown zone, trips are negative or no number, or the sum misses the stated total by
        more than 0.1 %; each with file and line.
    """
    file = _opened(path)
    metadata, header_lines = _metadata(file)
    zones = _count(file, metadata, "NUMBER OF ZONES")
    seen: dict[tuple[int, int], float] = {}
    origin = -1
    for number, text in _body(file, header_lines):
        words = text.split()
        if words[0].lower() == "origin":
            origin = file.row(" ".join(words[1:]), number, "origin", zones)
            continue
        for pair in filter(None, (part.strip() for part in text.split(";"))):
            _trip(file, number, pair, origin, zones, seen)
    _check_total(file, metadata, sum(seen.values()))
    file.finish()
    pairs = np.array(list(seen), np.int32).reshape(-1, 2)
    return DemandTable(
        name=file.path.name,
        zone_count=zones,
        origin=pairs[:, 0],
        destination=pairs[:, 1],
        trips=np.array(list(seen.values()), np.float64),
    )


def _trip(
    file: _File,
    line: int,
    pair: str,
    origin: int,
    zones: int,
    seen: dict[tuple[int, int], float],
) -> None:
    """Add one ``destination : trips`` to `seen`; report what is wrong with it."""
    halves = pair.split(":")
    if len(halves) != 2:
        file.report('must be "destination : trips;"', line, pair)
        return
    destination = file.row(halves[0].strip(), line, "destination", zones)
    trips = file.number(halves[1].strip(), line, "trips")
    if trips < 0:
        file.report("must be >= 0", line, f"trips = {trips:g}")
    if origin < 0 or destination < 0:
        if not file.errors:  # a bad origin or destination has been reported already
            file.report('must stand below a line "Origin n"', line, pair)
        return
    if (origin, destination) in seen:
        file.report("is given twice", line, f"from {origin + 1} to {destination + 1}")
    seen[origin, destination] = trips


def _check_total(file: _File, metadata: dict[str, tuple[str, int]], total: float) -> None:
    if "TOTAL OD FLOW" not in metadata:
        return
    text, line = metadata["TOTAL OD FLOW"]
    stated = file.number(text, line, "<TOTAL OD FLOW>")
    if abs(stated - total) > _TOTAL_TOLERANCE * max(stated, total):
        file.report(
            "must be the sum of the trips", line, f"<TOTAL OD FLOW> {text}, sum {total:g}",
            "correct the header or complete the file",
        )  # fmt: skip


def read_tntp_flows(path: str | Path) -> FlowTable:
    """Return the link flows of a TNTP solution: from, to, volume, cost below a line of names.

    Parameters
    ----------
    path
        The file, ``*_flow.tntp``.

    Raises
    ------
    InputError, InputErrors
        Where a line has another number of columns or a value is no number; with file and line.
    """
    file = _opened(path)
    rows: list[list[float]] = []
    for number, text in _body(file, 1):
        words = text.rstrip(";").split()
        if len(words) != 4:
            file.report("must have 4 columns (from, to, volume, cost)", number, text)
            continue
        ends = [file.row(word, number, "node", np.iinfo(np.int32).max) for word in words[:2]]
        rows.append([*ends, *(file.number(word, number, "value") for word in words[2:])])
    file.finish()
    values = np.array(rows, np.float64).reshape(-1, 4)
    return FlowTable(tail=values[:, 0], head=values[:, 1], volume=values[:, 2], cost=values[:, 3])
