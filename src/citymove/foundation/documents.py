r"""YAML documents, read safely and with the line of every value.

The file is parsed to events (ruamel.yaml's round-trip parser, YAML 1.2) and built into plain
values in one pass, so that whatever is refused is refused before it is built: anchors and
aliases (eight nested levels of them expand to millions of values), deep nesting, tags,
duplicate keys. `validate` then holds the values against a pydantic model and reports every
broken rule at once.

Examples
--------
>>> import tempfile
>>> class Street(DocumentModel):
...     name: str
...     lanes: Number
>>> with tempfile.TemporaryDirectory() as folder:
...     path = Path(folder) / "street.yaml"
...     _ = path.write_text("name: High Street\nlanes: 2\n", encoding="utf-8")
...     document = read_document(path)
>>> document.line_of(("lanes",)), validate(document, Street).lanes
(2, 2.0)
"""

import math
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, Literal, ParamSpec, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.nodes import ScalarNode

from citymove.foundation.errors import InputError, InputErrors
from citymove.foundation.near_names import did_you_mean

MAX_BYTES = 5_000_000
MAX_DEPTH = 50
_SHOWN = 60

Loc = tuple[str | int, ...]
ModelT = TypeVar("ModelT", bound=BaseModel)
P = ParamSpec("P")
R = TypeVar("R")

# Neither text nor true/false passes for a number, and a number is finite.
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Whole = Annotated[int, Field(strict=True)]


class DocumentModel(BaseModel):
    """Base of the models of files: unknown keys and infinite numbers are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML file as plain values.

    Parameters
    ----------
    path
        The file.
    data
        Mapping of text keys to dict, list, str, int, float, bool or None.
    lines
        Line, from 1, of each value by its place: ("options", "A", "do", 0).
    """

    path: Path
    data: dict[str, Any]
    lines: Mapping[Loc, int] = field(repr=False)

    def line_of(self, loc: Loc) -> int:
        """Return the line of the value at `loc`; of what would hold it where it is missing."""
        while loc and loc not in self.lines:
            loc = loc[:-1]
        return self.lines.get(loc, 1)

    def error(
        self, rule: str, loc: Loc, *, remedy: str | None = None, value: str | None = None
    ) -> InputError:
        """Return an error that names this file, the line of `loc` and the value there."""
        return InputError(
            rule,
            file=self.path,
            line=self.line_of(loc),
            value=self.describe(loc) if value is None else value,
            remedy=remedy,
        )

    def describe(self, loc: Loc) -> str:
        """Return "options.A.do[0] = ..." of the value at `loc`, shortened; its name if missing."""
        name, value = dotted(loc), self.data
        for step in loc:
            try:
                value = value[step]  # type: ignore[index]  # a list's step is an int
            except (KeyError, IndexError, TypeError):
                return name
        if isinstance(value, (dict, list)):
            return name
        text = repr(value) if isinstance(value, str) else _plain(value)
        return f"{name} = {text if len(text) <= _SHOWN else text[: _SHOWN - 3] + '...'}"


def _plain(value: object) -> str:
    words = {True: "true", False: "false", None: "nothing"}
    return words[value] if value is None or isinstance(value, bool) else str(value)


def dotted(loc: Loc) -> str:
    """Return the place of a value as text.

    Examples
    --------
    >>> dotted(("options", "A", "do", 0, "spaces"))
    'options.A.do[0].spaces'
    """
    text = ""
    for step in loc:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text


def read_document(path: Path) -> Document:
    """Read a YAML file.

    Raises
    ------
    InputError
        The file cannot be read, is larger than 5 MB, is not UTF-8, is no YAML, or uses what is
        refused: tabs as indentation, anchors and aliases, tags, merge keys, directives, several
        documents, nesting over 50, a key twice in one mapping, keys that are no text, a top
        level that is no mapping. The error names file and line.
    """
    text = read_text(path)
    for number, line in enumerate(text.splitlines(), start=1):
        if "\t" in line[: len(line) - len(line.lstrip())]:
            raise InputError(
                "a tab cannot indent YAML", file=path, line=number, remedy="use spaces instead"
            )
    builder = _Builder(path)
    try:
        for event in YAML(typ="rt", pure=True).parse(text):
            builder.take(event)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = str(error.problem or error.context or "cannot be read")
        raise InputError(
            f"is no valid YAML: {problem.splitlines()[0]}",
            file=path,
            line=None if mark is None else mark.line + 1,
            remedy="check quotes, colons and indentation near this line",
        ) from None
    except YAMLError as error:
        character = getattr(error, "character", None)
        position = getattr(error, "position", None)
        raise InputError(
            "holds a control character that YAML forbids",
            file=path,
            line=None if position is None else text.count("\n", 0, position) + 1,
            value=None if character is None else f"character {character!r}",
            remedy="remove it",
        ) from None
    if not isinstance(builder.root, dict):
        empty = builder.root is None
        raise InputError(
            "is empty" if empty else "must be a mapping of keys to values at its top level",
            file=path,
            line=1,
            remedy='write "key: value" lines',
        )
    return Document(path, builder.root, builder.lines)


