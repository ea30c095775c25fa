"""What a road is taken to be where the map says nothing: tables by country, each with its source.

A value of these tables is the weakest kind of knowledge (`Source.DEFAULT`), so each carries a
range that draws may sample from and a note that names the standard it follows, or starts with
"assumed" where none was at hand and says why. Speeds and capacities are those of streets inside
a town. All flows are of the usual mix of vehicles. docs/reference/defaults.md lists the tables.

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
        The table that answers: "CN", "DE", "EU", "US", "GB", "IE" or "generic".
    drives_on
        "right" or "left".
    classes
        One entry per `RoadClass`, in its order.
    ramp_lanes, ramp_speed_kmh, ramp_capacity_per_lane_vph
        A ramp (``*_link``) has these lanes, and its class's speed and capacity up to these.
    saturation_flow_vph
        Flow of one through lane while its signal shows green, veh/h.
    near_turn_factor
        Flow of a lane for the turn toward the kerb (right where one drives on the right) as a
        share of a through lane's, in (0, 1].
    far_turn_factor
        The same for the turn across oncoming traffic, while that is held (protected turn).
    """

    country: str
    table: str
    drives_on: str
    classes: tuple[ClassDefaults, ...]
    ramp_lanes: Sourced
    ramp_speed_kmh: Sourced
    ramp_capacity_per_lane_vph: Sourced
    saturation_flow_vph: Sourced
    near_turn_factor: Sourced
    far_turn_factor: Sourced

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


def _between(value: float, low: float, high: float, note: str) -> Sourced:
    """Return a table's value whose range is known better than by a share."""
    return Sourced(float(value), Source.DEFAULT, float(low), float(high), note)


def _column(values: Sequence[float], notes: Sequence[tuple[int, str]]) -> tuple[Sourced, ...]:
    """Return one value per class; `notes` are (number of classes, note), in class order."""
    spelled = [note for count, note in notes for _ in range(count)]
    return tuple(_default(value, note) for value, note in zip(values, spelled, strict=True))


def _classes(
    lanes: tuple[Sourced, ...], speed_kmh: tuple[Sourced, ...], capacity: tuple[Sourced, ...]
) -> tuple[ClassDefaults, ...]:
    rows = zip(RoadClass, lanes, speed_kmh, capacity, strict=True)
    return tuple(ClassDefaults(n, v, c) for _, n, v, c in rows)


@dataclass(frozen=True, slots=True)
class _Flows:
    """What a lane passes at a signal: fields of `CountryDefaults` of the same names."""

    saturation_flow_vph: Sourced
    near_turn_factor: Sourced
    far_turn_factor: Sourced


def _kimber_turn(radius_m: float) -> float:
    """Share of a through lane's flow that a turn of a radius passes (RR67, 1986, all turning)."""
    return 1 / (1 + 1.5 / radius_m)


# Order of all columns below: motorway, trunk, primary, secondary, tertiary, unclassified,
# residential, living street, service.
_TOWN_LANES = "assumed: carriageways usual in towns"
_SHARED = "assumed: shared with walkers and manoeuvres"
_FALLS = (
    "assumed: falls with the class; TA 79/99 has 750 to 1,590 and HBS 2015 (S3) 800 to 1,140"
    " on one lane of a street, osm2gmns 1,000 to 1,800"
)
_NEAR_RADIUS_M, _FAR_RADIUS_M = 10.0, 20.0
_HCM_NEAR, _HCM_FAR = 1 / 1.18, 1 / 1.05
_KIMBER_NEAR = "RR67 (Kimber, McDonald, Hounsell 1986): 1 / (1 + 1.5 / r), r 10 m"
_KIMBER_FAR = "RR67 (Kimber, McDonald, Hounsell 1986): 1 / (1 + 1.5 / r), r 20 m"

