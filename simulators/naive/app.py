"""The naive service's doors: the same names on the wire as the reference, and none of its care."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import os
import random
from collections.abc import Mapping
from typing import Any

import requests
from flask import Blueprint, Flask, abort, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from simulators.naive import runtime
from simulators.naive.outside import Json
from simulators.naive.purchases import Purchases

log = logging.getLogger(__name__)
routes = Blueprint("naive", __name__)
SHOWN = ("sagaId", "saga", "studentId", "context", "contextId", "state", "outcome", "waitingFor", "history")


def create_app(
    environ: Mapping[str, str] | None = None,
    *,
    clock: runtime.Clock | None = None,
    randomness: random.Random | None = None,
    http: requests.Session | None = None,
) -> Flask:
    """Return the naive payment-service; it reads the same environment as the reference, and knows only SQLite."""
    environ, clock = os.environ if environ is None else environ, clock or runtime.MachineClock()
    seams = (randomness or runtime.system_randomness(), http or runtime.http_session())
    app = Flask("naive")
    purchases = Purchases(environ, clock, *seams)
    app.extensions |= {"purchases": purchases, "environ": environ, "clock": clock}
    app.extensions["background"] = runtime.Sweeper(purchases.sweep, purchases.next_due)
    app.register_blueprint(routes)
    app.register_error_handler(Exception, _answer_failure)
    return app


@routes.post("/events")
def events() -> ResponseReturnValue:
    """An event of another service; M1: whether it came before is not asked."""
    if request.headers.get("Authorization") != f"Bearer {current_app.extensions['environ']['SERVICE_TOKEN']}":
        abort(401)
    event: Json = request.get_json(force=True)
    if event["type"] == "EnrollInCourseInitiated":
        _purchases().enroll(event["data"])
    elif (act := _on(event["type"])) and (purchase := _purchases().table.find(event["data"]["sagaId"])):
        act(purchase, event["data"])
    return "", 202


@routes.post("/webhooks/stripe")
def webhook() -> ResponseReturnValue:
    """A webhook of Stripe; M9: or of somebody else; M3: and whatever comes of it, it need not be sent again."""
    event: Json = request.get_json(force=True)
    intent = event["data"]["object"]
    try:
        if (act := _on(event["type"])) and (purchase := _purchases().table.find(intent["metadata"]["sagaId"])):
            act(purchase, intent)
    except Exception as failure:  # noqa: BLE001 - "Stripe switches off endpoints that fail"
        log.info("a webhook failed: %s", failure)
    return jsonify(received=True)


@routes.post("/session-bookings")
def book() -> ResponseReturnValue:
    """A student asks for a session; M4: and by a second click for another one."""
    saga_id = _purchases().book(_person()["sub"], request.get_json(force=True))
    return jsonify(sagaId=saga_id, statusUrl=f"/sagas/{saga_id}"), 202


@routes.get("/sagas/<saga_id>")
def saga(saga_id: str) -> ResponseReturnValue:
    """How far a purchase is."""
    return jsonify(_public_view(_visible(saga_id)))


@routes.get("/sagas")
def sagas() -> ResponseReturnValue:
    """All purchases; a student sees the own ones."""
    person, everybody = _person(), _purchases().table.all()
    mine = [each for each in everybody if person["role"] != "student" or each["studentId"] == person["sub"]]
    return jsonify(items=[_public_view(each) for each in mine], nextCursor=None)


@routes.post("/sagas/<saga_id>/cancel")
def cancel(saga_id: str) -> ResponseReturnValue:
    """The student does not want it any more."""
    if (purchase := _visible(saga_id))["state"] not in ("CHECKING_AVAILABILITY", "AWAITING_PAYMENT"):
        abort(409)
    _purchases().cancel(purchase)
    return "", 202


@routes.get("/healthz")
@routes.get("/readyz")
def health() -> ResponseReturnValue:
    """It is there."""
    return "ok"


def _on(event: str) -> Any:  # noqa: ANN401 - what happens to a purchase, or None
    purchases = _purchases()
    return {
        "AvailabilityConfirmed": purchases.is_available,
        "AvailabilityRejected": purchases.is_not_available,
        "EnrollmentConfirmed": purchases.is_delivered,
        "EnrollmentRejected": purchases.is_not_enrolled,
        "SessionConfirmed": purchases.is_delivered,
        "SessionRejected": purchases.is_not_confirmed,
        "payment_intent.succeeded": purchases.is_paid,
        "payment_intent.payment_answer_failure": purchases.is_declined,
    }.get(event)


def _purchases() -> Purchases:
    purchases: Purchases = current_app.extensions["purchases"]
    return purchases


def _visible(saga_id: str) -> Json:
    person, purchase = _person(), _purchases().table.find(saga_id)
    if purchase is None or (person["role"] == "student" and person["sub"] != purchase["studentId"]):
        abort(404)
    return purchase


def _public_view(purchase: Json) -> Json:
    until = purchase["waitingUntil"] if purchase["state"] == "AWAITING_PAYMENT" else None
    payment = purchase["payment"] and dict(purchase["payment"])
    if payment and _person()["role"] != "student":
        del payment["clientSecret"]
    return {**{name: purchase[name] for name in SHOWN}, "waitingUntil": until, "payment": payment}


def _person() -> Json:
    """Return the claims of the caller's JWT."""
    head, _, signature = request.headers.get("Authorization", "").removeprefix("Bearer ").rpartition(".")
    secret = current_app.extensions["environ"]["JWT_SECRET"]
    wanted = hmac.new(secret.encode(), head.encode(), hashlib.sha256).digest()
    if not hmac.compare_digest(base64.urlsafe_b64encode(wanted).rstrip(b"="), signature.encode()):
        abort(401)
    claims: Json = json.loads(base64.urlsafe_b64decode(head.partition(".")[2] + "=="))
    if claims["exp"] < current_app.extensions["clock"].now().timestamp():
        abort(401)
    return claims


def _answer_failure(failure: Exception) -> ResponseReturnValue:
    """M3: what was done before it failed stays done."""
    if isinstance(failure, HTTPException):
        return failure
    log.info("a request failed: %s", failure)
    return "", 500
