"""How a student books a session: our own API starts this saga."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import UnprocessableEntity

from reference.domain.session import BookSessionInitiated
from reference.web.doors import body, doors
from reference.wire import SOURCE, WireError, decode

routes = Blueprint("bookings", __name__)
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
    doors().service.receive(SOURCE, saga_id, initiated)
    _refuse_another_booking(saga_id, asked)
    return jsonify(sagaId=saga_id, statusUrl=f"/sagas/{saga_id}"), 202


def _saga_id(student_id: str) -> str:
    key = request.headers.get("Idempotency-Key", "").strip('"')
    if not key:
        return doors().new_id("saga")
    return "saga_" + hashlib.sha256(f"{student_id}\n{key}".encode()).hexdigest()[:24]


def _refuse_another_booking(saga_id: str, asked: SessionBooking) -> None:
    view = doors().reader.saga(saga_id)
    booked: Any = view.saga if view else None
    if booked and any(getattr(booked, name) != value for name, value in vars(asked).items()):
        raise UnprocessableEntity("This Idempotency-Key was used for another booking.")
