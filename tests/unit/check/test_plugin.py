"""The steps serve any suite that names them as their plugin: here one with a world of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FEATURE = """Feature: Time
  Scenario: Days pass
    When 3 days pass
"""
CONFTEST = """
import pytest

pytest_plugins = ["simulators.check.steps"]


class World:
    def pass_time(self, by):
        print("passed", by)


@pytest.fixture
def world():
    return World()
"""
TESTS = 'from pytest_bdd import scenarios\n\nscenarios("time.feature")\n'


def test_a_suite_elsewhere_uses_the_steps(tmp_path: Path) -> None:
    for name, text in (("time.feature", FEATURE), ("conftest.py", CONFTEST), ("test_time.py", TESTS)):
        (tmp_path / name).write_text(text)
    command = [sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", "-W", "error", "--rootdir", "."]
    outcome = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "passed 3 days, 0:00:00" in outcome.stdout
    assert "1 passed" in outcome.stdout
