"""What the payment-service says to the school: one command and three events, each at least once and in any order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint

from simulators.kit.cloudevents import received
from simulators.kit.fields import checked, nested, optional, text, whole_number
from simulators.kit.problems import BadField
from simulators.kit.simulator import simulator
from simulators.learning.access import another_service
from simulators.learning.announcing import announce
from simulators.learning.enrollments import enrolled
from simulators.learning.faults import RejectedEnrollment
from simulators.learning.school import fresh_id, now, table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flask.typing import ResponseReturnValue

    from simulators.kit.shelf import Json

    Shape = Mapping[str, Callable[[Any], str | None]]

routes = Blueprint("inbox", __name__)


def _context(value: Any) -> str | None:  # noqa: ANN401 - whatever a stranger sent
    return None if value == "COURSE_ENROLLMENT" else "must be COURSE_ENROLLMENT"


PAYMENT: Shape = {
    "sagaId": text,
    "paymentId": text,
    "context": _context,
    "contextId": text,
    "price": nested({"amount": whole_number, "currency": text}),
    "stripePaymentIntentId": text,
}
COMMANDS: dict[str, Shape] = {
    "CREATE_ENROLLMENT_RECORD": {"sagaId": text, "studentId": text, "courseId": text, "paymentId": text},
}
EVENTS: dict[str, Shape] = {
    "PaymentSucceeded": PAYMENT,
    "PaymentFailed": {**PAYMENT, "reason": text, "declineCode": optional(text)},
    "PaymentRefunded": {**PAYMENT, "refundId": text, "reason": text},
}


@routes.post("/commands")
def obey() -> ResponseReturnValue:
    """CREATE_ENROLLMENT_RECORD: decided once for each saga, announced each time it is asked (services)."""
    another_service()
    asked = _read(received(), COMMANDS)
    with simulator().store.transaction():
        outcome = table("outcomes").find(asked["sagaId"]) or table("outcomes").put(_decided(asked))
        announce(outcome["event"], outcome["data"])
    return "", 202


@routes.post("/events")
def hear() -> ResponseReturnValue:
    """PaymentSucceeded, PaymentFailed and PaymentRefunded; the last takes the enrollment back (services)."""
    another_service()
    envelope = received()
    data, key = _read(envelope, EVENTS), f"{envelope['source']} {envelope['id']}"
    with simulator().store.transaction():
        if table("inbox").find(key) is None:
            table("inbox").put({"id": key, "type": envelope["type"], "receivedAt": now(), "data": data})
            if envelope["type"] == "PaymentRefunded":
                _take_back(data["sagaId"])
    return "", 202


def _read(envelope: Json, accepted: Mapping[str, Shape]) -> Json:
    """Return what is known of the data, ignoring the rest; BadField where it is wrong."""
    if (shape := accepted.get(envelope["type"])) is None:
        raise BadField("type", f"is none of {', '.join(accepted)}")
    data = checked({field: envelope["data"].get(field) for field in shape}, shape)
    if envelope["subject"] != data["sagaId"]:
        raise BadField("subject", "must be the sagaId")
    return data


def _decided(asked: Json) -> Json:
    reason = _against(asked["studentId"], asked["courseId"])
    return _rejected(asked["sagaId"], reason) if reason else _confirmed(asked)


def _against(student_id: str, course_id: str) -> str | None:
    """Return why this student cannot have this course, or None."""
    if (course := table("courses").find(course_id)) is None:
        return "COURSE_NOT_FOUND"
    if not course["isPublished"]:
        return "COURSE_NOT_PUBLISHED"
    if enrolled(student_id, course_id):
        return "ALREADY_ENROLLED"
    return next((fault.reason for fault in simulator().faults.striking(RejectedEnrollment, course_id)), None)


def _confirmed(asked: Json) -> Json:
    enrollment_id = fresh_id("enr")
    record = {"id": enrollment_id, "enrollmentId": enrollment_id, **asked, "enrolledAt": now(), "completedLessons": []}
    table("enrollments").put(record)
    told = {"enrollmentId": enrollment_id, **{field: asked[field] for field in ("sagaId", "courseId", "studentId")}}
    return {"id": asked["sagaId"], "event": "EnrollmentConfirmed", "data": told}


def _rejected(saga_id: str, reason: str) -> Json:
    return {"id": saga_id, "event": "EnrollmentRejected", "data": {"sagaId": saga_id, "reason": reason}}


def _take_back(saga_id: str) -> None:
    """What was paid back is not kept, nor given later by a command that was overtaken."""
    for enrollment in list(table("enrollments").oldest(sagaId=saga_id)):
        table("enrollments").drop(enrollment["id"])
    outcome = table("outcomes").find(saga_id)
    if outcome is None or outcome["event"] == "EnrollmentConfirmed":
        table("outcomes").put(_rejected(saga_id, "PAYMENT_REFUNDED"))
