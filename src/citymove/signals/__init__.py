"""What the lights do: where signals stand, their timing and the delay they cause."""
