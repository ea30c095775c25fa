"""The tables of the page: what stands in each cell, in both languages."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from citymove.foundation.terms import TERMS
from citymove.report.amounts import (
    amount,
    difference,
    interval,
    number,
    size,
    threshold,
)
from citymove.report.figures import LIMIT_MIN
from citymove.report.findings import HEADLINES, may_print
from citymove.report.stored import StoredStudy
from citymove.report.wording import (
    assumption_name,
    joined,
    listed,
    reading_name,
    source_name,
    term_definition,
    term_name,
    words,
)
from citymove.scenario.results import Difference, RetimingResult, StudyResults, Text

Array = np.ndarray[Any, Any]

_FACILITIES_SHOWN: Final = 12
_NOTHING: Final = Text(en="", zh="")


@dataclass(frozen=True, slots=True)
class Cell:
    """One option's difference in one indicator.

    Parameters
    ----------
    main
        The difference, or that none could have been seen.
    more
        Interval, draws that agree, smallest detectable difference; the last alone where blanked.
    way
        "better", "worse", "none" or "neutral".
    """

    main: Text
    more: tuple[Text, ...]
    way: str


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """One indicator of the base and of all options."""

    name: Text
    definition: Text
    decides: bool
    base: Text
    cells: tuple[Cell, ...]


def indicator_rows(results: StudyResults) -> list[IndicatorRow]:
    """Return the rows of the indicator table: what decides, the headlines, then the others."""
    wanted = [*results.decide_on, *(key for key, _ in HEADLINES), *TERMS]
    rows = []
    for key in dict.fromkeys(wanted):
        found = {d.option: d for d in results.differences if d.indicator == key}
        if not found or not may_print(results, key):
            continue
        first = next(iter(found.values()))
        rows.append(
            IndicatorRow(
                name=term_name(key),
                definition=term_definition(key),
                decides=key in results.decide_on,
                base=amount(key, first.base),
                cells=tuple(_cell(found.get(option.id)) for option in results.options[1:]),
            )
        )
    return rows


def _cell(row: Difference | None) -> Cell:
    if row is None:
        return Cell(words("not_computed"), (), "none")
    key = row.indicator
    least = threshold(key, row.detectable)
    if row.blanked:
        return Cell(words("same_as_base"), (words("detectable", x=least),), "none")
    better = TERMS[key].better
    way = "neutral"
    if better:
        way = "better" if (row.difference < 0) == (better == "lower") else "worse"
    agree = words("draws_agree", n=round(row.agree * row.draws), of=row.draws)
    more = (interval(key, row.low, row.high), agree, words("detectable", x=least))
    return Cell(difference(key, row.difference), more, way)


@dataclass(frozen=True, slots=True)
class CommuteRow:
    """Share of one option's peak commutes of at most 45 minutes, inside and door to door."""

    option: Text
    inside: str
    door: str


def commute_rows(study: StoredStudy) -> list[CommuteRow]:
    """Return the share of peak commutes within 45 minutes by option."""
    curves = study.curves
    at = max(int(np.searchsorted(curves.commute_min, LIMIT_MIN, side="right")) - 1, 0)
    return [
        CommuteRow(
            option.name,
            f"{number(100 * curves.commute_inside_share[o, at], 1)} %",
            f"{number(100 * curves.commute_door_share[o, at], 1)} %",
        )
        for o, option in enumerate(study.results.options)
    ]


@dataclass(frozen=True, slots=True)
class RetimingRow:
    """One junction's delays under the plans that it is compared with."""

    option: Text
    junction: str
    plan_base: Text
    plan_new: Text
    delay_base: str
    inferred: bool
    delay_optimal: str
    same: tuple[str, Text, Text]
    rerouted: tuple[str, Text, Text]


