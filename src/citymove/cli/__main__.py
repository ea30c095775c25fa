"""``python -m citymove.cli``, where the script ``citymove`` is not on the path."""

from citymove.cli.commands import main

main(prog_name="citymove")
