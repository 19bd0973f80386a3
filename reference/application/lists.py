"""What is asked about many, by people and by whoever compares the books: the nouns, and where the answers come from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from reference.domain.messages import Message
from reference.domain.payment import Payment
from reference.sagas.paid_saga import PaidSaga

Item = TypeVar("Item")


class UnknownCursorError(ValueError):
    """No list was ever cut there."""


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
class Filter:
    """Which sagas or payments are meant; what is empty does not matter."""

    student_id: str = ""
    context: str = ""
    context_id: str = ""
    state: str = ""  # Of a saga its state, of a payment its status.


@dataclass(frozen=True)
class Page:
    """Which part of a list is meant: so many items after the one that the cursor names."""

    after: str = ""
    limit: int = 50


@dataclass(frozen=True)
class Slice(Generic[Item]):
    """Part of a list, and the cursor of the next part."""

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
    """How many sagas stand alike."""

    saga: str
    state: str
    outcome: str
    count: int


@dataclass(frozen=True)
class Counts:
    """What is stored, counted."""

    sagas: list[SagaCount]
    outbox: int
    outbox_since: datetime | None  # When the oldest was asked for.
    dead_letters: int


class Lists(Protocol):
    """Answers questions about many; the newest come first."""

    def sagas(self, which: Filter, page: Page) -> Slice[PaidSaga]:
        """Return part of the sagas."""
        ...

    def payments(self, which: Filter, page: Page) -> Slice[Payment]:
        """Return part of the payments."""
        ...

    def opened(self, span: Span, page: Page) -> Slice[Payment]:
        """Return part of the payments that began in a span of time."""
        ...

    def count_opened(self, span: Span) -> int:
        """Return how many payments began in a span of time."""
        ...

    def dead_letters(self, page: Page) -> Slice[DeadLetter]:
        """Return part of what waits for a person."""
        ...

    def counts(self) -> Counts:
        """Return how many there are of each."""
        ...

    def next_due(self) -> datetime | None:
        """Return when the next errand or reminder falls due, claimed errands included."""
        ...
