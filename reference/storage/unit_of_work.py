"""The unit of work: one transaction, in which one message changes inbox, saga, payment and outbox."""

from __future__ import annotations

from collections.abc import Sequence
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
from reference.storage.group_commit import GroupCommit
from reference.storage.lists import ListsOfTables
from reference.storage.messages import DeadLetterTable, InboxTable, OutboxTable
from reference.storage.record_cache import RecordCache
from reference.storage.records import DeadlineColumns, PaymentTable, SagaTable
from reference.storage.transaction import Transaction
from reference.tracing import StepTrace

RACES = {"40001", "40P01"}  # PostgreSQL gave way to somebody else, or to nobody: a deadlock.


class SqlUnitOfWork:
    """A transaction, and the tables seen through it. What is not committed is undone."""

    def __init__(
        self,
        engine: Engine,
        sagas: Sequence[type[PaidSaga]],
        lease: timedelta,
        cache: RecordCache | None = None,
        group: GroupCommit | None = None,
    ) -> None:
        self._engine, self._sagas, self._lease = engine, {kind.__name__: kind for kind in sagas}, lease
        self._cache, self._group = cache or RecordCache(), group

    def __enter__(self) -> Self:
        step = self.step = StepTrace()
        transaction = self._transaction = Transaction(self._engine, self._group)
        self._records = (
            SagaTable(transaction, self._sagas, step, self._cache),
            PaymentTable(transaction, step, self._cache),
        )
        self._outbox = OutboxTable(transaction, self._lease, step)
        self.sagas: Sagas = self._records[0]
        self.payments: Payments = self._records[1]
        self.inbox: Inbox = InboxTable(transaction, step)
        self.outbox: Outbox = self._outbox
        self.deadlines: Deadlines = DeadlineColumns(transaction, self._cache)
        self.dead_letters: DeadLetters = DeadLetterTable(transaction, step)
        self.lists: Lists = ListsOfTables(transaction, self._sagas)
        return self

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        self._transaction.close()
        if isinstance(error, DBAPIError | TimeoutError):
            raise _translate(error) from error

    def commit(self) -> bool:
        """Commit it all; False, and nothing is changed, when somebody has handled before what this unit handles.

        ConflictError or StorageUnavailableError when the database cannot.
        """
        said = self._transaction.commit()
        if said is None:
            return False
        for table in self._records:
            table.keep_saved()
        self._outbox.note_fresh(said)
        return True


def _translate(trouble: DBAPIError | TimeoutError) -> Exception:
    """Return what it means for us: decide again at once, come back later, or a fault of our own."""
    if isinstance(trouble, TimeoutError):
        return StorageUnavailableError("every connection is in use")
    why = str(trouble.orig).strip()
    was_dropped = trouble.connection_invalidated and why != NO_ANSWER
    if isinstance(trouble, IntegrityError) or getattr(trouble.orig, "sqlstate", None) in RACES or was_dropped:
        return ConflictError(why)
    return StorageUnavailableError(why) if isinstance(trouble, OperationalError | InterfaceError) else trouble
