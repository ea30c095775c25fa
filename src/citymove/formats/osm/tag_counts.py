"""How many drivable ways of each class there are, and how many carry the tags that matter."""

from typing import Final

from citymove.formats.osm.extract import Ways
from citymove.formats.osm.tags import road_class
from citymove.formats.osm.tally import Tally

# Count's word by tag; a tag of one direction ("lanes:forward") is not counted here.
COUNTED: Final = {
    "lanes": "lanes",
    "maxspeed": "maxspeed",
    "name": "name",
    "oneway": "oneway",
    "turn:lanes": "turn_lanes",
}


def count_tags(ways: Ways, tally: Tally) -> None:
    """Count drivable ways by class (ramps with their class) and by the tags that they carry."""
    for word in COUNTED.values():
        tally.add(f"drivable_ways_with_{word}", 0)
    for tags in ways.tags:
        known = road_class(tags)
        if known is not None:
            tally.add(f"drivable_ways_{known[0].name.lower()}")
        for key, word in COUNTED.items():
            if key in tags:
                tally.add(f"drivable_ways_with_{word}")
