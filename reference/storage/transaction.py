"""A transaction: what is read is read at once, what is written waits for the end, and is then written all together."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property, partial
from typing import Any, cast

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from reference.application.ports import ConflictError
from reference.storage.prepared import Write, join, prepare

DIVIDED_BY_ZERO = "22012"


class Transaction:
    """Writes all or nothing, in PostgreSQL by one statement; so nobody waits for us while we decide.

    Whoever has to lock what it reads says `begin()` before.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine, self.dialect = engine, engine.dialect
        self._writes: list[tuple[Write, Mapping[str, Any]]] = []
        self._is_open, self.in_turn = False, engine.dialect.name == "sqlite"

    @cached_property
    def connection(self) -> Connection:
        """The connection, taken when it is first needed."""
        taken = self._engine.connect()
        self._is_open = True
        return taken

    def begin(self) -> Connection:
        """Return the connection, on which from now on everything is done at once, and undone unless it is committed."""
        self.in_turn = True
        if not self.connection.in_transaction():
            self.connection.begin()
        return self.connection

    def find(self, statement: Any, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a row, or None
        """Run a statement without lists in it, and return its first row or None. Raises what SQLAlchemy would."""
        prepared = prepare(statement, self.dialect, tuple(values))
        found = self._run(prepared.sql, prepared.bind(values))
        return prepared.read(found) if found else None

    def write(self, write: Write, values: Mapping[str, Any]) -> int:
        """Do this at the end; return its place among all that is written."""
        self._writes.append((write, values))
        return len(self._writes) - 1

    def commit(self) -> list[Any] | None:
        """Write all of it, and return what each write says; None, and nothing is written, if it was claimed before.

        ConflictError when somebody else was faster.
        """
        found: list[Any] | None = []
        if self.in_turn and self._writes:
            self.begin()
            found = self._write_in_turn()
        elif self._writes:
            found = self._write_at_once()
        if found is not None and self._is_open and self.connection.in_transaction():
            self.connection.commit()
        return found

    def close(self) -> None:
        """Undo whatever was not committed."""
        if self._is_open:
            with suppress(DBAPIError):  # What cannot be rolled back any more is undone by the database.
                self.connection.close()

    def _write_in_turn(self) -> list[Any] | None:
        said = []
        for write, values in self._writes:
            prepared = prepare(write.alone, self.dialect, tuple(values))
            found = self._run(prepared.sql, prepared.bind(values))
            if found is None and write.is_claim:
                return None
            if found is None and write.is_move:
                raise ConflictError("somebody else moved it")
            said.append(found[0] if found else None)
        return said

    def _write_at_once(self) -> list[Any] | None:
        joined = join(tuple((write, tuple(values)) for write, values in self._writes), self.dialect)
        bound = [part.bind(values) for part, (_, values) in zip(joined.parts, self._writes, strict=True)]
        try:
            said = self._run(joined.sql, [value for each in bound for value in each])
        except DBAPIError as trouble:
            if getattr(trouble.orig, "sqlstate", "") == DIVIDED_BY_ZERO:
                raise ConflictError("somebody else moved it") from trouble
            raise
        return None if said[-1] is None else list(said[:-1])

    def _run(self, sql: str, values: list[Any]) -> Any:  # noqa: ANN401 - a row as the driver returns it, or None
        driver: Any = self.connection.connection.dbapi_connection
        try:
            found = driver.execute(sql, values).fetchall()  # To its end: SQLite writes while it is read.
        except self.dialect.loaded_dbapi.Error as trouble:
            raise self._wrap(sql, trouble) from trouble
        return found[0] if found else None

    def _wrap(self, sql: str, trouble: Any) -> BaseException:  # noqa: ANN401 - of either driver
        """Return it as SQLAlchemy's; when the connection is lost, those that wait in the pool are lost with it."""
        is_lost = self.dialect.is_disconnect(trouble, cast("Any", self.connection.connection.dbapi_connection), None)
        if is_lost:
            self.connection.invalidate(trouble)
            self._engine.dispose()
        kind: Any = self.dialect.loaded_dbapi.Error
        wrap: Any = partial(DBAPIError.instance, sql, None, trouble, kind)
        wrapped: BaseException = wrap(hide_parameters=True, connection_invalidated=is_lost)
        return wrapped
