"""The base of sagas that take a payment: the states, rows and acts from the price to delivery or refund."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from transitions import EventData, State

from reference.domain.messages import (
    Command,
    DeliveryOverdue,
    DeliveryUnanswered,
    Effects,
    Message,
    RefundOverdue,
    Wait,
)
from reference.domain.notice import NoticeKind, SendNotice
from reference.domain.payment_context import PaymentContext
from reference.domain.payment_messages import CancelPayment, PaymentDisputed, PaymentFailed, RefundPayment, TakePayment
from reference.sagas.saga import Saga, message_of

NOTICES = {
    "completed": NoticeKind.CONFIRMED,
    "expired": NoticeKind.EXPIRED,
    "refunded": NoticeKind.REFUNDED,
    "parked": NoticeKind.NEEDS_ATTENTION,
}


def payment_states(*, unsold: str | None = None) -> list[State]:
    """Return the states of the payment and of the end; `unsold` is called where nothing will be delivered."""
    return [
        State("awaiting_payment", on_enter="take_payment"),
        State("canceling", on_enter="cancel_payment"),
        State("refunding", on_enter=["refund_payment", *filter(None, [unsold])]),
        State("completed", final=True),
        State("rejected", final=True, on_enter=unsold),
        State("expired", final=True, on_enter=unsold),
        State("cancelled", final=True, on_enter=unsold),
        State("refunded", final=True, on_enter=unsold),  # Also when somebody at Stripe gave the money back.
        State("parked", final=True),
    ]


def payment_rows(*delivering: str) -> list[list[Any]]:
    """Return the rows between asking for money and the end; what is bought is asked for in `delivering`."""
    first, anywhere = delivering[0], list(delivering)
    # fmt: off
    return [
        # message                from                               to
        ["payment_succeeded",    "awaiting_payment",                first],
        ["payment_failed",       "awaiting_payment",                None],  # Another card may work.
        ["payment_processing",   ["awaiting_payment", "canceling"], None],  # A bank may take days to answer.
        ["payment_rejected",     "awaiting_payment",                "rejected"],
        ["payment_canceled",     "awaiting_payment",                "expired"],
        ["payment_unusable",     "awaiting_payment",                "refunding"],
        ["cancel_requested",     "awaiting_payment",                "canceling"],
        # The student's wish races the student's payment, and Stripe says who won.
        ["payment_succeeded",    "canceling",                       first],
        ["payment_failed",       "canceling",                       None,        "cancel_payment"],
        ["payment_rejected",     "canceling",                       "cancelled"],
        ["payment_canceled",     "canceling",                       "cancelled"],
        ["payment_unusable",     "canceling",                       "refunding"],
        ["delivery_unanswered",  anywhere,                          None,        "ask_for_delivery"],
        ["delivery_overdue",     anywhere,                          "refunding", "withdraw_delivery"],
        ["payment_refunded",     "refunding",                       "refunded"],
        ["payment_refund_failed", "refunding",                      "parked"],
        ["refund_overdue",       "refunding",                       "parked"],
        ["resume_requested",     "parked",                          "refunding"],
        # Late news, declared rather than ignored.
        ["payment_unusable",     ["rejected", "expired", "cancelled"], "refunding"],
        ["payment_refunded",     "parked",                          "refunded"],
        ["payment_refunded",     "completed",                       "refunded"],  # By a person, at Stripe.
        ["payment_refunded",     anywhere,                          "refunded",  "withdraw_delivery"],
        ["payment_refund_failed", "refunded",                       "parked"],  # A bank sent it back days later.
        ["payment_refund_failed", "parked",                         None],
        ["payment_disputed",     "*",                               None],  # Recorded, and a notice sent.
        ["notice_sent",          "*",                               None],
    ]
    # fmt: on


@dataclass(kw_only=True)
class PaidSaga(Saga):
    """Takes a payment for one thing and delivers it; gives the money back if that cannot be."""

    title: str = ""
    payment_id: str = ""
    refund_reason: str = ""

    context: ClassVar[PaymentContext]
    informs: ClassVar[tuple[str, ...]]  # Who keeps what was bought: they get the payment's events too.
    WAITING_FOR: ClassVar[dict[str, str]] = {
        "awaiting_payment": "the student to pay",
        "canceling": "Stripe to cancel the payment",
        "refunding": "Stripe to give the money back",
        "parked": "a person: the refund failed",
    }

    @property
    def context_id(self) -> str:
        """What is paid for: the courseId or the sessionId."""
        raise NotImplementedError

    def delivery(self) -> Command:
        """Return the command that gives the student what was paid for; of several things the one that is due."""
        raise NotImplementedError

    @property
    def is_buying(self) -> bool:
        """Whether a second saga for the same thing must wait; one that gives money back stands in nobody's way."""
        return self.outcome is None and self.state != "refunding"

    def handle(self, message: Message, at: datetime) -> Effects:
        """Move by one message; the student gets a notice of each ending and of each declined attempt."""
        before = self.state
        super().handle(message, at)
        if self.state != before and self.state in NOTICES:
            self._notify(NOTICES[self.state])
        if isinstance(message, PaymentFailed):
            self._notify(NoticeKind.DECLINED, message.attempt)
        if isinstance(message, PaymentDisputed) and self.state != "parked":  # Then somebody looks at it anyway.
            attention = self._notice(NoticeKind.NEEDS_ATTENTION)
            self.withdraw(attention) if message.is_over else self.ask(attention)
        return self.effects

    def take_payment(self, event: EventData) -> None:
        """Freeze the price of the offer; a hold may end sooner than the payment window."""
        offer = message_of(event)
        until = vars(offer).get("hold_until")
        subject: dict[str, Any] = {"context": self.context, "context_id": self.context_id}
        self.ask(TakePayment(saga_id=self.saga_id, **subject, price=offer.price, until=until))

    def cancel_payment(self, _: EventData) -> None:
        """The student does not want it: nobody should be able to pay any more."""
        self.ask(CancelPayment(saga_id=self.saga_id))

    def deliver(self, event: EventData) -> None:
        """Ask for what was paid for, and do not wait for the answer for ever."""
        self.payment_id = self.payment_id or message_of(event).payment_id
        self.ask(self.delivery())
        self.schedule_retry(DeliveryUnanswered, is_first=True)
        self.schedule(DeliveryOverdue, Wait.PATIENCE)

    def ask_for_delivery(self, _: EventData) -> None:
        """Ask again: it is the same command."""
        self.ask(self.delivery())
        self.schedule_retry(DeliveryUnanswered, is_first=False)

    def withdraw_delivery(self, _: EventData) -> None:
        """What is not paid for any more must not be asked for."""
        self.withdraw(self.delivery())

    def refund_payment(self, event: EventData) -> None:
        """What was paid and not delivered goes back, whole."""
        self.refund_reason = vars(message_of(event)).get("reason") or self.refund_reason or message_of(event).name
        self.ask(RefundPayment(saga_id=self.saga_id, reason=self.refund_reason))
        self.schedule(RefundOverdue, Wait.REFUND)

    def _notify(self, kind: NoticeKind, attempt: str = "") -> None:
        self.ask(self._notice(kind, attempt))

    def _notice(self, kind: NoticeKind, attempt: str = "") -> SendNotice:
        student = {"saga_id": self.saga_id, "person_id": self.student_id}
        return SendNotice(**student, kind=kind, title=self.title, attempt=attempt)
