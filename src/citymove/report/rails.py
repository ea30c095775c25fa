"""Guard rails of the study in words: kept, broken, or broken by no more than chance."""

from dataclasses import dataclass
from typing import Final

from citymove.report.amounts import bound
from citymove.report.findings import may_print
from citymove.report.wording import joined, term_name, words
from citymove.scenario.results import RailResult, StudyResults, Text

_SIGNS: Final = {">": "rail_above", ">=": "rail_from", "<": "rail_below", "<=": "rail_to"}


@dataclass(frozen=True, slots=True)
class Rail:
    """One guard rail as printed.

    Parameters
    ----------
    rule
        What no option may do.
    verdicts
        Which options break it, in sentences.
    way
        "worse" where one surely does, "better" where none does, "none" in between.
    """

    rule: Text
    verdicts: tuple[Text, ...]
    way: str


def rails(results: StudyResults) -> list[Rail]:
    """Return the guard rails of the study in its own order."""
    shown = [r for r in results.guard_rails if may_print(results, r.indicator)]
    hidden = len(results.guard_rails) - len(shown)
    money = [Rail(words("rail_money"), (words("rail_unjudged_money"),), "none")] if hidden else []
    return [*(_rail(results, rail) for rail in shown), *money]


def _rail(results: StudyResults, rail: RailResult) -> Rail:
    if not rail.judged:
        return Rail(_rule(rail), (words("rail_unjudged"),), "none")
    names = {option.id: option.name for option in results.options}
    broken = [b for b in results.breaches if b.indicator == rail.indicator]
    proven = [names[b.option] for b in broken if b.proven]
    unproven = [names[b.option] for b in broken if not b.proven]
    verdicts = [] if broken else [words("rail_kept")]
    if proven:
        verdicts.append(words("rail_broken", options=joined(proven)))
    if unproven:
        verdicts.append(words("rail_unproven", options=joined(unproven)))
    if rail.base_breaks:
        verdicts.append(words("rail_base"))
    way = "worse" if proven else "none" if unproven else "better"
    return Rail(_rule(rail), tuple(verdicts), way)


def _rule(rail: RailResult) -> Text:
    name = term_name(rail.indicator)
    if rail.sign == "worse":
        return words("rail_worse", name=name)
    beyond = bound(rail.indicator, rail.bound)
    return words("rail_bound", name=name, sign=words(_SIGNS[rail.sign]), bound=beyond)
