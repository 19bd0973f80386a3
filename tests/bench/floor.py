"""The floor: the least Flask code that makes the same calls and the same durable commits, and survives nothing.

No inbox, outbox, saga, deadline, version or retry; all is done inline, while the caller waits.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import requests
import stripe
from flask import Flask, Response, request
from requests.adapters import HTTPAdapter

from tests.bench.partner import SERVICE_TOKEN, WEBHOOK_SECRET

TIMEOUT = (3.05, 10)  # The same as the reference's.
TABLE = "CREATE TABLE IF NOT EXISTS sagas (saga_id TEXT PRIMARY KEY, state TEXT, body TEXT)"
START = "INSERT INTO sagas VALUES (:saga_id, :state, :body)"
MOVE = "UPDATE sagas SET state = :state WHERE saga_id = :saga_id"
stripe.enable_telemetry = False

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
            write(MOVE, saga_id=saga_id, state="COMPLETED")
            accepted.call_on_close(partial(notify, event["data"]))  # Nobody waits for a notice.
            return accepted
        write(START, saga_id=saga_id, state="VERIFYING", body=json.dumps(event["data"]))
        course = call.course(event["data"]["courseId"])
        write(MOVE, saga_id=saga_id, state="ASKING_FOR_PAYMENT")
        call.create_intent(event["data"], course["price"])
        write(MOVE, saga_id=saga_id, state="AWAITING_PAYMENT")
        return accepted

    def notify(start: dict[str, str]) -> None:
        notice = {"sagaId": start["sagaId"], "personId": start["studentId"], "kind": "CONFIRMED", "title": "Course"}
        call.learning("/commands", "SEND_NOTICE", notice)
        write(MOVE, saga_id=start["sagaId"], state="NOTIFIED")

    @app.post("/webhooks/stripe")
    def webhook() -> tuple[str, int]:
        payload = request.get_data()
        stripe.WebhookSignature.verify_header(payload.decode(), request.headers["Stripe-Signature"], WEBHOOK_SECRET)
        paid = json.loads(payload)["data"]["object"]["metadata"]
        write(MOVE, saga_id=paid["sagaId"], state="PAID")
        call.learning("/events", "PaymentSucceeded", paid)
        write(MOVE, saga_id=paid["sagaId"], state="TOLD")
        enrollment = paid | {"courseId": paid["contextId"], "studentId": f"student-{paid['sagaId']}"}
        call.learning("/commands", "CREATE_ENROLLMENT_RECORD", enrollment)
        write(MOVE, saga_id=paid["sagaId"], state="ENROLLING")
        return "", 200

    return app


class Calls:
    """What is asked of the partners, by the same clients as the reference's."""

    def __init__(self, url: str) -> None:
        self._url, self._http = url, requests.Session()
        self._http.mount("http://", HTTPAdapter(pool_maxsize=16))
        client = stripe.RequestsClient(timeout=TIMEOUT, session=self._http)
        self._stripe = stripe.StripeClient(
            "sk_test_floor", base_addresses={"api": url}, http_client=client, max_network_retries=0
        ).v1

    def course(self, course_id: str) -> Any:
        headers = {"Authorization": f"Bearer {SERVICE_TOKEN}"}
        return self._http.get(f"{self._url}/courses/{course_id}", headers=headers, timeout=TIMEOUT).json()

    def create_intent(self, saga: dict[str, str], price: dict[str, Any]) -> None:
        metadata = {"paymentId": f"pay-{saga['sagaId']}", "sagaId": saga["sagaId"], "contextId": saga["courseId"]}
        terms: Any = {
            "amount": price["amount"],
            "currency": price["currency"].lower(),
            "payment_method_types": ["card"],
            "metadata": metadata | {"paymentContext": "COURSE_ENROLLMENT"},
        }
        self._stripe.payment_intents.create(terms, {"idempotency_key": saga["sagaId"]})

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
