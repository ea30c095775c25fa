"""Signal timing: the cycle and the splits of least delay at given volumes."""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from citymove.facts.signal_plans import SignalPlan
from citymove.foundation.errors import InputError
from citymove.foundation.jit import kernel
from citymove.foundation.provenance import Source
from citymove.foundation.table import frozen_array
from citymove.signals.delay import hcm_delay
from citymove.signals.effective_green import GREEN_GAIN_S
from citymove.signals.webster import share_green

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False, kw_only=True)
class TimingProblem:
    """A junction whose cycle and splits are to be chosen.

    Parameters
    ----------
    saturation_vph
        float64 [approaches], veh/h of green, > 0.
    served
        bool [stages, approaches], which approaches have green in which stage.
    green_s
        float64 [stages], displayed greens of the present plan, s, > 0.
    intergreen_s, min_green_s
        float64 [stages], s, >= 0.
    """

    saturation_vph: Array
    served: Array
    green_s: Array
    intergreen_s: Array
    min_green_s: Array

    def __post_init__(self) -> None:
        for name in ("saturation_vph", "green_s", "intergreen_s", "min_green_s"):
            object.__setattr__(self, name, frozen_array(getattr(self, name), np.float64))
        object.__setattr__(self, "served", frozen_array(self.served, np.bool_))
        stages, approaches = self.green_s.size, self.saturation_vph.size
        if self.served.shape != (stages, approaches) or stages == 0 or approaches == 0:
            raise InputError(
                "must be [stages, approaches]",
                value=f"served of {self.served.shape}, {stages} stages, {approaches} approaches",
            )
        unserved = np.flatnonzero(~self.served.any(axis=0))
        if unserved.size:
            raise InputError("must have green in a stage", value=f"approach {unserved[0]}")
        if not (np.all(self.saturation_vph > 0) and np.all(self.green_s > 0)):
            raise InputError("must be > 0", value="saturation_vph, green_s")
        if not (np.all(self.intergreen_s >= 0) and np.all(self.min_green_s >= 0)):
            raise InputError("must be >= 0", value="intergreen_s, min_green_s")

    @property
    def cycle_s(self) -> float:
        """Cycle of the present plan, s."""
        return float(self.green_s.sum() + self.intergreen_s.sum())


@dataclass(frozen=True, eq=False, kw_only=True)
class TimedPlan:
    """A plan with its certificate.

    Parameters
    ----------
    cycle_s, green_s
        Cycle, s; float64 [stages], displayed greens, s.
    delay_before_s, delay_after_s
        Mean HCM control delay of all vehicles at the given volumes, s/veh, under the present
        and the new plan.
    saturation_before, saturation_after
        float64 [approaches], degree of saturation X = v / c.
    exact
        Whether no other plan of whole-second greens and cycles within the bounds has less
        delay; otherwise no exchange of one second between two stages lessens it.
    statement
        The certificate in words.
    """

    cycle_s: float
    green_s: Array
    delay_before_s: float
    delay_after_s: float
    saturation_before: Array
    saturation_after: Array
    exact: bool
    statement: str

    def __post_init__(self) -> None:
        for name in ("green_s", "saturation_before", "saturation_after"):
            object.__setattr__(self, name, frozen_array(getattr(self, name), np.float64))


