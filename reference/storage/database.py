"""The database: SQLite with full durability, or PostgreSQL, by URL; no call to it waits for longer than agreed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg import pq
from psycopg.generators import execute
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text

from reference.storage.group_commit import GroupCommit
from reference.storage.sqlite_dialect import COMPILED, DRIVER
from reference.storage.tables import metadata

PATIENCE = timedelta(seconds=5)
CONNECTIONS = 12  # To PostgreSQL, which lets a hundred in: eight processes share it.
SINCE = re.compile(r"\d{4}_since_(\d{4})")  # A revision that code which knows only the second can use as well.
POOLED = "pgbouncer"  # In the query of a URL: our sessions are not ours beyond a transaction.
NO_ANSWER = "the database does not answer"
ABANDONED = timedelta(minutes=1)  # After which a transaction is undone whose process says no more.
TIDY = {"pool_reset_on_return": None}  # Whoever has begun something undoes it, so the pool need not.
# A network that is cut is noticed after some ten seconds.
KEEPALIVE = {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3}


class NewerSchemaError(Exception):
    """A newer version has prepared the database, so that this one cannot use it any more."""


@dataclass(frozen=True)
class Database:
    """Where units of work write, and where they only read."""

    url: str
    writing: Engine
    reading: Engine
    group: GroupCommit | None = None  # Where there is one writer at a time.


def open_database(url: str, patience: timedelta = PATIENCE, connections: int = CONNECTIONS) -> Database:
    """Return the SQLite or PostgreSQL database of a URL; whatever takes longer than `patience` there, fails.

    PostgreSQL is never asked over more `connections` than these at once: it has few, for all processes together.
    """
    if url.startswith("sqlite"):
        # One writer at a time: a queue for one connection is fair, and asking a locked file again and again is not.
        writing, reading = _sqlite(url, patience, "BEGIN IMMEDIATE", connections=1), _sqlite(url, patience, "BEGIN", 20)
        return Database(url, writing, reading, GroupCommit(reading))
    # Who reads does not try again: a connection that was dropped meanwhile is replaced before it is used.
    readers = connections // 4
    reading = _postgresql(url, patience, readers, pool_pre_ping=True)
    return Database(url, _postgresql(url, patience, connections - readers), reading)


def _postgresql(url: str, patience: timedelta, connections: int, **pool: Any) -> Engine:  # noqa: ANN401 - options of SQLAlchemy's
    milliseconds, abandoned = (each // timedelta(milliseconds=1) for each in (patience, ABANDONED))
    server = {"statement_timeout": milliseconds, "lock_timeout": milliseconds}
    server |= {"idle_in_transaction_session_timeout": abandoned}
    options = " ".join(f"-c {name}={value}" for name, value in server.items())
    address = make_url(url)
    arguments: dict[str, Any] = {"options": f"{address.query.get('options', '')} {options}".strip()}
    if POOLED in address.query:
        address, arguments = address.difference_update_query([POOLED]), {"prepare_threshold": None}
    arguments |= KEEPALIVE | {"tcp_user_timeout": milliseconds, "connect_timeout": max(1, milliseconds // 1000)}
    pool |= {"pool_size": connections, "max_overflow": 0, "pool_timeout": patience.total_seconds()} | TIDY
    engine = create_engine(address, connect_args=arguments, hide_parameters=True, json_deserializer=_load, **pool)
    event.listen(engine, "do_connect", partial(_connect, patience))
    event.listen(engine, "begin", _begin)
    return engine


class ImpatientConnection(psycopg.Connection[Any]):
    """A connection that waits for no answer longer than agreed: a server that is frozen keeps no promise of its own.

    It begins nothing by itself, so that a single statement needs no other.
    """

    patience: float
    names: dict[str, bytes]  # Of the statements that this connection has prepared for `tell`.
    numbers: Iterator[int]

    def tell(self, sql: str, values: Sequence[object]) -> list[bytes | None]:
        """Run a statement that returns one row, and return it, by libpq itself: a cursor costs twice as much."""
        texts = [_TEXTS.get(type(each), _other_text)(each) for each in values]
        try:
            if self.prepare_threshold is None:  # Behind PgBouncer.
                result = self._ask(self.pgconn.send_query_params, sql.encode(), texts)
            else:
                result = self._ask(self.pgconn.send_query_prepared, self._prepare(sql), texts)
        except psycopg.errors.InvalidSqlStatementName:  # The driver, or a pooler, has deallocated all there were.
            self.names.clear()
            result = self._ask(self.pgconn.send_query_prepared, self._prepare(sql), texts)
        return [result.get_value(0, place) for place in range(result.nfields)]

    def _prepare(self, sql: str) -> bytes:
        if sql not in self.names:
            name = b"told_%d" % next(self.numbers)
            self._ask(self.pgconn.send_prepare, name, sql.encode())
            self.names[sql] = name
        return self.names[sql]

    def _ask(self, send: Callable[..., None], *what: object) -> Any:  # noqa: ANN401 - libpq's result
        send(*what)
        result = self.wait(execute(self.pgconn))[-1]
        if result.status == pq.ExecStatus.FATAL_ERROR:
            raise psycopg.errors.error_from_result(result)
        return result

    def execute(self, query: Any, params: Any = None, **options: Any) -> psycopg.Cursor[Any]:  # noqa: ANN401
        """Run a statement whose places are numbered, from then on without parsing it again."""
        return psycopg.RawCursor(self).execute(query, params, prepare=self.prepare_threshold is not None, **options)

    def wait(self, gen: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as psycopg's
        """Wait for an answer; OperationalError, and a closed connection, when there is none in time."""
        try:
            return super().wait(gen, *args, **({"timeout": self.patience} | kwargs))
        except psycopg.errors._WaitTimeout:  # noqa: SLF001 - what wait() is documented to raise
            self.pgconn.finish()
            raise psycopg.OperationalError(NO_ANSWER) from None


_TEXTS: dict[type, Callable[[Any], bytes | None]] = {  # How PostgreSQL reads values.
    type(None): lambda _: None,
    str: str.encode,
    int: b"%d".__mod__,
    datetime: lambda at: at.isoformat().encode(),
}


def _other_text(value: Any) -> bytes:  # noqa: ANN401 - whatever a column holds
    return value.encode() if isinstance(value, str) else json.dumps(value).encode()


def _connect(patience: timedelta, *found: Any) -> ImpatientConnection:  # noqa: ANN401 - as SQLAlchemy calls it
    _, _, arguments, named = found
    connection = ImpatientConnection.connect(*arguments, **named)
    connection.patience = patience.total_seconds() + 1  # The server, if it can, is to say by itself what takes so long.
    connection.autocommit, connection.names, connection.numbers = True, {}, count()
    return connection


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _sqlite(url: str, patience: timedelta, begin: str, connections: int) -> Engine:
    seconds = patience.total_seconds()
    settings = {"timeout": seconds, "isolation_level": None}  # Without a level the driver begins nothing by itself.
    options: Any = {"connect_args": settings, "hide_parameters": True, "json_deserializer": _load, "begin": begin}
    options |= {"pool_size": connections, "max_overflow": 0, "pool_timeout": seconds} | TIDY
    engine = create_engine(make_url(url).set(drivername=DRIVER), execution_options=COMPILED, **options)
    event.listen(engine, "connect", _prepare)
    return engine


def _prepare(connection: Any, _: object) -> None:  # noqa: ANN401 - a DBAPI connection
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _load(column: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Return what a column holds, and the text itself if that is no JSON: one such row must not hide the others."""
    try:
        return json.loads(column)
    except (ValueError, RecursionError):
        return column


