"""Files that must be refused, each with its file, its line and a remedy."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import BeforeValidator, ConfigDict, Field, field_validator

from citymove.foundation.daytime import parse_clock
from citymove.foundation.documents import (
    Document,
    DocumentModel,
    Number,
    Whole,
    in_validator,
    read_document,
    read_text,
    validate,
)
from citymove.foundation.errors import ExitCode, InputError, InputErrors


def document_of(folder: Path, text: str | bytes) -> Document:
    path = folder / "study.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_document(path)


ALIAS_BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{now}: &{now} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, now in zip("abcdefgh", "bcdefghi", strict=True)
)

REFUSED = {
    "alias bomb": (ALIAS_BOMB, 1, "aliases"),
    "alias without anchor": ("a: 1\nb: *a\n", 2, "aliases"),
    "500 brackets": ("a: 1\nb: " + "[" * 500, 2, "deeper than 50"),
    "500 block levels": (
        "a: 1\nb:\n  " + "- " * 500 + "x\n",
        3,
        "deeper than 50",
    ),
    "duplicate key": ("a: 1\nb:\n  c: 2\n  d: 1\n  c: 3\n", 5, "twice, first on line 3"),
    "latin-1": ("a: 1\nname: Gümbet\n".encode("latin-1"), 2, "UTF-8"),
    "utf-16": ("name: x\n".encode("utf-16"), 1, "UTF-8"),
    "empty file": ("", 1, "is empty"),
    "comments only": ("# nothing\n", 1, "is empty"),
    "top level a list": ("- a\n- b\n", 1, "mapping"),
    "top level text": ("hello\n", 1, "mapping"),
    "custom tag": ("a: 1\nb: !!python/object:os.system {}\n", 2, "tags"),
    "scalar tag": ("a: !money 3\n", 1, "tags"),
    "tab": ("a:\n\tb: 1\n", 2, "tab"),
    "control character": ("a: 1\nb: \x01\n", 2, "control character"),
    "two colons": ("a: 1\nb: c: d\n", 2, "no valid YAML"),
    "open quote": ('a: 1\nb: "x\n', 3, "no valid YAML"),
    "merge key": ("a: 1\n<<: {b: 1}\n", 2, "merge keys"),
    "directive": ("%YAML 1.1\n---\na: yes\n", 2, "directives"),
    "two documents": ("a: 1\n---\nb: 2\n", 2, "one document"),
    "key that is a list": ("a: 1\n? [b]\n: c\n", 2, "key must be text"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_refused_file_names_itself_line_and_rule(case: str, tmp_path: Path) -> None:
    text, line, rule = REFUSED[case]
    start = time.perf_counter()
    with pytest.raises(InputError) as caught:
        document_of(tmp_path, text)
    assert time.perf_counter() - start < 1.0
    assert caught.value.file == str(tmp_path / "study.yaml")
    assert caught.value.line == line
    assert rule in caught.value.rule
    assert caught.value.remedy
    assert caught.value.exit_code is ExitCode.BAD_INPUT


def test_latin_1_names_the_byte(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"byte 1 is 0xe9"):
        document_of(tmp_path, b"\x61\xe9: 1\n")


def test_missing_folder_and_large_files(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        read_document(tmp_path / "absent.yaml")
    with pytest.raises(InputError, match="cannot be read"):
        read_document(tmp_path)
    large = tmp_path / "large.yaml"
    large.write_bytes(b"a: " + b"x" * 5_000_000)
    with pytest.raises(InputError, match="at most 5 MB"):
        read_document(large)


def test_what_is_read_is_plain(tmp_path: Path) -> None:
    document = document_of(
        tmp_path,
        "\ufeffday: 2024-01-01\nat: 08:00\nyes: no\nn: 1_000\nx: -1.5e+3\nnone: ~\n"
        "when: true\nlist: [1, {a: '3'}]\ntext: |\n  two\n  lines\n市: 摩纳哥\n",
    )
    assert document.data == {
        "day": "2024-01-01",
        "at": "08:00",
        "yes": "no",
        "n": 1000,
        "x": -1500.0,
        "none": None,
        "when": True,
        "list": [1, {"a": "3"}],
        "text": "two\nlines\n",
        "市": "摩纳哥",
    }
    assert type(document.data["n"]) is int
    assert type(document.data["day"]) is str


def test_lines(tmp_path: Path) -> None:
    document = document_of(tmp_path, "a:\n  b: [1,\n      2]\n  c:\n    - d: 1\n      e: 2\n")
    assert document.line_of(("a", "b")) == 2
    assert document.line_of(("a", "b", 1)) == 3
    assert document.line_of(("a", "c", 0, "e")) == 6
    assert document.line_of(("a", "c", 0, "absent")) == 5, "a missing key gets its parent's line"
    assert document.line_of(("absent",)) == 1


class Build(DocumentModel):
    kind: Literal["build"]
    spaces: Annotated[int, Field(ge=0)]
    price: Number = 0.0


class Close(DocumentModel):
    kind: Literal["close"]
    road: str


class Option(DocumentModel):
    name: str
    do: list[Annotated[Build | Close, Field(discriminator="kind")]]
    start: Annotated[int, BeforeValidator(in_validator(parse_clock))] = 0

    @field_validator("name")
    @classmethod
    def name_has_no_slash(cls, name: str) -> str:
        if "/" in name:
            raise ValueError("must not contain a slash")
        return name


class Study(DocumentModel):
    city: str
    draws: Whole = 5
    options: dict[str, Option]
    where: str | list[str] = ""


BAD_STUDY = """\
citty: ../monaco
draws: 2.5
options:
  A:
    name: a/b
    start: 25:70
    do:
      - kind: build
        spaces: -3
        prise: 2
      - kind: close
      - {kind: bulid, spaces: 3}
      - {kind: build, spaces: 3, price: .nan}
