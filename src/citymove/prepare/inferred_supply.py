"""Spaces where nobody states them: the reported totals, shared out over what is mapped.

Applied once to a base city (per draw, since the totals are uncertain), before any option.
What is known stays as it is; all that is inferred is marked, spread and counted.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from citymove.facts.boundary import inside
from citymove.facts.car_parks import Access, CarParkKind
from citymove.facts.city import City
from citymove.facts.kerb import LEFT, RIGHT, Kerb, SideStatus, free_stretches
from citymove.facts.roads import RoadClass, Roads, Structure
from citymove.foundation.errors import InputError
from citymove.foundation.note import Note
from citymove.foundation.provenance import Source, Sourced
from citymove.prepare.share_out import share_out

Array = np.ndarray[Any, Any]

# Spaces of a car park of which not even an outline is known: assumed. They are weights only.
USUAL_SPACES: Mapping[CarParkKind, float] = {
    CarParkKind.SURFACE: 40.0,
    CarParkKind.STREET_SIDE: 40.0,
    CarParkKind.MULTI_STOREY: 200.0,
    CarParkKind.UNDERGROUND: 200.0,
}
SPACE_M = 5.2  # kerb that one more car takes, parked along it
CLEAR_M = 10.0  # kerb kept clear at a junction
_KERB_CLASSES = (
    RoadClass.TERTIARY,
    RoadClass.UNCLASSIFIED,
    RoadClass.RESIDENTIAL,
    RoadClass.LIVING_STREET,
)


def infer_supply(city: City) -> City:
    """Return the city with the spaces filled in that its totals speak of and no map states.

    Car parks inside the boundary that are open to the public or to customers and that nobody
    counted share what the counted ones leave of ``public_spaces``: in proportion to the sizes
    inferred from their outlines, or to `USUAL_SPACES` where there is no outline. Private and
    permit car parks are no part of that total and stay as they are, as do those outside the
    boundary.

    What stated kerb leaves of ``kerb_spaces`` is spread by length over one side of each
    direction (the driving side) of open surface links with both ends inside the boundary,
    tertiary to living street, no ramp, no roundabout, where nothing is known of that side: never
    where parking is forbidden or mapped apart, never more than one car per `SPACE_M` between
    the `CLEAR_M` at each junction and what is kept clear for crossings, stops and driveways.

    Parameters
    ----------
    city
        A base city that states ``public_spaces`` and ``kerb_spaces``.

    Returns
    -------
    City
        Inferred values have `Source.INFERRED` and the spread of their total. Counts and notes
        of `City.reading` say how many spaces were inferred, and where the map and the total
        disagree. A city without gaps is returned as it is.

    Raises
    ------
    InputError
        A total is missing, or known car parks exceed it while others have unknown spaces.
    """
    return _infer_kerb(_infer_car_parks(city))


def _infer_car_parks(city: City) -> City:
    parks, total = city.car_parks, _total(city, "public_spaces")
    counts = np.isin(parks.access, (Access.PUBLIC, Access.CUSTOMERS)) & inside(
        city.boundary_x_m, city.boundary_y_m, parks.x_m, parks.y_m
    )
    counted = (parks.spaces >= 0) & (parks.spaces_source != Source.INFERRED)
    unknown = np.flatnonzero(counts & ~counted)
    known = int(parks.spaces[counts & counted].sum())
    left = round(total.value) - known
    if not unknown.size:
        if left == 0 or not counts.any():
            return city
        note = Note(
            "public_spaces_disagree",
            en=f"Public car parks hold {known} spaces, the total says {total.value:g}.",
            zh=f"对外开放停车场共有 {known} 个泊位，与给定总量 {total.value:g} 不一致。",
        )
        return _noted(city, note)
    if left < 0:
        raise InputError(
            "must be at least the spaces of the car parks whose spaces are known",
            value=f"public_spaces = {total.value:g}, known: {known}",
            remedy="raise public_spaces and its range, or correct the car parks",
        )
    usual = np.array([USUAL_SPACES[kind] for kind in CarParkKind])[parks.kind[unknown]]
    weight = np.where(parks.spaces[unknown] >= 0, parks.spaces[unknown], usual)
    if np.all(parks.spaces[unknown] >= 0) and weight.sum() == left:
        return city
    if left and not weight.any():
        weight = usual
    spaces, source, spread = (
        array.copy() for array in (parks.spaces, parks.spaces_source, parks.spaces_spread)
    )
    spaces[unknown] = share_out(left, weight)
    source[unknown] = Source.INFERRED
    spread[unknown] = _spread(total)
    filled = replace(parks, spaces=spaces, spaces_source=source, spaces_spread=spread)
    note = Note(
        "car_park_spaces_inferred",
        en=f"{unknown.size} car parks share {left} of {round(total.value)} public spaces "
        "(inferred).",
        zh=f"{unknown.size} 处停车场分摊 {round(total.value)} 个对外泊位中的 {left} 个（推断）。",
    )
    return _noted(
        replace(city, car_parks=filled),
        note,
        car_parks_with_inferred_spaces=unknown.size,
        car_park_spaces_inferred=left,
    )


def _infer_kerb(city: City) -> City:
    total = _total(city, "kerb_spaces")
    left = round(total.value) - int(city.kerb.spaces.sum())
    if left <= 0:
        if left == 0 or city.reading.counts.get("kerb_spaces_inferred"):
            return city
        stated = int(city.kerb.spaces.sum())
        note = Note(
            "kerb_spaces_disagree",
            en=f"Stated kerb holds {stated} spaces, the total says {total.value:g}.",
            zh=f"已知路内泊位 {stated} 个，与给定总量 {total.value:g} 不一致。",
        )
        return _noted(city, note)
    free = _free_kerb(city)
    usable_m = free.to_m - free.from_m - free.clear_m
    spaces = share_out(left, usable_m, free.room) if free.link.size else free.room
    row = _kerb_rows(city, free, spaces, _spread(total))
    placed = int(spaces.sum())
    more_en = more_zh = ""
    if placed < left:
        more_en = f"; {left - placed} more of the total of {round(total.value)} find no room"
        more_zh = f"；总量 {round(total.value)} 个中另有 {left - placed} 个无处安排"
    note = Note(
        "kerb_spaces_inferred",
        en=f"{placed} kerb spaces inferred on {len(row)} stretches{more_en}.",
        zh=f"在 {len(row)} 段路缘推断出 {placed} 个路内泊位{more_zh}。",
    )
    return _noted(
        replace(city, kerb=city.kerb.append(row)),
        note,
        kerb_spaces_inferred=placed,
        kerb_spaces_without_room=left - placed,
    )


@dataclass(frozen=True, slots=True)
class _Free:
    """Kerb on which cars may be taken to stand.

    Parameters
    ----------
    link
        int64, the link whose driving side it is.
    from_m, to_m, clear_m
        float64, stretch of the way, and what is kept clear inside it.
    room
        int64, >= 1, cars that find room.
    """

    link: Array
    from_m: Array
    to_m: Array
    clear_m: Array
    room: Array


def _free_kerb(city: City) -> _Free:
    """Return links whose driving side may take cars, and the stretch of the way, m."""
    roads, links = city.roads, city.roads.links
    lies_in = inside(city.boundary_x_m, city.boundary_y_m, roads.nodes.x_m, roads.nodes.y_m)
    eligible = (
        links.open
        & ~links.ramp
        & ~links.roundabout
        & (links.structure == Structure.SURFACE)
        & np.isin(links.road_class, _KERB_CLASSES)
        & lies_in[links.tail]
        & lies_in[links.head]
        & ~_is_known(city)
    )
    clear_low, clear_high = _clear(roads)
    from_m, to_m = links.way_from_m + clear_low, links.way_to_m - clear_high
    link = np.flatnonzero(eligible & (to_m - from_m >= SPACE_M))
    clear_m, room = _kept_clear(city, link, from_m[link], to_m[link])
    fits = room >= 1
    link = link[fits]
    return _Free(link, from_m[link], to_m[link], clear_m[fits], room[fits])


def _clear(roads: Roads) -> tuple[Array, Array]:
    """Return the kerb kept clear at the low and the high end of each link's stretch, m."""
    links = roads.links
    pairs = np.stack([links.tail, links.head], axis=1)
    pairs = np.unique(np.concatenate([pairs, pairs[:, ::-1]]), axis=0)
    arms = np.bincount(pairs[:, 0], minlength=len(roads.nodes))
    clear = np.where(arms >= 3, CLEAR_M, 0.0)  # two arms: the road goes on; one: it ends
    low = np.where(links.forward, links.tail, links.head)
    high = np.where(links.forward, links.head, links.tail)
    return clear[low], clear[high]


