"""The unit of work: one transaction, in which one message changes inbox, saga, payment and outbox."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Self

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError, OperationalError, TimeoutError  # noqa: A004 - SQLAlchemy's own

from reference.application.lists import Lists
from reference.application.ports import ConflictError, DeadLetters, Deadlines, Inbox, Outbox, Payments, Sagas
from reference.sagas.paid_saga import PaidSaga
from reference.storage.lists import ListsOfTables
from reference.storage.messages import DeadLetterTable, InboxTable, OutboxTable
from reference.storage.records import DeadlineColumns, PaymentTable, SagaTable


class SqlUnitOfWork:
    """A transaction, and the tables seen through it. What is not committed is undone."""

    def __init__(self, engine: Engine, sagas: Sequence[type[PaidSaga]], lease: timedelta) -> None:
        self._engine, self._sagas, self._lease = engine, {kind.__name__: kind for kind in sagas}, lease

    def __enter__(self) -> Self:
        try:
            self._connection = self._engine.connect()
        except (OperationalError, TimeoutError) as unreachable:
            raise ConflictError("the database cannot be reached now") from unreachable
        self.sagas: Sagas = SagaTable(self._connection, self._sagas)
        self.payments: Payments = PaymentTable(self._connection)
        self.inbox: Inbox = InboxTable(self._connection)
        self.outbox: Outbox = OutboxTable(self._connection, self._lease)
        self.deadlines: Deadlines = DeadlineColumns(self._connection)
        self.dead_letters: DeadLetters = DeadLetterTable(self._connection)
        self.lists: Lists = ListsOfTables(self._connection, self._sagas)
        return self

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        self._connection.close()
        if isinstance(error, IntegrityError | OperationalError):
            raise ConflictError(str(error.orig)) from error

    def commit(self) -> None:
        """Commit it all; ConflictError when the database cannot."""
        self._connection.commit()
