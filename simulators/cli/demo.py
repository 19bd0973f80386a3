"""`harness demo`: stories played in the terminal."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from simulators.cli.telling import tell
from simulators.cli.usage import by_name, explained, port_options
from simulators.world.apart import Apart
from simulators.world.demo import by_hand, tell_all
from simulators.world.plan import PORTS
from simulators.world.together import Together
from simulators.world.waiting import stay

if TYPE_CHECKING:
    from simulators.world.world import World

INTERRUPTED = 130


@click.command(epilog="Example: harness demo --once")
@click.option("--once", is_flag=True, help="Play the stories and end: 0 only if all ended as told.")
@click.option("--apart", is_flag=True, help="Each service as a process of its own.")
@port_options(*PORTS)
def demo(*, once: bool, apart: bool, **ports: int) -> None:
    """Watch students buy courses and sessions: five stories, told by the messages that really happen."""
    try:
        with explained(), TemporaryDirectory(prefix="harness-") as folder:
            kind = Apart if apart else Together
            with kind(Path(folder), ports=by_name(ports)) as world:
                well = tell_all(world, tell)
                if not once:
                    _invite(world)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    sys.exit(0 if well else 1)


def _invite(world: World) -> None:
    by_hand(world, tell)
    tell("Ctrl-C ends it all and leaves nothing behind.", "title")
    stay()
