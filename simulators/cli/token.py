"""`harness token`: the JWT of a person."""

from __future__ import annotations

from datetime import timedelta

import click

from simulators.kit.http.auth import ROLES, Person
from simulators.kit.http.auth import token as write_token
from simulators.kit.seams import Clock


@click.command(epilog="Example: harness token --sub ada --role student")
@click.option("--sub", required=True, help="Whose token: the person's id.")
@click.option("--role", required=True, type=click.Choice(ROLES), help="What the person is.")
@click.option("--jwt-secret", envvar="JWT_SECRET", required=True, help="What signs it, as at the services.")
@click.option("--hours", type=click.FloatRange(min=0), default=1, show_default=True, help="How long it is good.")
def token(sub: str, role: str, jwt_secret: str, hours: float) -> None:
    """Print the JWT by which all services know a person."""
    click.echo(write_token(Person(sub, role), jwt_secret, Clock().now() + timedelta(hours=hours)))
