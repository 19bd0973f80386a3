"""A database that is locked, frozen, full or gone: nobody waits for ever, and it all goes on by itself."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import Engine, create_engine, func, select, text
from sqlalchemy.exc import TimeoutError  # noqa: A004 - SQLAlchemy's own

from reference.application.lists import Filter, Page
from reference.application.ports import StorageUnavailableError
from reference.application.service import Receipt
from reference.storage.database import Database, is_usable, open_database
from reference.storage.tables import inbox, metadata
from reference.storage.unit_of_work import SqlUnitOfWork
from tests.integration.storage.world import INITIATED, LEASE, RIVAL, SAGAS, NewUnit, service, units_of

IMPATIENT = timedelta(milliseconds=200)
CONNECTIONS = 4  # Of which one only reads.
TABLES = ", ".join(table.name for table in metadata.sorted_tables)


@pytest.fixture
def impatient(database: Database) -> Iterator[Database]:
    """The same database, by whoever does not wait for long."""
    found = open_database(database.url, IMPATIENT, CONNECTIONS)
    yield found
    found.writing.dispose()
    found.reading.dispose()


def reading_of(database: Database) -> NewUnit:
    return partial(SqlUnitOfWork, database.reading, SAGAS, LEASE)


@contextmanager
def locked(database: Database) -> Iterator[None]:
    """Somebody else has all of it, and says no more."""
    if database.writing.dialect.name == "sqlite":
        with closing(sqlite3.connect(str(database.writing.url.database), isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            yield
        return
    other_engine = create_engine(database.url)
    with other_engine.begin() as connection:
        connection.execute(text(f"LOCK TABLE {TABLES} IN ACCESS EXCLUSIVE MODE"))
        yield
    other_engine.dispose()


def count(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(inbox)).scalar_one()


@pytest.mark.fault(18)
def test_who_finds_the_database_locked_is_put_off_and_nothing_is_changed(
    database: Database, impatient: Database
) -> None:
    it = service(units_of(impatient))
    with locked(database), pytest.raises(StorageUnavailableError):
        it.receive("test", "1", INITIATED)
    assert count(database.reading) == 0
    assert it.receive("test", "1", INITIATED) == Receipt.APPLIED


@pytest.mark.fault(18)
def test_a_locked_database_is_not_ready_and_an_unlocked_one_is(database: Database, impatient: Database) -> None:
    assert is_usable(impatient)
    with locked(database), pytest.raises(Exception, match=r"locked|lock"):
        is_usable(impatient)
    assert is_usable(impatient)


@pytest.mark.fault(18)
def test_who_gets_no_connection_is_put_off(impatient: Database) -> None:
    it = service(units_of(impatient))
    held = [impatient.writing.connect() for _ in range(1 if impatient.writing.dialect.name == "sqlite" else 3)]
    with pytest.raises(StorageUnavailableError):
        it.receive("test", "1", INITIATED)
    for connection in held:
        connection.close()
    assert it.receive("test", "1", INITIATED) == Receipt.APPLIED


@pytest.mark.postgres
def test_a_process_never_takes_more_of_postgresqls_connections_than_its_share(postgres_migrated: str) -> None:
    database = open_database(postgres_migrated, IMPATIENT, CONNECTIONS)
    with ExitStack() as held:
        for engine, share in ((database.writing, 3), (database.reading, 1)):
            for _ in range(share):
                held.enter_context(engine.connect())
            with pytest.raises(TimeoutError):
                engine.connect()
    database.writing.dispose()
    database.reading.dispose()


@pytest.mark.postgres
@pytest.mark.fault(18)
def test_a_server_that_is_frozen_is_not_waited_for(postgres_migrated: str) -> None:
    database = open_database(postgres_migrated, IMPATIENT)
    with database.writing.connect() as connection:
        backend = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    os.kill(backend, signal.SIGSTOP)
    try:
        with pytest.raises(StorageUnavailableError), units_of(database)() as unit:
            unit.lists.counts()
    finally:
        os.kill(backend, signal.SIGCONT)
    with units_of(database)() as unit:
        assert unit.lists.counts().dead_letters == 0
    database.writing.dispose()


def drop_connections(url: str) -> None:
    other = create_engine(url)
    with other.begin() as connection:
        others = "FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
        connection.execute(text(f"SELECT pg_terminate_backend(pid) {others}"))
    other.dispose()


@pytest.mark.postgres
@pytest.mark.fault(18)
def test_a_connection_that_was_dropped_is_replaced_and_nobody_notices(database: Database) -> None:
    if database.writing.dialect.name == "sqlite":
        pytest.skip("SQLite has no connection that somebody else could drop")
    it, reading = service(units_of(database)), reading_of(database)
    assert it.receive("test", "1", INITIATED) == Receipt.APPLIED
    with reading() as unit:
        assert len(unit.lists.sagas(Filter(), Page()).items) == 1
    drop_connections(database.url)
    assert it.receive("test", "2", RIVAL) == Receipt.APPLIED
    with reading() as unit:
        assert len(unit.lists.sagas(Filter(), Page()).items) == 2


@pytest.mark.fault(18)
def test_a_full_disk_is_called_so_and_not_somebody_elses_haste(database: Database) -> None:
    if database.writing.dialect.name != "sqlite":
        pytest.skip("the disk of a server cannot be filled here")
    with database.writing.connect() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
        connection.execute(text(f"PRAGMA max_page_count = {pages}"))
        connection.rollback()
    it = service(units_of(database))
    with pytest.raises(StorageUnavailableError, match="full"):  # noqa: PT012 - some of them still fit
        for number in range(1000):
            it.receive("test", f"{number} {'x' * 200}", INITIATED)
    with database.writing.connect() as connection:
        connection.execute(text("PRAGMA max_page_count = 1000000"))
        connection.rollback()
    assert it.receive("test", "at last", INITIATED) == Receipt.APPLIED
