"""What a provider really answers and says to a contract, without Pact: what mutations are made of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.contracts.expectations import Json
from tests.contracts.providers.local_provider import LocalProvider

Place = tuple[str | int, ...]  # In a body: names of fields, and the first item of a list.


@dataclass(frozen=True)
class Reply:
    """What a provider answers, or says: a message has no status."""

    status: int | None
    content_type: str
    body: Any

    @property
    def data(self) -> bytes:
        return b"" if self.body is None else json.dumps(self.body).encode()


def interactions_of(contract: Path) -> list[Json]:
    """Return what the contract says, each once."""
    found: list[Json] = json.loads(contract.read_text())["interactions"]
    return found


def is_message(interaction: Json) -> bool:
    return bool(interaction["type"] == "Asynchronous/Messages")


def replies_of(provider: LocalProvider, contract: Path) -> dict[str, Reply]:
    """Return the real replies by description, each in its own states."""
    return {each["description"]: _reply(provider, each) for each in interactions_of(contract)}


def expected_body(interaction: Json) -> Any:
    """Return the example of what the consumer needs of a body; None if it needs none."""
    part = interaction["contents"] if is_message(interaction) else interaction["response"].get("body", {})
    return part.get("content")


def places(body: Any, above: Place = ()) -> Iterator[Place]:
    """Yield every place in a body; of a list's items only the first, since all are alike."""
    named = body.items() if isinstance(body, dict) else enumerate(body[:1] if isinstance(body, list) else ())
    for name, value in named:
        yield (*above, name)
        yield from places(value, (*above, name))


def _reply(provider: LocalProvider, interaction: Json) -> Reply:
    for state in interaction.get("providerStates", ()):
        provider.states[state["name"]](state.get("params", {}))
    if is_message(interaction):
        said = provider.messages[interaction["description"]]()
        return Reply(None, said.content_type, json.loads(said.body))
    return _ask(provider, interaction["request"])


def _ask(provider: LocalProvider, asked: Json) -> Reply:
    answer = provider.app.test_client().open(
        asked["path"],
        method=asked["method"],
        query_string=urlencode(asked.get("query", {}), doseq=True),
        headers=[(name, value) for name, values in asked.get("headers", {}).items() for value in values],
        data=_request_body(asked.get("body", {}).get("content")),
    )
    return Reply(answer.status_code, answer.content_type or "", answer.get_json(force=True, silent=True))


def _request_body(content: Any) -> str | None:
    return content if content is None or isinstance(content, str) else json.dumps(content)
