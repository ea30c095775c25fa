"""Charts: occupancy, search time, commutes, differences with intervals, convergence."""

import math
from textwrap import fill
from typing import Any, Final

import numpy as np

from citymove.foundation.daytime import HOUR_S, format_clock
from citymove.foundation.terms import TERMS
from citymove.report.amounts import MINUS
from citymove.report.drawing import (
    LESS,
    MORE,
    MUTED,
    RULE,
    Drawn,
    Language,
    figure_style,
    option_labels,
    option_line,
    option_marker,
    said,
    write_figure,
)
from citymove.report.findings import HEADLINES, may_print
from citymove.report.stored import StoredStudy
from citymove.report.wording import term_name, unit_name, words
from citymove.scenario.results import Difference, StudyResults

Array = np.ndarray[Any, Any]

LIMIT_MIN: Final = 45.0
RESIDUAL_LIMIT: Final = 0.05
_DPI: Final = 150
_WIDE: Final = 9.0
_HALF: Final = 6.4  # two of these stand side by side
_DOTS_SHOWN: Final = 6


def charts(study: StoredStudy, language: Language) -> list[Drawn]:
    """Return all charts in one language, in the order of the report."""
    drawn = [
        occupancy_chart(study, language),
        search_chart(study, language),
        commute_chart(study, language),
        convergence_chart(study, language),
    ]
    if shown_indicators(study.results):
        drawn.append(difference_chart(study, language))
    return drawn


