"""The contracts as files or a broker have them, of whichever of Pact's versions."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulators.kit.json_types import Json

ELSEWHERE = "name another place with --pacts"


class NotAPact(ValueError):  # noqa: N818 - says what it is
    """There is no contract, or one of a kind that is not read here."""


@dataclass(frozen=True)
class PactFile:
    """What one service needs of another, and where that was found."""

    consumer: str
    provider: str
    version: str
    interactions: list[Json]
    where: str

    @classmethod
    def of(cls, content: Any, where: str) -> PactFile:  # noqa: ANN401 - whatever was found there
        """Take a contract for one, or raise NotAPact."""
        try:
            found = content["messages"] if "messages" in content else content["interactions"]
            interactions = [dict(each) for each in found]
            return cls(content["consumer"]["name"], content["provider"]["name"], _version(content), interactions, where)
        except KeyError as lacking:
            raise NotAPact(f"{where} is no contract: it lacks {lacking}") from None
        except (TypeError, AttributeError, ValueError):
            raise NotAPact(f"{where} is no contract") from None

    @classmethod
    def parse(cls, text: str | bytes, where: str) -> PactFile:
        """Take a text for a contract, or raise NotAPact."""
        try:
            return cls.of(json.loads(text), where)
        except (json.JSONDecodeError, UnicodeDecodeError) as wrong:
            raise NotAPact(f"{where} is no contract: {wrong}") from wrong


def contracts_in(place: Path) -> list[PactFile]:
    """Return the contracts of a folder, or of one file; NotAPact if there is none."""
    files = sorted(place.glob("*.json")) if place.is_dir() else [place]
    if not files:
        raise NotAPact(f"there is no contract in {place}: {ELSEWHERE}")
    return [PactFile.parse(_content(file), str(file)) for file in files]


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as trouble:
        raise NotAPact(f"{file} cannot be read: {trouble.strerror}; {ELSEWHERE}") from trouble


def _version(content: Json) -> str:
    return str(content.get("metadata", {}).get("pactSpecification", {}).get("version", "unknown"))
