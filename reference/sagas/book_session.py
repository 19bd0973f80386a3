"""A student books a session: from BookSessionInitiated to a confirmed session, or to a full refund."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from transitions import EventData, State

from reference.domain.messages import Wait
from reference.domain.payment_context import PaymentContext
from reference.domain.session import (
    AvailabilityOverdue,
    AvailabilityUnanswered,
    BookSessionInitiated,
    CheckTutorAvailability,
    CreateConfirmedSession,
    ReleaseTutorSlot,
)
from reference.sagas.paid_saga import PaidSaga, payment_rows, payment_states


@dataclass(kw_only=True)
class BookAndPayForSessionSaga(PaidSaga):
    """Hold the tutor's slot, take the payment, confirm the session; release the slot if that cannot be."""

    tutor_id: str
    scheduled_at: datetime
    duration: int
    session_id: str

    starts_on = BookSessionInitiated
    context = PaymentContext.SESSION_BOOKING
    informs = ("communication",)

    # fmt: off
    STATES: ClassVar = [
        State("initiated"),
        State("checking_availability", on_enter="check_availability"),
        State("confirming_session",    on_enter="deliver"),
        *payment_states(unsold="release_slot"),
    ]
    TRANSITIONS: ClassVar = [
        # message                   from                     to
        ["book_session_initiated",  "initiated",             "checking_availability"],
        ["availability_confirmed",  "checking_availability", "awaiting_payment"],
        ["availability_rejected",   "checking_availability", "rejected"],
        ["availability_unanswered", "checking_availability", None,        "ask_for_availability"],
        ["availability_overdue",    "checking_availability", "rejected",  "withdraw_check"],
        ["cancel_requested",        "checking_availability", "cancelled", "withdraw_check"],
        ["session_confirmed",       "confirming_session",    "completed"],
        ["session_rejected",        "confirming_session",    "refunding"],
        *payment_rows("confirming_session"),
        # The same news again, and answers that nobody waits for any more.
        ["book_session_initiated",  "*",                     None],
        ["availability_confirmed",  "*",                     None],
        ["availability_rejected",   "*",                     None],
        ["session_confirmed",       ["completed", "refunding", "refunded", "parked"], None],
        ["session_rejected",        ["refunding", "refunded", "parked"], None],
        ["tutor_slot_released",     "*",                     None],
    ]
    # fmt: on
    WAITING_FOR: ClassVar = PaidSaga.WAITING_FOR | {
        "checking_availability": "the tutor-matching-service to say whether the tutor is free",
        "confirming_session": "the communication-service to confirm the session",
    }

    @property
    def context_id(self) -> str:
        """The session that is paid for."""
        return self.session_id

    def delivery(self) -> CreateConfirmedSession:
        """Return the command that confirms the session."""
        return CreateConfirmedSession(**self._booking(), payment_id=self.payment_id)

    def check_availability(self, _: EventData) -> None:
        """Nobody should be asked to pay for a slot that is not kept."""
        self.title = f"Session of {self.duration} minutes on {self.scheduled_at:%Y-%m-%d at %H:%M} UTC"
        self.ask(CheckTutorAvailability(**self._booking()))
        self.schedule_retry(AvailabilityUnanswered, is_first=True)
        self.schedule(AvailabilityOverdue, Wait.PATIENCE)

    def ask_for_availability(self, _: EventData) -> None:
        """Ask again: it is the same command."""
        self.ask(CheckTutorAvailability(**self._booking()))
        self.schedule_retry(AvailabilityUnanswered, is_first=False)

    def withdraw_check(self, _: EventData) -> None:
        """Nobody is interested in the answer any more."""
        self.withdraw(CheckTutorAvailability(**self._booking()))

    def release_slot(self, _: EventData) -> None:
        """Let others have the slot, also when the answer about it was lost."""
        self.ask(ReleaseTutorSlot(saga_id=self.saga_id, tutor_id=self.tutor_id))

    def _booking(self) -> dict[str, Any]:
        names = ("saga_id", "student_id", "tutor_id", "scheduled_at", "duration", "session_id")
        return {name: getattr(self, name) for name in names}
