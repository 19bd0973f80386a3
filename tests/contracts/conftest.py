from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contracts.consumers.pact_recorder import PactRecorder

os.environ["PACT_DO_NOT_TRACK"] = "true"  # Pact reads it when it is first used, and would call home otherwise.


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pacts", type=Path, help="where to write the contracts, if all of their tests pass")


@pytest.fixture(scope="session")
def recorder(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[PactRecorder]:
    """Where consumer tests write; published only after a run without failures."""
    recorder = PactRecorder(tmp_path_factory.mktemp("recorder"))
    yield recorder
    target: Path | None = request.config.getoption("--pacts", None)
    if target and not request.session.testsfailed:
        recorder.publish(target)
