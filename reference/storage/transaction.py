"""A transaction: what is read is read at once, what is written waits for the end, and is then written all together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cached_property, partial
from typing import Any

from sqlalchemy import Connection, CursorResult, Engine
from sqlalchemy.exc import DBAPIError

from reference.application.ports import ConflictError
from reference.storage.group_commit import GroupCommit, Member, Writes
from reference.storage.prepared import Write, join, prepare

DIVIDED_BY_ZERO = "22012"


class Transaction:
    """Writes all or nothing: in PostgreSQL by one statement, in SQLite with a group; nobody waits while we decide.

    Whoever has to lock what it reads says `begin()` before.
    """

    def __init__(self, engine: Engine, group: GroupCommit | None = None) -> None:
        self._engine, self._group, self.dialect = engine, group, engine.dialect
        self._writes: list[tuple[Write, Mapping[str, Any]]] = []
        self._lent: dict[Engine, Any] = {}  # The pools' connections, once they are needed.
        self._has_begun, self.in_turn = False, engine.dialect.name == "sqlite"

    @cached_property
    def connection(self) -> Connection:
        """The same as SQLAlchemy's, which begins when it is used."""
        return Connection(self._engine, self._lend(self._engine))

    def begin(self) -> None:
        """From now on everything is done at once, and undone unless it is committed."""
        self.in_turn = True
        if not (self._has_begun or self._is_begun_by_connection()):
            self._say("BEGIN IMMEDIATE" if self.dialect.name == "sqlite" else "BEGIN")
            self._has_begun = True

    def execute(self, statement: Any, values: Any = None) -> CursorResult[Any]:  # noqa: ANN401 - any of SQLAlchemy's
        """Run a statement with lists in it, or of which many rows come, by SQLAlchemy."""
        return self.connection.execute(statement, values)

    def find(self, statement: Any, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a row, or None
        """Run a statement without lists in it, and return its first row or None. Raises what SQLAlchemy would."""
        prepared = prepare(statement, self.dialect, tuple(values))
        engine = self._group.reading if self._group and not self._is_begun() else self._engine
        found = self._run(prepared.sql, prepared.bind(values), engine)
        return prepared.read(found) if found else None

    def write(self, write: Write, values: Mapping[str, Any]) -> int:
        """Do this at the end; return its place among all that is written."""
        self._writes.append((write, values))
        return len(self._writes) - 1

    def commit(self) -> list[Any] | None:
        """Write all of it, and return what each write says; None, and nothing is written, if it was claimed before.

        ConflictError when somebody else was faster.
        """
        said: list[Any] | None = []
        if self._writes and self._group and not self._is_begun():
            self._give_back()  # Others may read while we wait.
            return self._group.commit(self._writes, self._write_group)
        if self._writes:
            said = self._write_in_turn() if self.in_turn or self._has_begun else self._write_at_once()
        if said is not None and self._has_begun:
            self._say("COMMIT")
            self._has_begun = False
        elif said is not None and self._is_begun_by_connection():
            self.connection.commit()
        return said

    def close(self) -> None:
        """Undo whatever was not committed."""
        with suppress(DBAPIError):  # What cannot be undone any more is undone by the database.
            if "connection" in vars(self):
                self.connection.close()
            elif self._has_begun:
                self._say("ROLLBACK")
        self._give_back()

    def _give_back(self) -> None:
        for lent in self._lent.values():
            lent.close()
        self._lent = {}

    def _is_begun(self) -> bool:
        return self._has_begun or self._is_begun_by_connection()

    def _is_begun_by_connection(self) -> bool:
        return "connection" in vars(self) and self.connection.in_transaction()

    def _lend(self, engine: Engine) -> Any:  # noqa: ANN401 - the pool's connection
        if engine not in self._lent:
            try:
                self._lent[engine] = engine.raw_connection()
            except self.dialect.loaded_dbapi.Error as trouble:
                raise self._wrap(trouble, is_lost=False) from trouble
        return self._lent[engine]

    def _write_group(self, join_in: Callable[[], list[Member]]) -> None:
        self.begin()
        members = join_in()
        for each in members:
            self._say("SAVEPOINT member")
            try:
                each.said = self._write_each(each.writes)
            except (ConflictError, DBAPIError) as trouble:
                each.trouble = trouble
            if each.said is None:
                self._say("ROLLBACK TO member")
            self._say("RELEASE member")
        self._say("COMMIT")
        self._has_begun = False
        self._give_back()  # The next group begins with it.

    def _write_in_turn(self) -> list[Any] | None:
        self.begin()
        return self._write_each(self._writes)

    def _write_each(self, writes: Writes) -> list[Any] | None:
        said = []
        for write, values in writes:
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
        given = [
            values[name] if name in values else part.constants[name]
            for part, (_, values) in zip(joined.parts, self._writes, strict=True)
            for name in part.names
        ]
        try:
            said = self._ask(lambda driver: driver.tell(joined.sql, given))
        except DBAPIError as trouble:
            if getattr(trouble.orig, "sqlstate", "") == DIVIDED_BY_ZERO:
                raise ConflictError("somebody else moved it") from trouble
            raise
        return None if said[-1] is None else said[:-1]

    def _run(self, sql: str, values: list[Any], engine: Engine | None = None) -> Any:  # noqa: ANN401 - a driver's row
        found = self._ask(lambda driver: driver.execute(sql, values).fetchall(), engine)  # SQLite writes as it is read.
        return found[0] if found else None

    def _say(self, word: str) -> None:
        self._ask(lambda driver: driver.execute(word))

    def _ask(self, act: Callable[[Any], Any], engine: Engine | None = None) -> Any:  # noqa: ANN401 - of either driver
        lent = self._lend(engine or self._engine)
        driver = lent.dbapi_connection
        try:
            return act(driver)
        except self.dialect.loaded_dbapi.Error as trouble:
            is_lost = self.dialect.is_disconnect(trouble, driver, None)
            if is_lost:  # Those that wait in the pool are lost with it.
                lent.invalidate(trouble)
                self._engine.dispose()
                self._has_begun = False
            raise self._wrap(trouble, is_lost=is_lost) from trouble

    def _wrap(self, trouble: Any, *, is_lost: bool) -> BaseException:  # noqa: ANN401 - of either driver
        """Return it as SQLAlchemy's."""
        kind: Any = self.dialect.loaded_dbapi.Error
        wrap: Any = partial(DBAPIError.instance, "", None, trouble, kind)
        wrapped: BaseException = wrap(hide_parameters=True, connection_invalidated=is_lost)
        return wrapped
