"""Other versions of the service: migrations that are planted beside ours, and what a schema looks like at each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import JSON, Column, Inspector, MetaData, insert, inspect, select

from reference.storage import database as schema
from reference.storage.database import Database
from tests.unit.reference.builders import NOON

OURS = schema._newest()
SCRIPT = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = {revision!r}, {before!r}
def upgrade():
{steps}
def downgrade():
    pass
"""


@dataclass
class Newer:
    """A version of the service that has more migrations than ours, whose files lie in a folder."""

    folder: Path
    last: str = OURS
    monkeypatch: pytest.MonkeyPatch = field(default_factory=pytest.MonkeyPatch)

    def plant(self, revision: str, *steps: str) -> None:
        """Add a migration of these steps."""
        text = "\n".join(f"    {each}" for each in steps)
        file = self.folder / f"v{revision}.py"
        file.write_text(SCRIPT.format(revision=revision, before=self.last, steps=text))
        self.last = revision

    @contextmanager
    def running(self) -> Iterator[None]:
        """Let the code be this version's."""
        ours = schema._alembic

        def theirs() -> Config:
            config = ours()
            places = f"{config.get_main_option('script_location')}/versions", str(self.folder)
            config.set_main_option("version_locations", "\n".join(places))
            config.set_main_option("path_separator", "newline")
            return config

        with self.monkeypatch.context() as patch:
            patch.setattr(schema, "_alembic", theirs)
            schema._newest.cache_clear()
            yield
        schema._newest.cache_clear()

    def migrate(self, database: Database) -> None:
        """Bring the schema up to date as this version does at its start."""
        with self.running():
            schema.migrate(database)


@dataclass(frozen=True)
class Shape:
    """What tables there are at a revision, and what each column and each unique index demands of who writes."""

    columns: dict[tuple[str, str], Any]
    unique: set[tuple[str, str]]
    tables: MetaData


def shape_at(database: Database, revision: str) -> Shape:
    """Bring the schema there, and look at it."""
    config = schema._alembic()
    with database.writing.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        seen, tables = inspect(connection), MetaData()
        tables.reflect(connection)
        return Shape(_columns(seen), _unique(seen), tables)


def _columns(seen: Inspector) -> dict[tuple[str, str], Any]:
    return {(table, each["name"]): each for table in seen.get_table_names() for each in seen.get_columns(table)}


def _unique(seen: Inspector) -> set[tuple[str, str]]:
    return {
        (table, str(each["column_names"]))
        for table in seen.get_table_names()
        for each in (*seen.get_indexes(table), *seen.get_unique_constraints(table))
        if each.get("unique", True)
    }


def shared_revisions() -> list[tuple[str, str]]:
    """Return each revision that says that older code can use it, and since which revision."""
    scripts = ScriptDirectory.from_config(schema._alembic()).walk_revisions()
    known = {script.revision[:4]: script.revision for script in scripts}
    named = [(revision, schema.SINCE.fullmatch(revision)) for revision in known.values()]
    return [(revision, known[since[1]]) for revision, since in named if since]


def hindrances(old: Shape, new: Shape) -> list[str]:
    """Say what of a newer schema keeps code that knows only the older one from reading or writing."""
    known = {table for table, _ in old.columns}
    found = []
    for (table, name), column in old.columns.items():
        now = new.columns.get((table, name))
        if now is None:
            found.append(f"{table}.{name} is gone")
        elif str(now["type"]) != str(column["type"]) or (column["nullable"] and not now["nullable"]):
            found.append(f"{table}.{name} is another")
    for (table, name), column in new.columns.items():
        is_needed = not column["nullable"] and column["default"] is None
        if table in known and (table, name) not in old.columns and is_needed:
            found.append(f"{table}.{name} is needed")
    return found + [f"{table} {names} must be unique" for table, names in new.unique - old.unique if table in known]


def write_and_read(database: Database, old: Shape) -> None:
    """Write a row of each table as code does that knows only the older schema, and read it; or raise what stops it."""
    with database.writing.begin() as connection:
        for table in old.tables.sorted_tables:
            if table.name != "alembic_version":
                connection.execute(insert(table), {each.name: _value(each) for each in table.columns})
                assert len(connection.execute(select(table)).all()) == 1, table.name


def _value(column: Column[Any]) -> Any:
    values = {str: "x", int: 1, bool: False, datetime: NOON}
    return {} if isinstance(column.type, JSON) else values[column.type.python_type]
