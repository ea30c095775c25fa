"""The rows of the audit's tables, as the page prints them: every count with its key."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from citymove.facts.kerb import SideStatus
from citymove.facts.roads import RoadClass
from citymove.foundation.provenance import Source
from citymove.prepare.audit import NO_SIZE, UNSTATED_SIDE, Audit, Coverage, SpacesAudit
from citymove.prepare.audited_signals import JunctionState
from citymove.prepare.missing import Missing
from citymove.report.amounts import number, size
from citymove.report.audit_maps import SOURCE_COLOURS
from citymove.report.wording import class_name, reading_name, words
from citymove.scenario.results import Text

Array = np.ndarray[Any, Any]

OVERALL: Final = (
    "lanes", "speed", "lane_turns", "direction", "capacity", "vehicles", "name", "roundabout",
    "structure", "layer", "road_class", "ramp", "length",
)  # fmt: skip
BY_CLASS: Final = ("lanes", "speed", "lane_turns", "direction")
_SHEETS: Final = ("lanes", "speeds", "signals", "car_parks")
_NUMBERED: Final = {
    "lanes": "number_directions",
    "speeds": "number_directions",
    "signals": "number_junctions",
    "car_parks": "number_car_parks",
    "lost_links": "number_links",
    "kerb_sides": "number_sides",
}
# Words in the keys of counts of values that stand in the file and could not be used.
_UNREADABLE: Final = (
    "at_odds", "condition_not_time", "not_matched", "not_read", "out_of_range", "unknown_zone",
    "unread", "without_direction",
)  # fmt: skip
_LISTED: Final = 30
_LOST_LISTED: Final = 24


@dataclass(frozen=True, slots=True)
class CountRow:
    """One count: its name, key, number and that as printed."""

    name: Text
    key: str
    number: int

    @property
    def text(self) -> str:
        """The number as printed."""
        return f"{self.number:,}"


def km(value: float) -> str:
    """Return kilometres as printed: a small length is no zero.

    Examples
    --------
    >>> km(0.0), km(0.004), km(12.34), km(3863.2)
    ('0', '0.004', '12.3', '3,863')
    """
    if value >= 1000:
        return number(value, 0)
    return number(value, 1) if value >= 0.95 else size(round(value, 3))


def share_text(percent: float) -> str:
    """Return a share, in percent, as printed: a part is neither none nor all.

    Examples
    --------
    >>> [share_text(x) for x in (0.0, 0.004, 0.4, 12.6, 99.4, 99.7, 99.98, 100.0)]
    ['0', '< 0.1', '0.4', '13', '99', '99.7', '> 99.9', '100']
    """
    if percent <= 0 or percent >= 100 - 1e-9:
        return number(percent, 0)
    if percent < 0.05:
        return "< 0.1"
    if percent >= 99.95:
        return "> 99.9"
    return number(percent, 0 if 10 <= percent < 99.5 else 1)


# --- what was read --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LengthRow:
    """Roads of one class."""

    name: Text
    ways: int
    ways_key: str
    road_km: str
    links: int
    links_key: str
    link_km: str


def length_rows(audit: Audit) -> list[LengthRow]:
    """Return the roads by class, and all of them."""
    table, counts = audit.lengths, audit.reading.counts
    rows = []
    for row, known in enumerate(table.road_class.tolist()):
        word = RoadClass(known).name.lower()
        rows.append(
            LengthRow(
                class_name(known),
                counts.get(f"drivable_ways_{word}", 0),
                f"drivable_ways_{word}",
                km(float(table.road_km[row])),
                int(table.links[row]),
                f"links_{word}",
                km(float(table.link_km[row])),
            )
        )
    total = LengthRow(
        words("all_classes"),
        counts.get("drivable_ways", 0),
        "drivable_ways",
        km(float(table.road_km.sum())),
        int(table.links.sum()),
        "links",
        km(float(table.link_km.sum())),
    )
    return [*rows, total]


def extent_text(audit: Audit) -> str:
    """Return the corners, degrees, to about a metre."""
    west, south, east, north = audit.extent
    return f"{south:.5f}, {west:.5f} – {north:.5f}, {east:.5f}"


# --- what is missing ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MissingRow:
    """One group of missing facts."""

    what: Text
    key: str
    count: int
    text: str
    unit: Text
    km: str
    weight: str
    width: str
    names: Text
    sheet: str


def missing_rows(audit: Audit) -> list[MissingRow]:
    """Return what is missing, most important first."""
    most = max((item.weight for item in audit.missing), default=0.0) or 1.0
    return [_missing_row(item, most) for item in audit.missing]


def _missing_row(item: Missing, most: float) -> MissingRow:
    name = class_name(item.road_class) if item.road_class is not None else Text(en="", zh="")
    return MissingRow(
        what=words(f"missing_{item.kind}", road_class=name),
        key=item.key,
        count=item.number,
        text=f"{item.number:,}" if item.number else "–",
        unit=words(_NUMBERED[item.kind]),
        km=km(item.km) if item.km else "–",
        weight=size(round(item.weight, 2)),
        width=f"{100 * item.weight / most:.1f}",
        names=Text(en=", ".join(item.names), zh="、".join(item.names)),
        sheet=item.kind if item.kind in _SHEETS else "",
    )


# --- how it is known ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CoverageCell:
    """The share of one source."""

    key: str
    colour: str
    width: str
    share: str
    km: str
    links: int


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """An attribute, or a class."""

    name: Text
    cells: tuple[CoverageCell, ...]


@dataclass(frozen=True, slots=True)
class ClassTable:
    """One attribute by class."""

    title: Text
    rows: list[CoverageRow]


def shown_sources(audit: Audit) -> list[Source]:
    """Return the sources that any attribute has, and always the four that matter."""
    met = set(audit.coverage.source.tolist())
    always = (Source.MEASURED, Source.TAGGED, Source.INFERRED, Source.DEFAULT)
    return [source for source in Source if source in met or source in always]


def coverage_rows(audit: Audit) -> list[CoverageRow]:
    """Return each attribute over all classes."""
    table, shown = audit.coverage, shown_sources(audit)
    return [
        CoverageRow(
            words(f"attribute_{name}"), _cells(table.take(table.attribute == name), name, shown)
        )
        for name in OVERALL
        if np.any(table.attribute == name)
    ]


def class_tables(audit: Audit) -> list[ClassTable]:
    """Return the attributes that matter most, by class."""
    table, shown = audit.coverage, shown_sources(audit)
    found = []
    for name in BY_CLASS:
        part = table.take(table.attribute == name)
        rows = []
        for known in np.unique(part.road_class).tolist():
            word = f"{name}_{RoadClass(known).name.lower()}"
            cells = _cells(part.take(part.road_class == known), word, shown)
            rows.append(CoverageRow(class_name(known), cells))
        title = words("known_by_class", attribute=words(f"attribute_{name}"))
        found.append(ClassTable(title, rows))
    return found


def _cells(part: Coverage, word: str, shown: Iterable[Source]) -> tuple[CoverageCell, ...]:
    whole = float(part.km.sum()) or 1.0
    cells = []
    for source in shown:
        here = part.source == source
        length = float(part.km[here].sum())
        share = 100 * length / whole
        cells.append(
            CoverageCell(
                key=f"links_{word}_{source.word}",
                colour=SOURCE_COLOURS[source],
                width=f"{share:.2f}",
                share=share_text(share),
                km=km(length),
                links=int(part.links[here].sum()),
            )
        )
    return tuple(cells)


@dataclass(frozen=True, slots=True)
class DefaultRow:
    """A default taken."""

    name: Text
    key: str
    value: str
    range: Text
    links: int
    km: str
    note: str


@dataclass(frozen=True, slots=True)
class DefaultTable:
    """The defaults of one attribute."""

    title: Text
    rows: list[DefaultRow]


def default_tables(audit: Audit) -> list[DefaultTable]:
    """Return the defaults taken, by attribute."""
    found: dict[str, list[DefaultRow]] = {}
    for taken in audit.defaults_taken:
        name = class_name(taken.road_class)
        word = f"{taken.road_class.name.lower()}{'_ramp' if taken.ramp else ''}"
        value = taken.value
        found.setdefault(taken.attribute, []).append(
            DefaultRow(
                words("ramp_of", road_class=name) if taken.ramp else name,
                f"links_default_{taken.attribute}_{word}",
                _short(value.value),
                words("interval", low=_short(value.low), high=_short(value.high)),
                taken.links,
                km(taken.km),
                value.note,
            )
        )
    return [DefaultTable(words(f"default_{name}"), rows) for name, rows in found.items()]


def _short(value: float) -> str:
    return size(float(f"{value:.3g}"))


# --- what was lost --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LostRow:
    """Lost links of one class."""

    name: Text
    key: str
    links: int
    km: str


@dataclass(frozen=True, slots=True)
class Place:
    """A name that moves the map: x and y in decimetres."""

    name: str
    x: int
    y: int
    road_class: Text
    metres: str
    node: int = 0


@dataclass(frozen=True, slots=True)
class CountGroup:
    """Counts of one kind."""

    title: Text
    rows: list[CountRow]


def lost_rows(audit: Audit) -> list[LostRow]:
    """Return the lost links by class."""
    table = audit.lost
    return [
        LostRow(
            class_name(known),
            f"links_lost_to_connectivity_{RoadClass(known).name.lower()}",
            links,
            km(length),
        )
        for known, links, length in zip(
            table.road_class.tolist(), table.links.tolist(), table.km.tolist(), strict=True
        )
    ]


def lost_sentence(audit: Audit) -> Text:
    """Return in words how many links are not connected."""
    if not len(audit.lost):
        return words("lost_none")
    links, length = int(audit.lost.links.sum()), float(audit.lost.km.sum())
    known = "lost_links_text" if audit.boundary_x_m.size else "lost_links_no_boundary"
    return words(known, links=f"{links:,}", km=km(length))


def lost_streets(audit: Audit) -> list[Place]:
    """Return the named streets with most metres lost."""
    lost = audit.reading.lost_links
    found: dict[str, list[int]] = {}
    for row, name in enumerate(lost.name.tolist()):
        if name:
            found.setdefault(name, []).append(row)
    metres = {name: float(lost.length_m[rows].sum()) for name, rows in found.items()}
    places = []
    for name in sorted(found, key=lambda name: (-metres[name], name))[:_LOST_LISTED]:
        at = int(lost.first[found[name][0]])
        places.append(
            Place(
                name, round(10 * lost.x_m[at]), round(10 * lost.y_m[at]),
                class_name(int(lost.road_class[found[name]].min())), number(metres[name], 0),
            )
        )  # fmt: skip
    return places


def cut_sentence(audit: Audit) -> Text | None:
    """Return in words how many roads the file's edge cuts; None where it cuts none."""
    counts = audit.reading.counts
    ways = counts.get("ways_clipped", 0)
    if not ways:
        return None
    return words(
        "lost_cut",
        ways=f"{ways:,}",
        ends=f"{len(audit.reading.cut_ends):,}",
        nodes=f"{counts.get('way_nodes_missing', 0):,}",
    )


