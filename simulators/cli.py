"""The command `harness`."""

from __future__ import annotations

import json
import logging
import os
import sys
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from simulators.kit.auth import ROLES, Person
from simulators.kit.auth import token as write_token
from simulators.kit.seams import Clock, real_seams
from simulators.world.apart import Apart
from simulators.world.demo import by_hand, play
from simulators.world.introduction import introduction, secrets_of
from simulators.world.plan import (
    COMMUNICATION,
    LEARNING,
    NEIGHBOURS,
    PAYMENT,
    REFERENCE,
    STRIPE,
    TUTOR_MATCHING,
    Credentials,
)
from simulators.world.process import DidNotStart
from simulators.world.service import Service, factory_at
from simulators.world.serving import Port, PortTaken, Server
from simulators.world.together import Together
from simulators.world.waiting import end_tidily, stay

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from simulators.world.recorder import Exchange
    from simulators.world.world import World

PORTS = {PAYMENT: 8000, STRIPE: 8010, LEARNING: 8020, TUTOR_MATCHING: 8030, COMMUNICATION: 8040}
INTERRUPTED = 130
TONES: dict[str, dict[str, Any]] = {
    "title": {"bold": True},
    "aside": {"fg": "cyan"},
    "good": {"fg": "green"},
    "trouble": {"fg": "yellow"},
    "bad": {"fg": "red", "bold": True},
}


class WrongUsage(click.ClickException):
    """The command cannot be run like this: exit code 2."""

    exit_code = 2


def port_options(*names: str) -> Callable[[Any], Any]:
    """Give a command an option for the port of each of these services."""

    def given(command: Any) -> Any:  # noqa: ANN401 - whatever click makes of it
        for name in reversed(names):
            short = name.removesuffix("-service")
            variable = f"HARNESS_{short.upper().replace('-', '_')}_PORT"
            click.option(
                f"--{short}-port", name.replace("-", "_"), envvar=variable, type=int, default=PORTS[name],
                show_default=True, help=f"Where {name} listens.",
            )(command)  # fmt: skip
        return command

    return given


until_stdin_closes = click.option("--until-stdin-closes", is_flag=True, hidden=True)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="payment-flow-harness", prog_name="harness")
@click.pass_context
def main(context: click.Context) -> None:
    """Payment flows of a tutoring marketplace: simulated neighbours, stories, and a reference service.

    Exit codes: 0 fine, 1 something is wrong with what was checked, 2 wrong usage.
    """
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    context.color = False if "NO_COLOR" in os.environ else None
    end_tidily()


@main.command(epilog="Example: harness demo --once")
@click.option("--once", is_flag=True, help="Play the stories and end: 0 only if all ended as told.")
@click.option("--apart", is_flag=True, help="Each service as a process of its own.")
@port_options(PAYMENT, STRIPE, LEARNING)
def demo(*, once: bool, apart: bool, **ports: int) -> None:
    """Watch students buy courses: three stories, told by the messages that really happen."""
    try:
        with _explained(), TemporaryDirectory(prefix="harness-") as folder:
            kind = Apart if apart else Together
            with kind(Path(folder), ports=_by_name(ports)) as world:
                well = play(world, _tell)
                if not once:
                    _invite(world)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    sys.exit(0 if well else 1)


