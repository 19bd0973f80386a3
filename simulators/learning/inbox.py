"""The school's inbox: one command and three events of the payment-service, at least once and in any order."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from simulators.kit.http.messages import (
    CommandOutcome,
    MessageKind,
    decide_once,
    handle_command,
    handle_event,
    payment_events,
    reject_from_now_on,
    rejection,
)
from simulators.kit.http.validation import text
from simulators.kit.json_types import Json
from simulators.kit.simulator import simulator
from simulators.kit.storage.documents import fresh_id, now, table
from simulators.learning.enrollments import find_enrollment
from simulators.learning.faults import RejectedEnrollment

routes = Blueprint("inbox", __name__)

REJECTED = "EnrollmentRejected"


@routes.post("/commands")
def commands() -> ResponseReturnValue:
    """CREATE_ENROLLMENT_RECORD: decided once for each saga, announced each time it is asked (services)."""
    return handle_command(COMMANDS)


@routes.post("/events")
def events() -> ResponseReturnValue:
    """PaymentSucceeded, PaymentFailed and PaymentRefunded; the last takes the enrollment back (services)."""
    return handle_event(EVENTS)


def _create_record(asked: Json) -> None:
    decide_once(asked["sagaId"], lambda: _decide(asked))


def _decide(asked: Json) -> CommandOutcome:
    reason = _objection(asked["studentId"], asked["courseId"])
    return rejection(REJECTED, asked["sagaId"], reason) if reason else _confirm(asked)


def _objection(student_id: str, course_id: str) -> str | None:
    """Return why this student cannot have this course, or None."""
    if (course := table("courses").find(course_id)) is None:
        return "COURSE_NOT_FOUND"
    if not course["isPublished"]:
        return "COURSE_NOT_PUBLISHED"
    if find_enrollment(student_id, course_id):
        return "ALREADY_ENROLLED"
    return next((fault.reason for fault in simulator().faults.strike(RejectedEnrollment, course_id)), None)


def _confirm(asked: Json) -> CommandOutcome:
    enrollment_id = fresh_id("enr")
    record = {"id": enrollment_id, "enrollmentId": enrollment_id, **asked, "enrolledAt": now(), "completedLessons": []}
    table("enrollments").put(record)
    facts = {"enrollmentId": enrollment_id, **{field: asked[field] for field in ("sagaId", "courseId", "studentId")}}
    return CommandOutcome("EnrollmentConfirmed", facts)


def _take_back(saga_id: str) -> None:
    """What was paid back is not kept, nor given later by a command that was overtaken."""
    for enrollment in list(table("enrollments").oldest(sagaId=saga_id)):
        table("enrollments").drop(enrollment["id"])
    reject_from_now_on(REJECTED, saga_id, "PAYMENT_REFUNDED")


COMMANDS = {
    "CREATE_ENROLLMENT_RECORD": MessageKind(
        {"sagaId": text, "studentId": text, "courseId": text, "paymentId": text}, _create_record
    )
}
EVENTS = payment_events("COURSE_ENROLLMENT", _take_back)
