"""Cars that come in through the gateways to stop: commuters and visitors."""

from typing import Any

import numpy as np

from citymove.demand.day_profile import arrival_times, dwell_times
from citymove.demand.destination_choice import DestinationChoices
from citymove.demand.gateway_choice import drawn_or_raise
from citymove.demand.inversion import Choices, round_half_up
from citymove.demand.setting import Setting
from citymove.demand.traveller_ids import Group, traveller_ids
from citymove.demand.visits import external_times, visit_points, visit_rows
from citymove.facts.travellers import Segment, Travellers
from citymove.foundation.randomness import Stream, uniforms
from citymove.foundation.terms import Purpose
from citymove.prepare.share_out import share_out

Array = np.ndarray[Any, Any]


def commuters(setting: Setting, destinations: DestinationChoices) -> Travellers:
    """Return incoming commuters, one row per car, sides one after the other."""
    purposes = Choices.of_weights(np.eye(len(Purpose))[Purpose.WORK])
    cars = setting.totals.commuter_cars
    return _arrivals(setting, destinations, Segment.INCOMING, Group.INCOMING, cars, purposes)


def visitors(setting: Setting, destinations: DestinationChoices) -> Travellers:
    """Return visitors from outside, one row per car, sides one after the other."""
    purposes = Choices.of_weights(setting.totals.visitor_purpose_share)
    cars = setting.totals.visitor_cars
    return _arrivals(setting, destinations, Segment.VISITOR, Group.VISITOR, cars, purposes)


def _arrivals(
    setting: Setting,
    destinations: DestinationChoices,
    segment: Segment,
    group: Group,
    side_cars: Array,
    purposes: Choices,
) -> Travellers:
    seed = setting.seed
    counts = share_out(round_half_up(float(side_cars.sum())), side_cars)
    side = np.repeat(np.arange(counts.size), counts)
    ids = np.concatenate(
        [traveller_ids(group, np.arange(n), side=row) for row, n in enumerate(counts)]
        or [np.empty(0, np.int64)]
    )
    gateway = Choices.of_weights(setting.inbound).draw(side, uniforms(seed, ids, Stream.ORIGIN))
    origin = gateway + setting.zone_count
    purpose = purposes.draw(np.zeros_like(side), uniforms(seed, ids, Stream.PURPOSE))
    zone = destinations.draw(segment, purpose, origin, uniforms(seed, ids, Stream.DESTINATION))
    return stops(setting, ids=ids, segment=segment, purpose=purpose, origin=origin, zone=zone)


def stops(
    setting: Setting,
    *,
    ids: Array,
    segment: Segment | Array,
    purpose: Array,
    origin: Array,
    zone: Array,
) -> Travellers:
    """Return the rows of visits from outside, whose gateway and zone are known.

    A commuter has a private or subscribed space with the probability
    ``private_share_incoming``; a visitor has none.
    """
    side = setting.side_of[origin - setting.zone_count]
    number = uniforms(setting.seed, ids, Stream.TOUR)
    gateway = setting.ways_out.draw(side * setting.zone_count + zone, number)
    x_m, y_m = visit_points(setting, purpose, zone, ids)
    kind = np.broadcast_to(np.asarray(segment), ids.shape)
    has_space = uniforms(setting.seed, ids, Stream.PRIVATE_SPACE) < setting.city.assumed(
        "private_share_incoming"
    )
    return visit_rows(
        setting,
        ids=ids,
        drivers=ids,
        segment=kind,
        purpose=purpose,
        origin=origin,
        destination=zone,
        return_to=drawn_or_raise(gateway, zone, setting.centroid_names) + setting.zone_count,
        x_m=x_m,
        y_m=y_m,
        arrival_s=arrival_times(setting.city, purpose, ids, seed=setting.seed),
        dwell_s=dwell_times(setting.city, purpose, ids, seed=setting.seed),
        reserved=has_space & (kind == Segment.INCOMING),
        external_s=external_times(setting, side, ids),
    )
