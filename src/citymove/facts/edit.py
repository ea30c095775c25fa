"""How an option changes the facts of a city: pure functions from city to city.

Rows keep their meaning: what goes is marked and stays, what comes is appended. Values that an
option states are `STATED`: an authority's word of what will be, without a spread. They are
neither measured nor tagged, so an option cannot lift the share of a city that was surveyed.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from citymove.facts.car_parks import Access, CarParkKind, CarParks
from citymove.facts.city import City
from citymove.facts.roads import Links, Roads, TurnBans
from citymove.facts.signal_plans import RetimeRequest
from citymove.facts.tariffs import Tariff
from citymove.facts.travellers import Travellers
from citymove.foundation.errors import InputError
from citymove.foundation.provenance import Source
from citymove.foundation.randomness import Stream, stable_id, uniforms

Array = np.ndarray[Any, Any]

STATED = Source.REPORTED
_SCALE_SEED = 0  # who stays does not depend on the draw: 80 % of 100 % is 80 % in every draw


def close_links(city: City, links: Array) -> City:
    """Return the city with these links closed to motor vehicles; they keep their rows."""
    open_ = city.roads.links.open.copy()
    open_[links] = False
    return replace(city, roads=city.roads.with_links(open=open_))


def twins(roads: Roads, links: Array) -> Array:
    """Return the row of each link's other direction, int64, -1 where there is none.

    The other direction runs along the same stretch of the same way, open or closed.
    """
    table = roads.links
    rows = {
        (way, tail, head, from_m): row
        for row, (way, tail, head, from_m) in enumerate(
            zip(
                table.way_id.tolist(),
                table.tail.tolist(),
                table.head.tolist(),
                table.way_from_m.tolist(),
                strict=True,
            )
        )
    }
    return np.array(
        [
            rows.get(
                (
                    int(table.way_id[i]),
                    int(table.head[i]),
                    int(table.tail[i]),
                    float(table.way_from_m[i]),
                ),
                -1,
            )
            for i in np.asarray(links)
        ],
        np.int64,
    )


def reverse_links(city: City, links: Array) -> City:
    """Return the city with one-way links turned round.

    A link closes, and a new one of the same lanes and speed in the other direction is appended
    (or opened, where a closed one stands there). Turn bans stay with the links that they name:
    one on a closed link is void, and a new direction starts without bans, since a sign speaks
    of one movement. Kerb that lies on turned links alone changes sides, so that it stays on the
    driving side.

    Raises
    ------
    InputError
        Where a link is closed, or has an open link in the other direction.
    """
    rows = np.unique(np.asarray(links, np.int64))
    table = city.roads.links
    other = twins(city.roads, rows)
    two_way = (other >= 0) & table.open[other]
    for bad, rule in ((~table.open[rows], "is closed"), (two_way, "is open in both directions")):
        if np.any(bad):
            raise InputError(
                f"{rule}, so it cannot be turned round",
                value=_link_text(city.roads, int(rows[bad][0])),
            )
    open_ = table.open.copy()
    open_[rows] = False
    open_[other[other >= 0]] = True
    roads = city.roads.with_links(open=open_)
    return replace(
        city,
        roads=_append_reversed(roads, rows[other < 0]),
        kerb=replace(city.kerb, side=_turned_sides(city, rows)),
    )


def _turned_sides(city: City, rows: Array) -> Array:
    """Return the sides of the kerb when these links are turned round, int8."""
    table, kerb = city.roads.links, city.kerb
    side = kerb.side.copy()
    for way in np.unique(table.way_id[rows]):
        turned = rows[table.way_id[rows] == way]
        low, high = table.way_from_m[turned].min(), table.way_to_m[turned].max()
        side[(kerb.way_id == way) & (kerb.from_m >= low) & (kerb.to_m <= high)] *= -1
    return side


def _link_text(roads: Roads, link: int) -> str:
    name = roads.name_of(link)
    way = f"way {roads.links.way_id[link]}"
    return f"{name} ({way})" if name else way


def _append_reversed(roads: Roads, rows: Array) -> Roads:
    if rows.size == 0:
        return roads
    old = roads.links.take(rows)
    new: Links = replace(
        old, forward=~old.forward, tail=old.head, head=old.tail, open=np.ones(rows.size, bool)
    )
    shapes_x, shapes_y, starts = [roads.shape_x_m], [roads.shape_y_m], [roads.shape_start]
    end = int(roads.shape_start[-1])
    for row in rows:
        part = slice(int(roads.shape_start[row]), int(roads.shape_start[row + 1]))
        shapes_x.append(roads.shape_x_m[part][::-1])
        shapes_y.append(roads.shape_y_m[part][::-1])
        end += part.stop - part.start
        starts.append(np.array([end], np.int64))
    return replace(
        roads,
        links=roads.links.append(new),
        shape_start=np.concatenate(starts),
        shape_x_m=np.concatenate(shapes_x),
        shape_y_m=np.concatenate(shapes_y),
    )


def set_lanes(city: City, links: Array, lanes: Array | float) -> City:
    """Return the city with these lanes (> 0) on these links.

    A capacity that is known for a link changes in proportion to its lanes; from then on it
    counts as inferred.
    """
    table = city.roads.links
    new, source = table.lanes.copy(), table.lanes_source.copy()
    new[links] = lanes
    source[links] = STATED
    known = np.zeros(len(table), bool)
    known[links] = True
    known &= ~np.isnan(table.capacity_vph)
    capacity, capacity_source = table.capacity_vph.copy(), table.capacity_source.copy()
    capacity[known] *= new[known] / table.lanes[known]
    capacity_source[known] = Source.INFERRED
    return replace(
        city,
        roads=city.roads.with_links(
            lanes=new,
            lanes_source=source,
            capacity_vph=capacity,
            capacity_source=capacity_source,
        ),
    )


def set_speed(city: City, links: Array, speed_mps: float) -> City:
    """Return the city with this free speed, m/s, > 0, on these links, at all hours."""
    table = city.roads.links
    speed, source = table.speed_mps.copy(), table.speed_source.copy()
    speed[links] = speed_mps
    source[links] = STATED
    roads = city.roads.with_links(speed_mps=speed, speed_source=source)
    timed = roads.timed_speeds
    others = timed.take(~np.isin(timed.link, links))
    return replace(city, roads=replace(roads, timed_speeds=others))


def ban_turns(city: City, from_links: Array, to_links: Array) -> City:
    """Return the city with these turns banned, pairs of links that meet."""
    bans = TurnBans(from_link=from_links, to_link=to_links, relation_id=np.zeros(len(from_links)))
    return replace(city, roads=replace(city.roads, turn_bans=city.roads.turn_bans.append(bans)))


def add_tariff(city: City, tariff: Tariff | None) -> tuple[City, int]:
    """Return the city that knows this tariff, and the tariff's row; -1 for None, free."""
    if tariff is None:
        return city, -1
    for row, known in enumerate(city.tariffs):
        if known == tariff:
            return city, row
    if any(known.id == tariff.id for known in city.tariffs):
        raise InputError("names two different tariffs", value=f"tariff {tariff.id}")
    return replace(city, tariffs=(*city.tariffs, tariff)), len(city.tariffs)