def _side_of(city: City, forward: Array) -> Array:
    """Return the side of the way on which cars of each link park: the driving side."""
    near, far = (RIGHT, LEFT) if city.drives_on == "right" else (LEFT, RIGHT)
    return np.where(forward, near, far)


def _is_known(city: City) -> Array:
    """Return whether the driving side of each link has stated kerb, or is stated to have none."""
    links, kerb, sides = city.roads.links, city.kerb, city.kerb_sides
    known = sides.take(sides.status != SideStatus.UNREAD)
    way_id, side = (
        np.concatenate([getattr(kerb, name), getattr(known, name)]) for name in ("way_id", "side")
    )
    from_m, to_m = (
        np.concatenate([getattr(kerb, name), getattr(known, name)]) for name in ("from_m", "to_m")
    )
    found = np.zeros(len(links), np.bool_)
    of_links = _side_of(city, links.forward)
    order = np.argsort(links.way_id, kind="stable")
    first = np.searchsorted(links.way_id[order], way_id, side="left")
    end = np.searchsorted(links.way_id[order], way_id, side="right")
    for row in range(way_id.size):
        mine = order[first[row] : end[row]]
        found[mine] |= (
            (of_links[mine] == side[row])
            & (links.way_from_m[mine] < to_m[row])
            & (links.way_to_m[mine] > from_m[row])
        )
    return found


