"""The tables of sagas and payments, each row with a version, and the deadlines in them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, Insert, Select, Table, Update, bindparam, case, insert, or_, select, update

from reference.application.ports import ConflictError
from reference.domain.messages import STORED_AS_REMINDERS, Message, NotExpected, Unreadable
from reference.domain.payment import Payment
from reference.sagas.paid_saga import PaidSaga
from reference.storage.messages import read_message
from reference.storage.prepared import find
from reference.storage.tables import UnreadableTime, payments, sagas
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

    add: Insert
    save: Update
    due: Select[Any]
    clear_deadline: Update


def _statements(table: Table, id_: Column[str]) -> _Statements:
    due = select(id_.label("id"), table.c.saga_id, table.c.version, table.c.body).where(
        table.c.due_at <= bindparam("now")
    )
    due = due.where(table.c.due_at <= bindparam("now"))
    return _Statements(
        add=insert(table),
        save=update(table).where(id_ == bindparam("id"), table.c.version == bindparam("was")).returning(id_),
        due=due.where(table.c.due_at <= bindparam("now"))
        .order_by(table.c.due_at)
        .limit(1)
        .with_for_update(skip_locked=True),
        clear_deadline=update(table).where(id_ == bindparam("id")),
    )


_PAYMENTS = _statements(payments, payments.c.payment_id)
_SAGAS = _statements(sagas, sagas.c.saga_id)


class SagaTable:
    """Where sagas are stored."""

    def __init__(self, connection: Connection, kinds: dict[str, type[PaidSaga]], step: StepTrace) -> None:
        self._connection, self._kinds, self._step = connection, kinds, step

    def get(self, saga_id: str) -> PaidSaga | None:
        """Return the saga as it was last saved; None if there is none, NotExpected if it cannot be read."""
        row = find(self._connection, _SAGA, {"saga_id": saga_id})
        self._step.find(row.trace if row else None)
        return read_saga(self._kinds, row) if row else None

    def is_under_way(self, saga: PaidSaga) -> bool:
        """Whether the student already has a running saga for the same thing."""
        same = {"student_id": saga.student_id, "context": saga.context, "context_id": saga.context_id}
        return find(self._connection, _UNDER_WAY, same) is not None

    def save(self, saga: PaidSaga, at: datetime) -> None:
        """Store a new saga or its move; ConflictError when somebody else was first."""
        row = {"state": saga.state, "outcome": saga.outcome, "buying": saga.is_buying, "updated_at": at}
        row |= {"trace": str(self._step.of(saga.saga_id))}
        if saga.version == 0:
            row |= {"saga_id": saga.saga_id, "saga": type(saga).__name__, "student_id": saga.student_id}
            row |= {"context": saga.context, "context_id": saga.context_id, "started_at": at}
        _save(self._connection, _SAGAS, saga, saga.saga_id, row)


class PaymentTable:
    """Where payments are stored."""

    def __init__(self, connection: Connection, step: StepTrace) -> None:
        self._connection, self._step = connection, step

    def about(self, message: Message) -> Payment | None:
        """Return the payment that a message is about, by the first of its ids that we know; else as of_saga.

        The intent comes first: what stands beside it at Stripe, anybody may have changed there.
        """
        return self._find(vars(message))

    def of_saga(self, saga_id: str) -> Payment | None:
        """Return the saga's payment; None if there is none, NotExpected if it cannot be read."""
        return self._find({"saga_id": saga_id})

    def _find(self, ids: Mapping[str, Any]) -> Payment | None:
        row = find(self._connection, _PAYMENT, {name: ids.get(name) for name in _IDS})
        self._step.find(row.trace if row else None)
        return read_payment(row) if row else None

    def save(self, payment: Payment) -> None:
        """Store a new payment or its move; ConflictError when somebody else was first."""
        row: dict[str, Any] = {"intent_id": payment.intent_id, "status": payment.status}
        row |= {"trace": str(self._step.of(payment.saga_id))}
        if payment.version == 0:
            row |= {"payment_id": payment.payment_id, "saga_id": payment.saga_id}
            row |= {"context": payment.context, "context_id": payment.context_id, "opened_at": payment.opened_at}
        _save(self._connection, _PAYMENTS, payment, payment.payment_id, row)


class DeadlineColumns:
    """The deadlines of sagas and payments, in their rows."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def pop(self, now: datetime) -> Message | None:
        """Take one whose instant has come, of a payment or else of a saga; None when there is none."""
        for statements in (_PAYMENTS, _SAGAS):
            if row := find(self._connection, statements.due, {"now": now}):
                return self._take(row, statements.clear_deadline)
        return None

    def _take(self, row: Any, clear: Update) -> Message:  # noqa: ANN401 - a row of either table
        spelling = STORED_AS_REMINDERS["spelling"]
        try:
            deadlines: dict[str, datetime] = decode(dict[str, datetime], row.body[spelling])
            name = min(deadlines, key=deadlines.__getitem__)
        except UNREADABLE:  # Whatever they are, they must not stand before all others for ever.
            find(self._connection, clear, {"id": row.id, "version": row.version + 1, "due_at": None})
            return Unreadable(saga_id=row.saga_id, stored_as=spelling, body=row.body)
        del deadlines[name]
        left = {"body": row.body | {spelling: encode(deadlines)}, "due_at": _next_due(deadlines)}
        find(self._connection, clear, left | {"id": row.id, "version": row.version + 1})
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


def _save(
    connection: Connection, statements: _Statements, record: PaidSaga | Payment, id_: str, row: dict[str, Any]
) -> None:
    row |= {"version": record.version + 1, "body": encode(record), "due_at": _next_due(record.deadlines)}
    if record.version == 0:
        find(connection, statements.add, row)  # Tells by IntegrityError that somebody was first.
    elif not find(connection, statements.save, row | {"id": id_, "was": record.version}):
        raise ConflictError(f"somebody else moved {id_}")
    record.version += 1
