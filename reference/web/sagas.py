"""The sagas and payments that people see, and how people move them."""

from __future__ import annotations

from collections.abc import Collection
from http import HTTPStatus
from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden

from reference.application.lists import AnyPayment, Filter, UnreadablePayment, UnreadableSaga
from reference.application.saga_view import SagaView, view_sagas
from reference.domain.messages import CancelRequested, ResumeRequested
from reference.domain.payment_context import PaymentContext
from reference.domain.payment_status import PaymentStatus
from reference.sagas.paid_saga import PaidSaga
from reference.web.auth import Caller
from reference.web.services import (
    act,
    find_saga,
    query_parameter,
    reason_given,
    requested_page,
    services,
    without_secrets,
)
from reference.wire import encode

routes = Blueprint("sagas", __name__)
ANYBODY = ("student", "operator", "service")


@routes.get("/sagas/<saga_id>")
def saga(saga_id: str) -> ResponseReturnValue:
    """Show how far a saga is; a student learns nothing of others."""
    caller = services().authenticator.authenticate(*ANYBODY)
    return jsonify(_public_view(find_saga(saga_id, caller), caller))


@routes.get("/sagas")
def sagas() -> ResponseReturnValue:
    """List sagas, newest first; a student sees only their own."""
    caller = services().authenticator.authenticate(*ANYBODY)
    states = {state.name.upper() for kind in services().sagas for state in kind.STATES}
    with services().reading() as unit:
        found = view_sagas(unit, _filter(caller, states), requested_page())
    return jsonify(items=[_public_view(view, caller) for view in found.items], nextCursor=found.next_cursor)


@routes.get("/payments")
def payments() -> ResponseReturnValue:
    """List payments, newest first; a student sees only their own."""
    caller = services().authenticator.authenticate(*ANYBODY)
    with services().reading() as unit:
        found = unit.lists.payments(_filter(caller, set(PaymentStatus)), requested_page())
    return jsonify(items=[_payment_view(each, caller) for each in found.items], nextCursor=found.next_cursor)


@routes.post("/sagas/<saga_id>/cancel")
def cancel(saga_id: str) -> ResponseReturnValue:
    """Let the student change their mind, unless it is too late; a payment under way may still win."""
    caller = services().authenticator.authenticate("student")
    find_saga(saga_id, caller)
    act(caller, CancelRequested(saga_id=saga_id, by=caller.id))
    return "", HTTPStatus.ACCEPTED


@routes.post("/sagas/<saga_id>/resume")
def resume(saga_id: str) -> ResponseReturnValue:
    """Let a parked saga go on; who and why is part of its history."""
    caller = services().authenticator.authenticate("operator")
    why = reason_given()
    find_saga(saga_id, caller)
    act(caller, ResumeRequested(saga_id=saga_id, by=caller.id, why=why))
    return "", HTTPStatus.ACCEPTED


def _filter(caller: Caller, states: Collection[str]) -> Filter:
    student = query_parameter("student")
    if caller.role == "student" and student not in (None, caller.id):
        raise Forbidden("Students see only their own.")
    return Filter(
        student_id=caller.id if caller.role == "student" else student,
        context=query_parameter("context", set(PaymentContext)),
        context_id=query_parameter("contextId"),
        state=query_parameter("state", states),
    )


def _public_view(view: SagaView, caller: Caller) -> dict[str, Any]:
    saga = view.saga
    return {
        "sagaId": saga.saga_id,
        "studentId": saga.student_id,
        "context": saga.context,
        "contextId": saga.context_id,
        "state": saga.state.upper(),
        "outcome": saga.outcome,
        "waitingFor": view.waiting_for,
        "waitingUntil": encode(view.waiting_until),
        "nextStep": view.next_step,
        "payment": _payment_view(view.payment, caller) if view.payment else None,
        **(_unreadable_saga(saga, caller) if isinstance(saga, UnreadableSaga) else _readable_saga(saga)),
    }


def _readable_saga(saga: PaidSaga) -> dict[str, Any]:
    history = [{"at": encode(each.at), "text": each.text, "message": each.message} for each in saga.history]
    return {"saga": type(saga).__name__, "history": history}


def _unreadable_saga(saga: UnreadableSaga, caller: Caller) -> dict[str, Any]:
    return {"saga": saga.saga, "history": [], **_unreadable_part(saga, caller)}


def _payment_view(payment: AnyPayment, caller: Caller) -> dict[str, Any]:
    view: dict[str, Any] = {
        "paymentId": payment.payment_id,
        "sagaId": payment.saga_id,
        "context": payment.context,
        "contextId": payment.context_id,
        "status": payment.status,
    }
    if isinstance(payment, UnreadablePayment):
        return view | _unreadable_part(payment, caller)
    view |= {"price": encode(payment.price), "disputes": payment.disputes}
    view |= {"disputedAmounts": encode(payment.disputed_amounts)} if payment.disputes else {}
    # A student reaches only their own payments, so a student is the owner.
    secret = payment.client_secret if caller.role == "student" else None
    return view | ({"clientSecret": secret} if secret else {})


def _unreadable_part(record: UnreadableSaga | UnreadablePayment, caller: Caller) -> dict[str, Any]:
    stored = {"stored": without_secrets(record.stored)} if caller.role == "operator" else {}
    return {"unreadable": record.reason, **stored}
