"""The inbox, the outbox and the dead letters: the tables of messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update

from reference.application.lists import DeadLetter
from reference.application.ports import OutboxMessage
from reference.domain.messages import Message, Unreadable
from reference.storage.prepared import Write, insert_row
from reference.storage.tables import LONG_AGO, UnreadableTime, dead_letters, inbox, outbox
from reference.storage.transaction import Transaction
from reference.tracing import StepTrace, load_trace
from reference.wire import decode, encode

_IS = outbox.c.key == bindparam("id")
_ASK_AGAIN = {"attempts": -func.abs(outbox.c.attempts)}  # Below zero until it is taken again.
_HEAR = Write(lambda on: insert_row(inbox, [*inbox.c], on).on_conflict_do_nothing().returning(inbox.c.name), claim=True)
_PUT = Write(
    lambda on: (
        insert_row(outbox, [*outbox.c], on)
        .on_conflict_do_update(index_elements=[outbox.c.key], set_=_ASK_AGAIN)
        .returning(outbox.c.attempts)
    )
)
_REMOVE = Write(lambda on: delete(outbox).where(_IS, on).returning(outbox.c.key), claim=True)
_FINISH = Write(lambda on: delete(outbox).where(_IS, outbox.c.attempts > 0, on).returning(outbox.c.key), claim=True)
_SEND_AGAIN = Write(
    lambda on: (
        update(outbox)
        .where(_IS, outbox.c.attempts < 0, on)
        .values(attempts=func.abs(outbox.c.attempts), due_at=bindparam("now"))
        .returning(outbox.c.key)
    ),
    claim=True,
)
_WITHDRAW = Write(lambda on: delete(outbox).where(_IS, on).returning(outbox.c.key))
_DELETE = delete(outbox).where(outbox.c.key.in_(bindparam("ids", expanding=True)), outbox.c.attempts > 0)
_DUE = (
    select(outbox.c.key)
    .where(outbox.c.due_at <= bindparam("now"), outbox.c.to.not_in(bindparam("besides", expanding=True)))
    .order_by(outbox.c.due_at)
)
_CLAIM = (
    update(outbox)
    .where(outbox.c.key.in_(_DUE.limit(bindparam("most")).with_for_update(skip_locked=True)))
    .values(due_at=bindparam("until"), attempts=func.abs(outbox.c.attempts) + 1)
    .returning(outbox)
)
_LEASE = (_IS, outbox.c.due_at == bindparam("lease"))
_RENEW = update(outbox).where(*_LEASE).values(due_at=bindparam("until")).returning(outbox.c.key)
_GIVE_BACK = update(outbox).where(*_LEASE).values(due_at=bindparam("due"))
_RETRY = update(outbox).where(_IS)
_LETTER_COLUMNS = [dead_letters.c[name] for name in ("source", "message_id", "name", "body", "trace", "reason", "at")]
_ADD_LETTER = Write(lambda on: insert_row(dead_letters, _LETTER_COLUMNS, on).returning(dead_letters.c.id))
_IS_WAITING = (dead_letters.c.id == bindparam("letter_id"), dead_letters.c.ended_at.is_(None))
_LETTER = select(dead_letters).where(*_IS_WAITING)
_END_LETTER = Write(lambda on: update(dead_letters).where(*_IS_WAITING, on).returning(dead_letters.c.id), claim=True)


class InboxTable:
    """The inbox: which messages came in."""

    def __init__(self, transaction: Transaction, step: StepTrace) -> None:
        self._transaction, self._step = transaction, step

    def add(self, source: str, message_id: str, name: str, at: datetime, ignored: str = "") -> None:
        """Add a message, and commit nothing if it came before. `ignored` says why nothing follows of it."""
        row = {"source": source, "message_id": message_id, "name": name, "received_at": at, "ignored": ignored}
        row["trace"] = str(led_by) if (led_by := self._step.activity.trace) else None
        self._transaction.write(_HEAR, row)


class OutboxTable:
    """The outbox: the messages still to be sent."""

    def __init__(self, transaction: Transaction, lease: timedelta, step: StepTrace) -> None:
        self._transaction, self._lease, self._step = transaction, lease, step
        self._put: dict[str, tuple[int, OutboxMessage]] = {}  # Each with its place among what is written.
        self._removed: set[str] = set()  # Or changed: PostgreSQL writes a row once in a statement.
        self.fresh: list[OutboxMessage] = []

    def put(self, key: str, to: str, message: Message, at: datetime) -> None:
        """Add a message under this process's lease; the same one that is stored is sent, even if it just was."""
        if key in self._put:
            return
        self._transaction.in_turn |= key in self._removed
        row: dict[str, Any] = {"key": key, "to": to, "name": message.name, "body": encode(message), "attempts": 1}
        trace = self._step.of(message.saga_id)
        row |= {"enqueued_at": at, "due_at": at + self._lease, "trace": str(trace)}
        place = self._transaction.write(_PUT, row)
        self._put[key] = (place, OutboxMessage(key, to, message, at, 1, row["due_at"], trace))

    def withdraw(self, key: str) -> None:
        """Remove a message that must not be sent any more."""
        self._transaction.in_turn |= key in self._put
        self._put.pop(key, None)
        self._removed.add(key)
        self._transaction.write(_WITHDRAW, {"id": key})

    def remove(self, key: str) -> None:
        """Remove what was sent, and commit nothing when it was withdrawn or somebody else sent it."""
        self._removed.add(key)
        self._transaction.write(_REMOVE, {"id": key})

    def note_fresh(self, said: Sequence[Any]) -> None:
        """Learn from what each write said which messages are new: of others the attempts are below zero."""
        self.fresh = [outgoing for place, outgoing in self._put.values() if int(said[place]) > 0]

    def finish(self, key: str) -> None:
        """Remove what was answered, and commit nothing when it is gone, or was put once more since it was taken."""
        self._removed.add(key)
        self._transaction.write(_FINISH, {"id": key})

    def send_again(self, key: str, now: datetime) -> None:
        """Let what was put once more be sent once more: the answer may be too old. Commit nothing when it is gone."""
        self._removed.add(key)
        self._transaction.write(_SEND_AGAIN, {"id": key, "now": now})

    def delete(self, keys: Sequence[str]) -> None:
        """Remove what was sent and will not be answered, but for what has been put once more since it was taken."""
        self._transaction.execute(_DELETE, {"ids": keys})

    def claim(self, now: datetime, limit: int, besides: Sequence[str] = ()) -> list[OutboxMessage]:
        """Take what is due under a new lease, but for some receivers; who does not finish by its end loses it."""
        values = {"now": now, "until": now + self._lease, "most": limit, "besides": list(besides)}
        claimed = self._transaction.execute(_CLAIM, values).all()
        rows = sorted(claimed, key=lambda row: (row.enqueued_at, row.key))
        messages = [_with_time(read_message(row.name, row.body), row, row.enqueued_at) for row in rows]
        return [
            OutboxMessage(row.key, row.to, message, row.enqueued_at, row.attempts, row.due_at, load_trace(row.trace))
            for row, message in zip(rows, messages, strict=True)
        ]

    def renew(self, outgoing: OutboxMessage, now: datetime) -> bool:
        """Begin a new lease; False when the old one is lost: somebody else has the message, or it is gone."""
        values = {"id": outgoing.key, "lease": outgoing.leased_until, "until": now + self._lease}
        return self._transaction.execute(_RENEW, values).first() is not None

    def retry_at(self, outgoing: OutboxMessage, due: datetime) -> None:
        """Let it be sent again later."""
        values = {"id": outgoing.key, "due_at": due, "attempts": outgoing.attempts}
        self._transaction.execute(_RETRY, values)

    def give_back(self, unsent: Sequence[tuple[OutboxMessage, datetime]]) -> None:
        """Let each be sent from an instant on, by whomever, but for those whose leases are lost already."""
        leases = [{"id": each.key, "lease": each.leased_until, "due": due} for each, due in unsent]
        if leases:
            self._transaction.execute(_GIVE_BACK, leases)


