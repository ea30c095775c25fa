"""Tariffs as a study writes them, and the tariff of facts that they stand for.

    tariff: free
    tariff: {like: Parking des Boulingrins}
    tariff: [{free: first 30 min}, {then: 3 EUR/h}, {cap: 20 EUR/day}]
    tariff:
      - {at: "07:30-19:30", free: first 15 min, then: [4 元 first h, 6 元/h]}
      - {at: "19:30-07:30+1", flat: 5 元}
      - {max_stay: 2 h}

A line with `at` rules its hours; lines without rule the rest of the day together, and hours of
which nothing is said are free. ``3 EUR/h`` costs 3 for each hour begun, ``0.70 EUR/15 min``
0.70 for each quarter begun. ``free: first 15 min`` and ``4 元 first h`` count from the start of
the stay; who leaves within the free minutes pays nothing, who stays longer pays the first rate
at once. A rate after them starts where they end.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, Tag, WithJsonSchema

from citymove.facts.city import City
from citymove.facts.tariffs import Tariff, TariffBand
from citymove.foundation.daytime import DAY_S, HOUR_S, format_clock
from citymove.foundation.documents import DocumentModel, Loc, in_validator
from citymove.foundation.errors import InputError
from citymove.foundation.fingerprint import fingerprint
from citymove.foundation.quantities import (
    Amount,
    ClockWindow,
    Money,
    PricePerDay,
    Seconds,
    parse_amount,
    parse_quantity,
)
from citymove.scenario.forms import LIST, MAPPING, TEXT, AtLeast, by_form
from citymove.scenario.selectors import SelectionError, find_car_parks

_STEP = re.compile(r"(?P<money>[^/]+?)\s*(?:/|\bper\b)\s*(?P<number>[\d.]+)?\s*(?P<unit>\D+)")
_FIRST = re.compile(r"(?P<money>.*\S)\s+first\s+(?P<time>.+)")


@dataclass(frozen=True, slots=True)
class Rate:
    """A price of a length of time.

    Parameters
    ----------
    price
        Of that time.
    time_s
        The time, > 0.
    first
        Whether it is the price of the first `time_s` of the stay as a whole, else of each
        `time_s` begun.
    """

    price: Amount
    time_s: int
    first: bool

    def __str__(self) -> str:
        unit = {60: "min", HOUR_S: "h", DAY_S: "day"}.get(self.time_s)
        time = unit or f"{self.time_s / 60:g} min"
        return f"{self.price} first {time}" if self.first else f"{self.price}/{time}"


def _whole_seconds(text: str) -> int:
    text = text.strip()
    bare = re.fullmatch(r"[^\W\d_]+", text)
    time_s = parse_quantity(f"1 {text}" if bare else text, "s")
    if not (time_s >= 1 and time_s == round(time_s)):
        raise InputError("must be a time of whole seconds, > 0", value=repr(text))
    return round(time_s)


def parse_rate(text: Any) -> Rate:
    """Return the rate that a text states.

    Examples
    --------
    >>> [str(parse_rate(text)) for text in ("3 元/h", "0.70 EUR / 15 min", "4 元 first h")]
    ['3 CNY/h', '0.7 EUR/15 min', '4 CNY first h']
    """
    kind = ("a price of time", "3 EUR/h")
    if isinstance(text, str):
        first = _FIRST.fullmatch(text.strip())
        if first:
            return Rate(parse_amount(first["money"]), _whole_seconds(first["time"]), True)
        each = _STEP.fullmatch(text.strip())
        if each:
            time = f"{each['number'] or 1} {each['unit']}"
            return Rate(parse_amount(each["money"], kind=kind), _whole_seconds(time), False)
    parse_amount(text, per="h", kind=kind)  # raises with the rule
    raise InputError('needs a price of time such as "3 EUR/h"', value=repr(text))


def _rates(value: Any) -> tuple[Rate, ...]:
    return tuple(parse_rate(item) for item in (value if isinstance(value, list) else [value]))


def _free(value: Any) -> float:
    if isinstance(value, str) and value.strip().startswith("first "):
        return float(_whole_seconds(value.strip().removeprefix("first ")))
    raise InputError('needs the form "first 30 min"', value=repr(value))


_RATE_SCHEMA = {"type": "string", "examples": ["3 EUR/h", "4 EUR first h"]}
Rates = Annotated[
    tuple[Rate, ...],
    AtLeast(1),
    BeforeValidator(in_validator(_rates)),
    WithJsonSchema({"anyOf": [_RATE_SCHEMA, {"type": "array", "items": _RATE_SCHEMA}]}),
]
FreeTime = Annotated[
    float,
    BeforeValidator(in_validator(_free)),
    WithJsonSchema({"type": "string", "examples": ["first 30 min"]}),
]


class TariffLine(DocumentModel):
    """One line of a tariff."""

    days: Literal["workday", "all"] = Field("all", description="days on which it holds")
    at: ClockWindow | None = None
    free: FreeTime | None = None
    then: Rates | None = None
    flat: Money | None = None
    cap: PricePerDay | None = None
    max_stay: Seconds | None = None


class LikeTariff(DocumentModel):
    """The tariff that a car park of the city has before this is done."""

    like: str


TariffText = Annotated[
    Annotated[Literal["free"], Tag(TEXT)]
    | Annotated[LikeTariff, Tag(MAPPING)]
    | Annotated[tuple[TariffLine, ...], AtLeast(1), Tag(LIST)],
    by_form('must be free, {like: CAR PARK} or a list such as "[{then: 3 EUR/h}]"'),
]
"""`tariff:` of an intervention."""


def resolve_tariff(text: TariffText, city: City, *, at: Loc = ("tariff",)) -> Tariff | None:
    """Return the tariff that is meant in a city; None: free.

    Raises
    ------
    SelectionError
        A currency is not the city's, lines contradict each other, or `like` names no car park.
    """
    if isinstance(text, str):
        return None
    if isinstance(text, LikeTariff):
        rows = find_car_parks(city, text.like, at=(*at, "like"))
        tariffs = {int(city.car_parks.tariff[row]) for row in rows}
        if len(tariffs) > 1:
            raise SelectionError(
                "names car parks of different tariffs",
                at=(*at, "like"),
                value=text.like,
                remedy="name one of them by its id",
            )
        row = tariffs.pop()
        return None if row < 0 else city.tariffs[row]
    return _from_lines(text, city.currency, at)


def _from_lines(lines: Sequence[TariffLine], currency: str, at: Loc) -> Tariff:
    rest: dict[str, Any] = {}
    bands: list[TariffBand] = []
    for position, line in enumerate(lines):
        here = (*at, position)
        _check_line(line, currency, here)
        if line.at is not None:
            bands.append(_band(line.at, line.free, line.then, line.flat, here))
        for name in ("cap", "max_stay") + (() if line.at else ("free", "then", "flat")):
            value = getattr(line, name)
            if value is not None and name in rest:
                raise SelectionError(
                    "stands in two lines", at=(*here, name), value=name, remedy="keep one"
                )
            if value is not None:
                rest[name] = value
    prices = rest.get("free"), rest.get("then"), rest.get("flat")
    gaps = _gaps([(band.start_s, band.end_s) for band in bands], at)
    bands += [_band(window, *prices, at) for window in gaps]
    bands.sort(key=lambda band: band.start_s)
    max_stay = rest.get("max_stay")
    cap = rest.get("cap")
    return Tariff(
        id=f"t{fingerprint(currency, list(lines))[:10]}",
        currency=currency,
        bands=tuple(bands),
        cap_per_day=None if cap is None else cap.value,
        max_stay_s=None if max_stay is None else round(max_stay),
        note="stated by an option",
    )


def _check_line(line: TariffLine, currency: str, here: Loc) -> None:
    stated = {name for name in TariffLine.model_fields if getattr(line, name) is not None}
    if not stated - {"days", "at"}:
        raise SelectionError(
            "says nothing", at=here, value="tariff line", remedy='add "then: 3 EUR/h"'
        )
    if line.flat is not None and (line.then is not None or line.free is not None):
        raise SelectionError(
            "cannot stand beside free or then", at=(*here, "flat"), value="flat",
            remedy="keep the flat price, or the rates",
        )  # fmt: skip
    amounts = [(("then",), rate.price) for rate in line.then or ()]
    amounts += [((name,), getattr(line, name)) for name in ("flat", "cap") if name in stated]
    for field, amount in amounts:
        try:
            amount.in_currency(currency)
        except InputError as error:
            raise SelectionError(
                error.rule, at=(*here, *field), value=str(amount), remedy=error.remedy
            ) from None


def _band(
    window: tuple[int, int],
    free_s: float | None,
    rates: Sequence[Rate] | None,
    flat: Amount | None,
    here: Loc,
) -> TariffBand:
    """Return the band of one window."""
    start_s, end_s = window
    if flat is not None:
        return TariffBand(start_s, end_s, ((0, flat.value),), HOUR_S, 0.0)
    points: list[tuple[int, float]] = []
    reached_s, price = 0, 0.0
    if free_s is not None:
        reached_s = round(free_s)
        points.append((reached_s, 0.0))
    each: Rate | None = None
    for rate in rates or ():
        if each is not None:
            raise SelectionError(
                "nothing can follow a rate that goes on", at=(*here, "then"), value=str(rate),
                remedy='put the "first" rates before it',
            )  # fmt: skip
        if not rate.first:
            each = rate
            continue
        if rate.time_s <= reached_s or rate.price.value < price:
            raise SelectionError(
                "must reach further and cost no less than what stands before it",
                at=(*here, "then"), value=str(rate), remedy="both count from the stay's start",
            )  # fmt: skip
        price = rate.price.value
        # who stays a second longer pays the whole rate; from the first second if none is free
        points += [(reached_s + 1 if reached_s else 0, price), (rate.time_s, price)]
        reached_s = rate.time_s
    step_s = each.time_s if each else HOUR_S
    return TariffBand(start_s, end_s, tuple(points), step_s, each.price.value if each else 0.0)


def _gaps(windows: Sequence[tuple[int, int]], at: Loc) -> list[tuple[int, int]]:
    """Return the windows of the day that none of these covers; raise where two overlap."""
    pieces: list[tuple[int, int]] = []
    for start_s, end_s in windows:
        first_s = start_s % DAY_S
        last_s = first_s + end_s - start_s
        pieces += [(first_s, min(last_s, DAY_S)), (0, max(last_s - DAY_S, 0))]
    gaps, reached_s = [], 0
    for start_s, end_s in sorted(piece for piece in pieces if piece[0] < piece[1]):
        if start_s < reached_s:
            raise SelectionError(
                "two lines rule the same hours",
                at=at,
                value=f"from {format_clock(start_s)} to {format_clock(min(reached_s, end_s))}",
                remedy="let the windows of `at` follow one another",
            )
        if start_s > reached_s:
            gaps.append((reached_s, start_s))
        reached_s = end_s
    if reached_s < DAY_S:
        gaps.append((reached_s, DAY_S))
    return gaps


def describe_tariff(text: TariffText) -> tuple[str, str]:
    """Return the tariff in words, English and Chinese."""
    if isinstance(text, str):
        return "free of charge", "免费"
    if isinstance(text, LikeTariff):
        return f"tariff of {text.like}", f"收费同 {text.like}"
    en, zh = [], []
    for line in text:
        words_en, words_zh = _line_words(line)
        en.append(words_en)
        zh.append(words_zh)
    if _leaves_hours_free(text):
        en.append("free at all other hours")
        zh.append("其余时间免费")
    return "; ".join(en), "；".join(zh)


def _leaves_hours_free(lines: Iterable[TariffLine]) -> bool:
    """Return whether prices hold at some hours and nothing is said of the others."""
    priced = [line for line in lines if line.then or line.flat is not None]
    return bool(priced) and all(line.at is not None for line in priced)


def _line_words(line: TariffLine) -> tuple[str, str]:
    en, zh = [], []
    if line.free is not None:
        en.append(f"first {line.free / 60:g} min free")
        zh.append(f"前 {line.free / 60:g} 分钟免费")
    for rate in line.then or ():
        en.append(str(rate))
        zh.append(f"首 {rate.time_s / 60:g} 分钟 {rate.price}" if rate.first else str(rate))
    if line.flat is not None:
        en.append(f"{line.flat} a stay")
        zh.append(f"每次 {line.flat}")
    if line.cap is not None:
        en.append(f"at most {line.cap} a day")
        zh.append(f"每日上限 {line.cap}")
    if line.max_stay is not None:
        en.append(f"stay at most {line.max_stay / HOUR_S:g} h")
        zh.append(f"最长停放 {line.max_stay / HOUR_S:g} 小时")
    if line.at is None:
        return ", ".join(en), "，".join(zh)
    clock = "-".join(format_clock(time_s) for time_s in line.at)
    return f"{clock}: {', '.join(en)}", f"{clock}：{'，'.join(zh)}"
