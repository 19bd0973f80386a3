"""Lists and counts, for people: newest first, a page at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select, tuple_

from reference.application.ports import Counts, DeadLetter, Filter, Item, Page, SagaCount, Slice
from reference.domain.payment import Payment
from reference.sagas.paid_saga import PaidSaga
from reference.storage.messages import dead_letter
from reference.storage.records import loaded, read_saga
from reference.storage.tables import dead_letters, outbox, payments, sagas

_PLACE = tuple_(sagas.c.started_at, sagas.c.saga_id)
_COUNT = select(
    sagas.c.saga, sagas.c.state, sagas.c.outcome, func.count().label("many"), func.sum(sagas.c.seconds).label("seconds")
).group_by(sagas.c.saga, sagas.c.state, sagas.c.outcome)


class ListsOfTables:
    """Answers questions about many."""

    def __init__(self, connection: Connection, kinds: dict[str, type[PaidSaga]]) -> None:
        self._connection, self._kinds = connection, kinds

    def sagas(self, which: Filter, page: Page) -> Slice[PaidSaga]:
        """Return part of the sagas."""
        wanted = select(sagas).where(*_matching(which, sagas.c.state, which.state.lower()))
        return self._slice(wanted, page, lambda row: read_saga(self._kinds, row))

    def payments(self, which: Filter, page: Page) -> Slice[Payment]:
        """Return part of the payments, in the order of their sagas."""
        wanted = select(payments, sagas.c.saga_id).join(sagas, sagas.c.saga_id == payments.c.saga_id)
        wanted = wanted.where(*_matching(which, payments.c.status, which.state))
        return self._slice(wanted, page, lambda row: loaded(Payment, row))

    def dead_letters(self, page: Page) -> Slice[DeadLetter]:
        """Return part of what waits for a person."""
        wanted = select(dead_letters).where(dead_letters.c.ended_at.is_(None)).order_by(dead_letters.c.id.desc())
        if page.after.isdecimal():
            wanted = wanted.where(dead_letters.c.id < int(page.after))
        rows = self._connection.execute(wanted.limit(page.limit + 1)).all()
        return _sliced(rows, page, dead_letter, lambda row: str(row.id))

    def counts(self) -> Counts:
        """Return how many there are of each."""
        rows = self._connection.execute(_COUNT).all()
        waiting = select(func.count()).select_from(dead_letters).where(dead_letters.c.ended_at.is_(None))
        return Counts(
            sagas=[SagaCount(row.saga, row.state.upper(), row.outcome or "", row.many, row.seconds) for row in rows],
            outbox=self._connection.execute(select(func.count()).select_from(outbox)).scalar_one(),
            dead_letters=self._connection.execute(waiting).scalar_one(),
        )

    def _slice(self, wanted: Select[Any], page: Page, read: Callable[[Any], Item]) -> Slice[Item]:
        if page.after:
            place = select(sagas.c.started_at, sagas.c.saga_id).where(sagas.c.saga_id == page.after)
            wanted = wanted.where(place.scalar_subquery() > _PLACE)
        newest = wanted.order_by(sagas.c.started_at.desc(), sagas.c.saga_id.desc()).limit(page.limit + 1)
        return _sliced(self._connection.execute(newest).all(), page, read, lambda row: str(row.saga_id))


def _matching(which: Filter, state: ColumnElement[str], wanted: str) -> list[ColumnElement[bool]]:
    asked = {
        sagas.c.student_id: which.student_id,
        sagas.c.context: which.context,
        sagas.c.context_id: which.context_id,
        state: wanted,
    }
    return [column == value for column, value in asked.items() if value]


def _sliced(rows: Any, page: Page, read: Callable[[Any], Item], cursor: Callable[[Any], str]) -> Slice[Item]:  # noqa: ANN401
    shown = rows[: page.limit]
    return Slice([read(row) for row in shown], cursor(shown[-1]) if len(rows) > page.limit else None)
