"""Equilibrium of users, and optimum of the system (Wardrop 1952, first and second principle)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from citymove.foundation.errors import InputError
from citymove.foundation.fingerprint import fingerprint
from citymove.foundation.table import frozen_array
from citymove.paths.graph import SearchGraph
from citymove.traffic.frank_wolfe import averaging_step, frank_wolfe
from citymove.traffic.gap import Certificate, certify
from citymove.traffic.gradient_projection import gradient_projection
from citymove.traffic.loading import Loader, Map, workers_map
from citymove.traffic.network import AssignmentNetwork, Equilibrium
from citymove.traffic.network_checks import check_network, network_graphs
from citymove.traffic.path_flows import PathFlows
from citymove.traffic.segments.origin_flows import OriginFlows
from citymove.traffic.segments.solving import paired_segments
from citymove.traffic.slice_costs import OBJECTIVES, SliceCosts
from citymove.traffic.solution import Solution
from citymove.traffic.user_classes import ClassTerms, UserClass, class_terms

Array = np.ndarray[Any, Any]

ALGORITHMS: tuple[str, ...] = ("bfw", "segments", "paths", "cfw", "fw", "msa", "aon")
_CONJUGATE_TO = {"bfw": 2, "cfw": 1, "fw": 0, "msa": 0}


@dataclass(frozen=True, slots=True)
class _Options:
    algorithm: str
    objective: str
    gap: float
    max_iterations: int


def assign(
    network: AssignmentNetwork,
    demand: Array,
    *,
    algorithm: str = "bfw",
    objective: str = "user",
    classes: Sequence[UserClass] | None = None,
    gap: float = 1e-6,
    max_iterations: int = 2000,
    preload: Array | None = None,
    start: Equilibrium | None = None,
    workers: int = 1,
) -> Equilibrium:
    """Return the equilibrium of each slice.

    Parameters
    ----------
    network
        Links, costs, turns.
    demand
        float [segments, slices, zones, zones], >= 0, origins before destinations; trips within a
        zone are ignored. Segments are kept apart in the result; without `classes` all meet the
        same costs.
    algorithm
        "bfw" bi-conjugate Frank-Wolfe, "segments" paired alternative segments (flows by origin
        are kept in the result), "paths" gradient projection over paths (kept as well), "cfw"
        conjugate, "fw" plain Frank-Wolfe, "msa" successive averages, "aon" one loading at the
        costs of the empty (preloaded) network.
    objective
        "user": no driver gains by another path. "system": the total cost is least; algorithms and
        certificate then go by marginal costs.
    classes
        What the users of each segment pay, where they may not drive and what room they take, one
        class a segment; None: none of these.
    gap
        Relative gap to reach, > 0.
    max_iterations
        Most loadings a slice; where they do not suffice, `converged` is false.
    preload
        float [slices, links], >= 0, volumes in passenger car equivalents that are given and not
        assigned; None: 0.
    start
        An earlier result. In a slice of the same demand, links, turns and closures its volumes are
        feasible and are where the search starts (all else may differ). Elsewhere
        only its times are used: the first loading goes by them instead of by the times of the
        empty network. "segments" and "paths" start from the start's origin flows or paths
        wherever they serve, whatever demand and turns were, if the start has any. Either way the
        answer is certified afresh.
    workers
        Threads; the result does not depend on it.

    Returns
    -------
    Equilibrium
        Volumes with their certificate, which is computed outside the solver.

    Raises
    ------
    InputError
        Where an argument breaks a rule; named with its value.

    Examples
    --------
    Two routes share 3,000 veh/h so that both take 17.33 min:

    >>> network = AssignmentNetwork(
    ...     zone_count=2, node_count=2, first_through_node=0, tail=[0, 0], head=[1, 1],
    ...     function=[1, 1], free_time=[[10.0, 15.0]], capacity=[[1000.0, 1500.0]],
    ...     parameters=[[[0.15, 4, 0], [0.15, 4, 0]]], fixed_cost=[0.0, 0.0],
    ... )
    >>> found = assign(network, np.array([[[[0.0, 3000.0], [0.0, 0.0]]]]), gap=1e-12)
    >>> [round(float(v), 2) for v in found.link_volume[0, 0]], round(found.link_time[0, 0], 4)
    ([1486.81, 1513.19], np.float64(17.3302))
    """
    options = _Options(algorithm, objective, float(gap), int(max_iterations))
    _check_options(options, workers)
    check_network(network)
    graphs = network_graphs(network)
    trips = _checked_demand(network, demand)
    terms = class_terms(classes, trips.shape[0], network.link_count)
    given = _checked_preload(network, preload)
    key_of = {id(graph): fingerprint(tuple(graph)) for graph in graphs}
    topology_key = tuple(key_of[id(graph)] for graph in graphs)
    demand_key = tuple(_demand_key(trips[:, k], terms) for k in range(network.slice_count))
    starts = _starts(network, start, topology_key, demand_key, terms.pce)
    trips *= terms.pce[:, None, None, None]

    def solve(k: int, map_blocks: Map) -> tuple[Solution, Certificate]:
        costs = SliceCosts.of(network, k, given[k], terms, objective)
        solution = _solve(costs, graphs[k], trips[:, k], starts[k], options, map_blocks)
        return solution, certify(graphs[k], costs, trips[:, k], solution.volume)

    slices = range(network.slice_count)
    with workers_map(workers) as on_threads:
        # One level of threads: over slices where there are several, else over origins.
        if network.slice_count > 1:
            solved = list(on_threads(lambda k: solve(k, map), slices))
        else:
            solved = [solve(k, on_threads) for k in slices]
    found = _packaged(solved, given, options, topology_key, demand_key)
    return found if classes is None else _with_classes(found, solved, classes, terms)


@dataclass(frozen=True, slots=True)
class _Start:
    """Where a slice may start: at feasible volumes, at a loading by these times, from paths."""

    volume: Array | None = None
    link_time: Array | None = None
    paths: PathFlows | None = None
    origin_flows: OriginFlows | None = None


def _solve(
    costs: SliceCosts,
    graph: SearchGraph,
    demand: Array,
    start: _Start,
    options: _Options,
    map_blocks: Map,
) -> Solution:
    if options.algorithm == "segments":
        return paired_segments(
            costs,
            graph,
            demand,
            gap=options.gap,
            max_iterations=options.max_iterations,
            start=start.origin_flows,
            map_blocks=map_blocks,
        )
    if options.algorithm == "paths":
        return gradient_projection(
            costs,
            graph,
            demand,
            gap=options.gap,
            max_iterations=options.max_iterations,
            start=start.paths,
        )
    loader = Loader(graph, demand, map_blocks, costs.classes)
    volume = start.volume
    if volume is None or options.algorithm == "aon":
        if start.link_time is None:
            cost = costs.costs(np.zeros(costs.terms.preload.size))
        else:
            cost = start.link_time + costs.terms.fixed_cost
        volume = loader.load(cost).volume
    if options.algorithm == "aon":
        return Solution(volume, np.empty(0))
    return frank_wolfe(
        costs,
        loader,
        volume,
        conjugate_to=_CONJUGATE_TO[options.algorithm],
        gap=options.gap,
        max_iterations=options.max_iterations,
        step_rule=averaging_step if options.algorithm == "msa" else None,
    )


def _demand_key(trips: Array, classes: ClassTerms) -> str:
    """Return what must be equal for volumes to be feasible again, beside the topology."""
    if not classes.closed.any():
        return fingerprint(trips)
    return fingerprint(trips, classes.closed[classes.group])


def _starts(
    network: AssignmentNetwork,
    start: Equilibrium | None,
    topology_key: tuple[str, ...],
    demand_key: tuple[str, ...],
    pce: Array,
) -> list[_Start]:
    slices = network.slice_count
    if start is None:
        return [_Start()] * slices
    if start.link_time.shape != (slices, network.link_count):
        raise InputError(
            f"must be of {slices} slices and {network.link_count} links",
            value=f"start of shape {start.link_time.shape}",
            remedy="start only from a result of the same links and slices",
        )
    before = list(zip(start.topology_key, start.demand_key, strict=True))
    starts = []
    for k in range(slices):
        paths = None if start.paths is None else start.paths[k]
        origin_flows = None if start.origin_flows is None else start.origin_flows[k]
        volume = link_time = None
        if before[k : k + 1] == [(topology_key[k], demand_key[k])]:
            volume = start.link_volume[:, k] * pce[:, None]
        else:
            link_time = np.array(start.link_time[k])
        starts.append(_Start(volume, link_time, paths, origin_flows))
    return starts


def _packaged(
    solved: list[tuple[Solution, Certificate]],
    preload: Array,
    options: _Options,
    topology_key: tuple[str, ...],
    demand_key: tuple[str, ...],
) -> Equilibrium:
    def each(value: Callable[[Certificate], Any]) -> Array:
        return frozen_array(np.array([value(certificate) for _, certificate in solved]))

    paths = tuple(s.paths for s, _ in solved if s.paths is not None)
    origin_flows = tuple(s.origin_flows for s, _ in solved if s.origin_flows is not None)
    return Equilibrium(
        link_volume=frozen_array(np.stack([s.volume for s, _ in solved], axis=1)),
        preload=frozen_array(preload),
        link_time=each(lambda c: c.link_time),
        trip_cost=each(lambda c: c.trip_cost),
        relative_gap=each(lambda c: c.relative_gap),
        average_excess_cost=each(lambda c: c.average_excess_cost),
        objective=each(lambda c: c.objective),
        objective_bound=each(lambda c: c.objective_bound),
        tstt=each(lambda c: c.tstt),
        sptt=each(lambda c: c.sptt),
        iterations=frozen_array(np.array([s.history.size for s, _ in solved], np.int64)),
        history=tuple(frozen_array(s.history) for s, _ in solved),
        unreachable=each(lambda c: c.unreachable),
        converged=each(lambda c: c.relative_gap <= options.gap),
        topology_key=topology_key,
        demand_key=demand_key,
        paths=paths if len(paths) == len(solved) else None,
        origin_flows=origin_flows if len(origin_flows) == len(solved) else None,
        sought=options.objective,
    )


def _with_classes(
    found: Equilibrium,
    solved: list[tuple[Solution, Certificate]],
    classes: Sequence[UserClass],
    terms: ClassTerms,
) -> Equilibrium:
    """Return the result in vehicles of each class, with their names and costs."""
    by_class = np.stack([c.group_trip_cost[terms.group] for _, c in solved], axis=1)
    return replace(
        found,
        link_volume=frozen_array(found.link_volume / terms.pce[:, None, None]),
        class_names=tuple(one.name for one in classes),
        class_trip_cost=frozen_array(by_class),
        pce=frozen_array(terms.pce),
    )


def _check_options(options: _Options, workers: int) -> None:
    if options.algorithm not in ALGORITHMS:
        raise InputError(
            f"must be one of {', '.join(ALGORITHMS)}", value=f"algorithm {options.algorithm!r}"
        )
    if options.objective not in OBJECTIVES:
        raise InputError(
            f"must be one of {', '.join(OBJECTIVES)}", value=f"objective {options.objective!r}"
        )
    if not options.gap > 0:
        raise InputError("must be > 0", value=f"gap = {options.gap}")
    if options.max_iterations < 1:
        raise InputError("must be >= 1", value=f"max_iterations = {options.max_iterations}")
    if workers < 1:
        raise InputError("must be >= 1", value=f"workers = {workers}")


def _checked_demand(network: AssignmentNetwork, demand: Array) -> Array:
    """Return the demand as fresh float64 with an empty diagonal."""
    trips = np.array(demand, np.float64)
    zones = network.zone_count
    if trips.ndim != 4 or trips.shape[1:] != (network.slice_count, zones, zones):
        raise InputError(
            f"must have the shape (segments, {network.slice_count}, {zones}, {zones})",
            value=f"demand of shape {trips.shape}",
        )
    bad = np.argwhere(~(np.isfinite(trips) & (trips >= 0)))
    if bad.size:
        at = tuple(int(i) for i in bad[0])
        raise InputError(
            "must be finite and >= 0",
            value=f"demand{list(at)} (segment, slice, from, to) = {trips[at]}",
        )
    diagonal = np.arange(zones)
    trips[:, :, diagonal, diagonal] = 0.0
    return trips


def _checked_preload(network: AssignmentNetwork, preload: Array | None) -> Array:
    shape = (network.slice_count, network.link_count)
    given = np.zeros(shape) if preload is None else np.array(preload, np.float64)
    if given.shape != shape:
        raise InputError(f"must have the shape {shape}", value=f"preload of shape {given.shape}")
    bad = np.argwhere(~(np.isfinite(given) & (given >= 0)))
    if bad.size:
        k, link = (int(i) for i in bad[0])
        raise InputError(
            "must be finite and >= 0", value=f"preload[{k}, {link}] = {given[k, link]}"
        )
    return given
