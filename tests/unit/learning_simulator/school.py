"""A school under test, and what its operator and the payment-service do with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from simulators.learning.app import create_app
from tests.unit.neighbour import Neighbour

ALGEBRA = {"courseId": "algebra", "tutorId": "emmy", "title": "Algebra", "price": {"amount": 4900, "currency": "EUR"}}
PAYMENT = {
    "paymentId": "pay_1",
    "context": "COURSE_ENROLLMENT",
    "contextId": "algebra",
    "price": {"amount": 4900, "currency": "EUR"},
    "stripePaymentIntentId": "pi_1",
}


class School(Neighbour):
    def __init__(self, state_path: Path | None = None) -> None:
        super().__init__(create_app, state_path)

    def course(self, course_id: str = "algebra", *, published: bool = True) -> list[str]:
        """Make a course of two lessons; returns their ids."""
        self.done("operator", "POST", "/courses", ALGEBRA | {"courseId": course_id})
        made = [self.done("operator", "POST", f"/courses/{course_id}/lessons", {"title": "One"}) for _ in range(2)]
        if published:
            self.done("operator", "POST", f"/courses/{course_id}/publish")
        return [each["lessonId"] for each in made]

    def command(self, saga: str = "s1", student: str = "ada", course: str = "algebra", message: str = "m1") -> None:
        data = {"sagaId": saga, "studentId": student, "courseId": course, "paymentId": f"pay_{saga}"}
        self.tell("/commands", "CREATE_ENROLLMENT_RECORD", data, message)

    def refund(self, saga: str = "s1") -> None:
        data = PAYMENT | {"sagaId": saga, "refundId": "re_1", "reason": "the course is gone"}
        self.tell("/events", "PaymentRefunded", data, f"refund-{saga}")

    def enrollments(self, who: str = "operator", path: str = "/enrollments") -> list[dict[str, Any]]:
        return self.items(path, who)
