"""The first lines of the report: what the options do, in words.

Nothing of grade D was checked against counts, so its first lines hold the order of the
options, the direction and the share of draws that agree, and no amounts. A difference that
could not have been seen takes no place in the order. Nor does an option that retimes a
junction whose plan of today is inferred, where delay is what is compared: a gain over a guess is
no headline, and stands further down against the delay-minimal plan.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from citymove.foundation.terms import TERMS
from citymove.report.amounts import amount, difference, interval
from citymove.report.wording import direction, joined, words
from citymove.scenario.results import Difference, StudyResults, Text

HEADLINES: Final[tuple[tuple[str, str], ...]] = (
    ("commute_door_to_door_min", "card_commute"),
    ("corridor_delay_index", "card_corridor"),
    ("search_time_mean_min", "card_search"),
)

_OF_DELAY: Final = ("commute_door_to_door_min", "corridor_delay_index")
_BARELY: Final = 0.01  # share of the base


@dataclass(frozen=True, slots=True)
class Place:
    """One row of a card.

    Parameters
    ----------
    option
        Its name.
    place
        "1", "2–3" where intervals overlap, "" for the base and what cannot be told from it.
    effect
        Direction and draws that agree, or that no difference is visible.
    way
        "better", "worse", "none" or "base".
    """

    option: Text
    place: str
    effect: Text
    way: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One card of the first lines.

    Parameters
    ----------
    title
        Name of the indicator.
    sentence
        The finding in words.
    places
        Options in order, the base among them.
    """

    title: Text
    sentence: Text
    places: tuple[Place, ...]


def checked(results: StudyResults) -> bool:
    """Whether amounts may stand in the first lines, and money anywhere: not at grade D."""
    return results.grade != "D"


def may_print(results: StudyResults, indicator: str) -> bool:
    """Whether an indicator may be printed: money is not at grade D."""
    return indicator in TERMS and (checked(results) or not TERMS[indicator].is_money)


def findings(results: StudyResults) -> tuple[Finding, ...]:
    """Return the cards of the first lines, in their order."""
    return tuple(
        _finding(results, key, words(title))
        for key, title in HEADLINES
        if any(d.indicator == key for d in results.differences) or len(results.options) == 1
    )


def sides_of(
    results: StudyResults, indicator: str
) -> tuple[list[Difference], list[Difference], list[Difference]]:
    """Return the differences that improve, that cannot be seen, and that worsen an indicator.

    The first and the last are in order of the mean difference, best first.
    """
    lower = TERMS[indicator].better != "higher"
    rows = [d for d in results.differences if d.indicator == indicator]
    unseen = [d for d in rows if d.blanked]
    seen = sorted(
        (d for d in rows if not d.blanked), key=lambda d: d.difference if lower else -d.difference
    )
    good = [d for d in seen if (d.difference < 0) == lower]
    return good, unseen, [d for d in seen if d not in good]


def places_of(rows: Sequence[Difference]) -> list[str]:
    """Return the place of each row among `rows`, shared where intervals overlap.

    A row's place runs from one after those that are surely before it to the last that is not
    surely after it; sure means that the two 95 % intervals do not touch.

    Examples
    --------
    >>> def row(low, high):
    ...     return Difference(option="A", indicator="veh_km", base=1, value=1, low=low, high=high,
    ...                       difference=(low + high) / 2, detectable=0, agree=1, blanked=False,
    ...                       draws=5)
    >>> places_of([row(-9, -7), row(-5, -3), row(-4, -2)])
    ['1', '2–3', '2–3']
    """
    places = []
    for at, own in enumerate(rows):
        apart = [own.low > other.high or own.high < other.low for other in rows]
        first = 1 + sum(apart[:at])
        last = len(rows) - sum(apart[at + 1 :])
        places.append(str(first) if first == last else f"{first}–{last}")
    return places


def _finding(results: StudyResults, indicator: str, title: Text) -> Finding:
    names = {option.id: option.name for option in results.options}
    held = _held(results, indicator)
    good, unseen, bad = (
        [row for row in rows if row.option not in held] for rows in sides_of(results, indicator)
    )
    if len(results.options) == 1:
        sentence = words("only_base")
    else:
        sentence = _sentence(results, indicator, (good, unseen, bad), names)
    if held:
        options = joined([names[option] for option in held])
        sentence = joined_by("space", sentence, words("held_for", options=options))
    rows = [
        *_rows(results, good, places_of(good), "better", names),
        Place(words("base_row", name=names["base"]), "", Text(en="", zh=""), "base"),
        *(Place(names[d.option], "", _unseen(d), "none") for d in unseen),
        *_rows(
            results,
            bad,
            [_shifted(p, len(good) + 1 + len(unseen)) for p in places_of(bad)],
            "worse",
            names,
        ),
        *(Place(names[option], "", words("held"), "none") for option in held),
    ]
    return Finding(title, sentence, tuple(rows))


