"""The supply-demand balance of parking 停车供需平衡表, by zone, by day and by night.

No search is simulated. Base demand (基本停车需求) is the residents' cars, each of which needs a
space at home by night; trip demand (出行停车需求) is the cars that stand at the places of trips at
the time when most do, counted from the synthesised travellers. Supply is told apart by who owns
it: spaces of buildings (建筑物配建停车位), public car parks off the street (路外公共停车场), spaces
on the street (路内停车位). Terms and standard: `foundation.terms.BALANCE_TERMS`.

Private spaces of dwellings and offices are mostly not mapped. What the city's assumptions say of
them stands in a column of its own, so that a reader sees how much of the balance hangs on it.
"""

import csv
import io
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from citymove.demand.generation import attraction
from citymove.demand.synthesis import synthesise
from citymove.facts.boundary import inside
from citymove.facts.car_parks import Access, CarParkKind
from citymove.facts.city import City
from citymove.facts.kerb import KerbUsers, users_at
from citymove.facts.travellers import Segment, Travellers
from citymove.facts.zones import zone_of
from citymove.foundation.daytime import DAY_S, HOUR_S, format_clock
from citymove.foundation.errors import InputError
from citymove.foundation.note import Note
from citymove.foundation.provenance import Source
from citymove.foundation.table import Table, column
from citymove.foundation.terms import BALANCE_TERMS, Purpose
from citymove.prepare.inferred_supply import infer_supply
from citymove.prepare.parking_supply import kerb_pieces
from citymove.prepare.share_out import share_out

Array = np.ndarray[Any, Any]

NIGHT_S = 3 * HOUR_S
STEP_S = 900  # trip demand is counted every quarter of an hour
_RESIDENTS = (Segment.RESIDENT, Segment.OUTGOING)
_STREET_USERS = (KerbUsers.PUBLIC, KerbUsers.CUSTOMERS, KerbUsers.PERMIT)
_OWN = (Access.PRIVATE, Access.PERMIT)
_MEASURES = ("demand", "supply", "ratio", "gap")
_GROUPS = {"night": "{}_night", "day": "{}_day", "open, day": "open_{}_day"}
_TEXT_COLUMNS = tuple(form.format(name) for form in _GROUPS.values() for name in _MEASURES)


@dataclass(frozen=True, eq=False, kw_only=True)
class BalanceTable(Table):
    """Demand and supply of each zone; all counts are whole cars or spaces, int64.

    Parameters
    ----------
    zone
        text, id of the zone.
    demand_base, demand_home_day, demand_trip, demand_trip_reserved
        Residents' cars; those at home at the peak of trip demand; cars at places of trips then;
        the part of these with a space of their own.
    demand_home_day_own
        Residents' cars at home by day that have a private space there.
    supply_attached, supply_customers, supply_public
        Spaces of mapped car parks off the street: private or by permit, for customers, public.
    supply_attached_assumed_night, supply_attached_assumed_day
        Private spaces that the assumptions speak of beyond the mapped ones.
    supply_street_day, supply_street_night
        Kerb and street-side spaces that the public, customers or permit holders may use.
    supply_inferred
        The part of the mapped supply (day) that nobody counted.
    car_parks_unknown
        Mapped car parks whose spaces are not known; they count as none.
    """

    zone: Array = column(np.str_)
    demand_base: Array = column(np.int64)
    demand_home_day: Array = column(np.int64)
    demand_home_day_own: Array = column(np.int64)
    demand_trip: Array = column(np.int64)
    demand_trip_reserved: Array = column(np.int64)
    supply_attached: Array = column(np.int64)
    supply_attached_assumed_night: Array = column(np.int64)
    supply_attached_assumed_day: Array = column(np.int64)
    supply_customers: Array = column(np.int64)
    supply_public: Array = column(np.int64)
    supply_street_day: Array = column(np.int64)
    supply_street_night: Array = column(np.int64)
    supply_inferred: Array = column(np.int64)
    car_parks_unknown: Array = column(np.int64)

    @property
    def demand_night(self) -> Array:
        """Base demand."""
        return self.demand_base

    @property
    def demand_day(self) -> Array:
        """Residents' cars at home and trip demand."""
        return np.asarray(self.demand_home_day + self.demand_trip)

    @property
    def supply_night(self) -> Array:
        """Attached, public and street spaces by night; customers' are left out."""
        own = self.supply_attached + self.supply_attached_assumed_night
        return np.asarray(own + self.supply_public + self.supply_street_night)

    @property
    def supply_day(self) -> Array:
        """Attached, customers', public and street spaces by day."""
        own = self.supply_attached + self.supply_attached_assumed_day
        return np.asarray(own + self.open_supply_day)

    @property
    def open_demand_day(self) -> Array:
        """Demand by day of those who have no space of their own."""
        own = self.demand_home_day_own + self.demand_trip_reserved
        return np.asarray(self.demand_day - own)

    @property
    def open_supply_day(self) -> Array:
        """Customers', public and street spaces by day."""
        return np.asarray(self.supply_customers + self.supply_public + self.supply_street_day)

    def value(self, name: str) -> Array:
        """Return a column, or a ratio or gap that follows from two."""
        if "ratio" in name or "gap" in name:
            demand = getattr(self, name.replace("ratio", "demand").replace("gap", "demand"))
            supply = getattr(self, name.replace("ratio", "supply").replace("gap", "supply"))
            if "gap" in name:
                return np.asarray(demand - supply)
            with np.errstate(divide="ignore", invalid="ignore"):
                return np.asarray(supply / demand)
        return np.asarray(getattr(self, name))

    def total(self, name: str = "") -> Self:
        """Return the table of one row that sums all zones, `name` as its zone."""
        sums = {
            one: np.array([getattr(self, one).sum()])
            for one in self.column_names()
            if one != "zone"
        }
        return type(self)(zone=np.array([name], np.str_), **sums)


