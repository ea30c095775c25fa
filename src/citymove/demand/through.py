"""Cars that cross the study area without stopping."""

from typing import Any

import numpy as np

from citymove.demand.day_profile import arrival_times
from citymove.demand.gateway_choice import through_weights
from citymove.demand.inversion import Choices, round_half_up
from citymove.demand.setting import Setting
from citymove.demand.traveller_ids import Group, traveller_ids
from citymove.demand.visits import external_times, visit_rows
from citymove.facts.travellers import Segment, Travellers
from citymove.foundation.daytime import DAY_S, HOUR_S
from citymove.foundation.errors import InputError
from citymove.foundation.randomness import Stream, uniforms
from citymove.foundation.terms import Purpose

Array = np.ndarray[Any, Any]

PEAK_SHARE = 0.5
"""Share of through cars that cross with the commuters, half of them on their way to work and
half on their way home. Assumed."""
FLAT_FROM_S, FLAT_TO_S = 6 * HOUR_S, 22 * HOUR_S
"""Hours over which the others are spread evenly. Assumed."""


def through_cars(setting: Setting) -> Travellers:
    """Return cars from gateway to gateway; `arrival_s` is when they leave by the second."""
    count = round_half_up(setting.totals.through_cars)
    ids = traveller_ids(Group.THROUGH, np.arange(count))
    zones = setting.zone_count
    weights = through_weights(
        setting.inbound,
        setting.outbound,
        setting.side_cars,
        setting.side_of,
        setting.reachable[zones:, zones:],
    )
    if count and weights.sum() == 0:
        raise InputError(
            "through traffic needs two gateways with a way between them",
            value=f"{count} through cars a day",
            remedy="set through_share to 0, or name the gateways' sides",
        )
    pair = Choices.of_weights(weights.ravel()).draw(
        np.zeros(count, np.int64), uniforms(setting.seed, ids, Stream.ORIGIN)
    )
    gateways = len(setting.city.gateways)
    return crossings(setting, ids=ids, origin=pair // gateways, destination=pair % gateways)


def crossings(setting: Setting, *, ids: Array, origin: Array, destination: Array) -> Travellers:
    """Return the rows of through cars whose gateways (rows of `Gateways`) are known."""
    gateways = setting.city.gateways
    return visit_rows(
        setting,
        ids=ids,
        drivers=ids,
        segment=Segment.THROUGH,
        purpose=Purpose.VISIT,  # nobody asks them; not work, so that no commute counts them
        origin=origin + setting.zone_count,
        destination=destination + setting.zone_count,
        x_m=gateways.x_m[destination],
        y_m=gateways.y_m[destination],
        arrival_s=_times(setting, ids),
        dwell_s=0,
        parks=False,
        external_s=external_times(setting, setting.side_of[origin], ids),
    )


def _times(setting: Setting, ids: Array) -> Array:
    city, seed = setting.city, setting.seed
    work = np.full(ids.size, Purpose.WORK, np.int8)
    morning_s = arrival_times(city, work, ids, seed=seed)
    stay_s = int(city.assumed("dwell_median_min.work") * 60)
    evening_s = np.minimum(morning_s + stay_s, DAY_S - 1)
    flat_s = FLAT_FROM_S + uniforms(seed, ids, Stream.DWELL) * (FLAT_TO_S - FLAT_FROM_S)
    kind = uniforms(seed, ids, Stream.TOUR)
    peaks = [kind < PEAK_SHARE / 2, kind < PEAK_SHARE]
    return np.asarray(np.select(peaks, [morning_s, evening_s], flat_s), np.int64)
