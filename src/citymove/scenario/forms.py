"""Fields that may be a text, a list or a mapping: which of them is meant shows in the form.

pydantic then reports the broken rules of that form alone.
"""

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, Discriminator, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import core_schema

TEXT, LIST, MAPPING = "text", "list", "mapping"


def _form(value: Any) -> str | None:
    if isinstance(value, str):
        return TEXT
    if isinstance(value, (list, tuple)):
        return LIST
    return MAPPING if isinstance(value, (dict, BaseModel)) else None


def by_form(rule: str) -> Discriminator:
    """Return the discriminator of a union whose members carry the tags of this module.

    Parameters
    ----------
    rule
        What is told where the value has another form ("must be free or a list of prices").
    """
    return Discriminator(_form, custom_error_type="form", custom_error_message=rule)


@dataclass(frozen=True, slots=True)
class AtLeast:
    """A list that must hold so many entries.

    Unlike pydantic's own length, it counts once every entry is sound: a list whose only entry is
    broken is not told to be empty as well.

    Parameters
    ----------
    count
        Fewest entries.
    """

    count: int

    def _check(self, value: Any) -> Any:
        if len(value) < self.count:
            raise ValueError(f"must have at least {self.count} entries")
        return value

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Return the schema of the list, with the check behind it."""
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Return the JSON Schema of the list, with its least length."""
        return {**handler(schema), "minItems": self.count}