def lost_groups(audit: Audit) -> list[CountGroup]:
    """Return what was left out, with its reasons."""
    return [
        CountGroup(words("lost_bans"), _counts(audit, "turn_bans")),
        CountGroup(words("lost_ways"), _counts(audit, "road_ways_left_out")),
        CountGroup(
            words("lost_unreadable"),
            [row for row in _counts(audit, "") if _is_unreadable(row.key) and row.number],
        ),
        CountGroup(
            words("lost_areas"),
            [row for row in _counts(audit, "") if "without_whole_outline" in row.key],
        ),
    ]


def _is_unreadable(key: str) -> bool:
    return not key.startswith("turn_bans") and any(word in key for word in _UNREADABLE)


def _counts(audit: Audit, stem: str) -> list[CountRow]:
    return [
        CountRow(reading_name(key), key, count)
        for key, count in audit.reading.counts.items()
        if key.startswith(stem)
    ]


def count_rows(audit: Audit) -> list[CountRow]:
    """Return every count of the reader."""
    return _counts(audit, "")


# --- signals --------------------------------------------------------------------------------


def signal_counts(audit: Audit) -> list[CountRow]:
    """Return junctions by state, and lights of none."""
    signals = audit.signals
    rows = [
        CountRow(
            words(f"state_{state.name.lower()}"),
            f"signal_junctions_{state.name.lower()}",
            signals.count(state),
        )
        for state in JunctionState
    ]
    lights = [
        CountRow(words(name), name, getattr(signals, name))
        for name in ("crossing_lights", "midblock_lights", "refused_lights")
    ]
    return [*rows, *lights, *_counts(audit, "signal_nodes")]


