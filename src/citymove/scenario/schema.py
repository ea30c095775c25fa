"""The model of a study file: what may be written, and what is meant by it.

One source gives the validation, the published JSON Schema and the reference page.
"""

from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import AfterValidator, BeforeValidator, Field, Tag, WithJsonSchema, model_validator

from citymove.facts.assumptions import FOR_THE_RECORD, KEYS, key_of
from citymove.facts.city import City
from citymove.foundation.daytime import Slices, format_clock, parse_window
from citymove.foundation.documents import Document, DocumentModel, Loc, Number, Whole, in_validator
from citymove.foundation.errors import InputError, InputErrors
from citymove.foundation.near_names import did_you_mean
from citymove.foundation.provenance import Sourced
from citymove.foundation.quantities import ClockWindow, Metres
from citymove.foundation.terms import TERMS
from citymove.scenario.forms import LIST, MAPPING, TEXT, AtLeast, by_form
from citymove.scenario.guard_rails import MustNot
from citymove.scenario.results import Text
from citymove.scenario.step import Step
from citymove.scenario.uncertain import narrowed

BASE = "base"
JSON_SCHEMA_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def _known_term(key: str) -> str:
    if key not in TERMS:
        raise InputError("is no indicator", value=key, remedy=did_you_mean(key, TERMS))
    return key


def _option_id(key: str) -> str:
    if key == BASE:
        raise InputError(
            "is reserved for the city as it is today", value=key, remedy="choose another id"
        )
    return key


def _fixed(value: Any) -> Any:
    if value != "fixed":
        raise InputError(
            "is not built yet", value=str(value), remedy="ask for response: fixed, which keeps "
            "destinations, modes and departure times as they are"
        )  # fmt: skip
    return value


def _known_assumption(key: str) -> str:
    if key_of(key) is None:
        raise InputError("is no assumption", value=key, remedy=did_you_mean(key, KEYS))
    return key


TermKey = Annotated[
    str,
    AfterValidator(in_validator(_known_term)),
    WithJsonSchema({"type": "string", "enum": list(TERMS)}),
]
OptionId = Annotated[str, Field(pattern=r"^[^\s/\\]+$"), AfterValidator(in_validator(_option_id))]


class Day(DocumentModel):
    """The day that is simulated."""

    kind: Literal["workday"]
    hours: ClockWindow
    slices: Annotated[tuple[ClockWindow, ...], AtLeast(1)] | None = Field(
        None, description="default: one hour each"
    )

    @model_validator(mode="after")
    def _slices_fill_the_hours(self) -> Self:
        edges = [self.hours[0], *(end for _, end in self.slices or ())]
        starts = [start for start, _ in self.slices or ()]
        if self.slices and (edges[:-1] != starts or edges[-1] != self.hours[1]):
            hours = "-".join(format_clock(time_s) for time_s in self.hours)
            raise ValueError(f"slices must follow one another and fill the hours {hours}")
        return self

    def slices_of_day(self) -> Slices:
        """Return the slices for which traffic is assigned."""
        start_s, end_s = self.hours
        if self.slices is None:
            return Slices.hourly(start_s, end_s)
        return Slices(np.array([start_s, *(end for _, end in self.slices)]))


class Corridor(DocumentModel):
    """The road whose delay index is reported."""

    road: str
    from_: str | None = Field(None, alias="from")
    to: str | None = None
    both_ways: bool = True


class Option(DocumentModel):
    """One thing to try: `do`, or `combine` others, or go on `from` one with more to `do`."""

    name: Text | None = None
    do: Annotated[tuple[Step, ...], AtLeast(1)] | None = None
    combine: Annotated[tuple[str, ...], AtLeast(2)] | None = None
    from_: str | None = Field(None, alias="from")

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if (self.do is None) == (self.combine is None) or (self.combine and self.from_):
            raise ValueError("must hold `do`, or `combine`, or `from` with `do`")
        if self.name is None and self.combine is None:
            raise ValueError("needs a name in English and Chinese, as {en: ..., zh: ...}")
        return self