def time_signals(
    junction: TimingProblem,
    volume_vph: npt.ArrayLike,
    *,
    cycle_low_s: float,
    cycle_high_s: float,
    choose: tuple[str, ...] = ("cycle", "splits"),
    period_h: float = 1.0,
) -> TimedPlan:
    """Return the plan of least delay at given volumes.

    Every whole-second cycle within the bounds is tried, and for each the greens are shared out
    in whole seconds. Where each approach has green in one stage only, delay is a sum over
    stages and a dynamic programme finds the exact optimum, above capacity too (HCM delay is not
    convex in the split where X crosses 1). Otherwise seconds are exchanged between stages until
    nothing improves.

    Parameters
    ----------
    junction
        Stages, approaches and the present plan.
    volume_vph
        float64 [approaches], veh/h, >= 0. Where all are 0 the present plan is returned.
    cycle_low_s, cycle_high_s
        Bounds of the cycle, s, used where `choose` holds "cycle".
    choose
        What may change: "cycle", "splits" or both. Without "cycle" the present cycle stays;
        without "splits" greens stay in their present proportion.
    period_h
        Analysis period T of the incremental delay, h, > 0.

    Raises
    ------
    InputError
        Where `choose` is empty or unknown, a volume is negative, or no cycle within the bounds
        holds all minimum greens and intergreens.

    Examples
    --------
    >>> junction = TimingProblem(
    ...     saturation_vph=[1800, 1800], served=[[True, False], [False, True]],
    ...     green_s=[40, 40], intergreen_s=[5, 5], min_green_s=[7, 7],
    ... )
    >>> plan = time_signals(junction, [700, 350], cycle_low_s=40, cycle_high_s=120)
    >>> plan.delay_after_s < plan.delay_before_s, plan.exact
    (True, True)
    """
    volume = _checked_volumes(junction, volume_vph, choose, period_h)
    before = _delay_of(junction, junction.green_s, volume, period_h)
    if not volume.any():
        return _timed(
            junction, volume, junction.green_s, before, before, True,
            "no traffic: the present plan is kept",
        )  # fmt: skip
    separable = bool(np.all(junction.served.sum(axis=0) == 1))
    best_s, best = math.inf, junction.green_s
    for cycle_s in _cycles(junction, cycle_low_s, cycle_high_s, "cycle" in choose):
        green_s = _splits(junction, volume, cycle_s, period_h, separable, "splits" in choose)
        delay_s = _delay_of(junction, green_s, volume, period_h)
        if delay_s < best_s - 1e-9:  # of equal plans the shortest cycle
            best_s, best = delay_s, green_s
    if separable or "splits" not in choose:
        statement = "exact: no plan of whole-second greens within the bounds has less delay"
        if "splits" not in choose:
            statement = "exact: no whole-second cycle within the bounds has less delay"
        return _timed(junction, volume, best, before, best_s, True, statement)
    statement = "local optimum: no exchange of seconds between two stages lessens the delay"
    return _timed(junction, volume, best, before, best_s, False, statement)


def _checked_volumes(
    junction: TimingProblem, volume_vph: npt.ArrayLike, choose: tuple[str, ...], period_h: float
) -> Array:
    volume = np.asarray(volume_vph, np.float64)
    if volume.shape != junction.saturation_vph.shape:
        raise InputError(
            "must have one volume per approach",
            value=f"{volume.size} volumes, {junction.saturation_vph.size} approaches",
        )
    if not np.all(np.isfinite(volume) & (volume >= 0)):
        raise InputError("must be >= 0 and finite", value=f"volume_vph = {volume.tolist()}")
    unknown = [what for what in choose if what not in ("cycle", "splits")]
    if unknown or not choose:
        raise InputError("must name cycle, splits or both", value=f"choose = {list(choose)}")
    if not period_h > 0:
        raise InputError("must be > 0", value=f"period_h = {period_h}")
    return volume


def _cycles(junction: TimingProblem, low_s: float, high_s: float, free: bool) -> list[float]:
    """Return the cycles to try; each holds all intergreens and minimum greens."""
    least_s = float(junction.intergreen_s.sum() + _least_green_s(junction).sum())
    if not free:
        if junction.cycle_s < least_s - 1e-9:
            raise InputError(
                "must hold all minimum greens and intergreens",
                value=f"cycle of {junction.cycle_s:g} s, {least_s:g} s needed",
                remedy="let the cycle change too",
            )
        return [junction.cycle_s]
    cycles = [float(c) for c in range(math.ceil(low_s), math.floor(high_s) + 1) if c >= least_s]
    if not cycles:
        raise InputError(
            "must hold a whole-second cycle with all minimum greens and intergreens",
            value=f"bounds {low_s:g} .. {high_s:g} s, {least_s:g} s needed",
            remedy="raise the upper bound of the cycle",
        )
    return cycles


def _least_green_s(junction: TimingProblem) -> Array:
    """Return minimum greens, and 1 s of effective green at the least for stages with traffic."""
    lively = junction.served.any(axis=1)
    return np.maximum(junction.min_green_s, np.where(lively, 1.0 - min(GREEN_GAIN_S, 0.0), 0.0))


