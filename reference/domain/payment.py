"""The Payment aggregate: all the logic of payments, and nothing of what is bought."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import singledispatchmethod
from typing import Any

from reference.domain.messages import (
    STORED_AS_REMINDERS,
    Effects,
    Message,
    NotExpected,
    ScheduleDeadline,
    Wait,
    Withdraw,
)
from reference.domain.money import Money
from reference.domain.payment_context import PaymentContext
from reference.domain.payment_messages import (
    CancelIntent,
    CancelPayment,
    CreateIntent,
    LookAtIntent,
    PaymentCanceled,
    PaymentCheckDue,
    PaymentDisputed,
    PaymentFailed,
    PaymentRefunded,
    PaymentRefundFailed,
    PaymentRejected,
    PaymentSucceeded,
    PaymentUnusable,
    PaymentWindowClosed,
    RefundIntent,
    RefundPayment,
)
from reference.domain.payment_news import (
    AttemptDeclined,
    DisputeReported,
    IntentCanceled,
    IntentCreated,
    IntentRefused,
    MoneyReceived,
    RefundReported,
)
from reference.domain.payment_status import MOVES, PaymentStatus, Refund, RefundState


@dataclass(kw_only=True)
class Payment:
    """Takes one price for one thing. It reads no clock and calls nobody: it applies facts and returns effects."""

    payment_id: str
    saga_id: str
    context: PaymentContext
    context_id: str
    price: Money
    opened_at: datetime
    pay_until: datetime
    status: PaymentStatus = PaymentStatus.PENDING
    intent_id: str | None = None
    client_secret: str | None = field(default=None, repr=False)
    received: Money | None = None
    declined: list[str] = field(default_factory=list)
    refunds: dict[str, Refund] = field(default_factory=dict)
    refund_attempts: int = 0
    refund_reason: str = ""
    disputes: dict[str, str] = field(default_factory=dict)
    deadlines: dict[str, datetime] = field(default_factory=dict, metadata=STORED_AS_REMINDERS)
    version: int = 0

    FIXED = frozenset({"payment_id", "saga_id", "context", "context_id", "price"})

    def __post_init__(self) -> None:
        if not isinstance(self.context, PaymentContext):
            raise TypeError(f"context must be a PaymentContext, not {self.context!r}")
        if not self.context_id:
            raise ValueError("contextId must say what the payment is for")

    def __setattr__(self, name: str, value: object) -> None:
        if name in self.FIXED and name in vars(self):
            raise AttributeError(f"{name} of a payment never changes")
        super().__setattr__(name, value)

    @classmethod
    def create(cls, *, context: PaymentContext, context_id: str, **terms: Any) -> Payment:  # noqa: ANN401 - as above
        """Return a new payment; what it is for is required, and never changes."""
        return cls(context=context, context_id=context_id, **terms)

    def begin(self) -> Effects:
        """Ask for an intent, and schedule the window's end and the first check at Stripe."""
        window = ScheduleDeadline(PaymentWindowClosed(**self._ids()), self.pay_until)
        return [CreateIntent(**self._terms()), window, self._schedule_check()]

    @singledispatchmethod
    def apply(self, news: Message) -> Effects:
        """Apply one request, fact or deadline, in any order and however often; NotExpected if it is about another."""
        raise NotExpected(f"a payment does not listen to {news.name}")

    @apply.register
    def _on_intent_created(self, news: IntentCreated) -> Effects:
        is_new = self.intent_id is None
        self._recognize(news.intent_id)
        self.client_secret = news.client_secret
        # A late answer: we have given up meanwhile, so nobody may pay this. What is canceled is so for good.
        return [CancelIntent(**self._terms())] if is_new and self.status == PaymentStatus.CANCELED else []

    @apply.register
    def _on_intent_refused(self, news: IntentRefused) -> Effects:
        return self._cancel(PaymentRejected(saga_id=self.saga_id, reason=news.reason))

    @apply.register
    def _on_intent_canceled(self, news: IntentCanceled) -> Effects:
        self._recognize(news.intent_id)
        return self._cancel(PaymentCanceled(saga_id=self.saga_id))

    @apply.register
    def _on_money_received(self, news: MoneyReceived) -> Effects:
        self._recognize(news.intent_id)
        if self.status not in (PaymentStatus.PENDING, PaymentStatus.CANCELED):
            return []
        if news.received != self.price and not news.confirmed:
            return [LookAtIntent(**self._terms())]
        unusable = self._why_unusable(news)
        self._move(PaymentStatus.SUCCEEDED)
        self.received = news.received
        outcome = (
            PaymentUnusable(saga_id=self.saga_id, reason=unusable) if unusable else PaymentSucceeded(**self._facts())
        )
        return [outcome, *self._settle_refunds()]

    def _why_unusable(self, news: MoneyReceived) -> str:
        if news.received != self.price:
            return f"{news.received} instead of {self.price}"
        return "it came too late" if self.status == PaymentStatus.CANCELED or news.paid_at > self.pay_until else ""

    @apply.register
    def _on_attempt_declined(self, news: AttemptDeclined) -> Effects:
        if news.attempt in self.declined:
            return []
        self.declined.append(news.attempt)
        if self.status != PaymentStatus.PENDING:
            return []
        why: dict[str, Any] = {"reason": news.reason, "decline_code": news.decline_code, "attempt": news.attempt}
        return [PaymentFailed(**self._facts(), **why)]

    @apply.register
    def _on_refund_reported(self, news: RefundReported) -> Effects:
        reported, known = Refund(news.amount, news.state), self.refunds.get(news.refund_id)
        if known and not (reported.is_newer_than(known) or (news.confirmed and reported.corrects(known))):
            return []
        self.refunds[news.refund_id] = reported
        return self._fail_refund(news) if news.state == RefundState.FAILED else self._settle_refunds()

    @property
    def _completed_refunds(self) -> list[str]:
        """The refunds that succeeded, once they are together what was received."""
        done = {id_: refund.amount for id_, refund in self.refunds.items() if refund.state == RefundState.SUCCEEDED}
        return sorted(done) if self.received and sum(done.values()) >= self.received.amount else []

    def _settle_refunds(self) -> Effects:
        refund_ids = self._completed_refunds
        if not refund_ids or self.status == PaymentStatus.REFUNDED:
            return []
        self._move(PaymentStatus.REFUNDED)
        reason = self.refund_reason or "refunded at Stripe"
        return [PaymentRefunded(**self._facts(), refund_id=refund_ids[-1], reason=reason)]

    def _fail_refund(self, news: RefundReported) -> Effects:
        if self._completed_refunds or self.status not in (PaymentStatus.REFUND_PENDING, PaymentStatus.REFUNDED):
            return []
        self._move(PaymentStatus.REFUND_FAILED)
        return [PaymentRefundFailed(saga_id=self.saga_id, reason=news.reason)]

    @apply.register
    def _on_dispute_reported(self, news: DisputeReported) -> Effects:
        if self.disputes.get(news.dispute_id) == news.status:
            return []
        self.disputes[news.dispute_id] = news.status
        return [PaymentDisputed(saga_id=self.saga_id, dispute_id=news.dispute_id, status=news.status)]

    @apply.register
    def _on_window_closed(self, _: PaymentWindowClosed | CancelPayment) -> Effects:
        if self.status != PaymentStatus.PENDING:
            return []
        # Until it is certain, ask again: the request may have been given up.
        return [CancelIntent(**self._terms()), ScheduleDeadline(PaymentWindowClosed(**self._ids()), Wait.PAYMENT_CHECK)]

    @apply.register
    def _on_refund_payment(self, request: RefundPayment) -> Effects:
        if self.status in (PaymentStatus.SUCCEEDED, PaymentStatus.REFUND_FAILED):
            self._move(PaymentStatus.REFUND_PENDING)
            self.refund_reason, self.refund_attempts = request.reason, self.refund_attempts + 1
        elif self.status != PaymentStatus.REFUND_PENDING:
            return []  # Given back, or never taken.
        # A refund that is under way is only asked for again: the same attempt is the same outbox message.
        return [RefundIntent(**self._terms(), attempt=self.refund_attempts), self._schedule_check()]

    @apply.register
    def _on_check_due(self, _: PaymentCheckDue) -> Effects:
        if self.status not in (PaymentStatus.PENDING, PaymentStatus.REFUND_PENDING):
            return []
        return [LookAtIntent(**self._terms()), self._schedule_check()]

    def _cancel(self, outcome: Message) -> Effects:
        if self.status != PaymentStatus.PENDING:
            return []
        self._move(PaymentStatus.CANCELED)
        return [outcome, Withdraw(CreateIntent(**self._terms()))]

    def _recognize(self, intent_id: str | None) -> None:
        if self.intent_id not in (None, intent_id):
            raise NotExpected(f"news of {intent_id}, but this payment's intent is {self.intent_id}")
        self.intent_id = intent_id

    def _move(self, to: PaymentStatus) -> None:
        if to not in MOVES[self.status]:
            raise ValueError(f"a payment that is {self.status} cannot become {to}")
        self.status = to

    def _schedule_check(self) -> ScheduleDeadline:
        return ScheduleDeadline(PaymentCheckDue(**self._ids()), Wait.PAYMENT_CHECK)

    def _ids(self) -> dict[str, Any]:
        return {"saga_id": self.saga_id, "payment_id": self.payment_id}

    def _what(self) -> dict[str, Any]:
        return self._ids() | {"context": self.context, "context_id": self.context_id, "price": self.price}

    def _terms(self) -> dict[str, Any]:
        return self._what() | {"opened_at": self.opened_at, "intent_id": self.intent_id}

    def _facts(self) -> dict[str, Any]:
        return self._what() | {"stripe_payment_intent_id": self.intent_id}
