"""What a writer may have meant by a name that is not known.

Examples
--------
>>> did_you_mean("lenght", ["length", "lanes", "speed"])
"did you mean 'length'?"
>>> did_you_mean("colour", ["length", "lanes"])
'known are: lanes, length'
>>> near_names("residnts", ["residents", "jobs"])
['residents']
"""

from collections.abc import Iterable

_LIKE = 65.0  # per cent of equal letters (Indel ratio) from which a name counts as near
_LISTED = 12


def near_names(name: str, known: Iterable[str], *, limit: int = 3) -> list[str]:
    """Return the known names that resemble `name`, best first, at most `limit`."""
    from rapidfuzz import fuzz, process

    choices = sorted(set(known))  # equal scores then keep the order of the alphabet
    found = process.extract(
        name, choices, scorer=fuzz.ratio, processor=str.casefold, limit=limit, score_cutoff=_LIKE
    )
    return [choice for choice, _, _ in found]


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a remedy for an unknown name: the nearest known one, else what is known."""
    choices = sorted(set(known))
    near = near_names(name, choices, limit=1)
    if near:
        return f"did you mean '{near[0]}'?"
    more = "" if len(choices) <= _LISTED else f" and {len(choices) - _LISTED} more"
    return f"known are: {', '.join(choices[:_LISTED])}{more}" if choices else ""
