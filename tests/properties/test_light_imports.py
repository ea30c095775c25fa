"""`import citymove` and `citymove --help` load no heavy library."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("numpy", "numba", "scipy", "pandas", "matplotlib", "osmium", "pydantic", "simpy", "rich")


@pytest.mark.parametrize(
    "code",
    [
        "import citymove",
        (
            "from click.testing import CliRunner; from citymove.cli import main; "
            "result = CliRunner().invoke(main, ['--help']); assert result.exit_code == 0"
        ),
    ],
)
def test_nothing_heavy_is_loaded(code: str) -> None:
    probe = f"{code}; import sys; print(*[m for m in {HEAVY} if m in sys.modules])"
    loaded = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True
    )
    assert loaded.stdout.split() == []


def test_public_entries_are_functions_and_types() -> None:
    from citymove import api

    for name in api.__all__:
        assert callable(getattr(api, name)), name