def add_car_park(
    city: City,
    *,
    park_id: str,
    name: str,
    x_m: float,
    y_m: float,
    kind: CarParkKind,
    spaces: int,
    tariff: Tariff | None,
) -> City:
    """Return the city with one more public car park, at the end of the table.

    Parameters
    ----------
    park_id
        Stable; must not be known in the city.
    spaces
        >= 0.
    """
    if spaces < 0:
        raise InputError("must be >= 0", value=f"spaces = {spaces}")
    if park_id in city.car_parks.id:
        raise InputError("stands in the city already", value=f"car park {park_id}")
    city, row = add_tariff(city, tariff)
    row_of: dict[str, Any] = {
        "id": park_id,
        "name": name,
        "x_m": x_m,
        "y_m": y_m,
        "kind": kind,
        "access": Access.PUBLIC,
        "spaces": spaces,
        "spaces_source": STATED,
        "spaces_spread": 0.0,
        "tariff": row,
    }
    new = CarParks(**{column: np.array([value]) for column, value in row_of.items()})
    return replace(city, car_parks=city.car_parks.append(new))


def set_car_park_spaces(city: City, rows: Array, spaces: int) -> City:
    """Return the city with this number of spaces, >= 0, in these car parks."""
    if spaces < 0:
        raise InputError("must be >= 0", value=f"spaces = {spaces}")
    parks = city.car_parks
    number, source, spread = parks.spaces.copy(), parks.spaces_source.copy(), parks.spaces_spread
    number[rows] = spaces
    source[rows] = STATED
    spread = spread.copy()
    spread[rows] = 0.0
    return replace(
        city,
        car_parks=replace(parks, spaces=number, spaces_source=source, spaces_spread=spread),
    )


