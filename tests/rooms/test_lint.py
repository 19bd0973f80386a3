"""Tests that pass are not enough: style and types must hold, too."""

from __future__ import annotations

import subprocess
from tempfile import TemporaryFile
from types import SimpleNamespace
from typing import Any

import pytest

from tests import lint


@pytest.mark.parametrize(("command", "tests", "all_in_all"), [("true", 0, 0), ("false", 0, 1), ("true", 1, 1)])
def test_lint_that_fails_makes_the_run_fail(command: str, tests: int, all_in_all: int) -> None:
    with TemporaryFile() as output:
        stash = pytest.Stash()
        stash[lint.ASKED] = (subprocess.Popen([command]), output)
        session: Any = SimpleNamespace(config=SimpleNamespace(stash=stash), exitstatus=tests)
        lint.pytest_sessionfinish(session)
    assert session.exitstatus == all_in_all


def test_only_one_process_of_many_asks_for_it() -> None:
    worker: Any = SimpleNamespace(getoption=lambda _: True, workerinput={}, stash=pytest.Stash())
    lint.pytest_configure(worker)
    assert lint.ASKED not in worker.stash
