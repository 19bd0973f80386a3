"""`harness contracts verify`: a team's real service, in any language, held to what others need of it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import requests

from simulators.cli.contracts.broker import with_broker
from simulators.cli.contracts.options import as_json
from simulators.cli.contracts.provider_proxy import Service
from simulators.cli.contracts.revision import with_revision
from simulators.cli.contracts.source import FromBroker, FromFiles
from simulators.cli.contracts.verification import verify as verified
from simulators.cli.usage import WrongUsage
from simulators.kit.seams import real_seams

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulators.cli.contracts.broker import Broker
    from simulators.cli.contracts.revision import Revision
    from simulators.cli.contracts.source import Source
    from simulators.cli.contracts.verification import Verdict
    from simulators.contracts.provider_requirements import Wanted

TIMEOUT_SECONDS = 10


@click.command(epilog="Example: harness contracts verify --provider learning-service --list")
@click.option("--provider", required=True, help="Your service, by its name in the contracts.")
@click.option("--url", help="Where it listens.")
@click.option("--states-url", help="What brings it into a state.")
@click.option("--messages-url", help="What makes it say a message.")
@click.option("--list", "only_list", is_flag=True, help="Only print what these two have to do.")
@click.option(
    "--pacts",
    type=click.Path(path_type=Path),
    help="The contracts: a folder, or a file.  [default: the broker's, or else pacts]",
)
@click.option("--publish", "publishes", is_flag=True, help="Tell the broker how it went, as that of this revision:")
@with_revision
@as_json
@with_broker
def verify(
    broker: Broker,
    provider: str,
    pacts: Path | None,
    revision: Callable[[], Revision],
    *,
    only_list: bool,
    publishes: bool,
    as_json: bool,
    **urls: str | None,
) -> None:
    """Verify a service by the contracts.

    Exit codes: 0 it keeps them all, 1 it does not, or not all was looked at, 2 it could not be verified.
    """
    if publishes and (pacts or not broker.url):
        raise WrongUsage(
            "only what came from a broker can be published to it: name it by --broker-url, without --pacts"
        )
    source: Source = (
        FromFiles(pacts or Path("pacts")) if pacts or not broker.url else FromBroker(broker, publishes, revision)
    )
    wanted = source.wanted(provider)
    if only_list:
        click.echo(json.dumps(wanted.as_json()) if as_json else wanted)
        return
    service = _reached(wanted, **urls)
    verdict = verified(broker.seconds, wanted, service, source.arguments(), source.environ())
    if as_json:
        click.echo(json.dumps({"provider": provider, **verdict.as_json(), "troubles": service.troubles}))
    else:
        _tell(provider, verdict, service.troubles)
    source.must_have_arrived(wanted)
    sys.exit(1 if verdict.failed else 0)


def _reached(wanted: Wanted, *, url: str | None, states_url: str | None, messages_url: str | None) -> Service:
    """Return the service, after a look at whether it is there, and offers what it must."""
    if not url:
        raise WrongUsage("where does it listen? Name it by --url")
    lacking = [
        option
        for option, needed, given in (
            ("--states-url", wanted.states(), states_url),
            ("--messages-url", wanted.messages(), messages_url),
        )
        if needed and not given
    ]
    if lacking:
        raise WrongUsage(f"it cannot be verified without {' and '.join(lacking)}:\n\n{wanted}")
    service = Service(url.rstrip("/"), states_url, messages_url, real_seams().http)
    for each in filter(None, (url, states_url, messages_url)):
        _must_answer(service, each)
    return service


def _must_answer(service: Service, url: str) -> None:
    try:
        service.http.get(url, timeout=TIMEOUT_SECONDS, allow_redirects=False)
    except (requests.RequestException, ValueError) as trouble:
        raise WrongUsage(f"nothing answers at {url} ({type(trouble).__name__}): is it running there?") from trouble


def _tell(provider: str, verdict: Verdict, troubles: list[str]) -> None:
    for name in verdict.passed:
        click.echo(f"kept     {name}")
    for word, found in (("PENDING", verdict.pending), ("BROKEN", verdict.failed)):
        for name, reasons in found.items():
            click.echo(f"{word:<8} {name}")
            click.echo("\n".join(f"           {line}" for reason in reasons for line in reason.splitlines()))
    for trouble in troubles:
        click.echo(f"trouble  {trouble}")
    counted = f"{len(verdict.passed)} kept, {len(verdict.failed)} broken"
    click.echo(f"{provider}: {counted}" + (f", {len(verdict.pending)} pending" if verdict.pending else ""))
