"""Traffic and parking of a city: what an option would do, and how sure that is.

The public entries, one per job, stand in `citymove.api`.
"""

__version__ = "0.1.0"
