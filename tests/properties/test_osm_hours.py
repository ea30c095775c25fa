"""Hours of a working day out of conditional tags, friendly and hostile ones."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citymove.formats.osm.hours import (
    LONGEST_TAG,
    WORKING_DAY,
    common,
    complement,
    conditions,
    old_hours,
    working_day_windows,
)
from citymove.foundation.daytime import DAY_S

H = 3600
DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
PIECES = (*DAYS, "PH", "SH", "-", ",", ";", " ", "07:00", "9:30", "24:00", "26:00", "off", '"x"')
PIECES += ("||", "+", "/", "week", "2025", "May", "31", "easter", "sunset", "(", ")", "@", "AND")


def test_the_day_is_a_wednesday() -> None:
    assert DAYS[WORKING_DAY.weekday()] == "We"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("24/7", ((0, DAY_S),)),
        ("Mo-Fr", ((0, DAY_S),)),
        ("08:00-08:00", ((0, DAY_S),)),
        ("Mo-Fr 07:00-09:00, We 09:00-10:00", ((7 * H, 10 * H),)),
        ("Tu 22:00-06:00", ((0, 6 * H),)),
        ("We 20:00-28:00", ((20 * H, DAY_S),)),
        ("18:00+", ((18 * H, DAY_S),)),
        ("sunrise-sunset", ((7 * H, 19 * H),)),
        ('Mo-Fr 07:00-09:00 "on school days"', ((7 * H, 9 * H),)),
        ("Mo-Fr 07:00-19:00; We 09:00-10:00", ((9 * H, 10 * H),)),
        ("07:00-09:00 AND 08:00-10:00", ((8 * H, 9 * H),)),
        ("May-Oct 08:00-18:00", ((8 * H, 18 * H),)),
        ("Nov-Mar 08:00-18:00", ()),
        ("Sa,Su,PH", ()),
        ("07:00-09:00 AND Sa", ()),
        ("Sa AND wet", None),
        ("off", ()),
        ("Mo-Fr 07:00-09:00 unknown", None),
        ('"wet"', None),
        ("wet", None),
        ("weight>7.5", None),
        ("Mo-Fr 7-9", None),
        ("07:00", None),
        ("", None),
        (" ", None),
        ("\N{ARABIC-INDIC DIGIT SEVEN}:00-09:00", None),
        ("\0", None),
        ("(" * 100_000, None),
        ("00:00-01:00," * 50_000, None),
    ],
)
def test_windows(expression: str, expected: tuple[tuple[int, int], ...] | None) -> None:
    assert working_day_windows(expression) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" ; ;", []),
        ("50 @ (wet)", [("50", "wet")]),
        ("50@wet;30@(22:00-06:00)", [("50", "wet"), ("30", "22:00-06:00")]),
        ("100; 80 @ (20:00-06:00)", [("100", ""), ("80", "20:00-06:00")]),
        ("no @ (Mo-Fr 07:00-09:00; PH off); yes", [
            ("no", "Mo-Fr 07:00-09:00; PH off"), ("yes", "")
        ]),
        ("no @ Mo-Fr 07:00-09:00; PH off", [("no", "Mo-Fr 07:00-09:00; PH off")]),
        ("30 @ (sunset-(sunrise+01:00))", [("30", "sunset-(sunrise+01:00)")]),
        ("30 @ (22:00-06:00", [("30", "(22:00-06:00")]),
        ("30 @ 22:00-06:00); 40 @ wet", [("30", "22:00-06:00)"), ("40", "wet")]),
        ("a @ b @ c", [("a", "b @ c")]),
        ("@", [("", "")]),
        ("x @ (y);" * 100_000, []),
    ],
)  # fmt: skip
def test_conditions(text: str, expected: list[tuple[str, str]]) -> None:
    assert conditions(text) == expected


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, None),
        ({"hour_on": "07:00", "hour_off": "0930"}, ((7 * H, 34_200),)),
        ({"hour_on": "22", "hour_off": "6"}, ((0, 6 * H), (22 * H, DAY_S))),
        ({"day_on": "Monday", "day_off": "Friday"}, ((0, DAY_S),)),
        ({"day_on": "We"}, ((0, DAY_S),)),
        ({"day_on": "Sa", "day_off": "Su", "hour_on": "7", "hour_off": "9"}, ()),
        ({"hour_on": "7"}, "unread"),
        ({"hour_on": "dawn", "hour_off": "late"}, "unread"),
        ({"day_on": ""}, "unread"),
        ({"day_on": "?" * 100_000}, "unread"),
    ],
)
def test_old_tags(tags: dict[str, str], expected: object) -> None:
    expression = old_hours(tags)
    found = None if expression is None else working_day_windows(expression)
    assert found == (None if expected == "unread" else expected)
    assert (expression is None) == (not tags)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=15).map("".join) | st.text(max_size=300))
def test_any_text_gives_windows_of_the_day_or_none(text: str) -> None:
    windows = working_day_windows(text)
    if windows:
        edges = [edge for window in windows for edge in window]
        assert edges[0] >= 0
        assert edges[-1] <= DAY_S
        assert all(a < b for a, b in pairwise(edges))
    for value, condition in conditions(text):
        assert value in text
        assert len(condition) <= LONGEST_TAG


@settings(max_examples=100, deadline=None)
@given(
    days=st.sets(st.sampled_from(DAYS), min_size=1),
    start_min=st.integers(0, 24 * 60 - 1),
    end_min=st.integers(1, 24 * 60),
)
def test_hours_against_minutes_counted_one_by_one(
    days: set[str], start_min: int, end_min: int
) -> None:
    """Hours over midnight belong to the day on which they begin."""
    clock = [f"{minute // 60:02d}:{minute % 60:02d}" for minute in (start_min, end_min)]
    windows = working_day_windows(f"{','.join(sorted(days))} {'-'.join(clock)}")
    assert windows is not None
    over = end_min <= start_min
    open_today = [
        ("We" in days and (m >= start_min if over else start_min <= m < end_min))
        or ("Tu" in days and over and m < end_min)
        for m in range(24 * 60)
    ]
    told = [any(s <= m * 60 < e for s, e in windows) for m in range(24 * 60)]
    assert told == open_today


spans = st.lists(st.integers(0, DAY_S), max_size=8, unique=True).map(
    lambda edges: tuple(zip(*[iter(sorted(edges))] * 2, strict=False))
)


@given(one=spans, other=spans)
def test_common_and_complement(
    one: tuple[tuple[int, int], ...], other: tuple[tuple[int, int], ...]
) -> None:
    outside = complement(one)
    assert complement(outside) == one
    assert common(one, outside) == ()
    assert sum(e - s for s, e in (*one, *outside)) == DAY_S
    length = sum(e - s for s, e in other)
    split = (*common(other, one), *common(other, outside))
    assert sum(e - s for s, e in split) == length
