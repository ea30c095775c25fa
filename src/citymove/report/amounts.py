"""Numbers as printed: digits by unit, a true minus sign, shares as per cent.

Examples
--------
>>> amount("commute_inside_min", 12.345).en, difference("commute_inside_min", -0.456).zh
('12.3 min', '−0.46 分钟')
>>> amount("gave_up_share", 0.0312).en, difference("gave_up_share", -0.01).en
('3.1 %', '−1.0 points')
>>> difference("veh_km", 1234.5).en
'+1,234 veh-km'
"""

import math
from typing import Final

from citymove.foundation.terms import TERMS
from citymove.report.wording import unit_name, words
from citymove.scenario.results import Text

MINUS: Final = "−"

# Decimals of values and of differences (`Term.resolution`), by the term's unit.
_DIGITS: Final[dict[str, tuple[int, int]]] = {
    "min": (1, 2),
    "m": (0, 1),
    "%": (1, 1),
    "": (2, 3),
    "veh-km": (0, 0),
    "veh-h": (0, 1),
    "links": (0, 1),
}


def number(value: float, digits: int, *, signed: bool = False) -> str:
    """Return a number with thousands separated, and a sign where asked; "–" where it is nan."""
    if not math.isfinite(value):
        return "–"
    text = f"{abs(value):,.{digits}f}"
    if not any(c in text for c in "123456789"):
        return text  # a rounded zero has no sign
    if value < 0:
        return MINUS + text
    return f"+{text}" if signed else text


def amount(key: str, value: float) -> Text:
    """Return a value of an indicator with its unit."""
    return _with_unit(key, value, is_difference=False)


def difference(key: str, value: float) -> Text:
    """Return a difference of an indicator with its sign and unit."""
    return _with_unit(key, value, is_difference=True)


def threshold(key: str, value: float) -> Text:
    """Return the size of a difference, without a sign, with its unit."""
    text = difference(key, abs(value))
    return Text(en=text.en.removeprefix("+"), zh=text.zh.removeprefix("+"))


def bound(key: str, value: float) -> Text:
    """Return a bound of an indicator as its study states it.

    Examples
    --------
    >>> bound("gave_up_share", 0.05).en, bound("search_time_p90_min", 15.0).zh
    ('5 %', '15 分钟')
    """
    name = unit_name(TERMS[key].unit)
    text = size(value * _scale(key))
    return Text(en=f"{text} {name.en}".rstrip(), zh=f"{text} {name.zh}".rstrip())


def interval(key: str, low: float, high: float) -> Text:
    """Return an interval of a difference without its unit."""
    digits, scale = difference_digits(key), _scale(key)
    return words(
        "interval",
        low=number(low * scale, digits, signed=True),
        high=number(high * scale, digits, signed=True),
    )


def difference_digits(key: str) -> int:
    """Return the decimals of a difference of this indicator."""
    return _digits(key)[1]


def _digits(key: str) -> tuple[int, int]:
    return _DIGITS.get(TERMS[key].unit, (2, 2))


def _scale(key: str) -> float:
    return 100.0 if TERMS[key].unit == "%" else 1.0


def _with_unit(key: str, value: float, *, is_difference: bool) -> Text:
    unit = TERMS[key].unit
    digits = _digits(key)[is_difference]
    text = number(value * _scale(key), digits, signed=is_difference)
    name = unit_name("points" if unit == "%" and is_difference else unit)
    return Text(
        en=f"{text} {name.en}".rstrip(),
        zh=f"{text}{name.zh}" if unit == "%" else f"{text} {name.zh}".rstrip(),
    )


def size(value: float) -> str:
    """Return an input's value in at most four significant digits ("12,000", "0.35").

    Examples
    --------
    >>> size(38000), size(0.3456), size(12.5), size(0)
    ('38,000', '0.3456', '12.5', '0')
    """
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else "–"
    digits = max(0, 3 - math.floor(math.log10(abs(value))))
    text = f"{abs(value):,.{digits}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return (MINUS if value < 0 else "") + text
