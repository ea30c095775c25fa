"""One run: one option of a study under one draw, from facts to stored arrays."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from citymove.appraisal.indicators import (
    commutes,
    indicators,
    public_occupancy,
    searched,
)
from citymove.coupling.drivers import SearchScope
from citymove.coupling.fixed_point import CoupledResult, solve_coupled
from citymove.coupling.state import CoupledState, by_id
from citymove.demand.synthesis import synthesise
from citymove.facts.city import City
from citymove.foundation.daytime import HOUR_S, Slices
from citymove.foundation.errors import CitymoveError
from citymove.prepare.inferred_supply import infer_supply
from citymove.prepare.prepared import Prepared
from citymove.prepare.preparing import prepare
from citymove.runs.store import RunStore
from citymove.scenario.ensemble import Draw
from citymove.scenario.preview import ResolvedOption
from citymove.traffic.free_flow import free_skim_min

Array = np.ndarray[Any, Any]

COMMUTE_GRID_MIN = np.arange(0, 121, 1.0)
_STATE = ("preload_vph", "refused_share", "search_time_s", "cruising_veh_km")


@dataclass(frozen=True, eq=False, kw_only=True)
class RunTask:
    """What one run needs; it travels to a worker.

    Parameters
    ----------
    key
        Of the run store.
    start_key
        Key of the run whose fixed point this one starts from, the central base's; None: from
        nothing.
    option
        None: the base.
    draw
        Seed and sampled inputs.
    city
        The base city as read.
    slices, scope
        Hours, and whose search is simulated.
    corridor
        int64, links of the study's corridor; None: primary and secondary roads.
    min_rounds, max_rounds, gap
        See `solve_coupled`.
    wary
        Whether drivers start out expecting full car parks (a second start of the base).
    """

    key: str
    start_key: str | None
    option: ResolvedOption | None
    draw: Draw
    city: City
    slices: Slices
    scope: SearchScope
    corridor: Array | None
    min_rounds: int
    max_rounds: int
    gap: float
    wary: bool = False

    @property
    def option_id(self) -> str:
        """Id of the option, ``base`` for the base."""
        return "base" if self.option is None else self.option.id


def solve_run(task: RunTask, folder: Path) -> str:
    """Compute one run and store it in `folder`; return its key."""
    store = RunStore(folder)
    base = draw_city(task.city, task.draw, task.slices)
    city = base if task.option is None else task.option.apply(base)
    prepared = prepare(city, task.slices)
    result = solve_coupled(
        prepared,
        seed=task.draw.seed,
        scope=task.scope,
        start=_start(task, prepared, store),
        min_rounds=task.min_rounds,
        max_rounds=task.max_rounds,
        gap=task.gap,
    )
    store.save(task.key, run_arrays(result), run_manifest(result, task))
    return task.key


def draw_city(city: City, draw: Draw, slices: Slices) -> City:
    """Return the base city of a draw: inputs sampled, supply inferred, travellers made."""
    sampled = infer_supply(draw.apply(city))
    return synthesise(sampled, seed=draw.seed, skim_min=free_skim_min(prepare(sampled, slices)))


def _start(task: RunTask, prepared: Prepared, store: RunStore) -> CoupledState | None:
    if task.wary:
        return CoupledState.wary(
            len(prepared.slices),
            prepared.link_count,
            len(prepared.parking),
            len(prepared.city.zones),
        )
    if task.start_key is None:
        return None
    stored = store.load(task.start_key)
    if stored is None:
        raise CitymoveError(f"run {task.start_key} vanished from {store.folder} while in use")
    arrays = stored.arrays
    return CoupledState(
        preload_vph=by_id(arrays["preload_vph"], arrays["link_id"], prepared.city.roads.link_ids()),
        refused_share=by_id(arrays["refused_share"], arrays["facility_id"], prepared.parking.id),
        search_time_s=arrays["search_time_s"],
        cruising_veh_km=arrays["cruising_veh_km"],
    )


def run_arrays(result: CoupledResult) -> dict[str, Array]:
    """Return what a report needs of a run, and the state that an option starts from."""
    prepared = result.prepared
    hours = prepared.slices.hours[:, None]
    links = prepared.city.roads.links
    peak = commutes(result)
    lon, lat = prepared.city.plane.to_degrees(prepared.parking.x_m, prepared.parking.y_m)
    with np.errstate(divide="ignore", invalid="ignore"):
        green = np.where(prepared.cycle_s > 0, prepared.green_s / prepared.cycle_s, 1.0)
        taken = result.outcome.occupancy.max(axis=0) / prepared.parking.spaces
    hour_s, search_min = search_time_by_hour(result)
    return {
        "volume_vph": (result.link_veh / hours).astype(np.float32),
        "time_s": result.equilibrium.link_time[:, : prepared.link_count].astype(np.float32),
        "free_time_s": prepared.running_time_s.astype(np.float32),
        "capacity_vph": (prepared.capacity_vph * green.mean(axis=0)).astype(np.float32),
        "open": links.open,
        "link_id": prepared.city.roads.link_ids(),
        "tick_s": result.outcome.tick_s,
        "occupancy_share": public_occupancy(result),
        "hour_s": hour_s,
        "search_time_min": search_min,
        "commute_inside_share": _share_within(peak.inside_min),
        "commute_door_share": _share_within(peak.door_to_door_min),
        "facility_id": prepared.parking.id,
        "facility_name": facility_names(prepared),
        "facility_lon": lon,
        "facility_lat": lat,
        "facility_spaces": prepared.parking.spaces.astype(np.int64),
        "facility_occupancy_peak": np.where(prepared.parking.spaces > 0, taken, np.nan),
        "zone_id": prepared.city.zones.id,
        "residual_search": result.residual.search,
        "residual_cruising": result.residual.cruising,
        **{name: getattr(result.state, name) for name in _STATE},
    }


def _share_within(minutes: Array) -> Array:
    ordered = np.sort(minutes)
    return np.searchsorted(ordered, COMMUTE_GRID_MIN, side="right") / max(ordered.size, 1)


def facility_names(prepared: Prepared) -> Array:
    """Return a name of each facility: the car park's, or the road's along which it lies."""
    car_parks = prepared.city.car_parks
    names = dict(zip(car_parks.id.tolist(), car_parks.name.tolist(), strict=True))
    roads = prepared.city.roads
    return np.array(
        [
            names.get(facility) or (roads.name_of(int(link)) if link >= 0 else "")
            for facility, link in zip(
                prepared.parking.id.tolist(), prepared.parking.link, strict=True
            )
        ],
        np.str_,
    )


def search_time_by_hour(result: CoupledResult) -> tuple[Array, Array]:
    """Return the hours of the run, s, and the mean search time of those who began in each, min."""
    slices = result.prepared.slices
    first, last = slices.start_s // HOUR_S, -(-slices.end_s // HOUR_S)
    search = searched(result)
    hour = result.drivers.start_s[search] // HOUR_S - first
    count = np.bincount(hour, minlength=last - first)
    total = np.bincount(
        hour, weights=result.outcome.visits.searched_s[search] / 60, minlength=last - first
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(count > 0, total / count, np.nan)
    return np.arange(first, last, dtype=np.int64) * HOUR_S, mean


def run_manifest(result: CoupledResult, task: RunTask) -> dict[str, Any]:
    """Return indicators and certificate of a run as plain values."""
    split = result.veh_km()
    return {
        "option": task.option_id,
        "draw": task.draw.index,
        "seed": task.draw.seed,
        "inputs": dict(task.draw.values),
        "indicators": indicators(result, task.corridor),
        "relative_gap": float(result.equilibrium.relative_gap.max()),
        "excess_cost_min": float(result.equilibrium.average_excess_cost.max() / 60),
        "parking_residual_p95": result.residual.p95,
        "parking_residual_max": result.residual.largest,
        "parking_noise_p95": result.residual.noise_p95,
        "rounds": result.rounds,
        "converged": result.converged,
        "veh_km": asdict(split) | {"identity_error": split.identity_error},
        "drivers_searching": int(np.count_nonzero(searched(result))),
        "drivers": len(result.drivers),
        "travellers": len(result.prepared.city.travellers or ()),
        "unreachable_vph": float(result.equilibrium.unreachable.sum()),
        "retimings": [retiming.as_manifest(task.option_id) for retiming in result.retimings],
        "notes": [
            asdict(note) for note in (*result.prepared.city.reading.notes, *result.prepared.notes)
        ],
    }
