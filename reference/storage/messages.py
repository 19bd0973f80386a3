"""What was heard, what is to be said, what to be reminded of, and what nobody could use."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from reference.application.lists import DeadLetter
from reference.application.ports import Errand
from reference.domain.messages import Message, Reminder, Unreadable
from reference.storage.tables import dead_letters, deadlines, inbox, outbox
from reference.wire import WireError, decode, encode

# Drivers disagree on the rowcount of ON CONFLICT DO NOTHING, so each statement tells by RETURNING.
_UPSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_HEARD = {d: _UPSERT[d](inbox).on_conflict_do_nothing().returning(inbox.c.message_id) for d in _UPSERT}
_ASKED = {d: _UPSERT[d](outbox).on_conflict_do_nothing().returning(outbox.c.key) for d in _UPSERT}
_REMIND = {
    d: (new := _UPSERT[d](deadlines)).on_conflict_do_update(
        index_elements=["key"], set_={"due_at": new.excluded.due_at, "body": new.excluded.body}
    )
    for d in _UPSERT
}
_DONE = delete(outbox).where(outbox.c.key == bindparam("key")).returning(outbox.c.key)
_DUE = select(outbox.c.key).where(outbox.c.due_at <= bindparam("now")).order_by(outbox.c.due_at)
_CLAIM = (
    update(outbox)
    .where(outbox.c.key.in_(_DUE.limit(bindparam("most")).with_for_update(skip_locked=True)))
    .values(due_at=bindparam("until"), attempts=outbox.c.attempts + 1)
    .returning(outbox)
)
_LATER = update(outbox).where(outbox.c.key == bindparam("id"))
_FALLEN = select(deadlines.c.key).where(deadlines.c.due_at <= bindparam("now")).order_by(deadlines.c.due_at).limit(1)
_POP = (
    delete(deadlines)
    # Not IN: a plan that asks again for each row would delete, and lose, them all.
    .where(deadlines.c.key == _FALLEN.with_for_update(skip_locked=True).scalar_subquery())
    .returning(deadlines.c.name, deadlines.c.body)
)
_CLEAR = delete(deadlines).where(deadlines.c.owner == bindparam("of"))
_NEXT_ERRAND = select(func.min(outbox.c.due_at))
_NEXT_REMINDER = select(func.min(deadlines.c.due_at))
_LAST_REMINDER = select(func.max(deadlines.c.due_at)).where(deadlines.c.owner == bindparam("of"))
_BURY = insert(dead_letters)
_WAITING = (dead_letters.c.id == bindparam("letter_id"), dead_letters.c.ended_at.is_(None))
_LETTER = select(dead_letters).where(*_WAITING)
_END = update(dead_letters).where(*_WAITING)


class InboxTable:
    """Remembers what was heard."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, source: str, message_id: str, name: str, at: datetime, ignored: str = "") -> bool:
        """Return False for what was heard before. `ignored` says why nothing follows of it."""
        row = {"source": source, "message_id": message_id, "name": name, "received_at": at, "ignored": ignored}
        return self._connection.execute(_HEARD[self._connection.dialect.name], row).first() is not None


class OutboxTable:
    """Keeps what is still to be said."""

    def __init__(self, connection: Connection, lease: timedelta) -> None:
        self._connection, self._lease = connection, lease
        self.fresh: list[Errand] = []

    def put(self, key: str, to: str, message: Message, at: datetime) -> None:
        """Say it soon, by this process first of all. What is already waiting to be said is not said twice."""
        row: dict[str, Any] = {"key": key, "to": to, "name": message.name, "body": encode(message), "attempts": 1}
        row |= {"asked_at": at, "due_at": at + self._lease}
        if self._connection.execute(_ASKED[self._connection.dialect.name], row).first():
            self.fresh.append(Errand(key, to, message, at, attempts=1))

    def withdraw(self, key: str) -> None:
        """Do not say it any more."""
        self.fresh = [errand for errand in self.fresh if errand.key != key]
        self.done(key)

    def done(self, key: str) -> bool:
        """Forget what was said; False when it was withdrawn or somebody else said it."""
        return self._connection.execute(_DONE, {"key": key}).first() is not None

    def claim(self, now: datetime, lease_until: datetime, limit: int) -> list[Errand]:
        """Take what is due; whoever does not finish by the end of the lease loses it to the next."""
        rows = self._connection.execute(_CLAIM, {"now": now, "until": lease_until, "most": limit}).all()
        oldest_first = sorted(rows, key=lambda row: (row.asked_at, row.key))
        return [Errand(row.key, row.to, _read(row), row.asked_at, row.attempts) for row in oldest_first]

    def next_due(self) -> datetime | None:
        """Return when the next errand falls due, claimed ones included."""
        return self._connection.execute(_NEXT_ERRAND).scalar()

    def retry_at(self, key: str, due: datetime) -> None:
        """Try again later."""
        self._connection.execute(_LATER, {"id": key, "due_at": due})


class DeadlineTable:
    """Keeps what sagas and payments want to be reminded of."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, owner: str, reminder: Reminder, due: datetime) -> None:
        """Remind of it then; a reminder of the same name is moved."""
        row = {"key": f"{owner}:{reminder.key}", "owner": owner, "name": reminder.name, "body": encode(reminder)}
        self._connection.execute(_REMIND[self._connection.dialect.name], row | {"due_at": due})

    def clear(self, owner: str) -> None:
        """Forget all reminders of a saga that went on."""
        self._connection.execute(_CLEAR, {"of": owner})

    def next_due(self) -> datetime | None:
        """Return when the next reminder falls due."""
        return self._connection.execute(_NEXT_REMINDER).scalar()

    def last_due(self, owner: str) -> datetime | None:
        """Return until when the owner waits at most."""
        return self._connection.execute(_LAST_REMINDER, {"of": owner}).scalar()

    def pop(self, now: datetime) -> Message | None:
        """Take the oldest reminder that fell due; nobody else gets it."""
        row = self._connection.execute(_POP, {"now": now}).first()
        return _read(row) if row else None


class DeadLetterTable:
    """Keeps what nobody could use, for a person to see."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, source: str, message_id: str, message: Message, reason: str, at: datetime) -> None:
        """Keep it, with the reason."""
        row = {"source": source, "message_id": message_id, "name": message.name, "body": encode(message)}
        self._connection.execute(_BURY, row | {"reason": reason, "at": at})

    def get(self, letter_id: int) -> DeadLetter | None:
        """Return one that still waits for a person."""
        row = self._connection.execute(_LETTER, {"letter_id": letter_id}).one_or_none()
        return dead_letter(row) if row else None

    def end(self, letter_id: int, by: str, why: str, at: datetime) -> bool:
        """Record who dealt with it and why; False when somebody has before."""
        row = {"letter_id": letter_id, "ended_at": at, "ended_by": by, "ended_why": why}
        return self._connection.execute(_END, row).rowcount == 1


def dead_letter(row: Any) -> DeadLetter:  # noqa: ANN401 - a row of the table
    """Return the letter of a row."""
    return DeadLetter(row.id, row.source, row.message_id, _read(row), row.reason, row.at)


def _read(row: Any) -> Message:  # noqa: ANN401 - a row of a table
    try:
        found: Message = decode(Message.known[row.name], row.body)
    except (KeyError, WireError):
        return Unreadable(saga_id=row.body.get("sagaId", ""), stored_as=row.name, body=row.body)
    return found
