"""`pytest --lint`: style and types are looked at while the tests run, and told before pytest's own last line."""

from __future__ import annotations

import subprocess
from tempfile import TemporaryFile
from typing import IO

import pytest

from tests.rooms.source import ROOT

ASKED = pytest.StashKey[tuple["subprocess.Popen[bytes]", IO[bytes]]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let it be asked for."""
    parser.addoption("--lint", action="store_true", help="run `make lint` beside the tests; its failure is theirs")


def pytest_configure(config: pytest.Config) -> None:
    """Begin, in the one process that tells how all went."""
    if config.getoption("lint") and not hasattr(config, "workerinput"):
        output = TemporaryFile()  # noqa: SIM115 - it is read at the end
        lint = subprocess.Popen(["make", "lint"], cwd=ROOT, stdout=output, stderr=subprocess.STDOUT)
        config.stash[ASKED] = (lint, output)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Wait for it; tests that pass beside lint that fails are a failure."""
    if (asked := session.config.stash.get(ASKED, None)) and asked[0].wait() and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Tell what it said."""
    if asked := config.stash.get(ASKED, None):
        lint, output = asked
        terminalreporter.section(f"style and types: {'FAILED' if lint.wait() else 'well'}")
        output.seek(0)
        terminalreporter.write_line(output.read().decode(errors="replace").strip())
        output.close()
