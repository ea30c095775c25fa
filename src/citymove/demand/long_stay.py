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
from citymove.facts.city import City
from citymove.facts.travellers import Segment, Travellers
from citymove.facts.zones import zone_of
from citymove.foundation.daytime import DAY_S, HOUR_S
from citymove.foundation.note import Note
from citymove.foundation.randomness import Stream, uniforms
from citymove.foundation.terms import Purpose
from citymove.prepare.parking_supply import parking_supply
from citymove.prepare.prepared import ParkingSupply
from citymove.prepare.reach import reach
from citymove.prepare.turn_graph import turn_graph

Array = np.ndarray[Any, Any]

FILLED_AT_S = 6 * HOUR_S


def long_stay_rows(setting: Setting, overnight: Travellers) -> tuple[Travellers, tuple[Note, ...]]:
    """Return cars that stand all day, and a note of how many.

    Parameters
    ----------
    setting
        Of the synthesis; its city's car parks and kerb hold the supply.
    overnight
        Residents' cars in public spaces (`tours.overnight_rows`).
    """
    supply = public_spaces(setting.city)
    spaces = int(supply.spaces.sum())
    leave_s = overnight.arrival_s.astype(np.int64) + overnight.dwell_s
    residents = int(np.count_nonzero(leave_s > FILLED_AT_S))
    wanted = round_half_up(setting.city.assumed("occupancy_0600") * spaces)
    count = max(wanted - residents, 0)
    ids = traveller_ids(Group.LONG_STAY, np.arange(count))
    number = uniforms(setting.seed, ids, Stream.INITIAL_SPACE)
    spot = Choices.of_weights(supply.spaces).draw(np.zeros(count, np.int64), number)
    x_m, y_m = supply.x_m[spot], supply.y_m[spot]
    zone = zone_of(setting.city.zones, x_m, y_m)
    rows = visit_rows(
        setting,
        ids=ids,
        drivers=ids,
        segment=Segment.RESIDENT,
        purpose=Purpose.HOME,
        origin=zone,
        destination=zone,
        x_m=x_m,
        y_m=y_m,
        arrival_s=PARKED_BEFORE_S,
        dwell_s=DAY_S - PARKED_BEFORE_S,
    )
    return rows, _notes(spaces, wanted, residents, count)


def _notes(spaces: int, wanted: int, residents: int, count: int) -> tuple[Note, ...]:
    if count:
        note = Note(
            "cars_of_no_known_driver",
            en=f"{count} cars of no known driver stand all day, so that {wanted} of {spaces} "
            f"public spaces are taken at 06:00 ({residents} by residents).",
            zh=f"{count} 辆来历不明的车全天停放，使 06:00 时 {spaces} 个公共泊位中有 {wanted} 个"
            f"被占用（其中居民 {residents} 个）。",
        )
        return (note,)
    if residents > wanted:
        note = Note(
            "residents_fill_more",
            en=f"{residents} residents' cars without a private space stand in {spaces} public "
            f"spaces at 06:00, more than the {wanted} that occupancy_0600 says.",
            zh=f"06:00 时 {residents} 辆没有固定车位的居民小汽车停在 {spaces} 个公共泊位中，"
            f"多于 occupancy_0600 所述的 {wanted} 辆。",
        )
        return (note,)
    return ()


def public_spaces(city: City) -> ParkingSupply:
    """Return the public parking that can be reached, as the search for a space meets it.

    Car parks whose spaces are not known are left out (supply is inferred before travellers are
    made).
    """
    roads = city.roads
    supply = parking_supply(city, reach(turn_graph(roads), roads.links.open))
    return supply.take(supply.link >= 0)
