"""News from Stripe, by webhook or as an answer: facts, in our own words."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from reference.domain.messages import Message
from reference.domain.money import Money
from reference.domain.payment_status import RefundState


@dataclass(frozen=True, kw_only=True)
class PaymentNews(Message):
    """A fact about a payment. Either id may be unknown to whom tells it (refunds and disputes carry no metadata)."""

    saga_id: str = ""
    payment_id: str | None = None
    intent_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class IntentCreated(PaymentNews):
    """Stripe holds an intent; with the client secret the student can pay."""

    client_secret: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class IntentRefused(PaymentNews):
    """Stripe will never create this intent."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class AttemptDeclined(PaymentNews):
    """One attempt to pay failed."""

    attempt: str
    reason: str
    decline_code: str | None = None


@dataclass(frozen=True, kw_only=True)
class MoneyReceived(PaymentNews):
    """The intent succeeded; by which sum and when. `confirmed` when Stripe was asked, not only heard."""

    received: Money
    paid_at: datetime
    confirmed: bool = False


class IntentCanceled(PaymentNews):
    """Nobody can pay any more."""


@dataclass(frozen=True, kw_only=True)
class RefundReported(PaymentNews):
    """How far a refund is. `confirmed` when Stripe was asked, not only heard."""

    refund_id: str
    amount: int
    state: RefundState
    reason: str = ""
    confirmed: bool = False


@dataclass(frozen=True, kw_only=True)
class DisputeReported(PaymentNews):
    """The student's bank wants the money back; recorded beside the status."""

    dispute_id: str
    status: str
