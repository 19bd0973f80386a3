"""`harness contracts`: who needs what of whom, published, shown and compared. A file for each verb."""

from __future__ import annotations

import click

from simulators.cli.contracts.diff import diff
from simulators.cli.contracts.page import page


@click.group()
def contracts() -> None:
    """Show and compare the contracts between the services."""


contracts.add_command(diff)
contracts.add_command(page)
