"""The messages of payments: asked by sagas, announced to others, sent to Stripe's gateway, and their deadlines."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from reference.domain.messages import Deadline, Message, Request
from reference.domain.money import Money
from reference.domain.payment_context import PaymentContext
from reference.domain.payment_news import IntentRefused, RefundReported
from reference.domain.payment_status import RefundState

# A saga asks for these.


class TakePayment(Message):
    """Take a price for a thing, until the payment window (or an earlier instant) closes."""

    context: PaymentContext
    context_id: str
    price: Money
    until: datetime | None = None


class CancelPayment(Message):
    """Make sure that nobody can pay any more, unless somebody has."""


class RefundPayment(Message):
    """Give everything back."""

    reason: str


# Events: of the saga they move, and of the service that keeps what was bought.


class PaymentEvent(Message):
    """The fields that every event about a payment has."""

    payment_id: str
    context: PaymentContext
    context_id: str
    price: Money
    stripe_payment_intent_id: str | None


class PaymentSucceeded(PaymentEvent):
    """The agreed sum was received in time."""

    text: ClassVar[str] = "The payment of {price} arrived."


class PaymentFailed(PaymentEvent):
    """One attempt was declined; the student may try another card."""

    text: ClassVar[str] = "A payment attempt was declined: {reason}."
    reason: str
    decline_code: str | None = None
    attempt: str

    @property
    def key(self) -> str:
        """Tells one declined attempt from the next."""
        return f"{self.name}:{self.attempt}"


class PaymentRefunded(PaymentEvent):
    """Everything was given back."""

    text: ClassVar[str] = "The payment of {price} was refunded in full."
    refund_id: str
    reason: str


# The same, but only for the saga.


class PaymentRejected(Message):
    """The price cannot be charged at all."""

    text: ClassVar[str] = "The payment could not be asked for: {reason}."
    reason: str


class PaymentProcessing(Message):
    """The student's bank was asked for the money: it is neither paid nor unpaid."""

    text: ClassVar[str] = "The bank was asked for the money; it may take days to answer."
    attempt: str

    @property
    def key(self) -> str:
        """Tells one attempt from the next."""
        return f"{self.name}:{self.attempt}"


class PaymentCanceled(Message):
    """Nothing was paid, and it is certain that nobody can pay any more."""

    text: ClassVar[str] = "Nothing was paid, and it is too late to pay."


class PaymentUnusable(Message):
    """Money arrived that must not buy anything: too late, or not the agreed sum."""

    text: ClassVar[str] = "Money arrived that cannot be used: {reason}."
    reason: str


class PaymentRefundFailed(Message):
    """The money could not be given back."""

    text: ClassVar[str] = "The refund failed: {reason}."
    reason: str


class PaymentDisputed(Message):
    """The student's bank wants the money back: a person should look."""

    text: ClassVar[str] = "The payment is disputed at the bank ({status})."
    dispute_id: str
    status: str
    is_over: bool = False  # Whether no dispute of the payment is open.

    @property
    def key(self) -> str:
        """Tells one step of a dispute from the next."""
        return f"{self.name}:{self.dispute_id}:{self.status}"


# The requests of a payment, and its deadlines.


class PaymentRequest(Request):
    """What the gateway to Stripe is asked to do."""

    to: ClassVar[str] = "stripe"
    payment_id: str
    context: PaymentContext
    context_id: str
    price: Money
    opened_at: datetime  # When the payment began: what Stripe holds of it is not older.
    intent_id: str | None = None


class CreateIntent(PaymentRequest):
    """Ask Stripe for a payment intent, once."""

    def refusal(self, reason: str) -> IntentRefused:
        """Return the fact that nobody can pay."""
        return IntentRefused(saga_id=self.saga_id, payment_id=self.payment_id, reason=reason)


class CancelIntent(PaymentRequest):
    """Make sure that nobody can pay any more, or learn that somebody has."""


class LookAtIntent(PaymentRequest):
    """Ask Stripe what is true now; webhooks are only hints."""

    only_looks: ClassVar[bool] = True


class RefundIntent(PaymentRequest):
    """Give everything back, once an attempt."""

    attempt: int

    @property
    def key(self) -> str:
        """Tells a refund from the one that is tried after it failed."""
        return f"{self.name}:{self.attempt}"

    def refusal(self, reason: str) -> RefundReported:
        """Return the fact that nothing was given back: a person has to look at it."""
        return RefundReported(
            saga_id=self.saga_id,
            payment_id=self.payment_id,
            refund_id=f"refused-{self.attempt}",
            amount=0,
            state=RefundState.FAILED,
            reason=reason,
        )


class PaymentDeadline(Deadline):
    """A deadline of a payment."""

    payment_id: str


class PaymentWindowClosed(PaymentDeadline):
    """Too late to pay."""


class PaymentCheckDue(PaymentDeadline):
    """No news for long: time to look, for a webhook may be lost."""
