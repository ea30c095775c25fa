"""The pages hold to the program: links, commands, YAML, terms, keys, output, the snippet."""

from __future__ import annotations

import re
import shlex
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from pydantic import BaseModel

from citymove.cli import main
from citymove.facts.assumptions import KEYS, required_keys
from citymove.facts.city import City
from citymove.formats.city_document import CityEntry, cross_faults
from citymove.formats.city_folder import read_city
from citymove.foundation.documents import read_document, validate
from citymove.foundation.errors import ExitCode
from citymove.foundation.terms import TERMS
from citymove.scenario import results
from citymove.scenario.bundled import seed_folder
from citymove.scenario.preview import resolve
from citymove.scenario.reading import read_study
from citymove.scenario.schema import Study
from citymove.scenario.step import registry

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *sorted(DOCS.rglob("*.md")),
    *sorted((ROOT / "seeds").rglob("*.md")),
]
LARGEST_IMAGE = 300_000  # bytes

_FENCE = re.compile(r"^(?P<mark>```)(?P<language>\w*)\n(?P<text>.*?)^```$", re.M | re.S)
_OUTPUT = re.compile(r"<!-- output: (?P<command>.+?) -->\n```text\n(?P<text>.*?)^```$", re.M | re.S)
_LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")


def page_id(path: Path) -> str:
    return str(path.relative_to(ROOT))


@dataclass(frozen=True)
class Block:
    page: Path
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{page_id(self.page)}:{self.line}"


def blocks(path: Path, *languages: str) -> list[Block]:
    text = path.read_text(encoding="utf-8")
    found = [
        Block(path, text.count("\n", 0, m.start()) + 2, m["language"], m["text"])
        for m in _FENCE.finditer(text)
    ]
    return [b for b in found if b.language in languages]


def prose(path: Path) -> str:
    return _FENCE.sub("", path.read_text(encoding="utf-8"))


def anchors(path: Path) -> set[str]:
    """Return the anchors of a page's headings, as a code host makes them."""
    heads = re.findall(r"^#+ (.+)$", prose(path), re.M)
    plain = [re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads]
    return set(plain)


@pytest.fixture(scope="module")
def monaco() -> City:
    return read_city(seed_folder("monaco"))


# --- links and pictures ----------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES, ids=page_id)
def test_links_lead_somewhere(path: Path) -> None:
    broken = []
    for target in (m["target"] for m in _LINK.finditer(prose(path))):
        if target.startswith(("https://", "http://")):
            continue
        name, _, anchor = target.partition("#")
        place = (path.parent / name).resolve() if name else path
        if not place.exists() or (anchor and anchor not in anchors(place)):
            broken.append(target)
    assert broken == []


def test_each_page_is_reached_from_the_index() -> None:
    index = DOCS / "README.md"
    linked = {(DOCS / m["target"]).resolve() for m in _LINK.finditer(prose(index))}
    assert {p for p in DOCS.rglob("*.md") if p != index} <= linked


def test_pictures_are_small_and_used() -> None:
    pictures = sorted((DOCS / "images").iterdir())
    assert pictures
    assert [p.name for p in pictures if p.stat().st_size > LARGEST_IMAGE] == []
    text = "".join(path.read_text(encoding="utf-8") for path in PAGES)
    assert [p.name for p in pictures if f"images/{p.name})" not in text] == []
    assert "© OpenStreetMap contributors" in (ROOT / "README.md").read_text(encoding="utf-8")


# --- commands --------------------------------------------------------------------------------


def shell_lines() -> Iterator[tuple[str, list[str]]]:
    for path in PAGES:
        for block in blocks(path, "sh", "console"):
            for line in block.text.splitlines():
                if line.strip():
                    yield str(block), shlex.split(line)


def test_commands_and_options_exist() -> None:
    wrong, seen = [], set()
    for place, words in shell_lines():
        if words[0] != "citymove":
            continue
        command: click.Command | None = main
        rest = words[1:]
        if rest and not rest[0].startswith("-"):
            command = main.commands.get(rest[0])
            seen.add(rest[0])
            rest = rest[1:]
        names = {"--help", "-h", *option_names(command)} if command else set()
        if command is None or any(w.startswith("-") and w not in names for w in rest):
            wrong.append((place, words))
    assert wrong == []
    assert {"new", "check", "preview", "run"} <= seen


def option_names(command: click.Command) -> set[str]:
    return {name for p in command.params if isinstance(p, click.Option) for name in p.opts}


def test_targets_of_make_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))
    asked = [words[1] for _, words in shell_lines() if words[0] == "make"]
    assert {"demo", "test"} <= set(asked) <= targets


def test_the_command_page_names_every_command_option_and_exit_code() -> None:
    text = (DOCS / "reference" / "command_line.md").read_text(encoding="utf-8")
    missing = [name for name in main.commands if f"`citymove {name}" not in text]
    for name, command in main.commands.items():
        missing += [f"{name} {o}" for o in option_names(command) if f"`{o}" not in text]
    missing += [c.name for c in ExitCode if f"| {int(c)} | `{c.name}` |" not in text]
    assert missing == []


