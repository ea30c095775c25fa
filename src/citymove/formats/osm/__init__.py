"""OpenStreetMap extracts: roads, kerb, car parks and places out of one file."""

from citymove.formats.osm.reader import OsmFacts, read_osm

__all__ = ["OsmFacts", "read_osm"]
