"""The tutors' inbox: two commands of the payment-service, at least once and in any order."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from simulators.kit.http.messages import (
    CommandOutcome,
    MessageKind,
    decide_once,
    handle_command,
    reject_from_now_on,
    rejection,
)
from simulators.kit.http.validation import text
from simulators.kit.json_types import Json
from simulators.kit.outgoing_events import announce
from simulators.kit.simulator import simulator
from simulators.kit.storage.documents import fetch, table
from simulators.kit.time.timestamps import SLOT, span
from simulators.tutor_matching.availability import is_open
from simulators.tutor_matching.faults import RejectedAvailability
from simulators.tutor_matching.holds import FREE, RELEASED, busy_times, end, hold_slot, status
from simulators.tutor_matching.prices import price

routes = Blueprint("inbox", __name__)

REJECTED = "AvailabilityRejected"


@routes.post("/commands")
def commands() -> ResponseReturnValue:
    """CHECK_TUTOR_AVAILABILITY: decided once for each saga; RELEASE_TUTOR_SLOT ends its hold (services)."""
    return handle_command(COMMANDS)


def _check(asked: Json) -> None:
    decide_once(asked["sagaId"], lambda: _decide(asked))


def _release(asked: Json) -> None:
    """A check that was overtaken by this must not hold the slot after all."""
    end(asked["sagaId"], RELEASED)
    reject_from_now_on(REJECTED, asked["sagaId"], RELEASED)
    announce("TutorSlotReleased", asked)


def _decide(asked: Json) -> CommandOutcome:
    reason = _objection(asked)
    return rejection(REJECTED, asked["sagaId"], reason) if reason else _confirm(asked)


def _objection(asked: Json) -> str | None:
    """Return why this slot cannot be had, or None."""
    tutor_id, wanted = asked["tutorId"], span(asked)
    if (tutor := table("tutors").find(tutor_id)) is None:
        return "TUTOR_NOT_FOUND"
    if wanted.start <= simulator().seams.clock.now():
        return "IN_THE_PAST"
    if not is_open(tutor, wanted):
        return "NOT_AVAILABLE"
    if status(busy_times(tutor_id), wanted) != FREE:
        return "SLOT_TAKEN"
    return next((fault.reason for fault in simulator().faults.strike(RejectedAvailability, tutor_id)), None)


def _confirm(asked: Json) -> CommandOutcome:
    hold = hold_slot(asked, price(fetch("tutors", asked["tutorId"]), asked["duration"]))
    return CommandOutcome("AvailabilityConfirmed", {field: hold[field] for field in ("sagaId", "price", "holdUntil")})


COMMANDS = {
    "CHECK_TUTOR_AVAILABILITY": MessageKind(
        {"sagaId": text, "studentId": text, **SLOT, "sessionId": text},
        _check,
    ),
    "RELEASE_TUTOR_SLOT": MessageKind({"sagaId": text, "tutorId": text}, _release),
}
