"""Mutants: real responses of a provider, each mutated in one way; and which of them a contract catches."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from flask import Flask, Response, request

from simulators.cli.contracts.provider import Content
from tests.contracts.expectations import Json
from tests.contracts.mutations.mutations import Mutation
from tests.contracts.mutations.real_responses import Reply, interactions_of, is_message, replies_of
from tests.contracts.providers.local_provider import LocalProvider, broken_interactions
from tests.contracts.providers.providers import PROVIDERS
from tests.rooms.source import ROOT

PACTS = ROOT / "pacts"
NUMBER = "X-Mutation"
BATCH = 100  # Pact takes the longer over each interaction the more there are.
Mutate = Callable[[Json, Reply], Iterator[Mutation]]


class Mutant(NamedTuple):
    """One reply to one interaction."""

    interaction: Json
    mutation: Mutation

    def __str__(self) -> str:
        return f"{self.interaction['description']}: {self.mutation}"


@cache
def real_responses(contract: Path) -> dict[str, Reply]:
    """Return what the real provider answers and says, by description."""
    with TemporaryDirectory() as directory:
        return replies_of(PROVIDERS[contract.name](Path(directory)), contract)


def unchanged(_: Json, known: Reply) -> Iterator[Mutation]:
    """Yield what is no mutation: whoever takes it for one catches nothing."""
    yield Mutation("as it is", "", known)


def mutants(contract: Path, mutate: Mutate) -> list[Mutant]:
    """Return the real replies, each bent in every way."""
    known = real_responses(contract)
    return [
        Mutant(each, mutation)
        for each in interactions_of(contract)
        for mutation in mutate(each, known[each["description"]])
    ]


def are_caught(contract: Path, found: Sequence[Mutant]) -> list[bool]:
    """Return of each whether the contract breaks by it; many in one verification, where each has a copy to break."""
    batches = (found[start : start + BATCH] for start in range(0, len(found), BATCH))
    return [is_caught for batch in batches for is_caught in _are_caught(contract, batch)]


def _are_caught(contract: Path, batch: Sequence[Mutant]) -> list[bool]:
    written = json.loads(contract.read_text())
    copies = [_copy_with_number(each.interaction, number) for number, each in enumerate(batch)]
    with TemporaryDirectory() as directory:
        copy = Path(directory) / contract.name
        copy.write_text(json.dumps(written | {"interactions": copies}))
        provider = _provider_of(written["provider"]["name"], [each.mutation.reply for each in batch], copies)
        broken = broken_interactions(provider, copy)
    return [str(number) in broken for number in range(len(batch))]


def _copy_with_number(interaction: Json, number: int) -> Json:
    """Return the interaction, marked so that whoever answers knows which it is; so it needs no state."""
    copy = {name: value for name, value in interaction.items() if name != "providerStates"}
    copy["description"] = str(number)
    if not is_message(interaction):
        headers = interaction["request"].get("headers", {}) | {NUMBER: [str(number)]}
        copy["request"] = interaction["request"] | {"headers": headers}
    return copy


def _provider_of(name: str, replies: Sequence[Reply], copies: Sequence[Json]) -> LocalProvider:
    app = Flask(name)

    @app.before_request
    def answer() -> Response:
        reply = replies[int(request.headers[NUMBER])]
        return Response(reply.data, reply.status, content_type=reply.content_type)

    def say(reply: Reply) -> Callable[[], Content]:
        return lambda: Content(reply.data, reply.content_type)

    messages = {str(number): say(replies[number]) for number, each in enumerate(copies) if is_message(each)}
    return LocalProvider(name, app, {}, messages)
