"""The tables of sagas and payments, each row with a version, and the deadlines in them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Column, Select, Table, bindparam, case, or_, select, update

from reference.domain.messages import STORED_AS_REMINDERS, Message, NotExpected, Unreadable
from reference.domain.payment import Payment
from reference.sagas.paid_saga import PaidSaga
from reference.storage.messages import read_message
from reference.storage.prepared import Write, insert_row
from reference.storage.record_cache import Kept, RecordCache
from reference.storage.tables import UnreadableTime, payments, sagas
from reference.storage.transaction import Transaction
from reference.tracing import StepTrace
from reference.wire import decode, encode

_SAGA_TIMES = (sagas.c.started_at, sagas.c.updated_at, sagas.c.due_at)
_PAYMENT_TIMES = (payments.c.opened_at, payments.c.due_at)
_SAGA_COLUMNS = (sagas.c.saga, sagas.c.version, sagas.c.body, sagas.c.trace, *_SAGA_TIMES)
_SAGA = select(*_SAGA_COLUMNS).where(sagas.c.saga_id == bindparam("saga_id"))
_PAYMENT_COLUMNS = (payments.c.version, payments.c.body, payments.c.trace, *_PAYMENT_TIMES)
_UNDER_WAY = select(sagas.c.saga_id).where(
    sagas.c.student_id == bindparam("student_id"),
    sagas.c.context == bindparam("context"),
    sagas.c.context_id == bindparam("context_id"),
    sagas.c.buying,
)
_IDS = ("intent_id", "payment_id", "saga_id")  # Of a payment; the first that fits decides.
_IS = [payments.c[name] == bindparam(name) for name in _IDS]
_PAYMENT = (
    select(*_PAYMENT_COLUMNS)
    .where(or_(*_IS))
    .order_by(case(*((fits, place) for place, fits in enumerate(_IS))))
    .limit(1)
)


UNREADABLE = (KeyError, TypeError, ValueError)  # What reading a row raises that another version wrote, or nobody.


class _Statements(NamedTuple):
    """The statements that both tables have."""

    add: Write
    save: Write
    due: Select[Any]
    clear_deadline: Any


def _statements(table: Table, id_: Column[str]) -> _Statements:
    due = select(id_.label("id"), table.c.saga_id, table.c.version, table.c.body)
    is_it = (id_ == bindparam("id"), table.c.version == bindparam("was"))
    return _Statements(
        add=Write(lambda on: insert_row(table, [*table.c], on).returning(id_)),
        save=Write(lambda on: update(table).where(*is_it, on).returning(id_), move=True),
        due=due.where(table.c.due_at <= bindparam("now"))
        .order_by(table.c.due_at)
        .limit(1)
        .with_for_update(skip_locked=True),
        clear_deadline=update(table).where(id_ == bindparam("id")).returning(id_),
    )


_PAYMENTS = _statements(payments, payments.c.payment_id)
_SAGAS = _statements(sagas, sagas.c.saga_id)


class _Records:
    """What both tables do: write at the end, and remember what was written then."""

    def __init__(self, transaction: Transaction, step: StepTrace, cache: RecordCache) -> None:
        self._transaction, self._step, self._cache = transaction, step, cache
        self._saved: dict[str, Any] = {}

    def keep_saved(self) -> None:
        """Let the next message find what this one has saved, now that it is committed."""
        for saga_id, record in self._saved.items():
            self._cache.put(type(self), saga_id, Kept(record, self._step.of(saga_id)))

    def _take(self, saga_id: str) -> Any:  # noqa: ANN401 - a saga or a payment, or None
        kept = self._cache.take(type(self), saga_id)
        self._step.stored = self._step.stored or (kept and kept.trace)
        return kept and kept.record

    def _save(self, statements: _Statements, record: PaidSaga | Payment, id_: str, row: dict[str, Any]) -> None:
        row |= {"version": record.version + 1, "body": encode(record), "due_at": _next_due(record.deadlines)}
        row |= {"trace": str(self._step.of(record.saga_id))}
        if record.version == 0:
            self._transaction.write(statements.add, row)  # Tells by IntegrityError that somebody was first.
        else:
            self._transaction.write(statements.save, row | {"id": id_, "was": record.version})
        record.version += 1
        self._saved[record.saga_id] = record


class SagaTable(_Records):
    """Where sagas are stored."""

    def __init__(
        self, transaction: Transaction, kinds: dict[str, type[PaidSaga]], step: StepTrace, cache: RecordCache
    ) -> None:
        super().__init__(transaction, step, cache)
        self._kinds = kinds

    def get(self, saga_id: str) -> PaidSaga | None:
        """Return the saga as it was last saved; None if there is none, NotExpected if it cannot be read."""
        saga: PaidSaga | None = self._take(saga_id)
        if saga:
            return saga
        row = self._transaction.find(_SAGA, {"saga_id": saga_id})
        self._step.find(row.trace if row else None)
        return read_saga(self._kinds, row) if row else None

    def is_under_way(self, saga: PaidSaga) -> bool:
        """Whether the student already has a running saga for the same thing."""
        same = {"student_id": saga.student_id, "context": saga.context, "context_id": saga.context_id}
        return self._transaction.find(_UNDER_WAY, same) is not None

    def save(self, saga: PaidSaga, at: datetime) -> None:
        """Store a new saga or its move; the commit raises ConflictError when somebody else was first."""
        row = {"state": saga.state, "outcome": saga.outcome, "buying": saga.is_buying, "updated_at": at}
        if saga.version == 0:
            row |= {"saga_id": saga.saga_id, "saga": type(saga).__name__, "student_id": saga.student_id}
            row |= {"context": saga.context, "context_id": saga.context_id, "started_at": at}
        self._save(_SAGAS, saga, saga.saga_id, row)


class PaymentTable(_Records):
    """Where payments are stored."""

    def about(self, message: Message) -> Payment | None:
        """Return the payment that a message is about, by the first of its ids that we know; else as of_saga.

        The intent comes first: what stands beside it at Stripe, anybody may have changed there.
        """
        ids = vars(message)
        return self._find_kept(ids) or self._find(ids)

    def of_saga(self, saga_id: str) -> Payment | None:
        """Return the saga's payment; None if there is none, NotExpected if it cannot be read."""
        return self._find({"saga_id": saga_id})

    def _find_kept(self, ids: Mapping[str, Any]) -> Payment | None:
        """Return the payment of the saga that is named, unless another of the ids may be another's."""
        payment: Payment | None = self._take(ids.get("saga_id") or "")
        if payment and payment.intent_id:
            return payment if ids.get("intent_id") in (None, payment.intent_id) else None
        return payment if payment and ids.get("payment_id") in (None, payment.payment_id) else None

    def _find(self, ids: Mapping[str, Any]) -> Payment | None:
        row = self._transaction.find(_PAYMENT, {name: ids.get(name) for name in _IDS})
        self._step.find(row.trace if row else None)
        return read_payment(row) if row else None

    def save(self, payment: Payment) -> None:
        """Store a new payment or its move; the commit raises ConflictError when somebody else was first."""
        row: dict[str, Any] = {"intent_id": payment.intent_id, "status": payment.status}
        if payment.version == 0:
            row |= {"payment_id": payment.payment_id, "saga_id": payment.saga_id}
            row |= {"context": payment.context, "context_id": payment.context_id, "opened_at": payment.opened_at}
        self._save(_PAYMENTS, payment, payment.payment_id, row)


