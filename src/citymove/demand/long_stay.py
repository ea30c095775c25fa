"""Cars that fill public spaces in the morning beyond what residents leave there.

Nobody has counted the night; the city states what share of its public spaces is taken at 06:00.
Where the residents' own cars are fewer, cars of no known driver stand for the rest, all day.
"""

from typing import Any

import numpy as np

from citymove.demand.inversion import Choices, round_half_up
from citymove.demand.setting import Setting
from citymove.demand.tours import PARKED_BEFORE_S
from citymove.demand.traveller_ids import Group, traveller_ids
from citymove.demand.visits import visit_rows
from citymove.facts.car_parks import Access
from citymove.facts.city import City
from citymove.facts.travellers import Segment, Travellers
from citymove.facts.zones import zone_of
from citymove.foundation.daytime import DAY_S, HOUR_S
from citymove.foundation.randomness import Stream, uniforms
from citymove.foundation.terms import Purpose

Array = np.ndarray[Any, Any]

FILLED_AT_S = 6 * HOUR_S


def long_stay_rows(setting: Setting, overnight: Travellers) -> tuple[Travellers, tuple[str, ...]]:
    """Return cars that stand all day, and a note of how many.

    Parameters
    ----------
    setting
        Of the synthesis; its city's car parks and kerb hold the supply.
    overnight
        Residents' cars in public spaces (`tours.overnight_rows`).
    """
    x_m, y_m, spaces = public_spaces(setting.city)
    leave_s = overnight.arrival_s.astype(np.int64) + overnight.dwell_s
    residents = int(np.count_nonzero(leave_s > FILLED_AT_S))
    wanted = round_half_up(setting.city.assumed("occupancy_0600") * int(spaces.sum()))
    count = max(wanted - residents, 0)
    ids = traveller_ids(Group.LONG_STAY, np.arange(count))
    number = uniforms(setting.seed, ids, Stream.INITIAL_SPACE)
    spot = Choices.of_weights(spaces).draw(np.zeros(count, np.int64), number)
    zone = nearest_zones(setting.city, x_m[spot], y_m[spot])
    rows = visit_rows(
        setting,
        ids=ids,
        drivers=ids,
        segment=Segment.RESIDENT,
        purpose=Purpose.HOME,
        origin=zone,
        destination=zone,
        x_m=x_m[spot],
        y_m=y_m[spot],
        arrival_s=PARKED_BEFORE_S,
        dwell_s=DAY_S - PARKED_BEFORE_S,
    )
    return rows, _notes(int(spaces.sum()), wanted, residents, count)


def _notes(spaces: int, wanted: int, residents: int, count: int) -> tuple[str, ...]:
    if count:
        return (
            f"{count} cars of no known driver stand all day, so that {wanted} of {spaces} public "
            f"spaces are taken at 06:00 ({residents} by residents)",
        )
    if residents > wanted:
        return (
            f"{residents} residents' cars without a private space stand in {spaces} public spaces "
            f"at 06:00, more than the {wanted} that occupancy_0600 says",
        )
    return ()


def public_spaces(city: City) -> tuple[Array, Array, Array]:
    """Return where public spaces are: x and y, float64 [facilities], and spaces, int64.

    Car parks open to the public, then stretches of kerb; where the number of spaces is not
    known it counts as 0 (supply is inferred before travellers are made).
    """
    parks = city.car_parks
    public = np.flatnonzero((parks.access == Access.PUBLIC) & (parks.spaces > 0))
    kerb_x_m, kerb_y_m = kerb_points(city)
    return (
        np.concatenate([parks.x_m[public], kerb_x_m]),
        np.concatenate([parks.y_m[public], kerb_y_m]),
        np.concatenate([parks.spaces[public], city.kerb.spaces]).astype(np.int64),
    )


def kerb_points(city: City) -> tuple[Array, Array]:
    """Return the middle of each stretch of kerb, x and y, float64 [kerb], m.

    On the straight line between the ends of the link that covers it: near enough to say whose
    cars stand there.
    """
    links, nodes = city.roads.links, city.roads.nodes
    kerb = city.kerb
    middle_m = (kerb.from_m + kerb.to_m) / 2.0
    x_m, y_m = np.empty(len(kerb)), np.empty(len(kerb))
    order = np.lexsort((links.way_from_m, links.way_id))
    start = np.searchsorted(links.way_id[order], kerb.way_id, side="left")
    end = np.searchsorted(links.way_id[order], kerb.way_id, side="right")
    for row, (low, high) in enumerate(zip(start, end, strict=True)):
        if low == high:  # a stretch on a way outside the network: the middle of the city
            x_m[row], y_m[row] = nodes.x_m.mean(), nodes.y_m.mean()
            continue
        of_way = order[low:high]
        link = of_way[max(np.searchsorted(links.way_from_m[of_way], middle_m[row], "right") - 1, 0)]
        share = (middle_m[row] - links.way_from_m[link]) / (
            links.way_to_m[link] - links.way_from_m[link]
        )
        share = float(np.clip(share if links.forward[link] else 1.0 - share, 0.0, 1.0))
        tail, head = links.tail[link], links.head[link]
        x_m[row] = nodes.x_m[tail] + share * (nodes.x_m[head] - nodes.x_m[tail])
        y_m[row] = nodes.y_m[tail] + share * (nodes.y_m[head] - nodes.y_m[tail])
    return x_m, y_m


def nearest_zones(city: City, x_m: Array, y_m: Array) -> Array:
    """Return the zone that holds each point, else the one whose centroid is nearest, int32."""
    zone = np.array(zone_of(city.zones, x_m, y_m), np.int32)
    lost = np.flatnonzero(zone < 0)
    if lost.size:
        distance_m = np.hypot(
            x_m[lost][:, None] - city.zones.x_m, y_m[lost][:, None] - city.zones.y_m
        )
        zone[lost] = distance_m.argmin(axis=1)
    return zone