def outputs() -> list[Any]:
    return [
        pytest.param(m["command"], m["text"], id=f"{page_id(path)}: {m['command']}")
        for path in PAGES
        for m in _OUTPUT.finditer(path.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize(("command", "printed"), outputs())
def test_output_that_a_page_shows_is_what_is_printed(
    command: str, printed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each paragraph of the block stands in the output, in this order."""
    monkeypatch.chdir(tmp_path)
    words = shlex.split(command)[1:]
    if words[0] != "new":
        assert CliRunner().invoke(main, ["new", "car_park", "my-study"]).exit_code == 0
    answer = CliRunner().invoke(main, words)
    assert answer.exit_code == 0, answer.output
    at = 0
    for paragraph in printed.strip().split("\n\n"):
        found = answer.output.find(paragraph, at)
        assert found >= 0, f"not printed (or in another order):\n{paragraph}\n---\n{answer.output}"
        at = found + len(paragraph)


# --- the study file --------------------------------------------------------------------------

STUDY_PAGE = DOCS / "reference" / "study_file.md"
FRAME = """\
citymove: 1
name: {en: Example, zh: 示例}
city: CITY
day: {kind: workday, hours: "06:00-12:00"}
decide_on: [search_time_mean_min]
options:
  X:
    name: {en: X, zh: X}
    do:
      - close_street: {street: Rue Suffren Reymond}
run: {response: fixed}
"""


def as_study(text: str) -> str:
    """Return a whole study that holds a block: a study, some of its fields, or interventions."""
    if text.startswith("citymove:"):
        return text
    if text.startswith("- "):
        head, _, tail = FRAME.partition("      - close_street")
        return head + textwrap.indent(text, "      ") + tail.partition("\n")[2]
    own = set(re.findall(r"^(\w+):", text, re.M))
    kept = [f for f in re.split(r"^(?=\w)", FRAME, flags=re.M) if f and f.split(":")[0] not in own]
    return "".join(kept) + text


@pytest.mark.parametrize("block", blocks(STUDY_PAGE, "yaml"), ids=str)
def test_yaml_of_the_study_page_fits_the_bundled_city(
    block: Block, tmp_path: Path, monaco: City
) -> None:
    path = tmp_path / "study.yaml"
    path.write_text(as_study(block.text), encoding="utf-8")
    study, document = read_study(path)
    assert resolve(study, document, monaco)


def test_every_intervention_has_its_section_and_example() -> None:
    text = STUDY_PAGE.read_text(encoding="utf-8")
    sections = dict(re.findall(r"^### (\w+)\n(.*?)(?=^##)", text, re.M | re.S))
    for key, model in registry().items():
        assert f"- {key}:" in sections.get(key, ""), f"no section or example for {key}"
        for name, field in model.model_fields.items():
            known = sections[key] + text.partition("## Streets, places, junctions")[2]
            assert re.search(rf"\b{field.alias or name}\b", known), f"{key}: {name} is not told"


def test_every_field_of_a_study_is_told() -> None:
    text = STUDY_PAGE.read_text(encoding="utf-8")
    for name in Study.model_fields:
        assert f"| `{name}` |" in text
    run = Study.model_fields["run"].annotation
    assert run is not None
    assert [name for name in run.model_fields if f"| `{name}` |" not in text] == []


# --- the city --------------------------------------------------------------------------------

CITY_PAGE = DOCS / "guides" / "your_city.md"


def test_the_example_of_a_city_is_sound(tmp_path: Path) -> None:
    (block,) = blocks(CITY_PAGE, "yaml")
    path = tmp_path / "city.yaml"
    path.write_text(block.text, encoding="utf-8")
    document = read_document(path)
    entry = validate(document, CityEntry)
    keys = required_keys([side.id for side in entry.sides])
    assert cross_faults(document, entry, keys) == []


def test_the_guide_names_every_field_of_a_city() -> None:
    text = CITY_PAGE.read_text(encoding="utf-8")
    assert [name for name in CityEntry.model_fields if f"`{name}`" not in text] == []


def test_the_guide_lists_every_assumption_as_the_program_knows_it() -> None:
    text = CITY_PAGE.read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| `([^`]+)` \| (.+?) \| (.+?) \| (.+?) \| (.+?) \.\. (.+?) \|$", text, re.M
    )
    told = {key: rest for key, *rest in rows}
    assert list(told) == list(KEYS)
    for key, known in KEYS.items():
        meaning, meaning_zh, unit, low, high = told[key]
        assert (meaning, meaning_zh, unit) == (known.meaning, known.meaning_zh, known.unit or "–")
        assert float(low) == known.low
        assert high == "any" if known.high >= 1e9 else float(high) == known.high


# --- terms and results -----------------------------------------------------------------------


def test_every_term_is_in_the_table() -> None:
    text = (DOCS / "background" / "terms.md").read_text(encoding="utf-8")
    for term in TERMS.values():
        assert f"| `{term.key}` | {term.en} | {term.zh} | {term.unit or '–'} |" in text
        assert f"| `{term.key}` | {term.definition_en} | {term.definition_zh} |" in text


def test_every_field_of_the_results_is_told() -> None:
    text = (DOCS / "reference" / "results.md").read_text(encoding="utf-8")
    models = [
        model
        for model in vars(results).values()
        if isinstance(model, type)
        and issubclass(model, BaseModel)
        and model.__module__ == results.__name__
    ]
    told = [m for m in models if not m.__name__.startswith("_") and m.__name__ != "Text"]
    assert len(told) >= 6
    for model in told:
        section = re.search(rf"^### {model.__name__}\n(.*?)(?=^##)", text, re.M | re.S)
        assert section, f"no section for {model.__name__}"
        missing = [name for name in model.model_fields if f"`{name}`" not in section[1]]
        assert missing == [], model.__name__


# --- Python ----------------------------------------------------------------------------------


def test_the_snippet_of_the_readme_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Slow by the compilation of kernels where none are stored: some 15 s."""
    (block,) = blocks(ROOT / "README.md", "python")
    monkeypatch.chdir(ROOT)
    exec(compile(block.text, str(block), "exec"), {})  # noqa: S102 - the page's own example
    printed = capsys.readouterr().out
    minutes = re.fullmatch(r"(\d+\.\d) min to find a space\n", printed)
    assert minutes, printed
    assert 0 < float(minutes[1]) < 60
