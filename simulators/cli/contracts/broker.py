"""A Pact Broker: which one is asked, as whom, and what to say when it is silent or refuses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any

import click
import requests

from simulators.cli.contracts.pact_client import pact, plain_text
from simulators.cli.contracts.subprocesses import TookTooLong
from simulators.cli.usage import WrongUsage
from simulators.kit.json_types import Json
from simulators.kit.seams import real_seams

TIMEOUT_SECONDS = 10
HAL = "application/hal+json, application/json"
REFUSALS = {
    401: "does not let us in (401): give --broker-token, or --broker-username and --broker-password, or set"
    " PACT_BROKER_TOKEN",
    403: "does not let us in (403): whoever asks may not do that there, give another token",
    404: "is no Pact Broker (404): is --broker-url, or PACT_BROKER_BASE_URL, right?",
}
OPTIONS = (
    click.option("--broker-url", envvar="PACT_BROKER_BASE_URL", help="Where the Pact Broker is."),
    click.option("--broker-token", envvar="PACT_BROKER_TOKEN", help="By which it knows us, or ..."),
    click.option("--broker-username", envvar="PACT_BROKER_USERNAME", help="... by name"),
    click.option("--broker-password", envvar="PACT_BROKER_PASSWORD", help="and password."),
    click.option(
        "--timeout", "seconds", type=click.FloatRange(min=0, min_open=True), default=60, show_default=True,
        help="After so many seconds it is given up.",
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Broker:
    """A broker as we are known to it; an empty URL is none."""

    url: str
    token: str | None
    username: str | None
    password: str | None
    seconds: float

    def environ(self) -> dict[str, str]:
        """Return what Pact's client reads of it; secrets are not among arguments, which everybody can see."""
        given = {"BASE_URL": self.url, "TOKEN": self.token, "USERNAME": self.username, "PASSWORD": self.password}
        return {f"PACT_BROKER_{name}": value for name, value in given.items() if value}

    def run_client(self, verb: str, *arguments: str) -> str:
        """Let Pact's client do something, and return what it says; ClickException if it was not done."""
        self.must_be_named()
        try:
            outcome = pact("broker", verb, *arguments, seconds=self.seconds, environ=self.environ())
        except TookTooLong:
            raise self._silence() from None
        if outcome.code:
            self.get("/")  # Says better what is wrong, if the broker is not there or does not know us.
            raise click.ClickException(f"the broker at {self.url} refuses:\n{plain_text(outcome)}")
        return plain_text(outcome)

    def get(self, path: str, **query: Any) -> Json:  # noqa: ANN401 - whatever a query may hold
        """Read something, or raise WrongUsage."""
        return self.ask("GET", path, params=query)

    def ask(self, method: str, path: str, **content: Any) -> Json:  # noqa: ANN401 - as requests has it
        """Ask the broker itself, where Pact's client has no verb for it; WrongUsage if there is no sensible answer."""
        self.must_be_named()
        url = path if path.startswith(("http://", "https://")) else self.url.rstrip("/") + path
        try:
            answer = real_seams().http.request(
                method, url, timeout=min(TIMEOUT_SECONDS, self.seconds), **self._access(), **content
            )
        except requests.RequestException as trouble:
            why = "not in time" if isinstance(trouble, requests.Timeout) else type(trouble).__name__
            raise self._silence(why) from trouble
        if not answer.ok:
            why = REFUSALS.get(answer.status_code, f"answers {answer.status_code}: its own log may say why")
            raise WrongUsage(f"what is at {url} {why}")
        with self.understand():
            return {**answer.json()}

    @contextmanager
    def understand(self) -> Iterator[None]:
        """Raise WrongUsage when what it answered is not what a broker does."""
        try:
            yield
        except (KeyError, TypeError, ValueError) as trouble:
            raise WrongUsage(f"what is at {self.url} does not answer as a Pact Broker does: {trouble!r}") from trouble

    def must_be_named(self) -> None:
        """Raise WrongUsage at once, before anything is done."""
        if not self.url:
            raise WrongUsage("which broker? Name it by --broker-url or PACT_BROKER_BASE_URL")

    def _silence(self, why: str = "") -> WrongUsage:
        reason = why or f"nothing within {self.seconds:g} seconds, see --timeout"
        return WrongUsage(f"no broker answers at {self.url} ({reason}): is --broker-url right?")

    def _access(self) -> Json:
        by_name = (self.username, self.password or "") if self.username else None
        return {"headers": {"Accept": HAL}, "auth": self._show_token if self.token else by_name}

    def _show_token(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Set the token as requests' `auth`: what is only a header would give way to somebody's .netrc."""
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request


def with_broker(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that name a broker; it gets the broker as its first argument."""

    @wraps(command)
    def run(
        broker_url: str | None,
        broker_token: str | None,
        broker_username: str | None,
        broker_password: str | None,
        seconds: float,
        **options: Any,  # noqa: ANN401 - click's
    ) -> None:
        command(Broker(broker_url or "", broker_token, broker_username, broker_password, seconds), **options)

    for option in reversed(OPTIONS):
        run = option(run)
    return run
