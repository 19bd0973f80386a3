"""The tables. Columns are what queries look for; `body` holds the whole, as it would look on the wire."""

from datetime import UTC, datetime

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


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC time on both databases; SQLite has no time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _: Dialect) -> datetime | None:
        """Store UTC."""
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, _: Dialect) -> datetime | None:
        """Read UTC."""
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


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
)
