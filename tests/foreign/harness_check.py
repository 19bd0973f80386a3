"""`harness check` as a team runs it, and two services to put to it: the naive one, and the one in Node."""

import os
import subprocess
import sys

from tests.foreign.service import FOLDER
from tests.rooms.source import ROOT

HARNESS = [sys.executable, "-m", "simulators.cli", "check"]
NODE = ["--command", f"node {FOLDER / 'server.js'}"]
NAIVE = ["--service", "simulators.naive.app:create_app"]


def checked(*arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    return subprocess.run([*HARNESS, *arguments], cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
