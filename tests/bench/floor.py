"""The floor: what a careful hand-writer does with the same clients and the fewest durable commits that lose nothing.

Whoever calls gets an answer when all of it is done, and has to call again when there is none: so nothing is lost by a
crash. There is no inbox, outbox, saga, deadline, version or retry, and who is slow is waited for.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import stripe
from flask import Flask, Response, request

from reference.gateways.stripe_api import StripeApi
from reference.gateways.timeouts import TIMEOUT
from reference.runtime import PooledSession
from tests.bench.partner import SERVICE_TOKEN, WEBHOOK_SECRET

TABLE = "CREATE TABLE IF NOT EXISTS sagas (saga_id TEXT PRIMARY KEY, state TEXT, body TEXT)"
START = "INSERT INTO sagas VALUES (:saga_id, :state, :body)"
MOVE = "UPDATE sagas SET state = :state WHERE saga_id = :saga_id"

Write = Callable[..., None]


def create_floor(database_url: str, partner_url: str) -> Flask:
    """Return the floor."""
    app, call = Flask("floor"), Calls(partner_url)
    write = _sqlite(database_url) if database_url.startswith("sqlite") else _postgres(database_url)
    write(TABLE)

    @app.post("/events")
    def events() -> Response:
        accepted = Response(status=202)
        event = json.loads(request.get_data())
        saga_id = event["subject"]
        if event["type"] == "EnrollmentConfirmed":
            notify(event["data"])
            write(MOVE, saga_id=saga_id, state="COMPLETED")
            return accepted
        write(START, saga_id=saga_id, state="STARTED", body=json.dumps(event["data"]))
        course = call.course(event["data"]["courseId"])
        call.create_intent(event["data"], course["price"])
        write(MOVE, saga_id=saga_id, state="AWAITING_PAYMENT")
        return accepted

    def notify(start: dict[str, str]) -> None:
        notice = {"sagaId": start["sagaId"], "personId": start["studentId"], "kind": "CONFIRMED", "title": "Course"}
        call.learning("/commands", "SEND_NOTICE", notice)

    @app.post("/webhooks/stripe")
    def webhook() -> tuple[str, int]:
        payload = request.get_data()
        stripe.WebhookSignature.verify_header(payload.decode(), request.headers["Stripe-Signature"], WEBHOOK_SECRET)
        paid = json.loads(payload)["data"]["object"]["metadata"]
        write(MOVE, saga_id=paid["sagaId"], state="PAID")
        call.learning("/events", "PaymentSucceeded", paid)
        enrollment = paid | {"courseId": paid["contextId"], "studentId": f"student-{paid['sagaId']}"}
        call.learning("/commands", "CREATE_ENROLLMENT_RECORD", enrollment)
        return "", 200

    return app


class Calls:
    """What is asked of the partners, by the same clients as the reference's."""

    def __init__(self, url: str) -> None:
        self._url, self._http = url, PooledSession()
        self._stripe = StripeApi("sk_test_floor", url, self._http)

    def course(self, course_id: str) -> Any:
        headers = {"Authorization": f"Bearer {SERVICE_TOKEN}"}
        return self._http.get(f"{self._url}/courses/{course_id}", headers=headers, timeout=TIMEOUT).json()

    def create_intent(self, saga: dict[str, str], price: dict[str, Any]) -> None:
        metadata = {"paymentId": f"pay-{saga['sagaId']}", "sagaId": saga["sagaId"], "contextId": saga["courseId"]}
        terms: dict[str, Any] = {"payment_method_types": ["card"], "amount": price["amount"]}
        terms |= {"currency": price["currency"].lower(), "metadata": metadata | {"paymentContext": "COURSE_ENROLLMENT"}}
        self._stripe.post("payment_intents", key=saga["sagaId"], **terms)

    def learning(self, door: str, name: str, data: dict[str, str]) -> None:
        envelope = {"specversion": "1.0", "id": f"{name}-{data['sagaId']}", "source": "edtech.payment-service"}
        body = json.dumps(envelope | {"type": name, "subject": data["sagaId"], "data": data})
        headers = {"Authorization": f"Bearer {SERVICE_TOKEN}", "Content-Type": "application/cloudevents+json"}
        self._http.post(self._url + door, data=body, headers=headers, timeout=TIMEOUT).raise_for_status()


def _sqlite(url: str) -> Write:
    lines, turn = threading.local(), threading.Lock()

    def connection() -> sqlite3.Connection:
        if not hasattr(lines, "own"):
            lines.own = sqlite3.connect(Path(url.removeprefix("sqlite:///")), isolation_level=None)
            for pragma in ("journal_mode=WAL", "synchronous=FULL"):
                lines.own.execute(f"PRAGMA {pragma}")
        own: sqlite3.Connection = lines.own
        return own

    def write(statement: str, **values: str) -> None:
        own = connection()
        with turn:  # Waiting for one's turn is cheaper than asking the file again and again.
            own.execute("BEGIN IMMEDIATE")
            own.execute(statement, values)
            own.execute("COMMIT")

    return write


def _postgres(url: str) -> Write:
    lines, address = threading.local(), url.replace("+psycopg", "")

    def write(statement: str, **values: str) -> None:
        if not hasattr(lines, "own"):
            lines.own = psycopg.connect(address)
        named = statement
        for name in values:
            named = named.replace(f":{name}", f"%({name})s")
        lines.own.execute(named, values)
        lines.own.commit()

    return write
