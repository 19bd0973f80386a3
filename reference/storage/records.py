"""Sagas and payments, each with a version: who saves an older one is told so; and what they want to be reminded of."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Insert, Update, bindparam, insert, select, update

from reference.application.ports import ConflictError
from reference.domain.messages import Message, NotExpected
from reference.domain.payment import Payment
from reference.sagas.paid_saga import PaidSaga
from reference.storage.messages import read_message
from reference.storage.tables import payments, sagas
from reference.wire import decode, encode

_SAGA = select(sagas.c.saga, sagas.c.version, sagas.c.body).where(sagas.c.saga_id == bindparam("saga_id"))
_UNDER_WAY = select(sagas.c.saga_id).where(
    sagas.c.student_id == bindparam("student_id"),
    sagas.c.context == bindparam("context"),
    sagas.c.context_id == bindparam("context_id"),
    sagas.c.buying,
)
_ADD_SAGA = insert(sagas)
_SAVE_SAGA = update(sagas).where(sagas.c.saga_id == bindparam("id"), sagas.c.version == bindparam("was"))
_PAYMENT_BY = {
    name: select(payments.c.version, payments.c.body).where(payments.c[name] == bindparam("id"))
    for name in ("payment_id", "intent_id", "saga_id")
}
_ADD_PAYMENT = insert(payments)
_SAVE_PAYMENT = update(payments).where(payments.c.payment_id == bindparam("id"), payments.c.version == bindparam("was"))
_FALLEN_DUE = [
    (
        select(id_.label("id"), kept.c.version, kept.c.body)
        .where(kept.c.due_at <= bindparam("now"))
        .order_by(kept.c.due_at)
        .limit(1)
        .with_for_update(skip_locked=True),
        update(kept).where(id_ == bindparam("id")),
    )
    for kept, id_ in ((payments, payments.c.payment_id), (sagas, sagas.c.saga_id))
]


class SagaTable:
    """Where sagas are kept."""

    def __init__(self, connection: Connection, kinds: dict[str, type[PaidSaga]]) -> None:
        self._connection, self._kinds = connection, kinds

    def get(self, saga_id: str) -> PaidSaga | None:
        """Return the saga as it was last saved."""
        row = self._connection.execute(_SAGA, {"saga_id": saga_id}).one_or_none()
        return read_saga(self._kinds, row) if row else None

    def is_under_way(self, saga: PaidSaga) -> bool:
        """Whether the student already has a running saga for the same thing."""
        same = {"student_id": saga.student_id, "context": saga.context, "context_id": saga.context_id}
        return self._connection.execute(_UNDER_WAY, same).first() is not None

    def save(self, saga: PaidSaga, at: datetime) -> None:
        """Keep the saga's move; ConflictError when somebody else moved it."""
        row = {
            "state": saga.state,
            "outcome": saga.outcome,
            "buying": saga.is_buying,
            "version": saga.version + 1,
            "body": encode(saga),
            "updated_at": at,
            "due_at": _next(saga.reminders),
        }
        if saga.version == 0:
            row |= {"saga_id": saga.saga_id, "saga": type(saga).__name__, "student_id": saga.student_id}
            row |= {"context": saga.context, "context_id": saga.context_id, "started_at": at}
        _save(self._connection, _SAVE_SAGA if saga.version else _ADD_SAGA, saga, saga.saga_id, row)


class PaymentTable:
    """Where payments are kept."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def about(self, message: Message) -> Payment | None:
        """Return the payment that a message is about, by whichever id it carries: paymentId, intent or sagaId."""
        name = next(name for name in _PAYMENT_BY if vars(message).get(name))
        return self._by(name, vars(message)[name])

    def of_saga(self, saga_id: str) -> Payment | None:
        """Return the saga's payment."""
        return self._by("saga_id", saga_id)

    def _by(self, name: str, id_: str) -> Payment | None:
        row = self._connection.execute(_PAYMENT_BY[name], {"id": id_}).one_or_none()
        return loaded(Payment, row) if row else None

    def save(self, payment: Payment) -> None:
        """Keep the payment's move; ConflictError when somebody else moved it."""
        row = {
            "intent_id": payment.intent_id,
            "status": payment.status,
            "version": payment.version + 1,
            "body": encode(payment),
            "due_at": _next(payment.reminders),
        }
        if payment.version == 0:
            row |= {"payment_id": payment.payment_id, "saga_id": payment.saga_id}
            row |= {"context": payment.context, "context_id": payment.context_id, "opened_at": payment.opened_at}
        _save(self._connection, _SAVE_PAYMENT if payment.version else _ADD_PAYMENT, payment, payment.payment_id, row)


class DeadlineColumns:
    """Knows what sagas and payments want to be reminded of, and when."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def pop(self, now: datetime) -> Message | None:
        """Take a reminder that fell due, of a payment or else of a saga; nobody else gets it."""
        for fallen_due, save in _FALLEN_DUE:
            row = self._connection.execute(fallen_due, {"now": now}).first()
            if row:
                return self._taken(row, save)
        return None

    def _taken(self, row: Any, save: Update) -> Message:  # noqa: ANN401 - a row of either table
        reminders: dict[str, datetime] = decode(dict[str, datetime], row.body["reminders"])
        name = min(reminders, key=reminders.__getitem__)
        del reminders[name]
        left = {"body": row.body | {"reminders": encode(reminders)}, "due_at": _next(reminders)}
        self._connection.execute(save, left | {"id": row.id, "version": row.version + 1})
        return read_message(name, row.body)


def read_saga(kinds: dict[str, type[PaidSaga]], row: Any) -> PaidSaga:  # noqa: ANN401 - a row of the table
    """Return the saga of a row; NotExpected when another version of this code wrote what this one cannot read."""
    try:
        saga: PaidSaga = loaded(kinds[row.saga], row)
        saga.machine.get_state(saga.state)
    except (KeyError, ValueError) as unknown:
        raise NotExpected(f"a {row.saga} was stored that this version cannot read: {unknown}") from unknown
    return saga


def loaded(kind: Any, row: Any) -> Any:  # noqa: ANN401 - a saga or a payment
    """Return the record of a row, with the row's version."""
    record = decode(kind, row.body)
    record.version = row.version
    return record


def _next(reminders: dict[str, datetime]) -> datetime | None:
    return min(reminders.values(), default=None)


def _save(
    connection: Connection, statement: Insert | Update, record: PaidSaga | Payment, id_: str, row: dict[str, Any]
) -> None:
    key = {"id": id_, "was": record.version} if record.version else {}
    result = connection.execute(statement, row | key)
    if record.version and result.rowcount != 1:  # An INSERT tells by IntegrityError, and psycopg does not count it.
        raise ConflictError(f"somebody else moved {id_}")
    record.version += 1
