"""Pact's older official client, in an environment of its own: being of the same name, it cannot be beside the newer.

`python -m tests.contracts.broker.older_client` makes it, or fails; the tests make it themselves, or skip.
"""

from __future__ import annotations

import fcntl
import subprocess
import sys
from pathlib import Path
from shutil import rmtree

from tests.rooms.source import ROOT

HERE = Path(__file__).parent
ENVIRONMENT = ROOT / ".pytest_cache" / "older-pact-client"
COMMAND = ENVIRONMENT / "bin" / "pact-broker"
DONE = ENVIRONMENT / "done"
MISSING = "NOT TESTED: Pact's older client, which could not be installed: {}"
INSTALL = ("install", "--quiet", "--disable-pip-version-check", "--retries", "1", "--require-hashes", "--no-deps")


def made() -> Path:
    """Return the command, after making its environment if that was not done yet; CalledProcessError if it fails."""
    ENVIRONMENT.parent.mkdir(exist_ok=True)
    with (ENVIRONMENT.parent / "older-pact-client.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # Tests run in several processes.
        if not DONE.exists():
            _make()
    return COMMAND


def _make() -> None:
    rmtree(ENVIRONMENT, ignore_errors=True)
    python, pip = ENVIRONMENT / "bin" / "python", [sys.executable, "-m", "pip"]
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", ENVIRONMENT], check=True, capture_output=True)
    install = [*pip, "--python", str(python), *INSTALL, "-r", str(HERE / "older_client.txt")]
    subprocess.run(install, check=True, capture_output=True, text=True, timeout=300)
    DONE.touch()


if __name__ == "__main__":
    made()
