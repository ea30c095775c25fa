"""Speed limits that zones stand for ("DE:urban", "FR:zone30", "GB:nsl_single").

Values are those of https://wiki.openstreetmap.org/wiki/Default_speed_limits for cars, checked
there for BG, CN, CZ, DE, DK, FR, GB, GR and IE; those of AT, BE and US are recalled. A zone of
another country takes the common value of its kind.
"""

import re
from typing import Final

MPH_KMH: Final = 1.609344
NO_LIMIT_KMH: Final = 130.0  # advisory speed (Richtgeschwindigkeit) of German roads without limit
WALK_KMH: Final = 7.0  # upper end of walking pace as German courts read it

_CODE: Final = re.compile(r"[A-Z]{2}(?:-[A-Z]{2,3})?")
_NUMBERED: Final = re.compile(r"(?:zone:?)?(\d{1,3})( ?mph)?")
_IN_MPH: Final = frozenset(("GB", "UK", "US"))

_COMMON_KMH: Final = {
    "urban": 50.0,
    "rural": 80.0,
    "trunk": 100.0,
    "motorway": 120.0,
    "living_street": 20.0,
    "bicycle_road": 30.0,
    "cyclestreet": 30.0,
    "walk": WALK_KMH,
}
_BRITISH_KMH: Final = {
    "urban": 30 * MPH_KMH,
    "rural": 60 * MPH_KMH,
    "motorway": 70 * MPH_KMH,
    "nsl_restricted": 30 * MPH_KMH,
    "nsl_single": 60 * MPH_KMH,
    "nsl_dual": 70 * MPH_KMH,
}
_BY_CODE_KMH: Final[dict[str, dict[str, float]]] = {
    "AT": {"rural": 100.0, "motorway": 130.0, "living_street": WALK_KMH},
    "BE": {"rural": 90.0, "trunk": 120.0},
    "BE-BRU": {"urban": 30.0, "rural": 70.0},
    "BE-VLG": {"rural": 70.0},
    "BG": {"rural": 90.0, "trunk": 120.0, "motorway": 140.0},
    # Road Traffic Safety Law, implementing regulations (2004), article 45: one lane each way
    "CN": {"rural": 70.0},
    "CZ": {"rural": 90.0, "trunk": 110.0, "motorway": 130.0},
    "DE": {
        "rural": 100.0,
        "trunk": NO_LIMIT_KMH,
        "motorway": NO_LIMIT_KMH,
        "living_street": WALK_KMH,
    },
    "DK": {"trunk": 80.0, "motorway": 130.0},
    "FR": {"trunk": 110.0, "motorway": 130.0},
    "GB": _BRITISH_KMH,
    "GR": {"rural": 90.0, "trunk": 110.0, "motorway": 130.0},
    "IE": {"national": 100.0},
    "IT": {"rural": 90.0, "trunk": 110.0, "motorway": 130.0},
    "UK": _BRITISH_KMH,
    # differs by state: the figures of most
    "US": {
        "urban": 25 * MPH_KMH,
        "rural": 55 * MPH_KMH,
        "trunk": 55 * MPH_KMH,
        "motorway": 65 * MPH_KMH,
    },
}


def is_zone(text: str) -> bool:
    """Whether a value has the form of a zone, known or not ("XX:...")."""
    code, colon, _ = text.partition(":")
    return bool(colon) and _CODE.fullmatch(code.strip().upper()) is not None


def zone_limit_kmh(text: str, country: str = "") -> float | None:
    """Return the limit of a zone, km/h.

    Parameters
    ----------
    text
        Value of a tag, any case.
    country
        ISO 3166-1 alpha-2 code in capitals that holds where the value names no country.

    Returns
    -------
    float or None
        None where the zone is unknown.

    Examples
    --------
    >>> zone_limit_kmh("DE:zone30"), zone_limit_kmh("CN:rural"), zone_limit_kmh("fr:urban")
    (30.0, 70.0, 50.0)
    >>> zone_limit_kmh("zone:20", "GB"), zone_limit_kmh("FR:moon")
    (32.18688, None)
    """
    code, _, zone = text.strip().partition(":")
    code = code.strip().upper()
    if not is_zone(text):
        code, zone = country, text
    zone = zone.strip().lower()
    nation = code[:2]
    numbered = _NUMBERED.fullmatch(zone)
    if numbered is not None:
        in_mph = nation in _IN_MPH or numbered[2] is not None
        return float(numbered[1]) * (MPH_KMH if in_mph else 1.0)
    for table in (_BY_CODE_KMH.get(code), _BY_CODE_KMH.get(nation), _COMMON_KMH):
        if table is not None and zone in table:
            return table[zone]
    return None
