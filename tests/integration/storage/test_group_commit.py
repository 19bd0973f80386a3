"""SQLite waits for the disk once for all that wait for it; what one of them may not, keeps none of the others."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

import pytest
from sqlalchemy import event, func, select, text

from reference.application.ports import ConflictError, StorageUnavailableError
from reference.application.service import Receipt
from reference.domain.enrollment import EnrollInCourseInitiated
from reference.storage.database import Database
from reference.storage.group_commit import GroupCommit, Member
from reference.storage.tables import inbox, sagas
from simulators.world.waiting import wait_for
from tests.integration.storage.test_trouble import impatient, locked
from tests.integration.storage.world import INITIATED, NewUnit, service, units_of
from tests.unit.reference.builders import NOON

__all__ = ["impatient"]
# PostgreSQL has many writers at a time, and groups their commits itself.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
SECONDS = 30
MANY = 8


@pytest.fixture
def said(database: Database) -> Iterator[list[str]]:
    """What the writer's connection is told."""
    said: list[str] = []

    def listen(driver: object, *_: object) -> None:
        driver.set_trace_callback(said.append)  # type: ignore[attr-defined] # SQLite's

    event.listen(database.writing, "checkout", listen)
    yield said
    event.remove(database.writing, "checkout", listen)


@contextmanager
def together(database: Database, calls: list[Callable[[], object]]) -> Iterator[list[Future[object]]]:
    """Let all calls wait for one writer, and go on when the block ends: as those that come during a slow commit."""
    assert database.group
    group, arrived = database.group, threading.Semaphore(0)
    commit = group.commit

    def note(*arguments: object) -> object:
        arrived.release()
        return commit(*arguments)  # type: ignore[arg-type] # those of commit

    with ThreadPoolExecutor(len(calls)) as threads, pytest.MonkeyPatch.context() as patch:
        patch.setattr(group, "commit", note)
        with database.writing.connect():  # There is only one connection that writes.
            futures = [threads.submit(call) for call in calls]
            assert all(arrived.acquire(timeout=SECONDS) for _ in calls)
            assert wait_for(lambda: len(group._waiting) == len(calls), SECONDS)
        yield futures


def start_of(number: int) -> EnrollInCourseInitiated:
    return EnrollInCourseInitiated(saga_id=f"saga_{number}", student_id=f"student_{number}", course_id="algebra")


def moved(units: NewUnit) -> bool:
    """Move saga_1 as it is now, whoever else does."""
    with units() as unit:
        saga = unit.sagas.get("saga_1")
        assert saga
        unit.sagas.save(saga, NOON)
        return unit.commit()


def stored(database: Database) -> tuple[int, int]:
    """Return how many sagas and messages are stored."""
    with database.reading.connect() as connection:
        found = [connection.scalar(select(func.count()).select_from(table)) or 0 for table in (sagas, inbox)]
    return found[0], found[1]


def test_all_that_wait_are_written_by_one_commit(database: Database, said: list[str]) -> None:
    it = service(units_of(database))
    with together(database, [partial(it.receive, "learning", f"e{n}", start_of(n)) for n in range(MANY)]) as calls:
        pass
    assert {each.result() for each in calls} == {Receipt.APPLIED}
    assert stored(database) == (MANY, MANY)
    assert said.count("COMMIT") == 1


def test_of_two_that_move_the_same_one_is_told_and_the_others_are_written(database: Database) -> None:
    units = units_of(database)
    it = service(units)
    it.receive("learning", "e1", INITIATED)
    with together(
        database, [partial(moved, units), partial(moved, units), partial(it.receive, "learning", "e2", start_of(2))]
    ) as (one, other, third):
        pass
    assert {type(each.exception()) for each in (one, other)} == {type(None), ConflictError}
    assert third.exception() is None
    assert stored(database) == (2, 2)


def test_of_two_that_handle_the_same_message_one_changes_nothing(database: Database) -> None:
    it = service(units_of(database))
    same = partial(it.receive, "learning", "e1", start_of(1))
    with together(database, [same, same, partial(it.receive, "learning", "e2", start_of(2))]) as calls:
        pass
    assert Counter(each.result() for each in calls) == {Receipt.APPLIED: 2, Receipt.DUPLICATE: 1}
    assert stored(database) == (2, 2)


@pytest.mark.fault(18)
def test_whoever_has_the_database_undo_it_all_has_nobody_told_that_it_is_stored(database: Database) -> None:
    """As SQLite does when a disk is full."""
    it = service(units_of(database))
    undo = "BEGIN SELECT RAISE(ROLLBACK, 'all is undone'); END"
    with database.writing.begin() as connection:
        connection.execute(text(f"CREATE TRIGGER undoing AFTER INSERT ON inbox WHEN NEW.message_id = 'e3' {undo}"))
    with together(database, [partial(it.receive, "learning", f"e{n}", start_of(n)) for n in range(MANY)]) as calls:
        pass
    stored_numbers = {number for number, each in enumerate(calls) if not each.exception()}
    assert 3 not in stored_numbers
    with database.reading.connect() as connection:
        assert {f"e{number}" for number in stored_numbers} == set(connection.scalars(select(inbox.c.message_id)))
    assert it.receive("learning", "e8", start_of(8)) == Receipt.APPLIED


@pytest.mark.fault(18)
def test_who_waits_for_a_locked_database_is_told_with_whoever_leads(database: Database, impatient: Database) -> None:
    it = service(units_of(impatient))
    with locked(database), ThreadPoolExecutor(MANY) as threads:
        calls = [threads.submit(it.receive, "learning", f"e{n}", start_of(n)) for n in range(MANY)]
        assert {type(each.exception(SECONDS)) for each in calls} == {StorageUnavailableError}
    assert stored(database) == (0, 0)
    assert it.receive("learning", "e1", start_of(1)) == Receipt.APPLIED


def test_whoever_comes_while_others_are_written_leads_the_next_group(database: Database) -> None:
    group, groups = GroupCommit(database.reading), list[int]()
    is_led, may_go_on = threading.Event(), threading.Event()

    def lead(join: Callable[[], list[Member]]) -> None:
        members = join()
        groups.append(len(members))
        is_led.set()
        assert may_go_on.wait(SECONDS)

    with ThreadPoolExecutor(MANY) as threads:
        first = threads.submit(group.commit, [], lead)
        assert is_led.wait(SECONDS)
        others = [threads.submit(group.commit, [], lead) for _ in range(MANY - 1)]
        assert wait_for(lambda: len(group._waiting) == MANY - 1, SECONDS)
        may_go_on.set()
        assert [each.result(SECONDS) for each in (first, *others)] == [None] * MANY
    assert groups == [1, MANY - 1]


def test_a_commit_that_fails_at_its_end_is_told_to_all(database: Database) -> None:
    group, is_led = GroupCommit(database.reading), threading.Event()

    def lead(join: Callable[[], list[Member]]) -> None:
        assert is_led.wait(SECONDS)
        for each in join():
            each.said = []
        raise StorageUnavailableError("the disk is full")

    with ThreadPoolExecutor(MANY) as threads:
        calls = [threads.submit(group.commit, [], lead) for _ in range(MANY)]
        assert wait_for(lambda: len(group._waiting) == MANY, SECONDS)
        is_led.set()
        assert {type(each.exception(SECONDS)) for each in calls} == {StorageUnavailableError}
