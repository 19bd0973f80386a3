"""`harness simulate`: the simulators alone, for somebody's own service."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from functools import partial
from pathlib import Path

import click

from simulators.cli import completion
from simulators.cli.usage import (
    SERVICE_URL,
    broker_option,
    broker_settings,
    by_name,
    explain_problems,
    port_options,
    until_stdin_closes,
)
from simulators.kit.guess import guess
from simulators.kit.seams import real_seams
from simulators.world.banner import banner, secrets_of
from simulators.world.credentials import Credentials
from simulators.world.recorder import Exchange
from simulators.world.together import Together
from simulators.world.topology import SIMULATORS
from simulators.world.waiting import stay


@click.command(epilog="Example: harness simulate stripe learning --service-url http://127.0.0.1:8000")
@click.argument(
    "names",
    nargs=-1,
    metavar="[stripe] [learning] [tutor-matching] [communication]",
    shell_complete=completion.offer(completion.simulators),
)
@click.option(
    "--service-url", envvar="HARNESS_SERVICE_URL", default=SERVICE_URL, show_default=True,
    help="Your payment-service: it gets events at /events and webhooks at /webhooks/stripe.",
)  # fmt: skip
@click.option("--service-token", envvar="SERVICE_TOKEN", help="What services trust each other by (default: made up).")
@click.option("--jwt-secret", envvar="JWT_SECRET", help="What signs the tokens of people (default: made up).")
@click.option("--webhook-secret", envvar="STRIPE_WEBHOOK_SECRET", help="What signs webhooks (default: made up).")
@click.option(
    "--state", envvar="HARNESS_STATE", type=click.Path(file_okay=False, path_type=Path),
    help="Remember everything in files in this folder.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="JSON Lines: the settings, then exchanges as they begin and end.")
@broker_option
@port_options(*SIMULATORS)
@until_stdin_closes
def simulate(  # noqa: PLR0913 - a command has so many options
    names: tuple[str, ...],
    service_url: str,
    service_token: str | None,
    jwt_secret: str | None,
    webhook_secret: str | None,
    state: Path | None,
    broker_url: str,
    *,
    as_json: bool,
    until_stdin_closes: bool,
    **ports: int,
) -> None:
    """Run the simulators alone, for a payment-service of your own in any language."""
    known = {"service_token": service_token, "jwt_secret": jwt_secret, "webhook_secret": webhook_secret}
    credentials = Credentials.draw(real_seams().randomness, **{key: value for key, value in known.items() if value})
    if state:
        state.mkdir(parents=True, exist_ok=True)
    chosen = _choose(names, by_name(ports))
    with (
        explain_problems(),
        Together(
            Path(),
            ports=chosen,
            service_url=service_url.rstrip("/"),
            settings=broker_settings(broker_url),
            credentials=credentials,
            state=state,
        ) as world,
    ):
        stay(partial(_announce_json if as_json else _announce, world), until_stdin_closes=until_stdin_closes)


def _choose(names: tuple[str, ...], ports: dict[str, int]) -> dict[str, int]:
    """Return the ports of the services named, by short name or whole; of all when none is."""
    known = {name.removesuffix("-service"): name for name in ports}
    for name in names:
        if name not in known:
            raise click.BadParameter(f"{name!r} is none of {', '.join(known)}{guess(name, known)}", param_hint="names")
    return {known[name]: ports[known[name]] for name in names or known}


def _announce(world: Together) -> None:
    click.echo("\n".join(banner(world.topology)))
    world.recorder.listen(lambda exchange: click.echo(str(exchange)))


def _announce_json(world: Together) -> None:
    click.echo(json.dumps({"urls": world.topology.urls, **secrets_of(world.topology.credentials)}))
    world.recorder.watch(_print_json)


def _print_json(number: int, exchange: Exchange) -> None:
    click.echo(json.dumps({"by": os.getpid(), "number": number, "exchange": asdict(exchange)}))
