"""Requests to retime, resolved at the flows of their city.

A request is resolved once, at the volumes that drivers choose under the plans of today. The
new plan then stands while drivers reroute. Both answers are kept: the delay with the same
routes, and after rerouting. Repeating the two would trade one equilibrium for another and need
not lead anywhere better (van Zuylen and Taale 2004).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from citymove.facts.signal_plans import RetimeRequest, SignalPlan
from citymove.foundation.errors import InputError
from citymove.foundation.provenance import Source
from citymove.prepare.greens import effective_greens
from citymove.prepare.prepared import Prepared
from citymove.signals.presence import approaches_of
from citymove.signals.timing import (
    TimedPlan,
    TimingProblem,
    mean_delay_s,
    retimed_plan,
    time_signals,
    timing_problem,
)
from citymove.traffic.network import Equilibrium

Array = np.ndarray[Any, Any]

# The delay-minimal plan that a retiming is shown against may use any cycle of practice.
FREE_CYCLE_S = (40.0, 150.0)


@dataclass(frozen=True, eq=False, kw_only=True)
class Retiming:
    """One request, resolved.

    Parameters
    ----------
    request
        What was asked.
    name
        Name of the junction.
    base_plan, new_plan
        Before and after.
    approaches
        int32, links that the junction controls.
    base_volume_vph
        float64 [approaches], mean over the request's window, plans of today.
    delay_base_s, delay_same_routes_s
        Mean control delay at the base volumes under the two plans, s/veh.
    delay_optimal_s
        The same under the delay-minimal plan for the base volumes, any cycle.
    delay_rerouted_s
        Mean control delay under the new plan at the volumes that drivers then choose, s/veh;
        nan before that is known.
    statement
        The certificate of the new plan in words.
    """

    request: RetimeRequest
    name: str
    base_plan: SignalPlan
    new_plan: SignalPlan
    approaches: Array
    base_volume_vph: Array
    delay_base_s: float
    delay_same_routes_s: float
    delay_optimal_s: float
    delay_rerouted_s: float
    statement: str

    def rerouted(self, prepared: Prepared, equilibrium: Equilibrium) -> "Retiming":
        """Return the same with the delay at the volumes of an equilibrium under the new plan."""
        volume = approach_volume_vph(prepared, equilibrium, self.approaches, self.request)
        problem = _problem(prepared, self.new_plan, self.approaches)
        period_h = _period_h(self.request)
        return replace(self, delay_rerouted_s=mean_delay_s(problem, volume, period_h=period_h))

    def as_manifest(self, option: str) -> dict[str, Any]:
        """Return plain values for a report."""
        return {
            "option": option,
            "junction": self.request.junction,
            "name": self.name,
            "base_plan_inferred": self.base_plan.source >= Source.INFERRED,
            "cycle_base_s": self.base_plan.cycle_s,
            "cycle_new_s": self.new_plan.cycle_s,
            "greens_base_s": [stage.green_s for stage in self.base_plan.stages],
            "greens_new_s": [stage.green_s for stage in self.new_plan.stages],
            "delay_base_s": self.delay_base_s,
            "delay_optimal_base_volumes_s": self.delay_optimal_s,
            "delay_new_same_routes_s": self.delay_same_routes_s,
            "delay_new_rerouted_s": self.delay_rerouted_s,
        }


def resolve_requests(
    prepared: Prepared, equilibrium: Equilibrium
) -> tuple[Prepared, tuple[Retiming, ...]]:
    """Return the city under the plans that its requests ask for, and what was done.

    Parameters
    ----------
    prepared
        With the plans of today in force.
    equilibrium
        Under the plans of today: the volumes that the requests are resolved at.
    """
    retimings = tuple(
        _resolve(prepared, equilibrium, request) for request in prepared.city.retime_requests
    )
    if not retimings:
        return prepared, ()
    plans = prepared.plans
    for retiming in retimings:
        plans = _with_window(plans, retiming)
    roads = prepared.city.roads
    cycle_s, green_s = effective_greens(plans, prepared.junctions, roads, prepared.slices)
    return prepared.with_greens(plans, cycle_s, green_s), retimings


def _resolve(prepared: Prepared, equilibrium: Equilibrium, request: RetimeRequest) -> Retiming:
    row = _junction_row(prepared, request)
    approaches = approaches_of(prepared.junctions, row)
    approaches = approaches[prepared.city.roads.links.open[approaches]]
    plan = _plan_in(prepared.plans, request)
    problem = _problem(prepared, plan, approaches)
    volume = approach_volume_vph(prepared, equilibrium, approaches, request)
    period_h = _period_h(request)
    timed = time_signals(
        problem,
        volume,
        cycle_low_s=request.cycle_low_s,
        cycle_high_s=request.cycle_high_s,
        choose=request.choose,
        period_h=period_h,
    )
    return Retiming(
        request=request,
        name=str(prepared.junctions.name[row]),
        base_plan=plan,
        new_plan=retimed_plan(plan, timed, start_s=request.start_s, end_s=request.end_s),
        approaches=approaches,
        base_volume_vph=volume,
        delay_base_s=timed.delay_before_s,
        delay_same_routes_s=timed.delay_after_s,
        delay_optimal_s=_optimum(problem, volume, period_h).delay_after_s,
        delay_rerouted_s=float("nan"),
        statement=timed.statement,
    )


def _optimum(problem: TimingProblem, volume: Array, period_h: float) -> TimedPlan:
    low_s, high_s = FREE_CYCLE_S
    return time_signals(problem, volume, cycle_low_s=low_s, cycle_high_s=high_s, period_h=period_h)


def _problem(prepared: Prepared, plan: SignalPlan, approaches: Array) -> TimingProblem:
    return timing_problem(
        plan, approaches, prepared.city.roads.link_ids(), prepared.capacity_vph[approaches]
    )


def _period_h(request: RetimeRequest) -> float:
    """Return the analysis period of the incremental delay: the window, an hour at most."""
    return min(max((request.end_s - request.start_s) / 3600, 0.25), 1.0)


def approach_volume_vph(
    prepared: Prepared, equilibrium: Equilibrium, approaches: Array, request: RetimeRequest
) -> Array:
    """Return the mean volume of approaches in the request's window, float64, veh/h."""
    edges = prepared.slices.edges_s
    overlap = np.minimum(edges[1:], request.end_s) - np.maximum(edges[:-1], request.start_s)
    weight = np.maximum(overlap, 0).astype(np.float64)
    if weight.sum() == 0:
        raise InputError(
            "must overlap the simulated hours",
            value=f"retime {request.junction}",
            remedy="change its `when` or the study's hours",
        )
    volume = equilibrium.total_volume[:, approaches]
    return np.asarray((volume * weight[:, None]).sum(axis=0) / weight.sum())