class DeadLetterTable:
    """The dead letters: what nobody could use, kept for a person."""

    def __init__(self, transaction: Transaction, step: StepTrace) -> None:
        self._transaction, self._step = transaction, step

    def add(self, source: str, message_id: str, message: Message, reason: str, at: datetime) -> None:
        """Add a message that nobody could use, with the reason."""
        row = {"source": source, "message_id": message_id, "name": message.name, "body": encode(message)}
        row |= {"trace": str(self._step.of(message.saga_id)) if message.saga_id else None}
        self._transaction.write(_ADD_LETTER, row | {"reason": reason, "at": at})

    def get(self, letter_id: int) -> DeadLetter | None:
        """Return one that still waits for a person, or None."""
        row = self._transaction.find(_LETTER, {"letter_id": letter_id})
        self._step.find(row.trace if row else None)
        return read_dead_letter(row) if row else None

    def end(self, letter_id: int, by: str, why: str, at: datetime) -> None:
        """Record who dealt with it and why, and commit nothing when somebody has before."""
        row = {"letter_id": letter_id, "ended_at": at, "ended_by": by, "ended_why": why}
        self._transaction.write(_END_LETTER, row)


def read_dead_letter(row: Any) -> DeadLetter:  # noqa: ANN401 - a row of the table
    """Return the dead letter of a row."""
    message = _with_time(read_message(row.name, row.body), row, row.at)
    at = LONG_AGO if isinstance(row.at, UnreadableTime) else row.at
    return DeadLetter(row.id, row.source, row.message_id, message, row.reason, at)


def _with_time(message: Message, row: Any, at: datetime) -> Message:  # noqa: ANN401 - a row of the outbox or a dead letter
    """Return the message; as Unreadable if its time is none, so that a person looks at it."""
    is_dated = isinstance(message, Unreadable) or not isinstance(at, UnreadableTime)
    return message if is_dated else Unreadable(saga_id=message.saga_id, stored_as=row.name, body=row.body)


def read_message(name: str, body: Any) -> Message:  # noqa: ANN401 - whatever is stored
    """Return the message that was stored; Unreadable if this version of the code cannot read it."""
    try:
        message: Message = decode(Message.known[name], body)
    except (KeyError, TypeError, ValueError):
        saga_id = body.get("sagaId") if isinstance(body, dict) else None
        return Unreadable(saga_id=saga_id if isinstance(saga_id, str) else "", stored_as=name, body=body)
    # What an older version could not read, this one may.
    return read_message(message.stored_as, message.body) if isinstance(message, Unreadable) else message
