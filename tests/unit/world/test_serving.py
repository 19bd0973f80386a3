from __future__ import annotations

import os
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests
from flask import Flask

from simulators.world import serving
from simulators.world.serving import DRAIN_SECONDS, MOST_THREADS, Port, Server
from simulators.world.waiting import wait_for


def test_a_server_that_is_awake_can_be_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has just answered, say, and would do what it is told before it is woken for it."""
    server = Server(Flask("awake"), Port("awake", 0))
    trigger = server._server.trigger
    wake = trigger._physical_pull

    def woken_before() -> None:
        os.write(trigger.trigger, b"x")
        wait_for(lambda: trigger._closed, seconds=0.2)
        wake()

    monkeypatch.setattr(trigger, "_physical_pull", woken_before)
    server.stop()
    assert trigger._closed


def test_a_port_that_was_let_go_of_is_given_to_no_call_that_goes_out() -> None:
    """It is a service's, which comes a moment later, or is down for a while."""
    ports = [Port("free", 0) for _ in range(3)]
    numbers = {int(each.url.rpartition(":")[2]) for each in ports}
    for each in ports:
        each.socket.close()
    assert len(numbers) == 3
    assert not numbers & set(range(*_numbers_for_calls()))


def _numbers_for_calls() -> tuple[int, int]:
    limits = Path("/proc/sys/net/ipv4/ip_local_port_range")
    first, last = map(int, limits.read_text().split()) if limits.exists() else (49152, 65535)
    return first, last + 1


def test_who_connects_and_says_nothing_keeps_nobody_waiting() -> None:
    app, port = Flask("quiet"), Port("quiet", 0)
    app.get("/")(lambda: "here")
    server = Server(app, port)
    with ExitStack() as crowd:
        address = ("127.0.0.1", int(port.url.rpartition(":")[2]))
        silent = [crowd.enter_context(socket.create_connection(address)) for _ in range(150)]
        for each in silent[::2]:
            each.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        assert requests.get(port.url, timeout=20).text == "here"
    server.stop()


def test_health_is_told_while_every_thread_waits_for_something() -> None:
    app, port, go = Flask("busy"), Port("busy", 0), threading.Event()
    app.add_url_rule("/slow", "slow", lambda: str(go.wait()))
    app.add_url_rule("/healthz", "healthz", lambda: "alive")
    server = Server(app, port)
    with ThreadPoolExecutor(MOST_THREADS + 4) as callers:
        waiting = [callers.submit(requests.get, f"{port.url}/slow", timeout=60) for _ in range(MOST_THREADS + 4)]
        assert requests.get(f"{port.url}/healthz", timeout=20).text == "alive"
        assert not any(each.done() for each in waiting)
        go.set()
    server.stop()


def test_who_has_asked_is_answered_before_a_server_ends_and_nobody_else_is_let_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app, port, go, came = Flask("draining"), Port("draining", 0), threading.Event(), threading.Event()
    answered = threading.Event()
    monkeypatch.setattr(serving, "wait_for", lambda *waited: answered.wait(20) and wait_for(*waited))

    def slow() -> str:
        came.set()
        return str(go.wait())

    app.add_url_rule("/slow", "slow", slow)
    app.add_url_rule("/", "quick", lambda: "quick")
    server = Server(app, port)
    with requests.Session() as idle, ThreadPoolExecutor(3) as others:
        assert idle.get(port.url, timeout=20).text == "quick"  # Its connection stays open, and keeps nobody here.
        asked = others.submit(requests.get, f"{port.url}/slow", timeout=60)
        assert came.wait(20)
        draining = others.submit(server.drain)
        assert wait_for(lambda: refuses(port.url), 20)
        assert not asked.done()
        assert not draining.done()
        go.set()
        answer = asked.result()
        answered.set()
        assert (answer.text, answer.headers["Connection"]) == ("True", "close")
        draining.result(20)


def test_a_crowd_that_never_pauses_does_not_keep_a_server_from_ending() -> None:
    app, port, over = Flask("crowd"), Port("crowd", 0), threading.Event()
    app.add_url_rule("/", "quick", lambda: "quick")
    server = Server(app, port)

    def ask_on() -> int:
        answered = 0
        with requests.Session() as session:
            while not over.is_set():
                try:
                    answered += session.get(port.url, timeout=20).ok
                except requests.ConnectionError:
                    return answered
        return answered

    with ThreadPoolExecutor(5) as crowd:
        asking = [crowd.submit(ask_on) for _ in range(4)]
        wait_for(lambda: server._server.active_channels, 20)
        try:
            crowd.submit(server.drain).result(DRAIN_SECONDS / 2)
        finally:
            over.set()
        assert all(each.result() >= 0 for each in asking)


def refuses(url: str) -> bool:
    try:
        requests.get(url, timeout=1)
    except requests.ConnectionError:
        return True
    return False
