"""`harness contracts publish`: what we need of others, told to a broker."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from simulators.cli.contracts.broker import as_json, asks_broker
from simulators.cli.contracts.revision import asks_revision
from simulators.cli.contracts.written import Contract, read
from simulators.cli.usage import WrongUsage
from simulators.world.plan import STRIPE

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulators.cli.contracts.broker import Broker
    from simulators.cli.contracts.revision import Revision


@click.command(
    epilog="Example: harness contracts publish --broker-url https://pacts.example.com --consumer payment-service"
)
@click.option(
    "--pacts",
    type=click.Path(path_type=Path),
    default="pacts",
    show_default=True,
    help="The contracts: a folder, or a file.",
)
@click.option(
    "--consumer", "consumers", multiple=True, help="Only what this service needs; may be given several times."
)
@click.option(
    "--without",
    multiple=True,
    default=[STRIPE],
    show_default=True,
    help="Not what is needed of this provider, who verifies nothing: nobody could ever be deployed.",
)
@asks_revision
@as_json
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
    contracts = _chosen([each for each in read(pacts) if each.provider not in without], consumers)
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


def _chosen(contracts: list[Contract], consumers: tuple[str, ...]) -> list[Contract]:
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


def _told(contracts: list[Contract], revision: Revision) -> dict[str, object]:
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
