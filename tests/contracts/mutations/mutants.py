"""Tells a contract what a provider really says, or lies about it, and returns which of it the contract catches."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from flask import Flask, Response, request

from tests.contracts.expectations import Json
from tests.contracts.mutations.mutations import Lie
from tests.contracts.mutations.real_responses import Reply, interactions_of, is_message, replies
from tests.contracts.providers.local_provider import Provider, Said, broken
from tests.contracts.providers.providers import PROVIDERS
from tests.rooms.source import ROOT

PACTS = ROOT / "pacts"
NUMBER = "X-Lie"
BATCH = 100  # Pact takes the longer over each interaction the more there are.
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
    """Return of each whether the contract breaks by it; many in one verification, where each has a copy to break."""
    batches = (told[start : start + BATCH] for start in range(0, len(told), BATCH))
    return [verdict for batch in batches for verdict in _caught(contract, batch)]


def _caught(contract: Path, told: Sequence[Tried]) -> list[bool]:
    written = json.loads(contract.read_text())
    copies = [_numbered(each.interaction, number) for number, each in enumerate(told)]
    with TemporaryDirectory() as directory:
        copy = Path(directory) / contract.name
        copy.write_text(json.dumps(written | {"interactions": copies}))
        found = broken(_teller(written["provider"]["name"], [each.lie.reply for each in told], copies), copy)
    return [str(number) in found for number in range(len(told))]


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
