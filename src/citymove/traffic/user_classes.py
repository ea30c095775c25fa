"""Classes of users on the same roads: what they pay, where they may not drive, what room they take.

A vehicle of class ``k`` takes the room of ``pce`` passenger cars, so links know one volume,
``V = sum of pce_k v_k``. It meets the cost ``t(V) + c_k``: a time that is everyone's and a
constant of its own, money over its value of time. In passenger car equivalents
``x_k = pce_k v_k`` the objective is ``integral of t + sum of c_k x_k``: its derivative by ``x_k``
is the cost of class ``k``, whatever the equivalents. A cost of a class that multiplied the time
instead would leave no objective, and only the gap would certify.

At equilibrium the total volume is unique where times rise strictly. How the classes share it is
not: two classes that pay nothing can change places. Class volumes are those that the algorithm
came to.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.facts.roads import Vehicle
from citymove.foundation.errors import InputError
from citymove.foundation.table import frozen_array

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False, kw_only=True)
class UserClass:
    """One class of users.

    Parameters
    ----------
    name
        What results call it; unique among the classes.
    pce
        Passenger car equivalents of one vehicle, > 0.
    value_of_time
        Money per unit of the network's time, > 0.
    toll, distance_cost
        float64 [links], money >= 0 that a vehicle pays and spends there; None: nothing. They add
        to the network's `fixed_cost`, which all classes bear.
    closed
        bool [links], where the class may not drive; None: nowhere. `closed_to` makes it from a
        road's permitted vehicles.

    Examples
    --------
    A toll of 2 money is 0.2 h to those who value an hour at 10:

    >>> UserClass(name="cars", value_of_time=10.0, toll=[2.0, 0.0]).constant(2).tolist()
    [0.2, 0.0]
    """

    name: str
    pce: float = 1.0
    value_of_time: float = 1.0
    toll: Array | None = None
    distance_cost: Array | None = None
    closed: Array | None = None

    def __post_init__(self) -> None:
        for field in ("pce", "value_of_time"):
            value = getattr(self, field)
            if not (np.isfinite(value) and value > 0):
                raise InputError("must be > 0", value=f"{field} = {value} (class {self.name!r})")
        for field in ("toll", "distance_cost"):
            values = getattr(self, field)
            if values is not None:
                object.__setattr__(self, field, frozen_array(values, np.float64))
        if self.closed is not None:
            object.__setattr__(self, "closed", frozen_array(self.closed, np.bool_))

    def constant(self, link_count: int) -> Array:
        """Return what the class bears beside the time, float64 [links], in units of time."""
        money = np.zeros(link_count)
        for field in ("toll", "distance_cost"):
            values = getattr(self, field)
            if values is None:
                continue
            self._check_shape(field, values, link_count)
            bad = np.flatnonzero(~(np.isfinite(values) & (values >= 0)))
            if bad.size:
                raise InputError(
                    "must be >= 0",
                    value=f"{field} = {values[bad[0]]:g} (class {self.name!r}, link {bad[0]})",
                )
            money += values
        return np.asarray(money / self.value_of_time)

    def closed_links(self, link_count: int) -> Array:
        """Return where the class may not drive, bool [links]."""
        if self.closed is None:
            return np.zeros(link_count, np.bool_)
        self._check_shape("closed", self.closed, link_count)
        return self.closed

    def _check_shape(self, field: str, values: Array, link_count: int) -> None:
        if values.shape != (link_count,):
            raise InputError(
                f"must have the shape {(link_count,)}",
                value=f"{field} of shape {values.shape} (class {self.name!r})",
            )


def closed_to(vehicle: Vehicle, permitted: Array) -> Array:
    """Return the links where none of these vehicles may drive, bool [links].

    Parameters
    ----------
    vehicle
        One kind of vehicle, or several, any of which will do.
    permitted
        int [links], `Vehicle` as in `facts.roads.Links.vehicles`.

    Examples
    --------
    >>> closed_to(Vehicle.TRUCK, np.array([Vehicle.CAR, Vehicle.CAR | Vehicle.TRUCK])).tolist()
    [True, False]
    """
    return np.asarray((np.asarray(permitted, np.int64) & int(vehicle)) == 0)


@dataclass(frozen=True, eq=False)
class ClassTerms:
    """What classes add to a network, in the form that solvers take.

    Classes that pay the same and may drive the same links search the same paths: they form a
    *group*.

    Parameters
    ----------
    pce
        float64 [segments].
    group
        int64 [segments], numbered by first appearance.
    constant
        float64 [groups, links], in units of time, beside the network's fixed cost; 0 on closed
        links, which nothing uses.
    closed
        bool [groups, links].
    """

    pce: Array
    group: Array
    constant: Array
    closed: Array

    @property
    def group_count(self) -> int:
        """Number of groups, at least 1."""
        return int(self.constant.shape[0])

    @property
    def differ(self) -> bool:
        """Whether anything sets the classes apart from users who bear the network's costs alone."""
        return bool(self.closed.any() or self.constant.any())

    @property
    def search_constant(self) -> Array:
        """`constant` with inf on closed links, float64 [groups, links]."""
        return np.where(self.closed, np.inf, self.constant)

    def cost_of(self, volume: Array) -> float:
        """Return the sum of constants over volumes in equivalents, float64 [segments, links]."""
        if not self.constant.any():
            return 0.0
        return float(np.sum(self.constant[self.group] * volume))


def class_terms(
    classes: Sequence[UserClass] | None, segment_count: int, link_count: int
) -> ClassTerms:
    """Return what these classes, one a segment, add to a network; None: nothing sets them apart.

    Raises
    ------
    InputError
        Where their number is not that of the segments, two share a name, or a column does not fit.
    """
    if classes is None:
        return ClassTerms(
            pce=np.ones(segment_count),
            group=np.zeros(segment_count, np.int64),
            constant=np.zeros((1, link_count)),
            closed=np.zeros((1, link_count), np.bool_),
        )
    names = [one.name for one in classes]
    if len(names) != segment_count:
        raise InputError(
            f"must be one for each of the {segment_count} segments of demand",
            value=f"{len(names)} classes",
        )
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise InputError("must be unique", value=f"class name {twice[0]!r}")
    group_of: dict[bytes, int] = {}
    group, constant, closed = [], [], []
    for one in classes:
        shut = one.closed_links(link_count)
        paid = np.where(shut, 0.0, one.constant(link_count))
        key = paid.tobytes() + shut.tobytes()
        if key not in group_of:
            group_of[key] = len(group_of)
            constant.append(paid)
            closed.append(shut)
        group.append(group_of[key])
    return ClassTerms(
        pce=np.array([float(one.pce) for one in classes]),
        group=np.array(group, np.int64),
        constant=np.array(constant).reshape(-1, link_count),
        closed=np.array(closed, np.bool_).reshape(-1, link_count),
    )
