"""Whether coordinates lie on the roads in the system that they are declared in.

GCJ-02 and BD-09 move a place in China by some 500 m and 1 km, which no single value shows: a file
declared in the wrong one looks sound and lies beside every street. Against roads that are known to
lie right it shows, since lines drawn along streets, and car parks beside them, are then no nearer
to roads than chance.

All points are converted from each system, and the median distance to the nearest road is compared.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from citymove.facts.roads import Roads
from citymove.formats.osm.tally import Tally
from citymove.foundation.coordinates import CoordinateSystem, to_wgs84
from citymove.foundation.crs import LocalPlane
from citymove.foundation.errors import InputError

Array = np.ndarray[Any, Any]

LEAST_POINTS: Final = 20
MOST_POINTS: Final = 2_000
_AROUND_M: Final = 1_500.0  # farther from the roads than any two systems are apart: not compared
CANDIDATES: Final = (CoordinateSystem.WGS84, CoordinateSystem.GCJ02, CoordinateSystem.BD09)