def _figure(height: float, width: float = _WIDE) -> Any:
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def _legend(figure: Any, handles: list[Any], labels: list[str]) -> None:
    longest = max(map(len, labels))
    room = round(10 * figure.get_figwidth())  # letters that a line of the legend holds
    columns = max(1, min(len(labels), room // (longest + 8)))
    figure.legend(handles, labels, loc="outside lower center", ncols=columns, handlelength=3.2)


def _clock_axis(axes: Any, start_s: float, end_s: float, language: Language) -> None:
    step_h = max(1, round((end_s - start_s) / HOUR_S / 8))
    first = -(-int(start_s) // HOUR_S)
    ticks = np.arange(first, int(end_s) // HOUR_S + 1, step_h) * HOUR_S
    axes.set_xticks(ticks, [format_clock(int(t)) for t in ticks])
    axes.set_xlim(start_s, end_s)
    axes.set_xlabel(said(words("axis_clock"), language))


def occupancy_chart(study: StoredStudy, language: Language) -> Drawn:
    """Return the share of public spaces taken over the day, a line per option."""
    curves, options = study.curves, study.results.options
    labels = option_labels(options, language)
    with figure_style("occupancy"):
        figure = _figure(3.7, _HALF)
        axes = figure.subplots()
        lines = [
            axes.plot(curves.tick_s, 100 * curves.occupancy_share[o], **option_line(o))[0]
            for o in range(len(options))
        ]
        axes.set_ylabel(said(words("axis_occupancy"), language))
        axes.set_ylim(0, max(105.0, 105 * float(np.nanmax(curves.occupancy_share))))
        _clock_axis(axes, float(curves.tick_s[0]), float(curves.tick_s[-1]), language)
        _legend(figure, lines, labels)
        alt = said(words("occupancy_caption"), language)
        return write_figure(figure, "parking_occupancy", language, alt, dpi=_DPI)


def search_chart(study: StoredStudy, language: Language) -> Drawn:
    """Return the mean search time by the hour in which it began, a line per option."""
    curves, options = study.curves, study.results.options
    labels = option_labels(options, language)
    with figure_style("search"):
        figure = _figure(3.7, _HALF)
        axes = figure.subplots()
        middle = curves.hour_s + HOUR_S / 2
        lines = [
            axes.plot(
                middle,
                curves.search_time_min[o],
                marker=option_marker(o),
                markersize=4.5,
                **option_line(o),
            )[0]
            for o in range(len(options))
        ]
        axes.set_ylabel(said(words("axis_search"), language))
        axes.set_ylim(bottom=0)
        _clock_axis(axes, float(curves.hour_s[0]), float(curves.hour_s[-1] + HOUR_S), language)
        _legend(figure, lines, labels)
        alt = said(words("search_caption"), language)
        return write_figure(figure, "search_time", language, alt, dpi=_DPI)


def commute_chart(study: StoredStudy, language: Language) -> Drawn:
    """Return how peak commutes are distributed, inside the city and door to door."""
    curves, options = study.curves, study.results.options
    labels = option_labels(options, language)
    with figure_style("commute"):
        figure = _figure(3.9)
        panels = figure.subplots(1, 2, sharey=True)
        lines: list[Any] = []
        for axes, shares, title in (
            (panels[0], curves.commute_inside_share, "commute_inside"),
            (panels[1], curves.commute_door_share, "commute_door"),
        ):
            lines = [
                axes.plot(curves.commute_min, 100 * shares[o], **option_line(o))[0]
                for o in range(len(options))
            ]
            axes.axvline(LIMIT_MIN, color=MUTED, linewidth=1, linestyle=(0, (2, 2)))
            axes.text(LIMIT_MIN + 1, 3, said(words("line_45"), language), color=MUTED, va="bottom")
            axes.set_title(said(words(title), language))
            axes.set_xlabel(said(words("axis_minutes"), language))
            axes.set_xlim(0, _last_minute(curves.commute_min, shares))
            axes.set_ylim(0, 102)
        panels[0].set_ylabel(said(words("axis_share"), language))
        _legend(figure, lines, labels)
        alt = said(words("commute_caption"), language)
        return write_figure(figure, "commute_distribution", language, alt, dpi=_DPI)


def _last_minute(minutes: Array, shares: Array) -> float:
    """Return where the axis ends: past 45 minutes, and past 99.5 % of all curves."""
    full = np.flatnonzero((shares >= 0.995).all(axis=0))
    last = float(minutes[full[0]]) if full.size else float(minutes[-1])
    return max(60.0, 10.0 * math.ceil(last / 10))


def shown_indicators(results: StudyResults) -> list[str]:
    """Return the indicators of the difference chart: what decides, the headlines, the others."""
    present = [d.indicator for d in results.differences if may_print(results, d.indicator)]
    wanted = [*results.decide_on, *(key for key, _ in HEADLINES), *TERMS]
    return [key for key in dict.fromkeys(wanted) if key in present][:_DOTS_SHOWN]


def difference_chart(study: StoredStudy, language: Language) -> Drawn:
    """Return each indicator's difference from the base with its interval, a row per option."""
    results = study.results
    keys = shown_indicators(results)
    options = results.options[1:]
    labels = option_labels(options, language)
    columns = min(3, len(keys))
    rows = -(-len(keys) // columns)
    with figure_style("differences"):
        figure = _figure(rows * (1.15 + 0.26 * len(options)))
        panels = figure.subplots(rows, columns, sharey=True, squeeze=False).ravel()
        for axes, key in zip(panels, keys, strict=False):
            found = {d.option: d for d in results.differences if d.indicator == key}
            _dots(axes, key, [found.get(option.id) for option in options], language)
        for axes in panels[len(keys) :]:
            axes.set_axis_off()
        panels[0].set_yticks(range(len(options)), labels)
        panels[0].set_ylim(len(options) - 0.5, -0.5)
        figure.get_layout_engine().set(w_pad=0.09)
        alt = said(words("dot_caption"), language)
        return write_figure(figure, "indicator_differences", language, alt, dpi=_DPI)


def _dots(axes: Any, key: str, rows: list[Difference | None], language: Language) -> None:
    term = TERMS[key]
    scale = 100.0 if term.unit == "%" else 1.0
    unit = unit_name("points" if term.unit == "%" else term.unit)
    name = said(term_name(key), language)
    suffix = said(unit, language)
    axes.set_title(fill(name, 30), fontsize=8.5)
    axes.set_xlabel(suffix, fontsize=8)
    axes.axvline(0, color=MUTED, linewidth=0.9)
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    for at, row in enumerate(rows):
        if row is None:
            continue
        seen = scale * row.detectable
        axes.barh(at, 2 * seen, left=-seen, height=0.62, color=RULE, alpha=0.75, linewidth=0)
        axes.use_sticky_edges = False  # a band that ends the axis keeps its margin too
        colour = _effect_colour(term.better, row)
        axes.plot([scale * row.low, scale * row.high], [at, at], color=colour, linewidth=1.6)
        axes.plot(
            scale * row.difference,
            at,
            marker="o",
            markersize=5.5,
            color=colour,
            markerfacecolor="white" if row.blanked else colour,
        )
    axes.xaxis.set_major_formatter(_signed)
    axes.locator_params(axis="x", nbins=5)


def _effect_colour(better: str, row: Difference) -> str:
    if row.blanked or not better:
        return MUTED
    return LESS if (row.difference < 0) == (better == "lower") else MORE


def _signed(value: float, _: int) -> str:
    text = f"{abs(value):,.6g}"
    return text if value == 0 else (MINUS if value < 0 else "+") + text


def _power_of_ten(value: float, _: int) -> str:
    return "1" if value == 1 else f"1e{round(math.log10(value))}"


def convergence_chart(study: StoredStudy, language: Language) -> Drawn:
    """Return relative gap and parking residual of every run, crosses where one failed."""
    results = study.results
    options = results.options
    place = {option.id: at for at, option in enumerate(options)}
    labels = option_labels(options, language)
    with figure_style("convergence"):
        figure = _figure(1.3 + 0.3 * len(options))
        panels = figure.subplots(1, 2, sharey=True)
        for run in results.certificates:
            offset = 0.5 * ((run.draw + 0.5) / max(results.draws, 1) - 0.5)
            at = place[run.option] + offset
            style = (
                {"marker": "o", "color": LESS, "markersize": 4}
                if run.converged
                else {"marker": "x", "color": MORE, "markersize": 6, "markeredgewidth": 1.8}
            )
            panels[0].plot(max(run.relative_gap, 1e-16), at, linestyle="none", **style)
            allowed = max(RESIDUAL_LIMIT, run.parking_noise_p95)
            panels[1].plot(run.parking_residual_p95 / allowed, at, linestyle="none", **style)
        panels[0].set_xscale("log")
        panels[0].minorticks_off()
        panels[0].xaxis.set_major_formatter(_power_of_ten)
        _limit(panels[0], results.gap_asked)
        _limit(panels[1], 1.0)
        panels[0].set_xlabel(said(words("axis_gap"), language))
        panels[1].set_xlim(left=0)
        panels[1].set_xlabel(said(words("axis_residual"), language))
        panels[0].set_yticks(range(len(options)), labels)
        panels[0].set_ylim(len(options) - 0.5, -0.5)
        alt = said(words("convergence_caption"), language)
        return write_figure(figure, "convergence", language, alt, dpi=_DPI)


def _limit(axes: Any, value: float) -> None:
    axes.axvline(value, color=MUTED, linewidth=1, linestyle=(0, (4, 2)))
