"""What the commands have in common: how wrong usage is told, and the options that several take."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from simulators.kit.storage.change_log import UnreadableState
from simulators.world.bridge import UnusableBroker
from simulators.world.process import DidNotStart
from simulators.world.serving import LOOPBACK, PortTaken
from simulators.world.topology import PAYMENT, PORTS

SERVICE_URL = f"http://{LOOPBACK}:{PORTS[PAYMENT]}"  # Where a payment-service is looked for if nothing is said.


class WrongUsage(click.ClickException):
    """The command cannot be run like this: exit code 2."""

    exit_code = 2


def port_options(*names: str) -> Callable[[Any], Any]:
    """Give a command an option for the port of each of these services."""

    def add_options(command: Any) -> Any:  # noqa: ANN401 - whatever click makes of it
        for name in reversed(names):
            short = name.removesuffix("-service")
            variable = f"HARNESS_{short.upper().replace('-', '_')}_PORT"
            click.option(
                f"--{short}-port", name.replace("-", "_"), envvar=variable, type=int, default=PORTS[name],
                show_default=True, help=f"Where {name} listens.",
            )(command)  # fmt: skip
        return command

    return add_options


broker_option = click.option(
    "--broker-url", envvar="BROKER_URL", default="",
    help="The message broker by which the payment-service and its neighbours speak, in place of HTTP.",
)  # fmt: skip
until_stdin_closes = click.option("--until-stdin-closes", is_flag=True, hidden=True)


@contextmanager
def explain_problems() -> Iterator[None]:
    """Say what is wrong in a sentence instead of a traceback."""
    try:
        yield
    except (PortTaken, DidNotStart, UnreadableState, UnusableBroker) as problem:
        raise WrongUsage(str(problem)) from problem


def broker_settings(url: str) -> dict[str, str]:
    """Return the settings of a payment-service that speaks by this broker; none if there is none."""
    return {"BROKER_URL": url} if url else {}


def by_name(ports: dict[str, int]) -> dict[str, int]:
    """Return the ports by the names of their services; click hands them over by the names of variables."""
    return {name.replace("_", "-"): port for name, port in ports.items()}
