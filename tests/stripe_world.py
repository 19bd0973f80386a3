"""A simulated Stripe that listens on loopback, for tests that drive it with the official libraries."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import requests
import stripe
from flask import Flask, Response, request

from simulators.kit.seams import Clock, seeded_seams
from simulators.stripe.app import create_app
from simulators.world.local_session import LocalSession
from simulators.world.serving import Port, Server
from simulators.world.shared_routes import share_routes
from simulators.world.wsgi_call import call

SECRET = "whsec_of_the_tests"

stripe.enable_telemetry = False
share_routes()


class Webhook(NamedTuple):
    body: bytes
    signature: str
    event: dict[str, Any]


class Receiver:
    """An endpoint that keeps what it gets, and answers as told."""

    def __init__(self) -> None:
        self.got: list[Webhook] = []
        self.answer = 200
        self.free = threading.Event()
        self.free.set()
        self.app = Flask("receiver")
        self.app.post("/hook")(self._hear)

    def _hear(self) -> Response:
        self.free.wait(10)
        self.got.append(Webhook(request.get_data(), request.headers.get("Stripe-Signature", ""), request.get_json()))
        return Response(status=self.answer)

    def hangs(self) -> None:
        """Answer nobody until `free` is set."""
        self.free.clear()

    def names(self) -> list[str]:
        return [webhook.event["type"] for webhook in self.got]


class World(NamedTuple):
    """A simulated Stripe that listens on loopback, whose clock stands still and whose background is pumped by hand."""

    url: str
    clock: Clock
    app: Flask
    receiver: Receiver
    http: requests.Session

    def client(self, key: str = "sk_test_of_the_tests", **options: Any) -> stripe.StripeClient:
        http = stripe.RequestsClient(session=self.http)
        return stripe.StripeClient(key, base_addresses={"api": self.url}, http_client=http, **options)

    def plant(self, fault: str, **parameters: Any) -> None:
        assert self.http.post(f"{self.url}/_sim/faults/{fault}", json=parameters).status_code == 201

    def settle(self, by: timedelta = timedelta(0)) -> None:
        """Do what is due now, and once so much time has passed."""
        self._pump()
        self.clock.advance(by)
        self._pump()

    def _pump(self) -> None:
        while self.app.extensions["background"].pump():
            pass


@contextmanager
def listening() -> Iterator[tuple[Receiver, str]]:
    """Serve one more receiver, and lend it with its URL."""
    receiver, port = Receiver(), Port("receiver", 0)
    server = Server(receiver.app, port)
    yield receiver, f"{port.url}/hook"
    receiver.free.set()
    server.stop()


@contextmanager
def stripe_in_process() -> Iterator[World]:
    """Lend a Stripe and a receiver of its webhooks without sockets or threads."""
    receiver, apps = Receiver(), dict[str, Flask]()

    def carry(request: requests.PreparedRequest, _: float | None) -> requests.Response:
        host = urlsplit(str(request.url)).netloc
        if host not in apps:
            raise requests.ConnectionError(f"nobody is at {host}", request=request)
        return call(apps[host], request)

    with LocalSession(carry) as http:
        seams = replace(seeded_seams(7, datetime(2026, 1, 1, tzinfo=UTC)), http=http)
        app = create_app(seams, webhook_url="http://127.0.0.1:2/hook", webhook_secret=SECRET)
        apps |= {"127.0.0.1:1": app, "127.0.0.1:2": receiver.app}
        yield World("http://127.0.0.1:1", seams.clock, app, receiver, http)
    app.extensions["simulator"].close()


@contextmanager
def stripe_world() -> Iterator[World]:
    """Serve a Stripe and a receiver of its webhooks; sockets and threads end with the block."""
    seams, receiver = seeded_seams(7, datetime(2026, 1, 1, tzinfo=UTC)), Receiver()
    hook, api = Port("receiver", 0), Port("stripe", 0)
    app = create_app(seams, webhook_url=f"{hook.url}/hook", webhook_secret=SECRET)
    servers = [Server(receiver.app, hook), Server(app, api)]
    with seams.http, requests.Session() as http:
        yield World(api.url, seams.clock, app, receiver, http)
    for server in servers:
        server.stop()
