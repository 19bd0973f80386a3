"""`harness contracts diff`: what became of the contracts, in plain words."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from urllib.parse import quote

import click
from click.core import ParameterSource

from simulators.cli.contracts.broker import Broker, with_broker
from simulators.cli.contracts.git import pacts_at
from simulators.cli.contracts.options import as_json, pacts, without
from simulators.contracts.changes import InteractionChange, changes, counts
from simulators.contracts.pact import Pact, pacts_in, read_from
from simulators.contracts.pact_file import PactFile

SIGNS = {"added": "+", "removed": "-", "tightened": ">", "loosened": "<", "changed": "~"}
COLORS = {"added": "green", "removed": "red", "tightened": "yellow", "loosened": "cyan", "changed": "magenta"}
HEAD = "HEAD"
LATEST = "/pacts/provider/{}/consumer/{}/latest"


@click.command(epilog="Example: harness contracts diff --against main")
@pacts
@click.option("--against", metavar="REVISION", help="Compare with those of a git revision.  [default: HEAD]")
@without
@as_json
@with_broker
def diff(broker: Broker, pacts: Path, against: str | None, without: tuple[str, ...], *, as_json: bool) -> None:
    """Say what is new in the contracts: interactions added, removed, tightened, loosened or changed.

    They are compared with those of a git revision; or with those last published to a broker, if one is named: only
    contracts between parties that are known here are looked at there.

    Tightened asks more of the provider than before, loosened less. Exit codes: 0 all the same, 1 something differs,
    2 it could not be compared.
    """
    now = pacts_in(pacts)
    if _is_broker_meant(broker, against):
        before, now = broker.url, tuple(each for each in now if each.provider not in without)
        found = changes(_latest_contracts(broker, now), now)
    else:
        before = f"git revision {against or HEAD}"
        found = changes(pacts_at(against or HEAD, pacts), now)
    click.echo(_as_json(before, found) if as_json else _text(before, found))
    sys.exit(1 if found else 0)


def _is_broker_meant(broker: Broker, against: str | None) -> bool:
    """Whether it is the broker to compare with: the environment's gives way to a revision that is named."""
    named = click.get_current_context().get_parameter_source("broker_url")
    if against and named is ParameterSource.COMMANDLINE:
        raise click.UsageError("--against and --broker-url name two things to compare with: give one of them.")
    return bool(broker.url and not against)


def _latest_contracts(broker: Broker, now: tuple[Pact, ...]) -> list[Pact]:
    """Return the last contract of each pair among these parties, as a broker is shared with others."""
    parties = {party for each in now for party in (each.consumer, each.provider)}
    with broker.understand():
        listed = broker.get("/pacts/latest")["pacts"]
        pairs = [[each["_embedded"][role]["name"] for role in ("provider", "consumer")] for each in listed]
    paths = [LATEST.format(*(quote(name, safe="") for name in pair)) for pair in pairs if parties >= set(pair)]
    return [read_from(PactFile.of(broker.get(path), f"{broker.url}{path}")) for path in paths]


def _as_json(before: str, found: list[InteractionChange]) -> str:
    document = {"against": before, "counts": counts(found), "changes": [asdict(each) for each in found]}
    return json.dumps(document, indent=2, ensure_ascii=False)


def _text(before: str, found: list[InteractionChange]) -> str:
    if not found:
        return f"The contracts are those of {before}."
    lines = [f"Compared with {before}:"]
    for (consumer, provider), pair in groupby(found, lambda each: (each.consumer, each.provider)):
        lines += ["", click.style(f"{consumer} needs of {provider}", bold=True)]
        lines += [line for each in pair for line in _lines(each)]
    return "\n".join([*lines, "", "  ".join(f"{count} {kind}" for kind, count in counts(found).items())])


def _lines(each: InteractionChange) -> list[str]:
    head = click.style(f"  {SIGNS[each.change]} {each.change:<10} {each.interaction}", fg=COLORS[each.change])
    return [head, *(f"      {detail.sentence}" for detail in each.details)]
