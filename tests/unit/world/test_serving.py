from __future__ import annotations

import os

import pytest
from flask import Flask

from simulators.world.serving import Port, Server
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
