"""`harness contracts`: a file for each of its verbs."""

from __future__ import annotations

import click

from simulators.cli.usage import WrongUsage
from simulators.cli.verbs import Verbs
from simulators.contracts.pact_file import NotAPact

PLACES = {name: f"simulators.cli.contracts.{name}:{name}" for name in ("diff", "page", "publish", "verify")}


class ContractsGroup(click.Group):
    """The verbs, of which each reports contracts that cannot be read as wrong usage."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the verb."""
        try:
            return super().invoke(ctx)
        except NotAPact as wrong:
            raise WrongUsage(str(wrong)) from wrong


@click.group(cls=ContractsGroup, commands=Verbs(PLACES))
def contracts() -> None:
    """Show, compare, publish and verify the contracts.

    The broker, and by what it knows us, are named by options or by the variables that Pact's own tools read:
    PACT_BROKER_BASE_URL, and PACT_BROKER_TOKEN or PACT_BROKER_USERNAME and PACT_BROKER_PASSWORD.
    """
