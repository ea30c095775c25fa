"""Road graphs of NetworkX, in the conventions of osmnx, in and out."""

from citymove.formats.networkx.graphml import read_graphml, write_graphml
from citymove.formats.networkx.read import from_networkx
from citymove.formats.networkx.write import to_networkx

__all__ = ["from_networkx", "read_graphml", "to_networkx", "write_graphml"]
