"""Pact's files as plain nouns: who needs what of whom."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from simulators.contracts.fields import fields_in
from simulators.contracts.matchers import Matchers
from simulators.contracts.parts import CLOUDEVENT, Part, answer, asked, told
from simulators.contracts.rules import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Json = dict[str, Any]
CALL, MESSAGE = "Synchronous/HTTP", "Asynchronous/Messages"


class NotAPact(ValueError):  # noqa: N818 - says what it is
    """The file is no contract, or of a kind that is not read here."""


@dataclass(frozen=True)
class State:
    """What must be so at the provider beforehand."""

    name: str
    params: Mapping[str, Any]

    @property
    def words(self) -> str:
        """The state with what it is about: `a published course (courseId "algebra")`."""
        about = ", ".join(f"{name} {quoted(value)}" for name, value in self.params.items())
        return f"{self.name} ({about})" if about else self.name


@dataclass(frozen=True)
class Interaction:
    """One thing that a consumer needs of a provider: the answer to a call, or a message that it is told."""

    consumer: str
    provider: str
    description: str
    states: tuple[State, ...]
    asked: Part | None
    needed: Part

    @property
    def sender(self) -> str:
        """Who speaks first: who calls, or who tells."""
        return self.consumer if self.asked else self.provider

    @property
    def receiver(self) -> str:
        """Who is called, or told."""
        return self.provider if self.asked else self.consumer

    @property
    def message(self) -> str | None:
        """The name of the event or command that travels in it, if one does."""
        carrier = self.asked or self.needed
        return carrier.content.get("type") if carrier.media == CLOUDEVENT else None

    @cached_property
    def variables(self) -> frozenset[str]:
        """Values that only stand for others: a state was given them, or the consumer said them."""
        given = (field for state in self.states for field in fields_in(dict(state.params), Matchers(None)))
        return frozenset(str(field.example) for field in (*given, *(self.asked.body if self.asked else ())))


@dataclass(frozen=True)
class Pact:
    """All that one consumer needs of one provider."""

    consumer: str
    provider: str
    interactions: tuple[Interaction, ...]


def read(text: str | bytes, name: str = "the contract") -> Pact:
    """Read one file's text, or raise NotAPact."""
    try:
        written = json.loads(text)
        consumer, provider = written["consumer"]["name"], written["provider"]["name"]
        version = written["metadata"]["pactSpecification"]["version"]
        interactions = written["interactions"]
    except (ValueError, TypeError, KeyError) as trouble:
        raise NotAPact(f"{name} is no Pact file: {trouble!r}") from trouble
    if not str(version).startswith("4"):
        raise NotAPact(f"{name} is written in Pact's version {version}: only version 4 is read here")
    return Pact(consumer, provider, tuple(_interaction(consumer, provider, each, name) for each in interactions))


def pacts_in(directory: Path) -> tuple[Pact, ...]:
    """Read every contract of a directory, by its pair; NotAPact if there is none."""
    pacts = [read(path.read_bytes(), path.name) for path in directory.glob("*.json")]
    if not pacts:
        raise NotAPact(f"there are no contracts in {directory}: name another place with --pacts")
    return in_order(pacts)


def in_order(pacts: list[Pact]) -> tuple[Pact, ...]:
    """Sort contracts by their pairs."""
    return tuple(sorted(pacts, key=lambda pact: (pact.consumer, pact.provider)))


def _interaction(consumer: str, provider: str, written: Json, name: str) -> Interaction:
    try:
        states = tuple(State(each["name"], each.get("params", {})) for each in written.get("providerStates", []))
        parts = _parts(written)
    except (ValueError, TypeError, KeyError) as trouble:
        raise NotAPact(f"{name}: {written.get('description')!r} cannot be read: {trouble!r}") from trouble
    return Interaction(consumer, provider, written["description"], states, *parts)


def _parts(written: Json) -> tuple[Part | None, Part]:
    if written["type"] == CALL:
        return asked(written["request"]), answer(written["response"])
    if written["type"] == MESSAGE:
        return None, told(written)
    raise ValueError(f"interactions of the type {written['type']} are not read here")