def migrate(database: Database) -> None:
    """Bring the schema up to date, however long that takes; NewerSchemaError when only newer code can use it."""
    if is_migrated(database):
        return
    if (found := _revision(database)) and _number(found) > _number(_newest()):
        raise NewerSchemaError(f"it is at revision {found}, and this version knows {_newest()}")
    is_sqlite = database.writing.dialect.name == "sqlite"
    patient = (
        database.writing if is_sqlite else create_engine(database.writing.url, connect_args={"prepare_threshold": None})
    )
    with patient.begin() as connection:
        config = _alembic()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    if not is_sqlite:
        patient.dispose()


def is_migrated(database: Database) -> bool:
    """Whether this code can use the schema: it is its own, or a newer one whose name says that it can."""
    found = _revision(database)
    since = SINCE.fullmatch(found or "")
    return found == _newest() or bool(since and since[1] <= _number(_newest()) < _number(since[0]))


def _revision(database: Database) -> str | None:
    with database.reading.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _number(revision: str) -> str:
    return revision[:4]


@cache
def _newest() -> str:
    """Return the revision that this code needs, which is read from its files once."""
    return ScriptDirectory.from_config(_alembic()).get_current_head() or ""


def is_usable(database: Database) -> bool:
    """Whether the schema is the one that this code needs, and nobody keeps us from writing."""
    if not is_migrated(database):
        return False
    tables = ", ".join(table.name for table in metadata.sorted_tables)
    is_sqlite = database.writing.dialect.name == "sqlite"
    with database.writing.connect() as connection:  # SQLite takes the lock of who writes when it begins.
        connection.execute(text("SELECT 1" if is_sqlite else f"LOCK TABLE {tables} IN ROW EXCLUSIVE MODE NOWAIT"))
        connection.rollback()
    return True


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
