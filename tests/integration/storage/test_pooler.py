"""Behind PgBouncer a session is ours for one transaction: nothing may be left in it, and nothing expected of it."""

from __future__ import annotations

import pytest

from reference.storage.database import migrate, open_database

pytestmark = pytest.mark.postgres
OFTEN = 10  # After five times the driver lets PostgreSQL prepare a statement.


@pytest.mark.parametrize(("query", "found"), [("", (1, "5s")), ("?pgbouncer=true", (0, "0"))])
def test_who_says_so_leaves_no_statement_and_no_setting_in_a_session(
    postgres_url: str, query: str, found: tuple[int, str]
) -> None:
    database = open_database(postgres_url + query)
    migrate(database)
    with database.writing.connect() as connection:
        for _ in range(OFTEN):
            connection.exec_driver_sql("SELECT key FROM outbox")
            connection.commit()
        prepared = connection.exec_driver_sql("SELECT count(*) FROM pg_prepared_statements").scalar_one()
        patience = connection.exec_driver_sql("SHOW statement_timeout").scalar_one()
    database.writing.dispose()
    database.reading.dispose()
    assert (prepared, patience) == found
