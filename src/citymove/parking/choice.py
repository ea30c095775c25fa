"""Which facilities a driver would take, and how much each is worth to him.

A facility is acceptable when it lies within the walk limit by the city's walking rule, has
spaces, lets the driver stay as long as he wants and can be reached. Its utility, in minutes, is

    taste - (drive + walk_weight x walk + expected search penalty + fee / value of time)

The drive depends on where the driver is; all else is computed once, at the start of the
search. The expected search penalty is the share of arrivals refused there in the previous
round (habit) times the minutes that a refusal costs. The taste is a Gumbel number of (seed,
traveller, facility), so an option that adds a facility leaves all other tastes unchanged.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from citymove.foundation.errors import InputError
from citymove.foundation.jit import kernel
from citymove.foundation.randomness import Stream, stable_id, uniform
from citymove.foundation.table import frozen_array
from citymove.foundation.walking import Walking
from citymove.parking.outcome import Drivers
from citymove.parking.pricing import NOT_ALLOWED, FlatTariffs, price_cents
from citymove.prepare.prepared import ParkingSupply

Array = np.ndarray[Any, Any]

NOWHERE = -1
_TASTE = int(Stream.FACILITY_TASTE)


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How drivers weigh facilities.

    Parameters
    ----------
    walk_limit_m
        Longest walk from a space that a driver takes, m, > 0.
    walk_weight
        A minute walked against a minute driven, >= 0.
    taste_spread_min
        Scale of the Gumbel taste, min, >= 0.
    refusal_min
        Minutes of search that a driver expects a refusal to cost, >= 0 (assumed: about a way
        round and the drive to the next place).
    kerb_margin_min
        A driver takes a free space that he passes, unless the place he heads for is better by
        more than this, min, >= 0 (assumed: a space in sight is worth more than one hoped for).
    candidates
        Most facilities that a searching driver considers, the best from where he begins.
    known
        The same for a driver who knows which spaces are free.
    """

    walk_limit_m: float
    walk_weight: float
    taste_spread_min: float
    refusal_min: float = 4.0
    kerb_margin_min: float = 1.0
    candidates: int = 12
    known: int = 64

    def __post_init__(self) -> None:
        if not 0 < self.walk_limit_m < math.inf:
            raise InputError("must be > 0 and finite", value=f"walk_limit_m = {self.walk_limit_m}")
        for name in ("walk_weight", "taste_spread_min", "refusal_min", "kerb_margin_min"):
            if not 0 <= getattr(self, name) < math.inf:
                raise InputError("must be >= 0", value=f"{name} = {getattr(self, name)}")
        if self.candidates < 1 or self.known < 1:
            raise InputError("must be >= 1", value=f"{self.candidates}, {self.known} candidates")


@dataclass(frozen=True, eq=False, kw_only=True)
class Candidates:
    """The facilities that drivers consider, best first.

    Parameters
    ----------
    facility
        int32 [drivers, places], row of the supply; -1 past the last.
    utility_min
        float64 [drivers, places], the part of the utility that does not depend on where the
        driver is, min.
    """

    facility: Array
    utility_min: Array

    def of(self, row: int) -> tuple[list[int], list[float]]:
        """Return facilities and utilities of one driver."""
        count = int(np.count_nonzero(self.facility[row] >= 0))
        return self.facility[row, :count].tolist(), self.utility_min[row, :count].tolist()


@dataclass(frozen=True, eq=False, kw_only=True)
class Places:
    """Facilities that somebody could use at all, in the order in which kernels look for them.

    Parameters
    ----------
    targets
        int64 [targets], the links on which they are reached, rising.
    target_of
        int64 [facilities], row of `targets`, -1 for a facility that nobody can use.
    by_x
        int64 [usable], rows of the supply by rising x.
    x_m, y_m
        float64 [usable], in the order of `by_x`.
    taste_key
        int64 [facilities], stable number of the facility's id.
    tariff
        int64 [facilities].
    flat
        `FlatTariffs.arrays()`.
    """

    targets: Array
    target_of: Array
    by_x: Array
    x_m: Array
    y_m: Array
    taste_key: Array
    tariff: Array
    flat: tuple[Array, ...]

    @classmethod
    def of(cls, supply: ParkingSupply, tariffs: FlatTariffs) -> "Places":
        """Return the usable facilities of `supply`."""
        usable = (supply.link >= 0) & (supply.spaces > 0)
        targets = np.unique(supply.link[usable]).astype(np.int64)
        target_of = np.where(usable, np.searchsorted(targets, supply.link), NOWHERE)
        by_x = np.flatnonzero(usable)
        by_x = by_x[np.argsort(supply.x_m[by_x], kind="stable")]
        return cls(
            targets=targets,
            target_of=frozen_array(target_of, np.int64),
            by_x=frozen_array(by_x, np.int64),
            x_m=frozen_array(supply.x_m[by_x]),
            y_m=frozen_array(supply.y_m[by_x]),
            taste_key=frozen_array([stable_id(str(i)) for i in supply.id], np.int64),
            tariff=frozen_array(supply.tariff, np.int64),
            flat=tariffs.arrays(),
        )