@main.command(epilog="Example: harness simulate stripe learning --service-url http://127.0.0.1:8000")
@click.argument("names", nargs=-1, metavar="[stripe] [learning] [tutor-matching] [communication]")
@click.option(
    "--service-url", envvar="HARNESS_SERVICE_URL", default="http://127.0.0.1:8000", show_default=True,
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
@port_options(STRIPE, *NEIGHBOURS)
@until_stdin_closes
def simulate(  # noqa: PLR0913 - a command has so many options
    names: tuple[str, ...],
    service_url: str,
    service_token: str | None,
    jwt_secret: str | None,
    webhook_secret: str | None,
    state: Path | None,
    *,
    as_json: bool,
    until_stdin_closes: bool,
    **ports: int,
) -> None:
    """Run the simulators alone, for a payment-service of your own in any language."""
    known = {"service_token": service_token, "jwt_secret": jwt_secret, "webhook_secret": webhook_secret}
    credentials = Credentials.made_up(real_seams().randomness, **{key: value for key, value in known.items() if value})
    if state:
        state.mkdir(parents=True, exist_ok=True)
    chosen = _chosen(names, _by_name(ports))
    with (
        _explained(),
        Together(
            Path(), ports=chosen, service_url=service_url.rstrip("/"), credentials=credentials, state=state
        ) as world,
    ):
        if as_json:
            click.echo(json.dumps({"urls": world.plan.urls, **secrets_of(credentials)}))
            world.recorder.watch(_print_json)
        else:
            click.echo("\n".join(introduction(world.plan)))
            world.recorder.listen(lambda exchange: click.echo(str(exchange)))
        stay(until_stdin_closes=until_stdin_closes)


@main.command(epilog="Example: env $(cat .env) harness serve --port 8000")
@click.option("--port", envvar="PORT", type=int, default=PORTS[PAYMENT], show_default=True, help="Where it listens.")
@click.option("--service", envvar="HARNESS_SERVICE", default=REFERENCE, hidden=True)
@until_stdin_closes
def serve(port: int, service: str, *, until_stdin_closes: bool) -> None:
    """Run the reference payment-service alone; .env.example lists what it reads of the environment."""
    with _explained():
        real_seams()
        try:
            running = Service(PAYMENT, lambda: factory_at(service)(os.environ))
        except (LookupError, ValueError) as wrong:
            raise WrongUsage(
                f"{PAYMENT} cannot start, its environment is wrong (see .env.example):\n{wrong}"
            ) from wrong
        reserved = Port(PAYMENT, port)
        server = Server(running, reserved)
        running.background.start()
        click.echo(f"{PAYMENT} listens at {reserved.url}", err=True)
        stay(until_stdin_closes=until_stdin_closes)
        server.stop()
        running.background.stop()


@main.command(epilog="Example: harness token --sub ada --role student")
@click.option("--sub", required=True, help="Whose token: the person's id.")
@click.option("--role", required=True, type=click.Choice(ROLES), help="What the person is.")
@click.option("--jwt-secret", envvar="JWT_SECRET", required=True, help="What signs it, as at the services.")
@click.option("--hours", type=click.FloatRange(min=0), default=1, show_default=True, help="How long it is good.")
def token(sub: str, role: str, jwt_secret: str, hours: float) -> None:
    """Print the JWT by which all services know a person."""
    click.echo(write_token(Person(sub, role), jwt_secret, Clock().now() + timedelta(hours=hours)))


@contextmanager
def _explained() -> Iterator[None]:
    """Say what is wrong in a sentence instead of a traceback."""
    try:
        yield
    except (PortTaken, DidNotStart) as problem:
        raise WrongUsage(str(problem)) from problem


def _by_name(ports: dict[str, int]) -> dict[str, int]:
    return {name.replace("_", "-"): port for name, port in ports.items()}


def _chosen(names: tuple[str, ...], ports: dict[str, int]) -> dict[str, int]:
    """Return the ports of the services named, by short name or whole; of all when none is."""
    known = {name.removesuffix("-service"): name for name in ports}
    for name in names:
        if name not in known:
            raise click.BadParameter(f"{name!r} is none of {', '.join(known)}", param_hint="names")
    return {known[name]: ports[known[name]] for name in names or known}


def _tell(line: str, tone: str = "message") -> None:
    indent = {"title": "\n", "plain": "", "message": "    ", "trouble": "    "}.get(tone, "  ")
    click.secho(indent + line, **TONES.get(tone, {}))


def _invite(world: World) -> None:
    by_hand(world, _tell)
    _tell("Ctrl-C ends it all and leaves nothing behind.", "title")
    stay()


def _print_json(number: int, exchange: Exchange) -> None:
    click.echo(json.dumps({"by": os.getpid(), "number": number, "exchange": asdict(exchange)}))


if __name__ == "__main__":
    main()
