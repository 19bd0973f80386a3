"""`harness contracts`: who needs what of whom, published, verified, shown and compared. A file for each verb."""

from __future__ import annotations

import click

from simulators.cli.contracts.can_i_deploy import can_i_deploy
from simulators.cli.contracts.diff import diff
from simulators.cli.contracts.page import page
from simulators.cli.contracts.publish import publish
from simulators.cli.contracts.record_deployment import record_deployment
from simulators.cli.contracts.verify import verify


@click.group()
def contracts() -> None:
    """Publish, show and compare the contracts, verify a provider by them, and ask whether it may be deployed.

    The broker, and who asks it, are named by options or by the variables that Pact's own tools read:
    PACT_BROKER_BASE_URL, and PACT_BROKER_TOKEN or PACT_BROKER_USERNAME and PACT_BROKER_PASSWORD.
    """


for verb in (publish, verify, can_i_deploy, record_deployment, page, diff):
    contracts.add_command(verb)
