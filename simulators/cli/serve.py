"""`harness serve`: the reference payment-service alone."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import click

from simulators.cli.usage import WrongUsage, explain_problems, until_stdin_closes
from simulators.world.local_service import LocalService, factory_at
from simulators.world.serving import LOOPBACK, Port, Server
from simulators.world.topology import PAYMENT, PORTS, REFERENCE
from simulators.world.waiting import stay

ONE_WRITER = (
    "--workers {count} needs PostgreSQL, and DATABASE_URL names SQLite: that lets one writer in at a time, so that "
    "more processes would only wait for each other"
)


@click.command(epilog="Example: env $(grep -v ^# .env) harness serve --port 8000 --workers 4")
@click.option("--port", envvar="PORT", type=int, default=PORTS[PAYMENT], show_default=True, help="Where it listens.")
@click.option(
    "--host", envvar="HARNESS_HOST", default=LOOPBACK, show_default=True, help="At which address.",
)  # fmt: skip
@click.option(
    "--workers", envvar="HARNESS_WORKERS", type=click.IntRange(1, 64), default=1, show_default=True,
    help="How many processes share the port, on one PostgreSQL; a core each.",
)  # fmt: skip
@click.option("--service", envvar="HARNESS_SERVICE", default=REFERENCE, hidden=True)
@until_stdin_closes
def serve(port: int, host: str, workers: int, service: str, *, until_stdin_closes: bool) -> None:
    """Run the reference payment-service alone; `harness env` lists what it reads of the environment.

    Told to end, it lets nobody in any more, answers whoever has asked, and finishes or gives back what it had to send.
    """
    if workers > 1 and not os.environ.get("DATABASE_URL", "").strip().startswith("postgresql"):
        raise WrongUsage(ONE_WRITER.format(count=workers))
    with explain_problems():
        if workers > 1:
            _serve_together(service, Port(PAYMENT, port, host), workers, until_stdin_closes=until_stdin_closes)
        else:
            _serve_alone(service, partial(Port, PAYMENT, port, host), until_stdin_closes=until_stdin_closes)


def _serve_alone(service: str, reserve: Callable[[], Port], *, until_stdin_closes: bool) -> None:
    with _explain_environment():
        running = LocalService(PAYMENT, lambda: factory_at(service)(os.environ))
    reserved = reserve()
    server = Server(running, reserved)
    running.background.start()
    stay(partial(_announce, reserved.url), until_stdin_closes=until_stdin_closes)
    server.drain()
    running.background.stop()


def _serve_together(service: str, port: Port, count: int, *, until_stdin_closes: bool) -> None:
    try:
        from simulators.world.worker_processes import WorkerProcesses, prepare, shared_figures  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as missing:
        raise WrongUsage(f"--workers needs {missing.name}: pip install 'payment-flow-harness[serve]'") from missing
    with shared_figures():
        with _explain_environment():
            build = partial(factory_at(service), dict(os.environ))
            prepare(build)
        if os.environ.get("LOG_FORMAT") == "json":
            from reference.app import log_as_json  # noqa: PLC0415 - it takes a second, and only this needs it

            log_as_json(())  # Who keeps the processes knows no secret.
        _announce(port.url, f", {count} processes")
        WorkerProcesses(PAYMENT, build, port, count=count, until_stdin_closes=until_stdin_closes).run()


def _announce(url: str, more: str = "") -> None:
    click.echo(f"{PAYMENT} listens at {url}{more}", err=True)


@contextmanager
def _explain_environment() -> Iterator[None]:
    try:
        yield
    except (LookupError, ValueError) as wrong:
        raise WrongUsage(
            f"{PAYMENT} cannot start, its environment is wrong (harness env tells it):\n{wrong}"
        ) from wrong
