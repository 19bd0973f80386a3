"""`harness contracts can-i-deploy`: whether a version goes together with all that is there already."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from simulators.cli.contracts.broker import asks_broker, by_client
from simulators.cli.contracts.options import as_json
from simulators.cli.contracts.revision import commit
from simulators.world.waiting import wait_for

if TYPE_CHECKING:
    from simulators.cli.contracts.broker import Broker
    from simulators.kit.json_types import Json

AGAIN_SECONDS = 5
KNOWN = {True: "verified", False: "FAILED"}
pacticipant = click.option("--pacticipant", required=True, help="The service, by its name in the contracts.")


@click.command(
    "can-i-deploy",
    epilog="Example: harness contracts can-i-deploy --pacticipant payment-service --to-environment production",
)
@pacticipant
@click.option("--version", help="Of the service.  [default: git's commit]")
@click.option("--to-environment", "environment", required=True, help="Where it shall go.")
@click.option(
    "--wait",
    type=click.FloatRange(min=0),
    default=0,
    help="Ask again for so many seconds while a verification is missing.",
)
@as_json
@by_client
@asks_broker
def can_i_deploy(
    broker: Broker, pacticipant: str, version: str | None, environment: str, wait: float, *, as_json: bool
) -> None:
    """Ask whether a version may be deployed.

    Exit codes: 0 it may, 1 it may not, or not yet, 2 it could not be asked.
    """
    asked = ["--pacticipant", pacticipant, "--version", version or commit(), "--to-environment", environment]
    answers: list[Json] = []

    def is_known() -> bool:
        answers.append(_answer(broker, asked))
        return answers[-1]["summary"]["deployable"] is not None

    wait_for(is_known, wait, every=AGAIN_SECONDS)
    may = answers[-1]["summary"]["deployable"] is True
    if as_json:
        click.echo(json.dumps(answers[-1]))
    else:
        _tell(answers[-1], f"{pacticipant} {asked[3]} may{'' if may else ' NOT'} be deployed to {environment}")
    sys.exit(0 if may else 1)


def _answer(broker: Broker, asked: list[str]) -> Json:
    """The older client ends with 1 when the answer is no, the newer one never: what counts is what it wrote."""
    outcome = broker.told("can-i-deploy", *asked, "--output", "json")
    try:
        answer: Json = json.loads(outcome.out)
    except ValueError:
        raise broker.refusal(outcome) from None
    return answer


def _tell(answer: Json, verdict: str) -> None:
    for row in answer["matrix"]:
        provider, result = row["provider"], row.get("verificationResult")
        version = (provider.get("version") or {}).get("number", "as it is there")
        known = KNOWN[result["success"]] if result else "not verified"
        consumer = row["consumer"]
        click.echo(
            f"{known:<13} what {consumer['name']} {consumer['version']['number']} needs of {provider['name']} {version}"
        )
    click.echo("\n".join([*filter(None, [answer["summary"].get("reason", "")]), verdict]))
