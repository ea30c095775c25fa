"""Traffic and parking of a city: what an option would do, and how sure that is."""

__version__ = "0.1.0"
