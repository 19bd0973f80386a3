"""`harness serve`: the reference payment-service alone."""

from __future__ import annotations

import os
from functools import partial

import click

from simulators.cli.usage import WrongUsage, explain_problems, until_stdin_closes
from simulators.world.local_service import LocalService, factory_at
from simulators.world.serving import Port, Server
from simulators.world.topology import PAYMENT, PORTS, REFERENCE
from simulators.world.waiting import stay


@click.command(epilog="Example: env $(grep -v ^# .env) harness serve --port 8000")
@click.option("--port", envvar="PORT", type=int, default=PORTS[PAYMENT], show_default=True, help="Where it listens.")
@click.option("--service", envvar="HARNESS_SERVICE", default=REFERENCE, hidden=True)
@until_stdin_closes
def serve(port: int, service: str, *, until_stdin_closes: bool) -> None:
    """Run the reference payment-service alone; `harness env` lists what it reads of the environment."""
    with explain_problems():
        try:
            running = LocalService(PAYMENT, lambda: factory_at(service)(os.environ))
        except (LookupError, ValueError) as wrong:
            raise WrongUsage(
                f"{PAYMENT} cannot start, its environment is wrong (harness env tells it):\n{wrong}"
            ) from wrong
        reserved = Port(PAYMENT, port)
        server = Server(running, reserved)
        running.background.start()
        announce = partial(click.echo, f"{PAYMENT} listens at {reserved.url}", err=True)
        stay(announce, until_stdin_closes=until_stdin_closes)
        server.stop()
        running.background.stop()
