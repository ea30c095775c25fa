"""Values of a layer's columns: texts, numbers and words of a given list, all faults at once."""

import math
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, TypeVar

import numpy as np

from citymove.formats.layers.features import Features
from citymove.formats.osm.tags import clean_name
from citymove.foundation.errors import InputError, InputErrors

Array = np.ndarray[Any, Any]

_LISTED: Final = 20
T = TypeVar("T")


class Faults:
    """Every fault of a layer's columns."""

    def __init__(self) -> None:
        self.found: list[InputError] = []

    def attempt(self, read: Callable[[], T], otherwise: T) -> T:
        """Return what `read` returns; keep what it raises, and return `otherwise`."""
        try:
            return read()
        except InputErrors as several:
            self.found += several.errors
        except InputError as error:
            self.found.append(error)
        return otherwise

    def stop(self) -> None:
        """Raise all that was found, if anything was."""
        if self.found:
            raise InputErrors(self.found)


def texts(features: Features, column: str | None, empty: Collection[str]) -> list[str]:
    """Return the values of a column as texts, "" for none and for those that stand for none."""
    if column is None:
        return [""] * len(features.fid)
    found = []
    for value in features.columns[column].tolist():
        text = _text(value)
        found.append("" if text in empty else text)
    return found


def _text(value: Any) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return clean_name(str(value))


def numbers(
    features: Features,
    column: str | None,
    empty: Collection[str],
    *,
    least: float,
    most: float,
    whole: bool = False,
) -> Array:
    """Return the values of a column as numbers, float64, NaN for none.

    Raises
    ------
    InputErrors
        Values that are no numbers, or out of range, the first ones each with its feature.
    """
    found = np.full(len(features.fid), np.nan)
    errors: list[InputError] = []
    for row, text in enumerate(texts(features, column, empty)):
        if not text:
            continue
        value = _number(text)
        if not least <= value <= most or (whole and value != int(value)):
            kind = "a whole number" if whole else "a number"
            rule = f"must be {kind} from {least:g} to {most:g}, or empty"
            remedy = f'correct it, or add "{text}" to empty if it stands for no value'
            errors.append(features.error(rule, row, f"{column} = {text[:40]}", remedy))
            if len(errors) == _LISTED:
                break
        found[row] = value
    if errors:
        raise InputErrors(errors)
    return found


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def words(
    features: Features,
    column: str | None,
    empty: Collection[str],
    known: Mapping[str, str],
    *,
    meaning: str,
) -> list[str]:
    """Return what the values of a column mean; of an empty one, "" unless it has a meaning too.

    Raises
    ------
    InputError
        Every value without a meaning, with the number of its features.
    """
    said = texts(features, column, empty)
    unknown = Counter(text for text in said if text and text not in known)
    if unknown:
        listed = [f"{text} ({count})" for text, count in sorted(unknown.items())]
        more = f" and {len(listed) - _LISTED} more" if len(listed) > _LISTED else ""
        raise InputError(
            f"has no meaning in {meaning}",
            file=features.file,
            value=f"column {column}: {', '.join(listed[:_LISTED])}{more}",
            remedy=f"write what each value means below {meaning}",
        )
    return [known.get(text, "") for text in said]
