"""A crowd of callers who say nothing, or take long, keeps nobody else waiting."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Event

import pytest
import requests
from flask import Flask

from simulators.kit.seams import real_seams
from simulators.kit.simulator import Simulator
from simulators.world.serving import Port, Server

pytestmark = pytest.mark.served
PATIENCE_SECONDS = 20  # a busy machine may take a while; whoever waits for the crowd to go waits much longer
SAID = [b"", b"G", b"GET /word HTTP/1.1\r\n", b"POST /word HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nx"]


class Crowded:
    """A simulator with a route whose answer takes until it is let go."""

    def __init__(self) -> None:
        self.port, self.let_go = Port("crowded", 0), Event()
        app = Flask("crowded")
        Simulator(app, real_seams())
        app.add_url_rule("/word", "word", lambda: "word", methods=["GET", "POST"])
        app.add_url_rule("/slow", "slow", lambda: str(self.let_go.wait(2 * PATIENCE_SECONDS)))
        self.server = Server(app, self.port)

    def get(self, path: str, seconds: float = PATIENCE_SECONDS) -> str:
        with requests.Session() as session:
            return session.get(self.port.url + path, timeout=seconds).text


@pytest.fixture
def crowded() -> Iterator[Crowded]:
    crowded = Crowded()
    yield crowded
    crowded.let_go.set()
    crowded.server.stop()


@pytest.mark.parametrize("said", SAID)
def test_a_hundred_and_more_silent_connections_keep_nobody_waiting(crowded: Crowded, said: bytes) -> None:
    host, _, port = crowded.port.url.removeprefix("http://").partition(":")
    with ExitStack() as connections:
        for _ in range(210):
            connection = connections.enter_context(socket.create_connection((host, int(port)), PATIENCE_SECONDS))
            connection.sendall(said)
        assert crowded.get("/word") == "word"
        assert crowded.get("/_sim/clock").startswith("{")


def test_calls_that_take_long_keep_nobody_waiting(crowded: Crowded) -> None:
    with ThreadPoolExecutor(60) as threads:
        slow = [threads.submit(crowded.get, "/slow", 3 * PATIENCE_SECONDS) for _ in range(60)]
        try:
            assert crowded.get("/word") == "word"
            assert crowded.get("/_sim/clock").startswith("{")
        finally:
            crowded.let_go.set()
        assert [each.result() for each in slow] == ["True"] * 60
