"""`harness contracts diff`: what became of the contracts, in plain words."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from simulators.cli.usage import WrongUsage
from simulators.contracts.broker import Broker, bearer
from simulators.contracts.changes import Change, changes, counted
from simulators.contracts.pact import pacts_in
from simulators.contracts.revisions import pacts_at
from simulators.kit.seams import real_seams
from simulators.world.plan import STRIPE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulators.contracts.pact import Pact

SIGNS = {"added": "+", "removed": "-", "tightened": ">", "loosened": "<", "changed": "~"}
COLORS = {"added": "green", "removed": "red", "tightened": "yellow", "loosened": "cyan", "changed": "magenta"}
HEAD = "HEAD"


@click.command(epilog="Example: harness contracts diff --against main")
@click.option("--pacts", type=click.Path(path_type=Path), default="pacts", show_default=True, help="The contracts.")
@click.option("--against", metavar="REVISION", help="Compare with those of a git revision.  [default: HEAD]")
@click.option("--broker-url", envvar="PACT_BROKER_BASE_URL", help="Compare with those last published to this broker.")
@click.option("--broker-token", envvar="PACT_BROKER_TOKEN", help="By which the broker knows you; or:")
@click.option("--broker-username", envvar="PACT_BROKER_USERNAME", help="Your name at the broker,")
@click.option("--broker-password", envvar="PACT_BROKER_PASSWORD", help="and your password.")
@click.option(
    "--without", multiple=True, default=[STRIPE], show_default=True,
    help="With a broker: not what is needed of this provider, since that is not published.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def diff(pacts: Path, against: str | None, without: tuple[str, ...], *, as_json: bool, **broker: str | None) -> None:
    """Say what is new in the contracts: interactions added, removed, tightened, loosened or changed.

    Tightened asks more of the provider than before, loosened less. Of a broker, only contracts between
    parties that are known here are looked at. Exit codes: 0 all the same, 1 something differs, 2 it could
    not be compared.
    """
    url = _broker_to_ask(against, broker["broker_url"])
    try:
        now = pacts_in(pacts)
        if url:
            before, now = url, tuple(each for each in now if each.provider not in without)
            found = changes(_published(url, now, broker), now)
        else:
            before = f"git revision {against or HEAD}"
            found = changes(pacts_at(against or HEAD, pacts), now)
    except ValueError as trouble:
        raise WrongUsage(str(trouble)) from trouble
    click.echo(_as_json(before, found) if as_json else _told(before, found))
    sys.exit(1 if found else 0)


def _broker_to_ask(against: str | None, url: str | None) -> str | None:
    """Return the broker to compare with, if any: the environment's gives way to a revision that is named."""
    named = click.get_current_context().get_parameter_source("broker_url")
    if against and named is ParameterSource.COMMANDLINE:
        raise click.UsageError("--against and --broker-url name two things to compare with: give one of them.")
    return None if against else url


def _published(url: str, now: tuple[Pact, ...], known_by: Mapping[str, str | None]) -> tuple[Pact, ...]:
    token, name, password = (known_by[f"broker_{each}"] for each in ("token", "username", "password"))
    authorization = bearer(token) if token else (name, password or "") if name else None
    with real_seams().http as session:
        parties = {party for each in now for party in (each.consumer, each.provider)}
        return Broker(session, url, authorization).last_published(parties)


def _as_json(before: str, found: list[Change]) -> str:
    document = {"against": before, "counts": counted(found), "changes": [asdict(each) for each in found]}
    return json.dumps(document, indent=2, ensure_ascii=False)


def _told(before: str, found: list[Change]) -> str:
    if not found:
        return f"The contracts are those of {before}."
    lines = [f"Compared with {before}:"]
    for (consumer, provider), pair in groupby(found, lambda each: (each.consumer, each.provider)):
        lines += ["", click.style(f"{consumer} needs of {provider}", bold=True)]
        lines += [line for each in pair for line in _lines(each)]
    return "\n".join([*lines, "", "  ".join(f"{count} {kind}" for kind, count in counted(found).items())])


def _lines(each: Change) -> list[str]:
    head = click.style(f"  {SIGNS[each.change]} {each.change:<10} {each.interaction}", fg=COLORS[each.change])
    return [head, *(f"      {detail.sentence}" for detail in each.details)]
