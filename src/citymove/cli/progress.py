"""Progress on stderr, as whoever looks at it can read it."""

import sys
from types import TracebackType
from typing import Any, Self

import click


class Display:
    """A bar on a terminal, plain lines elsewhere; each is a `foundation.progress.Progress`."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import (
                BarColumn,
                MofNCompleteColumn,
                Progress,
                SpinnerColumn,
                TextColumn,
                TimeElapsedColumn,
            )

            columns = (
                SpinnerColumn(),
                TextColumn("{task.description}", markup=False),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
            )
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self._bar.start()
            self._task = self._bar.add_task("", total=None)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, message: str, done: int, total: int) -> None:
        """Take a message, and how many of how many steps are done (0 of 0: not counted)."""
        if self._bar is not None:
            self._bar.update(self._task, description=message, completed=done, total=total or None)
        else:
            click.echo(f"[{done}/{total}] {message}" if total else message, err=True)
