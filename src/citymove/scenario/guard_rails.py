"""What an option must not do, apart from what decides between options."""

import operator
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema, create_model

from citymove.foundation.documents import DocumentModel, in_validator
from citymove.foundation.errors import InputError
from citymove.foundation.quantities import parse_quantity
from citymove.foundation.terms import TERMS
from citymove.scenario.results import Breach, Difference, RailResult

_BEYOND = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le}
_FORM = re.compile(r"(>=|<=|>|<)\s*(\S.*)")
_BY_UNIT = {"min": "min", "m": "m", "%": ""}  # all others are bounded by a plain number


@dataclass(frozen=True, slots=True)
class GuardRail:
    """A bound of one indicator.

    Parameters
    ----------
    sign
        One of > >= < <=, or "worse": than the base.
    bound
        In the indicator's own unit (shares as 0..1); 0 for "worse".
    """

    sign: str
    bound: float

    def __str__(self) -> str:
        return self.sign if self.sign == "worse" else f"{self.sign} {self.bound:g}"

    def is_breached(self, *, base: float, value: float, better: str) -> bool:
        """Return whether an indicator's value breaks the rail.

        Parameters
        ----------
        base, value
            The indicator today and under the option.
        better
            "lower" or "higher", as in `foundation.terms`.
        """
        if self.sign == "worse":
            return value > base if better == "lower" else value < base
        return bool(_BEYOND[self.sign](value, self.bound))


def parse_guard_rail(text: Any, *, key: str) -> GuardRail:
    """Return the rail that "worse", "> 15 min" or "> 5 %" stands for.

    Parameters
    ----------
    key
        The indicator, which gives the unit.

    Examples
    --------
    >>> parse_guard_rail("> 5 %", key="gave_up_share")
    GuardRail(sign='>', bound=0.05)
    >>> parse_guard_rail("> 900 s", key="search_time_p90_min").bound
    15.0
    """
    term = TERMS[key]
    example = {"min": "> 15 min", "m": "> 500 m", "%": "> 5 %"}.get(term.unit, "> 100")
    if text == "worse":
        if not term.better:
            raise InputError(
                "is neither better nor worse in itself",
                value=key,
                remedy=f'write a bound such as "{example}"',
            )
        return GuardRail("worse", 0.0)
    match = _FORM.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        raise InputError(f'needs "worse" or a bound such as "{example}"', value=repr(text))
    return GuardRail(match[1], parse_quantity(match[2], _BY_UNIT.get(term.unit, "")))


class MustNotBase(DocumentModel):
    """Guard rails by indicator."""

    def rails(self) -> dict[str, GuardRail]:
        """Return the rails that are stated, by the key of their indicator."""
        return {key: getattr(self, key) for key in TERMS if key in self.model_fields_set}


def _must_not_model() -> type[MustNotBase]:
    schema = WithJsonSchema({"type": "string", "examples": ["worse", "> 15 min"]})
    fields: dict[str, Any] = {}
    for key in TERMS:
        reader = BeforeValidator(in_validator(partial(parse_guard_rail, key=key)))
        fields[key] = (Annotated[GuardRail | None, reader, schema], None)
    return create_model("MustNot", __base__=MustNotBase, __module__=__name__, **fields)


if TYPE_CHECKING:
    MustNot = MustNotBase
else:  # the fields are the table of terms, which a type checker cannot see
    MustNot = _must_not_model()


def judge_rails(must_not: MustNot, base: Mapping[str, float]) -> tuple[RailResult, ...]:
    """Return the study's rails, and whether the base breaks them already."""
    return tuple(
        RailResult(
            indicator=key,
            sign=rail.sign,
            bound=rail.bound,
            judged=key in base,
            base_breaks=key in base
            and rail.is_breached(base=base[key], value=base[key], better=TERMS[key].better),
        )
        for key, rail in must_not.rails().items()
    )


def judge_breaches(must_not: MustNot, differences: Sequence[Difference]) -> tuple[Breach, ...]:
    """Return the rails that options break in the mean, in the order of the differences."""
    rails = must_not.rails()
    return tuple(
        Breach(
            option=d.option,
            indicator=d.indicator,
            rule=str(rails[d.indicator]),
            base=d.base,
            value=d.value,
            proven=not d.blanked,
        )
        for d in differences
        if d.indicator in rails
        and rails[d.indicator].is_breached(
            base=d.base, value=d.value, better=TERMS[d.indicator].better
        )
    )
