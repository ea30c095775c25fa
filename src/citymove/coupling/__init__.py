"""Traffic, parking and signals as one fixed point."""