def _held(results: StudyResults, indicator: str) -> tuple[str, ...]:
    """Return options whose delay is compared with that of an inferred signal plan."""
    if indicator not in _OF_DELAY:
        return ()
    retimed = {row.option for row in results.retimings if row.base_plan_inferred}
    return tuple(option.id for option in results.options if option.id in retimed)


def _shifted(place: str, by: int) -> str:
    return "–".join(str(int(part) + by) for part in place.split("–"))


def _rows(
    results: StudyResults,
    rows: Sequence[Difference],
    places: Sequence[str],
    way: str,
    names: dict[str, Text],
) -> list[Place]:
    return [
        Place(names[d.option], place, _effect(results, d), way)
        for d, place in zip(rows, places, strict=True)
    ]


def _agree(row: Difference) -> tuple[int, int]:
    return round(row.agree * row.draws), row.draws


def _effect(results: StudyResults, row: Difference) -> Text:
    n, of = _agree(row)
    agree = words("draws_agree", n=n, of=of)
    if checked(results):
        span = interval(row.indicator, row.low, row.high)
        change = difference(row.indicator, row.difference)
        first = words("in_brackets", what=change, inside=span)
    else:
        first = _way(row, "word")
    return joined_by("comma_clause", first, agree)


def _way(row: Difference, form: str) -> Text:
    """Return the direction of a visible difference in words, and that it is small where it is."""
    text = direction(TERMS[row.indicator], row.difference, form)
    return words("barely", what=text) if abs(row.difference) < _BARELY * abs(row.base) else text


def _unseen(row: Difference) -> Text:
    """Return that no difference is visible, and which way the draws lean all the same."""
    if row.difference == 0:
        return words("same_as_base")
    n, of = _agree(row)
    word = direction(TERMS[row.indicator], row.difference, "word")
    return words("same_though", word=word, n=n, of=of)


def joined_by(key: str, *texts: Text) -> Text:
    """Return texts with the separator `key` of the wording between them."""
    separator = words(key)
    return Text(
        en=separator.en.join(t.en for t in texts if t.en),
        zh=separator.zh.join(t.zh for t in texts if t.zh),
    )


def _named(rows: Sequence[Difference], names: dict[str, Text]) -> Text:
    """Return "A (5 of 5 draws) and B (4 of 5 draws)"."""
    return joined(
        [
            words("in_brackets", what=names[d.option], inside=words("agree_short", n=n, of=of))
            for d in rows
            for n, of in [_agree(d)]
        ]
    )


def _sentence(
    results: StudyResults,
    indicator: str,
    sides: tuple[list[Difference], list[Difference], list[Difference]],
    names: dict[str, Text],
) -> Text:
    good, unseen, bad = sides
    if not good and not bad:
        return words("no_visible")
    parts = []
    if good:
        verb = _way(good[0], "verb")
        key = "best_of_many" if len(good) > 1 else "best"
        first = words(key, option=_named(good[:1], names), verb=verb)
        rest = [words("then", options=_named(good[1:], names))] if len(good) > 1 else []
        parts.append(joined_by("comma_clause", first, *rest))
    if bad:
        verb = _way(max(bad, key=lambda row: abs(row.difference)), "verb")
        key = "worse" if len(bad) == 1 else "worse_many"
        parts.append(words(key, options=_named(bad, names), verb=verb))
    sentence = _ended(joined_by("semicolon", *parts))
    if checked(results):
        best = (good or bad)[0]
        base = words("base_is", base=amount(indicator, best.base))
        sentence = joined_by("space", base, sentence)
    if unseen:
        options = joined([names[d.option] for d in unseen])
        sentence = joined_by("space", sentence, words("no_visible_for", options=options))
    return sentence


def _ended(text: Text) -> Text:
    stop = words("stop")
    return Text(en=text.en + stop.en, zh=text.zh + stop.zh)
