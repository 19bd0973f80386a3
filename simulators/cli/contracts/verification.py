"""Lets Pact verify a provider, and takes nothing for verified that was not looked at: Pact itself passes silence."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from flask import Flask

from simulators.cli.contracts.pact_client import pact, plain_text
from simulators.cli.contracts.provider import Provider, pact_endpoints
from simulators.cli.contracts.provider_proxy import TIMEOUT_SECONDS
from simulators.cli.contracts.source import Source
from simulators.cli.contracts.subprocesses import TookTooLong
from simulators.cli.usage import WrongUsage
from simulators.contracts.provider_requirements import ProviderRequirements
from simulators.kit.json_types import Json
from simulators.world.serving import LOOPBACK, Port, Server

PATIENCE = str(2000 * TIMEOUT_SECONDS)  # In milliseconds: the proxy gives up first, and says of what.


@dataclass(frozen=True)
class VerificationResult:
    """How each interaction went, and why some did not go well; what is pending breaks nobody's build."""

    passed: list[str]
    failed: dict[str, list[str]]
    pending: dict[str, list[str]]

    def to_json(self) -> Json:
        """Return it for a program."""
        return {"passed": self.passed, "failed": self.failed, "pending": self.pending}


def verify(
    provider: Provider, requirements: ProviderRequirements, source: Source, seconds: float
) -> VerificationResult:
    """Verify a provider by all that is required of it, which is what Pact finds at the source.

    Consumer by consumer, since two may need different messages by one description. ClickException if Pact did not look
    at everything, WrongUsage if it did not end in time.
    """
    parts = requirements.by_consumer()
    if not parts:
        raise click.ClickException("not verified: nothing was required")
    with _serve(provider.api) as api:
        results = [_verify_part(provider, part, source, api, seconds) for part in parts]
    return VerificationResult(
        [name for each in results for name in each.passed],
        {name: reasons for each in results for name, reasons in each.failed.items()},
        {name: reasons for each in results for name, reasons in each.pending.items()},
    )


def _verify_part(
    provider: Provider, requirements: ProviderRequirements, source: Source, api: str, seconds: float
) -> VerificationResult:
    consumer = requirements.contracts[0].consumer
    with _serve(pact_endpoints(provider, consumer)) as endpoints, TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        options = [
            f"--provider-name={requirements.provider}",
            f"--filter-consumer={consumer}",
            f"--hostname={LOOPBACK}",
            f"--port={api}",
            f"--transports=http:{api}",
            f"--transports=message:{endpoints}",
            f"--state-change-url=http://{LOOPBACK}:{endpoints}/state",
            f"--request-timeout={PATIENCE}",
            f"--json={report}",
            "--no-colour",
        ]
        try:
            outcome = pact("verifier", *options, *source.arguments(), seconds=seconds, environ=source.environ())
        except TookTooLong:
            raise WrongUsage(f"not verified within {seconds:g} seconds: see --timeout") from None
        if not report.exists():
            raise click.ClickException(f"Pact could not verify it:\n{plain_text(outcome)}")
        return _result(requirements, json.loads(report.read_text()))


@contextmanager
def _serve(app: Flask) -> Iterator[str]:
    port = Port("verification", 0)
    server = Server(app, port)
    try:
        yield port.url.rpartition(":")[2]
    finally:
        server.stop()


def _result(requirements: ProviderRequirements, report: Json) -> VerificationResult:
    failed, pending = (_reasons(requirements, report.get(kind) or []) for kind in ("errors", "pendingErrors"))
    verified = Counter(each["description"] for each in report.get("interactionResults") or [])
    required = Counter(each["description"] for _, each in requirements.interactions())
    if verified != required:
        left_out = ", ".join((required - verified).keys()) or "nothing"
        why = [line for reasons in failed.values() for line in reasons]
        raise click.ClickException(
            "\n".join([f"not verified: Pact did not look at everything. Left out: {left_out}", *why])
        )
    names = [_name(consumer, each) for consumer, each in requirements.interactions()]
    return VerificationResult([name for name in names if name not in failed | pending], failed, pending)


def _reasons(requirements: ProviderRequirements, errors: list[Json]) -> dict[str, list[str]]:
    return {_find_name(requirements, each["interaction"]): _mismatches(each["mismatch"]) for each in errors}


def _find_name(requirements: ProviderRequirements, sentence: str) -> str:
    """Return the name of the interaction of which Pact speaks; the sentence itself if there is none."""
    fitting = [
        (consumer, each)
        for consumer, each in requirements.interactions()
        if sentence.startswith(f"Verifying a pact between {consumer} and ")
        and sentence.endswith(f" - {each['description']}")
    ]
    return _name(*max(fitting, key=lambda each: len(each[1]["description"]))) if fitting else sentence


def _name(consumer: str, interaction: Json) -> str:
    return f"{interaction['description']} ({consumer})"


def _mismatches(mismatch: Json) -> list[str]:
    lines = [f"{each.get('path', '')} {each['mismatch']}".strip() for each in mismatch.get("mismatches", [])]
    return lines or [str(mismatch.get("message") or json.dumps(mismatch))]