def candidates(audit: Audit) -> list[Place]:
    """Return the junctions that usually have signals and have none on the map."""
    table = audit.signals.junctions
    rows = np.flatnonzero(table.state == JunctionState.INFERRED)
    rows = rows[np.argsort(-table.weight[rows], kind="stable")][:_LISTED]
    return [
        Place(
            str(table.name[row]) or f"{table.lat[row]:.5f}, {table.lon[row]:.5f}",
            round(10 * table.x_m[row]), round(10 * table.y_m[row]),
            Text(en="", zh=""), "", int(table.node[row]),
        )
        for row in rows.tolist()
    ]  # fmt: skip


# --- parking --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SideRow:
    """Sides of streets of one status."""

    name: Text
    km: str


@dataclass(frozen=True, slots=True)
class SpacesRow:
    """Spaces of one source."""

    name: Text
    key: str
    number: int
    spaces: str


@dataclass(frozen=True, slots=True)
class SpacesTable:
    """Spaces by source."""

    title: Text
    head: Text
    rows: list[SpacesRow]


def side_rows(audit: Audit) -> list[SideRow]:
    """Return the sides of streets by what is known of them."""
    return [
        SideRow(
            words("side_unknown")
            if status == UNSTATED_SIDE
            else words(f"side_{SideStatus(status).name.lower()}"),
            km(length),
        )
        for status, length in zip(audit.kerb.status.tolist(), audit.kerb.km.tolist(), strict=True)
    ]


def spaces_tables(audit: Audit) -> list[SpacesTable]:
    """Return spaces along the kerb and of car parks by source."""
    return [
        SpacesTable(
            words("kerb_spaces_by_source"),
            words("kerb_rows"),
            _spaces_rows("kerbs", audit.kerb_spaces),
        ),
        SpacesTable(
            words("car_parks_by_source"),
            words("car_park_rows"),
            _spaces_rows("car_parks", audit.car_park_spaces),
        ),
    ]


def _spaces_rows(stem: str, table: SpacesAudit) -> list[SpacesRow]:
    rows = []
    for source, count, spaces in zip(
        table.source.tolist(), table.number.tolist(), table.spaces.tolist(), strict=True
    ):
        word = "unknown" if source == NO_SIZE else Source(source).word
        name = words("spaces_unknown") if source == NO_SIZE else words(f"source_{word}")
        shown = "–" if source == NO_SIZE else f"{spaces:,}"
        rows.append(SpacesRow(name, f"{stem}_{word}", count, shown))
    return rows


def deductions(audit: Audit) -> list[CountRow]:
    """Return what was taken off the kerb, by cause."""
    return [row for row in _counts(audit, "kerb_clear_m") if row.number]
