"""`harness contracts publish`: what we need of others, told to a broker."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from simulators.cli.contracts.broker import asks_broker, by_client
from simulators.cli.contracts.options import as_json, pacts, without
from simulators.cli.contracts.revision import asks_revision
from simulators.cli.usage import WrongUsage
from simulators.contracts.pact_file import contracts_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from simulators.cli.contracts.broker import Broker
    from simulators.cli.contracts.revision import Revision
    from simulators.contracts.pact_file import Written


@click.command(
    epilog="Example: harness contracts publish --broker-url https://pacts.example.com --consumer payment-service"
)
@pacts
@click.option(
    "--consumer", "consumers", multiple=True, help="Only what this service needs; may be given several times."
)
@without
@asks_revision
@as_json
@by_client
@asks_broker
def publish(
    broker: Broker,
    pacts: Path,
    consumers: tuple[str, ...],
    without: tuple[str, ...],
    revision: Callable[[Path], Revision],
    *,
    as_json: bool,
) -> None:
    """Publish contracts to a broker.

    All of them become those of one version of their consumers.
    """
    broker.must_be_named()
    contracts = _chosen([each for each in contracts_in(pacts) if each.provider not in without], consumers)
    published = revision(pacts)
    broker.tell("publish", *(each.where for each in contracts), *_options(published, several=broker.client.is_older))
    if as_json:
        click.echo(json.dumps(_told(contracts, published)))
        return
    for each in contracts:
        click.echo(f"published: what {each.consumer} needs of {each.provider} ({len(each.interactions)} interactions)")
    click.echo(f"as version {published}")
    name = contracts[0].consumer if len({each.consumer for each in contracts}) == 1 else "NAME"
    click.echo(f"next: harness contracts can-i-deploy --pacticipant {name} --to-environment production")


def _chosen(contracts: list[Written], consumers: tuple[str, ...]) -> list[Written]:
    known = sorted({each.consumer for each in contracts})
    for name in consumers:
        if name not in known:
            raise WrongUsage(f"{name} needs nothing of anybody; those who do: {', '.join(known) or 'nobody'}")
    return [each for each in contracts if each.consumer in (consumers or known)]


def _options(revision: Revision, *, several: bool) -> list[str]:
    """Return them as the client takes them: the older one has an option for each tag, the newer one for all."""
    tags = revision.tags if several else filter(None, [",".join(revision.tags)])
    given = {"--consumer-app-version": revision.version, "--branch": revision.branch, "--build-url": revision.build_url}
    named = [word for name, value in given.items() if value for word in (name, value)]
    return [*named, *(word for tag in tags for word in ("--tag", tag))]


def _told(contracts: list[Written], revision: Revision) -> dict[str, object]:
    return {
        "version": revision.version,
        "branch": revision.branch or None,
        "tags": revision.tags,
        "buildUrl": revision.build_url or None,
        "contracts": [
            {"consumer": each.consumer, "provider": each.provider, "interactions": len(each.interactions)}
            for each in contracts
        ],
    }
