"""What a planner measured of roads, junctions and car parks, put in place of what a map says.

Each value stands as `Source.MEASURED` from then on.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from citymove.facts.car_parks import CarParks
from citymove.facts.roads import Roads
from citymove.facts.signal_plans import StatedSignals
from citymove.foundation.provenance import Source
from citymove.foundation.table import Table, column

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False, kw_only=True)
class MeasuredLanes(Table):
    """Lanes of links: int32 row of `Links`, float64 lanes of its direction, > 0."""

    link: Array = column(np.int32)
    lanes: Array = column(np.float64)


@dataclass(frozen=True, eq=False, kw_only=True)
class MeasuredSpeeds(Table):
    """Free speeds of links: int32 row of `Links`, float64 m/s, > 0."""

    link: Array = column(np.int32)
    speed_mps: Array = column(np.float64)


@dataclass(frozen=True, eq=False, kw_only=True)
class MeasuredSpaces(Table):
    """Spaces of car parks: text id, int32 spaces, >= 0."""

    car_park: Array = column(np.str_)
    spaces: Array = column(np.int32)


@dataclass(frozen=True, eq=False, kw_only=True)
class Measured:
    """All that was measured; tables of the same names."""

    lanes: MeasuredLanes = field(default_factory=MeasuredLanes.empty)
    speeds: MeasuredSpeeds = field(default_factory=MeasuredSpeeds.empty)
    spaces: MeasuredSpaces = field(default_factory=MeasuredSpaces.empty)
    signals: StatedSignals = field(default_factory=StatedSignals.empty)


def measured_roads(roads: Roads, measured: Measured) -> Roads:
    """Return the roads with the measured lanes and speeds.

    A capacity that is known stays as it is. Arrows of lanes are left out where their number is
    not the measured one: which of them would be wrong is not known.
    """
    links = roads.links
    lanes, lanes_source = links.lanes.copy(), links.lanes_source.copy()
    lanes[measured.lanes.link] = measured.lanes.lanes
    lanes_source[measured.lanes.link] = Source.MEASURED
    speed, speed_source = links.speed_mps.copy(), links.speed_source.copy()
    speed[measured.speeds.link] = measured.speeds.speed_mps
    speed_source[measured.speeds.link] = Source.MEASURED
    arrows = np.bincount(roads.lane_turns.link, minlength=len(links))
    doubtful = np.zeros(len(links), bool)
    doubtful[measured.lanes.link] = True
    doubtful &= arrows != lanes
    changed = roads.with_links(
        lanes=lanes, lanes_source=lanes_source, speed_mps=speed, speed_source=speed_source
    )
    return replace(changed, lane_turns=roads.lane_turns.take(~doubtful[roads.lane_turns.link]))


def measured_car_parks(parks: CarParks, measured: Measured) -> CarParks:
    """Return the car parks with the measured spaces; every id must be one of theirs."""
    row_of = {name: row for row, name in enumerate(parks.id.tolist())}
    at = np.array([row_of[name] for name in measured.spaces.car_park.tolist()], np.int64)
    spaces, source = parks.spaces.copy(), parks.spaces_source.copy()
    spread = parks.spaces_spread.copy()
    spaces[at], source[at], spread[at] = measured.spaces.spaces, Source.MEASURED, 0.0
    return replace(parks, spaces=spaces, spaces_source=source, spaces_spread=spread)
