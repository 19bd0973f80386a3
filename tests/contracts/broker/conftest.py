from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulators.world.serving import Port, Server
from tests.contracts.broker.app import books_of, create_app
from tests.contracts.broker.calling import BASIC, TOKEN, Served


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    port, app = Port("broker", 0), create_app(f"Bearer {TOKEN}", BASIC)
    server = Server(app, port)
    yield Served(port.url, books_of(app))
    server.stop()


@pytest.fixture
def broker(served: Served) -> Served:
    """A broker in which nothing was published yet."""
    served.books.forget()
    return served


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory in which there is nothing."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
