"""The entry to the application: one message in, one step of one saga, one transaction."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum

from reference.application.message_handler import MessageHandler, Rules
from reference.application.ports import UNOBSERVED, Clock, ConflictError, Observer, OutboxMessage, UnitOfWork
from reference.domain.messages import Command, Message, NotExpected, NotOurs, Request
from reference.domain.payment_messages import PaymentEvent
from reference.tracing import Activity, Tracer, TraceSpan, active, current_activity

log = logging.getLogger(__name__)
Intake = Callable[[UnitOfWork], Sequence[Message] | None]  # Takes what is to be handled; None if there is nothing.
OUTGOING = (Request, Command, PaymentEvent)  # What we send, and never handle.
TRIES = 10  # Each conflict means that somebody else made progress.


class Receipt(StrEnum):
    """What became of a message; nothing is lost silently."""

    APPLIED = "APPLIED"
    DUPLICATE = "DUPLICATE"
    IGNORED = "IGNORED"
    DEAD = "DEAD"


def to_the_millisecond(at: datetime) -> datetime:
    """Return an instant as it is stored, so that it makes no difference whether it was."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


class PaymentService:
    """Moves sagas and payments by messages, each exactly once, whatever its way in.

    `enqueue` gets the outbox messages of each transaction, `tracer` each step as a span.
    """

    def __init__(
        self,
        units: Callable[[], UnitOfWork],
        rules: Rules,
        clock: Clock,
        enqueue: Callable[[Sequence[OutboxMessage]], None] = lambda _: None,
        observer: Observer = UNOBSERVED,
        tracer: Tracer | None = None,
    ) -> None:
        self._units, self._rules, self._clock = units, rules, clock
        self._enqueue, self.observer, self._tracer = enqueue, observer, tracer

    def receive(self, source: str, message_id: str, message: Message) -> Receipt:
        """Handle a message from outside; the same source and id twice takes effect once."""
        current_activity().concern(message_id, vars(message))

        def take_once(unit: UnitOfWork) -> Sequence[Message]:
            unit.inbox.add(source, message_id, message.name, self._clock.now())
            return [message]

        try:
            return self._handle(take_once, source, message_id)
        except NotOurs as reason:
            return self.ignore(source, message_id, message.name, str(reason))

    def ignore(self, source: str, message_id: str, name: str, reason: str) -> Receipt:
        """Remember in the inbox that a message came, and why nothing follows of it."""
        current_activity().concern(message_id, {})
        with self._units() as unit:
            unit.inbox.add(source, message_id, name, self._clock.now(), ignored=reason)
            return Receipt.IGNORED if unit.commit() else Receipt.DUPLICATE

    def keep_dead_letter(self, source: str, message_id: str, message: Message, reason: str) -> Receipt:
        """Make a dead letter of what is authentic and cannot be used; the same source and id twice is one."""
        current_activity().concern(message_id, vars(message))
        with self._units() as unit:
            unit.inbox.add(source, message_id, message.name, self._clock.now())
            return self._dead_letter(unit, [message], source, message_id, reason)

    def act(self, role: str, act_id: str, message: Message) -> Receipt:
        """Let a person move a saga; NotExpected if it cannot be moved so, and nothing is changed."""
        current_activity().concern(act_id, vars(message))

        def take(unit: UnitOfWork) -> Sequence[Message]:
            unit.inbox.add(role, act_id, message.name, self._clock.now())
            return [message]

        return self._handle(take)

    def end_dead_letter(self, letter_id: int, *, by: str, why: str, again: bool) -> bool:
        """Handle a dead letter again, or only record how it was dealt with; False when nobody waits for it."""
        now = self._clock.now()

        def take(unit: UnitOfWork) -> Sequence[Message] | None:
            letter = unit.dead_letters.get(letter_id)
            if letter is None:
                return None
            unit.dead_letters.end(letter_id, by, why, now)
            if again and isinstance(letter.message, OUTGOING):
                unit.outbox.put(letter.message_id, letter.source, letter.message, now)
            return [letter.message] if again and not isinstance(letter.message, OUTGOING) else []

        return self._handle(take) == Receipt.APPLIED

    def complete(self, outgoing: OutboxMessage, answers: Sequence[Message]) -> Receipt:
        """Handle the answers to an outbox message, unless it was withdrawn or somebody else has sent it."""

        def finish(unit: UnitOfWork) -> Sequence[Message]:
            unit.outbox.finish(outgoing.key)
            return answers

        def send_again(unit: UnitOfWork) -> Sequence[Message]:
            unit.outbox.send_again(outgoing.key, self._clock.now())
            return answers

        receipt = self._handle(finish, outgoing.to, outgoing.key)
        return self._handle(send_again, outgoing.to, outgoing.key) if receipt == Receipt.DUPLICATE else receipt

    def give_up(self, outgoing: OutboxMessage, reason: str) -> None:
        """Make an outbox message that nobody will take a dead letter; the saga that asked for it learns so."""

        def take(unit: UnitOfWork) -> Sequence[Message]:
            unit.outbox.remove(outgoing.key)
            unit.dead_letters.add(outgoing.to, outgoing.key, outgoing.message, reason, self._clock.now())
            refusal = outgoing.message.refusal(reason) if isinstance(outgoing.message, Request) else None
            return [refusal] if refusal else []

        self._handle(take, outgoing.to, outgoing.key)

    def fire_deadline(self) -> bool:
        """Handle one deadline whose instant has come; False when there is none."""

        def take(unit: UnitOfWork) -> Sequence[Message] | None:
            deadline = unit.deadlines.pop(self._clock.now())
            unit.step.key += deadline.key if deadline else ""
            return [deadline] if deadline else None

        with active(Activity()):
            return self._handle(take, "deadlines") != Receipt.DUPLICATE

    def _handle(self, take: Intake, source: str = "", message_id: str = "") -> Receipt:
        """Try until nobody else is faster. What fits nowhere is a dead letter, or NotExpected without a source."""
        for _ in range(TRIES):
            try:
                return self._handle_once(take, source, message_id)
            except ConflictError as conflict:
                self.observer.count_conflict()
                log.debug("deciding again: %s", conflict)
        raise ConflictError(f"somebody else was first {TRIES} times")

    def _handle_once(self, take: Intake, source: str, message_id: str) -> Receipt:
        with self._units() as unit:
            unit.step.key, now = f"{source} {message_id}", to_the_millisecond(self._clock.now())
            if self._tracer:
                unit.step.samples = self._tracer.samples
            messages = take(unit)
            if messages is None:
                return Receipt.DUPLICATE
            handler = MessageHandler(unit, self._rules, now)
            try:
                handler.handle(messages)
            except NotExpected as mismatch:
                if not source:
                    raise
                return self._dead_letter(unit, messages, source, message_id, str(mismatch))
            if not unit.commit():
                return Receipt.DUPLICATE
            self._tell(unit, handler, messages, now)
            self._enqueue(unit.outbox.fresh)
            if saga := handler.ended_saga:
                self.observer.count_end(type(saga).__name__, saga.state.upper(), saga.duration_so_far)
            return Receipt.APPLIED

    def _dead_letter(
        self, unit: UnitOfWork, messages: Sequence[Message], source: str, message_id: str, reason: str
    ) -> Receipt:
        for message in messages:
            unit.dead_letters.add(source, message_id, message, reason, self._clock.now())
        if not unit.commit():
            return Receipt.DUPLICATE
        log.warning("dead letter from %s: %s", source, reason)
        return Receipt.DEAD

    def _tell(self, unit: UnitOfWork, handler: MessageHandler, messages: Sequence[Message], began: datetime) -> None:
        """Say in the log and in the trace what a step has changed."""
        saga, payment = handler.moved
        if not (changed := saga or payment):
            return
        facts: dict[str, str | int] = {"saga.id": changed.saga_id, "message.name": " ".join(m.name for m in messages)}
        facts |= {"saga.state": saga.state.upper()} if saga else {}
        facts |= {"payment.id": payment.payment_id, "payment.status": payment.status.value} if payment else {}
        current_activity().concern("", {"saga_id": changed.saga_id, "payment_id": facts.get("payment.id", "")})
        what = type(changed).__name__
        log.info("%s is %s after %s", what, facts.get("saga.state") or facts["payment.status"], facts["message.name"])
        if self._tracer:
            parent_id, links = unit.step.origin(changed.saga_id)
            context, ended = unit.step.of(changed.saga_id), self._clock.now()
            self._tracer.record(TraceSpan(f"{what} step", "INTERNAL", context, parent_id, began, ended, facts, links))
