"""Stored runs to the results of a study: compared, and averaged over draws."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np

from citymove import __version__
from citymove.facts.roads import Roads
from citymove.foundation.daytime import format_clock
from citymove.foundation.errors import CitymoveError
from citymove.foundation.terms import TERMS
from citymove.runs.store import RunStore, StoredRun
from citymove.scenario.comparing import compare
from citymove.scenario.guard_rails import judge_breaches, judge_rails
from citymove.scenario.planning import ResolvedStudy, RunPlan
from citymove.scenario.results import (
    OptionResult,
    RetimingResult,
    RunCertificate,
    StartSpread,
    StudyResults,
    Text,
    UncertainInput,
    VehKm,
)
from citymove.scenario.solving import COMMUTE_GRID_MIN, RunTask

Array = np.ndarray[Any, Any]

GRADE = "D"  # OpenStreetMap alone: no count, speed or survey of the city is at hand


def collect(
    resolved: ResolvedStudy, plan: RunPlan, store: RunStore
) -> tuple[StudyResults, dict[str, dict[str, Array]]]:
    """Return the results of a study and the arrays beside them, by the name of their file."""
    runs = {task.key: _load(store, task) for task in plan.all}
    by_option = _by_option(plan, runs)
    study, city = resolved.study, resolved.city
    manifests = {option: [run.manifest for run in rows] for option, rows in by_option.items()}
    differences = compare(
        {o: [m["indicators"] for m in rows] for o, rows in manifests.items()},
        {o: [m["excess_cost_min"] for m in rows] for o, rows in manifests.items()},
        with_money=GRADE != "D",
    )
    base = _means(manifests["base"])
    central = runs[plan.centrals[0].key].manifest  # the base at the best values of all inputs
    results = StudyResults(
        citymove=__version__,
        study=study.name,
        question=study.question or study.name,
        city=Text(en=city.name.en, zh=city.name.zh),
        attribution=city.attribution,
        grade=GRADE,
        year=city.year,
        hours=f"{format_clock(plan.slices.start_s)}-{format_clock(plan.slices.end_s)}",
        slices=tuple(plan.slices.label(i) for i in range(len(plan.slices))),
        seed=study.run.seed,
        draws=len(plan.draws),
        response=study.run.response,
        gap_asked=study.run.gap,
        scope=_scope_text(plan, manifests["base"][0]),
        corridor=_corridor_text(resolved),
        options=_options(resolved, plan),
        decide_on=tuple(study.decide_on),
        base=tuple(base.items()),
        differences=differences,
        guard_rails=judge_rails(study.must_not, base),
        breaches=judge_breaches(study.must_not, differences),
        certificates=tuple(
            _certificate(run.manifest)
            for run in (*(runs[task.key] for task in plan.centrals), *chain(*by_option.values()))
        ),
        veh_km=VehKm(**{key: central["veh_km"][key] for key in VehKm.model_fields}),
        start_spread=_start_spread(plan, runs),
        retimings=tuple(
            RetimingResult(**r) for rows in manifests.values() for r in rows[0]["retimings"]
        ),
        uncertain=tuple(
            UncertainInput(
                key=key,
                value=item.value,
                low=item.low,
                high=item.high,
                source=item.source.word,
                note=item.note,
            )
            for key, item in sorted(plan.uncertain.items())
        ),
        reading=tuple(sorted(city.reading.counts.items())),
        notes=(
            *_without_subject(manifests),
            *(Text(en=n["en"], zh=n["zh"]) for n in central["notes"]),
        ),
    )
    arrays = {
        "links": _link_arrays(resolved, plan, by_option),
        "curves": _curve_arrays(by_option),
        "residuals": {
            name: runs[plan.centrals[0].key].arrays[name]
            for name in ("zone_id", "residual_search", "residual_cruising")
        },
    }
    return results, arrays


def _means(base: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Return the means over the draws of the indicators that may be printed."""
    drawn = [manifest["indicators"] for manifest in base]
    return {
        key: float(np.mean([draw[key] for draw in drawn]))
        for key, term in TERMS.items()
        if all(key in draw for draw in drawn) and not (term.is_money and GRADE == "D")
    }


