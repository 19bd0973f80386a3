"""Where the contracts of a provider come from: files, or a broker, which gets the results."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

import click

from simulators.cli.contracts.broker import Broker
from simulators.cli.contracts.revision import Revision
from simulators.cli.usage import WrongUsage
from simulators.contracts.pact_file import PactFile, contracts_in
from simulators.contracts.provider_requirements import ProviderRequirements
from simulators.kit.guess import guess
from simulators.kit.json_types import Json

FOR_VERIFICATION = "/pacts/provider/{}/for-verification"


class Source(Protocol):
    """The contracts of a provider, for us and for Pact's verifier."""

    def requirements(self, provider: str) -> ProviderRequirements:
        """Return all that is required of it; ClickException or WrongUsage if that proves nothing."""
        ...

    def arguments(self) -> list[str]:
        """Return the verifier's arguments for this source."""
        ...

    def environ(self) -> dict[str, str]:
        """Return what Pact's verifier finds in its environment."""
        ...

    def must_have_arrived(self, requirements: ProviderRequirements) -> None:
        """Raise ClickException if the results had to be published and are not there."""
        ...


class FromFiles:
    """Contracts on disk, such as a checkout of this repository's."""

    def __init__(self, place: Path) -> None:
        self._contracts = contracts_in(place)

    def requirements(self, provider: str) -> ProviderRequirements:
        """Return what these files require of it; nothing may be pending."""
        known = sorted({each.provider for each in self._contracts})
        if provider not in known:
            raise WrongUsage(
                f"nobody needs anything of {provider}; they do of {', '.join(known)}{guess(provider, known)}"
            )
        self._contracts = [each for each in self._contracts if each.provider == provider]
        requirements = ProviderRequirements(provider, self._contracts)
        if not requirements.count() or requirements.pending():
            left = ", ".join(requirements.pending()) or "there is no interaction"
            raise click.ClickException(f"these files prove nothing of {provider}, what they hold is pending: {left}")
        return requirements

    def arguments(self) -> list[str]:
        """Return the files; all calls are on loopback then, without TLS, whose root certificates take long to read."""
        files = [word for each in self._contracts for word in ("--file", each.where)]
        return [*files, "--disable-ssl-verification"]

    def environ(self) -> dict[str, str]:
        """Return nothing: what is about a broker would be used."""
        return {}

    def must_have_arrived(self, requirements: ProviderRequirements) -> None:
        """Nothing is published."""


@dataclass(frozen=True)
class FromBroker:
    """The contracts of what is deployed, and of the main branches; what is new does not break a build (pending)."""

    broker: Broker
    publishes: bool
    find_revision: Callable[[], Revision]

    @cached_property
    def revision(self) -> Revision | None:
        """The version whose results are published; None if none are."""
        return self.find_revision() if self.publishes else None

    def requirements(self, provider: str) -> ProviderRequirements:
        """Return what the broker will hand out."""
        asked: Json = {"consumerVersionSelectors": self._selectors(), "includePendingStatus": bool(self._branch())}
        branch = {"providerVersionBranch": self._branch()} if self._branch() else {}
        found = self.broker.ask("POST", FOR_VERIFICATION.format(quote(provider, safe="")), json=asked | branch)
        with self.broker.understand():
            links = [each["_links"]["self"]["href"] for each in found["_embedded"]["pacts"]]
        if not links:
            raise click.ClickException(f"the broker has no contract by which to verify {provider}: is it called so?")
        return ProviderRequirements(provider, [PactFile.of(self.broker.get(link), link) for link in links])

    def arguments(self) -> list[str]:
        """Return what is asked for, and as whom the result is published."""
        asked = [word for each in self._selectors() for word in ("--consumer-version-selectors", json.dumps(each))]
        if not self.revision:
            return asked
        branch = ["--provider-branch", self._branch(), "--enable-pending"] if self._branch() else []
        tags = ["--provider-tags", ",".join(self.revision.tags)] if self.revision.tags else []
        build = ["--build-url", self.revision.build_url] if self.revision.build_url else []
        return [*asked, "--publish", "--provider-version", self.revision.version, *branch, *tags, *build]

    def environ(self) -> dict[str, str]:
        """Return where the broker is, and by what it knows us."""
        return self.broker.environ()

    def must_have_arrived(self, requirements: ProviderRequirements) -> None:
        """Pact passes even when it could not publish the results."""
        if not self.revision:
            return
        about = {"q[][pacticipant]": requirements.provider, "q[][version]": self.revision.version, "latestby": "cvpv"}
        rows = self.broker.get("/matrix", **about)["matrix"]
        known = {row["consumer"]["name"] for row in rows if row.get("verificationResult")}
        lost = sorted({each.consumer for each in requirements.contracts} - known)
        if lost:
            raise click.ClickException(f"the broker knows of no result of {self.revision} for {', '.join(lost)}")

    def _branch(self) -> str:
        return self.revision.branch if self.revision else ""

    def _selectors(self) -> list[Json]:
        matching: list[Json] = [{"matchingBranch": True}] if self._branch() else []
        return [{"mainBranch": True}, *matching, {"deployedOrReleased": True}]
