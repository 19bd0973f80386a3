"""What was heard, what is to be said, and what nobody could use."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from reference.application.lists import DeadLetter
from reference.application.ports import Errand
from reference.domain.messages import Message, Unreadable
from reference.storage.tables import dead_letters, inbox, outbox
from reference.wire import WireError, decode, encode

# Drivers disagree on the rowcount of ON CONFLICT DO NOTHING, so each statement tells by RETURNING.
_UPSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_HEARD = {d: _UPSERT[d](inbox).on_conflict_do_nothing().returning(inbox.c.message_id) for d in _UPSERT}
_ASKED = {d: _UPSERT[d](outbox).on_conflict_do_nothing().returning(outbox.c.key) for d in _UPSERT}
_DONE = delete(outbox).where(outbox.c.key == bindparam("key")).returning(outbox.c.key)
_DUE = select(outbox.c.key).where(outbox.c.due_at <= bindparam("now")).order_by(outbox.c.due_at)
_CLAIM = (
    update(outbox)
    .where(outbox.c.key.in_(_DUE.limit(bindparam("most")).with_for_update(skip_locked=True)))
    .values(due_at=bindparam("until"), attempts=outbox.c.attempts + 1)
    .returning(outbox)
)
_LATER = update(outbox).where(outbox.c.key == bindparam("id"))
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
        return [_errand(row) for row in sorted(rows, key=lambda row: (row.asked_at, row.key))]

    def retry_at(self, key: str, due: datetime) -> None:
        """Try again later."""
        self._connection.execute(_LATER, {"id": key, "due_at": due})


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
    return DeadLetter(row.id, row.source, row.message_id, read_message(row.name, row.body), row.reason, row.at)


def _errand(row: Any) -> Errand:  # noqa: ANN401 - a row of the table
    return Errand(row.key, row.to, read_message(row.name, row.body), row.asked_at, row.attempts)


def read_message(name: str, body: dict[str, Any]) -> Message:
    """Return the message that was stored, as what nobody can read if another version of this code stored it."""
    try:
        found: Message = decode(Message.known[name], body)
    except (KeyError, WireError):
        return Unreadable(saga_id=body.get("sagaId", ""), stored_as=name, body=body)
    return found
