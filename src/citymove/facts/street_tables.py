"""A street network as other tools exchange it: plain tables, no models.

`Roads` holds what a map knows of streets. These tables hold what is exchanged of them: links and
lanes, permitted movements with the lanes that they use, and the signals. Formats read into them and
write from them; `prepare.exchange` makes them of a city.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from citymove.facts.roads import EVERY_VEHICLE
from citymove.facts.signal_tables import SignalTables
from citymove.foundation.crs import LocalPlane
from citymove.foundation.note import Note
from citymove.foundation.provenance import Source
from citymove.foundation.table import Table, column, frozen_array

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False, kw_only=True)
class StreetNodes(Table):
    """Ends of links.

    Parameters
    ----------
    id
        text, each once.
    x_m, y_m
        float64, metres on the plane.
    zone
        text, id of the zone whose centroid the node is, "" for none.
    junction
        text, id of the signalised junction that the node belongs to, "" for none.
    """

    id: Array = column(np.str_)
    x_m: Array = column(np.float64)
    y_m: Array = column(np.float64)
    zone: Array = column(np.str_, fill="")
    junction: Array = column(np.str_, fill="")


@dataclass(frozen=True, eq=False, kw_only=True)
class StreetLinks(Table):
    """Directed links.

    Parameters
    ----------
    id
        text, each once.
    name
        text, "" for none.
    tail, head
        int32, rows of `StreetNodes`.
    length_m
        float64, >= 0.
    facility
        text, class of the road as its source names it.
    lanes
        float64, lanes for all traffic, those for buses alone left out; NaN: not known.
    bus_lanes
        float64, lanes for buses (and taxis) alone, nearest the kerb.
    speed_mps
        float64, free speed; NaN: not known.
    capacity_vph
        float64, of the whole link; NaN: not known.
    vehicles
        int16 `Vehicle`; 0: none may use the link.
    priority
        int16, rank of the link where two meet without lights; the higher goes first.
    lanes_source, speed_source, capacity_source, vehicles_source, direction_source
        int8 `Source`.
    """

    id: Array = column(np.str_)
    name: Array = column(np.str_)
    tail: Array = column(np.int32)
    head: Array = column(np.int32)
    length_m: Array = column(np.float64)
    facility: Array = column(np.str_)
    lanes: Array = column(np.float64)
    bus_lanes: Array = column(np.float64, fill=0.0)
    speed_mps: Array = column(np.float64)
    capacity_vph: Array = column(np.float64)
    vehicles: Array = column(np.int16, fill=EVERY_VEHICLE)
    priority: Array = column(np.int16, fill=0)
    lanes_source: Array = column(np.int8, fill=Source.REPORTED)
    speed_source: Array = column(np.int8, fill=Source.REPORTED)
    capacity_source: Array = column(np.int8, fill=Source.REPORTED)
    vehicles_source: Array = column(np.int8, fill=Source.REPORTED)
    direction_source: Array = column(np.int8, fill=Source.REPORTED)

    def whole_lanes(self) -> Array:
        """Return the lanes for all traffic as a whole number >= 1, int64 [links].

        A lane that both directions share counts for each of them; the middle lane of three, half
        of which belongs to either direction, for none.
        """
        whole = np.maximum(np.floor(np.nan_to_num(self.lanes, nan=1.0)), 1)
        return np.asarray(whole.astype(np.int64))


@dataclass(frozen=True, eq=False, kw_only=True)
class StreetLanes(Table):
    """Lanes of links.

    Parameters
    ----------
    link
        int32, rows of `StreetLinks`.
    number
        int8, 1 for the leftmost lane as the driver sees it, then to the right.
    vehicles
        int16 `Vehicle`.
    arrows
        int16 `LaneTurn`, 0 where none is known.
    source
        int8 `Source` of the arrows.
    """

    link: Array = column(np.int32)
    number: Array = column(np.int8)
    vehicles: Array = column(np.int16)
    arrows: Array = column(np.int16, fill=0)
    source: Array = column(np.int8, fill=Source.DEFAULT)


@dataclass(frozen=True, eq=False, kw_only=True)
class StreetMovements(Table):
    """Turns from link to link that are permitted at some hour.

    Parameters
    ----------
    id
        text, each once.
    from_link, to_link
        int32, rows of `StreetLinks`; the head of the first is the tail of the second.
    kind
        int8 `LaneTurn`: left, through, right or U-turn.
    first_lane, last_lane
        int8, lanes of the first link from which it is made, numbered as in `StreetLanes`; 0: not
        known.
    first_to_lane, last_to_lane
        int8, lanes of the second link into which it leads.
    signalised
        bool, whether lights control it.
    """

    id: Array = column(np.str_)
    from_link: Array = column(np.int32)
    to_link: Array = column(np.int32)
    kind: Array = column(np.int8)
    first_lane: Array = column(np.int8, fill=0)
    last_lane: Array = column(np.int8, fill=0)
    first_to_lane: Array = column(np.int8, fill=0)
    last_to_lane: Array = column(np.int8, fill=0)
    signalised: Array = column(np.bool_, fill=False)


@dataclass(frozen=True, eq=False, kw_only=True)
class BannedHours(Table):
    """Hours of a working day in which a movement may not be made.

    Parameters
    ----------
    movement
        int32, rows of `StreetMovements`.
    start_s, end_s
        int32, 0 .. 86400, ``start_s < end_s``.
    """

    movement: Array = column(np.int32)
    start_s: Array = column(np.int32)
    end_s: Array = column(np.int32)


@dataclass(frozen=True, eq=False, kw_only=True)
class SpeedHours(Table):
    """Hours of a working day in which a link has another free speed.

    Parameters
    ----------
    link
        int32, rows of `StreetLinks`.
    start_s, end_s
        int32, as in `BannedHours`.
    speed_mps
        float64, > 0.
    """

    link: Array = column(np.int32)
    start_s: Array = column(np.int32)
    end_s: Array = column(np.int32)
    speed_mps: Array = column(np.float64)


@dataclass(frozen=True, eq=False, kw_only=True)
class PathBanSteps(Table):
    """Links of bans over several links, one row a link, in order.

    Parameters
    ----------
    ban
        int32, 0, 1, ..., rows of one ban stand together.
    link
        int32, rows of `StreetLinks`.
    start_s, end_s
        int32, hours in which the ban holds, equal in all rows of a ban.
    """

    ban: Array = column(np.int32)
    link: Array = column(np.int32)
    start_s: Array = column(np.int32)
    end_s: Array = column(np.int32)


@dataclass(frozen=True, eq=False, kw_only=True)
class StreetZones(Table):
    """Zones, rectangles on the plane.

    Parameters
    ----------
    id
        text, each once.
    low_x_m, low_y_m, high_x_m, high_y_m
        float64.
    """

    id: Array = column(np.str_)
    low_x_m: Array = column(np.float64)
    low_y_m: Array = column(np.float64)
    high_x_m: Array = column(np.float64)
    high_y_m: Array = column(np.float64)


@dataclass(frozen=True, eq=False, kw_only=True)
class StreetTables:
    """A street network, ready to be written in a format or just read from one.

    Parameters
    ----------
    name
        Of the network.
    plane
        What metres refer to.
    drives_on
        "right" or "left".
    nodes, links, lanes, movements, banned_hours, speed_hours, path_bans, zones, signals
        Tables, see there.
    shape_start, shape_x_m, shape_y_m
        As in `Roads`.
    attribution
        Who must be named beside the data, "" for nobody.
    notes
        What a reader should know of them.
    """

    name: str
    plane: LocalPlane
    drives_on: str
    nodes: StreetNodes
    links: StreetLinks
    lanes: StreetLanes
    movements: StreetMovements
    shape_start: Array
    shape_x_m: Array
    shape_y_m: Array
    banned_hours: BannedHours = field(default_factory=BannedHours.empty)
    speed_hours: SpeedHours = field(default_factory=SpeedHours.empty)
    path_bans: PathBanSteps = field(default_factory=PathBanSteps.empty)
    zones: StreetZones = field(default_factory=StreetZones.empty)
    signals: SignalTables = field(default_factory=SignalTables.none)
    attribution: str = ""
    notes: tuple[Note, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape_start", frozen_array(self.shape_start, np.int64))
        for name in ("shape_x_m", "shape_y_m"):
            object.__setattr__(self, name, frozen_array(getattr(self, name), np.float64))

    def shape(self, link: int) -> tuple[Array, Array]:
        """Return the line of a link from tail to head, float64, float64, m."""
        points = slice(int(self.shape_start[link]), int(self.shape_start[link + 1]))
        return self.shape_x_m[points], self.shape_y_m[points]
