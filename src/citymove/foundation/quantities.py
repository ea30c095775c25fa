"""Quantities as people write them, number and unit in one text, and the numbers behind them.

A study says ``30 km/h``, ``25 %`` or ``6 万元/space``; the models want m/s, 0.25 and a number of
CNY. Units are held by pint on a small registry of its own: only what planners write, so that
no forgotten symbol of physics takes the place of a typing error. Each currency is a dimension,
which makes euros for yuan as wrong as metres for seconds.

Examples
--------
>>> parse_quantity("30 km/h", "m/s"), parse_quantity("25 %", ""), parse_quantity("1.5 小时", "s")
(8.333333333333334, 0.25, 5400.0)
>>> parse_amount("6 万元/space", per="space")
Amount(value=60000.0, currency='CNY')
>>> parse_range("80 .. 150 s", "s")
(80.0, 150.0)
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from citymove.foundation.daytime import parse_window
from citymove.foundation.documents import in_validator
from citymove.foundation.errors import InputError
from citymove.foundation.near_names import did_you_mean

CURRENCIES = (
    "AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "INR", "JPY",
    "KRW", "MOP", "NOK", "NZD", "PLN", "SEK", "SGD", "THB", "TWD", "USD", "ZAR",
)  # fmt: skip

_UNITS = (
    "percent = 0.01 = %",
    "second = [time] = s = seconds = 秒",
    "minute = 60 second = min = minutes = 分钟 = 分",
    "hour = 60 minute = h = hours = 小时 = 时",
    "day = 24 hour = days = 天 = 日",
    "week = 7 day = weeks = 周",
    "year = 365 day = years = 年",
    "month = year / 12 = months = 月",
    "night = 1 day = nights = 晚",
    "metre = [length] = m = metres = 米",
    "kilometre = 1000 metre = km = kilometres = 公里 = 千米",
    "mile = 1609.344 metre = mi = miles",
    "mph = mile / hour",
    "m2 = metre ** 2 = 平方米",
    "space = [space] = spaces = 泊位 = 车位",
    "veh = [vehicle] = vehicle = vehicles = cars = 辆",
    "person = [person] = persons = people = 人",
    "household = [household] = households = 户",
    "tour = [tour] = tours",
    "元 = CNY = RMB = yuan",
    "万元 = 10000 CNY",
    "亿元 = 100000000 CNY",
)
_COUNTS = frozenset(("[space]", "[vehicle]", "[person]", "[household]", "[tour]"))

# what a text should have been, by the unit that is asked for
_KINDS: dict[str, tuple[str, str]] = {
    "": ("a share or a plain number", "25 %"),
    "s": ("a time", "90 s"),
    "min": ("a time", "15 min"),
    "h": ("a time", "2 h"),
    "m": ("a length", "800 m"),
    "m/s": ("a speed", "30 km/h"),
    "space": ("a number of spaces", "300 spaces"),
}
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
_PIECE = re.compile(r"([*/])\s*(%|[^\W\d_]\w*)\s*")  # "/ space" of "EUR / space / year"
_LONGEST = 80  # characters; a longer text is no quantity


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount of money, or of money per something.

    Parameters
    ----------
    value
        In the currency's own unit, finite.
    currency
        ISO 4217 code.
    """

    value: float
    currency: str

    def __str__(self) -> str:
        return f"{self.value:g} {self.currency}"

    def in_currency(self, code: str) -> float:
        """Return the amount; raise `InputError` where it is not in this currency."""
        if self.currency != code:
            raise InputError(
                f"must be in the city's currency, {code}",
                value=str(self),
                remedy="nothing is converted: write the price that would be charged",
            )
        return self.value


@lru_cache(maxsize=1)
def _registry() -> Any:
    """Return the one registry of this process, made when it is first asked for."""
    from pint import UnitRegistry

    registry: Any = UnitRegistry(None)
    for code in CURRENCIES:
        registry.define(f"{code} = [money_{code}]")
    for definition in _UNITS:
        registry.define(definition)
    return registry


def _kind(unit: str) -> tuple[str, str]:
    return _KINDS.get(unit, (f"a quantity in {unit}", f"1 {unit}"))


def _needs(text: object, kind: tuple[str, str], remedy: str | None = None) -> InputError:
    what, example = kind
    return InputError(f'needs {what} such as "{example}"', value=repr(text), remedy=remedy)


