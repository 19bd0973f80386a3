"""The tables. Columns are what queries look for; `body` holds the whole, as it would look on the wire.

`trace` is the place in its saga's trace where a row was last written; empty in rows of before there was any.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    TypeDecorator,
    text,
)

LONG_AGO = datetime.min.replace(tzinfo=UTC)
_TEXT = len("2026-01-31 12:00:00.000000")  # As SQLAlchemy writes a time: without its offset.


class UnreadableTime(datetime):
    """What stands in a column of SQLite, which takes anything, where a time should be: longer ago than all times."""

    text: object

    @classmethod
    def of(cls, text: object) -> "UnreadableTime":
        """Return it with what the column holds."""
        found = cls.fromisoformat(LONG_AGO.isoformat())
        found.text = text
        return found

    def sorts_before(self, time: datetime) -> bool:
        """Whether SQLite, which compares texts, takes it for an earlier time."""
        return not isinstance(self.text, str) or self.text <= f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC time on both databases; SQLite has no time zones, and no times."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _: Dialect) -> datetime | None:
        """Store UTC."""
        return value.astimezone(UTC) if value else None

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any] | None:
        """Write SQLite's text by ourselves: in a quarter of the time."""
        return _write_text if dialect.name == "sqlite" else super().bind_processor(dialect)

    def process_result_value(self, value: datetime | None, _: Dialect) -> datetime | None:
        """Read UTC."""
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        """Read SQLite's text by ourselves: one that is no time must not hide the other rows."""
        return _read_text if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _write_text(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat(" ", "microseconds")[:_TEXT] if at else None


def _read_text(stored: Any) -> datetime | None:  # noqa: ANN401 - whatever the column holds
    if stored is None:
        return None
    try:
        time = datetime.fromisoformat(stored)
    except (TypeError, ValueError):
        return UnreadableTime.of(stored)
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)


metadata = MetaData()

sagas = Table(
    "sagas",
    metadata,
    Column("saga_id", String, primary_key=True),
    Column("saga", String, nullable=False),
    Column("student_id", String, nullable=False),
    Column("context", String, nullable=False),
    Column("context_id", String, nullable=False),
    Column("state", String, nullable=False),
    Column("outcome", String),
    Column("buying", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("body", JSON, nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Column("due_at", UtcTime, index=True),  # The next deadline.
    Column("trace", String),
    Index("newest_sagas", "started_at", "saga_id"),
    Index("sagas_of_student", "student_id"),
    Index("sagas_alike", "saga", "state", "outcome"),  # So that counting them reads no bodies.
    # A student buys a thing once at a time, whatever races.
    Index(
        "one_purchase_under_way",
        "student_id",
        "context",
        "context_id",
        unique=True,
        sqlite_where=text("buying = 1"),
        postgresql_where=text("buying"),
    ),
)

payments = Table(
    "payments",
    metadata,
    Column("payment_id", String, primary_key=True),
    Column("saga_id", String, nullable=False, unique=True),
    Column("intent_id", String, unique=True),
    Column("status", String, nullable=False),
    Column("context", String, nullable=False),
    Column("context_id", String, nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("version", Integer, nullable=False),
    Column("body", JSON, nullable=False),
    Column("due_at", UtcTime, index=True),  # The next deadline.
    Column("trace", String),
    Index("newest_payments", "opened_at", "payment_id"),
)

inbox = Table(
    "inbox",
    metadata,
    Column("source", String, primary_key=True),
    Column("message_id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("ignored", String, nullable=False),
    Column("trace", String),  # What it came with.
)

outbox = Table(
    "outbox",
    metadata,
    Column("key", String, primary_key=True),
    Column("to", String, nullable=False),
    Column("name", String, nullable=False),
    Column("body", JSON, nullable=False),
    Column("asked_at", UtcTime, key="enqueued_at", nullable=False),
    Column("due_at", UtcTime, nullable=False, index=True),  # Of a claimed row: the end of the lease.
    Column("attempts", Integer, nullable=False),
    Column("trace", String),
)

dead_letters = Table(
    "dead_letters",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", String, nullable=False),
    Column("message_id", String, nullable=False),
    Column("name", String, nullable=False),
    Column("body", JSON, nullable=False),
    Column("reason", String, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),  # By whom and why, too: a person dealt with it.
    Column("ended_by", String),
    Column("ended_why", String),
    Column("trace", String),
)