@dataclass(frozen=True, eq=False, kw_only=True)
class Balance:
    """A balance of supply and demand.

    Parameters
    ----------
    zones
        By zone, in the order of the city's zones.
    peak_s
        The time of trip demand and of the supply by day.
    notes
        What the balance assumes and leaves out.
    """

    zones: BalanceTable
    peak_s: int
    notes: tuple[Note, ...]

    @property
    def total(self) -> BalanceTable:
        """The sum of all zones, one row."""
        return self.zones.total("total")


def parking_balance(city: City, *, seed: int = 0) -> Balance:
    """Return the supply-demand balance of a city's parking.

    Parameters
    ----------
    city
        A base city. Its supply is inferred, and its travellers are made, where that has not been
        done yet.
    seed
        Of the travellers, >= 0.

    Raises
    ------
    InputError, InputErrors
        As `infer_supply` and `synthesise`.
    """
    city = infer_supply(city)
    city = city if city.travellers is not None else synthesise(city, seed=seed)
    people = city.travellers
    if people is None:
        raise InputError("has no travellers", value=city.name.en)
    peak_s = peak_of_trips(people)
    demand = _demand(city, people, peak_s)
    supply, kerb_left_out = _supply(city, peak_s)
    assumed = _assumed(city, demand, supply)
    table = BalanceTable(zone=city.zones.id, **demand, **supply, **assumed)
    return Balance(zones=table, peak_s=peak_s, notes=_notes(city, table, peak_s, kerb_left_out))


def peak_of_trips(people: Travellers) -> int:
    """Return the quarter of an hour, s, at which most cars stand at places of trips."""
    trips = _trips(people)
    arrive = np.sort(people.arrival_s[trips])
    leave = np.sort(people.arrival_s[trips].astype(np.int64) + people.dwell_s[trips])
    at_s = np.arange(0, DAY_S, STEP_S)
    standing = np.searchsorted(arrive, at_s, "right") - np.searchsorted(leave, at_s, "right")
    return int(at_s[np.argmax(standing)])


def _trips(people: Travellers) -> Array:
    """Return whether each row stands at the place of a trip, and not at home."""
    return np.asarray(people.parks & (people.purpose != Purpose.HOME))


# --- demand ----------------------------------------------------------------------------------


def _demand(city: City, people: Travellers, peak_s: int) -> dict[str, Array]:
    count = len(city.zones)
    own_share = city.assumed("private_share_residents")
    cars = round(city.assumed("cars_owned"))
    base = share_out(cars, attraction(city).zone_share[Purpose.HOME])
    home = np.maximum(base - _away(people, peak_s, count), 0)
    standing = (
        _trips(people)
        & (people.arrival_s <= peak_s)
        & (people.arrival_s.astype(np.int64) + people.dwell_s > peak_s)
    )
    return {
        "demand_base": base,
        "demand_home_day": home,
        "demand_home_day_own": np.round(home * own_share),
        "demand_trip": np.bincount(people.destination[standing], minlength=count),
        "demand_trip_reserved": np.bincount(
            people.destination[standing & people.reserved], minlength=count
        ),
    }


