"""Pact's official client, the command `pact`: where it is, and how to run it quietly."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from sysconfig import get_path

from simulators.cli.contracts.subprocesses import Missing, ProcessResult, run
from simulators.cli.usage import WrongUsage

MISSING = "Pact's official client is not installed here: pip install 'payment-flow-harness[contracts]'"
QUIET = {"PACT_DO_NOT_TRACK": "true", "PACT_BROKER_HTTP_RETRIES": "0", "NO_COLOR": "1"}
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
ADORNMENT = re.compile(r"^[^\w\[{(]+")


def pact(*arguments: str, seconds: float, environ: Mapping[str, str]) -> ProcessResult:
    """Run Pact's client; TookTooLong if it does not end in time, WrongUsage if there is none."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PACT_")}
    try:
        return run([_client(), *arguments], seconds=seconds, environ=inherited | QUIET | dict(environ))
    except Missing as missing:
        raise WrongUsage(f"{MISSING}\n({missing})") from missing


def plain_text(outcome: ProcessResult) -> str:
    """Return what the client wrote, each line once, without colours, adornment and warnings."""
    lines = COLOURS.sub("", f"{outcome.err}\n{outcome.out}").splitlines()
    texts = [ADORNMENT.sub("", line).strip() for line in lines]
    return "\n".join(dict.fromkeys(line for line in texts if line and not line.startswith(("WARN", "http error"))))


def _client() -> str:
    """Return the client that was installed with us, or else the first of the PATH."""
    beside = Path(get_path("scripts")) / "pact"
    path = str(beside) if beside.exists() else shutil.which("pact")
    if not path:
        raise WrongUsage(MISSING)
    return path