def _split(text: str, kind: tuple[str, str]) -> tuple[float, str]:
    """Return number and unit of a text."""
    match = _NUMBER.match(text) if len(text) <= _LONGEST else None
    if match is None:
        raise _needs(text, kind)
    number = float(match[0])
    if not math.isfinite(number):
        raise InputError("must be a finite number", value=repr(text))
    return number, text[match.end() :].strip().replace("€", "EUR").replace(" per ", " / ")


def _unit(name: str, text: object, kind: tuple[str, str]) -> Any:
    """Return pint's unit of "元/space/year"; single names reach pint, and no expression does."""
    registry = _registry()
    name = name.removeprefix("1").strip() if name.startswith(("1/", "1 /")) else name
    name = name.replace("per ", "/ ", 1) if name.startswith("per ") else name
    unit = registry.parse_units("")
    for operator, piece in _PIECE.findall(name if name.startswith("/") else f"*{name}"):
        if piece not in _known_units():
            remedy = f"'{piece}' is no known unit; {did_you_mean(piece, _known_units())}"
            raise _needs(text, kind, remedy)
        factor = registry.parse_units(piece)
        unit = unit / factor if operator == "/" else unit * factor
    if _PIECE.sub("", name if name.startswith("/") else f"*{name}").strip():
        raise _needs(text, kind)
    return unit


@lru_cache(maxsize=1)
def _known_units() -> frozenset[str]:
    names = {*CURRENCIES}
    for definition in _UNITS:
        parts = [part.strip() for part in definition.split("=")]
        names.update((parts[0], *parts[2:]))
        names.discard("")
    return frozenset(name for name in names if not name.startswith("["))


def _is_plain(unit: Any) -> bool:
    """Whether a bare number may stand for the unit: shares, counts and their ratios."""
    return set(unit.dimensionality) <= _COUNTS


def parse_quantity(text: str | float, unit: str, *, kind: tuple[str, str] | None = None) -> float:
    """Return a quantity in the unit that is asked for.

    Parameters
    ----------
    text
        "30 km/h", "25 %", "300 spaces"; a bare number where the unit is none or counts
        something.
    unit
        The unit of the answer, by pint's rules ("m/s", "s", "" for a plain number).
    kind
        What the text should be and an example of it, for the message.

    Returns
    -------
    float
        Finite.

    Raises
    ------
    InputError
        The text is no number with a unit of this kind, or is not finite.
    """
    kind = kind or _kind(unit)
    target = _registry().parse_units(unit)
    if isinstance(text, bool) or not isinstance(text, (str, int, float)):
        raise _needs(text, kind)
    if isinstance(text, str):
        number, name = _split(text.strip(), kind)
    else:
        number, name = float(text), ""
        if not math.isfinite(number):
            raise InputError("must be a finite number", value=repr(text))
    if not name:
        if not _is_plain(target):
            raise _needs(text, kind, "write the unit beside the number")
        return number
    given = _unit(name, text, kind)
    if given.dimensionality != target.dimensionality:
        if not given.dimensionless or not _is_plain(target):
            raise _needs(text, kind)
        target = _registry().parse_units("")  # a percentage of persons per car, of spaces
    return float(_registry().Quantity(number, given).to(target).magnitude)


def parse_range(
    text: str | float, unit: str, *, kind: tuple[str, str] | None = None
) -> tuple[float, float]:
    """Return the ends of a range such as "15 .. 35 EUR/h", low <= high.

    Raises
    ------
    InputError
        The text is no range of such quantities, or its ends are the wrong way round.
    """
    what, example = kind or _kind(unit)
    number, _, name = example.partition(" ")
    shown = (f"a range of {what.removeprefix('a ')}", f"{number} .. {float(number) * 2:g} {name}")
    shown = (shown[0], shown[1].strip())
    if not isinstance(text, str) or text.count("..") != 1:
        raise _needs(text, shown)
    first, last = (part.strip() for part in text.split(".."))
    high = parse_quantity(last, unit, kind=shown)
    alone = _NUMBER.fullmatch(first)
    last_unit = _NUMBER.sub("", last, count=1)
    low = parse_quantity(f"{first} {last_unit}" if alone else first, unit, kind=shown)
    if low > high:
        raise InputError("the low end must not exceed the high end", value=repr(text))
    return low, high