def _away(people: Travellers, at_s: int, count: int) -> Array:
    """Return residents' cars that left home and are not back yet, by home zone.

    A car counts as away from its arrival at the place, or at the gateway on its way out.
    """
    residents = np.isin(people.segment, _RESIDENTS) & (people.arrival_s >= 0)
    reached = residents & (people.arrival_s <= at_s)
    out = reached & (people.purpose != Purpose.HOME)
    back = reached & (people.purpose == Purpose.HOME)
    left = np.bincount(people.origin[out], minlength=count)
    return np.asarray(left - np.bincount(people.destination[back], minlength=count))


# --- supply ----------------------------------------------------------------------------------


def _supply(city: City, peak_s: int) -> tuple[dict[str, Array], int]:
    """Return mapped spaces by zone, and the kerb spaces that no driver at large may use by day."""
    parks, zones = city.car_parks, city.zones
    here = inside(city.boundary_x_m, city.boundary_y_m, parks.x_m, parks.y_m)
    zone = zone_of(zones, parks.x_m, parks.y_m)
    known = here & (parks.spaces >= 0)
    street = parks.kind == CarParkKind.STREET_SIDE

    def spaces(which: Array) -> Array:
        return _by_zone(zone[which], parks.spaces[which], len(zones))

    own = np.isin(parks.access, _OWN)
    kerb_day, kerb_night, kerb_inferred, left_out = _kerb_by_zone(city, peak_s)
    beside = spaces(known & street & (parks.access != Access.PRIVATE))
    inferred = known & (parks.spaces_source == Source.INFERRED)
    columns = {
        "supply_attached": spaces(known & own & (~street | (parks.access == Access.PRIVATE))),
        "supply_customers": spaces(known & ~street & (parks.access == Access.CUSTOMERS)),
        "supply_public": spaces(known & ~street & (parks.access == Access.PUBLIC)),
        "supply_street_day": kerb_day + beside,
        "supply_street_night": kerb_night + beside,
        "supply_inferred": kerb_inferred + spaces(inferred),
        "car_parks_unknown": np.bincount(zone[here & ~known], minlength=len(zones)),
    }
    return columns, left_out


def _by_zone(zone: Array, spaces: Array, count: int) -> Array:
    return np.bincount(zone, spaces, minlength=count).astype(np.int64)


def _kerb_by_zone(city: City, peak_s: int) -> tuple[Array, Array, Array, int]:
    """Return kerb spaces by day, by night, inferred of those by day; those left out by day."""
    kerb, count = city.kerb, len(city.zones)
    pieces = kerb_pieces(city, np.arange(len(kerb)))
    row = np.array([piece.row for piece in pieces], np.int64)
    spaces = np.array([piece.spaces for piece in pieces], np.int64)
    x_m = np.array([piece.x_m for piece in pieces], np.float64)
    y_m = np.array([piece.y_m for piece in pieces], np.float64)
    zone = zone_of(city.zones, x_m, y_m)
    by_time = []
    for at_s in (peak_s, NIGHT_S):
        users = users_at(kerb, city.kerb_hours, at_s)[row]
        by_time.append(np.isin(users, _STREET_USERS))
    day, night = (_by_zone(zone[open_], spaces[open_], count) for open_ in by_time)
    inferred = by_time[0] & (kerb.spaces_source[row] == Source.INFERRED)
    left_out = int(spaces[~by_time[0]].sum())
    return day, night, _by_zone(zone[inferred], spaces[inferred], count), left_out


def _assumed(city: City, demand: dict[str, Array], supply: dict[str, Array]) -> dict[str, Array]:
    """Return the private spaces that the assumptions speak of beyond the mapped ones.

    A resident's space stands whether the car is there or not; a trip with a space of its own has
    one of its own.
    """
    residents = np.round(demand["demand_base"] * city.assumed("private_share_residents"))
    by_day = residents + demand["demand_trip_reserved"]
    mapped = supply["supply_attached"]
    return {
        "supply_attached_assumed_night": np.maximum(residents - mapped, 0),
        "supply_attached_assumed_day": np.maximum(by_day - mapped, 0),
    }


