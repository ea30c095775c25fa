"""The errors that a user may meet, each with the exit code that the command line answers with.

Examples
--------
>>> print(InputError("must be > 0", file="city.yaml", line=7, value="capacity_vph = -3",
...                  remedy="set lanes or capacity"))
city.yaml:7: capacity_vph = -3: must be > 0; set lanes or capacity
"""

from collections.abc import Iterable
from enum import IntEnum
from pathlib import Path


class ExitCode(IntEnum):
    """What the command line answers the shell with; the numbers never change."""

    DONE = 0
    CERTIFICATE_FAILED = 1
    BAD_INPUT = 2
    MACHINE_FAULT = 3
    INTERRUPTED = 130


class CitymoveError(Exception):
    """Base of all errors that citymove raises on purpose."""

    exit_code: ExitCode = ExitCode.MACHINE_FAULT


class InputError(CitymoveError):
    """One thing in the input that breaks a rule.

    Parameters
    ----------
    rule
        The rule that is broken, as a phrase ("must be > 0").
    file, line
        Where the value stands, when it stands in a file; lines count from 1.
    value
        The offending value with its name ("capacity_vph[17] = 0").
    remedy
        What the reader can do about it.
    """

    exit_code = ExitCode.BAD_INPUT

    def __init__(
        self,
        rule: str,
        *,
        file: str | Path | None = None,
        line: int | None = None,
        value: str | None = None,
        remedy: str | None = None,
    ) -> None:
        self.rule = rule
        self.file = None if file is None else str(file)
        self.line = line
        self.value = value
        self.remedy = remedy
        super().__init__(str(self))

    def __str__(self) -> str:
        place = ""
        if self.file is not None:
            place = self.file if self.line is None else f"{self.file}:{self.line}"
        parts = [part for part in (place, self.value, self.rule) if part]
        message = ": ".join(parts)
        return message if not self.remedy else f"{message}; {self.remedy}"


class InputErrors(CitymoveError):  # noqa: N818 - the plural says that it holds several
    """Every error of one input at once, in the order in which they stand in it.

    Parameters
    ----------
    errors
        One or more errors.
    """

    exit_code = ExitCode.BAD_INPUT

    def __init__(self, errors: Iterable[InputError]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(str(error) for error in self.errors))


class MachineError(CitymoveError):
    """The machine's fault: a full disk, no memory, a folder that cannot be written."""

    exit_code = ExitCode.MACHINE_FAULT
