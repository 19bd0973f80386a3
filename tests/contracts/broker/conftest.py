from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest
from flask import Flask

from simulators.world.serving import Port, Server
from tests.contracts.broker.app import books_of, create_app
from tests.contracts.broker.ben import Ben
from tests.contracts.broker.calling import BASIC, TOKEN, Served
from tests.rooms.source import ROOT

GIT = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false"]


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


@pytest.fixture
def clone(elsewhere: Path) -> str:
    """A clone with the contracts, in which somebody is; its commit."""
    copytree(ROOT / "pacts", "pacts")
    for command in (["init", "-q", "-b", "trunk"], ["add", "."], ["commit", "-q", "-m", "Contracts"]):
        subprocess.run([*GIT, *command], check=True)
    return subprocess.run([*GIT, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture(scope="module")
def serving() -> Iterator[Ben]:
    ben, app, port = Ben(), Flask("ben"), Port("ben", 0)
    app.add_url_rule("/<path:path>", view_func=ben.answer, methods=["GET", "POST"])
    server, ben.url = Server(app, port), port.url
    yield ben
    server.stop()


@pytest.fixture
def ben(serving: Ben) -> Ben:
    serving.begin()
    return serving
