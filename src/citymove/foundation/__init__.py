"""What every floor stands on: errors, units, terms, time, provenance, random numbers."""
