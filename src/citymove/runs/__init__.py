"""Runs on disk and on several cores: store, workers, resuming."""