def _splits(
    junction: TimingProblem,
    volume: Array,
    cycle_s: float,
    period_h: float,
    separable: bool,
    free: bool,
) -> Array:
    """Return displayed greens, float64 [stages], that fill this cycle."""
    least = _least_green_s(junction)
    total_s = cycle_s - float(junction.intergreen_s.sum())
    if not free:
        return share_green(junction.green_s, total_s, least)
    seconds = math.floor(total_s - float(least.sum()) + 1e-9)
    # a plan with fractions of a second keeps them, in the stage that is longest today
    rest = max(total_s - float(least.sum()) - seconds, 0.0)
    base = least.copy()
    base[int(np.argmax(junction.green_s))] += rest
    if separable:
        table = np.empty((base.size, seconds + 1))
        fill_stage_delays(
            junction.saturation_vph, junction.served, volume, base, cycle_s, period_h,
            GREEN_GAIN_S, table,
        )  # fmt: skip
        extra = np.empty(base.size, np.int64)
        share_seconds(table, np.empty_like(table), extra)
        return np.asarray(base + extra)
    start = share_green(np.maximum(volume_by_stage(junction, volume), 1e-9), total_s, base)
    extra = np.floor(start - base + 1e-9).astype(np.int64)
    extra[int(np.argmax(start - base))] += seconds - int(extra.sum())
    exchange_seconds(
        junction.saturation_vph, junction.served, volume, base, cycle_s, period_h,
        GREEN_GAIN_S, extra,
    )  # fmt: skip
    return np.asarray(base + extra)


def volume_by_stage(junction: TimingProblem, volume_vph: Array) -> Array:
    """Return the critical flow ratio of each stage, float64 [stages]."""
    ratio = volume_vph / junction.saturation_vph / junction.served.sum(axis=0)
    return np.asarray((junction.served * ratio).max(axis=1))


@kernel
def total_delay(
    saturation_vph: Array,
    served: Array,
    volume: Array,
    green_s: Array,
    cycle_s: float,
    period_h: float,
    gain_s: float,
) -> float:
    """Return the delay of all vehicles, s veh/h: volume x HCM delay over approaches."""
    total = 0.0
    for a in range(saturation_vph.size):
        if volume[a] > 0.0:
            effective = 0.0
            for k in range(green_s.size):
                if served[k, a]:
                    effective += green_s[k] + gain_s
            ratio = min(effective / cycle_s, 1.0)
            total += volume[a] * hcm_delay(volume[a], saturation_vph[a], cycle_s, ratio, period_h)
    return total


@kernel
def fill_stage_delays(
    saturation_vph: Array,
    served: Array,
    volume: Array,
    base_s: Array,
    cycle_s: float,
    period_h: float,
    gain_s: float,
    table: Array,
) -> None:
    """Fill `table` [stages, seconds]: delay of a stage's approaches at base + so many seconds."""
    for k in range(table.shape[0]):
        for n in range(table.shape[1]):
            ratio = min((base_s[k] + n + gain_s) / cycle_s, 1.0)
            total = 0.0
            for a in range(saturation_vph.size):
                if served[k, a] and volume[a] > 0.0:
                    total += volume[a] * hcm_delay(
                        volume[a], saturation_vph[a], cycle_s, ratio, period_h
                    )
            table[k, n] = total


@kernel
def share_seconds(table: Array, best: Array, extra: Array) -> None:
    """Share all seconds over stages at the least sum of `table`, by dynamic programming.

    ``best[k, n]`` is the least delay of stages 0 .. k with n seconds among them.
    """
    stages, width = table.shape
    for n in range(width):
        best[0, n] = table[0, n]
    for k in range(1, stages):
        for n in range(width):
            least = math.inf
            for own in range(n + 1):
                least = min(least, best[k - 1, n - own] + table[k, own])
            best[k, n] = least
    left = width - 1
    for k in range(stages - 1, 0, -1):
        own = 0
        while best[k - 1, left - own] + table[k, own] > best[k, left]:
            own += 1
        extra[k] = own
        left -= own
    extra[0] = left


@kernel
def exchange_seconds(
    saturation_vph: Array,
    served: Array,
    volume: Array,
    base_s: Array,
    cycle_s: float,
    period_h: float,
    gain_s: float,
    extra: Array,
) -> None:
    """Move seconds between two stages of `extra`, the best move first, until none improves."""
    green_s = base_s + extra
    now = total_delay(saturation_vph, served, volume, green_s, cycle_s, period_h, gain_s)
    while True:
        best, give, take, size = now - 1e-9 * max(now, 1.0), -1, -1, 0
        for a in range(extra.size):
            for b in range(extra.size):
                for step in (1, 5):
                    if a == b or extra[a] < step:
                        continue
                    green_s[a] -= step
                    green_s[b] += step
                    delay = total_delay(
                        saturation_vph, served, volume, green_s, cycle_s, period_h, gain_s
                    )
                    green_s[a] += step
                    green_s[b] -= step
                    if delay < best:
                        best, give, take, size = delay, a, b, step
        if give < 0:
            return
        extra[give] -= size
        extra[take] += size
        green_s[give] -= size
        green_s[take] += size
        now = best


