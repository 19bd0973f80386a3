"""`harness sagas`: what the person in charge sees of sagas, and how a parked one goes on."""

from __future__ import annotations

import json
from itertools import islice
from textwrap import fill

import click

from simulators.cli.operators import as_json, asks_service, limit, why
from simulators.clients.operator import Operator
from simulators.kit.currencies import money
from simulators.kit.json_types import Json

LINE = "{sagaId:<31} {studentId:<16} {context:<18} {contextId:<24} {state:<17} {about}"
HEAD = {"sagaId": "SAGA", "studentId": "STUDENT", "context": "CONTEXT", "contextId": "FOR", "state": "STATE"}


@click.group()
def sagas() -> None:
    """See the sagas of a running service, and let parked ones go on."""


@sagas.command("list", epilog="Example: harness sagas list --parked")
@click.option("--state", help="Only those in this state, such as AWAITING_PAYMENT.")
@click.option("--parked", "state", flag_value="PARKED", help="Only those that wait for a person.")
@click.option("--context", help="Only those for this: SESSION_BOOKING or COURSE_ENROLLMENT.")
@click.option("--student", help="Only those of this student.")
@limit
@as_json
@asks_service
def list_sagas(
    operator: Operator, state: str | None, context: str | None, student: str | None, limit: int, *, as_json: bool
) -> None:
    """List sagas, the newest first."""
    sagas = operator.sagas(state=state, context=context, student=student)
    for number, saga in enumerate(islice(sagas, limit)):
        if as_json:
            click.echo(json.dumps(saga))
            continue
        if number == 0:
            click.echo(LINE.format(**HEAD, about="").rstrip())
        click.echo(LINE.format(**saga, about=_about(saga)).rstrip())


@sagas.command(epilog="Example: harness sagas show saga_4fk0")
@click.argument("saga_id", metavar="SAGA")
@as_json
@asks_service
def show(operator: Operator, saga_id: str, *, as_json: bool) -> None:
    """Tell what happened to a saga, and what is to be done."""
    saga = operator.saga(saga_id)
    click.echo(json.dumps(saga) if as_json else _describe(saga))


@sagas.command(epilog='Example: harness sagas resume saga_4fk0 --why "the card works again"')
@click.argument("saga_id", metavar="SAGA")
@why
@asks_service
def resume(operator: Operator, saga_id: str, why: str) -> None:
    """Let a parked saga go on."""
    operator.resume(saga_id, why)
    click.echo(f"{saga_id} goes on: it is {operator.saga(saga_id)['state']}")


def _about(saga: Json) -> str:
    until = f" until {saga['waitingUntil']}" if saga["waitingUntil"] else ""
    return f"waits for {saga['waitingFor']}{until}" if saga["waitingFor"] else ""


def _describe(saga: Json) -> str:
    lines = [f"{saga['sagaId']}: {saga['saga']} of {saga['studentId']}, {saga['context']} {saga['contextId']}"]
    lines += [f"state    {saga['state']}", *(f"         {about}" for about in [_about(saga)] if about)]
    if payment := saga["payment"]:
        price = money(**payment["price"])
        lines.append(f"payment  {payment['paymentId']} {payment['status']}, {price}")
    lines += ["history", *(f"  {each['at']}  {each['text']}" for each in saga["history"])]
    if saga["nextStep"]:
        lines += ["next step", fill(saga["nextStep"], 100, initial_indent="  ", subsequent_indent="  ")]
    return "\n".join(lines)
