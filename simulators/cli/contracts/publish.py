"""`harness contracts publish`: what we need of others, brought to a broker by Pact's own client."""

from __future__ import annotations

from collections.abc import Callable
from glob import escape
from pathlib import Path

import click

from simulators.cli.contracts.broker import Broker, with_broker
from simulators.cli.contracts.options import pacts, without
from simulators.cli.contracts.revision import Revision, with_revision
from simulators.cli.usage import WrongUsage
from simulators.contracts.pact_file import contracts_in


@click.command(
    epilog="Example: harness contracts publish --broker-url https://pacts.example.com --consumer payment-service"
)
@pacts
@click.option(
    "--consumer", "consumers", multiple=True, help="Only what this service needs; may be given several times."
)
@without
@with_revision
@with_broker
def publish(
    broker: Broker,
    pacts: Path,
    consumers: tuple[str, ...],
    without: tuple[str, ...],
    revision: Callable[[Path], Revision],
) -> None:
    """Publish contracts to a broker.

    All of them become those of one version of their consumers.
    """
    broker.must_be_named()
    files = _files(pacts, consumers, without)
    published = revision(pacts)
    click.echo(broker.run_client("publish", *files, *_options(published)))
    click.echo(f"as version {published}")


def _files(pacts: Path, consumers: tuple[str, ...], without: tuple[str, ...]) -> list[str]:
    contracts = [each for each in contracts_in(pacts) if each.provider not in without]
    if not contracts:
        raise WrongUsage(f"there is nothing to publish in {pacts}")
    known = sorted({each.consumer for each in contracts})
    for name in consumers:
        if name not in known:
            raise WrongUsage(f"{name} needs nothing of anybody; those who do: {', '.join(known)}")
    return [escape(each.where) for each in contracts if each.consumer in (consumers or known)]


def _options(revision: Revision) -> list[str]:
    given = {
        "--consumer-app-version": revision.version,
        "--branch": revision.branch,
        "--tag": ",".join(revision.tags),
        "--build-url": revision.build_url,
    }
    return [word for name, value in given.items() if value for word in (name, value)]