class Search(DocumentModel):
    """Whose search for a space is simulated; the others take a space that they know."""

    within_m: Metres = Field(800.0, alias="within", description="distance from a measure")
    at_most: Annotated[Whole, Field(ge=1)] | None = Field(3000, description="drivers a draw")
    whole_city: bool = False


def _search(value: Any) -> Any:
    if isinstance(value, str):
        if value != "whole_city":
            raise InputError(
                "must be whole_city, or a mapping", value=value, remedy='write "{within: 800 m}"'
            )
        return {"whole_city": True, "at_most": None}
    return value


class Rounds(DocumentModel):
    """Most rounds of traffic and parking search in turn."""

    base: Annotated[Whole, Field(ge=1, le=100)] = 8
    option: Annotated[Whole, Field(ge=1, le=100)] = 3


class Run(DocumentModel):
    """How it is computed."""

    response: Annotated[
        Literal["fixed"],
        BeforeValidator(in_validator(_fixed)),
        WithJsonSchema({"const": "fixed"}),
    ]
    draws: Annotated[Whole, Field(ge=2, le=10_000)] = 5
    seed: Annotated[Whole, Field(ge=0, lt=2**53)] = 1
    search: Annotated[Search, BeforeValidator(in_validator(_search))] = Search()
    rounds: Rounds = Rounds()
    starts: Annotated[Whole, Field(ge=1, le=2)] = 2
    gap: Annotated[Number, Field(gt=0, le=0.01)] = 1e-6


AssumptionName = Annotated[str, AfterValidator(in_validator(_known_assumption))]


class Study(DocumentModel):
    """A study: a city, a day, options, and what decides between them."""

    citymove: Literal[1] = Field(description="version of this language")
    name: Text
    question: Text | None = None
    city: Annotated[str, Field(min_length=1)]
    day: Day
    corridor: Corridor | None = None
    decide_on: Annotated[tuple[TermKey, ...], AtLeast(1)]
    must_not: MustNot = MustNot()
    options: Annotated[dict[OptionId, Option], Field(min_length=1)]
    uncertain: Annotated[
        Annotated[Literal["all"], Tag(TEXT)]
        | Annotated[tuple[AssumptionName, ...], Tag(LIST)]
        | Annotated[dict[AssumptionName, str | None], Tag(MAPPING)],
        by_form("must be all, a list of assumptions, or a mapping of them to ranges"),
    ] = "all"
    run: Run

    def in_hours(self, hours: str) -> Self:
        """Return the study for other hours, "HH:MM-HH:MM", in slices of one hour each."""
        try:
            window = parse_window(hours)
        except InputError as error:
            raise InputError(
                error.rule, value=f"--hours {hours}", remedy='write "06:00-12:00"'
            ) from None
        day = self.day.model_copy(update={"hours": window, "slices": None})
        return self.model_copy(update={"day": day})

    def uncertain_inputs(self, city: City, document: Document | None = None) -> dict[str, Sourced]:
        """Return the assumptions that draws sample, by key, with the ranges that hold here.

        Raises
        ------
        InputErrors
            The city states no such assumption, or a range does not fit it; with file and line
            where the document is given.
        """
        asked = self.uncertain
        if isinstance(asked, str):
            counts = set(city.assumptions) - set(FOR_THE_RECORD)
            return {
                k: v for k, v in sorted(city.assumptions.items()) if k in counts and v.is_uncertain
            }
        places = list(asked.items() if isinstance(asked, dict) else ((key, None) for key in asked))
        found, errors = {}, []
        for position, (key, text) in enumerate(places):
            try:
                found[key] = narrowed(city, key, text)
            except InputError as error:
                loc: Loc = ("uncertain", key if isinstance(asked, dict) else position)
                if document is None:
                    errors.append(error)
                else:
                    errors.append(
                        document.error(error.rule, loc, value=error.value, remedy=error.remedy)
                    )
        if errors:
            raise InputErrors(errors)
        return found


def study_json_schema() -> dict[str, Any]:
    """Return the JSON Schema of study files, for completion and checks in an editor."""
    return {"$schema": JSON_SCHEMA_DIALECT, **Study.model_json_schema(by_alias=True)}
