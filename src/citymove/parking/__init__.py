"""Where drivers stop: price, choice, search, outcome."""
