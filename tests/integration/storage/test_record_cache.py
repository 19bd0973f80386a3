"""What a process remembers of its sagas saves reading them, and changes nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, event, func, select

from reference.application.ports import Observer
from reference.application.service import PaymentService, Receipt
from reference.domain.enrollment import EnrollmentConfirmed
from reference.domain.payment_status import PaymentStatus
from reference.storage import record_cache
from reference.storage.database import Database
from reference.storage.record_cache import KeptRecord, RecordCache
from reference.storage.records import PaymentTable, SagaTable
from reference.storage.tables import dead_letters
from reference.tracing import first_step
from tests.integration.storage.world import INITIATED, VERIFIED, NewUnit, service, units_of
from tests.unit.reference.builders import canceled, created, declined, paid


class CountedConflicts(Observer):
    conflicts = 0

    def count_conflict(self) -> None:
        self.conflicts += 1


@pytest.fixture
def cache() -> RecordCache:
    return RecordCache()


@pytest.fixture
def remembering(database: Database, cache: RecordCache) -> NewUnit:
    return units_of(database, cache)


def bring(it: PaymentService, *messages: Any, prefix: str = "m") -> list[Receipt]:
    return [it.receive("test", f"{prefix}-{number}", message) for number, message in enumerate(messages)]


def test_what_is_remembered_is_what_is_stored(remembering: NewUnit, units: NewUnit, cache: RecordCache) -> None:
    it = service(remembering)
    for number, message in enumerate([INITIATED, VERIFIED, created(), declined(), paid()]):
        it.receive("test", str(number), message)
        for table in (SagaTable, PaymentTable):
            kept = cache.take(table, "saga_1")
            if kept is None:
                continue
            with units() as unit:
                stored: Any = unit.sagas.get("saga_1") if table is SagaTable else unit.payments.of_saga("saga_1")
                assert unit.step.stored == kept.trace
            if table is SagaTable:
                kept.record.effects = []
            assert kept.record == stored
            cache.put(table, "saga_1", kept)


def test_what_is_remembered_is_not_read(remembering: NewUnit, database: Database, cache: RecordCache) -> None:
    it = service(remembering)
    bring(it, INITIATED, VERIFIED, created())
    with database.writing.connect() as connection:
        connection.exec_driver_sql("UPDATE sagas SET body = '{}'")  # Nobody could read that.
        connection.commit()
    assert bring(it, paid(), prefix="later") == [Receipt.APPLIED]


def test_who_remembers_less_than_is_stored_decides_again(units: NewUnit, database: Database) -> None:
    """Two processes with a memory each: what the other did meanwhile is read, and nothing is done twice."""
    seen = CountedConflicts()
    one, other = (service(units_of(database, RecordCache()), observer=seen) for _ in range(2))
    bring(one, INITIATED, VERIFIED, created())
    bring(other, declined(), prefix="other")
    assert bring(one, paid(), prefix="one") == [Receipt.APPLIED]
    assert seen.conflicts == 1
    assert bring(other, canceled(), prefix="late") == [Receipt.APPLIED]
    with units() as unit:
        payment, saga = unit.payments.of_saga("saga_1"), unit.sagas.get("saga_1")
    assert payment
    assert saga
    assert (payment.status, len(payment.declined), saga.state) == (PaymentStatus.SUCCEEDED, 1, "enrolling")


def test_a_message_that_fits_what_is_stored_is_no_dead_letter_for_whoever_remembers_less(
    database: Database, engine: Engine
) -> None:
    one, other = (service(units_of(database, RecordCache())) for _ in range(2))
    bring(one, INITIATED)
    bring(other, VERIFIED, created(), paid(), prefix="other")
    news = EnrollmentConfirmed(saga_id="saga_1", enrollment_id="e1", student_id="ada", course_id="algebra")
    assert bring(one, news, prefix="news") == [Receipt.APPLIED]
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(dead_letters)) == 0


def test_a_memory_is_bounded(monkeypatch: pytest.MonkeyPatch, cache: RecordCache) -> None:
    monkeypatch.setattr(record_cache, "ROOM", 2)
    for number in range(3):
        cache.put(SagaTable, str(number), KeptRecord(number, first_step("x")))
    assert [cache.take(SagaTable, str(number)) is None for number in range(3)] == [True, False, False]
    assert cache.take(SagaTable, "2") is None, "who takes one owns it"


@pytest.mark.postgres
def test_a_step_is_one_statement_of_postgresql(remembering: NewUnit, database: Database) -> None:
    if database.writing.dialect.name == "sqlite":
        pytest.skip("SQLite is told each of them: it has no network between")
    said: list[str] = []
    it = service(remembering)
    bring(it, INITIATED, VERIFIED, created())

    def watch(connection: Any, *_: Any) -> None:
        tell = connection.tell

        def note(sql: str, values: Any) -> Any:
            said.append(sql)
            return tell(sql, values)

        connection.tell = note

    event.listen(database.writing, "checkout", watch)
    bring(it, paid(), prefix="later")
    event.remove(database.writing, "checkout", watch)
    assert len(said) == 1


@pytest.mark.postgres
@pytest.mark.parametrize("undoing", ["ROLLBACK", "DISCARD ALL"])
def test_a_statement_that_the_server_has_forgotten_is_prepared_again(
    units: NewUnit, database: Database, undoing: str
) -> None:
    if database.writing.dialect.name == "sqlite":
        pytest.skip("SQLite forgets nothing")
    it = service(units)
    bring(it, INITIATED, INITIATED, prefix="a")  # The second is the statement that is asked for again below.
    with database.writing.connect() as connection:
        driver: Any = connection.connection.dbapi_connection
        driver.execute("BEGIN" if undoing == "ROLLBACK" else "SELECT 1")
        driver.execute(undoing)  # After which psycopg deallocates all that is prepared.
        driver.execute("SELECT 1")
    assert bring(it, INITIATED, prefix="b") == [Receipt.APPLIED]
