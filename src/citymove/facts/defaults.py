"""What a road is taken to be where the map says nothing: tables by country, each with its source.

A value of these tables is the weakest kind of knowledge (`Source.DEFAULT`), so each carries a
range that draws may sample from and a note that names the standard it follows, or "assumed".
Speeds and capacities are those of streets inside a town.

Examples
--------
>>> france = defaults_for("FR")
>>> france.table, france.drives_on
('EU', 'right')
>>> primary = france.of_class(RoadClass.PRIMARY)
>>> primary.lanes.value, primary.speed_kmh.value
(1.0, 50.0)
>>> defaults_for("GB").drives_on, defaults_for("HK").drives_on
('left', 'left')
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from citymove.facts.roads import RoadClass
from citymove.foundation.errors import InputError
from citymove.foundation.provenance import Source, Sourced

Array = np.ndarray[Any, Any]

_KMH = 1 / 3.6
_MPH_KMH = 1.609344


@dataclass(frozen=True, slots=True)
class ClassDefaults:
    """Defaults of one road class.

    Parameters
    ----------
    lanes
        Lanes of one direction.
    speed_kmh
        Free speed, km/h.
    capacity_per_lane_vph
        Capacity of one lane away from signals, veh/h.
    """

    lanes: Sourced
    speed_kmh: Sourced
    capacity_per_lane_vph: Sourced


@dataclass(frozen=True, slots=True)
class CountryDefaults:
    """Defaults of one country.

    Parameters
    ----------
    country
        ISO 3166-1 alpha-2 code as asked for, "" for none.
    table
        The table that answers: "CN", "EU", "US", "GB", "IE" or "generic".
    drives_on
        "right" or "left".
    classes
        One entry per `RoadClass`, in its order.
    ramp_lanes, ramp_speed_kmh, ramp_capacity_per_lane_vph
        A ramp (``*_link``) has these lanes, and its class's speed and capacity up to these.
    saturation_flow_vph
        Flow of one through lane while its signal shows green, veh/h.
    """

    country: str
    table: str
    drives_on: str
    classes: tuple[ClassDefaults, ...]
    ramp_lanes: Sourced
    ramp_speed_kmh: Sourced
    ramp_capacity_per_lane_vph: Sourced
    saturation_flow_vph: Sourced

    def of_class(self, road_class: int) -> ClassDefaults:
        """Return the defaults of one class."""
        return self.classes[road_class]

    def lanes(self, road_class: npt.ArrayLike, ramp: npt.ArrayLike) -> Array:
        """Return lanes of one direction, float64 [n], by class (`RoadClass`) and ramp (bool)."""
        table = np.array([row.lanes.value for row in self.classes])
        return np.asarray(np.where(ramp, self.ramp_lanes.value, table[np.asarray(road_class)]))

    def speed_mps(self, road_class: npt.ArrayLike, ramp: npt.ArrayLike) -> Array:
        """Return free speed, m/s, float64 [n]."""
        table = np.array([row.speed_kmh.value for row in self.classes])
        speed_kmh = table[np.asarray(road_class)]
        limited = np.minimum(speed_kmh, self.ramp_speed_kmh.value)
        return np.asarray(np.where(ramp, limited, speed_kmh) * _KMH)

    def capacity_per_lane_vph(self, road_class: npt.ArrayLike, ramp: npt.ArrayLike) -> Array:
        """Return capacity of one lane away from signals, veh/h, float64 [n]."""
        table = np.array([row.capacity_per_lane_vph.value for row in self.classes])
        capacity = table[np.asarray(road_class)]
        limited = np.minimum(capacity, self.ramp_capacity_per_lane_vph.value)
        return np.asarray(np.where(ramp, limited, capacity))


def _default(value: float, note: str) -> Sourced:
    """Return a table's value; a judgement may be off by 30 %, a standard's figure by 15 %."""
    spread = 0.3 if note.startswith("assumed") else 0.15
    return Sourced.with_spread(float(value), Source.DEFAULT, spread, note)


def _column(values: Sequence[float], notes: Sequence[tuple[int, str]]) -> tuple[Sourced, ...]:
    """Return one value per class; `notes` are (number of classes, note), in class order."""
    spelled = [note for count, note in notes for _ in range(count)]
    return tuple(_default(value, note) for value, note in zip(values, spelled, strict=True))


def _classes(
    lanes: tuple[Sourced, ...], speed_kmh: tuple[Sourced, ...], capacity: tuple[Sourced, ...]
) -> tuple[ClassDefaults, ...]:
    rows = zip(RoadClass, lanes, speed_kmh, capacity, strict=True)
    return tuple(ClassDefaults(n, v, c) for _, n, v, c in rows)


# Order of all columns below: motorway, trunk, primary, secondary, tertiary, unclassified,
# residential, living street, service.
_OSM2GMNS = "osm2gmns 1.0 table of capacities per lane"
_TOWN_LANES = "assumed: carriageways usual in towns"
_EU_URBAN = "general urban limit of 50 km/h (national traffic codes)"
_CN_RULES = "Regulations on Road Traffic Safety (CN, 2004), articles 45 and 78"
_CN_CAPACITY = "CJJ 37-2012, design capacity of one lane at the class's design speed"

_GENERIC = (
    _classes(
        _column((2, 2, 1, 1, 1, 1, 1, 1, 1), ((9, _TOWN_LANES),)),
        _column((100, 80, 50, 50, 50, 40, 30, 15, 15), ((9, "assumed: usual urban speeds"),)),
        _column(
            (2300, 2200, 1800, 1600, 1200, 800, 1000, 400, 400),
            ((7, _OSM2GMNS), (2, "assumed: shared with walkers and manoeuvres")),
        ),
    ),
    _default(1800, "assumed: headway of 2.0 s"),
)
_EU = (
    _classes(
        _column((2, 2, 1, 1, 1, 1, 1, 1, 1), ((9, _TOWN_LANES),)),
        _column(
            (110, 80, 50, 50, 50, 50, 30, 15, 15),
            (
                (1, "assumed: between the urban motorway limits of 80 to 130 km/h"),
                (1, "general rural limit of 80 km/h (FR, 2018)"),
                (4, _EU_URBAN),
                (1, "assumed: zone of 30 km/h"),
                (2, "assumed: little above walking pace"),
            ),
        ),
        _column(
            (1900, 1800, 1600, 1400, 1200, 1000, 800, 400, 400),
            (
                (1, "HBS 2015, two-lane carriageway with 10 % heavy vehicles, rounded"),
                (8, "assumed: falls with the class, after osm2gmns's table"),
            ),
        ),
    ),
    _default(1800, "CERTU 1999, Guide de conception des carrefours à feux: 1,800 uvp/h a lane"),
)
_DE_SATURATION = _default(2000, "HBS 2001 and 2015: base saturation headway of 1.8 s")
_CN = (
    _classes(
        _column((2, 2, 2, 2, 1, 1, 1, 1, 1), ((9, "assumed: after the classes of CJJ 37-2012"),)),
        _column(
            (100, 80, 60, 50, 40, 30, 30, 15, 15),
            (
                (1, _CN_RULES),
                (1, "CJJ 37-2012, design speed of an urban expressway"),
                (3, "CJJ 37-2012, design speeds of arterial, sub-arterial and branch roads"),
                (2, _CN_RULES),
                (2, "assumed: little above walking pace"),
            ),
        ),
        _column(
            (2000, 1750, 1400, 1350, 1300, 1300, 1100, 400, 400),
            ((7, _CN_CAPACITY), (2, "assumed: shared with walkers and manoeuvres")),
        ),
    ),
    _default(1650, "DG/TJ08-96-2001 (Shanghai), mean base saturation flow of a through lane"),
)
_US = (
    _classes(
        _column((3, 2, 2, 2, 1, 1, 1, 1, 1), ((9, _TOWN_LANES),)),
        _column(
            tuple(v * _MPH_KMH for v in (65, 55, 45, 40, 35, 30, 25, 15, 15)),
            (
                (4, "assumed: limits usual in urban areas (mph)"),
                (2, "Uniform Vehicle Code 11-801, urban district 30 mph, tertiary 35 assumed"),
                (1, "prima facie limit of 25 mph in residence districts of most states"),
                (2, "assumed: limit of 15 mph on alleys"),
            ),
        ),
        _column(
            (2200, 2000, 1800, 1700, 1400, 1200, 1000, 400, 400),
            (
                (1, "HCM 2016, chapter 12: 2,350 pc/h at 65 mph, with 5 % heavy vehicles"),
                (8, "assumed: falls with the class, after osm2gmns's table"),
            ),
        ),
    ),
    _default(1900, "HCM 2016, chapter 19: base rate in areas of 250,000 people or more"),
)
_GB = (
    _classes(
        _column((3, 2, 1, 1, 1, 1, 1, 1, 1), ((9, _TOWN_LANES),)),
        _column(
            tuple(v * _MPH_KMH for v in (70, 50, 30, 30, 30, 30, 30, 10, 10)),
            (
                (1, "national limit of 70 mph on motorways"),
                (1, "assumed: urban dual carriageway, 50 mph"),
                (5, "Road Traffic Regulation Act 1984, section 81: 30 mph where lit"),
                (2, "assumed: little above walking pace (mph)"),
            ),
        ),
        _column(
            (2000, 1900, 1600, 1400, 1200, 1000, 800, 400, 400),
            ((9, "assumed: falls with the class, after TA 79/99 and osm2gmns's table"),),
        ),
    ),
    _default(1940, "Kimber, McDonald and Hounsell 1986 (RR67): nearside lane of 3.25 m"),
)
_IE = (
    _classes(
        _column((2, 2, 1, 1, 1, 1, 1, 1, 1), ((9, _TOWN_LANES),)),
        _column(
            (120, 100, 50, 50, 50, 50, 50, 15, 15),
            (
                (2, "Road Traffic Act 2004 (IE): 120 on motorways, 100 on national roads"),
                (5, "Road Traffic Act 2004 (IE): 50 km/h in built-up areas"),
                (2, "assumed: little above walking pace"),
            ),
        ),
        tuple(row.capacity_per_lane_vph for row in _GB[0]),
    ),
    _GB[1],
)

_TABLES = {"generic": _GENERIC, "EU": _EU, "CN": _CN, "US": _US, "GB": _GB, "IE": _IE}
_EU_COUNTRIES = frozenset((
    "AT", "BE", "BG", "CH", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IT",
    "LI", "LT", "LU", "LV", "MC", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
))  # fmt: skip
_GERMAN_HANDBOOK = frozenset(("AT", "DE"))
# Countries and territories whose traffic keeps left, by ISO 3166-1 code.
_KEEP_LEFT = frozenset((
    "AG", "AI", "AU", "BB", "BD", "BM", "BN", "BS", "BT", "BW", "CC", "CK", "CX", "CY", "DM",
    "FJ", "FK", "GB", "GD", "GG", "GY", "HK", "ID", "IE", "IM", "IN", "JE", "JM", "JP", "KE",
    "KI", "KN", "KY", "LC", "LK", "LS", "MO", "MS", "MT", "MU", "MV", "MW", "MY", "MZ", "NA",
    "NF", "NP", "NR", "NU", "NZ", "PG", "PK", "PN", "SB", "SC", "SG", "SH", "SR", "SZ", "TC",
    "TH", "TK", "TL", "TO", "TT", "TV", "TZ", "UG", "VC", "VG", "VI", "WS", "ZA", "ZM", "ZW",
))  # fmt: skip


def _table_of(country: str) -> str:
    if country in ("HK", "MO", "TW"):
        return "generic"
    if country in _TABLES:
        return country
    return "EU" if country in _EU_COUNTRIES else "generic"


def defaults_for(country: str) -> CountryDefaults:
    """Return the defaults of a country.

    Parameters
    ----------
    country
        ISO 3166-1 alpha-2 code, any case; "" or a country without a table: the generic table.

    Returns
    -------
    CountryDefaults
        `table` says which table answered.

    Raises
    ------
    InputError
        Where `country` is no code of two letters.
    """
    code = country.strip().upper()
    if code and not (len(code) == 2 and code.isascii() and code.isalpha()):
        raise InputError(
            "must be a country's code of two letters (ISO 3166-1 alpha-2)",
            value=f"country: {country}",
            remedy='write for example "FR" for France',
        )
    table = _table_of(code)
    classes, saturation = _TABLES[table]
    return CountryDefaults(
        country=code,
        table=table,
        drives_on="left" if code in _KEEP_LEFT else "right",
        classes=classes,
        ramp_lanes=_default(1, "assumed: one lane"),
        ramp_speed_kmh=_default(60, "assumed: curve radii of ramps"),
        ramp_capacity_per_lane_vph=_default(1600, "assumed: merging and curves"),
        saturation_flow_vph=_DE_SATURATION if code in _GERMAN_HANDBOOK else saturation,
    )