def retiming_rows(results: StudyResults) -> list[RetimingRow]:
    """Return one row per retimed junction."""
    names = {option.id: option.name for option in results.options}
    return [
        RetimingRow(
            option=names.get(r.option, Text(en=r.option, zh=r.option)),
            junction=r.name or r.junction,
            plan_base=_plan(r.cycle_base_s, r.greens_base_s),
            plan_new=_plan(r.cycle_new_s, r.greens_new_s),
            delay_base=number(r.delay_base_s, 1),
            inferred=r.base_plan_inferred,
            delay_optimal=number(r.delay_optimal_base_volumes_s, 1),
            same=_against(r, r.delay_new_same_routes_s),
            rerouted=_against(r, r.delay_new_rerouted_s),
        )
        for r in results.retimings
    ]


def _plan(cycle_s: float, greens_s: tuple[float, ...]) -> Text:
    greens = " / ".join(size(round(green, 1)) for green in greens_s)
    return words("plan_value", cycle=size(round(cycle_s, 1)), greens=greens)


def _against(row: RetimingResult, delay_s: float) -> tuple[str, Text, Text]:
    base = number(delay_s - row.delay_base_s, 1, signed=True)
    optimal = number(delay_s - row.delay_optimal_base_volumes_s, 1, signed=True)
    return (
        number(delay_s, 1),
        words("against_base", x=base),
        words("against_optimal", x=optimal),
    )


def inferred_junctions(results: StudyResults) -> Text | None:
    """Return the junctions whose base plan is inferred, as a list in words; None for none."""
    found = dict.fromkeys(r.name or r.junction for r in results.retimings if r.base_plan_inferred)
    return joined([Text(en=name, zh=name) for name in found]) if found else None


@dataclass(frozen=True, slots=True)
class FacilityRow:
    """One facility: its spaces, "base → most" where an option changes them, and peaks."""

    name: Text
    is_new: bool
    spaces: str
    peak: tuple[str, ...]


def facility_rows(study: StoredStudy) -> list[FacilityRow]:
    """Return the facilities that options add or resize, then those that they change most.

    Most by the number of cars at their fullest; where that is alike, the fuller come first.
    """
    curves = study.curves
    spaces, peak = curves.facility_spaces, curves.facility_occupancy_peak
    changed = (spaces != spaces[0]).any(axis=0)
    moved_veh = (np.nan_to_num(np.abs(peak - peak[0])).max(axis=0) * spaces[0]).round(3)
    most = np.lexsort((-np.nan_to_num(peak[0], nan=-1.0), -moved_veh))
    order = [*np.flatnonzero(changed).tolist()]
    order += [f for f in most.tolist() if not changed[f] and spaces[0, f] > 0]
    return [
        FacilityRow(
            name=_facility_name(str(curves.facility_name[f]), str(curves.facility_id[f])),
            is_new=bool(spaces[0, f] == 0),
            spaces=" → ".join(f"{n:,}" for n in dict.fromkeys(spaces[:, f].tolist())),
            peak=tuple(_per_cent(share) for share in peak[:, f]),
        )
        for f in order[: _FACILITIES_SHOWN + int(changed.sum())]
    ]


def _facility_name(name: str, facility_id: str) -> Text:
    return Text(en=name, zh=name) if name else words("unnamed_facility", id=facility_id)


def _per_cent(share: float) -> str:
    return f"{number(100 * share, 0)} %" if np.isfinite(share) else "–"


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """The worst certificate of one option's runs."""

    option: Text
    gap: str
    p95: str
    noise: str
    largest: str
    rounds: str
    identity: str
    converged: Text
    failed: bool


