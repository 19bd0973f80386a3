"""Lists and counts: what people and reconciliation ask about many sagas, payments and dead letters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from reference.domain.messages import Message
from reference.domain.payment import Payment
from reference.sagas.paid_saga import PaidSaga

Item = TypeVar("Item")


class UnknownCursorError(ValueError):
    """A cursor that is none of ours."""


@dataclass(frozen=True)
class DeadLetter:
    """A message that nobody could use, and why."""

    id: int
    source: str
    message_id: str
    message: Message
    reason: str
    at: datetime


@dataclass(frozen=True)
class UnreadableSaga:
    """A stored saga that this version cannot read: what its columns say, the reason, and the whole."""

    saga_id: str
    saga: str
    student_id: str
    context: str
    context_id: str
    state: str
    outcome: str | None
    reason: str
    stored: Any


@dataclass(frozen=True)
class UnreadablePayment:
    """A stored payment that this version cannot read: what its columns say, the reason, and the whole."""

    payment_id: str
    saga_id: str
    intent_id: str | None
    context: str
    context_id: str
    status: str
    opened_at: datetime
    reason: str
    stored: Any


AnySaga = PaidSaga | UnreadableSaga
AnyPayment = Payment | UnreadablePayment


@dataclass(frozen=True)
class Filter:
    """Which sagas or payments are wanted; None means any, and an empty text is one that nothing has."""

    saga_id: str | None = None
    student_id: str | None = None
    context: str | None = None
    context_id: str | None = None
    state: str | None = None  # Of a saga its state, of a payment its status.


PAGE_SIZE = 50  # Unless another is asked for.


@dataclass(frozen=True)
class Page:
    """Which part of a list is wanted: so many items after a cursor, or from the start without one."""

    after: str = ""
    limit: int = PAGE_SIZE


@dataclass(frozen=True)
class Slice(Generic[Item]):
    """Part of a list, and the cursor of the next part; None after the last."""

    items: list[Item]
    next_cursor: str | None


@dataclass(frozen=True)
class Span:
    """From one instant up to another, both included."""

    since: datetime
    until: datetime

    def __post_init__(self) -> None:
        if self.since > self.until:
            raise ValueError(f"{self.since.isoformat()} is later than {self.until.isoformat()}")

    def __contains__(self, at: datetime) -> bool:
        return self.since <= at <= self.until


@dataclass(frozen=True)
class SagaCount:
    """How many sagas of a kind are in a state."""

    saga: str
    state: str
    outcome: str
    count: int


@dataclass(frozen=True)
class PendingCount:
    """How many outbox messages one receiver still has to get, and when the oldest was enqueued."""

    to: str
    count: int
    since: datetime


@dataclass(frozen=True)
class Counts:
    """What is stored, counted."""

    sagas: list[SagaCount]
    outbox: list[PendingCount]
    dead_letters: int


class Lists(Protocol):
    """The port to lists and counts; the newest come first."""

    def saga(self, saga_id: str) -> AnySaga | None:
        """Return one saga; None if there is no such saga."""
        ...

    def sagas(self, which: Filter, page: Page) -> Slice[AnySaga]:
        """Return part of the sagas."""
        ...

    def payments(self, which: Filter, page: Page) -> Slice[AnyPayment]:
        """Return part of the payments."""
        ...

    def payments_between(self, span: Span, page: Page) -> Slice[AnyPayment]:
        """Return part of the payments that began in a span of time."""
        ...

    def count_payments_between(self, span: Span) -> int:
        """Return how many payments began in a span of time."""
        ...

    def dead_letters(self, page: Page) -> Slice[DeadLetter]:
        """Return part of what waits for a person."""
        ...

    def counts(self) -> Counts:
        """Return how many there are of each."""
        ...

    def next_due(self, now: datetime) -> datetime | None:
        """Return when the next outbox message or deadline falls due, claimed outbox messages included."""
        ...
