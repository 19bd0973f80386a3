"""The database: SQLite with full durability, or PostgreSQL, by URL; its schema is brought up to date."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, PoolProxiedConnection, create_engine, event


@dataclass(frozen=True)
class Database:
    """Where units of work write, and where they only read."""

    writing: Engine
    reading: Engine


def open_database(url: str) -> Database:
    """Return the SQLite or PostgreSQL database of a URL."""
    if url.startswith("sqlite"):
        # One writer at a time: a queue for one connection is fair, and asking a locked file again and again is not.
        return Database(_sqlite(url, "BEGIN IMMEDIATE", connections=1), _sqlite(url, "BEGIN", connections=20))
    engine = create_engine(url, pool_size=20, max_overflow=20, hide_parameters=True, json_deserializer=_load)
    return Database(engine, engine)


def _sqlite(url: str, begin: str, connections: int) -> Engine:
    def do_begin(connection: PoolProxiedConnection) -> None:
        connection.execute(begin)

    settings = {"timeout": 30, "isolation_level": None}  # Without a level the driver begins nothing by itself.
    options: Any = {"connect_args": settings, "hide_parameters": True, "json_deserializer": _load}
    engine = create_engine(url, pool_size=connections, max_overflow=0, **options)
    # An event listener would do it too, but slow every statement down.
    engine.dialect.do_begin = do_begin  # type: ignore[method-assign, assignment]
    event.listen(engine, "connect", _prepare)
    return engine


def _prepare(connection: Any, _: object) -> None:  # noqa: ANN401 - a DBAPI connection
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _load(text: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Return what a column holds, and the text itself if that is no JSON: one such row must not hide the others."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def migrate(database: Database) -> None:
    """Bring the schema up to date; does nothing when it is."""
    if is_migrated(database):
        return
    with database.writing.begin() as connection:
        config = _alembic()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_migrated(database: Database) -> bool:
    """Whether the schema is the one that this code needs."""
    with database.reading.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    return found == ScriptDirectory.from_config(_alembic()).get_current_head()


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
