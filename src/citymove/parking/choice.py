"""Which facilities a driver would take, and how much each is worth to him.

A facility is acceptable when it lies within the walk limit by the city's walking rule, has
spaces, lets the driver stay as long as he wants and can be reached. Its utility, in minutes, is

    taste - (drive + walk_weight x walk + expected search penalty + fee / value of time)

The drive depends on where the driver is; all else is computed once, at the start of the
search. The expected search penalty comes from habit: where a share p of arrivals was refused
in the previous round, a driver who tries places of that kind until one is free is refused
p / (1 - p) times on average (the geometric distribution; the random checks with replacement
of `exact_answers`), and each refusal costs some minutes. The taste is a Gumbel number of
(seed, traveller, facility), so an option that adds a facility leaves all other tastes
unchanged.
"""

import math
from collections.abc import Iterator
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
from citymove.prepare.prepared import FacilityKind, ParkingSupply

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
        Minutes of search that a driver expects each refusal to cost, >= 0 (assumed: the drive
        to the next place).
    refused_at_most
        Share of refusals above which habit tells no difference, < 1: it bounds the penalty
        (0.95: 19 refusals).
    kerb_margin_min
        A driver takes a free space that he passes, unless the place he heads for is better by
        more than this, min, >= 0 (assumed: a space in sight is worth more than one hoped for).
    candidates
        Most facilities of each kind (kerb, car park) that a searching driver considers, the
        best from where he begins. Of each kind, lest cheap kerb that is always full hides the
        car park round the corner.
    known
        The same for a driver who knows which spaces are free.
    """

    walk_limit_m: float
    walk_weight: float
    taste_spread_min: float
    refusal_min: float = 2.0
    refused_at_most: float = 0.95
    kerb_margin_min: float = 1.0
    candidates: int = 12
    known: int = 40

    def __post_init__(self) -> None:
        if not 0 < self.walk_limit_m < math.inf:
            raise InputError("must be > 0 and finite", value=f"walk_limit_m = {self.walk_limit_m}")
        for name in ("walk_weight", "taste_spread_min", "refusal_min", "kerb_margin_min"):
            if not 0 <= getattr(self, name) < math.inf:
                raise InputError("must be >= 0", value=f"{name} = {getattr(self, name)}")
        if not 0 <= self.refused_at_most < 1:
            raise InputError("must be a share < 1", value=f"{self.refused_at_most}")
        if self.candidates < 1 or self.known < 1:
            raise InputError("must be >= 1", value=f"{self.candidates}, {self.known} candidates")

    def penalty_min(self, refused_share: Array) -> Array:
        """Return the search expected where this share of arrivals was refused, min.

        Examples
        --------
        >>> Behaviour(600.0, 2.0, 2.0).penalty_min(np.array([0.0, 0.5, 0.75, 1.0])).round(6)
        array([ 0.,  2.,  6., 38.])
        """
        share = np.minimum(refused_share, self.refused_at_most)
        return np.asarray(self.refusal_min * share / (1 - share))


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

    def rows(self) -> Iterator[tuple[Array, Array]]:
        """Yield facilities and utilities of each driver in turn."""
        counts = np.count_nonzero(self.facility >= 0, axis=1).tolist()
        for row, count in enumerate(counts):
            yield self.facility[row, :count], self.utility_min[row, :count]


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
    tariff, kind
        int64 [facilities]; int8 [facilities] `FacilityKind`.
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
    kind: Array
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
            kind=supply.kind,
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
        Most facilities of each kind per driver.

    Notes
    -----
    All acceptable facilities are weighed, and the `keep` best of each kind by utility at the
    start node are kept, in that order; equal utilities stand in the order of the supply, kerb
    first. The fee is that of a stay that begins when the search begins.
    """
    keep = max(1, min(keep, places.by_x.size))
    shape = (len(drivers), len(FacilityKind), keep)
    facility = np.full(shape, NOWHERE, np.int32)
    utility_min, at_start_min = np.full(shape, -np.inf), np.full(shape, -np.inf)
    _rank(
        from_node_s,
        (places.target_of, places.by_x, places.x_m, places.y_m),
        (places.taste_key, places.tariff, places.kind, places.flat),
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
        behaviour.penalty_min(refused_share),
        seed,
        (facility, utility_min, at_start_min, np.empty(places.flat[1].size + 1, np.int64)),
    )
    order = np.argsort(-_flat_rows(at_start_min), axis=1, kind="stable")
    return Candidates(
        facility=frozen_array(np.take_along_axis(_flat_rows(facility), order, axis=1)),
        utility_min=frozen_array(np.take_along_axis(_flat_rows(utility_min), order, axis=1)),
    )


def _flat_rows(values: Array) -> Array:
    drivers, kinds, keep = values.shape
    return values.reshape(drivers, kinds * keep)


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
    out: Any,
) -> None:
    target_of, by_x, x_m, y_m = located
    taste_key, tariff, kind, flat = attributes
    ids, start_node, start_s, dwell_s = trip
    at_x_m, at_y_m, value_per_h = person
    limit_m, detour, min_per_m, spread_min = weights
    facility, utility_min, at_start_min, cents_of = out
    reach_m = limit_m / detour + 1.0  # a metre of slack: the exact test follows
    for i in range(ids.size):
        for t in range(cents_of.size):  # few tariffs serve many facilities; the first is free
            cents_of[t] = price_cents(flat, t - 1, start_s[i], dwell_s[i])
        for j in range(np.searchsorted(x_m, at_x_m[i] - reach_m), x_m.size):
            if x_m[j] > at_x_m[i] + reach_m:
                break
            f = by_x[j]
            walk_m = math.hypot(x_m[j] - at_x_m[i], y_m[j] - at_y_m[i]) * detour
            drive_s = from_node_s[target_of[f], start_node[i]]
            if walk_m > limit_m or drive_s == np.inf:
                continue
            cents = cents_of[tariff[f] + 1]
            if cents == NOT_ALLOWED:
                continue
            u = uniform(seed, ids[i], _TASTE, taste_key[f])
            fee_min = cents / 100 / value_per_h[i] * 60
            value = -math.log(-math.log(u)) * spread_min - (
                min_per_m * walk_m + penalty_min[f] + fee_min
            )
            best = (facility[i, kind[f]], utility_min[i, kind[f]], at_start_min[i, kind[f]])
            _keep_best(f, value, value - drive_s / 60, best)


@kernel
def _keep_best(f: int, value: float, value_here: float, best: Any) -> None:
    """Insert a facility into a list that falls by value; equal ones stand by rising row."""
    facility, utility_min, at_start_min = best
    last = facility.size - 1
    k = facility.size
    while k > 0 and (
        value_here > at_start_min[k - 1]
        or (value_here == at_start_min[k - 1] and f < facility[k - 1])
    ):
        k -= 1
    if k > last:
        return
    for m in range(last, k, -1):
        facility[m] = facility[m - 1]
        utility_min[m] = utility_min[m - 1]
        at_start_min[m] = at_start_min[m - 1]
    facility[k], utility_min[k], at_start_min[k] = f, value, value_here


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
