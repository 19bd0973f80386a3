"""One message's way through saga, payment and outbox, inside one unit of work."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from reference.application.ports import UnitOfWork
from reference.domain.messages import (
    AlreadyUnderWay,
    Command,
    Message,
    NotExpected,
    NotOurs,
    Remind,
    Request,
    Wait,
    Withdraw,
)
from reference.domain.payment import Asked, Payment
from reference.domain.payment_messages import (
    CancelPayment,
    PaymentEvent,
    PaymentReminder,
    RefundPayment,
    TakePayment,
)
from reference.domain.payment_news import PaymentNews
from reference.sagas.paid_saga import PaidSaga


@dataclass(frozen=True)
class Rules:
    """What every turn needs to know: the flows there are, how long to wait, where ids come from."""

    sagas: Sequence[type[PaidSaga]]
    waits: Mapping[Wait, timedelta]
    new_id: Callable[[str], str]


class Turn:
    """Moves one saga and its payment by one message, and sees to all that they ask for. Commits nothing."""

    def __init__(self, unit: UnitOfWork, rules: Rules, now: datetime) -> None:
        self._unit, self._rules, self._now = unit, rules, now
        self._queue: deque[Message | Remind | Withdraw] = deque()
        self._saga: PaidSaga | None = None
        self._payment: Payment | None = None
        self._outcome: str | None = None

    @property
    def ended(self) -> PaidSaga | None:
        """The saga, if it came to an end in this turn."""
        return self._saga if self._saga and self._saga.outcome not in (None, self._outcome) else None

    def run(self, messages: Sequence[Message]) -> None:
        """Take each message and whatever follows of it; NotExpected when one fits nowhere."""
        self._queue.extend(messages)
        try:
            while self._queue:
                self._take(self._queue.popleft())
        except NotExpected:
            self._save()  # ConflictError when saga or payment moved while they were read: then it may fit after all.
            raise
        self._save()

    def _save(self) -> None:
        if self._saga:
            self._unit.sagas.save(self._saga, self._now)
        if self._payment:
            self._unit.payments.save(self._payment)

    def _take(self, asked: Message | Remind | Withdraw) -> None:
        match asked:
            case Remind():
                self._remind(asked)
            case Withdraw(message):
                self._unit.outbox.withdraw(_key(message))
            case Request() | Command():
                self._unit.outbox.put(_key(asked), asked.to, asked, self._now)
            case TakePayment():
                self._begin_payment(asked)
            case CancelPayment() | RefundPayment() | PaymentNews() | PaymentReminder():
                self._move_payment(asked)
            case _:
                self._move_saga(asked)

    def _remind(self, asked: Remind) -> None:
        due = asked.due if not isinstance(asked.due, Wait) else self._now + self._rules.waits[asked.due]
        owner = self._payment_of(asked.of) if isinstance(asked.of, PaymentReminder) else self._saga_of(asked.of)
        owner.reminders[asked.of.name] = due

    def _begin_payment(self, asked: TakePayment) -> None:
        window_end = self._now + self._rules.waits[Wait.PAYMENT_WINDOW]
        self._payment = Payment.create(
            payment_id=self._rules.new_id("pay"),
            saga_id=asked.saga_id,
            context=asked.context,
            context_id=asked.context_id,
            price=asked.price,
            opened_at=self._now,
            pay_until=min(asked.until or window_end, window_end),
        )
        self._queue.extend(self._payment.begin())

    def _move_payment(self, message: Message) -> None:
        payment = self._payment_of(message)
        before = payment.status
        asked = payment.hear(message)
        if payment.status != before:
            payment.reminders.clear()
        self._queue.extend(asked)

    def _payment_of(self, message: Message) -> Payment:
        if self._payment is None:
            self._payment = self._unit.payments.about(message)
        if self._payment is None and not message.saga_id:
            raise NotOurs(f"no payment of ours that {message.name} could be about")
        if self._payment is None:
            raise NotExpected(f"no payment is known that {message.name} could be about")
        return self._payment

    def _move_saga(self, message: Message) -> None:
        saga = self._saga_of(message)
        before = saga.state
        asks: Asked = saga.hear(self._verdict(saga, message), self._now)
        if saga.state != before:
            saga.reminders.clear()
        for keeper in saga.informs if isinstance(message, PaymentEvent) else ():
            self._unit.outbox.put(f"{_key(message)}:{keeper}", keeper, message, self._now)
        self._queue.extend(asks)

    def _saga_of(self, message: Message) -> PaidSaga:
        if self._saga is None:
            self._saga = self._unit.sagas.get(message.saga_id) or self._start(message)
            self._outcome = self._saga.outcome
        return self._saga

    def _start(self, message: Message) -> PaidSaga:
        for kind in self._rules.sagas:
            if isinstance(message, kind.starts_on):
                return kind.start(message)
        raise NotExpected(f"no saga is known that {message.name} could be for")

    def _verdict(self, saga: PaidSaga, message: Message) -> Message:
        is_rival = saga.is_new and self._unit.sagas.is_under_way(saga)
        return AlreadyUnderWay(saga_id=saga.saga_id) if is_rival else message


def _key(message: Message) -> str:
    return f"{message.saga_id}:{message.key}"
