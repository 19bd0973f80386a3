"""Opens the database: SQLite with full durability, or PostgreSQL, by URL; brings its schema up to date."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event

# Everybody waits for a turn to write; nobody's transaction can be upgraded too late.
WRITES = {"begin": "BEGIN IMMEDIATE"}


def open_database(url: str) -> Engine:
    """Return an engine for a SQLite or PostgreSQL URL."""
    if url.startswith("sqlite"):
        return _open_sqlite(url)
    return create_engine(url, pool_size=20, max_overflow=20, pool_pre_ping=True)


def _open_sqlite(url: str) -> Engine:
    engine = create_engine(url, pool_size=20, max_overflow=20, connect_args={"timeout": 30, "isolation_level": None})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _: object) -> None:  # noqa: ANN401 - a DBAPI connection
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))


def migrate(engine: Engine) -> None:
    """Bring the schema up to date; does nothing when it is."""
    if is_migrated(engine):
        return
    with engine.execution_options(**WRITES).begin() as connection:
        config = _alembic()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_migrated(engine: Engine) -> bool:
    """Whether the schema is the one that this code needs."""
    with engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    return found == ScriptDirectory.from_config(_alembic()).get_current_head()


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
