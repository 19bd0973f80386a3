"""What the verbs of a person in charge share: which service they ask, as whom, and how its refusals are told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import wraps
from typing import Any

import click

from simulators.cli.usage import SERVICE_URL, WrongUsage
from simulators.clients.http_client import HttpClient, Refused
from simulators.clients.operator import Operator
from simulators.kit.http.auth import Person
from simulators.kit.http.auth import token as write_token
from simulators.kit.seams import Clock
from simulators.world.serving import served_session

VALID = timedelta(hours=1)
WRONG = (400, 401, 403)  # What was asked, or who asks; whatever else is refused is a matter of how things stand.
SERVICE = click.option(
    "--service-url", envvar="HARNESS_SERVICE_URL", default=SERVICE_URL, show_default=True,
    help="The payment-service, which must be running.",
)  # fmt: skip
PERSON = (
    click.option("--token", envvar="HARNESS_TOKEN", help="An operator's JWT.  [default: made from --jwt-secret]"),
    click.option("--jwt-secret", envvar="JWT_SECRET", help="What signs the token to be made, as at the service."),
    click.option(
        "--as", "operator", envvar=["HARNESS_OPERATOR", "USER"], default="operator", help="Who acts: it is recorded.",
    ),
)  # fmt: skip
why = click.option("--why", required=True, help="It is recorded, with who did it.")
limit = click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="How many at most.")
as_json = click.option("--json", "as_json", is_flag=True, help="JSON Lines, as the service tells it.")


def asks_service(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that name a service and an operator; it gets the service to ask as its first."""

    @wraps(command)
    def asking(service_url: str, token: str | None, jwt_secret: str | None, operator: str, **given: Any) -> None:  # noqa: ANN401 - click's
        bearer = make_token(token, jwt_secret, operator)
        with _explain_refusals(service_url), served_session("harness") as session:
            command(Operator(HttpClient(session, service_url.rstrip("/"), lambda: bearer)), **given)

    asking_service: Callable[..., None] = SERVICE(person_options(asking))
    return asking_service


def person_options(command: Any) -> Any:  # noqa: ANN401 - whatever click makes of it
    """Give a command the options that say which operator asks."""
    for option in reversed(PERSON):
        command = option(command)
    return command


def make_token(token: str | None, jwt_secret: str | None, operator: str) -> str:
    """Return the operator's token, made if none is given; UsageError when there is nothing to make it of."""
    if token:
        return token
    if not jwt_secret:
        raise click.UsageError("An operator's --token is needed, or the --jwt-secret to make one.")
    secret = jwt_secret.partition(",")[0].strip()  # While it is replaced there are two, of which both are good.
    return write_token(Person(operator, "operator"), secret, Clock().now() + VALID)


@contextmanager
def _explain_refusals(url: str) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise  # Whoever reads our list has seen enough.
    except Refused as refusal:
        said = refusal.answer.get("detail") or refusal.answer.get("title") or str(refusal)
        raise (WrongUsage if refusal.status in WRONG else click.ClickException)(said) from refusal
    except OSError as trouble:  # That a request failed is one, too.
        raise WrongUsage(f"no payment-service answers at {url}: {type(trouble).__name__}") from trouble
