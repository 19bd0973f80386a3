"""Contracts as plain nouns: pacts, their interactions and provider states."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from simulators.contracts.fields import fields_in
from simulators.contracts.matchers import Matchers
from simulators.contracts.pact_file import CALL, MESSAGE, NotAPact, PactFile, contracts_in
from simulators.contracts.parts import CLOUDEVENT, Part, message_part, request_part, response_part
from simulators.contracts.provider_state import ProviderState, states_of
from simulators.kit.json_types import Json

# Whatever a foreign file may hold where a library of Pact writes something else.
ODD = (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError)


@dataclass(frozen=True)
class Interaction:
    """One thing that a consumer needs of a provider: the response to a call, or a message."""

    consumer: str
    provider: str
    description: str
    states: tuple[ProviderState, ...]
    request: Part | None
    expected: Part

    @property
    def sender(self) -> str:
        """Who speaks first: the caller, or the message's sender."""
        return self.consumer if self.request else self.provider

    @property
    def receiver(self) -> str:
        """Who is called, or gets the message."""
        return self.provider if self.request else self.consumer

    @property
    def message(self) -> str | None:
        """The name of the event or command that travels in it, if one does."""
        carrier = self.request or self.expected
        is_envelope = carrier.media == CLOUDEVENT and isinstance(carrier.content, dict)
        name = carrier.content.get("type") if is_envelope else None
        return name if isinstance(name, str) else None

    @property
    def is_call(self) -> bool:
        """Whether it is asked by HTTP, and answered with a status."""
        return self.request is not None and self.request.has("path")

    @cached_property
    def variables(self) -> frozenset[str]:
        """Values that only stand for others: parameters of a state, or what the request holds."""
        given = (field for state in self.states for field in fields_in(dict(state.params), Matchers(None)))
        return frozenset(str(field.example) for field in (*given, *(self.request.body if self.request else ())))


@dataclass(frozen=True)
class Pact:
    """All that one consumer needs of one provider."""

    consumer: str
    provider: str
    interactions: tuple[Interaction, ...]


def read(text: str | bytes, where: str = "the contract") -> Pact:
    """Read one file's text, or raise NotAPact."""
    return read_from(PactFile.parse(text, where))


def pacts_in(place: Path) -> tuple[Pact, ...]:
    """Read every contract of a folder, by its pair, or that of a file; NotAPact if there is none."""
    return tuple(sorted(map(read_from, contracts_in(place)), key=lambda pact: (pact.consumer, pact.provider)))


def read_from(written: PactFile) -> Pact:
    """Read what a contract says, or raise NotAPact."""
    if not written.version.startswith("4"):
        raise NotAPact(f"{written.where} is written in Pact's version {written.version}: only version 4 is read here")
    interactions = tuple(_interaction(written, each) for each in written.interactions)
    return Pact(written.consumer, written.provider, interactions)


def _interaction(written: PactFile, each: Json) -> Interaction:
    try:
        return Interaction(written.consumer, written.provider, each["description"], states_of(each), *_parts(each))
    except ODD as trouble:
        raise NotAPact(f"{written.where}: {each.get('description')!r} cannot be read: {trouble!r}") from trouble


def _parts(interaction: Json) -> tuple[Part | None, Part]:
    if interaction["type"] == CALL:
        return request_part(interaction["request"]), response_part(interaction["response"])
    if interaction["type"] == MESSAGE:
        return None, message_part(interaction)
    [response] = interaction["response"]
    return message_part(interaction["request"]), message_part(response)
