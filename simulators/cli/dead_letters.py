"""`harness dead-letters`: messages that nobody could use, and what the person in charge does about them."""

from __future__ import annotations

import json
from itertools import islice
from textwrap import fill

import click

from simulators.cli.operators import as_json, asks_service, limit, why
from simulators.clients.operator import Operator
from simulators.kit.json_types import Json


@click.group("dead-letters")
def dead_letters() -> None:
    """See the messages that nobody could use, and deal with them."""


@dead_letters.command("list", epilog="Example: harness dead-letters list")
@limit
@as_json
@asks_service
def list_letters(operator: Operator, limit: int, *, as_json: bool) -> None:
    """List what waits for a person, the newest first, with the reason and the next step."""
    for letter in islice(operator.dead_letters(), limit):
        click.echo(json.dumps(letter) if as_json else _describe(letter))


@dead_letters.command(epilog='Example: harness dead-letters retry 7 --why "the course exists again"')
@click.argument("letter_id", metavar="ID", type=int)
@why
@asks_service
def retry(operator: Operator, letter_id: int, why: str) -> None:
    """Let the message be taken once more, now that what was wrong is mended."""
    operator.retry_dead_letter(letter_id, why)
    click.echo(f"{letter_id} was taken once more")


@dead_letters.command(epilog='Example: harness dead-letters resolve 7 --why "refunded by hand"')
@click.argument("letter_id", metavar="ID", type=int)
@why
@asks_service
def resolve(operator: Operator, letter_id: int, why: str) -> None:
    """Record that it was dealt with in another way."""
    operator.resolve_dead_letter(letter_id, why)
    click.echo(f"{letter_id} is dealt with")


def _describe(letter: Json) -> str:
    about = f" about {letter['sagaId']}" if letter["sagaId"] else ""
    lines = [f"{letter['id']}: {letter['name']}{about}, {letter['source']}, {letter['at']}"]
    lines += [
        fill(f"{name}: {text}", 110, initial_indent="  ", subsequent_indent="    ")
        for name, text in (("reason", letter["reason"]), ("next step", letter["nextStep"]))
    ]
    return "\n".join(lines)
