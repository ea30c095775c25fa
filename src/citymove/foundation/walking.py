"""The one walking rule: how far and how long a walk between two points is.

A walk is the straight line times a detour factor, at a constant speed. Every floor that
walks (choice of a car park, search time, access) uses this rule, so that no two of them
disagree on what is near.

Examples
--------
>>> rule = Walking(speed_mps=1.25, detour=1.3)
>>> float(rule.distance_m(300.0, 400.0)), float(rule.time_s(300.0, 400.0))
(650.0, 520.0)
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from citymove.foundation.errors import InputError


@dataclass(frozen=True, slots=True)
class Walking:
    """Straight line x detour at a constant speed.

    Parameters
    ----------
    speed_mps
        Walking speed, m/s, > 0.
    detour
        Length of the way on foot over the straight line, >= 1.
    """

    speed_mps: float
    detour: float

    def __post_init__(self) -> None:
        if not self.speed_mps > 0:
            raise InputError("must be > 0", value=f"walking speed_mps = {self.speed_mps}")
        if not self.detour >= 1:
            raise InputError("must be >= 1", value=f"walking detour = {self.detour}")

    def distance_m(self, dx_m: npt.ArrayLike, dy_m: npt.ArrayLike) -> np.ndarray[Any, Any]:
        """Return the length of the way on foot, m, float64 of the broadcast shape."""
        return np.asarray(np.hypot(dx_m, dy_m) * self.detour)

    def time_s(self, dx_m: npt.ArrayLike, dy_m: npt.ArrayLike) -> np.ndarray[Any, Any]:
        """Return the time of the way on foot, s, float64 of the broadcast shape."""
        return self.distance_m(dx_m, dy_m) / self.speed_mps
