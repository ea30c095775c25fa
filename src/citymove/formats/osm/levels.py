"""What carries a road, and on which level it lies.

A bridge without a layer is taken to lie one level above the ground and a tunnel one below, the
lowest that https://wiki.openstreetmap.org/wiki/Key:layer has for them: inferred. Everything else
without a layer lies at the ground, as do passages through buildings and roofed roads.

Examples
--------
>>> level = level_of({"bridge": "yes"})
>>> level.structure.name, level.layer, level.layer_source.name
('BRIDGE', 1, 'INFERRED')
>>> level_of({"tunnel": "building_passage"}).layer
0
"""

import re
from typing import Final, NamedTuple

from citymove.facts.roads import Structure
from citymove.formats.osm.tags import Tags
from citymove.foundation.provenance import Source

_LAYER: Final = re.compile(r"[+-]?\d{1,2}")
_SPEAKING: Final = frozenset(("bridge", "tunnel", "covered", "location"))
_AT_THE_GROUND: Final = frozenset(("building_passage", "avalanche_protector"))

REMARKS: Final = ("ways_with_inferred_layer", "ways_with_unreadable_layer")


class Level(NamedTuple):
    """Structure and layer of a way, and how each is known."""

    structure: Structure
    structure_source: Source
    layer: int
    layer_source: Source


def level_of(tags: Tags) -> Level:
    """Return what carries the road, and its level."""
    tunnel, bridge = tags.get("tunnel", "no"), tags.get("bridge", "no")
    structure = Structure.SURFACE
    if tunnel != "no" or tags.get("location") == "underground":
        structure = Structure.TUNNEL
    elif bridge != "no":
        structure = Structure.BRIDGE
    source = Source.DEFAULT if _SPEAKING.isdisjoint(tags) else Source.TAGGED
    layer = tags.get("layer", "").strip()
    if _LAYER.fullmatch(layer):
        return Level(structure, source, int(layer), Source.TAGGED)
    if structure == Structure.SURFACE or tunnel in _AT_THE_GROUND:
        return Level(structure, source, 0, Source.DEFAULT)
    return Level(structure, source, 1 if structure == Structure.BRIDGE else -1, Source.INFERRED)


def remarks(tags: Tags) -> tuple[str, ...]:
    """Return what is worth counting of a way's level, of `REMARKS`."""
    said = []
    if level_of(tags).layer_source == Source.INFERRED:
        said.append("ways_with_inferred_layer")
    if "layer" in tags and not _LAYER.fullmatch(tags["layer"].strip()):
        said.append("ways_with_unreadable_layer")
    return tuple(said)
