"""The unit of work: one transaction, in which one message changes inbox, saga, payment and outbox."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Self

from sqlalchemy import Engine
from sqlalchemy.exc import (
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    TimeoutError,  # noqa: A004 - SQLAlchemy's own
)

from reference.application.lists import Lists
from reference.application.ports import (
    ConflictError,
    DeadLetters,
    Deadlines,
    Inbox,
    Outbox,
    Payments,
    Sagas,
    StorageUnavailableError,
)
from reference.sagas.paid_saga import PaidSaga
from reference.storage.database import NO_ANSWER
from reference.storage.lists import ListsOfTables
from reference.storage.messages import DeadLetterTable, InboxTable, OutboxTable
from reference.storage.records import DeadlineColumns, PaymentTable, SagaTable
from reference.tracing import StepTrace

RACES = {"40001", "40P01"}  # PostgreSQL gave way to somebody else, or to nobody: a deadlock.


class SqlUnitOfWork:
    """A transaction, and the tables seen through it. What is not committed is undone."""

    def __init__(self, engine: Engine, sagas: Sequence[type[PaidSaga]], lease: timedelta) -> None:
        self._engine, self._sagas, self._lease = engine, {kind.__name__: kind for kind in sagas}, lease

    def __enter__(self) -> Self:
        try:
            self._connection = self._engine.connect()
        except (DBAPIError, TimeoutError) as trouble:
            raise _translate(trouble) from trouble
        try:
            self._connection.begin()
        except DBAPIError as trouble:
            self.__exit__(None, trouble, None)
        self.step = StepTrace()
        self.sagas: Sagas = SagaTable(self._connection, self._sagas, self.step)
        self.payments: Payments = PaymentTable(self._connection, self.step)
        self.inbox: Inbox = InboxTable(self._connection, self.step)
        self.outbox: Outbox = OutboxTable(self._connection, self._lease, self.step)
        self.deadlines: Deadlines = DeadlineColumns(self._connection)
        self.dead_letters: DeadLetters = DeadLetterTable(self._connection, self.step)
        self.lists: Lists = ListsOfTables(self._connection, self._sagas)
        return self

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        with suppress(DBAPIError):  # What cannot be rolled back any more is undone by the database.
            self._connection.close()
        if isinstance(error, DBAPIError | TimeoutError):
            raise _translate(error) from error

    def commit(self) -> None:
        """Commit it all; ConflictError or StorageUnavailableError when the database cannot."""
        self._connection.commit()


def _translate(trouble: DBAPIError | TimeoutError) -> Exception:
    """Return what it means for us: decide again at once, come back later, or a fault of our own."""
    if isinstance(trouble, TimeoutError):
        return StorageUnavailableError("every connection is in use")
    why = str(trouble.orig).strip()
    was_dropped = trouble.connection_invalidated and why != NO_ANSWER
    if isinstance(trouble, IntegrityError) or getattr(trouble.orig, "sqlstate", None) in RACES or was_dropped:
        return ConflictError(why)
    return StorageUnavailableError(why) if isinstance(trouble, OperationalError | InterfaceError) else trouble
