"""Contracts as files or a broker have them, of whichever of Pact's versions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulators.contracts.provider_state import NotAState, states_of
from simulators.kit.json_types import Json

ELSEWHERE = "name another place with --pacts"
CALL, MESSAGE, ANSWERED_MESSAGE = TYPES = ("Synchronous/HTTP", "Asynchronous/Messages", "Synchronous/Messages")


class NotAPact(ValueError):  # noqa: N818 - says what it is
    """There is no contract, or one of a kind that is not read here."""


@dataclass(frozen=True)
class PactFile:
    """What one service needs of another, and where that was found. Each interaction has a name and readable states."""

    consumer: str
    provider: str
    version: str
    interactions: list[Json]
    where: str

    @classmethod
    def of(cls, content: Any, where: str) -> PactFile:  # noqa: ANN401 - whatever was found there
        """Take a contract for one, or raise NotAPact."""
        try:
            version = _version(content)
            interactions = list(_interactions(content, version))
            return cls(_party(content, "consumer"), _party(content, "provider"), version, interactions, where)
        except KeyError as lacking:
            raise NotAPact(f"{where} is no contract: it lacks {lacking}") from None
        except (TypeError, AttributeError):
            raise NotAPact(f"{where} is no contract") from None
        except ValueError as why:
            raise NotAPact(f"{where} is no contract: {why}") from None

    @classmethod
    def parse(cls, text: str | bytes, where: str) -> PactFile:
        """Take a text for a contract, or raise NotAPact."""
        try:
            content = json.loads(text)
        except (ValueError, RecursionError) as wrong:
            raise NotAPact(f"{where} is no contract: {wrong}") from wrong
        return cls.of(content, where)


def contracts_in(place: Path) -> list[PactFile]:
    """Return the contracts of a folder, or of one file; NotAPact if there is none."""
    files = sorted(place.glob("*.json")) if place.is_dir() else [place]
    if not files:
        raise NotAPact(f"there is no contract in {place}: {ELSEWHERE}")
    return [PactFile.parse(_content(file), str(file)) for file in files]


def is_message(interaction: Json) -> bool:
    """Whether a provider sends it, answered or not, instead of answering a call; older versions give no types."""
    return bool(interaction.get("type", CALL if "request" in interaction else MESSAGE) != CALL)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as trouble:
        raise NotAPact(f"{file} cannot be read: {trouble.strerror}; {ELSEWHERE}") from trouble


def _version(content: Json) -> str:
    return str(content.get("metadata", {}).get("pactSpecification", {}).get("version", "unknown"))


def _party(content: Json, role: str) -> str:
    name = content[role]["name"]
    if not name or not isinstance(name, str):
        raise NotAPact(f"its {role} has no name")
    return name


def _interactions(content: Json, version: str) -> Iterator[Json]:
    """Yield the interactions, seeing that each can be verified and named."""
    if "messages" in content and "interactions" in content:
        raise NotAPact("it holds both messages and interactions, of which Pact takes the messages alone")
    _must_be_writable(content)
    for number, each in enumerate(content["messages" if "messages" in content else "interactions"], start=1):
        if not isinstance(each, dict):
            raise NotAPact(f"interaction {number} is no object")
        if not isinstance(each.get("description"), str):
            raise NotAPact(f"interaction {number} has no description")
        try:
            states_of(each)
        except NotAState as odd:
            raise NotAPact(f"{each['description']!r} {odd}") from odd
        if version.startswith("4") and each.get("type") not in TYPES:
            raise NotAPact(f"{each['description']!r} has no type that Pact's version 4 knows")
        yield each


def _must_be_writable(content: Json) -> None:
    try:
        json.dumps(content, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise NotAPact("it holds half a character") from None
