"""Statements of SQLAlchemy's, compiled once and then run by the driver itself, in a fifth of the time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    ColumnElement,
    Dialect,
    Table,
    bindparam,
    exists,
    literal_column,
    select,
    table,
    true,
)
from sqlalchemy.dialects.postgresql import Insert
from sqlalchemy.engine import result_tuple
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.selectable import ReturnsRows

Convert = Callable[[Any], Any]
Shape = tuple["Write", tuple[str, ...]]  # A write, and the names of the values that it is given.
_FIRST = exists(select(literal_column("1")).select_from(table("w0")))


class Write:
    """A statement that writes one row and returns a column of it, on a condition that is added to it.

    When it finds nothing to write: of a `claim`, somebody else was here before; of a `move`, was faster.
    """

    def __init__(self, on: Callable[[ColumnElement[bool]], Any], *, claim: bool = False, move: bool = False) -> None:
        self.alone, self.if_claimed, self.is_claim, self.is_move = on(true()), on(_FIRST), claim, move


def insert_row(into: Table, columns: Sequence[Column[Any]], on: ColumnElement[bool]) -> Insert:
    """Return the INSERT of one row on a condition."""
    values = select(*(bindparam(str(each.key), type_=each.type) for each in columns)).where(on)
    return Insert(into).from_select([str(each.key) for each in columns], values)


class Prepared(NamedTuple):
    """What the driver is told, how values become what it takes, and what it returns becomes a row."""

    sql: str
    names: Sequence[str]  # Of its places.
    constants: Mapping[str, Any]
    to_driver: Mapping[str, Convert]
    from_driver: Sequence[tuple[int, Convert]]
    row: Callable[..., Any] | None  # None where there are no rows

    def bind(self, values: Mapping[str, Any]) -> list[Any]:
        """Return the values of its places, as the driver takes them."""
        given, convert = {**self.constants, **values}, self.to_driver
        return [convert[name](given[name]) if name in convert else given[name] for name in self.names]

    def read(self, found: Sequence[Any]) -> Any:  # noqa: ANN401 - a named tuple of the columns
        """Return a row as SQLAlchemy would."""
        values = list(found)
        for place, convert in self.from_driver:
            values[place] = convert(values[place])
        return self.row(values) if self.row else None


@lru_cache(1000)
def prepare(statement: Any, dialect: Dialect, names: tuple[str, ...], after: int = 0) -> Prepared:  # noqa: ANN401
    """Compile a statement without lists in it; PostgreSQL's places are numbered `after` those before."""
    compiled: SQLCompiler = statement.compile(dialect=dialect, column_keys=names)
    types = {name: bind.type.dialect_impl(dialect) for bind, name in compiled.bind_names.items()}
    binders = {name: each.bind_processor(dialect) for name, each in types.items()}
    columns = list(statement.exported_columns) if isinstance(statement, ReturnsRows) else []
    readers = [each.type.dialect_impl(dialect).result_processor(dialect, None) for each in columns]
    places = compiled.positiontup or list(types)
    numbered = {name: f"${number}" for number, name in enumerate(places, after + 1)}
    return Prepared(
        sql=compiled.string if compiled.positiontup is not None else compiled.string % numbered,
        names=places,
        constants=compiled.params,
        to_driver={name: convert for name, convert in binders.items() if convert},
        from_driver=[(place, convert) for place, convert in enumerate(readers) if convert],
        row=result_tuple([str(each.key) for each in columns]) if columns else None,
    )


class Joined(NamedTuple):
    """Several writes as one statement, which returns one row: what each of them returns, or NULL."""

    sql: str
    parts: Sequence[Prepared]


@lru_cache(1000)
def join(shapes: tuple[Shape, ...], dialect: Dialect) -> Joined:
    """Return writes that PostgreSQL does all of or none: not without the claim, which comes first if there is one.

    A move that is not to be had after the claim divides by zero, which undoes the claim.
    """
    parts: list[Prepared] = []
    for write, names in shapes:
        is_first = not parts or not shapes[0][0].is_claim
        statement = write.alone if is_first else write.if_claimed
        parts.append(prepare(statement, dialect, names, sum(len(each.names) for each in parts)))
    named = ", ".join(f"w{n} AS ({each.sql})" for n, each in enumerate(parts))
    said = "".join(f"(TABLE w{n}), " for n in range(len(parts)))
    moves = [f"((TABLE w{n}) IS NOT NULL)::int" for n, (write, _) in enumerate(shapes) if write.is_move]
    is_done = f"1 / ({' * '.join(moves) or 1})"
    if shapes[0][0].is_claim:
        is_done = f"CASE WHEN EXISTS (TABLE w0) THEN {is_done} END"
    return Joined(f"WITH {named} SELECT {said}{is_done}", parts)
