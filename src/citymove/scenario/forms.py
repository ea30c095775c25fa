"""Fields that may be a text, a list or a mapping: which of them is meant shows in the form.

pydantic then reports the broken rules of that form alone.
"""

from typing import Any

from pydantic import BaseModel, Discriminator

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
