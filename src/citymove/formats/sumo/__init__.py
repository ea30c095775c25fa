"""SUMO, the traffic simulator: a network as plain XML that its netconvert builds."""

from citymove.formats.sumo.write import SumoExport, write_sumo

__all__ = ["SumoExport", "write_sumo"]
