"""The contracts as files, or as a broker hands them out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulators.cli.usage import WrongUsage

if TYPE_CHECKING:
    from pathlib import Path

Json = dict[str, Any]


@dataclass(frozen=True)
class Contract:
    """What one service needs of another."""

    consumer: str
    provider: str
    interactions: list[Json]
    where: str

    @classmethod
    def of(cls, content: Any, where: str) -> Contract:  # noqa: ANN401 - whatever was found there
        """Read a contract, or say that it is none."""
        try:
            interactions = content["messages"] if "messages" in content else content["interactions"]
            return cls(content["consumer"]["name"], content["provider"]["name"], interactions, where)
        except KeyError as lacking:
            raise WrongUsage(f"{where} is no contract: it lacks {lacking}") from None
        except TypeError:
            raise WrongUsage(f"{where} is no contract") from None

    def __str__(self) -> str:
        return f"{self.consumer} of {self.provider}"


def read(place: Path) -> list[Contract]:
    """Return the contracts of a folder, or of one file."""
    files = sorted(place.glob("*.json")) if place.is_dir() else [place]
    contracts = [_read(file) for file in files]
    if not contracts:
        raise WrongUsage(f"there is no contract in {place}: name their folder, or one of them, by --pacts")
    return contracts


def _read(file: Path) -> Contract:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except OSError as trouble:
        raise WrongUsage(f"{file} cannot be read: {trouble.strerror}") from trouble
    except ValueError as wrong:
        raise WrongUsage(f"{file} is no contract: {wrong}") from wrong
    return Contract.of(content, str(file))
