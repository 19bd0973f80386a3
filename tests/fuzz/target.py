"""A service under fuzz: in a world of its own that has lived through two purchases, and is built anew now and then."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import requests
from werkzeug.test import Client

from simulators.stories import tomorrow
from simulators.world.inside import Inside
from simulators.world.topology import PAYMENT, STRIPE
from simulators.world.wsgi_call import body_of
from tests.fuzz.mutator import Request
from tests.fuzz.samples import control_samples, stripe_samples

KEPT = ("Authorization", "Content-Type", "Idempotency-Key", "Stripe-Signature", "Stripe-Version")
REFUSED = (400, 401, 403, 404, 405, 406, 409, 413, 415, 421, 422, 501)
REMEMBERED = ("idempotency_keys",)  # Stripe remembers a key whatever came of it


class Errors(logging.Handler):
    """What was logged that ought not to be: errors, and whatever has a traceback."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if record.levelno >= logging.ERROR or record.exc_info or "Traceback" in message:
            self.found.append(message)


class Target:
    """One service of an `Inside`, what was really sent to it, and what it remembers."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self._folder = name, folder
        self.samples: list[Request] = []
        self._number = 0
        self._world: Inside | None = None
        self.renew()
        rules = self.world.services[name].app.url_map.iter_rules()
        self.rules = sorted({(method, rule.rule) for rule in rules for method in rule.methods or ()})

    @property
    def world(self) -> Inside:
        assert self._world is not None
        return self._world

    def close(self) -> None:
        self.world.__exit__()

    def renew(self) -> None:
        """Begin anew, so that nothing that was sent before has anything to do with what comes."""
        if self._world is not None:
            self.close()
        self._number += 1
        folder = self._folder / f"{self.name}-{self._number}"
        folder.mkdir()
        self._world = Inside(folder, seed=7)
        self._database = folder / "payment.sqlite"
        if self.samples:
            self._live(self._world)
        else:
            self._listen(self._world)
            self._live(self._world)
            self.samples += self._more_samples()

    def send(self, request: Request) -> tuple[int, bool]:
        """Send it, and return the status, and whether that is a refusal: Stripe shows an intent that it has made."""
        client = Client(self.world.services[self.name], use_cookies=False)
        with client.open(
            request.path,
            base_url=f"http://{self.name}.test",
            method=request.method,
            headers=list(request.headers.items()),
            data=request.body,
        ) as answer:
            has_made = self.name == STRIPE and b'"payment_intent":' in answer.get_data()
            return answer.status_code, answer.status_code in REFUSED and not has_made

    def state(self) -> object:
        """Everything that it remembers."""
        if self.name == PAYMENT:
            return list(self._rows())
        simulator = self.world.services[self.name].app.extensions["simulator"]
        tables = simulator.store.export()
        return {name: rows for name, rows in tables.items() if name not in REMEMBERED}, simulator.faults.all()

    def rest(self) -> None:
        """Let all be done that is due, with no faults in place."""
        for service in self.world.services.values():
            if "simulator" in service.app.extensions:
                service.app.extensions["simulator"].faults.clear()
        self.world.clock.pause()
        self.world.settle()

    def _rows(self) -> Iterator[Any]:
        with closing(sqlite3.connect(self._database)) as database:
            names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
            for (name,) in names:
                yield name, database.execute(f"SELECT * FROM {name} ORDER BY rowid").fetchall()  # noqa: S608 - a table of ours

    def _more_samples(self) -> list[Request]:
        if self.name == PAYMENT:
            return []
        intent = self.world.stripe.intents()[0]["id"]
        stripe = stripe_samples(self.world.topology.credentials.stripe_key, intent) if self.name == STRIPE else []
        return [*control_samples(), *stripe]

    def _live(self, world: Inside) -> None:
        """Let students buy a course and book a session, and people look at everything."""
        world.learning.create_course("algebra")
        world.tutors.hire("grace")
        ada, bob = world.student("ada"), world.student("bob")
        purchases = [ada.enroll("algebra"), bob.book("grace", tomorrow(world), 60)]
        for student, saga_id in zip((ada, bob), purchases, strict=True):
            world.settle()
            student.pay(saga_id)
            student.saga(saga_id)
        world.settle()
        bob.cancel(bob.book("grace", tomorrow(world, 14), 30))
        world.settle()
        list(world.payment.sagas(2)), list(world.payment.payments()), world.payment.flows(), world.payment.metrics()
        list(world.operator("ada").dead_letters())

    def _listen(self, world: Inside) -> None:
        carry = world.network.carry

        def record(caller: str, request: requests.PreparedRequest, timeout: float | None) -> requests.Response:
            if str(request.url).startswith(f"http://{self.name}.test"):
                headers = {name: str(request.headers[name]) for name in KEPT if name in request.headers}
                self.samples.append(Request(str(request.method), str(request.path_url), headers, body_of(request)))
            return carry(caller, request, timeout)

        world.network.carry = record  # type: ignore[method-assign]
