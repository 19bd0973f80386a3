"""Fixtures that every kind of test may ask for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.brokers import Brokers
from tests.postgres import MISSING, PostgresServer, has_postgres, postgres
from tests.rooms import sealed as rooms_sealed

pytest_plugins = ["simulators.check.steps", "tests.lint"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let all scenarios run in one kind of world."""
    parser.addoption("--write-tables", action="store_true", help="write the documents' generated tables anew")
    parser.addoption("--fuzz", type=int, default=0, help="ask the simulated Stripe so many random requests")
    parser.addoption("--played", type=Path, help="write anew which contracts the scenarios play, if all pass")
    parser.addoption("--seed", type=int, default=0, help="play every story from this seed")
    parser.addoption("--service", default="reference", help="run every scenario and story with this payment-service")
    worlds = ["inside", "together", "two instances", "over a broker"]
    parser.addoption("--world", choices=worlds, help="run every scenario in this world")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One server for the whole run, fast instead of durable."""
    if not has_postgres():
        pytest.skip(MISSING)
    with postgres() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """A fresh database for this test."""
    with postgres_server.database() as url:
        yield url


@pytest.fixture(scope="session")
def brokers() -> Iterator[Brokers]:
    """The message brokers of the whole run."""
    with ExitStack() as stack:
        yield Brokers(stack)


@pytest.fixture
def sealed() -> Iterator[None]:
    """Our own code may not touch the machine during this test but through the seams."""
    with rooms_sealed.sealed():
        yield
