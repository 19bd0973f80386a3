"""Session bookings: a student starts the saga through our own API."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import UnprocessableEntity

from reference.application.lists import UnreadableSaga
from reference.application.service import Receipt
from reference.domain.session import BookSessionInitiated
from reference.web.problems import ParameterError
from reference.web.services import find_saga, json_body, services
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
    caller = services().authenticator.authenticate("student")
    booking: SessionBooking = decode(SessionBooking, json_body())
    if not 1 <= booking.duration <= LONGEST:
        raise WireError("/duration", f"must be a number of minutes from 1 to {LONGEST}")
    number = _number(caller.id)
    saga_id, session_id = f"saga_{number}", f"session_{number}"
    initiated = BookSessionInitiated(saga_id=saga_id, student_id=caller.id, session_id=session_id, **vars(booking))
    if services().payments.receive(SOURCE, saga_id, initiated) == Receipt.DUPLICATE:
        _refuse_another_booking(find_saga(saga_id, caller).saga, booking)
    return jsonify(sagaId=saga_id, statusUrl=f"/sagas/{saga_id}"), HTTPStatus.ACCEPTED


def _number(student_id: str) -> str:
    """Return what the ids of saga and session have in common: the same for the same student and key."""
    if KEY not in request.headers:
        return services().new_id()
    key = request.headers[KEY].strip('"')  # A bare token, as Stripe's, is as good as a quoted one.
    if not 1 <= len(key) <= LONGEST_ID:
        raise ParameterError(KEY, f"must have 1 to {LONGEST_ID} characters")
    return hashlib.sha256(f"{student_id}\n{key}".encode()).hexdigest()[:24]


def _refuse_another_booking(saga: Any, booking: SessionBooking) -> None:  # noqa: ANN401 - a saga of whichever flow
    if isinstance(saga, UnreadableSaga):
        return  # Nobody can say what it is for.
    same = SessionBooking(**{name: getattr(saga, name) for name in vars(booking)})
    if encode(same) != encode(booking):  # Compared as they are stored, to the millisecond.
        raise UnprocessableEntity(f"This {KEY} was used for another booking.")
