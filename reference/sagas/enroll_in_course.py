"""A student buys a course: from EnrollInCourseInitiated to a confirmed enrollment, or to a full refund."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from transitions import EventData, State

from reference.domain.enrollment import (
    CreateEnrollmentRecord,
    EnrollInCourseInitiated,
    EnrollmentOverdue,
    EnrollmentUnanswered,
    VerificationOverdue,
    VerifyCourse,
)
from reference.domain.messages import Wait, Withdraw
from reference.domain.payment_messages import PaymentContext, RefundPayment, TakePayment
from reference.sagas.saga import Saga, heard


@dataclass(kw_only=True)
class EnrollInCourseSaga(Saga):
    """Verify the course, take the payment, enroll the student; give the money back if that cannot be."""

    course_id: str
    title: str = ""
    payment_id: str = ""
    refund_reason: str = ""

    starts_on = EnrollInCourseInitiated
    context = PaymentContext.COURSE_ENROLLMENT
    informs = "learning"

    # fmt: off
    STATES: ClassVar = [
        State("initiated"),
        State("verifying_course",  on_enter="verify_course"),
        State("awaiting_payment",  on_enter="take_payment"),
        State("enrolling",         on_enter="enroll_student"),
        State("refunding",         on_enter="refund_payment"),
        State("completed",         final=True),
        State("rejected",          final=True),
        State("expired",           final=True),
        State("refunded",          final=True),
        State("parked",            final=True),
    ]
    TRANSITIONS: ClassVar = [
        # message                       from                to
        ["enroll_in_course_initiated",  "initiated",        "verifying_course"],
        ["already_under_way",           "initiated",        "rejected"],
        ["course_verified",             "verifying_course", "awaiting_payment"],
        ["course_unavailable",          "verifying_course", "rejected"],
        ["verification_overdue",        "verifying_course", "rejected", "withdraw_verification"],
        ["payment_succeeded",           "awaiting_payment", "enrolling"],
        ["payment_failed",              "awaiting_payment", None],  # Another card may work.
        ["payment_rejected",            "awaiting_payment", "rejected"],
        ["payment_canceled",            "awaiting_payment", "expired"],
        ["payment_unusable",            "awaiting_payment", "refunding"],
        ["enrollment_confirmed",        "enrolling",        "completed"],
        ["enrollment_rejected",         "enrolling",        "refunding"],
        ["enrollment_unanswered",       "enrolling",        None, "ask_for_enrollment"],
        ["enrollment_overdue",          "enrolling",        "refunding", "withdraw_enrollment"],
        ["payment_refunded",            "refunding",        "refunded"],
        ["payment_refund_failed",       "refunding",        "parked"],
        ["resume_requested",            "parked",           "refunding"],
        # Late news, declared rather than ignored.
        ["payment_unusable",            ["rejected", "expired"], "refunding"],
        ["payment_refunded",            "parked",           "refunded"],
        ["payment_refunded",            "completed",        "refunded"],  # By a person, at Stripe.
        ["payment_refunded",            "enrolling",        "refunded", "withdraw_enrollment"],
        ["payment_refund_failed",       "refunded",         "parked"],  # A bank sent it back days later.
        ["payment_refund_failed",       "parked",           None],
        # The same news again.
        ["enroll_in_course_initiated",  "*",                None],
        ["enrollment_confirmed",        ["completed", "refunding", "refunded", "parked"], None],
        ["enrollment_rejected",         ["refunding", "refunded", "parked"], None],
    ]
    # fmt: on
    WAITING_FOR: ClassVar = {
        "verifying_course": "the learning-service to say whether the course can be bought",
        "awaiting_payment": "the student to pay",
        "enrolling": "the learning-service to confirm the enrollment",
        "refunding": "Stripe to give the money back",
        "parked": "a person: the refund failed",
    }

    @property
    def context_id(self) -> str:
        """The course that is paid for."""
        return self.course_id

    def verify_course(self, _: EventData) -> None:
        """Nobody should be asked to pay for what cannot be had."""
        self.ask(self._verification())
        self.remind(VerificationOverdue, Wait.PATIENCE)

    def take_payment(self, event: EventData) -> None:
        """Freeze the price as it was told."""
        self.title = heard(event).title
        self.ask(
            TakePayment(saga_id=self.saga_id, context=self.context, context_id=self.course_id, price=heard(event).price)
        )

    def enroll_student(self, event: EventData) -> None:
        """Ask for what was paid for, and do not wait for the answer for ever."""
        self.payment_id = heard(event).payment_id
        self.ask_for_enrollment(event)
        self.remind(EnrollmentOverdue, Wait.PATIENCE)

    def ask_for_enrollment(self, _: EventData) -> None:
        """Ask, for the first time or again: it is the same command."""
        self.ask(self._enrollment())
        self.remind(EnrollmentUnanswered, Wait.REPLY)

    def refund_payment(self, event: EventData) -> None:
        """What was paid and not delivered goes back, whole."""
        self.refund_reason = getattr(heard(event), "reason", "") or self.refund_reason or heard(event).name
        self.ask(RefundPayment(saga_id=self.saga_id, reason=self.refund_reason))

    def withdraw_verification(self, _: EventData) -> None:
        """Nobody is interested in the answer any more."""
        self.asks.append(Withdraw(self._verification()))

    def withdraw_enrollment(self, _: EventData) -> None:
        """What is not paid for any more must not be asked for."""
        self.asks.append(Withdraw(self._enrollment()))

    def _verification(self) -> VerifyCourse:
        return VerifyCourse(saga_id=self.saga_id, course_id=self.course_id)

    def _enrollment(self) -> CreateEnrollmentRecord:
        facts = {"student_id": self.student_id, "course_id": self.course_id, "payment_id": self.payment_id}
        return CreateEnrollmentRecord(saga_id=self.saga_id, **facts)
