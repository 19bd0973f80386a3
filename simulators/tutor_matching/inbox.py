"""What the payment-service says to the tutors: two commands, each at least once and in any order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

from simulators.kit.http.messages import Message, Outcome, answer, obeyed, reject_from_now_on, rejection
from simulators.kit.http.validation import text
from simulators.kit.outgoing_events import announce
from simulators.kit.simulator import simulator
from simulators.kit.storage.documents import fetched, table
from simulators.kit.time.timestamps import SLOT, span
from simulators.tutor_matching.availability import is_open
from simulators.tutor_matching.faults import RejectedAvailability
from simulators.tutor_matching.holds import FREE, RELEASED, end, keep, kept, status
from simulators.tutor_matching.tutors import price

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from simulators.kit.json_types import Json

routes = Blueprint("inbox", __name__)

REJECTED = "AvailabilityRejected"


@routes.post("/commands")
def obey() -> ResponseReturnValue:
    """CHECK_TUTOR_AVAILABILITY: decided once for each saga; RELEASE_TUTOR_SLOT ends its hold (services)."""
    return obeyed(COMMANDS)


def _check(asked: Json) -> None:
    answer(asked["sagaId"], lambda: _decided(asked))


def _release(asked: Json) -> None:
    """A check that was overtaken by this must not hold the slot after all."""
    end(asked["sagaId"], RELEASED)
    reject_from_now_on(REJECTED, asked["sagaId"], RELEASED)
    announce("TutorSlotReleased", asked)


def _decided(asked: Json) -> Outcome:
    reason = _against(asked)
    return rejection(REJECTED, asked["sagaId"], reason) if reason else _confirmed(asked)


def _against(asked: Json) -> str | None:
    """Return why this slot cannot be had, or None."""
    tutor_id, wanted = asked["tutorId"], span(asked)
    if (tutor := table("tutors").find(tutor_id)) is None:
        return "TUTOR_NOT_FOUND"
    if wanted.start <= simulator().seams.clock.now():
        return "IN_THE_PAST"
    if not is_open(tutor, wanted):
        return "NOT_AVAILABLE"
    if status(kept(tutor_id), wanted) != FREE:
        return "SLOT_TAKEN"
    return next((fault.reason for fault in simulator().faults.striking(RejectedAvailability, tutor_id)), None)


def _confirmed(asked: Json) -> Outcome:
    hold = keep(asked, price(fetched("tutors", asked["tutorId"]), asked["duration"]))
    return Outcome("AvailabilityConfirmed", {field: hold[field] for field in ("sagaId", "price", "holdUntil")})


COMMANDS = {
    "CHECK_TUTOR_AVAILABILITY": Message(
        {"sagaId": text, "studentId": text, **SLOT, "sessionId": text},
        _check,
    ),
    "RELEASE_TUTOR_SLOT": Message({"sagaId": text, "tutorId": text}, _release),
}
