"""What a planner reads: figures, maps, a page."""
