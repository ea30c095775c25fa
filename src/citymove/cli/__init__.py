"""The command line: parses, calls, exits with a stable code."""

from citymove.cli.commands import main

__all__ = ["main"]
