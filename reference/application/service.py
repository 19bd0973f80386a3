"""The door of the service: one message in, one step of one saga, one transaction."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from enum import StrEnum

from reference.application.ports import Clock, ConflictError, Errand, UnitOfWork
from reference.application.turn import Rules, Turn
from reference.domain.messages import Command, Message, NotExpected, NotOurs, Request
from reference.domain.payment_messages import PaymentEvent

Take = Callable[[UnitOfWork], Sequence[Message] | None]


log = logging.getLogger(__name__)
OUTWARD = (Request, Command, PaymentEvent)  # What we say, and do not hear.
TRIES = 10  # Each conflict means that somebody else made progress.


class Receipt(StrEnum):
    """What became of a message; nothing is lost silently."""

    APPLIED = "APPLIED"
    DUPLICATE = "DUPLICATE"
    IGNORED = "IGNORED"
    DEAD = "DEAD"


class PaymentService:
    """Moves sagas and payments by messages, each exactly once, whatever its way in."""

    def __init__(self, units: Callable[[], UnitOfWork], rules: Rules, clock: Clock) -> None:
        self._units, self._rules, self._clock = units, rules, clock
        self.on_asked: Callable[[Sequence[Errand]], None] = lambda _: None
        self.on_ended: Callable[[str, str, timedelta], None] = lambda *_: None

    def receive(self, source: str, message_id: str, message: Message) -> Receipt:
        """Take a message from outside; the same source and id twice takes effect once."""

        def heard_first(unit: UnitOfWork) -> Sequence[Message] | None:
            is_first = unit.inbox.add(source, message_id, message.name, self._clock.now())
            return [message] if is_first else None

        try:
            return self._settle(heard_first, source, message_id)
        except NotOurs as reason:
            return self.ignore(source, message_id, message.name, str(reason))

    def ignore(self, source: str, message_id: str, name: str, reason: str) -> Receipt:
        """Remember what was heard and why nothing follows of it."""
        with self._units() as unit:
            unit.inbox.add(source, message_id, name, self._clock.now(), ignored=reason)
            unit.commit()
        return Receipt.IGNORED

    def act(self, role: str, act_id: str, message: Message) -> Receipt:
        """Let a person move a saga; NotExpected if it cannot be moved so, and nothing is changed."""

        def acted(unit: UnitOfWork) -> Sequence[Message]:
            unit.inbox.add(role, act_id, message.name, self._clock.now())
            return [message]

        return self._until_settled(acted)

    def end_dead_letter(self, letter_id: int, *, by: str, why: str, again: bool) -> bool:
        """Take a dead letter once more, or only record how it was dealt with; False when nobody waits for it."""
        now = self._clock.now()

        def ended(unit: UnitOfWork) -> Sequence[Message] | None:
            letter = unit.dead_letters.get(letter_id)
            if letter is None or not unit.dead_letters.end(letter_id, by, why, now):
                return None
            if again and isinstance(letter.message, OUTWARD):
                unit.outbox.put(letter.message_id, letter.source, letter.message, now)
            return [letter.message] if again and not isinstance(letter.message, OUTWARD) else []

        return self._until_settled(ended) == Receipt.APPLIED

    def answered(self, errand: Errand, answers: Sequence[Message]) -> Receipt:
        """Take what the world answered; unless the errand was withdrawn, or done by somebody else."""

        def still_asked(unit: UnitOfWork) -> Sequence[Message] | None:
            return answers if unit.outbox.done(errand.key) else None

        return self._settle(still_asked, errand.to, errand.key)

    def refused(self, errand: Errand, reason: str) -> None:
        """Give up an errand that nobody will do, for a person to see; who asked for it hears so."""

        def given_up(unit: UnitOfWork) -> Sequence[Message] | None:
            if not unit.outbox.done(errand.key):
                return None
            unit.dead_letters.add(errand.to, errand.key, errand.message, reason, self._clock.now())
            told = errand.message.refused(reason) if isinstance(errand.message, Request) else None
            return [told] if told else []

        self._settle(given_up, errand.to, errand.key)

    def remind(self) -> bool:
        """Let one deadline that fell due take effect; False when none did."""

        def fallen_due(unit: UnitOfWork) -> Sequence[Message] | None:
            reminder = unit.deadlines.pop(self._clock.now())
            return [reminder] if reminder else None

        return self._settle(fallen_due, "deadlines", "") != Receipt.DUPLICATE

    def _settle(self, take: Take, source: str, message_id: str) -> Receipt:
        try:
            return self._until_settled(take)
        except NotExpected as misfit:
            return self._bury(take, source, message_id, str(misfit))

    def _until_settled(self, take: Take) -> Receipt:
        for _ in range(TRIES):
            try:
                return self._turn(take)
            except ConflictError as conflict:
                log.debug("deciding again: %s", conflict)
        raise ConflictError(f"somebody else was first {TRIES} times")

    def _turn(self, take: Take) -> Receipt:
        with self._units() as unit:
            messages = take(unit)
            if messages is None:
                return Receipt.DUPLICATE
            turn = Turn(unit, self._rules, self._clock.now())
            turn.run(messages)
            unit.commit()
            self.on_asked(unit.outbox.fresh)
            if turn.ended:
                self.on_ended(type(turn.ended).__name__, turn.ended.state.upper(), turn.ended.took)
            return Receipt.APPLIED

    def _bury(self, take: Take, source: str, message_id: str, reason: str) -> Receipt:
        log.warning("dead letter from %s: %s", source, reason)
        with self._units() as unit:
            for message in take(unit) or []:
                unit.dead_letters.add(source, message_id, message, reason, self._clock.now())
            unit.commit()
        return Receipt.DEAD
