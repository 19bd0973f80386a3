from __future__ import annotations

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect

from reference.storage import database as schema
from reference.storage.database import Database, is_migrated, migrate
from reference.storage.tables import metadata


def test_the_migrations_make_the_tables_that_the_code_expects(engine: Engine) -> None:
    with engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        found = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
    assert found == []


def test_an_empty_database_is_not_migrated_and_a_second_time_changes_nothing(empty: Database) -> None:
    assert not is_migrated(empty)
    migrate(empty)
    assert is_migrated(empty)
    migrate(empty)
    assert is_migrated(empty)


def test_each_migration_can_be_taken_back_and_made_again(empty: Database) -> None:
    migrate(empty)
    with empty.writing.begin() as connection:
        config = schema._alembic()
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    assert set(inspect(empty.reading).get_table_names()) == {"alembic_version"}
    migrate(empty)
    assert set(metadata.tables) < set(inspect(empty.reading).get_table_names())
