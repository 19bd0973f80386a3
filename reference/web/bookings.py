"""How a student books a session: our own API starts this saga."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import UnprocessableEntity

from reference.application.service import Receipt
from reference.domain.session import BookSessionInitiated
from reference.web.doors import body, doors, visible
from reference.web.problems import ParameterError
from reference.wire import LONGEST_ID, SOURCE, WireError, decode, encode

routes = Blueprint("bookings", __name__)
KEY = "Idempotency-Key"
LONGEST = 24 * 60  # Minutes.


@dataclass(frozen=True)
class SessionBooking:
    """What a student asks for; the duration is in minutes."""

    tutor_id: str
    scheduled_at: datetime
    duration: int


@routes.post("/session-bookings")
def book() -> ResponseReturnValue:
    """Start a saga; the same Idempotency-Key gets the same saga, and with another booking a 422."""
    caller = doors().gatekeeper.caller("student")
    asked: SessionBooking = decode(SessionBooking, body())
    if not 1 <= asked.duration <= LONGEST:
        raise WireError("/duration", f"must be a number of minutes from 1 to {LONGEST}")
    saga_id = _saga_id(caller.id)
    initiated = BookSessionInitiated(
        saga_id=saga_id, student_id=caller.id, session_id=saga_id.replace("saga", "session"), **vars(asked)
    )
    if doors().service.receive(SOURCE, saga_id, initiated) == Receipt.DUPLICATE:
        _refuse_another_booking(visible(saga_id, caller).saga, asked)
    return jsonify(sagaId=saga_id, statusUrl=f"/sagas/{saga_id}"), 202


def _saga_id(student_id: str) -> str:
    if KEY not in request.headers:
        return doors().new_id("saga")
    key = request.headers[KEY].strip('"')  # A bare token, as Stripe's, is as good as a quoted one.
    if not 1 <= len(key) <= LONGEST_ID:
        raise ParameterError(KEY, f"must have 1 to {LONGEST_ID} characters")
    return "saga_" + hashlib.sha256(f"{student_id}\n{key}".encode()).hexdigest()[:24]


def _refuse_another_booking(booked: Any, asked: SessionBooking) -> None:  # noqa: ANN401 - a saga of whichever flow
    same = SessionBooking(**{name: getattr(booked, name) for name in vars(asked)})
    if encode(same) != encode(asked):  # Compared as they are kept, to the millisecond.
        raise UnprocessableEntity(f"This {KEY} was used for another booking.")
