"""Lets Pact verify a provider, and takes nothing for verified that was not looked at: Pact itself passes silence."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from simulators.cli.contracts.pact_client import pact, plain_text
from simulators.cli.contracts.provider_proxy import TIMEOUT_SECONDS, api, states_and_messages
from simulators.cli.contracts.subprocesses import TookTooLong
from simulators.cli.usage import WrongUsage
from simulators.world.serving import LOOPBACK, Port, Server

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flask import Flask

    from simulators.cli.contracts.provider_proxy import Service
    from simulators.contracts.provider_requirements import Wanted

Json = dict[str, Any]
PATIENCE = str(2000 * TIMEOUT_SECONDS)  # In milliseconds: the desk gives up first, and says of what.


@dataclass(frozen=True)
class Verdict:
    """How each interaction went, and why some did not go well; what is pending breaks nobody's build."""

    passed: list[str]
    failed: dict[str, list[str]]
    pending: dict[str, list[str]]

    def as_json(self) -> Json:
        """Return it for a program."""
        return {"passed": self.passed, "failed": self.failed, "pending": self.pending}


def verify(seconds: float, wanted: Wanted, service: Service, source: list[str], environ: Mapping[str, str]) -> Verdict:
    """Verify the service by all that is wanted of it, which is what Pact finds at the source."""
    with _served(api(service)) as http, _served(states_and_messages(service)) as desk, TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        options = [
            f"--provider-name={wanted.provider}",
            f"--hostname={LOOPBACK}",
            f"--port={http}",
            f"--transports=http:{http}",
            f"--transports=message:{desk}",
            f"--state-change-url=http://{LOOPBACK}:{desk}/state",
            f"--request-timeout={PATIENCE}",
            f"--json={report}",
            "--no-colour",
        ]
        try:
            outcome = pact("verifier", *options, *source, seconds=seconds, environ=environ)
        except TookTooLong:
            raise WrongUsage(f"not verified within {seconds:g} seconds: see --timeout") from None
        if not report.exists():
            raise click.ClickException(f"Pact could not verify it:\n{plain_text(outcome)}")
        return _verdict(wanted, json.loads(report.read_text()))


@contextmanager
def _served(app: Flask) -> Iterator[str]:
    port = Port("verification", 0)
    server = Server(app, port)
    try:
        yield port.url.rpartition(":")[2]
    finally:
        server.stop()


def _verdict(wanted: Wanted, report: Json) -> Verdict:
    failed, pending = (_reasons(wanted, report.get(kind) or []) for kind in ("errors", "pendingErrors"))
    seen = Counter(each["description"] for each in report.get("interactionResults") or [])
    expected = Counter(each["description"] for contract in wanted.contracts for each in contract.interactions)
    if not expected or seen != expected:
        left = ", ".join((expected - seen).keys()) or "nothing was wanted"
        why = [line for reasons in failed.values() for line in reasons]
        raise click.ClickException(
            "\n".join([f"not verified: Pact did not look at everything. Left out: {left}", *why])
        )
    names = [_name(contract.consumer, each) for contract in wanted.contracts for each in contract.interactions]
    return Verdict([name for name in names if name not in failed | pending], failed, pending)


def _reasons(wanted: Wanted, errors: list[Json]) -> dict[str, list[str]]:
    return {_which(wanted, each["interaction"]): _told(each["mismatch"]) for each in errors}


def _which(wanted: Wanted, told: str) -> str:
    """Pact names an interaction by a sentence; what cannot be found in it is told by the sentence itself."""
    for contract in wanted.contracts:
        if told.startswith(f"Verifying a pact between {contract.consumer} and "):
            fitting = [each for each in contract.interactions if told.endswith(f" - {each['description']}")]
            if fitting:
                return _name(contract.consumer, max(fitting, key=lambda each: len(each["description"])))
    return told


def _name(consumer: str, interaction: Json) -> str:
    return f"{interaction['description']} ({consumer})"


def _told(mismatch: Json) -> list[str]:
    lines = [f"{each.get('path', '')} {each['mismatch']}".strip() for each in mismatch.get("mismatches", [])]
    return lines or [str(mismatch.get("message") or json.dumps(mismatch))]
