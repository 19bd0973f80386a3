"""What the stand-in broker remembers: who there is, what they published, verified and deployed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.contracts.expectations import Json


class Changed(Exception):  # noqa: N818 - says what happened
    """A version needs something else than it said before."""


@dataclass
class Version:
    pacticipant: str
    number: str
    branches: set[str] = field(default_factory=set)
    tags: set[str] = field(default_factory=set)
    build_url: str | None = None


@dataclass
class Pacticipant:
    name: str
    versions: dict[str, Version] = field(default_factory=dict)


@dataclass(frozen=True)
class Pact:
    """What one version of a consumer needs of a provider; versions that need the same have the same `sha`."""

    consumer: str
    version: str
    provider: str
    sha: str
    content: Json


@dataclass(frozen=True)
class Result:
    """How a version of a provider did by a pact's content."""

    number: int
    consumer: str
    provider: str
    sha: str
    version: str
    success: bool


class Books:
    """All that was written down, the oldest first."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        self._numbers = count(1)
        self.pacticipants: dict[str, Pacticipant] = {}
        self.pacts: dict[tuple[str, str, str], Pact] = {}
        self.results: list[Result] = []
        self.deployed: dict[str, dict[str, str]] = {"test": {}, "production": {}}

    def pacticipant(self, name: str) -> Pacticipant:
        return self.pacticipants.setdefault(name, Pacticipant(name))

    def version(self, pacticipant: str, number: str) -> Version:
        return self.pacticipant(pacticipant).versions.setdefault(number, Version(pacticipant, number))

    def publish(self, version: Version, provider: str, content: Json) -> Pact:
        """Write down what a version needs; Changed if that is not what it needed before."""
        self.pacticipant(provider)
        key = (version.pacticipant, version.number, provider)
        pact = Pact(*key, _sha(content["interactions"]), content)
        if key in self.pacts and self.pacts[key].sha != pact.sha:
            raise Changed(f"Cannot change the content of the pact for {pact.consumer} version {pact.version}")
        self.pacts[key] = pact
        return pact

    def verified(self, pact: Pact, version: str, *, success: bool) -> Result:
        self.version(pact.provider, version)
        result = Result(next(self._numbers), pact.consumer, pact.provider, pact.sha, version, success)
        self.results.append(result)
        return result

    def was_kept(self, pact: Pact, branch: str) -> bool:
        """Whether a version on this branch of the provider ever kept it."""
        good = [each.version for each in self.results_of(pact) if each.success]
        return any(branch in self.version(pact.provider, version).branches for version in good)

    def latest_pact(self, consumer: str, provider: str) -> Pact | None:
        pair = (consumer, provider)
        return next((each for each in reversed(self.pacts.values()) if (each.consumer, each.provider) == pair), None)

    def consumers_of(self, provider: str) -> list[str]:
        return list(dict.fromkeys(each.consumer for each in self.pacts.values() if each.provider == provider))

    def results_of(self, pact: Pact) -> list[Result]:
        """Return how versions of the provider did by this, whichever version of the consumer needs it."""
        content = (pact.consumer, pact.provider, pact.sha)
        return [each for each in self.results if (each.consumer, each.provider, each.sha) == content]


def _sha(interactions: Any) -> str:
    return hashlib.sha1(json.dumps(interactions, sort_keys=True).encode(), usedforsecurity=False).hexdigest()
