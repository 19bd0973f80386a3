"""A neighbour under test: people call it, and a payment-service that only listens hears what it announces."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import requests
from flask import Flask
from werkzeug.test import TestResponse

from simulators.kit.http.auth import Person, token
from simulators.kit.http.cloudevents import CONTENT_TYPE, envelope
from simulators.kit.seams import Seams, seeded_seams
from simulators.kit.simulator import Simulator

SERVICE_TOKEN, JWT_SECRET = "service-token", "a-secret-that-is-long-enough-for-hs256"
START = datetime(2026, 9, 1, 9, tzinfo=UTC)
CLOUDEVENT = {"Content-Type": CONTENT_TYPE}


def race(*racers: Callable[[], object]) -> None:
    """Let all of these happen at the same time, each in a thread that gives way as often as Python lets it."""
    start, interval = Barrier(len(racers)), sys.getswitchinterval()

    def run(racer: Callable[[], object]) -> None:
        start.wait()
        racer()

    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(len(racers)) as threads:
            list(threads.map(run, racers))
    finally:
        sys.setswitchinterval(interval)


class Listener(requests.Session):
    """A payment-service that accepts (or not) whatever it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.status = 202
        self.received: list[tuple[str, dict[str, str], dict[str, Any]]] = []

    def post(self, url: str, **sent: Any) -> requests.Response:  # type: ignore[override]
        self.received.append((url, sent["headers"], json.loads(sent["data"])))
        answer = requests.Response()
        answer.status_code = self.status
        return answer


class Neighbour:
    def __init__(self, create: Callable[..., Flask], state_path: Path | None = None, **options: Any) -> None:
        self.listener = Listener()
        seams = seeded_seams(1, START)
        self.clock = seams.clock
        self.app = create(
            Seams(seams.clock, seams.randomness, self.listener),
            service_url="http://payment.test",
            service_token=SERVICE_TOKEN,
            jwt_secret=JWT_SECRET,
            state_path=state_path,
            **options,
        )
        self.simulator: Simulator = self.app.extensions["simulator"]

    def bearer(self, who: str) -> str:
        """`service`, `operator`, or a student's name."""
        if who == "service":
            return SERVICE_TOKEN
        role = who if who == "operator" else "student"
        return token(Person(who, role), JWT_SECRET, self.clock.now() + timedelta(hours=1))

    def call(self, who: str, method: str, path: str, body: object = None, **headers: str) -> TestResponse:
        known = {"Authorization": f"Bearer {self.bearer(who)}"} if who else {}
        text = body if body is None or isinstance(body, str) else json.dumps(body)
        return self.app.test_client().open(path, method=method, data=text, headers={**known, **headers})

    def done(self, who: str, method: str, path: str, body: object = None) -> dict[str, Any]:
        """Call, and return what it says; it must not refuse."""
        answer = self.call(who, method, path, body)
        assert answer.status_code < 300, answer.text
        return answer.json or {}

    def items(self, path: str, who: str = "operator") -> list[dict[str, Any]]:
        return list(self.done(who, "GET", path)["items"])

    def say(self, door: str, name: str, data: dict[str, Any], message_id: str = "m1") -> TestResponse:
        """Say something to it as the payment-service does."""
        source = "edtech.payment-service"
        text = envelope(message_id, source, name, str(data.get("sagaId")), self.clock.now(), data)
        return self.call("service", "POST", door, text, **CLOUDEVENT)

    def tell(self, door: str, name: str, data: dict[str, Any], message_id: str = "m1") -> None:
        """Say something that is accepted."""
        answer = self.say(door, name, data, message_id)
        assert answer.status_code == 202, answer.text

    def announcements(self) -> list[dict[str, Any]]:
        """Deliver what is due; returns every envelope heard so far."""
        while self.simulator.background.pump():
            pass
        return [event for _, _, event in self.listener.received]

    def outcomes(self) -> list[tuple[str, str | None]]:
        """What was announced: names, and why when rejected."""
        return [(each["type"], each["data"].get("reason")) for each in self.announcements()]

    def state(self) -> dict[str, Any]:
        """Everything it remembers."""
        return self.simulator.store.export()
