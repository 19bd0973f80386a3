"""So that `python -m simulators.cli` is the command, too."""

from simulators.cli import main

main()
