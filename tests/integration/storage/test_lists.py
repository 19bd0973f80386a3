"""Lists and counts for people, on both databases."""

from __future__ import annotations

from datetime import timedelta
from itertools import chain

import pytest

from reference.application.lists import Filter, Page, PendingCount, SagaCount, UnknownCursorError
from reference.domain.enrollment import EnrollInCourseInitiated
from tests.integration.storage.world import NewUnit, awaiting_payment, service
from tests.unit.reference.builders import NOON, StillClock

EVERYTHING = Filter()


@pytest.fixture
def units(units: NewUnit) -> NewUnit:
    """Five sagas, the second to the fourth begun at the same moment, each with a question still to be asked."""
    for number, minutes in enumerate([10, 20, 20, 20, 30]):
        clock = StillClock(NOON + timedelta(minutes=minutes))
        ids = {"student_id": f"student_{number % 2}", "course_id": f"course_{number}"}
        message = EnrollInCourseInitiated(saga_id=f"saga_{number}", **ids)
        service(units, clock).receive("test", f"start-{number}", message)
    return units


def pages(units: NewUnit, which: Filter, limit: int) -> list[list[str]]:
    found: list[list[str]] = []
    cursor: str | None = ""
    while cursor is not None:
        with units() as unit:
            part = unit.lists.sagas(which, Page(cursor, limit))
        found.append([each.saga_id for each in part.items])
        cursor = part.next_cursor
    return found


def test_sagas_are_read_newest_first_and_each_once_whatever_the_page(units: NewUnit) -> None:
    for limit in (1, 2, 3, 10):
        assert list(chain(*pages(units, EVERYTHING, limit))) == ["saga_4", "saga_3", "saga_2", "saga_1", "saga_0"]


def test_sagas_are_found_by_student_and_state(units: NewUnit) -> None:
    assert pages(units, Filter(student_id="student_1", state="VERIFYING_COURSE"), 1) == [["saga_3"], ["saga_1"]]
    assert pages(units, Filter(state="COMPLETED"), 1) == [[]]


def test_a_place_in_no_list_is_refused(units: NewUnit) -> None:
    with units() as unit, pytest.raises(UnknownCursorError):
        unit.lists.sagas(EVERYTHING, Page("saga_1"))


def test_dead_letters_are_read_newest_first(units: NewUnit) -> None:
    with units() as unit:
        for number in range(3):
            message = EnrollInCourseInitiated(saga_id=f"lost_{number}", student_id="ada", course_id="c")
            unit.dead_letters.add("test", f"m{number}", message, "nobody waits", NOON)
        unit.commit()
    with units() as unit:
        first = unit.lists.dead_letters(Page(limit=2))
        second = unit.lists.dead_letters(Page(first.next_cursor or "", 2))
    read = [[letter.message.saga_id for letter in part.items] for part in (first, second)]
    assert (read, second.next_cursor) == ([["lost_2", "lost_1"], ["lost_0"]], None)


def test_what_is_stored_is_counted(units: NewUnit) -> None:
    with units() as unit:
        counts = unit.lists.counts()
    assert counts.sagas == [SagaCount("EnrollInCourseSaga", "VERIFYING_COURSE", "", 5)]
    assert (counts.outbox, counts.dead_letters) == ([PendingCount("learning", 5, NOON + timedelta(minutes=10))], 0)


def test_payments_are_listed_by_their_sagas_student(units: NewUnit) -> None:
    awaiting_payment(units)
    with units() as unit:
        hers = unit.lists.payments(Filter(student_id="student_1", state="PENDING"), Page(limit=1))
        his = unit.lists.payments(Filter(student_id="student_0"), Page())
    assert ([payment.saga_id for payment in hers.items], his.items) == (["saga_1"], [])
