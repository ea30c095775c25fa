"""Choice by inversion: a random number of a traveller's own picks from cumulated weights.

Whoever keeps his number keeps his choice, as long as the weights stay as they are.
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from citymove.foundation.errors import InputError
from citymove.foundation.table import frozen_array

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False, kw_only=True)
class Choices:
    """Weights of columns, one set per row, ready to be drawn from.

    Parameters
    ----------
    reach
        float64 [rows, columns]: row number + cumulated share, so that one sorted search serves
        all rows at once.
    last
        int64 [rows], the last column of positive weight; -1 where the row has none.

    Examples
    --------
    >>> choices = Choices.of_weights(np.array([[1.0, 0.0, 3.0]]))
    >>> choices.draw(np.zeros(3, int), np.array([0.1, 0.3, 0.9])).tolist()
    [0, 2, 2]
    """

    reach: Array
    last: Array

    def __post_init__(self) -> None:
        object.__setattr__(self, "reach", frozen_array(self.reach, np.float64))
        object.__setattr__(self, "last", frozen_array(self.last, np.int64))

    @classmethod
    def of_weights(cls, weights: Array) -> Self:
        """Return the choices of weights, float64 [rows, columns] or [columns], each >= 0."""
        table = np.atleast_2d(np.asarray(weights, np.float64))
        if not np.all(np.isfinite(table) & (table >= 0)):
            raise InputError("must be finite and >= 0", value="weights of a choice")
        total = table.sum(axis=1, keepdims=True)
        share = np.divide(table, total, out=np.zeros_like(table), where=total > 0)
        reach = np.minimum(np.cumsum(share, axis=1), 1.0) + np.arange(table.shape[0])[:, None]
        column = np.arange(table.shape[1])
        last = np.where(table > 0, column, -1).max(axis=1, initial=-1)
        return cls(reach=reach, last=last)

    def draw(self, row: Array, number: Array) -> Array:
        """Return a column for each row and number in (0, 1), int64 [n]; -1 without any weight."""
        row = np.asarray(row, np.int64)
        found = np.searchsorted(self.reach.ravel(), row + number, side="right")
        return np.asarray(np.minimum(found - row * self.reach.shape[1], self.last[row]))


def round_half_up(value: float) -> int:
    """Return the nearest whole number, halves upwards (Python's own rounds halves to even).

    Examples
    --------
    >>> round_half_up(2.5), round_half_up(3.5), round_half_up(2.4)
    (3, 4, 2)
    """
    return int(np.floor(value + 0.5))
