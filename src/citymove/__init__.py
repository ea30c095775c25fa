"""Traffic and parking of a city: what an option would do, and how sure that is.

The public entries, one per job, are imported when they are first used:

>>> import citymove
>>> sorted(set(citymove.__all__) - {"__version__"})  # doctest: +NORMALIZE_WHITESPACE
['assign', 'infer_supply', 'prepare', 'read_city', 'read_osm', 'run_study', 'simulate_parking',
 'solve_coupled', 'synthesise', 'time_signals']
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from citymove.coupling.fixed_point import solve_coupled
    from citymove.demand.synthesis import synthesise
    from citymove.formats.city_folder import read_city
    from citymove.formats.osm import read_osm
    from citymove.parking.simulate_reference import simulate_parking
    from citymove.prepare.inferred_supply import infer_supply
    from citymove.prepare.preparing import prepare
    from citymove.scenario.running import run_study
    from citymove.signals.timing import time_signals
    from citymove.traffic.equilibrium import assign

__version__ = "0.1.0"

__all__ = [
    "__version__",
    "assign",
    "infer_supply",
    "prepare",
    "read_city",
    "read_osm",
    "run_study",
    "simulate_parking",
    "solve_coupled",
    "synthesise",
    "time_signals",
]

_HOME = {
    "assign": "traffic.equilibrium",
    "infer_supply": "prepare.inferred_supply",
    "prepare": "prepare.preparing",
    "read_city": "formats.city_folder",
    "read_osm": "formats.osm",
    "run_study": "scenario.running",
    "simulate_parking": "parking.simulate_reference",
    "solve_coupled": "coupling.fixed_point",
    "synthesise": "demand.synthesis",
    "time_signals": "signals.timing",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
