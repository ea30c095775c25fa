"""How many drivable ways of each class there are, and how many carry the tags that matter."""

from typing import Final

import numpy as np

from citymove.facts.roads import RoadClass
from citymove.formats.osm.extract import Ways
from citymove.formats.osm.tally import Tally
from citymove.formats.osm.ways import WayFacts

# Count's word by tag; a tag of one direction ("lanes:forward") is not counted here.
COUNTED: Final = {
    "lanes": "lanes",
    "maxspeed": "maxspeed",
    "name": "name",
    "oneway": "oneway",
    "turn:lanes": "turn_lanes",
}


def count_tags(ways: Ways, facts: WayFacts, tally: Tally) -> None:
    """Count drivable ways by class (ramps with their class) and by the tags that they carry."""
    for key, word in COUNTED.items():
        tally.add(f"drivable_ways_with_{word}", sum(key in tags for tags in ways.tags))
    number = np.bincount(facts.road_class, minlength=len(RoadClass))
    for known in RoadClass:
        if number[known]:
            tally.add(f"drivable_ways_{known.name.lower()}", number[known])
