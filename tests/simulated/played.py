"""Which interactions of the contracts a run plays: the calls that were made and the messages that were told."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import requests

from simulators.contracts.fields import Field, fields_in
from simulators.contracts.matchers import Matchers
from simulators.contracts.pact import Interaction, Pact
from simulators.contracts.parts import FORM
from simulators.contracts.rules import Exactly
from simulators.contracts.scenarios import Link
from simulators.world.inside import Inside
from simulators.world.transport import OBSERVER
from simulators.world.wsgi_call import body_of

AS_CONSUMER = {"student": "student-app", "operator": "harness"}
ENVELOPE = ("type", "source")
"""Of what is asked, only these must be the same: the rest are examples."""
TRACE = {"traceparent", "tracestate"}
"""What an envelope may have besides, in no contract: CloudEvents has receivers leave alone what they do not know."""


@dataclass(frozen=True)
class Heard:
    """One exchange that was answered, with what it held."""

    caller: str
    callee: str
    method: str
    path: str
    query: frozenset[str]
    asked: Mapping[str, Any]
    status: int
    answered: Mapping[str, Any]


class Listening:
    """Hears every exchange of a world, and keeps only which interactions it plays: bodies hold secrets."""

    def __init__(self, pacts: Iterable[Pact]) -> None:
        self._interactions = [each for pact in pacts for each in pact.interactions]
        self.played: set[Link] = set()
        self.is_over = False

    def to(self, world: Inside) -> None:
        carry = world.network.carry

        def heard(caller: str, request: requests.PreparedRequest, timeout: float | None) -> requests.Response:
            answer = carry(caller, request, timeout)
            if caller != OBSERVER and not self.is_over:
                self.hear(exchange(caller, request, answer))
            return answer

        world.network.carry = heard  # type: ignore[method-assign]

    def hear(self, heard: Heard) -> None:
        found = (each for each in self._interactions if plays(each, heard))
        self.played |= {(each.consumer, each.provider, each.description) for each in found}


def exchange(caller: str, request: requests.PreparedRequest, answer: requests.Response) -> Heard:
    url = urlsplit(str(request.url))
    return Heard(
        caller,
        str(url.hostname).removesuffix(".test"),
        request.method or "",
        url.path,
        frozenset(parse_qs(url.query)),
        flat(body_of(request), request.headers.get("Content-Type", "")),
        answer.status_code,
        flat(answer.content, answer.headers.get("Content-Type", "")),
    )


def flat(body: bytes, media: str) -> dict[str, Any]:
    """Return what a body holds, by the names that contracts give it."""
    if media.startswith(FORM):
        return dict(parse_qsl(body.decode(), keep_blank_values=True))
    if not body or "json" not in media:
        return {}
    return {field.name: field.example for field in fields_in(json.loads(body), Matchers(None))}


def plays(interaction: Interaction, heard: Heard) -> bool:
    """Whether the exchange is an example of the interaction; ids that a state was given stand for any other."""
    if not (is_party(interaction.sender, heard.caller) and is_party(interaction.receiver, heard.callee)):
        return False
    if interaction.request is None:
        return heard.status < 300 and fits(interaction, heard.asked)
    is_answered = interaction.expected["status"] == heard.status and fits(interaction, heard.answered)
    return is_answered and is_asked(interaction, heard)


def is_party(name: str, who: str) -> bool:
    """A student is heard by way of the app, an operator by way of the command."""
    return AS_CONSUMER.get(who, who) == name


def is_asked(interaction: Interaction, heard: Heard) -> bool:
    asked = interaction.request
    assert asked
    query = {field.name.removeprefix("query ") for field in asked.head if field.name.startswith("query ")}
    if asked["method"] != heard.method or query != heard.query or not is_there(interaction, heard.path):
        return False
    is_alike = shape(field.name for field in asked.body) == shape(heard.asked) - TRACE
    named = [field for field in asked.body if interaction.message and field.name in ENVELOPE]
    return is_alike and all(heard.asked[field.name] == field.example for field in named)


def is_there(interaction: Interaction, path: str) -> bool:
    assert interaction.request
    rule = next(field.rule for field in interaction.request.head if field.name == "path")
    if not isinstance(rule, Exactly):
        return rule.accepts(path)
    steps, taken = str(rule.value).split("/"), path.split("/")
    pairs = zip(steps, taken, strict=False)
    return len(steps) == len(taken) and all(_stands_for(step, at, interaction) for step, at in pairs)


def _stands_for(step: str, at: str, interaction: Interaction) -> bool:
    return step == at or step in interaction.variables or (step.isdigit() and at.isdigit())


def shape(names: Iterable[str]) -> set[str]:
    """Return which fields there are, items of a list told by one."""
    return {re.sub(r"\[\d+\]", "[]", name) for name in names}


def fits(interaction: Interaction, content: Mapping[str, Any]) -> bool:
    return all(_has(field, interaction, content) for field in interaction.expected.body)


def _has(field: Field, interaction: Interaction, content: Mapping[str, Any]) -> bool:
    place = re.compile(re.escape(field.name).replace(r"\[\]", r"\[\d+\]"))
    values = [value for name, value in content.items() if place.fullmatch(name)]
    is_variable = isinstance(field.rule, Exactly) and str(field.rule.value) in interaction.variables
    return all(is_variable or field.rule.accepts(value) for value in values) and (bool(values) or "[]" in field.name)
