"""`harness contracts verify`: a team's real service, in any language, held to what others need of it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import requests

from simulators.cli import completion
from simulators.cli.contracts.broker import Broker, with_broker
from simulators.cli.contracts.options import as_json, pacts_by_default, providers
from simulators.cli.contracts.provider import Provider
from simulators.cli.contracts.provider_proxy import Addresses, provider_at
from simulators.cli.contracts.revision import Revision, with_revision
from simulators.cli.contracts.source import FromBroker, FromFiles, Source
from simulators.cli.contracts.verification import VerificationResult
from simulators.cli.contracts.verification import verify as verify_provider
from simulators.cli.usage import WrongUsage
from simulators.contracts.provider_requirements import ProviderRequirements
from simulators.kit.seams import real_seams

TIMEOUT_SECONDS = 10


@click.command(epilog="Example: harness contracts verify --provider learning-service --list")
@click.option(
    "--provider",
    required=True,
    help="Your service, by its name in the contracts.",
    shell_complete=completion.offer(providers),
)
@click.option("--url", help="Where it listens.")
@click.option("--states-url", help="What brings it into a state.")
@click.option("--messages-url", help="What makes it say a message.")
@click.option(
    "--jwt-secret", envvar="JWT_SECRET", help="By which it knows people: the contracts' tokens are signed anew with it."
)
@click.option("--list", "only_list", is_flag=True, help="Only print what these two have to do.")
@click.option(
    "--pacts",
    type=click.Path(path_type=Path),
    help="The contracts: a folder, or a file.  [default: the broker's, or else pacts, or else the harness's own]",
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
        FromFiles(pacts or pacts_by_default()) if pacts or not broker.url else FromBroker(broker, publishes, revision)
    )
    requirements = source.requirements(provider)
    if only_list:
        click.echo(json.dumps(requirements.to_json()) if as_json else requirements.text())
        return
    service = _reach(requirements, **urls)
    result = verify_provider(service, requirements, source, broker.seconds)
    if as_json:
        click.echo(json.dumps({"provider": provider, **result.to_json(), "troubles": service.troubles}))
    else:
        click.echo("\n".join(_lines(provider, result, service.troubles)))
    source.must_have_arrived(requirements)
    is_trouble_passed = service.troubles and not (result.failed or result.pending)  # Pact does not mind some of it.
    sys.exit(1 if result.failed or is_trouble_passed else 0)


def _reach(
    requirements: ProviderRequirements,
    *,
    url: str | None,
    states_url: str | None,
    messages_url: str | None,
    jwt_secret: str | None,
) -> Provider:
    """Return the service, after a look at whether it is there, and offers what it must; or raise WrongUsage."""
    if not url:
        raise WrongUsage("where does it listen? Name it by --url")
    lacking = [
        option
        for option, needed, given in (
            ("--states-url", requirements.states(), states_url),
            ("--messages-url", requirements.messages(), messages_url),
        )
        if needed and not given
    ]
    if lacking:
        raise WrongUsage(f"it cannot be verified without {' and '.join(lacking)}:\n\n{requirements.text()}")
    http = real_seams().http
    for each in filter(None, (url, states_url, messages_url)):
        _must_answer(http, each)
    return provider_at(Addresses(url, states_url, messages_url, jwt_secret), http)


def _must_answer(http: requests.Session, url: str) -> None:
    try:
        http.get(url, timeout=TIMEOUT_SECONDS, allow_redirects=False)
    except (requests.RequestException, ValueError) as trouble:
        raise WrongUsage(f"nothing answers at {url} ({type(trouble).__name__}): is it running there?") from trouble


def _lines(provider: str, result: VerificationResult, troubles: list[str]) -> Iterator[str]:
    yield from (f"kept     {name}" for name in result.passed)
    for word, found in (("PENDING", result.pending), ("BROKEN", result.failed)):
        for name, reasons in found.items():
            yield f"{word:<8} {name}"
            yield from (f"           {line}" for reason in reasons for line in reason.splitlines())
    yield from (f"trouble  {trouble}" for trouble in troubles)
    counts = f"{len(result.passed)} kept, {len(result.failed)} broken"
    yield f"{provider}: {counts}" + (f", {len(result.pending)} pending" if result.pending else "")
