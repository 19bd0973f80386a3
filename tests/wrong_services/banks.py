"""Mistakes about money that comes days later, or not: what a bank is asked for is neither paid nor lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from reference.domain.messages import Message
from reference.domain.payment import Payment
from reference.domain.payment_messages import CancelPayment, PaymentCanceled, PaymentProcessing, PaymentWindowClosed
from reference.domain.payment_news import AttemptDeclined, AttemptProcessing
from reference.domain.payment_status import PaymentStatus
from reference.domain.payment_terms import PaymentTerms
from reference.sagas.enroll_in_course import EnrollInCourseSaga
from reference.sagas.paid_saga import PaidSaga
from reference.web import sagas
from tests.wrong_services.registry import Patch, mistake

KIND = "a bank that answers days later"
Apply = Callable[[Payment, Message, Callable[[Message], Any]], Any]


def _instead(patch: Patch, apply: Apply) -> None:
    """Let a payment apply messages in another way, which may go on as the right one does."""
    right: Any = Payment.__dict__["apply"]
    patch.setattr(Payment, "apply", lambda self, fact: apply(self, fact, right.__get__(self, Payment)))


@mistake(KIND, "ENR-49")
def delivers_while_a_bank_is_asked(patch: Patch) -> None:
    original = PaidSaga.handle

    def handle(self: EnrollInCourseSaga, message: Message, at: Any) -> Any:
        effects = original(self, message, at)
        if isinstance(message, PaymentProcessing):
            effects.append(replace(self.delivery(), payment_id="pay_in_advance"))
        return effects

    patch.setattr(EnrollInCourseSaga, "handle", handle)


@mistake(KIND, "ENR-49")
def expires_while_a_bank_is_asked(patch: Patch) -> None:
    def apply(self: Payment, fact: Message, go_on: Callable[[Message], Any]) -> Any:
        if isinstance(fact, PaymentWindowClosed) and self.status == PaymentStatus.PROCESSING:
            return self._cancel(PaymentCanceled(saga_id=self.saga_id))
        effects = go_on(fact)
        is_asked = isinstance(fact, AttemptProcessing) and self.status == PaymentStatus.PROCESSING
        return [*effects, self._schedule_window_end(self.pay_until)] if is_asked else effects

    _instead(patch, apply)


@mistake(KIND, "ENR-46")
def cancels_what_a_bank_is_asked_for(patch: Patch) -> None:
    def apply(self: Payment, fact: Message, go_on: Callable[[Message], Any]) -> Any:
        if isinstance(fact, CancelPayment) and self.status == PaymentStatus.PROCESSING:
            return self._cancel(PaymentCanceled(saga_id=self.saga_id))
        return go_on(fact)

    _instead(patch, apply)


@mistake(KIND, "PAY-19", "I7")
def never_hears_that_a_bank_said_no(patch: Patch) -> None:
    def apply(self: Payment, fact: Message, go_on: Callable[[Message], Any]) -> Any:
        is_no = isinstance(fact, AttemptDeclined) and self.status == PaymentStatus.PROCESSING
        return [] if is_no else go_on(fact)

    _instead(patch, apply)


@mistake(KIND, "PAY-19")
def lets_a_student_pay_for_ever_once_a_bank_said_no(patch: Patch) -> None:
    def apply(self: Payment, fact: Message, go_on: Callable[[Message], Any]) -> Any:
        was = self.status
        effects = go_on(fact)
        is_no = isinstance(fact, AttemptDeclined) and was == PaymentStatus.PROCESSING
        return effects[:1] if is_no else effects

    _instead(patch, apply)


@mistake(KIND, "ENR-48")
def delivers_what_a_bank_was_asked_for_too_late(patch: Patch) -> None:
    patch.setattr(PaymentTerms, "is_in_time", lambda *_: True)


@mistake(KIND, "ENR-45")
def waits_for_a_banks_news_only(patch: Patch) -> None:
    original = Payment._schedule_check

    def schedule(self: Payment) -> Any:
        check = original(self)
        return replace(check, times=100) if self.status == PaymentStatus.PROCESSING else check

    patch.setattr(Payment, "_schedule_check", schedule)


@mistake(KIND, "ENR-49", "PAY-19")
def tells_nobody_that_a_bank_is_asked(patch: Patch) -> None:
    original = sagas._payment_view

    def view(payment: Any, caller: Any) -> dict[str, Any]:
        shown = original(payment, caller)
        return shown | ({"status": "PENDING"} if shown["status"] == "PROCESSING" else {})

    patch.setattr(sagas, "_payment_view", view)
