"""A rolling deploy: the version before goes on working on a schema that the next one has made larger."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from reference.application.service import Receipt
from reference.storage.database import Database, NewerSchemaError, is_migrated, is_usable, migrate
from tests.integration.storage.versions import OURS, Newer, hindrances, shape_at, shared_revisions, write_and_read
from tests.integration.storage.world import awaiting_payment, units_of
from tests.unit.reference.builders import paid

LARGER = (
    'op.add_column("sagas", sa.Column("note", sa.String(), nullable=True))',
    'op.add_column("outbox", sa.Column("region", sa.String(), nullable=False, server_default=""))',
    'op.create_index("sagas_noted", "sagas", ["note"])',
    'op.create_table("receipts", sa.Column("id", sa.String(), primary_key=True))',
)
SINCE_OURS, NOT_SINCE = f"9998_since_{OURS[:4]}", "9999_since_9998"
HARMFUL = {
    'op.drop_column("sagas", "saga")': "sagas.saga is gone",
    'op.alter_column("sagas", "saga", new_column_name="kind")': "sagas.saga is gone",
    'op.alter_column("sagas", "outcome", nullable=False)': "sagas.outcome is another",
    'op.alter_column("outbox", "attempts", type_=sa.String())': "outbox.attempts is another",
    'op.add_column("sagas", sa.Column("note", sa.String(), nullable=False))': "sagas.note is needed",
    'op.create_index("once", "sagas", ["student_id"], unique=True)': "sagas ['student_id'] must be unique",
}


@pytest.fixture
def newer(tmp_path: Path) -> Newer:
    return Newer(tmp_path)


def test_a_new_version_and_the_one_before_are_both_ready_on_the_larger_schema(empty: Database, newer: Newer) -> None:
    migrate(empty)
    newer.plant(SINCE_OURS, *LARGER)
    with newer.running():
        assert not is_migrated(empty), "the new one has yet to migrate"
    newer.migrate(empty)
    assert is_usable(empty)
    migrate(empty)  # As the one before does when it is started again.
    with newer.running():
        assert is_usable(empty)


def test_what_the_version_before_cannot_use_is_refused_and_left_as_it_is(empty: Database, newer: Newer) -> None:
    migrate(empty)
    newer.plant(SINCE_OURS, *LARGER)
    newer.plant(NOT_SINCE, 'op.drop_index("sagas_noted", table_name="sagas")')
    newer.migrate(empty)
    assert not is_migrated(empty)
    assert not is_usable(empty)
    with pytest.raises(NewerSchemaError, match=f"revision {NOT_SINCE}, and this version knows {OURS}"):
        migrate(empty)
    with newer.running():
        assert is_usable(empty)


def test_a_revision_that_says_nothing_of_older_code_is_for_its_own(empty: Database, newer: Newer) -> None:
    migrate(empty)
    newer.plant("9999", *LARGER)
    newer.migrate(empty)
    assert not is_migrated(empty)


def test_the_version_before_moves_what_the_new_one_has_written_and_leaves_what_it_does_not_know(
    empty: Database, newer: Newer
) -> None:
    migrate(empty)
    newer.plant(SINCE_OURS, *LARGER)
    newer.migrate(empty)
    service = awaiting_payment(units_of(empty))
    with newer.running():
        sagas = shape_at(empty, "head").tables.tables["sagas"]
    with empty.writing.begin() as connection:
        connection.execute(sagas.update().values(note="of the newer version"))
    assert service.receive("test", "paid", paid()) == Receipt.APPLIED
    with empty.reading.connect() as connection:
        (row,) = connection.execute(select(sagas.c.state, sagas.c.note))
    assert row == ("enrolling", "of the newer version")


@pytest.mark.postgres
@pytest.mark.parametrize("empty", ["postgresql"], indirect=True)  # SQLite cannot alter a column.
@pytest.mark.parametrize(("step", "hindrance"), HARMFUL.items(), ids=HARMFUL.values())
def test_what_would_stop_the_version_before_is_told(empty: Database, newer: Newer, step: str, hindrance: str) -> None:
    old = shape_at(empty, "head")
    newer.plant(SINCE_OURS, step)
    with newer.running():
        assert hindrance in hindrances(old, shape_at(empty, "head"))


@pytest.mark.parametrize("is_planted", [False, True], ids=["ours", "planted"])
def test_every_revision_for_two_versions_lets_the_older_one_read_and_write(
    empty: Database, newer: Newer, *, is_planted: bool
) -> None:
    if is_planted:
        newer.plant(SINCE_OURS, *LARGER)
    with newer.running():
        shared = sorted(shared_revisions())
        for revision, since in shared:
            old = shape_at(empty, since)
            assert hindrances(old, shape_at(empty, revision)) == [], revision
        if is_planted:
            write_and_read(empty, old)
    assert bool(shared) >= is_planted