def mean_delay_s(
    junction: TimingProblem, volume_vph: npt.ArrayLike, *, period_h: float = 1.0
) -> float:
    """Return the mean HCM control delay under the present plan, s/veh; 0 without traffic.

    Parameters
    ----------
    junction, volume_vph, period_h
        As in `time_signals`.

    Examples
    --------
    >>> junction = TimingProblem(
    ...     saturation_vph=[1800], served=[[True], [False]],
    ...     green_s=[30, 20], intergreen_s=[5, 5], min_green_s=[7, 7],
    ... )
    >>> round(mean_delay_s(junction, [600], period_h=0.25), 1)
    15.1
    """
    volume = _checked_volumes(junction, volume_vph, ("splits",), period_h)
    return _delay_of(junction, junction.green_s, volume, period_h)


def _delay_of(junction: TimingProblem, green_s: Array, volume: Array, period_h: float) -> float:
    """Return the mean delay per vehicle, s; 0 without traffic."""
    if not volume.any():
        return 0.0
    cycle_s = float(green_s.sum() + junction.intergreen_s.sum())
    total = total_delay(
        junction.saturation_vph, junction.served, volume, np.asarray(green_s), cycle_s, period_h,
        GREEN_GAIN_S,
    )  # fmt: skip
    return float(total / volume.sum())


def _timed(
    junction: TimingProblem,
    volume: Array,
    green_s: Array,
    before_s: float,
    after_s: float,
    exact: bool,
    statement: str,
) -> TimedPlan:
    return TimedPlan(
        cycle_s=float(green_s.sum() + junction.intergreen_s.sum()),
        green_s=green_s,
        delay_before_s=before_s,
        delay_after_s=after_s,
        saturation_before=_saturation(junction, junction.green_s, volume),
        saturation_after=_saturation(junction, green_s, volume),
        exact=exact,
        statement=statement,
    )


def _saturation(junction: TimingProblem, green_s: Array, volume: Array) -> Array:
    cycle_s = green_s.sum() + junction.intergreen_s.sum()
    effective = (junction.served * (green_s + GREEN_GAIN_S)[:, None]).sum(axis=0)
    return np.asarray(volume / (junction.saturation_vph * np.minimum(effective / cycle_s, 1.0)))


def timing_problem(
    plan: SignalPlan, approaches: npt.ArrayLike, link_ids: Array, saturation_vph: Array
) -> TimingProblem:
    """Return the timing problem of a plan.

    Parameters
    ----------
    plan
        A plan of the junction.
    approaches
        Links whose delay counts, each served by a stage of the plan.
    link_ids
        `Roads.link_ids` of the network.
    saturation_vph
        float64 [approaches], their saturation flows, veh/h of green.
    """
    rows = np.asarray(approaches, np.int64)
    served = np.zeros((len(plan.stages), rows.size), bool)
    for k, stage in enumerate(plan.stages):
        with_green = {from_link for from_link, _ in stage.movements}
        served[k] = [str(link_ids[a]) in with_green for a in rows]
    return TimingProblem(
        saturation_vph=saturation_vph,
        served=served,
        green_s=np.array([stage.green_s for stage in plan.stages]),
        intergreen_s=np.array([stage.intergreen_s for stage in plan.stages]),
        min_green_s=np.array([stage.min_green_s for stage in plan.stages]),
    )


def retimed_plan(plan: SignalPlan, timed: TimedPlan, *, start_s: int, end_s: int) -> SignalPlan:
    """Return the plan with new greens for a window of the day, marked as inferred."""
    stages = tuple(
        replace(stage, green_s=float(green_s))
        for stage, green_s in zip(plan.stages, timed.green_s, strict=True)
    )
    return replace(plan, start_s=start_s, end_s=end_s, stages=stages, source=Source.INFERRED)
