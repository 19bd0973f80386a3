"""What people see of sagas and payments, and how they move them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden

from reference.application.lists import Filter
from reference.application.read import SagaView
from reference.domain.messages import CancelRequested, ResumeRequested
from reference.domain.payment import Payment
from reference.domain.payment_messages import PaymentContext
from reference.domain.payment_status import PaymentStatus
from reference.web.auth import Caller
from reference.web.doors import act, asked, body, doors, page_asked, visible
from reference.wire import decode, encode

routes = Blueprint("sagas", __name__)
ANYBODY = ("student", "operator", "service")


@dataclass(frozen=True)
class Why:
    """What an operator has to say."""

    why: str


@routes.get("/sagas/<saga_id>")
def saga(saga_id: str) -> ResponseReturnValue:
    """Tell how far a saga is; a student learns nothing of others."""
    caller = doors().gatekeeper.caller(*ANYBODY)
    return jsonify(_shown(visible(saga_id, caller), caller))


@routes.get("/sagas")
def sagas() -> ResponseReturnValue:
    """List sagas, newest first; a student sees only their own."""
    caller = doors().gatekeeper.caller(*ANYBODY)
    found = doors().reader.sagas(_filter(caller, doors().states), page_asked())
    return jsonify(items=[_shown(view, caller) for view in found.items], nextCursor=found.next_cursor)


@routes.get("/payments")
def payments() -> ResponseReturnValue:
    """List payments, newest first; a student sees only their own."""
    caller = doors().gatekeeper.caller(*ANYBODY)
    found = doors().reader.payments(_filter(caller, set(PaymentStatus)), page_asked())
    return jsonify(items=[_payment(each, caller) for each in found.items], nextCursor=found.next_cursor)


@routes.post("/sagas/<saga_id>/cancel")
def cancel(saga_id: str) -> ResponseReturnValue:
    """Let the student change their mind, unless it is too late; a payment under way may still win."""
    caller = doors().gatekeeper.caller("student")
    visible(saga_id, caller)
    act(caller, CancelRequested(saga_id=saga_id, by=caller.id))
    return "", 202


@routes.post("/sagas/<saga_id>/resume")
def resume(saga_id: str) -> ResponseReturnValue:
    """Let a parked saga go on; who and why is part of its history."""
    caller = doors().gatekeeper.caller("operator")
    why = decode(Why, body()).why
    visible(saga_id, caller)
    act(caller, ResumeRequested(saga_id=saga_id, by=caller.id, why=why))
    return "", 202


def _filter(caller: Caller, states: Collection[str]) -> Filter:
    student = asked("student")
    if caller.role == "student" and student not in ("", caller.id):
        raise Forbidden("Students see only their own.")
    return Filter(
        student_id=caller.id if caller.role == "student" else student,
        context=asked("context", set(PaymentContext)),
        context_id=asked("contextId"),
        state=asked("state", states),
    )


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
        "waitingFor": saga.waiting_for,
        "waitingUntil": encode(view.waiting_until),
        "nextStep": view.next_step,
        "history": [{"at": encode(each.at), "text": each.text, "message": each.message} for each in saga.history],
        "payment": _payment(view.payment, caller) if view.payment else None,
    }


def _payment(payment: Payment, caller: Caller) -> dict[str, Any]:
    shown = {
        "paymentId": payment.payment_id,
        "sagaId": payment.saga_id,
        "context": payment.context,
        "contextId": payment.context_id,
        "status": payment.status,
        "price": encode(payment.price),
        "disputes": payment.disputes,
    }
    # A student reaches only their own payments, so a student is the owner.
    secret = payment.client_secret if caller.role == "student" else None
    return shown | ({"clientSecret": secret} if secret else {})
