"""`harness contracts record-deployment`: what is where, so that others can ask whether they go together with it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from simulators.cli.contracts.broker import asks_broker, by_client
from simulators.cli.contracts.can_i_deploy import pacticipant
from simulators.cli.contracts.options import as_json
from simulators.cli.contracts.revision import commit

if TYPE_CHECKING:
    from simulators.cli.contracts.broker import Broker


HINT = "(a version is known after publish, or verify --publish; an environment after Pact's create-environment)"


@click.command(
    "record-deployment",
    epilog="Example: harness contracts record-deployment --pacticipant payment-service --environment production",
)
@pacticipant
@click.option("--version", help="Of the service.  [default: git's commit]")
@click.option("--environment", required=True, help="Where it is now.")
@click.option("--application-instance", help="Which of several that run there.")
@as_json
@by_client
@asks_broker
def record_deployment(
    broker: Broker,
    pacticipant: str,
    version: str | None,
    environment: str,
    application_instance: str | None,
    *,
    as_json: bool,
) -> None:
    """Record that a version was deployed, after it was."""
    deployed = {"pacticipant": pacticipant, "version": version or commit(), "environment": environment}
    if application_instance:
        deployed["application-instance"] = application_instance
    named = [word for name, value in deployed.items() for word in (f"--{name}", value)]
    broker.tell("record-deployment", *named, hint=HINT)
    click.echo(json.dumps(deployed) if as_json else f"{pacticipant} {deployed['version']} is in {environment} now")
