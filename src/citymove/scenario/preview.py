"""Options found in their city: all names resolved, all conflicts told, before anything runs."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from citymove.facts.city import City
from citymove.foundation.documents import Document, Loc, dotted
from citymove.foundation.errors import InputError, InputErrors
from citymove.prepare.inferred_supply import infer_supply
from citymove.scenario.access import check_access, check_access_kept
from citymove.scenario.intervention import Intervention, Touches, Write
from citymove.scenario.results import Text
from citymove.scenario.schema import Option, Study
from citymove.scenario.selectors import SelectionError, corridor_links, street_length_m

Array = np.ndarray[Any, Any]
T = TypeVar("T")

_LISTED = 8  # streets of an option that a preview names


@dataclass(frozen=True, eq=False, kw_only=True)
class ResolvedOption:
    """An option whose every name was found in the city.

    Parameters
    ----------
    id, name
        Stable id; name in English and Chinese.
    interventions
        What it does, in order; those of the options it builds on come first.
    touches
        What it touches in the city as it is today.
    descriptions
        One sentence per intervention.
    """

    id: str
    name: Text
    interventions: tuple[Intervention, ...]
    touches: Touches
    descriptions: tuple[Text, ...]

    def apply(self, city: City) -> City:
        """Return the city with all interventions done, one after the other."""
        for intervention in self.interventions:
            city = intervention.apply(city)
        return city

    def spaces_added(self, city: City) -> int:
        """Return the public spaces that the city gains."""
        return sum(intervention.spaces_added(city) for intervention in self.interventions)


@dataclass(frozen=True, eq=False)
class _Step:
    """An intervention, where it stands in the file, and what it touches."""

    loc: Loc
    intervention: Intervention
    touches: Touches
    description: Text


def resolve(study: Study, document: Document, city: City) -> tuple[ResolvedOption, ...]:
    """Find everything that a study names in its city.

    Names are looked up in the city as it is today, with spaces inferred where nobody states
    them.

    Raises
    ------
    InputErrors
        Every name that is not found, every value that does not fit the city, every conflict of
        two interventions of one option; each with file, line, value, rule and remedy.
    """
    errors: list[InputError] = []
    city = infer_supply(city)
    steps = {loc: step for loc, step in _steps(study, document, city, errors) if step is not None}
    _collect(errors, lambda: corridor_links(study, document, city))
    _collect(errors, lambda: study.uncertain_inputs(city, document))
    resolved = []
    for option_id in study.options:
        own = [steps[loc] for loc in _places(study, option_id) if loc in steps]
        errors += _conflicts(document, option_id, own)
        resolved.append(_resolved(study, option_id, own))
    errors = errors or list(_access_faults(document, city, resolved))
    if errors:
        raise InputErrors(sorted(errors, key=lambda error: error.line or 0))
    return tuple(resolved)


def _access_faults(
    document: Document, city: City, options: Sequence[ResolvedOption]
) -> Iterator[InputError]:
    """Yield what the city's roads do not reach, and what each option cuts off."""
    try:
        reached = check_access(city)
    except InputError as error:
        yield _said_at(document, ("city",), error)
        return
    for option in options:
        try:
            check_access_kept(city, reached, option.apply(city))
        except InputError as error:
            yield _said_at(document, ("options", option.id), error)


def _said_at(document: Document, loc: Loc, error: InputError) -> InputError:
    return document.error(
        error.rule, loc, value=f"{dotted(loc)}: {error.value}", remedy=error.remedy
    )


def _collect(errors: list[InputError], ask: Callable[[], T]) -> T | None:
    try:
        return ask()
    except InputErrors as found:
        errors += found.errors
    except InputError as error:
        errors.append(error)
    return None


def _steps(
    study: Study, document: Document, city: City, errors: list[InputError]
) -> Iterator[tuple[Loc, _Step | None]]:
    for option_id, option in study.options.items():
        for position, step in enumerate(option.do or ()):
            loc: Loc = ("options", option_id, "do", position, step.key)
            try:
                yield loc, _found(study, loc, step.intervention, city)
            except InputError as error:
                errors.append(_placed(document, loc, error))


def _found(study: Study, loc: Loc, intervention: Intervention, city: City) -> _Step:
    touches = intervention.touches(city)
    start_s, end_s = study.day.hours
    if any(write.end_s <= start_s or write.start_s >= end_s for write in touches.writes):
        raise SelectionError(
            "must overlap the simulated hours",
            at=("when",),
            value="when",
            remedy="change its window, or the study's hours",
        )
    intervention.apply(city)  # what fails there fails before anything runs
    return _Step(loc, intervention, touches, intervention.describe(city))


