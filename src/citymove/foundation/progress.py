"""How long work tells where it stands, without knowing who listens."""

from typing import Protocol


class Progress(Protocol):
    """Something that is told of steps done."""

    def __call__(self, message: str, done: int, total: int) -> None:
        """Take a message, and how many of how many steps are done (0 of 0: not counted)."""


def silent(message: str, done: int, total: int) -> None:
    """Tell nobody."""
