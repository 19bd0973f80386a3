"""What the stand-in broker remembers: who there is, what they published, verified and deployed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.contracts.expectations import Json

UUID = "00000000-0000-4000-8000-{:012d}"


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
    about: Json = field(default_factory=dict)
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


@dataclass(frozen=True)
class Environment:
    uuid: str
    name: str
    about: Json


@dataclass
class Deployment:
    uuid: str
    version: Version
    environment: str
    instance: str | None
    is_current: bool = True


class Books:
    """All that was written down, the oldest first; a real broker begins with these two environments, too."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        self._numbers = count(1)
        self.pacticipants: dict[str, Pacticipant] = {}
        self.pacts: dict[tuple[str, str, str], Pact] = {}
        self.results: list[Result] = []
        self.environments: dict[str, Environment] = {}
        self.deployments: dict[str, Deployment] = {}
        for name in ("test", "production"):
            self.open(name, production=name == "production")

    def pacticipant(self, name: str) -> Pacticipant:
        return self.pacticipants.setdefault(name, Pacticipant(name))

    def version(self, pacticipant: str, number: str) -> Version:
        return self.pacticipant(pacticipant).versions.setdefault(number, Version(pacticipant, number))

    def publish(self, version: Version, provider: str, content: Json, *, merge: bool = False) -> Pact:
        """Write down what a version needs: the same as before, unless it is merged with that."""
        self.pacticipant(provider)
        key = (version.pacticipant, version.number, provider)
        if merge and key in self.pacts:
            content = _merged(self.pacts[key].content, content)
        pact = Pact(*key, _sha(content["interactions"]), content)
        if not merge and key in self.pacts and self.pacts[key].sha != pact.sha:
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
        good = [each for each in self.results if each.success and each.sha == pact.sha]
        return any(branch in self.version(pact.provider, each.version).branches for each in good)

    def place(self, name: str) -> str:
        """Return the id of an environment."""
        return next(each.uuid for each in self.environments.values() if each.name == name)

    def open(self, name: str, uuid: str | None = None, **about: Any) -> Environment:
        opened = Environment(uuid or self._uuid(), name, about)
        self.environments[opened.uuid] = opened
        return opened

    def deploy(self, version: Version, environment: str, instance: str | None) -> Deployment:
        """One version of a pacticipant is at a place at a time."""
        for each in self.deployed(environment, version.pacticipant):
            each.is_current = each.instance != instance
        deployed = Deployment(self._uuid(), version, environment, instance)
        self.deployments[deployed.uuid] = deployed
        return deployed

    def deployed(self, environment: str, pacticipant: str) -> list[Deployment]:
        return [
            each
            for each in self.deployments.values()
            if (each.environment, each.version.pacticipant, each.is_current) == (environment, pacticipant, True)
        ]

    def latest(self, pacticipant: str, tag: str | None = None) -> Version | None:
        versions = self.pacticipants[pacticipant].versions.values() if pacticipant in self.pacticipants else ()
        return next((each for each in reversed(versions) if tag is None or tag in each.tags), None)

    def latest_pact(self, consumer: str, provider: str) -> Pact | None:
        pair = (consumer, provider)
        return next((each for each in reversed(self.pacts.values()) if (each.consumer, each.provider) == pair), None)

    def consumers_of(self, provider: str) -> list[str]:
        return list(dict.fromkeys(each.consumer for each in self.pacts.values() if each.provider == provider))

    def _uuid(self) -> str:
        return UUID.format(next(self._numbers))


def _merged(old: Json, new: Json) -> Json:
    added = {each["description"]: each for each in [*old["interactions"], *new["interactions"]]}
    return old | {"interactions": list(added.values())}


def _sha(interactions: Any) -> str:
    return hashlib.sha1(json.dumps(interactions, sort_keys=True).encode(), usedforsecurity=False).hexdigest()
