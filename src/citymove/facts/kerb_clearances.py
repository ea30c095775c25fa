"""How much kerb must stay clear at junctions, crossings, stops, hydrants and driveways, by country.

Where a code of traffic states a distance, the note names it; what no code states is assumed and
says so. Distances count along the kerb.

Examples
--------
>>> germany, china = clearances_for("DE"), clearances_for("CN")
>>> germany.junction_m.value, germany.stop_before_m.value, germany.hydrant_m.value
(5.0, 15.0, 0.0)
>>> china.junction_m.value, china.hydrant_m.value
(50.0, 30.0)
"""

from dataclasses import dataclass

from citymove.facts.roads import RoadClass
from citymove.foundation.errors import InputError
from citymove.foundation.provenance import Source, Sourced

_FOOT_M = 0.3048


@dataclass(frozen=True, slots=True)
class KerbClearances:
    """Lengths of kerb kept clear, m.

    Parameters
    ----------
    country
        ISO 3166-1 alpha-2 code as asked for, "" for none.
    table
        The table that answers.
    junction_m
        From the point where the kerb lines of two roads meet, each way.
    crossing_before_m, crossing_after_m
        From the edge of a marked crossing, seen by the traffic on this side.
    stop_before_m, stop_after_m
        From the sign of a bus or tram stop.
    hydrant_m
        From a hydrant, each way.
    crossing_width_m, driveway_width_m
        What a crossing and a driveway themselves take.
    """

    country: str
    table: str
    junction_m: Sourced
    crossing_before_m: Sourced
    crossing_after_m: Sourced
    stop_before_m: Sourced
    stop_after_m: Sourced
    hydrant_m: Sourced
    crossing_width_m: Sourced
    driveway_width_m: Sourced


def _rule(value_m: float, note: str) -> Sourced:
    """Return a rule's distance; what is assumed may be off by half, a rule is exact."""
    spread = 0.5 if note.startswith("assumed") else 0.0
    return Sourced.with_spread(float(value_m), Source.DEFAULT, spread, note)


_DE = "StVO (DE) § 12"
_AT = "StVO 1960 (AT) § 24 (1)"
_CN = "Regulations on Road Traffic Safety (CN, 2004), article 63"
_UVC = "Uniform Vehicle Code (US) 11-1003, as in Tex. Transportation Code 545.302"
_IE = "Road Traffic (Traffic and Parking) Regulations 1997 (IE), article 36 (2)"
_LIKE_GERMAN = "assumed: as in the codes of DE and AT"
_NO_RULE = "assumed: no distance found in the code"

# Order of all rows below: junction, crossing before and after, stop before and after, hydrant.
_TABLES: dict[str, tuple[tuple[float, str], ...]] = {
    "generic": (
        (5, _LIKE_GERMAN), (5, _LIKE_GERMAN), (0, _LIKE_GERMAN),
        (15, _LIKE_GERMAN), (15, _LIKE_GERMAN), (0, _NO_RULE),
    ),
    "DE": (
        (5, f"{_DE} (3) 1"), (5, "StVO (DE) annex 2, sign 293"), (0, "StVO (DE) annex 2, sign 293"),
        (15, "StVO (DE) annex 2, sign 224"), (15, "StVO (DE) annex 2, sign 224"),
        (0, f"{_DE} (3) 4 speaks of covers in footways alone"),
    ),
    "AT": (
        (5, f"{_AT} d"), (5, f"{_AT} c"), (0, f"{_AT} c"),
        (15, f"{_AT} e"), (15, f"{_AT} e"), (0, _NO_RULE),
    ),
    "FR": (
        (5, "assumed: the code names no distance, R417-9"), (5, "Code de la route R417-11, 8 c"),
        (0, "Code de la route R417-11, 8 c"), (15, _LIKE_GERMAN), (15, _LIKE_GERMAN),
        (1, "assumed: R417-11 forbids the front of a hydrant and names no distance"),
    ),
    "CN": (
        (50, _CN), (0, f"{_CN}: the crossing itself"), (0, f"{_CN}: the crossing itself"),
        (30, _CN), (30, _CN), (30, _CN),
    ),
    "US": (
        (20 * _FOOT_M, f"{_UVC}: 20 ft of the crosswalk at an intersection"),
        (20 * _FOOT_M, _UVC), (20 * _FOOT_M, _UVC),
        (15, "assumed: half of a bus zone"), (15, "assumed: half of a bus zone"),
        (15 * _FOOT_M, _UVC),
    ),
    "GB": (
        (10, "Highway Code (GB), rule 243"), (16, "assumed: zig-zag lines of eight marks"),
        (16, "assumed: zig-zag lines of eight marks"), (15, "assumed: bus stop cage"),
        (15, "assumed: bus stop cage"), (0, _NO_RULE),
    ),
    "IE": (
        (5, f"{_IE} (c)"), (15, "assumed: zig-zag lines"), (5, "assumed: zig-zag lines"),
        (15, "assumed: length of a bus bay"), (15, "assumed: length of a bus bay"), (0, _NO_RULE),
    ),
}  # fmt: skip
_SAME_TABLE = {"MC": "FR"}  # Monaco's streets follow French practice: assumed
_CROSSING_WIDTH = _rule(4, "assumed: usual width of a marked crossing")
_DRIVEWAY_WIDTH = _rule(4, "assumed: a lane of 3 m with its splays")

# Half the carriageway of the road that one crosses, m, by `RoadClass`: assumed.
HALF_ROAD_M = {
    RoadClass.MOTORWAY: 8.0,
    RoadClass.TRUNK: 8.0,
    RoadClass.PRIMARY: 7.0,
    RoadClass.SECONDARY: 6.0,
    RoadClass.TERTIARY: 5.0,
    RoadClass.UNCLASSIFIED: 4.0,
    RoadClass.RESIDENTIAL: 4.0,
    RoadClass.LIVING_STREET: 3.0,
    RoadClass.SERVICE: 2.0,
}


def clearances_for(country: str) -> KerbClearances:
    """Return the clearances of a country.

    Parameters
    ----------
    country
        ISO 3166-1 alpha-2 code, any case; "" or a country without a table: the generic table.

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
            remedy='write for example "DE" for Germany',
        )
    table = _SAME_TABLE.get(code, code)
    table = table if table in _TABLES else "generic"
    junction, before, after, stop_before, stop_after, hydrant = (
        _rule(value_m, note) for value_m, note in _TABLES[table]
    )
    return KerbClearances(
        country=code,
        table=table,
        junction_m=junction,
        crossing_before_m=before,
        crossing_after_m=after,
        stop_before_m=stop_before,
        stop_after_m=stop_after,
        hydrant_m=hydrant,
        crossing_width_m=_CROSSING_WIDTH,
        driveway_width_m=_DRIVEWAY_WIDTH,
    )
