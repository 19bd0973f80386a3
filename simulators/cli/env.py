"""`harness env`: the example of the environment."""

from __future__ import annotations

import click

from simulators.package_data import ENVIRONMENT


@click.command(epilog="Example: harness env > .env")
def env() -> None:
    """Print an environment to begin with, each line explained: what a payment-service reads."""
    click.echo(ENVIRONMENT.read_text(encoding="utf-8"), nl=False)
