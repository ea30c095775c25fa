"""Made-up results of a study of the made-up grid city, as they lie on disk. Fictional."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from citymove.foundation.terms import TERMS
from citymove.foundation.whole_files import write_arrays, write_text
from citymove.scenario.results import (
    Breach,
    Difference,
    OptionResult,
    RailResult,
    RetimingResult,
    RunCertificate,
    StartSpread,
    StudyResults,
    Text,
    UncertainInput,
    VehKm,
)
from made_up import grid_city

SLICES = tuple(f"{h:02d}:00-{h + 1:02d}:00" for h in range(6, 12))
DRAWS = 5
SCRIPT = "<script>window.broken = 1</script>"

BASE = {
    "commute_door_to_door_min": 41.7,
    "commute_inside_min": 17.3,
    "delay_index": 1.62,
    "corridor_delay_index": 1.87,
    "search_time_mean_min": 6.4,
    "search_time_p90_min": 14.1,
    "walk_mean_m": 212.0,
    "gave_up_share": 0.083,
    "cruising_veh_km": 318.0,
    "occupancy_peak": 0.97,
    "veh_km": 8_120.0,
    "veh_h": 402.0,
    "links_over_capacity": 7.0,
    "revenue": 15_321.0,
}
# Effect of each option on the indicators as a share of the base: park, retime, kerb, close.
EFFECTS = {"park": -0.06, "retime": -0.025, "kerb": -0.0004, "close": 0.05}


def differences(effects: dict[str, float] | None = None) -> tuple[Difference, ...]:
    rows = []
    for option, effect in (effects or EFFECTS).items():
        for key in TERMS:
            if TERMS[key].is_money:
                continue
            base = BASE[key]
            size = effect * base * (0.4 if key == "walk_mean_m" else 1.0)
            reach = 0.012 * base
            rows.append(
                Difference(
                    option=option,
                    indicator=key,
                    base=base,
                    value=base + size,
                    difference=size,
                    low=size - reach,
                    high=size + reach,
                    detectable=1.4 * reach,
                    agree=0.6 if abs(size) < reach else 0.8 if effect > -0.03 else 1.0,
                    blanked=abs(size) <= 1.4 * reach,
                    draws=DRAWS,
                )
            )
    return tuple(rows)


def certificates() -> tuple[RunCertificate, ...]:
    rows = []
    for o, option in enumerate(("base", *EFFECTS)):
        for draw in range(DRAWS):
            failed = option == "close" and draw == 2
            rows.append(
                RunCertificate(
                    option=option,
                    draw=draw,
                    relative_gap=4e-4 if failed else 10 ** (-6.2 + 0.1 * draw + 0.05 * o),
                    parking_residual_p95=0.14 if failed else 0.02 + 0.004 * draw,
                    parking_residual_max=0.31 if failed else 0.09,
                    parking_noise_p95=0.03,
                    rounds=3 if o else 6,
                    converged=not failed,
                    identity_error_veh_km=1e-9,
                )
            )
    return tuple(rows)


def uncertain(
    key: str, value: float, low: float, high: float, source: str, note: str = ""
) -> UncertainInput:
    return UncertainInput(key=key, value=value, low=low, high=high, source=source, note=note)


def rail(indicator: str, sign: str, bound: float = 0.0, *, judged: bool = True) -> RailResult:
    return RailResult(indicator=indicator, sign=sign, bound=bound, judged=judged, base_breaks=False)


def breach(option: str, indicator: str, *, proven: bool) -> Breach:
    return Breach(
        option=option,
        indicator=indicator,
        rule="made up",
        base=BASE[indicator],
        value=1.05 * BASE[indicator],
        proven=proven,
    )


def study_results(**changes: Any) -> StudyResults:
    """Return made-up results; `changes` replace fields."""
    names = {
        "base": ("Base", "现状"),
        "park": ("Car park at Row 1", "一号街停车场"),
        "retime": ("Retime the middle junction", "调整中心路口配时"),
        "kerb": (f"Kerb price & {SCRIPT}", f"路内停车调价{SCRIPT}"),
        "close": ("Close Column 2", "封闭二号巷"),
    }
    does = {
        "base": None,
        "park": ("Build a car park with 150 spaces at Row 1.", "在一号街新建 150 个泊位的停车场。"),
        "retime": ("Retime junction j7, 90 s cycle.", "调整 j7 路口配时，周期 90 秒。"),
        "kerb": ("Kerb price in the centre doubled.", "中心区路内停车价格翻倍。"),
        "close": ("Close Column 2 between Row 1 and Row 2.", "封闭二号巷（一号街至二号街）。"),
    }
    changed = {"retime": (8, 9), "close": (44, 45)}
    facts: dict[str, Any] = {
        "citymove": "0.0.0",
        "study": Text(en="Morning options for the centre", zh="中心区早高峰方案比较"),
        "question": Text(
            en="Which measure shortens the morning commute, and what does it do to parking?",
            zh="哪项措施能够缩短早高峰通勤？对停车有何影响？",
        ),
        "city": Text(en="Gridtown (fictional)", zh="网格镇（虚构）"),
        "attribution": "© OpenStreetMap contributors",
        "grade": "D",
        "year": 2026,
        "hours": "06:00-12:00",
        "slices": SLICES,
        "seed": 7,
        "draws": DRAWS,
        "response": "fixed",
        "scope": Text(
            en="1,240 drivers a draw whose trip ends within 800 m of a measure search for a space; "
            "the others go to known spaces. At most 3 rounds.",
            zh="目的地距措施 800 米以内的驾驶人（每次抽样 1,240 人）模拟寻泊，其余驶往已知车位；"
            "最多 3 轮。",
        ),
        "corridor": Text(en="Row 1, both directions", zh="一号街双向"),
        "options": tuple(
            OptionResult(
                id=key,
                name=Text(en=en, zh=zh),
                does=() if (text := does[key]) is None else (Text(en=text[0], zh=text[1]),),
                spaces_added=150 if key == "park" else 0,
                links_changed=changed.get(key, ()),
            )
            for key, (en, zh) in names.items()
        ),
        "decide_on": ("commute_door_to_door_min", "search_time_mean_min"),
        "base": tuple((key, value) for key, value in BASE.items() if not TERMS[key].is_money),
        "differences": differences(),
        "guard_rails": (
            rail("gave_up_share", "worse"),
            rail("search_time_p90_min", ">", 15.0),
            rail("revenue", "<", 10_000.0, judged=False),
        ),
        "breaches": (
            breach("close", "gave_up_share", proven=True),
            breach("kerb", "search_time_p90_min", proven=False),
        ),
        "veh_km": VehKm(
            through=7_630.0, access=172.0, cruising=318.0, queueing=0.0, link_total=8_120.0
        ),
        "certificates": certificates(),
        "start_spread": (
            StartSpread(indicator="commute_door_to_door_min", low=41.5, high=41.9, starts=3),
            StartSpread(indicator="search_time_mean_min", low=6.3, high=6.6, starts=3),
        ),
        "retimings": (
            RetimingResult(
                option="retime",
                junction="j7",
                name=f"Row 1 / Column 1 {SCRIPT}",
                base_plan_inferred=True,
                cycle_base_s=90,
                cycle_new_s=76,
                greens_base_s=(40, 40),
                greens_new_s=(38, 28),
                delay_base_s=31.2,
                delay_optimal_base_volumes_s=22.4,
                delay_new_same_routes_s=22.6,
                delay_new_rerouted_s=24.9,
            ),
        ),
        "uncertain": (
            uncertain("incoming_commuters.west", 900.0, 630.0, 1170.0, "assumed"),
            uncertain("arrival_mean_h.work", 8.4, 8.0, 8.8, "assumed", "no survey at hand"),
            uncertain("private_share_incoming", 0.5, 0.3, 0.7, "assumed", f"made up {SCRIPT}"),
        ),
        "reading": (("drivable_ways", 20), ("links", 62), ("links_lost_to_connectivity", 0)),
        "notes": (Text(en="3 signal plans inferred.", zh="推断了 3 个信号配时方案。"),),
    }
    return StudyResults(**(facts | changes))


def link_arrays() -> dict[str, np.ndarray[Any, Any]]:
    city = grid_city()
    roads = city.roads
    count = len(roads.links)
    lon, lat = city.plane.to_degrees(roads.shape_x_m, roads.shape_y_m)
    options = 1 + len(EFFECTS)
    profile = np.array([0.3, 0.9, 1.0, 0.7, 0.5, 0.45])
    load = 120 + 700 * (roads.links.road_class == roads.links.road_class.min()) * (
        0.5 + 0.5 * np.sin(np.arange(count))
    )
    volume = np.tile(profile[:, None] * load, (options, 1, 1))
    wave = np.sin(np.arange(count) * 0.7)
    for o, effect in enumerate(EFFECTS.values(), start=1):
        volume[o] *= 1 + 3 * effect * wave
    is_open = np.ones((options, count), bool)
    is_open[4, [44, 45]] = False
    volume[4][:, [44, 45]] = 0
    capacity = np.full((options, count), 800.0)
    free = np.tile(roads.links.length_m / roads.links.speed_mps, (options, 1))
    free = np.broadcast_to(free[:, None, :], volume.shape)
    time = free * (1 + 0.15 * (volume / capacity[:, None, :]) ** 4)
    time[4][:, [44, 45]] = np.inf
    names = np.array([roads.names[n] for n in roads.links.name], "U80")
    names[names == "Row 1"] = "Row 1 一号街"
    names[names == "Column 3"] = SCRIPT
    return {
        "shape_start": roads.shape_start,
        "shape_lon": lon,
        "shape_lat": lat,
        "link_id": np.array([f"w{w}:{i}" for i, w in enumerate(roads.links.way_id)]),
        "name": names,
        "road_class": roads.links.road_class,
        "capacity_vph": capacity.astype(np.float32),
        "open": is_open,
        "volume_vph": volume.astype(np.float32),
        "time_s": time.astype(np.float32),
        "free_time_s": free.astype(np.float32),
        "lanes": roads.links.lanes.astype(np.float32),
        "drives_on": np.array("right"),
    }


def curve_arrays() -> dict[str, np.ndarray[Any, Any]]:
    city = grid_city()
    options = 1 + len(EFFECTS)
    tick_s = np.arange(6 * 3600, 12 * 3600 + 1, 900)
    rise = 0.4 + 0.57 / (1 + np.exp(-(tick_s - 8.3 * 3600) / 2400))
    occupancy = np.stack([rise * (1 - 0.05 * o) for o in range(options)])
    hour_s = np.arange(6, 12) * 3600
    search = np.array([1.2, 4.5, 8.1, 9.0, 6.2, 5.0])
    minutes = np.arange(0, 121.0)
    scale = np.array([1.0, 0.94, 0.975, 1.0, 1.05])[:, None]
    inside = 1 / (1 + np.exp(-(minutes / scale - 17) / 3.5))
    door = 1 / (1 + np.exp(-(minutes / scale - 41) / 9.0))
    lon, lat = city.plane.to_degrees([130.0, 330.0, 200.0, 420.0], [100.0, 100.0, 300.0, 260.0])
    spaces = np.tile([120, 80, 24, 0], (options, 1))
    spaces[1, 3] = 150
    peak = np.tile([0.99, 0.95, 1.0, np.nan], (options, 1))
    peak[1] = [0.9, 0.85, 0.97, 0.7]
    return {
        "tick_s": tick_s,
        "occupancy_share": occupancy,
        "hour_s": hour_s,
        "search_time_min": np.stack([search * (1 - 0.06 * o) for o in range(options)]),
        "commute_min": minutes,
        "commute_inside_share": inside,
        "commute_door_share": door,
        "facility_id": np.array(["w900", "w901", "k2000", "new_park"]),
        "facility_name": np.array(["Park 0", f"Park & {SCRIPT}", "", "Neues Parkhaus 新停车场"]),
        "facility_lon": lon,
        "facility_lat": lat,
        "facility_spaces": spaces,
        "facility_occupancy_peak": peak,
    }


def write_study(folder: Path, results: StudyResults | None = None) -> Path:
    """Write made-up results into `folder` and return it."""
    results = results or study_results()
    write_text(folder / "results.json", results.model_dump_json(indent=1))
    write_arrays(folder / "links.npz", link_arrays())
    write_arrays(folder / "curves.npz", curve_arrays())
    write_text(folder / "tables" / "indicators.csv", "option,indicator,value\n")
    return folder
