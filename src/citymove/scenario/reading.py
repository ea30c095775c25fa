"""Study files, read whole: every broken rule at once, each with its line."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from citymove.foundation.documents import Document, Loc, read_document, validate
from citymove.foundation.errors import InputError, InputErrors
from citymove.foundation.near_names import did_you_mean
from citymove.scenario.schema import Study


def read_study(path: Path) -> tuple[Study, Document]:
    """Return a study and the document that holds its lines.

    Raises
    ------
    InputError
        The file is no YAML document that may be read.
    InputErrors
        Rules of the schema are broken, or options name others that are not there; in the order
        of the file.
    """
    document = read_document(path)
    errors: list[InputError] = []
    study: Study | None = None
    try:
        study = validate(document, Study)
    except InputErrors as found:
        errors += found.errors
    errors += _reference_errors(document)
    if errors or study is None:
        raise InputErrors(sorted(errors, key=lambda error: error.line or 0))
    return study, document


def _reference_errors(document: Document) -> Iterator[InputError]:
    """Yield what options say of each other, from the plain data: a broken schema hides none."""
    options = document.data.get("options")
    if not isinstance(options, dict):
        return
    for option in options:
        for name, loc in references(options, option):
            if name not in options:
                yield document.error(
                    f"'{name}' is no option of the study", loc, remedy=did_you_mean(name, options)
                )
            elif name == option:
                yield document.error("names itself", loc, remedy="name another option")
    yield from _cycles(document, options)


def references(options: Mapping[str, Any], option: str) -> list[tuple[str, Loc]]:
    """Return the options that one option builds on, and where it names them."""
    entry = options.get(option)
    if not isinstance(entry, dict):
        return []
    found: list[tuple[str, Loc]] = []
    listed = entry.get("combine")
    if isinstance(listed, list):
        found += [
            (name, ("options", option, "combine", position))
            for position, name in enumerate(listed)
            if isinstance(name, str)
        ]
    if isinstance(entry.get("from"), str):
        found.append((entry["from"], ("options", option, "from")))
    return found


def _cycles(document: Document, options: Mapping[str, Any]) -> Iterator[InputError]:
    """Yield one error per circle of options, at the first of them in the file."""
    done: set[str] = set()
    for first in options:
        chain = _circle_through(options, first)
        if chain and not done.intersection(chain):
            done.update(chain)
            yield document.error(
                f"builds on itself: {' -> '.join([*chain, first])}",
                ("options", first),
                remedy="let one of them state its own `do`",
            )


def _circle_through(options: Mapping[str, Any], first: str) -> list[str]:
    """Return a chain of references that leads from `first` back to it, longer than one."""
    chains = [[first]]
    seen = {first}
    while chains:
        chain = chains.pop()
        for name, _ in references(options, chain[-1]):
            if name == first and len(chain) > 1:
                return chain
            if name in options and name not in seen:
                seen.add(name)
                chains.append([*chain, name])
    return []
