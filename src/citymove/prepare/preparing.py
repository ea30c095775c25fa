"""`prepare`: what the models work on, derived from the facts of a city."""

from typing import Any

import numpy as np

from citymove.facts.city import City
from citymove.facts.signal_plans import SignalPlan
from citymove.foundation.daytime import Slices
from citymove.foundation.note import Note
from citymove.foundation.provenance import Source
from citymove.prepare.capacities import capacities
from citymove.prepare.connectors import connectors
from citymove.prepare.greens import effective_greens
from citymove.prepare.parking_supply import parking_supply
from citymove.prepare.plans import PlansInForce, check_movements, plans_in_force
from citymove.prepare.prepared import ParkingSupply, Prepared
from citymove.prepare.reach import Reach, reach
from citymove.prepare.running_times import running_times
from citymove.prepare.turn_graph import turn_graph, turn_graphs
from citymove.signals.inferred_plan import INFERRED_CYCLE_S
from citymove.signals.presence import SignalJunctions, city_junctions

Array = np.ndarray[Any, Any]


def prepare(city: City, slices: Slices, *, plans: tuple[SignalPlan, ...] | None = None) -> Prepared:
    """Derive the arrays that the models work on.

    Pure: the same facts give the same arrays, and nothing derived is patched afterwards.

    Parameters
    ----------
    city
        The facts.
    slices
        Slices of the day.
    plans
        Signal plans that stand in for the city's own; None: the city's. Hours without a known
        plan run under an inferred one (`signals.inferred_plan`).

    Returns
    -------
    Prepared
        `notes` say what was inferred, what is closed and what was left out.

    Raises
    ------
    InputError
        A zone reaches no road; a plan names an unknown junction, overlaps another or gives a
        movement no green; a kerb lies on no street; the links of a path ban do not meet.
    """
    roads = city.roads
    turns, turns_of_slice = turn_graphs(roads, slices.windows)
    reached = reach(turn_graph(roads), roads.links.open)
    junctions = city_junctions(city)
    link_ids = roads.link_ids()
    known = city.signal_plans if plans is None else plans
    in_force = plans_in_force(roads, junctions, known, link_ids)
    check_movements(roads, junctions, in_force.plans, link_ids)
    cycle_s, green_s = effective_greens(in_force.plans, junctions, roads, slices, link_ids=link_ids)
    junction_of_link = _junction_of_link(junctions, len(roads.links))
    capacity_vph, capacity_source = capacities(city, junction_of_link)
    ties = connectors(city, reached)
    parking = parking_supply(city, reached)
    return Prepared(
        city=city,
        slices=slices,
        turns=turns,
        turns_of_slice=turns_of_slice,
        running_time_s=running_times(roads, slices),
        capacity_vph=capacity_vph,
        capacity_source=capacity_source,
        junctions=junctions,
        junction_of_link=junction_of_link,
        plans=in_force.plans,
        cycle_s=cycle_s,
        green_s=green_s,
        connectors=ties,
        parking=parking,
        notes=(
            *_signal_notes(city, junctions, in_force),
            *_link_notes(city, reached, capacity_source),
            *_parking_notes(city, parking),
        ),
    )


def _junction_of_link(junctions: SignalJunctions, link_count: int) -> Array:
    """Return the junction whose lights stand at each link's head, int32 [links], -1: none."""
    of_link = np.full(link_count, -1, np.int32)
    size = np.diff(np.append(junctions.approach_start, junctions.approach_link.size))
    of_link[junctions.approach_link] = np.repeat(np.arange(len(junctions)), size)
    return of_link