def set_car_park_tariff(city: City, rows: Array, tariff: Tariff | None) -> City:
    """Return the city with this tariff (None: free) in these car parks."""
    city, tariff_row = add_tariff(city, tariff)
    column = city.car_parks.tariff.copy()
    column[rows] = tariff_row
    return replace(city, car_parks=replace(city.car_parks, tariff=column))


def set_kerb_tariff(city: City, rows: Array, tariff: Tariff | None) -> City:
    """Return the city with this tariff (None: free) on these stretches of kerb."""
    city, tariff_row = add_tariff(city, tariff)
    column = city.kerb.tariff.copy()
    column[rows] = tariff_row
    return replace(city, kerb=replace(city.kerb, tariff=column))


def add_retime_request(city: City, request: RetimeRequest) -> City:
    """Return the city with one more wish to retime a junction."""
    return replace(city, retime_requests=(*city.retime_requests, request))


def scale_travellers(city: City, chosen: Array, factor: float, *, key: Array | None = None) -> City:
    """Return the city with `factor` times as many of the chosen travellers.

    Who stays and who is doubled depends on a traveller's id alone, so that a factor of 0.8
    keeps a part of those whom 0.9 keeps. Copies are the same visits under new ids, and hence
    draw tastes of their own; they follow at the end.

    Parameters
    ----------
    chosen
        bool [travellers].
    factor
        >= 0.
    key
        int64 [travellers], rows of one key go or come together (the ways out and home of a
        tour); None: each row by its own id.

    Raises
    ------
    InputError
        The city has no travellers, or the factor is negative or not finite.
    """
    if city.travellers is None:
        raise InputError("has no travellers to scale", value=city.name.en)
    if not (np.isfinite(factor) and factor >= 0):
        raise InputError("must be >= 0", value=f"factor = {factor}")
    people = city.travellers
    whole, part = divmod(float(factor), 1.0)
    luck = uniforms(_SCALE_SEED, people.id if key is None else key, Stream.SCALE)
    copies = np.where(chosen, int(whole) + (luck < part), 1).astype(np.int64)
    kept = people.take(copies >= 1)
    further = [
        _copied(people.take(copies >= number), number)
        for number in range(2, int(copies.max(initial=0)) + 1)
    ]
    for more in further:
        kept = kept.append(more)
    if np.unique(kept.id).size != len(kept):
        raise InputError("must be unique", value="ids of scaled travellers")
    return replace(city, travellers=kept)


def _copied(people: Travellers, number: int) -> Travellers:
    ids = [stable_id(f"{i}/{number}") for i in people.id.tolist()]
    return replace(people, id=np.array(ids, np.int64))