def _kept_clear(city: City, link: Array, from_m: Array, to_m: Array) -> tuple[Array, Array]:
    """Return the length kept clear inside each stretch, m, and the cars that find room."""
    clear = city.kerb_clear
    cuts: dict[tuple[int, int], list[tuple[float, float]]] = {}
    for way, side, low, high in zip(
        clear.way_id.tolist(), clear.side.tolist(), clear.from_m.tolist(), clear.to_m.tolist(),
        strict=True,
    ):  # fmt: skip
        cuts.setdefault((way, side), []).append((low, high))
    links = city.roads.links
    sides = _side_of(city, links.forward[link])
    clear_m = np.zeros(link.size)
    room = np.floor((to_m - from_m) / SPACE_M).astype(np.int64)
    for row, key in enumerate(zip(links.way_id[link].tolist(), sides.tolist(), strict=True)):
        if key in cuts:
            free = free_stretches(float(from_m[row]), float(to_m[row]), cuts[key])
            clear_m[row] = to_m[row] - from_m[row] - sum(high - low for low, high in free)
            room[row] = sum(int((high - low) / SPACE_M) for low, high in free)
    return clear_m, room


def _kerb_rows(city: City, free: _Free, spaces: Array, spread: float) -> Kerb:
    taken = np.flatnonzero(spaces > 0)
    link, from_m = free.link[taken], free.from_m[taken]
    way_id = city.roads.links.way_id[link]
    side = _side_of(city, city.roads.links.forward[link])
    count = taken.size
    return Kerb(
        id=np.array(
            [f"k{w}/{f:.0f}/{s:+d}" for w, f, s in zip(way_id, from_m, side, strict=True)], np.str_
        ),
        way_id=way_id,
        from_m=from_m,
        to_m=free.to_m[taken],
        side=side,
        spaces=spaces[taken],
        spaces_source=np.full(count, Source.INFERRED),
        spaces_spread=np.full(count, spread),
        tariff=np.full(count, city.kerb_tariff),
        clear_m=free.clear_m[taken],
    )


def _total(city: City, key: str) -> Sourced:
    city.assumed(key)  # raises with the remedy where it is missing
    return city.assumptions[key]


def _spread(total: Sourced) -> float:
    reach = max(total.high - total.value, total.value - total.low)
    return reach / total.value if total.value > 0 else 0.0


def _noted(city: City, note: Note, **counts: int) -> City:
    reading = city.reading
    return replace(
        city,
        reading=replace(reading, counts={**reading.counts, **counts}, notes=(*reading.notes, note)),
    )
