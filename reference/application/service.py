"""The entry to the application: one message in, one step of one saga, one transaction."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from enum import StrEnum

from reference.application.message_handler import MessageHandler, Rules
from reference.application.ports import Clock, ConflictError, OutboxMessage, UnitOfWork
from reference.domain.messages import Command, Message, NotExpected, NotOurs, Request
from reference.domain.payment_messages import PaymentEvent

log = logging.getLogger(__name__)
Intake = Callable[[UnitOfWork], Sequence[Message] | None]  # Takes what is to be handled; None if somebody else has.
OUTGOING = (Request, Command, PaymentEvent)  # What we send, and never handle.
TRIES = 10  # Each conflict means that somebody else made progress.


class Receipt(StrEnum):
    """What became of a message; nothing is lost silently."""

    APPLIED = "APPLIED"
    DUPLICATE = "DUPLICATE"
    IGNORED = "IGNORED"
    DEAD = "DEAD"


class PaymentService:
    """Moves sagas and payments by messages, each exactly once, whatever its way in.

    `enqueue` gets the outbox messages of each transaction, `on_ended` the kind, outcome and duration of an ended saga.
    """

    def __init__(
        self,
        units: Callable[[], UnitOfWork],
        rules: Rules,
        clock: Clock,
        enqueue: Callable[[Sequence[OutboxMessage]], None] = lambda _: None,
        on_ended: Callable[[str, str, timedelta], None] = lambda *_: None,
    ) -> None:
        self._units, self._rules, self._clock = units, rules, clock
        self._enqueue, self._on_ended = enqueue, on_ended
        self.conflicts = 0  # How often somebody else was first.

    def receive(self, source: str, message_id: str, message: Message) -> Receipt:
        """Handle a message from outside; the same source and id twice takes effect once."""

        def take_once(unit: UnitOfWork) -> Sequence[Message] | None:
            is_first = unit.inbox.add(source, message_id, message.name, self._clock.now())
            return [message] if is_first else None

        try:
            return self._handle(take_once, source, message_id)
        except NotOurs as reason:
            return self.ignore(source, message_id, message.name, str(reason))

    def ignore(self, source: str, message_id: str, name: str, reason: str) -> Receipt:
        """Remember in the inbox that a message came, and why nothing follows of it."""
        with self._units() as unit:
            unit.inbox.add(source, message_id, name, self._clock.now(), ignored=reason)
            unit.commit()
        return Receipt.IGNORED

    def keep_dead_letter(self, source: str, message_id: str, message: Message, reason: str) -> Receipt:
        """Make a dead letter of what is authentic and cannot be used; the same source and id twice is one."""
        with self._units() as unit:
            if not unit.inbox.add(source, message_id, message.name, self._clock.now()):
                return Receipt.DUPLICATE
            return self._dead_letter(unit, [message], source, message_id, reason)

    def act(self, role: str, act_id: str, message: Message) -> Receipt:
        """Let a person move a saga; NotExpected if it cannot be moved so, and nothing is changed."""

        def take(unit: UnitOfWork) -> Sequence[Message]:
            unit.inbox.add(role, act_id, message.name, self._clock.now())
            return [message]

        return self._handle(take)

    def end_dead_letter(self, letter_id: int, *, by: str, why: str, again: bool) -> bool:
        """Handle a dead letter again, or only record how it was dealt with; False when nobody waits for it."""
        now = self._clock.now()

        def take(unit: UnitOfWork) -> Sequence[Message] | None:
            letter = unit.dead_letters.get(letter_id)
            if letter is None or not unit.dead_letters.end(letter_id, by, why, now):
                return None
            if again and isinstance(letter.message, OUTGOING):
                unit.outbox.put(letter.message_id, letter.source, letter.message, now)
            return [letter.message] if again and not isinstance(letter.message, OUTGOING) else []

        return self._handle(take) == Receipt.APPLIED

    def complete(self, outgoing: OutboxMessage, answers: Sequence[Message]) -> Receipt:
        """Handle the answers to an outbox message, unless it was withdrawn or somebody else has sent it."""

        def take(unit: UnitOfWork) -> Sequence[Message] | None:
            return answers if unit.outbox.remove(outgoing.key) else None

        return self._handle(take, outgoing.to, outgoing.key)

    def give_up(self, outgoing: OutboxMessage, reason: str) -> None:
        """Make an outbox message that nobody will take a dead letter; the saga that asked for it learns so."""

        def take(unit: UnitOfWork) -> Sequence[Message] | None:
            if not unit.outbox.remove(outgoing.key):
                return None
            unit.dead_letters.add(outgoing.to, outgoing.key, outgoing.message, reason, self._clock.now())
            refusal = outgoing.message.refusal(reason) if isinstance(outgoing.message, Request) else None
            return [refusal] if refusal else []

        self._handle(take, outgoing.to, outgoing.key)

    def fire_deadline(self) -> bool:
        """Handle one deadline whose instant has come; False when there is none."""

        def take(unit: UnitOfWork) -> Sequence[Message] | None:
            deadline = unit.deadlines.pop(self._clock.now())
            return [deadline] if deadline else None

        return self._handle(take, "deadlines") != Receipt.DUPLICATE

    def _handle(self, take: Intake, source: str = "", message_id: str = "") -> Receipt:
        """Try until nobody else is faster. What fits nowhere is a dead letter, or NotExpected without a source."""
        for _ in range(TRIES):
            try:
                return self._handle_once(take, source, message_id)
            except ConflictError as conflict:
                self.conflicts += 1
                log.debug("deciding again: %s", conflict)
        raise ConflictError(f"somebody else was first {TRIES} times")

    def _handle_once(self, take: Intake, source: str, message_id: str) -> Receipt:
        with self._units() as unit:
            messages = take(unit)
            if messages is None:
                return Receipt.DUPLICATE
            handler = MessageHandler(unit, self._rules, self._clock.now())
            try:
                handler.handle(messages)
            except NotExpected as mismatch:
                if not source:
                    raise
                return self._dead_letter(unit, messages, source, message_id, str(mismatch))
            unit.commit()
            self._enqueue(unit.outbox.fresh)
            if saga := handler.ended_saga:
                self._on_ended(type(saga).__name__, saga.state.upper(), saga.duration_so_far)
            return Receipt.APPLIED

    def _dead_letter(
        self, unit: UnitOfWork, messages: Sequence[Message], source: str, message_id: str, reason: str
    ) -> Receipt:
        log.warning("dead letter from %s: %s", source, reason)
        for message in messages:
            unit.dead_letters.add(source, message_id, message, reason, self._clock.now())
        unit.commit()
        return Receipt.DEAD