def read_text(path: Path, *, max_bytes: int = MAX_BYTES) -> str:
    """Return the text of a UTF-8 file (a byte order mark is left out).

    Raises
    ------
    InputError
        The file is missing, cannot be read, is larger than `max_bytes` or is not UTF-8; then
        the byte and its line are named.
    """
    try:
        size = path.stat().st_size
        raw = path.read_bytes() if size <= max_bytes else b""
    except FileNotFoundError:
        raise InputError("does not exist", file=path, remedy="check the path") from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=path) from None
    if size > max_bytes:
        raise InputError(
            f"must be at most {max_bytes / 1e6:g} MB",
            file=path,
            value=f"{size / 1e6:.1f} MB",
            remedy="move tables to sheets beside the file",
        )
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            "must be UTF-8",
            file=path,
            line=raw.count(b"\n", 0, error.start) + 1,
            value=f"byte {error.start} is 0x{raw[error.start]:02x}",
            remedy="save the file again with the encoding UTF-8",
        ) from None


_SCALARS: dict[str, Callable[[str], Any]] = {
    "tag:yaml.org,2002:str": str,
    "tag:yaml.org,2002:timestamp": str,  # a date stays the text that was written
    "tag:yaml.org,2002:null": lambda _: None,
    "tag:yaml.org,2002:bool": lambda text: text.casefold() == "true",
    "tag:yaml.org,2002:int": lambda text: _whole(text.replace("_", "")),
    "tag:yaml.org,2002:float": lambda text: _float(text.replace("_", "").casefold()),
}


def _whole(text: str) -> int:
    return int(text, 0) if text.lstrip("+-")[:2] in ("0x", "0o", "0b") else int(text, 10)


def _float(text: str) -> float:
    words = {".nan": math.nan, ".inf": math.inf, "+.inf": math.inf, "-.inf": -math.inf}
    return words[text] if text in words else float(text)


class _Open:
    """A mapping or list that is being filled."""

    __slots__ = ("key", "loc", "value")

    def __init__(self, value: dict[str, Any] | list[Any], loc: Loc) -> None:
        self.value, self.loc = value, loc
        self.key: str | None = None  # the key that waits for its value