def certificate_rows(results: StudyResults) -> list[CertificateRow]:
    """Return the worst certificates by option."""
    rows = []
    for option in results.options:
        runs = [c for c in results.certificates if c.option == option.id]
        if not runs:
            continue
        good = sum(c.converged for c in runs)
        least, most = min(c.rounds for c in runs), max(c.rounds for c in runs)
        rows.append(
            CertificateRow(
                option=option.name,
                gap=_power(max(c.relative_gap for c in runs)),
                p95=f"{number(100 * max(c.parking_residual_p95 for c in runs), 1)} %",
                noise=f"{number(100 * max(c.parking_noise_p95 for c in runs), 1)} %",
                largest=f"{number(100 * max(c.parking_residual_max for c in runs), 1)} %",
                rounds=str(least) if least == most else f"{least}–{most}",
                identity=_power(max(abs(c.identity_error_veh_km) for c in runs)),
                converged=words("yes_of", n=good, of=len(runs)),
                failed=good < len(runs),
            )
        )
    return rows


def _power(value: float) -> str:
    return "0" if value == 0 else f"{value:.1e}".replace("e-0", "e-").replace("e+0", "e+")


def convergence_sentence(results: StudyResults) -> Text:
    """Return in words whether all runs converged, and which did not."""
    bad = [c for c in results.certificates if not c.converged]
    if not bad:
        return words("converged_all", n=len(results.certificates))
    which = []
    for option in results.options:
        of_option = [c.draw for c in bad if c.option == option.id]
        if any(draw < 0 for draw in of_option):
            which.append(words("which_central", option=option.name))
        draws = [str(draw + 1) for draw in of_option if draw >= 0]
        if draws:
            which.append(words("which_runs", option=option.name, draws=", ".join(draws)))
    return words("converged_some", bad=len(bad), n=len(results.certificates), which=listed(which))


@dataclass(frozen=True, slots=True)
class StartRow:
    """How far several starts lie apart in one indicator."""

    name: Text
    low: Text
    high: Text
    apart: Text


def start_rows(results: StudyResults) -> list[StartRow]:
    """Return the spread of starts by indicator."""
    return [
        StartRow(
            term_name(s.indicator),
            amount(s.indicator, s.low),
            amount(s.indicator, s.high),
            threshold(s.indicator, s.high - s.low),
        )
        for s in results.start_spread
        if may_print(results, s.indicator)
    ]


@dataclass(frozen=True, slots=True)
class InputRow:
    """One uncertain input."""

    name: Text
    value: str
    low: str
    high: str
    source: Text
    note: str


def input_rows(results: StudyResults) -> list[InputRow]:
    """Return the uncertain inputs with their ranges and sources."""
    return [
        InputRow(
            name=assumption_name(row.key),
            value=size(row.value),
            low=size(row.low),
            high=size(row.high),
            source=source_name(row.source),
            note=row.note,
        )
        for row in results.uncertain
    ]


def reading_rows(results: StudyResults) -> list[tuple[Text, str]]:
    """Return what the reader counted, where it met any."""
    return [(reading_name(key), f"{count:,}") for key, count in results.reading if count]


def reading_none(results: StudyResults) -> Text | None:
    """Return in words what the reader looked for and did not meet; None where it met all."""
    names = [reading_name(key) for key, count in results.reading if not count]
    return words("counted_none", names=joined(names)) if names else None


def over_capacity_sentence(results: StudyResults) -> Text:
    """Return how many links of the base carry more than their capacity, and what that means.

    The same mean over the draws as in the table of indicators.
    """
    note = words("over_capacity_note")
    count = dict(results.base).get("links_over_capacity")
    if count is None:
        return note
    return words("over_capacity_text", n=amount("links_over_capacity", count), note=note)


def identity_sentence(results: StudyResults) -> Text | None:
    """Return the sum of all driving in words, None where the results do not hold it."""
    split = results.veh_km
    if split is None:
        return None
    return words(
        "identity_text",
        through=number(split.through, 0),
        access=number(split.access, 0),
        cruising=number(split.cruising, 0),
        queueing=number(split.queueing, 0),
        total=number(split.link_total, 0),
        error=_power(max(abs(c.identity_error_veh_km) for c in results.certificates)),
    )


def definition_rows(results: StudyResults) -> list[tuple[Text, Text]]:
    """Return name and definition of each indicator on the page."""
    return [(row.name, row.definition) for row in indicator_rows(results)]
