"""A table: a frozen dataclass whose columns are arrays of one length.

Facts and results of citymove are such tables, since kernels want arrays and results
must not change once made.

Examples
--------
>>> from dataclasses import dataclass
>>> @dataclass(frozen=True, eq=False, kw_only=True)
... class Points(Table):
...     x_m: np.ndarray = column(np.float64)
...     y_m: np.ndarray = column(np.float64)
>>> points = Points(x_m=[0, 3], y_m=[0, 4])
>>> len(points), points.x_m.dtype.name, points.x_m.flags.writeable
(2, 'float64', False)
>>> points.take([1]).y_m.tolist()
[4.0]
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from citymove.foundation.errors import InputError

_DTYPE, _FILL = "dtype", "fill"


def column(dtype: npt.DTypeLike, *, fill: Any = None) -> Any:
    """Declare a column and the dtype that its values are converted to (`str` for text).

    A column with `fill` may be left out: every row then has this value.
    """
    if fill is None:
        return field(metadata={_DTYPE: dtype})
    return field(default=None, metadata={_DTYPE: dtype, _FILL: fill})


def frozen_array(values: npt.ArrayLike, dtype: npt.DTypeLike | None = None) -> np.ndarray[Any, Any]:
    """Return `values` as a contiguous read-only array, copied only where it must be."""
    array = np.ascontiguousarray(values, dtype=dtype)
    if array.flags.writeable:
        array = array.copy() if array is values or array.base is not None else array
        array.flags.writeable = False
    return array


@dataclass(frozen=True, eq=False, kw_only=True)
class Table:
    """Base of all tables: converts, freezes and checks the length of its columns."""

    def __post_init__(self) -> None:
        lengths: dict[str, int] = {}
        self._fill()
        for name, dtype in self._columns():
            array = frozen_array(getattr(self, name), dtype)
            if array.ndim == 0:
                raise InputError("must be one-dimensional or more", value=f"{name} = {array}")
            object.__setattr__(self, name, array)
            lengths[name] = array.shape[0]
        if len(set(lengths.values())) > 1:
            raise InputError(
                "the columns of a table must have one length",
                value=f"{type(self).__name__}: {lengths}",
            )

    def _fill(self) -> None:
        """Give the columns that were left out their value in every row."""
        count = np.shape(getattr(self, self.column_names()[0]))[:1]
        for spec in fields(self):
            if _FILL in spec.metadata and getattr(self, spec.name) is None:
                object.__setattr__(self, spec.name, np.full(count, spec.metadata[_FILL]))

    @classmethod
    def _columns(cls) -> Iterator[tuple[str, npt.DTypeLike]]:
        for spec in fields(cls):
            if _DTYPE in spec.metadata:
                yield spec.name, spec.metadata[_DTYPE]

    @classmethod
    def column_names(cls) -> tuple[str, ...]:
        """Return the names of the columns, in the order of their declaration."""
        return tuple(name for name, _ in cls._columns())

    @classmethod
    def empty(cls) -> Self:
        """Return a table of no rows."""
        return cls(**{name: np.empty(0, dtype) for name, dtype in cls._columns()})

    def __len__(self) -> int:
        return int(getattr(self, self.column_names()[0]).shape[0])

    def take(self, rows: npt.ArrayLike) -> Self:
        """Return the table of these rows (positions or a Boolean mask)."""
        index = np.asarray(rows)
        return replace(self, **{name: getattr(self, name)[index] for name in self.column_names()})

    def append(self, other: Self) -> Self:
        """Return the table with the rows of `other` below its own."""
        return replace(
            self,
            **{
                name: np.concatenate([getattr(self, name), getattr(other, name)])
                for name in self.column_names()
            },
        )
