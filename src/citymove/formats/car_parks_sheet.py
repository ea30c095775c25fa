"""``car_parks.csv``: what was counted in car parks; it goes before what the map says."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from pathlib import Path

import numpy as np

from citymove.facts.car_parks import Access, CarParkKind, CarParks
from citymove.formats.csv_rows import CsvRow, read_csv
from citymove.foundation.errors import InputError, InputErrors
from citymove.foundation.near_names import did_you_mean
from citymove.foundation.provenance import Source

COLUMNS = ("name", "kind", "access", "spaces", "tariff")
FREE = "free"  # the word for no tariff


@dataclass(frozen=True, slots=True)
class CarParkRow:
    """What the sheet says of one car park; None where its cell is empty.

    Parameters
    ----------
    row
        Where it stands.
    id
        The car park's id, ``n<node>``, ``w<way>`` or ``r<relation>``.
    name, kind, access, spaces
        As in `facts.car_parks.CarParks`.
    tariff
        Row of the city's tariffs, -1: free.
    """

    row: CsvRow
    id: str
    name: str | None
    kind: CarParkKind | None
    access: Access | None
    spaces: int | None
    tariff: int | None


def read_car_parks(path: Path, tariff_ids: Sequence[str]) -> list[CarParkRow]:
    """Read the sheet: a column ``id`` and any of name, kind, access, spaces, tariff.

    Raises
    ------
    InputError, InputErrors
        Every broken rule at once, each with its line.
    """
    found: list[CarParkRow] = []
    errors: list[InputError] = []
    first_line: dict[str, int] = {}
    for row in read_csv(path, required=("id",), optional=COLUMNS):
        identity = row.cells["id"]
        if identity in first_line:
            rule = f"stands twice, first on line {first_line[identity]}"
            errors.append(row.error(rule, "id", remedy="keep one of the two"))
            continue
        first_line[identity] = row.line
        try:
            found.append(_parsed(row, tariff_ids))
        except InputErrors as several:
            errors += several.errors
    if errors:
        raise InputErrors(errors)
    return found


def _parsed(row: CsvRow, tariff_ids: Sequence[str]) -> CarParkRow:
    errors: list[InputError] = []
    kind = _word(row, "kind", {_text(k): int(k) for k in CarParkKind}, errors)
    access = _word(row, "access", {_text(a): int(a) for a in Access}, errors)
    rows = {FREE: -1, **{tariff: index for index, tariff in enumerate(tariff_ids)}}
    tariff = _word(row, "tariff", rows, errors)
    spaces: int | None = None
    if row.cells["spaces"]:
        try:
            number = row.number("spaces")
            if number != int(number) or not 0 <= number < 1e6:
                raise row.error("must be a whole number from 0 to 999,999", "spaces")
            spaces = int(number)
        except InputError as error:
            errors.append(error)
    if errors:
        raise InputErrors(errors)
    return CarParkRow(
        row=row,
        id=row.cells["id"],
        name=row.cells["name"] or None,
        kind=None if kind is None else CarParkKind(kind),
        access=None if access is None else Access(access),
        spaces=spaces,
        tariff=tariff,
    )


def _text(member: IntEnum) -> str:
    return member.name.lower()


def _word(row: CsvRow, column: str, known: dict[str, int], errors: list[InputError]) -> int | None:
    word = row.cells[column]
    if not word:
        return None
    if word not in known:
        errors.append(row.error(f"is no {column}", column, remedy=did_you_mean(word, known)))
    return known.get(word)


def with_measured(parks: CarParks, rows: Sequence[CarParkRow]) -> CarParks:
    """Return the car parks with what the sheet says in place of what the map says.

    Raises
    ------
    InputErrors
        Ids that no car park has.
    """
    place = {str(identity): index for index, identity in enumerate(parks.id)}
    unknown = [
        row.row.error("is no car park of the extract", "id", remedy=did_you_mean(row.id, place))
        for row in rows
        if row.id not in place
    ]
    if unknown:
        raise InputErrors(unknown)
    names = [str(name) for name in parks.name]
    kind, access, spaces = parks.kind.copy(), parks.access.copy(), parks.spaces.copy()
    source, spread = parks.spaces_source.copy(), parks.spaces_spread.copy()
    tariff = parks.tariff.copy()
    for row in rows:
        at = place[row.id]
        names[at] = names[at] if row.name is None else row.name
        kind[at] = kind[at] if row.kind is None else row.kind
        access[at] = access[at] if row.access is None else row.access
        tariff[at] = tariff[at] if row.tariff is None else row.tariff
        if row.spaces is not None:
            spaces[at], source[at], spread[at] = row.spaces, Source.MEASURED, 0.0
    return replace(
        parks,
        name=np.array(names, np.str_),
        kind=kind,
        access=access,
        spaces=spaces,
        spaces_source=source,
        spaces_spread=spread,
        tariff=tariff,
    )
