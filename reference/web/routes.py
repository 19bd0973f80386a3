"""The HTTP surface. A handler only translates."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest, Conflict, NotFound, UnsupportedMediaType

from reference.application.read import Reader, SagaView
from reference.application.service import PaymentService
from reference.domain.messages import Event, ResumeRequested
from reference.gateways.stripe_webhook import NotBelievedError, StripeWebhooks
from reference.web.auth import Caller, Gatekeeper
from reference.wire import CONTENT_TYPE, decode, encode, is_storable, unwrap

routes = Blueprint("payment-service", __name__)
OPENAPI = (Path(__file__).parent / "openapi.json").read_bytes()


@dataclass(frozen=True)
class Doors:
    """What the routes lead to."""

    service: PaymentService
    reader: Reader
    webhooks: StripeWebhooks
    gatekeeper: Gatekeeper
    is_ready: Callable[[], bool]
    new_id: Callable[[str], str]


def doors() -> Doors:
    """Return what the routes of this app lead to."""
    found: Doors = current_app.extensions["doors"]
    return found


@routes.post("/events")
def events() -> ResponseReturnValue:
    """Take an event of another service; 202 means that it is durably accepted."""
    doors().gatekeeper.caller("service")
    if request.mimetype != CONTENT_TYPE:
        raise UnsupportedMediaType(f"Send {CONTENT_TYPE}.")
    envelope, event = unwrap(_json(), Event)
    doors().service.receive(envelope.source, envelope.id, event)
    return "", 202


@routes.post("/webhooks/stripe")
def stripe_webhook() -> ResponseReturnValue:
    """Believe only signed and fresh news."""
    try:
        webhook = doors().webhooks.read(request.get_data(), request.headers.get("Stripe-Signature", ""))
    except NotBelievedError as doubt:
        current_app.logger.warning("a webhook was not believed: %s", doubt)
        raise BadRequest("This webhook is not believed.") from doubt
    if webhook.news:
        doors().service.receive("stripe", webhook.event_id, webhook.news)
    else:
        doors().service.ignore("stripe", webhook.event_id, webhook.name, webhook.ignored)
    return jsonify(received=True)


@routes.get("/sagas/<saga_id>")
def saga(saga_id: str) -> ResponseReturnValue:
    """Tell how far a saga is; a student learns nothing of others."""
    caller = doors().gatekeeper.caller("student", "operator", "service")
    return jsonify(_shown(_found(saga_id, caller), caller))


@routes.post("/sagas/<saga_id>/resume")
def resume(saga_id: str) -> ResponseReturnValue:
    """Let a parked saga go on; who and why is part of its history."""
    caller = doors().gatekeeper.caller("operator")
    why = decode(ResumeBody, _json()).why
    if _found(saga_id, caller).saga.outcome != "PARKED":
        raise Conflict("Only a parked saga can be resumed.")
    asked = ResumeRequested(saga_id=saga_id, by=caller.id, why=why)
    doors().service.receive("operator", doors().new_id("resume"), asked)
    return "", 202


@routes.get("/healthz")
def healthz() -> ResponseReturnValue:
    """The process is alive; nothing else is asked."""
    return jsonify(status="ok")


@routes.get("/readyz")
def readyz() -> ResponseReturnValue:
    """Whether the database can be used as it is."""
    is_ready = doors().is_ready()
    return jsonify(database="ok" if is_ready else "unavailable"), 200 if is_ready else 503


@routes.get("/openapi.json")
def openapi() -> ResponseReturnValue:
    """Describe all this."""
    return Response(OPENAPI, content_type="application/json")


@dataclass(frozen=True)
class ResumeBody:
    """What an operator has to say."""

    why: str


def _json() -> Any:  # noqa: ANN401 - whatever was sent
    try:
        return json.loads(request.get_data())
    except (RecursionError, ValueError) as unreadable:
        raise BadRequest("The body is not JSON.") from unreadable


def _found(saga_id: str, caller: Caller) -> SagaView:
    view = doors().reader.saga(saga_id) if is_storable(saga_id) else None
    if view is None or (caller.role == "student" and view.saga.student_id != caller.id):
        raise NotFound("There is no such saga.")
    return view


def _shown(view: SagaView, caller: Caller) -> dict[str, Any]:
    saga = view.saga
    return {
        "sagaId": saga.saga_id,
        "saga": type(saga).__name__,
        "studentId": saga.student_id,
        "context": saga.context,
        "contextId": saga.context_id,
        "state": saga.state.upper(),
        "outcome": saga.outcome,
        "waitingFor": view.waiting_for,
        "waitingUntil": encode(view.waiting_until),
        "history": [{"at": encode(each.at), "text": each.text, "message": each.message} for each in saga.history],
        "payment": _payment(view, caller),
    }


def _payment(view: SagaView, caller: Caller) -> dict[str, Any] | None:
    if view.payment is None:
        return None
    shown = {
        "paymentId": view.payment.payment_id,
        "status": view.payment.status,
        "price": encode(view.payment.price),
    }
    is_owner = caller.role == "student"
    return shown | ({"clientSecret": view.payment.client_secret} if is_owner and view.payment.client_secret else {})
