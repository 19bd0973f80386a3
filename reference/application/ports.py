"""What the application needs of the rooms around it: small nouns, each with the errors it may raise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, Self

from reference.application.lists import DeadLetter, Lists
from reference.domain.messages import Message
from reference.domain.payment import Payment
from reference.sagas.paid_saga import PaidSaga


class ConflictError(Exception):
    """Somebody else moved the same saga or payment first: decide again."""


class UnavailableError(Exception):
    """The outcome of a call is unknown, or it was not made: ask again, with the same key."""


class RefusedError(Exception):
    """The receiver will never take this message: a person should see it."""


class Clock(Protocol):
    """Tells the time; nobody here reads the machine's."""

    def now(self) -> datetime:
        """Return the present instant, aware and in UTC."""
        ...


@dataclass(frozen=True)
class Errand:
    """One row of the outbox: what is to be said to whom, and how often that was tried."""

    key: str  # Of saga, step and generation, never random: an idempotency key.
    to: str
    message: Message
    asked_at: datetime
    attempts: int

    @property
    def message_id(self) -> str:
        """The same whoever is to hear it: what is said to two is one message."""
        return f"{self.message.saga_id}:{self.message.key}"


class Gateway(Protocol):
    """Speaks to one service."""

    def perform(self, errand: Errand) -> list[Message]:
        """Say it and return what is answered at once; UnavailableError or RefusedError otherwise."""
        ...


class Inbox(Protocol):
    """Remembers what was heard."""

    def add(self, source: str, message_id: str, name: str, at: datetime, ignored: str = "") -> bool:
        """Return False for what was heard before. `ignored` says why nothing follows of it."""
        ...


class Sagas(Protocol):
    """Where sagas are kept."""

    def get(self, saga_id: str) -> PaidSaga | None:
        """Return the saga as it was last saved."""
        ...

    def save(self, saga: PaidSaga, at: datetime) -> None:
        """Keep a new saga or its move; ConflictError when somebody else was first."""
        ...

    def is_under_way(self, saga: PaidSaga) -> bool:
        """Whether the student already has a running saga for the same thing."""
        ...


class Payments(Protocol):
    """Where payments are kept."""

    def of_saga(self, saga_id: str) -> Payment | None:
        """Return the saga's payment."""
        ...

    def about(self, message: Message) -> Payment | None:
        """Return the payment that a message is about, by whichever id it carries: paymentId, intent or sagaId."""
        ...

    def save(self, payment: Payment) -> None:
        """Keep a new payment or its move; ConflictError when somebody else was first."""
        ...


class Outbox(Protocol):
    """Keeps what is still to be said."""

    fresh: list[Errand]  # What this unit put in, already under this process's lease.

    def put(self, key: str, to: str, message: Message, at: datetime) -> None:
        """Say it soon. What is already waiting to be said is not said twice."""
        ...

    def withdraw(self, key: str) -> None:
        """Do not say it any more."""
        ...

    def done(self, key: str) -> bool:
        """Forget what was said; False when it was withdrawn or somebody else said it."""
        ...

    def claim(self, now: datetime, lease_until: datetime, limit: int) -> list[Errand]:
        """Take what is due; whoever does not finish by the end of the lease loses it to the next."""
        ...

    def retry_at(self, key: str, due: datetime) -> None:
        """Try again later."""
        ...


class Deadlines(Protocol):
    """Knows what sagas and payments want to be reminded of, and when."""

    def pop(self, now: datetime) -> Message | None:
        """Take a reminder that fell due, of a payment or else of a saga; nobody else gets it."""
        ...


class DeadLetters(Protocol):
    """Keeps what nobody could use, for a person to see."""

    def add(self, source: str, message_id: str, message: Message, reason: str, at: datetime) -> None:
        """Keep it, with the reason."""
        ...

    def get(self, letter_id: int) -> DeadLetter | None:
        """Return one that still waits for a person."""
        ...

    def end(self, letter_id: int, by: str, why: str, at: datetime) -> bool:
        """Record who dealt with it and why; False when somebody has before."""
        ...


class UnitOfWork(Protocol):
    """All that one message changes, kept together or not at all."""

    inbox: Inbox
    sagas: Sagas
    payments: Payments
    outbox: Outbox
    deadlines: Deadlines
    dead_letters: DeadLetters
    lists: Lists

    def __enter__(self) -> Self: ...

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        """Undo whatever was not committed."""
        ...

    def commit(self) -> None:
        """Keep it all; ConflictError when the database cannot."""
        ...
