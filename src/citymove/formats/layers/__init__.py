"""Roads and car parks out of shapefiles, GeoPackages and GeoJSON, by a map of their columns."""

from citymove.formats.layers.car_parks import read_car_parks_layer
from citymove.formats.layers.roads import read_layer

__all__ = ["read_car_parks_layer", "read_layer"]
