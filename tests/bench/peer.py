"""The peer: the same saga as a workflow of DBOS, over the same clients. It is installed for the bench alone.

On SQLite it asks the database for news, once a second if nobody says otherwise: here a hundred times.
"""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import stripe
from flask import Flask, request

from tests.bench.floor import Calls
from tests.bench.partner import WEBHOOK_SECRET

PEER = "dbos>=3.4,<4"
HOME = Path(sys.prefix, "bench-peer")  # Beside our libraries, which come first.
PATIENCE_SECONDS = 60


def why_missing() -> str:
    """Install it unless it is there; return why that cannot be, or an empty text."""
    if (HOME / "dbos").exists():
        return ""
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--target",
        str(HOME),
        PEER,
    ]
    found = subprocess.run(pip, capture_output=True, text=True, check=False)
    return found.stderr.strip().rpartition("\n")[2] if found.returncode else ""


def create_peer(database_url: str, partner_url: str) -> Flask:
    """Return the peer, at work."""
    sys.path.append(str(HOME))
    dbos: Any = import_module("dbos")
    engine, app, call = dbos.DBOS, Flask("peer"), Calls(partner_url)
    config = {"system_database_url": database_url.replace("+psycopg", ""), "log_level": "ERROR", "name": "peer"}
    engine(config={**config, "notification_listener_polling_interval_sec": 0.01})

    @engine.step()  # type: ignore[untyped-decorator]
    def verify(course_id: str) -> Any:
        return call.course(course_id)

    @engine.step()  # type: ignore[untyped-decorator]
    def create(start: dict[str, str], price: dict[str, Any]) -> None:
        call.create_intent(start, price)

    @engine.step()  # type: ignore[untyped-decorator]
    def learn(door: str, name: str, data: dict[str, str]) -> None:
        call.learning(door, name, data)

    @engine.workflow()  # type: ignore[untyped-decorator]
    def enroll(start: dict[str, str]) -> None:
        create(start, verify(start["courseId"])["price"])
        paid = engine.recv("paid", timeout_seconds=PATIENCE_SECONDS)
        learn("/events", "PaymentSucceeded", paid)
        learn("/commands", "CREATE_ENROLLMENT_RECORD", paid | {name: start[name] for name in ("courseId", "studentId")})
        engine.recv("confirmed", timeout_seconds=PATIENCE_SECONDS)
        notice = {"sagaId": start["sagaId"], "personId": start["studentId"], "kind": "CONFIRMED", "title": "Course"}
        learn("/commands", "SEND_NOTICE", notice)

    @app.post("/events")
    def events() -> tuple[str, int]:
        event = json.loads(request.get_data())
        if event["type"] == "EnrollmentConfirmed":
            engine.send(event["subject"], event["data"], "confirmed", idempotency_key=event["id"])
            return "", 202
        with dbos.SetWorkflowID(event["subject"]):
            engine.start_workflow(enroll, event["data"])
        return "", 202

    @app.post("/webhooks/stripe")
    def webhook() -> tuple[str, int]:
        payload = request.get_data()
        stripe.WebhookSignature.verify_header(payload.decode(), request.headers["Stripe-Signature"], WEBHOOK_SECRET)
        event = json.loads(payload)
        paid = event["data"]["object"]["metadata"]
        engine.send(paid["sagaId"], paid, "paid", idempotency_key=event["id"])
        return "", 200

    engine.launch()
    return app