def _signal_notes(city: City, junctions: SignalJunctions, in_force: PlansInForce) -> list[Note]:
    count = len(junctions)
    notes = [
        Note(
            "signalised_junctions",
            en=f"Signalised junctions: {count}.",
            zh=f"信号控制路口：{count} 处。",
        )
    ]
    if n := int(np.sum(junctions.source == Source.INFERRED)):
        notes.append(
            Note(
                "junctions_inferred",
                en=f"Junctions whose lights are inferred from the classes of their roads: {n}.",
                zh=f"信号灯按相交道路等级推断的路口：{n} 处。",
            )
        )
    if n := len(city.stated_signals):
        yes = int(np.sum(city.stated_signals.present))
        notes.append(
            Note(
                "signals_stated",
                en=f"Junctions of which it is stated whether they have lights: {n} ({yes} have); "
                f"{junctions.stated_unknown} of them are not in the network.",
                zh=f"已说明有无信号灯的路口：{n} 处（其中有灯 {yes} 处）；"
                f"其中 {junctions.stated_unknown} 处不在路网中。",
            )
        )
    if n := in_force.inferred_junctions:
        notes.append(
            Note(
                "plans_inferred",
                en=f"Junctions without a known plan: {n}; they run an inferred one (cycle "
                f"{INFERRED_CYCLE_S:g} s, stages by conflict, greens by lanes, offset 0).",
                zh=f"无已知配时方案的路口：{n} 处，采用推断方案（周期 {INFERRED_CYCLE_S:g} 秒，"
                "按冲突划分相位，按车道数分配绿灯，相位差为 0）。",
            )
        )
    if n := in_force.filled_junctions:
        notes.append(
            Note(
                "plans_filled",
                en=f"Junctions whose known plans leave hours open: {n}; these hours run an "
                "inferred one.",
                zh=f"已知配时方案未覆盖全部时段的路口：{n} 处，空缺时段采用推断方案。",
            )
        )
    if dark := int(np.sum(~city.roads.links.open[junctions.approach_link])):
        notes.append(
            Note(
                "closed_approaches_with_green",
                en=f"Closed approaches that keep their green: {dark}; lights change only by a "
                "retiming.",
                zh=f"封闭后仍保留绿灯的进口道：{dark} 条；只有重新配时才会改变信号。",
            )
        )
    if pedestrian := junctions.crossing_lights + junctions.midblock_lights:
        notes.append(
            Note(
                "crossing_lights",
                en=f"Signal nodes of crossings away from junctions, without delay: {pedestrian}.",
                zh=f"路口以外的人行横道信号灯：{pedestrian} 处，不计延误。",
            )
        )
    return notes


def _link_notes(city: City, reached: Reach, capacity_source: Array) -> list[Note]:
    links = city.roads.links
    by_table = int(np.sum(capacity_source == Source.DEFAULT))
    notes = [
        Note(
            "capacities_by_table",
            en=f"Links whose capacity follows class and lanes: {by_table} of {len(links)}.",
            zh=f"按道路等级与车道数确定通行能力的路段：{len(links)} 条中的 {by_table} 条。",
        )
    ]
    if closed := int(np.sum(~links.open)):
        notes.append(
            Note("links_closed", en=f"Closed links: {closed}.", zh=f"封闭路段：{closed} 条。")
        )
    if cut_off := int(np.sum(links.open & ~reached.served)):
        notes.append(
            Note(
                "links_cut_off",
                en=f"Open links cut off from the rest of the network: {cut_off}.",
                zh=f"开放但与其余路网隔断的路段：{cut_off} 条。",
            )
        )
    return notes


def _parking_notes(city: City, parking: ParkingSupply) -> list[Note]:
    notes = []
    if unusable := int(parking.spaces[parking.link < 0].sum()):
        notes.append(
            Note(
                "kerb_spaces_unusable",
                en=f"Kerb spaces on closed or cut-off streets: {unusable}.",
                zh=f"位于封闭或隔断街道上的路内泊位：{unusable} 个。",
            )
        )
    if unknown := int(np.sum(city.car_parks.spaces < 0)):
        notes.append(
            Note(
                "car_parks_unknown",
                en=f"Car parks without known spaces, left out: {unknown}.",
                zh=f"泊位数未知而略去的停车场：{unknown} 处。",
            )
        )
    return notes
