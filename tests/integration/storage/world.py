"""The service without its doors: units, a clock that stands still, and what is said to them at the same time."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier
from typing import Any

from reference.application.message_handler import Rules
from reference.application.ports import UNOBSERVED, Observer, OutboxMessage
from reference.application.service import PaymentService
from reference.domain.enrollment import CourseVerified, EnrollInCourseInitiated
from reference.domain.messages import Wait
from reference.sagas.enroll_in_course import EnrollInCourseSaga
from reference.storage.database import Database
from reference.storage.record_cache import RecordCache
from reference.storage.unit_of_work import SqlUnitOfWork
from tests.unit.reference.builders import PRICE, StillClock, created

SAGAS = [EnrollInCourseSaga]
LEASE = timedelta(seconds=20)
NewUnit = Callable[[], SqlUnitOfWork]
INITIATED = EnrollInCourseInitiated(saga_id="saga_1", student_id="ada", course_id="algebra")
RIVAL = EnrollInCourseInitiated(saga_id="saga_2", student_id="ada", course_id="algebra")
VERIFIED = CourseVerified(saga_id="saga_1", title="Algebra", price=PRICE)


def units_of(database: Database, cache: RecordCache | None = None) -> NewUnit:
    """Return what the service writes with."""
    return partial(SqlUnitOfWork, database.writing, SAGAS, LEASE, cache, database.group)


def service(
    units: NewUnit,
    clock: StillClock | None = None,
    enqueue: Callable[[Sequence[OutboxMessage]], None] = lambda _: None,
    observer: Observer = UNOBSERVED,
) -> PaymentService:
    numbers = itertools.count(1)
    waits = {wait: timedelta(minutes=30) for wait in Wait}
    rules = Rules(SAGAS, waits, lambda: str(next(numbers)))
    return PaymentService(units, rules, clock or StillClock(), enqueue, observer)


def awaiting_payment(units: NewUnit) -> PaymentService:
    """Return the service with saga_1 waiting for its student to pay pi_1."""
    it = service(units)
    for number, message in enumerate([INITIATED, VERIFIED, created()]):
        it.receive("test", f"before-{number}", message)
    return it


def at_once(calls: Iterable[Callable[[], Any]]) -> list[Any]:
    """Let all calls begin at the same moment, each in its own thread; return what they return."""
    together = list(calls)
    barrier = Barrier(len(together))

    def begin(call: Callable[[], Any]) -> Any:
        barrier.wait()
        return call()

    with ThreadPoolExecutor(len(together)) as threads:
        return list(threads.map(begin, together))
