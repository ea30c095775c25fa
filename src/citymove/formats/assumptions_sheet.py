"""``assumptions.csv``: what no map knows and nobody reports, each value with its range."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from citymove.facts.assumptions import key_of
from citymove.formats.csv_rows import CsvRow, read_csv
from citymove.foundation.errors import InputError, InputErrors
from citymove.foundation.near_names import did_you_mean
from citymove.foundation.provenance import Source, Sourced

COLUMNS = ("key", "value", "low", "high", "source", "note")
SOURCES = tuple(
    source.word for source in (Source.MEASURED, Source.REPORTED, Source.INFERRED, Source.ASSUMED)
)


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule that one field of an assumption breaks."""

    field: str
    rule: str
    remedy: str


def faults_of(
    key: str, *, value: float, low: float, high: float, source: str, note: str
) -> Iterator[Fault]:
    """Yield every rule that an assumption breaks; `key` is one of `facts.assumptions`.

    Examples
    --------
    >>> [f.field for f in faults_of(
    ...     "near_share.west", value=0.2, low=0.3, high=1.2, source="assumed", note="")]
    ['high', 'low', 'note']
    """
    permitted = key_of(key)
    if permitted is None:
        raise KeyError(key)
    span = f"{permitted.low:g} .. {permitted.high:g}"
    unit = f" {permitted.unit}" if permitted.unit else ""
    for field, number in (("value", value), ("low", low), ("high", high)):
        if not permitted.low <= number <= permitted.high:
            yield Fault(field, f"must lie in {span}{unit}", f"it is the {permitted.meaning}")
    if low > value:
        yield Fault("low", f"must be <= value ({value:g})", "give low <= value <= high")
    if high < value:
        yield Fault("high", f"must be >= value ({value:g})", "give low <= value <= high")
    if source not in SOURCES:
        yield Fault("source", "is not a known source", did_you_mean(source, SOURCES))
    elif source == Source.ASSUMED.word and low == high:
        yield Fault("low", "an assumed value needs a range", "give low and high, 30 % off or more")
    if not note:
        yield Fault("note", "is required", "name the reference, or the reason for the assumption")


def read_assumptions(path: Path, known: Collection[str]) -> dict[str, Sourced]:
    """Read the sheet.

    Parameters
    ----------
    path
        CSV with the columns key, value, low, high, source, note. Empty low and high: the value.
    known
        Keys that the city may state.

    Raises
    ------
    InputError, InputErrors
        Every broken rule at once, each with its line.
    """
    found: dict[str, Sourced] = {}
    first_line: dict[str, int] = {}
    errors: list[InputError] = []
    for row in read_csv(path, required=COLUMNS):
        key = row.cells["key"]
        if key not in known:
            errors.append(
                row.error("is not a known assumption", "key", remedy=did_you_mean(key, known))
            )
        elif key in first_line:
            rule = f"stands twice, first on line {first_line[key]}"
            errors.append(row.error(rule, "key", remedy="keep one of the two"))
        else:
            first_line[key] = row.line
            try:
                found[key] = _sourced(row, key)
            except InputErrors as several:
                errors += several.errors
    if errors:
        raise InputErrors(errors)
    return found


def _sourced(row: CsvRow, key: str) -> Sourced:
    errors: list[InputError] = []
    numbers: dict[str, float] = {}
    for column in ("value", "low", "high"):
        try:
            if column == "value" or row.cells[column]:
                numbers[column] = row.number(column)
            else:
                numbers[column] = numbers.get("value", 0.0)
        except InputError as error:
            errors.append(error)
    if errors:
        raise InputErrors(errors)
    source, note = row.cells["source"], row.cells["note"]
    faults = list(faults_of(key, **numbers, source=source, note=note))
    if faults:
        raise InputErrors(row.error(f.rule, f.field, remedy=f.remedy, of=key) for f in faults)
    return Sourced(
        numbers["value"], Source.from_word(source), numbers["low"], numbers["high"], note
    )


def missing_keys(
    required: Collection[str], stated: Mapping[str, Sourced], path: Path
) -> list[InputError]:
    """Return one error per key that a city needs and does not state."""
    return [
        InputError(
            "is required and not stated",
            file=path,
            value=key,
            remedy="add a line with value, low, high, source and note",
        )
        for key in required
        if key not in stated
    ]
