"""One item of an option's `do`: a single key, which names the intervention.

The keys are the files of ``interventions/``: to add one is to add a file there.
"""

from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any, Self

from pydantic import create_model, model_validator

from citymove.foundation.documents import DocumentModel
from citymove.scenario import interventions
from citymove.scenario.intervention import Intervention


@lru_cache(maxsize=1)
def registry() -> Mapping[str, type[Intervention]]:
    """Return all interventions by their key, in the order of the alphabet."""
    found: dict[str, type[Intervention]] = {}
    for key in sorted(module.name for module in iter_modules(interventions.__path__)):
        module = import_module(f"{interventions.__name__}.{key}")
        found[key] = getattr(module, "".join(part.capitalize() for part in key.split("_")))
    return found


class StepBase(DocumentModel):
    """One key and what belongs to it."""

    @model_validator(mode="after")
    def _one_key(self) -> Self:
        if len(self.model_fields_set) != 1:
            raise ValueError("must hold one intervention: start each with its own dash")
        return self

    @property
    def key(self) -> str:
        """The intervention's key."""
        return next(iter(self.model_fields_set))

    @property
    def intervention(self) -> Intervention:
        """The intervention."""
        found: Intervention = getattr(self, self.key)
        return found


def step_model() -> type[StepBase]:
    """Return the model of a step, with one optional field per intervention."""
    fields: dict[str, Any] = {key: (kind, None) for key, kind in registry().items()}
    return create_model("Step", __base__=StepBase, __module__=__name__, **fields)


if TYPE_CHECKING:
    Step = StepBase
else:  # the fields follow from the files, which a type checker cannot see
    Step = step_model()