_GENERIC = (
    _classes(
        _column((2, 2, 1, 1, 1, 1, 1, 1, 1), ((9, _TOWN_LANES),)),
        _column((100, 80, 50, 50, 50, 40, 30, 15, 15), ((9, "assumed: usual urban speeds"),)),
        _column(
            (2300, 2200, 1800, 1600, 1200, 1000, 800, 400, 400),
            (
                (5, "osm2gmns 1.0, default capacities of a lane"),
                (2, "osm2gmns 1.0, its 1,000 and 800 of minor streets in the order of the classes"),
                (2, _SHARED),
            ),
        ),
    ),
    _Flows(
        _default(1800, "assumed: headway of 2.0 s"),
        _between(_HCM_NEAR, 0.7, 1.0, "assumed: as HCM 2016, between the tables' 0.85 and 0.94"),
        _between(_HCM_FAR, 0.8, 1.0, "assumed: as HCM 2016, between the tables' 0.91 and 0.95"),
    ),
)
_EU_URBAN = (
    "urban limit of 50 km/h (FR, Code de la route R413-3; FI, Act 729/2018, section 9;"
    " MC, Ordonnance 1.691, article 11)"
)
_EU = (
    _classes(
        _column((2, 2, 1, 1, 1, 1, 1, 1, 1), ((9, _TOWN_LANES),)),
        _column(
            (110, 80, 50, 50, 50, 50, 30, 15, 15),
            (
                (1, "assumed: between the urban motorway limits of 80 to 130 km/h"),
                (1, "limit outside towns of 80 km/h (FR since 2018; FI, Act 729/2018, section 9)"),
                (4, _EU_URBAN),
                (1, "assumed: zone of 30 km/h"),
                (1, "assumed: driven below the limit of 20 km/h (FR, FI, ES, CZ, HU)"),
                (1, "assumed: little above walking pace"),
            ),
        ),
        _column(
            (1900, 1800, 1600, 1400, 1200, 1000, 800, 400, 400),
            (
                (1, "HBS 2015, chapter A3: 3,700 to 3,800 veh/h on two lanes, 10 % heavy"),
                (6, _FALLS),
                (2, _SHARED),
            ),
        ),
    ),
    _Flows(
        # Not met everywhere: Cerema (2016, Evaluation de la capacite aux feux) counted far less.
        _between(
            1800, 1440, 1980, "CERTU, Guide de conception des carrefours à feux: 1,800 a lane"
        ),
        _between(
            1 / 1.1, 1 / 1.3, 1.0, "CERTU: a right turn of 90 degrees counts 1.1 (1.1 to 1.3)"
        ),
        _between(1 / 1.1, 1 / 1.3, 1.0, "assumed: as a right turn, 1.1, while nothing opposes it"),
    ),
)
_DE = (
    _classes(
        _column((2, 2, 1, 1, 1, 1, 1, 1, 1), ((9, _TOWN_LANES),)),
        _column(
            (110, 80, 50, 50, 50, 50, 30, 15, 15),
            (
                (1, "assumed: urban motorways, signed at 80 to 120 km/h"),
                (1, "assumed: urban expressways, signed at 60 to 100 km/h"),
                (4, "StVO (DE), section 3 (3): 50 km/h inside built-up areas"),
                (1, "assumed: zone of 30 km/h"),
                (2, "assumed: walking pace by law in living streets, driven faster"),
            ),
        ),
        _column(
            (1875, 1800, 1400, 1140, 1140, 1000, 800, 400, 400),
            (
                (1, "HBS 2015, chapter A3: 3,750 veh/h on two lanes below 120 km/h, 10 % heavy"),
                (1, "assumed: HBS 2015 (S3) has 1,950 at 70 km/h, held below the motorway"),
                (1, "assumed: between the 1,140 at 50 and the 1,950 at 70 km/h of HBS 2015 (S3)"),
                (2, "HBS 2015, chapter S3: one lane at 50 km/h, medium to high access"),
                (1, "assumed: between the 1,140 at 50 and the 800 at 30 km/h of HBS 2015 (S3)"),
                (1, "HBS 2015, chapter S3: one lane at 30 km/h, medium to high access"),
                (2, _SHARED),
            ),
        ),
    ),
    _Flows(
        _default(2000, "HBS 2001 and 2015: base saturation headway of 1.8 s"),
        _between(
            _kimber_turn(_NEAR_RADIUS_M), 0.75, 1.0,
            "assumed: as RR67 at r 10 m; HBS 2015 lengthens headways on tight curves alike",
        ),
        _between(
            _kimber_turn(_FAR_RADIUS_M), 0.8, 1.0,
            "assumed: as RR67 at r 20 m; HBS 2015 lengthens headways on tight curves alike",
        ),
    ),
)  # fmt: skip
_CN_CAPACITY = (
    "assumed: design capacity of a lane after CJJ 37-2012, tables 4.2 and 4.3 (not at hand),"
    " at {} km/h; its basic capacity is a fifth to a third higher"
)
_CN_MINOR = (
    "Regulations implementing the Road Traffic Safety Law (CN, 2004), article 45: 30 km/h on"
    " urban roads without a centre line"
)
_CN_LANES = (
    "assumed: after the classes of CJJ 37-2012 (both ways: expressway 4 or more, arterial 2 or"
    " more, sub-arterial 2 to 4, branch 2)"
)
_CN = (
    _classes(
        _column((2, 2, 2, 2, 1, 1, 1, 1, 1), ((9, _CN_LANES),)),
        _column(
            (100, 80, 60, 50, 40, 30, 30, 15, 15),
            (
                (1, "JTG B01-2014, middle design speed of a motorway (120, 100, 80)"),
                (1, "CJJ 37-2012, middle design speed of an urban expressway (100, 80, 60)"),
                (1, "CJJ 37-2012, highest design speed of an arterial (60, 50, 40)"),
                (1, "CJJ 37-2012, highest design speed of a sub-arterial (50, 40, 30)"),
                (1, "CJJ 37-2012, highest design speed of a branch road (40, 30, 20)"),
                (2, _CN_MINOR),
                (2, "assumed: little above walking pace"),
            ),
        ),
        _column(
            (2000, 1750, 1400, 1350, 1300, 1300, 1100, 400, 400),
            (
                *((1, _CN_CAPACITY.format(speed)) for speed in (100, 80, 60, 50, 40, 30, 20)),
                (2, _SHARED),
            ),
        ),
    ),
    _Flows(
        _between(
            1650, 1400, 2000,
            "assumed: mean base flow of a through lane in Chinese practice (Shanghai code 08-96)",
        ),
        _between(
            1550 / 1650, 0.75, 1.0,
            "assumed: 1,550 against 1,650 in the same practice; less on radii under 15 m",
        ),
        _between(
            1550 / 1650, 0.8, 1.0,
            "assumed: 1,550 against 1,650 in the same practice, on a stage of its own",
        ),
    ),
)  # fmt: skip
_US = (
    _classes(
        _column((3, 2, 2, 2, 1, 1, 1, 1, 1), ((9, _TOWN_LANES),)),
        _column(
            tuple(v * _MPH_KMH for v in (65, 55, 45, 40, 35, 30, 25, 15, 15)),
            (
                (4, "assumed: limits usual in urban areas (mph; Ohio: 65 on urban freeways)"),
                (1, "assumed: urban limit of 35 mph (Pennsylvania; Ohio on state routes)"),
                (1, "assumed: urban limit of 30 mph (Texas, New Mexico, South Carolina)"),
                (1, "California Vehicle Code 22352, also Ohio: 25 mph in residence districts"),
                (1, "assumed: as an alley, 15 mph"),
                (1, "California Vehicle Code 22352, also Ohio, Texas: 15 mph in alleys"),
            ),
        ),
        _column(
            (2200, 2000, 1800, 1700, 1400, 1200, 1000, 400, 400),
            (
                (1, "HCM 2016, equation 12-6: 2,350 pc/h at 65 mph, with 5 % heavy vehicles"),
                (1, "HCM 2016, equation 12-7: 2,100 pc/h at 55 mph, with 5 % heavy vehicles"),
                (5, "assumed: falls with the class, after osm2gmns's table"),
                (2, _SHARED),
            ),
        ),
    ),
    _Flows(
        _between(
            1900, 1615, 2185,
            "HCM 2016, exhibit 19-11: base rate in areas of 250,000 people or more (else 1,750)",
        ),
        _between(_HCM_NEAR, 0.72, 1.0, "HCM 2016, equation 19-13: a right turn counts 1.18"),
        _between(_HCM_FAR, 0.81, 1.0, "HCM 2016, equation 19-14: a protected left counts 1.05"),
    ),
)  # fmt: skip
_GB = (
    _classes(
        _column((3, 2, 1, 1, 1, 1, 1, 1, 1), ((9, _TOWN_LANES),)),
        _column(
            tuple(v * _MPH_KMH for v in (70, 50, 30, 30, 30, 30, 30, 10, 10)),
            (
                (1, "national limit of 70 mph on motorways"),
                (1, "assumed: urban dual carriageway, 50 mph"),
                (5, "Road Traffic Regulation Act 1984, sections 81 and 82: 30 mph where lit"),
                (2, "assumed: little above walking pace (mph)"),
            ),
        ),
        _column(
            (1870, 1800, 1470, 1300, 1140, 900, 750, 400, 400),
            (
                (1, "TA 79/99, type UM: 5,600 veh/h on three lanes"),
                (1, "TA 79/99, type UAP1: 3,600 veh/h on two lanes of a dual carriageway"),
                (1, "TA 79/99, type UAP2, carriageway of 7.3 m, busier direction"),
                (1, "TA 79/99, type UAP3, carriageway of 7.3 m, busier direction"),
                (1, "TA 79/99, type UAP4, carriageway of 7.3 m, busier direction"),
                (1, "TA 79/99, type UAP4, carriageway of 6.75 m, busier direction"),
                (1, "TA 79/99, type UAP4, carriageway of 6.1 m, busier direction"),
                (2, _SHARED),
            ),
        ),
    ),
    _Flows(
        # A lane away from the kerb has 2,080; the lower figure, since every approach has a kerb.
        _between(
            1940, 1650, 2180, "RR67 (Kimber, McDonald, Hounsell 1986): nearside lane of 3.25 m"
        ),
        _between(_kimber_turn(_NEAR_RADIUS_M), 0.77, 1.0, _KIMBER_NEAR),
        _between(_kimber_turn(_FAR_RADIUS_M), 0.87, 1.0, _KIMBER_FAR),
    ),
)
_IE = (
    _classes(
        _column((2, 2, 1, 1, 1, 1, 1, 1, 1), ((9, _TOWN_LANES),)),
        _column(
            (120, 60, 50, 50, 50, 50, 50, 15, 15),
            (
                (1, "Road Traffic Act 2004 (IE): 120 km/h on motorways"),
                (1, "assumed: between 50 km/h in built-up areas and 100 on national roads"),
                (5, "Road Traffic Act 2004 (IE), section 5: 50 km/h in built-up areas"),
                (2, "assumed: little above walking pace"),
            ),
        ),
        tuple(
            _default(row.capacity_per_lane_vph.value, "assumed: as in Great Britain, TA 79/99")
            for row in _GB[0]
        ),
    ),
    _GB[1],
)

_TABLES = {
    "generic": _GENERIC, "EU": _EU, "DE": _DE, "CN": _CN, "US": _US, "GB": _GB, "IE": _IE,
}  # fmt: skip
_EU_COUNTRIES = frozenset((
    "BE", "BG", "CH", "CZ", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IT",
    "LI", "LT", "LU", "LV", "MC", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
))  # fmt: skip
# Austria has the same urban limit, and practice nearest to the German handbook.
_AS_GERMANY = frozenset(("AT",))
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
    if country in _AS_GERMANY:
        return "DE"
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
    classes, flows = _TABLES[table]
    return CountryDefaults(
        country=code,
        table=table,
        drives_on="left" if code in _KEEP_LEFT else "right",
        classes=classes,
        ramp_lanes=_default(1, "assumed: one lane"),
        ramp_speed_kmh=_default(60, "assumed: curve radii of ramps"),
        ramp_capacity_per_lane_vph=_default(1600, "assumed: merging and curves"),
        saturation_flow_vph=flows.saturation_flow_vph,
        near_turn_factor=flows.near_turn_factor,
        far_turn_factor=flows.far_turn_factor,
    )
