"""Pact's official client: which one, and how it is spoken to without its waiting, asking or calling home."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from sysconfig import get_path
from typing import TYPE_CHECKING

from simulators.cli.contracts.subprocesses import Missing, Outcome, run
from simulators.cli.usage import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Mapping

MISSING = (
    "Pact's official client is not installed here: pip install 'payment-flow-harness[contracts]', or name one that is "
    "by --client"
)
QUIET = {"PACT_DO_NOT_TRACK": "true", "PACT_BROKER_HTTP_RETRIES": "0", "NO_COLOR": "1"}
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
ADORNMENT = re.compile(r"^[^\w\[{(]+")


@dataclass(frozen=True)
class Client:
    """The command `pact`; or the older `pact-broker`, written in Ruby, which knows a broker but verifies nothing."""

    named: str | None
    seconds: float

    @property
    def is_older(self) -> bool:
        """Whether it is the Ruby one, whose options differ a little."""
        return Path(self.named or "").stem == "pact-broker"

    def broker(self, verb: str, *arguments: str, environ: Mapping[str, str]) -> Outcome:
        """Run one of the verbs about a broker."""
        return self._run([verb, *arguments] if self.is_older else ["broker", verb, *arguments], environ)

    def verifier(self, *arguments: str, environ: Mapping[str, str]) -> Outcome:
        """Verify a provider."""
        if self.is_older:
            raise WrongUsage(f"{self.named} is the older client, which cannot verify these contracts (V4): name `pact`")
        return self._run(["verifier", *arguments], environ)

    def _run(self, arguments: list[str], environ: Mapping[str, str]) -> Outcome:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PACT_")}
        try:
            return run([found(self.named), *arguments], seconds=self.seconds, environ=inherited | QUIET | dict(environ))
        except Missing as missing:
            raise WrongUsage(f"{MISSING}\n({missing})") from missing


def found(named: str | None) -> str:
    """Return the client that is named, or else the one that was installed with us, or else the first of the PATH."""
    beside = Path(get_path("scripts")) / "pact"
    path = named or (str(beside) if beside.exists() else shutil.which("pact"))
    if not path:
        raise WrongUsage(MISSING)
    return path


def plainly(outcome: Outcome) -> str:
    """Return what it said, each line once, without colours, adornment and the traces of its own insides."""
    lines = COLOURS.sub("", f"{outcome.err}\n{outcome.out}").splitlines()
    said = [
        ADORNMENT.sub("", line).strip() for line in lines if not re.search(r"\.rb:\d+:in|RuntimeWarning|_PATH =", line)
    ]
    return "\n".join(dict.fromkeys(line for line in said if line and not line.startswith(("WARN", "http error"))))
