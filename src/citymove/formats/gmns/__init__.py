"""GMNS, the General Modeling Network Specification: networks as a folder of CSV tables.

The specification: https://github.com/zephyr-data-specs/GMNS. Ids are text here, whatever they are
there; names of columns are read without regard to case, and columns that are not known are left
aside, as the specification allows.
"""

from citymove.formats.gmns.assignment import (
    GmnsAssignment,
    is_gmns,
    read_gmns_assignment,
    read_gmns_demand,
)
from citymove.formats.gmns.read import read_gmns
from citymove.formats.gmns.write import GmnsExport, write_gmns

__all__ = [
    "GmnsAssignment",
    "GmnsExport",
    "is_gmns",
    "read_gmns",
    "read_gmns_assignment",
    "read_gmns_demand",
    "write_gmns",
]
