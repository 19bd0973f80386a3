from __future__ import annotations

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from reference.sagas.enroll_in_course import EnrollInCourseSaga
from reference.storage import database as schema
from reference.storage.database import Database, is_migrated, migrate
from reference.storage.tables import metadata
from tests.integration.storage.world import units_of
from tests.unit.reference.builders import NOON, WINDOW_END, payment


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
    to(empty, "base")
    assert set(inspect(empty.reading).get_table_names()) == {"alembic_version"}
    migrate(empty)
    assert set(metadata.tables) < set(inspect(empty.reading).get_table_names())


def test_reminders_of_before_go_to_their_owners_and_back(empty: Database) -> None:
    migrate(empty)
    units = units_of(empty)
    mine = payment()
    mine.deadlines = {"PaymentCheckDue": NOON, "PaymentWindowClosed": WINDOW_END}
    with units() as unit:
        unit.payments.save(mine)
        unit.sagas.save(EnrollInCourseSaga(saga_id="saga_1", student_id="ada", course_id="algebra"), NOON)
        unit.commit()
    to(empty, "0001")
    with empty.reading.connect() as connection:
        rows = connection.execute(text("SELECT owner, name FROM deadlines ORDER BY due_at")).all()
    assert rows == [("pay_1", "PaymentCheckDue"), ("pay_1", "PaymentWindowClosed")]
    to(empty, "head")
    with units() as unit:
        assert unit.lists.next_due(NOON) == NOON
        assert unit.payments.of_saga("saga_1") == mine


def to(database: Database, revision: str) -> None:
    """Bring the schema there, forwards or backwards."""
    move = command.upgrade if revision == "head" else command.downgrade
    with database.writing.begin() as connection:
        config = schema._alembic()
        config.attributes["connection"] = connection
        move(config, revision)