def rank_candidates(
    places: Places,
    drivers: Drivers,
    from_node_s: Array,
    *,
    walking: Walking,
    behaviour: Behaviour,
    refused_share: Array,
    seed: int,
    keep: int,
) -> Candidates:
    """Return the best facilities for each driver from the node where the search starts.

    Parameters
    ----------
    places
        Usable facilities.
    drivers
        Drivers with a start node, all of one slice.
    from_node_s
        float64 [targets, nodes], see `Ways`.
    walking, behaviour
        How they walk and weigh.
    refused_share
        float64 [facilities], share of arrivals that drivers expect to be refused, 0..1.
    seed
        The run's seed.
    keep
        Most facilities per driver.

    Notes
    -----
    All acceptable facilities are weighed, and the `keep` best by utility at the start node are
    kept, in that order; equal utilities stand in the order of the supply. The fee is that of a
    stay that begins when the search begins.
    """
    keep = max(1, min(keep, places.by_x.size))
    facility = np.full((len(drivers), keep), NOWHERE, np.int32)
    utility_min = np.full((len(drivers), keep), -np.inf)
    _rank(
        from_node_s,
        (places.target_of, places.by_x, places.x_m, places.y_m),
        (places.taste_key, places.tariff, places.flat),
        (
            drivers.id,
            drivers.start_node,
            *(c.astype(np.int64) for c in (drivers.start_s, drivers.dwell_s)),
        ),
        (drivers.x_m, drivers.y_m, drivers.value_of_time_per_h),
        (
            behaviour.walk_limit_m,
            walking.detour,
            behaviour.walk_weight / walking.speed_mps / 60,
            behaviour.taste_spread_min,
        ),
        refused_share * behaviour.refusal_min,
        seed,
        facility,
        utility_min,
    )
    return Candidates(facility=frozen_array(facility), utility_min=frozen_array(utility_min))


@kernel
def _rank(
    from_node_s: Array,
    located: Any,
    attributes: Any,
    trip: Any,
    person: Any,
    weights: Any,
    penalty_min: Array,
    seed: int,
    facility: Array,
    utility_min: Array,
) -> None:
    target_of, by_x, x_m, y_m = located
    taste_key, tariff, flat = attributes
    ids, start_node, start_s, dwell_s = trip
    at_x_m, at_y_m, value_per_h = person
    limit_m, detour, min_per_m, spread_min = weights
    reach_m = limit_m / detour + 1.0  # a metre of slack: the exact test follows
    total = np.empty(facility.shape[1])
    for i in range(ids.size):
        count = 0
        for j in range(np.searchsorted(x_m, at_x_m[i] - reach_m), x_m.size):
            if x_m[j] > at_x_m[i] + reach_m:
                break
            f = by_x[j]
            walk_m = math.hypot(x_m[j] - at_x_m[i], y_m[j] - at_y_m[i]) * detour
            drive_s = from_node_s[target_of[f], start_node[i]]
            if walk_m > limit_m or drive_s == np.inf:
                continue
            cents = price_cents(flat, tariff[f], start_s[i], dwell_s[i])
            if cents == NOT_ALLOWED:
                continue
            u = uniform(seed, ids[i], _TASTE, taste_key[f])
            fee_min = cents / 100 / value_per_h[i] * 60
            value = -math.log(-math.log(u)) * spread_min - (
                min_per_m * walk_m + penalty_min[f] + fee_min
            )
            count = _keep_best(
                f, value, value - drive_s / 60, facility[i], utility_min[i], total, count
            )


@kernel
def _keep_best(
    f: int,
    value: float,
    value_here: float,
    facility: Array,
    utility_min: Array,
    total: Array,
    count: int,
) -> int:
    """Insert a facility into a list that falls by value; equal ones stand by rising row."""
    k = count
    while k > 0 and (
        value_here > total[k - 1] or (value_here == total[k - 1] and f < facility[k - 1])
    ):
        k -= 1
    if k == total.size:
        return count
    for m in range(min(count, total.size - 1), k, -1):
        facility[m], utility_min[m], total[m] = facility[m - 1], utility_min[m - 1], total[m - 1]
    facility[k], utility_min[k], total[k] = f, value, value_here
    return min(count + 1, total.size)


def place_nearest(
    places: Places,
    drivers: Drivers,
    spaces: Array,
    *,
    walking: Walking,
    behaviour: Behaviour,
) -> Array:
    """Return where cars stand that are parked from the start, int32 [drivers], -1: nowhere.

    One after the other, in the order of the rows, each takes the nearest facility within the
    walk limit that allows the stay and has a space left; equal distances go to the lower row
    of the supply.

    Parameters
    ----------
    places
        Usable facilities.
    drivers
        Those who stand at the start, by rising id.
    spaces
        int [facilities].
    walking, behaviour
        How far they walk.
    """
    free = np.array(spaces, np.int64)
    facility = np.full(len(drivers), NOWHERE, np.int32)
    _place(
        (places.by_x, places.x_m, places.y_m, places.tariff, places.flat),
        (drivers.x_m, drivers.y_m, drivers.dwell_s),
        (behaviour.walk_limit_m, walking.detour),
        free,
        facility,
    )
    return frozen_array(facility)


@kernel
def _place(located: Any, person: Any, limits: Any, free: Array, facility: Array) -> None:
    by_x, x_m, y_m, tariff, flat = located
    at_x_m, at_y_m, dwell_s = person
    limit_m, detour = limits
    reach_m = limit_m / detour + 1.0  # a metre of slack: the exact test follows
    max_stay_s = flat[2]
    for i in range(facility.size):
        best_m = np.inf
        best = NOWHERE
        for j in range(np.searchsorted(x_m, at_x_m[i] - reach_m), x_m.size):
            if x_m[j] > at_x_m[i] + reach_m:
                break
            f = by_x[j]
            walk_m = math.hypot(x_m[j] - at_x_m[i], y_m[j] - at_y_m[i]) * detour
            if free[f] <= 0 or walk_m > limit_m:
                continue
            if tariff[f] >= 0 and 0 <= max_stay_s[tariff[f]] < dwell_s[i]:
                continue
            if walk_m < best_m or (walk_m == best_m and f < best):
                best_m, best = walk_m, f
        if best != NOWHERE:
            free[best] -= 1
        facility[i] = best
