"""Statements of SQLAlchemy's, compiled once and then run by the driver itself, in a fifth of the time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any, NamedTuple, cast

from sqlalchemy import Connection, Dialect
from sqlalchemy.engine import result_tuple
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.selectable import ReturnsRows

Convert = Callable[[Any], Any]


class _Prepared(NamedTuple):
    """What the driver is told, how values become what it takes, and what it returns becomes a row."""

    sql: str
    names: Sequence[str]  # Of its places; none where the driver takes names.
    constants: Mapping[str, Any]
    to_driver: Mapping[str, Convert]
    from_driver: Sequence[tuple[int, Convert]]
    row: Callable[..., Any] | None  # None where there are no rows


def find(connection: Connection, statement: Any, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a row, or None
    """Run a statement without lists in it, and return its first row or None. Raises what SQLAlchemy would."""
    prepared = _prepare(statement, connection.dialect, tuple(values))
    bound = {**prepared.constants, **values}
    for name, convert in prepared.to_driver.items():
        bound[name] = convert(bound[name])
    driver: Any = connection.connection.dbapi_connection
    try:
        cursor = driver.execute(prepared.sql, [bound[name] for name in prepared.names] if prepared.names else bound)
        found = cursor.fetchall() if prepared.row else []  # To its end: SQLite writes while it is read.
    except connection.dialect.loaded_dbapi.Error as trouble:
        raise _wrap(connection, prepared.sql, trouble) from trouble
    return _row(prepared, prepared.row, found[0]) if prepared.row and found else None


def _wrap(connection: Connection, sql: str, trouble: Any) -> BaseException:  # noqa: ANN401 - of either driver
    """Return it as SQLAlchemy's; when the connection is lost, those that wait in the pool are lost with it."""
    dialect = connection.dialect
    is_lost = dialect.is_disconnect(trouble, cast("Any", connection.connection.dbapi_connection), None)
    if is_lost:
        connection.invalidate(trouble)
        connection.engine.dispose()
    kind: Any = dialect.loaded_dbapi.Error
    wrap: Callable[..., BaseException] = partial(DBAPIError.instance, sql, None, trouble, kind)
    return wrap(hide_parameters=True, connection_invalidated=is_lost)


def _row(prepared: _Prepared, row: Callable[..., Any], found: Sequence[Any]) -> Any:  # noqa: ANN401 - a named tuple of the columns
    values = list(found)
    for place, convert in prepared.from_driver:
        values[place] = convert(values[place])
    return row(values)


@lru_cache(1000)
def _prepare(statement: Any, dialect: Dialect, names: tuple[str, ...]) -> _Prepared:  # noqa: ANN401
    compiled: SQLCompiler = statement.compile(dialect=dialect, column_keys=names)
    binders = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in compiled.binds.items()}
    columns = list(statement.exported_columns) if isinstance(statement, ReturnsRows) else []
    readers = [each.type.dialect_impl(dialect).result_processor(dialect, None) for each in columns]
    return _Prepared(
        sql=compiled.string,
        names=compiled.positiontup or (),
        constants=compiled.params,
        to_driver={name: convert for name, convert in binders.items() if convert},
        from_driver=[(place, convert) for place, convert in enumerate(readers) if convert],
        row=result_tuple([str(each.key) for each in columns]) if columns else None,
    )
