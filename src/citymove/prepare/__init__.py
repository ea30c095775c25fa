"""Facts to derived arrays, one file per derived thing. Pure; nothing derived is ever patched."""
