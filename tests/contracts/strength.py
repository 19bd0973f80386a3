"""How many lies of a provider each contract catches: `python -m tests.contracts.strength` measures all of them."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from flask import Flask, Response, request

from tests.contracts.expectations import Json
from tests.contracts.lies import Lie, additions, lies
from tests.contracts.providers import PROVIDERS
from tests.contracts.report import Measured, unexplained, write
from tests.contracts.truth import Reply, interactions_of, is_message, replies
from tests.contracts.verification import Provider, Said, broken
from tests.rooms.source import ROOT

PACTS = ROOT / "pacts"
NUMBER = "X-Lie"
LEAST = 0.95
Bend = Callable[[Json, Reply], Iterator[Lie]]


class Tried(NamedTuple):
    """One reply to one interaction."""

    interaction: Json
    lie: Lie

    def __str__(self) -> str:
        return f"{self.interaction['description']}: {self.lie}"


@cache
def heard(contract: Path) -> dict[str, Reply]:
    """Return what the real provider answers and says, by description."""
    with TemporaryDirectory() as directory:
        return replies(PROVIDERS[contract.name](Path(directory)), contract)


def truth(_: Json, known: Reply) -> Iterator[Lie]:
    """Yield what is no lie: whoever takes it for one catches nothing."""
    yield Lie("as it is", "", known)


def tried(contract: Path, bend: Bend) -> list[Tried]:
    """Return the real replies, each bent in every way."""
    known = heard(contract)
    return [Tried(each, lie) for each in interactions_of(contract) for lie in bend(each, known[each["description"]])]


def caught(contract: Path, told: Sequence[Tried]) -> list[bool]:
    """Return of each whether the contract breaks by it: one verification, in which each has its own copy to break."""
    written = json.loads(contract.read_text())
    copies = [_numbered(each.interaction, number) for number, each in enumerate(told)]
    with TemporaryDirectory() as directory:
        copy = Path(directory) / contract.name
        copy.write_text(json.dumps(written | {"interactions": copies}))
        found = broken(_teller(written["provider"]["name"], [each.lie.reply for each in told], copies), copy)
    return [str(number) in found for number in range(len(told))]


def measured(contract: Path) -> Measured:
    """Try everything on one contract."""
    all_lies, more = tried(contract, lies), tried(contract, additions)
    kept = tried(contract, truth) + more
    verdicts = caught(contract, [*kept, *all_lies])
    wrongly = [str(each) for each, is_caught in zip(kept, verdicts, strict=False) if is_caught]
    survivors = [str(each) for each, is_caught in zip(all_lies, verdicts[len(kept) :], strict=True) if not is_caught]
    written = json.loads(contract.read_text())
    parties = (written["consumer"]["name"], written["provider"]["name"])
    return Measured(*parties, len(written["interactions"]), len(all_lies), len(more), survivors, wrongly)


def stamp() -> str:
    """Return what tells these contracts, and all that can be tried on them, from any others."""
    known = sha256()
    for contract in sorted(PACTS.glob("*.json")):
        known.update(contract.read_bytes())
        known.update("\n".join(map(str, tried(contract, lies) + tried(contract, additions))).encode())
    return known.hexdigest()[:16]


def _numbered(interaction: Json, number: int) -> Json:
    """Return the interaction, marked so that whoever answers knows which it is; so it needs no state."""
    copy = {name: value for name, value in interaction.items() if name != "providerStates"}
    copy["description"] = str(number)
    if not is_message(interaction):
        headers = interaction["request"].get("headers", {}) | {NUMBER: [str(number)]}
        copy["request"] = interaction["request"] | {"headers": headers}
    return copy


def _teller(name: str, told: Sequence[Reply], copies: Sequence[Json]) -> Provider:
    app = Flask(name)

    @app.before_request
    def answer() -> Response:
        reply = told[int(request.headers[NUMBER])]
        return Response(reply.data, reply.status, content_type=reply.content_type)

    def say(reply: Reply) -> Callable[[], Said]:
        return lambda: Said(reply.data, reply.content_type)

    messages = {str(number): say(told[number]) for number, each in enumerate(copies) if is_message(each)}
    return Provider(name, app, {}, messages)


def _quietly(contract: Path) -> Measured:
    """Pact prints thousands of failures past Python, which are all as they should be."""
    os.environ["PACT_DO_NOT_TRACK"] = "true"
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    logging.disable()
    return measured(contract)


def main() -> None:
    """Measure all contracts, write what was found, and fail if a contract is weak or too strict."""
    logging.disable()
    contracts = sorted(PACTS.glob("*.json"))
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as processes:
        found = list(processes.map(_quietly, contracts))
    write(PACTS / "README.md", found, stamp())
    complaints = [f"{each.pair} breaks by {wrong}" for each in found for wrong in each.wrongly]
    complaints += [f"{each.pair} does not catch {lie}" for each in found for lie in unexplained(each.survivors)]
    complaints += [f"{each.pair} catches too little" for each in found if each.share < LEAST]
    sys.exit("\n".join(complaints) or 0)


if __name__ == "__main__":
    main()