class _Builder:
    """Builds plain values from parser events and notes their lines."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.root: Any = None
        self.lines: dict[Loc, int] = {(): 1}
        self._open: list[_Open] = []
        self._documents = 0
        self._resolver = YAML(typ="rt", pure=True).resolver

    def take(self, event: Any) -> None:
        """Take the next event; raise `InputError` for what is refused."""
        line = event.start_mark.line + 1
        if isinstance(event, DocumentStartEvent):
            self._start_document(event, line)
        elif isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            self._refuse("anchors (&) and aliases (*) are not allowed", line, "repeat the value")
        elif isinstance(event, ScalarEvent):
            self._scalar(event, line)
        elif isinstance(event, (MappingStartEvent, SequenceStartEvent)):
            self._refuse_tag(event, line)
            self._descend({} if isinstance(event, MappingStartEvent) else [], line)
        elif isinstance(event, (MappingEndEvent, SequenceEndEvent)):
            self._open.pop()

    def _refuse(self, rule: str, line: int, remedy: str, value: str | None = None) -> None:
        raise InputError(rule, file=self.path, line=line, value=value, remedy=remedy)

    def _start_document(self, event: Any, line: int) -> None:
        self._documents += 1
        if event.version is not None or event.tags:
            self._refuse(
                "directives (%) are not allowed", line, "remove the line that starts with %"
            )
        if self._documents > 1:
            self._refuse("must hold one document", line, "remove what follows the line ---")

    def _refuse_tag(self, event: Any, line: int) -> None:
        if event.ctag is not None and str(event.ctag) not in ("", "None"):
            self._refuse("tags (!) are not allowed", line, "remove it", value=f"tag {event.ctag}")

    def _scalar(self, event: Any, line: int) -> None:
        self._refuse_tag(event, line)
        parent = self._open[-1] if self._open else None
        if parent is not None and isinstance(parent.value, dict) and parent.key is None:
            self._key(parent, event.value, line)
            return
        tag = str(self._resolver.resolve(ScalarNode, event.value, event.implicit))
        if tag not in _SCALARS:
            self._refuse("is no plain value", line, "put it in quotes", value=event.value)
        self._place(_SCALARS[tag](event.value), line)

    def _key(self, parent: _Open, key: str, line: int) -> None:
        if key == "<<":
            self._refuse("merge keys (<<) are not allowed", line, "repeat the values")
        place = (*parent.loc, key)
        if place in self.lines:
            self._refuse(
                f"stands twice, first on line {self.lines[place]}",
                line,
                "keep one of the two",
                value=f"key {dotted(place)}",
            )
        parent.key = key
        self.lines[place] = line

    def _place(self, value: Any, line: int) -> Loc:
        """Put a value where it belongs and return its place."""
        if not self._open:
            self.root = value
            return ()
        parent = self._open[-1]
        if isinstance(parent.value, list):
            place: Loc = (*parent.loc, len(parent.value))
            parent.value.append(value)
            self.lines[place] = line
            return place
        if parent.key is None:
            self._refuse("a key must be text", line, "write a plain word before the colon")
        place = (*parent.loc, str(parent.key))
        parent.value[str(parent.key)] = value
        parent.key = None
        return place

    def _descend(self, value: dict[str, Any] | list[Any], line: int) -> None:
        if len(self._open) >= MAX_DEPTH:
            self._refuse(f"must not nest deeper than {MAX_DEPTH}", line, "flatten it")
        self._open.append(_Open(value, self._place(value, line)))


class BrokenRuleError(ValueError):
    """An `InputError` on its way through a pydantic validator, which takes only `ValueError`."""

    def __init__(self, error: InputError) -> None:
        super().__init__(error.rule)
        self.error = error


def in_validator(function: Callable[P, R]) -> Callable[P, R]:
    """Return `function` fit for a pydantic validator: its `InputError` gets file and line.

    Examples
    --------
    >>> from pydantic import BeforeValidator
    >>> from citymove.foundation.daytime import parse_clock
    >>> Clock = Annotated[int, BeforeValidator(in_validator(parse_clock))]
    """

    @wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except InputError as error:
            raise BrokenRuleError(error) from error

    return wrapped


def validate(document: Document, model: type[ModelT]) -> ModelT:
    """Return the document as an instance of `model`.

    Raises
    ------
    InputErrors
        Every broken rule at once, in the order of the file, each with file, line, dotted name,
        rule and remedy.
    """
    try:
        result = model.model_validate(document.data)
    except ValidationError as error:
        found = _translate(document, model, error)
        known = {e.loc for e in found}
        found += [e for e in _not_finite(document, document.data) if e.loc not in known]
        found.sort(key=lambda e: document.line_of(e.loc))
        raise InputErrors(e.as_error(document) for e in found) from None
    infinite = _not_finite(document, result.model_dump(by_alias=True))
    if infinite:
        raise InputErrors(e.as_error(document) for e in infinite)
    return result


@dataclass(frozen=True, slots=True)
class _Broken:
    loc: Loc
    rule: str
    remedy: str | None = None

    def as_error(self, document: Document) -> InputError:
        return document.error(self.rule, self.loc, remedy=self.remedy)


def _not_finite(document: Document, data: Any) -> list[_Broken]:
    def walk(value: Any, loc: Loc) -> Iterator[_Broken]:
        if isinstance(value, float) and not math.isfinite(value):
            yield _Broken(loc, "must be a finite number", "write a number")
        elif isinstance(value, Mapping):
            for key, inner in value.items():
                yield from walk(inner, (*loc, key))
        elif isinstance(value, (list, tuple)):
            for index, inner in enumerate(value):
                yield from walk(inner, (*loc, index))

    return sorted(walk(data, ()), key=lambda e: document.line_of(e.loc))


def _translate(document: Document, model: type[BaseModel], error: ValidationError) -> list[_Broken]:
    """One entry per place; where a value fits none of several types, their rules are joined."""
    by_place: dict[Loc, _Broken] = {}
    for item in error.errors(include_url=False):
        loc = _place_in(document.data, item["loc"], missing=item["type"] == "missing")
        rule, remedy = _rule_of(item)
        if item["type"] == "extra_forbidden":
            remedy = did_you_mean(str(item["loc"][-1]), _keys_at(model, item["loc"][:-1]))
        before = by_place.get(loc)
        if before is None:
            by_place[loc] = _Broken(loc, rule, remedy)
        elif rule not in before.rule.split(" or "):
            by_place[loc] = _Broken(loc, f"{before.rule} or {rule}", before.remedy or remedy)
    return list(by_place.values())


def _place_in(data: Any, loc: Loc, *, missing: bool) -> Loc:
    """Return pydantic's `loc` without what is not in the file: tags and members of unions."""
    place: list[str | int] = []
    for position, step in enumerate(loc):
        if isinstance(data, dict) and step in data:
            data = data[str(step)]
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        elif not (missing and position == len(loc) - 1):
            continue
        place.append(step)
    return tuple(place)


