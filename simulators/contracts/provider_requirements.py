"""What a team has to offer so that its service can be verified: the states it can be in, the messages it can say."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from simulators.contracts.pact import ODD
from simulators.contracts.pact_file import NotAPact, PactFile, is_message
from simulators.contracts.parts import content_of, media_of
from simulators.contracts.provider_state import states_of
from simulators.kit.json_types import Json

DEFAULT = "application/json"  # What a message is unless it says otherwise.
STATES = """\
States: your states URL gets POST {"state": <name>, "params": {...}} before each interaction that needs one; bring your
service there and answer 200, or 422 when you cannot (see that it begins anew: the contract's examples repeat)."""
MESSAGES = """\
Messages: your messages URL gets POST {"description": <name>, "consumer": <who needs it>}, and "request" if it is an
answer; answer 200 with the message itself, said by your real code, as the Content-Type that is given."""


@dataclass(frozen=True)
class ProviderRequirements:
    """All that consumers need of one provider."""

    provider: str
    contracts: list[PactFile]

    def by_consumer(self) -> list[ProviderRequirements]:
        """Return what each consumer requires, of those that require anything."""
        consumers = sorted({consumer for consumer, _ in self.interactions()})
        return [
            ProviderRequirements(self.provider, [each for each in self.contracts if each.consumer == consumer])
            for consumer in consumers
        ]

    def states(self) -> dict[str, list[Mapping[str, Any]]]:
        """Return the states, each with the parameters that are asked for."""
        found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for state in (state for _, each in self.interactions() for state in states_of(each)):
            found[state.name] += [state.params] if state.params not in found[state.name] else []
        return dict(sorted(found.items()))

    def messages(self) -> list[Json]:
        """Return the messages, each with an example of its contents."""
        return [
            {"description": each["description"], "consumer": contract.consumer, **_contents(contract, each)}
            for contract in self.contracts
            for each in contract.interactions
            if is_message(each)
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


def _contents(contract: PactFile, message: Json) -> Json:
    """Return an example of what the provider sends; NotAPact if it cannot be read."""
    answers = message.get("response") or [{}]
    try:
        contents = (answers[0] if "request" in message else message).get("contents")
        if "type" not in message:  # of an older specification
            contents = {"content": contents}
        return {"contentType": media_of(contents or {}) or DEFAULT, "example": content_of(contents or {})}
    except ODD as odd:
        raise NotAPact(f"{contract.where}: {message['description']!r} cannot be read: {odd!r}") from odd


def _params_text(params: list[Mapping[str, Any]]) -> str:
    return " | ".join(", ".join(f"{name}={json.dumps(value)}" for name, value in each.items()) for each in params)