def parse_amount(
    text: str | float, *, per: str = "", kind: tuple[str, str] | None = None
) -> Amount:
    """Return an amount of money, per `per` ("h", "space", "space/year") where that is given.

    Raises
    ------
    InputError
        The text is no such amount, has no currency, or is negative.
    """
    kind = kind or (
        f"an amount of money per {per}" if per else "an amount of money",
        f"3 EUR/{per}" if per else "3 EUR",
    )
    if not isinstance(text, str):
        raise _needs(text, kind, "write currency and unit beside the number")
    number, name = _split(text.strip(), kind)
    given = _unit(name, text, kind)
    codes = [code for code in CURRENCIES if f"[money_{code}]" in given.dimensionality]
    if len(codes) != 1:
        raise _needs(text, kind)
    value = parse_quantity(text, f"{codes[0]}/{per}" if per else codes[0], kind=kind)
    if value < 0:
        raise InputError("must be >= 0", value=repr(text))
    return Amount(number if value == number else value, codes[0])


def _text_schema(description: str, example: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "description": description, "examples": [example]})


def _reader(function: Callable[[Any], Any]) -> BeforeValidator:
    return BeforeValidator(in_validator(function))


def _as_amount(value: Any, per: str, kind: tuple[str, str] | None = None) -> Amount:
    return value if isinstance(value, Amount) else parse_amount(value, per=per, kind=kind)


def _whole_spaces(text: Any) -> Any:
    value = parse_quantity(text, "space")
    if value != int(value):
        raise InputError("must be a whole number of spaces", value=repr(text))
    return int(value)


def _window(text: Any) -> tuple[int, int]:
    if not isinstance(text, str):
        raise InputError(
            'must be a window such as "06:00-12:00"', value=repr(text), remedy="put it in quotes"
        )
    return parse_window(text)


_HOURLY = ("a price per hour", "3 EUR/h")
_PER_SPACE = ("a price per space", "60000 EUR/space")
_PER_SPACE_YEAR = ("a price per space and year", "900 EUR/space/year")

Seconds = Annotated[
    float,
    Field(gt=0),
    _reader(lambda text: parse_quantity(text, "s")),
    _text_schema("a time, > 0", "90 s"),
]
"""s, > 0."""

Metres = Annotated[
    float,
    Field(gt=0),
    _reader(lambda text: parse_quantity(text, "m")),
    _text_schema("a length, > 0", "800 m"),
]
"""m, > 0."""

Speed = Annotated[
    float,
    Field(gt=0, le=60),
    _reader(lambda text: parse_quantity(text, "m/s")),
    _text_schema("a speed, > 0", "30 km/h"),
]
"""m/s, > 0 and at most 60."""

Share = Annotated[
    float,
    Field(ge=0, le=1),
    _reader(lambda text: parse_quantity(text, "", kind=("a share", "25 %"))),
    WithJsonSchema({"type": ["string", "number"], "examples": ["25 %"]}),
]
"""0..1."""

Factor = Annotated[
    float,
    Field(ge=0, le=10),
    _reader(lambda text: parse_quantity(text, "", kind=("a share of today's", "90 %"))),
    WithJsonSchema({"type": ["string", "number"], "examples": ["90 %"]}),
]
"""A share of what is there today, 0..10; 1: unchanged."""

Spaces = Annotated[
    int,
    Field(strict=True, ge=0, le=100_000),
    _reader(_whole_spaces),
    WithJsonSchema({"type": ["integer", "string"], "minimum": 0, "examples": [300]}),
]
"""Whole spaces, >= 0."""

Money = Annotated[
    Amount, _reader(lambda text: _as_amount(text, "")), _text_schema("an amount", "3 EUR")
]
PricePerHour = Annotated[
    Amount,
    _reader(lambda text: _as_amount(text, "h", _HOURLY)),
    _text_schema("a price per hour", "3 EUR/h"),
]
PricePerDay = Annotated[
    Amount,
    _reader(lambda text: _as_amount(text, "day", ("a price per day", "20 EUR/day"))),
    _text_schema("a price per day", "20 EUR/day"),
]
PricePerSpace = Annotated[
    Amount,
    _reader(lambda text: _as_amount(text, "space", _PER_SPACE)),
    _text_schema("a price per space", "60000 EUR/space"),
]
PricePerSpaceYear = Annotated[
    Amount,
    _reader(lambda text: _as_amount(text, "space/year", _PER_SPACE_YEAR)),
    _text_schema("a price per space and year", "900 EUR/space/year"),
]

SecondsRange = Annotated[
    tuple[float, float],
    _reader(lambda text: parse_range(text, "s")),
    _text_schema("a range of times", "60 .. 120 s"),
]
"""s, low <= high."""

ClockWindow = Annotated[
    tuple[int, int],
    _reader(_window),
    _text_schema("a window of the day", "07:00-09:00"),
]
"""Start and end, seconds since midnight."""
