"""Uncertain inputs of a study: a city's assumptions, with the ranges that the study gives."""

from dataclasses import replace

from citymove.facts.assumptions import key_of
from citymove.facts.city import City
from citymove.foundation.errors import InputError
from citymove.foundation.near_names import did_you_mean
from citymove.foundation.provenance import Sourced
from citymove.foundation.quantities import parse_range

# the words of `facts.assumptions` for units, as `foundation.quantities` writes them
_UNITS = {
    "share": "",
    "persons": "person",
    "spaces": "space",
    "persons/day": "person/day",
    "persons/veh": "person/veh",
    "tours/veh/day": "tour/veh/day",
}


def narrowed(city: City, key: str, text: str | None) -> Sourced:
    """Return an assumption with the range of a text ("15 .. 35 EUR/h"), or its own for None.

    Raises
    ------
    InputError
        The city states no such assumption, it has no range of its own and none is given, or
        the range leaves out its best value or what such a value may be.
    """
    known = key_of(key)
    if known is None or key not in city.assumptions:
        raise InputError(
            "is no assumption of the city",
            value=key,
            remedy=did_you_mean(key, city.assumptions),
        )
    stated = city.assumptions[key]
    if text is None:
        return stated
    unit = _UNITS.get(known.unit, known.unit).replace("currency", city.currency)
    kind = (f"a range of {known.unit or 'plain numbers'}", f"{stated.low:g} {unit}".strip())
    bare = "".join(text.split("..")).replace(" ", "").replace(".", "")
    if bare.isdigit():  # a rate per day and the like is a plain number in its own unit
        low, high = parse_range(text, "")
    else:
        low, high = parse_range(text, unit, kind=kind)
    if not known.low <= low <= high <= known.high:
        raise InputError(
            f"must lie within {known.low:g} .. {known.high:g} {known.unit}".rstrip(),
            value=f"{key} = {text}",
        )
    if not low <= stated.value <= high:
        raise InputError(
            f"must hold the city's best value, {stated.value:g} {known.unit}".rstrip(),
            value=f"{key} = {text}",
            remedy="correct the value in the city's facts, or widen the range",
        )
    return replace(stated, low=low, high=high)
