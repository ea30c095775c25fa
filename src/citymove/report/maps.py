"""Maps: volume over capacity, and the change in volume of each option.

A link is drawn as a band beside its road's line, on the side on which traffic keeps, as wide
as its volume. Less traffic is blue and more is orange, and the largest changes carry their
sign and figure, so that no map needs colour to be read.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np

from citymove.foundation.crs import LocalPlane
from citymove.report.amounts import number
from citymove.report.drawing import (
    CHANGE_COLOURS,
    INK,
    MUTED,
    RATIO_COLOURS,
    RATIO_LIMITS,
    Drawn,
    Language,
    figure_style,
    said,
    write_figure,
)
from citymove.report.fonts import drawable
from citymove.report.stored import StoredLinks, StoredStudy
from citymove.report.wording import words

Array = np.ndarray[Any, Any]

_DPI: Final = 150
_SIDE_IN: Final = 5.0  # longer side of the map itself
_WIDEST_PT: Final = 5.0
_GAP_PT: Final = 0.5
_RASTER_LINKS: Final = 20_000  # from here on an SVG of vectors is too heavy to open
_NUMBERED: Final = 6
_LEAST_CHANGE_VPH: Final = 3.0
_STRONG: Final = 0.4  # of the widest change: a round figure, and strong from there on
_BOLD: Final = "DejaVu Sans"  # Noto Sans SC comes in one weight; bold is for figures alone


@dataclass(frozen=True, eq=False, kw_only=True)
class Plan:
    """The network on paper.

    Parameters
    ----------
    x_m, y_m
        float64 [points], metres on the city's plane.
    left_x, left_y
        float64 [points], unit vectors to the left of the direction of travel.
    start
        int64 [links + 1].
    width_in, height_in
        Size of the map, inches.
    frame
        x from, x to, y from, y to, m.
    left
        Whether traffic keeps to the left.
    plane
        From degrees to metres.
    """

    x_m: Array
    y_m: Array
    left_x: Array
    left_y: Array
    start: Array
    width_in: float
    height_in: float
    frame: tuple[float, float, float, float]
    left: bool
    plane: LocalPlane

    @property
    def m_per_pt(self) -> float:
        """Metres per typographic point."""
        return (self.frame[1] - self.frame[0]) / (72 * self.width_in)


def plane_of(links: StoredLinks) -> LocalPlane:
    """Return the plane of metres centred on the network."""
    return LocalPlane(
        round(float(links.shape_lon.min() + links.shape_lon.max()) / 2, 4),
        round(float(links.shape_lat.min() + links.shape_lat.max()) / 2, 4),
    )


def plan_of(links: StoredLinks) -> Plan:
    """Return the network on paper."""
    plane = plane_of(links)
    x_m, y_m = plane.to_metres(links.shape_lon, links.shape_lat)
    margin = 0.04 * max(np.ptp(x_m), np.ptp(y_m), 1.0)
    frame = (x_m.min() - margin, x_m.max() + margin, y_m.min() - margin, y_m.max() + margin)
    wide, high = frame[1] - frame[0], frame[3] - frame[2]
    scale = _SIDE_IN / max(wide, high)
    left_x, left_y = normals(x_m, y_m, links.shape_start)
    return Plan(
        x_m=x_m,
        y_m=y_m,
        left_x=left_x,
        left_y=left_y,
        start=links.shape_start,
        width_in=wide * scale,
        height_in=high * scale,
        frame=(float(frame[0]), float(frame[1]), float(frame[2]), float(frame[3])),
        left=links.drives_on_left,
        plane=plane,
    )


def network_map(study: StoredStudy, plan: Plan, language: Language) -> Drawn:
    """Return volume over capacity of the base in the slice with most traffic."""
    at = study.links.peak_slice()
    label = study.results.slices[at]
    title = words("figure_network", city=study.results.city, slice=label)
    volume = np.asarray(study.links.volume_vph[0, at], np.float64)
    most = nice(float(volume.max()))
    ratio = study.links.ratio(0, at)
    kind = np.searchsorted(RATIO_LIMITS, ratio, side="right")
    with figure_style("network"):
        figure, axes = _sheet(plan, study, said(title, language), language)
        width_pt = _width_pt(volume, most)
        order = np.lexsort((volume, kind))
        _bands(axes, plan, order, width_pt, [RATIO_COLOURS[k] for k in kind[order]])
        _closed(axes, plan, np.flatnonzero(~study.links.open[0]))
        names = _ratio_names()
        _legend(
            axes,
            said(words("show_ratio"), language),
            [(colour, name) for colour, name in zip(RATIO_COLOURS, names, strict=True)],
            (most, said(words("width_volume"), language)),
            language,
        )
        return write_figure(figure, "network", language, said(title, language), dpi=_DPI)


def _ratio_names() -> list[str]:
    first, *_, last = RATIO_LIMITS
    between = [f"{a:g}–{b:g}" for a, b in pairwise(RATIO_LIMITS)]
    return [f"< {first:g}", *between, f"> {last:g}"]


def change_scale(links: StoredLinks) -> float:
    """Return the change, veh/h, that maps draw widest: 99 of 100 changed links stay below.

    A closed street changes far more than any other; scaled to it, all else would look still.
    """
    change = np.abs(links.volume_vph - links.volume_vph[0])
    changed = change[change > _LEAST_CHANGE_VPH]
    return nice(float(np.quantile(changed, 0.99)) if changed.size else 0.0)


def difference_map(
    study: StoredStudy, plan: Plan, option: int, most: float, language: Language
) -> Drawn:
    """Return the change in volume of one option in the slice with most traffic.

    Parameters
    ----------
    study, plan
        What to draw.
    option
        Row of the option, >= 1.
    most
        Change, veh/h, that is drawn widest; one for all options, so that maps compare.
    language
        Of the words.
    """
    at = study.links.peak_slice()
    facts = study.results.options[option]
    title = words("figure_difference", option=facts.name, slice=study.results.slices[at])
    change = np.asarray(
        study.links.volume_vph[option, at] - study.links.volume_vph[0, at], np.float64
    )
    kind = change_class(change, most)
    with figure_style(f"difference-{option}"):
        figure, axes = _sheet(plan, study, said(title, language), language)
        width_pt = np.where(kind == 2, 0.6, _width_pt(np.abs(change), most))
        order = np.lexsort((np.abs(change), kind, np.abs(kind - 2)))  # the strongest on top
        _bands(axes, plan, order, width_pt, [CHANGE_COLOURS[k] for k in kind[order]])
        _closed(axes, plan, np.flatnonzero(~study.links.open[option]))
        _marks(axes, study, plan, option)
        _numbers(axes, plan, change, kind, _new_car_parks(study, plan, option))
        little = _little(most)
        if (kind == 2).all():
            quiet = said(words("no_link_changes", n=f"{little:,.0f}"), language)
            axes.text(0.01, 0.99, quiet, transform=axes.transAxes, color=MUTED, va="top")
        _legend(
            axes,
            said(words("in_brackets", what=words("change"), inside=words("unit_vph")), language),
            [
                (CHANGE_COLOURS[0], f"< {number(-_STRONG * most, 0)}"),
                (CHANGE_COLOURS[1], f"{number(-_STRONG * most, 0)} … {number(-little, 0)}"),
                (CHANGE_COLOURS[2], said(words("little_change"), language)),
                (CHANGE_COLOURS[3], f"+{little:,.0f} … +{_STRONG * most:,.0f}"),
                (CHANGE_COLOURS[4], f"> +{_STRONG * most:,.0f}"),
            ],
            (most, said(words("width_change"), language)),
            language,
            marks=True,
        )
        stem = f"difference_{option}_{slug(facts.id)}"
        return write_figure(figure, stem, language, said(title, language), dpi=_DPI)


def slug(text: str) -> str:
    """Return a text as part of a file name.

    Examples
    --------
    >>> slug("A / b"), slug("停车")
    ('A_b', 'option')
    """
    return re.sub(r"[^A-Za-z0-9-]+", "_", text).strip("_") or "option"


def nice(value: float, steps: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 8, 10)) -> float:
    """Return one of `steps` times a power of ten, the least not below `value` (10 at least).

    Examples
    --------
    >>> nice(743.0), nice(0.0), nice(1000.0), nice(743.0, (1, 2, 5, 10))
    (800.0, 10.0, 1000.0, 1000.0)
    """
    if value <= 10:
        return 10.0
    power = 10.0 ** np.floor(np.log10(value))
    return float(next(step * power for step in steps if step * power >= value))


def _little(most: float) -> float:
    """Return the change below which a link counts as unchanged: 2 % of the largest, 3 veh/h."""
    return max(_LEAST_CHANGE_VPH, 0.02 * most)


def change_class(change: Array, most: float) -> Array:
    """Return the class of each change, int64: 0 strong less, 1 less, 2 little, 3 more, 4 strong."""
    little = _little(most)
    limits = (-_STRONG * most, -little, little, _STRONG * most)
    kind = np.searchsorted(limits, change, side="right")
    return np.where(np.abs(change) <= little, 2, kind)


def _width_pt(value: Array, most: float) -> Array:
    return np.asarray(0.7 + (_WIDEST_PT - 0.7) * np.clip(value / most, 0, 1))


def _sheet(plan: Plan, study: StoredStudy, title: str, language: Language) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    head, foot, side = 0.42, 0.34, 1.75
    wide, high = plan.width_in + side + 0.2, plan.height_in + head + foot
    figure = Figure(figsize=(wide, high))
    axes = figure.add_axes((0.1 / wide, foot / high, plan.width_in / wide, plan.height_in / high))
    axes.set_xlim(plan.frame[0], plan.frame[1])
    axes.set_ylim(plan.frame[2], plan.frame[3])
    axes.set_axis_off()
    figure.text(0.1 / wide, 1 - 0.14 / high, title, fontsize=11, va="top")
    figure.text(
        0.1 / wide, 0.1 / high, drawable(study.results.attribution), fontsize=7.5, color=MUTED
    )
    _scale_bar(figure, plan, wide, high, language)
    return figure, axes


def _scale_bar(figure: Any, plan: Plan, wide: float, high: float, language: Language) -> None:
    from matplotlib.lines import Line2D

    metres_per_in = (plan.frame[1] - plan.frame[0]) / plan.width_in
    length_m = nice(metres_per_in * 0.7, (1, 2, 5, 10))
    long_in = length_m / metres_per_in
    right, base = 0.1 + plan.width_in, 0.14
    x = np.array([right - long_in, right]) / wide
    figure.add_artist(Line2D(x, [base / high] * 2, color=INK, linewidth=2, solid_capstyle="butt"))
    label = f"{length_m:,.0f} m" if length_m < 1000 else f"{length_m / 1000:g} km"
    figure.text(
        (right - long_in - 0.06) / wide, base / high, label, ha="right", va="center", fontsize=7.5
    )
    left = (right + 0.3) / wide
    figure.text(left, 0.2 / high, "▲", ha="center", va="bottom", fontsize=9)
    figure.text(
        left, 0.06 / high, said(words("north"), language), ha="center", va="bottom", fontsize=8
    )


def normals(x_m: Array, y_m: Array, start: Array) -> tuple[Array, Array]:
    """Return unit vectors to the left of each point's direction, float64 [points] each.

    A point's direction runs from the point before it to the point after it, on its own link.
    """
    point = np.arange(x_m.size)
    first = np.repeat(start[:-1], np.diff(start))
    last = np.repeat(start[1:] - 1, np.diff(start))
    before, after = np.maximum(point - 1, first), np.minimum(point + 1, last)
    dx, dy = x_m[after] - x_m[before], y_m[after] - y_m[before]
    length = np.hypot(dx, dy)
    length[length == 0] = 1.0
    return -dy / length, dx / length


def offset_lines(plan: Plan, links: Array, shift_pt: Array) -> list[Array]:
    """Return polylines moved to the driving side, one float64 [points, 2] per link, m.

    Parameters
    ----------
    plan
        The network on paper.
    links
        int64, rows.
    shift_pt
        float64, how far each is moved, pt.
    """
    shift_m = np.zeros(plan.start.size - 1)
    shift_m[links] = shift_pt * plan.m_per_pt * (1.0 if plan.left else -1.0)
    by_point = np.repeat(shift_m, np.diff(plan.start))
    moved = np.column_stack((plan.x_m + plan.left_x * by_point, plan.y_m + plan.left_y * by_point))
    return [moved[plan.start[link] : plan.start[link + 1]] for link in links.tolist()]


def _bands(axes: Any, plan: Plan, order: Array, width_pt: Array, colours: Sequence[str]) -> None:
    """Draw links from the first of `order` to the last, `colours` in that order too.

    Neighbours in the order that share colour and width, to a tenth of a point, are one path of
    many parts: a network has a hundred of these and thousands of links.
    """
    from matplotlib.collections import PathCollection
    from matplotlib.path import Path

    width = np.maximum(np.round(width_pt[order], 1), 0.1)
    lines = offset_lines(plan, order, width_pt[order] / 2 + _GAP_PT)
    starts = [
        at
        for at in range(order.size)
        if at == 0 or colours[at] != colours[at - 1] or width[at] != width[at - 1]
    ]
    parts = pairwise([*starts, order.size])
    axes.add_collection(
        PathCollection(
            [Path.make_compound_path(*map(Path, lines[a:b])) for a, b in parts],
            linewidths=width[starts],
            edgecolors=[colours[at] for at in starts],
            facecolors="none",
            capstyle="butt",
            joinstyle="round",
            rasterized=order.size > _RASTER_LINKS,
        ),
        autolim=False,
    )


def _closed(axes: Any, plan: Plan, links: Array) -> None:
    from matplotlib.collections import LineCollection

    if links.size:
        lines = offset_lines(plan, links, np.ones(links.size))
        axes.add_collection(
            LineCollection(lines, linewidths=0.9, colors=MUTED, linestyles=[(0, (2, 2))]),
            autolim=False,
        )


def _marks(axes: Any, study: StoredStudy, plan: Plan, option: int) -> None:
    from matplotlib.collections import LineCollection

    changed = np.asarray(study.results.options[option].links_changed, np.int64)
    if changed.size:
        axes.add_collection(
            LineCollection(
                offset_lines(plan, changed, np.zeros(changed.size)),
                linewidths=1.6,
                colors=INK,
                zorder=4,
            ),
            autolim=False,
        )
    car_parks = _new_car_parks(study, plan, option)
    if car_parks.size:
        x_m, y_m = car_parks
        axes.plot(x_m, y_m, linestyle="none", marker="s", markersize=11, color=INK, zorder=5)
        for x, y in zip(x_m, y_m, strict=True):
            axes.text(
                x,
                y,
                "P",
                color="white",
                weight="bold",
                family=_BOLD,
                fontsize=8,
                zorder=6,
                ha="center",
                va="center_baseline",
                clip_on=True,
            )


def _new_car_parks(study: StoredStudy, plan: Plan, option: int) -> Array:
    """Return x and y, m, of the car parks that an option adds, float64 [2, car parks]."""
    rows = study.curves.new_facilities(option)
    lon, lat = study.curves.facility_lon[rows], study.curves.facility_lat[rows]
    return np.array(plan.plane.to_metres(lon, lat))


def _numbers(axes: Any, plan: Plan, change: Array, kind: Array, car_parks: Array) -> None:
    """Write the largest changes beside their links.

    None stands nearer than 60 pt to another of its sign, nor than 26 pt to one of the other sign:
    what a street loses and what its neighbour gains are both told. New car parks stay clear.
    """
    import matplotlib.patheffects as effects

    halo = [effects.withStroke(linewidth=2.4, foreground="white")]
    placed: list[tuple[float, float, bool]] = []
    for link in np.argsort(-np.abs(change), kind="stable").tolist():
        if len(placed) == _NUMBERED or kind[link] == 2:
            break
        points = slice(int(plan.start[link]), int(plan.start[link + 1]))
        x, y = float(plan.x_m[points].mean()), float(plan.y_m[points].mean())
        grows = bool(change[link] > 0)
        hides = np.hypot(*(car_parks - [[x], [y]])) < 26 * plan.m_per_pt
        if hides.any() or any(
            np.hypot(x - a, y - b) < (60 if grows == other else 26) * plan.m_per_pt
            for a, b, other in placed
        ):
            continue
        placed.append((x, y, grows))
        axes.annotate(
            number(float(change[link]), 0, signed=True),
            (x, y),
            xytext=(7, 7),
            textcoords="offset points",
            fontsize=8,
            weight="bold",
            family=_BOLD,
            color=CHANGE_COLOURS[0 if change[link] < 0 else 4],
            path_effects=halo,
            annotation_clip=True,
            zorder=7,
        )


def _legend(
    axes: Any,
    title: str,
    classes: list[tuple[str, str]],
    width: tuple[float, str],
    language: Language,
    *,
    marks: bool = False,
) -> None:
    from matplotlib.lines import Line2D

    most, width_title = width
    unit = said(words("unit_vph"), language)
    head: dict[str, Any] = {"linestyle": "none", "label": title}
    handles = [Line2D([], [], **head)]
    handles += [Line2D([], [], color=c, linewidth=4.5, label=name) for c, name in classes]
    handles.append(Line2D([], [], linestyle="none", label=width_title))
    for share in (0.1, 0.5, 1.0):
        width_pt = float(_width_pt(np.array(share * most), most))
        label = f"{'≥ ' if marks and share == 1 else ''}{share * most:,.0f} {unit}"
        handles.append(Line2D([], [], color=MUTED, linewidth=width_pt, label=label))
    if marks:
        changed = said(words("changed_link"), language)
        handles.append(Line2D([], [], color=INK, linewidth=1.6, label=changed))
        park = said(words("new_car_park"), language)
        handles.append(
            Line2D([], [], color=INK, linestyle="none", marker="s", markersize=8, label=park)
        )
    closed = said(words("closed"), language)
    handles.append(Line2D([], [], color=MUTED, linewidth=0.9, linestyle=(0, (2, 2)), label=closed))
    legend = axes.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(1.01, 1.0),
        borderaxespad=0,
        fontsize=8,
        handlelength=2.0,
        labelspacing=0.55,
        alignment="left",
    )
    for text, handle in zip(legend.get_texts(), handles, strict=True):
        if handle.get_linestyle() == "None" and handle.get_marker() == "None":
            text.set_color(MUTED)
