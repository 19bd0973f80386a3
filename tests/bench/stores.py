"""The databases of a run: how they are lent, what they count, and how one comes by a long past."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import sqlalchemy as sa

from reference.storage.tables import inbox, payments, sagas
from tests.postgres import has_postgres, postgres

SQLITE, POSTGRES = "SQLite, synchronous FULL", "PostgreSQL, fsync on"


def stores() -> list[str]:
    """Return the stores that this machine has."""
    return [SQLITE, POSTGRES] if has_postgres() else [SQLITE]


@contextmanager
def empty_databases(store: str, count: int) -> Iterator[list[str]]:
    """Lend so many empty databases, by URL."""
    with tempfile.TemporaryDirectory(prefix="bench-") as home:
        if store == SQLITE:
            yield [f"sqlite:///{home}/{number}.sqlite3" for number in range(count)]
            return
        with postgres(durable=True) as server, ExitStack() as lent:
            yield [lent.enter_context(server.database()) for _ in range(count)]


def transactions_that_wrote(database_url: str) -> int:
    """Return PostgreSQL's own count, this question included."""
    with _engine(database_url).connect() as connection:
        return int(connection.exec_driver_sql("SELECT pg_current_xact_id()::text").scalar_one())


def multiply(database_url: str, many: int) -> None:
    """Make many finished sagas of one that is there: the same rows under other ids, scattered as real ones are."""
    connection = _engine(database_url).connect()
    model = connection.execute(sa.select(payments.c.saga_id, payments.c.payment_id).limit(1)).one()
    copies = _copies(many)
    for table, marked in ((sagas, sagas.c.saga_id), (payments, payments.c.saga_id), (inbox, inbox.c.message_id)):
        renamed = [_renamed(column, tuple(model), copies.c.x, connection.dialect.name) for column in table.columns]
        rows = (
            sa.select(*renamed).select_from(sa.join(table, copies, marked.contains(model.saga_id))).order_by(copies.c.x)
        )
        connection.execute(sa.insert(table).from_select(list(table.c.keys()), rows))
    for upkeep in ("VACUUM ANALYZE", "CHECKPOINT") if connection.dialect.name == "postgresql" else ("ANALYZE",):
        connection.exec_driver_sql(upkeep)
    connection.close()


def _engine(database_url: str) -> sa.Engine:
    return sa.create_engine(database_url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)


def _copies(many: int) -> sa.CTE:
    """Return numbers from 1 on, each with one that stands far from its neighbour's."""
    first = sa.select(sa.literal(1, sa.BigInteger).label("n"), sa.literal(1, sa.BigInteger).label("x"))
    copies = first.cte("copies", recursive=True)
    scattered = (copies.c.x * 1_103_515_245 + 12_345) % 2**32
    return copies.union_all(sa.select(copies.c.n + 1, scattered).where(copies.c.n < many))


def _renamed(column: sa.Column[object], ids: tuple[str, ...], x: sa.ColumnElement[int], dialect: str) -> Any:
    if not isinstance(column.type, sa.String | sa.JSON):
        return column
    text: sa.ColumnElement[str] = sa.cast(column, sa.Text)
    for id_ in ids:
        text = sa.func.replace(text, id_, sa.cast(x, sa.Text) + "-" + id_)
    return sa.cast(text, sa.JSON) if isinstance(column.type, sa.JSON) and dialect == "postgresql" else text
