"""Every storage test runs on both databases. Most take one that is migrated already, and find it empty."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine

from reference.storage.database import Database, migrate, open_database
from reference.storage.tables import metadata
from tests.integration.storage.world import NewUnit, units_of
from tests.postgres import PostgresServer

BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@contextmanager
def opened(url: str) -> Iterator[Database]:
    database = open_database(url)
    yield database
    database.writing.dispose()
    database.reading.dispose()


@pytest.fixture(scope="session")
def sqlite_migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "migrated.sqlite3"
    with opened(f"sqlite:///{path}") as database:
        migrate(database)
    return path


@pytest.fixture(scope="session")
def postgres_migrated(postgres_server: PostgresServer) -> Iterator[str]:
    with postgres_server.database() as url:
        with opened(url) as database:
            migrate(database)
        yield url


@pytest.fixture(params=BOTH)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Nobody has migrated this one."""
    on_postgres = request.param == "postgresql"
    with opened(request.getfixturevalue("postgres_url") if on_postgres else f"sqlite:///{tmp_path}/empty") as database:
        yield database


@pytest.fixture(params=BOTH)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_migrated")
    else:
        url = f"sqlite:///{shutil.copy(request.getfixturevalue('sqlite_migrated'), tmp_path)}"
    with opened(url) as database:
        with database.writing.begin() as connection:
            for table in metadata.sorted_tables:
                connection.execute(table.delete())
        yield database


@pytest.fixture
def engine(database: Database) -> Engine:
    """To look at the tables as they are."""
    return database.reading


@pytest.fixture
def units(database: Database) -> NewUnit:
    return units_of(database)
