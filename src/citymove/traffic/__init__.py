"""How flows share the roads."""
