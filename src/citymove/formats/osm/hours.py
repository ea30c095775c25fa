"""Hours of a working day out of the conditional tags of OpenStreetMap.

A value "V @ (C); V @ (C)" holds where its condition C does. A condition is read as opening hours
(https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification), for one day that stands for
all working days: a Wednesday in May outside the holidays of any country (`WORKING_DAY`). Where
hours hang on the sun, sunrise is taken as 07:00 and sunset as 19:00. Conditions on weight, wet
roads and the like are no hours, and neither is what cannot be read.
"""

import re
from datetime import date, datetime, time, timedelta
from typing import Final

from citymove.foundation.daytime import DAY_S

Window = tuple[int, int]

WORKING_DAY: Final = date(2025, 5, 14)
LONGEST_TAG: Final = 255  # the most characters that the OpenStreetMap database keeps in a value
_AND: Final = re.compile(r"\s+AND\s+", re.IGNORECASE)
_COMMENT: Final = re.compile(r'"[^"]*"')
_CLOCK: Final = re.compile(r"(\d{1,2})(?::?([0-5]\d))?")
_OLD_KEYS: Final = ("day_on", "day_off", "hour_on", "hour_off")


def conditions(text: str) -> list[tuple[str, str]]:
    """Return the values of a conditional tag and their conditions, in the order of the tag.

    Parameters
    ----------
    text
        Value of a ``*:conditional`` tag. Of two conditions that hold at once, the later decides.

    Returns
    -------
    list of tuple
        (value, condition), without the brackets about a condition; a condition is "" where none
        stands. What follows a ";" without an "@" belongs to the condition before it, if that
        has no brackets. Empty for more than `LONGEST_TAG` characters.

    Examples
    --------
    >>> conditions("no_left_turn @ (Mo-Fr 07:00-09:00; PH off); none @ wet")
    [('no_left_turn', 'Mo-Fr 07:00-09:00; PH off'), ('none', 'wet')]
    >>> conditions("30")
    [('30', '')]
    """
    if len(text) > LONGEST_TAG:
        return []
    found: list[tuple[str, str]] = []
    for part in _split_outside_brackets(text):
        value, at, condition = (piece.strip() for piece in part.partition("@"))
        if at:
            found.append((value, condition))
        elif found and found[-1][1] and not found[-1][1].startswith("("):
            found[-1] = (found[-1][0], f"{found[-1][1]}; {value}")
        elif value:
            found.append((value, ""))
    return [(value, _without_brackets(condition)) for value, condition in found]


def working_day_windows(expression: str) -> tuple[Window, ...] | None:
    """Return the hours of a working day in which a condition holds.

    Parameters
    ----------
    expression
        Opening hours, or several joined by "AND".

    Returns
    -------
    tuple of (int, int), or None
        Starts and ends, s since midnight, 0 .. 86400, ascending and apart; hours that began the
        day before count too. Empty where it never holds on a working day; None where the
        condition is no time, or not one that can be read.

    Examples
    --------
    >>> working_day_windows("Mo-Fr 07:00-09:00,16:30-18:00; PH off")
    ((25200, 32400), (59400, 64800))
    >>> working_day_windows("22:00-06:00")
    ((0, 21600), (79200, 86400))
    >>> working_day_windows("Sa,Su")
    ()
    >>> working_day_windows("weight>7.5") is None
    True
    """
    if len(expression) > LONGEST_TAG:
        return None
    held: tuple[Window, ...] = ((0, DAY_S),)
    for part in _AND.split(expression):
        windows = _open_windows(part)
        if windows is None:
            return None
        held = common(held, windows)
    return held


def old_hours(tags: dict[str, str]) -> str | None:
    """Return as opening hours what the old tags day_on, day_off, hour_on and hour_off say.

    Returns
    -------
    str or None
        None where none of these tags stands there. What cannot be read gives an expression that
        `working_day_windows` cannot read either.

    Examples
    --------
    >>> old_hours({"day_on": "Monday", "day_off": "Fr", "hour_on": "7", "hour_off": "18:30"})
    'Mo-Fr 07:00-18:30'
    >>> old_hours({"hour_on": "07:00", "hour_off": "09:00"})
    '07:00-09:00'
    """
    if not any(key in tags for key in _OLD_KEYS):
        return None
    first, last, start, end = (tags.get(key, "").strip() for key in _OLD_KEYS)
    days = "-".join(day[:2].title() for day in (first, last) if day)
    if bool(start) != bool(end):
        return "?"
    hours = f"{_clock(start)}-{_clock(end)}" if start else ""
    return f"{days} {hours}".strip() or "?"


def complement(windows: tuple[Window, ...]) -> tuple[Window, ...]:
    """Return the hours of the day outside windows that ascend and lie apart.

    Examples
    --------
    >>> complement(((0, 21600), (79200, 86400)))
    ((21600, 79200),)
    """
    ends = [0, *(end for _, end in windows)]
    starts = [*(start for start, _ in windows), DAY_S]
    return tuple((a, b) for a, b in zip(ends, starts, strict=True) if a < b)


def common(windows: tuple[Window, ...], others: tuple[Window, ...]) -> tuple[Window, ...]:
    """Return the hours that lie in both; each ascends and lies apart.

    Examples
    --------
    >>> common(((0, 10), (20, 30)), ((5, 25),))
    ((5, 10), (20, 25))
    """
    both = ((max(a, c), min(b, d)) for a, b in windows for c, d in others)
    return tuple(sorted((start, end) for start, end in both if start < end))


def _split_outside_brackets(text: str) -> list[str]:
    """Return the parts between those ";" that stand in no brackets."""
    parts, depth, start = [], 0, 0
    for at, character in enumerate(text):
        if character == "(":
            depth += 1
        elif character == ")":
            depth = max(depth - 1, 0)
        elif character == ";" and depth == 0:
            parts.append(text[start:at])
            start = at + 1
    return [*parts, text[start:]]


def _without_brackets(condition: str) -> str:
    whole = condition.startswith("(") and condition.endswith(")")
    return condition[1:-1].strip() if whole else condition


def _clock(text: str) -> str:
    """Return "HH:MM" of "7", "7:30" or "0730"; any other text as it is."""
    match = _CLOCK.fullmatch(text)
    return f"{int(match[1]):02d}:{match[2] or '00'}" if match else text


def _open_windows(expression: str) -> tuple[Window, ...] | None:
    import opening_hours

    if not _COMMENT.sub("", expression).strip():  # a comment alone would count as always open
        return None
    midnight = datetime.combine(WORKING_DAY, time())
    try:
        rule = opening_hours.OpeningHours(expression.strip(), max_interval_days=2)
    except opening_hours.ParserError:  # type: ignore[attr-defined]  # the stubs lack it
        return None
    states = list(rule.intervals(midnight, midnight + timedelta(days=1)))
    if any(state == opening_hours.State.UNKNOWN for _, _, state, _ in states):
        return None
    return _joined(
        [
            (int((start - midnight).total_seconds()), int((end - midnight).total_seconds()))
            for start, end, state, _ in states
            if state == opening_hours.State.OPEN
        ]
    )


def _joined(windows: list[Window]) -> tuple[Window, ...]:
    """Return ascending windows with those joined that touch."""
    joined: list[Window] = []
    for start, end in windows:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)
