"""A folder imports only from the floors below it; nothing else keeps the house standing."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import citymove

FLOORS = (
    "foundation",
    "facts",
    "formats",
    "signals",
    "prepare",
    "paths",
    "traffic",
    "demand",
    "parking",
    "coupling",
    "complaints",
    "runs",
    "calibration",
    "appraisal",
    "scenario",
    "siting",
    "monitoring",
    "report",
    "cli",
    "api",
)
PACKAGE = Path(citymove.__file__).parent
SOURCES = sorted(PACKAGE.rglob("*.py"))


def floor_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and full name of each import, those inside functions too."""
    module = ("citymove", *path.relative_to(PACKAGE).with_suffix("").parts)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parent = ".".join(module[: -node.level]) + "." if node.level else ""
            base = parent + (node.module or "")
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_to_lower_floors_only(path: Path) -> None:
    here = floor_of(path)
    if here == "__init__":
        return  # the package's face names the public entries of every floor, lazily
    rank = FLOORS.index(here)
    wrong = []
    for line, name in imports_of(path):
        parts = name.split(".")
        if parts[0] != "citymove" or len(parts) < 2 or parts[1] not in FLOORS:
            continue
        if FLOORS.index(parts[1]) > rank:
            wrong.append(f"{path.relative_to(PACKAGE)}:{line} imports {name}")
    assert not wrong, wrong


def test_every_folder_has_its_floor() -> None:
    folders = {p.name for p in PACKAGE.iterdir() if p.is_dir() and (p / "__init__.py").exists()}
    assert folders <= set(FLOORS)


def test_models_meet_only_in_coupling() -> None:
    """Traffic and parking never call each other."""
    for here, there in (("traffic", "parking"), ("parking", "traffic")):
        for path in (PACKAGE / here).rglob("*.py"):
            names = [name for _, name in imports_of(path)]
            assert not [n for n in names if n.startswith(f"citymove.{there}")], path
