"""What the tests of the reference start from; any fact of it can be changed by name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from reference.application.ports import OutboxMessage
from reference.domain.messages import Message
from reference.domain.money import Money
from reference.domain.payment import Payment
from reference.domain.payment_context import PaymentContext
from reference.domain.payment_messages import CancelIntent, CreateIntent, LookAtIntent, RefundIntent
from reference.domain.payment_news import (
    AttemptDeclined,
    AttemptProcessing,
    IntentCanceled,
    IntentCreated,
    MoneyReceived,
    RefundReported,
)
from reference.domain.payment_status import RefundState

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
WINDOW_END = NOON + timedelta(minutes=30)
PRICE = Money(4900, "EUR")
SECRET = "pi_1_secret_tell_nobody"
NEWS: dict[str, Any] = {"saga_id": "saga_1", "payment_id": "pay_1", "intent_id": "pi_1"}
WHAT: dict[str, Any] = {
    "saga_id": "saga_1",
    "payment_id": "pay_1",
    "context": PaymentContext.COURSE_ENROLLMENT,
    "context_id": "algebra",
    "price": PRICE,
    "opened_at": NOON,
}


@dataclass
class StillClock:
    """Stands still unless a test moves it."""

    at: datetime = NOON

    def now(self) -> datetime:
        return self.at


def payment(**changes: Any) -> Payment:
    return Payment.create(**WHAT | {"pay_until": WINDOW_END} | changes)


def created(**changes: Any) -> IntentCreated:
    return IntentCreated(**NEWS | {"client_secret": SECRET} | changes)


def paid(at: datetime = NOON, **changes: Any) -> MoneyReceived:
    return MoneyReceived(**NEWS | {"received": PRICE, "paid_at": at} | changes)


def canceled(**changes: Any) -> IntentCanceled:
    return IntentCanceled(**NEWS | changes)


def declined(attempt: str = "ch_1") -> AttemptDeclined:
    return AttemptDeclined(**NEWS, attempt=attempt, reason="insufficient_funds")


def processing(attempt: str = "py_1", at: datetime = NOON) -> AttemptProcessing:
    return AttemptProcessing(**NEWS, attempt=attempt, paid_at=at)


def refund(state: RefundState, refund_id: str = "re_1", amount: int = PRICE.amount) -> RefundReported:
    return RefundReported(intent_id="pi_1", refund_id=refund_id, amount=amount, state=state, reason="expired_card")


def create_intent(**changed: str) -> CreateIntent:
    return CreateIntent(**WHAT | changed)


def cancel_intent(intent_id: str | None = "pi_1") -> CancelIntent:
    return CancelIntent(**WHAT, intent_id=intent_id)


def look_at_intent(intent_id: str | None = "pi_1") -> LookAtIntent:
    return LookAtIntent(**WHAT, intent_id=intent_id)


def refund_intent(attempt: int = 1) -> RefundIntent:
    return RefundIntent(**WHAT, intent_id="pi_1", attempt=attempt)


def outgoing(message: Message, attempts: int = 1) -> OutboxMessage:
    return OutboxMessage(f"{message.saga_id}:{message.key}", "anybody", message, NOON, attempts, leased_until=NOON)


def session() -> requests.Session:
    """Return a session that `responses` can answer; the service's own needs a network."""
    plain = requests.Session()
    plain.max_redirects = 0
    return plain
