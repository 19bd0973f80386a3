"""`harness demo`: stories played in the terminal, in a world with pages in the browser."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from simulators.check.subject import CannotBeJudged, Subject
from simulators.check.time_finding import find_time
from simulators.cli.contracts.git import own_revision, revision_of
from simulators.cli.own_service import command_fields, command_option, command_options
from simulators.cli.terminal import tell
from simulators.cli.usage import WrongUsage, broker_option, broker_settings, by_name, explain_problems, port_options
from simulators.console.serving import PORT, console
from simulators.kit.seams import real_seams
from simulators.stories.demo import play_demo, tell_by_hand
from simulators.stories.telling import tell_exchange
from simulators.world.apart import SHORT, Apart
from simulators.world.credentials import Credentials
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
@command_option
@command_options
@broker_option
@port_options(*PORTS)
def demo(  # noqa: PLR0913 - a command has so many options
    command: str | None,
    workdir: Path,
    variables: tuple[str, ...],
    env_file: Path | None,
    ready_path: str,
    time: str,
    broker_url: str,
    *,
    once: bool,
    apart: bool,
    pages_port: int,
    **ports: int,
) -> None:
    """Watch students buy courses and sessions: five stories, told here and in the browser by what really happens.

    With --command your own service has the place of the reference, as in `harness check`.
    """
    settings = broker_settings(broker_url)
    if command:
        variables += tuple(f"{name}={value}" for name, value in settings.items())
    started = command_fields(command, workdir, variables, env_file)
    if command is not None and apart:
        raise WrongUsage("--command or --apart, not both: a command is a process of its own anyway")
    with explain_problems(), TemporaryDirectory(prefix="harness-") as folder:
        own = _own_service(Subject(**started, ready_path=ready_path, time=time)) if command else None
        if once or apart:
            well = _play_in_terminal(Path(folder), by_name(ports), own, settings, once=once, apart=apart)
        else:
            well = _play_with_pages(Path(folder), by_name(ports), pages_port, own, settings)
    sys.exit(0 if well else 1)


def _own_service(subject: Subject) -> Subject:
    """Find out how its time is moved, and say so; WrongUsage and DidNotStart say why it cannot be shown."""
    try:
        found = find_time(subject)
    except CannotBeJudged as problem:
        raise WrongUsage(str(problem)) from problem
    tell(f"The payment-service is yours: {found.name}. Its time is {found.time_description}.", "title")
    return found


def _play_in_terminal(
    folder: Path, ports: dict[str, int], own: Subject | None, settings: dict[str, str], *, once: bool, apart: bool
) -> bool:
    credentials = Credentials.draw(real_seams().randomness)
    kind: Callable[..., Apart | Together] = Apart if apart else Together
    settings = {**SHORT, **settings} if apart else settings
    with own.open_around(folder, ports, credentials) if own else kind(folder, ports=ports, settings=settings) as world:
        world.recorder.listen(_tell_exchange)
        well = play_demo(world, tell)
        if not once:
            _invite(world)
        return well


def _play_with_pages(
    folder: Path, ports: dict[str, int], number: int, own: Subject | None, settings: dict[str, str]
) -> bool:
    revision = revision_of(Path(own.folder)) if own else own_revision()
    pages = console(folder, ports, number, listener=_tell_exchange, own=own, settings=settings, revision=revision)
    with pages as (session, url):
        with session.acting():
            well = play_demo(session.world, tell)
        _invite(session.world, f"Open {url} in a browser: all of this can be seen there, broken and tried again. ")
        return well


def _tell_exchange(exchange: Exchange) -> None:
    tell_exchange(exchange, tell)


def _invite(world: World, pages: str = "") -> None:
    tell_by_hand(world, tell)
    stay(lambda: tell(f"{pages}Ctrl-C ends it all and leaves nothing behind.", "title"))
