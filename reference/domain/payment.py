"""The Payment aggregate: all payment logic there is, and nothing of what was bought."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import singledispatchmethod
from typing import Any

from reference.domain.messages import Message, NotExpected, Remind, Wait, Withdraw
from reference.domain.money import Money
from reference.domain.payment_messages import (
    CancelIntent,
    CancelPayment,
    CreateIntent,
    LookAtIntent,
    PaymentCanceled,
    PaymentCheckDue,
    PaymentContext,
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

Asked = list[Message | Remind | Withdraw]
S = PaymentStatus


@dataclass(kw_only=True)
class Payment:
    """Takes one price for one thing. It reads no clock and calls nobody: it hears news and returns what to say."""

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
    reminders: dict[str, datetime] = field(default_factory=dict)  # By name, when; leaving the status forgets them.
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
    def create(
        cls,
        *,
        payment_id: str,
        saga_id: str,
        context: PaymentContext,
        context_id: str,
        price: Money,
        opened_at: datetime,
        pay_until: datetime,
    ) -> Payment:
        """Return a new payment: what it is for is required, and never changes."""
        return cls(
            payment_id=payment_id,
            saga_id=saga_id,
            context=context,
            context_id=context_id,
            price=price,
            opened_at=opened_at,
            pay_until=pay_until,
        )

    def begin(self) -> Asked:
        """Ask for an intent, and to be reminded of the window's end and of looking by ourselves."""
        window = Remind(PaymentWindowClosed(**self._ids()), self.pay_until)
        return [CreateIntent(**self._terms()), window, self._check_later()]

    # What a payment hears.

    @singledispatchmethod
    def hear(self, news: Message) -> Asked:
        """Take in one wish, fact or reminder, in whatever order and however often; return what follows of it."""
        raise NotExpected(f"a payment does not listen to {news.name}")

    @hear.register
    def _created(self, news: IntentCreated) -> Asked:
        is_new = self.intent_id is None
        self._recognize(news.intent_id)
        self.client_secret = news.client_secret
        # A late answer: we have given up meanwhile, so nobody may pay this. What is canceled is so for good.
        return [CancelIntent(**self._terms())] if is_new and self.status == S.CANCELED else []

    @hear.register
    def _refused(self, news: IntentRefused) -> Asked:
        return self._cancel(PaymentRejected(saga_id=self.saga_id, reason=news.reason))

    @hear.register
    def _canceled(self, news: IntentCanceled) -> Asked:
        self._recognize(news.intent_id)
        return self._cancel(PaymentCanceled(saga_id=self.saga_id))

    @hear.register
    def _paid(self, news: MoneyReceived) -> Asked:
        self._recognize(news.intent_id)
        if self.status not in (S.PENDING, S.CANCELED):
            return []
        if news.received != self.price and not news.confirmed:
            return [LookAtIntent(**self._terms())]
        unusable = self._why_unusable(news)
        self._move(S.SUCCEEDED)
        self.received = news.received
        told = PaymentUnusable(saga_id=self.saga_id, reason=unusable) if unusable else PaymentSucceeded(**self._facts())
        return [told, *self._settle_refunds()]

    def _why_unusable(self, news: MoneyReceived) -> str:
        if news.received != self.price:
            return f"{news.received} instead of {self.price}"
        return "it came too late" if self.status == S.CANCELED or news.paid_at > self.pay_until else ""

    @hear.register
    def _declined(self, news: AttemptDeclined) -> Asked:
        if news.attempt in self.declined:
            return []
        self.declined.append(news.attempt)
        if self.status != S.PENDING:
            return []
        why: dict[str, Any] = {"reason": news.reason, "decline_code": news.decline_code, "attempt": news.attempt}
        return [PaymentFailed(**self._facts(), **why)]

    @hear.register
    def _refund_reported(self, news: RefundReported) -> Asked:
        told, known = Refund(news.amount, news.state), self.refunds.get(news.refund_id)
        if known and not (told.is_newer_than(known) or (news.confirmed and told.corrects(known))):
            return []
        self.refunds[news.refund_id] = told
        return self._refund_failed(news) if news.state == RefundState.FAILED else self._settle_refunds()

    @property
    def _given_back(self) -> list[str]:
        """The refunds that succeeded, once they are together what was received."""
        done = {id_: refund.amount for id_, refund in self.refunds.items() if refund.state == RefundState.SUCCEEDED}
        return sorted(done) if self.received and sum(done.values()) >= self.received.amount else []

    def _settle_refunds(self) -> Asked:
        refund_ids = self._given_back
        if not refund_ids or self.status == S.REFUNDED:
            return []
        self._move(S.REFUNDED)
        reason = self.refund_reason or "refunded at Stripe"
        return [PaymentRefunded(**self._facts(), refund_id=refund_ids[-1], reason=reason)]

    def _refund_failed(self, news: RefundReported) -> Asked:
        if self._given_back or self.status not in (S.REFUND_PENDING, S.REFUNDED):
            return []
        self._move(S.REFUND_FAILED)
        return [PaymentRefundFailed(saga_id=self.saga_id, reason=news.reason)]

    @hear.register
    def _disputed(self, news: DisputeReported) -> Asked:
        if self.disputes.get(news.dispute_id) == news.status:
            return []
        self.disputes[news.dispute_id] = news.status
        return [PaymentDisputed(saga_id=self.saga_id, dispute_id=news.dispute_id, status=news.status)]

    @hear.register
    def _window_closed(self, _: PaymentWindowClosed | CancelPayment) -> Asked:
        if self.status != S.PENDING:
            return []
        # Until it is certain, ask again: the request may have been given up.
        return [CancelIntent(**self._terms()), Remind(PaymentWindowClosed(**self._ids()), Wait.PAYMENT_CHECK)]

    @hear.register
    def _asked_to_refund(self, asked: RefundPayment) -> Asked:
        if self.status in (S.SUCCEEDED, S.REFUND_FAILED):
            self._move(S.REFUND_PENDING)
            self.refund_reason, self.refund_attempts = asked.reason, self.refund_attempts + 1
        elif self.status != S.REFUND_PENDING:
            return []  # Given back, or never taken.
        # Of a refund that is under way, Stripe is only reminded: the same attempt is the same errand.
        return [RefundIntent(**self._terms(), attempt=self.refund_attempts), self._check_later()]

    @hear.register
    def _check(self, _: PaymentCheckDue) -> Asked:
        if self.status not in (S.PENDING, S.REFUND_PENDING):
            return []
        return [LookAtIntent(**self._terms()), self._check_later()]

    def _cancel(self, told: Message) -> Asked:
        if self.status != S.PENDING:
            return []
        self._move(S.CANCELED)
        return [told, Withdraw(CreateIntent(**self._terms()))]

    def _recognize(self, intent_id: str | None) -> None:
        if self.intent_id not in (None, intent_id):
            raise NotExpected(f"news of {intent_id}, but this payment's intent is {self.intent_id}")
        self.intent_id = intent_id

    def _move(self, to: PaymentStatus) -> None:
        if to not in MOVES[self.status]:
            raise ValueError(f"a payment that is {self.status} cannot become {to}")
        self.status = to

    def _check_later(self) -> Remind:
        return Remind(PaymentCheckDue(**self._ids()), Wait.PAYMENT_CHECK)

    def _ids(self) -> dict[str, Any]:
        return {"saga_id": self.saga_id, "payment_id": self.payment_id}

    def _what(self) -> dict[str, Any]:
        return self._ids() | {"context": self.context, "context_id": self.context_id, "price": self.price}

    def _terms(self) -> dict[str, Any]:
        return self._what() | {"opened_at": self.opened_at, "intent_id": self.intent_id}

    def _facts(self) -> dict[str, Any]:
        return self._what() | {"stripe_payment_intent_id": self.intent_id}
