"""Spaces where nobody states them: the reported totals, shared out over what is mapped.

Applied once to a base city (per draw, since the totals are uncertain), before any option.
What is known stays as it is; all that is inferred is marked, spread and counted.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from citymove.facts.boundary import inside
from citymove.facts.car_parks import Access, CarParkKind
from citymove.facts.city import City
from citymove.facts.kerb import LEFT, RIGHT, Kerb
from citymove.facts.roads import RoadClass, Roads, Structure
from citymove.foundation.errors import InputError
from citymove.foundation.note import Note
from citymove.foundation.provenance import Source, Sourced
from citymove.prepare.share_out import share_out

Array = np.ndarray[Any, Any]

# An underground or multi-storey car park holds five times a surface lot: assumed.
KIND_WEIGHT: Mapping[CarParkKind, float] = {
    CarParkKind.SURFACE: 1.0,
    CarParkKind.STREET_SIDE: 1.0,
    CarParkKind.MULTI_STOREY: 5.0,
    CarParkKind.UNDERGROUND: 5.0,
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

    Car parks inside the boundary that are open to the public or to customers and whose spaces
    are unknown share what the known ones leave of ``public_spaces``, by `KIND_WEIGHT`. Private
    and permit car parks are no part of that total: unknown, they stay unknown (-1), as do those
    outside the boundary.

    What stated kerb leaves of ``kerb_spaces`` is spread by length over one side of each
    direction (the driving side) of open surface links with both ends inside the boundary,
    tertiary to living street, no ramp, no roundabout, without stated kerb: never more than one
    car per `SPACE_M` between the `CLEAR_M` at each junction.

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
    unknown = np.flatnonzero(counts & (parks.spaces < 0))
    known = int(parks.spaces[counts & (parks.spaces >= 0)].sum())
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
    weight = np.array([KIND_WEIGHT[kind] for kind in CarParkKind])[parks.kind[unknown]]
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
    link, from_m, to_m = _free_kerb(city)
    ceiling = np.floor((to_m - from_m) / SPACE_M).astype(np.int64)
    spaces = share_out(left, to_m - from_m, ceiling) if link.size else ceiling
    row = _kerb_rows(city, link, from_m, to_m, spaces, _spread(total))
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


def _free_kerb(city: City) -> tuple[Array, Array, Array]:
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
        & ~_has_kerb(city)
    )
    clear_low, clear_high = _clear(roads)
    from_m, to_m = links.way_from_m + clear_low, links.way_to_m - clear_high
    link = np.flatnonzero(eligible & (to_m - from_m >= SPACE_M))
    return link, from_m[link], to_m[link]


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


def _has_kerb(city: City) -> Array:
    """Return whether stated kerb lies on the driving side of each link; bool [links]."""
    links, kerb = city.roads.links, city.kerb
    side, found = _side_of(city, links.forward), np.zeros(len(links), np.bool_)
    for row in range(len(kerb)):
        found |= (
            (links.way_id == kerb.way_id[row])
            & (side == kerb.side[row])
            & (links.way_from_m < kerb.to_m[row])
            & (links.way_to_m > kerb.from_m[row])
        )
    return found


def _kerb_rows(
    city: City, link: Array, from_m: Array, to_m: Array, spaces: Array, spread: float
) -> Kerb:
    taken = np.flatnonzero(spaces > 0)
    link, from_m, to_m = link[taken], from_m[taken], to_m[taken]
    way_id = city.roads.links.way_id[link]
    side = _side_of(city, city.roads.links.forward[link])
    count = taken.size
    return Kerb(
        id=np.array(
            [f"k{w}/{f:.0f}/{s:+d}" for w, f, s in zip(way_id, from_m, side, strict=True)], np.str_
        ),
        way_id=way_id,
        from_m=from_m,
        to_m=to_m,
        side=side,
        spaces=spaces[taken],
        spaces_source=np.full(count, Source.INFERRED),
        spaces_spread=np.full(count, spread),
        tariff=np.full(count, city.kerb_tariff),
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
