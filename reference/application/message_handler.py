"""The message handler: moves one saga and its payment by one message, inside one unit of work."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from reference.application.ports import ConflictError, UnitOfWork
from reference.domain.messages import (
    AlreadyUnderWay,
    Command,
    Effect,
    Message,
    NotExpected,
    NotOurs,
    Request,
    ScheduleDeadline,
    Wait,
    Withdraw,
)
from reference.domain.payment import Payment
from reference.domain.payment_messages import (
    CancelPayment,
    PaymentDeadline,
    PaymentEvent,
    RefundPayment,
    TakePayment,
)
from reference.domain.payment_news import PaymentNews
from reference.sagas.paid_saga import PaidSaga


@dataclass(frozen=True)
class Rules:
    """What handling a message depends on: the flows there are, how long to wait, where ids come from."""

    sagas: Sequence[type[PaidSaga]]
    waits: Mapping[Wait, timedelta]
    new_id: Callable[[], str]


class MessageHandler:
    """Handles one message and all its effects; nothing is written before all of them fit. Commits nothing."""

    def __init__(self, unit: UnitOfWork, rules: Rules, now: datetime) -> None:
        self._unit, self._rules, self._now = unit, rules, now
        self._queue: deque[Effect] = deque()
        self._outbox_writes: list[Callable[[], object]] = []
        self._saga: PaidSaga | None = None
        self._payment: Payment | None = None
        self._outcome: str | None = None

    @property
    def ended_saga(self) -> PaidSaga | None:
        """The saga, if this message brought it to an end; else None."""
        return self._saga if self._saga and self._saga.outcome not in (None, self._outcome) else None

    @property
    def moved(self) -> tuple[PaidSaga | None, Payment | None]:
        """The saga and the payment that this message was about, as far as it was about them."""
        return self._saga, self._payment

    def handle(self, messages: Sequence[Message]) -> None:
        """Handle each message and its effects; NotExpected, with nothing written, when one of them fits nowhere."""
        self._queue.extend(messages)
        try:
            while self._queue:
                self._handle(self._queue.popleft())
        except NotExpected:
            self._require_current()
            raise
        self._save()

    def _save(self) -> None:
        if self._saga:
            self._unit.sagas.save(self._saga, self._now)
        if self._payment:
            self._unit.payments.save(self._payment)
        for write in self._outbox_writes:
            write()

    def _require_current(self) -> None:
        """Raise ConflictError if the saga or the payment was moved after it was read: then the message may fit."""
        saga, payment = self._saga, self._payment
        stored_saga = self._unit.sagas.get(saga.saga_id) if saga else None
        stored_payment = self._unit.payments.of_saga(payment.saga_id) if payment else None
        for mine, stored in ((saga, stored_saga), (payment, stored_payment)):
            if stored and mine and stored.version != mine.version:
                raise ConflictError(f"the saga {stored.saga_id} was moved meanwhile")

    def _handle(self, effect: Effect) -> None:
        match effect:
            case ScheduleDeadline():
                self._schedule(effect)
            case Withdraw(message):
                self._outbox_writes.append(partial(self._unit.outbox.withdraw, _key(message)))
            case Request() | Command():
                self._send(_key(effect), effect.to, effect)
            case TakePayment():
                self._begin_payment(effect)
            case CancelPayment() | RefundPayment() | PaymentNews() | PaymentDeadline():
                self._move_payment(effect)
            case _:
                self._move_saga(effect)

    def _send(self, key: str, to: str, message: Message) -> None:
        self._outbox_writes.append(partial(self._unit.outbox.put, key, to, message, self._now))

    def _schedule(self, effect: ScheduleDeadline) -> None:
        due, deadline = effect.due, effect.deadline
        if isinstance(due, Wait):
            due = self._now + self._rules.waits[due] * effect.times
        owner = self._payment_of(deadline) if isinstance(deadline, PaymentDeadline) else self._saga_of(deadline)
        owner.deadlines[deadline.name] = due

    def _begin_payment(self, request: TakePayment) -> None:
        window_end = self._now + self._rules.waits[Wait.PAYMENT_WINDOW]
        self._payment = Payment.create(
            payment_id=f"pay_{self._rules.new_id()}",
            saga_id=request.saga_id,
            context=request.context,
            context_id=request.context_id,
            price=request.price,
            opened_at=self._now,
            pay_until=min(request.until or window_end, window_end),
            needed_by=request.until,
        )
        self._queue.extend(self._payment.begin())

    def _move_payment(self, message: Message) -> None:
        payment = self._payment_of(message)
        before = payment.status
        effects = payment.apply(message)
        if payment.status != before:
            payment.deadlines.clear()
        self._queue.extend(effects)

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
        effects = saga.handle(self._unless_rival(saga, message), self._now)
        if saga.state != before:
            saga.deadlines.clear()
        for keeper in saga.informs if isinstance(message, PaymentEvent) else ():
            self._send(f"{_key(message)}:{keeper}", keeper, message)
        self._queue.extend(effects)

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

    def _unless_rival(self, saga: PaidSaga, message: Message) -> Message:
        is_rival = saga.is_new and self._unit.sagas.is_under_way(saga)
        return AlreadyUnderWay(saga_id=saga.saga_id) if is_rival else message


def _key(message: Message) -> str:
    return f"{message.saga_id}:{message.key}"
