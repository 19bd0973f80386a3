"""A student buys a bundle: from BuyBundleInitiated to a seat and a session, or to a full refund."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from transitions import EventData, State

from reference.domain.enrollment import CreateEnrollmentRecord
from reference.domain.messages import Command, Wait
from reference.domain.payment_context import PaymentContext
from reference.domain.session import CreateConfirmedSession
from reference.sagas.paid_saga import PaidSaga, payment_rows, payment_states
from reference.sagas.saga import message_of
from tests.simulated.bundle.messages import BuyBundleInitiated, OfferBundle, OfferOverdue


@dataclass(kw_only=True)
class BuyBundleSaga(PaidSaga):
    """Ask for the price, take the payment, enroll the student, confirm the session."""

    bundle_id: str
    course_id: str
    tutor_id: str
    scheduled_at: datetime
    duration: int
    session_id: str

    starts_on = BuyBundleInitiated
    context = PaymentContext.COURSE_ENROLLMENT
    informs = ("learning", "communication")

    # fmt: off
    STATES: ClassVar = [
        State("initiated"),
        State("asking_price",       on_enter="ask_price"),
        State("enrolling",          on_enter="deliver"),
        State("confirming_session", on_enter="deliver"),
        *payment_states(),
    ]
    TRANSITIONS: ClassVar = [
        # message                 from                  to
        ["buy_bundle_initiated",  "initiated",          "asking_price"],
        ["already_under_way",     "initiated",          "rejected"],
        ["bundle_offered",        "asking_price",       "awaiting_payment", "remember_title"],
        ["bundle_sold_out",       "asking_price",       "rejected"],
        ["offer_overdue",         "asking_price",       "rejected",         "withdraw_question"],
        ["cancel_requested",      "asking_price",       "cancelled",        "withdraw_question"],
        ["enrollment_confirmed",  "enrolling",          "confirming_session"],
        ["enrollment_rejected",   "enrolling",          "refunding"],
        ["session_confirmed",     "confirming_session", "completed"],
        ["session_rejected",      "confirming_session", "refunding"],
        *payment_rows("enrolling", "confirming_session"),
        # The same news again, and answers that nobody waits for any more.
        ["buy_bundle_initiated",  "*", None],
        ["bundle_offered",        "*", None],
        ["bundle_sold_out",       "*", None],
        ["enrollment_confirmed",  ["confirming_session", "completed", "refunding", "refunded", "parked"], None],
        ["enrollment_rejected",   ["refunding", "refunded", "parked"], None],
        ["session_confirmed",     ["completed", "refunding", "refunded", "parked"], None],
        ["session_rejected",      ["refunding", "refunded", "parked"], None],
    ]
    # fmt: on
    WAITING_FOR: ClassVar = PaidSaga.WAITING_FOR | {
        "asking_price": "the shop to say what the bundle costs",
        "enrolling": "the learning-service to confirm the enrollment",
        "confirming_session": "the communication-service to confirm the session",
    }

    @property
    def context_id(self) -> str:
        """The course: what is paid for is one of the two, and a session comes with it."""
        return self.course_id

    def delivery(self) -> Command:
        """Return the command that is due: the seat first, then the session."""
        whom: dict[str, Any] = {"saga_id": self.saga_id, "student_id": self.student_id, "payment_id": self.payment_id}
        if self.state == "enrolling":
            return CreateEnrollmentRecord(**whom, course_id=self.course_id)
        when: dict[str, Any] = {"scheduled_at": self.scheduled_at, "duration": self.duration}
        return CreateConfirmedSession(**whom, **when, session_id=self.session_id, tutor_id=self.tutor_id)

    def ask_price(self, _: EventData) -> None:
        """Nobody should pay a price that was not told."""
        self.ask(self._question())
        self.schedule(OfferOverdue, Wait.PATIENCE)

    def withdraw_question(self, _: EventData) -> None:
        """Nobody is interested in the answer any more."""
        self.withdraw(self._question())

    def remember_title(self, event: EventData) -> None:
        """Remember the title for the notices."""
        self.title = message_of(event).title

    def _question(self) -> OfferBundle:
        return OfferBundle(saga_id=self.saga_id, bundle_id=self.bundle_id)
