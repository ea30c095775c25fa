"""Shortest paths on the turn graph, for every floor below."""
