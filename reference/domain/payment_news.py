"""The facts that Stripe reports of a payment, by webhook or as an answer, in our own words."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime

from reference.domain.messages import Message
from reference.domain.money import Money
from reference.domain.payment_status import RefundState


class PaymentNews(Message):
    """A fact about a payment. Either id may be missing: refunds and disputes carry no metadata."""

    saga_id: str = ""
    payment_id: str | None = None
    intent_id: str | None = None


class IntentCreated(PaymentNews):
    """Stripe holds an intent; with the client secret the student can pay."""

    client_secret: str = field(repr=False)


class IntentRefused(PaymentNews):
    """Stripe will never create this intent."""

    reason: str


class AttemptDeclined(PaymentNews):
    """One attempt to pay failed."""

    attempt: str
    reason: str
    decline_code: str | None = None


class AttemptProcessing(PaymentNews):
    """One attempt waits for the student's bank, which may take days to answer."""

    attempt: str
    paid_at: datetime


class MoneyReceived(PaymentNews):
    """The intent succeeded; by which sum, and when the student paid; `confirmed` if Stripe was asked for it."""

    received: Money
    paid_at: datetime
    arrived_at: datetime | None = None  # When the bank had answered; None: as soon as the student had paid.
    confirmed: bool = False


class IntentCanceled(PaymentNews):
    """Nobody can pay any more."""


class RefundReported(PaymentNews):
    """How far a refund is; `confirmed` if Stripe was asked for it."""

    refund_id: str
    amount: int
    state: RefundState
    reason: str = ""
    confirmed: bool = False


class DisputeReported(PaymentNews):
    """How far a dispute is; `confirmed` if Stripe was asked for it."""

    dispute_id: str
    status: str
    amount: Money | None = None
    confirmed: bool = False