def _junction_row(prepared: Prepared, request: RetimeRequest) -> int:
    rows = np.flatnonzero(prepared.junctions.id == request.junction)
    if rows.size != 1:
        raise InputError("is not a signalised junction", value=f"retime {request.junction}")
    return int(rows[0])


def _plan_in(plans: Sequence[SignalPlan], request: RetimeRequest) -> SignalPlan:
    """Return the junction's plan that covers most of the window; of equals the first."""
    own = [plan for plan in plans if plan.junction == request.junction]
    shared = [min(plan.end_s, request.end_s) - max(plan.start_s, request.start_s) for plan in own]
    if not own or max(shared) <= 0:
        raise InputError("no plan runs in the window", value=f"retime {request.junction}")
    return own[int(np.argmax(shared))]


def _with_window(plans: Sequence[SignalPlan], retiming: Retiming) -> tuple[SignalPlan, ...]:
    """Return the plans with the new one in its window and the old ones around it."""
    new = retiming.new_plan
    kept = []
    for plan in plans:
        if plan.junction != new.junction:
            kept.append(plan)
            continue
        if plan.start_s < new.start_s:
            kept.append(replace(plan, end_s=min(plan.end_s, new.start_s)))
        if plan.end_s > new.end_s:
            kept.append(replace(plan, start_s=max(plan.start_s, new.end_s)))
    return tuple(sorted([*kept, new], key=lambda plan: (plan.junction, plan.start_s)))
