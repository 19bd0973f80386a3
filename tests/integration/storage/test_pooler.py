"""Behind PgBouncer a session is ours for one transaction: nothing may be left in it, and nothing expected of it."""

from __future__ import annotations

import pytest

from reference.storage.database import migrate, open_database
from tests.integration.storage.world import INITIATED, service, units_of

pytestmark = pytest.mark.postgres
OFTEN = 10  # After five times the driver lets PostgreSQL prepare a statement.


@pytest.mark.parametrize(("query", "found"), [("", (True, "5s")), ("?pgbouncer=true", (False, "0"))])
def test_who_says_so_leaves_no_statement_and_no_setting_in_a_session(
    postgres_url: str, query: str, found: tuple[bool, str]
) -> None:
    database = open_database(postgres_url + query)
    migrate(database)
    it = service(units_of(database))
    for number in range(OFTEN):
        it.receive("test", str(number), INITIATED)
    with database.writing.connect() as connection:
        for _ in range(OFTEN):
            connection.exec_driver_sql("SELECT key FROM outbox")
            connection.commit()
        prepared = connection.exec_driver_sql("SELECT count(*) FROM pg_prepared_statements").scalar_one()
        patience = connection.exec_driver_sql("SHOW statement_timeout").scalar_one()
    database.writing.dispose()
    database.reading.dispose()
    assert (prepared > 0, patience) == found