_TEXT = ("must be text", "put it in quotes")
_WHOLE = ("must be a whole number", None)
_NUMBER = ("must be a number", "write it without quotes and without a unit")
_TRUTH = ("must be true or false", None)
_LIST = ("must be a list", 'write it as "[a, b]" or as lines that start with "- "')
_MAPPING = ("must be a mapping", 'write "key: value" pairs')
_RULES: dict[str, tuple[str, str | None]] = {
    "missing": ("is required", "add it"),
    "extra_forbidden": ("is not a known key", None),
    "string_type": _TEXT,
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "bool_type": _TRUTH,
    "bool_parsing": _TRUTH,
    "list_type": _LIST,
    "tuple_type": _LIST,
    "dict_type": _MAPPING,
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "finite_number": ("must be a finite number", "write a number"),
    "greater_than": ("must be > {gt}", None),
    "greater_than_equal": ("must be >= {ge}", None),
    "less_than": ("must be < {lt}", None),
    "less_than_equal": ("must be <= {le}", None),
    "multiple_of": ("must be a multiple of {multiple_of}", None),
    "literal_error": ("must be one of {expected}", None),
    "enum": ("must be one of {expected}", None),
    "string_too_short": ("must have at least {min_length} characters", None),
    "string_too_long": ("must have at most {max_length} characters", None),
    "string_pattern_mismatch": ("must have the form {pattern}", None),
    "too_short": ("must have at least {min_length} entries", None),
    "too_long": ("must have at most {max_length} entries", None),
    "union_tag_not_found": ("does not say of what kind it is", "add {discriminator}"),
}


def _rule_of(item: Any) -> tuple[str, str | None]:
    """Return rule and remedy of one of pydantic's errors, in plain English."""
    kind, context = item["type"], dict(item.get("ctx", {}))
    if kind == "union_tag_invalid":
        known = [tag.strip().strip("'") for tag in context["expected_tags"].split(",")]
        return f"'{context['tag']}' is not known here", did_you_mean(context["tag"], known)
    cause = context.get("error")
    if isinstance(cause, BrokenRuleError):
        return cause.error.rule, cause.error.remedy
    if isinstance(cause, Exception):
        return str(cause), None
    if kind in _RULES:
        rule, remedy = _RULES[kind]
        return rule.format(**context), remedy and remedy.format(**context)
    message = str(item["msg"])
    return message[:1].lower() + message[1:], None


def _keys_at(model: type[BaseModel], loc: Loc) -> list[str]:
    """Return the keys that `model` permits at `loc` (tags of unions included in `loc`)."""
    here: list[Any] = [model]
    for step in loc:
        candidates = [part for annotation in here for part in _members(annotation)]
        below = [inner for part in candidates for inner in _below(part, step)]
        here = below or candidates  # a tag that names no member in particular leads nowhere
    return [
        info.alias or name
        for annotation in here
        for part in _members(annotation)
        if _is_model(part)
        for name, info in part.model_fields.items()
    ]


def _is_model(part: Any) -> bool:
    return isinstance(part, type) and issubclass(part, BaseModel)


def _members(annotation: Any) -> Iterator[Any]:
    """Yield the types that an annotation stands for: members of unions, without `Annotated`."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _members(get_args(annotation)[0])
    elif origin in (Union, types.UnionType):
        for member in get_args(annotation):
            yield from _members(member)
    elif hasattr(annotation, "__value__"):  # a type alias
        yield from _members(annotation.__value__)
    else:
        yield annotation


def _below(part: Any, step: str | int) -> Iterator[Any]:
    """Yield what stands at key or index `step` of a type; the type itself if `step` is its tag."""
    origin, arguments = get_origin(part), get_args(part)
    if _is_model(part):
        if step == part.__name__ or step in _tags(part):
            yield part
        for name, info in part.model_fields.items():
            if step in (name, info.alias):
                yield info.annotation
    elif origin in (dict, Mapping):
        yield arguments[1]
    elif origin in (list, tuple, set, frozenset) and isinstance(step, int):
        inner = [argument for argument in arguments if argument is not ...]
        yield inner[min(step, len(inner) - 1)]


def _tags(model: type[BaseModel]) -> list[Any]:
    return [
        value
        for info in model.model_fields.values()
        if get_origin(info.annotation) is Literal
        for value in get_args(info.annotation)
    ]
