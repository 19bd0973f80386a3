"""What the school does not accept: it says why, names the field, and nothing has changed."""

from __future__ import annotations

import pytest

from tests.unit.learning_simulator.school import ALGEBRA, PAYMENT, School
from tests.unit.refusals import (
    EVERYBODY,
    NOT_CURRENCIES,
    NOT_IDS,
    NOT_NUMBERS,
    NOT_OBJECTS,
    NOT_TEXTS,
    Refusals,
    assert_refused,
    without,
)

LESSON, PRICE = {"title": "One"}, {"amount": 1, "currency": "EUR"}
COMMAND = {"sagaId": "s1", "studentId": "ada", "courseId": "algebra", "paymentId": "p1"}
BAD_BODIES = [
    *(("POST", "/courses", without(ALGEBRA, field), field) for field in ("tutorId", "title", "price")),
    *(("POST", "/courses", ALGEBRA | {"title": bad}, "title") for bad in NOT_TEXTS),
    *(("POST", "/courses", ALGEBRA | {"courseId": bad}, "courseId") for bad in NOT_IDS),
    *(("POST", "/courses", ALGEBRA | {"price": bad}, "price") for bad in NOT_OBJECTS),
    *(("POST", "/courses", ALGEBRA | {"price": PRICE | {"amount": bad}}, "amount") for bad in NOT_NUMBERS),
    *(("POST", "/courses", ALGEBRA | {"price": PRICE | {"currency": bad}}, "currency") for bad in NOT_CURRENCIES),
    ("POST", "/courses", ALGEBRA | {"isPublished": True}, "isPublished"),
    *(("POST", "/courses/draft/lessons", {"title": bad}, "title") for bad in NOT_TEXTS),
    ("POST", "/courses/draft/lessons", LESSON | {"minutes": 5}, "minutes"),
    ("POST", "/_sim/announcements", {"courseId": "algebra"}, "studentId"),
    ("POST", "/_sim/announcements", {"courseId": "algebra", "studentId": "ada", "sagaId": 1}, "sagaId"),
    ("PUT", "/courses/algebra/price", {"amount": -1, "currency": "EUR"}, "amount"),
    ("PUT", "/courses/algebra/price", {"amount": 1}, "currency"),
]
BAD_DATA = [
    *(("/commands", "CREATE_ENROLLMENT_RECORD", without(COMMAND, field), field) for field in COMMAND),
    *(("/commands", "CREATE_ENROLLMENT_RECORD", COMMAND | {"courseId": bad}, "courseId") for bad in NOT_TEXTS),
    *(("/events", "PaymentSucceeded", {"sagaId": "s1"} | without(PAYMENT, field), field) for field in PAYMENT),
    ("/events", "PaymentSucceeded", PAYMENT | {"sagaId": "s1", "context": "SESSION_BOOKING"}, "context"),
    ("/events", "PaymentSucceeded", PAYMENT | {"sagaId": "s1", "price": {"amount": 1.5, "currency": "EUR"}}, "amount"),
    ("/events", "PaymentFailed", PAYMENT | {"sagaId": "s1"}, "reason"),
    ("/events", "PaymentRefunded", PAYMENT | {"sagaId": "s1", "reason": "gone"}, "refundId"),
    ("/events", "CREATE_ENROLLMENT_RECORD", COMMAND, "type"),
    ("/events", "EnrollmentConfirmed", COMMAND, "type"),
    ("/commands", "PaymentSucceeded", PAYMENT | {"sagaId": "s1"}, "type"),
]


@pytest.fixture
def neighbour(school: School) -> School:
    school.course("algebra")
    school.course("draft", published=False)
    school.command("s0", "bob", "algebra")
    school.refund("s9")
    school.call("eve", "POST", "/courses/algebra/enroll")
    return school


class TestRefusals(Refusals):
    routes = (
        ("POST", "/courses", {"operator"}),
        ("GET", "/courses", EVERYBODY),
        ("GET", "/courses/algebra", EVERYBODY),
        ("POST", "/courses/draft/lessons", {"operator"}),
        ("POST", "/courses/algebra/publish", {"operator"}),
        ("POST", "/courses/algebra/unpublish", {"operator"}),
        ("PUT", "/courses/algebra/price", {"operator"}),
        ("DELETE", "/courses/algebra", {"operator"}),
        ("POST", "/courses/algebra/enroll", {"ada"}),
        ("GET", "/courses/algebra/enrollments", EVERYBODY),
        ("GET", "/enrollments", EVERYBODY),
        ("PUT", "/enrollments/e1/lessons/l1", {"ada"}),
        ("POST", "/commands", {"service"}),
        ("POST", "/events", {"service"}),
    )
    doors = ("/commands", "/events")
    command = ("CREATE_ENROLLMENT_RECORD", COMMAND)
    bad_bodies = BAD_BODIES
    bad_data = BAD_DATA
    object_paths = ("/courses", "/courses/draft/lessons", "/_sim/announcements")
    pages = ("/enrollments",)
    tables = ("courses", "enrollments", "sagas", "outcomes", "deliveries", "inbox")


@pytest.mark.parametrize("key", ["", '""', "x" * 501])
def test_a_bad_idempotency_key_is_refused(neighbour: School, key: str) -> None:
    answer = neighbour.call("ada", "POST", "/courses/algebra/enroll", None, **{"Idempotency-Key": key})
    assert_refused(answer, 400, "Idempotency-Key")


def test_enrolling_takes_no_fields(neighbour: School) -> None:
    before = neighbour.announcements()
    answer = neighbour.call("ada", "POST", "/courses/algebra/enroll", {"studentId": "bob"})
    assert_refused(answer, 400, "studentId")
    assert neighbour.announcements() == before
