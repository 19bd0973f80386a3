"""`harness demo`: stories played in the terminal, in a world with pages in the browser."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from simulators.cli.terminal import tell
from simulators.cli.usage import by_name, explain_problems, port_options
from simulators.console.serving import PORT, console
from simulators.stories.demo import play_demo, tell_by_hand
from simulators.stories.telling import tell_exchange
from simulators.world.apart import Apart
from simulators.world.recorder import Exchange
from simulators.world.together import Together
from simulators.world.topology import PORTS
from simulators.world.waiting import stay
from simulators.world.world import World


@click.command(epilog="Example: harness demo --once")
@click.option("--once", is_flag=True, help="Play the stories and end: 0 only if all ended as told.")
@click.option("--apart", is_flag=True, help="Each service as a process of its own, without pages.")
@click.option(
    "--pages-port", envvar="HARNESS_PAGES_PORT", type=int, default=PORT, show_default=True, help="Where the pages are.",
)  # fmt: skip
@port_options(*PORTS)
def demo(*, once: bool, apart: bool, pages_port: int, **ports: int) -> None:
    """Watch students buy courses and sessions: five stories, told here and in the browser by what really happens."""
    with explain_problems(), TemporaryDirectory(prefix="harness-") as folder:
        if once or apart:
            well = _play_in_terminal(Path(folder), by_name(ports), once=once, apart=apart)
        else:
            well = _play_with_pages(Path(folder), by_name(ports), pages_port)
    sys.exit(0 if well else 1)


def _play_in_terminal(folder: Path, ports: dict[str, int], *, once: bool, apart: bool) -> bool:
    kind = Apart if apart else Together
    with kind(folder, ports=ports) as world:
        world.recorder.listen(_tell_exchange)
        well = play_demo(world, tell)
        if not once:
            _invite(world)
        return well


def _play_with_pages(folder: Path, ports: dict[str, int], number: int) -> bool:
    with console(folder, ports, number, listener=_tell_exchange) as (session, url):
        tell(f"Open {url} in a browser: all of this can be seen there, broken and tried again.", "title")
        with session.acting():
            well = play_demo(session.world, tell)
        _invite(session.world)
        return well


def _tell_exchange(exchange: Exchange) -> None:
    tell_exchange(exchange, tell)


def _invite(world: World) -> None:
    tell_by_hand(world, tell)
    tell("Ctrl-C ends it all and leaves nothing behind.", "title")
    stay()