where: {in: x}
"""


def test_all_errors_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(InputErrors) as caught:
        validate(document_of(tmp_path, BAD_STUDY), Study)
    found = [(e.line, e.value, e.rule, e.remedy) for e in caught.value.errors]
    assert all(e.file == str(tmp_path / "study.yaml") for e in caught.value.errors)
    assert (1, "city", "is required", "add it") in found
    assert (1, "citty = '../monaco'", "is not a known key", "did you mean 'city'?") in found
    assert (2, "draws = 2.5", "must be a whole number", None) in found
    assert (5, "options.A.name = 'a/b'", "must not contain a slash", None) in found
    assert any(f[0] == 6 and "00:00 and 24:00" in f[2] for f in found)
    assert (9, "options.A.do[0].spaces = -3", "must be >= 0", None) in found
    assert (
        10,
        "options.A.do[0].prise = 2",
        "is not a known key",
        "did you mean 'price'?",
    ) in found
    assert (11, "options.A.do[1].road", "is required", "add it") in found
    assert any(
        f[0] == 12 and f[2] == "'bulid' is not known here" and f[3] == "did you mean 'build'?"
        for f in found
    )
    assert any(f[0] == 13 and "number" in f[2] for f in found)
    assert (14, "where", "must be text or must be a list") in [f[:3] for f in found]
    assert len(found) == 11
    assert [f[0] for f in found] == sorted(f[0] or 0 for f in found)


class Loose(DocumentModel):
    model_config = ConfigDict(allow_inf_nan=True)

    share: float
    tariffs: list[dict[str, float]]


@pytest.mark.parametrize("word", [".nan", ".inf", "-.inf", "'nan'", "1e999"])
def test_no_number_is_infinite_whatever_the_model_says(word: str, tmp_path: Path) -> None:
    document = document_of(tmp_path, f"share: 1\ntariffs:\n  - {{a: {word}}}\n")
    with pytest.raises(InputErrors, match=r"study.yaml:3: tariffs\[0\]\.a = .*: must be a finite"):
        validate(document, Loose)


@pytest.mark.parametrize("word", ["true", "'3'", "[3]", "3 EUR"])
def test_a_number_is_neither_text_nor_truth(word: str, tmp_path: Path) -> None:
    text = (
        f"city: x\noptions: {{A: {{name: x, do: [{{kind: build, spaces: 1, price: {word}}}]}}}}\n"
    )
    with pytest.raises(InputErrors, match="must be a number") as caught:
        validate(document_of(tmp_path, text), Study)
    assert len(caught.value.errors) == 1


def test_a_good_file_passes(tmp_path: Path) -> None:
    text = "city: x\noptions: {A: {name: y, start: '07:30', do: [{kind: close, road: z}]}}\n"
    study = validate(document_of(tmp_path, text), Study)
    assert study.options["A"].start == 27_000
    assert study.options["A"].do == [Close(kind="close", road="z")]


def test_read_text_leaves_out_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("key,value\n", encoding="utf-8-sig")
    assert read_text(path) == "key,value\n"