def _without_subject(manifests: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[Text]:
    """Return one note per indicator that some run has nobody to take it of."""
    runs = [manifest["indicators"] for rows in manifests.values() for manifest in rows]
    return [
        Text(
            en=f"{term.en}: not computed, since in some run nobody in the simulated hours is "
            "counted by it.",
            zh=f"{term.zh}：未计算，因为某次模拟的时段内无人计入该指标。",
        )
        for key, term in TERMS.items()
        if not all(key in run for run in runs)
    ]


def _load(store: RunStore, task: RunTask) -> StoredRun:
    run = store.load(task.key)
    if run is None:
        raise CitymoveError(f"run {task.key} vanished from {store.folder} while in use")
    return run


def _by_option(plan: RunPlan, runs: Mapping[str, StoredRun]) -> dict[str, list[StoredRun]]:
    rows: dict[str, list[StoredRun]] = {"base": []}
    for task in plan.bases + plan.option_runs:
        rows.setdefault(task.option_id, []).append(runs[task.key])
    return rows


def _scope_text(plan: RunPlan, base: Mapping[str, Any]) -> Text:
    count, of = base["drivers_searching"], base["drivers"]
    if plan.scope.x_m.size == 0:
        return Text(
            en=f"the whole city: all {count:,} drivers who need a public space search for it",
            zh=f"全市：{count:,} 名需要公共泊位的驾驶人均模拟寻泊",
        )
    radius = round(plan.scope.radius_m)
    return Text(
        en=f"search is simulated for {count:,} drivers who end within {radius} m of a measure; "
        f"the other {of - count:,} of {of:,} take a space that they know (first draw)",
        zh=f"对终点在措施 {radius} 米以内的 {count:,} 名驾驶人模拟寻泊；"
        f"其余 {of - count:,} 名（共 {of:,} 名）使用已知泊位（第一次抽样）",
    )


def _corridor_text(resolved: ResolvedStudy) -> Text:
    corridor = resolved.study.corridor
    if corridor is None:
        return Text(en="primary and secondary roads", zh="主次干路")
    ends = [end for end in (corridor.from_, corridor.to) if end]
    between_en = f" ({' to '.join(ends)})" if ends else ""
    between_zh = f"（{'—'.join(ends)}）" if ends else ""
    return Text(en=corridor.road + between_en, zh=corridor.road + between_zh)


def _options(resolved: ResolvedStudy, plan: RunPlan) -> tuple[OptionResult, ...]:
    base = OptionResult(
        id="base",
        name=Text(en="As today (base)", zh="现状（基准）"),
        does=(Text(en="nothing changes", zh="不作改变"),),
    )
    return (
        base,
        *(
            OptionResult(
                id=option.id,
                name=option.name,
                does=option.descriptions,
                spaces_added=option.spaces_added(resolved.city),
                links_changed=tuple(int(i) for i in option.touches.links),
            )
            for option in plan.options
        ),
    )


def _certificate(manifest: Mapping[str, Any]) -> RunCertificate:
    return RunCertificate(
        option=manifest["option"],
        draw=manifest["draw"],
        relative_gap=manifest["relative_gap"],
        parking_residual_p95=manifest["parking_residual_p95"],
        parking_residual_max=manifest["parking_residual_max"],
        parking_noise_p95=manifest["parking_noise_p95"],
        rounds=manifest["rounds"],
        converged=manifest["converged"],
        identity_error_veh_km=manifest["veh_km"]["identity_error"],
    )


def _start_spread(plan: RunPlan, runs: Mapping[str, StoredRun]) -> tuple[StartSpread, ...]:
    found = [runs[task.key].manifest["indicators"] for task in plan.centrals]
    if len(found) < 2:
        return ()
    return tuple(
        StartSpread(
            indicator=key,
            low=min(run[key] for run in found),
            high=max(run[key] for run in found),
            starts=len(found),
        )
        for key, term in TERMS.items()
        if not term.is_money and all(key in run for run in found)
    )


def _union(ids_by_option: Sequence[Array]) -> tuple[Array, list[Array]]:
    """Return all ids, the base's first, and each option's rows among them."""
    row_of: dict[str, int] = {}
    for ids in ids_by_option:
        for name in ids.tolist():
            row_of.setdefault(name, len(row_of))
    rows = [np.array([row_of[name] for name in ids.tolist()], np.int64) for ids in ids_by_option]
    return np.array(list(row_of), np.str_), rows


def _spread(values: Sequence[Array], rows: Sequence[Array], width: int, fill: Any) -> Array:
    """Return one array [options, ..., width] of arrays whose last axis has other rows each."""
    out = np.full((len(values), *values[0].shape[:-1], width), fill, values[0].dtype)
    for k, (value, row) in enumerate(zip(values, rows, strict=True)):
        out[k][..., row] = value
    return out


def _mean(runs: Sequence[StoredRun], name: str) -> Array:
    stack = np.stack([run.arrays[name] for run in runs])
    return np.asarray(stack.mean(axis=0, dtype=np.float64))


def _all_roads(resolved: ResolvedStudy, plan: RunPlan) -> list[Roads]:
    """Return the roads of the base and of each option."""
    city = resolved.city
    return [city.roads, *(option.apply(city).roads for option in plan.options)]


def _link_arrays(
    resolved: ResolvedStudy, plan: RunPlan, by_option: Mapping[str, Sequence[StoredRun]]
) -> dict[str, Array]:
    firsts = [runs[0].arrays for runs in by_option.values()]
    ids, rows = _union([arrays["link_id"] for arrays in firsts])
    fills = {"volume_vph": 0.0, "time_s": np.nan, "capacity_vph": np.nan, "free_time_s": np.nan}
    averaged = {
        name: _spread(
            [_mean(runs, name).astype(np.float32) for runs in by_option.values()],
            rows,
            ids.size,
            fill,
        )
        for name, fill in fills.items()
    }
    return {
        "link_id": ids,
        "drives_on": np.array(resolved.city.drives_on),
        "open": _spread([a["open"] for a in firsts], rows, ids.size, fill=False),
        **averaged,
        **_drawn_links(resolved, _all_roads(resolved, plan), ids.size),
    }


def _drawn_links(resolved: ResolvedStudy, roads: Sequence[Roads], width: int) -> dict[str, Array]:
    """Return shape, name and class of every link, those that an option appends last."""
    seen: set[str] = set()
    lon: list[Array] = []
    lat: list[Array] = []
    attributes: list[tuple[str, int, float]] = []
    for network in roads:
        links = network.links
        for row, name in enumerate(network.link_ids().tolist()):
            if name in seen:
                continue
            seen.add(name)
            part = slice(network.shape_start[row], network.shape_start[row + 1])
            x, y = resolved.city.plane.to_degrees(network.shape_x_m[part], network.shape_y_m[part])
            lon.append(x)
            lat.append(y)
            attributes.append(
                (network.name_of(row), int(links.road_class[row]), float(links.lanes[row]))
            )
    if len(attributes) != width:
        raise CitymoveError(f"{len(attributes)} links drawn for {width} in the runs")
    return {
        "shape_start": np.concatenate([[0], np.cumsum([part.size for part in lon])]),
        "shape_lon": np.concatenate(lon),
        "shape_lat": np.concatenate(lat),
        "name": np.array([a[0] for a in attributes], np.str_),
        "road_class": np.array([a[1] for a in attributes], np.int8),
        "lanes": np.array([a[2] for a in attributes], np.float32),
    }


def _curve_arrays(by_option: Mapping[str, Sequence[StoredRun]]) -> dict[str, Array]:
    firsts = [runs[0].arrays for runs in by_option.values()]
    averaged = {
        name: np.stack([_mean(runs, name) for runs in by_option.values()])
        for name in ("occupancy_share", "commute_inside_share", "commute_door_share")
    }
    return {
        "tick_s": firsts[0]["tick_s"],
        "hour_s": firsts[0]["hour_s"],
        "search_time_min": np.stack([_mean_known(r) for r in by_option.values()]),
        "commute_min": COMMUTE_GRID_MIN,
        **averaged,
        **_facility_arrays(by_option),
    }


def _facility_arrays(by_option: Mapping[str, Sequence[StoredRun]]) -> dict[str, Array]:
    """Return facilities, options first; draws infer other kerb, so rows go by id."""
    all_runs = [run.arrays for runs in by_option.values() for run in runs]
    ids, rows = _union([arrays["facility_id"] for arrays in all_runs])
    draws = len(next(iter(by_option.values())))

    def by_draw(name: str) -> Array:
        values = [arrays[name].astype(np.float64) for arrays in all_runs]
        return _spread(values, rows, ids.size, np.nan).reshape(-1, draws, ids.size)

    described = {
        name: _first_known([arrays[name] for arrays in all_runs], rows, ids.size)
        for name in ("facility_name", "facility_lon", "facility_lat")
    }
    spaces = np.nan_to_num(by_draw("facility_spaces"), nan=0.0).mean(axis=1)
    return {
        "facility_id": ids,
        **described,
        "facility_spaces": np.rint(spaces).astype(np.int64),
        "facility_occupancy_peak": _mean_of_known(by_draw("facility_occupancy_peak"), axis=1),
    }


def _first_known(values: Sequence[Array], rows: Sequence[Array], width: int) -> Array:
    out = np.zeros(width, np.result_type(*values))
    for value, row in zip(reversed(values), reversed(rows), strict=True):
        out[row] = value
    return out


def _mean_known(runs: Sequence[StoredRun]) -> Array:
    """Return the mean search time by hour over the draws in which anybody searched."""
    return _mean_of_known(np.stack([run.arrays["search_time_min"] for run in runs]), axis=0)


def _mean_of_known(values: Array, axis: int) -> Array:
    """Return the mean over an axis of what is not NaN; NaN where nothing is known."""
    known = np.isfinite(values)
    count = known.sum(axis=axis)
    total = np.where(known, values, 0.0).sum(axis=axis)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
