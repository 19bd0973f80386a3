"""The ports: what the application needs of the rooms around it, each with the errors it may raise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, Self

from reference.application.lists import DeadLetter, Lists
from reference.domain.messages import Message
from reference.domain.payment import Payment
from reference.sagas.paid_saga import PaidSaga
from reference.tracing import StepTrace, TraceContext


class ConflictError(Exception):
    """Somebody else moved the same saga or payment first: decide again."""


class StorageUnavailableError(Exception):
    """The database cannot be used now: nothing was changed, and it is worth trying later."""


class UnavailableError(Exception):
    """The outcome of a call is unknown, or it was not made: ask again, with the same key."""


class RefusedError(Exception):
    """The receiver will never take this message: a person should see it."""


CLOCK_SKEW = timedelta(hours=1)  # How far Stripe's clock and ours may differ, or an intent be younger than its payment.


class Clock(Protocol):
    """The time; nobody here reads the machine's."""

    def now(self) -> datetime:
        """Return the present instant, aware and in UTC."""
        ...


@dataclass(frozen=True)
class OutboxMessage:
    """One row of the outbox: a message still to be sent to whom, and the number of the attempt."""

    key: str  # Of saga, step and generation, never random: an idempotency key.
    to: str
    message: Message
    enqueued_at: datetime
    attempts: int
    leased_until: datetime  # Until then no other process sends it.
    trace: TraceContext | None = None  # The step that asked for it.

    @property
    def message_id(self) -> str:
        """The same for all receivers: what is sent to two is one message."""
        return f"{self.message.saga_id}:{self.message.key}"


@dataclass(frozen=True)
class InboxMessage:
    """A message as a broker brings it; `unreadable` says why it is none that we can use."""

    source: str
    message_id: str
    message: Message
    trace: TraceContext | None = None  # Which the sender says it belongs to.
    unreadable: str = ""


class MessageBroker(Protocol):
    """Keeps messages for other services, and theirs for us."""

    def publish(self, to: str, outgoing: OutboxMessage) -> None:
        """Return once the broker keeps it for that service; UnavailableError when that is not known."""
        ...

    def consume(self, take: Callable[[InboxMessage], bool], is_over: Callable[[], bool]) -> None:
        """Bring messages until it is over, and acknowledge what is taken (True); UnavailableError when it is gone."""
        ...

    def close(self) -> None:
        """Let go of the connections, once nobody publishes or consumes any more."""
        ...


class Observer:
    """Counts what happens, for whoever watches the service; this one counts nothing."""

    def count_end(self, saga: str, outcome: str, took: timedelta) -> None:
        """Count a saga that came to an end."""

    def count_conflict(self) -> None:
        """Count a decision made again because somebody else was first."""

    def count_lost_lease(self) -> None:
        """Count an outbox message that another process took while it waited here."""

    def show_circuit(self, receiver: str, *, is_open: bool) -> None:
        """Show whether a receiver answers nobody, and is only probed."""


UNOBSERVED = Observer()


class Gateway(Protocol):
    """Calls one other service."""

    def send(self, outgoing: OutboxMessage) -> list[Message]:
        """Send it and return what is answered at once; UnavailableError or RefusedError otherwise."""
        ...


class Inbox(Protocol):
    """The inbox: which messages came in."""

    def add(self, source: str, message_id: str, name: str, at: datetime, ignored: str = "") -> None:
        """Add a message, and commit nothing if it came before. `ignored` says why nothing follows of it."""
        ...


class Sagas(Protocol):
    """Where sagas are stored."""

    def get(self, saga_id: str) -> PaidSaga | None:
        """Return the saga as it was last saved; None if there is none, NotExpected if it cannot be read."""
        ...

    def save(self, saga: PaidSaga, at: datetime) -> None:
        """Store a new saga or its move; the commit raises ConflictError when somebody else was first."""
        ...

    def is_under_way(self, saga: PaidSaga) -> bool:
        """Whether the student already has a running saga for the same thing."""
        ...


class Payments(Protocol):
    """Where payments are stored."""

    def of_saga(self, saga_id: str) -> Payment | None:
        """Return the saga's payment; None if there is none, NotExpected if it cannot be read."""
        ...

    def about(self, message: Message) -> Payment | None:
        """Return the payment that a message is about, by its paymentId, intent or sagaId; else as of_saga."""
        ...

    def save(self, payment: Payment) -> None:
        """Store a new payment or its move; the commit raises ConflictError when somebody else was first."""
        ...


class Outbox(Protocol):
    """The outbox: the messages still to be sent."""

    fresh: list[OutboxMessage]  # What this unit has put in, already under this process's lease, once it is committed.

    def put(self, key: str, to: str, message: Message, at: datetime) -> None:
        """Add a message; the same one that is stored is sent, even if it just was."""
        ...

    def withdraw(self, key: str) -> None:
        """Remove a message that must not be sent any more."""
        ...

    def remove(self, key: str) -> None:
        """Remove what was sent, and commit nothing when it was withdrawn or somebody else sent it."""
        ...

    def finish(self, key: str) -> None:
        """Remove what was answered, and commit nothing when it is gone, or was put once more since it was taken."""
        ...

    def send_again(self, key: str, now: datetime) -> None:
        """Let what was put once more be sent once more: the answer may be too old. Commit nothing when it is gone."""
        ...

    def delete(self, keys: Sequence[str]) -> None:
        """Remove what was sent and will not be answered, but for what has been put once more since it was taken."""
        ...

    def claim(self, now: datetime, limit: int, besides: Sequence[str] = ()) -> list[OutboxMessage]:
        """Take what is due under a new lease, but for some receivers; who does not finish by its end loses it."""
        ...

    def renew(self, outgoing: OutboxMessage, now: datetime) -> bool:
        """Begin a new lease; False when the old one is lost: somebody else has the message, or it is gone."""
        ...

    def retry_at(self, outgoing: OutboxMessage, due: datetime) -> None:
        """Let it be sent again later."""
        ...

    def give_back(self, unsent: Sequence[tuple[OutboxMessage, datetime]]) -> None:
        """Let each be sent from an instant on, by whomever, but for those whose leases are lost already."""
        ...


class Deadlines(Protocol):
    """The deadlines of sagas and payments."""

    def pop(self, now: datetime) -> Message | None:
        """Take one whose instant has come, of a payment or else of a saga; None when there is none."""
        ...


class DeadLetters(Protocol):
    """The dead letters: what nobody could use, kept for a person."""

    def add(self, source: str, message_id: str, message: Message, reason: str, at: datetime) -> None:
        """Add a message that nobody could use, with the reason."""
        ...

    def get(self, letter_id: int) -> DeadLetter | None:
        """Return one that still waits for a person, or None."""
        ...

    def end(self, letter_id: int, by: str, why: str, at: datetime) -> None:
        """Record who dealt with it and why, and commit nothing when somebody has before."""
        ...


class UnitOfWork(Protocol):
    """One transaction, all of it or nothing; what is written waits for the commit, so nobody waits while we decide."""

    inbox: Inbox
    sagas: Sagas
    payments: Payments
    outbox: Outbox
    deadlines: Deadlines
    dead_letters: DeadLetters
    lists: Lists
    step: StepTrace

    def __enter__(self) -> Self: ...

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        """Undo whatever was not committed."""
        ...

    def commit(self) -> bool:
        """Commit it all; False, and nothing is changed, when somebody has handled before what this unit handles.

        ConflictError or StorageUnavailableError when the database cannot.
        """
        ...
