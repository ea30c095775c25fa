"""One file per intervention, named after its key in a study (see `scenario.step`)."""
