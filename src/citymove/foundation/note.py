"""Sentences for the planner, in both languages, written where what they tell is known."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Note:
    """One sentence for the planner.

    Parameters
    ----------
    key
        Stable name of what it tells, whatever the numbers in it.
    en, zh
        The sentence in English and Chinese, closed by a full stop.

    Examples
    --------
    >>> print(Note("gateways", en="8 gateways.", zh="8 个出入口。"))
    8 gateways.
    """

    key: str
    en: str
    zh: str

    def __str__(self) -> str:
        return self.en
