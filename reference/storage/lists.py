"""Lists, a page at a time and newest first, and counts: the queries of people and of reconciliation."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote

from sqlalchemy import Column, ColumnElement, Select, bindparam, func, literal, select, tuple_, union_all

from reference.application.lists import (
    AnyPayment,
    AnySaga,
    Counts,
    DeadLetter,
    Filter,
    Item,
    Page,
    PendingCount,
    SagaCount,
    Slice,
    Span,
    UnknownCursorError,
    UnreadablePayment,
    UnreadableSaga,
)
from reference.domain.messages import NotExpected
from reference.sagas.paid_saga import PaidSaga
from reference.storage.messages import read_dead_letter
from reference.storage.records import read_payment, read_saga
from reference.storage.tables import UnreadableTime, UtcTime, dead_letters, outbox, payments, sagas
from reference.storage.transaction import Transaction
from reference.wire import decode

_STARTED = (sagas.c.started_at, sagas.c.saga_id)  # The orders of lists, by indexes.
_OPENED = (payments.c.opened_at, payments.c.payment_id)
_SAGA = [column for column in sagas.c if column is not sagas.c.buying]
_ONE_SAGA = select(*_SAGA).where(sagas.c.saga_id == bindparam("wanted"))
_ALIKE = (sagas.c.saga, sagas.c.state, sagas.c.outcome)
_COUNT = select(*_ALIKE, func.count().label("many")).group_by(*_ALIKE)
_PENDING = select(outbox.c.to, func.count().label("many"), func.min(outbox.c.enqueued_at).label("since")).group_by(
    outbox.c.to
)
_DUE = union_all(*(select(func.min(each.c.due_at).label("at")) for each in (outbox, payments, sagas))).subquery()
_NEXT_DUE = select(func.min(_DUE.c.at).label("at"))
_DEAD = select(func.count()).where(dead_letters.c.ended_at.is_(None))


class ListsOfTables:
    """The lists and counts, read from the tables."""

    def __init__(self, transaction: Transaction, kinds: dict[str, type[PaidSaga]]) -> None:
        self._transaction, self._kinds = transaction, kinds

    def saga(self, saga_id: str) -> AnySaga | None:
        """Return one saga; None if there is no such saga."""
        row = self._transaction.find(_ONE_SAGA, {"wanted": saga_id})
        return self._read_saga(row) if row else None

    def sagas(self, which: Filter, page: Page) -> Slice[AnySaga]:
        """Return part of the sagas."""
        wanted = select(*_SAGA).where(*_conditions(which, sagas.c.state, which.state and which.state.lower()))
        return self._newest(wanted, page, _STARTED, self._read_saga)

    def payments(self, which: Filter, page: Page) -> Slice[AnyPayment]:
        """Return part of the payments."""
        wanted = select(payments).join(sagas, sagas.c.saga_id == payments.c.saga_id)
        wanted = wanted.where(*_conditions(which, payments.c.status, which.state))
        return self._newest(wanted, page, _OPENED, _read_payment)

    def payments_between(self, span: Span, page: Page) -> Slice[AnyPayment]:
        """Return part of the payments that began in a span of time."""
        return self._newest(select(payments).where(*_within(span)), page, _OPENED, _read_payment)

    def count_payments_between(self, span: Span) -> int:
        """Return how many payments began in a span of time."""
        wanted = select(func.count()).select_from(payments).where(*_within(span))
        found: int = self._transaction.execute(wanted).scalar_one()
        return found

    def dead_letters(self, page: Page) -> Slice[DeadLetter]:
        """Return part of what waits for a person."""
        wanted = select(dead_letters).where(dead_letters.c.ended_at.is_(None)).order_by(dead_letters.c.id.desc())
        if page.after:
            wanted = wanted.where(dead_letters.c.id < _number(page.after))
        rows = self._transaction.execute(wanted.limit(page.limit + 1)).all()
        return _slice(rows, page, read_dead_letter, lambda row: str(row.id))

    def counts(self) -> Counts:
        """Return how many there are of each."""
        alike, pending = (
            self._transaction.execute(_COUNT).all(),
            self._transaction.execute(_PENDING).all(),
        )
        return Counts(
            sagas=[SagaCount(row.saga, row.state.upper(), row.outcome or "", row.many) for row in alike],
            outbox=[PendingCount(row.to, row.many, row.since) for row in pending],
            dead_letters=self._transaction.execute(_DEAD).scalar_one(),
        )

    def next_due(self, now: datetime) -> datetime | None:
        """Return when the next outbox message or deadline falls due, claimed outbox messages included."""
        due = self._transaction.find(_NEXT_DUE, {}).at
        is_never = isinstance(due, UnreadableTime) and not due.sorts_before(now)
        return None if is_never else due

    def _read_saga(self, row: Any) -> AnySaga:  # noqa: ANN401 - a row of the table
        try:
            return read_saga(self._kinds, row)
        except NotExpected as unreadable:
            subject = (row.student_id, row.context, row.context_id)
            return UnreadableSaga(row.saga_id, row.saga, *subject, row.state, row.outcome, str(unreadable), row.body)

    def _newest(
        self, wanted: Select[Any], page: Page, order: tuple[Column[Any], ...], read: Callable[[Any], Item]
    ) -> Slice[Item]:
        if page.after:
            wanted = wanted.where(tuple_(*order) < _place(page.after))
        newest = wanted.order_by(*(column.desc() for column in order)).limit(page.limit + 1)
        found = self._transaction.execute(newest).all()
        return _slice(found, page, read, lambda row: _cursor(*(getattr(row, column.name) for column in order)))


def _read_payment(row: Any) -> AnyPayment:  # noqa: ANN401 - a row of the table
    try:
        return read_payment(row)
    except NotExpected as unreadable:
        subject = (row.intent_id, row.context, row.context_id)
        ids = (row.payment_id, row.saga_id)
        return UnreadablePayment(*ids, *subject, row.status, row.opened_at, str(unreadable), row.body)


def _conditions(which: Filter, state: ColumnElement[str], wanted: str | None) -> list[ColumnElement[bool]]:
    values = {
        sagas.c.saga_id: which.saga_id,
        sagas.c.student_id: which.student_id,
        sagas.c.context: which.context,
        sagas.c.context_id: which.context_id,
        state: wanted,
    }
    return [column == value for column, value in values.items() if value is not None]


def _within(span: Span) -> list[ColumnElement[bool]]:
    return [payments.c.opened_at >= span.since, payments.c.opened_at <= span.until]


def _cursor(at: datetime, id_: str) -> str:
    """Return the place where the next page begins: good whatever becomes of the item, and it reveals nothing."""
    time = f"={quote(str(at.text))}" if isinstance(at, UnreadableTime) else at.isoformat()
    return urlsafe_b64encode(f"{time} {id_}".encode()).decode()


def _place(cursor: str) -> ColumnElement[Any]:
    try:
        at, _, id_ = urlsafe_b64decode(cursor).decode().partition(" ")
        time = literal(unquote(at[1:])) if at.startswith("=") else literal(decode(datetime, at), UtcTime)
        return tuple_(time, literal(decode(str, id_)))
    except ValueError as unreadable:
        raise UnknownCursorError from unreadable


def _number(cursor: str) -> int:
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) < 10):  # noqa: PLR2004 - what the column can hold
        raise UnknownCursorError
    return int(cursor)


def _slice(rows: Any, page: Page, read: Callable[[Any], Item], cursor: Callable[[Any], str]) -> Slice[Item]:  # noqa: ANN401
    items = rows[: page.limit]
    return Slice([read(row) for row in items], cursor(items[-1]) if len(rows) > page.limit else None)
