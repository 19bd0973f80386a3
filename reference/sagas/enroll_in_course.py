"""A student buys a course: from EnrollInCourseInitiated to a confirmed enrollment, or to a full refund."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from transitions import EventData, State

from reference.domain.enrollment import (
    CreateEnrollmentRecord,
    EnrollInCourseInitiated,
    VerificationOverdue,
    VerifyCourse,
)
from reference.domain.messages import Wait
from reference.domain.payment_context import PaymentContext
from reference.sagas.paid_saga import PaidSaga, payment_rows, payment_states
from reference.sagas.saga import message_of


@dataclass(kw_only=True)
class EnrollInCourseSaga(PaidSaga):
    """Verify the course, take the payment, enroll the student."""

    course_id: str

    starts_on = EnrollInCourseInitiated
    context = PaymentContext.COURSE_ENROLLMENT
    informs = ("learning",)

    # fmt: off
    STATES: ClassVar = [
        State("initiated"),
        State("verifying_course",  on_enter="verify_course"),
        State("enrolling",         on_enter="deliver"),
        *payment_states(),
    ]
    TRANSITIONS: ClassVar = [
        # message                       from                to
        ["enroll_in_course_initiated",  "initiated",        "verifying_course"],
        ["already_under_way",           "initiated",        "rejected"],
        ["course_verified",             "verifying_course", "awaiting_payment", "remember_title"],
        ["course_unavailable",          "verifying_course", "rejected"],
        ["verification_overdue",        "verifying_course", "rejected",         "withdraw_verification"],
        ["cancel_requested",            "verifying_course", "cancelled",        "withdraw_verification"],
        ["enrollment_confirmed",        "enrolling",        "completed"],
        ["enrollment_rejected",         "enrolling",        "refunding"],
        *payment_rows("enrolling"),
        # The same news again.
        ["enroll_in_course_initiated",  "*",                None],
        ["enrollment_confirmed",        ["completed", "refunding", "refunded", "parked"], None],
        ["enrollment_rejected",         ["refunding", "refunded", "parked"], None],
    ]
    # fmt: on
    WAITING_FOR: ClassVar = PaidSaga.WAITING_FOR | {
        "verifying_course": "the learning-service to say whether the course can be bought",
        "enrolling": "the learning-service to confirm the enrollment",
    }

    @property
    def context_id(self) -> str:
        """The course that is paid for."""
        return self.course_id

    def delivery(self) -> CreateEnrollmentRecord:
        """Return the command that enrolls the student."""
        facts = {"student_id": self.student_id, "course_id": self.course_id, "payment_id": self.payment_id}
        return CreateEnrollmentRecord(saga_id=self.saga_id, **facts)

    def verify_course(self, _: EventData) -> None:
        """Nobody should be asked to pay for what cannot be had."""
        self.ask(self._verification())
        self.schedule(VerificationOverdue, Wait.PATIENCE)

    def withdraw_verification(self, _: EventData) -> None:
        """Nobody is interested in the answer any more."""
        self.withdraw(self._verification())

    def remember_title(self, event: EventData) -> None:
        """Remember the title for the notices."""
        self.title = message_of(event).title

    def _verification(self) -> VerifyCourse:
        return VerifyCourse(saga_id=self.saga_id, course_id=self.course_id)
