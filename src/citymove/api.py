"""The public entries, one per job.

>>> from citymove.api import read_city, run_study

Importing this module loads every model, which takes a second or two; a program that needs one
entry alone can import it from its own module.
"""

from citymove.appraisal.indicators import indicators
from citymove.coupling.drivers import SearchScope
from citymove.coupling.fixed_point import solve_coupled
from citymove.demand.synthesis import synthesise
from citymove.formats.city_folder import read_city
from citymove.formats.completed_sheet import read_completed
from citymove.formats.gmns import (
    read_gmns,
    read_gmns_assignment,
    read_gmns_demand,
    write_gmns,
)
from citymove.formats.layers import read_layer
from citymove.formats.networkx import from_networkx, to_networkx
from citymove.formats.osm import read_osm
from citymove.formats.sumo import write_sumo
from citymove.foundation.daytime import Slices
from citymove.parking.balance import parking_balance
from citymove.parking.simulate_reference import simulate_parking
from citymove.prepare.audit import audit_city, audit_extract
from citymove.prepare.exchange import street_tables
from citymove.prepare.inferred_supply import infer_supply
from citymove.prepare.preparing import prepare
from citymove.report.audit_page import write_audit
from citymove.scenario.running import run_study
from citymove.signals.timing import time_signals
from citymove.traffic.equilibrium import assign
from citymove.traffic.free_flow import free_skim_min
from citymove.traffic.from_tables import network_from_table
from citymove.traffic.user_classes import UserClass

__all__ = [
    "SearchScope",
    "Slices",
    "UserClass",
    "assign",
    "audit_city",
    "audit_extract",
    "free_skim_min",
    "from_networkx",
    "indicators",
    "infer_supply",
    "network_from_table",
    "parking_balance",
    "prepare",
    "read_city",
    "read_completed",
    "read_gmns",
    "read_gmns_assignment",
    "read_gmns_demand",
    "read_layer",
    "read_osm",
    "run_study",
    "simulate_parking",
    "solve_coupled",
    "street_tables",
    "synthesise",
    "time_signals",
    "to_networkx",
    "write_audit",
    "write_gmns",
    "write_sumo",
]
