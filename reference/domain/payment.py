"""The Payment aggregate: all the logic of payments, and nothing of what is bought."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import singledispatchmethod
from typing import Any

from reference.domain import payment_messages as messages
from reference.domain import payment_news as facts
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
from reference.domain.payment_status import (
    DISPUTES_OVER,
    MOVES,
    UNDECIDED,
    WITH_BANK,
    PaymentStatus,
    Refund,
    RefundState,
    dispute_rank,
)
from reference.domain.payment_terms import PaymentTerms

NOTHING_TO_PAY = "the price is zero"
RAREST = 9  # Looked up after ever longer waits, up to 512 of them.
LOOKS_AT_REFUND = 7  # After one wait for a bank, then two, four and so on: 127 of them, by default a month.


@dataclass(kw_only=True)
class Payment(PaymentTerms):
    """Takes one price for one thing. It reads no clock and calls nobody: it applies facts and returns effects."""

    status: PaymentStatus = PaymentStatus.PENDING
    intent_id: str | None = None
    client_secret: str | None = field(default=None, repr=False)
    received: Money | None = None
    processing: list[str] = field(default_factory=list)  # The attempts for which a bank was asked.
    declined: list[str] = field(default_factory=list)
    refunds: dict[str, Refund] = field(default_factory=dict)
    refund_attempts: int = 0
    refund_reason: str = ""
    disputes: dict[str, str] = field(default_factory=dict)  # Status by id.
    disputed_amounts: dict[str, Money] = field(default_factory=dict)
    checks: int = 0  # How often this status has been looked up at Stripe.
    deadlines: dict[str, datetime] = field(default_factory=dict, metadata=STORED_AS_REMINDERS)
    version: int = 0

    def begin(self) -> Effects:
        """Ask for an intent, and schedule the window's end and the first check at Stripe."""
        if self.price.amount == 0:
            return self._cancel(messages.PaymentRejected(saga_id=self.saga_id, reason=NOTHING_TO_PAY))
        create = messages.CreateIntent(**self._request_fields())
        return [create, self._schedule_window_end(self.pay_until), self._schedule_check()]

    @singledispatchmethod
    def apply(self, fact: Message) -> Effects:
        """Apply one request, fact or deadline, in any order and however often; NotExpected if it is about another."""
        raise NotExpected(f"a payment does not listen to {fact.name}")

    @apply.register
    def _on_intent_created(self, fact: facts.IntentCreated) -> Effects:
        is_new = self.intent_id is None
        self._recognize(fact.intent_id)
        self.client_secret = fact.client_secret
        # A late answer: we have given up meanwhile, so nobody may pay this. What is canceled is so for good.
        is_unwanted = is_new and self.status == PaymentStatus.CANCELED
        return [messages.CancelIntent(**self._request_fields())] if is_unwanted else []

    @apply.register
    def _on_intent_refused(self, fact: facts.IntentRefused) -> Effects:
        return self._cancel(messages.PaymentRejected(saga_id=self.saga_id, reason=fact.reason))

    @apply.register
    def _on_intent_canceled(self, fact: facts.IntentCanceled) -> Effects:
        self._recognize(fact.intent_id)
        return self._cancel(messages.PaymentCanceled(saga_id=self.saga_id))

    @apply.register
    def _on_money_received(self, fact: facts.MoneyReceived) -> Effects:
        self._recognize(fact.intent_id)
        if self.status not in UNDECIDED | {PaymentStatus.CANCELED}:
            return []
        if self._is_in_doubt(fact):
            return [messages.LookAtIntent(**self._request_fields())]
        unusable = self._why_unusable(fact)
        self._move(PaymentStatus.SUCCEEDED)
        self.received = fact.received
        outcome = (
            messages.PaymentUnusable(saga_id=self.saga_id, reason=unusable)
            if unusable
            else messages.PaymentSucceeded(**self._event_fields())
        )
        return [outcome, *self._watch_dispute(), *self._settle_refunds()]

    def _is_in_doubt(self, fact: facts.MoneyReceived) -> bool:
        """Whether only Stripe can say if this is usable: money that came late may have been paid in time."""
        is_late = fact.paid_at > self.pay_until and self.status != PaymentStatus.CANCELED
        return not fact.confirmed and (fact.received != self.price or is_late)

    def _why_unusable(self, fact: facts.MoneyReceived) -> str:
        if fact.received != self.price:
            return f"{fact.received} instead of {self.price}"
        is_in_time = self.is_in_time(fact.paid_at, fact.arrived_at or fact.paid_at)
        return "" if is_in_time and self.status != PaymentStatus.CANCELED else "it came too late"

    @apply.register
    def _on_attempt_processing(self, fact: facts.AttemptProcessing) -> Effects:
        self._recognize(fact.intent_id)
        if fact.attempt in self.processing:
            return []
        self.processing.append(fact.attempt)
        if self.status not in UNDECIDED or fact.attempt in self.declined:
            return []
        news = messages.PaymentProcessing(saga_id=self.saga_id, attempt=fact.attempt)
        if self.status == PaymentStatus.PROCESSING:
            return [news]
        self._move(PaymentStatus.PROCESSING)
        useless_from = self.pay_until if fact.paid_at > self.pay_until else self.needed_by
        return [news, *([self._schedule_window_end(useless_from)] if useless_from else []), self._schedule_check()]

    @apply.register
    def _on_attempt_declined(self, fact: facts.AttemptDeclined) -> Effects:
        if fact.attempt in self.declined:
            return []
        self.declined.append(fact.attempt)
        if self.status not in UNDECIDED:
            return []
        why: dict[str, Any] = {"reason": fact.reason, "decline_code": fact.decline_code, "attempt": fact.attempt}
        failed = messages.PaymentFailed(**self._event_fields(), **why)
        if self.status == PaymentStatus.PENDING or set(self.processing) - set(self.declined):
            return [failed]
        self._move(PaymentStatus.PENDING)
        return [failed, self._schedule_window_end(self.pay_until), self._schedule_check()]

    @apply.register
    def _on_refund_reported(self, fact: facts.RefundReported) -> Effects:
        reported, known = Refund(fact.amount, fact.state), self.refunds.get(fact.refund_id)
        if known and not (reported.is_newer_than(known) or (fact.confirmed and reported.corrects(known))):
            return []
        self.refunds[fact.refund_id] = reported
        return self._fail_refund(fact) if fact.state == RefundState.FAILED else self._settle_refunds()

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
        refunded = messages.PaymentRefunded(**self._event_fields(), refund_id=refund_ids[-1], reason=reason)
        return [refunded, self._schedule_check()]  # A bank may send it back, and the news of that may be lost.

    def _fail_refund(self, fact: facts.RefundReported) -> Effects:
        if self._completed_refunds or self.status not in (PaymentStatus.REFUND_PENDING, PaymentStatus.REFUNDED):
            return []
        self._move(PaymentStatus.REFUND_FAILED)
        return [messages.PaymentRefundFailed(saga_id=self.saga_id, reason=fact.reason), *self._watch_dispute()]

    @apply.register
    def _on_dispute_reported(self, fact: facts.DisputeReported) -> Effects:
        if fact.amount:
            self.disputed_amounts[fact.dispute_id] = fact.amount
        known = self.disputes.get(fact.dispute_id, fact.status)
        further = dispute_rank(fact.status) - dispute_rank(known)
        if further < 0 or (fact.dispute_id in self.disputes and known == fact.status):
            return []
        if further == 0 and known != fact.status and not fact.confirmed:
            return [messages.LookAtIntent(**self._request_fields())]  # It cannot be over in two ways.
        self.disputes[fact.dispute_id] = fact.status
        step = {"dispute_id": fact.dispute_id, "status": fact.status}
        disputed = messages.PaymentDisputed(saga_id=self.saga_id, **step, is_over=not self._is_disputed)
        return [disputed, *self._watch_dispute()]

    @property
    def _is_disputed(self) -> bool:
        return not DISPUTES_OVER.issuperset(self.disputes.values())

    def _watch_dispute(self) -> Effects:
        return [self._schedule_check()] if self._is_disputed else []

    @apply.register
    def _on_window_closed(self, _: messages.PaymentWindowClosed | messages.CancelPayment) -> Effects:
        if self.status not in UNDECIDED:
            return []
        cancel = messages.CancelIntent(**self._request_fields())
        # Until it is certain, ask again: the request may have been given up. Of what a bank is asked, it decides.
        is_with_bank = self.status == PaymentStatus.PROCESSING
        return [cancel] if is_with_bank else [cancel, self._schedule_window_end(Wait.PAYMENT_CHECK)]

    @apply.register
    def _on_refund_payment(self, request: messages.RefundPayment) -> Effects:
        if self.status in (PaymentStatus.SUCCEEDED, PaymentStatus.REFUND_FAILED):
            self._move(PaymentStatus.REFUND_PENDING)
            self.refund_reason, self.refund_attempts = request.reason, self.refund_attempts + 1
        elif self.status != PaymentStatus.REFUND_PENDING:
            return []  # Given back, or never taken.
        # A refund that is under way is only asked for again: the same attempt is the same outbox message.
        return [messages.RefundIntent(**self._request_fields(), attempt=self.refund_attempts), self._schedule_check()]

    @apply.register
    def _on_check_due(self, _: messages.PaymentCheckDue) -> Effects:
        is_waiting = self.status in UNDECIDED | {PaymentStatus.REFUND_PENDING} or self._is_disputed
        if not (is_waiting or self.status == PaymentStatus.REFUNDED):
            return []
        goes_on = is_waiting or self.checks < LOOKS_AT_REFUND
        return [messages.LookAtIntent(**self._request_fields()), *([self._schedule_check()] if goes_on else [])]

    def _cancel(self, outcome: Message) -> Effects:
        if self.status not in UNDECIDED:
            return []
        self._move(PaymentStatus.CANCELED)
        return [outcome, Withdraw(messages.CreateIntent(**self._request_fields()))]

    def _recognize(self, intent_id: str | None) -> None:
        if self.intent_id not in (None, intent_id):
            raise NotExpected(f"news of {intent_id}, but this payment's intent is {self.intent_id}")
        self.intent_id = intent_id

    def _move(self, to: PaymentStatus) -> None:
        if to not in MOVES[self.status]:
            raise ValueError(f"a payment that is {self.status} cannot become {to}")
        self.status, self.checks = to, 0

    def _schedule_check(self) -> ScheduleDeadline:
        """A payment window is short, and a bank slow; afterwards, the longer nothing happens the rarer one looks."""
        times = 1 if self.status in UNDECIDED else 2 ** min(self.checks, RAREST)
        self.checks += 1
        wait = Wait.BANK_ANSWER if self.status in WITH_BANK else Wait.PAYMENT_CHECK
        return ScheduleDeadline(messages.PaymentCheckDue(**self._ids()), wait, times)

    def _request_fields(self) -> dict[str, Any]:
        return self._identity() | {"opened_at": self.opened_at, "intent_id": self.intent_id}

    def _event_fields(self) -> dict[str, Any]:
        return self._identity() | {"stripe_payment_intent_id": self.intent_id}