def _placed(document: Document, loc: Loc, error: InputError) -> InputError:
    """Return an error of an intervention with its file and line."""
    at = error.at if isinstance(error, SelectionError) else ()
    place = (*loc, *at)
    told = document.describe(place)
    if error.value and error.value not in told:
        told = f"{told}: {error.value}"
    return document.error(error.rule, place, value=told, remedy=error.remedy)


def _places(study: Study, option_id: str) -> list[Loc]:
    """Return where the steps of an option stand, each once, in the order of doing."""
    option = study.options[option_id]
    below = [*(option.combine or ()), *((option.from_,) if option.from_ else ())]
    places = [place for name in below for place in _places(study, name)]
    for position, step in enumerate(option.do or ()):
        places.append(("options", option_id, "do", position, step.key))
    return list(dict.fromkeys(places))


def _conflicts(document: Document, option_id: str, steps: Sequence[_Step]) -> Iterator[InputError]:
    """Yield one error per pair of steps that write one field of one thing."""
    for later, step in enumerate(steps):
        own: dict[tuple[str, str], list[Write]] = {}
        for write in step.touches.writes:
            own.setdefault((write.field, write.thing), []).append(write)
        for before in steps[:later]:
            both = [
                write
                for other in before.touches.writes
                for write in own.get((other.field, other.thing), ())
                if write.overlaps(other)
            ]
            if both:
                yield _conflict(document, option_id, before, step, both)


def _conflict(
    document: Document, option_id: str, before: _Step, step: _Step, both: Sequence[Write]
) -> InputError:
    first, write = document.line_of(before.loc), both[0]
    more = f" and {len(both) - 1} more" if len(both) > 1 else ""
    return document.error(
        f"conflicts with {dotted(before.loc)} on line {first} in option {option_id}: "
        f"both set {write.field} of {write.thing}{more}",
        step.loc,
        value=dotted(step.loc),
        remedy="let one of the two set it",
    )


def _resolved(study: Study, option_id: str, steps: Sequence[_Step]) -> ResolvedOption:
    return ResolvedOption(
        id=option_id,
        name=_name(study, study.options[option_id]),
        interventions=tuple(step.intervention for step in steps),
        touches=Touches.together(step.touches for step in steps),
        descriptions=tuple(step.description for step in steps),
    )


def _name(study: Study, option: Option) -> Text:
    if option.name is not None:
        return option.name
    parts = [_name(study, study.options[name]) for name in option.combine or ()]
    return Text(en=" + ".join(p.en for p in parts), zh=" + ".join(p.zh for p in parts))


# --- what is printed ------------------------------------------------------------------------


def preview_text(options: Sequence[ResolvedOption], city: City) -> str:
    """Return what each option does and touches, as text of several lines."""
    return "\n\n".join("\n".join(_lines(option, city)) for option in options)


def _lines(option: ResolvedOption, city: City) -> Iterator[str]:
    touches = option.touches
    yield f"{option.id}  {option.name.en} / {option.name.zh}"
    for number, sentence in enumerate(option.descriptions, start=1):
        yield f"  {number}. {sentence.en}"
    rows = [("links", _streets(city, touches.links))] if touches.links.size else []
    if touches.junctions:
        rows.append(("junctions", f"{len(touches.junctions)}: {', '.join(touches.junctions)}"))
    if touches.car_parks:
        rows.append(("car parks", f"{len(touches.car_parks)}: {_some(touches.car_parks)}"))
    if touches.kerb:
        rows.append(("kerb", f"{len(touches.kerb)} stretches"))
    spaces = option.spaces_added(infer_supply(city))
    if spaces:
        rows.append(("spaces", f"{spaces:+d}"))
    for name, text in rows:
        yield f"     {name:<10} {text}"


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(names[:_LISTED]) + more


def _streets(city: City, links: Array) -> str:
    names = np.array([city.roads.name_of(int(link)) or "(no name)" for link in links])
    length_m = {
        str(name): street_length_m(city.roads, links[names == name]) for name in np.unique(names)
    }
    ordered = sorted(length_m, key=lambda name: (-length_m[name], name))
    listed = [f"{name} {length_m[name]:.0f} m" for name in ordered]
    total = street_length_m(city.roads, links)
    return f"{links.size} on {total:.0f} m: {_some(listed)}"
