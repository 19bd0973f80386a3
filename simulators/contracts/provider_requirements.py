"""What a team has to offer so that its service can be verified: the states it can be in, the messages it can say."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from simulators.contracts.pact import states
from simulators.contracts.pact_file import PactFile
from simulators.kit.json_types import Json

STATES = """\
States: your states URL gets POST {"state": <name>, "params": {...}} before each interaction that needs one; bring your
service there and answer 200, or 422 when you cannot (see that it begins anew: the contract's examples repeat)."""
MESSAGES = """\
Messages: your messages URL gets POST {"description": <name>}; answer 200 with the message itself, said by your real
code, as the Content-Type that is given."""


@dataclass(frozen=True)
class ProviderRequirements:
    """All that consumers need of one provider."""

    provider: str
    contracts: list[PactFile]

    def states(self) -> dict[str, list[Mapping[str, Any]]]:
        """Return the states, each with the parameters that are asked for."""
        found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for state in (state for _, each in self.interactions() for state in states(each)):
            found[state.name] += [state.params] if state.params not in found[state.name] else []
        return dict(sorted(found.items()))

    def messages(self) -> list[Json]:
        """Return the messages, each with an example of its contents."""
        return [
            {"description": each["description"], "consumer": consumer, **_contents(each)}
            for consumer, each in self.interactions()
            if "request" not in each
        ]

    def pending(self) -> list[str]:
        """Return the interactions that Pact would not look at seriously."""
        return [each["description"] for _, each in self.interactions() if each.get("pending")]

    def count(self) -> int:
        """Return how many interactions there are."""
        return sum(1 for _ in self.interactions())

    def to_json(self) -> Json:
        """Return it for a program."""
        states = [{"state": name, "params": params} for name, params in self.states().items()]
        consumers = [each.consumer for each in self.contracts]
        return {"provider": self.provider, "consumers": consumers, "states": states, "messages": self.messages()}

    def text(self) -> str:
        """Return it for a person."""
        return "\n".join([f"{self.provider}, verified by {self.count()} interactions", *self._lines()])

    def _lines(self) -> Iterator[str]:
        states, messages = self.states(), self.messages()
        width = max((len(name) for name in [*states, *(each["description"] for each in messages)]), default=0)
        if states:
            yield f"\n{STATES}"
            yield from (f"  {name:<{width}}  {_params_text(params)}".rstrip() for name, params in states.items())
        if messages:
            yield f"\n{MESSAGES}"
        for each in messages:
            yield f"  {each['description']:<{width}}  {each['contentType']}, to {each['consumer']}"

    def interactions(self) -> Iterator[tuple[str, Json]]:
        """Yield each interaction with its consumer."""
        for contract in self.contracts:
            yield from ((contract.consumer, each) for each in contract.interactions)


def _contents(message: Json) -> Json:
    contents = message.get("contents")
    if not isinstance(contents, dict) or "contentType" not in contents:  # of an older specification
        contents = {"content": contents}
    return {"contentType": contents.get("contentType", "application/json"), "example": contents["content"]}


def _params_text(params: list[Mapping[str, Any]]) -> str:
    return " | ".join(", ".join(f"{name}={json.dumps(value)}" for name, value in each.items()) for each in params)
