"""`harness contracts`: a file for each of its verbs."""

from __future__ import annotations

import click

from simulators.cli.contracts.can_i_deploy import can_i_deploy
from simulators.cli.contracts.diff import diff
from simulators.cli.contracts.page import page
from simulators.cli.contracts.publish import publish
from simulators.cli.contracts.record_deployment import record_deployment
from simulators.cli.contracts.verify import verify
from simulators.cli.usage import WrongUsage
from simulators.contracts.pact_file import NotAPact


class Verbs(click.Group):
    """What is wrong with the contracts that a verb reads, it tells as wrong usage."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the verb."""
        try:
            return super().invoke(ctx)
        except NotAPact as wrong:
            raise WrongUsage(str(wrong)) from wrong


@click.group(cls=Verbs)
def contracts() -> None:
    """Show, compare, publish and verify the contracts, and ask whether a version may be deployed.

    The broker, and who asks it, are named by options or by the variables that Pact's own tools read:
    PACT_BROKER_BASE_URL, and PACT_BROKER_TOKEN or PACT_BROKER_USERNAME and PACT_BROKER_PASSWORD.
    """


for verb in (page, diff, publish, verify, can_i_deploy, record_deployment):
    contracts.add_command(verb)
