"""SQLite as SQLAlchemy is to speak to it: transactions begin as we say, and statements are compiled once a process."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

DRIVER = "sqlite+ours"
COMPILED: dict[str, Any] = {"compiled_cache": LRUCache(1000)}  # Statements; those that engines share, as an option.


class SqliteDialect(SQLiteDialect_pysqlite):
    """Equal to all others: SQL that was compiled for one database serves every other."""

    supports_statement_cache = True

    def __init__(self, begin: str = "BEGIN", **options: Any) -> None:  # noqa: ANN401 - options of SQLAlchemy's
        super().__init__(**options)
        self._begin = begin

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SqliteDialect)

    def __hash__(self) -> int:
        return hash(SqliteDialect)

    def do_begin(self, dbapi_connection: Any) -> None:  # noqa: ANN401 - a DBAPI connection
        """Begin; an event listener would do it too, but slow every statement down."""
        dbapi_connection.execute(self._begin)


registry.register(DRIVER.replace("+", "."), __name__, SqliteDialect.__name__)