class DeadlineColumns:
    """The deadlines of sagas and payments, in their rows."""

    def __init__(self, transaction: Transaction, cache: RecordCache) -> None:
        self._transaction, self._cache = transaction, cache

    def pop(self, now: datetime) -> Message | None:
        """Take one whose instant has come, of a payment or else of a saga; None when there is none."""
        self._transaction.begin()  # Whoever else looks for one finds the next.
        for statements in (_PAYMENTS, _SAGAS):
            if row := self._transaction.find(statements.due, {"now": now}):
                for table in (PaymentTable, SagaTable):
                    self._cache.take(table, row.saga_id)  # It is older than what follows.
                return self._take(row, statements.clear_deadline)
        return None

    def _take(self, row: Any, clear: Any) -> Message:  # noqa: ANN401 - a row of either table, and its UPDATE
        spelling = STORED_AS_REMINDERS["spelling"]
        try:
            deadlines: dict[str, datetime] = decode(dict[str, datetime], row.body[spelling])
            name = min(deadlines, key=deadlines.__getitem__)
        except UNREADABLE:  # Whatever they are, they must not stand before all others for ever.
            self._transaction.find(clear, {"id": row.id, "version": row.version + 1, "due_at": None})
            return Unreadable(saga_id=row.saga_id, stored_as=spelling, body=row.body)
        del deadlines[name]
        left = {"body": row.body | {spelling: encode(deadlines)}, "due_at": _next_due(deadlines)}
        self._transaction.find(clear, left | {"id": row.id, "version": row.version + 1})
        return read_message(name, row.body)


def read_saga(kinds: dict[str, type[PaidSaga]], row: Any) -> PaidSaga:  # noqa: ANN401 - a row of the table
    """Return the saga of a row; NotExpected when this version of the code cannot read it."""
    try:
        saga: PaidSaga = _read(kinds[row.saga], row)
        saga.machine.get_state(saga.state)
    except UNREADABLE as unknown:
        raise NotExpected(f"a {row.saga} is stored that this version cannot read: {unknown}") from unknown
    return saga


def read_payment(row: Any) -> Payment:  # noqa: ANN401 - a row of the table
    """Return the payment of a row; NotExpected when this version of the code cannot read it."""
    try:
        payment: Payment = _read(Payment, row)
    except UNREADABLE as unknown:
        raise NotExpected(f"a payment is stored that this version cannot read: {unknown}") from unknown
    return payment


def _read(kind: Any, row: Any) -> Any:  # noqa: ANN401 - a saga or a payment
    for column, value in row._asdict().items():
        if isinstance(value, UnreadableTime):
            raise ValueError(f"{column} is {value.text!r}")  # noqa: TRY004 - caught as what it is
    if not isinstance(row.version, int):
        raise ValueError(f"version is {row.version!r}")  # noqa: TRY004 - caught as what it is
    record = decode(kind, row.body)
    record.version = row.version
    return record


def _next_due(deadlines: dict[str, datetime]) -> datetime | None:
    return min(deadlines.values(), default=None)