def _notes(city: City, table: BalanceTable, peak_s: int, kerb_left_out: int) -> tuple[Note, ...]:
    total = table.total()
    assumed, unknown = (
        int(total.supply_attached_assumed_night[0]),
        int(total.car_parks_unknown[0]),
    )
    share = city.assumed("private_share_residents")
    clock, night = format_clock(peak_s), format_clock(NIGHT_S)
    notes = [
        Note(
            "balance_times",
            en=f"By day: {clock}, when trip demand is largest in the whole area; by night: "
            f"{night}.",
            zh=f"白天取全区出行停车需求最大的时刻 {clock}；夜间取 {night}。",
        ),
        Note(
            "balance_private_assumed",
            en=f"{assumed} private spaces by night are assumed beyond the mapped ones: "
            f"{share:.0%} of residents' cars have a space at home (private_share_residents).",
            zh=f"夜间有 {assumed} 个专用泊位为地图以外的假定：{share:.0%} 的居民车辆在家拥有车位"
            "（private_share_residents）。",
        ),
        Note(
            "balance_trips_synthetic",
            en="Trip demand is counted from synthesised travellers, not from a survey; cars of no "
            "known driver are left out.",
            zh="出行停车需求由合成出行者统计，并非调查结果；不含来历不明的车辆。",
        ),
    ]
    if kerb_left_out:
        notes.append(
            Note(
                "balance_kerb_left_out",
                en=f"{kerb_left_out} kerb spaces for disabled people, loading or other vehicles, "
                f"or closed at {clock}, are no supply by day.",
                zh=f"{kerb_left_out} 个无障碍、装卸、其他车辆专用或 {clock} 禁停的路内泊位"
                "不计入白天供给。",
            )
        )
    if unknown:
        notes.append(
            Note(
                "balance_unknown_car_parks",
                en=f"{unknown} car parks of unknown size count as none.",
                zh=f"{unknown} 处泊位数未知的停车场按零计。",
            )
        )
    return tuple(notes)


# --- written -----------------------------------------------------------------------------------


def balance_csv(balance: Balance) -> str:
    """Return the balance as CSV: keys, headings in both languages, zones, their total."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(BALANCE_TERMS)
    writer.writerow(f"{term.zh} {term.en}" for term in BALANCE_TERMS.values())
    for table in (balance.zones, balance.total):
        columns = [_cells(table, name) for name in BALANCE_TERMS]
        writer.writerows(zip(*columns, strict=True))
    return text.getvalue()


def _cells(table: BalanceTable, name: str) -> list[str]:
    values = table.value(name)
    if "ratio" in name:
        return [f"{value:.2f}" if np.isfinite(value) else "" for value in values.tolist()]
    return [str(value) for value in values.tolist()]


def balance_text(balance: Balance) -> str:
    """Return the balance as a table for the eye, zones with neither demand nor supply left out."""
    zones = balance.zones
    busy = (zones.demand_day + zones.demand_night + zones.supply_day + zones.supply_night) > 0
    rows = [
        ["", *(group if name == "demand" else "" for group in _GROUPS for name in _MEASURES)],
        ["zone", *(name for _ in _GROUPS for name in _MEASURES)],
    ]
    for table in (zones.take(busy), balance.total):
        columns = [_cells(table, name) for name in _TEXT_COLUMNS]
        rows += [list(cells) for cells in zip(table.zone.tolist(), *columns, strict=True)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = [
        "  ".join(
            cell.ljust(width) if at == 0 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return "\n".join([*lines, "", *(note.en for note in balance.notes)])


def balance_dict(balance: Balance) -> dict[str, Any]:
    """Return the balance as plain values: the time, the total, the zones, the notes."""

    def row(table: BalanceTable, at: int) -> dict[str, Any]:
        values: dict[str, Any] = {"zone": str(table.zone[at])}
        for name in (*table.column_names()[1:], *_TEXT_COLUMNS):
            value = table.value(name)[at].item()
            values[name] = value if np.isfinite(value) else None
        return values

    return {
        "peak": format_clock(balance.peak_s),
        "total": row(balance.total, 0),
        "zones": [row(balance.zones, at) for at in range(len(balance.zones))],
        "notes": [{"key": note.key, "en": note.en, "zh": note.zh} for note in balance.notes],
    }
