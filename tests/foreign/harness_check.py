"""`harness check` as a team types it, and two services to put to it: the naive one, and the one in Node."""

import os
import subprocess
import sys

from click.testing import CliRunner

from simulators.cli import main
from tests.foreign.service import FOLDER
from tests.rooms.source import ROOT

HARNESS = [sys.executable, "-m", "simulators.cli", "check"]
NODE = ["--command", f"node {FOLDER / 'server.js'}"]
NODE_FAKED = [*NODE, "--time", "faked"]  # how its time is moved is not found out anew in each test
NAIVE = ["--service", "simulators.naive.app:create_app"]


def checked(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run it here, one case after the other: a process of its own takes longer to start than most cases take."""
    done = CliRunner(catch_exceptions=False).invoke(main, ["check", "--jobs", "1", *arguments])
    return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)


def checked_apart(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run it in a process of its own, as many cases at once as it chooses."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    return subprocess.run([*HARNESS, *arguments], cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
